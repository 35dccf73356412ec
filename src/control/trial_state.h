#ifndef CONTROL_TRIAL_STATE_H
#define CONTROL_TRIAL_STATE_H

#include "control/setup.h"
#include "machine/board/run.h"
#include "observe/exits/account.h"
#include "observe/exits/guest_folds.h"
#include "observe/metrics.h"
#include "observe/time/timeline.h"

/*
 * One run of one variant, from its setup to its metrics. Whoever wants to watch steps
 * `run` instead of calling trial_go, or goes back and forth by a timeline (trial_attach).
 */
struct trial {
    struct scenario *scenario;
    unsigned variant;
    struct setup setup;
    struct run *run;
    struct board *board;
    struct tally tally;
    struct guest_folds *guests;
    struct timeline *time; /* that the run goes through; NULL: none */
    bool owns_time;

    /* The window: reached when a hart first arrives at its ends. */
    bool entered, left;
    struct counters at_from, at_to;
    uint64_t work_from, work_to;
    struct exits *exits_from, *exits_to; /* as they were then */

    enum run_stop stop; /* how the run has ended */
    struct metrics metrics;
    struct account account;
};

#endif
