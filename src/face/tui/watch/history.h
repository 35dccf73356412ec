#ifndef FACE_TUI_WATCH_HISTORY_H
#define FACE_TUI_WATCH_HISTORY_H

#include "machine/board/board.h"
#include "observe/time/timeline.h"

/*
 * Events further back than the facts remember: replayed when a view asks for them, and
 * kept until the viewer stands elsewhere. What there is follows from the moment alone.
 */
enum {
    HISTORY_MOST = 1 << 16,   /* instructions that are gone back at most */
    HISTORY_EVENTS = 1 << 15, /* events that are kept: the last ones */
    HISTORY_AHEAD = 1000      /* instructions that are looked at ahead */
};

/* An INSN tells of a CSR's write itself. */
#define HISTORY_KINDS                                                                  \
    (EVENT_ALL & ~(EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_CSR_WRITE)))

struct history;

struct history *history_new(struct timeline *timeline, const struct board *board);
void history_free(struct history *history);

/* All events of the board in the last so many instructions before where the viewer stands,
 * or in more of them that are known, but instructions and the writes of CSRs that they
 * tell of; the last is what it has seen last. Good until the next call. */
const struct event *history_events(struct history *history, uint64_t instructions,
                                   unsigned *count);

/* The next event ahead, if the run has been there, for which `wanted` says yes; false:
 * none is known. */
bool history_next(const struct history *history,
                  bool (*wanted)(void *ctx, const struct event *event), void *ctx,
                  struct event *event);

#endif
