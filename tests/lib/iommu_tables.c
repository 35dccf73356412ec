#include "tests/lib/iommu_tables.h"

#include <assert.h>

uint64_t io_read(struct dma_bench *bench, uint32_t offset, unsigned size)
{
    uint64_t value;
    enum bus_response response =
        bus_read(&bench->bus, INITIATOR_HART, BENCH_IOMMU + offset, size, &value);

    assert(response == BUS_OKAY);
    (void)response;
    return value;
}

void io_write(struct dma_bench *bench, uint32_t offset, unsigned size, uint64_t value)
{
    enum bus_response response =
        bus_write(&bench->bus, INITIATOR_HART, BENCH_IOMMU + offset, size, value);

    assert(response == BUS_OKAY);
    (void)response;
}

uint64_t io_get(const struct dma_bench *bench, uint64_t at)
{
    uint64_t word;

    ram_read(&bench->bus.ram, BENCH_RAM + at, &word, sizeof(word));
    return word;
}

void io_put(struct dma_bench *bench, uint64_t at, uint64_t word)
{
    ram_write(&bench->bus.ram, BENCH_RAM + at, &word, sizeof(word), INITIATOR_OUTSIDE);
}

static uint64_t ppn(uint64_t at)
{
    return (BENCH_RAM + at) >> 12;
}

void io_directory(struct dma_bench *bench)
{
    io_write(bench, IO_DDTP, 8, ppn(IO_DDT) << 10 | 3);
}

void io_context(struct dma_bench *bench, uint32_t id, struct io_context context)
{
    uint64_t at = IO_DDT + 0x1000 + UINT64_C(32) * (id & 127);

    assert(id >> 7 == IO_ID >> 7);
    io_put(bench, IO_DDT + UINT64_C(8) * (id >> 7), ppn(IO_DDT + 0x1000) << 10 | 1);
    io_put(bench, at, context.tc);
    io_put(bench, at + 8, context.iohgatp);
    io_put(bench, at + 16, context.ta);
    io_put(bench, at + 24, context.fsc);
}

void io_first(struct dma_bench *bench, struct tables *tables)
{
    tables_init(tables, &bench->bus.ram, 3, BENCH_RAM + IO_FIRST);
}

void io_second(struct dma_bench *bench, struct tables *tables)
{
    tables_init_guest(tables, &bench->bus.ram, 3, BENCH_RAM + IO_SECOND);
}

uint64_t io_iosatp(const struct tables *tables)
{
    return UINT64_C(8) << 60 | tables->root >> 12;
}

uint64_t io_iohgatp(const struct tables *tables, uint16_t gscid)
{
    return UINT64_C(8) << 60 | (uint64_t)gscid << 44 | tables->root >> 12;
}

void io_queues(struct dma_bench *bench)
{
    io_write(bench, IO_CQB, 8, ppn(IO_CQ) << 10 | (IO_CQ_LOG2 - 1));
    io_write(bench, IO_FQB, 8, ppn(IO_FQ) << 10 | (IO_FQ_LOG2 - 1));
    io_write(bench, IO_CQCSR, 4, 3);
    io_write(bench, IO_FQCSR, 4, 3);
    bench_to(bench, bench->queue.now + 20);
}

void io_command(struct dma_bench *bench, uint64_t low, uint64_t high)
{
    uint64_t tail = io_read(bench, IO_CQT, 4);

    io_put(bench, IO_CQ + 16 * tail, low);
    io_put(bench, IO_CQ + 16 * tail + 8, high);
    io_write(bench, IO_CQT, 4, (tail + 1) % (1u << IO_CQ_LOG2));
}

struct io_record io_record(const struct dma_bench *bench, unsigned n)
{
    struct io_record record;

    for (unsigned i = 0; i < 4; i++)
        record.word[i] = io_get(bench, IO_FQ + UINT64_C(32) * n + UINT64_C(8) * i);
    record.cause = (unsigned)(record.word[0] & 0xfff);
    record.ttyp = (unsigned)(record.word[0] >> 34 & 0x3f);
    record.did = (unsigned)(record.word[0] >> 40);
    record.iotval = record.word[2];
    record.iotval2 = record.word[3];
    return record;
}

uint64_t io_ask(struct dma_bench *bench, uint32_t id, uint64_t iova, uint64_t ctl)
{
    io_write(bench, IO_TR_IOVA, 8, iova);
    io_write(bench, IO_TR_CTL, 8, (uint64_t)id << 40 | ctl | 1);
    for (unsigned i = 0; (io_read(bench, IO_TR_CTL, 8) & 1) && i < 1000; i++)
        bench_to(bench, bench->queue.now + 1);
    assert(!(io_read(bench, IO_TR_CTL, 8) & 1));
    return io_read(bench, IO_TR_RESPONSE, 8);
}
