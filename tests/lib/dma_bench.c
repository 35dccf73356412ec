#include "tests/lib/dma_bench.h"

#include "base/alloc.h"
#include "tests/lib/stress.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void hear(void *ctx, const struct event *event)
{
    struct dma_bench *bench = ctx;

    if (bench->heard_count < BENCH_EVENTS)
        bench->heard[bench->heard_count++] = *event;
}

/* --- what is beside the controller --------------------------------------------- */

static void line_changed(void *ctx, uint16_t source, bool level)
{
    ((struct dma_bench *)ctx)->line[source - 1] = level;
}

static void wire_changed(void *ctx, uint16_t source, bool level)
{
    ((struct dma_bench *)ctx)->wire[source - 36] = level;
}

static enum bus_response port_read(void *ctx, uint32_t offset, unsigned size,
                                   uint64_t *value)
{
    (void)offset;
    (void)size;
    *value = ((struct dma_bench *)ctx)->port++;
    return BUS_OKAY;
}

static enum bus_response port_write(void *ctx, uint32_t offset, unsigned size,
                                    uint64_t value)
{
    (void)offset;
    (void)size;
    ((struct dma_bench *)ctx)->port = (uint32_t)value;
    return BUS_OKAY;
}

static enum bus_response port_peek(const void *ctx, uint32_t offset, unsigned size,
                                   uint64_t *value)
{
    (void)offset;
    (void)size;
    *value = ((const struct dma_bench *)ctx)->port;
    return BUS_OKAY;
}

static unsigned take(void *ctx, void *bytes, unsigned length)
{
    struct bench_device *device = ctx;
    unsigned left = device->offered - device->taken;

    length = length > device->most ? device->most : length;
    length = length > left ? left : length;
    memcpy(bytes, device->offers + device->taken, length);
    device->taken += length;
    if (device->taken == device->offered)
        device->line.asserted = false;
    return length;
}

static unsigned give(void *ctx, const void *bytes, unsigned length)
{
    struct bench_device *device = ctx;

    length = length > device->most ? device->most : length;
    length = length > BENCH_FIFO - device->given ? BENCH_FIFO - device->given : length;
    memcpy(device->got + device->given, bytes, length);
    device->given += length;
    return length;
}

/* --- making -------------------------------------------------------------------- */

static struct dma *new_dma(struct dma_bench *bench, uint64_t base, uint8_t index)
{
    static const uint16_t irq[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct device_place place = {.name = "dma",
                                 .index = index,
                                 .unit = index,
                                 .base = base,
                                 .irqs = 8,
                                 .irq = irq,
                                 .bus = &bench->bus,
                                 .queue = &bench->queue,
                                 .events = &bench->events,
                                 .costs = &bench->costs};
    struct err err = {""};
    struct device *device = dma_type.create(&place, &err);
    bool made;

    made = device && device_map(device, &err);
    assert(made);
    (void)made;
    for (unsigned i = 0; i < 8; i++) {
        device->line[i].changed = line_changed;
        device->line[i].ctx = bench;
    }
    dma_type.reset(device);
    dma_connect(device, &bench->device.line);
    return (struct dma *)device;
}

struct dma_bench *bench_new(void)
{
    struct dma_bench *bench = alloc_zero(1, sizeof(*bench));
    struct err err = {""};
    bool made;
    struct mmio port = {.name = "port",
                        .base = BENCH_PORT,
                        .size = 4,
                        .min_size = 4,
                        .max_size = 4,
                        .device = 7,
                        .ctx = bench,
                        .read = port_read,
                        .write = port_write,
                        .peek = port_peek};

    queue_init(&bench->queue);
    bench->costs = costs_default;
    event_listen(&bench->events,
                 (struct event_sink){.kinds = EVENT_ALL, .take = hear, .ctx = bench});
    bus_init(&bench->bus, &bench->queue, &bench->events, &bench->costs);
    bench->bus.harts = 1;
    made = bus_map_ram(&bench->bus, BENCH_RAM, BENCH_RAM_SIZE, &err) &&
           bus_map(&bench->bus, port, &err);
    assert(made);
    (void)made;
    bench->device = (struct bench_device){.line = {.line = BENCH_LINE,
                                                   .take = take,
                                                   .give = give,
                                                   .device = &bench->device,
                                                   .base = BENCH_PORT,
                                                   .size = 4},
                                          .most = DMA_BURST};
    bench->dma = new_dma(bench, BENCH_DMA, 0);
    return bench;
}

void bench_second(struct dma_bench *bench)
{
    bench->second = new_dma(bench, BENCH_DMA + 0x10000, 1);
}

void bench_iommu(struct dma_bench *bench, const struct rig_setting *settings)
{
    static const uint16_t irq[] = {36, 37, 38, 39};
    struct device_place place = {.name = "iommu",
                                 .index = 2,
                                 .base = BENCH_IOMMU,
                                 .irqs = IOMMU_WIRES,
                                 .irq = irq,
                                 .bus = &bench->bus,
                                 .queue = &bench->queue,
                                 .events = &bench->events,
                                 .costs = &bench->costs,
                                 .setting = rig_setting_of,
                                 .row = (void *)(uintptr_t)settings};
    struct err err = {""};
    struct device *device = iommu_type.create(&place, &err);
    bool made = device && device_map(device, &err);

    assert(made);
    (void)made;
    for (unsigned i = 0; i < IOMMU_WIRES; i++) {
        device->line[i].changed = wire_changed;
        device->line[i].ctx = bench;
    }
    iommu_type.reset(device);
    bench->iommu = (struct iommu *)device;
    bench->dma->bridge = iommu_bridge(device);
}

void bench_free(struct dma_bench *bench)
{
    if (bench->iommu)
        iommu_type.free(&bench->iommu->device);
    if (bench->second)
        dma_type.free(&bench->second->device);
    dma_type.free(&bench->dma->device);
    bus_release(&bench->bus);
    free(bench);
}

/* --- poking -------------------------------------------------------------------- */

void bench_write(struct dma_bench *bench, unsigned channel, uint32_t offset,
                 unsigned size, uint64_t value)
{
    enum bus_response response =
        bus_write(&bench->bus, INITIATOR_HART,
                  BENCH_DMA + channel * UINT64_C(0x1000) + offset, size, value);

    assert(response == BUS_OKAY);
    (void)response;
}

uint64_t bench_read(struct dma_bench *bench, unsigned channel, uint32_t offset,
                    unsigned size)
{
    uint64_t value;
    enum bus_response response =
        bus_read(&bench->bus, INITIATOR_HART,
                 BENCH_DMA + channel * UINT64_C(0x1000) + offset, size, &value);

    assert(response == BUS_OKAY);
    (void)response;
    return value;
}

void bench_claim(struct dma_bench *bench, unsigned channel)
{
    bench_write(bench, channel, 0x000, 4, DMA_CLAIM);
}

void bench_run(struct dma_bench *bench, unsigned channel)
{
    bench_write(bench, channel, 0x000, 4,
                DMA_CLAIM | DMA_RUN | DMA_DONE_IE | DMA_ERR_IE);
}

void bench_copy(struct dma_bench *bench, unsigned channel, uint64_t dest,
                uint64_t source, uint64_t bytes, enum dma_bus_mode mode)
{
    bench_claim(bench, channel);
    bench_write(bench, channel, 0x008, 8, bytes);
    bench_write(bench, channel, 0x010, 8, BENCH_RAM + dest);
    bench_write(bench, channel, 0x018, 8, BENCH_RAM + source);
    bench_write(bench, channel, 0x20c, 4, mode);
    bench_run(bench, channel);
}

static void put(struct dma_bench *bench, uint64_t at, uint64_t value, unsigned size)
{
    ram_write(&bench->bus.ram, BENCH_RAM + at, &value, size, INITIATOR_HART);
}

void bench_descriptor(struct dma_bench *bench, uint64_t at, uint64_t source,
                      uint64_t dest, uint32_t bytes, uint32_t flags, int32_t next)
{
    put(bench, at + DMA_DESCRIPTOR_SOURCE, BENCH_RAM + source, 8);
    put(bench, at + DMA_DESCRIPTOR_DEST, BENCH_RAM + dest, 8);
    put(bench, at + DMA_DESCRIPTOR_BYTES, bytes, 4);
    put(bench, at + DMA_DESCRIPTOR_FLAGS, flags, 4);
    put(bench, at + DMA_DESCRIPTOR_STATUS, 0, 4);
    put(bench, at + DMA_DESCRIPTOR_NEXT, (uint32_t)next, 4);
}

uint32_t bench_status(struct dma_bench *bench, uint64_t at)
{
    uint32_t status;

    ram_read(&bench->bus.ram, BENCH_RAM + at + DMA_DESCRIPTOR_STATUS, &status, 4);
    return status;
}

/* --- time ---------------------------------------------------------------------- */

static void walk(void *bench, struct state *state)
{
    bench_state(bench, state);
}

static void fire(struct dma_bench *bench)
{
    queue_fire_first(&bench->queue);
    if (stress_due())
        stress(walk, bench);
}

void bench_to(struct dma_bench *bench, uint64_t cycle)
{
    while (bench->queue.next_due <= cycle)
        fire(bench);
    bench->queue.now = cycle;
}

uint64_t bench_finish(struct dma_bench *bench)
{
    for (unsigned i = 0; bench->queue.next_due != NEVER; i++) {
        assert(i < 1000000); /* the controller comes to an end */
        fire(bench);
    }
    return bench->queue.now;
}

uint64_t bench_hart(struct dma_bench *bench, uint64_t at)
{
    return bus_take(&bench->bus, INITIATOR_HART, at, bench->costs.bus_slot, BENCH_RAM) -
           at;
}

/* --- looking ------------------------------------------------------------------- */

void bench_fill(struct dma_bench *bench, uint64_t at, uint64_t bytes, uint8_t seed)
{
    for (uint64_t i = 0; i < bytes; i++)
        put(bench, at + i, (uint8_t)(seed + i * 7 + i / 251), 1);
}

uint8_t bench_byte(const struct dma_bench *bench, uint64_t at)
{
    return bench->bus.ram.bytes[at];
}

bool bench_same(const struct dma_bench *bench, uint64_t a, uint64_t b, uint64_t bytes)
{
    return memcmp(bench->bus.ram.bytes + a, bench->bus.ram.bytes + b, bytes) == 0;
}

unsigned bench_count(const struct dma_bench *bench, enum event_kind kind)
{
    unsigned count = 0;

    for (unsigned i = 0; i < bench->heard_count; i++)
        count += bench->heard[i].kind == kind;
    return count;
}

const struct event *bench_last(const struct dma_bench *bench, enum event_kind kind)
{
    for (unsigned i = bench->heard_count; i-- > 0;)
        if (bench->heard[i].kind == kind)
            return &bench->heard[i];
    return NULL;
}

void bench_state(struct dma_bench *bench, struct state *state)
{
    queue_state(&bench->queue, state);
    bus_state(&bench->bus, state);
    device_state(&bench->dma->device, state);
    if (bench->second)
        device_state(&bench->second->device, state);
    if (bench->iommu)
        device_state(&bench->iommu->device, state);
    STATE(state, bench->device.line.asserted);
    STATE(state, bench->device.taken);
    STATE(state, bench->device.given);
    STATE(state, bench->device.got);
    STATE(state, bench->line);
    STATE(state, bench->wire);
    STATE(state, bench->port);
}

uint64_t bench_digest(struct dma_bench *bench)
{
    struct state state;

    state_hash_begin(&state);
    bench_state(bench, &state);
    return state_digest(&state);
}
