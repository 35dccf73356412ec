#ifndef MACHINE_DMA_DMA_PORT_H
#define MACHINE_DMA_DMA_PORT_H

#include "machine/dma/dma.h"

/* The price of one bus slot; at least 1 cycle, so that moving data always takes time. */
uint64_t dma_slot(const struct dma *dma);

/* The channel's number among those who use the bus. */
enum initiator dma_initiator(const struct dma_channel *channel);

/* The channel will want the bus from cycle `at`: its timer is armed to ask for it. */
void dma_port_want(struct dma_channel *channel, uint64_t at);

/* Nothing is wanted any more. */
void dma_port_forget(struct dma_channel *channel);

/*
 * The time to ask has come: for `slots` slots, the first of them at `pa` (one slot, in
 * transparent mode). True: they begin now, or, in transparent mode, the slot that has
 * just passed unused is the channel's. False: the timer is armed for when they begin
 * (PHASE_ACT) or for when to ask again.
 */
bool dma_port_ask(struct dma_channel *channel, uint64_t now, unsigned slots,
                  uint64_t pa);
bool dma_port_gap(struct dma_channel *channel, uint64_t now, uint64_t pa);

/* For the bus: somebody holds it from `from` to `until`. `ctx` is the first of the
 * controllers on the bus. */
void dma_port_used(void *ctx, uint64_t from, uint64_t until);

#endif
