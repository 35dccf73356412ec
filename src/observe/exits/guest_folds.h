#ifndef OBSERVE_EXITS_GUEST_FOLDS_H
#define OBSERVE_EXITS_GUEST_FOLDS_H

#include "observe/exits/deliveries.h"
#include "observe/exits/exits.h"
#include "observe/exits/work.h"
#include "observe/time/timeline.h"

/* What is learnt about guests from a run's events: the folds of this folder together. */
struct guest_folds {
    struct exits exits;
    struct deliveries deliveries;
    struct work work;
};

/* Nothing has run yet. */
struct guest_folds *guest_folds_new(const struct run *run);
void guest_folds_free(struct guest_folds *folds);

/* Either they listen to a run that only goes forwards, or they follow a timeline. */
void guest_folds_listen(struct guest_folds *folds, struct event_stream *events);
void guest_folds_unlisten(struct guest_folds *folds, struct event_stream *events);
void guest_folds_join(struct guest_folds *folds, struct timeline *timeline);

#endif
