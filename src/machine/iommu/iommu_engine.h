#ifndef MACHINE_IOMMU_IOMMU_ENGINE_H
#define MACHINE_IOMMU_IOMMU_ENGINE_H

#include "machine/iommu/iommu.h"

/* The price of reading or writing 8 bytes; at least 1 cycle. */
uint64_t iommu_slot(const struct iommu *iommu);

/* The IOMMU's number among those who use the bus. */
enum initiator iommu_initiator(const struct iommu *iommu);

/* An engine's timer. */
void iommu_engine_fire(void *ctx, uint64_t now);

/* `done` is called at cycle `at`. */
void iommu_engine_wait(struct iommu_engine *engine, uint64_t at);

/*
 * Moves `count` words of `size` bytes between `word` and memory at `pa`, over the bus, as
 * soon as the port and the bus are free; then calls `done`. `ok` is false if an access was
 * refused: those before it have happened. Only what is in RAM is read.
 */
void iommu_engine_read(struct iommu_engine *engine, uint64_t pa, unsigned count);
void iommu_engine_write(struct iommu_engine *engine, uint64_t pa, unsigned count,
                        unsigned size);

/* Counts the engine among those who have bus work, or not: for what it waits for. */
void iommu_engine_work(struct iommu_engine *engine, bool works);

/* As after reset; a slot that is under way is spent. */
void iommu_engine_reset(struct iommu_engine *engine);

void iommu_engine_state(struct iommu_engine *engine, struct state *state);

#endif
