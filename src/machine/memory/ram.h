#ifndef MACHINE_MEMORY_RAM_H
#define MACHINE_MEMORY_RAM_H

#include "base/state.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * RAM in pages of 4 KiB. Each page has marks: whether it was ever written (else it reads
 * as zero and is not saved), and whether somebody must be told before it is written: a
 * hart that has decoded code in it, or that holds a reservation on it.
 */
enum { RAM_PAGE_SHIFT = 12, RAM_PAGE = 1 << RAM_PAGE_SHIFT };

enum ram_mark {
    RAM_DIRTY = 1,    /* written since reset */
    RAM_CODE = 2,     /* has decoded code */
    RAM_RESERVED = 4, /* a hart holds a reservation in it */
    RAM_WATCHED = 8,  /* somebody outside wants to know of writes (HTIF's tohost) */
};

struct ram {
    uint64_t base, size; /* physical address and bytes, multiples of a page */
    uint8_t *bytes;
    uint8_t *marks; /* one a page, of enum ram_mark */
    /* Called before `length` bytes at `pa` in a page marked CODE, RESERVED or WATCHED
     * change; they do not cross a page. `who` is an enum initiator. */
    void (*touched)(void *ctx, uint64_t pa, unsigned length, uint8_t who);
    void *ctx;
};

static inline bool ram_has(const struct ram *ram, uint64_t pa, uint64_t length)
{
    return pa >= ram->base && pa - ram->base < ram->size &&
           length <= ram->size - (pa - ram->base);
}

static inline uint64_t ram_page(const struct ram *ram, uint64_t pa)
{
    return (pa - ram->base) >> RAM_PAGE_SHIFT;
}

/* Bytes in range only; writes may cross pages. */
void ram_read(const struct ram *ram, uint64_t pa, void *bytes, uint64_t length);
void ram_write(struct ram *ram, uint64_t pa, const void *bytes, uint64_t length,
               uint8_t who);

/* All of RAM's contents; pages never written take no room. */
void ram_state(struct ram *ram, struct state *state);

#endif
