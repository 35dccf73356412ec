#include "face/tui/view/walk_draw.h"

#include "base/bits.h"
#include "face/tui/view/entry_bits.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- the ends ---------------------------------------------------------------------------- */

static struct walk_end iommu_register(const struct iommu *iommu)
{
    static const char *const modes[] = {"Off", "Bare", "1 level", "2 levels"};
    struct walk_end end = {.title = "ddtp", .reached = true, .thing = THING_FIELD};

    snprintf(end.name, sizeof(end.name), "%s.ddtp", iommu->device.name);
    snprintf(end.line[0], WALK_TEXT, "register");
    snprintf(end.line[1], WALK_TEXT, "%s",
             modes[field_get(iommu->ddtp, IOMMU_DDTP_MODE) % COUNT(modes)]);
    snprintf(end.line[2], WALK_TEXT, "0x%08" PRIx64,
             field_get(iommu->ddtp, IOMMU_DDTP_PPN) << RAM_PAGE_SHIFT);
    return end;
}

struct walk_end walk_register(const struct walk_path *path)
{
    const struct stages *stages = &path->stages;
    bool first = stages->vs.format != NULL;
    const struct stage_setup *setup = first ? &stages->vs : &stages->g;
    const char *csr = !stages->two ? "satp" : first ? "vsatp" : "hgatp";
    struct walk_end end = {.reached = true, .thing = THING_CSR};

    if (path->iommu)
        return iommu_register(path->iommu);
    snprintf(end.title, WALK_TEXT, "%s", csr);
    if (path->target.hart)
        snprintf(end.name, sizeof(end.name), "hart%u.%s", path->target.hart, csr);
    else
        snprintf(end.name, sizeof(end.name), "%s", csr);
    snprintf(end.line[0], WALK_TEXT, "register");
    snprintf(end.line[1], WALK_TEXT, "%s",
             setup->format ? setup->format->name : "Bare");
    snprintf(end.line[2], WALK_TEXT, "0x%08" PRIx64, setup->root);
    return end;
}

/* What an address in RAM is called. */
static void name_page(const struct watch *watch, uint64_t pa, char *text, size_t room)
{
    const struct region *region = watch_region(watch, pa);
    const struct mmio *mmio = bus_find(&watch->board->bus, pa);

    if (mmio)
        snprintf(text, room, "%s", mmio->name);
    else if (region)
        snprintf(text, room, "%.20s", region->name);
}

static void page_size(unsigned bits, char *text, size_t room)
{
    snprintf(text, room, "%u %s", 1U << bits % 10,
             bits >= 30   ? "GiB"
             : bits >= 20 ? "MiB"
                          : "KiB");
}

struct walk_end walk_page(const struct watch *watch, const struct walk_path *path)
{
    struct walk_end end = {.title = "page", .thing = THING_MEMORY};

    end.reached = !path->refused && path->shown == (int)path->entries;
    if (!end.reached) {
        snprintf(end.line[0], WALK_TEXT, path->refused ? "not reached" : "not yet");
        snprintf(end.line[1], WALK_TEXT, path->refused ? "nothing is" : "");
        snprintf(end.line[2], WALK_TEXT, path->refused ? "accessed" : "");
        snprintf(end.foot, WALK_TEXT, path->refused ? "not used" : "next");
        return end;
    }
    snprintf(end.line[0], WALK_TEXT, "0x%08" PRIx64, path->pa);
    page_size(path->page_bits, end.line[1], WALK_TEXT);
    name_page(watch, path->pa, end.line[2], WALK_TEXT);
    snprintf(end.name, sizeof(end.name), "0x%08" PRIx64, path->pa);
    if (path->kept)
        snprintf(end.foot, WALK_TEXT, path->stale ? "cache differs" : "in cache");
    return end;
}

/* --- inputs ------------------------------------------------------------------------------ */

/* Where the bits of a page number begin that a level uses, and how many there are: the
 * root of a G-stage has two more. */
static unsigned index_bits(const struct walk_path *path, const struct walk_entry *entry,
                           unsigned *lo)
{
    const struct walk_format *format =
        path->iommu ? walk_guest_format(8) : path->stages.g.format;
    bool root = format && entry->level == format->levels - 1u;

    if (entry->table == IOMMU_TABLE_DIRECTORY) {
        *lo = 7;
        return 9;
    }
    if (entry->table == IOMMU_TABLE_CONTEXT) {
        *lo = 0;
        return 7;
    }
    *lo = RAM_PAGE_SHIFT + VPN_BITS * entry->level;
    return entry->table == STAGE_G && root ? VPN_BITS + 2 : VPN_BITS;
}

void walk_index(const struct walk_path *path, const struct walk_entry *entry,
                char name[24], char bits[24])
{
    unsigned lo, count = index_bits(path, entry, &lo);
    uint64_t value = entry->va >> lo & BITS(count - 1, 0);
    bool device = entry->table >= STAGES;

    for (unsigned i = 0; i < count; i++)
        bits[i] = value >> (count - 1 - i) & 1 ? '1' : '0';
    bits[count] = '\0';
    snprintf(name, 24, "%s[%u] = %" PRIu64, device ? "DDI" : "VPN",
             device ? entry->table == IOMMU_TABLE_DIRECTORY : entry->level, value);
}

void walk_draw_offset(const struct walk_path *path, struct canvas *canvas, int row,
                      int col, int cols)
{
    uint64_t offset = path->target.va & (BIT(path->page_bits) - 1);

    if (path->refused)
        offset = path->target.va & (RAM_PAGE - 1);
    canvas_printf(canvas, row + 1, col, cols, ROLE_TEXT, "offset %03" PRIx64, offset);
}

/* --- words -------------------------------------------------------------------------------- */

void walk_foot(const struct walk_entry *entry, char *text, size_t room)
{
    text[0] = '\0';
    if (entry->how == WALK_READ)
        snprintf(text, room, "read %u cy", entry->price);
    else if (entry->how == WALK_KEPT)
        snprintf(text, room, "cached");
    else if (entry->how == WALK_AHEAD)
        snprintf(text, room, "next");
}

const char *walk_brief_foot(const char *foot)
{
    return strncmp(foot, "read ", 5) == 0 ? foot + 5 : foot;
}

const char *walk_brief(const char *verdict)
{
    return strncmp(verdict, "V 1  ", 5) == 0 ? verdict + 5 : verdict;
}

void walk_note(const struct walk_path *path, char *text, size_t room, bool brief)
{
    const char *cache = path->iommu ? "the translation cache" : "the TLB";

    if (path->told && path->reads)
        snprintf(text, room, "%u entr%s read, %" PRIu64 " cycles", path->reads,
                 path->reads == 1 ? "y" : "ies", path->cycles);
    else if (path->stale)
        snprintf(text, room,
                 brief ? "cached: 0x%08" PRIx64 " (stale)"
                       : "stale: a cache still has 0x%08" PRIx64,
                 path->kept_pa);
    else if (path->kept && path->refused)
        snprintf(text, room,
                 brief ? "refused by the cache" : "%s refuses: no table is read",
                 cache);
    else if (path->kept)
        snprintf(text, room, brief ? "cached" : "%s has it: no table is read", cache);
    else
        snprintf(text, room, brief ? "not cached" : "not in %s: a walk would find this",
                 cache);
}

const char *walk_why_not(const struct walk_path *path)
{
    if (path->target.is_iommu && !path->iommu)
        return "this board has no IOMMU";
    if (path->iommu && path->bare)
        return "ddtp.iommu_mode is Bare: addresses of devices are not translated";
    if (path->iommu && !path->entries && path->iommu_end.cause == IOMMU_ALL_DISALLOWED)
        return "ddtp.iommu_mode is Off: no device may do anything";
    if (path->bare)
        return path->stages.two
                   ? "vsatp.MODE and hgatp.MODE are 0: nothing is translated"
                   : "satp.MODE is 0: addresses are not translated";
    if (path->no_address)
        return "its high bits are no copies of the highest that is translated";
    return NULL;
}
