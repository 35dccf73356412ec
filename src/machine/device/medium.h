#ifndef MACHINE_DEVICE_MEDIUM_H
#define MACHINE_DEVICE_MEDIUM_H

#include "base/state.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a disk stores: an image that is never written, and over it the sectors that have
 * been written since, which are part of the machine's state. They are kept in chunks
 * that exist once one of their sectors is written.
 */
enum { SECTOR = 512, MEDIUM_CHUNK = 64 /* sectors */ };

struct medium_chunk {
    uint64_t changed; /* one bit a sector */
    uint8_t bytes[MEDIUM_CHUNK * SECTOR];
};

struct medium {
    uint64_t sectors;
    const uint8_t *image; /* the caller's; NULL: blank, every byte is 0 */
    uint64_t chunk_count;
    struct medium_chunk **chunks;
};

/* A medium over `image`, or a blank one. */
void medium_init(struct medium *medium, const uint8_t *image, uint64_t sectors);
void medium_release(struct medium *medium);

/* One sector, as it is now. `lba` is below `sectors`. */
void medium_read(const struct medium *medium, uint64_t lba, uint8_t bytes[SECTOR]);
void medium_write(struct medium *medium, uint64_t lba, const uint8_t bytes[SECTOR]);

/* Whether that sector has been written. */
bool medium_changed(const struct medium *medium, uint64_t lba);

void medium_state(struct medium *medium, struct state *state);

#endif
