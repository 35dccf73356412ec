#include "observe/ask/structures.h"

#include "machine/iommu/iommu.h"
#include "machine/translate/walk.h"

#include <inttypes.h>

void put_bit_names(struct buf *out, const char *const *names, unsigned count,
                   uint64_t bits)
{
    bool some = false;

    for (unsigned i = 0; i < count; i++)
        if (bits & BIT(i)) {
            buf_printf(out, "%s%s", some ? ", " : "", names[i]);
            some = true;
        }
}

/* --- page tables -------------------------------------------------------------------------- */

enum { PTE_N = 63, PTE_RWX = 7 << 1, PTE_V = 1, KIB_SHIFT = 10 };

void put_pte_bits(struct buf *out, uint64_t entry)
{
    static const char letters[] = "VRWXUGAD";

    if (entry >> PTE_N)
        buf_text(out, "N");
    for (int bit = 7; bit >= 0; bit--)
        buf_char(out, entry >> bit & 1 ? letters[bit] : '-');
}

static void put_size(struct buf *out, uint64_t kib)
{
    static const char *const units[] = {"KiB", "MiB", "GiB"};
    unsigned unit = 0;

    for (; kib >= 1024 && unit + 1 < COUNT(units); unit++)
        kib /= 1024;
    buf_printf(out, " of %" PRIu64 " %s", kib, units[unit]);
}

void put_pte(struct buf *out, uint64_t entry, int level)
{
    uint64_t to = field_get(entry, BITS(53, 10)) << RAM_PAGE_SHIFT;

    if (!(entry & PTE_V)) {
        buf_text(out, "not valid");
        return;
    }
    if (!(entry & PTE_RWX)) {
        buf_printf(out, "table at %" PRIx64, to);
        return;
    }
    buf_text(out, "page");
    if (level >= 0)
        put_size(out, BIT(walk_page_bits(entry, (unsigned)level)) >> KIB_SHIFT);
    buf_printf(out, " at %" PRIx64 " ", to);
    put_pte_bits(out, entry);
}

/* --- device contexts ---------------------------------------------------------------------- */

void put_context_flags(struct buf *out, uint64_t tc)
{
    static const struct {
        uint64_t bit;
        const char *name;
    } flags[] = {{IOMMU_TC_DTF, "DTF"},
                 {IOMMU_TC_PDTV, "PDTV"},
                 {IOMMU_TC_GADE, "GADE"},
                 {IOMMU_TC_SADE, "SADE"}};

    for (unsigned i = 0; i < COUNT(flags); i++)
        if (tc & flags[i].bit)
            buf_printf(out, "%s%s", out->size ? " " : "", flags[i].name);
}

void put_context_stage(struct buf *out, uint64_t atp, const char *mode)
{
    if (field_get(atp, IOMMU_ATP_MODE))
        buf_printf(out, "%s at 0x%" PRIx64, mode,
                   field_get(atp, IOMMU_ATP_PPN) << RAM_PAGE_SHIFT);
    else
        buf_text(out, "Bare");
}
