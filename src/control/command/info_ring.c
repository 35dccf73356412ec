/* info ring: the slots of DMA channels' rings, whose each is, and where the pointers are. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/names.h"
#include "observe/ask/queues.h"

#include <inttypes.h>

enum { SLOTS_MOST = 64 };

static uint64_t get(const struct device *device, const char *name, unsigned channel)
{
    struct register_place place;

    if (!names_register(device, name, &place, NULL) ||
        !names_index(&place, channel, NULL))
        return 0;
    return names_peek(&place);
}

static struct dma_ring ring_of(const struct device *device, unsigned channel)
{
    return (struct dma_ring){.base = get(device, "RingBase", channel),
                             .size = (uint32_t)get(device, "RingSize", channel),
                             .consumer = (uint32_t)get(device, "Consumer", channel),
                             .producer = (uint32_t)get(device, "Producer", channel)};
}

/* The pointers that are at that slot. */
static void pointers_cell(struct table *table, const struct dma_ring *ring,
                          uint32_t number)
{
    bool consumer = (ring->consumer & (ring->size - 1)) == number;
    bool producer = (ring->producer & (ring->size - 1)) == number;

    if (consumer || producer)
        table_text(table, "%s%s%s", consumer ? "consumer" : "",
                   consumer && producer ? ", " : "", producer ? "producer" : "");
    else
        table_none(table);
}

static void text_cell(struct table *table, uint32_t value,
                      void (*put)(struct buf *out, uint32_t value))
{
    struct buf text = {0};

    put(&text, value);
    show_text_cell(table, &text);
    buf_free(&text);
}

static void slot_row(struct table *table, const struct device *device, unsigned channel,
                     const struct dma_ring *ring, uint32_t number)
{
    const struct queue_reader reader = queue_reader_of(device->bus);
    struct dma_slot slot = dma_ring_slot(ring, number);
    struct dma_descriptor now;

    dma_descriptor_read(&reader, slot.at, &now);
    table_text(table, "%s", device->name);
    table_number(table, channel);
    table_number(table, number);
    pointers_cell(table, ring, number);
    table_text(table, "%s", slot.is_channels ? "DMA" : "software");
    table_text(table, "%s", dma_slot_word(ring, &slot));
    if (slot.has_been)
        table_number(table, slot.descriptor);
    else
        table_none(table);
    table_number(table, slot.at);
    table_number(table, now.source);
    table_number(table, now.dest);
    table_number(table, now.bytes);
    text_cell(table, now.flags, dma_put_flags);
    text_cell(table, now.status, dma_put_status);
}

/* Of a large ring the page with the next descriptor. */
static void ring_rows(struct call *call, struct table *table,
                      const struct device *device, unsigned channel,
                      const struct dma_ring *ring)
{
    uint32_t count = ring->size < SLOTS_MOST ? ring->size : SLOTS_MOST;
    uint32_t first = (ring->consumer & (ring->size - 1)) / count * count;

    reply_say(call->reply,
              "%s channel %u: %" PRIu32 " slots at 0x%" PRIx64 ", consumer %" PRIu32
              ", producer %" PRIu32 ", %" PRIu32 " to do.",
              device->name, channel, ring->size, ring->base, ring->consumer,
              ring->producer, ring->producer - ring->consumer);
    if (count < ring->size)
        reply_say(call->reply,
                  "Left out: %" PRIu32 " slots before, %" PRIu32 " behind.", first,
                  ring->size - first - count);
    for (uint32_t i = 0; i < count; i++)
        slot_row(table, device, channel, ring, first + i);
}

static unsigned device_rows(struct call *call, struct table *table,
                            const struct device *device)
{
    unsigned rings = 0;

    for (unsigned channel = 0; channel < DMA_CHANNELS; channel++) {
        struct dma_ring ring = ring_of(device, channel);
        const char *fault = dma_ring_fault(&ring);

        if (!ring.size || (call->given[1].is_given && call->given[1].value != channel))
            continue;
        rings++;
        if (fault)
            reply_say(call->reply, "%s channel %u: %s.", device->name, channel, fault);
        else
            ring_rows(call, table, device, channel, &ring);
    }
    return rings;
}

bool info_ring(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"device", COLUMN_TEXT},     {"channel", COLUMN_COUNT}, {"slot", COLUMN_COUNT},
        {"pointers", COLUMN_TEXT},   {"owner", COLUMN_TEXT},    {"state", COLUMN_TEXT},
        {"index", COLUMN_COUNT},     {"at", COLUMN_HEX},        {"source", COLUMN_HEX},
        {"destination", COLUMN_HEX}, {"bytes", COLUMN_COUNT},   {"flags", COLUMN_TEXT},
        {"status", COLUMN_TEXT},     {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct table *table = reply_table(call->reply, "slots", columns);
    unsigned rings = 0, controllers = 0;

    if (call->given[0].is_given &&
        board->device[call->given[0].value]->type != &dma_type)
        return err_set(err, "%s is no DMA controller",
                       board->device[call->given[0].value]->name);
    if (call->given[1].is_given && call->given[1].value >= DMA_CHANNELS)
        return err_set(err, "a controller has channels 0 to %d", DMA_CHANNELS - 1);
    for (unsigned i = 0; i < board->devices; i++) {
        if (board->device[i]->type != &dma_type ||
            (call->given[0].is_given && call->given[0].value != i))
            continue;
        controllers++;
        rings += device_rows(call, table, board->device[i]);
    }
    if (controllers && !rings)
        reply_say(call->reply, "No channel has a ring: RingSize is 0.");
    return controllers || err_set(err, "the board has no DMA controller");
}
