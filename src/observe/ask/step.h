#ifndef OBSERVE_ASK_STEP_H
#define OBSERVE_ASK_STEP_H

#include "observe/time/timeline.h"

/* All that happened in one step of the machine: from boundary to boundary. */
struct step {
    struct moment began, ended;
    unsigned count, room;
    struct event *event; /* of every kind, in order */
};

/* The step in which that event was told. False: it is not in this run, or the search was
 * interrupted. step_release in any case. */
bool step_of(struct timeline *timeline, const struct event *event, struct step *step);

/* The step between two boundaries that are known. */
void step_between(struct timeline *timeline, struct moment began, struct moment ended,
                  struct step *step);

void step_release(struct step *step);

/* When the viewer has seen an event: of an instruction, which is told last, that is the
 * boundary after it. */
struct moment step_seen(const struct event *event);

#endif
