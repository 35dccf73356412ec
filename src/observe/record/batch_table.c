#include "observe/record/batch_table.h"

#include "base/alloc.h"
#include "observe/record/schema.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

struct batch_table {
    sqlite3_vtab base;
    const struct batch *batch;
    enum event_kind kind;
};

struct batch_cursor {
    sqlite3_vtab_cursor base;
    const struct batch *batch;
    const struct heard *heard; /* of this row */
    enum event_kind kind;
    unsigned row;
};

static int connect(sqlite3 *db, void *ctx, int argc, const char *const *argv,
                   sqlite3_vtab **out, char **error)
{
    const struct batch *batch = ctx;
    struct batch_table *table;
    struct buf text = {0};
    int result;

    (void)argc, (void)error;
    table = alloc_zero(1, sizeof(*table));
    table->batch = batch;
    table->kind = event_kind_by_name(argv[0] + sizeof("batch_") - 1);
    schema_kind(&text, argv[0], table->kind);
    result = sqlite3_declare_vtab(db, text.data);
    buf_free(&text);
    *out = &table->base;
    return result;
}

static int disconnect(sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1000;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    const struct batch_table *table = (const struct batch_table *)base;
    struct batch_cursor *cursor = alloc_zero(1, sizeof(*cursor));

    cursor->batch = table->batch;
    cursor->kind = table->kind;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    free(base);
    return SQLITE_OK;
}

static void find_row(struct batch_cursor *cursor)
{
    const struct batch *batch = cursor->batch;

    if (cursor->row < batch->count[cursor->kind])
        cursor->heard =
            &batch->heard[batch->id[cursor->kind][cursor->row] & (batch->size - 1)];
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *name, int argc,
                  sqlite3_value **argv)
{
    struct batch_cursor *cursor = (struct batch_cursor *)base;

    (void)plan, (void)name, (void)argc, (void)argv;
    cursor->row = 0;
    find_row(cursor);
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
    struct batch_cursor *cursor = (struct batch_cursor *)base;

    cursor->row++;
    find_row(cursor);
    return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *base)
{
    const struct batch_cursor *cursor = (const struct batch_cursor *)base;

    return cursor->row >= cursor->batch->count[cursor->kind];
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
    const struct batch_cursor *cursor = (const struct batch_cursor *)base;

    *id = (sqlite3_int64)cursor->batch->id[cursor->kind][cursor->row];
    return SQLITE_OK;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int n)
{
    const struct batch_cursor *cursor = (const struct batch_cursor *)base;
    uint64_t id = cursor->batch->id[cursor->kind][cursor->row] + 1;

    sqlite3_result_int64(context,
                         (sqlite3_int64)event_column(&cursor->heard->event, id,
                                                     cursor->heard->branch, n));
    return SQLITE_OK;
}

static const sqlite3_module module = {
    .iVersion = 1,
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = row_id,
};

static int set_modules(sqlite3 *db, const sqlite3_module *as, struct batch *batch)
{
    for (int kind = EVENT_INSN + 1; kind < EVENT_KINDS; kind++) {
        char name[64];
        int result;

        snprintf(name, sizeof(name), "batch_%s", event_infos[kind].name);
        result = sqlite3_create_module(db, name, as, batch);
        if (result != SQLITE_OK)
            return result;
    }
    return SQLITE_OK;
}

int batch_table_add(struct sqlite3 *db, struct batch *batch)
{
    return set_modules(db, &module, batch);
}

void batch_table_remove(struct sqlite3 *db)
{
    set_modules(db, NULL, NULL);
}
