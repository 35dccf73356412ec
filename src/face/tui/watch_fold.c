/*
 * What the screen learns from each kind of event.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "face/tui/watch_peek.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"

#include <string.h>

/* --- who wrote each byte --------------------------------------------------------- */

static void note_writer(struct watch *watch, uint64_t pa, uint64_t size, uint8_t who)
{
    const struct ram *ram = &watch->board->bus.ram;

    if (ram_has(ram, pa, 1) && (!watch->regions || watch_region(watch, pa)))
        watch->written = pa;
    for (; size > 0 && ram_has(ram, pa, 1); pa++, size--) {
        uint8_t **page = &watch->writer[ram_page(ram, pa)];

        if (!*page)
            *page = alloc_zero(RAM_PAGE, 1);
        (*page)[pa & (RAM_PAGE - 1)] = (uint8_t)(who + 1);
    }
}

/* --- the timeline ---------------------------------------------------------------- */

static void add_span(struct watch *watch, struct span span)
{
    span.move = watch->move;
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
    char sign = insn->access == ACCESS_LOAD ? 'l' : 's';

    if (insn->access != ACCESS_NONE) {
        bool ram = ram_has(&watch->board->bus.ram, insn->pa, 1);
        uint32_t slot = ram                           ? costs->bus_slot
                        : insn->access == ACCESS_LOAD ? costs->mmio_read
                                                      : costs->mmio_write;

        bus = slot < insn->price ? until - slot : event->cycle;
        add_span(watch, (struct span){.from = bus,
                                      .until = until,
                                      .lane = LANE_HART,
                                      .index = insn->hart,
                                      .who = insn->hart,
                                      .sign = sign});
        add_span(watch, (struct span){.from = bus,
                                      .until = until,
                                      .lane = LANE_BUS,
                                      .index = 0,
                                      .who = insn->hart,
                                      .sign = 'h'});
        until = event->cycle + costs->instruction;
    }
    add_span(watch, (struct span){.from = event->cycle,
                                  .until = until < bus ? until : bus,
                                  .lane = LANE_HART,
                                  .index = insn->hart,
                                  .who = insn->hart,
                                  .sign = 'x'});
}

static void transfer_spans(struct watch *watch, const struct event *event)
{
    const struct event_bus_transfer *transfer = &event->bus_transfer;
    uint64_t until = event->cycle + transfer->price;
    char sign = transfer->access == ACCESS_LOAD ? 'r' : 'w';

    add_span(watch, (struct span){.from = event->cycle,
                                  .until = until,
                                  .lane = LANE_BUS,
                                  .index = 0,
                                  .who = transfer->initiator,
                                  .sign = 'd'});
    add_span(watch,
             (struct span){.from = event->cycle,
                           .until = until,
                           .lane = LANE_DMA,
                           .index = (uint8_t)(transfer->initiator - INITIATOR_DMA),
                           .who = transfer->initiator,
                           .sign = sign});
}

static void wait_span(struct watch *watch, const struct event *event)
{
    const struct event_bus_wait *wait = &event->bus_wait;
    bool hart = wait->initiator < INITIATOR_DMA;

    add_span(watch, (struct span){.from = event->cycle,
                                  .until = event->cycle + wait->cycles,
                                  .lane = hart ? LANE_HART : LANE_DMA,
                                  .index = (uint8_t)(wait->initiator -
                                                     (hart ? 0 : INITIATOR_DMA)),
                                  .who = wait->initiator,
                                  .sign = '~'});
}

/* --- harts --------------------------------------------------------------------- */

static struct hart_fold *hart_of(struct watch *watch, uint8_t hart)
{
    return &watch->harts[hart % HART_MAX];
}

static void fold_insn(struct watch *watch, const struct event *event)
{
    const struct event_insn *insn = &event->insn;
    struct hart_fold *hart = hart_of(watch, insn->hart);

    hart->insn = *event;
    hart->in_move = true;
    hart->bits[hart->insns++ % WATCH_INSNS] = insn->bits;
    insn_spans(watch, event);
    if (insn->access == ACCESS_STORE || insn->access == ACCESS_AMO)
        note_writer(watch, insn->pa, insn->size, insn->hart);
}

static void fold_trap(struct watch *watch, const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;

    add_span(watch, (struct span){.from = event->cycle,
                                  .until = event->cycle + trap->price,
                                  .lane = LANE_HART,
                                  .index = trap->hart,
                                  .who = trap->hart,
                                  .sign = 't'});
}

static void fold_hart_line(struct watch *watch, const struct event *event)
{
    const struct event_hart_line *line = &event->hart_line;
    uint32_t mask = UINT32_C(1) << (line->line % 32);
    uint32_t *lines = &hart_of(watch, line->hart)->lines;

    *lines = line->level ? *lines | mask : *lines & ~mask;
}

static void fold_sleep(struct watch *watch, const struct event *event)
{
    hart_of(watch, event->hart_sleep.hart)->asleep = event->hart_sleep.asleep;
}

/* --- the bus and interrupt lines ------------------------------------------------- */

static void fold_transfer(struct watch *watch, const struct event *event)
{
    const struct event_bus_transfer *transfer = &event->bus_transfer;

    transfer_spans(watch, event);
    if (transfer->initiator >= INITIATOR_DMA)
        watch->dma[(transfer->initiator - INITIATOR_DMA) % WATCH_CHANNELS].beats +=
            transfer->size;
    if (transfer->access == ACCESS_STORE)
        note_writer(watch, transfer->pa, transfer->size, transfer->initiator);
}

static void fold_irq_line(struct watch *watch, const struct event *event)
{
    unsigned source = event->irq_line.source % WATCH_IRQS;
    uint64_t mask = BIT(source % 64), *word = &watch->irq_high[source / 64];

    if (event->irq_line.level) {
        watch->irq_since[source] = event->cycle;
        *word |= mask;
    } else if (*word & mask) {
        *word &= ~mask;
        add_span(watch, (struct span){.from = watch->irq_since[source],
                                      .until = event->cycle,
                                      .lane = LANE_LINE,
                                      .index = (uint8_t)source,
                                      .who = INITIATOR_DMA,
                                      .sign = '1'});
    }
}

/* --- DMA channels ---------------------------------------------------------------- */

static struct dma_fold *channel_of(struct watch *watch, uint8_t device, uint8_t channel)
{
    return &watch->dma[watch_channel(watch, device, channel)];
}

static void fold_dma_state(struct watch *watch, const struct event *event)
{
    struct dma_fold *dma =
        channel_of(watch, event->dma_state.device, event->dma_state.channel);

    dma->state = event->dma_state.to;
    dma->beats = 0;
}

static void fold_descriptor(struct watch *watch, const struct event *event)
{
    struct dma_fold *dma =
        channel_of(watch, event->dma_descriptor.device, event->dma_descriptor.channel);

    dma->descriptor = event->dma_descriptor;
    dma->has_descriptor = true;
    dma->failed = false;
}

static void fold_burst(struct watch *watch, const struct event *event)
{
    channel_of(watch, event->dma_burst.device, event->dma_burst.channel)->bytes +=
        event->dma_burst.bytes;
}

static void fold_dma_error(struct watch *watch, const struct event *event)
{
    struct dma_fold *dma =
        channel_of(watch, event->dma_error.device, event->dma_error.channel);

    dma->error = event->dma_error;
    dma->failed = true;
}

/* --- devices --------------------------------------------------------------------- */

static struct device_fold *device_of(struct watch *watch, uint8_t device)
{
    return &watch->device[device % BOARD_ROWS];
}

static void fold_touch(struct watch *watch, uint8_t device, uint32_t offset, bool write)
{
    struct device_fold *fold = device_of(watch, device);

    fold->touches++;
    fold->offset = offset;
    fold->wrote = write;
}

static void fold_read(struct watch *watch, const struct event *event)
{
    fold_touch(watch, event->mmio_read.device, event->mmio_read.offset, false);
}

static void fold_write(struct watch *watch, const struct event *event)
{
    fold_touch(watch, event->mmio_write.device, event->mmio_write.offset, true);
}

static void fold_request(struct watch *watch, const struct event *event)
{
    device_of(watch, event->request_line.device)->request = event->request_line.level;
}

static void fold_console(struct watch *watch, const struct event *event)
{
    char *line = device_of(watch, event->console.device)->console;
    size_t used = strlen(line), room = sizeof(watch->device[0].console);
    uint8_t byte = event->console.byte;

    if (event->console.access != ACCESS_STORE || byte == '\r')
        return;
    if (byte == '\n') {
        line[0] = '\0';
        return;
    }
    if (used == room - 1)
        memmove(line, line + 1, used--);
    line[used] = (char)(byte >= ' ' && byte < 0x7f ? byte : '.');
    line[used + 1] = '\0';
}

static void fold_command(struct watch *watch, const struct event *event)
{
    struct disk_fold *disk = &watch->disk[event->disk_command.device % BOARD_ROWS];

    disk->command = event->disk_command;
    disk->has_command = true;
}

char disk_sign(uint8_t phase)
{
    static const char signs[DISK_PHASES] = {
        [DISK_RESETTING] = 'c', [DISK_DECODING] = 'c', [DISK_SEEKING] = 'k',
        [DISK_READING] = 'm',   [DISK_WRITING] = 'm',  [DISK_DATA_IN] = 'b',
        [DISK_DATA_OUT] = 'b',  [DISK_DMA_IN] = 'b',   [DISK_DMA_OUT] = 'b',
        [DISK_FAILED] = 'e',
    };

    return phase < DISK_PHASES ? signs[phase] : '\0';
}

static void fold_phase(struct watch *watch, const struct event *event)
{
    struct disk_fold *disk = &watch->disk[event->disk_phase.device % BOARD_ROWS];

    if (disk->has_phase)
        add_span(watch, (struct span){.from = disk->since,
                                      .until = event->cycle,
                                      .lane = LANE_DISK,
                                      .index = event->disk_phase.device,
                                      .who = INITIATOR_DMA,
                                      .sign = disk_sign(disk->phase.phase)});
    disk->phase = event->disk_phase;
    disk->has_phase = true;
    disk->since = event->cycle;
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
    [EVENT_BUS_WAIT] = {wait_span, 1, false},
    [EVENT_BUS_TRANSFER] = {fold_transfer, 3, false},
    [EVENT_MMIO_READ] = {fold_read, 7, false},
    [EVENT_MMIO_WRITE] = {fold_write, 7, false},
    [EVENT_TRAP_ENTER] = {fold_trap, 8, true},
    [EVENT_TRAP_RETURN] = {NULL, 8, true},
    [EVENT_IRQ_LINE] = {fold_irq_line, 4, true},
    [EVENT_HART_LINE] = {fold_hart_line, 2, false},
    [EVENT_HART_SLEEP] = {fold_sleep, 2, true},
    [EVENT_REQUEST_LINE] = {fold_request, 2, false},
    [EVENT_DMA_STATE] = {fold_dma_state, 2, false},
    [EVENT_DMA_DESCRIPTOR] = {fold_descriptor, 4, true},
    [EVENT_DMA_BURST] = {fold_burst, 2, false},
    [EVENT_DMA_DONE] = {NULL, 5, true},
    [EVENT_DMA_ERROR] = {fold_dma_error, 5, true},
    [EVENT_DISK_COMMAND] = {fold_command, 4, true},
    [EVENT_DISK_PHASE] = {fold_phase, 3, true},
    [EVENT_FIFO_OVERRUN] = {NULL, 5, true},
    [EVENT_CONSOLE] = {fold_console, 1, false},
    [EVENT_FINISH] = {NULL, 9, true},
};

void watch_fold(struct watch *watch, const struct event *event)
{
    if (event->cycle > watch->cycle) /* harts take turns: one may be behind another */
        watch->cycle = event->cycle;
    if (kinds[event->kind].fold)
        kinds[event->kind].fold(watch, event);
    if (event->kind != EVENT_INSN)
        watch->recent[watch->recents++ % WATCH_RECENT] = *event;
}

unsigned watch_weight(const struct event *event)
{
    return kinds[event->kind].weight;
}

bool watch_stops(const struct event *event)
{
    return kinds[event->kind].stops;
}
