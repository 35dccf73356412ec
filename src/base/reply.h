#ifndef BASE_REPLY_H
#define BASE_REPLY_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXACT_MOST (UINT64_C(1) << 53)

/*
 * What a command answers: data first. An answer is sentences and tables in the order in
 * which they were given; each face renders it (control/command/render.h): as aligned
 * text, as JSON, as CSV. Sentences come first where there is something to say, since
 * whoever listens hears the message before the rows.
 */
enum column_type {
    COLUMN_TEXT,  /* a word or a sentence */
    COLUMN_COUNT, /* a number, decimal: with commas in text, plain in JSON and CSV; above
                     EXACT_MOST a string in JSON, since its readers have no more bits */
    COLUMN_SIGNED, /* the same, of 64 bits with a sign */
    COLUMN_HEX,    /* an address or bits: "0x80000000" everywhere (a string in JSON) */
    COLUMN_FLAG    /* yes or no; true or false in JSON */
};

struct column {
    const char *name; /* lower case, words joined by "_": a key in JSON */
    enum column_type type;
};

/* One value; `text` is owned by the table. A value that is not known is CELL_NONE: empty
 * in text and CSV, null in JSON. */
struct cell {
    bool none;
    uint64_t number; /* COUNT, SIGNED, HEX, FLAG */
    char *text;      /* TEXT */
};

struct table {
    const char *name; /* a key in JSON: "registers" */
    unsigned columns;
    struct column *column;
    size_t rows, cells; /* cells given so far: the last row may be incomplete */
    struct cell *cell;  /* rows * columns */
    char *names; /* what the columns' names are in, where they are no constants; the
                    table's own; or NULL */
};

struct reply_part {
    char *sentence; /* or NULL: a table */
    struct table table;
};

struct reply {
    size_t parts, room;
    struct reply_part *part;
};

/* A sentence on a line of its own: a capital, a full stop. */
void reply_say(struct reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Begins a table; `columns` ends with a NULL name. It is good until the next part begins. */
struct table *reply_table(struct reply *reply, const char *name,
                          const struct column *columns);

/* The next cell of the table, in the column that comes next. */
void table_text(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void table_number(struct table *table,
                  uint64_t number); /* COUNT, SIGNED, HEX or FLAG */
void table_none(struct table *table);

/* Drops all but the first `parts`. */
void reply_cut(struct reply *reply, size_t parts);

/* Moves the sentences, or the tables, of one answer to the end of another, in order. */
enum reply_kind { REPLY_SENTENCES, REPLY_TABLES };
void reply_move(struct reply *to, struct reply *from, enum reply_kind kind);

/* A value that was given, or is not known. */
const struct cell *table_cell(const struct table *table, size_t row, unsigned column);

void reply_release(struct reply *reply);

#endif
