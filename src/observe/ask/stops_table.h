#ifndef OBSERVE_ASK_STOPS_TABLE_H
#define OBSERVE_ASK_STOPS_TABLE_H

#include "observe/ask/stops.h"

/*
 * The inside of struct stops, which two files share: stops_table.c keeps the table,
 * stops_probe.c looks for what it holds.
 */

/* Something that may be what a stop waits for; whether it is, is asked at the boundary. */
struct heard {
    const struct stop *stop;
    struct stop_hit hit;
};

struct stops {
    struct timeline *time;
    struct expr_scope scope;

    unsigned count, room, last_number;
    struct stop **stop;
    struct stop **gone; /* removed, but the last move may have found it */
    unsigned gone_count;

    struct probe probe;
    unsigned heards, heard_room;
    struct heard *heard;
    unsigned hits, hit_room;
    struct stop_hit *hit;
};

/* Which events have to be heard for a stop. */
uint64_t stop_events(const struct stop *stop);

/* Does it need a watch on RAM? */
bool stop_watches(const struct stop *stop);

extern const struct probe stops_probe_functions;

#endif
