#include "observe/record/history.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than anybody makes by hand, and few enough to have in memory. */
enum { ACTS_MAX = 4000000, DIGESTS_MAX = 1000000 };

static const char *const act_names[ACT_KINDS] = {
    [ACT_INPUT] = "input", [ACT_MEMORY] = "memory", [ACT_X] = "x",
    [ACT_PC] = "pc",       [ACT_CSR] = "csr",       [ACT_REGISTER] = "register",
};

/* --- writing ----------------------------------------------------------------------------- */

bool history_write_act(struct archive *archive, unsigned branch, const struct act *act,
                       struct err *err)
{
    struct buf bytes = {0};
    bool ok;

    act_save(&bytes, act);
    ok = archive_run(archive, err,
                     "INSERT INTO journal SELECT ?1, "
                     "coalesce(max(number) + 1, 0), ?2, ?3, ?4, ?5, ?6, ?7 "
                     "FROM journal WHERE branch = ?1",
                     "iiiittb", (uint64_t)branch, act->at.retired, act->at.fired,
                     (uint64_t)act->at.order, act_names[act->kind], act->reason,
                     (const void *)bytes.data, bytes.size);
    buf_free(&bytes);
    return ok;
}

static bool write_journal(struct archive *archive, unsigned branch,
                          const struct journal *journal, struct err *err)
{
    bool ok = archive_run(archive, err, "DELETE FROM journal WHERE branch = ?", "i",
                          (uint64_t)branch);

    for (size_t i = 0; i < journal->count && ok; i++)
        ok = history_write_act(archive, branch, &journal->act[i], err);
    return ok;
}

bool history_write_typed(struct archive *archive, const struct timeline *timeline,
                         unsigned branch, struct err *err)
{
    bool ok = archive_run(archive, err, "DELETE FROM typed WHERE branch = ?", "i",
                          (uint64_t)branch);
    struct typed_info typed;

    for (unsigned i = 0; ok && timeline_typed_info(timeline, i, &typed); i++)
        if (typed.branch == branch && typed.size)
            ok = archive_run(
                archive, err, "INSERT INTO typed VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                "iiiitbiii", (uint64_t)branch, (uint64_t)i, (uint64_t)typed.board,
                (uint64_t)typed.device, typed.reason, (const void *)typed.bytes,
                typed.size, typed.at.retired, typed.at.fired, (uint64_t)typed.at.order);
    return ok;
}

/* Nothing is known any more of the states of a branch that was dropped. */
static bool drop_digests(struct archive *archive, unsigned branch, struct err *err)
{
    return archive_run(archive, err, "DELETE FROM digest WHERE branch = ?", "i",
                       (uint64_t)branch);
}

bool history_write_branch(struct archive *archive, const struct timeline *timeline,
                          unsigned branch, struct err *err)
{
    const struct branch_info *info = timeline_branch_info(timeline, branch);

    return archive_run(archive, err,
                       "INSERT OR REPLACE INTO branch "
                       "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       "itiiiiiiiiiiiii", (uint64_t)branch, info->name,
                       (uint64_t)(int64_t)info->parent, info->fork.retired,
                       info->fork.fired, (uint64_t)info->fork.order, info->fork_cycle,
                       info->furthest.retired, info->furthest.fired,
                       (uint64_t)info->furthest.order, info->furthest_cycle,
                       (uint64_t)info->dropped, info->viewer.retired,
                       info->viewer.fired, (uint64_t)info->viewer.order) &&
           write_journal(archive, branch, info->journal, err) &&
           history_write_typed(archive, timeline, branch, err) &&
           (!info->dropped || drop_digests(archive, branch, err));
}

bool history_write_mark(struct archive *archive, const struct mark *mark, bool removed,
                        struct err *err)
{
    if (removed)
        return archive_run(archive, err, "DELETE FROM mark WHERE name = ?", "t",
                           mark->name);
    return archive_run(archive, err,
                       "INSERT OR REPLACE INTO mark VALUES(?, ?, ?, ?, ?, ?)", "tiiiii",
                       mark->name, (uint64_t)mark->branch, mark->at.retired,
                       mark->at.fired, (uint64_t)mark->at.order, mark->cycle);
}

bool history_write_viewer(struct archive *archive, unsigned branch,
                          struct moment viewer, struct err *err)
{
    return archive_run(archive, err,
                       "UPDATE run SET branch = ?, retired = ?, fired = ?, ord = ?",
                       "iiii", (uint64_t)branch, viewer.retired, viewer.fired,
                       (uint64_t)viewer.order) &&
           archive_run(archive, err,
                       "UPDATE branch SET viewer_retired = ?, viewer_fired = ?, "
                       "viewer_ord = ? WHERE number = ?",
                       "iiii", viewer.retired, viewer.fired, (uint64_t)viewer.order,
                       (uint64_t)branch);
}

bool history_write_furthest(struct archive *archive, unsigned branch,
                            struct moment furthest, uint64_t cycle, struct err *err)
{
    return archive_run(archive, err,
                       "UPDATE branch SET retired = ?, fired = ?, ord = ?, cycle = ? "
                       "WHERE number = ?",
                       "iiiii", furthest.retired, furthest.fired,
                       (uint64_t)furthest.order, cycle, (uint64_t)branch);
}

bool history_write_digest(struct archive *archive, const struct history_digest *digest,
                          struct err *err)
{
    char text[17];

    snprintf(text, sizeof(text), "%016" PRIx64, digest->digest);
    return archive_run(
        archive, err, "INSERT OR REPLACE INTO digest VALUES(?, ?, ?, ?, ?, ?)",
        "iiiiit", (uint64_t)digest->branch, digest->at.retired, digest->at.fired,
        (uint64_t)digest->at.order, digest->cycle, text);
}

bool history_move_digests(struct archive *archive, unsigned from, struct moment after,
                          unsigned to, struct err *err)
{
    return archive_run(archive, err,
                       "UPDATE digest SET branch = ? WHERE branch = ? "
                       "AND (retired, fired, ord) > (?, ?, ?)",
                       "iiiii", (uint64_t)to, (uint64_t)from, after.retired,
                       after.fired, (uint64_t)after.order);
}

bool history_forget_digests(struct archive *archive, struct err *err)
{
    return archive_run(archive, err, "DELETE FROM digest", "");
}

bool history_write(struct archive *archive, const struct timeline *timeline,
                   struct err *err)
{
    bool ok = archive_run(archive, err, "DELETE FROM mark", "");

    for (unsigned i = 0; i < timeline_branches(timeline) && ok; i++)
        ok = history_write_branch(archive, timeline, i, err);
    for (unsigned i = 0; i < timeline_marks(timeline) && ok; i++)
        ok = history_write_mark(archive, timeline_mark_info(timeline, i), false, err);
    return ok && history_write_viewer(archive, timeline_branch(timeline),
                                      timeline_now(timeline), err);
}

/* --- reading ----------------------------------------------------------------------------- */

static struct moment moment_at(struct sqlite3_stmt *row, int column)
{
    return (struct moment){.retired = archive_number(row, column),
                           .fired = archive_number(row, column + 1),
                           .order = (uint32_t)archive_number(row, column + 2)};
}

static bool damaged(const struct archive *archive, struct err *err, const char *what)
{
    return err_set(err, "a damaged recording: '%s': %s", archive->path, what);
}

/* The number of rows, if it is one to believe. */
static bool count(struct archive *archive, const char *text, size_t most, size_t *rows,
                  struct err *err)
{
    struct sqlite3_stmt *row = archive_prepare(archive, text, err);

    if (!row || !archive_step(archive, row, err)) {
        err_prefix(err, "a damaged recording");
        return false;
    }
    *rows = archive_number(row, 0);
    archive_step(archive, row, NULL);
    if (*rows > most) {
        damaged(archive, err, "there is too much of its history");
        return false;
    }
    return true;
}

static bool is_name(const char *name, size_t room)
{
    return name && name[0] && strlen(name) < room;
}

static bool read_branch(struct sqlite3_stmt *row, struct branch_info *branch,
                        unsigned number)
{
    const char *name = archive_string(row, 1);

    if (archive_number(row, 0) != number || !is_name(name, BRANCH_NAME))
        return false;
    strcpy(branch->name, name);
    branch->parent = (int)archive_number(row, 2);
    branch->fork = moment_at(row, 3);
    branch->fork_cycle = archive_number(row, 6);
    branch->furthest = moment_at(row, 7);
    branch->furthest_cycle = archive_number(row, 10);
    branch->dropped = archive_number(row, 11);
    branch->viewer = moment_at(row, 12);
    return number == 0 ? branch->parent == -1 && !branch->dropped
                       : branch->parent >= 0 && (unsigned)branch->parent < number;
}

static bool read_branches(struct archive *archive, struct history *history,
                          struct err *err)
{
    struct sqlite3_stmt *row;
    size_t rows;

    if (!count(archive, "SELECT count(*) FROM branch", BRANCH_NUMBERS, &rows, err))
        return false;
    if (!rows)
        return damaged(archive, err, "it has no branch");
    history->branch = alloc_zero(rows, sizeof(history->branch[0]));
    history->journal = alloc_zero(rows, sizeof(history->journal[0]));
    row = archive_prepare(archive,
                          archive->format < 2
                              ? "SELECT *, retired, fired, ord FROM branch ORDER BY 1"
                              : "SELECT * FROM branch ORDER BY number",
                          err);
    while (row && history->branches < rows && archive_step(archive, row, err)) {
        unsigned n = history->branches++;

        history->branch[n].journal = &history->journal[n];
        if (!read_branch(row, &history->branch[n], n))
            return damaged(archive, err, "a branch makes no sense");
    }
    return history->branches == rows || err_prefix(err, "a damaged recording");
}

static bool read_act(struct history *history, struct sqlite3_stmt *row)
{
    uint64_t branch = archive_number(row, 0);
    struct act act = {0};
    struct journal *journal;
    size_t size;
    const void *bytes = archive_blob(row, 4, &size);
    bool ok;

    if (branch >= history->branches || !bytes || !act_load(&act, bytes, size, NULL))
        return false;
    act.at = moment_at(row, 1);
    journal = &history->journal[branch];
    ok = act.kind < ACT_KINDS &&
         (!journal->count ||
          moment_compare(journal->act[journal->count - 1].at, act.at) <= 0);
    if (ok)
        journal_add(journal, &act);
    act_release(&act);
    return ok;
}

static bool read_journal(struct archive *archive, struct history *history,
                         struct err *err)
{
    struct err why = {0};
    struct sqlite3_stmt *row;
    size_t rows;

    if (!count(archive, "SELECT count(*) FROM journal", ACTS_MAX, &rows, err))
        return false;
    row = archive_prepare(archive,
                          "SELECT branch, retired, fired, ord, act FROM journal "
                          "ORDER BY branch, number",
                          err);
    while (row && archive_step(archive, row, &why))
        if (!read_act(history, row))
            return damaged(archive, err, "an act of its journal makes no sense");
    return row && (!why.text[0] || damaged(archive, err, why.text));
}

static bool read_waiting(struct sqlite3_stmt *row, struct typed_info *typed)
{
    const char *reason = archive_string(row, 3);
    const void *bytes = archive_blob(row, 4, &typed->size);

    typed->branch = (unsigned)archive_number(row, 0);
    typed->board = (unsigned)archive_number(row, 1);
    typed->device = (unsigned)archive_number(row, 2);
    typed->at = moment_at(row, 5);
    typed->reason = reason ? alloc_string(reason) : NULL;
    if (!bytes)
        return false;
    typed->bytes = alloc_zero(typed->size, 1);
    memcpy(typed->bytes, bytes, typed->size);
    return true;
}

static bool read_typed(struct archive *archive, struct history *history,
                       struct err *err)
{
    struct sqlite3_stmt *row;
    size_t rows;

    if (archive->format < 2)
        return true;
    if (!count(archive, "SELECT count(*) FROM typed", ACTS_MAX, &rows, err))
        return false;
    history->typed = alloc_zero(rows + 1, sizeof(history->typed[0]));
    row =
        archive_prepare(archive,
                        "SELECT branch, board, device, reason, bytes, retired, fired, "
                        "ord FROM typed "
                        "ORDER BY branch, number",
                        err);
    while (row && history->waiting < rows && archive_step(archive, row, err))
        if (!read_waiting(row, &history->typed[history->waiting++]))
            return damaged(archive, err, "nothing waits that was typed");
    return history->waiting == rows || err_prefix(err, "a damaged recording");
}

static bool read_marks(struct archive *archive, struct history *history,
                       struct err *err)
{
    struct sqlite3_stmt *row;
    size_t rows;

    if (!count(archive, "SELECT count(*) FROM mark", MARKS_MAX, &rows, err))
        return false;
    history->mark = alloc_zero(rows + 1, sizeof(history->mark[0]));
    row = archive_prepare(archive,
                          "SELECT name, branch, retired, fired, ord, cycle FROM mark "
                          "ORDER BY branch, retired, fired, ord, name",
                          err);
    while (row && history->marks < rows && archive_step(archive, row, err)) {
        struct mark *mark = &history->mark[history->marks++];
        const char *name = archive_string(row, 0);

        mark->branch = (unsigned)archive_number(row, 1);
        mark->at = moment_at(row, 2);
        mark->cycle = archive_number(row, 5);
        if (!is_name(name, MARK_NAME) || mark->branch >= history->branches)
            return damaged(archive, err, "a mark makes no sense");
        strcpy(mark->name, name);
    }
    return history->marks == rows || err_prefix(err, "a damaged recording");
}

static bool read_digests(struct archive *archive, struct history *history,
                         struct err *err)
{
    struct sqlite3_stmt *row;
    size_t rows;

    if (!count(archive, "SELECT count(*) FROM digest", DIGESTS_MAX, &rows, err))
        return false;
    history->digest = alloc_zero(rows + 1, sizeof(history->digest[0]));
    row =
        archive_prepare(archive,
                        "SELECT branch, retired, fired, ord, cycle, digest FROM digest "
                        "ORDER BY retired, fired, ord, branch",
                        err);
    while (row && history->digests < rows && archive_step(archive, row, err)) {
        struct history_digest *digest = &history->digest[history->digests++];
        const char *text = archive_string(row, 5);

        digest->branch = (unsigned)archive_number(row, 0);
        digest->at = moment_at(row, 1);
        digest->cycle = archive_number(row, 4);
        digest->digest = text ? strtoull(text, NULL, 16) : 0;
    }
    return history->digests == rows || err_prefix(err, "a damaged recording");
}

static bool read_viewer(struct archive *archive, struct history *history,
                        struct err *err)
{
    struct sqlite3_stmt *row =
        archive_prepare(archive, "SELECT branch, retired, fired, ord FROM run", err);

    if (!row || !archive_step(archive, row, err))
        return damaged(archive, err, "it does not say what was run");
    history->viewer_branch = (unsigned)archive_number(row, 0);
    history->viewer = moment_at(row, 1);
    archive_step(archive, row, NULL);
    return (history->viewer_branch < history->branches &&
            !history->branch[history->viewer_branch].dropped) ||
           damaged(archive, err, "the branch in use is missing");
}

bool history_read(struct archive *archive, struct history *history, struct err *err)
{
    *history = (struct history){0};
    if (read_branches(archive, history, err) && read_journal(archive, history, err) &&
        read_typed(archive, history, err) && read_marks(archive, history, err) &&
        read_digests(archive, history, err) && read_viewer(archive, history, err))
        return true;
    history_release(history);
    return false;
}

void history_release(struct history *history)
{
    for (unsigned i = 0; i < history->branches; i++)
        journal_release(&history->journal[i]);
    for (size_t i = 0; i < history->waiting; i++) {
        free(history->typed[i].reason);
        free(history->typed[i].bytes);
    }
    free(history->typed);
    free(history->branch);
    free(history->journal);
    free(history->mark);
    free(history->digest);
    *history = (struct history){0};
}
