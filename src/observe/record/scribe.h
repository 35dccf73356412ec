#ifndef OBSERVE_RECORD_SCRIBE_H
#define OBSERVE_RECORD_SCRIBE_H

#include "observe/record/history.h"
#include "observe/record/tape.h"

/*
 * Writes the history of a run into a recording while it is made: each act, mark and branch
 * at once, so that a program that is killed loses none; how far the run has come, and
 * digests of its state, now and then. What cannot be written (a full disk) is written
 * again, as a whole, as soon as it can.
 */
enum { SCRIBE_INTERVAL = 4000000 }; /* instructions between two digests, at least */

struct scribe {
    struct archive *archive;
    struct timeline *timeline;
    struct tape *tape;  /* NULL: no events are recorded */
    uint64_t digest_at; /* instructions retired at the last digest */
    uint64_t told_ms;   /* when `passed` was written last */
    unsigned changes;   /* acts, marks and branches since it began */

    /* Who is told, at once, that something could not be written; false: nobody heard. */
    bool (*complain)(void *ctx, const char *why);
    void *complain_ctx;
    bool told;

    bool stale;     /* the file lacks a change: all is written again with the next */
    bool lost;      /* it lacks events for good */
    struct err err; /* why it lacks something */
};

/* Begins to write, or to go on writing; the history so far is in the recording. */
void scribe_begin(struct scribe *scribe, struct archive *archive,
                  struct timeline *timeline, struct tape *tape);

/* Everything as it is now: all branches, marks, the viewer, and a digest of the state. */
bool scribe_write_all(struct scribe *scribe, struct err *err);

/* A change of somebody else's, as safe as the scribe's own. */
void scribe_change(struct scribe *scribe, bool (*write)(void *ctx, struct err *err),
                   void *ctx);

/* What the timeline is to tell, with the scribe as its context. */
extern const struct keeper scribe_keeper;

#endif
