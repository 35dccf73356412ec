#include "machine/dma/dma_ring.h"

#include <string.h>

/*
 * Descriptors are 32 bytes in memory, found in one of two ways.
 *
 * Ring: RingSize slots from RingBase. Consumer and Producer count descriptors, not slots,
 * and run on past the end: descriptor i is in slot i mod RingSize. The channel owns the
 * descriptors from Consumer up to, and without, Producer; software owns the rest. One
 * slot stays empty, so that Producer = Consumer can only mean "nothing to do".
 *
 *              Consumer          Producer
 *                 v                 v
 *      +------+------+------+------+------+------+
 *      |  h   |  d   |  d   |  d   |  h   |  h   |     h: software's   d: the channel's
 *      +------+------+------+------+------+------+
 *
 * Chain: from ChainHead on, each descriptor says how far away the next one is, until one
 * has the END flag.
 *
 * Whatever software puts into these registers and into memory, one call here looks at
 * one descriptor: a chain that bites its own tail runs for ever, but in machine time.
 */

bool dma_ring_empty(const struct dma_channel *channel)
{
    return channel->source == DMA_RING && channel->consumer == channel->producer;
}

/* The indices are 32 bits and wrap, which leaves the slots in order only if their number
 * is a power of 2. */
static bool ring_is_sound(const struct dma_channel *channel)
{
    uint32_t size = channel->ring_size;

    return size >= 2 && (size & (size - 1)) == 0 &&
           channel->producer - channel->consumer < size;
}

static enum dma_error_reason take_slot(struct dma_channel *channel)
{
    uint32_t slot = channel->consumer & (channel->ring_size - 1);

    channel->index = channel->consumer;
    if (!ring_is_sound(channel))
        return DMA_BAD_RING;
    channel->descriptor = channel->ring_base + (uint64_t)slot * DMA_DESCRIPTOR_SIZE;
    return DMA_NO_ERROR;
}

enum dma_error_reason dma_first(struct dma_channel *channel)
{
    if (channel->source == DMA_RING)
        return take_slot(channel);
    channel->index = 0;
    channel->descriptor = channel->chain_head;
    return DMA_NO_ERROR;
}

enum dma_error_reason dma_next(struct dma_channel *channel)
{
    if (channel->source == DMA_RING)
        return take_slot(channel);
    channel->index++;
    channel->descriptor += (uint64_t)(int64_t)(int32_t)channel->next;
    return DMA_NO_ERROR;
}

static uint64_t word(const struct dma_channel *channel, unsigned offset, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, channel->buffer + offset, size);
    return value;
}

enum dma_error_reason dma_decode(struct dma_channel *channel)
{
    bool chain_goes_on;

    channel->exec_source = word(channel, DMA_DESCRIPTOR_SOURCE, 8);
    channel->exec_dest = word(channel, DMA_DESCRIPTOR_DEST, 8);
    channel->exec_bytes = word(channel, DMA_DESCRIPTOR_BYTES, 4);
    channel->flags = (uint32_t)word(channel, DMA_DESCRIPTOR_FLAGS, 4);
    channel->next = (uint32_t)word(channel, DMA_DESCRIPTOR_NEXT, 4);

    chain_goes_on = channel->source == DMA_CHAIN && !(channel->flags & DMA_FLAG_END);
    if (channel->flags & ~DMA_FLAGS)
        return DMA_BAD_FLAGS;
    if (channel->exec_bytes > DMA_STATUS_MOVED)
        return DMA_BAD_LENGTH;
    if (chain_goes_on &&
        (channel->next == 0 || channel->next % DMA_DESCRIPTOR_SIZE != 0))
        return DMA_BAD_NEXT;
    return DMA_NO_ERROR;
}

uint32_t dma_status(const struct dma_channel *channel)
{
    uint64_t end = channel->failing ? DMA_STATUS_ERROR : DMA_STATUS_DONE;

    return (uint32_t)(end | (channel->moved & DMA_STATUS_MOVED));
}
