/*
 * A DMA channel's chain of descriptors as boxes with arrows, from ChainHead on. Whatever
 * is in memory, it ends: at the END flag, or where nothing sensible follows.
 */
#include "face/tui/view/box.h"
#include "face/tui/view/dma_parts.h"
#include "face/tui/view/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    BOX = 27,   /* columns of a box */
    ARROW = 3,  /* ... and of the arrow to the next */
    HEIGHT = 6, /* rows of a box */
    LEAST = 54  /* columns from which boxes are drawn */
};

struct drawing {
    struct canvas *canvas;
    struct area area; /* below the rule */
    const struct channel *channel;
    struct dma_chain chain;
};

/* --- one descriptor -------------------------------------------------------------------- */

static bool is_now(const struct drawing *drawing, unsigned i)
{
    const struct event *done = channel_event(drawing->channel, EVENT_DMA_DONE);

    if (done)
        return done->dma_done.index == i;
    return !dma_rests(drawing->channel->state) &&
           drawing->channel->descriptor == drawing->chain.descriptor[i].at;
}

/* A chain is the channel's while it runs, but for what it has done. */
static char owner_of(const struct drawing *drawing, unsigned i)
{
    bool runs = !dma_rests(drawing->channel->state);
    uint32_t over = DMA_STATUS_DONE | DMA_STATUS_ERROR;

    return runs && !(drawing->chain.descriptor[i].status & over) ? 'd' : 'h';
}

/* "done, 64 bytes", "now", "to do". */
static void put_state(struct buf *out, const struct drawing *drawing, unsigned i)
{
    const struct dma_descriptor *descriptor = &drawing->chain.descriptor[i];

    dma_put_status(out, descriptor->status);
    if (out->size)
        return;
    if (is_now(drawing, i))
        buf_text(out, "now");
    else
        buf_text(out, owner_of(drawing, i) == 'd' ? "to do" : "not given yet");
}

/* What comes after the last one that can be read; "": the next one. */
static void put_after(struct buf *out, const struct dma_chain *chain, unsigned i)
{
    const struct dma_descriptor *last = &chain->descriptor[i];

    if (i + 1 < chain->count)
        return;
    switch ((int)chain->end) {
    case DMA_CHAIN_ENDS:
        buf_text(out, "END");
        break;
    case DMA_CHAIN_LOOPS:
        buf_printf(out, "loops to %u", chain->loop);
        break;
    case DMA_CHAIN_BAD:
        buf_printf(out, "bad next %" PRId32, last->next);
        break;
    case DMA_CHAIN_OUTSIDE:
        buf_printf(out, "no memory at %" PRIx64, chain->outside);
        break;
    default:
        buf_text(out, "and more");
        break;
    }
}

static enum role after_role(const struct dma_chain *chain)
{
    bool wrong = chain->end == DMA_CHAIN_LOOPS || chain->end == DMA_CHAIN_BAD ||
                 chain->end == DMA_CHAIN_OUTSIDE;

    return wrong ? ROLE_STOP : ROLE_QUIET;
}

static void put_what(struct buf *out, const struct dma_descriptor *descriptor)
{
    struct buf flags = {0};
    char count[TEXT_NUMBER];

    dma_put_flags(&flags, descriptor->flags & (uint32_t)~DMA_FLAG_END);
    buf_printf(out, "%s B%s%s", text_count(count, descriptor->bytes),
               flags.size ? ", " : "", buf_str(&flags));
    if (descriptor->flags & ~DMA_FLAGS)
        buf_text(out, ", reserved flags");
    buf_free(&flags);
}

/* --- boxes ------------------------------------------------------------------------------ */

static void fill_box(const struct drawing *drawing, struct area box, unsigned i)
{
    const struct dma_descriptor *descriptor = &drawing->chain.descriptor[i];
    struct canvas *canvas = drawing->canvas;
    enum role role = is_now(drawing, i) ? ROLE_HEAD : ROLE_TEXT;
    char letter[2] = {owner_of(drawing, i), '\0'};
    struct buf text = {0};

    buf_printf(&text, "%08" PRIx64 " ▸ %08" PRIx64, descriptor->source,
               descriptor->dest);
    box_text(canvas, box, 0, role, buf_str(&text));
    buf_clear(&text);
    put_what(&text, descriptor);
    box_text(canvas, box, 1, role, buf_str(&text));
    buf_clear(&text);
    put_state(&text, drawing, i);
    canvas_text(canvas, box.row + 3, box.col + 2, 1, role_of_owner(letter[0]), letter);
    canvas_text(canvas, box.row + 3, box.col + 5, box.cols - 6, role, buf_str(&text));
    buf_clear(&text);
    put_after(&text, &drawing->chain, i);
    box_text(canvas, box, 3, after_role(&drawing->chain),
             text.size ? buf_str(&text) : "");
    buf_free(&text);
}

static void draw_arrow(const struct drawing *drawing, struct area box, unsigned i)
{
    bool now = is_now(drawing, i);

    if (i + 1 < drawing->chain.count)
        canvas_text(drawing->canvas, box.row + 2, box.col + box.cols, ARROW - 1,
                    now ? ROLE_HEAD : ROLE_RULE, "─▸");
}

/* The page with the descriptor now, so that a box stays where it is. */
static unsigned first_of(const struct drawing *drawing, unsigned fit)
{
    for (unsigned i = 0; i < drawing->chain.count; i++)
        if (is_now(drawing, i))
            return i / fit * fit;
    return 0;
}

static void draw_boxes(const struct drawing *drawing)
{
    const struct area *area = &drawing->area;
    unsigned across = (unsigned)(area->cols / (BOX + ARROW));
    unsigned fit = across * (unsigned)(area->rows / HEIGHT);
    unsigned first = first_of(drawing, fit);

    for (unsigned n = 0; n < fit && first + n < drawing->chain.count; n++) {
        unsigned i = first + n;
        struct area box = {area->row + (int)(n / across) * HEIGHT,
                           area->col + (int)(n % across) * (BOX + ARROW), HEIGHT, BOX};
        uint64_t at = drawing->chain.descriptor[i].at;
        char title[40];

        snprintf(title, sizeof(title), "%u at %08" PRIx64, i, at);
        box_draw(drawing->canvas, box, is_now(drawing, i), title);
        fill_box(drawing, box, i);
        draw_arrow(drawing, box, i);
        snprintf(title, sizeof(title), "0x%" PRIx64, channel_pa(drawing->channel, at));
        canvas_thing_area(drawing->canvas, box, THING_MEMORY, title);
    }
}

/* --- rows ------------------------------------------------------------------------------- */

/* "▸ 1 80001020 d now   64 B, irq   80001000 ▸ 80002000". */
static void draw_row(const struct drawing *drawing, int row, unsigned i)
{
    const struct dma_descriptor *descriptor = &drawing->chain.descriptor[i];
    const struct area *area = &drawing->area;
    bool now = is_now(drawing, i);
    struct buf what = {0}, state = {0};

    put_what(&what, descriptor);
    put_after(&state, &drawing->chain, i);
    if (state.size)
        buf_text(&state, "  ");
    put_state(&state, drawing, i);
    if (now)
        canvas_put(drawing->canvas, row, area->col, ROLE_HEAD, L'▸');
    canvas_printf(drawing->canvas, row, area->col + 2, area->cols - 2,
                  now ? ROLE_HEAD : ROLE_TEXT, "%u %08" PRIx64 " %c  %s  %s", i,
                  descriptor->at, owner_of(drawing, i), buf_str(&state),
                  buf_str(&what));
    canvas_thing(drawing->canvas, row, area->col, area->cols, THING_MEMORY,
                 "0x%" PRIx64, channel_pa(drawing->channel, descriptor->at));
    buf_free(&what);
    buf_free(&state);
}

static void draw_rows(const struct drawing *drawing)
{
    unsigned fit = (unsigned)drawing->area.rows, first = first_of(drawing, fit);

    for (unsigned n = 0; n < fit && first + n < drawing->chain.count; n++)
        draw_row(drawing, drawing->area.row + (int)n, first + n);
}

/* --- the view --------------------------------------------------------------------------- */

/* Without a chain: the descriptor in progress of a ring, or the transfer. */
static void draw_other(const struct drawing *drawing)
{
    const struct channel *channel = drawing->channel;
    const struct queue_reader reader = channel_reader(channel);
    struct area line = drawing->area;
    struct dma_descriptor now;
    bool ring = channel->source == DMA_RING;

    canvas_printf(drawing->canvas, line.row++, line.col + 2, line.cols - 2, ROLE_QUIET,
                  ring ? "it has a ring, see the view ring; the descriptor now:"
                       : "single transfers: no descriptors");
    line.rows--;
    if (ring && channel->descriptor &&
        dma_descriptor_read(&reader, channel->descriptor, &now))
        dma_draw_descriptor(drawing->canvas, line, channel, &now);
    else if (!ring && line.rows > 0)
        dma_draw_moved(drawing->canvas,
                       (struct area){line.row, line.col + 2, 1, line.cols - 2},
                       channel);
}

static void draw_rule(const struct drawing *drawing, struct area area)
{
    const struct dma_chain *chain = &drawing->chain;
    const struct channel *channel = drawing->channel;
    char title[40], note[64] = "";

    snprintf(title, sizeof(title), "chain of DMA channel %u", channel->number);
    if (channel->source == DMA_CHAIN)
        snprintf(note, sizeof(note), "%u%s at 0x%" PRIx64, chain->count,
                 chain->end == DMA_CHAIN_LONG ? " and more" : "", channel->chain_head);
    canvas_rule(drawing->canvas, area.row, area.col, area.cols, title, note);
    canvas_thing(drawing->canvas, area.row, area.col, area.cols, THING_FIELD,
                 "%s.ChainHead[%u]", channel->device->name, channel->number);
}

static const char *absent(const struct watch *watch)
{
    return watch_device(watch, "dma", 0) ? NULL : "this board has no DMA controller";
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct queue_reader reader;
    struct channel channel;
    struct drawing drawing = {
        canvas, {area.row + 1, area.col, area.rows - 1, area.cols}, &channel, {0}};

    if (!channel_find(watch, state->about, &channel)) {
        view_draw_absent(&chain_view, canvas, area,
                         absent(watch) ? absent(watch)
                                       : "there is no such controller or channel");
        return;
    }
    reader = channel_reader(&channel);
    if (channel.source == DMA_CHAIN)
        dma_chain_follow(&reader, channel.chain_head, &drawing.chain);
    draw_rule(&drawing, area);
    if (channel.source != DMA_CHAIN)
        draw_other(&drawing);
    else if (!drawing.chain.count)
        canvas_printf(canvas, drawing.area.row, area.col + 2, area.cols - 2, ROLE_STOP,
                      "there is no memory at 0x%" PRIx64, channel.chain_head);
    else if (area.cols >= LEAST && drawing.area.rows >= HEIGHT)
        draw_boxes(&drawing);
    else
        draw_rows(&drawing);
}

const struct view chain_view = {
    .name = "chain",
    .help = "a DMA channel's chain of descriptors in memory",
    .class = VIEW_DEVICES,
    .cols = 32,
    .rows = 3,
    .wish = 13,
    .tells = "info dma",
    .about = "[DMA] [CHANNEL]",
    .absent = absent,
    .draw = draw,
};
