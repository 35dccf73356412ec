#include "machine/dma/dma_ends.h"

#include <assert.h>

enum dma_direction dma_direction(const struct dma_channel *channel)
{
    return (enum dma_direction)field_get(channel->request, DMA_REQUEST_DIRECTION);
}

bool dma_is_fixed_source(const struct dma_channel *channel)
{
    return (channel->flags & DMA_FLAG_FIXED_SOURCE) ||
           dma_direction(channel) == DMA_FROM_DEVICE;
}

bool dma_is_fixed_dest(const struct dma_channel *channel)
{
    return (channel->flags & DMA_FLAG_FIXED_DEST) ||
           dma_direction(channel) == DMA_TO_DEVICE;
}

uint64_t dma_address(const struct dma_channel *channel)
{
    switch (channel->state) {
    case DMA_FETCH:
        return channel->descriptor + channel->filled;
    case DMA_READ:
        return channel->exec_source +
               (dma_is_fixed_source(channel) ? 0 : channel->filled);
    case DMA_WRITE:
        return channel->exec_dest;
    default:
        assert(channel->state == DMA_STATUS);
        return channel->descriptor + DMA_DESCRIPTOR_STATUS + channel->drained;
    }
}
