#ifndef OBSERVE_RECORD_FOLLOW_H
#define OBSERVE_RECORD_FOLLOW_H

#include "observe/record/history.h"

/* A history that was read, done again. */

/* Gives branches, what waits, and marks to a timeline at #0. The viewer stays there. */
bool history_restore(const struct history *history, struct timeline *timeline,
                     struct err *err);

/*
 * Takes the timeline to where the viewer stood, and on the way compares the state with the
 * digests, at most `most` of them, evenly spread. *differs is the first that is not met.
 */
enum history_result { HISTORY_MET, HISTORY_DIFFERS, HISTORY_INTERRUPTED };

enum history_result history_follow(const struct history *history,
                                   struct timeline *timeline, unsigned most,
                                   struct history_digest *differs);

#endif
