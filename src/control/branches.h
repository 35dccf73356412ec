#ifndef CONTROL_BRANCHES_H
#define CONTROL_BRANCHES_H

#include "control/session.h"

/*
 * Two branches of a run, compared. They are the same up to the first act of their journals
 * that differs; from there on both are replayed and their events compared one by one, by
 * when they happen and by their fields. Acts themselves are not compared: that they differ
 * is why there are two branches.
 */
enum { DIFF_INSTRUCTIONS = 10000000 }; /* behind the fork, whose events are compared */

/* The first event of one side that the other has not got so; `has` false: the branch has
 * been run no further. */
struct diff_event {
    bool has;
    struct event event;
};

struct branch_side {
    unsigned branch;
    struct moment end; /* so far it is looked at */
    uint64_t end_cycle;
    struct diff_event any,
        device;               /* where they part: any event; any but instructions */
    struct counters counters; /* at its end */
    struct tally tally;       /* from the fork to there */
};

struct branch_diff {
    struct moment fork;
    uint64_t fork_cycle;
    struct counters at_fork;
    bool any_parts, device_parts; /* there is such an event */
    bool bounded;                 /* instructions were compared up to the bound only */
    struct branch_side side[2];
};

/* False: interrupted, or not possible (says why). The viewer is where it was. */
bool branches_compare(struct session *session, unsigned a, unsigned b,
                      struct branch_diff *diff, struct err *err);

#endif
