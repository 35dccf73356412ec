/*
 * Callbacks of scenarios: when they are called, what they see and do, and that replay does
 * not call them again.
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "base/buf.h"
#include "control/command/answer.h"
#include "control/command/command.h"
#include "control/judge.h"
#include "control/lua_sandbox.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Five calls from the environment; what `box` holds after each is added up in s1. */
#define PROGRAM                                                                        \
    "programs = { asm [[\n"                                                            \
    "start: la t0, handler\n csrw mtvec, t0\n li s0, 5\n"                              \
    "again: ecall\n la t0, box\n ld t1, (t0)\n add s1, s1, t1\n"                       \
    " addi s0, s0, -1\n bnez s0, again\n"                                              \
    "end: li t0, 0x100000\n li t1, 0x5555\n sw t1, (t0)\n1: j 1b\n .align 2\n"         \
    "handler: csrr t5, mepc\n addi t5, t5, 4\n csrw mepc, t5\n mret\n"                 \
    " .data\nbox: .dword 0\nlog: .dword 0, 0\n]] },\n"

/* A scenario of that program with such callbacks, and such checks. */
static char *scenario_text(const char *on, const char *expect)
{
    struct buf text = {0};

    buf_printf(&text,
               "scenario { name = 'calls', variants = { { name = 'one' } },\n"
               "setup = function() return { " PROGRAM
               "window = { from = 'again', to = 'end' },\n"
               "on = {\n%s\n} } end,\nexpect = { %s } }\n",
               on, expect);
    return text.data;
}

static void collect(void *ctx, const char *line)
{
    buf_text(ctx, line);
    buf_char(ctx, '\n');
}

struct outcome {
    struct buf printed;
    struct buf failed; /* reasons of checks that did not pass */
    uint64_t digest;
};

static void judge(struct trial *trial, struct outcome *outcome)
{
    struct result result;

    judge_trial(trial, &result);
    outcome->digest = result.digest;
    for (unsigned i = 0; i < result.verdicts.count; i++)
        if (!result.verdicts.verdict[i].passed)
            buf_printf(&outcome->failed, "%s\n", result.verdicts.verdict[i].reason);
    result_release(trial->scenario, &result);
}

/* Runs it as `ringside run` does. `path`: where it is, for commands; or what errors call
 * it. An error before the run is the only reason. */
static void run(const char *path, const char *on, const char *expect,
                struct outcome *outcome)
{
    char *text = scenario_text(on, expect);
    struct err err = {0};
    struct scenario *scenario =
        scenario_load(path, text, strlen(text), &sandbox_usual_limits, &err);
    struct trial trial = {0};

    *outcome = (struct outcome){0};
    ck_assert_msg(scenario != NULL, "%s", err.text);
    scenario->answerer = &command_answerer;
    scenario->sandbox->print = collect;
    scenario->sandbox->print_ctx = &outcome->printed;
    if (trial_begin(&trial, scenario, 0, false, &err)) {
        trial_go(&trial);
        judge(&trial, outcome);
    } else {
        buf_printf(&outcome->failed, "%s\n", err.text);
    }
    trial_end(&trial);
    ck_assert_int_eq(lua_gettop(scenario->sandbox->lua), 0);
    scenario_free(scenario);
    free(text);
}

static void release(struct outcome *outcome)
{
    buf_free(&outcome->printed);
    buf_free(&outcome->failed);
}

/* --- what they do ------------------------------------------------------------------------ */

static const struct {
    const char *on, *expect, *prints, *fails;
} calls[] = {
    /* When. */
    {"{ event = 'trap_enter', call = function(run, e) print(e.kind, e.cause, "
     "run:x('s0')) end }",
     "",
     "trap_enter\t11\t5\ntrap_enter\t11\t4\ntrap_enter\t11\t3\n"
     "trap_enter\t11\t2\ntrap_enter\t11\t1\n",
     ""},
    {"{ event = 'trap-enter', when = 's0 <= 2 && cause == 11', call = function(run) "
     "print(run:x('s0')) end }",
     "", "2\n1\n", ""},
    {"{ event = 'trap_enter', when = 'u64[box] == 7', call = print },"
     "{ event = 'trap_return', when = 's0 == 3', call = function(run) "
     "run:poke('box', 7, 8) end },"
     "{ event = 'outside', call = function(run, e) print(e.old, e.value) end }",
     "", "0\t7\nuserdata\ttable\nuserdata\ttable\n", ""},
    /* What they see: the machine behind the step, with their own acts. */
    {"{ event = 'trap_enter', when = 's0 == 4', call = function(run, e) "
     "print(run:csr('mcause'), run.variant, e.retired); run:poke('box', 'ab'); "
     "print(run:bytes('box', 2), run:u8('box+1')) end }",
     "", "11\tone\t20\nab\t98\n", ""},
    /* What they do. */
    {"{ event = 'trap_enter', when = 's0 == 3', call = function(run) "
     "run:poke('box', 100, 8) end }",
     "{ 'added', function(run) return run:x('s1') == 300 end }", "", ""},
    {"{ event = 'trap_enter', when = 's0 == 3', call = function(run) run:set('s1', 9); "
     "run:set('mscratch', 5); run:set('dma0.Control', 1); run:set('u16[log]', 0xffff); "
     "run:set('mstatus.MPIE', 1) end }",
     "{ 'set', function(run) return run:x('s1') == 9 and run:csr('mscratch') == 5 and "
     "run:reg('dma0.Control') & 1 == 1 and run:u64('log') == 0xffff end }",
     "", ""},
    {"{ event = 'trap_enter', when = 's0 == 5', call = function(run) run:type('x') "
     "run:type('y', 'uart0') end },"
     "{ event = 'console', call = function(run, e) print(string.char(e.byte)) "
     "end }",
     "", "", ""},
    /* Mistakes. */
    {"{ event = 'trap_enter', when = 's0 == 2', call = function() error('no') end }",
     "", "", "calls.lua:27: no\n"},
    {"{ event = 'trap_enter', call = function(run) run:poke(16, 1, 8) end }", "", "",
     "calls.lua:27: 0x10 is not in RAM\n"},
    {"{ event = 'trap_enter', call = function(run) run:set('s1 + 1', 8) end }", "", "",
     "calls.lua:27: s1 + 1: "},
    {"{ event = 'trap_enter', call = function(run) run:type('x', 'dma0') end }", "", "",
     "calls.lua:27: dma0 takes no characters\n"},
    {"{ event = 'trap_enter', call = function(run) run:command('source x') end }", "",
     "", "calls.lua:27: source x: a callback may look and ask; "},
    {"{ event = 'trap_enter', call = function(run) kept = run end }",
     "{ 'acts', function(run) kept:poke('box', 1, 8) end }", "",
     "calls.lua:29: only a callback acts on the machine, while it is called\n"},
    {"", "{ 'acts', function(run) run:poke('box', 1, 8) end }", "",
     "calls.lua:29: only a callback acts on the machine, while it is called\n"},
    {"{ event = 'trap_enter', when = '1 / (s0 - 3)', call = function() end }", "", "",
     "calls.lua:2: setup.on[1]: 'when': "},
    /* Bounds. */
    {"{ event = 'trap_enter', call = function() while true do end end }", "", "",
     "calls.lua:27: the script has run for more than 200000000 instructions\n"},
    {"{ event = 'outside', call = function(run) run:poke('box', 1, 8) end },"
     "{ event = 'trap_enter', call = function(run) run:poke('box', 1, 8) end }",
     "", "", "calls.lua:27: the script has run for more than 200000000 instructions\n"},
    {"{ event = 'trap_enter', call = function() local t = 'x' while true do t = t .. t "
     "end end }",
     "", "", "calls.lua: not enough memory: "},
};

START_TEST(callbacks_do_what_they_say)
{
    struct outcome first, again;

    run("calls.lua", calls[_i].on, calls[_i].expect, &first);
    run("calls.lua", calls[_i].on, calls[_i].expect, &again);
    ck_assert_str_eq(buf_str(&first.printed), calls[_i].prints);
    if (calls[_i].fails[0])
        ck_assert_msg(strncmp(buf_str(&first.failed), calls[_i].fails,
                              strlen(calls[_i].fails)) == 0,
                      "it fails with '%s'", buf_str(&first.failed));
    else
        ck_assert_str_eq(buf_str(&first.failed), "");
    ck_assert_uint_eq(first.digest, again.digest);
    release(&first);
    release(&again);
}
END_TEST

static const struct {
    const char *on, *says;
} wrong[] = {
    {"{ }", "calls.lua:2: variant one: setup.on[1]: 'event' says what it is about"},
    {"{ event = 'trap_entre', call = print }",
     "there is no event 'trap_entre' (did you mean 'trap_enter'?)"},
    {"{ event = 'trap_enter' }", "setup.on[1]: 'call' must be a function"},
    {"{ event = 'trap_enter', call = 1 }", "'call' must be a function"},
    {"{ event = 'trap_enter', calls = print }", "(did you mean 'call'?)"},
    {"{ event = 'trap_enter', when = '1 +', call = print }", "setup.on[1]: 'when': "},
    {"{ event = 'trap_enter', when = 'nobody == 1', call = print }",
     "calls.lua:2: variant one: setup.on[1]: 'when': "},
    {"{ event = 'trap_enter', call = print }, 7", "setup.on[2]"},
};

START_TEST(what_is_wrong_with_callbacks_is_said)
{
    struct outcome outcome;

    run("calls.lua", wrong[_i].on, "", &outcome);
    ck_assert_msg(strstr(buf_str(&outcome.failed), wrong[_i].says) != NULL, "%s",
                  buf_str(&outcome.failed));
    release(&outcome);
}
END_TEST

/* --- in a session ---------------------------------------------------------------------------- */

#define ONCE                                                                           \
    "{ event = 'trap_enter', call = function(run, e) print(run:x('s0')) "              \
    "run:poke('box', run:x('s0'), 8) run:type('k') end }"

/* Writes the scenario into a file of its own. */
static void write_file(char path[64], const char *on, const char *expect)
{
    char *text = scenario_text(on, expect);
    FILE *file;

    snprintf(path, 64, "/tmp/ringside-calls-%ld.lua", (long)getpid());
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    free(text);
}

static void open_session(struct session *session, const char *path, struct buf *printed)
{
    struct err err = {0};

    ck_assert_msg(session_open(session, &(struct session_choice){.file = path}, &err),
                  "%s", err.text);
    command_answers(session);
    session->subject.scenario->sandbox->print = collect;
    session->subject.scenario->sandbox->print_ctx = printed;
}

static enum arrival go_to_end(struct session *session)
{
    return timeline_go(session->time, RUN_NO_LIMIT, NULL);
}

START_TEST(replay_does_not_call_them_again)
{
    struct session session;
    struct buf printed = {0};
    struct trial *trial = &session.subject.trial;
    struct metrics metrics;
    struct outcome plain;
    char path[64];
    uint64_t digest;

    write_file(path, ONCE, "");
    run(path, ONCE, "", &plain);
    open_session(&session, path, &printed);
    ck_assert_int_eq(go_to_end(&session), ARRIVED_FINISHED);
    ck_assert_str_eq(buf_str(&printed), "5\n4\n3\n2\n1\n");
    digest = run_digest(session.run);
    ck_assert_uint_eq(digest, plain.digest);
    ck_assert(trial_measure(trial, NULL));
    metrics = trial->metrics;
    ck_assert_uint_gt(metrics.cycles, 0);
    for (uint64_t to = 0; to < session.run->events.retired; to += 7) {
        timeline_seek(session.time, (struct moment){.retired = to});
        ck_assert_uint_eq(session.run->events.retired, to);
        ck_assert_int_eq(go_to_end(&session), ARRIVED_FINISHED);
        ck_assert_uint_eq(run_digest(session.run), digest);
        ck_assert(trial_measure(trial, NULL));
        ck_assert_mem_eq(&trial->metrics, &metrics, sizeof(metrics));
    }
    ck_assert_str_eq(buf_str(&printed), "5\n4\n3\n2\n1\n");
    session_close(&session);
    release(&plain);
    buf_free(&printed);
    remove(path);
}
END_TEST

/* Step by step, and in pieces: the same calls at the same moments. */
START_TEST(how_the_run_is_stepped_does_not_matter)
{
    struct session session;
    struct buf printed = {0};
    struct outcome plain;
    enum arrival arrival = ARRIVED;
    char path[64];

    write_file(path, ONCE, "");
    run(path, ONCE, "", &plain);
    open_session(&session, path, &printed);
    for (unsigned i = 0; arrival == ARRIVED; i++) {
        struct run_limit limit = RUN_NO_LIMIT;

        limit.retired = session.run->events.retired + i % 5;
        arrival = i % 2 ? timeline_step(session.time)
                        : timeline_go(session.time, limit, NULL);
    }
    ck_assert_uint_eq(run_digest(session.run), plain.digest);
    ck_assert_str_eq(buf_str(&printed), buf_str(&plain.printed));
    session_close(&session);
    release(&plain);
    buf_free(&printed);
    remove(path);
}
END_TEST

/* A future that is cut off is another future: there they are called. */
START_TEST(a_new_future_calls_them)
{
    struct session session;
    struct buf printed = {0};
    struct act act = {.kind = ACT_X, .number = 8, .value = 3}; /* s0 */
    struct err err = {0};
    const char *kept;
    char path[64];

    write_file(path, ONCE, "");
    open_session(&session, path, &printed);
    go_to_end(&session);
    timeline_seek(session.time, (struct moment){.retired = 15});
    buf_clear(&printed);
    ck_assert(timeline_act(session.time, &act, &kept, &err));
    ck_assert_ptr_nonnull(kept);
    go_to_end(&session);
    ck_assert_str_eq(buf_str(&printed), "2\n1\n");
    session_close(&session);
    buf_free(&printed);
    remove(path);
}
END_TEST

#define ANSWER                                                                         \
    "{ event = 'outside', when = 'number == 10', call = function(run, e) "             \
    "run:set('s2', e.value) end }"

/* a0 to a value, with what a callback answers to it. */
static void set_a0(struct session *session, uint64_t value)
{
    struct act act = {.kind = ACT_X, .number = 10, .value = value};
    struct err err = {0};

    ck_assert_msg(timeline_act(session->time, &act, NULL, &err), "%s", err.text);
}

static void goto_retired(struct session *session, uint64_t retired)
{
    timeline_seek(session->time, (struct moment){.retired = retired});
}

static const struct journal *journal_of(const struct session *session)
{
    return timeline_branch_info(session->time, timeline_branch(session->time))->journal;
}

/* Nothing is left for the next move, which may be on another branch. */
START_TEST(an_act_is_answered_where_it_is_done)
{
    struct act other = {.kind = ACT_X, .number = 11, .value = 1};
    struct session session;
    struct buf printed = {0};
    struct err err = {0};
    char path[64];

    write_file(path, ANSWER, "");
    open_session(&session, path, &printed);
    goto_retired(&session, 12);
    set_a0(&session, 7);
    ck_assert_uint_eq(journal_of(&session)->count, 2);
    ck_assert_uint_eq(journal_of(&session)->act[1].at.retired, 12);
    ck_assert_str_eq(journal_of(&session)->act[1].reason, "on outside");
    ck_assert_uint_eq(session.run->board[0]->hart[0].x[18], 7);
    ck_assert(!timeline_in_past(session.time));
    goto_retired(&session, 8);
    ck_assert(timeline_act(session.time, &other, NULL, &err));
    timeline_step(session.time);
    ck_assert_uint_eq(journal_of(&session)->count, 1);
    ck_assert_uint_eq(session.run->board[0]->hart[0].x[18], 0);
    session_close(&session);
    buf_free(&printed);
    remove(path);
}
END_TEST

/* One that answers itself ends, as in a run, by the bound of the script. */
START_TEST(an_answer_to_itself_is_bounded)
{
    struct session session;
    struct buf printed = {0};
    char path[64];

    write_file(path, "{ event = 'outside', call = function(run) run:set('s2', 1) end }",
               "");
    open_session(&session, path, &printed);
    set_a0(&session, 7);
    ck_assert_ptr_nonnull(strstr(trial_error(&session.subject.trial), "200000000"));
    session_close(&session);
    buf_free(&printed);
    remove(path);
}
END_TEST

START_TEST(typing_is_answered_where_it_is_taken)
{
    struct session session;
    struct buf printed = {0};
    struct err err = {0};
    char path[64];

    write_file(path,
               "{ event = 'outside', call = function(run, e) "
               "if e.value == 120 then run:set('s2', 3) end end }",
               "");
    open_session(&session, path, &printed);
    for (unsigned i = 0; i < session.run->board[0]->devices; i++)
        if (strcmp(session.run->board[0]->device[i]->name, "uart0") == 0)
            ck_assert_msg(timeline_type(session.time, 0, i, "x", 1, NULL, NULL, &err),
                          "%s", err.text);
    ck_assert_uint_eq(session.run->board[0]->hart[0].x[18], 3);
    session_close(&session);
    buf_free(&printed);
    remove(path);
}
END_TEST

/* --- commands ---------------------------------------------------------------------------------- */

static const struct {
    const char *on, *expect, *prints;
} commands[] = {
    {"",
     "{ 'says', function(run) print(run:command('print s0 + 2').value[1].decimal) "
     "return true "
     "end }",
     "2\n"},
    {"",
     "{ 'moves', function(run) run:command('goto #20') "
     "print(run:command('print retired').value[1].decimal) return true end }",
     "20\n"},
    {"{ event = 'trap_enter', when = 's0 == 3', call = function(run) "
     "print(run:command('print s0').value[1].decimal) end }",
     "", "3\n"},
    {"{ event = 'trap_enter', when = 's0 == 3', call = function(run) "
     "run:poke('box', 7, 8) end }, { event = 'trap_enter', when = 's0 == 2', "
     "call = function(run) print(run:command('who box').say[1] ~= nil) end }",
     "{ 'asks', function(run) print(run:command('who box').say[1] ~= nil) "
     "return run:x('s1') == 21 end }",
     "true\ntrue\n"},
    {"",
     "{ 'rows', function(run) local r = run:command('help print') "
     "print(#r.say > 0) return true end }",
     "true\n"},
};

START_TEST(commands_answer_with_tables)
{
    struct outcome outcome;
    char path[64];

    write_file(path, commands[_i].on, commands[_i].expect);
    run(path, commands[_i].on, commands[_i].expect, &outcome);
    ck_assert_str_eq(buf_str(&outcome.failed), "");
    ck_assert_str_eq(buf_str(&outcome.printed), commands[_i].prints);
    release(&outcome);
    remove(path);
}
END_TEST

START_TEST(an_unknown_command_fails_the_check)
{
    const char *expect = "{ 'asks', function(run) run:command('prynt 1') end }";
    struct outcome outcome;
    char path[64];

    write_file(path, "", expect);
    run(path, "", expect, &outcome);
    ck_assert_msg(strstr(buf_str(&outcome.failed), "prynt") != NULL, "%s",
                  buf_str(&outcome.failed));
    release(&outcome);
    remove(path);
}
END_TEST

/* They are given the path of the scenario, which stays as it is. */
static const char *const about_files[] = {"log", "record", "source", "where; log",
                                          "goto #9; source"};

START_TEST(a_check_reaches_no_files)
{
    struct outcome outcome;
    struct buf expect = {0};
    struct stat before, after;
    char path[64];

    write_file(path, "", "");
    buf_printf(&expect, "{ 'asks', function(run) run:command('%s %s') end }",
               about_files[_i], path);
    ck_assert_int_eq(stat(path, &before), 0);
    run(path, "", buf_str(&expect), &outcome);
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size);
    ck_assert_msg(strstr(buf_str(&outcome.failed),
                         ": a scenario gives no commands about files\n") != NULL,
                  "%s", buf_str(&outcome.failed));
    buf_free(&expect);
    release(&outcome);
    remove(path);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, callbacks_do_what_they_say, 0, COUNT(calls));
    tcase_add_loop_test(tcase, what_is_wrong_with_callbacks_is_said, 0, COUNT(wrong));
    tcase_add_test(tcase, replay_does_not_call_them_again);
    tcase_add_test(tcase, how_the_run_is_stepped_does_not_matter);
    tcase_add_test(tcase, a_new_future_calls_them);
    tcase_add_test(tcase, an_act_is_answered_where_it_is_done);
    tcase_add_test(tcase, an_answer_to_itself_is_bounded);
    tcase_add_test(tcase, typing_is_answered_where_it_is_taken);
    tcase_add_loop_test(tcase, commands_answer_with_tables, 0, COUNT(commands));
    tcase_add_test(tcase, an_unknown_command_fails_the_check);
    tcase_add_loop_test(tcase, a_check_reaches_no_files, 0, COUNT(about_files));
}

TEST_MAIN("callbacks", add_tests)
