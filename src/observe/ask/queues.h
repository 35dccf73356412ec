#ifndef OBSERVE_ASK_QUEUES_H
#define OBSERVE_ASK_QUEUES_H

#include "base/buf.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"

/*
 * Descriptors and queues as they are in memory, decoded once for all who tell of them:
 * commands as text, views as drawings. Whoever asks says how memory is read, so that it
 * may be another's memory (a guest's) or memory at another moment.
 */
struct queue_reader {
    /* Gives how many of the bytes there are. */
    uint64_t (*read)(const void *ctx, uint64_t at, void *bytes, uint64_t length);
    const void *ctx;
};

/* Physical memory as it is now. */
struct queue_reader queue_reader_of(const struct bus *bus);

/* Up to 8 bytes, little-endian; what is not there is 0. */
uint64_t queue_word(const struct queue_reader *reader, uint64_t at, unsigned size);

/* --- descriptors of a DMA controller --- */

struct dma_descriptor {
    uint64_t at, source, dest;
    uint32_t bytes, flags, status;
    int32_t next; /* of a chain: how far away the next one is */
};

/* False: it is not, or not all of it, in memory. */
bool dma_descriptor_read(const struct queue_reader *reader, uint64_t at,
                         struct dma_descriptor *descriptor);

/* "fixed source, irq"; "done, 64 bytes". Nothing of both: no text. */
void dma_put_flags(struct buf *out, uint32_t flags);
void dma_put_status(struct buf *out, uint32_t status);

/* A channel's ring, by its registers. */
struct dma_ring {
    uint64_t base;
    uint32_t size, consumer, producer;
};

/* Why the channel cannot use it; NULL: it can. */
const char *dma_ring_fault(const struct dma_ring *ring);

/* A slot, and the descriptor that it holds. */
struct dma_slot {
    uint32_t number;     /* of the slot */
    uint32_t descriptor; /* which counts on past the ring's size */
    uint64_t at;
    bool is_channels; /* else software's */
    bool has_been;    /* there has been a descriptor in it */
};

/* The slot with that number, with the descriptor that the channel owns in it, else with
 * the last one that was in it; `has_been` is false: none was. */
struct dma_slot dma_ring_slot(const struct dma_ring *ring, uint32_t number);

/* "next", "to do", "done", "to fill". */
const char *dma_slot_word(const struct dma_ring *ring, const struct dma_slot *slot);

/* A chain, followed until it ends or nothing sensible follows. */
enum { DMA_CHAIN_MOST = 64 };
enum dma_chain_end {
    DMA_CHAIN_NONE,    /* ChainHead is 0 */
    DMA_CHAIN_ENDS,    /* by its END flag */
    DMA_CHAIN_LOOPS,   /* back to one that was there: `loop` */
    DMA_CHAIN_BAD,     /* next is 0 or misaligned */
    DMA_CHAIN_OUTSIDE, /* the next one is not in memory: `outside` */
    DMA_CHAIN_LONG     /* there are more */
};
struct dma_chain {
    unsigned count, loop;
    enum dma_chain_end end;
    uint64_t outside;
    struct dma_descriptor descriptor[DMA_CHAIN_MOST];
};
void dma_chain_follow(const struct queue_reader *reader, uint64_t head,
                      struct dma_chain *chain);

/* --- split virtqueues (virtio 1.2, 2.7) --- */

enum { VIRTQ_MOST = 256 }; /* entries of a queue that is told of */

enum virtq_owner { VIRTQ_DRIVERS, VIRTQ_DEVICES, VIRTQ_NOW /* and it works on it */ };

struct virtq {
    struct queue_reader reader;
    uint32_t size;
    uint64_t desc, driver, device; /* where its three parts are */
    bool event_index;              /* VIRTIO_F_EVENT_IDX is agreed on */
    /* What the device knows and memory does not say; not known of a device that software
     * emulates: then `taken` is what it has given back. */
    bool known, busy;
    uint16_t taken, head; /* entries it has taken; `busy`: the chain it works on */
    /* As they are in memory. */
    uint16_t avail_index, used_index, avail_flags, used_flags;
    uint16_t used_event, avail_event;
    uint8_t owner[VIRTQ_MOST]; /* enum virtq_owner, by descriptor */
};

/* The queue of a device; false: it is not one that the device can use. */
bool virtq_of(const struct virtio_blk *virtio, const struct queue_reader *reader,
              struct virtq *queue);

/* Reads indices and flags, and finds who owns which descriptor; the first parts are
 * filled in. */
void virtq_look(struct virtq *queue);

/* Where things are, and what stands there. Entries count modulo the size. */
uint64_t virtq_avail_at(const struct virtq *queue, uint16_t index);
uint64_t virtq_used_at(const struct virtq *queue, uint16_t index);
uint16_t virtq_avail_head(const struct virtq *queue, uint16_t index);
bool virtq_descriptor_read(const struct virtq *queue, uint64_t table, unsigned index,
                           struct virtq_descriptor *descriptor);

/* What became of an entry of the available ring: "waits", "in progress", "used". */
const char *virtq_fate(const struct virtq *queue, uint16_t index);

/* Entries that are still in a ring whose index is that: the last ones. */
uint16_t virtq_entries(const struct virtq *queue, uint16_t index);

/* If the driver makes one more chain available, must it notify? If the device gives one
 * more back, will it interrupt? 2.7.7 and 2.7.10. */
bool virtq_would_notify(const struct virtq *queue);
bool virtq_would_interrupt(const struct virtq *queue);

/* "next, write". */
void virtq_put_flags(struct buf *out, unsigned flags);

#endif
