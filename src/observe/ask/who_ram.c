/*
 * Who wrote a byte of RAM. The timeline is asked for the last step in which the bytes
 * were touched (board_watch hears every writer, and keeps the fast loop); that one step
 * is then replayed with everybody listening, and the event that wrote them is the answer.
 */
#include "observe/ask/who_search.h"

#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"

#include <assert.h>

/* --- the step that wrote ---------------------------------------------------------- */

struct watched {
    unsigned board;
    uint64_t pa, length;
    struct run *run;
    bool touched;
};

static void touched(void *ctx, struct board *board, uint64_t pa, unsigned length,
                    uint8_t who)
{
    struct watched *watched = ctx;

    (void)board;
    (void)pa;
    (void)length;
    (void)who;
    watched->touched = true;
    run_ask_stop(watched->run);
}

static void arm(void *ctx, struct run *run)
{
    struct watched *watched = ctx;

    watched->run = run;
    watched->touched = false;
    board_watch(run->board[watched->board],
                (struct board_watch){watched->pa, watched->length, touched, watched});
}

static void disarm(void *ctx, struct run *run)
{
    struct watched *watched = ctx;

    board_unwatch(run->board[watched->board], touched, watched);
}

static bool found(void *ctx, struct run *run)
{
    struct watched *watched = ctx;
    bool was = watched->touched;

    (void)run;
    watched->touched = false;
    return was;
}

/* --- the event that wrote --------------------------------------------------------- */

/* Looks for the last write of [pa, pa + length) in what it hears. */
struct writer {
    unsigned board;
    uint64_t pa, length;
    bool found;
    struct event event;
};

/* A store that crosses a page has two physical addresses and tells the first. */
static bool insn_wrote(const struct writer *writer, const struct event_insn *insn)
{
    bool crosses = (insn->pa & BITS(RAM_PAGE_SHIFT - 1, 0)) + insn->size > RAM_PAGE;

    return (insn->access == ACCESS_STORE || insn->access == ACCESS_AMO) &&
           (crosses || who_overlap(insn->pa, insn->size, writer->pa, writer->length));
}

static bool event_wrote(const struct writer *writer, const struct event *event)
{
    const struct event_bus_transfer *transfer = &event->bus_transfer;

    if (event->board != writer->board)
        return false;
    if (event->kind == EVENT_INSN)
        return insn_wrote(writer, &event->insn);
    if (event->kind == EVENT_BUS_TRANSFER)
        return transfer->access == ACCESS_STORE && transfer->response == BUS_OKAY &&
               who_overlap(transfer->pa, transfer->size, writer->pa, writer->length);
    if (event->kind == EVENT_OUTSIDE)
        return event->outside.act == ACT_MEMORY &&
               who_overlap(event->outside.number, event->outside.size, writer->pa,
                           writer->length);
    if (event->kind == EVENT_IOMMU_WALK)
        return event->iommu_walk.outcome == WALK_UPDATED &&
               who_overlap(event->iommu_walk.entry_at, 8, writer->pa, writer->length);
    return event->kind == EVENT_WALK_STEP && event->walk_step.outcome == WALK_UPDATED &&
           who_overlap(event->walk_step.entry_at, 8, writer->pa, writer->length);
}

static void take_writer(void *ctx, const struct event *event)
{
    struct writer *writer = ctx;

    if (!event_wrote(writer, event))
        return;
    writer->found = true;
    writer->event = *event;
}

static const uint64_t writer_kinds =
    EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_BUS_TRANSFER) | EVENT_BIT(EVENT_WALK_STEP) |
    EVENT_BIT(EVENT_IOMMU_WALK) | EVENT_BIT(EVENT_OUTSIDE);

/* A viewer inside a step has seen some of its events; the machine is still before it. */
static bool seen_in_step(const struct who_search *search, struct writer *writer)
{
    unsigned count, inside = timeline_inside(search->timeline);
    const struct event *events = timeline_step_events(search->timeline, &count);

    if (moment_compare(search->before, timeline_now(search->timeline)) != 0)
        return false;
    for (unsigned i = 0; i < inside && i < count; i++)
        take_writer(writer, &events[i]);
    return writer->found;
}

/* --- what a DMA channel was doing ------------------------------------------------- */

/* A channel, by its device and number; and a count. */
struct channel {
    unsigned board, device, number;
    unsigned bursts;
};

static struct channel channel_of(const struct run *run, unsigned board,
                                 uint8_t initiator)
{
    struct channel channel = {.board = board, .number = dma_channel_number(initiator)};

    for (unsigned i = 0; i < run->board[board]->devices; i++)
        if (dma_is_channel(run->board[board]->device[i], channel.number, initiator))
            channel.device = i;
    return channel;
}

static bool start_matches(void *ctx, const struct event *event)
{
    const struct channel *channel = ctx;

    if (event->board != channel->board)
        return false;
    if (event->kind == EVENT_DMA_DESCRIPTOR)
        return event->dma_descriptor.device == channel->device &&
               event->dma_descriptor.channel == channel->number;
    return event->dma_state.device == channel->device &&
           event->dma_state.channel == channel->number &&
           dma_rests(event->dma_state.from);
}

static void count_burst(void *ctx, const struct event *event)
{
    struct channel *channel = ctx;

    channel->bursts += event->board == channel->board &&
                       event->dma_burst.device == channel->device &&
                       event->dma_burst.channel == channel->number;
}

/* Behind an IOMMU the descriptor's address is the channel's own: its page may be elsewhere
 * on the bus. */
static bool is_status(const struct run *run, const struct channel *channel,
                      const struct event *start, const struct event *transfer)
{
    const struct dma *dma =
        (const struct dma *)run->board[channel->board]->device[channel->device];
    uint64_t mask = dma->bridge.translate ? RAM_PAGE - 1 : UINT64_MAX;
    uint64_t status = start->dma_descriptor.at + DMA_DESCRIPTOR_STATUS;

    return start->kind == EVENT_DMA_DESCRIPTOR &&
           ((transfer->bus_transfer.pa ^ status) & mask) == 0;
}

/* The chain that a virtio disk had in hand when it used the bus. */
struct virtio_use_of {
    const struct run *run;
    unsigned board;
    uint8_t initiator;
};

static bool chain_matches(void *ctx, const struct event *event)
{
    const struct virtio_use_of *use = ctx;

    return event->board == use->board &&
           virtio_is(use->run->board[use->board]->device[event->virtio_chain.device],
                     use->initiator);
}

static void explain_virtio(const struct who_search *search, struct who *who)
{
    struct virtio_use_of use = {timeline_run(search->timeline), search->board,
                                who->event.bus_transfer.initiator};

    who->has_start = timeline_find_last(
        search->timeline, moment_before_event(&who->event),
        EVENT_BIT(EVENT_VIRTIO_CHAIN), chain_matches, &use, &who->start);
}

static void explain_transfer(const struct who_search *search, struct who *who)
{
    struct channel channel = channel_of(timeline_run(search->timeline), search->board,
                                        who->event.bus_transfer.initiator);
    struct moment at = moment_before_event(&who->event);

    if (initiator_kind(who->event.bus_transfer.initiator) == BY_VIRTIO) {
        explain_virtio(search, who);
        return;
    }
    who->has_start =
        timeline_find_last(search->timeline, at,
                           EVENT_BIT(EVENT_DMA_DESCRIPTOR) | EVENT_BIT(EVENT_DMA_STATE),
                           start_matches, &channel, &who->start);
    if (!who->has_start ||
        is_status(timeline_run(search->timeline), &channel, &who->start, &who->event))
        return;
    timeline_replay(
        search->timeline, moment_after_event(&who->start), at,
        (struct event_sink){EVENT_BIT(EVENT_DMA_BURST), count_burst, &channel});
    who->burst = channel.bursts + 1;
}

/* --- values, and what was there at the beginning ---------------------------------- */

struct bytes {
    unsigned board;
    uint64_t pa, length, value;
};

static void look_at_bytes(void *ctx, struct run *run)
{
    struct bytes *bytes = ctx;

    bytes->value = 0;
    ram_read(&run->board[bytes->board]->bus.ram, bytes->pa, &bytes->value,
             bytes->length);
}

static uint64_t bytes_at(const struct who_search *search, struct moment at, uint64_t pa)
{
    uint64_t length = search->target->size < 8 ? search->target->size : 8;
    struct bytes bytes = {search->board, pa, length, 0};

    timeline_peek_at(search->timeline, at, look_at_bytes, &bytes);
    return bytes.value;
}

struct searched {
    const struct who_search *search;
    uint64_t pa;
    bool loaded;
};

static void look_if_loaded(void *ctx, struct run *run)
{
    struct searched *searched = ctx;
    const struct who_search *search = searched->search;
    uint8_t byte;

    for (uint64_t i = 0; i < search->target->size && !searched->loaded; i++) {
        ram_read(&run->board[search->board]->bus.ram, searched->pa + i, &byte, 1);
        searched->loaded = byte != 0;
    }
}

/* Was any of the bytes not zero when the run began? */
static bool was_loaded(const struct who_search *search, uint64_t pa)
{
    struct searched searched = {search, pa, false};

    timeline_peek_at(search->timeline, (struct moment){0}, look_if_loaded, &searched);
    return searched.loaded;
}

/* --- the question ----------------------------------------------------------------- */

static void answer(const struct who_search *search, const struct writer *writer,
                   struct who *who)
{
    who_found(search, &writer->event, who);
    if (writer->event.kind == EVENT_BUS_TRANSFER &&
        initiator_kind(writer->event.bus_transfer.initiator) != BY_IOMMU)
        explain_transfer(search, who);
}

/* A search that is cut short finds nobody. */
bool who_ram(const struct who_search *search, uint64_t pa, struct who *who)
{
    uint64_t length = search->target->size;
    struct watched watched = {.board = search->board, .pa = pa, .length = length};
    struct writer writer = {.board = search->board, .pa = pa, .length = length};
    const struct probe probe = {arm, disarm, found, &watched};
    struct moment hit, began;

    if (seen_in_step(search, &writer)) {
        answer(search, &writer, who);
        return true;
    }
    if (!timeline_find_hit(search->timeline, who_until(search), &probe, &hit, &began)) {
        who->loaded = was_loaded(search, pa);
        return true;
    }
    if (!timeline_replay(search->timeline, began, hit,
                         (struct event_sink){writer_kinds, take_writer, &writer}))
        return true;
    assert(writer.found);
    answer(search, &writer, who);
    who->before = began;
    who->has_values = true;
    who->old = bytes_at(search, began, pa);
    who->value = bytes_at(search, hit, pa);
    return true;
}
