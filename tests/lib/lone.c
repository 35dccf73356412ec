#include "tests/lib/lone.h"

#include "base/alloc.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

static struct lone *lone_of(struct hart *hart)
{
    return (struct lone *)(void *)((char *)hart - offsetof(struct lone, hart));
}

/*
 * Stand-ins for the fast loop's look-up tables. They are weak: in a test program that
 * links the fast loop, its own functions are the ones that are called.
 */
__attribute__((weak)) void hart_forget(struct hart *hart)
{
    lone_of(hart)->forgets++;
}

__attribute__((weak)) void hart_forget_page(struct hart *hart, uint64_t va)
{
    lone_of(hart)->forgotten_pages++;
    lone_of(hart)->last_forgotten = va;
}

static void hear(void *ctx, const struct event *event)
{
    struct lone *lone = ctx;

    assert(lone->heard_count < LONE_EVENTS);
    lone->heard[lone->heard_count++] = *event;
}

static void stimer_fires(void *ctx, uint64_t now)
{
    (void)now;
    hart_set_line(ctx, IRQ_STI, true);
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
    *hart = (struct hart){.mode = MODE_M,
                          .reservation = NEVER,
                          .peers = hart,
                          .peer_count = 1,
                          .bus = &lone->bus,
                          .queue = &lone->queue,
                          .events = &lone->events,
                          .costs = &lone->costs};
    hart->csr.menvcfg = MENVCFG_ADUE;
    hart->csr.stimecmp = UINT64_MAX;
    hart->stimer =
        (struct timer){.name = "stimecmp", .fire = stimer_fires, .ctx = hart};
    made = made && queue_add(&lone->queue, &hart->stimer) && tlb_init(&hart->tlb, 8, 2);
    assert(made);
    (void)made;
    return lone;
}

void lone_free(struct lone *lone)
{
    tlb_release(&lone->hart.tlb);
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
