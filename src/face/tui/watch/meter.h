#ifndef FACE_TUI_WATCH_METER_H
#define FACE_TUI_WATCH_METER_H

#include "base/state.h"
#include "machine/board/board.h"

#include <stdint.h>

/*
 * Counters over time: how much of each there was in each interval of cycles since reset.
 * It is a fold over events that tell of themselves how long what they tell of lasts, so it
 * is the same however one came to a moment. Its size is bounded: when all intervals are
 * used, each two become one, and intervals are twice as long from then on.
 */
enum {
    METER_BINS = 64,     /* intervals; from the first time on half of them are used */
    METER_SHORTEST = 125 /* cycles, at the beginning: doubled thrice, 1,000 */
};

enum meter_series {
    METER_AWAKE,
    METER_GUEST,
    METER_ASLEEP,
    METER_BUS_WAIT,
    METER_DEVICE_BUS,
    METER_DMA_BYTES,
    METER_INTERRUPTS,
    METER_EXCEPTIONS,
    METER_VM_ENTRIES,
    METER_VM_EXITS,
    METER_REGISTERS,
    METER_IOMMU_TRANSLATIONS,
    METER_IOMMU_HITS,
    METER_IOMMU_MISSES,
    METER_IOMMU_FAULTS,
    METER_VIRTIO_REQUESTS,
    METER_VIRTIO_NOTIFICATIONS,
    METER_VIRTIO_INTERRUPTS,
    METER_SERIES
};

/* What a bar of full height stands for. */
enum meter_base {
    BASE_HARTS, /* all cycles of all harts in the interval */
    BASE_CLOCK, /* all cycles of the interval */
    BASE_MOST   /* the most that any interval has */
};

/* By series. Names, titles and units are those of observe/metrics.h where it has the
 * same counter. */
struct meter_info {
    const char *name, *title, *unit, *help;
    enum meter_base base;
};

extern const struct meter_info meter_infos[METER_SERIES];

struct meter {
    uint64_t width; /* cycles of an interval */
    uint32_t bins;  /* in use */
    uint64_t bin[METER_SERIES][METER_BINS];
    struct meter_hart {
        uint64_t since; /* its cycles before are counted */
        uint8_t mode, asleep;
    } hart[HART_MAX];
};

#define METER_KINDS                                                                    \
    (EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN) |                      \
     EVENT_BIT(EVENT_BUS_WAIT) | EVENT_BIT(EVENT_BUS_TRANSFER) |                       \
     EVENT_BIT(EVENT_DMA_BURST) | EVENT_BIT(EVENT_IOMMU_TRANSLATE) |                   \
     EVENT_BIT(EVENT_IOMMU_FAULT) | EVENT_BIT(EVENT_IOMMU_WALK) |                      \
     EVENT_BIT(EVENT_VIRTIO_INTERRUPT) | EVENT_BIT(EVENT_HART_SLEEP) |                 \
     EVENT_BIT(EVENT_VM_ENTRY) | EVENT_BIT(EVENT_VM_EXIT) |                            \
     EVENT_BIT(EVENT_MMIO_READ) | EVENT_BIT(EVENT_MMIO_WRITE) |                        \
     EVENT_BIT(EVENT_VIRTIO_CHAIN) | EVENT_BIT(EVENT_VIRTIO_NOTIFY))

/* As before the first event; then it takes in each in its order. */
void meter_init(struct meter *meter);
void meter_take(struct meter *meter, const struct board *board,
                const struct event *event);
void meter_state(struct meter *meter, struct state *state);

/* Counts the cycles of harts up to `cycle`. */
void meter_settle(struct meter *meter, const struct board *board, uint64_t cycle);

/* Of all intervals. */
uint64_t meter_sum(const struct meter *meter, enum meter_series series);

/* What a bar of full height stands for, at least 1. */
uint64_t meter_full(const struct meter *meter, const struct board *board,
                    enum meter_series series);

/* The series of that name, or METER_SERIES. */
enum meter_series meter_named(const char *name);

#endif
