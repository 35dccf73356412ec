#ifndef MACHINE_IOMMU_IOMMU_DIRECTORY_H
#define MACHINE_IOMMU_IOMMU_DIRECTORY_H

#include "machine/iommu/iommu_cache.h"
#include "machine/translate/walk.h"

/* Where the device directory has a step of a walk, beside the stages of translation. */
enum iommu_directory {
    IOMMU_TABLE_DIRECTORY = STAGES, /* a non-leaf entry */
    IOMMU_TABLE_CONTEXT, /* a device context; `entry` is its first word, tc */
    IOMMU_TABLES
};

/* One entry of any table, as it was read and judged. */
struct iommu_step {
    unsigned table; /* enum walk_stage or enum iommu_directory */
    struct walk_step step;
};

/*
 * How a translation reaches memory and the caches, and who is told: with prices and
 * events, or only looking. All have the `ctx` of `tables`, and may be NULL, besides
 * tables.read and tables.set.
 */
struct iommu_door {
    struct walk_tables tables; /* its `tell` is the page tables' */
    void (*tell)(void *ctx, const struct iommu_step *step); /* the directory's */
    const struct iommu_context *(*recall_context)(void *ctx);
    void (*keep_context)(void *ctx, const struct iommu_context *context);
    const struct iommu_translation *(*recall)(void *ctx, const struct iommu_key *key);
    void (*keep)(void *ctx, const struct iommu_translation *translation);
};

/* 2.3.1 "Process to locate the Device-context", from the tables in memory. */
enum iommu_cause iommu_locate(const struct iommu *iommu, const struct iommu_door *door,
                              uint32_t device_id, struct iommu_context *context);

/* What is wrong with a device context, in words; NULL: nothing. */
const char *iommu_misconfigured(const struct iommu *iommu,
                                const struct iommu_context *context);

#endif
