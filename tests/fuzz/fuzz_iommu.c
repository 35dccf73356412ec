/*
 * Guest-written directories, page tables, commands and registers of an IOMMU, and of DMA
 * channels behind it, at moments of the input's choosing. The input is a list of actions;
 * after each, what must always be true is: nothing leads out of RAM, counts agree, and
 * what the IOMMU refuses no channel does.
 */
#include "tests/fuzz/input.h"
#include "tests/lib/iommu_tables.h"

#include "base/buf.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_ENTRIES = 3000 }; /* of the queue, per input */

/* A page that is mostly one of those that tables are in. */
static uint64_t page(struct input *input)
{
    uint64_t value = take(input, 1);

    if (value >= 0xf8)
        return take(input, 6);
    return BENCH_RAM / RAM_PAGE + 0x40 + (value & 0x3f);
}

/* An entry of some table: directory, context or page table. */
static uint64_t word(struct input *input)
{
    uint64_t what = take(input, 1), low = take(input, 1);

    switch (what & 7) {
    case 0:
        return take(input, 8);
    case 1: /* iohgatp or iosatp */
        return UINT64_C(8) << 60 | (what >> 3 & 3) << 44 | page(input);
    case 2: /* tc */
        return 1 | (low & 0x1b) << 4;
    case 3: /* a leaf of 4 KiB */
        return page(input) << 10 | 0xd0 | (low & 0xf);
    default:
        return page(input) << 10 | 1 | (what & 0x80 ? low : 0);
    }
}

static void poke_memory(struct dma_bench *bench, struct input *input)
{
    uint64_t at = 0x40000 + (take(input, 2) & 0x7fff) * 8;
    uint64_t count = 1 + (take(input, 1) & 7);

    while (count--) {
        io_put(bench, at, word(input));
        at = (at + 8) % BENCH_RAM_SIZE;
    }
}

static void poke_register(struct dma_bench *bench, struct input *input)
{
    const struct regfile *file = iommu_type.regs;
    const struct reg *reg = &file->regs[take(input, 1) % file->count];
    uint64_t how = take(input, 1), value;
    unsigned size = how & 1 ? 4 : reg->size;

    value = how & 2   ? page(input) << 10 | (how >> 4)
            : how & 4 ? how >> 4
                      : take(input, 8);
    bus_write(&bench->bus, INITIATOR_HART,
              BENCH_IOMMU + reg->offset + (how & 8 ? 4 : 0), size, value);
}

/* A command that is mostly one that there is. */
static void put_command(struct dma_bench *bench, struct input *input)
{
    uint64_t what = take(input, 1);
    uint64_t low = (what & 3) | (what >> 2 & 1) << 7, high = 0;

    low |= what & 8 ? take(input, 7) << 10 : what & 16 ? BIT(33) | BIT(10) : 0;
    if (what & 32)
        high = what & 64 ? take(input, 8) : page(input) << 10;
    io_command(bench, low, high);
}

static void run_channel(struct dma_bench *bench, struct input *input)
{
    uint64_t what = take(input, 1);
    unsigned channel = what & 3;

    bench_claim(bench, channel);
    bench_write(bench, channel, 0x008, 8, take(input, 2) & 0x1fff);
    bench_write(bench, channel, 0x010, 8, (page(input) << 12) + take(input, 1));
    bench_write(bench, channel, 0x018, 8, (page(input) << 12) + take(input, 1));
    bench_write(bench, channel, 0x20c, 4, what >> 2 & 3);
    if (what & 0x20)
        bench_write(bench, channel, 0x220, 8, page(input) << 12);
    if (what & 0x80)
        bench_write(bench, channel, 0x234, 4, take(input, 2));
    bench_run(bench, channel);
}

/* For device ids that no channel has, so that answers are not taken for a channel's. */
static void ask(struct dma_bench *bench, struct input *input)
{
    uint64_t ctl = take(input, 1);

    io_write(bench, IO_TR_IOVA, 8, page(input) << 12);
    io_write(bench, IO_TR_CTL, 8,
             (uint64_t)(IO_ID + DMA_CHANNELS + (ctl >> 4 & 3)) << 40 | (ctl & 0xe) | 1 |
                 (ctl >> 7) << 32);
}

/* New tables: what inputs have made of the old ones must not lead anywhere. */
static void clear_tables(struct dma_bench *bench)
{
    static const uint8_t zeros[8 * RAM_PAGE];

    ram_write(&bench->bus.ram, BENCH_RAM + IO_FIRST, zeros, sizeof(zeros),
              INITIATOR_OUTSIDE);
    ram_write(&bench->bus.ram, BENCH_RAM + IO_SECOND, zeros, sizeof(zeros),
              INITIATOR_OUTSIDE);
}

/* What a hypervisor would do first, so that inputs need not find it. */
static void set_up(struct dma_bench *bench, struct input *input)
{
    uint64_t what = take(input, 1);
    struct tables first, second;

    clear_tables(bench);
    io_first(bench, &first);
    io_second(bench, &second);
    tables_map(&second, 0, BENCH_RAM & ~BITS(29, 0), 2, 0xdf);
    tables_map(&second, BENCH_RAM, BENCH_RAM, what & 1, 0xdf);
    tables_map(&first, 0, 0, 2, 0xdf);
    for (uint32_t i = 0; i < 2 * DMA_CHANNELS; i++)
        io_context(bench, IO_ID + i,
                   (struct io_context){.tc = TC_V | (what & 2 ? TC_SADE | TC_GADE : 0),
                                       .iohgatp = io_iohgatp(&second, (uint16_t)i),
                                       .fsc = what & 4 ? io_iosatp(&first) : 0});
    io_directory(bench);
    io_queues(bench);
}

/* A state that has been saved is put back: nothing may change. */
static void save_and_load(struct dma_bench *bench)
{
    struct buf saved = {0};
    uint64_t before = bench_digest(bench);

    bench_state(bench, &(struct state){.mode = STATE_SAVE, .out = &saved});
    bench_state(bench, &(struct state){.mode = STATE_LOAD,
                                       .in = (const unsigned char *)saved.data,
                                       .left = saved.size});
    assert(bench_digest(bench) == before);
    buf_free(&saved);
}

static unsigned run_queue(struct dma_bench *bench, unsigned entries)
{
    unsigned done = 0;

    for (; done < entries && bench->queue.next_due != NEVER; done++) {
        assert(bench->queue.next_due >= bench->queue.now);
        queue_fire_first(&bench->queue);
    }
    return done;
}

static void check(const struct dma_bench *bench)
{
    const struct iommu *iommu = bench->iommu;
    const struct iommu_counts *counts = &iommu->counts;
    unsigned working =
        iommu->command.works + iommu->fault.works + (unsigned)iommu->debug.works;

    for (unsigned i = 0; i < DMA_CHANNELS; i++) {
        const struct dma_channel *channel = &bench->dma->channel[i];
        bool works = channel->state >= DMA_FETCH && channel->state <= DMA_STATUS;

        assert(channel->works == works);
        assert((channel->timer.due != NEVER) == works);
        working += works;
    }
    assert(bench->bus.others == working);
    assert(iommu->pending_count <= IOMMU_PENDING);
    assert(counts->hits + counts->misses <= counts->translations);
    assert(counts->faults <= counts->translations);
    assert((iommu->ipsr & ~3u) == 0);
    for (unsigned wire = 0; wire < IOMMU_WIRES; wire++) {
        bool high = false;

        for (unsigned bit = 0; bit < 2; bit++)
            high |= (iommu->ipsr >> bit & 1) && (iommu->icvec >> 4 * bit & 15) == wire;
        assert(iommu->device.line[wire].level == high);
    }
    assert((iommu->ddtp & 15) <= IOMMU_2LVL);
}

/* What each channel was answered last, for reads and for writes: the page, or none. */
static struct oracle {
    bool allowed[DMA_CHANNELS][2];
    uint64_t page[DMA_CHANNELS][2];
} oracle;

/* Every access of a channel is in the page that it was answered last; after an
 * invalidation it has been answered again. */
static void watch(void *ctx, const struct event *event)
{
    const struct event_iommu_translate *answer = &event->iommu_translate;
    const struct event_bus_transfer *transfer = &event->bus_transfer;
    unsigned write, channel;

    (void)ctx;
    if (event->kind == EVENT_IOMMU_INVAL) {
        memset(oracle.allowed, 0, sizeof(oracle.allowed));
    } else if (event->kind == EVENT_IOMMU_TRANSLATE) {
        channel = answer->device_id - IO_ID;
        write = answer->access == ACCESS_STORE;
        if (channel >= DMA_CHANNELS)
            return;
        oracle.allowed[channel][write] = true;
        oracle.page[channel][write] = answer->pa / RAM_PAGE;
    } else if (transfer->initiator >= INITIATOR_DMA &&
               transfer->initiator < INITIATOR_DMA + DMA_CHANNELS) {
        channel = transfer->initiator - INITIATOR_DMA;
        write = transfer->access == ACCESS_STORE;
        assert(oracle.allowed[channel][write]);
        assert(oracle.page[channel][write] == transfer->pa / RAM_PAGE);
        assert((transfer->pa + transfer->size - 1) / RAM_PAGE ==
               transfer->pa / RAM_PAGE);
    }
}

/* One bench serves all inputs, and each finds it as it was at first. */
static struct dma_bench *fresh_bench(void)
{
    static struct dma_bench *bench;
    static struct buf fresh;
    struct state state = {.mode = STATE_LOAD};

    if (!bench) {
        bench = bench_new();
        bench_iommu(bench, NULL);
        event_listen(&bench->events,
                     (struct event_sink){EVENT_BIT(EVENT_IOMMU_TRANSLATE) |
                                             EVENT_BIT(EVENT_IOMMU_INVAL) |
                                             EVENT_BIT(EVENT_BUS_TRANSFER),
                                         watch, NULL});
        bench_state(bench, &(struct state){.mode = STATE_SAVE, .out = &fresh});
    }
    state.in = (const unsigned char *)fresh.data;
    state.left = fresh.size;
    bench_state(bench, &state);
    assert(!state.short_input && state.left == 0);
    bench->queue.now = 0;
    bench->device.offered = 0;
    bench->device.most = DMA_BURST;
    bench->heard_count = 0;
    memset(&oracle, 0, sizeof(oracle));
    return bench;
}

static void act(struct dma_bench *bench, struct input *input, uint64_t action,
                unsigned *entries)
{
    switch (action & 15) {
    case 0:
    case 1:
        poke_memory(bench, input);
        break;
    case 2:
        poke_register(bench, input);
        break;
    case 3:
        put_command(bench, input);
        break;
    case 4:
        run_channel(bench, input);
        break;
    case 5:
        ask(bench, input);
        break;
    case 6:
        set_up(bench, input);
        break;
    case 7:
        bench_hart(bench, bench->queue.now);
        break;
    case 8:
        if (action >> 4 == 0)
            save_and_load(bench);
        else if (action >> 4 == 1)
            iommu_type.reset(&bench->iommu->device);
        break;
    default:
        *entries += run_queue(bench, (unsigned)(action >> 4) + 1);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct dma_bench *bench = fresh_bench();
    unsigned entries = 0;

    while (input.left > 0 && entries < MOST_ENTRIES) {
        act(bench, &input, take(&input, 1), &entries);
        check(bench);
    }
    return 0;
}
