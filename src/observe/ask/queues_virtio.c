/*
 * Who owns a descriptor follows from the rings: the device, from the moment at which its
 * chain's number is in the available ring until it is in the used ring.
 */
#include "machine/virtio/virtio_chain.h"
#include "observe/ask/queues.h"
#include "observe/ask/structures.h"

static uint16_t half(const struct virtq *queue, uint64_t at)
{
    return (uint16_t)queue_word(&queue->reader, at, 2);
}

/* --- where things are (2.7) ---------------------------------------------------------- */

uint64_t virtq_avail_at(const struct virtq *queue, uint16_t index)
{
    return queue->driver + 4 + 2 * (uint64_t)(index & (queue->size - 1));
}

uint64_t virtq_used_at(const struct virtq *queue, uint16_t index)
{
    return queue->device + 4 +
           VIRTQ_USED_ELEMENT * (uint64_t)(index & (queue->size - 1));
}

uint16_t virtq_avail_head(const struct virtq *queue, uint16_t index)
{
    return half(queue, virtq_avail_at(queue, index));
}

bool virtq_descriptor_read(const struct virtq *queue, uint64_t table, unsigned index,
                           struct virtq_descriptor *descriptor)
{
    uint8_t bytes[VIRTQ_DESCRIPTOR] = {0};
    uint64_t at = table + (uint64_t)index * VIRTQ_DESCRIPTOR;
    bool there = queue->reader.read(queue->reader.ctx, at, bytes, sizeof(bytes)) ==
                 sizeof(bytes);

    *descriptor = virtq_decode(bytes);
    return there;
}

/* --- who owns what --------------------------------------------------------------------- */

static void mark_chain(struct virtq *queue, uint16_t head, enum virtq_owner owner)
{
    struct virtq_descriptor descriptor;
    uint32_t index = head;

    for (unsigned n = 0; n < queue->size && index < queue->size; n++) {
        if (queue->owner[index] < owner)
            queue->owner[index] = (uint8_t)owner;
        if (!virtq_descriptor_read(queue, queue->desc, index, &descriptor) ||
            !(descriptor.flags & VIRTQ_NEXT))
            return;
        index = descriptor.next;
    }
}

static void mark_chains(struct virtq *queue)
{
    uint16_t index = queue->taken;

    if (queue->busy)
        mark_chain(queue, queue->head, VIRTQ_NOW);
    for (unsigned n = 0; index != queue->avail_index && n < queue->size; n++, index++)
        mark_chain(queue, virtq_avail_head(queue, index), VIRTQ_DEVICES);
}

void virtq_look(struct virtq *queue)
{
    queue->avail_flags = half(queue, queue->driver);
    queue->avail_index = half(queue, queue->driver + 2);
    queue->used_event = half(queue, queue->driver + 4 + 2 * (uint64_t)queue->size);
    queue->used_flags = half(queue, queue->device);
    queue->used_index = half(queue, queue->device + 2);
    queue->avail_event =
        half(queue, queue->device + 4 + VIRTQ_USED_ELEMENT * (uint64_t)queue->size);
    if (!queue->known)
        queue->taken = queue->used_index;
    for (unsigned i = 0; i < VIRTQ_MOST; i++)
        queue->owner[i] = VIRTQ_DRIVERS;
    mark_chains(queue);
}

/* One that the device can use: its rings are in RAM, its size is a power of 2. */
bool virtq_of(const struct virtio_blk *virtio, const struct queue_reader *reader,
              struct virtq *queue)
{
    *queue = (struct virtq){.reader = *reader};
    if (!virtio->queue_ready || virtio_check_queue(virtio).rule != VIRTIO_NO_RULE)
        return false;
    queue->size = virtio->queue_num;
    queue->desc = virtio_area(virtio->desc_area);
    queue->driver = virtio_area(virtio->driver_area);
    queue->device = virtio_area(virtio->device_area);
    queue->event_index = virtio_has(virtio, VIRTIO_F_EVENT_IDX);
    queue->known = true;
    queue->busy = virtio->last_avail != virtio->used_index;
    queue->taken = virtio->last_avail;
    queue->head = virtio->head;
    virtq_look(queue);
    return true;
}

/* --- rings ----------------------------------------------------------------------------- */

/* Indices wrap, so that they are compared by how far they are behind. */
const char *virtq_fate(const struct virtq *queue, uint16_t index)
{
    uint16_t behind = (uint16_t)(queue->avail_index - index);
    uint16_t waiting = (uint16_t)(queue->avail_index - queue->taken);
    uint16_t not_used = (uint16_t)(queue->avail_index - queue->used_index);

    if (behind <= waiting)
        return queue->known ? "waits" : "not used yet";
    return behind <= not_used ? "in progress" : "used";
}

uint16_t virtq_entries(const struct virtq *queue, uint16_t index)
{
    return index < queue->size ? index : (uint16_t)queue->size;
}

bool virtq_would_notify(const struct virtq *queue)
{
    return queue->event_index ? queue->avail_event == queue->avail_index
                              : !(queue->used_flags & VIRTQ_USED_NO_NOTIFY);
}

bool virtq_would_interrupt(const struct virtq *queue)
{
    return queue->event_index ? queue->used_event == queue->used_index
                              : !(queue->avail_flags & VIRTQ_AVAIL_NO_INTERRUPT);
}

void virtq_put_flags(struct buf *out, unsigned flags)
{
    static const char *const names[] = {"next", "write", "indirect"};

    put_bit_names(out, names, COUNT(names), flags);
}
