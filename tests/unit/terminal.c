/*
 * The screen on a terminal: what is left of one when the program ends, however it ends;
 * sizes that change, other terminals, other locales, an idle screen.
 */
#include "base/bits.h"
#include "face/options.h"
#include "face/tui/tui_command.h"
#include "tests/lib/pty.h"
#include "tests/lib/suite.h"

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

static bool start_in(struct pty *pty, const char *term, const char *locale)
{
    if (!is_known(term))
        return false;
    setenv("TERM", term, 1);
    setenv("LC_ALL", locale, 1);
    return pty_start(pty, command_watch,
                     (const char *const[]){"watch", SCENARIO, NULL});
}

static bool start(struct pty *pty)
{
    return start_in(pty, "xterm-256color", "C.UTF-8");
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

    setenv("NO_COLOR", "1", 1);
    if (!start(&pty))
        return;
    pty_expect(&pty, "LIVE");
    pty_type(&pty, "l");
    pty_expect(&pty, "#1");
    ck_assert_ptr_null(strstr(buf_str(&pty.shown), "38;5;"));
    leave(&pty);
    unsetenv("NO_COLOR");
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
    pty_type(&pty, "\033");
    poll(NULL, 0, 100); /* longer than an escape sequence would take */
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
    pty_type(&pty, "\033");
    poll(NULL, 0, 100); /* longer than an escape sequence would take */
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

    if (!start(&pty))
        return;
    pty_expect(&pty, "LIVE");
    pty_type(&pty, "l");
    pty_expect(&pty, "#1");
    wait = (struct pollfd){.fd = pty.keyboard, .events = POLLIN};
    while (poll(&wait, 1, 500) == 1) { /* the rest of that screen, and its token */
        char bytes[512];

        ck_assert_int_gt(read(pty.keyboard, bytes, sizeof(bytes)), 0);
    }
    ck_assert_int_eq(poll(&wait, 1, 500), 0);
    leave(&pty);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_signal_leaves_the_terminal_as_it_was, 0,
                        COUNT(signals));
    tcase_add_test(tcase, leaving_leaves_the_terminal_as_it_was);
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
