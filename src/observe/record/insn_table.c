#include "observe/record/insn_table.h"

#include "base/alloc.h"
#include "observe/record/chunk.h"
#include "observe/record/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* As a part of the tool, or as an extension that any program with SQLite can load. */
#ifdef RINGSIDE_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3
#else
#include <sqlite3.h>
#endif

struct insn_table {
    sqlite3_vtab base;
    sqlite3 *db;
};

struct insn_cursor {
    sqlite3_vtab_cursor base;
    sqlite3_stmt *chunks; /* those that are left to read; NULL: none */
    struct chunk_memory *memory;
    struct chunk_reader reader;
    struct chunk_event now;
    uint32_t branch;
    bool ended;
};

static int complain(sqlite3_vtab *table, const char *text)
{
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", text);
    return SQLITE_ERROR;
}

static int connect(sqlite3 *db, void *ctx, int argc, const char *const *argv,
                   sqlite3_vtab **out, char **error)
{
    struct insn_table *table = sqlite3_malloc(sizeof(*table));
    struct buf text = {0};
    int result;

    (void)ctx, (void)argc, (void)argv, (void)error;
    if (!table)
        return SQLITE_NOMEM;
    *table = (struct insn_table){.db = db};
    schema_kind(&text, "insn", EVENT_INSN);
    result = sqlite3_declare_vtab(db, text.data);
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    buf_free(&text);
    *out = &table->base;
    return result;
}

static int disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* --- which chunks ---------------------------------------------------------------------- */

/* Conditions that leave out chunks: on a column, as a condition on chunks. The number of
 * the plan has a bit for each that is used, in this order. */
static const struct bound {
    int column;
    unsigned char op;
    const char *text;
} bounds[] = {
    {COLUMN_ID, SQLITE_INDEX_CONSTRAINT_EQ, "? BETWEEN id AND last_id"},
    {COLUMN_ID, SQLITE_INDEX_CONSTRAINT_GE, "last_id >= ?"},
    {COLUMN_ID, SQLITE_INDEX_CONSTRAINT_GT, "last_id > ?"},
    {COLUMN_ID, SQLITE_INDEX_CONSTRAINT_LE, "id <= ?"},
    {COLUMN_ID, SQLITE_INDEX_CONSTRAINT_LT, "id < ?"},
    {COLUMN_RETIRED, SQLITE_INDEX_CONSTRAINT_EQ, "? BETWEEN retired AND last_retired"},
    {COLUMN_RETIRED, SQLITE_INDEX_CONSTRAINT_GE, "last_retired >= ?"},
    {COLUMN_RETIRED, SQLITE_INDEX_CONSTRAINT_GT, "last_retired > ?"},
    {COLUMN_RETIRED, SQLITE_INDEX_CONSTRAINT_LE, "retired <= ?"},
    {COLUMN_RETIRED, SQLITE_INDEX_CONSTRAINT_LT, "retired < ?"},
    {COLUMN_BRANCH, SQLITE_INDEX_CONSTRAINT_EQ, "branch = ?"},
};

enum { BOUNDS = sizeof(bounds) / sizeof(bounds[0]) };

/* SQLite checks the conditions itself, row by row: these only save reading. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    int arguments = 0;

    (void)table;
    info->idxNum = 0;
    info->estimatedCost = 1e9;
    info->estimatedRows = 10000000;
    for (int b = 0; b < BOUNDS; b++)
        for (int i = 0; i < info->nConstraint; i++) {
            int column = info->aConstraint[i].iColumn;

            if (!info->aConstraint[i].usable ||
                info->aConstraint[i].op != bounds[b].op ||
                (column < 0 ? (int)COLUMN_ID : column) != bounds[b].column)
                continue;
            info->aConstraintUsage[i].argvIndex = ++arguments;
            info->idxNum |= 1 << b;
            info->estimatedCost /= 10;
            info->estimatedRows /= 10;
            break;
        }
    info->orderByConsumed = info->nOrderBy == 1 && !info->aOrderBy[0].desc &&
                            info->aOrderBy[0].iColumn <= COLUMN_ID;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct insn_cursor *cursor = alloc_zero(1, sizeof(*cursor));

    (void)table;
    cursor->memory = chunk_memory_new();
    *out = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct insn_cursor *cursor = (struct insn_cursor *)base;

    sqlite3_finalize(cursor->chunks);
    chunk_memory_free(cursor->memory);
    free(cursor);
    return SQLITE_OK;
}

/* --- rows ------------------------------------------------------------------------------- */

static bool is_sound(sqlite3_stmt *chunk, const void *bytes, size_t size)
{
    const char *told = (const char *)sqlite3_column_text(chunk, 3);
    char is[17];

    snprintf(is, sizeof(is), "%016llx", (unsigned long long)XXH3_64bits(bytes, size));
    return told && strcmp(told, is) == 0;
}

static int next_chunk(struct insn_cursor *cursor)
{
    int result = sqlite3_step(cursor->chunks);
    const void *bytes;
    size_t size;

    if (result == SQLITE_DONE) {
        cursor->ended = true;
        return SQLITE_OK;
    }
    if (result != SQLITE_ROW)
        return result;
    bytes = sqlite3_column_blob(cursor->chunks, 4);
    size = (size_t)sqlite3_column_bytes(cursor->chunks, 4);
    if (!bytes || !is_sound(cursor->chunks, bytes, size))
        return complain(cursor->base.pVtab, "a chunk of instructions is damaged");
    cursor->branch = (uint32_t)sqlite3_column_int64(cursor->chunks, 1);
    chunk_read(&cursor->reader, cursor->memory, bytes, size,
               (uint32_t)sqlite3_column_int64(cursor->chunks, 2),
               (uint64_t)sqlite3_column_int64(cursor->chunks, 0));
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
    struct insn_cursor *cursor = (struct insn_cursor *)base;

    while (!cursor->ended) {
        struct err err = {0};
        int result;

        if (chunk_next(&cursor->reader, &cursor->now, &err))
            return SQLITE_OK;
        if (err.text[0])
            return complain(base->pVtab, err.text);
        result = next_chunk(cursor);
        if (result != SQLITE_OK)
            return result;
    }
    return SQLITE_OK;
}

/* A database without a table of chunks, or with something else of that name. */
static bool has_chunks(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    bool has;

    sqlite3_prepare_v2(db,
                       "SELECT 1 FROM main.sqlite_schema "
                       "WHERE type = 'table' AND name = 'insn_chunk' AND rootpage > 0",
                       -1, &statement, NULL);
    has = statement && sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return has;
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *name, int argc,
                  sqlite3_value **argv)
{
    struct insn_cursor *cursor = (struct insn_cursor *)base;
    sqlite3 *db = ((struct insn_table *)base->pVtab)->db;
    struct buf text = {0};
    int result;

    (void)name;
    sqlite3_finalize(cursor->chunks);
    cursor->chunks = NULL;
    cursor->reader = (struct chunk_reader){.left = 0};
    cursor->ended = !has_chunks(db);
    if (cursor->ended)
        return SQLITE_OK;
    buf_text(&text, "SELECT id, branch, count, xxh3, bytes FROM main.insn_chunk");
    for (int b = 0, n = 0; b < BOUNDS; b++)
        if (plan & 1 << b)
            buf_printf(&text, " %s %s", n++ ? "AND" : "WHERE", bounds[b].text);
    buf_text(&text, " ORDER BY id");
    result = sqlite3_prepare_v2(db, text.data, -1, &cursor->chunks, NULL);
    buf_free(&text);
    if (result != SQLITE_OK)
        return complain(base->pVtab, sqlite3_errmsg(db));
    for (int i = 0; i < argc; i++)
        sqlite3_bind_value(cursor->chunks, i + 1, argv[i]);
    return next(base);
}

static int eof(sqlite3_vtab_cursor *base)
{
    return ((struct insn_cursor *)base)->ended;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
    *id = (sqlite3_int64)((struct insn_cursor *)base)->now.id;
    return SQLITE_OK;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int n)
{
    const struct insn_cursor *cursor = (const struct insn_cursor *)base;

    sqlite3_result_int64(context,
                         (sqlite3_int64)event_column(&cursor->now.event, cursor->now.id,
                                                     cursor->branch, n));
    return SQLITE_OK;
}

/* Without xCreate: the table is there without being made. */
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

int insn_table_add(struct sqlite3 *db)
{
    return sqlite3_create_module(db, "insn", &module, NULL);
}
