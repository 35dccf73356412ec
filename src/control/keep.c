#include "control/keep.h"

#include "base/alloc.h"
#include "base/nearest.h"
#include "base/path.h"
#include "control/archiving.h"
#include "control/keepers.h"
#include "control/state_folder.h"
#include "observe/record/scribe.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    RUNS_KEPT = 50, /* the newest, whatever they take */
    DAYS_KEPT = 30, /* of the others, while they take less than... */
    EMPTY_SECONDS = 60,
    NAME_MAX_LETTERS = 32
};

#define BYTES_KEPT (UINT64_C(1) << 30)

struct keep {
    struct session *session;
    struct archive *archive;
    struct scribe scribe;
    char *name;
    bool resumed;
};

struct kept_run {
    char *name, *path;
    struct timespec left;
    uint64_t size;
};

struct kept_runs {
    size_t count;
    struct kept_run *run; /* the newest first */
};

static const char keep_key[] = "keep";

/* --- where they are --------------------------------------------------------------------------- */

/* With a slash at its end; the caller frees it. */
static char *runs_folder(struct err *err)
{
    struct buf path = {0};

    if (!state_path(&path, "runs/")) {
        err_set(err, "there is no place for kept runs: HOME is not set");
        return NULL;
    }
    if (make_folders(path.data))
        return path.data;
    err_set(err, "cannot make '%s': %s", path.data, strerror(errno));
    buf_free(&path);
    return NULL;
}

static char *run_path(const char *folder, const char *name, const char *ending)
{
    struct buf path = {0};

    buf_printf(&path, "%s%s.db%s", folder, name, ending);
    return path.data;
}

static int compare_times(const struct timespec *a, const struct timespec *b)
{
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? -1 : 1;
    return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

/* A run that was not ended properly has changed last in its log. */
static void look_at(struct kept_run *run, const char *folder)
{
    static const char *const endings[] = {"", "-wal"};
    struct stat stat_of;

    for (unsigned i = 0; i < 2; i++) {
        char *path = run_path(folder, run->name, endings[i]);

        if (stat(path, &stat_of) == 0) {
            run->size += (uint64_t)stat_of.st_size;
            if (compare_times(&stat_of.st_mtim, &run->left) > 0)
                run->left = stat_of.st_mtim;
        }
        free(path);
    }
}

static int newest_first(const void *a, const void *b)
{
    const struct kept_run *left = a, *right = b;

    int order = compare_times(&right->left, &left->left);

    return order ? order : strcmp(left->name, right->name);
}

static void add_run(struct kept_runs *runs, const char *folder, const char *file)
{
    size_t length = strlen(file);
    struct kept_run *run;

    if (length <= 3 || strcmp(file + length - 3, ".db") != 0)
        return;
    runs->run = alloc_resize(runs->run, (runs->count + 1) * sizeof(*runs->run));
    run = &runs->run[runs->count++];
    *run = (struct kept_run){.name = alloc_string(file)};
    run->name[length - 3] = '\0';
    run->path = run_path(folder, run->name, "");
    look_at(run, folder);
}

static void find_runs(struct kept_runs *runs, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    *runs = (struct kept_runs){0};
    if (!dir)
        return;
    while ((entry = readdir(dir)))
        add_run(runs, folder, entry->d_name);
    closedir(dir);
    if (runs->count)
        qsort(runs->run, runs->count, sizeof(*runs->run), newest_first);
}

static void release_runs(struct kept_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        free(runs->run[i].name);
        free(runs->run[i].path);
    }
    free(runs->run);
}

/* --- pruning ------------------------------------------------------------------------------------ */

static void remove_run(const char *folder, const char *name)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};

    for (unsigned i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char *path = run_path(folder, name, endings[i]);

        unlink(path);
        free(path);
    }
}

/* What is empty was killed as it began; or it begins now. */
static bool is_wanted(const struct kept_run *run, size_t number, uint64_t bytes,
                      time_t now)
{
    if (now - run->left.tv_sec > EMPTY_SECONDS && archive_is_empty(run->path))
        return false;
    return number < RUNS_KEPT ||
           (now - run->left.tv_sec < DAYS_KEPT * 24 * 3600 && bytes < BYTES_KEPT);
}

static void prune(const char *folder)
{
    struct kept_runs runs;
    uint64_t bytes = 0;
    time_t now = time(NULL);

    find_runs(&runs, folder);
    for (size_t i = 0; i < runs.count; i++) {
        const struct kept_run *run = &runs.run[i];

        bytes += run->size;
        if (is_wanted(run, i, bytes, now) || archive_in_use(run->path))
            continue;
        remove_run(folder, run->name);
        bytes -= run->size;
    }
    release_runs(&runs);
}

/* --- keeping ------------------------------------------------------------------------------------- */

/* "copy-3" for the third kept run of copy.lua: file names of other languages lose what is
 * not easy to type. */
static void put_base(char base[NAME_MAX_LETTERS + 1], const char *file)
{
    const char *from = path_base(file), *dot = strrchr(from, '.');
    size_t n = 0;

    for (; *from && from != dot && n < NAME_MAX_LETTERS; from++)
        base[n++] = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789_-",
                           *from)
                        ? *from
                        : '-';
    base[n] = '\0';
    if (!n)
        strcpy(base, "run");
}

/* The first free number; others may look for one, too. */
static struct archive *create(const char *folder, const char *file, char **name,
                              struct err *err)
{
    char base[NAME_MAX_LETTERS + 1];
    struct archive *archive = NULL;

    put_base(base, file);
    for (unsigned n = 1; !archive; n++) {
        struct buf text = {0};
        char *path;

        buf_printf(&text, "%s-%u", base, n);
        path = run_path(folder, text.data, "");
        if (access(path, F_OK) != 0) {
            archive = archive_create(path, true, err);
            if (!archive && access(path, F_OK) != 0) {
                free(path);
                buf_free(&text);
                return NULL;
            }
        }
        free(path);
        *name = text.data;
        if (!archive)
            buf_free(&text);
    }
    err->text[0] = '\0';
    return archive;
}

static bool is_beginning(struct moment moment)
{
    static const struct moment beginning;

    return moment_compare(moment, beginning) == 0;
}

static bool nothing_done(const struct keep *keep)
{
    const struct timeline *time = keep->session->time;

    return !keep->resumed && !keep->scribe.changes && timeline_branches(time) == 1 &&
           is_beginning(timeline_furthest(time));
}

static bool complain(void *ctx, const char *why)
{
    const struct keep *keep = ctx;

    return keepers_say(keep->session, "From here on this run is not kept as a whole",
                       why);
}

/* On leaving. Where there is no room, what the log takes may be enough. */
static bool write_all(struct keep *keep)
{
    struct scribe *scribe = &keep->scribe;
    struct err err = {0};

    scribe->complain = NULL;
    if (scribe_write_all(scribe, &err) ||
        (archive_exec(keep->archive, "PRAGMA wal_checkpoint(TRUNCATE)", NULL) &&
         scribe_write_all(scribe, &err)))
        return true;
    if (!scribe->told)
        keepers_say(keep->session, "Not all of this run is kept", err.text);
    return false;
}

static void release(void *data)
{
    struct keep *keep = data;
    char *path = alloc_string(keep->archive->path);
    bool drop = nothing_done(keep);

    keepers_remove(keep->session, &keep->scribe);
    if (!drop && write_all(keep))
        about_complete(keep->archive, NULL);
    archive_close(keep->archive);
    if (drop)
        unlink(path);
    free(path);
    free(keep->name);
    free(keep);
}

static bool go_on(struct session *session, struct archive *archive, const char *name,
                  bool resumed, struct err *err)
{
    struct keep *keep = alloc_zero(1, sizeof(*keep));

    *keep = (struct keep){.session = session,
                          .archive = archive,
                          .name = alloc_string(name),
                          .resumed = resumed};
    scribe_begin(&keep->scribe, archive, session->time, NULL);
    keep->scribe.complain = complain;
    keep->scribe.complain_ctx = keep;
    if (!keepers_add(session, &scribe_keeper, &keep->scribe)) {
        free(keep->name);
        free(keep);
        return err_set(err, "too many keep this run");
    }
    session_set_extra(session, keep_key, keep, release);
    return scribe_write_all(&keep->scribe, err) && archive_made(archive, err);
}

bool keep_begin(struct session *session, struct err *err)
{
    const struct archiving what = {.files = true};
    char *folder = runs_folder(err), *name = NULL;
    struct archive *archive;
    bool ok;

    if (!folder)
        return false;
    prune(folder);
    archive = create(folder, session->subject.file, &name, err);
    free(folder);
    if (!archive)
        return false;
    ok = archive_session(archive, session, &what, err) &&
         go_on(session, archive, name, false, err);
    if (!ok && session_extra(session, keep_key)) {
        keep_end(session); /* nothing has been done: the file goes, too */
    } else if (!ok) {
        unlink(archive->path);
        archive_close(archive);
    }
    free(name);
    return ok;
}

const char *keep_name(const struct session *session)
{
    const struct keep *keep = session_extra(session, keep_key);

    return keep ? keep->name : NULL;
}

void keep_end(struct session *session)
{
    session_set_extra(session, keep_key, NULL, NULL);
}

/* --- resuming ------------------------------------------------------------------------------------ */

static const struct kept_run *find_run(const struct kept_runs *runs, const char *name,
                                       struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[128];

    for (size_t i = 0; i < runs->count; i++) {
        if (name ? strcmp(runs->run[i].name, name) == 0
                 : !archive_in_use(runs->run[i].path) &&
                       !archive_is_empty(runs->run[i].path))
            return &runs->run[i];
        if (name)
            nearest_offer(&nearest, runs->run[i].name);
    }
    if (name)
        err_set(err, "there is no kept run '%s'%s", name,
                nearest_hint(&nearest, hint, sizeof(hint)));
    else
        err_set(err, "no run has been left that could be resumed");
    return NULL;
}

static bool resume(struct session *session, const struct kept_run *run,
                   const struct session_choice *choice, struct restored *restored,
                   struct err *err)
{
    struct archive *archive = archive_open(run->path, true, err);

    if (!archive)
        return false;
    if (!session_restore(session, archive, choice, restored, err)) {
        archive_close(archive);
        return false;
    }
    if (restored->replays && go_on(session, archive, run->name, true, err))
        return true;
    if (!session_extra(session, keep_key))
        archive_close(archive);
    return !restored->replays;
}

bool keep_resume(struct session *session, const char *name,
                 const struct session_choice *choice, struct restored *restored,
                 struct err *err)
{
    char *folder = runs_folder(err);
    const struct kept_run *run;
    struct kept_runs runs;
    bool ok = false;

    *session = (struct session){0};
    if (!folder)
        return false;
    find_runs(&runs, folder);
    run = find_run(&runs, name, err);
    if (run)
        ok = resume(session, run, choice, restored, err);
    release_runs(&runs);
    free(folder);
    return ok;
}

/* --- the list ------------------------------------------------------------------------------------- */

static unsigned count_branches(const struct history *history)
{
    unsigned count = 0;

    for (unsigned i = 0; i < history->branches; i++)
        count += !history->branch[i].dropped;
    return count;
}

static void list_history(struct table *table, struct archive *archive)
{
    struct history history;
    char text[MOMENT_TEXT];

    if (!history_read(archive, &history, NULL)) {
        table_text(table, "damaged");
        table_none(table);
        table_none(table);
        return;
    }
    table_text(table, "%s", moment_text(text, history.viewer, true));
    table_number(table, count_branches(&history));
    table_number(table, history.marks);
    history_release(&history);
}

static void list_run(struct table *table, const struct kept_run *run)
{
    struct archive *archive = NULL;
    struct tm left;
    char when[32];

    localtime_r(&run->left.tv_sec, &left);
    strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &left);
    table_text(table, "%s", run->name);
    table_text(table, "%s", when);
    if (archive_in_use(run->path)) {
        table_text(table, "in use");
        table_none(table);
        table_none(table);
        return;
    }
    archive = archive_open(run->path, false, NULL);
    if (archive) {
        list_history(table, archive);
    } else {
        table_text(table, "damaged");
        table_none(table);
        table_none(table);
    }
    archive_close(archive);
}

bool keep_list(struct reply *reply, struct err *err)
{
    static const struct column columns[] = {
        {"name", COLUMN_TEXT},      {"left", COLUMN_TEXT},   {"at", COLUMN_TEXT},
        {"branches", COLUMN_COUNT}, {"marks", COLUMN_COUNT}, {NULL, COLUMN_TEXT}};
    char *folder = runs_folder(err);
    struct kept_runs runs;
    struct table *table;

    if (!folder)
        return false;
    find_runs(&runs, folder);
    if (!runs.count)
        reply_say(reply, "No run has been left.");
    table = runs.count ? reply_table(reply, "runs", columns) : NULL;
    for (size_t i = 0; i < runs.count; i++)
        list_run(table, &runs.run[i]);
    release_runs(&runs);
    free(folder);
    return true;
}
