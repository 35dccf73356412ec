#ifndef OBSERVE_RECORD_TAPE_H
#define OBSERVE_RECORD_TAPE_H

#include "observe/record/archive.h"
#include "observe/time/timeline.h"

/*
 * Events on their way into a recording. Whoever runs the machine gives them to the tape
 * as they are heard; a thread of the tape's writes them, and makes them safe at least
 * every half second, also while nothing more is heard.
 */
struct tape;

/* How many events it has, and of which kinds. */
struct tape_counts {
    uint64_t events, instructions;
    uint64_t instruction_bytes; /* that the chunks take */
};

/* `time` tells the branch of each event; NULL: all are of branch 0. The archive is shared
 * from now on: take its lock. */
struct tape *tape_new(struct archive *archive, const struct timeline *time,
                      struct err *err);

/* Takes an event: what a tape listens with. */
void tape_take(void *tape, const struct event *event);

/* All that was heard is in the file. The archive's lock is not held. False: it could not be
 * written, now or before. */
bool tape_settle(struct tape *tape, struct err *err);

/* Events of branch `from` after that moment are of branch `to`: its future was cut off.
 * All that was heard is settled first; the archive's lock is not held. If it cannot be done
 * the tape has failed. */
void tape_move(struct tape *tape, unsigned from, struct moment after, unsigned to);

struct tape_counts tape_counts(struct tape *tape);

/* Settles, and ends the thread. */
bool tape_close(struct tape *tape, struct err *err);

#endif
