#ifndef CONTROL_SUBJECT_H
#define CONTROL_SUBJECT_H

#include "control/trial.h"

/*
 * What is looked at: a variant of a scenario, or any program on the board; with the names
 * that it gives to places: symbols, source lines, parts of RAM.
 */
enum { SUBJECT_SOURCES = 96, SUBJECT_REGIONS = 32 };

/* A named part of RAM. */
struct region {
    char name[24];
    uint64_t base, size;
};

/* The text of a source file. */
struct source {
    const char *file, *text;
};

struct subject {
    const char *file;
    struct run *run;
    uint64_t cycles; /* at which it is over; UINT64_MAX: no limit */

    const char *title;
    const char *variant; /* its title; NULL: none */
    const struct symbols *symbols;
    const struct symbols *guest_symbols; /* of what runs in guests; NULL: the same */
    const struct lines *lines;
    const struct lines *guest_lines; /* as guest_symbols */
    unsigned regions, sources;
    bool named; /* the scenario chose the regions; else they are symbols of data */
    struct region region[SUBJECT_REGIONS];
    struct source source[SUBJECT_SOURCES];

    /* A scenario; NULL: it is a program. */
    struct scenario *scenario;
    struct trial trial;

    /* A program. */
    struct run *own;
    struct image image;
    struct lines own_lines;
    char *text[SUBJECT_SOURCES];

    struct files files; /* all that it is made of */
};

/* Loads the machine, so that nothing has run yet. A file whose name ends in .lua is a
 * scenario; `variant` NULL is its first; settings are "name=value". What an assembler
 * complains of goes to `diagnostics`, whole lines. Whatever the result, subject_close
 * releases; until then the subject stays where it is. */
bool subject_open(struct subject *subject, const char *file, const char *variant,
                  const char *const *settings, size_t setting_count,
                  struct buf *diagnostics, struct err *err);

/* The same from files that somebody has kept: no others are opened. NULL: from the disk. */
bool subject_open_from(struct subject *subject, const struct files *files,
                       const char *file, const char *variant,
                       const char *const *settings, size_t setting_count,
                       struct buf *diagnostics, struct err *err);
void subject_close(struct subject *subject);

/* The same for a scenario's run that is somebody else's, on its way: with its names only.
 * subject_close, too, leaves the run alone. */
void subject_borrow(struct subject *subject, struct trial *trial);

/* The names and the source lines of what a hart runs in a guest, or outside; NULL: none. */
const struct symbols *subject_symbols(const struct subject *subject, bool in_guest);
const struct lines *subject_lines(const struct subject *subject, bool in_guest);

/* The sentence that the scenario adds to an event; NULL: none. */
const char *subject_note(void *subject, const struct event *event);

/* The named part of RAM that holds a physical address; NULL: none. */
const struct region *subject_region(const struct subject *subject, uint64_t pa);

/* The text of line `line` of source file `file`, without its end; NULL: not at hand. */
const char *subject_line(const struct subject *subject, const char *file, unsigned line,
                         size_t *length);

#endif
