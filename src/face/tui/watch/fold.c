/*
 * What the screen learns from the events of the window.
 */
#include "base/bits.h"
#include "face/tui/watch/peek.h"
#include "face/tui/watch/watch.h"
#include "machine/dma/dma.h"

/* --- the timeline ---------------------------------------------------------------- */

static void add_span(struct watch *watch, const struct event *event, struct span span)
{
    span.retired = event->retired;
    span.order = event->order;
    if (span.until > span.from && span.sign)
        watch->span[watch->spans++ % WATCH_SPANS] = span;
}

/* An instruction's time: its own cycle, waits (which were told before), and at its end
 * the bus, if it went there. */
static void insn_spans(struct watch *watch, const struct event *event)
{
    const struct event_insn *insn = &event->insn;
    const struct costs *costs = &watch->board->costs;
    uint64_t until = event->cycle + insn->price, bus = until;
    struct span span = {.lane = LANE_HART, .index = insn->hart, .who = insn->hart};

    if (insn->access != ACCESS_NONE) {
        bool ram = ram_has(&watch->board->bus.ram, insn->pa, 1);
        uint32_t slot = ram                           ? costs->bus_slot
                        : insn->access == ACCESS_LOAD ? costs->mmio_read
                                                      : costs->mmio_write;

        bus = slot < insn->price ? until - slot : event->cycle;
        span.from = bus;
        span.until = until;
        span.sign = insn->access == ACCESS_LOAD ? 'l' : 's';
        add_span(watch, event, span);
        span.lane = LANE_BUS;
        span.index = 0;
        span.sign = 'h';
        add_span(watch, event, span);
        until = event->cycle + costs->instruction;
    }
    span.from = event->cycle;
    span.until = until < bus ? until : bus;
    span.lane = LANE_HART;
    span.index = insn->hart;
    span.sign = 'x';
    add_span(watch, event, span);
}

static void fold_insn(struct watch *watch, const struct event *event)
{
    struct hart_fold *hart = &watch->harts[event->insn.hart % HART_MAX];

    hart->insn = *event;
    hart->bits[hart->insns++ % WATCH_INSNS] = event->insn.bits;
    insn_spans(watch, event);
}

/* What a DMA channel uses the bus for. */
static char transfer_sign(const struct watch *watch,
                          const struct event_bus_transfer *transfer)
{
    switch (watch->dma_state[initiator_number(transfer->initiator) % FACTS_CHANNELS]) {
    case DMA_FETCH:
        return 'f';
    case DMA_STATUS:
        return 's';
    default:
        return transfer->access == ACCESS_LOAD ? 'r' : 'w';
    }
}

static void fold_transfer(struct watch *watch, const struct event *event)
{
    const struct event_bus_transfer *transfer = &event->bus_transfer;
    struct span span = {.from = event->cycle,
                        .until = event->cycle + transfer->price,
                        .lane = LANE_BUS,
                        .who = transfer->initiator,
                        .sign = owner_letter(transfer->initiator)};

    add_span(watch, event, span);
    if (initiator_kind(transfer->initiator) != BY_DMA)
        return;
    span.lane = LANE_DMA;
    span.index = (uint8_t)initiator_number(transfer->initiator);
    span.sign = transfer_sign(watch, transfer);
    add_span(watch, event, span);
}

static void fold_dma_state(struct watch *watch, const struct event *event)
{
    const struct event_dma_state *state = &event->dma_state;

    watch->dma_state[facts_channel(watch->board, state->device, state->channel)] =
        state->to;
}

static void fold_wait(struct watch *watch, const struct event *event)
{
    const struct event_bus_wait *wait = &event->bus_wait;
    enum initiator_kind kind = initiator_kind(wait->initiator);

    if (kind != BY_HART && kind != BY_DMA) /* it has no lane of its own */
        return;
    add_span(watch, event,
             (struct span){.from = event->cycle,
                           .until = event->cycle + wait->cycles,
                           .lane = kind == BY_HART ? LANE_HART : LANE_DMA,
                           .index = (uint8_t)initiator_number(wait->initiator),
                           .who = wait->initiator,
                           .sign = '~'});
}

static void fold_iommu_walk(struct watch *watch, const struct event *event)
{
    const struct event_iommu_walk *walk = &event->iommu_walk;
    struct span span = {.from = event->cycle,
                        .until = event->cycle + walk->price,
                        .lane = LANE_BUS,
                        .who = INITIATOR_IOMMU,
                        .sign = 'i'};

    add_span(watch, event, span);
    span.lane = LANE_IOMMU;
    span.index = walk->device;
    span.sign = walk->table < STAGES ? (char)('0' + walk->level) : 'c';
    add_span(watch, event, span);
}

/* What the IOMMU decides, and tells, at once. */
static void iommu_point(struct watch *watch, const struct event *event, uint8_t device,
                        char sign)
{
    add_span(watch, event,
             (struct span){.from = event->cycle,
                           .until = event->cycle + 1,
                           .lane = LANE_IOMMU,
                           .index = device,
                           .who = INITIATOR_IOMMU,
                           .sign = sign});
}

static void fold_iommu_fault(struct watch *watch, const struct event *event)
{
    iommu_point(watch, event, event->iommu_fault.device, 'X');
}

static void fold_iommu_record(struct watch *watch, const struct event *event)
{
    iommu_point(watch, event, event->iommu_record.device, 'q');
}

static void fold_trap(struct watch *watch, const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;

    add_span(watch, event,
             (struct span){.from = event->cycle,
                           .until = event->cycle + trap->price,
                           .lane = LANE_HART,
                           .index = trap->hart,
                           .who = trap->hart,
                           .sign = 't'});
}

/*
 * A row an event kind. `weight` compares what the events of one instruction say: the
 * sentence of the heaviest is shown. `stops`: a moment that "next interesting" goes to.
 */
static const struct {
    void (*fold)(struct watch *watch, const struct event *event);
    uint8_t weight;
    bool stops;
} kinds[EVENT_KINDS] = {
    [EVENT_INSN] = {fold_insn, 6, false},
    [EVENT_BUS_WAIT] = {fold_wait, 1, false},
    [EVENT_BUS_TRANSFER] = {fold_transfer, 3, false},
    [EVENT_MMIO_READ] = {NULL, 7, false},
    [EVENT_MMIO_WRITE] = {NULL, 7, false},
    [EVENT_TRAP_ENTER] = {fold_trap, 8, true},
    [EVENT_TRAP_RETURN] = {NULL, 8, true},
    [EVENT_IRQ_LINE] = {NULL, 4, true},
    [EVENT_HART_LINE] = {NULL, 2, false},
    [EVENT_HART_SLEEP] = {NULL, 2, true},
    [EVENT_REQUEST_LINE] = {NULL, 2, false},
    [EVENT_DMA_STATE] = {fold_dma_state, 2, false},
    [EVENT_DMA_DESCRIPTOR] = {NULL, 4, true},
    [EVENT_DMA_BURST] = {NULL, 2, false},
    [EVENT_DMA_DONE] = {NULL, 5, true},
    [EVENT_DMA_ERROR] = {NULL, 5, true},
    [EVENT_DISK_COMMAND] = {NULL, 4, true},
    [EVENT_DISK_PHASE] = {NULL, 3, true},
    [EVENT_FIFO_OVERRUN] = {NULL, 5, true},
    [EVENT_CONSOLE] = {NULL, 1, false},
    [EVENT_VIRTIO_NOTIFY] = {NULL, 7, true},
    [EVENT_VIRTIO_STATE] = {NULL, 2, false},
    [EVENT_VIRTIO_CHAIN] = {NULL, 4, true},
    [EVENT_VIRTIO_USED] = {NULL, 4, true},
    [EVENT_VIRTIO_INTERRUPT] = {NULL, 4, true},
    [EVENT_VIRTIO_ERROR] = {NULL, 5, true},
    [EVENT_FINISH] = {NULL, 9, true},
    [EVENT_IOMMU_TRANSLATE] = {NULL, 3, false},
    [EVENT_IOMMU_WALK] = {fold_iommu_walk, 1, false},
    [EVENT_IOMMU_FILL] = {NULL, 2, false},
    [EVENT_IOMMU_CONTEXT] = {NULL, 2, false},
    [EVENT_IOMMU_INVAL] = {NULL, 3, false},
    [EVENT_IOMMU_FAULT] = {fold_iommu_fault, 5, true},
    [EVENT_IOMMU_RECORD] = {fold_iommu_record, 4, true},
    [EVENT_IOMMU_COMMAND] = {NULL, 4, true},
    [EVENT_OUTSIDE] = {NULL, 9, true},
};

void watch_fold(struct watch *watch, const struct event *event)
{
    if (kinds[event->kind].fold)
        kinds[event->kind].fold(watch, event);
}

unsigned watch_weight(const struct event *event)
{
    return kinds[event->kind].weight;
}

uint64_t watch_interesting(void)
{
    uint64_t some = 0;

    for (unsigned kind = 0; kind < EVENT_KINDS; kind++)
        if (kinds[kind].stops)
            some |= EVENT_BIT(kind);
    return some;
}
