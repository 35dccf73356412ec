#ifndef MACHINE_VIRTIO_VIRTIO_SERVE_H
#define MACHINE_VIRTIO_VIRTIO_SERVE_H

#include "machine/virtio/virtio_chain.h"

/* The driver has written QueueNotify. */
void virtio_notified(struct virtio_blk *virtio, uint32_t queue);

/* QueueReady has become 1: the queue begins at its entry 0. */
void virtio_begin_queue(struct virtio_blk *virtio);

/* The device stops at once, and is idle; a request in progress is dropped. */
void virtio_stop(struct virtio_blk *virtio);

/* A rule was broken: it is told. `needs_reset`: and the device stops until it is reset. */
void virtio_tell_breach(struct virtio_blk *virtio, const struct virtio_breach *breach,
                        bool needs_reset);

/* The interrupt line follows from InterruptStatus; nothing else drives it. */
void virtio_interrupts(struct virtio_blk *virtio);

/* The two timers. */
void virtio_fire(void *ctx, uint64_t now);
void virtio_mechanism_fire(void *ctx, uint64_t now);

#endif
