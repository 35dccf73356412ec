#ifndef OBSERVE_RECORD_HISTORY_H
#define OBSERVE_RECORD_HISTORY_H

#include "observe/record/archive.h"
#include "observe/time/timeline.h"

/*
 * The way through a run: its branches with the acts of their journals, marks, where the
 * viewer stood, and digests of the machine's state. With the files of the run this is all
 * that replay needs; no state of the machine is stored, so none is believed.
 */
struct history_digest {
    unsigned branch;
    struct moment at;
    uint64_t cycle, digest;
};

struct history {
    unsigned branches, marks;
    struct branch_info *branch; /* each with a journal of its own */
    struct journal *journal;
    struct mark *mark;
    unsigned viewer_branch;
    struct moment viewer;
    size_t waiting; /* typed characters */
    struct typed_info *typed;
    size_t digests;
    struct history_digest *digest; /* in order of moment, then branch */
};

/* --- writing: with the archive's lock, if it is shared ------------------------------------ */

/* All of a branch as it is now, its journal, and what waits on it. */
bool history_write_branch(struct archive *archive, const struct timeline *timeline,
                          unsigned branch, struct err *err);
bool history_write_act(struct archive *archive, unsigned branch, const struct act *act,
                       struct err *err);
/* What waits on a branch to be taken. */
bool history_write_typed(struct archive *archive, const struct timeline *timeline,
                         unsigned branch, struct err *err);
bool history_write_mark(struct archive *archive, const struct mark *mark, bool removed,
                        struct err *err);
bool history_write_viewer(struct archive *archive, unsigned branch,
                          struct moment viewer, struct err *err);
bool history_write_furthest(struct archive *archive, unsigned branch,
                            struct moment furthest, uint64_t cycle, struct err *err);
bool history_write_digest(struct archive *archive, const struct history_digest *digest,
                          struct err *err);

/* Digests of branch `from` after that moment are of branch `to`. */
bool history_move_digests(struct archive *archive, unsigned from, struct moment after,
                          unsigned to, struct err *err);

/* When it is not known which branches they are of. */
bool history_forget_digests(struct archive *archive, struct err *err);

/* Everything but digests, as it is now. */
bool history_write(struct archive *archive, const struct timeline *timeline,
                   struct err *err);

/* --- reading ---------------------------------------------------------------------------- */

bool history_read(struct archive *archive, struct history *history, struct err *err);
void history_release(struct history *history);

#endif
