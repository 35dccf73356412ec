#ifndef MACHINE_MEMORY_RAM_H
#define MACHINE_MEMORY_RAM_H

#include "base/state.h"
#include "machine/memory/pages.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * RAM in pages of 4 KiB. A page that was never written reads as zero and is not saved.
 * Marks say whether somebody must be told before a page is written: a hart that has
 * decoded code in it or holds a reservation on it, or whoever watches it.
 */
enum { RAM_PAGE_SHIFT = PAGE_SHIFT, RAM_PAGE = PAGE_BYTES };

enum ram_mark {
    RAM_CODE = 2,     /* has decoded code */
    RAM_RESERVED = 4, /* a hart holds a reservation in it */
    RAM_WATCHED = 8,  /* somebody outside wants to know of writes: HTIF, watchpoints */
};

struct ram {
    uint64_t base, size; /* physical address and bytes, multiples of a page */
    struct pages pages;
    uint8_t *bytes; /* pages.bytes */
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

/* All of RAM's contents, unless the state leaves pages out; pages never written take no
 * room. */
void ram_state(struct ram *ram, struct state *state);

#endif
