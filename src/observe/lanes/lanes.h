#ifndef OBSERVE_LANES_LANES_H
#define OBSERVE_LANES_LANES_H

#include "machine/board/board.h"
#include "machine/memory/pages.h"
#include "observe/time/timeline.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Lanes of the whole run, at any scale: a fold over events of devices and of what harts
 * do, never of instructions. Each thing that goes on for a while (hart 0 is in M-mode,
 * source 23 is high) is a strip; a strip is counted in bins of 100, 1,000, 10,000 ...
 * cycles, the last LANES_BINS of each width. The wider the bins the further back they
 * go, so that memory is bounded and the whole run is always there, finest near now.
 *
 *     100 cycles a bin   ............########   the last 102,400 cycles
 *   1,000                ....################   the last 1,024,000
 *     ...                                       ... and so on
 *
 * Bins live in pages that snapshots share (machine/memory/pages.h): a page has 64 bins of
 * one width of 16 strips, so that what is written between two snapshots lies together. A
 * moment has the same bins however one came to it.
 */
enum {
    LANES_FINEST = 100, /* cycles of the narrowest bin; each next one is ten times it */
    LANES_LEVELS = 8,
    LANES_BINS = 1024, /* of each width */
    LANES_STRIPS = 160,
    LANES_CHANGES = 256,
    LANES_MASTERS = INITIATOR_IOMMU - INITIATOR_DMA, /* DMA channels and disks */
    LANES_IRQS = 128,
    LANES_PINS = 16
};

/* Whose strip it is. Cycles are counted, but of events: those are counted one by one. */
enum lanes_of {
    LANES_HART, /* by hart; U S M: its mode, t: in a trap out of its own mode, 0 to 9:
                     the guest that runs on it (VMID), ~: it waits for the bus */
    LANES_BUS, /* i, d, v: an IOMMU's, a DMA channel's, a virtio disk's slots; ~: cycles
                     waited, all together: of several who wait at once each counts. A
                     hart's slots are parts of its instructions: they are not counted */
    LANES_MASTER, /* by DMA channel, then virtio disks; 0 to 9: the descriptor that it
                     works on, d: it works without one, ~: it waits for the bus */
    LANES_DEVICE, /* by device; the phase of a disk, as disk_sign has it */
    LANES_LINE,   /* by interrupt source; 1: high */
    LANES_PIN,    /* by hart * LANES_PINS + bit number in mip; 1: that line into the
                     hart is high */
    LANES_EVENT,  /* enum lanes_event */
    LANES_KINDS
};

/* What is counted one by one: it never merges away. */
enum lanes_event {
    LANES_RISE,   /* an interrupt line rises; `lanes_source` tells which */
    LANES_SOURCE, /* ... the source of the last one in a bin */
    LANES_EXIT,   /* a guest is left */
    LANES_TRAP,   /* a hart takes an interrupt */
    LANES_FAULT,  /* a DMA channel, disk or IOMMU refuses or fails */
    LANES_EVENTS
};

struct lane_strip {
    uint8_t of, index; /* enum lanes_of; EVENT: enum lanes_event */
    char sign;
    uint64_t bins[LANES_LEVELS]; /* so far: the newest has the number one less */
    /* Of each width, the bin that is added to and what it has besides, which no wider
     * bin has yet: so most adds touch no page. */
    uint64_t at[LANES_LEVELS];
    uint32_t held[LANES_LEVELS];
};

/* What a hart, master, device or line is doing since when; sign 0: nothing. */
struct lanes_state {
    uint64_t since;
    char sign;
};

/* A stretch of a hart's, or of a line into it, exactly: the last ones are kept beside the
 * bins. */
struct lanes_change {
    uint64_t from, until;
    uint8_t of, index; /* as a strip's */
    char sign;
};

struct lanes {
    const struct board *board;
    struct pages pages;
    unsigned strips, lost; /* lost: stretches, for want of strips */
    uint8_t near[256];     /* where a strip was found: no state */
    struct lane_strip strip[LANES_STRIPS];
    struct lanes_state hart[HART_MAX], master[LANES_MASTERS], device[BOARD_ROWS],
        line[LANES_IRQS], pin[HART_MAX * LANES_PINS];
    struct {
        uint8_t mode, asleep;
        uint8_t inside[MODES]; /* handlers that were entered from the mode itself */
        uint16_t vmid;
    } now[HART_MAX];
    uint64_t changes; /* so far; the newest is change[(changes - 1) % LANES_CHANGES] */
    struct lanes_change change[LANES_CHANGES];
};

#define LANES_LISTENS                                                                  \
    (EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN) |                      \
     EVENT_BIT(EVENT_VM_ENTRY) | EVENT_BIT(EVENT_VM_EXIT) |                            \
     EVENT_BIT(EVENT_HART_SLEEP) | EVENT_BIT(EVENT_HART_LINE) |                        \
     EVENT_BIT(EVENT_BUS_WAIT) | EVENT_BIT(EVENT_BUS_TRANSFER) |                       \
     EVENT_BIT(EVENT_IRQ_LINE) | EVENT_BIT(EVENT_DMA_STATE) |                          \
     EVENT_BIT(EVENT_DMA_DESCRIPTOR) | EVENT_BIT(EVENT_DMA_ERROR) |                    \
     EVENT_BIT(EVENT_DISK_PHASE) | EVENT_BIT(EVENT_VIRTIO_STATE) |                     \
     EVENT_BIT(EVENT_VIRTIO_ERROR) | EVENT_BIT(EVENT_FIFO_OVERRUN) |                   \
     EVENT_BIT(EVENT_IOMMU_WALK) | EVENT_BIT(EVENT_IOMMU_FAULT))

/* Of a board on which nothing has run. */
struct lanes *lanes_new(const struct board *board);
void lanes_free(struct lanes *lanes);

/* They follow a timeline. To be freed after it. */
void lanes_join(struct lanes *lanes, struct timeline *timeline);

/* The same at another time; freed as any. */
struct lanes *lanes_copy(const struct lanes *lanes);

/* What they listen with. */
void lanes_take(void *lanes, const struct event *event);

/* --- for those who learn ------------------------------------------------------------- */

/* Adds cycles, or one event, to a strip, which is made when there is none yet. */
void lanes_add(struct lanes *lanes, enum lanes_of of, unsigned index, char sign,
               uint64_t from, uint64_t until);
void lanes_count(struct lanes *lanes, enum lanes_event event, uint64_t cycle);
void lanes_note_source(struct lanes *lanes, unsigned source, uint64_t cycle);

/* --- reading ------------------------------------------------------------------------- */

/* What a strip has in [from, until) before `now`: cycles, or a count of events. Exact, if
 * both are multiples of a bin that is still there; else its share of a wider bin, and an
 * event stands where its bin begins. */
uint64_t lanes_sum(const struct lanes *lanes, enum lanes_of of, unsigned index,
                   char sign, uint64_t from, uint64_t until, uint64_t now);

/* What it has begun and not ended; NULL: nothing of that kind goes on for a while. */
const struct lanes_state *lanes_going_on(const struct lanes *lanes, enum lanes_of of,
                                         unsigned index);

/* The source of the last rise there; 0: none. */
unsigned lanes_source(const struct lanes *lanes, uint64_t from, uint64_t until);

/* Cycles of the bins that are still there at `from`, when `now` is now. */
uint64_t lanes_bin_at(uint64_t from, uint64_t now);

/* The letter of a disk's phase; 0: it is idle. */
char disk_sign(uint8_t phase);

#endif
