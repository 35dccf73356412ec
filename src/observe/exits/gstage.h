#ifndef OBSERVE_EXITS_GSTAGE_H
#define OBSERVE_EXITS_GSTAGE_H

#include "machine/memory/bus.h"
#include "machine/translate/walk.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A second stage's tables as they are in memory, peeked: the hgatp of a guest, or the
 * iohgatp of a device context, which has the same form (privileged 1.13, 15.5; Sv39x4 and
 * Sv48x4).
 */

/* Have two the same tables, whatever their VMID or GSCID? */
bool gstage_is_same(uint64_t hgatp, uint64_t other);

/* The entry at which a walk for that guest physical address ends. False: there is no walk:
 * MODE is Bare or unknown, or it is no such address. */
bool gstage_look(const struct bus *bus, uint64_t hgatp, uint64_t gpa,
                 enum event_access access, struct walk_step *end);

/* What the valid leaves of all tables map. */
struct gstage_sum {
    uint64_t ram_bytes, device_bytes;
    uint64_t devices; /* bit n: registers of the board's device n are among them */
};

struct gstage_sum gstage_mapped(const struct bus *bus, uint64_t hgatp);

#endif
