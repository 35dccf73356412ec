/*
 * The screen on a terminal: what is left of one when the program ends, however it ends;
 * sizes that change, other terminals, other locales, an idle screen.
 */
#include "base/bits.h"
#include "face/options.h"
#include "face/tui/term.h"
#include "face/tui/tui_command.h"
#include "tests/lib/pty.h"
#include "tests/lib/suite.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

/* xterm's: the screen is left. */
#define LEAVES "\033[?1049l"

/* Terminals that this host does not know are left out. */
static bool is_known(const char *term)
{
    char line[96];

    snprintf(line, sizeof(line), "infocmp %s >/dev/null 2>&1", term);
    return system(line) == 0;
}

static bool use(const char *term, const char *locale)
{
    if (!is_known(term)) {
        printf("at a terminal: skipped, %s is not known here\n", term);
        fflush(stdout);
        return false;
    }
    setenv("TERM", term, 1);
    setenv("LC_ALL", locale, 1);
    return true;
}

static bool start_in(struct pty *pty, const char *term, const char *locale)
{
    return use(term, locale) &&
           pty_start(pty, command_watch,
                     (const char *const[]){"watch", SCENARIO, NULL});
}

static bool start(struct pty *pty)
{
    return start_in(pty, "xterm-256color", "C.UTF-8");
}

/* Closes what is open; what was behind it is seen again: Esc is no sequence's begin. */
static void escape(struct pty *pty, const char *behind)
{
    pty_type(pty, "\033");
    pty_expect(pty, behind);
}

static void leave(struct pty *pty)
{
    pty_type(pty, "q");
    ck_assert_int_eq(pty_end(pty), STATUS_OK);
}

/* Are lines edited and echoed, as a shell wants them? */
static bool is_restored(const struct pty *pty)
{
    struct termios modes;

    return tcgetattr(pty->keyboard, &modes) == 0 && (modes.c_lflag & ICANON) &&
           (modes.c_lflag & ECHO) && (modes.c_lflag & ISIG);
}

/* A host that can be asked knows a usual one, else nothing here would be tested. */
START_TEST(a_usual_terminal_is_known)
{
    if (system("command -v infocmp >/dev/null 2>&1") == 0)
        ck_assert(is_known("xterm") || is_known("xterm-256color"));
    else
        printf("at a terminal: skipped, there is no infocmp here\n");
}
END_TEST

static const int signals[] = {SIGTERM, SIGHUP, SIGINT,  SIGSEGV,
                              SIGBUS,  SIGFPE, SIGABRT, SIGILL};

/* By whichever signal it is ended, the terminal is as it was before. */
START_TEST(a_signal_leaves_the_terminal_as_it_was)
{
    struct pty pty;

    if (!start(&pty))
        return;
    pty_expect(&pty, "LIVE");
    ck_assert(!is_restored(&pty));
    kill(pty.child, signals[_i]);
    pty_expect(&pty, LEAVES);
    for (int tries = 0; tries < 1000 && !is_restored(&pty); tries++)
        poll(NULL, 0, 5);
    ck_assert(is_restored(&pty));
    ck_assert_int_ne(pty_end(&pty), STATUS_OK); /* by the signal, or by a sanitizer */
}
END_TEST

START_TEST(leaving_leaves_the_terminal_as_it_was)
{
    struct pty pty;

    if (!start(&pty))
        return;
    pty_expect(&pty, "LIVE");
    pty_type(&pty, "lll");
    pty_expect(&pty, "#3");
    pty_type(&pty, "q");
    pty_expect(&pty, LEAVES);
    ck_assert_int_eq(pty_end(&pty), STATUS_OK);
}
END_TEST

/* Each call needs what the next one gives. */
static volatile unsigned left = UINT_MAX;

static int run_over(const char *frame)
{
    char more[4096];

    memset(more, frame[0] + 1, sizeof(more));
    return left-- ? run_over(more) + more[left % sizeof(more)] : 0;
}

static int command_run_over(int argc, char **argv)
{
    struct term_options options = {.ascii = true};
    struct err err;

    (void)argc;
    return term_open(&options, &err) ? run_over(argv[0]) : STATUS_USAGE;
}

START_TEST(a_stack_that_runs_over_leaves_the_terminal_as_it_was)
{
    struct pty pty;

    if (!use("xterm-256color", "C.UTF-8") ||
        !pty_start(&pty, command_run_over, (const char *const[]){"over", NULL}))
        return;
    pty_expect(&pty, LEAVES);
    for (int tries = 0; tries < 1000 && !is_restored(&pty); tries++)
        poll(NULL, 0, 5);
    ck_assert(is_restored(&pty));
    ck_assert_int_ne(pty_end(&pty), STATUS_OK);
}
END_TEST

/* What a shell, or whoever started it, does with a signal is as before. */
static void hear(int number)
{
    (void)number;
}

static int command_open_and_close(int argc, char **argv)
{
    struct term_options options = {.ascii = true};
    struct sigaction action = {.sa_handler = hear}, after;
    struct err err;
    bool same = true;

    (void)argc;
    (void)argv;
    sigaction(SIGHUP, &action, NULL);
    if (!term_open(&options, &err))
        return STATUS_USAGE;
    raise(SIGHUP);
    term_close();
    sigaction(SIGHUP, NULL, &after);
    same &= after.sa_handler == hear;
    sigaction(SIGINT, NULL, &after);
    same &= after.sa_handler == SIG_DFL;
    sigaction(SIGTERM, NULL, &after);
    same &= after.sa_handler == SIG_DFL;
    return same ? STATUS_OK : STATUS_USAGE;
}

START_TEST(handlers_of_signals_are_as_before)
{
    struct pty pty;

    if (!use("xterm-256color", "C.UTF-8") ||
        !pty_start(&pty, command_open_and_close, (const char *const[]){"close", NULL}))
        return;
    ck_assert_int_eq(pty_end(&pty), STATUS_OK);
}
END_TEST

/* Sizes that change at every moment, down to one cell, and up. */
START_TEST(a_storm_of_sizes_is_survived)
{
    struct pty pty;

    if (!start(&pty))
        return;
    pty_expect(&pty, "LIVE");
    for (int i = 0; i < 60; i++) {
        pty_resize(&pty, (unsigned short)(1 + i * 7 % 61),
                   (unsigned short)(1 + i * 31 % 207));
        if (i % 5 == 0)
            pty_type(&pty, "n");
    }
    pty_resize(&pty, 10, 38);
    pty_insist(&pty, "n", "needs 40x12");
    pty_resize(&pty, 24, 80);
    pty_insist(&pty, "n", "timeline");
    leave(&pty);
}
END_TEST

static const struct {
    const char *term, *locale, *shows, *shows_not;
} terminals[] = {
    {"xterm", "C.UTF-8", "─", "38;5;"},
    {"xterm-256color", "C.UTF-8", "38;5;", NULL},
    {"xterm-direct", "C.UTF-8", "38:2:", NULL},
    {"linux", "C.UTF-8", "─", "╭"},
    {"screen", "C.UTF-8", "─", NULL},
    {"screen-256color", "C.UTF-8", "╭", NULL},
    {"tmux-256color", "C.UTF-8", "╭", NULL},
    {"vt100", "C.UTF-8", "─", "38;5;"},
    {"xterm-256color", "C", "+-", "╭"},
};

START_TEST(other_terminals_get_what_they_can_show)
{
    struct pty pty;

    if (!start_in(&pty, terminals[_i].term, terminals[_i].locale))
        return;
    pty_expect(&pty, "LIVE");
    pty_type(&pty, "n");
    if (terminals[_i].shows_not)
        ck_assert_ptr_null(strstr(buf_str(&pty.shown), terminals[_i].shows_not));
    pty_type(&pty, "\014"); /* everything again */
    pty_expect(&pty, terminals[_i].shows);
    if (terminals[_i].shows_not)
        ck_assert_ptr_null(strstr(buf_str(&pty.shown), terminals[_i].shows_not));
    leave(&pty);
}
END_TEST

START_TEST(no_colour_is_asked_for_by_the_environment)
{
    struct pty pty;

    bool started;

    setenv("NO_COLOR", "1", 1);
    started = start(&pty);
    unsetenv("NO_COLOR"); /* whatever comes of the test */
    if (!started)
        return;
    pty_expect(&pty, "LIVE");
    pty_type(&pty, "l");
    pty_expect(&pty, "#1");
    ck_assert_ptr_null(strstr(buf_str(&pty.shown), "38;5;"));
    leave(&pty);
}
END_TEST

/* It is told, and the shell has what the screen would have had. */
START_TEST(a_terminal_without_a_cursor_has_the_shell)
{
    struct pty pty;

    if (!start_in(&pty, "dumb", "C.UTF-8"))
        return;
    pty_expect(&pty, "cannot place the cursor: here is the shell");
    pty_expect(&pty, "ringside #0 h0 M> ");
    pty_type(&pty, "quit\r");
    ck_assert_int_eq(pty_end(&pty), STATUS_OK);
}
END_TEST

/* What is pasted into the prompt stays a line: control characters do nothing there. */
START_TEST(garbage_pasted_into_the_prompt_does_no_harm)
{
    struct pty pty;

    if (!start(&pty))
        return;
    pty_expect(&pty, "LIVE");
    pty_type(&pty, ":");
    for (int i = 0; i < 40; i++)
        pty_type(&pty, "\xff\xfe\x01garbage \xe2\x94\x80;|`$(rm)\x02\x7f\x16 ");
    pty_type(&pty, "\x15where\r");
    pty_expect(&pty, "Hart 0 is at");
    escape(&pty, "timeline");
    leave(&pty);
}
END_TEST

/* Keys that mean nothing are no sign that the terminal is gone. */
START_TEST(keys_that_mean_nothing_do_nothing)
{
    struct pty pty;

    if (!start(&pty))
        return;
    pty_expect(&pty, "LIVE");
    for (int i = 0; i < 40; i++)
        pty_type(&pty, "\033[15~"); /* F5 */
    pty_type(&pty, "l");
    pty_expect(&pty, "#1");
    leave(&pty);
}
END_TEST

/* It is drawn once a frame, not once a character. */
START_TEST(a_long_paste_is_taken_at_once)
{
    struct pty pty;
    char line[1001];

    if (!start(&pty))
        return;
    memset(line, 'x', 1000);
    line[1000] = '\0';
    pty_expect(&pty, "LIVE");
    pty_type(&pty, ":");
    pty_expect(&pty, ":");
    for (int i = 0; i < 100; i++)
        pty_type(&pty, line);
    pty_type(&pty, "\x15where\r");
    pty_expect(&pty, "Hart 0 is at");
    escape(&pty, "timeline");
    leave(&pty);
}
END_TEST

START_TEST(a_long_paste_in_the_race_is_taken_at_once)
{
    struct pty pty;
    char line[1001];

    if (!start(&pty))
        return;
    memset(line, 'x', 1000);
    line[1000] = '\0';
    pty_expect(&pty, "LIVE");
    pty_type(&pty, "r");
    pty_expect(&pty, "race of");
    pty_type(&pty, "g");
    for (int i = 0; i < 100; i++)
        pty_type(&pty, line);
    pty_type(&pty, "\033");
    poll(NULL, 0, 100); /* longer than an escape sequence would take */
    pty_type(&pty, "q");
    pty_insist(&pty, "l", "#1");
    leave(&pty);
}
END_TEST

START_TEST(an_idle_screen_writes_nothing)
{
    struct pty pty;
    struct pollfd wait;

    if (!use("xterm-256color", "C.UTF-8") ||
        !pty_start(&pty, command_watch,
                   (const char *const[]){"watch", "--still", SCENARIO, NULL}))
        return;
    pty_expect(&pty, "LIVE");
    pty_type(&pty, "l");
    pty_expect(&pty, "#1");
    pty_type(&pty,
             ":"); /* the cursor is shown, then the line, and at its end no colours */
    pty_expect(&pty, "\033[?25h");
    pty_expect(&pty, ":");
    pty_expect(&pty, "\033[39;49m\033(B\033[m");
    wait = (struct pollfd){.fd = pty.keyboard, .events = POLLIN};
    ck_assert_int_eq(poll(&wait, 1, 500), 0);
    escape(&pty, "help");
    leave(&pty);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_usual_terminal_is_known);
    tcase_add_loop_test(tcase, a_signal_leaves_the_terminal_as_it_was, 0,
                        COUNT(signals));
    tcase_add_test(tcase, leaving_leaves_the_terminal_as_it_was);
    tcase_add_test(tcase, a_stack_that_runs_over_leaves_the_terminal_as_it_was);
    tcase_add_test(tcase, handlers_of_signals_are_as_before);
    tcase_add_test(tcase, a_storm_of_sizes_is_survived);
    tcase_add_loop_test(tcase, other_terminals_get_what_they_can_show, 0,
                        COUNT(terminals));
    tcase_add_test(tcase, no_colour_is_asked_for_by_the_environment);
    tcase_add_test(tcase, a_terminal_without_a_cursor_has_the_shell);
    tcase_add_test(tcase, garbage_pasted_into_the_prompt_does_no_harm);
    tcase_add_test(tcase, keys_that_mean_nothing_do_nothing);
    tcase_add_test(tcase, a_long_paste_is_taken_at_once);
    tcase_add_test(tcase, a_long_paste_in_the_race_is_taken_at_once);
    tcase_add_test(tcase, an_idle_screen_writes_nothing);
}

TEST_MAIN("terminal", add_tests)
