#ifndef FACE_TUI_WATCH_FACTS_H
#define FACE_TUI_WATCH_FACTS_H

#include "face/tui/watch/queue_fold.h"
#include "machine/board/board.h"
#include "observe/lanes/lanes.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What the screen knows of devices, lines and waiting harts: a fold over all events of a
 * board but what harts do by themselves. It is plain data: the timeline keeps it in its snapshots, so
 * that it is there again wherever the viewer goes.
 */
enum {
    FACTS_RECENT = 64,   /* events of the kinds that it hears: the last ones */
    FACTS_SPANS = 128,   /* remembered stretches of the lanes of disks and lines */
    FACTS_CHANNELS = 32, /* DMA channels of all controllers, as initiators count them */
    FACTS_MASTERS = 40,  /* these and, behind them, virtio devices, likewise */
    FACTS_IRQS = 128
};

/* What harts tell of themselves alone: nothing of it is kept here, and it comes often. */
#define FACTS_NOT_HEARD                                                                \
    (EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_CSR_WRITE) |                              \
     EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN) |                      \
     EVENT_BIT(EVENT_WALK_STEP) | EVENT_BIT(EVENT_TLB_FILL) |                          \
     EVENT_BIT(EVENT_TLB_FLUSH) | EVENT_BIT(EVENT_RESERVATION) |                       \
     EVENT_BIT(EVENT_MARKER) | EVENT_BIT(EVENT_VM_EXIT) | EVENT_BIT(EVENT_VM_ENTRY))

/* The kinds that it hears. */
#define FACTS_KINDS (EVENT_ALL & ~FACTS_NOT_HEARD)

/* A stretch of a lane of the timeline. */
enum lane_kind { LANE_HART, LANE_BUS, LANE_DMA, LANE_DISK, LANE_LINE, LANE_IOMMU };

struct span {
    uint64_t from, until;
    uint64_t retired; /* the event that told of it */
    uint32_t order;
    uint8_t lane;  /* enum lane_kind */
    uint8_t index; /* hart id, DMA channel or other master, device (of disks and
                      IOMMUs), or interrupt line */
    uint8_t who;   /* enum initiator: whose colour */
    char sign;     /* its letter; '~' waits */
};

/* What is known of a DMA channel from its events. */
struct dma_fold {
    uint8_t state; /* as its last DMA_STATE told */
    bool failed, has_descriptor;
    struct event_dma_descriptor descriptor; /* the last that was fetched */
    struct event_dma_error error;
    uint64_t bytes; /* moved since reset */
    uint32_t beats; /* bytes that crossed the bus in this state */
};

/* ... of a disk. */
struct disk_fold {
    bool has_command, has_phase;
    struct event_disk_command command;
    struct event_disk_phase phase;
    uint64_t since; /* when that phase began */
};

/* ... of a virtio disk. */
struct virtio_fold {
    uint8_t state; /* as its last VIRTIO_STATE told */
    bool has_chain, broken;
    struct event_virtio_chain chain; /* the last that it took */
    struct event_virtio_error error;
    uint64_t used; /* chains given back since reset */
};

/* ... of a device of any kind. */
struct device_fold {
    uint64_t touches; /* reads and writes of its registers */
    uint32_t offset;  /* of the last one */
    bool wrote;       /* ... which was a write */
    bool request;     /* its request line */
    char console[40]; /* the line of characters it sends */
};

/* What an IOMMU has refused last. */
struct iommu_fold {
    struct event_iommu_fault fault;
    bool failed;
};

struct facts {
    uint64_t written; /* by a device, last in RAM; 0: nothing */
    struct iommu_fold iommu[BOARD_ROWS];
    struct dma_fold dma[FACTS_CHANNELS];
    struct disk_fold disk[BOARD_ROWS];
    struct virtio_fold virtio[BOARD_ROWS];
    struct device_fold device[BOARD_ROWS];
    struct queue_fold queues;           /* descriptors, commands of disks */
    uint64_t irq_high[FACTS_IRQS / 64]; /* devices' interrupt lines, by source */
    uint64_t irq_since[FACTS_IRQS];     /* when a line that is high rose */
    struct {
        bool asleep;
        uint32_t lines;         /* lines into it that are high, by bit number in mip */
        uint64_t waits, waited; /* for the bus: how often, cycles */
    } hart[HART_MAX];
    uint64_t spans; /* so far; the newest is span[(spans - 1) % FACTS_SPANS] */
    struct span span[FACTS_SPANS];
    uint64_t recents; /* likewise */
    struct event recent[FACTS_RECENT];
};

/* Takes in one event, each in its order. */
void facts_take(struct facts *facts, const struct board *board,
                const struct event *event);

/* The number of a DMA channel among all of the board. */
unsigned facts_channel(const struct board *board, uint8_t device, uint8_t channel);

#endif
