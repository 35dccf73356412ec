/*
 * info dma: what each channel of the DMA controllers does, by their registers, and the
 * descriptors that it works through, by what is in memory.
 */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/names.h"
#include "observe/ask/queues.h"

#include <inttypes.h>
#include <string.h>

enum { DESCRIPTORS_MOST = 64 };

/* A channel's register by its name in the data sheet. */
static uint64_t get(const struct device *device, const char *name, unsigned channel,
                    const struct reg **reg)
{
    struct register_place place;

    if (!names_register(device, name, &place, NULL) ||
        !names_index(&place, channel, NULL))
        return 0;
    if (reg)
        *reg = place.reg;
    return names_peek(&place);
}

static void number_cell(struct table *table, const struct device *device,
                        const char *name, unsigned channel)
{
    table_number(table, get(device, name, channel, NULL));
}

static void word_cell(struct table *table, const struct device *device,
                      const char *name, unsigned channel)
{
    const struct reg *reg = NULL;
    uint64_t value = get(device, name, channel, &reg);

    if (reg)
        info_register_cell(table, reg, value);
    else
        table_none(table);
}

/* A register that has one field, by that field's word. */
static void named_cell(struct table *table, const struct device *device,
                       const char *name, unsigned channel)
{
    const struct reg *reg = NULL;
    uint64_t value = get(device, name, channel, &reg);

    for (unsigned i = 0; reg && reg->fields && reg->fields->values[i]; i++)
        if (i == value) {
            table_text(table, "%s", reg->fields->values[i]);
            return;
        }
    table_none(table);
}

static void channel_row(struct table *table, const struct device *device,
                        unsigned channel)
{
    table_text(table, "%s", device->name);
    table_number(table, channel);
    named_cell(table, device, "State", channel);
    word_cell(table, device, "Control", channel);
    named_cell(table, device, "BusMode", channel);
    number_cell(table, device, "Priority", channel);
    number_cell(table, device, "Moved", channel);
    number_cell(table, device, "ExecBytes", channel);
    number_cell(table, device, "ExecSource", channel);
    number_cell(table, device, "ExecDestination", channel);
    word_cell(table, device, "Request", channel);
    named_cell(table, device, "Reason", channel);
}

/* --- descriptors ------------------------------------------------------------------------------------ */

static void descriptor_row(struct table *table, const struct device *device,
                           unsigned channel, uint64_t index,
                           const struct dma_descriptor *descriptor)
{
    struct buf text = {0};

    if (get(device, "Descriptor", channel, NULL) == descriptor->at)
        table_text(table, "=>");
    else
        table_none(table);
    table_text(table, "%s", device->name);
    table_number(table, channel);
    table_number(table, index);
    table_number(table, descriptor->at);
    table_number(table, descriptor->source);
    table_number(table, descriptor->dest);
    table_number(table, descriptor->bytes);
    dma_put_flags(&text, descriptor->flags);
    show_text_cell(table, &text);
    buf_clear(&text);
    dma_put_status(&text, descriptor->status);
    show_text_cell(table, &text);
    buf_free(&text);
}

/* The slots between Consumer and Producer are the channel's. */
static void ring_rows(struct table *table, const struct device *device,
                      unsigned channel)
{
    const struct queue_reader reader = queue_reader_of(device->bus);
    uint64_t base = get(device, "RingBase", channel, NULL);
    uint64_t size = get(device, "RingSize", channel, NULL);
    uint32_t consumer = (uint32_t)get(device, "Consumer", channel, NULL);
    uint32_t producer = (uint32_t)get(device, "Producer", channel, NULL);
    struct dma_descriptor descriptor;

    if (size == 0 || (size & (size - 1)))
        return;
    for (unsigned n = 0; consumer != producer && n < DESCRIPTORS_MOST; n++, consumer++)
        if (dma_descriptor_read(&reader,
                                base + (consumer & (size - 1)) * DMA_DESCRIPTOR_SIZE,
                                &descriptor))
            descriptor_row(table, device, channel, consumer, &descriptor);
}

/* One that bites its own tail is told of as the channel goes through it, for a while. */
static void chain_rows(struct table *table, const struct device *device,
                       unsigned channel)
{
    const struct queue_reader reader = queue_reader_of(device->bus);
    uint64_t at = get(device, "ChainHead", channel, NULL);
    struct dma_descriptor now = {.next = 1};

    for (unsigned n = 0; at && now.next && n < DESCRIPTORS_MOST; n++) {
        if (!dma_descriptor_read(&reader, at, &now))
            return;
        descriptor_row(table, device, channel, n, &now);
        if (now.flags & DMA_FLAG_END)
            return;
        at += (uint64_t)(int64_t)now.next;
    }
}

/* A channel with a ring works through that, else through its chain. */
static void descriptor_rows(struct table *table, const struct device *device,
                            unsigned channel)
{
    if (get(device, "RingSize", channel, NULL))
        ring_rows(table, device, channel);
    else
        chain_rows(table, device, channel);
}

/* --- the command ------------------------------------------------------------------------------------ */

static void say_channel(struct call *call, const struct device *device,
                        unsigned channel)
{
    const struct reg *reg = NULL;
    uint64_t state = get(device, "State", channel, &reg);

    if (state && reg && state < DMA_STATES)
        reply_say(call->reply,
                  "%s channel %u: %s, %" PRIu64 " bytes moved, %" PRIu64 " to go.",
                  device->name, channel, reg->fields->values[state],
                  get(device, "Moved", channel, NULL),
                  get(device, "ExecBytes", channel, NULL));
}

/* Calls `act` for each channel of each controller that is asked for. */
static unsigned each_channel(const struct call *call, struct table *table,
                             void (*act)(struct table *, const struct device *,
                                         unsigned))
{
    const struct board *board = session_board(call->session);
    unsigned controllers = 0;

    for (unsigned i = 0; i < board->devices; i++) {
        if (board->device[i]->type != &dma_type)
            continue;
        controllers++;
        for (unsigned channel = 0; channel < DMA_CHANNELS; channel++)
            if (!call->given[0].is_given || call->given[0].value == channel)
                act(table, board->device[i], channel);
    }
    return controllers;
}

static void say_channels(struct call *call)
{
    const struct board *board = session_board(call->session);

    for (unsigned i = 0; i < board->devices; i++)
        for (unsigned channel = 0;
             board->device[i]->type == &dma_type && channel < DMA_CHANNELS; channel++)
            if (!call->given[0].is_given || call->given[0].value == channel)
                say_channel(call, board->device[i], channel);
}

static void registers_of(struct table *table, const struct device *device,
                         unsigned channel)
{
    const struct regfile *file = device->type->regs;

    for (size_t i = 0; i < file->count; i++) {
        const struct reg *reg = &file->regs[i];
        uint64_t value = get(device, reg->name, channel, NULL);

        table_text(table, "%s", device->name);
        table_number(table, reg->offset + channel * reg->stride);
        table_text(table, "%s", reg->name);
        table_number(table, value);
        info_register_cell(table, reg, value);
        table_text(table, "%s", reg->help);
    }
}

bool info_dma(struct call *call, struct err *err)
{
    static const struct column channels[] = {
        {"device", COLUMN_TEXT},   {"channel", COLUMN_COUNT},
        {"state", COLUMN_TEXT},    {"control", COLUMN_TEXT},
        {"bus_mode", COLUMN_TEXT}, {"priority", COLUMN_COUNT},
        {"moved", COLUMN_COUNT},   {"left", COLUMN_COUNT},
        {"source", COLUMN_HEX},    {"destination", COLUMN_HEX},
        {"request", COLUMN_TEXT},  {"reason", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    static const struct column descriptors[] = {
        {"here", COLUMN_TEXT},       {"device", COLUMN_TEXT}, {"channel", COLUMN_COUNT},
        {"index", COLUMN_COUNT},     {"at", COLUMN_HEX},      {"source", COLUMN_HEX},
        {"destination", COLUMN_HEX}, {"bytes", COLUMN_COUNT}, {"flags", COLUMN_TEXT},
        {"status", COLUMN_TEXT},     {NULL, COLUMN_TEXT}};
    static const struct column registers[] = {
        {"device", COLUMN_TEXT}, {"offset", COLUMN_HEX}, {"register", COLUMN_TEXT},
        {"value", COLUMN_HEX},   {"means", COLUMN_TEXT}, {"help", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};

    if (call->given[0].is_given && call->given[0].value >= DMA_CHANNELS)
        return err_set(err, "a controller has channels 0 to %d", DMA_CHANNELS - 1);
    say_channels(call);
    if (!each_channel(call, reply_table(call->reply, "channels", channels),
                      channel_row))
        return err_set(err, "the board has no DMA controller");
    each_channel(call, reply_table(call->reply, "descriptors", descriptors),
                 descriptor_rows);
    if (call->given[0].is_given)
        each_channel(call, reply_table(call->reply, "registers", registers),
                     registers_of);
    return true;
}
