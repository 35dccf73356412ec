#ifndef MACHINE_DMA_DMA_BRIDGE_H
#define MACHINE_DMA_DMA_BRIDGE_H

#include "machine/dma/dma.h"

/* Of so many bytes from ExecSource to ExecDestination, those that are in one page at
 * either end: behind an IOMMU a burst needs one answer an end. */
uint32_t dma_bridge_cut(const struct dma_channel *channel, uint32_t bytes);

/* Asks the IOMMU for what the channel's state needs and has no answer for. True: it has
 * asked, and must wait until *ready. */
bool dma_bridge_ask(struct dma_channel *channel, uint64_t now, uint64_t *ready);

/* Is everything answered that the channel's state needs? */
bool dma_bridge_is_answered(const struct dma_channel *channel);

/* What the answers come to: why the channel may not do what its state asks for (*at: the
 * address), or DMA_NO_ERROR. `line`: its request line, or NULL. */
enum dma_error_reason dma_bridge_verdict(const struct dma_channel *channel,
                                         const struct request_line *line, uint64_t *at);

/* Where an address of the channel is on the bus. */
uint64_t dma_bridge_pa(const struct dma_channel *channel, uint64_t address, bool write);

/* The access that an answer was for has been made; no answer is good any more. */
void dma_bridge_used(struct dma_channel *channel, bool write);
void dma_bridge_forget(struct dma_channel *channel);

#endif
