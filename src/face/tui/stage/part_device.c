/* What is inside DMA controllers, disks and streams. */
#include "face/tui/stage/parts.h"

#include "face/tui/watch/say.h"
#include "machine/device/ata.h"
#include "machine/device/stream.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- the DMA controller ----------------------------------------------------------- */

/* The channel that the event is of; -1: it is of none. */
static int channel_of(const struct watch *watch)
{
    const struct event *event = &watch->focus;
    const struct event_field *channel;

    if (!watch->has_focus)
        return -1;
    if (event->kind == EVENT_BUS_TRANSFER)
        return initiator_kind(event->bus_transfer.initiator) == BY_DMA
                   ? (int)initiator_number(event->bus_transfer.initiator)
                   : -1;
    channel = event_field_of((enum event_kind)event->kind, UNIT_CHANNEL);
    if (!channel || event_device(event) < 0)
        return -1;
    return (int)facts_channel(watch->board, (uint8_t)event_device(event),
                              (uint8_t)event_get(event, channel));
}

/* Does any of the controller's channels work? The last such; else its first. */
static unsigned busy_channel(const struct watch *watch, unsigned first, unsigned count)
{
    unsigned working = first;

    for (unsigned i = first; i < first + count && i < FACTS_CHANNELS; i++)
        if (watch->facts.dma[i].state != DMA_IDLE &&
            watch->facts.dma[i].state != DMA_COMPLETE)
            working = i;
    return working;
}

unsigned part_channel(const struct watch *watch)
{
    int channel = channel_of(watch);

    return channel >= 0 ? (unsigned)channel % FACTS_CHANNELS
                        : busy_channel(watch, 0, FACTS_CHANNELS);
}

static unsigned channel_in(const struct watch *watch, const struct device *device)
{
    unsigned first = facts_channel(watch->board, device->index, 0);
    int channel = channel_of(watch);

    if (channel >= (int)first && channel < (int)first + DMA_CHANNELS)
        return (unsigned)channel;
    return busy_channel(watch, first, DMA_CHANNELS);
}

/* Beats of 8 bytes of what the channel does now: "■■▣□□□□□ 3 of 8". */
static void add_beats(struct part_text *text, const struct dma_fold *dma, uint64_t left,
                      int width)
{
    unsigned done = dma->beats / BUS_SLOT_BYTES, all;
    char squares[DMA_BURST / BUS_SLOT_BYTES * 3 + 1] = "";

    if (dma->state == DMA_FETCH)
        left = DMA_DESCRIPTOR_SIZE;
    else if (dma->state == DMA_WRITE)
        left += dma->beats; /* what has landed is no longer left */
    else if (dma->state != DMA_READ)
        return;
    all = (unsigned)((left < DMA_BURST ? left : DMA_BURST) / BUS_SLOT_BYTES);
    if (all < 2 || done > all)
        return;
    for (unsigned i = 0; i < all; i++)
        strcat(squares, i + 1 == done ? "▣" : i < done ? "■" : "□");
    if (width < 15)
        part_add(text, ROLE_TEXT, "%s", squares);
    else
        part_add(text, ROLE_TEXT, "%s %u of %u", squares, done, all);
}

/* "ch 1, 2, 3 idle" */
static void add_idle(const struct watch *watch, const struct device *device,
                     unsigned told, int width, struct part_text *text)
{
    unsigned first = facts_channel(watch->board, device->index, 0), idle = 0;
    char list[24] = "";
    size_t used = 0;

    for (unsigned i = 0; i < DMA_CHANNELS; i++) {
        uint8_t state = watch->facts.dma[(first + i) % FACTS_CHANNELS].state;

        if (first + i == told || (state != DMA_IDLE && state != DMA_COMPLETE))
            continue;
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%u",
                                 idle ? ", " : "", i);
        idle++;
    }
    if (idle && width < 15)
        part_add(text, ROLE_QUIET, "%u ch idle", idle);
    else if (idle)
        part_add(text, ROLE_QUIET, "ch %s idle", list);
}

static void add_state(const struct dma_fold *dma, unsigned number, int width,
                      struct part_text *text)
{
    char state[TEXT_DATA];

    say_value(state, UNIT_DMASTATE, dma->state);
    if (dma->state == DMA_WAIT_LINE && width < 16)
        part_add(text, ROLE_TEXT, width < 14 ? "waits" : "awaits request");
    else if (width < 20)
        part_add(text, ROLE_TEXT, "%s", state);
    else
        part_add(text, ROLE_TEXT, "ch %u  %s", number, state);
}

void part_fill_dma(const struct watch *watch, const struct device *device, int width,
                   struct part_text *text)
{
    unsigned channel = channel_in(watch, device), number = channel % DMA_CHANNELS;
    const struct dma_fold *dma = &watch->facts.dma[channel % FACTS_CHANNELS];
    char count[TEXT_NUMBER], whole[TEXT_NUMBER];
    uint64_t left = 0, moved = 0;

    watch_register(watch, device, "ExecBytes", number, &left);
    watch_register(watch, device, "Moved", number, &moved);
    snprintf(text->note, sizeof(text->note), "ch %u", number);
    add_state(dma, number, width, text);
    if (dma->failed)
        part_add(text, ROLE_STOP, "error at 0x%" PRIx64, dma->error.at);
    if (dma->has_descriptor)
        part_add(text, ROLE_TEXT, width < 14 ? "desc %" PRIu32 : "descriptor %" PRIu32,
                 dma->descriptor.index);
    if (moved || left)
        part_add(text, ROLE_TEXT, "%s%s%s B", text_count(count, moved),
                 width < 20 ? "/" : " of ", text_count(whole, moved + left));
    add_beats(text, dma, left, width);
    add_idle(watch, device, channel, width, text);
    if (dma->bytes)
        part_add(text, ROLE_QUIET, "in all %s B", text_count(count, dma->bytes));
}

/* --- disks ------------------------------------------------------------------------ */

static void add_medium(const struct medium *medium, int width, struct part_text *text)
{
    char count[TEXT_NUMBER];

    if (medium->sectors && width >= 11)
        part_add(text, ROLE_QUIET, "%s sectors", text_count(count, medium->sectors));
}

void part_fill_ata(const struct watch *watch, const struct device *device, int width,
                   struct part_text *text)
{
    const struct disk_fold *disk = &watch->facts.disk[device->index];
    char name[TEXT_DATA];

    if (!disk->has_command) {
        part_add(text, ROLE_QUIET, "%s",
                 width < 10   ? "idle"
                 : width < 16 ? "no command"
                              : "no command yet");
        add_medium(&((const struct ata *)device)->medium, width, text);
        return;
    }
    say_value(name, UNIT_ATACOMMAND, disk->command.command);
    part_add(text, ROLE_TEXT, "%s", name);
    if (disk->has_phase) {
        part_add(text, ROLE_TEXT, "LBA %" PRIu64, disk->phase.lba);
        say_value(name, UNIT_DISKPHASE, disk->phase.phase);
        part_add_words(text, ROLE_TEXT, width, name);
        if (disk->command.count > 1 &&
            disk->phase.lba - disk->command.lba < disk->command.count)
            part_add(text, ROLE_QUIET,
                     width < 16 ? "%" PRIu64 "/%" PRIu32
                                : "sector %" PRIu64 " of %" PRIu32,
                     disk->phase.lba - disk->command.lba + 1, disk->command.count);
    }
    if (watch->facts.device[device->index].request)
        part_add(text, ROLE_DMA, "asks the DMA");
}

static void add_chain(struct part_text *text, const struct event_virtio_chain *chain)
{
    char name[TEXT_DATA], count[TEXT_NUMBER];

    say_value(name, UNIT_VIRTIOTYPE, chain->type);
    if (chain->bytes)
        part_add(text, ROLE_TEXT, "%s %s B", name, text_count(count, chain->bytes));
    else
        part_add(text, ROLE_TEXT, "%s", name);
    if (chain->type == VIRTIO_BLK_IN || chain->type == VIRTIO_BLK_OUT)
        part_add(text, ROLE_TEXT, "sector %" PRIu64, chain->sector);
    part_add(text, ROLE_QUIET, "chain %u of %u", chain->head, chain->buffers);
}

void part_fill_virtio(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text)
{
    const struct virtio_fold *virtio = &watch->facts.virtio[device->index];
    char name[TEXT_DATA];

    if (virtio->broken)
        part_add(text, ROLE_STOP, "%.*s", width, virtio_rules[virtio->error.rule].name);
    if (!virtio->has_chain && virtio->state == VIRTIO_IDLE && !virtio->broken) {
        part_add(text, ROLE_QUIET, width < 16 ? "no request" : "no request yet");
        add_medium(&((const struct virtio_blk *)device)->medium, width, text);
        return;
    }
    say_value(name, UNIT_VIRTIOSTATE, virtio->state);
    part_add_words(text, ROLE_TEXT, width, name);
    if (virtio->has_chain)
        add_chain(text, &virtio->chain);
    if (virtio->used)
        part_add(text, ROLE_QUIET, "used %" PRIu64, virtio->used);
}

void part_fill_stream(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text)
{
    const struct stream *stream = (const struct stream *)device;
    char count[TEXT_NUMBER];

    part_add(text, stream->level == stream->size ? ROLE_STOP : ROLE_TEXT,
             width < 14 ? "%" PRIu32 "/%" PRIu32 : "%" PRIu32 " of %" PRIu32 " B",
             stream->level, stream->size);
    part_add(text, ROLE_QUIET, width < 14 ? "in %s" : "came %s B",
             text_count(count, stream->arrived));
    if (stream->lost)
        part_add(text, ROLE_STOP, "lost %s", text_count(count, stream->lost));
    if (watch->facts.device[device->index].request)
        part_add(text, ROLE_DMA, "asks the DMA");
}
