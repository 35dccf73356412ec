/*
 * A DMA channel's registers and descriptors, field by field: names before numbers, and
 * what the event told of has changed.
 */
#include "base/bits.h"
#include "face/tui/view/dma_parts.h"
#include "face/tui/view/fields.h"
#include "face/tui/view/pin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 2, VALUE = 18, NOTE = 28 /* columns in a row */ };

/* The device at one end of the channel's transfers, which has no address there; NULL:
 * that end is in memory. */
static const char *device_at(const struct channel *channel, bool source)
{
    const struct dma *dma = (const struct dma *)channel->device;
    uint64_t request = channel_register(channel, "Request");
    const struct request_line *line = dma->line[field_get(request, DMA_REQUEST_LINE)];
    const struct mmio *mmio = NULL;

    if (field_get(request, DMA_REQUEST_DIRECTION) !=
        (source ? DMA_FROM_DEVICE : DMA_TO_DEVICE))
        return NULL;
    if (line)
        mmio = bus_find(&channel->watch->board->bus, line->base);
    return mmio ? mmio->name : "no device";
}

static void name_end(const struct channel *channel, uint64_t address, bool source,
                     char text[ABOUT_NAME])
{
    const char *device = device_at(channel, source);

    if (device)
        snprintf(text, ABOUT_NAME, "%.24s, by request", device);
    else
        pin_place(text, channel->watch, channel_pa(channel, address));
}

/* --- registers ----------------------------------------------------------------------- */

static bool is_count(const char *name)
{
    static const char *const counts[] = {
        "ExecBytes", "Moved", "Consumer", "Producer", "RingSize", "Priority", "Failed"};

    for (size_t i = 0; i < COUNT(counts); i++)
        if (strcmp(name, counts[i]) == 0)
            return true;
    return false;
}

/* The name of the place that an address is in, or what the fields say. */
static void put_note(struct buf *out, const struct channel *channel,
                     const struct reg *reg, uint64_t value)
{
    char place[ABOUT_NAME];

    if (reg->fields) {
        fields_put(out, reg, value, 0);
    } else if (strcmp(reg->name, "ExecSource") == 0 ||
               strcmp(reg->name, "ExecDestination") == 0) {
        name_end(channel, value, reg->name[4] == 'S', place);
        buf_text(out, place);
    } else if (!is_count(reg->name) && reg->size == 8 && value >= 0x1000) {
        buf_text(out, pin_place(place, channel->watch, channel_pa(channel, value)));
    }
}

/* What a store has changed: fields, else the number. A store of the same value is told,
 * too: "not changed". */
static void put_store(struct buf *out, const struct reg *reg, uint64_t old,
                      uint64_t value)
{
    if (old == value) {
        buf_text(out, "not changed");
    } else if (reg->fields) {
        fields_put_changed(out, reg, old, value);
        if (out->size)
            fields_put(out, reg, value, old ^ value);
    } else if (is_count(reg->name)) {
        buf_printf(out, "%" PRIu64 "▸%" PRIu64, old, value);
    } else {
        buf_printf(out, "was %" PRIx64, old);
    }
}

static void draw_value(struct canvas *canvas, struct area area, const struct reg *reg,
                       uint64_t value, enum role role)
{
    char count[TEXT_NUMBER];

    if (is_count(reg->name))
        canvas_printf(canvas, area.row, area.col + VALUE, 9, role, "%8s",
                      text_count(count, value));
    else
        canvas_printf(canvas, area.row, area.col + VALUE, 9, role, "%08" PRIx64, value);
}

void dma_draw_register(struct canvas *canvas, struct area area,
                       const struct channel *channel, const char *name)
{
    const struct event_mmio_write *write = channel_written(channel, name);
    const struct reg *reg = fields_register(&dma_type, name);
    uint64_t value = channel_register(channel, name);
    enum role role = write ? ROLE_CHANGED : ROLE_TEXT;
    int room = area.cols - NOTE;
    struct buf note = {0};

    if (write)
        put_store(&note, reg, write->old, value);
    else
        put_note(&note, channel, reg, value);
    if (write)
        canvas_put(canvas, area.row, area.col, ROLE_CHANGED, '*');
    canvas_text(canvas, area.row, area.col + NAME, VALUE - NAME - 1, ROLE_QUIET,
                reg->name);
    if (text_width(buf_str(&note)) > room && reg->fields) { /* names before numbers */
        int from = write ? NAME + text_width(reg->name) + 1 : VALUE;

        canvas_text(canvas, area.row, area.col + from, area.cols - from, role,
                    buf_str(&note));
    } else {
        draw_value(canvas, area, reg, value, role);
        canvas_text(canvas, area.row, area.col + NOTE, room,
                    write ? ROLE_CHANGED : ROLE_QUIET, buf_str(&note));
    }
    buf_free(&note);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_FIELD, "%s.%s[%u]",
                 channel->device->name, reg->name, channel->number);
}

/* --- descriptors ----------------------------------------------------------------------- */

static void draw_field(struct canvas *canvas, struct area area,
                       const struct channel *channel, uint64_t at, const char *name,
                       const char *value, const char *note)
{
    uint64_t pa = channel_pa(channel, at);
    bool changed = watch_wrote(channel->watch, pa);
    enum role role = changed ? ROLE_CHANGED : ROLE_TEXT;

    if (changed)
        canvas_put(canvas, area.row, area.col, ROLE_CHANGED, '*');
    canvas_printf(canvas, area.row, area.col + 2, 11, ROLE_QUIET, "+%02x %s",
                  (unsigned)(at % DMA_DESCRIPTOR_SIZE), name);
    canvas_printf(canvas, area.row, area.col + 14, area.cols - 14, role, "%8s", value);
    canvas_text(canvas, area.row, area.col + 24, area.cols - 24, ROLE_QUIET, note);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_MEMORY, "0x%" PRIx64, pa);
}

static void draw_place(struct canvas *canvas, struct area area,
                       const struct channel *channel, uint64_t at, const char *name,
                       uint64_t value)
{
    char text[TEXT_NUMBER], place[ABOUT_NAME];

    snprintf(text, sizeof(text), "%08" PRIx64, value);
    if (at % DMA_DESCRIPTOR_SIZE < DMA_DESCRIPTOR_BYTES)
        name_end(channel, value, at % DMA_DESCRIPTOR_SIZE == DMA_DESCRIPTOR_SOURCE,
                 place);
    else
        pin_place(place, channel->watch, channel_pa(channel, value));
    draw_field(canvas, area, channel, at, name, text, place);
}

static void draw_words(struct canvas *canvas, struct area area,
                       const struct channel *channel, uint64_t at, const char *name,
                       uint32_t value, void (*put)(struct buf *out, uint32_t value))
{
    char text[TEXT_NUMBER];
    struct buf words = {0};

    snprintf(text, sizeof(text), "%x", value);
    put(&words, value);
    draw_field(canvas, area, channel, at, name, text,
               words.size ? buf_str(&words) : "none");
    buf_free(&words);
}

static void put_status(struct buf *out, uint32_t status)
{
    dma_put_status(out, status);
    if (!out->size)
        buf_text(out, "not done");
}

int dma_draw_descriptor(struct canvas *canvas, struct area area,
                        const struct channel *channel, const struct dma_descriptor *now)
{
    bool chained = channel->source == DMA_CHAIN;
    int rows = area.rows < 5 + chained ? area.rows : 5 + chained;
    char text[TEXT_NUMBER];

    for (int i = 0; i < rows; i++, area.row++) {
        if (i == 0)
            draw_place(canvas, area, channel, now->at, "source", now->source);
        else if (i == 1)
            draw_place(canvas, area, channel, now->at + DMA_DESCRIPTOR_DEST, "dest",
                       now->dest);
        else if (i == 2)
            draw_field(canvas, area, channel, now->at + DMA_DESCRIPTOR_BYTES, "bytes",
                       text_count(text, now->bytes), "");
        else if (i == 3)
            draw_words(canvas, area, channel, now->at + DMA_DESCRIPTOR_FLAGS, "flags",
                       now->flags, dma_put_flags);
        else if (i == 4)
            draw_words(canvas, area, channel, now->at + DMA_DESCRIPTOR_STATUS, "status",
                       now->status, put_status);
        else
            draw_place(canvas, area, channel, now->at + DMA_DESCRIPTOR_NEXT, "next",
                       now->at + (uint64_t)(int64_t)now->next);
    }
    return rows;
}
