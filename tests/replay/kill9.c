/*
 * kill -9 at random moments, while a run is recorded and while a shell is at work: every
 * file opens, its history is whole, and it has all but the last second.
 */
#include "tests/lib/suite.h"

#include "control/keep.h"
#include "control/restore.h"
#include "observe/record/about.h"
#include "observe/record/history.h"
#include "tests/lib/random_code.h"
#include "tests/lib/specimen.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

/* Half of the kills while recording, half in the shell; so many are under way at once. */
enum { KILLS = 100, SLOW_KILLS = 20, TOGETHER = 4, LONGEST_MS = 100 };

enum { PATIENCE_MS = 20000 };

static char folder[64];
static struct random chance;

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/kill9-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
    chance = (struct random){9};
}

static void remove_folder(void)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static unsigned kills(void)
{
    return is_slow_build() ? SLOW_KILLS : KILLS;
}

/* --- a shell that is killed -------------------------------------------------------------------- */

struct victim {
    pid_t child;
    FILE *in;                  /* what is typed */
    int out;                   /* what it says */
    char file[96], state[128]; /* that it makes; its folder for kept runs */
};

/* In the child: the shell, between two pipes. */
static void be_shell(const struct victim *victim, const char *scenario,
                     const char *variant, const int in[2], const int out[2])
{
    const char *ringside = getenv("RINGSIDE");

    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    setenv("XDG_STATE_HOME", victim->state, 1);
    execl(ringside ? ringside : "build/ringside", "ringside", "shell", scenario,
          "--variant", variant, (char *)NULL);
    _exit(127);
}

/* Both ends are closed in a child that becomes another program. */
static void make_pipe(int ends[2])
{
    ck_assert_int_eq(pipe(ends), 0);
    for (unsigned i = 0; i < 2; i++)
        ck_assert_int_eq(fcntl(ends[i], F_SETFD, FD_CLOEXEC), 0);
}

static void start_shell(struct victim *victim, const char *scenario,
                        const char *variant, const char *file)
{
    int in[2], out[2];

    *victim = (struct victim){0};
    snprintf(victim->file, sizeof(victim->file), "%s/%s", folder, file);
    snprintf(victim->state, sizeof(victim->state), "%s.state", victim->file);
    make_pipe(in);
    make_pipe(out);
    victim->child = fork();
    ck_assert_int_ge(victim->child, 0);
    if (victim->child == 0)
        be_shell(victim, scenario, variant, in, out);
    close(in[0]);
    close(out[1]);
    victim->in = fdopen(in[1], "w");
    victim->out = out[0];
}

static void wait_ms(unsigned ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&time, NULL);
}

static void wait_for_file(const char *path)
{
    for (unsigned i = 0; i < PATIENCE_MS / 2 && access(path, F_OK) != 0; i++)
        wait_ms(2);
    ck_assert_msg(access(path, F_OK) == 0, "%s was not made", path);
}

static void kill_now(struct victim *victim)
{
    int status;

    ck_assert_int_eq(kill(victim->child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(victim->child, &status, 0), victim->child);
    ck_assert_msg(WIFSIGNALED(status), "it ended with status %d", status);
    fclose(victim->in);
    close(victim->out);
}

/* Every other one when it has made its file and a while has passed, the others a while
 * after the one before: some of them before anything is there. */
static void kill_in_turn(struct victim victim[TOGETHER])
{
    for (unsigned i = 0; i < TOGETHER; i++) {
        if (i % 2)
            wait_for_file(victim[i].file);
        wait_ms(random_below(&chance, LONGEST_MS));
        kill_now(&victim[i]);
    }
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

static void begin_recording(struct victim *victim, unsigned n)
{
    char name[32];

    snprintf(name, sizeof(name), "run-%u.db", n);
    start_shell(victim, SCENARIO, "dma_steal", name);
    fprintf(victim->in,
            "record %s%s\nstepi 300000\nreverse-stepi 200000\nset a7 = 1\n"
            "continue\ngoto 1000\n",
            victim->file, n / 2 % 2 ? " instructions" : "");
    fflush(victim->in);
}

START_TEST(a_recording_that_was_killed_opens)
{
    unsigned begun = 0;

    for (unsigned n = 0; n < kills(); n += TOGETHER) {
        struct victim victim[TOGETHER];

        for (unsigned i = 0; i < TOGETHER; i++)
            begin_recording(&victim[i], n + i);
        kill_in_turn(victim);
        for (unsigned i = 0; i < TOGETHER; i++)
            if (was_begun(victim[i].file)) {
                check_recording(victim[i].file);
                begun++;
            }
    }
    ck_assert_uint_ge(begun, kills() / 4);
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

/* Marks and changes; the file is made when all is done. */
static unsigned begin_shell(struct victim *victim, unsigned n)
{
    unsigned marks = 1 + random_below(&chance, 20);
    char name[32];

    snprintf(name, sizeof(name), "done-%u", n);
    start_shell(victim, SCENARIO, "dma_steal", name);
    for (unsigned i = 1; i <= marks; i++)
        fprintf(victim->in, "stepi 100; mark m%u\nset s10 = %u\n", i, i);
    fprintf(victim->in, "log %s\n", victim->file);
    fflush(victim->in);
    return marks;
}

START_TEST(a_shell_that_was_killed_can_be_resumed)
{
    for (unsigned n = 0; n < kills(); n += TOGETHER) {
        struct victim victim[TOGETHER];
        unsigned marks[TOGETHER];

        for (unsigned i = 0; i < TOGETHER; i++)
            marks[i] = begin_shell(&victim[i], n + i);
        kill_in_turn(victim);
        for (unsigned i = 0; i < TOGETHER; i++) {
            bool done = access(victim[i].file, F_OK) == 0;

            ck_assert(done || i % 2 == 0);
            setenv("XDG_STATE_HOME", victim[i].state, 1);
            check_kept(done ? marks[i] : 0, !done);
        }
    }
}
END_TEST

/* --- the last second ------------------------------------------------------------------------------ */

/* A line of the console now and then, without an end. */
static const char ticking[] = "scenario { name = 'ticking', variants = { { name = "
                              "'only' } }, setup = function()\n"
                              " return { programs = { asm [[\n"
                              "_start: li a1, 0x10000000\n li a2, 126\n li a3, 10\n"
                              "again:  sb a2, 0(a1)\n sb a3, 0(a1)\n li a4, 20000\n"
                              "1:      addi a4, a4, -1\n bnez a4, 1b\n j again\n]] },\n"
                              " limit = { cycles = 1000000000000 } } end }\n";

enum { LINES_MOST = 100000 };

/* When each line of the console was heard, in milliseconds. */
struct heard {
    unsigned lines;
    uint64_t at[LINES_MOST];
};

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Listens until then, or until it has heard so many lines. */
static void listen(const struct victim *victim, struct heard *heard, uint64_t until,
                   unsigned lines)
{
    struct pollfd wait = {.fd = victim->out, .events = POLLIN};
    char text[4096];
    uint64_t now;

    while ((now = now_ms()) < until && heard->lines < lines &&
           poll(&wait, 1, (int)(until - now)) == 1) {
        ssize_t got = read(victim->out, text, sizeof(text));

        ck_assert_int_gt(got, 0);
        for (ssize_t i = 0; i < got && heard->lines < LINES_MOST; i++)
            if (text[i] == '~')
                heard->at[heard->lines++] = now_ms();
    }
}

/* Lines that were heard at least a second before. */
static unsigned old_lines(const struct heard *heard, uint64_t killed)
{
    unsigned n = 0;

    while (n < heard->lines && heard->at[n] + 1000 <= killed)
        n++;
    return n;
}

static void begin_ticking(struct victim *victim, unsigned n)
{
    char scenario[96], name[32];
    FILE *file;

    snprintf(scenario, sizeof(scenario), "%s/ticking.lua", folder);
    file = fopen(scenario, "w");
    ck_assert(file && fputs(ticking, file) >= 0 && fclose(file) == 0);
    snprintf(name, sizeof(name), "ticking-%u.db", n);
    start_shell(victim, scenario, "only", name);
    fprintf(victim->in, "record %s%s\ncontinue\n", victim->file,
            n % 2 ? " instructions" : "");
    fflush(victim->in);
}

/* The file has these lines, and its history goes as far as the last of them. */
static void check_old_lines(const char *path, unsigned old)
{
    struct err err = {0};
    struct archive *archive = archive_open(path, false, &err);
    char last[160];

    ck_assert_msg(archive != NULL, "%s", err.text);
    check_events(archive);
    ck_assert_uint_ge(number(archive, "SELECT count(*) FROM console WHERE byte = 126"),
                      old);
    snprintf(
        last, sizeof(last),
        "SELECT retired FROM console WHERE byte = 126 ORDER BY id LIMIT 1 OFFSET %u",
        old - 1);
    ck_assert_uint_ge(number(archive, "SELECT retired FROM branch"),
                      number(archive, last));
    archive_close(archive);
}

START_TEST(all_but_the_last_second_is_there)
{
    struct heard *heard = calloc(1, sizeof(*heard));
    struct victim victim;
    uint64_t killed;
    unsigned old;

    ck_assert_ptr_nonnull(heard);
    chance.state += (uint64_t)_i;
    begin_ticking(&victim, (unsigned)_i);
    listen(&victim, heard, now_ms() + PATIENCE_MS, 1);
    listen(&victim, heard, now_ms() + 1100 + random_below(&chance, 900), LINES_MOST);
    killed = now_ms();
    kill_now(&victim);
    old = old_lines(heard, killed);
    ck_assert_uint_gt(old, 0);
    check_old_lines(victim.file, old);
    free(heard);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_set_timeout(tcase, 300);
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_test(tcase, a_recording_that_was_killed_opens);
    tcase_add_test(tcase, a_shell_that_was_killed_can_be_resumed);
    tcase_add_loop_test(tcase, all_but_the_last_second_is_there, 0, 4);
}

TEST_MAIN("kill9", add_tests)
