/*
 * Guest-written registers, descriptors and bytes in memory, at moments of the input's
 * choosing, against the DMA controller. The input is a list of actions; after each, what
 * must always be true of the controller is.
 */
#include "tests/fuzz/input.h"
#include "tests/lib/dma_bench.h"

#include "base/buf.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_ENTRIES = 3000 }; /* of the queue, per input */

/* An address that is mostly worth reading or writing. */
static uint64_t address(struct input *input)
{
    uint64_t value = take(input, 4);

    switch (value >> 28) {
    case 0:
        return take(input, 8);
    case 1:
        return BENCH_DMA + (value & 0x3fff);
    case 2:
        return BENCH_PORT;
    case 3:
        return BENCH_RAM + BENCH_RAM_SIZE - (value & 0xff);
    default:
        return BENCH_RAM + (value & 0xffff);
    }
}

/* A register of any channel, by any size, with a value of any kind. */
static void poke_register(struct dma_bench *bench, struct input *input)
{
    const struct regfile *file = dma_type.regs;
    const struct reg *reg = &file->regs[take(input, 1) % file->count];
    uint64_t channel = take(input, 1), value;
    unsigned size = channel & 4 ? 4 : reg->size;

    value = channel & 8 ? address(input) : take(input, channel & 16 ? 1 : reg->size);
    bus_write(&bench->bus, INITIATOR_HART,
              BENCH_DMA + (channel & 3) * reg->stride + reg->offset, size, value);
}

/* Claims a channel and runs it with registers that make some sense. */
static void run_channel(struct dma_bench *bench, struct input *input)
{
    uint64_t what = take(input, 1);
    unsigned channel = what & 3;

    bench_claim(bench, channel);
    bench_write(bench, channel, 0x008, 8, take(input, 2) & 0x3ff);
    bench_write(bench, channel, 0x010, 8, address(input));
    bench_write(bench, channel, 0x018, 8, address(input));
    bench_write(bench, channel, 0x20c, 4, what >> 2 & 3);
    bench_write(bench, channel, 0x230, 4, what >> 4 & 1);
    if (what & 0x20)
        bench_write(bench, channel, 0x220, 8, BENCH_RAM + (take(input, 1) & 0xe0));
    if (what & 0x40) {
        bench_write(bench, channel, 0x200, 8, BENCH_RAM);
        bench_write(bench, channel, 0x208, 4, UINT64_C(1) << (take(input, 1) & 3));
        bench_write(bench, channel, 0x214, 4, take(input, 1) & 7);
    }
    if (what & 0x80)
        bench_write(bench, channel, 0x234, 4, take(input, 2));
    bench_run(bench, channel);
}

static void poke_descriptor(struct dma_bench *bench, struct input *input)
{
    uint64_t slot = (take(input, 1) & 7) * 32;
    uint64_t source = address(input), dest = address(input);
    uint32_t flags = (uint32_t)take(input, 1);

    bench_descriptor(bench, slot, source - BENCH_RAM, dest - BENCH_RAM,
                     (uint32_t)take(input, flags & 0x80 ? 4 : 1),
                     flags & 0x40 ? flags : flags & 15,
                     (int32_t)(take(input, 1) & 7) * 32 - 96);
}

static void change_line(struct dma_bench *bench, struct input *input)
{
    struct bench_device *device = &bench->device;
    uint64_t what = take(input, 1);

    device->most = what & 0x3f;
    device->taken = device->given = 0;
    device->offered = 1000;
    device->line.asserted = what & 0x80;
    device->line.changed(device->line.ctx, BENCH_LINE, device->line.asserted);
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

static void use_bus(struct dma_bench *bench, struct input *input)
{
    uint64_t at = bench->queue.now + take(input, 1) % 32;

    bench_hart(bench, at < bench->queue.next_due ? at : bench->queue.next_due);
}

static void check(const struct dma_bench *bench)
{
    unsigned working = 0;

    for (unsigned i = 0; i < DMA_CHANNELS; i++) {
        const struct dma_channel *channel = &bench->dma->channel[i];
        bool works = channel->state >= DMA_FETCH && channel->state <= DMA_STATUS;

        assert(channel->works == works);
        assert((channel->timer.due != NEVER) == works);
        assert(channel->filled <= DMA_BURST && channel->drained <= channel->filled);
        assert(!works || (channel->control & DMA_RUN));
        working += works;
    }
    assert(bench->bus.others == working);
}

/* One bench serves all inputs, and each finds it as it was at first. */
static struct dma_bench *fresh_bench(void)
{
    static struct dma_bench *bench;
    static struct buf fresh;
    struct state state = {.mode = STATE_LOAD};

    if (!bench) {
        bench = bench_new();
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
    return bench;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct dma_bench *bench = fresh_bench();
    unsigned entries = 0;

    while (input.left > 0 && entries < MOST_ENTRIES) {
        uint64_t action = take(&input, 1);

        switch (action & 7) {
        case 0:
            poke_register(bench, &input);
            break;
        case 1:
            run_channel(bench, &input);
            break;
        case 2:
            poke_descriptor(bench, &input);
            break;
        case 3:
            change_line(bench, &input);
            break;
        case 4:
            use_bus(bench, &input);
            break;
        case 5:
            if ((action & 0xf8) == 0)
                save_and_load(bench);
            else if ((action & 0xf8) == 0x08)
                dma_type.reset(&bench->dma->device);
            break;
        default:
            entries += run_queue(bench, (unsigned)(action >> 3) + 1);
            break;
        }
        check(bench);
    }
    return 0;
}
