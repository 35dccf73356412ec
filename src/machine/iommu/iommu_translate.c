/*
 * What an access of a device goes through (2.3 "Process to translate an IOVA"):
 *
 *   ddtp.iommu_mode            Off: nobody may do anything; Bare: everybody everything
 *    |
 *   device context             by the device id: from the directory cache, or the tables
 *    |
 *   translation                from the translation cache, or by a walk of the first
 *    |                         stage, the second, or one within the other
 *   pa, or a fault             which is reported, and refused to the device
 *
 * This file is the order of questions, and only calculates. How memory and the caches are
 * reached is the door's: iommu_live.c has the machine's own, iommu_look.c one without any
 * effect. The walk of the page tables is the harts' (machine/translate).
 */
#include "machine/iommu/iommu_translate.h"

#include <stddef.h>

const char *const iommu_found_names[IOMMU_FOUNDS + 1] = {
    [IOMMU_PASSED] = "not translated",
    [IOMMU_HIT] = "from the cache",
    [IOMMU_WALKED] = "by a walk",
};

static uint64_t offset_of(uint64_t address)
{
    return address & (RAM_PAGE - 1);
}

unsigned iommu_ttyp(const struct iommu_access *access)
{
    return access->access == ACCESS_FETCH ? 1 : access->access == ACCESS_STORE ? 3 : 2;
}

/* --- causes -------------------------------------------------------------------- */

/* Causes are named after the access that the device asked for. */
static enum iommu_cause by_access(const struct iommu_access *access,
                                  enum iommu_cause fetch, enum iommu_cause read,
                                  enum iommu_cause write)
{
    return access->access == ACCESS_FETCH   ? fetch
           : access->access == ACCESS_STORE ? write
                                            : read;
}

static enum iommu_cause access_fault(const struct iommu_access *access)
{
    return by_access(access, IOMMU_FETCH_ACCESS, IOMMU_READ_ACCESS, IOMMU_WRITE_ACCESS);
}

static enum iommu_cause page_fault(const struct iommu_access *access)
{
    return by_access(access, IOMMU_FETCH_PAGE, IOMMU_READ_PAGE, IOMMU_WRITE_PAGE);
}

static enum iommu_cause guest_page_fault(const struct iommu_access *access)
{
    return by_access(access, IOMMU_FETCH_GUEST_PAGE, IOMMU_READ_GUEST_PAGE,
                     IOMMU_WRITE_GUEST_PAGE);
}

/* The guest physical address that the second stage refused; bit 0: it was a first-stage
 * table's, bit 1: to be written. */
static uint64_t guest_address(uint64_t gpa, enum reaching reaching)
{
    return (gpa & ~BITS(1, 0)) | (reaching != REACHING_PAGE ? BIT(0) : 0) |
           (reaching == REACHING_TABLE_WRITE ? BIT(1) : 0);
}

static enum iommu_cause cause_of(const struct iommu_access *access,
                                 const struct translation *walked, uint64_t *iotval2)
{
    if (walked->outcome == WALK_LEAF)
        return IOMMU_NO_CAUSE;
    if (walked->outcome == WALK_ACCESS_FAULT)
        return access_fault(access);
    if (walked->stage != STAGE_G)
        return page_fault(access);
    *iotval2 = guest_address(walked->gpa, walked->reaching);
    return guest_page_fault(access);
}

/* --- the beginning ---------------------------------------------------------------- */

/* Steps 1, 2 and 5: before any table is read. True: the access goes on to its context. */
static bool may_begin(const struct iommu *iommu, const struct iommu_access *access,
                      struct iommu_end *end)
{
    uint64_t mode = field_get(iommu->ddtp, IOMMU_DDTP_MODE);

    end->pa = access->iova;
    if (mode == IOMMU_OFF)
        end->cause = IOMMU_ALL_DISALLOWED;
    else if (mode != IOMMU_BARE && access->device_id >> iommu_id_bits(iommu))
        end->cause = IOMMU_TYPE_DISALLOWED;
    return mode != IOMMU_BARE && end->cause == IOMMU_NO_CAUSE;
}

/* Step 6: the device context. */
static bool find_context(const struct iommu *iommu, const struct iommu_door *door,
                         const struct iommu_access *access, struct iommu_end *end)
{
    void *ctx = door->tables.ctx;
    const struct iommu_context *kept =
        door->recall_context ? door->recall_context(ctx) : NULL;

    if (kept)
        end->context = *kept;
    else
        end->cause = iommu_locate(iommu, door, access->device_id, &end->context);
    end->has_context = end->cause == IOMMU_NO_CAUSE;
    if (!kept && end->has_context && door->keep_context)
        door->keep_context(ctx, &end->context);
    return end->has_context;
}

/* Step 7: a process id has no meaning for a device without process contexts. With PDTV
 * the only pdtp.MODE that this IOMMU has is Bare, and any id will do (step 13). */
static bool type_is_allowed(const struct iommu_access *access,
                            const struct iommu_context *context)
{
    return !access->has_process_id || (context->tc & IOMMU_TC_PDTV);
}

/* --- what the caches say ---------------------------------------------------------- */

static struct walk_rights first_rights(const struct iommu_access *access,
                                       const struct iommu_context *context)
{
    return (struct walk_rights){
        .access = access->access, .user = true, .adue = context->tc & IOMMU_TC_SADE};
}

static struct walk_rights second_rights(const struct iommu_access *access,
                                        const struct iommu_context *context)
{
    return (struct walk_rights){
        .access = access->access, .user = true, .adue = context->tc & IOMMU_TC_GADE};
}

/* A translation that was kept answers by itself, stale or not, except that it cannot set
 * A or D in memory: an access that has to is walked. False: a walk must tell. */
static bool answer_from(const struct iommu_translation *kept,
                        const struct iommu_access *access, struct iommu_end *end)
{
    struct walk_rights first = first_rights(access, &end->context);
    struct walk_rights second = second_rights(access, &end->context);

    end->found = IOMMU_HIT;
    end->pa = kept->ppn << RAM_PAGE_SHIFT | offset_of(access->iova);
    if (kept->has_first && !walk_permits(kept->first, &first)) {
        end->cause = page_fault(access);
    } else if (kept->has_second && !walk_permits(kept->second, &second)) {
        end->cause = guest_page_fault(access);
        end->iotval2 = guest_address(
            kept->gpn << RAM_PAGE_SHIFT | offset_of(access->iova), REACHING_PAGE);
    } else if ((kept->has_first && walk_missing_bits(kept->first, &first)) ||
               (kept->has_second && walk_missing_bits(kept->second, &second))) {
        return false;
    }
    return true;
}

/* What a walk has found, to be kept. */
static struct iommu_translation translation_of(const struct iommu_key *key,
                                               const struct iommu_end *end)
{
    const struct translation *walked = &end->walked;
    struct iommu_translation entry = {
        .vpn = key->iova >> RAM_PAGE_SHIFT,
        .ppn = end->pa >> RAM_PAGE_SHIFT,
        .pscid = key->pscid,
        .gscid = key->gscid,
        .has_first = key->has_first,
        .has_second = key->has_second,
        .valid = 1,
    };

    if (key->has_first) {
        entry.first = walked->vs.entry;
        entry.first_bits = (uint16_t)walk_page_bits(walked->vs.entry, walked->vs.level);
        entry.global = walked->vs.global;
    }
    if (key->has_second) {
        entry.gpn = walked->gpa >> RAM_PAGE_SHIFT;
        entry.second = walked->g.entry;
        entry.second_bits = (uint16_t)walk_page_bits(walked->g.entry, walked->g.level);
    }
    return entry;
}

/* --- what the tables say ---------------------------------------------------------- */

static uint64_t root_of(uint64_t atp)
{
    return field_get(atp, IOMMU_ATP_PPN) << RAM_PAGE_SHIFT;
}

/* Steps 17 and 19: by the page tables. */
static void walk(const struct iommu_door *door, const struct iommu_access *access,
                 struct iommu_end *end)
{
    uint64_t fsc = end->context.fsc, iohgatp = end->context.iohgatp;
    const struct stages stages = {
        .tables = &door->tables,
        .two = field_get(iohgatp, IOMMU_ATP_MODE),
        .vs = {.format = walk_format(field_get(fsc, IOMMU_ATP_MODE)),
               .root = root_of(fsc),
               .rights = first_rights(access, &end->context)},
        .g = {.format = walk_guest_format(field_get(iohgatp, IOMMU_ATP_MODE)),
              .root = root_of(iohgatp),
              .rights = second_rights(access, &end->context)},
        .va = access->iova};

    end->walked = stages_translate(&stages);
    end->found = IOMMU_WALKED;
    end->cause = cause_of(access, &end->walked, &end->iotval2);
    end->pa = end->walked.pa;
}

/* By the caches, if they know; else by the tables, and then the caches know. */
static void translate(const struct iommu_door *door, const struct iommu_access *access,
                      struct iommu_end *end)
{
    struct iommu_key key = iommu_key_of(&end->context, access->iova);
    void *ctx = door->tables.ctx;
    const struct iommu_translation *kept =
        door->recall ? door->recall(ctx, &key) : NULL;
    struct iommu_translation found;

    if (kept && answer_from(kept, access, end))
        return;
    walk(door, access, end);
    if (end->cause == IOMMU_NO_CAUSE && door->keep) {
        found = translation_of(&key, end);
        door->keep(ctx, &found);
    }
}

struct iommu_end iommu_process(const struct iommu *iommu, const struct iommu_door *door,
                               const struct iommu_access *access)
{
    struct iommu_end end = {.cause = IOMMU_NO_CAUSE};

    if (!may_begin(iommu, access, &end) || !find_context(iommu, door, access, &end))
        return end;
    if (!type_is_allowed(access, &end.context))
        end.cause = IOMMU_TYPE_DISALLOWED;
    else if (field_get(end.context.fsc, IOMMU_ATP_MODE) ||
             field_get(end.context.iohgatp, IOMMU_ATP_MODE))
        translate(door, access, &end);
    return end;
}
