#ifndef OBSERVE_RECORD_ARCHIVE_H
#define OBSERVE_RECORD_ARCHIVE_H

#include "base/err.h"
#include "observe/narrate.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A recording as a database of SQLite: in a file (with a write-ahead log while it is
 * written, so that it can be read at any moment, and opened whenever its writer died), or
 * in memory. One thread may use it at a time: who shares it takes its lock.
 */
struct sqlite3;
struct sqlite3_stmt;

enum { ARCHIVE_STATEMENTS = 32 };

struct archive {
    struct sqlite3 *db;
    char *path; /* what errors call it */
    pthread_mutex_t lock;
    unsigned
        format; /* schema.h's RECORD_FORMAT, or an older one that can be read only */
    bool read_only;
    bool in_transaction;
    struct narrator narrator; /* for sentences; all NULL: without the run's names */

    /* Statements that are used again and again, by the address of their text. */
    unsigned statements;
    struct {
        const char *text;
        struct sqlite3_stmt *statement;
    } statement[ARCHIVE_STATEMENTS];
};

/*
 * A new recording; the file must not exist. `alone`: nobody else opens it until it is
 * closed, and it has no events, which makes it small. What is written first is there as a
 * whole or not at all; then archive_made.
 */
struct archive *archive_create(const char *path, bool alone, struct err *err);
bool archive_made(struct archive *archive, struct err *err);
struct archive *archive_memory(struct err *err);

/*
 * Opens a recording. Refused, with the reason: what is none, is damaged, or is of a newer
 * format. `alone`: to go on writing it; nobody else has it open.
 */
struct archive *archive_open(const char *path, bool alone, struct err *err);

/* Does somebody write that recording, who wants to be alone? */
bool archive_in_use(const char *path);

/* Was its writer killed before anything was in it? */
bool archive_is_empty(const char *path);

/* Another connection to a recording that is being written, for questions: it sees what has
 * been committed. */
struct archive *archive_reader(const struct archive *archive, struct err *err);

/* Ends what is open and makes the file whole: the log goes. NULL: nothing to do. */
void archive_close(struct archive *archive);

/* Changes between the two are there together, or not at all; what cannot be committed is
 * abandoned. */
bool archive_begin(struct archive *archive, struct err *err);
bool archive_commit(struct archive *archive, struct err *err);
void archive_abandon(struct archive *archive);

/* Runs statements that give no rows. */
bool archive_exec(struct archive *archive, const char *text, struct err *err);

/*
 * Runs one statement with values for its question marks, a letter each in `types`:
 * i (uint64_t), t (const char *, NULL allowed), b (const void *, size_t). `text` is a
 * constant: the statement is kept.
 */
bool archive_run(struct archive *archive, struct err *err, const char *text,
                 const char *types, ...);

/* A statement that gives rows, reset and kept; NULL: see err. */
struct sqlite3_stmt *archive_prepare(struct archive *archive, const char *text,
                                     struct err *err);

/* The next row of it. False: there is none, or *err is set. */
bool archive_step(struct archive *archive, struct sqlite3_stmt *statement,
                  struct err *err);

/* Columns of the row; a text or blob is good until the next step. */
uint64_t archive_number(struct sqlite3_stmt *statement, int column);
const char *archive_string(struct sqlite3_stmt *statement, int column); /* or NULL */
const void *archive_blob(struct sqlite3_stmt *statement, int column, size_t *size);

/* What SQLite complains of last, as an error. Returns false. */
bool archive_fail(struct archive *archive, struct err *err);

#endif
