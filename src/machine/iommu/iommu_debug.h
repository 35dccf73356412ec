#ifndef MACHINE_IOMMU_IOMMU_DEBUG_H
#define MACHINE_IOMMU_IOMMU_DEBUG_H

#include "machine/iommu/iommu.h"

/* Software has written tr_req_iova or tr_req_ctl, which was `old`. */
void iommu_debug_iova(struct iommu *iommu, uint64_t old);
void iommu_debug_control(struct iommu *iommu, uint64_t old);

/* The debug interface's engine is done. */
void iommu_debug_done(struct iommu *iommu);

#endif
