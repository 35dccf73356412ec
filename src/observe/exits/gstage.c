#include "observe/exits/gstage.h"

#include "base/bits.h"

enum {
    ROOT_EXTRA_BITS = 2, /* the root has four pages */
    TABLES_MOST = 8192   /* tables that lead in circles end here */
};

#define ATP_MODE BITS(63, 60)
#define ATP_PPN  BITS(43, 0)
#define PTE_V    BIT(0)
#define PTE_RWX  BITS(3, 1)
#define PTE_PPN  BITS(53, 10)

static const struct walk_format *format_of(uint64_t hgatp)
{
    return walk_guest_format(field_get(hgatp, ATP_MODE));
}

static uint64_t root_of(uint64_t hgatp)
{
    return field_get(hgatp, ATP_PPN) << PAGE_SHIFT;
}

bool gstage_is_same(uint64_t hgatp, uint64_t other)
{
    return ((hgatp ^ other) & (ATP_MODE | ATP_PPN)) == 0;
}

static bool read_entry(const struct bus *bus, uint64_t at, uint64_t *entry)
{
    if (!ram_has(&bus->ram, at, sizeof(*entry)))
        return false;
    ram_read(&bus->ram, at, entry, sizeof(*entry));
    return true;
}

/* --- one address ---------------------------------------------------------------------- */

struct looking {
    const struct bus *bus;
    struct walk_step last;
};

static enum walk_outcome look_read(void *ctx, uint64_t at, uint64_t *entry)
{
    const struct looking *looking = ctx;

    return read_entry(looking->bus, at, entry) ? WALK_NEXT : WALK_ACCESS_FAULT;
}

static void look_tell(void *ctx, const struct walk_step *step)
{
    ((struct looking *)ctx)->last = *step;
}

bool gstage_look(const struct bus *bus, uint64_t hgatp, uint64_t gpa,
                 enum event_access access, struct walk_step *end)
{
    struct looking looking = {.bus = bus};
    const struct walk_tables tables = {&looking, look_read, NULL, look_tell};
    const struct walk walk = {.tables = &tables,
                              .format = format_of(hgatp),
                              .stage = STAGE_G,
                              .va = gpa,
                              .root = root_of(hgatp),
                              .rights = {.access = (uint8_t)access, .user = true}};

    if (!walk.format || !walk_is_address(walk.format, gpa))
        return false;
    walk_follow(&walk);
    *end = looking.last;
    return true;
}

/* --- all of them ---------------------------------------------------------------------- */

/* Tables that are being added up. */
struct adding {
    const struct bus *bus;
    const struct walk_format *format;
    struct gstage_sum sum;
    unsigned tables;
};

static void add_devices(struct adding *adding, uint64_t pa, uint64_t bytes)
{
    adding->sum.device_bytes += bytes;
    for (unsigned i = 0; i < adding->bus->mmios; i++) {
        const struct mmio *mmio = &adding->bus->mmio[i];

        if (mmio->base < pa + bytes && pa < mmio->base + mmio->size)
            adding->sum.devices |= BIT(mmio->device);
    }
}

static void add_leaf(struct adding *adding, uint64_t entry, unsigned level)
{
    uint64_t bytes = BIT(PAGE_SHIFT + VPN_BITS * level);
    uint64_t pa = field_get(entry, PTE_PPN) << PAGE_SHIFT;

    if (ram_has(&adding->bus->ram, pa, 1))
        adding->sum.ram_bytes += bytes;
    else
        add_devices(adding, pa, bytes);
}

static void add_table(struct adding *adding, uint64_t table, unsigned level)
{
    unsigned extra = level + 1 == adding->format->levels ? ROOT_EXTRA_BITS : 0;
    uint64_t entries = BIT(VPN_BITS + extra), entry;

    if (adding->tables++ == TABLES_MOST)
        return;
    for (uint64_t i = 0; i < entries; i++) {
        if (!read_entry(adding->bus, table + PTE_SIZE * i, &entry) || !(entry & PTE_V))
            continue;
        if (entry & PTE_RWX)
            add_leaf(adding, entry, level);
        else if (level > 0 && adding->tables < TABLES_MOST)
            add_table(adding, field_get(entry, PTE_PPN) << PAGE_SHIFT, level - 1);
    }
}

struct gstage_sum gstage_mapped(const struct bus *bus, uint64_t hgatp)
{
    struct adding adding = {.bus = bus, .format = format_of(hgatp)};

    if (adding.format)
        add_table(&adding, root_of(hgatp), adding.format->levels - 1u);
    return adding.sum;
}
