#ifndef BASE_STATE_H
#define BASE_STATE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All mutable state of a machine is reached by one walk: each part has a function
 * `thing_state(struct thing *, struct state *)` that names its fields once, in a fixed
 * order, and the walk's mode says what is done with them. Hashing, saving and restoring
 * can therefore not disagree about what the state is. Fields are scalars or arrays of
 * scalars (never structs, whose padding has no value), stored little-endian.
 */
enum state_mode { STATE_HASH, STATE_SAVE, STATE_LOAD };

struct state {
    enum state_mode mode;
    struct buf *out;         /* STATE_SAVE: fields are appended */
    const unsigned char *in; /* STATE_LOAD: fields are taken from the front */
    size_t left;             /* STATE_LOAD: bytes not yet taken */
    bool short_input;        /* STATE_LOAD: there were too few bytes */
    void *hash;              /* STATE_HASH: the running XXH3 state */
    bool without_pages; /* what is kept in pages (RAM, disks' contents) is left out:
                                whoever walks takes care of it (machine/memory/pages.h) */

    /* Told of each field in turn, for tests of the walk itself; NULL: nobody. */
    void (*visited)(void *ctx, void *bytes, size_t size);
    void *visited_ctx;
};

void state_bytes(struct state *state, const char *name, void *bytes, size_t size);

/* One field of any scalar or scalar-array type. */
#define STATE(state, field) state_bytes(state, #field, &(field), sizeof(field))

/* Starts a hash; state_digest ends it and gives the 64-bit XXH3 of what was walked. */
void state_hash_begin(struct state *state);
uint64_t state_digest(struct state *state);

#endif
