#include "base/reply.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct reply_part *add_part(struct reply *reply)
{
    if (reply->parts == reply->room) {
        reply->room = reply->room ? 2 * reply->room : 4;
        reply->part = alloc_resize(reply->part, reply->room * sizeof(*reply->part));
    }
    reply->part[reply->parts] = (struct reply_part){0};
    return &reply->part[reply->parts++];
}

void reply_move(struct reply *to, struct reply *from, enum reply_kind kind)
{
    size_t left = 0;

    for (size_t i = 0; i < from->parts; i++)
        if ((from->part[i].sentence == NULL) == (kind == REPLY_TABLES))
            *add_part(to) = from->part[i];
        else
            from->part[left++] = from->part[i];
    from->parts = left;
}

void reply_say(struct reply *reply, const char *format, ...)
{
    struct buf text = {0};
    va_list ap;

    va_start(ap, format);
    buf_vprintf(&text, format, ap);
    va_end(ap);
    add_part(reply)->sentence = alloc_string(buf_str(&text));
    buf_free(&text);
}

struct table *reply_table(struct reply *reply, const char *name,
                          const struct column *columns)
{
    struct table *table = &add_part(reply)->table;

    table->name = name;
    while (columns[table->columns].name)
        table->columns++;
    assert(table->columns);
    table->column = alloc_zero(table->columns, sizeof(*columns));
    memcpy(table->column, columns, table->columns * sizeof(*columns));
    return table;
}

/* A new row begins with the first cell after a whole one; its cells are unknown yet. */
static struct cell *next_cell(struct table *table)
{
    if (table->cells == table->rows * table->columns) {
        size_t cells = (table->rows + 1) * table->columns;

        /* Rows come one by one: room doubles when their number is a power of two. */
        if ((table->rows & (table->rows - 1)) == 0) {
            size_t rows = table->rows ? 2 * table->rows : 1;

            table->cell =
                alloc_resize(table->cell, rows * table->columns * sizeof(struct cell));
        }
        table->rows++;
        for (size_t i = table->cells; i < cells; i++)
            table->cell[i] = (struct cell){.none = true};
    }
    return &table->cell[table->cells++];
}

void table_text(struct table *table, const char *format, ...)
{
    struct cell *cell = next_cell(table);
    struct buf text = {0};
    va_list ap;

    assert(table->column[(table->cells - 1) % table->columns].type == COLUMN_TEXT);
    va_start(ap, format);
    buf_vprintf(&text, format, ap);
    va_end(ap);
    *cell = (struct cell){.text = alloc_string(buf_str(&text))};
    buf_free(&text);
}

void table_number(struct table *table, uint64_t number)
{
    struct cell *cell = next_cell(table);

    assert(table->column[(table->cells - 1) % table->columns].type != COLUMN_TEXT);
    *cell = (struct cell){.number = number};
}

void table_none(struct table *table)
{
    next_cell(table);
}

const struct cell *table_cell(const struct table *table, size_t row, unsigned column)
{
    return &table->cell[row * table->columns + column];
}

static void release_table(struct table *table)
{
    for (size_t i = 0; i < table->cells; i++)
        free(table->cell[i].text);
    free(table->names);
    free(table->cell);
    free(table->column);
}

void reply_cut(struct reply *reply, size_t parts)
{
    for (; reply->parts > parts; reply->parts--) {
        free(reply->part[reply->parts - 1].sentence);
        release_table(&reply->part[reply->parts - 1].table);
    }
}

void reply_release(struct reply *reply)
{
    reply_cut(reply, 0);
    free(reply->part);
    *reply = (struct reply){0};
}
