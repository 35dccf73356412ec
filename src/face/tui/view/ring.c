/*
 * A DMA channel's ring of descriptors: a strip of its slots, the hart's pointers above
 * them, the channel's below, and whose each slot is.
 */
#include "face/tui/view/box.h"
#include "face/tui/view/dma_parts.h"
#include "face/tui/view/ring_parts.h"
#include "face/tui/view/strip.h"
#include "face/tui/view/view.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    LABEL = 6, /* columns of "hart" and "DMA" */
    CELL = 4,  /* columns of a slot as a letter */
    ENTRY = 6,
    ENTRY_MOST = 9, /* ... as a column of a table */
    BOX = 14,
    BOX_MOST = 22, /* ... as a box */
    FULL = 18,     /* a box this wide has more rows */
    TABLE_ROWS = 8,
    BOX_ROWS = 10,
    FULL_ROWS = 12,
    DETAILS = 5 /* rows of what stands below */
};

struct drawing {
    struct canvas *canvas;
    const struct channel *channel;
    struct area area; /* below the rule */
    struct strip strip;
};

/* The slot of the descriptor in progress, of the one that was just done, or the next. */
static unsigned slot_now(const struct channel *channel)
{
    const struct event *done = channel_event(channel, EVENT_DMA_DONE);
    uint32_t mask = channel->ring.size - 1;

    return done ? done->dma_done.index & mask : channel->ring.consumer & mask;
}

/* --- pointers ------------------------------------------------------------------------ */

static void draw_hart_pointers(const struct drawing *drawing, int row, bool brief)
{
    const struct channel *channel = drawing->channel;
    const struct dma_ring *ring = &channel->ring;
    int back = ring_read_back(channel);
    char text[40];

    canvas_text(drawing->canvas, row, drawing->area.col, LABEL, ROLE_QUIET,
                brief ? "h" : "hart");
    snprintf(text, sizeof(text), "%s %" PRIu32, brief ? "P" : "producer",
             ring->producer);
    strip_point(&drawing->strip, row, ring->producer & (ring->size - 1), L'▾',
                channel_written(channel, "Producer") ? ROLE_CHANGED : ROLE_HART, text);
    canvas_thing(drawing->canvas, row, drawing->area.col, drawing->area.cols,
                 THING_FIELD, "%s.Producer[%u]", channel->device->name,
                 channel->number);
    if (back < 0)
        return;
    back = (back + 1) & (int)(ring->size - 1);
    snprintf(text, sizeof(text), brief ? "R" : "next to read back: %d", back);
    strip_point(&drawing->strip, row, (unsigned)back, L'▾', ROLE_HART, text);
}

static void draw_dma_pointers(const struct drawing *drawing, int row, bool brief)
{
    const struct channel *channel = drawing->channel;
    const struct event *done = channel_event(channel, EVENT_DMA_DONE);
    char text[48];

    canvas_text(drawing->canvas, row, drawing->area.col, LABEL, ROLE_QUIET,
                brief ? "d" : "DMA");
    if (done)
        snprintf(text, sizeof(text), "%s %" PRIu32 "▸%" PRIu32,
                 brief ? "C" : "consumer", done->dma_done.index,
                 channel->ring.consumer);
    else
        snprintf(text, sizeof(text), "%s %" PRIu32, brief ? "C" : "consumer",
                 channel->ring.consumer);
    strip_point(&drawing->strip, row, slot_now(channel), L'▴',
                done ? ROLE_CHANGED : ROLE_DMA, text);
    canvas_thing(drawing->canvas, row, drawing->area.col, drawing->area.cols,
                 THING_FIELD, "%s.Consumer[%u]", channel->device->name,
                 channel->number);
}

static const char *band_name(const void *ctx, unsigned number, enum role *role)
{
    struct ring_slot slot = ring_look(ctx, number);

    *role = slot.done_in_move || slot.given_in_move ? ROLE_CHANGED
                                                    : role_of_owner(slot.owner);
    if (slot.done_in_move)
        return "to h";
    if (slot.given_in_move)
        return "to d";
    return slot.owner == 'd' ? "d owns" : "h owns";
}

/* --- slots --------------------------------------------------------------------------- */

static enum role slot_role(const struct ring_slot *slot)
{
    return slot->done_in_move || slot->given_in_move ? ROLE_CHANGED
                                                     : role_of_owner(slot->owner);
}

static void draw_letters(const struct drawing *drawing, int row)
{
    for (unsigned i = 0; i < drawing->strip.count; i++) {
        struct ring_slot slot = ring_look(drawing->channel, drawing->strip.first + i);
        int col = strip_col(&drawing->strip, drawing->strip.first + i);
        const char *owner = ring_owner(&slot);
        int at = col + (drawing->strip.width - text_width(owner)) / 2;

        canvas_text(drawing->canvas, row, owner[1] ? at : col + (CELL - 1) / 2, 3,
                    slot_role(&slot), owner);
        canvas_thing(drawing->canvas, row, col, drawing->strip.width, THING_MEMORY,
                     "0x%" PRIx64, channel_pa(drawing->channel, slot.slot.at));
    }
}

/* One letter a slot; with more rows the slots' numbers above. */
static void draw_line(struct drawing *drawing)
{
    const struct area *area = &drawing->area;
    bool numbers = area->rows >= 4;
    int row = area->row + 1 + numbers;

    draw_hart_pointers(drawing, area->row, true);
    for (unsigned i = 0; numbers && i < drawing->strip.count; i++)
        canvas_printf(drawing->canvas, area->row + 1,
                      strip_col(&drawing->strip, drawing->strip.first + i), CELL - 1,
                      ROLE_QUIET, "%2u", drawing->strip.first + i);
    draw_letters(drawing, row);
    draw_dma_pointers(drawing, row + 1, true);
    if (area->rows >= 5)
        strip_band(&drawing->strip, row + 2, band_name, drawing->channel);
}

static void draw_column(const struct drawing *drawing, int row, unsigned number)
{
    struct ring_slot slot = ring_look(drawing->channel, number);
    int col = strip_col(&drawing->strip, number), room = drawing->strip.width - 1;
    struct canvas *canvas = drawing->canvas;
    enum role role = slot.now ? ROLE_HEAD : ROLE_TEXT;

    canvas_printf(canvas, row, col, room, ROLE_QUIET, "%u", number);
    if (slot.slot.has_been) {
        canvas_printf(canvas, row + 1, col, room, role, "%" PRIu32,
                      slot.slot.descriptor);
        canvas_printf(canvas, row + 2, col, room, role, "%" PRIu32,
                      slot.descriptor.bytes);
    }
    canvas_text(canvas, row + 3, col, room, slot_role(&slot), ring_owner(&slot));
    canvas_text(canvas, row + 4, col, room, role,
                ring_word(drawing->channel, &slot, room < 7));
    for (int i = 0; i < 5; i++)
        canvas_thing(canvas, row + i, col, room, THING_MEMORY, "0x%" PRIx64,
                     channel_pa(drawing->channel, slot.slot.at));
}

/* --- what stands below ------------------------------------------------------------------ */

static void draw_rules(struct canvas *canvas, struct area area,
                       const struct channel *channel)
{
    uint32_t size = channel->ring.size;
    bool full = channel->ring.producer - channel->ring.consumer >= size - 1;
    char mod[32], fill[48];
    const char *const rules[] = {"consumer <= i < producer: d owns",
                                 "else: h owns",
                                 mod,
                                 fill,
                                 "one slot stays empty, so that",
                                 "full and empty look different"};

    snprintf(mod, sizeof(mod), "slot = i mod %" PRIu32, size);
    if (full)
        snprintf(fill, sizeof(fill), "it is full: no slot may be filled");
    else
        snprintf(fill, sizeof(fill), "slot %" PRIu32 " is the next to fill",
                 channel->ring.producer & (size - 1));
    for (int i = 0; i < 6 && i < area.rows; i++)
        canvas_text(canvas, area.row + i, area.col + 2, area.cols - 2, ROLE_TEXT,
                    rules[i]);
}

static void draw_details(const struct drawing *drawing, struct area area)
{
    const struct channel *channel = drawing->channel;
    unsigned number = channel->slot >= 0 && (unsigned)channel->slot < channel->ring.size
                          ? (unsigned)channel->slot
                          : slot_now(channel);
    struct ring_slot slot = ring_look(channel, number);
    int columns = area.cols >= 114 ? 3 : area.cols >= 76 ? 2 : 1;
    struct area part = {area.row, area.col, area.rows - 1,
                        area.cols / columns - 2 * (columns > 1)};
    char title[40], at[24];

    snprintf(title, sizeof(title), "slot %u, descriptor %" PRIu32, number,
             slot.slot.descriptor);
    if (!slot.slot.has_been)
        snprintf(title, sizeof(title), "slot %u", number);
    snprintf(at, sizeof(at), "0x%" PRIx64, slot.slot.at);
    canvas_rule(drawing->canvas, part.row++, part.col, part.cols, title, at);
    dma_draw_descriptor(drawing->canvas, part, channel, &slot.descriptor);
    if (columns < 2)
        return;
    part.col += part.cols + 2;
    snprintf(title, sizeof(title), "who has had slot %u", number);
    canvas_rule(drawing->canvas, part.row - 1, part.col, part.cols, title, NULL);
    ring_draw_history(drawing->canvas, part, channel, number);
    if (columns < 3)
        return;
    part.col += part.cols + 2;
    canvas_rule(drawing->canvas, part.row - 1, part.col, part.cols,
                "rules of this ring", NULL);
    draw_rules(drawing->canvas, part, channel);
}

/* --- its forms ------------------------------------------------------------------------- */

/* A column a slot, without boxes. */
static void draw_table(struct drawing *drawing)
{
    static const char *const labels[] = {"slot", "desc", "bytes", "owner"};
    const struct area *area = &drawing->area;

    draw_hart_pointers(drawing, area->row, false);
    for (int i = 0; i < 4; i++)
        canvas_text(drawing->canvas, area->row + 1 + i, area->col, LABEL - 1,
                    ROLE_QUIET, labels[i]);
    for (unsigned i = 0; i < drawing->strip.count; i++)
        draw_column(drawing, area->row + 1, drawing->strip.first + i);
    draw_dma_pointers(drawing, area->row + 6, false);
    if (area->rows >= TABLE_ROWS)
        strip_band(&drawing->strip, area->row + 7, band_name, drawing->channel);
    if (area->rows - TABLE_ROWS >= DETAILS - 1)
        draw_details(drawing, (struct area){area->row + TABLE_ROWS, area->col,
                                            area->rows - TABLE_ROWS, area->cols});
}

/* What a box says: rows in order; `full` boxes have all of them. */
static void fill_box(const struct drawing *drawing, struct area box,
                     const struct ring_slot *slot, bool full)
{
    const struct dma_descriptor *now = &slot->descriptor;
    struct canvas *canvas = drawing->canvas;
    bool empty = !slot->slot.has_been;
    int row = 0;
    char text[40];

    snprintf(text, sizeof(text), empty ? "empty" : "desc %" PRIu32 "%s",
             slot->slot.descriptor, now->flags & DMA_FLAG_IRQ ? " irq" : "");
    box_text(canvas, box, row++, slot->now ? ROLE_HEAD : ROLE_TEXT, text);
    if (full) {
        snprintf(text, sizeof(text), "from %08" PRIx64, now->source);
        box_text(canvas, box, row++, ROLE_TEXT, empty ? "" : text);
    }
    snprintf(text, sizeof(text), full ? "to   %08" PRIx64 : "%08" PRIx64, now->dest);
    box_text(canvas, box, row++, ROLE_TEXT, empty ? "" : text);
    snprintf(text, sizeof(text), "%" PRIu32 " B", now->bytes);
    box_text(canvas, box, row++, ROLE_TEXT, empty ? "" : text);
    if (full) {
        struct buf words = {0};

        dma_put_status(&words, now->status);
        box_text(canvas, box, row++, ROLE_TEXT, words.size ? buf_str(&words) : "");
        buf_free(&words);
    }
    snprintf(text, sizeof(text), "%s  %s", ring_owner(slot),
             ring_word(drawing->channel, slot, false));
    box_text(canvas, box, row, slot_role(slot), text);
}

static void draw_box(const struct drawing *drawing, int row, int rows, unsigned number)
{
    struct ring_slot slot = ring_look(drawing->channel, number);
    struct area box = {row, strip_col(&drawing->strip, number), rows,
                       drawing->strip.width};
    char text[24];

    snprintf(text, sizeof(text), "slot %u", number);
    box_draw(drawing->canvas, box, slot.now, text);
    fill_box(drawing, box, &slot, rows > BOX_ROWS - 4);
    snprintf(text, sizeof(text), "0x%" PRIx64,
             channel_pa(drawing->channel, slot.slot.at));
    canvas_thing_area(drawing->canvas, box, THING_MEMORY, text);
}

static void draw_boxes(struct drawing *drawing)
{
    const struct area *area = &drawing->area;
    bool full = drawing->strip.width >= FULL && area->rows + 1 >= FULL_ROWS;
    int rows = full ? BOX_ROWS - 2 : BOX_ROWS - 4, row = area->row + 1 + rows;
    int left = area->row + area->rows - row - 2;

    draw_hart_pointers(drawing, area->row, false);
    for (unsigned i = 0; i < drawing->strip.count; i++)
        draw_box(drawing, area->row + 1, rows, drawing->strip.first + i);
    draw_dma_pointers(drawing, row, false);
    strip_band(&drawing->strip, row + 1, band_name, drawing->channel);
    if (left >= DETAILS - 1)
        draw_details(drawing, (struct area){row + 2, area->col, left, area->cols});
}

/* --- the view --------------------------------------------------------------------------- */

static void draw_none(struct canvas *canvas, struct area area,
                      const struct channel *channel, const char *fault)
{
    char title[40];

    snprintf(title, sizeof(title), "ring of DMA channel %u", channel->number);
    canvas_rule(canvas, area.row, area.col, area.cols, title, channel->device->name);
    if (channel->source == DMA_RING)
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_STOP,
                    fault);
    else
        canvas_printf(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                      "RingSize is 0: %s",
                      channel->source == DMA_CHAIN
                          ? "it has a chain, see the view chain"
                          : "single transfers, no descriptors");
    canvas_thing(canvas, area.row + 1, area.col, area.cols, THING_FIELD,
                 "%s.RingSize[%u]", channel->device->name, channel->number);
}

static void draw_ring(struct canvas *canvas, struct area area,
                      const struct channel *channel)
{
    struct drawing drawing = {
        canvas, channel, {area.row + 1, area.col, area.rows - 1, area.cols}, {0}};
    unsigned size = channel->ring.size, now = slot_now(channel);
    unsigned least = size < 4 ? size : 4;
    bool table = area.rows >= TABLE_ROWS;
    bool all_fit = (unsigned)(area.cols - LABEL) >= ENTRY * size;
    bool boxes = area.rows >= BOX_ROWS &&
                 area.cols - LABEL >= BOX * (int)(all_fit ? size : least);
    int label = boxes || table ? LABEL : 2;
    char title[40], all[64], note[80];

    drawing.strip =
        strip_place(canvas, area.col + label, area.cols - label,
                    boxes   ? BOX
                    : table ? ENTRY
                            : CELL,
                    boxes   ? BOX_MOST
                    : table ? ENTRY_MOST
                            : CELL,
                    size, channel->slot >= 0 ? (unsigned)channel->slot : now);
    snprintf(title, sizeof(title), "ring of DMA channel %u", channel->number);
    snprintf(all, sizeof(all), "%u slots of 32 bytes at 0x%" PRIx64, size,
             channel->ring.base);
    canvas_rule(canvas, area.row, area.col, area.cols, title,
                strip_note(&drawing.strip, all, area.cols < 76, note, sizeof(note)));
    canvas_thing(canvas, area.row, area.col, area.cols, THING_FIELD, "%s.RingBase[%u]",
                 channel->device->name, channel->number);
    if (boxes)
        draw_boxes(&drawing);
    else if (table)
        draw_table(&drawing);
    else
        draw_line(&drawing);
}

static const char *absent(const struct watch *watch)
{
    return watch_device(watch, "dma", 0) ? NULL : "this board has no DMA controller";
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct channel channel;
    const char *fault;

    if (!channel_find(watch, state->about, &channel)) {
        view_draw_absent(&ring_view, canvas, area,
                         absent(watch) ? absent(watch)
                                       : "there is no such controller or channel");
        return;
    }
    fault = dma_ring_fault(&channel.ring);
    if (fault)
        draw_none(canvas, area, &channel, fault);
    else
        draw_ring(canvas, area, &channel);
}

const struct view ring_view = {
    .name = "ring",
    .help = "a DMA channel's ring: slots, owners, producer and consumer",
    .class = VIEW_DEVICES,
    .cols = 34,
    .rows = 4,
    .wish = 16,
    .tells = "info ring",
    .about = "[DMA] [CHANNEL] [SLOT]",
    .absent = absent,
    .draw = draw,
};
