#include "tests/lib/rig.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "tests/lib/stress.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The device's own: not the accesses that the test itself makes. */
#define OWN_EVENTS                                                                     \
    (EVENT_ALL & ~(EVENT_BIT(EVENT_MMIO_READ) | EVENT_BIT(EVENT_MMIO_WRITE)))

uint64_t rig_setting_of(void *row, const char *name, uint64_t otherwise)
{
    const struct rig_setting *setting = row;

    for (; setting && setting->name; setting++)
        if (strcmp(setting->name, name) == 0)
            return setting->value;
    return otherwise;
}

static void hear(void *ctx, const struct event *event)
{
    struct rig *rig = ctx;

    if (rig->heard_count < RIG_EVENTS)
        rig->heard[rig->heard_count] = *event;
    rig->heard_count++;
}

static void irq_changed(void *ctx, uint16_t source, bool level)
{
    struct rig *rig = ctx;

    if (source != RIG_LINE)
        ck_abort_msg("interrupt line %u is not the device's", source);
    rig->irq = level;
    rig->rises += level;
}

static void request_changed(void *ctx, uint8_t line, bool asserted)
{
    struct rig *rig = ctx;

    if (line != RIG_LINE)
        ck_abort_msg("request line %u is not the device's", line);
    rig->asks = asserted;
}

static void connect_lines(struct rig *rig)
{
    struct device *device = rig->device;

    if (device->lines) {
        device->line[0].changed = irq_changed;
        device->line[0].ctx = rig;
    }
    if (device->requests) {
        device->request[0].line = RIG_LINE;
        device->request[0].changed = request_changed;
        device->request[0].ctx = rig;
    }
}

struct rig *rig_new(const struct device_type *type, const struct rig_setting *settings)
{
    static const uint16_t irqs[] = {RIG_LINE, RIG_LINE};
    struct rig *rig = alloc_zero(1, sizeof(*rig));
    struct rig_setting none = {NULL, 0};
    struct rig_setting *row = settings ? alloc_zero(16, sizeof(*row)) : NULL;
    struct err err = {""};

    for (unsigned i = 0; row && settings[i].name; i++)
        row[i] = settings[i];
    queue_init(&rig->queue);
    rig->costs = costs_default;
    bus_init(&rig->bus, &rig->queue, &rig->events, &rig->costs);
    rig->device = type->create(
        &(struct device_place){
            .name = type->name,
            .index = 3,
            .base = RIG_BASE,
            .irqs = type->irqs,
            .irq = irqs,
            .bus = &rig->bus,
            .queue = &rig->queue,
            .events = &rig->events,
            .costs = &rig->costs,
            .setting = rig_setting_of,
            .row = row ? row : &none,
        },
        &err);
    free(row);
    ck_assert_msg(rig->device != NULL, "%s", err.text);
    ck_assert_msg(device_map(rig->device, &err), "%s", err.text);
    connect_lines(rig);
    event_listen(&rig->events, (struct event_sink){OWN_EVENTS, hear, rig});
    type->reset(rig->device);
    return rig;
}

void rig_free(struct rig *rig)
{
    rig->device->type->free(rig->device);
    bus_release(&rig->bus);
    free(rig);
}

static void walk(struct rig *rig, struct state *state)
{
    STATE(state,
          rig->queue.now); /* nobody's state here, but the test goes on from it */
    queue_state(&rig->queue, state);
    bus_state(&rig->bus, state);
    device_state(rig->device, state);
}

static void walk_rig(void *rig, struct state *state)
{
    walk(rig, state);
}

static void stress_now_and_then(struct rig *rig)
{
    if (stress_due())
        stress(walk_rig, rig);
}

uint64_t rig_read(struct rig *rig, uint32_t offset, unsigned size)
{
    uint64_t value = 0;

    if (bus_read(&rig->bus, INITIATOR_HART, RIG_BASE + offset, size, &value))
        ck_abort_msg("the read at offset 0x%x fails", offset);
    stress_now_and_then(rig);
    return value;
}

void rig_write(struct rig *rig, uint32_t offset, unsigned size, uint64_t value)
{
    if (bus_write(&rig->bus, INITIATOR_HART, RIG_BASE + offset, size, value))
        ck_abort_msg("the write at offset 0x%x fails", offset);
    stress_now_and_then(rig);
}

uint64_t rig_peek(struct rig *rig, uint32_t offset, unsigned size)
{
    const struct mmio *mmio = bus_find(&rig->bus, RIG_BASE + offset);
    uint64_t value = 0;

    ck_assert_int_eq(mmio->peek(mmio->ctx, offset, size, &value), BUS_OKAY);
    return value;
}

enum bus_response rig_try_read(struct rig *rig, uint32_t offset, unsigned size)
{
    uint64_t value;

    return bus_read(&rig->bus, INITIATOR_HART, RIG_BASE + offset, size, &value);
}

enum bus_response rig_try_write(struct rig *rig, uint32_t offset, unsigned size)
{
    return bus_write(&rig->bus, INITIATOR_HART, RIG_BASE + offset, size, 0);
}

unsigned rig_count(const struct rig *rig, enum event_kind kind)
{
    unsigned count = 0;

    for (unsigned i = 0; i < rig->heard_count && i < RIG_EVENTS; i++)
        count += rig->heard[i].kind == kind;
    return count;
}

const struct event *rig_event(const struct rig *rig, enum event_kind kind, unsigned n)
{
    for (unsigned i = 0; i < rig->heard_count && i < RIG_EVENTS; i++)
        if (rig->heard[i].kind == kind && n-- == 0)
            return &rig->heard[i];
    ck_abort_msg("there are not that many events of kind %s", event_infos[kind].name);
    return NULL;
}

static void fire(struct rig *rig)
{
    queue_fire_first(&rig->queue);
    stress_now_and_then(rig);
}

void rig_wait(struct rig *rig, uint64_t cycles)
{
    uint64_t end = rig->queue.now + cycles;

    while (rig->queue.next_due <= end)
        fire(rig);
    rig->queue.now = end;
}

void rig_settle(struct rig *rig, uint64_t most)
{
    uint64_t end = rig->queue.now + most;

    while (rig->queue.next_due <= end)
        fire(rig);
}

uint64_t rig_digest(struct rig *rig)
{
    struct state state;

    state_hash_begin(&state);
    walk(rig, &state);
    return state_digest(&state);
}

void rig_save(struct rig *rig, struct buf *out)
{
    walk(rig, &(struct state){.mode = STATE_SAVE, .out = out});
}

void rig_load(struct rig *rig, const struct buf *in)
{
    struct state state = {
        .mode = STATE_LOAD,
        .in = (const unsigned char *)in->data,
        .left = in->size,
    };

    walk(rig, &state);
    ck_assert(!state.short_input);
    ck_assert_uint_eq(state.left, 0);
}

/* The garbage need not be a state that a device can have: it is not used. */
static void poison(struct rig *rig, size_t size)
{
    struct buf garbage = {0};
    struct state state = {.mode = STATE_LOAD};

    for (size_t i = 0; i < size; i++)
        buf_char(&garbage, (char)0xa5);
    state.in = (const unsigned char *)garbage.data;
    state.left = garbage.size;
    walk(rig, &state);
    buf_free(&garbage);
}

void rig_check_state(struct rig *rig, void (*go_on)(struct rig *rig))
{
    struct buf saved = {0};
    uint64_t digest = rig_digest(rig), expected;
    bool irq = rig->irq, asks = rig->asks;
    unsigned before = rig->heard_count, events;

    rig_save(rig, &saved);
    ck_assert_uint_eq(rig_digest(rig), digest);
    go_on(rig);
    expected = rig_digest(rig);
    events = rig->heard_count - before;
    ck_assert_uint_ne(expected, digest);

    poison(rig, saved.size);
    ck_assert_uint_ne(rig_digest(rig), digest);
    rig_load(rig, &saved);
    rig->irq = irq;
    rig->asks = asks;
    ck_assert_uint_eq(rig_digest(rig), digest);
    before = rig->heard_count;
    go_on(rig);
    ck_assert_uint_eq(rig_digest(rig), expected);
    ck_assert_uint_eq(rig->heard_count - before, events);
    buf_free(&saved);
}
