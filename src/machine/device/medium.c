#include "machine/device/medium.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <string.h>

void medium_init(struct medium *medium, const uint8_t *image, uint64_t sectors)
{
    uint64_t count = sectors / PAGE_SECTORS + (sectors % PAGE_SECTORS != 0);

    *medium = (struct medium){.sectors = sectors, .image = image};
    pages_init(&medium->pages, count);
    if (count)
        medium->written = alloc_pages(count);
}

void medium_release(struct medium *medium)
{
    if (medium->written)
        free_pages(medium->written, medium->pages.count);
    pages_release(&medium->pages);
    *medium = (struct medium){0};
}

static uint8_t *sector_at(const struct medium *medium, uint64_t lba)
{
    return medium->pages.bytes + lba * SECTOR;
}

bool medium_changed(const struct medium *medium, uint64_t lba)
{
    return medium->written[lba / PAGE_SECTORS] & BIT(lba % PAGE_SECTORS);
}

void medium_read(const struct medium *medium, uint64_t lba, uint8_t bytes[SECTOR])
{
    if (medium_changed(medium, lba))
        memcpy(bytes, sector_at(medium, lba), SECTOR);
    else if (medium->image)
        memcpy(bytes, medium->image + lba * SECTOR, SECTOR);
    else
        memset(bytes, 0, SECTOR);
}

void medium_write(struct medium *medium, uint64_t lba, const uint8_t bytes[SECTOR])
{
    uint64_t page = lba / PAGE_SECTORS;

    pages_touch(&medium->pages, page);
    medium->written[page] |= (uint8_t)BIT(lba % PAGE_SECTORS);
    memcpy(sector_at(medium, lba), bytes, SECTOR);
}

/* The first page from `page` on that has written sectors; medium->pages.count: none. */
static uint64_t next_written(const struct medium *medium, uint64_t page)
{
    uint64_t eight;

    while (page < medium->pages.count && !medium->written[page]) {
        if (page % 8 == 0 && page + 8 <= medium->pages.count) {
            memcpy(&eight, medium->written + page, 8);
            page += eight ? 1 : 8;
        } else {
            page++;
        }
    }
    return page;
}

/* The page number and which of its sectors are written; then these, unless the state
 * leaves pages out. Unwritten sectors have no value. */
static void page_state(struct medium *medium, uint64_t page, struct state *state)
{
    STATE(state, medium->written[page]);
    if (state->without_pages)
        return;
    pages_touch(&medium->pages, page);
    for (unsigned i = 0; i < PAGE_SECTORS; i++)
        if (medium->written[page] & BIT(i))
            state_bytes(state, "sector", sector_at(medium, page * PAGE_SECTORS + i),
                        SECTOR);
}

static void load_pages(struct medium *medium, struct state *state)
{
    uint64_t page = 0;

    for (; (page = next_written(medium, page)) < medium->pages.count; page++)
        medium->written[page] = 0;
    for (;;) {
        page = medium->pages.count;
        STATE(state, page);
        if (page == medium->pages.count || state->short_input)
            return;
        if (page > medium->pages.count) {
            state->short_input = true; /* of another disk */
            return;
        }
        page_state(medium, page, state);
    }
}

/* In order of address: equal contents give equal digests, whatever was written first. */
void medium_state(struct medium *medium, struct state *state)
{
    uint64_t page = 0;

    if (state->mode == STATE_LOAD) {
        load_pages(medium, state);
        return;
    }
    for (; (page = next_written(medium, page)) < medium->pages.count; page++) {
        STATE(state, page);
        page_state(medium, page, state);
    }
    STATE(state, page); /* ends the list */
}
