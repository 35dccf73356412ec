#include "observe/record/store.h"

#include "base/alloc.h"
#include "observe/record/functions.h"
#include "observe/record/insn_table.h"
#include "observe/record/schema.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_BYTES = 100 }; /* SQLite's file format, 1.3 */

bool store_fail(struct store *store, struct err *err)
{
    return err_set(err, "'%s': %s", store->path,
                   store->db ? sqlite3_errmsg(store->db) : "out of memory");
}

/* --- opening -------------------------------------------------------------------------- */

static void free_store(struct store *store)
{
    for (unsigned i = 0; i < store->statements; i++)
        sqlite3_finalize(store->statement[i].statement);
    sqlite3_close(store->db);
    pthread_mutex_destroy(&store->lock);
    free(store->path);
    free(store);
}

/* A file may come from anybody: what it has of views, triggers and damaged pages must
 * not do anything but give rows or errors. */
static bool secure(struct store *store, struct err *err)
{
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    return functions_add(store->db, &store->narrator) &&
           insn_table_add(store->db) == SQLITE_OK &&
           store_exec(store, "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY",
                      err);
}

static struct store *connect(const char *path, int flags, struct err *err)
{
    struct store *store = alloc_zero(1, sizeof(*store));

    store->path = alloc_string(path);
    store->read_only = flags & SQLITE_OPEN_READONLY;
    pthread_mutex_init(&store->lock, NULL);
    if (sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL) ==
        SQLITE_OK) {
        sqlite3_extended_result_codes(store->db, 0);
        sqlite3_busy_timeout(store->db, 1000);
        if (secure(store, err))
            return store;
    }
    store_fail(store, err);
    free_store(store);
    return NULL;
}

static bool make_tables(struct store *store, struct err *err)
{
    struct buf text = {0};
    bool ok;

    schema_text(&text);
    ok = store_begin(store, err) && store_exec(store, text.data, err) &&
         store_commit(store, err);
    buf_free(&text);
    return ok;
}

/* How a recording is written: in a log that is copied into the file every 64 MiB. */
static const char writing[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "PRAGMA wal_autocheckpoint = 4096;"
                              "PRAGMA cache_size = -16384";

struct store *store_create(const char *path, struct err *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    struct store *store;

    if (file < 0) {
        err_set(err, "cannot write '%s': %s", path, strerror(errno));
        return NULL;
    }
    close(file);
    store = connect(path, SQLITE_OPEN_READWRITE, err);
    if (!store)
        return NULL;
    if (store_exec(store, "PRAGMA page_size = 16384", err) &&
        store_exec(store, writing, err) && make_tables(store, err))
        return store;
    free_store(store);
    unlink(path);
    return NULL;
}

struct store *store_memory(struct err *err)
{
    struct store *store =
        connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, err);

    if (store && !make_tables(store, err)) {
        free_store(store);
        store = NULL;
    }
    return store;
}

/* --- is it one of ours? --------------------------------------------------------------- */

/* Before SQLite sees the file: it takes an empty one for an empty database. */
static bool is_database(const char *path, struct err *err)
{
    unsigned char head[HEADER_BYTES] = {0};
    int file = open(path, O_RDONLY);
    ssize_t size;

    if (file < 0)
        return err_set(err, "cannot open '%s': %s", path, strerror(errno));
    size = read(file, head, sizeof(head));
    close(file);
    if (size < 0)
        return err_set(err, "cannot read '%s': %s", path, strerror(errno));
    if (size < HEADER_BYTES || memcmp(head, "SQLite format 3", 16) != 0)
        return err_set(err,
                       "'%s' is no recording of Ringside: it is no database of "
                       "SQLite",
                       path);
    return true;
}

static bool pragma(struct store *store, const char *text, uint64_t *value,
                   struct err *err)
{
    struct sqlite3_stmt *statement = store_prepare(store, text, err);

    if (!statement || !store_step(store, statement, err))
        return false;
    *value = store_number(statement, 0);
    sqlite3_reset(statement);
    return true;
}

static bool check_format(struct store *store, struct err *err)
{
    uint64_t application, version;

    if (!pragma(store, "PRAGMA application_id", &application, err) ||
        !pragma(store, "PRAGMA user_version", &version, err))
        return err_prefix(err, "a damaged recording");
    if (application != RECORD_APPLICATION)
        return err_set(err,
                       "'%s' is no recording of Ringside: it is another program's "
                       "database",
                       store->path);
    if (version > RECORD_FORMAT)
        return err_set(err,
                       "'%s' was made by a newer Ringside: its format is %llu, and "
                       "this one reads formats up to %d",
                       store->path, (unsigned long long)version, RECORD_FORMAT);
    return true;
}

/* The tables that all else hangs on; those of events may be large, and complain when
 * they are read. */
static bool check_whole(struct store *store, struct err *err)
{
    static const char *const checks[] = {
        "PRAGMA quick_check('run')",    "PRAGMA quick_check('file')",
        "PRAGMA quick_check('branch')", "PRAGMA quick_check('journal')",
        "PRAGMA quick_check('mark')",   "PRAGMA quick_check('digest')",
    };
    struct err why = {0};

    for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        struct sqlite3_stmt *statement = store_prepare(store, checks[i], &why);
        const char *answer;

        if (!statement || !store_step(store, statement, &why))
            return err_set(err, "a damaged recording: %s", why.text);
        answer = store_string(statement, 0);
        if (!answer || strcmp(answer, "ok") != 0)
            return err_set(err, "a damaged recording: '%s': %s", store->path,
                           answer ? answer : "no answer");
        sqlite3_reset(statement);
    }
    return true;
}

struct store *store_open(const char *path, bool exclusive, struct err *err)
{
    struct store *store;

    if (!is_database(path, err))
        return NULL;
    /* The log of a writer that died is worked into the file: that is writing. */
    store = access(path, W_OK) == 0 ? connect(path, SQLITE_OPEN_READWRITE, err)
                                    : connect(path, SQLITE_OPEN_READONLY, err);
    if (!store)
        return NULL;
    if ((exclusive && (!store_exec(store, "PRAGMA locking_mode = EXCLUSIVE", err) ||
                       !store_exec(store, writing, err) ||
                       !store_exec(store, "BEGIN IMMEDIATE; COMMIT", err))) ||
        !check_format(store, err) || !check_whole(store, err)) {
        free_store(store);
        return NULL;
    }
    return store;
}

struct store *store_reader(const struct store *store, struct err *err)
{
    struct store *reader = connect(store->path, SQLITE_OPEN_READONLY, err);

    if (reader)
        reader->narrator = store->narrator;
    return reader;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->in_transaction)
        store_commit(store, NULL);
    for (unsigned i = 0; i < store->statements; i++)
        sqlite3_finalize(store->statement[i].statement);
    store->statements = 0;
    if (!store->read_only)
        store_exec(store, "PRAGMA journal_mode = DELETE", NULL);
    free_store(store);
}

/* --- statements ----------------------------------------------------------------------- */

bool store_exec(struct store *store, const char *text, struct err *err)
{
    return sqlite3_exec(store->db, text, NULL, NULL, NULL) == SQLITE_OK ||
           store_fail(store, err);
}

bool store_begin(struct store *store, struct err *err)
{
    if (!store->in_transaction && !store_exec(store, "BEGIN IMMEDIATE", err))
        return false;
    store->in_transaction = true;
    return true;
}

bool store_commit(struct store *store, struct err *err)
{
    bool was = store->in_transaction;

    store->in_transaction = false;
    return !was || store_exec(store, "COMMIT", err);
}

struct sqlite3_stmt *store_prepare(struct store *store, const char *text,
                                   struct err *err)
{
    struct sqlite3_stmt *statement = NULL;

    for (unsigned i = 0; i < store->statements; i++)
        if (store->statement[i].text == text) {
            sqlite3_reset(store->statement[i].statement);
            return store->statement[i].statement;
        }
    if (sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                           NULL) != SQLITE_OK) {
        store_fail(store, err);
        return NULL;
    }
    if (store->statements == STORE_STATEMENTS) {
        sqlite3_finalize(store->statement[0].statement);
        memmove(&store->statement[0], &store->statement[1],
                (STORE_STATEMENTS - 1) * sizeof(store->statement[0]));
        store->statements--;
    }
    store->statement[store->statements].text = text;
    store->statement[store->statements++].statement = statement;
    return statement;
}

bool store_step(struct store *store, struct sqlite3_stmt *statement, struct err *err)
{
    int result = sqlite3_step(statement);

    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        store_fail(store, err);
    sqlite3_reset(statement);
    return false;
}

static void bind(struct sqlite3_stmt *statement, const char *types, va_list ap)
{
    for (int i = 1; *types; types++, i++) {
        const char *text;
        const void *bytes;

        switch (*types) {
        case 'i':
            sqlite3_bind_int64(statement, i, (sqlite3_int64)va_arg(ap, uint64_t));
            break;
        case 't':
            text = va_arg(ap, const char *);
            sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
            break;
        default:
            assert(*types == 'b');
            bytes = va_arg(ap, const void *);
            sqlite3_bind_blob64(statement, i, bytes ? bytes : "", va_arg(ap, size_t),
                                SQLITE_STATIC);
        }
    }
}

bool store_run(struct store *store, struct err *err, const char *text,
               const char *types, ...)
{
    struct sqlite3_stmt *statement = store_prepare(store, text, err);
    va_list ap;
    int result;

    if (!statement)
        return false;
    va_start(ap, types);
    bind(statement, types, ap);
    va_end(ap);
    result = sqlite3_step(statement);
    if (result != SQLITE_DONE && result != SQLITE_ROW)
        store_fail(store, err);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE || result == SQLITE_ROW;
}

uint64_t store_number(struct sqlite3_stmt *statement, int column)
{
    return (uint64_t)sqlite3_column_int64(statement, column);
}

const char *store_string(struct sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

const void *store_blob(struct sqlite3_stmt *statement, int column, size_t *size)
{
    const void *bytes = sqlite3_column_blob(statement, column);

    *size = (size_t)sqlite3_column_bytes(statement, column);
    return bytes;
}
