#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/*
 * What somebody may have meant: of the offered names the one with the fewest letters to
 * change, insert, drop or swap. Start with `struct nearest n = {.wanted = text}`.
 */
struct nearest {
    const char *wanted;
    const char *best; /* NULL: nothing offered was near */
    unsigned distance;
};

void nearest_offer(struct nearest *nearest, const char *name);

/* " (did you mean 'best'?)", or nothing; in `text`, which it gives back. */
const char *nearest_hint(const struct nearest *nearest, char *text, size_t room);

#endif
