/*
 * What the IOMMU remembers (2.8 "Caching in-memory data structures"): translations, and
 * device contexts. Nothing keeps either in step with the tables in memory; that is what
 * the commands IOTINVAL and IODIR are for. Until one comes, what is remembered is used,
 * whatever memory says by now.
 *
 * Translations are found in one set, which the page number chooses; in each set they are
 * replaced in the order in which they came. Device contexts are replaced in that order,
 * too, in a cache of a few entries where any may be anywhere. A hit changes nothing.
 *
 * A translation goes from IOVA to physical address, whatever stages are between, and
 * belongs to an address space: by GSCID if there is a second stage, by PSCID if there is
 * a first one, by both if there are both.
 */
#include "machine/iommu/iommu_cache.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

bool iommu_cache_init(struct iommu *iommu, uint64_t entries, uint64_t ways,
                      uint64_t contexts, struct err *err)
{
    uint64_t sets = ways > 0 ? entries / ways : 0;

    if (entries > IOMMU_CACHE_MAX || ways > UINT8_MAX || sets == 0 ||
        sets * ways != entries || (sets & (sets - 1)))
        return err_set(err,
                       "entries must be at most %d, and entries / ways a power of two",
                       IOMMU_CACHE_MAX);
    if (contexts < 1 || contexts > IOMMU_CACHE_MAX)
        return err_set(err, "contexts must be one of 1 to %d", IOMMU_CACHE_MAX);
    iommu->sets = (unsigned)sets;
    iommu->ways = (unsigned)ways;
    iommu->contexts = (unsigned)contexts;
    iommu->translation = alloc_zero(entries, sizeof(*iommu->translation));
    iommu->victim = alloc_zero(sets, 1);
    iommu->context = alloc_zero(contexts, sizeof(*iommu->context));
    return true;
}

void iommu_cache_release(struct iommu *iommu)
{
    free(iommu->translation);
    free(iommu->victim);
    free(iommu->context);
}

/* --- translations -------------------------------------------------------------- */

struct iommu_key iommu_key_of(const struct iommu_context *context, uint64_t iova)
{
    struct iommu_key key = {.iova = iova,
                            .has_first = field_get(context->fsc, IOMMU_ATP_MODE),
                            .has_second = field_get(context->iohgatp, IOMMU_ATP_MODE)};

    if (key.has_first)
        key.pscid = (uint32_t)field_get(context->ta, IOMMU_PSCID);
    if (key.has_second)
        key.gscid = (uint32_t)field_get(context->iohgatp, IOMMU_GSCID);
    return key;
}

static unsigned set_of(const struct iommu *iommu, uint64_t vpn)
{
    return (unsigned)vpn & (iommu->sets - 1);
}

/* A global mapping is in every address space of its virtual machine, or of the host. */
static bool serves(const struct iommu_translation *entry, const struct iommu_key *key)
{
    return entry->valid && entry->vpn == key->iova >> RAM_PAGE_SHIFT &&
           entry->has_first == key->has_first && entry->has_second == key->has_second &&
           entry->gscid == key->gscid && (entry->global || entry->pscid == key->pscid);
}

const struct iommu_translation *iommu_find(const struct iommu *iommu,
                                           const struct iommu_key *key)
{
    unsigned set = set_of(iommu, key->iova >> RAM_PAGE_SHIFT);

    for (unsigned way = 0; way < iommu->ways; way++) {
        const struct iommu_translation *entry =
            &iommu->translation[set * iommu->ways + way];

        if (serves(entry, key))
            return entry;
    }
    return NULL;
}

/* Over an older translation of the same address; else over the one that came first. */
void iommu_keep(struct iommu *iommu, const struct iommu_translation *translation,
                unsigned *set, unsigned *way)
{
    struct iommu_key key = {.iova = translation->vpn << RAM_PAGE_SHIFT,
                            .pscid = translation->pscid,
                            .gscid = translation->gscid,
                            .has_first = translation->has_first,
                            .has_second = translation->has_second};
    const struct iommu_translation *old = iommu_find(iommu, &key);

    *set = set_of(iommu, translation->vpn);
    if (old) {
        *way = (unsigned)(old - iommu->translation) % iommu->ways;
    } else {
        *way = iommu->victim[*set] % iommu->ways;
        iommu->victim[*set] = (uint8_t)((*way + 1) % iommu->ways);
    }
    iommu->translation[*set * iommu->ways + *way] = *translation;
}

static bool is_in_page(uint64_t a, uint64_t b, unsigned bits)
{
    return a >> bits == b >> bits;
}

/* "IOTINVAL.VMA operands and operations". With an address only what a leaf of the first
 * stage has made is meant; global mappings are spared if PSCV is 1. */
static bool is_named_by_vma(const struct iommu_translation *entry,
                            const struct iommu_forget *forget)
{
    if (entry->has_second != forget->has_gscid ||
        (forget->has_gscid && entry->gscid != forget->gscid))
        return false;
    if (forget->has_address &&
        (!entry->has_first ||
         !is_in_page(entry->vpn << RAM_PAGE_SHIFT, forget->address, entry->first_bits)))
        return false;
    return !forget->has_pscid ||
           (entry->has_first && !entry->global && entry->pscid == forget->pscid);
}

/* "IOTINVAL.GVMA operands and operations". Without GV the address is not looked at. */
static bool is_named_by_gvma(const struct iommu_translation *entry,
                             const struct iommu_forget *forget)
{
    if (!entry->has_second)
        return false;
    if (!forget->has_gscid)
        return true;
    return entry->gscid == forget->gscid &&
           (!forget->has_address || is_in_page(entry->gpn << RAM_PAGE_SHIFT,
                                               forget->address, entry->second_bits));
}

unsigned iommu_forget(struct iommu *iommu, const struct iommu_forget *forget)
{
    unsigned dropped = 0;

    for (unsigned i = 0; i < iommu->sets * iommu->ways; i++) {
        struct iommu_translation *entry = &iommu->translation[i];

        if (!entry->valid || !(forget->first ? is_named_by_vma(entry, forget)
                                             : is_named_by_gvma(entry, forget)))
            continue;
        *entry = (struct iommu_translation){0};
        dropped++;
    }
    iommu->age++;
    return dropped;
}

/* --- device contexts ----------------------------------------------------------- */

const struct iommu_context *iommu_find_context(const struct iommu *iommu,
                                               uint32_t device_id)
{
    for (unsigned i = 0; i < iommu->contexts; i++)
        if (iommu->context[i].valid && iommu->context[i].device_id == device_id)
            return &iommu->context[i].context;
    return NULL;
}

unsigned iommu_keep_context(struct iommu *iommu, uint32_t device_id,
                            const struct iommu_context *context)
{
    unsigned slot = iommu->context_victim % iommu->contexts;

    iommu->context_victim = (slot + 1) % iommu->contexts;
    iommu->context[slot] = (struct iommu_kept_context){*context, device_id, 1};
    return slot;
}

unsigned iommu_forget_contexts(struct iommu *iommu, const uint32_t *device_id)
{
    unsigned dropped = 0;

    for (unsigned i = 0; i < iommu->contexts; i++) {
        struct iommu_kept_context *kept = &iommu->context[i];

        if (!kept->valid || (device_id && kept->device_id != *device_id))
            continue;
        *kept = (struct iommu_kept_context){.valid = 0};
        dropped++;
    }
    iommu->age++;
    return dropped;
}

/* --- all ----------------------------------------------------------------------- */

static size_t translations_size(const struct iommu *iommu)
{
    return (size_t)iommu->sets * iommu->ways * sizeof(iommu->translation[0]);
}

static size_t contexts_size(const struct iommu *iommu)
{
    return iommu->contexts * sizeof(iommu->context[0]);
}

void iommu_forget_all(struct iommu *iommu)
{
    memset(iommu->translation, 0, translations_size(iommu));
    memset(iommu->victim, 0, iommu->sets);
    memset(iommu->context, 0, contexts_size(iommu));
    iommu->context_victim = 0;
    iommu->age = 0;
}

_Static_assert(sizeof(struct iommu_translation) == 56, "an entry has no holes");
_Static_assert(sizeof(struct iommu_kept_context) == 40, "an entry has no holes");

void iommu_cache_state(struct iommu *iommu, struct state *state)
{
    state_bytes(state, "translation", iommu->translation, translations_size(iommu));
    state_bytes(state, "victim", iommu->victim, iommu->sets);
    state_bytes(state, "context", iommu->context, contexts_size(iommu));
    STATE(state, iommu->context_victim);
    STATE(state, iommu->age);
}
