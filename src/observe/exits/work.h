#ifndef OBSERVE_EXITS_WORK_H
#define OBSERVE_EXITS_WORK_H

#include "base/state.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A workload's operations, as it marks them (guest/include/markers.h): from MARK_OP_BEGIN
 * to MARK_OP_END, between MARK_WORK_BEGIN and MARK_WORK_END. Where several are under way
 * an end belongs to the one that began first. A fold over events.
 */
enum { WORK_UNDER_WAY = 256, WORK_OPERATIONS = 65536 };

struct work {
    bool begun, ended; /* the first MARK_WORK_BEGIN, the first MARK_WORK_END after it */
    uint64_t begins, ends; /* operations */
    uint64_t wrong;        /* MARK_VERIFY_BAD: data that was not what it should be */
    uint64_t under_way[WORK_UNDER_WAY]; /* when operation n began: n % WORK_UNDER_WAY */
    uint64_t room;
    uint64_t *latency; /* cycles, of the first WORK_OPERATIONS that have ended */
};

#define WORK_KINDS EVENT_BIT(EVENT_MARKER)

void work_init(struct work *work);
void work_release(struct work *work);
void work_take(void *work, const struct event *event);
void work_state(void *work, struct state *state);

/* The latency that `percent` of 100 operations do not exceed (nearest rank), of those
 * whose latency is known; 0: there are none. */
uint64_t work_latency(const struct work *work, unsigned percent);

#endif
