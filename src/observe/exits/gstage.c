#include "observe/exits/gstage.h"

#include "base/bits.h"

enum {
    MODE_SV39X4 = 8,
    MODE_SV48X4 = 9,
    INDEX_BITS = 9,
    ROOT_EXTRA_BITS = 2, /* the root has four pages */
    TABLES_MOST = 8192   /* tables that lead in circles end here */
};

#define ATP_MODE BITS(63, 60)
#define ATP_PPN  BITS(43, 0)
#define PTE_V    BIT(0)
#define PTE_RWX  BITS(3, 1)
#define PTE_PPN  BITS(53, 10)

/* Levels of tables below the mode; 0: none. */
static unsigned levels_of(uint64_t hgatp)
{
    switch (field_get(hgatp, ATP_MODE)) {
    case MODE_SV39X4:
        return 3;
    case MODE_SV48X4:
        return 4;
    default:
        return 0;
    }
}

static bool read_entry(const struct bus *bus, uint64_t at, uint64_t *entry)
{
    if (!ram_has(&bus->ram, at, sizeof(*entry)))
        return false;
    ram_read(&bus->ram, at, entry, sizeof(*entry));
    return true;
}

static bool is_pointer(uint64_t entry)
{
    return (entry & PTE_V) && !(entry & PTE_RWX);
}

static unsigned index_bits(unsigned level, unsigned levels)
{
    return INDEX_BITS + (level + 1 == levels ? ROOT_EXTRA_BITS : 0);
}

struct gstage_entry gstage_look(const struct bus *bus, uint64_t hgatp, uint64_t gpa)
{
    struct gstage_entry look = {.found = false};
    unsigned levels = levels_of(hgatp);
    uint64_t table = field_get(hgatp, ATP_PPN) << PAGE_SHIFT;

    for (unsigned level = levels; level-- > 0;) {
        uint64_t index = gpa >> (PAGE_SHIFT + INDEX_BITS * level) &
                         (BIT(index_bits(level, levels)) - 1);

        look.level = level;
        look.at = table + 8 * index;
        look.found = read_entry(bus, look.at, &look.entry);
        if (!look.found || !is_pointer(look.entry))
            break;
        table = field_get(look.entry, PTE_PPN) << PAGE_SHIFT;
    }
    return look;
}

/* A table that is being added up. */
struct adding {
    const struct bus *bus;
    struct gstage_sum sum;
    unsigned levels, tables;
};

static void add_leaf(struct adding *adding, uint64_t entry, unsigned level)
{
    uint64_t bytes = BIT(PAGE_SHIFT + INDEX_BITS * level);
    uint64_t pa = field_get(entry, PTE_PPN) << PAGE_SHIFT;

    if (ram_has(&adding->bus->ram, pa, 1))
        adding->sum.ram_bytes += bytes;
    else
        adding->sum.device_bytes += bytes;
}

static void add_table(struct adding *adding, uint64_t table, unsigned level)
{
    uint64_t entries = BIT(index_bits(level, adding->levels)), entry;

    if (adding->tables++ == TABLES_MOST)
        return;
    for (uint64_t i = 0; i < entries; i++) {
        if (!read_entry(adding->bus, table + 8 * i, &entry) || !(entry & PTE_V))
            continue;
        if (!is_pointer(entry))
            add_leaf(adding, entry, level);
        else if (level > 0 && adding->tables < TABLES_MOST)
            add_table(adding, field_get(entry, PTE_PPN) << PAGE_SHIFT, level - 1);
    }
}

struct gstage_sum gstage_mapped(const struct bus *bus, uint64_t hgatp)
{
    struct adding adding = {.bus = bus, .levels = levels_of(hgatp)};

    if (adding.levels)
        add_table(&adding, field_get(hgatp, ATP_PPN) << PAGE_SHIFT, adding.levels - 1);
    return adding.sum;
}
