#include "face/tui/view/dma_parts.h"

#include "base/bits.h"
#include "face/tui/watch/say.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NARROW = 34, CHAIN = 22 /* columns of the steps without the state */ };

/* --- states ------------------------------------------------------------------------ */

/* The steps of a burst, in the order in which a channel goes through them. */
static const uint8_t steps[] = {DMA_FETCH, DMA_READ, DMA_WRITE, DMA_STATUS};

static int draw_state(struct canvas *canvas, int row, int col, int room, unsigned state)
{
    const char *name = state < DMA_STATES ? dma_state_names[state] : "?";
    char upper[24];
    size_t n = 0;

    for (; name[n] && n + 1 < sizeof(upper); n++)
        upper[n] = (char)toupper((unsigned char)name[n]);
    upper[n] = '\0';
    return canvas_printf(canvas, row, col, room,
                         state == DMA_FAILED ? ROLE_STOP : ROLE_HEAD, "▐%s▌", upper);
}

/* The state the channel is in stands among the steps of a burst, or before them. */
void dma_draw_states(struct canvas *canvas, struct area area,
                     const struct channel *channel)
{
    bool narrow = area.cols < NARROW, step = false;
    int col = area.col, end = area.col + area.cols;

    canvas_thing(canvas, area.row, area.col, area.cols, THING_FIELD, "%s.State[%u]",
                 channel->device->name, channel->number);
    for (size_t i = 0; i < COUNT(steps); i++)
        step |= steps[i] == channel->state;
    if (!step)
        col += draw_state(canvas, area.row, col, end - col, channel->state) + 2;
    if (!step && end - col < CHAIN)
        return;
    for (size_t i = 0; i < COUNT(steps); i++) {
        if (i)
            col += canvas_text(canvas, area.row, col, end - col, ROLE_RULE,
                               narrow || !step ? "─" : " ─ ");
        if (steps[i] == channel->state)
            col += draw_state(canvas, area.row, col, end - col, channel->state);
        else
            col += canvas_text(canvas, area.row, col, end - col, ROLE_QUIET,
                               dma_state_names[steps[i]]);
    }
}

/* As many of the last states as there is room for, the newest at the right. */
void dma_draw_way(struct canvas *canvas, struct area area,
                  const struct channel *channel)
{
    const struct dma_queue_fold *queue = channel->queue;
    uint32_t oldest = queue->states > QUEUE_WAY ? queue->states - QUEUE_WAY : 0;
    struct buf way = {0}, longer = {0};
    char count[TEXT_NUMBER];

    for (uint32_t i = queue->states; i-- > oldest;) {
        const struct dma_way_state *state = &queue->way[i % QUEUE_WAY];

        buf_clear(&longer);
        buf_printf(&longer, "%s %s%s%s", dma_state_names[state->state % DMA_STATES],
                   text_count(count, state->since), way.size ? " ▸ " : "",
                   buf_str(&way));
        if (text_width(buf_str(&longer)) > area.cols - 4)
            break;
        buf_clear(&way);
        buf_text(&way, buf_str(&longer));
    }
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_QUIET, "way");
    canvas_text(canvas, area.row, area.col + 4, area.cols - 4, ROLE_TEXT,
                way.size ? buf_str(&way) : "idle since reset");
    buf_free(&way);
    buf_free(&longer);
}

/* --- bursts ------------------------------------------------------------------------ */

enum { SQUARES = 8 };

static void put_squares(struct buf *out, unsigned done, unsigned all, bool now)
{
    for (unsigned i = 0; i < all; i++)
        buf_text(out, i + 1 == done && now ? "▣" : i < done ? "■" : "□");
    buf_printf(out, "%s%u of %u", all ? " " : "", done, all);
}

static void put_burst(struct buf *out, const struct channel *channel)
{
    unsigned burst = channel_burst(channel);
    uint64_t all = (channel->moved + channel->left + burst - 1) / burst;
    uint64_t number = channel->moved / burst + 1;
    char count[TEXT_NUMBER], whole[TEXT_NUMBER];

    if (channel->state == DMA_WRITE && channel->fold->beats)
        number = (channel->moved + burst - 1) / burst;
    if (channel->state != DMA_READ && channel->state != DMA_WRITE)
        return;
    buf_printf(out, "   burst %s of %s", text_count(count, number < all ? number : all),
               text_count(whole, all));
}

void dma_draw_beats(struct canvas *canvas, struct area area,
                    const struct channel *channel)
{
    unsigned piece = channel_piece(channel), beat = channel_beat(channel);
    unsigned all = (piece + beat - 1) / beat, done = channel->fold->beats / beat;
    struct buf text = {0}, burst = {0};

    canvas_text(canvas, area.row, area.col, area.cols, ROLE_QUIET, "beat");
    if (!all)
        buf_text(&text, "-");
    else if (done > all || all > SQUARES)
        buf_printf(&text, "%u of %u bytes", (unsigned)channel->fold->beats, piece);
    else
        put_squares(&text, done, all, channel_event(channel, EVENT_BUS_TRANSFER));
    put_burst(&burst, channel);
    if (text_width(buf_str(&text)) + text_width(buf_str(&burst)) <= area.cols - 6)
        buf_text(&text, buf_str(&burst));
    canvas_text(canvas, area.row, area.col + 6, area.cols - 6,
                all ? ROLE_TEXT : ROLE_QUIET, buf_str(&text));
    buf_free(&text);
    buf_free(&burst);
}

/* --- what it works on ---------------------------------------------------------------- */

/* "desc 5 at 802004a0, slot 5 of 8, irq"; what does not fit is left out at the end. */
static void put_work(struct buf *out, const struct channel *channel, bool brief)
{
    const struct event_dma_descriptor *now = &channel->fold->descriptor;
    struct buf flags = {0};

    buf_printf(out, "desc %" PRIu32, now->index);
    if (!brief)
        buf_printf(out, " at %08" PRIx64, now->at);
    if (channel->source == DMA_RING)
        buf_printf(out, ", slot %" PRIu32 " of %" PRIu32,
                   now->index & (channel->ring.size - 1), channel->ring.size);
    dma_put_flags(&flags, now->flags);
    if (flags.size && !brief)
        buf_printf(out, ", %s", buf_str(&flags));
    buf_free(&flags);
}

void dma_draw_work(struct canvas *canvas, struct area area,
                   const struct channel *channel)
{
    struct buf text = {0};

    if (channel->source == DMA_SINGLE)
        buf_text(&text,
                 channel->left || channel->moved ? "a single transfer" : "no work yet");
    else if (channel->state == DMA_FETCH) {
        if (channel->source == DMA_RING)
            buf_printf(&text, "desc %" PRIu32 " ", channel->ring.consumer);
        buf_printf(&text, "at %08" PRIx64 ", not read yet", channel->descriptor);
    } else if (channel->fold->has_descriptor && channel->descriptor) {
        put_work(&text, channel, area.cols < 28);
        canvas_thing(canvas, area.row, area.col, area.cols, THING_MEMORY, "0x%" PRIx64,
                     channel_pa(channel, channel->fold->descriptor.at));
    } else if (channel->source == DMA_RING)
        buf_printf(&text, "ring of %" PRIu32 ": %" PRIu32 " to do", channel->ring.size,
                   channel->ring.producer - channel->ring.consumer);
    else
        buf_text(&text, channel_mode(channel));
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_TEXT, buf_str(&text));
    buf_free(&text);
}

void dma_draw_moved(struct canvas *canvas, struct area area,
                    const struct channel *channel)
{
    char moved[TEXT_NUMBER], whole[TEXT_NUMBER], all[TEXT_NUMBER], slots[TEXT_NUMBER];
    struct buf text = {0};

    buf_printf(&text, "moved %s of %s B", text_count(moved, channel->moved),
               text_count(whole, channel->moved + channel->left));
    if (area.cols >= 36)
        buf_printf(&text, "   in all %s B", text_count(all, channel->fold->bytes));
    if (area.cols >= 58)
        buf_printf(&text, "   slots taken %s",
                   text_count(slots, channel->queue->slots));
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_TEXT, buf_str(&text));
    buf_free(&text);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_FIELD, "%s.Moved[%u]",
                 channel->device->name, channel->number);
}

bool dma_draw_error(struct canvas *canvas, struct area area,
                    const struct channel *channel)
{
    const struct event_dma_error *error = &channel->fold->error;
    const char *reason =
        error->reason < DMA_REASONS ? dma_reason_names[error->reason] : "?";

    bool now = channel->state == DMA_FAILED || channel->state == DMA_STATUS ||
               channel_event(channel, EVENT_DMA_ERROR);

    if (!channel->fold->failed || !now)
        return false;
    if (channel->source == DMA_SINGLE)
        canvas_printf(canvas, area.row, area.col, area.cols, ROLE_STOP,
                      "error at %" PRIx64 ": %s", error->at, reason);
    else
        canvas_printf(canvas, area.row, area.col, area.cols, ROLE_STOP,
                      "error in desc %" PRIu32 " at %" PRIx64 ": %s", error->index,
                      error->at, reason);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_FIELD, "%s.Reason[%u]",
                 channel->device->name, channel->number);
    return true;
}
