#ifndef OBSERVE_ASK_IOMMUS_H
#define OBSERVE_ASK_IOMMUS_H

#include "base/buf.h"
#include "machine/board/run.h"
#include "machine/iommu/iommu.h"

/* What commands and views say of IOMMUs: who is behind one, and what is in its queues. */

/* The device as an IOMMU; NULL: it is none. */
const struct iommu *iommu_of_device(const struct device *device);

/* The one that a DMA channel with that device id is behind; else the first; NULL: the
 * board has none. */
const struct iommu *iommu_for(const struct board *board, uint32_t device_id);

/* Where a queue is in memory, and the mask of its indices, by cqb or fqb. */
uint64_t iommu_queue_at(uint64_t base);
uint32_t iommu_queue_mask(uint64_t base);

/* "on", "off", "turning on", "stopped by an error": what cqcsr or fqcsr say. */
const char *iommu_command_state(const struct iommu *iommu);
const char *iommu_fault_state(const struct iommu *iommu);

/* What ddtp.iommu_mode means, in words. */
const char *iommu_mode_words(const struct iommu *iommu);

/* "DMA channel 0 (device id 0x104)" */
void put_device_id(struct buf *out, const struct run *run, unsigned board, uint32_t id);

/* A fault record: who did what where, and the cause. */
void put_fault_record(struct buf *out, const struct run *run, unsigned board,
                      const uint64_t word[4]);

#endif
