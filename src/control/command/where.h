#ifndef CONTROL_COMMAND_WHERE_H
#define CONTROL_COMMAND_WHERE_H

#include "base/reply.h"
#include "control/moves.h"

/* Where the viewer stands, and how it came there, in sentences. */

/* "copy+8 (0x80000048), copy.s:12". */
void where_put_place(struct buf *out, const struct session *session, uint64_t va);

/* "hart 0 is at copy+8 (0x80000048), copy.s:12, cycle 2,183, #1,204". */
void where_put(struct buf *out, const struct session *session);

/* "#1,204.2, cycle 2,183". */
void where_put_moment(struct buf *out, struct moment moment, uint64_t cycle);

/* The source line and the instruction that come next. */
void where_say_next(struct reply *reply, const struct session *session);

/* How a move ended, why, and where. `none` is said if what it went to is not there: "There
 * is no dma-error before this moment". */
void where_say_move(struct reply *reply, const struct session *session,
                    const struct move *move, const char *none);

#endif
