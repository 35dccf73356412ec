#ifndef MACHINE_DMA_DMA_CHANNEL_H
#define MACHINE_DMA_DMA_CHANNEL_H

#include "machine/dma/dma.h"

/* A channel's timer: the next thing it does on the bus is due. */
void dma_channel_fire(void *ctx, uint64_t now);

/* Software has set run in Control, or cleared it. */
void dma_channel_start(struct dma_channel *channel);
void dma_channel_stop(struct dma_channel *channel);

/* Software has written Producer. */
void dma_channel_doorbell(struct dma_channel *channel);

/* The request line of that number is asserted. */
void dma_channel_requested(struct dma_channel *channel, uint8_t line);

/* The channel's two interrupt lines follow from Control; nothing else drives them. */
void dma_channel_interrupts(struct dma_channel *channel);

#endif
