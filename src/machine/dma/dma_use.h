#ifndef MACHINE_DMA_DMA_USE_H
#define MACHINE_DMA_DMA_USE_H

#include "machine/dma/dma.h"

/* `bytes` of the buffer are where they belong. */
void dma_landed(struct dma_channel *channel, uint32_t bytes);

/* The use of the bus that the channel's state asks for: its first address on the bus, and
 * how many slots are asked for at once (in burst mode, those of a whole burst). */
uint64_t dma_use_pa(const struct dma_channel *channel);
unsigned dma_use_slots(const struct dma_channel *channel);

/*
 * Makes the slots that are the channel's, one or, in burst mode, all of a use, and tells
 * them. Gives how many they were; 0 if the bus refused one, whose address, the channel's,
 * is then in *refused: what came before it has happened.
 */
uint32_t dma_use_make(struct dma_channel *channel, uint64_t now, uint64_t *refused);

#endif
