#ifndef OBSERVE_TIME_JOURNAL_H
#define OBSERVE_TIME_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "observe/time/moment.h"

/*
 * The journal: everything that came from outside, with the boundary at which it acted.
 * The machine and its journal together are the run: replaying one over the other gives
 * every state again. Each act tells the event OUTSIDE, so the moments before and after it
 * differ, and it can be pointed at.
 *
 *   ACT_INPUT     `bytes` are typed to device `device`, which has room for all of them
 *   ACT_MEMORY    `bytes` are written to RAM at physical address `number`
 *   ACT_X         register x[number] of hart `device` becomes `value`
 *   ACT_PC        its pc becomes `value`
 *   ACT_CSR       its CSR `number` is written with `value`; WARL rules hold
 *   ACT_REGISTER  `value` is written to device `device`'s register at offset `number`,
 *                 `size` bytes wide, as a store would, without the bus's time
 *
 * Of an input, `typed` says when it was typed: before `at`, if it had to wait for room.
 */
struct act {
    struct moment at, typed; /* set by the timeline */
    uint8_t kind;            /* enum act_kind */
    uint8_t board;
    uint8_t device; /* index of the device, or id of the hart */
    uint64_t number, value;
    uint32_t size;  /* of `bytes`; of a register: 1, 2, 4 or 8 */
    uint8_t *bytes; /* INPUT, MEMORY: the act's own copy; else NULL */
    char *reason; /* the command line that asked, or who did: for narration; or NULL */
};

struct journal {
    size_t count, room;
    struct act *act; /* in order of their moments */
};

/* Copies the act with its bytes and reason. */
void journal_add(struct journal *journal, const struct act *act);
void journal_copy(struct journal *to, const struct journal *from, size_t count);
/* Drops all acts from the one with that number on. */
void journal_cut(struct journal *journal, size_t count);
void journal_release(struct journal *journal);

/* The number of the first act that is not before that moment. */
size_t journal_find(const struct journal *journal, struct moment at);

/* Is this act possible on that machine? Says why not. */
bool act_check(const struct run *run, const struct act *act, struct err *err);

/* Does it, and tells OUTSIDE; if it is not possible, it only tells. */
void act_do(struct run *run, const struct act *act);

void act_release(struct act *act);

/* How many of these bytes a device would take now. */
unsigned act_room(const struct run *run, unsigned board, unsigned device);

/* One act as bytes, for files: the format is described in docs/manual/recordings.md. */
void act_save(struct buf *out, const struct act *act);
bool act_load(struct act *act, const void *bytes, size_t size, struct err *err);

#endif
