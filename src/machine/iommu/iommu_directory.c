/*
 * From a device id to its device context (2.1 "Device-Directory-Table", 2.3.1 "Process to
 * locate the Device-context"). ddtp names the root of a tree of one or two levels; each
 * table is a page. A device context in base format has 32 bytes, so a leaf page has 128 of
 * them, and the device id is cut like this:
 *
 *    15       7 6       0
 *   |  DDI[1]  | DDI[0]  |          2LVL: the root is indexed by DDI[1]
 *              | DDI[0]  |          1LVL: the root is the leaf page
 *
 *        63     54 53       10 9       1 0
 *       | reserved |   PPN    | reserved |V|        a non-leaf entry
 *
 *        tc       translation control: V, DTF, GADE, SADE, ...
 *        iohgatp  MODE, GSCID and root of the second stage
 *        ta       PSCID
 *        fsc      MODE and root of the first stage (iosatp)
 */
#include "machine/iommu/iommu_directory.h"

#include <stddef.h>

#define DDTE_V        BIT(0)
#define DDTE_PPN      BITS(53, 10)
#define DDTE_RESERVED (BITS(9, 1) | BITS(63, 54))

#define TC_EN_ATS   BIT(1)
#define TC_EN_PRI   BIT(2)
#define TC_T2GPA    BIT(3)
#define TC_PRPR     BIT(6)
#define TC_DPE      BIT(9)
#define TC_SBE      BIT(10)
#define TC_SXL      BIT(11)
#define TC_RESERVED (BITS(23, 12) | BITS(63, 32))

/* RCID and MCID are reserved without QOSID. */
#define TA_RESERVED  (BITS(11, 0) | BITS(63, 32))
#define FSC_RESERVED BITS(59, 44)

enum { ROOT_ALIGNMENT = 3 }; /* low bits of the PPN of a root of 16 KiB */

unsigned iommu_id_bits(const struct iommu *iommu)
{
    switch (field_get(iommu->ddtp, IOMMU_DDTP_MODE)) {
    case IOMMU_1LVL:
        return 7;
    case IOMMU_2LVL:
        return 16;
    default:
        return 0;
    }
}

/* --- what a device context may say --------------------------------------------- */

/* Is a MODE field 0 (Bare), or 8 where the capability is there? */
static bool is_mode(const struct iommu *iommu, uint64_t word, uint64_t capability)
{
    uint64_t mode = field_get(word, IOMMU_ATP_MODE);

    return mode == 0 || (mode == 8 && (iommu->capabilities & capability));
}

/* 2.1.4 "Device-context configuration checks", in its order, for what this IOMMU has not:
 * ATS, PRI, T2GPA, process directories, other endianness, Sv32. */
const char *iommu_misconfigured(const struct iommu *iommu,
                                const struct iommu_context *context)
{
    uint64_t tc = context->tc, iohgatp = context->iohgatp;
    bool has_root = field_get(iohgatp, IOMMU_ATP_MODE);
    bool has_updates = iommu->capabilities & IOMMU_CAP_AMO_HWAD;
    const struct {
        bool is_wrong;
        const char *what;
    } checks[] = {
        {tc & TC_RESERVED, "a reserved bit of tc is set"},
        {context->ta & TA_RESERVED, "a reserved bit of ta is set"},
        {context->fsc & FSC_RESERVED, "a reserved bit of fsc is set"},
        {tc & (TC_EN_ATS | TC_EN_PRI | TC_PRPR),
         "EN_ATS, EN_PRI or PRPR is set without capabilities.ATS"},
        {tc & TC_T2GPA, "T2GPA is set without capabilities.T2GPA"},
        {(tc & IOMMU_TC_PDTV) && field_get(context->fsc, IOMMU_ATP_MODE),
         "pdtp.MODE is not Bare, but there are no process directories"},
        {!(tc & IOMMU_TC_PDTV) && !is_mode(iommu, context->fsc, IOMMU_CAP_SV39),
         "iosatp.MODE is not a supported one"},
        {!(tc & IOMMU_TC_PDTV) && (tc & TC_DPE), "DPE is set without PDTV"},
        {!is_mode(iommu, iohgatp, IOMMU_CAP_SV39X4),
         "iohgatp.MODE is not a supported one"},
        {has_root && (field_get(iohgatp, IOMMU_ATP_PPN) & ROOT_ALIGNMENT),
         "iohgatp.PPN is no multiple of 16 KiB"},
        {!has_updates && (tc & (IOMMU_TC_SADE | IOMMU_TC_GADE)),
         "SADE or GADE is set without capabilities.AMO_HWAD"},
        {tc & TC_SBE, "SBE is not fctl.BE"},
        {tc & TC_SXL, "SXL is set, but fctl.GXL is 0"},
    };

    for (size_t i = 0; i < COUNT(checks); i++)
        if (checks[i].is_wrong)
            return checks[i].what;
    return NULL;
}

/* --- the tree ------------------------------------------------------------------ */

/* A search for one device context. */
struct search {
    const struct iommu *iommu;
    const struct iommu_door *door;
    uint32_t device_id;
};

static void tell(const struct search *search, unsigned table, unsigned level,
                 uint64_t at, uint64_t entry, enum walk_outcome outcome)
{
    const struct iommu_step step = {.table = table,
                                    .step = {.va = search->device_id,
                                             .at = at,
                                             .entry = entry,
                                             .level = level,
                                             .outcome = outcome}};

    if (search->door->tell)
        search->door->tell(search->door->tables.ctx, &step);
}

static bool read_words(const struct search *search, uint64_t at, unsigned count,
                       uint64_t *words)
{
    const struct walk_tables *tables = &search->door->tables;

    for (unsigned i = 0; i < count; i++)
        if (tables->read(tables->ctx, at + 8 * i, &words[i]) != WALK_NEXT)
            return false;
    return true;
}

/* Which cause an outcome is reported as; IOMMU_NO_CAUSE where nothing is wrong. */
static enum iommu_cause cause_of(enum walk_outcome outcome)
{
    switch ((unsigned)outcome) {
    case WALK_NEXT:
    case WALK_LEAF:
        return IOMMU_NO_CAUSE;
    case WALK_ACCESS_FAULT:
        return IOMMU_DDT_ACCESS;
    case WALK_NOT_VALID:
        return IOMMU_DDT_NOT_VALID;
    default:
        return IOMMU_DDT_MISCONFIGURED;
    }
}

/* Steps 3 to 6: a non-leaf entry. */
static enum walk_outcome read_entry(const struct search *search, uint64_t at,
                                    uint64_t *entry)
{
    if (!read_words(search, at, 1, entry))
        return WALK_ACCESS_FAULT;
    if (!(*entry & DDTE_V))
        return WALK_NOT_VALID;
    return *entry & DDTE_RESERVED ? WALK_RESERVED : WALK_NEXT;
}

/* Steps 8 to 10: the device context. */
static enum walk_outcome read_context(const struct search *search, uint64_t at,
                                      struct iommu_context *context)
{
    uint64_t words[4] = {0};
    bool is_read = read_words(search, at, COUNT(words), words);

    *context = (struct iommu_context){words[0], words[1], words[2], words[3]};
    if (!is_read)
        return WALK_ACCESS_FAULT;
    if (!(context->tc & IOMMU_TC_V))
        return WALK_NOT_VALID;
    return iommu_misconfigured(search->iommu, context) ? WALK_RESERVED : WALK_LEAF;
}

enum iommu_cause iommu_locate(const struct iommu *iommu, const struct iommu_door *door,
                              uint32_t device_id, struct iommu_context *context)
{
    const struct search search = {iommu, door, device_id};
    /* Step 1: the root, at the highest level. */
    uint64_t table = field_get(iommu->ddtp, IOMMU_DDTP_PPN) << RAM_PAGE_SHIFT;
    enum walk_outcome outcome;
    uint64_t at;

    if (field_get(iommu->ddtp, IOMMU_DDTP_MODE) == IOMMU_2LVL) {
        uint64_t entry = 0;

        at = table + field_get(device_id, BITS(15, 7)) * 8;
        outcome = read_entry(&search, at, &entry);
        tell(&search, IOMMU_TABLE_DIRECTORY, 1, at, entry, outcome);
        if (outcome != WALK_NEXT)
            return cause_of(outcome);
        /* Step 7: down to the leaf page. */
        table = field_get(entry, DDTE_PPN) << RAM_PAGE_SHIFT;
    }
    at = table + field_get(device_id, BITS(6, 0)) * IOMMU_CONTEXT_SIZE;
    outcome = read_context(&search, at, context);
    tell(&search, IOMMU_TABLE_CONTEXT, 0, at, context->tc, outcome);
    return cause_of(outcome);
}
