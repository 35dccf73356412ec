#ifndef MACHINE_VIRTIO_VIRTIO_CHAIN_H
#define MACHINE_VIRTIO_VIRTIO_CHAIN_H

#include "machine/virtio/virtio.h"

/* A rule that was broken, and where: a physical address and what is there. */
struct virtio_breach {
    enum virtio_rule rule;
    uint64_t at, value;
};

/* Is the queue, as its registers describe it, one that the device can use? */
struct virtio_breach virtio_check_queue(const struct virtio_blk *virtio);

/* avail.idx has been read: are there more entries than the ring holds? */
struct virtio_breach virtio_check_index(const struct virtio_blk *virtio,
                                        uint16_t index);

/* Begins a chain at the descriptor that the available ring names. */
struct virtio_breach virtio_chain_begin(struct virtio_blk *virtio, uint16_t head);

/*
 * The descriptor in `word` belongs to the chain: a buffer, or an indirect table. *ends:
 * it is the last one; else the next one's address is in `descriptor`.
 */
struct virtio_breach virtio_chain_add(struct virtio_blk *virtio, bool *ends);

/* Is the whole chain one that a request can be in? */
struct virtio_breach virtio_check_request(const struct virtio_blk *virtio);

/* Goes to the first buffer of the readable or the writable part. */
void virtio_chain_rewind(struct virtio_blk *virtio, bool writable);

/* How many of `most` bytes are there in one piece, from where the device is, and their
 * address. */
uint32_t virtio_chain_piece(const struct virtio_blk *virtio, uint64_t most,
                            uint64_t *at);

/* Goes on by that many bytes, at most a piece. */
void virtio_chain_advance(struct virtio_blk *virtio, uint32_t bytes);

/* The address of the chain's last writable byte. */
uint64_t virtio_chain_status_at(const struct virtio_blk *virtio);

#endif
