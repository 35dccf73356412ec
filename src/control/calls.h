#ifndef CONTROL_CALLS_H
#define CONTROL_CALLS_H

#include "control/session.h"

/*
 * Steps of a hart, with calls and returns, which the machine does not have: software jumps,
 * and by convention some jumps are calls (observe/ask/calls.h). One that keeps nothing is a
 * return if it goes through ra, or to right behind a call.
 */
enum hart_step_kind {
    STEP_PLAIN,
    STEP_CALL,
    STEP_RETURN,
    STEP_TRAP,       /* an interrupt or exception is taken */
    STEP_TRAP_RETURN /* mret or sret */
};

/* What one step of a hart was. */
struct hart_step {
    enum hart_step_kind kind;
    uint64_t pc, to;  /* of the instruction, or where it was trapped; where it went */
    uint64_t behind;  /* the instruction: where a call is to return to */
    bool in_guest;    /* it was a guest's */
    struct moment at; /* when the viewer has just seen it */
    struct moment ended; /* the same; of a call that was gone back over, its return's */
};

/* The kinds of events that hart_step_of wants to see. */
#define HART_STEP_KINDS (EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_TRAP_ENTER))

/* If the event tells of a step of the session's hart: which. It peeks at code, so the
 * machine must be where the event is told. */
bool hart_step_of(const struct session *session, const struct event *event,
                  struct hart_step *step);

/*
 * Source lines. A step begins a line if it comes from another, or to where the line's code
 * begins (so that each turn of a loop on one line is seen).
 */
bool line_begins(const struct lines *lines, uint64_t from, uint64_t to);

#endif
