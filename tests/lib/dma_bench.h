#ifndef TESTS_LIB_DMA_BENCH_H
#define TESTS_LIB_DMA_BENCH_H

#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "tests/lib/rig.h"

/*
 * A DMA controller on a bus with RAM, and nobody else but the test: it pokes registers,
 * takes slots as a hart would, runs the queue by hand and looks at what happened. It may
 * stand behind an IOMMU. Default prices: a slot is 5 cycles, starting 4, arbitration 1;
 * of the IOMMU a look-up 2, 8 bytes 5, a command 10, turning a queue on or off 20.
 */
enum { BENCH_EVENTS = 4096, BENCH_LINE = 3, BENCH_FIFO = 4096 };

#define BENCH_RAM      UINT64_C(0x80000000)
#define BENCH_RAM_SIZE UINT64_C(0x100000)
#define BENCH_DMA      UINT64_C(0x3100000)
#define BENCH_IOMMU    UINT64_C(0x3010000)
#define BENCH_PORT     UINT64_C(0x4000000) /* a device of one 32-bit register */

/* A device behind request line BENCH_LINE: bytes that it offers, bytes that it got. */
struct bench_device {
    struct request_line line;
    uint8_t offers[BENCH_FIFO], got[BENCH_FIFO];
    unsigned offered, taken, given;
    unsigned most; /* bytes it moves at once; 0: it asks and moves nothing */
};

struct dma_bench {
    struct queue queue;
    struct event_stream events;
    struct costs costs;
    struct bus bus;
    struct dma *dma;
    struct dma *second;  /* NULL until bench_second */
    struct iommu *iommu; /* NULL until bench_iommu */
    struct bench_device device;
    bool line[8]; /* the controller's interrupts */
    bool wire[IOMMU_WIRES];
    uint32_t port; /* the register at BENCH_PORT; every read counts it up */
    struct event heard[BENCH_EVENTS];
    unsigned heard_count;
};

struct dma_bench *bench_new(void);
void bench_free(struct dma_bench *bench);

/* A second controller of the same bus, at BENCH_DMA + 0x10000. */
void bench_second(struct dma_bench *bench);

/* Puts an IOMMU on the bus, and the first controller behind it. */
void bench_iommu(struct dma_bench *bench, const struct rig_setting *settings);

/* Registers of the first controller, by the hart. */
void bench_write(struct dma_bench *bench, unsigned channel, uint32_t offset,
                 unsigned size, uint64_t value);
uint64_t bench_read(struct dma_bench *bench, unsigned channel, uint32_t offset,
                    unsigned size);

/* Claims the channel. The run bit is then set by bench_run. */
void bench_claim(struct dma_bench *bench, unsigned channel);
void bench_run(struct dma_bench *bench, unsigned channel);

/* Claims, fills Next* and runs a transfer within RAM: offsets from BENCH_RAM. */
void bench_copy(struct dma_bench *bench, unsigned channel, uint64_t dest,
                uint64_t source, uint64_t bytes, enum dma_bus_mode mode);

/* A descriptor in RAM at offset `at`; source and dest are offsets, too. */
void bench_descriptor(struct dma_bench *bench, uint64_t at, uint64_t source,
                      uint64_t dest, uint32_t bytes, uint32_t flags, int32_t next);
uint32_t bench_status(struct dma_bench *bench, uint64_t at);

/* Time goes on to that cycle: what is due by then is done. */
void bench_to(struct dma_bench *bench, uint64_t cycle);

/* Until nothing is due; gives the cycle of the last thing that was done. */
uint64_t bench_finish(struct dma_bench *bench);

/* The hart takes one slot of 5 cycles at that cycle; gives how long it had to wait. */
uint64_t bench_hart(struct dma_bench *bench, uint64_t at);

/* RAM, by offset: a pattern to copy, a byte, whether two stretches are equal. */
void bench_fill(struct dma_bench *bench, uint64_t at, uint64_t bytes, uint8_t seed);
uint8_t bench_byte(const struct dma_bench *bench, uint64_t at);
bool bench_same(const struct dma_bench *bench, uint64_t a, uint64_t b, uint64_t bytes);

/* How many events of a kind were heard, and the last one (NULL: none). */
unsigned bench_count(const struct dma_bench *bench, enum event_kind kind);
const struct event *bench_last(const struct dma_bench *bench, enum event_kind kind);

/* Everything that can change, and its digest. */
void bench_state(struct dma_bench *bench, struct state *state);
uint64_t bench_digest(struct dma_bench *bench);

#endif
