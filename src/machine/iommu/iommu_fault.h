#ifndef MACHINE_IOMMU_IOMMU_FAULT_H
#define MACHINE_IOMMU_IOMMU_FAULT_H

#include "machine/iommu/iommu_translate.h"

/* Whether software will read of a fault. */
enum iommu_report {
    IOMMU_REPORTED,
    IOMMU_SILENCED,  /* DC.tc.DTF */
    IOMMU_FQ_OFF,    /* the fault queue is not on */
    IOMMU_FQ_ERROR,  /* fqmf or fqof is 1 */
    IOMMU_FQ_BEHIND, /* too many wait to be written: fqof becomes 1 */
    IOMMU_REPORTS
};

/* What became of a record. */
enum iommu_recorded {
    IOMMU_WRITTEN,
    IOMMU_NO_ROOM,     /* fqof becomes 1 */
    IOMMU_NOT_WRITTEN, /* memory refused: fqmf becomes 1 */
    IOMMU_RECORDEDS
};

extern const char *const iommu_report_names[IOMMU_REPORTS + 1];
extern const char *const iommu_recorded_names[IOMMU_RECORDEDS + 1];

/* An access ends in a fault: tells it, and has it recorded, as far as DTF and the queue
 * let it. */
void iommu_report(struct iommu *iommu, const struct iommu_access *access,
                  const struct iommu_end *end, uint64_t now);

/* Software has written fqcsr, which was `old`. */
void iommu_fault_control(struct iommu *iommu, uint32_t old);

/* The fault queue's engine is done. */
void iommu_fault_done(struct iommu *iommu);

/* ipsr follows from the queues' flags, and the wires from ipsr and icvec. */
void iommu_interrupts(struct iommu *iommu);

/* Nothing waits to be recorded any more. */
void iommu_fault_reset(struct iommu *iommu);

#endif
