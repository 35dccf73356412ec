#ifndef OBSERVE_TIME_FOLD_H
#define OBSERVE_TIME_FOLD_H

#include "base/state.h"
#include "event/event.h"

/*
 * A fold has state of its own that follows the viewer back and forth: it hears every
 * event of its kinds on the way to wherever the timeline goes, and its state is kept in
 * the snapshots. To be added while nothing has run. INSN must not be among the kinds.
 */
struct fold {
    uint64_t kinds;
    void (*take)(void *ctx, const struct event *event); /* NULL: it hears nothing */
    void (*state)(void *ctx, struct state *state);
    void *ctx;
};

#endif
