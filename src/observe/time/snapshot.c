#include "observe/time/snapshot.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * The contents of a page: those lines of it that differ from its key, or from zeroes where
 * it has none. Most pages change in a few lines, and a key has none of its own, so that
 * contents are put together in two steps at most.
 */
enum { LINE = PAGE_BYTES / 64, LINES_SHARED = 40 /* so many lines may differ */ };

#define ALL_LINES UINT64_MAX

struct page {
    uint32_t refs;
    uint32_t lines;   /* that differ: in `bytes`, one after the other */
    uint64_t changed; /* one bit a line */
    struct page *key; /* NULL: zeroes */
    uint8_t bytes[];
};

struct leaf {
    uint32_t refs;
    struct page *page[LEAF_PAGES];
};

enum { STORE_PAGES = RUN_PAGES + SNAPSHOT_FOLDS };

/* A byte that a hart moves to or from a device (or a page table), in instructions. */
enum { DEVICE_BYTE_WORK = 8 };

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
    return run_attempts(run) + RUN_ENTRY_WORK * run->fired +
           DEVICE_BYTE_WORK * device_bytes(run);
}

/* --- pages and leaves ------------------------------------------------------------------ */

static struct page *hold_page(struct page *page)
{
    if (page)
        page->refs++;
    return page;
}

static size_t size_of(const struct page *page)
{
    return sizeof(*page) + (size_t)page->lines * LINE;
}

/* A line of a page; NULL: it is all zeroes. */
static const uint8_t *line_of(const struct page *page, unsigned line)
{
    uint64_t before;

    if (!page)
        return NULL;
    if (!(page->changed & BIT(line)))
        return line_of(page->key, line);
    before = line ? page->changed & BITS(line - 1, 0) : 0;
    return page->bytes + (size_t)__builtin_popcountll(before) * LINE;
}

static bool same_line(const struct page *page, unsigned number, const uint8_t *bytes)
{
    static const uint8_t zeroes[LINE];
    const uint8_t *had = line_of(page, number);

    return memcmp(had ? had : zeroes, bytes + (size_t)number * LINE, LINE) == 0;
}

/* Of these lines, those that are not what the page has. */
static uint64_t lines_changed(const struct page *page, const uint8_t *bytes,
                              uint64_t lines)
{
    uint64_t changed = 0;

    for (; lines; lines &= lines - 1) {
        unsigned number = (unsigned)__builtin_ctzll(lines);

        if (!same_line(page, number, bytes))
            changed |= BIT(number);
    }
    return changed;
}

/* Contents, told by what differs from `had` (NULL: zeroes), or from its key, if that is
 * little. `changed`: the lines that differ from `had`. */
static struct page *new_page(struct store *store, struct page *had,
                             const uint8_t *bytes, uint64_t changed)
{
    struct page *key = had && had->key ? had->key : had, *page;

    if (key != had)
        changed = lines_changed(key, bytes, changed | had->changed);
    if (key && __builtin_popcountll(changed) > LINES_SHARED) {
        key = NULL;
        changed = lines_changed(NULL, bytes, ALL_LINES);
    }
    page = alloc_resize(NULL,
                        sizeof(*page) + (size_t)__builtin_popcountll(changed) * LINE);
    *page = (struct page){.refs = 1, .changed = changed, .key = hold_page(key)};
    for (; changed; changed &= changed - 1)
        memcpy(page->bytes + (size_t)page->lines++ * LINE,
               bytes + (size_t)__builtin_ctzll(changed) * LINE, LINE);
    store->bytes += size_of(page);
    return page;
}

static void drop_page(struct store *store, struct page *page)
{
    if (!page || --page->refs)
        return;
    drop_page(store, page->key);
    store->bytes -= size_of(page);
    free(page);
}

static void read_line(const struct page *page, unsigned number, uint8_t *bytes)
{
    const uint8_t *line = line_of(page, number);

    if (line)
        memcpy(bytes + (size_t)number * LINE, line, LINE);
    else
        memset(bytes + (size_t)number * LINE, 0, LINE);
}

static void read_page(const struct page *page, uint8_t *bytes)
{
    for (unsigned i = 0; i < PAGE_BYTES / LINE; i++)
        read_line(page, i, bytes);
}

static const struct page *last_key(const struct page *page)
{
    while (page && page->key)
        page = page->key;
    return page;
}

/* Lines that differ from a key of the page's, or from zeroes. */
static uint64_t lines_behind(const struct page *key, const struct page *page)
{
    uint64_t lines = 0;

    for (; page && page != key; page = page->key)
        lines |= page->changed;
    return lines;
}

/* The lines in which two pages can differ: those that differ from a key of both. */
static uint64_t lines_between(const struct page *a, const struct page *b)
{
    const struct page *key = last_key(a);

    if (key != last_key(b))
        key = NULL;
    return lines_behind(key, a) | lines_behind(key, b);
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

/* --- taking ---------------------------------------------------------------------------- */

static uint64_t leaves_of(const struct pages *pages)
{
    return (pages->count + LEAF_PAGES - 1) / LEAF_PAGES;
}

/* The pages that changed since the base; all others are the base's. */
static void take_pages(struct store *store, struct snapshot *snapshot, unsigned top,
                       const struct pages *pages)
{
    snapshot->written += pages->changed;
    for (uint64_t i = 0; i < pages->changed; i++) {
        uint64_t number = pages->list[i];
        const uint8_t *bytes = pages->bytes + (number << PAGE_SHIFT);
        struct leaf **at = &snapshot->top[top][number / LEAF_PAGES];
        struct page *had = *at ? (*at)->page[number % LEAF_PAGES] : NULL;
        uint64_t lines = lines_changed(had, bytes, ALL_LINES);
        struct page **page, *made;

        if (!lines)
            continue;
        made = is_zero(bytes) ? NULL : new_page(store, had, bytes, lines);
        page = &own_leaf(store, at)->page[number % LEAF_PAGES];
        drop_page(store, *page);
        *page = made;
        snapshot->copied++;
    }
}

/* The run's, then the folds'. */
static unsigned all_pages(const struct store *store, struct pages *pages[STORE_PAGES])
{
    unsigned count = run_pages(store->run, pages);

    for (unsigned i = 0; i < store->fold_pages; i++)
        pages[count++] = store->fold_page[i];
    return count;
}

static void share_tops(struct store *store, struct snapshot *snapshot)
{
    struct pages *pages[STORE_PAGES];
    const struct snapshot *base = store->base;

    snapshot->tops = all_pages(store, pages);
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
        struct page *page = i < had ? base->rest[i] : NULL;
        uint8_t bytes[PAGE_BYTES] = {0};
        size_t left = store->rest.size - i * PAGE_BYTES;
        uint64_t lines;

        memcpy(bytes, store->rest.data + i * PAGE_BYTES,
               left < PAGE_BYTES ? left : PAGE_BYTES);
        lines = lines_changed(page, bytes, ALL_LINES);
        snapshot->rest[i] =
            page && !lines ? hold_page(page) : new_page(store, page, bytes, lines);
    }
}

static void set_base(struct store *store, struct snapshot *snapshot)
{
    struct snapshot *had = store->base;

    store->base = snapshot_hold(snapshot);
    run_pages_noted(store->run);
    for (unsigned i = 0; i < store->fold_pages; i++)
        pages_noted(store->fold_page[i]);
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

static const struct page *page_of(const struct snapshot *snapshot, unsigned top,
                                  uint64_t number)
{
    const struct leaf *leaf = snapshot->top[top][number / LEAF_PAGES];

    return leaf ? leaf->page[number % LEAF_PAGES] : NULL;
}

/* The page, of which these lines may differ from what the machine has. */
static void put_lines(struct pages *pages, uint64_t number, const struct page *page,
                      uint64_t lines)
{
    uint8_t *bytes = pages->bytes + (number << PAGE_SHIFT);

    pages_touch(pages, number);
    for (; lines; lines &= lines - 1)
        read_line(page, (unsigned)__builtin_ctzll(lines), bytes);
}

/* The machine has the page of `had`, or it has been put already. */
static void put_page(struct pages *pages, uint64_t number, const struct page *had,
                     const struct page *wanted)
{
    if (had != wanted && !(pages->flags[number] & PAGE_CHANGED))
        put_lines(pages, number, wanted, lines_between(had, wanted));
}

static void put_leaf(struct pages *pages, uint64_t leaf, const struct leaf *had,
                     const struct leaf *wanted)
{
    for (unsigned i = 0; had != wanted && i < LEAF_PAGES; i++)
        put_page(pages, leaf * LEAF_PAGES + i, had ? had->page[i] : NULL,
                 wanted ? wanted->page[i] : NULL);
}

/* Pages that changed since the base, and those in which the two snapshots differ. */
static void put_pages(struct store *store, struct snapshot *snapshot)
{
    struct pages *pages[STORE_PAGES];
    unsigned count = all_pages(store, pages);

    assert(store->base && count == snapshot->tops);
    for (unsigned t = 0; t < count; t++) {
        uint64_t changed = pages[t]->changed;

        for (uint64_t i = 0; i < changed; i++)
            put_lines(pages[t], pages[t]->list[i],
                      page_of(snapshot, t, pages[t]->list[i]), ALL_LINES);
        for (uint64_t i = 0; i < snapshot->leaves[t]; i++)
            put_leaf(pages[t], i, store->base->top[t][i], snapshot->top[t][i]);
    }
}

static void put_rest(struct store *store, const struct snapshot *snapshot)
{
    struct state state = {.mode = STATE_LOAD, .left = snapshot->rest_size};

    buf_clear(&store->rest);
    for (size_t i = 0; i < pages_for(snapshot->rest_size); i++) {
        uint8_t bytes[PAGE_BYTES];

        read_page(snapshot->rest[i], bytes);
        buf_add(&store->rest, bytes, PAGE_BYTES);
    }
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
                    bytes += size_of(leaf->page[p]);
        }
    for (size_t i = 0; i < pages_for(snapshot->rest_size); i++)
        if (snapshot->rest[i]->refs == 1)
            bytes += size_of(snapshot->rest[i]);
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
