#ifndef MACHINE_IOMMU_IOMMU_TRANSLATE_H
#define MACHINE_IOMMU_IOMMU_TRANSLATE_H

#include "machine/iommu/iommu_directory.h"
#include "machine/translate/stages.h"

/* Where a translation came from. */
enum iommu_found {
    IOMMU_PASSED, /* nothing is translated: Bare */
    IOMMU_HIT,    /* the translation cache has it */
    IOMMU_WALKED, /* the tables were walked */
    IOMMU_FOUNDS
};

extern const char *const iommu_found_names[IOMMU_FOUNDS + 1];

/* An access to be translated, as the IO bridge or the debug interface asks for it. */
struct iommu_access {
    uint64_t iova;
    uint32_t device_id, process_id;
    uint8_t access; /* ACCESS_LOAD, _STORE, or, for debug, _FETCH */
    bool has_process_id, privileged;
};

/* What became of it. `cause`: IOMMU_NO_CAUSE, and `pa`; else what is to be reported. */
struct iommu_end {
    enum iommu_cause cause;
    uint64_t pa, iotval2;
    enum iommu_found found;
    struct iommu_context context;
    bool has_context;
    struct translation walked; /* with IOMMU_WALKED: the leaves */
};

/* 2.3 "Process to translate an IOVA". What is to be reported is the caller's to report. */
struct iommu_end iommu_process(const struct iommu *iommu, const struct iommu_door *door,
                               const struct iommu_access *access);

/* The same as it happens at cycle *now, which moves on: caches, prices, events, a fault's
 * report. */
struct iommu_end iommu_translate(struct iommu *iommu, const struct iommu_access *access,
                                 uint64_t *now);

/* What the tables in memory say now, looked at without any effect; the caches are not
 * asked. `tell` is told of each entry. */
struct iommu_end iommu_look(const struct iommu *iommu,
                            const struct iommu_access *access,
                            void (*tell)(void *ctx, const struct iommu_step *step),
                            void *ctx);

/* TTYP of an access of that kind (3.2, "Fault record TTYP field encodings"). */
unsigned iommu_ttyp(const struct iommu_access *access);

#endif
