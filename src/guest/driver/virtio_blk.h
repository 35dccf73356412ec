#ifndef GUEST_DRIVER_VIRTIO_BLK_H
#define GUEST_DRIVER_VIRTIO_BLK_H

#include "driver/block.h"
#include "driver/virtqueue.h"
#include "lib/devicetree.h"

enum {
    VIRTIO_BLK_PARTS = 3, /* buffers of a request: header, data, status */
    VIRTIO_BLK_DEPTH = 32
};

/* What the driver asks of the device, if the device offers it. */
struct virtio_wishes {
    bool event_idx, indirect;
};

/* What the device reads and writes of one request, besides its data. */
struct virtio_blk_slot {
    struct virtq_desc table[VIRTIO_BLK_PARTS]
        __attribute__((aligned(16))); /* indirect */
    struct virtio_blk_header header;
    uint8_t status;
    struct block_request *request; /* NULL: the slot is free */
};

/* A block device behind virtio-mmio. */
struct virtio_blk {
    struct block block;
    bool indirect, read_only;
    struct virtqueue queue;
    struct virtio_blk_slot slot[VIRTIO_BLK_DEPTH];
};

/* Is there a block device of version 2 at that node? */
bool virtio_blk_is_at(const struct devicetree *tree, dt_node node);

/* NULL, or why the device of that node cannot be used. */
const char *virtio_blk_open(struct virtio_blk *disk, const struct devicetree *tree,
                            dt_node node, struct virtio_wishes wishes);

/* Resets the device and begins anew; requests under way have failed. */
const char *virtio_blk_reset(struct virtio_blk *disk);

#endif
