/*
 * The rogue: requests that no honest driver makes.
 *
 * Everything here is legal for a guest to do. A channel's registers take any address, a
 * descriptor may say anything: whether it comes to something depends on who looks at it.
 * A driver that has a fault, or was broken into, does the same as this one.
 *
 *   rogue=address  the data of a read are to go to rogue-at. With a DMA channel of its own
 *                  the guest thereby writes any memory of the machine, unless there is an
 *                  IOMMU between; with a virtio disk the device has to look itself.
 *
 * and of a virtio disk, whose ring is memory of the guest that the device believes or not:
 *
 *   rogue=head     the available ring names a descriptor that the queue does not have
 *   rogue=next     a chain goes on at a descriptor that the queue does not have
 *   rogue=loop     a chain leads back into itself
 *   rogue=index    the available ring has grown by more entries than the queue has
 *
 *   rogue=malice   all of that at random, and more: see malice.c
 */
#include "kernel/rogue.h"

#include "driver/virtio_blk.h"
#include "kernel/disks.h"
#include "kernel/malice.h"
#include "kernel/pattern.h"
#include "kernel/workload.h"
#include "lib/mmio.h"
#include "lib/print.h"

enum { ACTS = 1000 };

static void tell(const struct block_request *request)
{
    if (request->state == BLOCK_DONE) {
        print("rogue: nobody objects, %lu bytes moved\n", request->moved);
        return;
    }
    print("rogue: refused after %lu bytes: %s (code %lu", request->moved, request->why,
          request->code);
    if (request->where)
        print(", address 0x%lx", request->where);
    print(")\n");
}

/* --- rings ------------------------------------------------------------------------------ */

/* The chain that begins with this descriptor of the queue, and how many descriptors there
 * are to go on at: those of the queue, or of the request's own table. */
static struct virtq_desc *chain_at(struct virtio_blk *disk, uint16_t head,
                                   uint16_t *there)
{
    struct virtq_desc *first = &disk->queue.descriptor[head];

    *there = disk->indirect ? VIRTIO_BLK_PARTS : disk->queue.size;
    return disk->indirect ? (struct virtq_desc *)first->address : first;
}

/* An honest request has been added, as the last of the available ring: it becomes a lie. */
static void forge(struct virtio_blk *disk, uint64_t lie)
{
    struct virtqueue *queue = &disk->queue;
    uint16_t index = queue->available.index, there;
    uint16_t *last = &queue->available.slot[(uint16_t)(index - 1) % queue->size];
    struct virtq_desc *chain = chain_at(disk, *last, &there);

    switch (lie) {
    case ROGUE_HEAD:
        *last = queue->size;
        break;
    case ROGUE_NEXT:
        chain[1].next = there;
        break;
    case ROGUE_LOOP:
        chain[1].next = disk->indirect ? 0 : *last;
        break;
    default:
        queue->available.index = (uint16_t)(index + queue->size);
        break;
    }
}

/* The device is notified whether it wants to be or not: it is to see it. */
static void forge_ring(struct virtio_blk *disk, uint64_t lie,
                       struct block_request *request)
{
    struct block *block = &disk->block;

    request->state = BLOCK_WAITING;
    block->submit(block, request);
    forge(disk, lie);
    before_device_write();
    mmio_write32(block->base + VIRTIO_QUEUE_NOTIFY, 0);
    work_wait(request);
}

/* --- all of it --------------------------------------------------------------------------- */

static bool make(const struct arguments *arguments, struct block *disk,
                 struct block_request *request)
{
    struct virtio_blk *virtio = disk_virtio(disk);

    if (arguments->rogue == ROGUE_ADDRESS) {
        request->data = (void *)arguments->rogue_at;
        work_alone(disk, request);
        return true;
    }
    if (!virtio) {
        print("rogue: only a virtio disk has a ring to forge\n");
        return false;
    }
    forge_ring(virtio, arguments->rogue, request);
    return true;
}

/* A device that has been lied to may want to be set up anew. */
static bool recover(struct block *disk)
{
    struct virtio_blk *virtio = disk_virtio(disk);
    const char *why = NULL;

    if (virtio && mmio_read32(disk->base + VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET) {
        print("rogue: the device needs a reset\n");
        why = virtio_blk_reset(virtio);
    }
    if (why)
        print("rogue: it cannot be used any more: %s\n", why);
    return !why;
}

bool rogue(const struct arguments *arguments, struct block *disk)
{
    struct block_request request = {
        .lba = arguments->rogue_lba,
        .data = work_buffer(0, arguments->bytes),
        .bytes = arguments->bytes,
    };
    struct block_request honest = request;
    bool ok;

    if (arguments->rogue == ROGUE_MALICE) {
        malice(arguments->seed, ACTS);
        return true;
    }
    if (!make(arguments, disk, &request))
        return false;
    tell(&request);
    if (!recover(disk))
        return false;
    work_alone(disk, &honest);
    ok =
        honest.state == BLOCK_DONE && work_verify(arguments, &honest, PATTERN_ORIGINAL);
    print("rogue: an honest read afterwards %s\n", ok ? "is right" : "has failed");
    return ok;
}
