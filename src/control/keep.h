#ifndef CONTROL_KEEP_H
#define CONTROL_KEEP_H

#include "base/reply.h"
#include "control/restore.h"
#include "control/session.h"

/*
 * Leaving never loses a run: what is done in a session is kept at once in a recording
 * without events, $XDG_STATE_HOME/ringside/runs/NAME.db (~/.local/state where that is not
 * set): the files that the run is made of, the journal, branches, marks and where the
 * viewer stood. It can be resumed; old ones are pruned (docs/manual/recordings.md).
 */

/* Keeps this session from now on, under a new name. False: it cannot be kept, and goes on
 * without. */
bool keep_begin(struct session *session, struct err *err);

/* What it is kept as; NULL: it is not kept. */
const char *keep_name(const struct session *session);

/* Ends it; session_close does, too. A run in which nothing was done is dropped. */
void keep_end(struct session *session);

/* Opens the session of a kept run, and goes on keeping it. `name` NULL: the one that was
 * left last. */
bool keep_resume(struct session *session, const char *name,
                 const struct session_choice *choice, struct restored *restored,
                 struct err *err);

/* All of them, the newest first. */
bool keep_list(struct reply *reply, struct err *err);

#endif
