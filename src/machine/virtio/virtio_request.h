#ifndef MACHINE_VIRTIO_VIRTIO_REQUEST_H
#define MACHINE_VIRTIO_VIRTIO_REQUEST_H

#include "machine/virtio/virtio.h"

/* The header is in `word`: what it asks for. */
void virtio_take_header(struct virtio_blk *virtio);

/* Starts the request: afterwards its result is known (virtio_data_over), or data has to be
 * moved. */
void virtio_start_request(struct virtio_blk *virtio);

/* Does the data go to memory? Else it goes to the disk. */
bool virtio_to_memory(const struct virtio_blk *virtio);

/* Has all that the request asks for been done? */
bool virtio_data_over(const struct virtio_blk *virtio);

/* Is there a sector buffer that the bus can empty, or fill? */
bool virtio_data_ready(const struct virtio_blk *virtio);

/* The byte of a sector buffer that passes over the bus next, and how many may follow it
 * in one piece (*left). */
uint8_t *virtio_data_bytes(struct virtio_blk *virtio, uint32_t *left);

/* So many of these have passed over the bus. */
void virtio_data_moved(struct virtio_blk *virtio, uint32_t bytes);

/* How many bytes have been written into the chain, from its first writable one on, when
 * the status byte is, too. */
uint32_t virtio_used_length(const struct virtio_blk *virtio);

/* Starts the mechanism's next movement, if it rests and there is work for it. */
void virtio_run_mechanism(struct virtio_blk *virtio);

/* The mechanism's timer: the movement is over. */
void virtio_mechanism_moved(struct virtio_blk *virtio);

/* Drops the request. */
void virtio_stop_request(struct virtio_blk *virtio);

#endif
