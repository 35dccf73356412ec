#ifndef CONTROL_RECORDING_H
#define CONTROL_RECORDING_H

#include "base/reply.h"
#include "control/session.h"

struct archive;

/* Recordings of a session: one that is being written, and one that was opened. */

/*
 * Records the run into a new file: what there has been on the branch in use, and what
 * comes. `instructions`: each of them, too.
 */
bool recording_begin(struct session *session, const char *path, bool instructions,
                     struct err *err);

/* Ends it; `reply` says what is in it. NULL: nobody asks. */
bool recording_end(struct session *session, struct reply *reply, struct err *err);

/* What is recorded, and where. */
void recording_info(const struct session *session, struct reply *reply);

/* The recording that the session was opened from, which it owns from now on; `replays`:
 * the machine does what was recorded; `complete`: it was closed. */
void recording_opened(struct session *session, struct archive *archive, bool replays,
                      bool complete);

/*
 * A query over the recording that is being written, the one that was opened, or (`window`
 * instructions up to now; 0: the usual) the live run.
 */
bool recording_query(struct session *session, const char *text, uint64_t window,
                     struct reply *reply, struct err *err);

#endif
