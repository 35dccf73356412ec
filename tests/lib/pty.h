#ifndef TESTS_LIB_PTY_H
#define TESTS_LIB_PTY_H

#include "base/buf.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * A program at a terminal, as a person has it: a pseudo-terminal whose other end the test
 * types at and reads.
 */
struct pty {
    int keyboard; /* what is written here is typed; what is read here was shown */
    pid_t child;
    struct buf shown; /* since the last expectation that was met */
};

/* Starts `command` as a process with a terminal of 80 columns. False: there are no
 * pseudo-terminals here. */
bool pty_start(struct pty *pty, int (*command)(int argc, char **argv),
               const char *const *arguments);

void pty_type(struct pty *pty, const char *keys);

/* Reads until the text has been shown; what is up to its end is forgotten. Fails the test
 * if it does not come within 10 seconds. */
void pty_expect(struct pty *pty, const char *text);

/* Types the keys again and again until the text has been shown: for keys that mean
 * something only while the other side is at work. */
void pty_insist(struct pty *pty, const char *keys, const char *text);

void pty_resize(struct pty *pty, unsigned short rows, unsigned short columns);

/* Waits for the end; gives the exit status, or -1 if a signal ended it. */
int pty_end(struct pty *pty);

#endif
