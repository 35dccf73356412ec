#ifndef GUEST_DRIVER_DMA_H
#define GUEST_DRIVER_DMA_H

#include "include/dma.h"
#include "lib/devicetree.h"

#include <stdbool.h>
#include <stdint.h>

/* A channel of the DMA controller that works for one device, by its request line. */
struct dma_channel {
    uintptr_t at;    /* its page of registers */
    uint64_t device; /* its registers */
    uint32_t line;
    uint32_t request;      /* what the Request register has */
    uint32_t done, failed; /* its two interrupts */
};

/* How a transfer has ended. */
struct dma_end {
    bool running;      /* it has not */
    const char *error; /* NULL: all bytes have landed */
    uint32_t reason;
    uint64_t moved, where; /* bytes that have landed; the refused address */
};

/* Claims a channel for the device that the node describes, which says by `dmas` on which
 * request line of which controller it is. NULL, or why there is none. */
const char *dma_open(struct dma_channel *channel, const struct devicetree *tree,
                     dt_node device, unsigned number, unsigned bus_mode);

/* Moves bytes between the device and memory; the channel's interrupts tell the end. */
void dma_start(struct dma_channel *channel, uint64_t memory, uint64_t bytes,
               bool to_device);

/* Asks how it went, and takes the interrupts back. */
struct dma_end dma_finish(struct dma_channel *channel);

/* Stops a transfer in the middle. */
void dma_stop(struct dma_channel *channel);

#endif
