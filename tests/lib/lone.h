#ifndef TESTS_LIB_LONE_H
#define TESTS_LIB_LONE_H

#include "machine/hart/hart.h"

/*
 * A hart alone with RAM, a bus and a queue, without the loops that execute instructions:
 * for tests of what CSRs, traps and translation do. It hears every event.
 */
enum { LONE_EVENTS = 256 };

#define LONE_RAM      UINT64_C(0x80000000)
#define LONE_RAM_SIZE UINT64_C(0x400000)

struct lone {
    struct hart hart;
    struct bus bus;
    struct queue queue;
    struct event_stream events;
    struct costs costs;
    struct event heard[LONE_EVENTS];
    unsigned heard_count;
};

/* As after reset: M-mode, cycle 0, every PMP entry off. TLB of 4 sets by 2 ways. It has
 * the hypervisor extension with 5 guest external interrupts, if suite_hypervisor says. */
struct lone *lone_new(void);
void lone_free(struct lone *lone);

/* PMP entry 0 lets S- and U-mode do everything everywhere. */
void lone_open_pmp(struct lone *lone);

/* How many events of that kind were heard, and the last of them (NULL: none). */
unsigned lone_count(const struct lone *lone, enum event_kind kind);
const struct event *lone_last(const struct lone *lone, enum event_kind kind);
void lone_clear_events(struct lone *lone);

/* Time goes on to that cycle: what is due by then is done. */
void lone_run_to(struct lone *lone, uint64_t cycle);

/* Under stress (stress.h): now and then the hart is saved and restored. */
void lone_stress(struct lone *lone);

#endif
