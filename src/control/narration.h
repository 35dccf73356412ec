#ifndef CONTROL_NARRATION_H
#define CONTROL_NARRATION_H

#include "control/session.h"

/*
 * Narration: with session->narrate on, a sentence for each event that a move passes goes
 * to session->say, at most NARRATION_MOST in one move unless all are asked for. What is
 * new to the branch is told while it happens; what lies in the past is replayed after the
 * move, of a move that was interrupted only so far as is quick. A move back tells what it
 * takes back, the last event first.
 */
enum { NARRATION_MOST = 100, NARRATION_BACK = 10 };

/* Whether it is on; `all`: without a bound. */
void narration_set(struct session *session, bool on, bool all);

/* Where a move began. */
struct narration_from {
    struct moment at, furthest;
    unsigned branch, branches;
    uint64_t serial; /* moves narrated before */
};

/* Around whatever may move: command_do does it for each command. */
struct narration_from narration_before(const struct session *session);
void narration_after(struct session *session, const struct narration_from *from);

/* One event as a line: "[1,234] hart 0 ...", and what the scenario adds to it. */
void narration_line(struct buf *out, const struct session *session,
                    const struct event *event);

#endif
