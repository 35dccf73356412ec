#include "tests/differential/generate_tables.h"

#include <assert.h>

static uint64_t poked(const struct sequence *seq, uint64_t pa)
{
    for (unsigned i = 0; i < seq->pokes; i++)
        if (seq->poke[i].pa == pa)
            return seq->poke[i].value;
    return 0;
}

uint64_t entry_to(uint64_t pa, uint64_t flags)
{
    return pa >> 12 << 10 | flags;
}

/* A pointer to a new table; now and then not a good one. Bits 60 to 54 stay 0 here and in
 * leaves, since QEMU with Svnapot does not look at them. */
static uint64_t new_table(struct tables *tables, bool flawless)
{
    static const uint64_t flaws[] = {PTE_A,   PTE_D,   PTE_U, PTE_N,
                                     BIT(61), BIT(62), PTE_V};
    struct sequence *seq = tables->seq;
    uint64_t pa = tables->base + (uint64_t)RAM_PAGE * tables->used++;
    uint64_t entry = entry_to(pa + tables->shift, PTE_V);

    entry |= draw(seq, 4) << 8; /* RSW: software's */
    if (chance(seq, 20))
        entry |= PTE_G;
    if (!flawless && chance(seq, 5))
        entry ^= flaws[draw(seq, COUNT(flaws))];
    return entry;
}

/* Where the entry for `va` is in a table of that level. */
static uint64_t entry_at(const struct tables *tables, uint64_t table, uint64_t va,
                         unsigned level)
{
    uint64_t last = tables->wide && level == tables->levels - 1 ? 0x7ff : 0x1ff;

    assert(level < 4);
    return table + (va >> (12 + 9 * level) & last) * 8;
}

/* All tables are within 64 KiB. */
static uint64_t pointed(const struct tables *tables, uint64_t entry)
{
    return tables->base + (entry >> 10 << 12 & 0xf000);
}

bool tables_add(struct tables *tables, uint64_t va, unsigned level, uint64_t leaf,
                bool flawless)
{
    struct sequence *seq = tables->seq;
    uint64_t table = tables->base;

    for (unsigned at = tables->levels - 1; at > level; at--) {
        uint64_t pa = entry_at(tables, table, va, at), entry = poked(seq, pa);

        if (!entry) {
            if (tables->used == TABLE_PAGES || seq->pokes >= POKES)
                return false;
            entry = new_table(tables, flawless);
            add_poke(seq, pa, entry);
        }
        if (entry & (PTE_R | PTE_W | PTE_X))
            return false;
        table = pointed(tables, entry);
    }
    if (poked(seq, entry_at(tables, table, va, level)) || seq->pokes >= POKES)
        return false;
    add_poke(seq, entry_at(tables, table, va, level), leaf);
    return true;
}

uint64_t tables_last(const struct tables *tables, uint64_t va)
{
    uint64_t table = tables->base;

    for (unsigned at = tables->levels - 1; at > 0; at--) {
        uint64_t entry = poked(tables->seq, entry_at(tables, table, va, at));

        if (!entry || (entry & (PTE_R | PTE_W | PTE_X)))
            return at == tables->levels - 1 ? 0 : table;
        table = pointed(tables, entry);
    }
    return table;
}

uint64_t canonical(const struct tables *tables, uint64_t va)
{
    unsigned bits = 12 + 9 * tables->levels;

    return tables->wide ? va & (BIT(bits + 2) - 1) : (uint64_t)sign_extend(va, bits);
}

uint64_t draw_va(struct tables *tables)
{
    static const unsigned indices[] = {0, 1, 3, 255, 256, 511};
    uint64_t va = 0;

    for (unsigned level = 0; level < tables->levels; level++)
        va = va << 9 | indices[draw(tables->seq, COUNT(indices))];
    /* Of the two bits more of a G-stage the upper one is 0: QEMU takes it for a sign. */
    if (tables->wide && chance(tables->seq, 50))
        va |= BIT(9 * tables->levels);
    return canonical(tables, va << 12);
}

unsigned draw_level(const struct tables *tables)
{
    static const unsigned levels[] = {0, 0, 0, 0, 0, 0, 1, 1, 2, 3};

    return levels[draw(tables->seq, tables->levels == 4 ? 10 : 9)];
}

uint64_t draw_leaf(struct sequence *seq, unsigned level, bool napot, uint64_t pa,
                   uint64_t flags)
{
    uint64_t size = UINT64_C(4096) << 9 * level;
    uint64_t entry = entry_to(pa & ~(size - 1), flags);

    if (napot)
        entry = (entry & ~(UINT64_C(15) << 10)) | UINT64_C(8) << 10 | PTE_N;
    /* Reserved encodings have A and D set, which QEMU would set before it looks at N. */
    if (napot && chance(seq, 8))
        entry = (entry ^ BIT(10 + draw(seq, 4))) | PTE_A | PTE_D;
    else if (chance(seq, 4))
        entry |= PTE_N | PTE_A | PTE_D;
    if (level && chance(seq, 8))
        entry |= BIT(10 + draw(seq, 9 * level));
    return entry;
}
