#ifndef FACE_TUI_SUBJECT_H
#define FACE_TUI_SUBJECT_H

#include "control/trial.h"
#include "face/options.h"
#include "face/tui/watch.h"

/* What is watched: a variant of a scenario, or any program. */
struct subject {
    const char *file;
    struct run *run;
    uint64_t cycles; /* at which it is over; UINT64_MAX: no limit */

    /* A scenario. */
    struct scenario *scenario;
    struct trial trial;

    /* A program. */
    struct run *own;
    struct image image;
    struct lines lines;
    char *text[WATCH_SOURCES];
};

/* Loads the machine, so that nothing has run yet. A file whose name ends in .lua is a
 * scenario; `variant` NULL is its first. Whatever the result, subject_close releases. */
bool subject_open(struct subject *subject, const char *file, const char *variant,
                  const struct option_list *settings, struct err *err);
void subject_close(struct subject *subject);

/* Gives a watch of its run the names that it knows. */
void subject_name(struct subject *subject, struct watch *watch);

#endif
