#ifndef MACHINE_DMA_DMA_ENDS_H
#define MACHINE_DMA_DMA_ENDS_H

#include "machine/dma/dma.h"

/* Who is at the other end: of the channel's Request register. */
enum dma_direction dma_direction(const struct dma_channel *channel);

/* Ends whose address stays: by a descriptor's flags, or because a device is there. */
bool dma_is_fixed_source(const struct dma_channel *channel);
bool dma_is_fixed_dest(const struct dma_channel *channel);

/* The first address that the channel's state asks for, as the channel has it. */
uint64_t dma_address(const struct dma_channel *channel);

#endif
