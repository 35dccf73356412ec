/*
 * A DMA channel: its state machine, what it works on, and the registers that say what it
 * is doing; what the others do in one row or, where there is room, as boxes.
 */
#include "face/tui/view/dma_parts.h"
#include "face/tui/view/view.h"

#include "base/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Registers in the order of their rows; when there are fewer rows, the first ones. */
static const char *const registers[] = {
    "Control",  "BusMode",  "ExecSource", "ExecDestination", "ExecBytes",  "Consumer",
    "Producer", "RingBase", "RingSize",   "Descriptor",      "ChainHead",  "Request",
    "Priority", "Reason",   "NextSource", "NextBytes",       "ExecConfig",
};

enum { BOX = 6, WIDE = 100, TALL = 16 };

/* --- all channels -------------------------------------------------------------------- */

static void draw_box(const struct watch *watch, struct canvas *canvas, struct area area,
                     const struct channel *shown, unsigned number)
{
    struct channel channel;
    struct area line = {area.row + 1, area.col + 2, 1, area.cols - 4};

    channel_look(watch, shown->device, number, &channel);
    canvas_box(canvas, area, ROLE_RULE);
    canvas_printf(canvas, area.row, area.col + 2, area.cols - 4,
                  number == shown->number ? ROLE_HEAD : ROLE_TEXT, " ch %u ", number);
    dma_draw_states(canvas, line, &channel);
    line.row++;
    dma_draw_beats(canvas, line, &channel);
    line.row++;
    if (!dma_draw_error(canvas, line, &channel))
        dma_draw_work(canvas, line, &channel);
    line.row++;
    dma_draw_moved(canvas, line, &channel);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_FIELD, "%s.Control[%u]",
                 shown->device->name, number);
}

static void draw_boxes(const struct watch *watch, struct canvas *canvas,
                       struct area area, const struct channel *shown)
{
    int cols = (area.cols - 3) / DMA_CHANNELS;

    for (unsigned i = 0; i < DMA_CHANNELS; i++)
        draw_box(watch, canvas,
                 (struct area){area.row, area.col + (int)i * (cols + 1), BOX, cols},
                 shown, i);
}

/* Channels of a controller that are in that state: "1, 2, 3"; `except`: without this one. */
static unsigned put_numbers(struct buf *out, const struct watch *watch,
                            const struct device *device, unsigned state, int except)
{
    unsigned count = 0;

    for (unsigned i = 0; i < DMA_CHANNELS; i++) {
        unsigned all = facts_channel(watch->board, device->index, (uint8_t)i);

        if ((int)i != except && watch->facts.dma[all].state == state)
            buf_printf(out, "%s%u", count++ ? ", " : "", i);
    }
    return count;
}

static void put_controller(struct buf *out, const struct watch *watch,
                           const struct device *device, int except, bool name)
{
    if (name)
        buf_printf(out, "%s%s ", out->size ? "   " : "", device->name);
    for (unsigned state = DMA_STATES; state-- > 0;) {
        struct buf numbers = {0};

        if (put_numbers(&numbers, watch, device, state, except))
            buf_printf(out, "%sch %s %s",
                       state + 1 < DMA_STATES && out->size && !name ? "; " : "",
                       buf_str(&numbers), dma_state_names[state]);
        if (numbers.size)
            name = false;
        buf_free(&numbers);
    }
}

/* What everyone else does: "ch 1, 2, 3 idle". */
static void draw_others(const struct watch *watch, struct canvas *canvas,
                        struct area area, const struct channel *shown, bool boxes)
{
    bool several = watch_device(watch, "dma", 1) != NULL;
    const struct device *device;
    struct buf text = {0};

    if (!boxes)
        put_controller(&text, watch, shown->device, (int)shown->number, several);
    for (unsigned i = 0; (device = watch_device(watch, "dma", i)); i++)
        if (device != shown->device)
            put_controller(&text, watch, device, -1, true);
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_QUIET, buf_str(&text));
    buf_free(&text);
}

/* --- one channel ---------------------------------------------------------------------- */

/* Registers in the rows that are left, in two columns where they fit. */
static void draw_registers(struct canvas *canvas, struct area area,
                           const struct channel *channel)
{
    int columns = area.cols >= 96 ? 2 : 1, cols = area.cols / columns - (columns > 1);

    for (int i = 0; i < (int)COUNT(registers) && i < area.rows * columns; i++) {
        struct area line = {area.row + i % area.rows,
                            area.col + i / area.rows * (cols + 2), 1, cols};

        dma_draw_register(canvas, line, channel, registers[i]);
    }
}

/* The rows about the channel, the most important ones first; gives how many. */
static int draw_summary(struct canvas *canvas, struct area area,
                        const struct channel *channel)
{
    struct area line = {area.row, area.col + 2, 1, area.cols - 2};
    int rows = area.rows < 3 ? area.rows : area.rows < 8 ? 3 : 5;

    dma_draw_states(canvas, line, channel);
    if (rows > 1) {
        line.row++;
        dma_draw_beats(canvas, line, channel);
    }
    if (rows > 2) {
        line.row++;
        if (!dma_draw_error(canvas, line, channel))
            dma_draw_work(canvas, line, channel);
    }
    if (rows > 3) {
        line.row++;
        dma_draw_moved(canvas, line, channel);
        line.row++;
        dma_draw_way(canvas, line, channel);
    }
    return rows;
}

static void draw_one(const struct watch *watch, struct canvas *canvas, struct area area,
                     const struct channel *channel)
{
    bool others = area.rows >= 8;
    int used = draw_summary(canvas, area, channel);
    struct area rest = {area.row + used, area.col, area.rows - used - others,
                        area.cols};

    if (rest.rows > 0)
        draw_registers(canvas, rest, channel);
    if (others)
        draw_others(
            watch, canvas,
            (struct area){area.row + area.rows - 1, area.col + 2, 1, area.cols - 2},
            channel, false);
}

static void draw_all(const struct watch *watch, struct canvas *canvas, struct area area,
                     const struct channel *channel)
{
    bool several = watch_device(watch, "dma", 1) != NULL;
    struct area rest = {area.row + BOX + 1, area.col, area.rows - BOX - 1 - several,
                        area.cols};

    draw_boxes(watch, canvas, area, channel);
    dma_draw_way(canvas, (struct area){area.row + BOX, area.col + 2, 1, area.cols - 2},
                 channel);
    draw_registers(canvas, rest, channel);
    if (several)
        draw_others(
            watch, canvas,
            (struct area){area.row + area.rows - 1, area.col + 2, 1, area.cols - 2},
            channel, true);
}

static const char *absent(const struct watch *watch)
{
    return watch_device(watch, "dma", 0) ? NULL : "this board has no DMA controller";
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct area inside = {area.row + 1, area.col, area.rows - 1, area.cols};
    struct channel channel;
    char title[40];

    if (!channel_find(watch, state->about, &channel)) {
        view_draw_absent(&dma_view, canvas, area,
                         absent(watch) ? absent(watch)
                                       : "there is no such controller or channel");
        return;
    }
    snprintf(title, sizeof(title), "DMA channel %u", channel.number);
    canvas_rule(canvas, area.row, area.col, area.cols, title, channel.device->name);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_PART, "%s",
                 channel.device->name);
    if (area.cols >= WIDE && area.rows >= TALL)
        draw_all(watch, canvas, inside, &channel);
    else
        draw_one(watch, canvas, inside, &channel);
}

const struct view dma_view = {
    .name = "dma",
    .help = "a DMA channel: its state machine, registers and descriptor",
    .class = VIEW_DEVICES,
    .cols = 32,
    .rows = 3,
    .wide = 46,
    .wish = 16,
    .tells = "info dma",
    .about = "[DMA] [CHANNEL]",
    .absent = absent,
    .draw = draw,
};
