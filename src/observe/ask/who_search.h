#ifndef OBSERVE_ASK_WHO_SEARCH_H
#define OBSERVE_ASK_WHO_SEARCH_H

#include "observe/ask/who.h"

/* For who*.c: one question, and the two searches that have files of their own. */
struct who_search {
    struct timeline *timeline;
    const struct lvalue *target;
    unsigned board;
    struct moment before;
};

/* `pa`: of the first byte. */
bool who_ram(const struct who_search *search, uint64_t pa, struct who *who);
bool who_register(const struct who_search *search, struct who *who, struct err *err);

/* Does the event tell of that device, or of a use of the bus by it? */
bool who_concerns(const struct run *run, unsigned board, unsigned device,
                  const struct event *event);

/* The bits of a CSR or register that are asked about. */
uint64_t who_mask(const struct lvalue *target);

/* Fills in the answer that an event is. */
void who_found(const struct who_search *search, const struct event *event,
               struct who *who);

/* For timeline_find_hit, which finds what lies before a moment: what led to it counts. */
struct moment who_until(const struct who_search *search);

/* Does [a, a + a_size) share a byte with [b, b + b_size)? */
bool who_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);

#endif
