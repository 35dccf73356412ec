#include "machine/device/medium.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

void medium_init(struct medium *medium, const uint8_t *image, uint64_t sectors)
{
    uint64_t chunks = sectors / MEDIUM_CHUNK + (sectors % MEDIUM_CHUNK != 0);

    *medium = (struct medium){
        .sectors = sectors,
        .image = image,
        .chunk_count = chunks,
        .chunks = chunks ? alloc_zero(chunks, sizeof(*medium->chunks)) : NULL,
    };
}

static void drop_changes(struct medium *medium)
{
    for (uint64_t i = 0; i < medium->chunk_count; i++) {
        free(medium->chunks[i]);
        medium->chunks[i] = NULL;
    }
}

void medium_release(struct medium *medium)
{
    drop_changes(medium);
    free(medium->chunks);
    *medium = (struct medium){0};
}

bool medium_changed(const struct medium *medium, uint64_t lba)
{
    const struct medium_chunk *chunk = medium->chunks[lba / MEDIUM_CHUNK];

    return chunk && chunk->changed & BIT(lba % MEDIUM_CHUNK);
}

void medium_read(const struct medium *medium, uint64_t lba, uint8_t bytes[SECTOR])
{
    const struct medium_chunk *chunk = medium->chunks[lba / MEDIUM_CHUNK];

    if (medium_changed(medium, lba))
        memcpy(bytes, chunk->bytes + lba % MEDIUM_CHUNK * SECTOR, SECTOR);
    else if (medium->image)
        memcpy(bytes, medium->image + lba * SECTOR, SECTOR);
    else
        memset(bytes, 0, SECTOR);
}

static struct medium_chunk *chunk_to_write(struct medium *medium, uint64_t number)
{
    if (!medium->chunks[number])
        medium->chunks[number] = alloc_zero(1, sizeof(struct medium_chunk));
    return medium->chunks[number];
}

void medium_write(struct medium *medium, uint64_t lba, const uint8_t bytes[SECTOR])
{
    struct medium_chunk *chunk = chunk_to_write(medium, lba / MEDIUM_CHUNK);

    chunk->changed |= BIT(lba % MEDIUM_CHUNK);
    memcpy(chunk->bytes + lba % MEDIUM_CHUNK * SECTOR, bytes, SECTOR);
}

static void chunk_state(struct medium_chunk *chunk, struct state *state)
{
    STATE(state, chunk->changed);
    for (unsigned i = 0; i < MEDIUM_CHUNK; i++)
        if (chunk->changed & BIT(i))
            state_bytes(state, "sector", chunk->bytes + (size_t)i * SECTOR, SECTOR);
}

static void load_chunks(struct medium *medium, struct state *state)
{
    uint64_t used = 0, number = 0;

    drop_changes(medium);
    STATE(state, used);
    for (; used && !state->short_input; used--) {
        STATE(state, number);
        if (state->short_input || number >= medium->chunk_count) {
            state->short_input = true; /* of another disk, or cut off */
            return;
        }
        chunk_state(chunk_to_write(medium, number), state);
    }
}

/* In order of address: equal contents give equal digests, whatever was written first. */
void medium_state(struct medium *medium, struct state *state)
{
    uint64_t used = 0;

    if (state->mode == STATE_LOAD) {
        load_chunks(medium, state);
        return;
    }
    for (uint64_t i = 0; i < medium->chunk_count; i++)
        used += medium->chunks[i] != NULL;
    STATE(state, used);
    for (uint64_t i = 0; i < medium->chunk_count; i++) {
        if (!medium->chunks[i])
            continue;
        STATE(state, i);
        chunk_state(medium->chunks[i], state);
    }
}
