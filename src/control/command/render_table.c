/*
 * Text for a screen of so many columns.
 *
 * As many columns of a table as fit stand side by side. The next one, if it is text and
 * has room for a few words, is broken into lines within its place. What still does not fit
 * follows below its row, each value with its name, so that a row can be read aloud as it
 * stands:
 *
 *     moment    cycle  event
 *     #1204.2   4,336  the DMA controller raises its line, since the channel is
 *                      done
 *                      because: it wrote the last byte
 */
#include "control/command/render.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    NARROWEST = 20, /* a screen */
    FEW_WORDS = 24, /* that are worth a place of their own */
    BELOW = 4       /* what follows a row is moved in by at least so much */
};

/* --- lines -------------------------------------------------------------------------------- */

static const char *next_character(const char *text)
{
    do
        text++;
    while (((unsigned char)*text & 0xc0) == 0x80);
    return text;
}

/* Characters of UTF-8 text. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text; text = next_character(text))
        width++;
    return width;
}

/* Bytes that fit into so many columns: up to a blank, if there is one. */
static size_t fitting(const char *text, size_t room)
{
    const char *at = text, *blank = NULL;

    for (; *at && room; at = next_character(at), room--)
        if (*at == ' ' && at > text)
            blank = at;
    if (!*at || *at == ' ' || !blank)
        return (size_t)(at - text);
    return (size_t)(blank - text);
}

static void put_blanks(struct buf *out, size_t count)
{
    while (count--)
        buf_char(out, ' ');
}

/* A text that begins at column `indent`, and so do its further lines. */
static void put_broken(struct buf *out, const char *text, size_t indent, size_t width)
{
    for (;;) {
        size_t length = fitting(text, width - indent);

        buf_add(out, text, length);
        text += length;
        text += strspn(text, " ");
        if (!*text)
            return;
        buf_char(out, '\n');
        put_blanks(out, indent);
    }
}

/* What begins with a blank is laid out already. */
void render_sentence(struct buf *out, const char *sentence, size_t width)
{
    if (width && width < NARROWEST)
        width = NARROWEST;
    if (width && *sentence != ' ' && !strchr(sentence, '\n'))
        put_broken(out, sentence, 0, width);
    else
        buf_text(out, sentence);
    buf_char(out, '\n');
}

/* --- columns ------------------------------------------------------------------------------ */

struct grid {
    const struct table *table;
    size_t width;     /* of the screen; 0: it has no end */
    unsigned columns; /* that are shown: */
    struct place {
        unsigned column;
        size_t wide;
    } * place;
    unsigned beside; /* the first so many stand side by side */
    bool breaks;     /* the last of these is broken into lines, */
    size_t broken;   /* and begins at this column */
    size_t indent;   /* of what follows below */
};

/* Row 0 is the heading, where "cycles_waited" is "cycles waited". The end of a line within
 * a value would break the row. */
static void put_text(struct buf *out, const struct table *table, size_t row,
                     unsigned column)
{
    buf_clear(out);
    buf_text(out, "");
    if (row == 0)
        buf_text(out, table->column[column].name);
    else
        render_cell(out, table->column[column].type, table_cell(table, row - 1, column),
                    true);
    for (size_t i = 0; i < out->size; i++)
        if (out->data[i] == '\n' || (row == 0 && out->data[i] == '_'))
            out->data[i] = ' ';
}

static bool is_empty(const struct cell *cell)
{
    return cell->none || (cell->text && !*cell->text);
}

static bool has_values(const struct table *table, unsigned column)
{
    for (size_t row = 0; row < table->rows; row++)
        if (!is_empty(table_cell(table, row, column)))
            return true;
    return false;
}

/* Columns that a query has named itself (`names`) were asked for, values or not. */
static void choose_columns(struct grid *grid)
{
    const struct table *table = grid->table;
    struct buf text = {0};

    for (unsigned c = 0; c < table->columns; c++) {
        struct place *place = &grid->place[grid->columns];

        if (!table->names && !has_values(table, c))
            continue;
        grid->columns++;
        place->column = c;
        for (size_t row = 0; row <= table->rows; row++) {
            put_text(&text, table, row, c);
            if (width_of(text.data) > place->wide)
                place->wide = width_of(text.data);
        }
    }
    buf_free(&text);
}

static enum column_type type_of(const struct grid *grid, unsigned n)
{
    return grid->table->column[grid->place[n].column].type;
}

static void lay_out(struct grid *grid)
{
    size_t at = 0, width = grid->width ? grid->width : SIZE_MAX;
    unsigned n;

    grid->indent = BELOW;
    for (n = 0; n < grid->columns && at + grid->place[n].wide <= width; n++) {
        if (at > BELOW && at <= width / 4)
            grid->indent = at;
        at += grid->place[n].wide + 2;
    }
    grid->beside = n;
    if (n == grid->columns)
        return;
    if (n == 0 || (type_of(grid, n) == COLUMN_TEXT && at + FEW_WORDS <= width)) {
        grid->breaks = true;
        grid->broken = at;
        grid->beside++;
        if (at > BELOW && at <= width / 4)
            grid->indent = at;
    }
}

/* --- rows --------------------------------------------------------------------------------- */

static void trim(struct buf *out, size_t begin)
{
    while (out->size > begin && out->data[out->size - 1] == ' ')
        out->data[--out->size] = '\0';
}

/* Columns are two blanks apart; counts stand at the right of theirs. */
static void put_beside(struct buf *out, const struct grid *grid, size_t row)
{
    size_t begin = out->size;
    struct buf text = {0};

    for (unsigned n = 0; n < grid->beside; n++) {
        enum column_type type = type_of(grid, n);
        bool right = type == COLUMN_COUNT || type == COLUMN_SIGNED;
        size_t blanks;

        put_text(&text, grid->table, row, grid->place[n].column);
        if (grid->breaks && n + 1 == grid->beside) {
            put_broken(out, text.data, grid->broken, grid->width);
            break;
        }
        blanks = grid->place[n].wide - width_of(text.data);
        put_blanks(out, right ? blanks : 0);
        buf_text(out, text.data);
        put_blanks(out, right ? 2 : blanks + 2);
    }
    trim(out, begin);
    buf_char(out, '\n');
    buf_free(&text);
}

/* "bus mode: stealing; priority: 0": a pair that does not fit begins a line. `at` is where
 * the line ends so far; 0: there is none. */
static void put_pair(struct buf *out, const struct grid *grid, const char *pair,
                     size_t *at)
{
    size_t wide = width_of(pair);
    bool joins = *at && *at + strlen("; ;") + wide <= grid->width;

    if (*at)
        buf_text(out, joins ? "; " : ";\n");
    if (!joins)
        put_blanks(out, grid->indent);
    put_broken(out, pair, grid->indent, grid->width);
    *at = joins ? *at + 2 + wide : grid->indent + wide;
}

static void put_below(struct buf *out, const struct grid *grid, size_t row)
{
    struct buf pair = {0}, value = {0};
    size_t at = 0;

    for (unsigned n = grid->beside; n < grid->columns; n++) {
        unsigned column = grid->place[n].column;

        if (is_empty(table_cell(grid->table, row - 1, column)))
            continue;
        put_text(&pair, grid->table, 0, column);
        put_text(&value, grid->table, row, column);
        buf_printf(&pair, ": %s", value.data);
        put_pair(out, grid, pair.data, &at);
    }
    if (at)
        buf_char(out, '\n');
    buf_free(&pair);
    buf_free(&value);
}

void render_table(struct buf *out, const struct table *table, size_t width)
{
    struct grid grid = {.table = table, .width = width};

    if (!table->rows)
        return;
    if (width && width < NARROWEST)
        grid.width = NARROWEST;
    grid.place = alloc_zero(table->columns, sizeof(*grid.place));
    choose_columns(&grid);
    lay_out(&grid);
    for (size_t row = 0; grid.columns && row <= table->rows; row++) {
        put_beside(out, &grid, row);
        if (row)
            put_below(out, &grid, row);
    }
    free(grid.place);
}
