#include "observe/record/query.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PROGRESS_STEPS = 20000
}; /* of SQLite's machine between two looks at the clock */

struct answer {
    unsigned columns;
    size_t rows, room;
    sqlite3_value **value; /* rows * columns, copies */
    bool more;             /* there are more rows than the limit */
};

struct watch {
    const struct query_limits *limits;
    struct timespec began;
    bool late, interrupted;
};

/* --- what a query may do ----------------------------------------------------------------- */

/* SQLite asks it of everything that a statement would do. */
static int may(void *ctx, int action, const char *what, const char *detail,
               const char *database, const char *trigger)
{
    (void)ctx, (void)database, (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        return strncmp(what, "batch_", 6) == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_FUNCTION:
        return detail && strcmp(detail, "load_extension") == 0 ? SQLITE_DENY
                                                               : SQLITE_OK;
    case SQLITE_PRAGMA:
        return strcmp(what, "table_info") == 0 || strcmp(what, "table_list") == 0 ||
                       strcmp(what, "table_xinfo") == 0
                   ? SQLITE_OK
                   : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static int look_at_clock(void *ctx)
{
    struct watch *watch = ctx;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    watch->late = watch->limits->seconds &&
                  now.tv_sec - watch->began.tv_sec > (time_t)watch->limits->seconds;
    watch->interrupted =
        watch->limits->interrupted && watch->limits->interrupted(watch->limits->ctx);
    return watch->late || watch->interrupted;
}

/* --- rows -------------------------------------------------------------------------------- */

static void keep_row(struct answer *answer, sqlite3_stmt *statement)
{
    if (answer->rows == answer->room) {
        answer->room = answer->room ? 2 * answer->room : 64;
        answer->value = alloc_resize(answer->value, answer->room * answer->columns *
                                                        sizeof(answer->value[0]));
    }
    for (unsigned c = 0; c < answer->columns; c++)
        answer->value[answer->rows * answer->columns + c] =
            sqlite3_value_dup(sqlite3_column_value(statement, (int)c));
    answer->rows++;
}

static void release(struct answer *answer)
{
    for (size_t i = 0; i < answer->rows * answer->columns; i++)
        sqlite3_value_free(answer->value[i]);
    free(answer->value);
}

/* Numbers are numbers where all of a column are; addresses and bits in hexadecimal. */
static enum column_type column_type(const struct answer *answer,
                                    sqlite3_stmt *statement, unsigned column)
{
    const char *declared = sqlite3_column_decltype(statement, (int)column);
    bool is_hex = declared && strncmp(declared, "HEX", 3) == 0;

    for (size_t row = 0; row < answer->rows; row++) {
        sqlite3_value *value = answer->value[row * answer->columns + column];
        int type = sqlite3_value_type(value);

        if (type != SQLITE_NULL && type != SQLITE_INTEGER)
            return COLUMN_TEXT;
        if (type == SQLITE_INTEGER && !is_hex && sqlite3_value_int64(value) < 0)
            return COLUMN_TEXT;
    }
    return is_hex ? COLUMN_HEX : COLUMN_COUNT;
}

static void put_blob(struct table *table, sqlite3_value *value)
{
    table_text(table, "(%d bytes)", sqlite3_value_bytes(value));
}

static void put_cell(struct table *table, enum column_type type, sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_NULL)
        table_none(table);
    else if (type != COLUMN_TEXT)
        table_number(table, (uint64_t)sqlite3_value_int64(value));
    else if (sqlite3_value_type(value) == SQLITE_BLOB)
        put_blob(table, value);
    else
        table_text(table, "%s", (const char *)sqlite3_value_text(value));
}

/* The columns' names, each with its end. */
static char *join_names(sqlite3_stmt *statement, unsigned columns)
{
    struct buf names = {0};

    for (unsigned c = 0; c < columns; c++) {
        buf_text(&names, sqlite3_column_name(statement, (int)c));
        buf_char(&names, '\0');
    }
    return names.data;
}

static void put_table(struct reply *reply, const struct answer *answer,
                      sqlite3_stmt *statement)
{
    struct column *columns = alloc_zero(answer->columns + 1, sizeof(columns[0]));
    char *names = join_names(statement, answer->columns), *name = names;
    struct table *table;

    for (unsigned c = 0; c < answer->columns; c++, name += strlen(name) + 1) {
        columns[c].name = name;
        columns[c].type = column_type(answer, statement, c);
    }
    table = reply_table(reply, "rows", columns);
    table->names = names;
    for (size_t row = 0; row < answer->rows; row++)
        for (unsigned c = 0; c < answer->columns; c++)
            put_cell(table, columns[c].type, answer->value[row * answer->columns + c]);
    free(columns);
}

/* --- a query ----------------------------------------------------------------------------- */

static sqlite3_stmt *prepare(struct archive *archive, const char *text, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    const char *rest = "";
    int result;

    sqlite3_set_authorizer(archive->db, may, NULL);
    result = sqlite3_prepare_v2(archive->db, text, -1, &statement, &rest);
    sqlite3_set_authorizer(archive->db, NULL, NULL);
    if (result == SQLITE_AUTH)
        err_set(err, "a query can only read");
    else if (result != SQLITE_OK)
        err_set(err, "%s", sqlite3_errmsg(archive->db));
    else if (!statement)
        err_set(err, "there is no query");
    else if (rest[strspn(rest, " \t\n;")])
        err_set(err, "one query at a time");
    else if (!sqlite3_stmt_readonly(statement) || !sqlite3_column_count(statement))
        err_set(err, "a query can only read");
    else
        return statement;
    sqlite3_finalize(statement);
    return NULL;
}

static bool collect(struct archive *archive, sqlite3_stmt *statement,
                    const struct query_limits *limits, struct answer *answer,
                    struct err *err)
{
    struct watch watch = {.limits = limits};
    int result;

    clock_gettime(CLOCK_MONOTONIC, &watch.began);
    sqlite3_progress_handler(archive->db, PROGRESS_STEPS, look_at_clock, &watch);
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        answer->more = answer->rows == limits->rows;
        if (answer->more)
            break;
        keep_row(answer, statement);
    }
    sqlite3_progress_handler(archive->db, 0, NULL, NULL);
    if (result == SQLITE_ROW || result == SQLITE_DONE)
        return true;
    if (watch.late)
        return err_set(err, "the query took more than %u seconds", limits->seconds);
    if (watch.interrupted)
        return err_set(err, "the query was interrupted");
    return err_set(err, "%s", sqlite3_errmsg(archive->db));
}

bool query_run(struct archive *archive, const char *text,
               const struct query_limits *limits, struct reply *reply, struct err *err)
{
    struct answer answer = {0};
    sqlite3_stmt *statement = prepare(archive, text, err);
    bool ok;

    if (!statement)
        return false;
    answer.columns = (unsigned)sqlite3_column_count(statement);
    ok = collect(archive, statement, limits, &answer, err);
    if (ok) {
        if (answer.more)
            reply_say(reply, "There are more rows: these are the first %zu.",
                      answer.rows);
        if (!answer.rows)
            reply_say(reply, "There are no rows.");
        put_table(reply, &answer, statement);
    }
    release(&answer);
    sqlite3_finalize(statement);
    return ok;
}
