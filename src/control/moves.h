#ifndef CONTROL_MOVES_H
#define CONTROL_MOVES_H

#include "control/session.h"
#include "control/units.h"

/*
 * Moving through a run, as the commands and the screen do it (GDB's server has its own,
 * face/gdb/resume.c). A move looks for the session's stops on its way, in either direction,
 * and may end at one earlier, unless it goes to a place in time. It is about the session's
 * hart; a hart that stops at a breakpoint or watchpoint becomes the session's hart.
 * Forwards the scenario's limit of cycles ends every move.
 *
 *   move_run.c           running with the session's stops; until; goto
 *   move_instructions.c  on and back by instructions
 *   move_events.c        events, and the units that are events
 *   move_calls.c         forwards over calls and traps, by lines, out of a function
 *   move_back.c          the same backwards
 */
enum move_way { FORWARDS, BACKWARDS };

/* Why a move ended. */
enum move_end {
    MOVE_DONE,       /* it did what was asked */
    MOVE_STOPPED,    /* at a stop of the session */
    MOVE_LIMIT,      /* at the scenario's limit of cycles */
    MOVE_FINISHED,   /* software has ended the run */
    MOVE_NOTHING,    /* every hart waits and nothing is due */
    MOVE_BEGINNING,  /* backwards: there is nothing before; the viewer is at #0 */
    MOVE_NOT_FOUND,  /* what was asked for is not there; the viewer is where it was */
    MOVE_INTERRUPTED /* on: the viewer is as far as it came; back: where it was */
};

enum { MOVE_HITS = 8 };

struct move {
    enum move_end end;
    struct moment from, to;
    uint64_t done;   /* of so many steps as were asked for */
    bool other_hart; /* it is about another hart now */
    bool has_event;  /* an event was gone to, which the viewer has just seen: */
    struct event event;
    unsigned hits; /* STOPPED: what at; readable until the next move */
    struct stop_hit hit[MOVE_HITS];
    char no_value[STOP_REASON]; /* DONE: why the condition has none; empty: it holds */
};

/* --- move_run.c ------------------------------------------------------------------------------- */

/* To the next stop, or to the end; backwards to the beginning. */
void move_continue(struct session *session, enum move_way way, struct move *move);

/* Until the hart, or any other, arrives at that address. */
void move_to_address(struct session *session, enum move_way way, uint64_t address,
                     struct move *move);

/* Until the condition holds, or has no value. It is asked after each step at which something
 * happened. */
void move_until(struct session *session, enum move_way way,
                const struct expr *condition, struct move *move);

/* Until no hart's clock is below that cycle. */
void move_until_cycle(struct session *session, uint64_t cycle, struct move *move);

/* To a moment or a cycle, passing over stops. */
void move_to(struct session *session, struct moment to, struct move *move);
void move_to_cycle(struct session *session, uint64_t cycle, struct move *move);
void move_to_end(struct session *session, struct move *move);

/* --- move_instructions.c ---------------------------------------------------------------------- */

/* So many instructions (or traps) of the session's hart. */
void move_instructions(struct session *session, enum move_way way, uint64_t count,
                       struct move *move);

/* --- move_events.c ------------------------------------------------------------------------------ */

void move_events(struct session *session, enum move_way way,
                 const struct event_choice *choice, uint64_t count, struct move *move);

/* The same; `matches` is given `ctx` instead of the run. */
void move_events_of(struct session *session, enum move_way way,
                    const struct event_choice *choice, void *ctx, uint64_t count,
                    struct move *move);

void move_by_unit(struct session *session, enum move_way way,
                  const struct move_unit *unit, uint64_t count, struct move *move);

/* --- move_calls.c, move_back.c -------------------------------------------------------------------- */

struct step_form {
    bool by_line; /* to where another source line begins; else by instructions */
    bool over;    /* calls and traps are one step */
};

void move_steps(struct session *session, enum move_way way, struct step_form form,
                uint64_t count, struct move *move);

/* Out of the function, or out of the trap handler: behind its return; backwards to its
 * call, or to before the trap. */
void move_finish(struct session *session, enum move_way way, struct move *move);

#endif
