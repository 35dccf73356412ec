#ifndef FACE_TUI_WATCH_OWNERS_H
#define FACE_TUI_WATCH_OWNERS_H

#include "observe/time/timeline.h"

/*
 * Who wrote each byte of RAM last, at any moment: a log of the changes of hands, which is
 * gone through in both directions. Bytes change hands much more rarely than they are
 * written. The log is filled by replaying what it does not know yet; behind too many
 * changes nothing is known.
 */
struct owners;

/* Not all of the way here is known: somebody may have written the byte. */
enum { OWNER_UNKNOWN = 253 };

struct owners *owners_new(struct timeline *timeline, struct board *board);
void owners_free(struct owners *owners);

/* Goes to where the viewer stands; if that takes a replay of more than that many
 * instructions, nothing is known there. What interrupts a replay loses nothing of it. */
void owners_follow(struct owners *owners, uint64_t most);

/* Is all known there? */
bool owners_known(const struct owners *owners);

/* An enum initiator: INITIATOR_NONE if nobody has, or OWNER_UNKNOWN. */
uint8_t owners_of(const struct owners *owners, uint64_t pa);

/* Has any byte of its page been written? False also if that is not known. */
bool owners_page(const struct owners *owners, uint64_t pa);

/* What an event has written to RAM: `size` bytes from `pa`; 0: nothing. Of the first 8
 * what they are since, and what they were, if the event tells. */
struct owner_write {
    uint64_t pa, size;
    bool has_old;
    uint64_t value, old;
};
struct owner_write owner_write_of(const struct event *event);

#endif
