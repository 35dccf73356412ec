#include "machine/memory/ram.h"

#include <assert.h>
#include <string.h>

/*
 * The host's memory for RAM comes as zeroed pages that cost nothing until they are
 * touched, so a page that was never written reads as zero and is never looked at: not
 * when the state is hashed, saved or restored.
 */

/* Ends the list of pages in a state. */
static const uint64_t no_page = UINT64_MAX;

void ram_read(const struct ram *ram, uint64_t pa, void *bytes, uint64_t length)
{
    const uint8_t *from = ram->bytes + (pa - ram->base);

    assert(ram_has(ram, pa, length));
    if (length == 8)
        memcpy(bytes, from, 8);
    else if (length == 4)
        memcpy(bytes, from, 4);
    else if (length == 2)
        memcpy(bytes, from, 2);
    else
        memcpy(bytes, from, length);
}

/* How much of [pa, pa + length) is in pa's page. */
static unsigned within_page(uint64_t pa, uint64_t length)
{
    uint64_t rest = RAM_PAGE - (pa & (RAM_PAGE - 1));

    return (unsigned)(length < rest ? length : rest);
}

void ram_write(struct ram *ram, uint64_t pa, const void *bytes, uint64_t length,
               uint8_t who)
{
    const uint8_t *from = bytes;

    assert(ram_has(ram, pa, length));
    while (length > 0) {
        unsigned part = within_page(pa, length);
        uint8_t marks = ram->marks[ram_page(ram, pa)];

        /* Told first: whoever holds decoded code or a reservation may still look. */
        if ((marks & (RAM_CODE | RAM_RESERVED | RAM_WATCHED)) && ram->touched)
            ram->touched(ram->ctx, pa, part, who);
        pages_touch(&ram->pages, ram_page(ram, pa));
        memcpy(ram->bytes + (pa - ram->base), from, part);
        pa += part;
        from += part;
        length -= part;
    }
}

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && memcmp(page, page + 1, RAM_PAGE - 1) == 0;
}

/* A written page that holds only zeroes is as good as one never written: the digest must
 * not depend on how RAM became zero. */
static void put_pages(struct ram *ram, struct state *state)
{
    uint64_t pages = ram->size >> RAM_PAGE_SHIFT;
    uint64_t end = no_page;

    for (uint64_t page = 0; page < pages; page++) {
        uint8_t *bytes = ram->bytes + (page << RAM_PAGE_SHIFT);

        if (!pages_used(&ram->pages, page) || is_zero(bytes))
            continue;
        STATE(state, page);
        state_bytes(state, "page", bytes, RAM_PAGE);
    }
    STATE(state, end);
}

static void clear(struct ram *ram)
{
    uint64_t pages = ram->size >> RAM_PAGE_SHIFT;

    for (uint64_t page = 0; page < pages; page++) {
        if (!pages_used(&ram->pages, page))
            continue;
        pages_touch(&ram->pages, page);
        memset(ram->bytes + (page << RAM_PAGE_SHIFT), 0, RAM_PAGE);
    }
}

static void get_pages(struct ram *ram, struct state *state)
{
    uint64_t pages = ram->size >> RAM_PAGE_SHIFT;

    clear(ram);
    for (;;) {
        uint64_t page = no_page;

        STATE(state, page); /* stays no_page when the input is too short */
        if (page == no_page)
            return;
        if (page >= pages) {
            state->short_input = true;
            return;
        }
        pages_touch(&ram->pages, page);
        state_bytes(state, "page", ram->bytes + (page << RAM_PAGE_SHIFT), RAM_PAGE);
    }
}

/* Restoring tells nobody and leaves the CODE and RESERVED marks: whoever restores a
 * machine drops what was decoded, and a mark too many costs a call and no more. */
void ram_state(struct ram *ram, struct state *state)
{
    if (state->without_pages)
        return;
    if (state->mode == STATE_LOAD)
        get_pages(ram, state);
    else
        put_pages(ram, state);
}
