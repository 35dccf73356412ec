#ifndef FACE_TUI_WATCH_QUEUE_FOLD_H
#define FACE_TUI_WATCH_QUEUE_FOLD_H

#include "machine/board/board.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What has become of descriptors and of disks' commands: a fold over events of devices,
 * part of the facts and like them plain data of a bounded size. The newest of n things
 * kept in a list is at (n - 1) % its size.
 */
enum {
    QUEUE_CHANNELS = 32, /* DMA channels of all controllers, as facts count them */
    QUEUE_TURNS = 8,     /* descriptors that a channel fetched last */
    QUEUE_GIVES = 4,     /* writes of Producer */
    QUEUE_WAY = 8,       /* states that a channel was in last */
    QUEUE_STATES = 16    /* of a disk, whatever its kind */
};

/* A descriptor with a channel: from when it was fetched on. */
struct dma_turn {
    uint64_t fetched, over; /* cycles; `over` 0: it is in progress */
    uint32_t descriptor;
    bool failed;
};

/* Software hands descriptors over: from `from` up to, and without, `to`. */
struct dma_give {
    uint64_t cycle;
    uint32_t from, to;
    uint8_t who; /* enum initiator */
};

struct dma_way_state {
    uint64_t since;
    uint8_t state;
};

struct dma_queue_fold {
    uint64_t slots;                /* of the bus, taken since reset */
    uint32_t turns, gives, states; /* so far */
    struct dma_turn turn[QUEUE_TURNS];
    struct dma_give give[QUEUE_GIVES];
    struct dma_way_state way[QUEUE_WAY];
};

/* The way of a disk's command, or request, through its states. */
struct disk_way {
    uint64_t began;
    uint64_t
        since[QUEUE_STATES]; /* entered last; if it `was` entered in this command */
    uint32_t was;            /* bit by state */
};

struct queue_fold {
    struct dma_queue_fold dma[QUEUE_CHANNELS];
    struct disk_way disk[BOARD_ROWS]; /* ATA and virtio, by device */
};

void queue_fold_take(struct queue_fold *fold, const struct board *board,
                     const struct event *event);

/* The last turn of that descriptor; NULL: none that is kept. The write of Producer that
 * handed it over, likewise. */
const struct dma_turn *queue_fold_turn(const struct dma_queue_fold *fold,
                                       uint32_t descriptor);
const struct dma_give *queue_fold_give(const struct dma_queue_fold *fold,
                                       uint32_t descriptor);

#endif
