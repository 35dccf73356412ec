#include "observe/ask/queues.h"

#include "observe/ask/structures.h"

#include <inttypes.h>

static uint64_t read_bus(const void *ctx, uint64_t at, void *bytes, uint64_t length)
{
    return bus_peek(ctx, at, bytes, length);
}

struct queue_reader queue_reader_of(const struct bus *bus)
{
    return (struct queue_reader){read_bus, bus};
}

static uint64_t word(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = size; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

uint64_t queue_word(const struct queue_reader *reader, uint64_t at, unsigned size)
{
    uint8_t bytes[8] = {0};

    reader->read(reader->ctx, at, bytes, size);
    return word(bytes, size);
}

/* --- a descriptor ------------------------------------------------------------------ */

bool dma_descriptor_read(const struct queue_reader *reader, uint64_t at,
                         struct dma_descriptor *descriptor)
{
    uint8_t bytes[DMA_DESCRIPTOR_SIZE] = {0};
    bool there = reader->read(reader->ctx, at, bytes, sizeof(bytes)) == sizeof(bytes);

    *descriptor = (struct dma_descriptor){
        .at = at,
        .source = word(bytes + DMA_DESCRIPTOR_SOURCE, 8),
        .dest = word(bytes + DMA_DESCRIPTOR_DEST, 8),
        .bytes = (uint32_t)word(bytes + DMA_DESCRIPTOR_BYTES, 4),
        .flags = (uint32_t)word(bytes + DMA_DESCRIPTOR_FLAGS, 4),
        .status = (uint32_t)word(bytes + DMA_DESCRIPTOR_STATUS, 4),
        .next = (int32_t)(uint32_t)word(bytes + DMA_DESCRIPTOR_NEXT, 4)};
    return there;
}

void dma_put_status(struct buf *out, uint32_t status)
{
    if (status & DMA_STATUS_DONE)
        buf_text(out, "done");
    if (status & DMA_STATUS_ERROR)
        buf_text(out, "error");
    if (status & (DMA_STATUS_DONE | DMA_STATUS_ERROR))
        buf_printf(out, ", %" PRIu64 " bytes", status & DMA_STATUS_MOVED);
}

void dma_put_flags(struct buf *out, uint32_t flags)
{
    static const char *const names[] = {"fixed source", "irq", "fixed destination",
                                        "end"};

    put_bit_names(out, names, COUNT(names), flags);
}

/* --- rings ------------------------------------------------------------------------- */

const char *dma_ring_fault(const struct dma_ring *ring)
{
    if (ring->size < 2 || (ring->size & (ring->size - 1)))
        return "RingSize is no power of 2 from 2 on";
    if (ring->producer - ring->consumer >= ring->size)
        return "Producer is too far ahead: one slot must stay empty";
    return NULL;
}

struct dma_slot dma_ring_slot(const struct dma_ring *ring, uint32_t number)
{
    uint32_t ahead = (number - ring->consumer) & (ring->size - 1);
    uint32_t back = (ring->consumer - number) & (ring->size - 1);
    struct dma_slot slot = {.number = number,
                            .at = ring->base + (uint64_t)number * DMA_DESCRIPTOR_SIZE};

    slot.is_channels = ahead < ring->producer - ring->consumer;
    slot.descriptor = slot.is_channels ? ring->consumer + ahead
                                       : ring->consumer - (back ? back : ring->size);
    /* Counting begins at 0: what lies below it has not been. */
    slot.has_been = slot.is_channels || slot.descriptor < ring->consumer;
    return slot;
}

const char *dma_slot_word(const struct dma_ring *ring, const struct dma_slot *slot)
{
    if (slot->is_channels)
        return slot->descriptor == ring->consumer ? "next" : "to do";
    return slot->has_been ? "done" : "to fill";
}

/* --- chains ------------------------------------------------------------------------ */

static bool was_there(struct dma_chain *chain, uint64_t at)
{
    for (chain->loop = 0; chain->loop < chain->count; chain->loop++)
        if (chain->descriptor[chain->loop].at == at)
            return true;
    return false;
}

/* Takes the descriptor at `at`; why nothing follows, or DMA_CHAIN_NONE. */
static enum dma_chain_end take(const struct queue_reader *reader, uint64_t at,
                               struct dma_chain *chain)
{
    struct dma_descriptor *now = &chain->descriptor[chain->count];

    if (was_there(chain, at))
        return DMA_CHAIN_LOOPS;
    if (chain->count == DMA_CHAIN_MOST)
        return DMA_CHAIN_LONG;
    chain->outside = at;
    if (!dma_descriptor_read(reader, at, now))
        return DMA_CHAIN_OUTSIDE;
    chain->count++;
    if (now->flags & DMA_FLAG_END)
        return DMA_CHAIN_ENDS;
    if (now->next == 0 || now->next % DMA_DESCRIPTOR_SIZE != 0)
        return DMA_CHAIN_BAD;
    return DMA_CHAIN_NONE;
}

void dma_chain_follow(const struct queue_reader *reader, uint64_t head,
                      struct dma_chain *chain)
{
    uint64_t at = head;

    chain->count = chain->loop = 0;
    chain->end = DMA_CHAIN_NONE;
    chain->outside = 0;
    while (head && chain->end == DMA_CHAIN_NONE) {
        chain->end = take(reader, at, chain);
        if (chain->end == DMA_CHAIN_NONE)
            at += (uint64_t)(int64_t)chain->descriptor[chain->count - 1].next;
    }
}
