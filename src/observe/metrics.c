#include "observe/metrics.h"

#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"

#include <string.h>

/* clang-format off */
#define AT(member) offsetof(struct metrics, member)
const struct metric_info metric_infos[METRICS] = {
    {"instructions", "instructions", "instructions",
     "retired by all harts", AT(instructions), false, true},
    {"cycles", "cycles", "cycles",
     "from the beginning of the window to its end", AT(cycles), false, true},
    {"payload_bytes_hart", "by hart", "bytes",
     "payload that stores of a hart have put at its destination",
     AT(payload_bytes_hart), false, true},
    {"payload_bytes_dma", "by DMA", "bytes",
     "bytes that DMA channels have put at their destinations",
     AT(payload_bytes_dma), false, true},
    {"interrupts", "interrupts", "interrupts",
     "taken by harts", AT(interrupts), false, true},
    {"bus_wait_cycles", "bus waits", "cycles",
     "that harts have waited for the bus", AT(bus_wait_cycles), false, true},
    {"useful_share", "useful", "of 1",
     "what the second job did, of what it does alone in as many cycles",
     AT(useful_share), true, true},
    {"exceptions", "exceptions", "exceptions",
     "taken by harts", AT(exceptions), false, false},
    {"vm_entries", "VM entries", "entries",
     "of harts to guests: V from 0 to 1", AT(vm_entries), false, false},
    {"vm_exits", "VM exits", "exits",
     "of harts from guests: V from 1 to 0", AT(vm_exits), false, false},
    {"guest_cycles", "in guests", "cycles",
     "of harts in VS- and VU-mode", AT(guest_cycles), false, false},
    {"asleep_cycles", "asleep", "cycles",
     "that harts have waited for an interrupt in WFI", AT(asleep_cycles), false, false},
    {"awake_cycles", "awake", "cycles",
     "of harts in any mode", AT(awake_cycles), false, false},
    {"iommu_translations", "IOMMU translations", "translations",
     "that devices have asked an IOMMU for", AT(iommu_translations), false, false},
    {"iommu_hits", "IOMMU hits", "translations",
     "found in an IOMMU's translation cache", AT(iommu_hits), false, false},
    {"iommu_misses", "IOMMU misses", "translations",
     "for which an IOMMU walked page tables", AT(iommu_misses), false, false},
    {"iommu_reads", "IOMMU reads", "entries",
     "of directories and page tables that IOMMUs have read", AT(iommu_reads), false,
     false},
    {"iommu_faults", "IOMMU faults", "accesses",
     "of devices that an IOMMU has refused", AT(iommu_faults), false, false},
    {"virtio_requests", "virtio requests", "requests",
     "taken by virtio disks", AT(virtio_requests), false, false},
    {"virtio_notifications", "notifications", "notifications",
     "of drivers to virtio disks", AT(virtio_notifications), false, false},
    {"virtio_interrupts", "virtio interrupts", "interrupts",
     "sent by virtio disks", AT(virtio_interrupts), false, false},
    {"virtio_bytes", "by virtio", "bytes",
     "of data between virtio disks and memory", AT(virtio_bytes), false, false},
};
/* clang-format on */

void tally_take(void *ctx, const struct event *event)
{
    struct tally *tally = ctx;

    tally->events[event->kind]++;
    if (event->kind == EVENT_DMA_BURST)
        tally->dma_bytes += event->dma_burst.bytes;
}

static void add_life(struct counters *counters, const struct hart *hart)
{
    for (unsigned i = 0; i <= HART_VMIDS; i++) {
        counters->vm_entries += hart->life.entries[i];
        counters->vm_exits += hart->life.exits[i];
    }
    counters->guest_cycles +=
        hart_cycles_in(hart, MODE_VS) + hart_cycles_in(hart, MODE_VU);
    counters->asleep_cycles += hart_cycles_asleep(hart);
    for (int mode = 0; mode < MODES; mode++)
        counters->awake_cycles += hart_cycles_in(hart, (enum privilege)mode);
}

static void read_iommu(struct counters *counters, const struct iommu *iommu)
{
    counters->iommu_translations += iommu->counts.translations;
    counters->iommu_hits += iommu->counts.hits;
    counters->iommu_misses += iommu->counts.misses;
    counters->iommu_reads += iommu->counts.reads;
    counters->iommu_faults += iommu->counts.faults;
}

static void read_virtio(struct counters *counters, const struct board *board)
{
    for (unsigned i = 0; i < board->devices; i++) {
        const struct virtio_blk *virtio = (const struct virtio_blk *)board->device[i];

        if (board->device[i]->type != &virtio_blk_type)
            continue;
        counters->virtio_requests += virtio->counts.requests;
        counters->virtio_notifications += virtio->counts.notifications;
        counters->virtio_interrupts += virtio->counts.interrupts;
        counters->virtio_bytes += virtio->counts.bytes_in + virtio->counts.bytes_out;
    }
}

void counters_read(struct counters *counters, const struct run *run,
                   const struct tally *tally, uint64_t cycle)
{
    *counters = (struct counters){.instructions = run->events.retired,
                                  .cycles = cycle,
                                  .payload_bytes_dma = tally->dma_bytes};
    memcpy(counters->events, tally->events, sizeof(counters->events));
    counters->events[EVENT_INSN] = run->events.retired;
    for (unsigned i = 0; i < run->boards; i++) {
        const struct board *board = run->board[i];

        read_virtio(counters, board);
        for (unsigned h = 0; h < board->harts; h++) {
            counters->payload_bytes_hart += board->hart[h].payload;
            counters->interrupts += board->hart[h].interrupts;
            counters->exceptions += board->hart[h].exceptions;
            add_life(counters, &board->hart[h]);
            counters->bus_wait_cycles +=
                board->bus.counts[INITIATOR_HART + h].wait_cycles;
        }
        for (unsigned d = 0; d < board->devices; d++)
            if (board->device[d]->type == &iommu_type)
                read_iommu(counters, (const struct iommu *)board->device[d]);
    }
}

void metrics_between(struct metrics *metrics, const struct counters *from,
                     const struct counters *to)
{
    *metrics = (struct metrics){
        .instructions = to->instructions - from->instructions,
        .cycles = to->cycles - from->cycles,
        .payload_bytes_hart = to->payload_bytes_hart - from->payload_bytes_hart,
        .payload_bytes_dma = to->payload_bytes_dma - from->payload_bytes_dma,
        .interrupts = to->interrupts - from->interrupts,
        .exceptions = to->exceptions - from->exceptions,
        .bus_wait_cycles = to->bus_wait_cycles - from->bus_wait_cycles,
        .vm_entries = to->vm_entries - from->vm_entries,
        .vm_exits = to->vm_exits - from->vm_exits,
        .guest_cycles = to->guest_cycles - from->guest_cycles,
        .asleep_cycles = to->asleep_cycles - from->asleep_cycles,
        .awake_cycles = to->awake_cycles - from->awake_cycles,
        .iommu_translations = to->iommu_translations - from->iommu_translations,
        .iommu_hits = to->iommu_hits - from->iommu_hits,
        .iommu_misses = to->iommu_misses - from->iommu_misses,
        .iommu_reads = to->iommu_reads - from->iommu_reads,
        .iommu_faults = to->iommu_faults - from->iommu_faults,
        .virtio_requests = to->virtio_requests - from->virtio_requests,
        .virtio_notifications = to->virtio_notifications - from->virtio_notifications,
        .virtio_interrupts = to->virtio_interrupts - from->virtio_interrupts,
        .virtio_bytes = to->virtio_bytes - from->virtio_bytes,
    };
    for (int i = 0; i < EVENT_KINDS; i++)
        metrics->events[i] = to->events[i] - from->events[i];
}

uint64_t metric_count(const struct metrics *metrics, const struct metric_info *info)
{
    uint64_t value;

    memcpy(&value, (const char *)metrics + info->offset, sizeof(value));
    return value;
}
