#ifndef CONTROL_COMMAND_RENDER_H
#define CONTROL_COMMAND_RENDER_H

#include "base/err.h"
#include "base/reply.h"

/*
 * An answer in one of its forms.
 *
 *   text  sentences, a line each, and tables with aligned columns; the error last
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
void render(struct buf *out, enum render_form form, const char *line,
            const struct reply *reply, const struct err *err);

/* The parts of the text form. */
void render_table(struct buf *out, const struct table *table);
void render_json_string(struct buf *out, const char *text);

#endif
