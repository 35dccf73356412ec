#ifndef GUEST_DRIVER_VIRTQUEUE_H
#define GUEST_DRIVER_VIRTQUEUE_H

#include "include/virtio.h"

#include <stdbool.h>
#include <stdint.h>

enum { VIRTQ_MOST = 128 /* entries; a power of 2 */ };

/*
 * A split virtqueue, as its driver has it (virtio 1.2, section 2.7): three pieces of memory
 * that driver and device share, and what the driver remembers besides.
 *
 *   descriptors   where buffers are; the driver writes, the device reads
 *   available     descriptors that the device may use; the driver writes
 *   used          descriptors that the device has used; the device writes
 *
 * Each ring has an index that counts entries and runs on past the ring's end: entry i is in
 * slot i mod size. Behind each ring's last slot is the index at which its reader wants to be
 * interrupted or notified next (EVENT_IDX).
 */
struct virtqueue {
    struct virtq_desc descriptor[VIRTQ_MOST] __attribute__((aligned(16)));
    struct {
        uint16_t flags, index;
        uint16_t
            slot[VIRTQ_MOST + 1]; /* one more: used_event is after the last in use */
    } available __attribute__((aligned(2)));
    struct {
        uint16_t flags, index;
        struct virtq_used_elem slot[VIRTQ_MOST];
        uint16_t room[2]; /* avail_event, if all slots are in use */
    } used __attribute__((aligned(4)));

    uint16_t size;     /* entries in use, a power of 2 */
    uint16_t seen;     /* entries of `used` that have been taken */
    uint16_t notified; /* entries of `available` that the device has been told of */
    bool event_idx;
};

void virtqueue_init(struct virtqueue *queue, uint16_t size, bool event_idx);

/* Makes the chain that begins with this descriptor available. */
void virtqueue_add(struct virtqueue *queue, uint16_t head);

/* Does the device want to be told of what has been added since the last time? */
bool virtqueue_must_notify(struct virtqueue *queue);

/* Takes the next used chain, if there is one. */
bool virtqueue_take(struct virtqueue *queue, struct virtq_used_elem *used);

/* Asks for an interrupt when the next one is used. False: it is there already. */
bool virtqueue_arm(struct virtqueue *queue);

#endif
