#ifndef CONTROL_ANSWERER_H
#define CONTROL_ANSWERER_H

#include "base/err.h"
#include "base/reply.h"

/*
 * Who answers run:command("...") of a scenario. The command language is above this
 * folder (control/command/answer.c), so whoever opens a scenario says who it is.
 */
struct scenario;
struct trial;
struct timeline;

struct answerer {
    /* For a run that is over: goes the same way once more, with a timeline, to its end. */
    void *(*open)(const struct scenario *scenario, unsigned variant, struct err *err);
    /* For a run on its way, which a callback looks at. */
    void *(*borrow)(struct trial *trial, struct timeline *timeline);
    bool (*answer)(void *session, const char *line, struct reply *reply,
                   struct err *err);
    void (*close)(void *session);
};

#endif
