#ifndef CONTROL_COMMAND_RENDER_H
#define CONTROL_COMMAND_RENDER_H

#include "base/err.h"
#include "base/reply.h"

/*
 * An answer in one of its forms.
 *
 *   text  sentences, a line each, and tables with aligned columns; the error last.
 *         Columns without any value are left out. On a screen of `width` columns (0: a pipe,
 *         whose lines are as long as they are) nothing is wider: see render_table.c
 *   JSON  one object in one line: {"command": ..., "ok": true, "say": [...]} and each
 *         table under its name as an array of objects; "error" when it failed. Two tables
 *         of one name are "name" and "name_2".
 *   CSV   (RFC 4180, with lines that end in LF) each table with a heading, an empty line
 *         between two; sentences are left out
 */
enum render_form { RENDER_TEXT, RENDER_JSON, RENDER_CSV, RENDER_FORMS };

/* "text", "json", "csv"; ends with NULL. */
extern const char *const render_names[];

/* Appends what `line` was answered. `err` has a text if the command failed. */
void render(struct buf *out, enum render_form form, size_t width, const char *line,
            const struct reply *reply, const struct err *err);

/* The parts of the text form. */
void render_sentence(struct buf *out, const char *sentence, size_t width);
void render_table(struct buf *out, const struct table *table, size_t width);

/* A value; counts "1,234" with commas. */
void render_cell(struct buf *out, enum column_type type, const struct cell *cell,
                 bool commas);
void render_json_string(struct buf *out, const char *text);

#endif
