#include "observe/time/snapshot.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct page {
    uint32_t refs;
    uint8_t bytes[PAGE_BYTES];
};

struct leaf {
    uint32_t refs;
    struct page *page[LEAF_PAGES];
};

/* What takes the host longer than an instruction, in instructions: an entry of the queue,
 * and a byte that a hart moves to or from a device (or a page table). */
enum { ENTRY_WORK = 64, DEVICE_BYTE_WORK = 8 };

static uint64_t device_bytes(const struct run *run)
{
    uint64_t bytes = 0;

    for (unsigned b = 0; b < run->boards; b++)
        for (unsigned h = 0; h < run->board[b]->harts; h++) {
            const struct bus_counts *counts =
                &run->board[b]->bus.counts[INITIATOR_HART + h];

            bytes += counts->bytes_read + counts->bytes_written;
        }
    return bytes;
}

uint64_t run_work(const struct run *run)
{
    return run_attempts(run) + ENTRY_WORK * run->fired +
           DEVICE_BYTE_WORK * device_bytes(run);
}

/* --- pages and leaves ------------------------------------------------------------------ */

static struct page *new_page(struct store *store, const uint8_t *bytes, size_t size)
{
    struct page *page = alloc_zero(1, sizeof(*page));

    page->refs = 1;
    memcpy(page->bytes, bytes, size);
    store->bytes += sizeof(*page);
    return page;
}

static void drop_page(struct store *store, struct page *page)
{
    if (!page || --page->refs)
        return;
    store->bytes -= sizeof(*page);
    free(page);
}

static struct page *hold_page(struct page *page)
{
    if (page)
        page->refs++;
    return page;
}

static void drop_leaf(struct store *store, struct leaf *leaf)
{
    if (!leaf || --leaf->refs)
        return;
    for (unsigned i = 0; i < LEAF_PAGES; i++)
        drop_page(store, leaf->page[i]);
    store->bytes -= sizeof(*leaf);
    free(leaf);
}

/* A leaf that this snapshot alone has, with the same pages. */
static struct leaf *own_leaf(struct store *store, struct leaf **at)
{
    struct leaf *had = *at, *leaf;

    if (had && had->refs == 1)
        return had;
    leaf = alloc_zero(1, sizeof(*leaf));
    leaf->refs = 1;
    store->bytes += sizeof(*leaf);
    for (unsigned i = 0; had && i < LEAF_PAGES; i++)
        leaf->page[i] = hold_page(had->page[i]);
    drop_leaf(store, had);
    *at = leaf;
    return leaf;
}

static bool is_zero(const uint8_t *bytes)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, PAGE_BYTES - 1) == 0;
}

static bool same(const struct page *page, const uint8_t *bytes)
{
    return page ? memcmp(page->bytes, bytes, PAGE_BYTES) == 0 : is_zero(bytes);
}

/* --- taking ---------------------------------------------------------------------------- */

static uint64_t leaves_of(const struct pages *pages)
{
    return (pages->count + LEAF_PAGES - 1) / LEAF_PAGES;
}

/* The pages that changed since the base; all others are the base's. */
static void take_pages(struct store *store, struct snapshot *snapshot, unsigned top,
                       const struct pages *pages)
{
    for (uint64_t i = 0; i < pages->changed; i++) {
        uint64_t number = pages->list[i];
        const uint8_t *bytes = pages->bytes + (number << PAGE_SHIFT);
        struct leaf **at = &snapshot->top[top][number / LEAF_PAGES];
        const struct page *had = *at ? (*at)->page[number % LEAF_PAGES] : NULL;
        struct page **page;

        if (same(had, bytes))
            continue;
        page = &own_leaf(store, at)->page[number % LEAF_PAGES];
        drop_page(store, *page);
        *page = is_zero(bytes) ? NULL : new_page(store, bytes, PAGE_BYTES);
        snapshot->copied++;
    }
}

static void share_tops(struct store *store, struct snapshot *snapshot)
{
    struct pages *pages[RUN_PAGES];
    const struct snapshot *base = store->base;

    snapshot->tops = run_pages(store->run, pages);
    snapshot->top = alloc_zero(snapshot->tops, sizeof(*snapshot->top));
    snapshot->leaves = alloc_zero(snapshot->tops, sizeof(*snapshot->leaves));
    for (unsigned t = 0; t < snapshot->tops; t++) {
        uint64_t leaves = leaves_of(pages[t]);

        snapshot->leaves[t] = leaves;
        snapshot->top[t] = alloc_zero(leaves, sizeof(**snapshot->top));
        store->bytes += leaves * sizeof(**snapshot->top);
        for (uint64_t i = 0; base && i < leaves; i++) {
            snapshot->top[t][i] = base->top[t][i];
            if (snapshot->top[t][i])
                snapshot->top[t][i]->refs++;
        }
        take_pages(store, snapshot, t, pages[t]);
    }
}

/* Everything that is not kept in pages: the machine's, then the folds'. */
static void walk_rest(struct store *store, struct state *state)
{
    state->without_pages = true;
    run_state(store->run, state);
    for (unsigned i = 0; i < store->folds; i++)
        store->fold[i].state(store->fold[i].ctx, state);
}

static size_t pages_for(size_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

static void take_rest(struct store *store, struct snapshot *snapshot)
{
    struct state state = {.mode = STATE_SAVE, .out = &store->rest};
    const struct snapshot *base = store->base;
    size_t had = base ? pages_for(base->rest_size) : 0;

    buf_clear(&store->rest);
    walk_rest(store, &state);
    snapshot->rest_size = store->rest.size;
    snapshot->rest = alloc_zero(pages_for(store->rest.size), sizeof(*snapshot->rest));
    for (size_t i = 0; i < pages_for(store->rest.size); i++) {
        const uint8_t *bytes = (const uint8_t *)store->rest.data + i * PAGE_BYTES;
        size_t left = store->rest.size - i * PAGE_BYTES;

        if (left >= PAGE_BYTES && i < had && same(base->rest[i], bytes))
            snapshot->rest[i] = hold_page(base->rest[i]);
        else
            snapshot->rest[i] =
                new_page(store, bytes, left < PAGE_BYTES ? left : PAGE_BYTES);
    }
}

static void set_base(struct store *store, struct snapshot *snapshot)
{
    struct snapshot *had = store->base;

    store->base = snapshot_hold(snapshot);
    run_pages_noted(store->run);
    if (had)
        snapshot_drop(store, had);
}

struct snapshot *snapshot_take(struct store *store)
{
    struct snapshot *snapshot = alloc_zero(1, sizeof(*snapshot));

    snapshot->at = moment_of(store->run);
    snapshot->cycle = run_cycle(store->run);
    snapshot->work = run_work(store->run);
    snapshot->refs = 1;
    store->bytes += sizeof(*snapshot);
    share_tops(store, snapshot);
    take_rest(store, snapshot);
    set_base(store, snapshot);
    return snapshot;
}

/* --- giving back ------------------------------------------------------------------------- */

static void put_page(struct pages *pages, uint64_t number, const struct snapshot *from,
                     unsigned top)
{
    const struct leaf *leaf = from->top[top][number / LEAF_PAGES];
    const struct page *page = leaf ? leaf->page[number % LEAF_PAGES] : NULL;
    uint8_t *bytes = pages->bytes + (number << PAGE_SHIFT);

    pages_touch(pages, number);
    if (page)
        memcpy(bytes, page->bytes, PAGE_BYTES);
    else
        memset(bytes, 0, PAGE_BYTES);
}

static void put_leaf(struct pages *pages, uint64_t leaf, const struct leaf *had,
                     const struct snapshot *from, unsigned top)
{
    const struct leaf *wanted = from->top[top][leaf];

    for (unsigned i = 0; had != wanted && i < LEAF_PAGES; i++)
        if ((had ? had->page[i] : NULL) != (wanted ? wanted->page[i] : NULL))
            put_page(pages, leaf * LEAF_PAGES + i, from, top);
}

/* Pages that changed since the base, and those in which the two snapshots differ. */
static void put_pages(struct store *store, struct snapshot *snapshot)
{
    struct pages *pages[RUN_PAGES];
    unsigned count = run_pages(store->run, pages);

    assert(store->base && count == snapshot->tops);
    for (unsigned t = 0; t < count; t++) {
        uint64_t changed = pages[t]->changed;

        for (uint64_t i = 0; i < changed; i++)
            put_page(pages[t], pages[t]->list[i], snapshot, t);
        for (uint64_t i = 0; i < snapshot->leaves[t]; i++)
            put_leaf(pages[t], i, store->base->top[t][i], snapshot, t);
    }
}

static void put_rest(struct store *store, const struct snapshot *snapshot)
{
    struct state state = {.mode = STATE_LOAD, .left = snapshot->rest_size};

    buf_clear(&store->rest);
    for (size_t i = 0; i < pages_for(snapshot->rest_size); i++)
        buf_add(&store->rest, snapshot->rest[i]->bytes, PAGE_BYTES);
    state.in = (const unsigned char *)store->rest.data;
    walk_rest(store, &state);
    assert(!state.short_input && state.left == 0);
}

void snapshot_restore(struct store *store, struct snapshot *snapshot)
{
    put_pages(store, snapshot);
    put_rest(store, snapshot);
    set_base(store, snapshot);
}

/* --- holding ------------------------------------------------------------------------------ */

struct snapshot *snapshot_hold(struct snapshot *snapshot)
{
    snapshot->refs++;
    return snapshot;
}

void snapshot_drop(struct store *store, struct snapshot *snapshot)
{
    if (--snapshot->refs)
        return;
    for (unsigned t = 0; t < snapshot->tops; t++) {
        for (uint64_t i = 0; i < snapshot->leaves[t]; i++)
            drop_leaf(store, snapshot->top[t][i]);
        store->bytes -= snapshot->leaves[t] * sizeof(**snapshot->top);
        free(snapshot->top[t]);
    }
    for (size_t i = 0; i < pages_for(snapshot->rest_size); i++)
        drop_page(store, snapshot->rest[i]);
    store->bytes -= sizeof(*snapshot);
    free(snapshot->top);
    free(snapshot->leaves);
    free(snapshot->rest);
    free(snapshot);
}

uint64_t snapshot_own_bytes(const struct snapshot *snapshot)
{
    uint64_t bytes = sizeof(*snapshot);

    for (unsigned t = 0; t < snapshot->tops; t++)
        for (uint64_t i = 0; i < snapshot->leaves[t]; i++) {
            const struct leaf *leaf = snapshot->top[t][i];

            if (!leaf || leaf->refs > 1)
                continue;
            bytes += sizeof(*leaf);
            for (unsigned p = 0; p < LEAF_PAGES; p++)
                if (leaf->page[p] && leaf->page[p]->refs == 1)
                    bytes += sizeof(struct page);
        }
    for (size_t i = 0; i < pages_for(snapshot->rest_size); i++)
        if (snapshot->rest[i]->refs == 1)
            bytes += sizeof(struct page);
    return bytes;
}

void store_init(struct store *store, struct run *run)
{
    *store = (struct store){.run = run};
}

void store_release(struct store *store)
{
    if (store->base)
        snapshot_drop(store, store->base);
    buf_free(&store->rest);
    *store = (struct store){0};
}
