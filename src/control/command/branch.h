#ifndef CONTROL_COMMAND_BRANCH_H
#define CONTROL_COMMAND_BRANCH_H

#include "control/command/command.h"

/*
 * What rows of branch.c do:
 *
 *   branch_time.c   where the viewer stands, the strip of the run
 *   branch_keep.c   the digest, checkpoints, the journal
 *   branch_diff.c   two branches compared
 */
bool branch_timeline(struct call *call, struct err *err);
bool branch_where(struct call *call, struct err *err);
bool branch_digest(struct call *call, struct err *err);
bool branch_checkpoints(struct call *call, struct err *err);
bool branch_checkpoint_memory(struct call *call, struct err *err);
bool branch_journal(struct call *call, struct err *err);
bool branch_diff(struct call *call, struct err *err);

const struct mark *branch_find_mark(const struct timeline *time, const char *name);

/* Two cells: the moment as it can be typed, and the cycle. */
void branch_moment_cells(struct table *table, struct moment at, uint64_t cycle);

#endif
