#include "face/tui/view/ring_parts.h"

#include "base/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- a slot -------------------------------------------------------------------------- */

static bool was_given(const struct channel *channel, uint32_t descriptor)
{
    const struct event_mmio_write *write = channel_written(channel, "Producer");

    return write && descriptor - (uint32_t)write->old <
                        (uint32_t)write->value - (uint32_t)write->old;
}

struct ring_slot ring_look(const struct channel *channel, uint32_t number)
{
    const struct queue_reader reader = channel_reader(channel);
    const struct event *done = channel_event(channel, EVENT_DMA_DONE);
    struct ring_slot slot = {.slot = dma_ring_slot(&channel->ring, number)};

    slot.there = dma_descriptor_read(&reader, slot.slot.at, &slot.descriptor);
    slot.owner = slot.slot.is_channels ? 'd' : 'h';
    slot.done_in_move = done && slot.slot.has_been && !slot.slot.is_channels &&
                        done->dma_done.index == slot.slot.descriptor;
    slot.given_in_move =
        slot.slot.is_channels && was_given(channel, slot.slot.descriptor);
    slot.now = slot.done_in_move ||
               (slot.slot.is_channels && channel->descriptor == slot.slot.at &&
                !dma_rests(channel->state));
    return slot;
}

const char *ring_owner(const struct ring_slot *slot)
{
    if (slot->done_in_move)
        return "d▸h";
    if (slot->given_in_move)
        return "h▸d";
    return slot->owner == 'd' ? "d" : "h";
}

const char *ring_word(const struct channel *channel, const struct ring_slot *slot,
                      bool brief)
{
    if (slot->slot.is_channels && channel->state == DMA_FAILED &&
        channel->failed == slot->slot.descriptor)
        return brief ? "fail" : "failed";
    if (slot->slot.is_channels && slot->now)
        return "now";
    if (!slot->slot.is_channels && !slot->slot.has_been && brief)
        return "fill";
    return dma_slot_word(&channel->ring, &slot->slot);
}

/* Is it a load or store by a hart of bytes of that slot, from `from` up to `to`? */
static bool touches(const struct event *event, enum event_access access, uint64_t from,
                    uint64_t to)
{
    return event->kind == EVENT_INSN && event->insn.access == access &&
           event->insn.pa < to && event->insn.pa + event->insn.size > from;
}

int ring_read_back(const struct channel *channel)
{
    const struct watch *watch = channel->watch;
    const struct dma_ring *ring = &channel->ring;
    uint64_t base = channel_pa(channel, ring->base);

    for (unsigned i = watch->count; i-- > 0;) {
        const struct event *event = &watch->events[i];
        uint64_t at = event->insn.pa - base;

        if (touches(event, ACCESS_LOAD, base,
                    base + (uint64_t)ring->size * DMA_DESCRIPTOR_SIZE) &&
            at % DMA_DESCRIPTOR_SIZE / 4 == DMA_DESCRIPTOR_STATUS / 4)
            return (int)(at / DMA_DESCRIPTOR_SIZE);
    }
    return -1;
}

/* --- its history ----------------------------------------------------------------------- */

enum { LINES = 8 };

struct history {
    unsigned lines;
    struct history_line {
        uint64_t cycle;
        char who, text[40];
    } line[LINES];
};

static struct history_line *add(struct history *history, uint64_t cycle, char who)
{
    struct history_line *line = &history->line[history->lines];

    if (history->lines == LINES)
        return NULL;
    history->lines++;
    *line = (struct history_line){.cycle = cycle, .who = who};
    return line;
}

static void add_turn(struct history *history, const struct channel *channel,
                     uint32_t descriptor)
{
    const struct dma_give *give = queue_fold_give(channel->queue, descriptor);
    const struct dma_turn *turn = queue_fold_turn(channel->queue, descriptor);
    struct history_line *line;

    if (give && (line = add(history, give->cycle, 'd')))
        snprintf(line->text, sizeof(line->text), "Producer = %" PRIu32 " gives it",
                 give->to);
    if (turn && (line = add(history, turn->fetched, 'd')))
        snprintf(line->text, sizeof(line->text), "fetched as desc %" PRIu32,
                 descriptor);
    if (turn && turn->over &&
        (line = add(history, turn->over, turn->failed ? 'd' : 'h')))
        snprintf(line->text, sizeof(line->text), "%s",
                 turn->failed ? "failed" : "done, handed back");
}

/* What harts did with it in the window: only the last load and the last store. */
static void add_harts(struct history *history, const struct channel *channel,
                      uint64_t at)
{
    const struct watch *watch = channel->watch;
    static const struct {
        enum event_access access;
        const char *text;
    } ways[] = {{ACCESS_STORE, "writes"}, {ACCESS_LOAD, "reads"}};

    for (size_t way = 0; way < COUNT(ways); way++)
        for (unsigned i = watch->count; i-- > 0;)
            if (touches(&watch->events[i], ways[way].access, at,
                        at + DMA_DESCRIPTOR_SIZE)) {
                struct history_line *line = add(history, watch->events[i].cycle, 'h');

                if (line)
                    snprintf(line->text, sizeof(line->text), "hart %u %s it",
                             watch->events[i].insn.hart, ways[way].text);
                break;
            }
}

static void sort(struct history *history)
{
    for (unsigned i = 1; i < history->lines; i++)
        for (unsigned j = i;
             j > 0 && history->line[j - 1].cycle > history->line[j].cycle; j--) {
            struct history_line line = history->line[j];

            history->line[j] = history->line[j - 1];
            history->line[j - 1] = line;
        }
}

/* The descriptor that is in the slot, and the one a round earlier. */
void ring_draw_history(struct canvas *canvas, struct area area,
                       const struct channel *channel, uint32_t number)
{
    struct dma_slot slot = dma_ring_slot(&channel->ring, number);
    struct history history = {0};
    unsigned from;

    if (slot.has_been && slot.descriptor >= channel->ring.size)
        add_turn(&history, channel, slot.descriptor - channel->ring.size);
    if (slot.has_been)
        add_turn(&history, channel, slot.descriptor);
    add_harts(&history, channel, channel_pa(channel, slot.at));
    sort(&history);
    from =
        history.lines > (unsigned)area.rows ? history.lines - (unsigned)area.rows : 0;
    if (!history.lines)
        canvas_text(canvas, area.row, area.col + 2, area.cols - 2, ROLE_QUIET,
                    slot.has_been ? "longer ago than is kept" : "nobody yet");
    for (unsigned i = from; i < history.lines; i++, area.row++) {
        const struct history_line *line = &history.line[i];
        char count[TEXT_NUMBER];

        canvas_printf(canvas, area.row, area.col, 11, ROLE_QUIET, "%11s",
                      text_count(count, line->cycle));
        canvas_printf(canvas, area.row, area.col + 13, 1, role_of_owner(line->who),
                      "%c", line->who);
        canvas_text(canvas, area.row, area.col + 16, area.cols - 16, ROLE_TEXT,
                    line->text);
    }
}
