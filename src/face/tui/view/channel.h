#ifndef FACE_TUI_VIEW_CHANNEL_H
#define FACE_TUI_VIEW_CHANNEL_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/text.h"
#include "observe/ask/queues.h"

/*
 * A DMA channel at the moment at which the viewer stands, for the views about DMA: its
 * registers peeked, and over them what the events seen of a step have changed.
 */
struct channel {
    const struct watch *watch;
    const struct device *device;
    unsigned number; /* in its controller */
    unsigned all;    /* among all of the board */
    int slot;        /* of a ring, that `about` names; -1: none */
    const struct dma_fold *fold;
    const struct dma_queue_fold *queue;
    enum dma_source source; /* of its descriptors, by its registers */
    unsigned state;         /* enum dma_channel_state */
    uint32_t control, config, failed, reason;
    uint64_t descriptor, chain_head;
    uint64_t left, moved; /* bytes of the transfer or descriptor in progress */
    uint64_t from, to;    /* where its next byte is read, and lands */
    struct dma_ring ring;
};

/* "dma0", "dma0 1", "dma0.Control[1]", and of a ring "dma0 1 5"; "": the channel of the
 * event that is told of, else one that works. False: the board has no such channel. */
bool channel_find(const struct watch *watch, const char *about,
                  struct channel *channel);

/* That channel of that controller. */
void channel_look(const struct watch *watch, const struct device *device,
                  unsigned number, struct channel *channel);

/* A register of it, as seen; 0 if it has none of that name. */
uint64_t channel_register(const struct channel *channel, const char *name);

/* The write to that register that is told of; NULL: there is none. */
const struct event_mmio_write *channel_written(const struct channel *channel,
                                               const char *name);

/* Is one of the events that are told of of that kind and of this channel? The last. */
const struct event *channel_event(const struct channel *channel, enum event_kind kind);

/* Memory at this moment, for decoders, at addresses as the channel has them, which an
 * IOMMU may translate. */
struct queue_reader channel_reader(const struct channel *channel);

/* Where an address of the channel is, by the IOMMU's tables as they are in memory now;
 * UINT64_MAX: nowhere. Without an IOMMU it is that address. */
uint64_t channel_pa(const struct channel *channel, uint64_t address);

/* Bytes of a whole burst, of the one in progress, and of a slot of the bus. */
unsigned channel_burst(const struct channel *channel);
unsigned channel_piece(const struct channel *channel);
unsigned channel_beat(const struct channel *channel);

/* "single transfer", "chain of descriptors", "ring of descriptors". */
const char *channel_mode(const struct channel *channel);

#endif
