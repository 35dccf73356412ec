#ifndef OBSERVE_ASK_WHY_H
#define OBSERVE_ASK_WHY_H

#include "base/err.h"
#include "observe/time/timeline.h"

/*
 * Why something happened: from an event back over its causes to the instruction that
 * started it. Each kind of event has rules (why_rules.def) that say which earlier event, with
 * which fields in common, is its cause; the sentence says how they belong together.
 */
enum { WHY_LINKS = 32 };

struct why_link {
    struct event event;
    const char *because; /* how it led to the link before: "it wrote the command" */
};

struct why {
    unsigned links; /* link[0] is the event asked about */
    struct why_link link[WHY_LINKS];
    bool started; /* the last link is where it started; else no cause of it was found */

    /* link[0] is an exception: its instruction, which did not retire, is at this pc. */
    bool has_pc;
    uint64_t pc;

    /* link[0] is an interrupt that was pending already: what let it in. */
    bool was_held;
    struct event released;
};

/* False: the search was interrupted. */
bool why_event(struct timeline *timeline, const struct event *event, struct why *why,
               struct err *err);

#endif
