#ifndef FACE_CONSOLE_H
#define FACE_CONSOLE_H

#include "base/buf.h"
#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

/*
 * Standard input and output as a machine's console. A terminal is put into raw mode, so
 * that every key goes to the machine; ctrl-a is the way out, as in QEMU: ctrl-a x leaves,
 * ctrl-a ctrl-a sends one ctrl-a.
 */
struct console {
    sigset_t mask; /* signals that were blocked before */
    bool raw;      /* the terminal's mode was changed; `before` is what it was */
    struct termios before;
    bool ended;   /* standard input has ended */
    bool left;    /* ctrl-a x */
    bool escaped; /* ctrl-a was the last key */
    uint8_t input[256];
    unsigned first, count; /* what the machine has not taken yet */
    struct buf output;     /* what has not been written yet */
    int error;             /* errno of the write that failed; 0: none has */
};

bool console_open(struct console *console, struct err *err);
void console_close(struct console *console);

/* Reads what has been typed, if all that was read before has been taken; sleeps until
 * something comes, the input ends or a signal arrives if `wait`. */
void console_read(struct console *console, bool wait);

void console_put(struct console *console, uint8_t byte);
bool console_flush(struct console *console, struct err *err);

/* The number of a signal that asks the program to end; 0: none came. */
int console_signal(void);

#endif
