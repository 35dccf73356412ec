#include "control/command/render.h"

#include "base/bits.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

const char *const render_names[] = {"text", "json", "csv", NULL};

/* --- cells ------------------------------------------------------------------------------ */

static void put_number(struct buf *out, uint64_t number, bool commas)
{
    char text[NUMBER_TEXT];

    buf_add(out, text, number_text(text, number, commas));
}

/* Of a number with a sign: without it. */
static uint64_t size_of_signed(uint64_t number)
{
    return number >> 63 ? -number : number;
}

void render_cell(struct buf *out, enum column_type type, const struct cell *cell,
                 bool commas)
{
    if (cell->none)
        return;
    switch (type) {
    case COLUMN_TEXT:
        buf_text(out, cell->text);
        break;
    case COLUMN_COUNT:
        put_number(out, cell->number, commas);
        break;
    case COLUMN_SIGNED:
        if (cell->number >> 63)
            buf_char(out, '-');
        put_number(out, size_of_signed(cell->number), commas);
        break;
    case COLUMN_HEX:
        buf_printf(out, "0x%" PRIx64, cell->number);
        break;
    case COLUMN_FLAG:
        buf_text(out, cell->number ? "yes" : "no");
        break;
    }
}

/* --- text --------------------------------------------------------------------------------- */

static void render_text(struct buf *out, size_t width, const struct reply *reply,
                        const struct err *err)
{
    for (size_t i = 0; i < reply->parts; i++) {
        const struct reply_part *part = &reply->part[i];

        if (part->sentence)
            render_sentence(out, part->sentence, width);
        else
            render_table(out, &part->table, width);
    }
    if (err->text[0])
        buf_printf(out, "Error: %s.\n", err->text);
}

/* --- JSON --------------------------------------------------------------------------------- */

void render_json_string(struct buf *out, const char *text)
{
    buf_char(out, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_text(out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\u%04x", c);
        else
            buf_char(out, (char)c);
    }
    buf_char(out, '"');
}

/* A number that every reader of JSON has as it is. */
static bool is_exact(enum column_type type, const struct cell *cell)
{
    return (type == COLUMN_COUNT && cell->number <= EXACT_MOST) ||
           (type == COLUMN_SIGNED && size_of_signed(cell->number) <= EXACT_MOST);
}

static void json_cell(struct buf *out, enum column_type type, const struct cell *cell)
{
    struct buf text = {0};

    render_cell(&text, type, cell, false);
    if (cell->none)
        buf_text(out, "null");
    else if (type == COLUMN_FLAG)
        buf_text(out, cell->number ? "true" : "false");
    else if (is_exact(type, cell))
        buf_text(out, buf_str(&text));
    else
        render_json_string(out, buf_str(&text));
    buf_free(&text);
}

static void json_rows(struct buf *out, const struct table *table)
{
    for (size_t row = 0; row < table->rows; row++) {
        buf_text(out, row ? ",{" : "{");
        for (unsigned c = 0; c < table->columns; c++) {
            if (c)
                buf_char(out, ',');
            render_json_string(out, table->column[c].name);
            buf_char(out, ':');
            json_cell(out, table->column[c].type, table_cell(table, row, c));
        }
        buf_char(out, '}');
    }
}

static void json_table(struct buf *out, const struct reply *reply, size_t part)
{
    const struct table *table = &reply->part[part].table;
    unsigned same = 1;

    for (size_t i = 0; i < part; i++)
        same += !reply->part[i].sentence &&
                strcmp(reply->part[i].table.name, table->name) == 0;
    buf_printf(out, ",\"%s", table->name);
    if (same > 1)
        buf_printf(out, "_%u", same);
    buf_text(out, "\":[");
    json_rows(out, table);
    buf_char(out, ']');
}

static void render_json(struct buf *out, const char *line, const struct reply *reply,
                        const struct err *err)
{
    bool first = true;

    buf_text(out, "{\"command\":");
    render_json_string(out, line);
    buf_printf(out, ",\"ok\":%s,\"say\":[", err->text[0] ? "false" : "true");
    for (size_t i = 0; i < reply->parts; i++) {
        if (!reply->part[i].sentence)
            continue;
        if (!first)
            buf_char(out, ',');
        render_json_string(out, reply->part[i].sentence);
        first = false;
    }
    buf_char(out, ']');
    for (size_t i = 0; i < reply->parts; i++)
        if (!reply->part[i].sentence)
            json_table(out, reply, i);
    if (err->text[0]) {
        buf_text(out, ",\"error\":");
        render_json_string(out, err->text);
    }
    buf_text(out, "}\n");
}

/* --- CSV ---------------------------------------------------------------------------------- */

static void csv_field(struct buf *out, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        buf_text(out, text);
        return;
    }
    buf_char(out, '"');
    for (; *text; text++)
        if (*text == '"')
            buf_text(out, "\"\"");
        else
            buf_char(out, *text);
    buf_char(out, '"');
}

static void csv_table(struct buf *out, const struct table *table)
{
    struct buf text = {0};

    for (size_t line = 0; line <= table->rows; line++) {
        for (unsigned c = 0; c < table->columns; c++) {
            buf_clear(&text);
            if (line == 0)
                buf_text(&text, table->column[c].name);
            else
                render_cell(&text, table->column[c].type,
                            table_cell(table, line - 1, c), false);
            if (c)
                buf_char(out, ',');
            csv_field(out, buf_str(&text));
        }
        buf_char(out, '\n');
    }
    buf_free(&text);
}

static void render_csv(struct buf *out, const struct reply *reply)
{
    bool first = true;

    for (size_t i = 0; i < reply->parts; i++) {
        if (reply->part[i].sentence)
            continue;
        if (!first)
            buf_char(out, '\n');
        csv_table(out, &reply->part[i].table);
        first = false;
    }
}

void render(struct buf *out, enum render_form form, size_t width, const char *line,
            const struct reply *reply, const struct err *err)
{
    if (form == RENDER_JSON)
        render_json(out, line, reply, err);
    else if (form == RENDER_CSV)
        render_csv(out, reply);
    else
        render_text(out, width, reply, err);
}
