/*
 * kill -9 at random moments, while a run is recorded and while a shell is at work: every
 * file opens, and its history is whole.
 */
#include "tests/lib/suite.h"

#include "control/keep.h"
#include "control/restore.h"
#include "observe/record/about.h"
#include "observe/record/history.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

enum { KILLS = 12, KILLS_LONG = 100, FIRST_MS = 20, LAST_MS = 400 };

static char folder[64];

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/kill9-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
}

static void remove_folder(void)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static int kills(void)
{
    return getenv("RINGSIDE_LONG") ? KILLS_LONG : KILLS;
}

/* Starts a shell that is given these lines and then waits for more. */
static pid_t start_shell(const char *const *lines, unsigned count, FILE **in)
{
    const char *ringside = getenv("RINGSIDE");
    int ends[2];
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[1]);
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
        execl(ringside ? ringside : "build/ringside", "ringside", "shell", SCENARIO,
              "--variant", "dma_steal", (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    *in = fdopen(ends[1], "w");
    for (unsigned i = 0; i < count; i++)
        fprintf(*in, "%s\n", lines[i]);
    fflush(*in);
    return child;
}

static void wait_ms(unsigned ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&time, NULL);
}

static void kill_now(pid_t child, FILE *in)
{
    int status;

    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status), "it ended with status %d", status);
    fclose(in);
}

/* A made-up but steady choice of moments. */
static unsigned moment_ms(int n)
{
    return FIRST_MS + (unsigned)n * 7919U % (LAST_MS - FIRST_MS);
}

static uint64_t number(struct archive *archive, const char *query)
{
    struct err err = {0};
    struct sqlite3_stmt *row = archive_prepare(archive, query, &err);
    uint64_t value;

    ck_assert_msg(row && archive_step(archive, row, &err), "%s", err.text);
    value = archive_number(row, 0);
    archive_step(archive, row, NULL);
    return value;
}

/* Killed before its tables were made, a file is empty, and nothing is lost. */
static bool was_begun(const char *path)
{
    struct err err = {0};
    struct archive *archive;

    if (access(path, F_OK) != 0)
        return false;
    archive = archive_open(path, false, &err);
    if (!archive)
        ck_assert_msg(strstr(err.text, "is empty") != NULL, "%s: %s", path, err.text);
    archive_close(archive);
    return archive != NULL;
}

/* --- while recording --------------------------------------------------------------------------- */

/* The events that are there are the first ones, without a gap; each kind's too. */
static void check_events(struct archive *archive)
{
    uint64_t last = number(archive, "SELECT coalesce(max(id), 0) FROM "
                                    "(SELECT id FROM event UNION ALL SELECT last_id "
                                    "FROM insn_chunk)");

    ck_assert_uint_eq(number(archive, "SELECT count(*) FROM event") +
                          number(archive, "SELECT count(*) FROM insn"),
                      last);
}

static void check_recording(const char *path)
{
    static const struct session_choice nothing;
    struct restored restored;
    struct session session;
    struct err err = {0};
    struct archive *archive = archive_open(path, false, &err);

    ck_assert_msg(archive != NULL, "%s", err.text);
    check_events(archive);
    archive_close(archive);
    ck_assert_msg(session_open_recording(&session, path, &nothing, &restored, &err),
                  "%s", err.text);
    ck_assert_msg(restored.replays, "%s", restored.differs);
    session_close(&session);
}

START_TEST(a_recording_that_was_killed_opens)
{
    for (int n = 0; n < kills(); n++) {
        char path[96], record[128];
        const char *lines[] = {record,       "stepi 300000", "reverse-stepi 200000",
                               "set a7 = 1", "continue",     "goto 1000"};
        pid_t child;
        FILE *in;

        snprintf(path, sizeof(path), "%s/run-%d.db", folder, n);
        snprintf(record, sizeof(record), "record %s%s", path,
                 n % 2 ? " instructions" : "");
        child = start_shell(lines, sizeof(lines) / sizeof(lines[0]), &in);
        wait_ms(moment_ms(n));
        kill_now(child, in);
        if (was_begun(path))
            check_recording(path);
    }
}
END_TEST

/* --- in the shell -------------------------------------------------------------------------------- */

/* What the shell has done, it has kept: marks tell how far it came. */
static void check_kept(unsigned least, bool may_be_none)
{
    static const struct session_choice nothing;
    struct restored restored;
    struct session session;
    struct err err = {0};
    unsigned marks;

    if (!keep_resume(&session, NULL, &nothing, &restored, &err)) {
        ck_assert_msg(may_be_none && strstr(err.text, "no run has been left"), "%s",
                      err.text);
        session_close(&session);
        return;
    }
    ck_assert_msg(restored.replays, "%s", restored.differs);
    marks = timeline_marks(session.time);
    ck_assert_uint_ge(marks, least);
    for (unsigned i = 0; i < marks; i++) {
        const struct mark *mark = timeline_mark_info(session.time, i);

        ck_assert_uint_eq(mark->at.retired, 100 * (i + 1));
    }
    if (marks)
        ck_assert_uint_ge(timeline_branch_info(session.time, 0)->journal->count,
                          marks - 1);
    session_close(&session);
}

START_TEST(a_shell_that_was_killed_can_be_resumed)
{
    for (int n = 0; n < kills(); n++) {
        unsigned marks = (unsigned)n % 20;
        char line[64][32], done[96];
        const char *lines[64];
        unsigned count = 0;
        pid_t child;
        FILE *in;

        for (unsigned i = 1; i <= marks; i++) {
            snprintf(line[count], sizeof(line[0]), "stepi 100; mark m%u", i);
            lines[count] = line[count];
            count++;
            snprintf(line[count], sizeof(line[0]), "set s10 = %u", i);
            lines[count] = line[count];
            count++;
        }
        snprintf(done, sizeof(done), "log %s/done-%d", folder, n);
        lines[count++] = done;
        child = start_shell(lines, count, &in);
        if (n % 2) { /* all that it was told, it has done */
            snprintf(done, sizeof(done), "%s/done-%d", folder, n);
            for (int i = 0; i < 2000 && access(done, F_OK) != 0; i++)
                wait_ms(5);
            ck_assert_int_eq(access(done, F_OK), 0);
        } else {
            wait_ms(moment_ms(n));
        }
        kill_now(child, in);
        check_kept(n % 2 ? marks : 0, n % 2 == 0);
        snprintf(done, sizeof(done), "rm -rf %s/ringside", folder);
        ck_assert_int_eq(system(done), 0);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_set_timeout(tcase, 1200);
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_test(tcase, a_recording_that_was_killed_opens);
    tcase_add_test(tcase, a_shell_that_was_killed_can_be_resumed);
}

TEST_MAIN("kill9", add_tests)
