#ifndef OBSERVE_RECORD_ABOUT_H
#define OBSERVE_RECORD_ABOUT_H

#include "image/lines.h"
#include "observe/metrics.h"
#include "observe/record/archive.h"

/*
 * What a recording says of its run besides the events: what was opened, the files it was
 * made of, the machine and its names.
 */
struct about {
    char *program; /* "ringside 0.1.0" */
    char *opened;  /* path of the scenario or program */
    char *variant; /* NULL: none */
    char *title;
    size_t settings;
    char **setting;            /* "name=value" */
    uint64_t interval;         /* instructions between two digests, at least */
    bool events, instructions; /* are they recorded? */
    bool complete;             /* read: it was closed */
};

bool about_write(struct archive *archive, const struct about *about, struct err *err);
bool about_read(struct archive *archive, struct about *about, struct err *err);
void about_release(struct about *about);

/* The recording is all that was to be recorded. */
bool about_complete(struct archive *archive, struct err *err);

/* The boards of the run with their devices and prices; the tables that explain events. */
bool about_write_machine(struct archive *archive, const struct run *run,
                         struct err *err);

/* The names that programs give to places. */
bool about_write_symbols(struct archive *archive, const struct symbols *symbols,
                         struct err *err);
bool about_write_lines(struct archive *archive, const struct lines *lines,
                       struct err *err);
bool about_write_source(struct archive *archive, const char *file, const char *text,
                        struct err *err);
bool about_write_region(struct archive *archive, const char *name, uint64_t base,
                        uint64_t size, struct err *err);

/* Replaces the metrics. */
bool about_write_metrics(struct archive *archive, const struct metrics *metrics,
                         struct err *err);

/* Files that the run is made of. */
bool about_write_file(struct archive *archive, const char *path, const void *bytes,
                      size_t size, struct err *err);

/* Calls `each` with all of them; the bytes are checked and good for the call. */
bool about_read_files(struct archive *archive,
                      void (*each)(void *ctx, const char *path, const void *bytes,
                                   size_t size),
                      void *ctx, struct err *err);

#endif
