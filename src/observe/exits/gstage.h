#ifndef OBSERVE_EXITS_GSTAGE_H
#define OBSERVE_EXITS_GSTAGE_H

#include "machine/memory/bus.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A second stage's tables as they are in memory, peeked: the hgatp of a guest, or the
 * iohgatp of a device context, which has the same form (privileged 1.13, "Two-Stage
 * Address Translation"; Sv39x4 and Sv48x4).
 */
struct gstage_entry {
    bool found; /* false: MODE is Bare or unknown, or the table is not in RAM */
    unsigned level;
    uint64_t at, entry;
};

/* The entry at which a walk for that guest physical address ends: a leaf, or one that
 * leads nowhere. */
struct gstage_entry gstage_look(const struct bus *bus, uint64_t hgatp, uint64_t gpa);

/* What the valid leaves of all tables map. */
struct gstage_sum {
    uint64_t ram_bytes, device_bytes;
};

struct gstage_sum gstage_mapped(const struct bus *bus, uint64_t hgatp);

#endif
