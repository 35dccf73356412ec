#ifndef MACHINE_MEMORY_PAGES_H
#define MACHINE_MEMORY_PAGES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Bytes in pages of 4 KiB that know which of them were ever written, and which were
 * written since somebody last took note (pages_noted). RAM and the overlays of disks are
 * kept in such pages, so that two states of a machine can share what did not change.
 */
enum { PAGE_SHIFT = 12, PAGE_BYTES = 1 << PAGE_SHIFT };

enum page_flag { PAGE_USED = 1, PAGE_CHANGED = 2 };

struct pages {
    uint64_t count;
    uint8_t *bytes; /* the host's zeroed pages: they cost nothing until touched */
    uint8_t *flags; /* one a page, of enum page_flag */
    uint32_t *list; /* pages that are CHANGED, in order of their first change */
    uint64_t changed;
};

void pages_init(struct pages *pages, uint64_t count);
void pages_release(struct pages *pages);

/* The page is about to be written. */
static inline void pages_touch(struct pages *pages, uint64_t page)
{
    if (pages->flags[page] & PAGE_CHANGED)
        return;
    pages->flags[page] = PAGE_USED | PAGE_CHANGED;
    pages->list[pages->changed++] = (uint32_t)page;
}

/* Was it ever written? If not, it holds zeroes. */
static inline bool pages_used(const struct pages *pages, uint64_t page)
{
    return pages->flags[page] & PAGE_USED;
}

/* From now on changes are counted again. Whoever keeps ways to write pages unseen (the
 * harts' look-up tables) must drop them. */
void pages_noted(struct pages *pages);

#endif
