#include "observe/ask/virtqueue.h"

static uint64_t read_bus(void *ctx, uint64_t pa, void *bytes, uint64_t length)
{
    return bus_peek(ctx, pa, bytes, length);
}

struct memory_reader virtqueue_reader(const struct virtio_blk *virtio)
{
    return (struct memory_reader){read_bus, virtio->device.bus};
}

uint64_t virtqueue_read(const struct virtqueue *queue, uint64_t pa, unsigned size)
{
    uint64_t value = 0;

    queue->reader.read(queue->reader.ctx, pa, &value, size);
    return value;
}

bool virtqueue_descriptor(const struct virtqueue *queue, uint64_t table, unsigned index,
                          struct virtq_descriptor *descriptor)
{
    uint8_t bytes[VIRTQ_DESCRIPTOR] = {0};
    uint64_t pa = table + (uint64_t)index * VIRTQ_DESCRIPTOR;
    bool there = queue->reader.read(queue->reader.ctx, pa, bytes, sizeof(bytes)) ==
                 sizeof(bytes);

    *descriptor = virtq_decode(bytes);
    return there;
}

/* --- who owns what ------------------------------------------------------------------------ */

static void mark_chain(struct virtqueue *queue, uint16_t head, bool current)
{
    const struct virtio_blk *virtio = queue->virtio;
    struct virtq_descriptor descriptor;
    uint32_t index = head;

    for (unsigned n = 0; n < virtio->queue_num && index < virtio->queue_num; n++) {
        queue->owned[index] = true;
        queue->current[index] |= current;
        if (!virtqueue_descriptor(queue, virtio_area(virtio->desc_area), index,
                                  &descriptor) ||
            !(descriptor.flags & VIRTQ_NEXT))
            return;
        index = descriptor.next;
    }
}

static void mark_chains(struct virtqueue *queue)
{
    const struct virtio_blk *virtio = queue->virtio;
    uint16_t index = virtio->last_avail;

    if (queue->busy)
        mark_chain(queue, virtio->head, true);
    for (unsigned n = 0; index != queue->avail_index && n < virtio->queue_num;
         n++, index++)
        mark_chain(
            queue,
            (uint16_t)virtqueue_read(queue, virtio_avail_entry(virtio, index), 2),
            false);
}

static uint16_t read_index(const struct virtqueue *queue, const uint32_t area[2])
{
    return (uint16_t)virtqueue_read(queue, virtio_area(area) + 2, 2);
}

struct virtqueue virtqueue_look(const struct virtio_blk *virtio,
                                struct memory_reader reader)
{
    struct virtqueue queue = {.virtio = virtio, .reader = reader};

    queue.usable =
        virtio->queue_ready && virtio_check_queue(virtio).rule == VIRTIO_NO_RULE;
    if (!queue.usable)
        return queue;
    queue.busy = virtio->last_avail != virtio->used_index;
    queue.avail_index = read_index(&queue, virtio->driver_area);
    queue.used_index = read_index(&queue, virtio->device_area);
    mark_chains(&queue);
    return queue;
}

uint16_t virtqueue_entries(const struct virtqueue *queue, uint16_t index)
{
    if (!queue->usable)
        return 0;
    return index < queue->virtio->queue_num ? index
                                            : (uint16_t)queue->virtio->queue_num;
}

/* Indices wrap, so that they are compared by how far they are behind. */
const char *virtqueue_fate(const struct virtqueue *queue, uint16_t index)
{
    const struct virtio_blk *virtio = queue->virtio;
    uint16_t behind = (uint16_t)(queue->avail_index - index);
    uint16_t waiting = (uint16_t)(queue->avail_index - virtio->last_avail);
    uint16_t not_used = (uint16_t)(queue->avail_index - virtio->used_index);

    return behind <= waiting ? "waits" : behind <= not_used ? "in progress" : "used";
}
