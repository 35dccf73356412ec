#ifndef OBSERVE_EXITS_ACCOUNT_H
#define OBSERVE_EXITS_ACCOUNT_H

#include "observe/exits/exits.h"
#include "observe/exits/work.h"
#include "observe/metrics.h"

/*
 * What one operation of a workload cost, and whom: an account of everything between two
 * moments. Every value is an integer, or a decimal number with a fixed number of digits:
 * the same on every host.
 */
enum account_metric {
    ACCOUNT_OPERATIONS,
    ACCOUNT_OPS_PER_SECOND,
    ACCOUNT_LATENCY_P50,
    ACCOUNT_LATENCY_P99,
    ACCOUNT_EXITS,
    ACCOUNT_EXIT_CYCLES,
    ACCOUNT_CYCLES,
    ACCOUNT_GUEST_CYCLES,
    ACCOUNT_HYPERVISOR_CYCLES,
    ACCOUNT_IDLE_CYCLES,
    ACCOUNT_INSTRUCTIONS,
    ACCOUNT_BYTES_COPIED,
    ACCOUNT_BYTES_DMA,
    ACCOUNT_INTERRUPTS,
    ACCOUNT_INJECTIONS,
    ACCOUNT_IOMMU_HITS,
    ACCOUNT_IOMMU_MISSES,
    ACCOUNT_PINNED,
    ACCOUNT_VERIFY_BAD,
    ACCOUNT_METRICS
};

struct account_info {
    const char
        *name; /* "exits_per_op": a key in JSON, a column in CSV, a name in Lua */
    const char *title; /* "exits/op": at most 18 letters */
    const char *unit, *help;
    unsigned decimals; /* digits behind the point */
};

extern const struct account_info account_infos[ACCOUNT_METRICS];

/* The exits of one cause. */
struct account_cause {
    uint64_t cause;
    uint64_t exits;
    uint64_t cycles; /* that they took, without those in which the hart was idle */
    uint64_t own;    /* the same without work on real devices and waits for the bus */
};

enum { ACCOUNT_CAUSES = 24 };

struct account {
    bool known; /* false: the workload has marked no operations */
    uint64_t
        value[ACCOUNT_METRICS]; /* times 10 to the power of the metric's decimals */
    unsigned harts;             /* whose cycles are added up below */
    uint64_t operations, cycles, guest_cycles, hypervisor_cycles, idle_cycles;
    /* Of exits: work on real devices, and waits for the bus. */
    uint64_t backend_cycles, bus_cycles;
    unsigned causes;
    struct account_cause cause[ACCOUNT_CAUSES]; /* in order of cause */
};

/* RAM that devices may reach for guests at any time, so that it must stay where it is: what
 * the second stages map whose device contexts the IOMMUs of the run use; and, IOMMU or not,
 * those of guests that have registers of a device which reaches memory by itself. */
uint64_t account_pinned(const struct exits *exits);

/* `from` and `to`: the exits at the two moments; `metrics`: what happened between them.
 * What is pinned is as it is now. */
void account_make(struct account *account, const struct exits *from,
                  const struct exits *to, const struct metrics *metrics,
                  const struct work *work);

/* `count` / `of`, rounded to that many digits behind the point; 0 if `of` is 0. */
uint64_t account_ratio(uint64_t count, uint64_t of, unsigned decimals);

/* A value as a decimal number: "1234.5"; with commas: "1,234.5". */
void account_put(struct buf *out, uint64_t value, unsigned decimals, bool commas);

#endif
