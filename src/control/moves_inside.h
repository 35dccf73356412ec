#ifndef CONTROL_MOVES_INSIDE_H
#define CONTROL_MOVES_INSIDE_H

#include "control/moves.h"

/* What the files of moves share, GDB's (face/gdb/resume.c) among them; see moves.h. */

/* Begins a move; move_ended says how it ended, where, and tells the session. */
void move_began(const struct session *session, struct move *move);
void move_ended(struct session *session, struct move *move, enum move_end end);

/*
 * On its way with the move's own probe (NULL: none) and the session's stops. DONE: at the
 * limit, or the probe has found what it looks for. The probe is armed again and again; what
 * it counts it must keep.
 */
enum move_end move_forward(struct session *session, struct move *move,
                           const struct probe *own, struct run_limit limit);
enum move_end move_backward(struct session *session, struct move *move,
                            const struct probe *own);

/* Back to an earlier moment, unless there is a stop between it and here. */
enum move_end move_back_to(struct session *session, struct move *move,
                           struct moment to);

/* Back to right behind the step in which that moment is. */
enum move_end move_back_behind(struct session *session, struct move *move,
                               struct moment inside);

enum move_end move_end_of(enum arrival arrival);

/* Is there one hart only, whose instructions are all instructions? */
bool is_lone_hart(const struct run *run);

/* move_back.c */
void move_steps_back(struct session *session, struct step_form form, uint64_t count,
                     struct move *move);
void move_finish_back(struct session *session, struct move *move);

#endif
