#ifndef CONTROL_COMMAND_DATA_H
#define CONTROL_COMMAND_DATA_H

#include "control/command/command.h"

/*
 * What the rows of data.c do:
 *
 *   data_value.c   values and memory in GDB's formats
 *   data_change.c  what changes the machine
 *   data_code.c    instructions, source lines, symbols
 */
bool data_print(struct call *call, struct err *err);
bool data_examine(struct call *call, struct err *err);
bool data_set(struct call *call, struct err *err);
bool data_type(struct call *call, struct err *err);
bool data_disassemble(struct call *call, struct err *err);
bool data_list(struct call *call, struct err *err);
bool data_symbols(struct call *call, struct err *err);

/* Where commands that go on have stopped; a session has one. */
struct data_state {
    bool examined; /* the rest of this part is good */
    bool physical;
    char letter;    /* of the last format */
    unsigned size;  /* bytes of a unit */
    uint64_t count; /* units */
    uint64_t next;  /* address */

    const char *file; /* of the last list; NULL: none */
    unsigned line;    /* that comes next */
    struct moment at; /* when it was listed */
};

struct data_state *data_state(struct session *session);

/* Rows of code from `va` on, `count` of them, or up to `end`; gives where the next begins.
 * Stops at what cannot be fetched, which is an error if it is the first. */
bool data_code_rows(struct call *call, uint64_t *va, uint64_t count, uint64_t end,
                    struct err *err);

#endif
