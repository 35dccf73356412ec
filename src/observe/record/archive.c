#include "observe/record/archive.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "image/image.h"
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

bool archive_fail(struct archive *archive, struct err *err)
{
    if (archive->db && (sqlite3_errcode(archive->db) & 0xff) == SQLITE_BUSY)
        return err_set(err, "'%s' is in use by another Ringside", archive->path);
    return err_set(err, "'%s': %s", archive->path,
                   archive->db ? sqlite3_errmsg(archive->db) : "out of memory");
}

/* --- opening -------------------------------------------------------------------------- */

static void free_archive(struct archive *archive)
{
    for (unsigned i = 0; i < archive->statements; i++)
        sqlite3_finalize(archive->statement[i].statement);
    sqlite3_close(archive->db);
    pthread_mutex_destroy(&archive->lock);
    free(archive->path);
    free(archive);
}

/* A file may come from anybody: what it has of views, triggers and damaged pages must
 * not do anything but give rows or errors. */
static bool secure(struct archive *archive, struct err *err)
{
    sqlite3_db_config(archive->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(archive->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(archive->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    return functions_add(archive->db, &archive->narrator) &&
           insn_table_add(archive->db) == SQLITE_OK &&
           /* The table of instructions is made here: no query may make one. */
           archive_exec(archive,
                        "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                        "SELECT 1 FROM insn LIMIT 0",
                        err);
}

static struct archive *connect(const char *path, int flags, struct err *err)
{
    struct archive *archive = alloc_zero(1, sizeof(*archive));

    archive->path = alloc_string(path);
    archive->format = RECORD_FORMAT;
    archive->read_only = flags & SQLITE_OPEN_READONLY;
    pthread_mutex_init(&archive->lock, NULL);
    if (sqlite3_open_v2(path, &archive->db, flags | SQLITE_OPEN_NOMUTEX, NULL) ==
        SQLITE_OK) {
        sqlite3_extended_result_codes(archive->db, 0);
        sqlite3_busy_timeout(archive->db, 500);
        if (secure(archive, err))
            return archive;
    }
    archive_fail(archive, err);
    free_archive(archive);
    return NULL;
}

static bool make_tables(struct archive *archive, struct err *err)
{
    struct buf text = {0};
    bool ok;

    schema_text(&text);
    ok = archive_begin(archive, err) && archive_exec(archive, text.data, err);
    buf_free(&text);
    return ok;
}

/* How a recording is written: in a log that is copied into the file every 64 MiB. */
static const char writing[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "PRAGMA wal_autocheckpoint = 4096;"
                              "PRAGMA cache_size = -16384";
static const char writing_alone[] = "PRAGMA locking_mode = EXCLUSIVE";

struct archive *archive_create(const char *path, bool alone, struct err *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    struct archive *archive;

    if (file < 0) {
        err_set(err, "cannot write '%s': %s", path, strerror(errno));
        return NULL;
    }
    close(file);
    archive = connect(path, SQLITE_OPEN_READWRITE, err);
    if (archive &&
        archive_exec(archive, alone ? writing_alone : "PRAGMA page_size = 16384",
                     err) &&
        archive_exec(archive, "PRAGMA synchronous = OFF", err) &&
        make_tables(archive, err))
        return archive;
    if (archive)
        free_archive(archive);
    unlink(path);
    return NULL;
}

bool archive_made(struct archive *archive, struct err *err)
{
    return archive_commit(archive, err) && archive_exec(archive, writing, err);
}

struct archive *archive_memory(struct err *err)
{
    struct archive *archive =
        connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, err);

    if (archive && !(make_tables(archive, err) && archive_commit(archive, err))) {
        free_archive(archive);
        archive = NULL;
    }
    return archive;
}

/* --- is it one of ours? --------------------------------------------------------------- */

bool archive_is_empty(const char *path)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    bool is_empty = false;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT count(*) = 0 FROM sqlite_schema", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        is_empty = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return is_empty;
}

/* Before SQLite sees the file: it takes an empty one for an empty database. */
static bool is_database(const char *path, struct err *err)
{
    unsigned char head[DATABASE_HEADER] = {0};
    int file = open(path, O_RDONLY);
    ssize_t size;

    if (file < 0)
        return err_set(err, "cannot open '%s': %s", path, strerror(errno));
    size = read(file, head, sizeof(head));
    close(file);
    if (size < 0)
        return err_set(err, "cannot read '%s': %s", path, strerror(errno));
    if (size == 0)
        return err_set(err, "'%s' is empty: no recording of Ringside", path);
    if (!image_is_database(head, (size_t)size))
        return err_set(err,
                       "'%s' is no recording of Ringside: it is no database of "
                       "SQLite",
                       path);
    return true;
}

static bool pragma(struct archive *archive, const char *text, uint64_t *value,
                   struct err *err)
{
    struct sqlite3_stmt *statement = archive_prepare(archive, text, err);

    if (!statement || !archive_step(archive, statement, err))
        return false;
    *value = archive_number(statement, 0);
    sqlite3_reset(statement);
    return true;
}

static bool check_format(struct archive *archive, struct err *err)
{
    uint64_t application, version, tables;

    if (!pragma(archive, "PRAGMA application_id", &application, err) ||
        !pragma(archive, "PRAGMA user_version", &version, err))
        return err_prefix(err, "a damaged recording");
    if (application == 0 && archive_is_empty(archive->path))
        return err_set(err, "'%s' is empty: it was cut off before anything was in it",
                       archive->path);
    if (application != RECORD_APPLICATION)
        return err_set(err,
                       "'%s' is no recording of Ringside: it is another program's "
                       "database",
                       archive->path);
    if (!pragma(archive,
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
                "rootpage > 0 AND name IN "
                "('run', 'file', 'branch', 'journal', 'mark', 'digest', 'typed')",
                &tables, err))
        return err_prefix(err, "a damaged recording");
    if (version > RECORD_FORMAT)
        return err_set(err,
                       "'%s' was made by a newer Ringside: its format is %llu, and "
                       "this one reads formats up to %d",
                       archive->path, (unsigned long long)version, RECORD_FORMAT);
    archive->format = (unsigned)version;
    return tables == (version > 1 ? 7 : 6) ||
           err_set(err, "a damaged recording: '%s': tables are missing", archive->path);
}

/* The tables that all else hangs on; those of events may be large, and complain when
 * they are read. */
static bool check_whole(struct archive *archive, struct err *err)
{
    static const char *const checks[] = {
        "PRAGMA quick_check('run')",    "PRAGMA quick_check('file')",
        "PRAGMA quick_check('branch')", "PRAGMA quick_check('journal')",
        "PRAGMA quick_check('mark')",   "PRAGMA quick_check('digest')",
        "PRAGMA quick_check('typed')",
    };
    unsigned count = COUNT(checks) - (archive->format < 2);
    struct err why = {0};

    for (unsigned i = 0; i < count; i++) {
        struct sqlite3_stmt *statement = archive_prepare(archive, checks[i], &why);
        const char *answer;

        if (!statement || !archive_step(archive, statement, &why))
            return err_set(err, "a damaged recording: %s", why.text);
        answer = archive_string(statement, 0);
        if (!answer || strcmp(answer, "ok") != 0)
            return err_set(err, "a damaged recording: '%s': %s", archive->path,
                           answer ? answer : "no answer");
        sqlite3_reset(statement);
    }
    return true;
}

static bool be_alone(struct archive *archive, struct err *err)
{
    sqlite3_busy_timeout(archive->db, 0);
    return archive_exec(archive, writing_alone, err) &&
           archive_exec(archive, writing, err) &&
           archive_exec(archive, "BEGIN IMMEDIATE; COMMIT", err);
}

/* Whoever goes on writing an older one makes it one of today's. */
static bool upgrade(struct archive *archive, struct err *err)
{
    if (archive->format < 2 && !archive_exec(archive, schema_upgrade, err))
        return false;
    archive->format = RECORD_FORMAT;
    return true;
}

bool archive_in_use(const char *path)
{
    sqlite3 *db = NULL;
    bool busy = false;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        busy = sqlite3_exec(db, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL) ==
               SQLITE_BUSY;
    sqlite3_close(db);
    return busy;
}

struct archive *archive_open(const char *path, bool alone, struct err *err)
{
    struct archive *archive;

    if (!is_database(path, err))
        return NULL;
    /* The log of a writer that died is worked into the file: that is writing. */
    archive = access(path, W_OK) == 0 ? connect(path, SQLITE_OPEN_READWRITE, err)
                                      : connect(path, SQLITE_OPEN_READONLY, err);
    if (!archive)
        return NULL;
    if ((alone && !be_alone(archive, err)) || !check_format(archive, err) ||
        !check_whole(archive, err) || (alone && !upgrade(archive, err))) {
        free_archive(archive);
        return NULL;
    }
    return archive;
}

struct archive *archive_reader(const struct archive *archive, struct err *err)
{
    struct archive *reader = connect(archive->path, SQLITE_OPEN_READONLY, err);

    if (reader)
        reader->narrator = archive->narrator;
    return reader;
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    if (archive->in_transaction)
        archive_commit(archive, NULL);
    for (unsigned i = 0; i < archive->statements; i++)
        sqlite3_finalize(archive->statement[i].statement);
    archive->statements = 0;
    if (!archive->read_only)
        archive_exec(archive, "PRAGMA journal_mode = DELETE", NULL);
    free_archive(archive);
}

/* --- statements ----------------------------------------------------------------------- */

bool archive_exec(struct archive *archive, const char *text, struct err *err)
{
    return sqlite3_exec(archive->db, text, NULL, NULL, NULL) == SQLITE_OK ||
           archive_fail(archive, err);
}

bool archive_begin(struct archive *archive, struct err *err)
{
    if (!archive->in_transaction && !archive_exec(archive, "BEGIN IMMEDIATE", err))
        return false;
    archive->in_transaction = true;
    return true;
}

bool archive_commit(struct archive *archive, struct err *err)
{
    bool ok = !archive->in_transaction || archive_exec(archive, "COMMIT", err);

    archive_abandon(archive);
    return ok;
}

/* Some failures (a full disk) roll back by themselves. */
void archive_abandon(struct archive *archive)
{
    if (archive->in_transaction && !sqlite3_get_autocommit(archive->db))
        archive_exec(archive, "ROLLBACK", NULL);
    archive->in_transaction = false;
}

struct sqlite3_stmt *archive_prepare(struct archive *archive, const char *text,
                                     struct err *err)
{
    struct sqlite3_stmt *statement = NULL;

    for (unsigned i = 0; i < archive->statements; i++)
        if (archive->statement[i].text == text) {
            sqlite3_reset(archive->statement[i].statement);
            return archive->statement[i].statement;
        }
    if (sqlite3_prepare_v3(archive->db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                           NULL) != SQLITE_OK) {
        archive_fail(archive, err);
        return NULL;
    }
    if (archive->statements == ARCHIVE_STATEMENTS) {
        sqlite3_finalize(archive->statement[0].statement);
        memmove(&archive->statement[0], &archive->statement[1],
                (ARCHIVE_STATEMENTS - 1) * sizeof(archive->statement[0]));
        archive->statements--;
    }
    archive->statement[archive->statements].text = text;
    archive->statement[archive->statements++].statement = statement;
    return statement;
}

bool archive_step(struct archive *archive, struct sqlite3_stmt *statement,
                  struct err *err)
{
    int result = sqlite3_step(statement);

    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        archive_fail(archive, err);
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

bool archive_run(struct archive *archive, struct err *err, const char *text,
                 const char *types, ...)
{
    struct sqlite3_stmt *statement = archive_prepare(archive, text, err);
    va_list ap;
    int result;

    if (!statement)
        return false;
    va_start(ap, types);
    bind(statement, types, ap);
    va_end(ap);
    result = sqlite3_step(statement);
    if (result != SQLITE_DONE && result != SQLITE_ROW)
        archive_fail(archive, err);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE || result == SQLITE_ROW;
}

uint64_t archive_number(struct sqlite3_stmt *statement, int column)
{
    return (uint64_t)sqlite3_column_int64(statement, column);
}

const char *archive_string(struct sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

const void *archive_blob(struct sqlite3_stmt *statement, int column, size_t *size)
{
    const void *bytes = sqlite3_column_blob(statement, column);

    *size = (size_t)sqlite3_column_bytes(statement, column);
    return bytes;
}
