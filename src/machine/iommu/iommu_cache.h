#ifndef MACHINE_IOMMU_IOMMU_CACHE_H
#define MACHINE_IOMMU_IOMMU_CACHE_H

#include "machine/iommu/iommu.h"

/* Which translations are meant: an address space, and an address in it. */
struct iommu_key {
    uint64_t iova;
    uint32_t pscid, gscid;
    bool has_first, has_second;
};

/* The key of an address under a device context. */
struct iommu_key iommu_key_of(const struct iommu_context *context, uint64_t iova);

/* Both give NULL for what is not kept. */
const struct iommu_translation *iommu_find(const struct iommu *iommu,
                                           const struct iommu_key *key);
const struct iommu_context *iommu_find_context(const struct iommu *iommu,
                                               uint32_t device_id);

/* Keeps something in the place of what came first; gives where. */
void iommu_keep(struct iommu *iommu, const struct iommu_translation *translation,
                unsigned *set, unsigned *way);
unsigned iommu_keep_context(struct iommu *iommu, uint32_t device_id,
                            const struct iommu_context *context);

/* What an IOTINVAL names: IOTINVAL.VMA if `first`, else IOTINVAL.GVMA. */
struct iommu_forget {
    bool first;
    bool has_gscid, has_pscid, has_address; /* GV, PSCV, AV */
    uint32_t gscid, pscid;
    uint64_t address;
};

/* Both forget what they are to, and give how many entries that were. NULL: the contexts
 * of all devices. */
unsigned iommu_forget(struct iommu *iommu, const struct iommu_forget *forget);
unsigned iommu_forget_contexts(struct iommu *iommu, const uint32_t *device_id);

/* As after reset. */
void iommu_forget_all(struct iommu *iommu);

/* False: entries and ways do not go together (and says so). */
bool iommu_cache_init(struct iommu *iommu, uint64_t entries, uint64_t ways,
                      uint64_t contexts, struct err *err);
void iommu_cache_release(struct iommu *iommu);
void iommu_cache_state(struct iommu *iommu, struct state *state);

#endif
