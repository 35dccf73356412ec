#ifndef MACHINE_DMA_DMA_RING_H
#define MACHINE_DMA_DMA_RING_H

#include "machine/dma/dma.h"

/* Takes the first descriptor of a run; gives what is wrong with the ring. */
enum dma_error_reason dma_first(struct dma_channel *channel);

/* Takes the descriptor after the one that is done, whose flags do not say END. */
enum dma_error_reason dma_next(struct dma_channel *channel);

/* Is there no descriptor to fetch until software moves Producer? */
bool dma_ring_empty(const struct dma_channel *channel);

/* Reads the fetched descriptor out of the buffer into the Exec* registers; gives what is
 * wrong with it. */
enum dma_error_reason dma_decode(struct dma_channel *channel);

/* The status word of the descriptor in progress. */
uint32_t dma_status(const struct dma_channel *channel);

#endif
