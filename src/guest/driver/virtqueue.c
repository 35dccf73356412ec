/*
 * The split virtqueue: how a driver and a device share memory without a lock.
 *
 * Each side writes only what is its own, and publishes it by moving an index, after what
 * the index stands for. So two fences are all that is needed: the driver's writes before its
 * index, and its reads of a used entry after the device's index.
 *
 * The third fence is of another kind. Driver and device both avoid telling each other what
 * the other will see anyway: the driver notifies only if the device has asked for it, the
 * device interrupts only if the driver has. Each first publishes its own news and then
 * looks at the other's wish; if the look could come before the news, both might be silent
 * for ever.
 *
 *   driver:  index = 5 ─ fence ─ reads avail_event      device:  avail_event = 5 ─ fence ─
 *            notify?                                             reads index: more to do?
 */
#include "driver/virtqueue.h"

#include "lib/string.h"

/* The device reads and writes this memory on its own: what is accessed by way of these is
 * accessed once, where it stands. */
static uint16_t read16(const uint16_t *at)
{
    return *(const volatile uint16_t *)at;
}

static void write16(uint16_t *at, uint16_t value)
{
    *(volatile uint16_t *)at = value;
}

static void fence(void)
{
    __asm__ volatile("fence rw, rw" : : : "memory");
}

/* Where the driver says at which used entry it wants an interrupt: behind `available`. */
static uint16_t *used_event(struct virtqueue *queue)
{
    return &queue->available.slot[queue->size];
}

/* Where the device says at which available entry it wants a notification. */
static uint16_t *avail_event(struct virtqueue *queue)
{
    return (uint16_t *)(void *)((char *)queue->used.slot +
                                queue->size * sizeof(queue->used.slot[0]));
}

void virtqueue_init(struct virtqueue *queue, uint16_t size, bool event_idx)
{
    memset(queue, 0, sizeof(*queue));
    queue->size = size;
    queue->event_idx = event_idx;
}

void virtqueue_add(struct virtqueue *queue, uint16_t head)
{
    uint16_t index = queue->available.index;

    queue->available.slot[index % queue->size] = head;
    fence();
    write16(&queue->available.index, (uint16_t)(index + 1));
}

/* Section 2.7.10: it does if its event lies among the entries that are new to it. Indices
 * are of 16 bits and wrap, so distances are compared, not positions. */
bool virtqueue_must_notify(struct virtqueue *queue)
{
    uint16_t now = queue->available.index, before = queue->notified;
    uint16_t added = (uint16_t)(now - before);

    fence();
    if (!added)
        return false;
    queue->notified = now;
    if (!queue->event_idx)
        return !(read16(&queue->used.flags) & VIRTQ_USED_NO_NOTIFY);
    return (uint16_t)(now - read16(avail_event(queue)) - 1) < added;
}

bool virtqueue_take(struct virtqueue *queue, struct virtq_used_elem *used)
{
    if (read16(&queue->used.index) == queue->seen)
        return false;
    fence();
    *used = queue->used.slot[queue->seen % queue->size];
    queue->seen++;
    return true;
}

bool virtqueue_arm(struct virtqueue *queue)
{
    if (queue->event_idx)
        write16(used_event(queue), queue->seen);
    fence();
    return read16(&queue->used.index) == queue->seen;
}
