#include "face/tui/watch/meter.h"

#include "machine/iommu/iommu_translate.h"

#include <string.h>

/* clang-format off */
const struct meter_info meter_infos[METER_SERIES] = {
    [METER_AWAKE] = {"awake_cycles", "awake", "cycles",
        "of harts in any mode", BASE_HARTS},
    [METER_GUEST] = {"guest_cycles", "in guests", "cycles",
        "of harts in VS- and VU-mode", BASE_HARTS},
    [METER_ASLEEP] = {"asleep_cycles", "asleep", "cycles",
        "that harts have waited for an interrupt in WFI", BASE_HARTS},
    [METER_BUS_WAIT] = {"bus_wait_cycles", "bus waits", "cycles",
        "that harts have waited for the bus", BASE_HARTS},
    [METER_DEVICE_BUS] = {"device_bus_cycles", "bus by devices", "cycles",
        "in which DMA channels, devices and IOMMUs held the bus", BASE_CLOCK},
    [METER_DMA_BYTES] = {"payload_bytes_dma", "by DMA", "bytes",
        "bytes that DMA channels have put at their destinations", BASE_MOST},
    [METER_INTERRUPTS] = {"interrupts", "interrupts", "interrupts",
        "taken by harts", BASE_MOST},
    [METER_EXCEPTIONS] = {"exceptions", "exceptions", "exceptions",
        "taken by harts", BASE_MOST},
    [METER_VM_ENTRIES] = {"vm_entries", "VM entries", "entries",
        "of harts to guests: V from 0 to 1", BASE_MOST},
    [METER_VM_EXITS] = {"vm_exits", "VM exits", "exits",
        "of harts from guests: V from 1 to 0", BASE_MOST},
    [METER_REGISTERS] = {"register_accesses", "register accesses", "accesses",
        "reads and writes of devices' registers", BASE_MOST},
    [METER_IOMMU_TRANSLATIONS] = {"iommu_translations", "IOMMU translations",
        "translations", "that devices have asked an IOMMU for", BASE_MOST},
    [METER_IOMMU_HITS] = {"iommu_hits", "IOMMU hits", "translations",
        "let through, as an IOMMU's translation cache has it", BASE_MOST},
    [METER_IOMMU_MISSES] = {"iommu_misses", "IOMMU misses", "translations",
        "let through, after an IOMMU has walked page tables", BASE_MOST},
    [METER_IOMMU_FAULTS] = {"iommu_faults", "IOMMU faults", "accesses",
        "of devices that an IOMMU has refused", BASE_MOST},
    [METER_VIRTIO_REQUESTS] = {"virtio_requests", "virtio requests", "requests",
        "taken by virtio disks", BASE_MOST},
    [METER_VIRTIO_NOTIFICATIONS] = {"virtio_notifications", "notifications",
        "notifications", "of drivers to virtio disks", BASE_MOST},
    [METER_VIRTIO_INTERRUPTS] = {"virtio_interrupts", "virtio interrupts",
        "interrupts", "sent by virtio disks", BASE_MOST},
};
/* clang-format on */

void meter_init(struct meter *meter)
{
    *meter = (struct meter){.width = METER_SHORTEST};
    for (unsigned h = 0; h < HART_MAX; h++)
        meter->hart[h].mode = MODE_M;
}

/* --- intervals ------------------------------------------------------------------------ */

static void double_width(struct meter *meter)
{
    for (unsigned series = 0; series < METER_SERIES; series++) {
        uint64_t *bin = meter->bin[series];

        for (unsigned i = 0; i < METER_BINS / 2; i++)
            bin[i] = bin[2 * i] + bin[2 * i + 1];
        memset(bin + METER_BINS / 2, 0, METER_BINS / 2 * sizeof(*bin));
    }
    meter->bins = (meter->bins + 1) / 2;
    meter->width *= 2;
}

/* The interval that a cycle is in. */
static unsigned bin_of(struct meter *meter, uint64_t cycle)
{
    unsigned bin;

    while (cycle / meter->width >= METER_BINS)
        double_width(meter);
    bin = (unsigned)(cycle / meter->width);
    if (bin >= meter->bins)
        meter->bins = bin + 1;
    return bin;
}

static void count(struct meter *meter, enum meter_series series, uint64_t cycle,
                  uint64_t value)
{
    unsigned bin = bin_of(meter, cycle);

    meter->bin[series][bin] += value;
}

/* Cycles, each in its interval. */
static void spread(struct meter *meter, enum meter_series series, uint64_t from,
                   uint64_t until)
{
    if (until > from)
        (void)bin_of(meter, until - 1); /* the width is what it will be */
    while (from < until) {
        uint64_t end = (from / meter->width + 1) * meter->width;

        if (end > until)
            end = until;
        count(meter, series, from, end - from);
        from = end;
    }
}

/* --- harts ---------------------------------------------------------------------------- */

static void settle_hart(struct meter *meter, struct meter_hart *hart, uint64_t cycle)
{
    if (cycle <= hart->since)
        return; /* it has woken up, and is ahead */
    if (hart->asleep)
        spread(meter, METER_ASLEEP, hart->since, cycle);
    else
        spread(meter, METER_AWAKE, hart->since, cycle);
    if (hart->mode & MODE_VIRTUAL && !hart->asleep)
        spread(meter, METER_GUEST, hart->since, cycle);
    hart->since = cycle;
}

void meter_settle(struct meter *meter, const struct board *board, uint64_t cycle)
{
    for (unsigned h = 0; h < board->harts; h++)
        settle_hart(meter, &meter->hart[h], cycle);
}

static struct meter_hart *hart_until(struct meter *meter, unsigned hart, uint64_t cycle)
{
    settle_hart(meter, &meter->hart[hart % HART_MAX], cycle);
    return &meter->hart[hart % HART_MAX];
}

static void take_trap(struct meter *meter, const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;

    hart_until(meter, trap->hart, event->cycle)->mode = trap->to;
    count(meter, trap->cause & CAUSE_INTERRUPT ? METER_INTERRUPTS : METER_EXCEPTIONS,
          event->cycle, 1);
}

static void take_return(struct meter *meter, const struct event *event)
{
    hart_until(meter, event->trap_return.hart, event->cycle)->mode =
        event->trap_return.to;
}

/* Waking up takes a while, in which it still sleeps; it is told at the beginning. */
static void take_sleep(struct meter *meter, const struct board *board,
                       const struct event *event)
{
    const struct event_hart_sleep *told = &event->hart_sleep;
    uint64_t until = event->cycle + (told->asleep ? 0 : board->costs.wake);

    hart_until(meter, told->hart, until)->asleep = told->asleep;
}

/* --- the bus and devices --------------------------------------------------------------- */

static void take_wait(struct meter *meter, const struct event *event)
{
    if (initiator_kind(event->bus_wait.initiator) == BY_HART)
        spread(meter, METER_BUS_WAIT, event->cycle,
               event->cycle + event->bus_wait.cycles);
}

static void take_transfer(struct meter *meter, const struct event *event)
{
    spread(meter, METER_DEVICE_BUS, event->cycle,
           event->cycle + event->bus_transfer.price);
}

static void take_burst(struct meter *meter, const struct event *event)
{
    count(meter, METER_DMA_BYTES, event->cycle, event->dma_burst.bytes);
}

static void take_translation(struct meter *meter, const struct event *event)
{
    uint8_t found = event->iommu_translate.found;

    count(meter, METER_IOMMU_TRANSLATIONS, event->cycle, 1);
    if (found == IOMMU_HIT)
        count(meter, METER_IOMMU_HITS, event->cycle, 1);
    if (found == IOMMU_WALKED)
        count(meter, METER_IOMMU_MISSES, event->cycle, 1);
}

/* One that is refused was asked for, too. */
static void take_refusal(struct meter *meter, const struct event *event)
{
    count(meter, METER_IOMMU_TRANSLATIONS, event->cycle, 1);
    count(meter, METER_IOMMU_FAULTS, event->cycle, 1);
}

static void take_walk(struct meter *meter, const struct event *event)
{
    spread(meter, METER_DEVICE_BUS, event->cycle,
           event->cycle + event->iommu_walk.price);
}

static void take_virtio_interrupt(struct meter *meter, const struct event *event)
{
    if (event->virtio_interrupt.sent)
        count(meter, METER_VIRTIO_INTERRUPTS, event->cycle, 1);
}

/* Kinds of which each event counts one; the rest have functions. */
static enum meter_series series_of(enum event_kind kind)
{
    switch ((int)kind) {
    case EVENT_VM_ENTRY:
        return METER_VM_ENTRIES;
    case EVENT_VM_EXIT:
        return METER_VM_EXITS;
    case EVENT_MMIO_READ:
    case EVENT_MMIO_WRITE:
        return METER_REGISTERS;
    case EVENT_VIRTIO_CHAIN:
        return METER_VIRTIO_REQUESTS;
    case EVENT_VIRTIO_NOTIFY:
        return METER_VIRTIO_NOTIFICATIONS;
    default:
        return METER_SERIES;
    }
}

void meter_take(struct meter *meter, const struct board *board,
                const struct event *event)
{
    static void (*const takes[EVENT_KINDS])(struct meter *, const struct event *) = {
        [EVENT_TRAP_ENTER] = take_trap,
        [EVENT_TRAP_RETURN] = take_return,
        [EVENT_BUS_WAIT] = take_wait,
        [EVENT_BUS_TRANSFER] = take_transfer,
        [EVENT_DMA_BURST] = take_burst,
        [EVENT_IOMMU_TRANSLATE] = take_translation,
        [EVENT_IOMMU_FAULT] = take_refusal,
        [EVENT_IOMMU_WALK] = take_walk,
        [EVENT_VIRTIO_INTERRUPT] = take_virtio_interrupt,
    };
    enum meter_series series = series_of(event->kind);

    if (event->board != board->index)
        return;
    if (takes[event->kind])
        takes[event->kind](meter, event);
    else if (event->kind == EVENT_HART_SLEEP)
        take_sleep(meter, board, event);
    else if (series != METER_SERIES)
        count(meter, series, event->cycle, 1);
}

/* --- keeping -------------------------------------------------------------------------- */

/* A series that has nothing is left out. */
static void series_state(struct meter *meter, enum meter_series series,
                         struct state *state)
{
    uint8_t any = meter_sum(meter, series) != 0;

    STATE(state, any);
    for (unsigned i = 0; i < METER_BINS; i++) {
        if (any && i < meter->bins)
            STATE(state, meter->bin[series][i]);
        else
            meter->bin[series][i] = 0;
    }
}

void meter_state(struct meter *meter, struct state *state)
{
    STATE(state, meter->width);
    STATE(state, meter->bins);
    for (unsigned series = 0; series < METER_SERIES; series++)
        series_state(meter, (enum meter_series)series, state);
    for (unsigned h = 0; h < HART_MAX; h++) {
        STATE(state, meter->hart[h].since);
        STATE(state, meter->hart[h].mode);
        STATE(state, meter->hart[h].asleep);
    }
}

/* --- looking -------------------------------------------------------------------------- */

uint64_t meter_sum(const struct meter *meter, enum meter_series series)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < METER_BINS; i++)
        sum += meter->bin[series][i];
    return sum;
}

uint64_t meter_full(const struct meter *meter, const struct board *board,
                    enum meter_series series)
{
    uint64_t most = 1;

    if (meter_infos[series].base == BASE_HARTS)
        return meter->width * board->harts;
    if (meter_infos[series].base == BASE_CLOCK)
        return meter->width;
    for (unsigned i = 0; i < METER_BINS; i++)
        if (meter->bin[series][i] > most)
            most = meter->bin[series][i];
    return most;
}

enum meter_series meter_named(const char *name)
{
    for (unsigned series = 0; series < METER_SERIES; series++)
        if (strcmp(meter_infos[series].name, name) == 0)
            return (enum meter_series)series;
    return METER_SERIES;
}
