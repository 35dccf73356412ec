#ifndef TESTS_LIB_IOMMU_TABLES_H
#define TESTS_LIB_IOMMU_TABLES_H

#include "tests/lib/dma_bench.h"
#include "tests/lib/tables.h"

/*
 * What a hypervisor would set up for an IOMMU, in a bench's RAM, by offsets from
 * BENCH_RAM. The formats are written down here a second time, from the specification.
 */
enum {
    IO_DDT = 0x40000,   /* the directory's root, and one page behind it for a leaf */
    IO_FIRST = 0x50000, /* page tables */
    IO_SECOND = 0x60000,
    IO_CQ = 0x70000,   /* 16 commands */
    IO_FQ = 0x71000,   /* 8 records */
    IO_FENCE = 0x72000 /* where fences store */
};
enum { IO_CQ_LOG2 = 4, IO_FQ_LOG2 = 3 };

/* Registers, by their offsets in the specification. */
enum {
    IO_CAPABILITIES = 0,
    IO_FCTL = 8,
    IO_DDTP = 16,
    IO_CQB = 24,
    IO_CQH = 32,
    IO_CQT = 36,
    IO_FQB = 40,
    IO_FQH = 48,
    IO_FQT = 52,
    IO_CQCSR = 72,
    IO_FQCSR = 76,
    IO_IPSR = 84,
    IO_TR_IOVA = 600,
    IO_TR_CTL = 608,
    IO_TR_RESPONSE = 616,
    IO_ICVEC = 760
};

#define IO_ID UINT32_C(0x104) /* of channel 0 */

/* tc */
#define TC_V    BIT(0)
#define TC_DTF  BIT(4)
#define TC_PDTV BIT(5)
#define TC_GADE BIT(7)
#define TC_SADE BIT(8)

uint64_t io_read(struct dma_bench *bench, uint32_t offset, unsigned size);
void io_write(struct dma_bench *bench, uint32_t offset, unsigned size, uint64_t value);

/* Words of 8 bytes in RAM. */
uint64_t io_get(const struct dma_bench *bench, uint64_t at);
void io_put(struct dma_bench *bench, uint64_t at, uint64_t word);

/* A two-level directory, switched on: ddtp.iommu_mode = 2LVL. */
void io_directory(struct dma_bench *bench);

/* The context of a device, in that directory. */
struct io_context {
    uint64_t tc, iohgatp, ta, fsc;
};
void io_context(struct dma_bench *bench, uint32_t id, struct io_context context);

/* Empty tables for each stage; `tables` goes on from there. */
void io_first(struct dma_bench *bench, struct tables *tables);
void io_second(struct dma_bench *bench, struct tables *tables);
uint64_t io_iosatp(const struct tables *tables);
uint64_t io_iohgatp(const struct tables *tables, uint16_t gscid);

/* Both queues, on and with interrupts. */
void io_queues(struct dma_bench *bench);

/* Puts a command into the queue and tells the IOMMU; it is done when time has gone on. */
void io_command(struct dma_bench *bench, uint64_t low, uint64_t high);

/* Fault record n of the queue: its words. */
struct io_record {
    uint64_t word[4];
    unsigned cause, ttyp, did;
    uint64_t iotval, iotval2;
};
struct io_record io_record(const struct dma_bench *bench, unsigned n);

/* Asks through the debug interface: `ctl` besides DID and Go; gives tr_response. */
uint64_t io_ask(struct dma_bench *bench, uint32_t id, uint64_t iova, uint64_t ctl);

#endif
