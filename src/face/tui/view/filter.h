#ifndef FACE_TUI_VIEW_FILTER_H
#define FACE_TUI_VIEW_FILTER_H

#include "face/tui/watch/watch.h"
#include "observe/ask/expr.h"

/*
 * Which events a list shows: an expression over the fields of events, with `kind` and `who`,
 * as behind `catch KIND if`. An event that has not the fields that it names is not meant.
 */
struct filter {
    const struct watch *watch;
    struct expr *expr; /* NULL: all events */
    bool insns;        /* it names instructions, which are left out else */
    uint64_t kinds;    /* that can pass; the others have not all the fields */
    struct err err;    /* why it means nothing; empty: it does */
};

/* Reads it; "" means all. filter_release in any case. */
void filter_read(struct filter *filter, const struct watch *watch, const char *text);
void filter_release(struct filter *filter);

bool filter_passes(const struct filter *filter, const struct event *event);

#endif
