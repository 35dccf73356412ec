#ifndef OBSERVE_EXITS_DELIVERIES_H
#define OBSERVE_EXITS_DELIVERIES_H

#include "base/state.h"
#include "machine/board/run.h"

#include <stdint.h>

/*
 * Interrupts followed from hand to hand: from a device's line to the handler that
 * completes them, on the bare machine or through a hypervisor to a guest. Another fold
 * over events (observe/time/fold.h).
 */
enum hand {
    HAND_LINE,           /* the device raises its line */
    HAND_PENDING,        /* the PLIC has a request */
    HAND_HART,           /* the PLIC raises the line into a hart */
    HAND_TRAP,           /* the hart traps: out of a guest, that is a VM exit */
    HAND_CLAIM,          /* the handler claims it at the PLIC */
    HAND_INJECT,         /* the hypervisor raises VSEIP in hvip */
    HAND_ENTRY,          /* a guest is entered */
    HAND_GUEST_TRAP,     /* the guest traps to its handler */
    HAND_GUEST_CLAIM,    /* an exit: the guest claims an interrupt */
    HAND_GUEST_COMPLETE, /* an exit: the guest completes it */
    HAND_COMPLETE,       /* it is completed at the PLIC */
    HANDS
};

struct hand_info {
    const char *name; /* "guest-claim" */
    const char *help; /* "the guest claims it, by an exit" */
};

extern const struct hand_info hand_infos[HANDS];

/* One interrupt on its way. `seen` has a bit a hand; the rest is by hand. */
struct delivery {
    uint64_t cycle[HANDS], retired[HANDS];
    uint32_t order[HANDS]; /* moments, of the events */
    uint16_t seen;
    uint16_t guest_source; /* what the guest has claimed; 0: nothing yet */
    uint8_t hart;          /* that trapped or claimed */
    uint8_t exits;         /* on that hart, of its guest, from the trap to the end */
    uint8_t over;          /* it is among the counts below */
    uint8_t own;           /* the hypervisor's: it goes to no guest */
};

/* All of one source. */
struct delivery_source {
    uint16_t source;
    uint8_t board;
    uint64_t count;                    /* that are over */
    uint64_t exits;                    /* that they took */
    uint64_t times[HANDS], sum[HANDS]; /* so often, cycles since the hand before */
    struct delivery now;               /* on its way, or the last one */
};

enum { DELIVERY_SOURCES = 24 }; /* those that interrupt first are followed */

struct deliveries {
    const struct run *run; /* peeked: where the PLIC is, what a guest has loaded */
    unsigned sources;
    struct delivery_source source[DELIVERY_SOURCES];
    /* By board and hart: a guest's load from CLAIM is under way, by this instruction. */
    uint32_t claiming[RUN_BOARDS * HART_MAX];
};

#define DELIVERIES_KINDS                                                               \
    (EVENT_BIT(EVENT_IRQ_LINE) | EVENT_BIT(EVENT_IRQ_PENDING) |                        \
     EVENT_BIT(EVENT_HART_LINE) | EVENT_BIT(EVENT_TRAP_ENTER) |                        \
     EVENT_BIT(EVENT_VM_EXIT) | EVENT_BIT(EVENT_IRQ_CLAIM) |                           \
     EVENT_BIT(EVENT_CSR_WRITE) | EVENT_BIT(EVENT_VM_ENTRY) |                          \
     EVENT_BIT(EVENT_IRQ_COMPLETE))

void deliveries_init(struct deliveries *deliveries, const struct run *run);
void deliveries_take(void *deliveries, const struct event *event);
void deliveries_state(void *deliveries, struct state *state);

/* NULL: the source has not interrupted. */
const struct delivery_source *deliveries_of(const struct deliveries *deliveries,
                                            unsigned board, unsigned source);

/* The same with one among its counts that has been completed: on the bare machine it is
 * over then; where there is a hypervisor it may still go on to a guest. */
struct delivery_source deliveries_sum(const struct delivery_source *source);

/* The hands that it has been through, in the order of time; gives how many. */
unsigned delivery_hands(const struct delivery *delivery, uint8_t hand[HANDS]);

#endif
