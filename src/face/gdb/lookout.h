#ifndef FACE_GDB_LOOKOUT_H
#define FACE_GDB_LOOKOUT_H

#include "control/moves.h"
#include "control/narration.h"
#include "face/gdb/gdb.h"

/*
 * What a move looks for: the client's points, the session's stops, and that a hart has
 * done a step. What is found is written down at once, since a search asks on.
 */
struct lookout {
    struct gdb *gdb;
    struct move move;
    struct narration_from narration; /* of the move */
    const struct probe *own, *users; /* the client's points, the session's stops */
    int stepped;                     /* hart; -1: none */
    int alone; /* the only hart that GDB has resumed, for which points that have lapsed
                    are gone; -1: it has resumed all */
    uint64_t from,
        to;     /* the stepped hart goes on while its pc is here; empty: one step */
    bool heard; /* it has done something since the last boundary */

    bool by_step;
    struct hit hit;
};

void lookout_begin(struct lookout *lookout, struct gdb *gdb);
struct probe lookout_probe(struct lookout *lookout);
void lookout_forget(struct lookout *lookout);

/* For a replay: notes the first point that an event touches. */
void lookout_touched(void *lookout, const struct event *event);

static inline bool hit_is_arrival(const struct hit *hit)
{
    return hit->by_point &&
           (hit->type == POINT_SOFTWARE || hit->type == POINT_HARDWARE);
}

static inline bool hit_is_access(const struct hit *hit)
{
    return hit->by_point && !hit_is_arrival(hit);
}

#endif
