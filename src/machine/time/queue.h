#ifndef MACHINE_TIME_QUEUE_H
#define MACHINE_TIME_QUEUE_H

#include "base/state.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Time is a count of cycles, and everything that does not happen inside an instruction
 * is an entry of one queue. A device never loops or sleeps: it arms a timer and returns.
 *
 * Work due at cycle T is done before the first instruction that starts at or after T.
 * Entries due at the same cycle are done in the order in which they were armed.
 */
#define NEVER UINT64_MAX

struct timer {
    const char *name; /* for views: what will happen */
    void (*fire)(void *ctx, uint64_t now);
    void *ctx;
    uint64_t due; /* NEVER: not armed */
    uint64_t seq; /* order of arming; 0 while it is not armed */
    uint8_t board;
};

enum { QUEUE_TIMERS = 256 };

struct queue {
    uint64_t now;      /* of whoever acts: the hart's clock, or a due time */
    uint64_t next_due; /* the earliest due time; NEVER: nothing is armed */
    uint64_t next_seq;
    unsigned count;
    struct timer *timers[QUEUE_TIMERS]; /* all of the run's, in order of creation */
};

/* An empty queue at cycle 0. */
void queue_init(struct queue *queue);

/* Makes a timer known; its name, fire and ctx are set by the caller. False: too many. */
bool queue_add(struct queue *queue, struct timer *timer);

/* Arms a timer for cycle `due` (again, if it was armed); NEVER disarms it. */
void queue_arm(struct queue *queue, struct timer *timer, uint64_t due);

/* The entry that is due first, or NULL. */
struct timer *queue_first(const struct queue *queue);

/* Does the first entry, which must be due by `now`: disarms it, then fires it. */
void queue_fire_first(struct queue *queue);

/* Without `now`, which whoever acts next sets; what it is between two runs is the run's. */
void queue_state(struct queue *queue, struct state *state);

#endif
