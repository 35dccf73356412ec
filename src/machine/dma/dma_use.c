#include "machine/dma/dma_use.h"

#include "machine/dma/dma_bridge.h"
#include "machine/dma/dma_ends.h"
#include "machine/dma/dma_port.h"

#include <string.h>

/*
 * What passes between a channel's buffer and the bus. A use is a stretch of addresses;
 * it is cut into slots of 1, 2, 4 or 8 bytes, each naturally aligned, and none wider
 * than the transaction size that ExecConfig asks for.
 */
struct use {
    uint64_t pa;
    uint32_t at;    /* in the buffer */
    uint32_t left;  /* bytes */
    unsigned width; /* most bytes of a slot */
    bool write, fixed;
};

void dma_landed(struct dma_channel *channel, uint32_t bytes)
{
    channel->drained += bytes;
    channel->moved += bytes;
    channel->exec_bytes -= bytes;
    if (!dma_is_fixed_source(channel))
        channel->exec_source += bytes;
    if (!dma_is_fixed_dest(channel))
        channel->exec_dest += bytes;
}

static unsigned slot_width(const struct dma_channel *channel)
{
    uint64_t log2 = field_get(channel->exec_config, DMA_RSIZE);

    return log2 < 3 ? 1u << log2 : BUS_SLOT_BYTES;
}

static bool is_write(const struct dma_channel *channel)
{
    return channel->state == DMA_WRITE || channel->state == DMA_STATUS;
}

static struct use use_now(const struct dma_channel *channel)
{
    struct use use = {.at = channel->filled,
                      .left = channel->wanted - channel->filled,
                      .width = BUS_SLOT_BYTES};

    if (is_write(channel)) {
        use.write = true;
        use.at = channel->drained;
        use.left = channel->filled - channel->drained;
    }
    if (channel->state == DMA_READ || channel->state == DMA_WRITE)
        use.width = slot_width(channel);
    use.pa = dma_use_pa(channel);
    use.fixed = (channel->state == DMA_READ && dma_is_fixed_source(channel)) ||
                (channel->state == DMA_WRITE && dma_is_fixed_dest(channel));
    return use;
}

uint64_t dma_use_pa(const struct dma_channel *channel)
{
    return dma_bridge_pa(channel, dma_address(channel), is_write(channel));
}

/* The largest naturally aligned power of 2 that fits. */
static unsigned slot_bytes(const struct use *use)
{
    unsigned bytes = use->width;

    while (bytes > use->left || use->pa % bytes != 0)
        bytes /= 2;
    return bytes;
}

static void move_on(struct use *use, unsigned bytes)
{
    use->at += bytes;
    use->left -= bytes;
    if (!use->fixed)
        use->pa += bytes;
}

static unsigned count_slots(struct use use)
{
    unsigned slots = 0;

    for (; use.left > 0; slots++)
        move_on(&use, slot_bytes(&use));
    return slots;
}

unsigned dma_use_slots(const struct dma_channel *channel)
{
    unsigned slots;

    if (channel->bus_mode != DMA_MODE_BURST)
        return 1;
    slots = count_slots(use_now(channel));
    if (channel->state == DMA_READ && dma_direction(channel) == DMA_MEMORY_ONLY)
        slots += count_slots((struct use){.pa = channel->exec_dest,
                                          .left = channel->wanted,
                                          .width = slot_width(channel),
                                          .fixed = dma_is_fixed_dest(channel)});
    return slots;
}

/* Slots of one use that are told as one event. */
struct slots {
    uint64_t pa, old, value; /* of the first slot */
    uint32_t count, bytes;
    enum bus_response response;
};

static void tell(const struct dma_channel *channel, uint64_t now,
                 const struct slots *slots, bool write)
{
    const struct dma *dma = channel->dma;
    uint32_t price = (uint32_t)(slots->count * dma_slot(dma));
    /* A gap is known to have been whole when it is over. */
    uint64_t begins = channel->bus_mode == DMA_MODE_TRANSPARENT ? now - price : now;

    EMIT(dma->device.events, begins, BUS_TRANSFER, bus_transfer, .pa = slots->pa,
         .old = write ? slots->old : slots->value, .value = slots->value,
         .size = slots->bytes, .price = price,
         .initiator = (uint8_t)dma_initiator(channel),
         .access = write ? ACCESS_STORE : ACCESS_LOAD,
         .response = (uint8_t)slots->response);
}

static struct slots read_slot(struct dma_channel *channel, const struct use *use,
                              unsigned bytes)
{
    struct slots slot = {.pa = use->pa, .count = 1, .bytes = bytes};

    slot.response = bus_read(channel->dma->device.bus, dma_initiator(channel), use->pa,
                             bytes, &slot.value);
    memcpy(channel->buffer + use->at, &slot.value, bytes);
    return slot;
}

static struct slots write_slot(struct dma_channel *channel, const struct use *use,
                               unsigned bytes)
{
    struct bus *bus = channel->dma->device.bus;
    struct slots slot = {.pa = use->pa, .count = 1, .bytes = bytes};

    memcpy(&slot.value, channel->buffer + use->at, bytes);
    if (bus->events->kinds & EVENT_BIT(EVENT_BUS_TRANSFER))
        bus_peek(bus, use->pa, &slot.old, bytes);
    slot.response = bus_write(bus, dma_initiator(channel), use->pa, bytes, slot.value);
    return slot;
}

static void progress(struct dma_channel *channel, unsigned bytes)
{
    if (channel->state == DMA_WRITE)
        dma_landed(channel, bytes);
    else if (channel->state == DMA_STATUS)
        channel->drained += bytes;
    else
        channel->filled += bytes;
}

/* One slot of the use, after those in `done`. */
static struct slots make_slot(struct dma_channel *channel, struct use *use)
{
    unsigned bytes = slot_bytes(use);
    struct slots slot;

    channel->dma->acting = true;
    slot =
        use->write ? write_slot(channel, use, bytes) : read_slot(channel, use, bytes);
    channel->dma->acting = false;
    if (slot.response == BUS_OKAY) {
        move_on(use, bytes);
        progress(channel, bytes);
    }
    return slot;
}

uint32_t dma_use_make(struct dma_channel *channel, uint64_t now, uint64_t *refused)
{
    struct use use = use_now(channel);
    struct slots done = {0};

    do {
        struct slots slot = make_slot(channel, &use);

        if (slot.response != BUS_OKAY) {
            if (done.count > 0)
                tell(channel, now, &done, use.write);
            tell(channel, now, &slot, use.write);
            *refused = dma_address(channel);
            return 0;
        }
        if (done.count == 0)
            done = (struct slots){.pa = slot.pa, .old = slot.old, .value = slot.value};
        done.count++;
        done.bytes += slot.bytes;
    } while (channel->bus_mode == DMA_MODE_BURST && use.left > 0);
    tell(channel, now, &done, use.write);
    dma_bridge_used(channel, use.write);
    return done.count;
}
