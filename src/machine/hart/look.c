#include "machine/hart/look.h"

#include "base/alloc.h"

#include <stdlib.h>

static void clear_entry(struct look_view *view, unsigned at)
{
    view->read[at].tag = view->write[at].tag = view->fetch[at].tag =
        view->code[at].tag = LOOK_NONE;
}

static void clear_view(struct look_view *view)
{
    if (view->filled > LOOK_LOG)
        for (unsigned i = 0; i < LOOK; i++)
            clear_entry(view, i);
    else
        for (unsigned i = 0; i < view->filled; i++)
            clear_entry(view, view->log[i]);
    view->filled = 0;
}

static void note_filled(struct look_view *view, unsigned at)
{
    if (view->filled < LOOK_LOG)
        view->log[view->filled] = (uint16_t)at;
    if (view->filled <= LOOK_LOG)
        view->filled++;
}

struct look_tables *look_new(void)
{
    struct look_tables *tables = alloc_zero(1, sizeof(*tables));

    for (unsigned i = 0; i < LOOK_VIEWS; i++) {
        tables->view[i].filled = LOOK_LOG + 1;
        clear_view(&tables->view[i]);
    }
    return tables;
}

void look_free(struct look_tables *tables)
{
    free(tables);
}

struct look_view *look_view(const struct hart *hart, uint8_t mode)
{
    return &hart->look->view[mode];
}

static unsigned index_of(uint64_t va)
{
    return (unsigned)(va / LOOK_PAGE) % LOOK;
}

static struct look *look_of(struct look_view *view, uint64_t va, uint8_t access)
{
    unsigned at = index_of(va);

    if (access == ACCESS_FETCH)
        return &view->fetch[at];
    return access == ACCESS_LOAD ? &view->read[at] : &view->write[at];
}

/* How many entries of a view may be filled, and which the n-th of them is. */
static unsigned filled_count(const struct look_view *view)
{
    return view->filled > LOOK_LOG ? LOOK : view->filled;
}

static unsigned filled_at(const struct look_view *view, unsigned n)
{
    return view->filled > LOOK_LOG ? n : view->log[n];
}

void hart_forget(struct hart *hart)
{
    for (unsigned i = 0; i < LOOK_VIEWS; i++)
        clear_view(&hart->look->view[i]);
}

void hart_forget_writes(struct hart *hart)
{
    for (unsigned i = 0; i < LOOK_VIEWS; i++) {
        struct look_view *view = &hart->look->view[i];

        for (unsigned n = 0; n < filled_count(view); n++)
            view->write[filled_at(view, n)].tag = LOOK_NONE;
    }
}

void hart_forget_page(struct hart *hart, uint64_t va)
{
    uint64_t tag = va & LOOK_MASK;
    unsigned at = index_of(va);

    for (unsigned i = 0; i < LOOK_VIEWS; i++) {
        struct look_view *view = &hart->look->view[i];

        if (view->read[at].tag == tag)
            view->read[at].tag = LOOK_NONE;
        if (view->write[at].tag == tag)
            view->write[at].tag = LOOK_NONE;
        if (view->fetch[at].tag == tag)
            view->fetch[at].tag = LOOK_NONE;
        if (view->code[at].tag == tag)
            view->code[at].tag = LOOK_NONE;
    }
}

void look_protect(struct hart *hart, uint64_t pa)
{
    const struct ram *ram = &hart->bus->ram;
    uint64_t host = (uint64_t)(uintptr_t)ram->bytes + ((pa & LOOK_MASK) - ram->base);

    for (unsigned i = 0; i < LOOK_VIEWS; i++) {
        struct look_view *view = &hart->look->view[i];

        for (unsigned n = 0; n < filled_count(view); n++) {
            struct look *look = &view->write[filled_at(view, n)];

            if (look->tag != LOOK_NONE && look->tag + look->add == host)
                look->tag = LOOK_NONE;
        }
    }
}

void look_forget_code(struct hart *hart, const struct code_page *page)
{
    for (unsigned i = 0; i < LOOK_VIEWS; i++) {
        struct look_view *view = &hart->look->view[i];

        for (unsigned n = 0; n < filled_count(view); n++) {
            struct look_code *code = &view->code[filled_at(view, n)];

            if (code->page == page)
                code->tag = LOOK_NONE;
        }
    }
}

bool look_find(const struct hart *hart, uint64_t va, uint8_t access, uint8_t mode,
               uint64_t *pa)
{
    static const uint8_t needs[] = {
        [ACCESS_LOAD] = PMP_R, [ACCESS_STORE] = PMP_W, [ACCESS_FETCH] = PMP_X};
    uint8_t permissions;

    if (!hart_tlb_translate(
            hart, (struct walk_request){.va = va, .access = access, .mode = mode}, pa))
        return false;
    return ram_has(&hart->bus->ram, *pa, 1) &&
           pmp_page_uniform(hart, *pa, mode, &permissions) &&
           (permissions & needs[access]);
}

/* May this hart's stores to the page go unseen? */
static bool may_store_unseen(const struct hart *hart, uint64_t pa)
{
    const struct ram *ram = &hart->bus->ram;
    uint8_t marks = ram->marks[ram_page(ram, pa)];

    if (marks & (RAM_CODE | RAM_WATCHED))
        return false;
    for (unsigned i = 0; (marks & RAM_RESERVED) && i < hart->peer_count; i++)
        if (&hart->peers[i] != hart && hart->peers[i].reservation != NEVER &&
            ram_page(ram, hart->peers[i].reservation) == ram_page(ram, pa))
            return false;
    return true;
}

bool look_learn(struct hart *hart, uint64_t va, uint8_t access, uint8_t mode)
{
    struct ram *ram = &hart->bus->ram;
    struct look_view *view = look_view(hart, mode);
    struct look *look = look_of(view, va, access);
    uint64_t pa;

    if (look->tag == (va & LOOK_MASK) || !look_find(hart, va, access, mode, &pa))
        return false;
    if (access == ACCESS_STORE) {
        if (!may_store_unseen(hart, pa))
            return false;
        pages_touch(&ram->pages, ram_page(ram, pa));
    }
    look->tag = va & LOOK_MASK;
    look->add = (uint64_t)(uintptr_t)ram->bytes + (pa - ram->base) - va;
    note_filled(view, index_of(va));
    return true;
}

void look_learn_code(struct look_view *view, uint64_t pc, struct code_page *page)
{
    unsigned at = index_of(pc);

    view->code[at] = (struct look_code){pc & LOOK_MASK, page};
    note_filled(view, at);
}

bool look_reach(struct hart *hart, uint64_t va, uint8_t access, uint8_t mode,
                uint64_t *pa)
{
    const struct ram *ram = &hart->bus->ram;
    const struct look *look = look_of(look_view(hart, mode), va, access);

    if (look->tag != (va & LOOK_MASK) && !look_learn(hart, va, access, mode))
        return false;
    *pa = va + look->add - (uint64_t)(uintptr_t)ram->bytes + ram->base;
    return true;
}

bool look_knows(const struct hart *hart, uint64_t va, uint8_t access, uint8_t mode)
{
    return look_of(look_view(hart, mode), va, access)->tag == (va & LOOK_MASK);
}
