#ifndef OBSERVE_METRICS_H
#define OBSERVE_METRICS_H

#include "event/event.h"
#include "machine/board/run.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a run cost, in numbers: partly the counters that the machine keeps itself, partly
 * counts of events. A metric is the difference between two moments.
 */

/* Counts events. It needs no instructions to listen to: those the machine counts. */
struct tally {
    uint64_t events[EVENT_KINDS];
    uint64_t dma_bytes; /* that DMA channels have put at their destinations */
};

#define TALLY_KINDS (EVENT_ALL & ~EVENT_BIT(EVENT_INSN))

/* Takes an event: what a tally listens with. */
void tally_take(void *tally, const struct event *event);

/* All counters at one moment. */
struct counters {
    uint64_t instructions, cycles, payload_bytes_hart, payload_bytes_dma;
    uint64_t interrupts, exceptions, bus_wait_cycles;
    uint64_t vm_entries, vm_exits, guest_cycles, asleep_cycles, awake_cycles;
    uint64_t iommu_translations, iommu_hits, iommu_misses, iommu_reads, iommu_faults;
    uint64_t virtio_requests, virtio_notifications, virtio_interrupts, virtio_bytes;
    uint64_t events[EVENT_KINDS];
};

/* Those of a run now; `cycle` is what its clock shows, which the caller knows best. */
void counters_read(struct counters *counters, const struct run *run,
                   const struct tally *tally, uint64_t cycle);

struct metrics {
    uint64_t instructions, cycles, payload_bytes_hart, payload_bytes_dma;
    uint64_t interrupts, exceptions, bus_wait_cycles;
    uint64_t vm_entries, vm_exits, guest_cycles, asleep_cycles, awake_cycles;
    uint64_t iommu_translations, iommu_hits, iommu_misses, iommu_reads, iommu_faults;
    uint64_t virtio_requests, virtio_notifications, virtio_interrupts, virtio_bytes;
    bool has_share;
    double useful_share;
    uint64_t events[EVENT_KINDS];
};

/* What happened between two moments; useful_share is not known yet. */
void metrics_between(struct metrics *metrics, const struct counters *from,
                     const struct counters *to);

struct metric_info {
    const char *name, *title, *unit, *help;
    size_t offset;  /* in struct metrics */
    bool is_share;  /* a double, there if has_share; else a uint64_t */
    bool published; /* part of a run's result; the rest is for checks */
};

enum { METRICS = 22 };

extern const struct metric_info metric_infos[METRICS];

uint64_t metric_count(const struct metrics *metrics, const struct metric_info *info);

#endif
