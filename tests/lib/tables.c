#include "tests/lib/tables.h"

#include "machine/memory/bus.h"

#include <assert.h>

void tables_init(struct tables *tables, struct ram *ram, unsigned levels, uint64_t at)
{
    assert(levels == 3 || levels == 4);
    *tables = (struct tables){
        .ram = ram, .levels = levels, .root = at, .next = at + RAM_PAGE};
}

void tables_init_guest(struct tables *tables, struct ram *ram, unsigned levels,
                       uint64_t at)
{
    assert(at % (4 * RAM_PAGE) == 0);
    tables_init(tables, ram, levels, at);
    tables->is_guest = true;
    tables->next = at + 4 * RAM_PAGE;
}

uint64_t tables_entry(uint64_t pa, uint64_t bits)
{
    return pa >> 12 << 10 | bits;
}

uint64_t tables_get(const struct tables *tables, uint64_t at)
{
    uint64_t entry;

    ram_read(tables->ram, at + tables->shift, &entry, sizeof(entry));
    return entry;
}

void tables_put(struct tables *tables, uint64_t at, uint64_t entry)
{
    ram_write(tables->ram, at + tables->shift, &entry, sizeof(entry),
              INITIATOR_OUTSIDE);
}

static uint64_t entry_address(const struct tables *tables, uint64_t table, uint64_t va,
                              unsigned level)
{
    bool wide = tables->is_guest && level == tables->levels - 1;

    return table + (va >> (12 + 9 * level) & (wide ? 2047 : 511)) * 8;
}

uint64_t tables_at(const struct tables *tables, uint64_t va, unsigned level)
{
    uint64_t table = tables->root;

    for (unsigned i = tables->levels - 1; i > level; i--)
        table = (tables_get(tables, entry_address(tables, table, va, i)) & BITS(53, 10))
                << 2;
    return entry_address(tables, table, va, level);
}

uint64_t tables_map(struct tables *tables, uint64_t va, uint64_t pa, unsigned level,
                    uint64_t bits)
{
    uint64_t at;

    for (unsigned i = tables->levels - 1; i > level; i--) {
        at = tables_at(tables, va, i);
        if (tables_get(tables, at) & PTE_V)
            continue;
        tables_put(tables, at, tables_entry(tables->next, PTE_V));
        tables->next += RAM_PAGE;
    }
    at = tables_at(tables, va, level);
    tables_put(tables, at, tables_entry(pa, bits));
    return at;
}

uint64_t tables_satp(const struct tables *tables, uint16_t asid)
{
    uint64_t mode = tables->levels == 3 ? 8 : 9;

    return mode << 60 | (uint64_t)asid << 44 | tables->root >> 12;
}
