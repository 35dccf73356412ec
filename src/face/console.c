#include "face/console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

enum { CTRL_A = 1, OUTPUT_ROOM = 4096 };

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
    caught = number;
}

int console_signal(void)
{
    return caught;
}

/*
 * The signals that would leave a terminal in raw mode behind. They are let in only while
 * the console looks for input, so that none can come between the question whether one
 * came and going to sleep. A broken pipe is found by the write that fails.
 */
static void catch_signals(sigset_t *others)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = catch_signal};
    sigset_t ours;

    sigemptyset(&action.sa_mask);
    sigemptyset(&ours);
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        sigaction(numbers[i], &action, NULL);
        sigaddset(&ours, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &ours, others);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

bool console_open(struct console *console, struct err *err)
{
    struct termios raw;

    *console = (struct console){0};
    catch_signals(&console->mask);
    if (!isatty(STDIN_FILENO))
        return true;
    if (tcgetattr(STDIN_FILENO, &console->before) != 0)
        return err_set(err, "cannot read the terminal's mode: %s", strerror(errno));
    raw = console->before;
    cfmakeraw(&raw);
    raw.c_oflag |= OPOST; /* the guest's line feeds still begin a line */
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
        return err_set(err, "cannot set the terminal's mode: %s", strerror(errno));
    console->raw = true;
    return true;
}

void console_close(struct console *console)
{
    console_flush(console, NULL);
    if (console->raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &console->before);
    buf_free(&console->output);
}

/* Ctrl-a and the key after it are for us, all else is the machine's. */
static void take_key(struct console *console, uint8_t key)
{
    if (!console->escaped && key == CTRL_A) {
        console->escaped = true;
        return;
    }
    if (console->escaped && (key == 'x' || key == 'X'))
        console->left = true;
    else if (!console->escaped || key == CTRL_A)
        console->input[console->count++] = key;
    console->escaped = false;
}

/* Can standard input be read? Signals are let in. */
static bool input_is_ready(const struct console *console, bool wanted, bool wait)
{
    const struct timespec now = {0};
    fd_set set;

    FD_ZERO(&set);
    if (wanted)
        FD_SET(STDIN_FILENO, &set);
    return pselect(STDIN_FILENO + 1, &set, NULL, NULL, wait ? NULL : &now,
                   &console->mask) > 0;
}

void console_read(struct console *console, bool wait)
{
    bool wanted = !console->ended && console->first == console->count;
    uint8_t keys[sizeof(console->input)];
    ssize_t got;

    if (!input_is_ready(console, wanted, wait))
        return;
    got = read(STDIN_FILENO, keys, sizeof(keys));
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0)
        console->ended = true;
    console->first = console->count = 0;
    for (ssize_t i = 0; i < got; i++)
        take_key(console, keys[i]);
}

void console_put(struct console *console, uint8_t byte)
{
    buf_char(&console->output, (char)byte);
    if (console->output.size >= OUTPUT_ROOM)
        console_flush(console, NULL);
}

/* Standard output may be set not to block, by whoever shares it with us. */
static void wait_for_room(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    poll(&output, 1, -1);
}

bool console_flush(struct console *console, struct err *err)
{
    size_t done = 0;

    while (!console->error && done < console->output.size) {
        ssize_t wrote = write(STDOUT_FILENO, console->output.data + done,
                              console->output.size - done);

        if (wrote >= 0)
            done += (size_t)wrote;
        else if (errno == EAGAIN)
            wait_for_room();
        else if (errno != EINTR)
            console->error = errno;
    }
    buf_clear(&console->output);
    if (console->error)
        return err_set(err, "cannot write to standard output: %s",
                       strerror(console->error));
    return true;
}
