#ifndef TESTS_LIB_TALK_H
#define TESTS_LIB_TALK_H

#include "control/command/command.h"

/*
 * A session on a small program, and talking to it in lines. The program is a scenario in
 * a folder of its own, so that it has everything that a session can have.
 */
struct talk {
    struct session session;
    char folder[32];
    struct buf answer, said; /* of the last line: rendered; and session->say */
};

/* Opens a session on assembly text; `more` is Lua text among the scenario's fields
 * (ends with a comma), "" for none. */
void talk_open(struct talk *talk, const char *assembly, const char *more);
/* The same, with more among the fields that its setup gives, as its disks. */
void talk_open_setup(struct talk *talk, const char *assembly, const char *more,
                     const char *setup);
void talk_close(struct talk *talk);

/* Does a line; the answer as text, errors included ("Error: ..."). */
const char *talk_do(struct talk *talk, const char *line);

/* The path of a file in the session's folder, with that text (NULL: not written). */
const char *talk_file(struct talk *talk, const char *name, const char *text);

/* Prints "hello" on uart0 and ends the run; symbols: _start, next, done, text. */
extern const char *const talk_hello;

/* Counts in a0 for ever; symbols: _start, loop. */
extern const char *const talk_loop;

#endif
