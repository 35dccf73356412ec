/*
 * Looking for stops. While a timeline runs with this probe, it
 *
 *   - has each hart stop where a breakpoint is,
 *   - is told before watched bytes of RAM change,
 *   - hears the events that a stop is about, or that tell of a read.
 *
 * What was heard is a suspicion: it asks for a stop at the next boundary, where the whole
 * step is over and conditions see the machine as the viewer would. All of it depends on the
 * run alone, so a boundary that stops a move forwards stops one backwards, too.
 */
#include "observe/ask/stops_table.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

enum { WORD = 8 }; /* bytes of a watched range whose values are told */

/* --- what is heard -------------------------------------------------------------------------- */

#define READ_KINDS                                                                     \
    (EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_BUS_TRANSFER) | EVENT_BIT(EVENT_WALK_STEP))

uint64_t stop_events(const struct stop *stop)
{
    if (stop->kind == STOP_EVENT)
        return stop->kinds;
    if (stop->kind == STOP_READ || stop->kind == STOP_ACCESS)
        return READ_KINDS;
    return 0;
}

static struct stop_hit *hear(struct stops *stops, const struct stop *stop)
{
    struct heard *heard;

    if (stops->heards == stops->heard_room) {
        stops->heard_room = stops->heard_room ? 2 * stops->heard_room : 16;
        stops->heard =
            alloc_resize(stops->heard, stops->heard_room * sizeof(*stops->heard));
    }
    heard = &stops->heard[stops->heards++];
    *heard = (struct heard){.stop = stop};
    heard->hit.stop = stop;
    heard->hit.hart = stops->scope.hart;
    heard->hit.initiator = INITIATOR_NONE;
    return &heard->hit;
}

static void name_initiator(struct stop_hit *hit, unsigned initiator)
{
    hit->initiator = (uint8_t)initiator;
    if (initiator_kind(initiator) == BY_HART)
        hit->hart = initiator_number(initiator);
}

/* Who did it, as far as the event says. */
static void name_doer(struct stop_hit *hit, const struct event *event)
{
    const struct event_field *field = event_infos[event->kind].fields;

    for (; field->name; field++) {
        if (field->unit == UNIT_HART)
            name_initiator(hit, INITIATOR_HART + (unsigned)event_get(event, field));
        if (field->unit == UNIT_INITIATOR && hit->initiator == INITIATOR_NONE)
            name_initiator(hit, (unsigned)event_get(event, field));
    }
}

/* The bytes whose values are told: all of a small range, else the word that was written. */
static uint64_t told_word(const struct stop *stop, uint64_t pa, const struct run *run)
{
    uint64_t from = stop->length <= WORD ? stop->address : pa & ~(uint64_t)(WORD - 1);
    uint64_t left, value = 0;

    if (from < stop->address)
        from = stop->address;
    left = stop->address + stop->length - from;
    ram_read(&run->board[stop->board]->bus.ram, from, &value,
             left < WORD ? left : WORD);
    return value;
}

/* --- writes ----------------------------------------------------------------------------------- */

static bool overlaps(const struct stop *stop, uint64_t pa, uint64_t length)
{
    return pa < stop->address + stop->length && stop->address < pa + length;
}

/* A step that writes there more than once (a burst of DMA does) is heard once. */
static bool is_heard(const struct stops *stops, const struct stop *stop)
{
    for (unsigned i = 0; i < stops->heards; i++)
        if (stops->heard[i].stop == stop)
            return true;
    return false;
}

static void touched(void *ctx, struct board *board, uint64_t pa, unsigned length,
                    uint8_t who)
{
    struct stops *stops = ctx;
    struct run *run = timeline_run(stops->time);

    for (unsigned i = 0; i < stops->count; i++) {
        const struct stop *stop = stops->stop[i];
        struct stop_hit *hit;

        if (!stop->enabled || !stop_watches(stop) || stop->board != board->index ||
            !overlaps(stop, pa, length) || is_heard(stops, stop))
            continue;
        if (stop->hart >= 0 && who != INITIATOR_HART + stop->hart)
            continue;
        hit = hear(stops, stop);
        name_initiator(hit, who);
        hit->pa = pa < stop->address ? stop->address : pa;
        hit->before = told_word(stop, hit->pa, run);
        run_ask_stop(run);
    }
}

/* --- events ----------------------------------------------------------------------------------- */

struct read {
    uint64_t pa, length;
};

/* Does the event tell of a read of RAM? An AMO reads, too; fetches are no reads here. */
static bool tells_of_read(const struct event *event, struct read *read)
{
    const struct event_insn *insn = &event->insn;
    const struct event_bus_transfer *transfer = &event->bus_transfer;

    if (event->kind == EVENT_INSN) {
        *read = (struct read){insn->pa, insn->size};
        return insn->access == ACCESS_LOAD || insn->access == ACCESS_AMO;
    }
    if (event->kind == EVENT_BUS_TRANSFER) {
        *read = (struct read){transfer->pa, transfer->size};
        return transfer->access == ACCESS_LOAD && transfer->response == BUS_OKAY;
    }
    *read = (struct read){event->walk_step.entry_at, sizeof(event->walk_step.entry)};
    return event->kind == EVENT_WALK_STEP &&
           event->walk_step.outcome != WALK_ACCESS_FAULT;
}

static bool passes_filter(const struct stops *stops, const struct stop *stop,
                          const struct event *event)
{
    struct expr_scope scope = stops->scope;
    uint64_t value;

    scope.board = stop->board;
    scope.event = event;
    scope.kind = (enum event_kind)event->kind;
    return !stop->filter ||
           (expr_value(stop->filter, &scope, &value, NULL) && value != 0);
}

static void take_event(struct stops *stops, const struct stop *stop,
                       const struct event *event)
{
    struct read read = {0, 0};
    struct stop_hit *hit;

    if (stop->board != event->board)
        return;
    if (stop->kind == STOP_EVENT) {
        if (!passes_filter(stops, stop, event))
            return;
    } else if (!tells_of_read(event, &read) || !overlaps(stop, read.pa, read.length)) {
        return;
    }
    hit = hear(stops, stop);
    hit->has_event = true;
    hit->event = *event;
    name_doer(hit, event);
    hit->pa = read.pa < stop->address ? stop->address : read.pa;
    if (stop->hart >= 0 && hit->initiator != INITIATOR_HART + stop->hart)
        stops->heards--;
    else
        run_ask_stop(timeline_run(stops->time));
}

static void take(void *ctx, const struct event *event)
{
    struct stops *stops = ctx;

    for (unsigned i = 0; i < stops->count; i++)
        if (stops->stop[i]->enabled &&
            (stop_events(stops->stop[i]) & EVENT_BIT(event->kind)))
            take_event(stops, stops->stop[i], event);
}

/* --- armed ------------------------------------------------------------------------------------ */

/* Has each hart that a breakpoint is for stop there, or no longer. */
static void set_arrival(struct board *board, const struct stop *stop, bool on)
{
    for (unsigned h = 0; h < board->harts; h++) {
        if (stop->hart >= 0 && h != (unsigned)stop->hart)
            continue;
        if (on)
            hart_add_stop(&board->hart[h], stop->address);
        else
            hart_remove_stop(&board->hart[h], stop->address);
    }
}

static void arm(void *ctx, struct run *run)
{
    struct stops *stops = ctx;
    uint64_t kinds = 0;

    stops->heards = 0;
    for (unsigned i = 0; i < stops->count; i++) {
        const struct stop *stop = stops->stop[i];
        struct board *board = run->board[stop->board];

        if (!stop->enabled)
            continue;
        if (stop->kind == STOP_PC)
            set_arrival(board, stop, true);
        if (stop_watches(stop))
            board_watch(board, (struct board_watch){stop->address, stop->length,
                                                    touched, stops});
        kinds |= stop_events(stop);
    }
    if (kinds)
        event_listen(&run->events, (struct event_sink){kinds, take, stops});
}

static void disarm(void *ctx, struct run *run)
{
    struct stops *stops = ctx;

    for (unsigned i = 0; i < stops->count; i++)
        if (stops->stop[i]->enabled && stops->stop[i]->kind == STOP_PC)
            set_arrival(run->board[stops->stop[i]->board], stops->stop[i], false);
    for (unsigned b = 0; b < run->boards; b++)
        board_unwatch(run->board[b], touched, stops);
    event_unlisten(&run->events, take, stops);
    stops->heards = 0;
}

/* --- found ------------------------------------------------------------------------------------ */

static void hear_arrival(struct stops *stops, const struct stop *stop,
                         const struct hart *hart, const struct run *run)
{
    if (stop->enabled && stop->kind == STOP_PC && hart->pc == stop->address &&
        hart == &run->board[stop->board]->hart[hart->id] &&
        (stop->hart < 0 || hart->id == stop->hart))
        name_initiator(hear(stops, stop), INITIATOR_HART + hart->id);
}

/* A condition that has no value stops, too: it may be what its writer waits for. */
static bool holds(const struct stops *stops, struct heard *heard)
{
    struct expr_scope scope = stops->scope;
    uint64_t value;
    struct err err;

    scope.board = heard->stop->board;
    scope.hart = heard->hit.hart;
    if (heard->hit.has_event && heard->stop->kind == STOP_EVENT) {
        scope.event = &heard->hit.event;
        scope.kind = (enum event_kind)heard->hit.event.kind;
    }
    if (!heard->stop->condition)
        return true;
    if (expr_value(heard->stop->condition, &scope, &value, &err))
        return value != 0;
    snprintf(heard->hit.no_value, STOP_REASON, "%.*s", STOP_REASON - 1, err.text);
    return true;
}

/* One hit of each stop is enough; those from `first` on are of this boundary. */
static void add_hit(struct stops *stops, unsigned first, const struct heard *heard,
                    const struct run *run)
{
    struct stop_hit *added;

    for (unsigned i = first; i < stops->hits; i++)
        if (stops->hit[i].stop == heard->stop)
            return;
    if (stops->hits == stops->hit_room) {
        stops->hit_room = stops->hit_room ? 2 * stops->hit_room : 8;
        stops->hit = alloc_resize(stops->hit, stops->hit_room * sizeof(*stops->hit));
    }
    added = &stops->hit[stops->hits++];
    *added = heard->hit;
    if (stop_watches(heard->stop))
        added->after = told_word(heard->stop, added->pa, run);
}

/* Hits stay until there are others: a search backwards goes on to where it began. */
static bool found(void *ctx, struct run *run)
{
    struct stops *stops = ctx;
    const struct hart *arrived = timeline_arrived(stops->time);
    unsigned had = stops->hits;

    for (unsigned i = 0; arrived && i < stops->count; i++)
        hear_arrival(stops, stops->stop[i], arrived, run);
    for (unsigned i = 0; i < stops->heards; i++)
        if (holds(stops, &stops->heard[i]))
            add_hit(stops, had, &stops->heard[i], run);
    stops->heards = 0;
    if (stops->hits == had)
        return false;
    stops->hits -= had;
    memmove(stops->hit, stops->hit + had, stops->hits * sizeof(*stops->hit));
    return true;
}

const struct probe stops_probe_functions = {arm, disarm, found, NULL};
