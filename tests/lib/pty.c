#include "tests/lib/pty.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ARGUMENTS = 16,
    PATIENCE = 10,
    INSISTS_MS = 50
}; /* seconds; between two tries */

/* Those of the test's own process would be kept: it ends its children in them. */
static void forget_handlers(void)
{
    signal(SIGHUP, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

static int run(int (*command)(int argc, char **argv), const char *const *arguments)
{
    char *argv[ARGUMENTS + 1] = {0};
    int argc = 0, status;

    forget_handlers();
    for (; arguments[argc] && argc < ARGUMENTS; argc++)
        argv[argc] = (char *)(uintptr_t)arguments[argc];
    status = command(argc, argv);
    fflush(NULL);
    return status;
}

bool pty_start(struct pty *pty, int (*command)(int argc, char **argv),
               const char *const *arguments)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};

    *pty = (struct pty){0};
    fflush(NULL);
    pty->child = forkpty(&pty->keyboard, NULL, NULL, &size);
    if (pty->child < 0) {
        printf("at a terminal: skipped, there are no pseudo-terminals here\n");
        fflush(stdout);
        return false;
    }
    if (pty->child == 0)
        _exit(run(command, arguments));
    return true;
}

void pty_type(struct pty *pty, const char *keys)
{
    size_t length = strlen(keys);

    ck_assert_int_eq(write(pty->keyboard, keys, length), (ssize_t)length);
}

/* Takes in what is shown next; false: nothing more comes in that time. */
static bool take_in(struct pty *pty, int ms)
{
    struct pollfd wait = {.fd = pty->keyboard, .events = POLLIN};
    char bytes[512];
    ssize_t got;

    if (poll(&wait, 1, ms) != 1)
        return false;
    got = read(pty->keyboard, bytes, sizeof(bytes));
    if (got <= 0) /* Linux says EIO when the other end is closed */
        return false;
    buf_add(&pty->shown, bytes, (size_t)got);
    return true;
}

/* If the text has been shown, what is up to its end is forgotten. */
static bool has_shown(struct pty *pty, const char *text)
{
    const char *found = strstr(buf_str(&pty->shown), text);
    size_t seen;

    if (!found)
        return false;
    seen = (size_t)(found - pty->shown.data) + strlen(text);
    memmove(pty->shown.data, pty->shown.data + seen, pty->shown.size - seen + 1);
    pty->shown.size -= seen;
    return true;
}

static void is_missing(struct pty *pty, const char *text)
{
    ck_abort_msg("'%s' was not shown, but '%s'", text, buf_str(&pty->shown));
}

void pty_expect(struct pty *pty, const char *text)
{
    time_t until = time(NULL) + PATIENCE;

    while (!has_shown(pty, text))
        if (time(NULL) > until || !take_in(pty, 1000 * PATIENCE))
            is_missing(pty, text);
}

void pty_insist(struct pty *pty, const char *keys, const char *text)
{
    time_t until = time(NULL) + PATIENCE;

    while (!has_shown(pty, text)) {
        if (time(NULL) > until)
            is_missing(pty, text);
        if (!take_in(pty, INSISTS_MS))
            pty_type(pty, keys);
    }
}

void pty_resize(struct pty *pty, unsigned short rows, unsigned short columns)
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};

    ck_assert_int_eq(ioctl(pty->keyboard, TIOCSWINSZ, &size), 0);
}

int pty_end(struct pty *pty)
{
    int status;

    while (take_in(pty, 1000 * PATIENCE))
        ;
    close(pty->keyboard);
    ck_assert_int_eq(waitpid(pty->child, &status, 0), pty->child);
    buf_free(&pty->shown);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
