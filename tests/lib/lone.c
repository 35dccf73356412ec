#include "tests/lib/lone.h"

#include "base/alloc.h"
#include "tests/lib/suite.h"

#include <assert.h>
#include <stdlib.h>

static void hear(void *ctx, const struct event *event)
{
    struct lone *lone = ctx;

    assert(lone->heard_count < LONE_EVENTS);
    lone->heard[lone->heard_count++] = *event;
}

struct lone *lone_new(void)
{
    struct lone *lone = alloc_zero(1, sizeof(*lone));
    struct hart *hart = &lone->hart;
    bool made;

    lone->costs = costs_default;
    queue_init(&lone->queue);
    bus_init(&lone->bus, &lone->queue, &lone->events, &lone->costs);
    made = bus_map_ram(&lone->bus, LONE_RAM, LONE_RAM_SIZE, NULL);
    event_listen(&lone->events,
                 (struct event_sink){.kinds = EVENT_ALL, .take = hear, .ctx = lone});
    made = made && hart_init(hart,
                             &(struct hart_place){.tlb_entries = 8,
                                                  .tlb_ways = 2,
                                                  .has_h = suite_hypervisor,
                                                  .geilen = suite_hypervisor ? 5 : 0,
                                                  .bus = &lone->bus,
                                                  .queue = &lone->queue,
                                                  .events = &lone->events,
                                                  .costs = &lone->costs},
                             NULL);
    assert(made);
    (void)made;
    hart_reset(hart, LONE_RAM);
    lone_clear_events(lone);
    return lone;
}

void lone_free(struct lone *lone)
{
    hart_release(&lone->hart);
    bus_release(&lone->bus);
    free(lone);
}

void lone_open_pmp(struct lone *lone)
{
    lone->hart.csr.pmpaddr[0] = BITS(53, 0);
    lone->hart.csr.pmpcfg[0] = (uint8_t)(field_set(0, PMP_A, PMP_NAPOT) | PMP_RWX);
}

unsigned lone_count(const struct lone *lone, enum event_kind kind)
{
    unsigned count = 0;

    for (unsigned i = 0; i < lone->heard_count; i++)
        count += lone->heard[i].kind == kind;
    return count;
}

const struct event *lone_last(const struct lone *lone, enum event_kind kind)
{
    for (unsigned i = lone->heard_count; i > 0; i--)
        if (lone->heard[i - 1].kind == kind)
            return &lone->heard[i - 1];
    return NULL;
}

void lone_clear_events(struct lone *lone)
{
    lone->heard_count = 0;
}

void lone_run_to(struct lone *lone, uint64_t cycle)
{
    while (lone->queue.next_due <= cycle)
        queue_fire_first(&lone->queue);
    lone->queue.now = cycle;
    if (!lone->hart.asleep && lone->hart.cycle < cycle)
        lone->hart.cycle = cycle;
}

static void walk(void *ctx, struct state *state)
{
    struct lone *lone = ctx;

    STATE(state, lone->queue.now); /* the test goes on from it */
    queue_state(&lone->queue, state);
    hart_state(&lone->hart, state);
}

void lone_stress(struct lone *lone)
{
    if (stress_due())
        stress(walk, lone);
}
