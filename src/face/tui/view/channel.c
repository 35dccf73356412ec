#include "face/tui/view/channel.h"

#include "base/bits.h"
#include "face/tui/stage/parts.h"
#include "face/tui/view/fields.h"
#include "machine/iommu/iommu_translate.h"

#include <stdlib.h>
#include <string.h>

/* --- which one --------------------------------------------------------------------- */

/* The device and channel that an event is of; false: of none. */
static bool names_channel(const struct watch *watch, const struct event *event,
                          unsigned *device, unsigned *number)
{
    switch ((int)event->kind) {
    case EVENT_DMA_STATE:
        *device = event->dma_state.device;
        *number = event->dma_state.channel;
        return true;
    case EVENT_DMA_DESCRIPTOR:
        *device = event->dma_descriptor.device;
        *number = event->dma_descriptor.channel;
        return true;
    case EVENT_DMA_BURST:
        *device = event->dma_burst.device;
        *number = event->dma_burst.channel;
        return true;
    case EVENT_DMA_DONE:
        *device = event->dma_done.device;
        *number = event->dma_done.channel;
        return true;
    case EVENT_DMA_ERROR:
        *device = event->dma_error.device;
        *number = event->dma_error.channel;
        return true;
    case EVENT_MMIO_WRITE:
        *device = event->mmio_write.device;
        return *device < watch->board->devices &&
               watch->board->device[*device]->type == &dma_type &&
               regfile_find(dma_type.regs, event->mmio_write.offset, number);
    default:
        return false;
    }
}

static void follow(const struct watch *watch, const struct device **device,
                   unsigned *number)
{
    unsigned index, all;

    if (watch->has_focus && names_channel(watch, &watch->focus, &index, number)) {
        *device = watch->board->device[index];
        return;
    }
    all = part_channel(watch);
    *device = watch_device(watch, "dma", all / DMA_CHANNELS);
    *number = all % DMA_CHANNELS;
}

static const struct device *named(const struct watch *watch, const char *name,
                                  size_t length)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];

        if (device->type == &dma_type && strlen(device->name) == length &&
            strncmp(device->name, name, length) == 0)
            return device;
    }
    return NULL;
}

/* "dma0 1 5" or "dma0.Control[1]": the number behind the name, then the slot. */
static bool parse(const struct watch *watch, const char *about, struct channel *into)
{
    size_t length = strcspn(about, " .[");
    const char *rest = about + length;
    char *end;

    into->device = named(watch, about, length);
    rest += *rest == '.' ? strcspn(rest, "[") : 0;
    rest += *rest == '[';
    into->number = (unsigned)strtoul(rest, &end, 0);
    if (*end == ' ' && end != rest)
        into->slot = (int)strtol(end, NULL, 0);
    return into->device && into->number < DMA_CHANNELS;
}

bool channel_find(const struct watch *watch, const char *about, struct channel *channel)
{
    struct channel asked = {.slot = -1};

    if (*about && !parse(watch, about, &asked))
        return false;
    if (!*about)
        follow(watch, &asked.device, &asked.number);
    if (!asked.device)
        return false;
    channel_look(watch, asked.device, asked.number, channel);
    channel->slot = asked.slot;
    return true;
}

/* --- its registers ----------------------------------------------------------------- */

static const struct event_mmio_write *write_to(const struct channel *channel,
                                               const struct event *event,
                                               const struct reg *reg)
{
    const struct event_mmio_write *write = &event->mmio_write;

    if (event->kind != EVENT_MMIO_WRITE || write->device != channel->device->index ||
        write->response != BUS_OKAY ||
        write->offset - reg->offset - channel->number * reg->stride >= reg->size)
        return NULL;
    return write;
}

const struct event_mmio_write *channel_written(const struct channel *channel,
                                               const char *name)
{
    const struct watch *watch = channel->watch;
    const struct reg *reg = fields_register(&dma_type, name);

    for (unsigned i = watch->count; reg && i-- > watch->first;) {
        const struct event_mmio_write *write =
            write_to(channel, &watch->events[i], reg);

        if (write)
            return write;
    }
    return NULL;
}

static uint64_t look(const struct channel *channel, const char *name)
{
    const struct watch *watch = channel->watch;
    const struct reg *reg = fields_register(&dma_type, name);
    uint64_t value = 0;

    if (!reg || !watch_register(watch, channel->device, name, channel->number, &value))
        return 0;
    for (unsigned i = watch->inside; i < watch->count; i++) {
        const struct event_mmio_write *write =
            write_to(channel, &watch->events[i], reg);

        if (write && write->size == reg->size)
            value = (value & ~reg->rw) | (write->value & reg->rw);
    }
    return value;
}

const struct event *channel_event(const struct channel *channel, enum event_kind kind)
{
    const struct watch *watch = channel->watch;
    unsigned device, number;

    for (unsigned i = watch->count; i-- > watch->first;) {
        const struct event *event = &watch->events[i];

        if (event->kind != kind)
            continue;
        if (kind == EVENT_BUS_TRANSFER
                ? dma_is_channel(channel->device, channel->number,
                                 event->bus_transfer.initiator)
                : names_channel(watch, event, &device, &number) &&
                      device == channel->device->index && number == channel->number)
            return event;
    }
    return NULL;
}

/* --- what the events of a step have changed ------------------------------------------ */

static void see_transfer(struct channel *channel, const struct event_bus_transfer *seen)
{
    uint32_t flags =
        channel->fold->has_descriptor ? channel->fold->descriptor.flags : 0;

    if (seen->access != ACCESS_STORE ||
        seen->pa - channel->descriptor < DMA_DESCRIPTOR_SIZE)
        return;
    channel->moved += seen->size;
    channel->left -= seen->size < channel->left ? seen->size : channel->left;
    channel->from += flags & DMA_FLAG_FIXED_SOURCE ? 0 : seen->size;
    channel->to += flags & DMA_FLAG_FIXED_DEST ? 0 : seen->size;
}

static void see(struct channel *channel, const struct event *event)
{
    unsigned device, number;

    if (event->kind == EVENT_BUS_TRANSFER) {
        if (dma_is_channel(channel->device, channel->number,
                           event->bus_transfer.initiator))
            see_transfer(channel, &event->bus_transfer);
        return;
    }
    if (!names_channel(channel->watch, event, &device, &number) ||
        device != channel->device->index || number != channel->number)
        return;
    if (event->kind == EVENT_DMA_DESCRIPTOR) {
        channel->descriptor = event->dma_descriptor.at;
        channel->from = event->dma_descriptor.source;
        channel->to = event->dma_descriptor.dest;
        channel->left = event->dma_descriptor.bytes;
        channel->moved = 0;
    } else if (event->kind == EVENT_DMA_DONE && channel->source == DMA_RING) {
        channel->ring.consumer = event->dma_done.index + 1;
    } else if (event->kind == EVENT_DMA_ERROR) {
        channel->failed = event->dma_error.index;
        channel->reason = event->dma_error.reason;
    }
}

void channel_look(const struct watch *watch, const struct device *device,
                  unsigned number, struct channel *channel)
{
    unsigned all = facts_channel(watch->board, device->index, (uint8_t)number);

    *channel = (struct channel){.watch = watch,
                                .device = device,
                                .number = number,
                                .all = all,
                                .slot = -1,
                                .fold = &watch->facts.dma[all],
                                .queue = &watch->facts.queues.dma[all]};
    channel->state = channel->fold->state;
    channel->control = (uint32_t)look(channel, "Control");
    channel->config = (uint32_t)look(channel, "ExecConfig");
    channel->failed = (uint32_t)look(channel, "Failed");
    channel->reason = (uint32_t)look(channel, "Reason");
    channel->descriptor = look(channel, "Descriptor");
    channel->chain_head = look(channel, "ChainHead");
    channel->left = look(channel, "ExecBytes");
    channel->moved = look(channel, "Moved");
    channel->from = look(channel, "ExecSource");
    channel->to = look(channel, "ExecDestination");
    channel->ring = (struct dma_ring){.base = look(channel, "RingBase"),
                                      .size = (uint32_t)look(channel, "RingSize"),
                                      .consumer = (uint32_t)look(channel, "Consumer"),
                                      .producer = (uint32_t)look(channel, "Producer")};
    channel->source = channel->ring.size    ? DMA_RING
                      : channel->chain_head ? DMA_CHAIN
                                            : DMA_SINGLE;
    for (unsigned i = watch->inside; i < watch->count; i++)
        see(channel, &watch->events[i]);
}

uint64_t channel_register(const struct channel *channel, const char *name)
{
    const struct {
        const char *name;
        uint64_t value;
    } seen[] = {
        {"ExecBytes", channel->left},        {"ExecSource", channel->from},
        {"ExecDestination", channel->to},    {"Moved", channel->moved},
        {"Descriptor", channel->descriptor}, {"Consumer", channel->ring.consumer},
        {"Failed", channel->failed},         {"Reason", channel->reason},
    };

    for (size_t i = 0; i < COUNT(seen); i++)
        if (strcmp(seen[i].name, name) == 0)
            return seen[i].value;
    return look(channel, name);
}

/* --- bursts -------------------------------------------------------------------------- */

unsigned channel_burst(const struct channel *channel)
{
    uint64_t log2 = field_get(channel->config, DMA_RSIZE);

    return log2 < 6 ? 1U << log2 : DMA_BURST;
}

unsigned channel_piece(const struct channel *channel)
{
    uint64_t left = channel->left;

    switch (channel->state) {
    case DMA_FETCH:
        return DMA_DESCRIPTOR_SIZE;
    case DMA_STATUS:
        return 4;
    case DMA_WRITE:
        left += channel->fold->beats; /* what has landed is no longer left */
        break;
    case DMA_READ:
        break;
    default:
        return 0;
    }
    return left < channel_burst(channel) ? (unsigned)left : channel_burst(channel);
}

unsigned channel_beat(const struct channel *channel)
{
    uint64_t log2 = field_get(channel->config, DMA_RSIZE);
    bool data = channel->state == DMA_READ || channel->state == DMA_WRITE;

    return data && log2 < 3 ? 1U << log2 : BUS_SLOT_BYTES;
}

const char *channel_mode(const struct channel *channel)
{
    static const char *const modes[] = {[DMA_SINGLE] = "single transfer",
                                        [DMA_CHAIN] = "chain of descriptors",
                                        [DMA_RING] = "ring of descriptors"};

    return modes[channel->source];
}

uint64_t channel_pa(const struct channel *channel, uint64_t address)
{
    const struct dma *dma = (const struct dma *)channel->device;
    const struct iommu_access access = {.device_id = dma->device_id + channel->number,
                                        .iova = address,
                                        .access = ACCESS_LOAD};
    struct iommu_end end;

    if (!dma->bridge.translate)
        return address;
    end = iommu_look(dma->bridge.ctx, &access, NULL, NULL);
    return end.cause == IOMMU_NO_CAUSE ? end.pa : UINT64_MAX;
}

/* Descriptors are aligned, so that none goes over the end of a page. */
static uint64_t read_channel(const void *ctx, uint64_t at, void *bytes, uint64_t length)
{
    const struct channel *channel = ctx;

    return watch_read(channel->watch, channel_pa(channel, at), bytes, length);
}

struct queue_reader channel_reader(const struct channel *channel)
{
    return (struct queue_reader){read_channel, channel};
}
