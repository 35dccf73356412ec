#include "face/tui/crash.h"

#include "base/bits.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Of ECMA-48 and xterm, which others follow: attributes off, no mouse, the cursor seen, the
 * other screen, the beginning of a line. Terminals that do not know one pass over it. */
static const char restore[] = "\033[0m\033[?1000l\033[?1006l\033[?25h\033[?1049l\r";

/* A stack that has run over is no place for a handler. */
enum { STACK = 64 * 1024 };

static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

static struct {
    struct termios modes;
    struct sigaction before[COUNT(numbers)];
    stack_t stack_before;
    bool prepared;
    char stack[STACK];
} crash;

/* Only what a handler may call: write, tcsetattr, sigaction, raise. */
static void handle(int number)
{
    ssize_t written = write(STDOUT_FILENO, restore, sizeof(restore) - 1);

    (void)written;
    tcsetattr(STDIN_FILENO, TCSANOW, &crash.modes);
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (numbers[i] == number)
            sigaction(number, &crash.before[i], NULL);
    raise(number);
}

void crash_prepare(void)
{
    const stack_t stack = {.ss_sp = crash.stack, .ss_size = sizeof(crash.stack)};
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};

    if (crash.prepared || tcgetattr(STDIN_FILENO, &crash.modes) != 0)
        return;
    sigaltstack(&stack, &crash.stack_before);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT(numbers); i++)
        sigaction(numbers[i], &action, &crash.before[i]);
    crash.prepared = true;
}

void crash_forget(void)
{
    if (!crash.prepared)
        return;
    for (size_t i = 0; i < COUNT(numbers); i++)
        sigaction(numbers[i], &crash.before[i], NULL);
    sigaltstack(&crash.stack_before, NULL);
    crash.prepared = false;
}
