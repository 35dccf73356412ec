#ifndef FACE_TUI_RACE_COUNTERS_H
#define FACE_TUI_RACE_COUNTERS_H

#include "face/tui/race/race.h"

/*
 * What a lane has come to at the cycle at which the race stands: counted from the
 * beginning of its work to now, or to its end, where it is over. Nothing is estimated.
 * Cycles of the guest, of the host and asleep, and those since the work was over, are
 * together the cycles of the race (of a machine with several harts, times these).
 */
struct lane_counters {
    bool over;        /* the work is */
    uint64_t over_at; /* ... since that cycle, of the race */
    bool ended;       /* the machine has come to its end */
    bool has_data;    /* all operations of the workload have ended */
    uint64_t data_at;

    uint64_t operations, all_operations; /* all: 0: not known */
    uint64_t bytes, all_bytes;           /* that are where they are to be; likewise */

    uint64_t exits; /* begun */
    uint64_t exit;  /* under way: number, from the beginning of the work; 0: none */
    struct vm_exit under; /* that one */

    uint64_t guest, host, asleep, spare;
    uint64_t by_hart, by_dma; /* payload, in bytes */
    bool has_job;             /* the scenario counts what a second job gets done */
    uint64_t job;             /* ... which is this, in its own rounds */
    uint64_t instructions, interrupts, injections, bus_waits, iommu_misses;
};

/* Of the lane with that number, at the race's cycle. */
void counters_of(struct lane_counters *counters, const struct race *race,
                 unsigned lane);

/* Who works in the lane now. */
enum lane_actor {
    ACTOR_GUEST,
    ACTOR_HOST,   /* or the hart of a machine without guests */
    ACTOR_DEVICE, /* every hart waits for an interrupt */
    ACTOR_NOBODY, /* likewise, and no device works */
    ACTOR_OFF     /* the machine is at its end */
};

/* ... at the moment of its machine. */
enum lane_actor actor_of(const struct race_lane *lane);

#endif
