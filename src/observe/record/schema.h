#ifndef OBSERVE_RECORD_SCHEMA_H
#define OBSERVE_RECORD_SCHEMA_H

#include "base/buf.h"
#include "event/event.h"

#include <stdbool.h>

/*
 * The tables of a recording. docs/manual/recordings.md describes them; those of the event
 * kinds are made from events.def.
 */
enum {
    RECORD_FORMAT = 2,               /* PRAGMA user_version */
    RECORD_APPLICATION = 0x52535445, /* PRAGMA application_id: "RSTE" */
};

/* Columns that every table of events begins with. */
enum event_columns {
    COLUMN_ID, /* its place in the recording: the order in which events were heard */
    COLUMN_BRANCH,  /* of the run on which it was heard */
    COLUMN_RETIRED, /* its moment */
    COLUMN_ORD,
    COLUMN_CYCLE,
    COLUMN_BOARD,
    COLUMN_FIELDS /* then the fields of its kind */
};

/* All statements that make an empty recording. */
void schema_text(struct buf *out);

/* Statements that make a recording of format 1 one of today's, to be written on. */
extern const char schema_upgrade[];

/* `CREATE TABLE name(...)` of that kind's table. */
void schema_kind(struct buf *out, const char *name, enum event_kind kind);

/* What an event has in column `n` of its table. */
uint64_t event_column(const struct event *event, uint64_t id, uint32_t branch, int n);

/* Is a unit's value written in hexadecimal? Such columns are declared HEX INTEGER. */
bool schema_is_hex(enum event_unit unit);

#endif
