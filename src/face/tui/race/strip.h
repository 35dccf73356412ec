#ifndef FACE_TUI_RACE_STRIP_H
#define FACE_TUI_RACE_STRIP_H

#include "base/state.h"
#include "control/session.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Who worked when, in one lane of a race, from the moment at which its work began: a fold
 * over events in bins of equal width. When they do not suffice any more, two become one,
 * so that their number is bounded however long the run is. What the strip is follows from
 * the events up to a moment alone.
 */
enum strip_track {
    STRIP_GUEST,  /* harts in a guest, awake */
    STRIP_HOST,   /* harts outside of guests, awake */
    STRIP_DMA,    /* a DMA channel moves something */
    STRIP_DISK,   /* a disk works at its medium */
    STRIP_DEVICE, /* one or the other */
    STRIP_ALONE,  /* the same, while every hart waits for an interrupt */
    STRIP_TRACKS
};

enum { STRIP_BINS = 1024, STRIP_WORDS = 4 };

struct strip {
    const struct trial *trial; /* says where the work begins and ends; NULL: at reset */
    const struct board *board; /* peeked: clocks of harts */
    unsigned harts;

    uint64_t width;                         /* of a bin, in cycles: a power of two */
    uint32_t bin[STRIP_TRACKS][STRIP_BINS]; /* cycles of that track */
    uint64_t since;                         /* all before is in the bins */
    uint64_t sum[STRIP_TRACKS];             /* of all bins */
    uint32_t
        rate[STRIP_TRACKS]; /* in the last stretch that was added: a cycle's share */

    /* Who is at work, since then. */
    uint8_t mode[HART_MAX], asleep[HART_MAX];
    uint64_t channels[STRIP_WORDS]; /* a bit each: DMA channels, by device */
    uint64_t disks;                 /* a bit each: devices with a medium */

    uint8_t dma_state,
        disk_phase;         /* of the last that told: enum dma_channel_state ... */
    uint64_t lba;           /* ... and where the disk was then */
    uint8_t disk;           /* ... which it was: its number in the board, from 1 */
    uint64_t operation_end; /* cycle of the last MARK_OP_END */
};

#define STRIP_KINDS                                                                    \
    (EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN) |                      \
     EVENT_BIT(EVENT_HART_SLEEP) | EVENT_BIT(EVENT_DMA_STATE) |                        \
     EVENT_BIT(EVENT_DISK_PHASE) | EVENT_BIT(EVENT_VIRTIO_STATE) |                     \
     EVENT_BIT(EVENT_MARKER))

/* Joins a session's timeline, in which nothing has happened yet. */
void strip_join(struct strip *strip, struct session *session);

/* The cycle at which the work began; false: it has not. */
bool strip_begin(const struct strip *strip, uint64_t *cycle);

/* Cycles of each track between two cycles, counted from the beginning of the work. What
 * lies behind the last event lasts until `until`. */
void strip_between(const struct strip *strip, uint64_t from, uint64_t until,
                   uint64_t cycles[STRIP_TRACKS]);

/* The same of all cycles up to now, exactly: harts do an instruction as a whole, so that the
 * last event may lie a little behind now. */
uint64_t strip_total(const struct strip *strip, enum strip_track track, uint64_t now);

/* Does a DMA channel move something now; does a disk work at its medium? */
bool strip_dma_works(const struct strip *strip);
bool strip_disk_works(const struct strip *strip);

#endif
