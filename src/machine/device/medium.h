#ifndef MACHINE_DEVICE_MEDIUM_H
#define MACHINE_DEVICE_MEDIUM_H

#include "base/state.h"
#include "machine/memory/pages.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a disk stores: an image that is never written, and over it the sectors that have
 * been written since, which are part of the machine's state. They are kept in pages, each
 * with a bit for each of its sectors that says whether it was written.
 */
enum { SECTOR = 512, PAGE_SECTORS = PAGE_BYTES / SECTOR };

struct medium {
    uint64_t sectors;
    const uint8_t *image; /* the caller's; NULL: blank, every byte is 0 */
    struct pages pages;
    uint8_t *written; /* one byte a page: bit i, its sector i */
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
