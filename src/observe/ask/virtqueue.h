#ifndef OBSERVE_ASK_VIRTQUEUE_H
#define OBSERVE_ASK_VIRTQUEUE_H

#include "machine/virtio/virtio_chain.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A virtio device's queue as it is in memory. Who owns a descriptor follows from the rings:
 * the device, from the moment at which its chain's number is in the available ring until it
 * is in the used ring.
 */

/* How memory is read, as bus_peek does it; gives the bytes that could be read. */
struct memory_reader {
    uint64_t (*read)(void *ctx, uint64_t pa, void *bytes, uint64_t length);
    void *ctx;
};

/* By bus_peek of that device's bus. */
struct memory_reader virtqueue_reader(const struct virtio_blk *virtio);

struct virtqueue {
    const struct virtio_blk *virtio;
    struct memory_reader reader;
    bool
        usable; /* the device can use it: its rings are in RAM, its size is a power of 2;
                    else nothing of what follows is known */
    bool busy;  /* a chain is in progress */
    uint16_t avail_index, used_index; /* as they are in memory */
    bool owned[VIRTIO_QUEUE_MAX];     /* descriptors that are the device's */
    bool current[VIRTIO_QUEUE_MAX];   /* ... of the chain in progress */
};

struct virtqueue virtqueue_look(const struct virtio_blk *virtio,
                                struct memory_reader reader);

/* `size` bytes as a number. */
uint64_t virtqueue_read(const struct virtqueue *queue, uint64_t pa, unsigned size);

/* Descriptor `index` of the table there; false: it cannot be read. */
bool virtqueue_descriptor(const struct virtqueue *queue, uint64_t table, unsigned index,
                          struct virtq_descriptor *descriptor);

/* How many entries of a ring whose index is that are still there: the last ones. */
uint16_t virtqueue_entries(const struct virtqueue *queue, uint16_t index);

/* What became of an entry of the available ring: "waits", "in progress", "used". */
const char *virtqueue_fate(const struct virtqueue *queue, uint16_t index);

#endif
