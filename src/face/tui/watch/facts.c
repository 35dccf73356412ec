#include "face/tui/watch/facts.h"

#include "base/bits.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"

#include <string.h>

_Static_assert((int)QUEUE_CHANNELS == (int)FACTS_CHANNELS, "counted alike");

static void add_span(struct facts *facts, const struct event *event, struct span span)
{
    span.retired = event->retired;
    span.order = event->order;
    if (span.until > span.from && span.sign)
        facts->span[facts->spans++ % FACTS_SPANS] = span;
}

/* --- harts ----------------------------------------------------------------------- */

static void take_hart_line(struct facts *facts, const struct event *event)
{
    const struct event_hart_line *line = &event->hart_line;
    uint32_t mask = UINT32_C(1) << (line->line % 32);
    uint32_t *lines = &facts->hart[line->hart % HART_MAX].lines;

    *lines = line->level ? *lines | mask : *lines & ~mask;
}

static void take_sleep(struct facts *facts, const struct event *event)
{
    facts->hart[event->hart_sleep.hart % HART_MAX].asleep = event->hart_sleep.asleep;
}

static void take_wait(struct facts *facts, const struct event *event)
{
    uint8_t who = event->bus_wait.initiator;

    if (initiator_kind(who) != BY_HART)
        return;
    facts->hart[who % HART_MAX].waits++;
    facts->hart[who % HART_MAX].waited += event->bus_wait.cycles;
}

/* --- the bus and interrupt lines ------------------------------------------------- */

static void take_transfer(struct facts *facts, const struct event *event)
{
    const struct event_bus_transfer *transfer = &event->bus_transfer;

    if (initiator_kind(transfer->initiator) == BY_DMA)
        facts->dma[initiator_number(transfer->initiator) % FACTS_CHANNELS].beats +=
            transfer->size;
    if (transfer->access == ACCESS_STORE)
        facts->written = transfer->pa;
}

static void take_irq_line(struct facts *facts, const struct event *event)
{
    unsigned source = event->irq_line.source % FACTS_IRQS;
    uint64_t mask = BIT(source % 64), *word = &facts->irq_high[source / 64];

    if (event->irq_line.level) {
        facts->irq_since[source] = event->cycle;
        *word |= mask;
    } else if (*word & mask) {
        *word &= ~mask;
        add_span(facts, event,
                 (struct span){.from = facts->irq_since[source],
                               .until = event->cycle,
                               .lane = LANE_LINE,
                               .index = (uint8_t)source,
                               .who = INITIATOR_DMA,
                               .sign = '1'});
    }
}

/* --- DMA channels ---------------------------------------------------------------- */

unsigned facts_channel(const struct board *board, uint8_t device, uint8_t channel)
{
    unsigned unit = 0;

    for (unsigned i = 0; i < device && i < board->devices; i++)
        unit += strcmp(board->device[i]->type->name, "dma") == 0;
    return (unit * DMA_CHANNELS + channel) % FACTS_CHANNELS;
}

static void take_dma(struct facts *facts, const struct board *board,
                     const struct event *event)
{
    struct dma_fold *dma = facts->dma;

    switch ((int)event->kind) {
    case EVENT_DMA_STATE:
        dma += facts_channel(board, event->dma_state.device, event->dma_state.channel);
        dma->state = event->dma_state.to;
        dma->beats = 0;
        break;
    case EVENT_DMA_DESCRIPTOR:
        dma += facts_channel(board, event->dma_descriptor.device,
                             event->dma_descriptor.channel);
        dma->descriptor = event->dma_descriptor;
        dma->has_descriptor = true;
        dma->failed = false;
        break;
    case EVENT_DMA_BURST:
        dma += facts_channel(board, event->dma_burst.device, event->dma_burst.channel);
        dma->bytes += event->dma_burst.bytes;
        break;
    case EVENT_DMA_ERROR:
        dma += facts_channel(board, event->dma_error.device, event->dma_error.channel);
        dma->error = event->dma_error;
        dma->failed = true;
        break;
    default:
        break;
    }
}

static void take_iommu_fault(struct facts *facts, const struct event *event)
{
    struct iommu_fold *iommu = &facts->iommu[event->iommu_fault.device % BOARD_ROWS];

    iommu->fault = event->iommu_fault;
    iommu->failed = true;
}

/* A device that is let through again is told of; what was refused before is over. */
static void take_translation(struct facts *facts, const struct event *event)
{
    facts->iommu[event->iommu_translate.device % BOARD_ROWS].failed = false;
}

/* --- devices --------------------------------------------------------------------- */

static void touch(struct facts *facts, uint8_t device, uint32_t offset, bool write)
{
    struct device_fold *fold = &facts->device[device % BOARD_ROWS];

    fold->touches++;
    fold->offset = offset;
    fold->wrote = write;
}

static void take_read(struct facts *facts, const struct event *event)
{
    touch(facts, event->mmio_read.device, event->mmio_read.offset, false);
}

static void take_write(struct facts *facts, const struct event *event)
{
    touch(facts, event->mmio_write.device, event->mmio_write.offset, true);
}

static void take_request(struct facts *facts, const struct event *event)
{
    facts->device[event->request_line.device % BOARD_ROWS].request =
        event->request_line.level;
}

static void take_console(struct facts *facts, const struct event *event)
{
    char *line = facts->device[event->console.device % BOARD_ROWS].console;
    size_t used = strlen(line), room = sizeof(facts->device[0].console);
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

static void take_command(struct facts *facts, const struct event *event)
{
    struct disk_fold *disk = &facts->disk[event->disk_command.device % BOARD_ROWS];

    disk->command = event->disk_command;
    disk->has_command = true;
}

static void take_phase(struct facts *facts, const struct event *event)
{
    struct disk_fold *disk = &facts->disk[event->disk_phase.device % BOARD_ROWS];

    if (disk->has_phase)
        add_span(facts, event,
                 (struct span){.from = disk->since,
                               .until = event->cycle,
                               .lane = LANE_DISK,
                               .index = event->disk_phase.device,
                               .who = INITIATOR_DMA,
                               .sign = disk_sign(disk->phase.phase)});
    disk->phase = event->disk_phase;
    disk->has_phase = true;
    disk->since = event->cycle;
}

static void take_virtio(struct facts *facts, const struct event *event)
{
    struct virtio_fold *virtio = facts->virtio;

    switch ((int)event->kind) {
    case EVENT_VIRTIO_STATE:
        virtio[event->virtio_state.device % BOARD_ROWS].state = event->virtio_state.to;
        return;
    case EVENT_VIRTIO_CHAIN:
        virtio += event->virtio_chain.device % BOARD_ROWS;
        virtio->chain = event->virtio_chain;
        virtio->has_chain = true;
        virtio->broken = false;
        return;
    case EVENT_VIRTIO_USED:
        virtio[event->virtio_used.device % BOARD_ROWS].used++;
        return;
    default:
        virtio += event->virtio_error.device % BOARD_ROWS;
        virtio->error = event->virtio_error;
        virtio->broken = true;
        return;
    }
}

/* --- all of them ----------------------------------------------------------------- */

void facts_take(struct facts *facts, const struct board *board,
                const struct event *event)
{
    static void (*const of[EVENT_KINDS])(struct facts *, const struct event *) = {
        [EVENT_BUS_WAIT] = take_wait,
        [EVENT_BUS_TRANSFER] = take_transfer,
        [EVENT_MMIO_READ] = take_read,
        [EVENT_MMIO_WRITE] = take_write,
        [EVENT_IRQ_LINE] = take_irq_line,
        [EVENT_HART_LINE] = take_hart_line,
        [EVENT_HART_SLEEP] = take_sleep,
        [EVENT_REQUEST_LINE] = take_request,
        [EVENT_DISK_COMMAND] = take_command,
        [EVENT_DISK_PHASE] = take_phase,
        [EVENT_CONSOLE] = take_console,
        [EVENT_IOMMU_TRANSLATE] = take_translation,
        [EVENT_IOMMU_FAULT] = take_iommu_fault,
        [EVENT_VIRTIO_STATE] = take_virtio,
        [EVENT_VIRTIO_CHAIN] = take_virtio,
        [EVENT_VIRTIO_USED] = take_virtio,
        [EVENT_VIRTIO_ERROR] = take_virtio,
    };

    if (event->board != board->index || !(FACTS_KINDS & EVENT_BIT(event->kind)))
        return;
    queue_fold_take(&facts->queues, board, event);
    if (of[event->kind])
        of[event->kind](facts, event);
    else
        take_dma(facts, board, event);
    facts->recent[facts->recents++ % FACTS_RECENT] = *event;
}
