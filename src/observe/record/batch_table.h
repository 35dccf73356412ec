#ifndef OBSERVE_RECORD_BATCH_TABLE_H
#define OBSERVE_RECORD_BATCH_TABLE_H

#include "event/event.h"

struct sqlite3;

/* An event on its way into a recording. */
struct heard {
    struct event event;
    uint32_t branch;
};

/*
 * Events in memory as rows: table batch_KIND has a row for each event of that kind that
 * is in the batch. `INSERT INTO kind SELECT * FROM batch_kind` is the fastest way to give
 * SQLite many rows: one statement, and no value is bound.
 */
struct batch {
    const struct heard *heard; /* a ring of `size` (a power of two) */
    uint32_t size;
    unsigned count[EVENT_KINDS];
    uint64_t
        *id[EVENT_KINDS]; /* of each kind's events: places in the ring, counted on */
};

/* Adds the tables; the batch stays the caller's. */
int batch_table_add(struct sqlite3 *db, struct batch *batch);
void batch_table_remove(struct sqlite3 *db);

#endif
