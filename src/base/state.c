#include "base/state.h"

#include <assert.h>
#include <string.h>
#include <xxhash.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "saved states and digests are little-endian; this host is not supported"
#endif

void state_bytes(struct state *state, const char *name, void *bytes, size_t size)
{
    (void)name;
    if (state->visited)
        state->visited(state->visited_ctx, bytes, size);
    switch (state->mode) {
    case STATE_HASH:
        XXH3_64bits_update(state->hash, bytes, size);
        return;
    case STATE_SAVE:
        buf_add(state->out, bytes, size);
        return;
    case STATE_LOAD:
        if (state->left < size) {
            state->short_input = true;
            return;
        }
        memcpy(bytes, state->in, size);
        state->in += size;
        state->left -= size;
        return;
    }
}

void state_hash_begin(struct state *state)
{
    XXH3_state_t *hash = XXH3_createState();

    assert(hash);
    XXH3_64bits_reset(hash);
    *state = (struct state){.mode = STATE_HASH, .hash = hash};
}

uint64_t state_digest(struct state *state)
{
    uint64_t digest = XXH3_64bits_digest(state->hash);

    XXH3_freeState(state->hash);
    state->hash = NULL;
    return digest;
}
