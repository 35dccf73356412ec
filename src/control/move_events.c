/* On and back by events, and by the units that are events. */
#include "control/moves.h"

#include "control/moves_inside.h"
#include "machine/dma/dma.h"

#include <string.h>

/* --- the units ---------------------------------------------------------------------------------- */

/* What uses the bus. A hart's access to a device tells of itself twice: it counts as the
 * device's event. */
static bool is_transaction(void *ctx, const struct event *event)
{
    const struct run *run = ctx;

    if (event->kind != EVENT_INSN)
        return true;
    return event->insn.access != ACCESS_NONE &&
           ram_has(&run->board[event->board]->bus.ram, event->insn.pa,
                   event->insn.size);
}

static bool is_interrupt(void *run, const struct event *event)
{
    (void)run;
    return (event->trap_enter.cause & CAUSE_INTERRUPT) != 0;
}

static bool is_at_rest(unsigned state)
{
    return state == DMA_IDLE || state == DMA_COMPLETE || state == DMA_FAILED;
}

/* A disk takes a command, or a DMA channel is started. */
static bool is_command(void *run, const struct event *event)
{
    (void)run;
    return event->kind == EVENT_DISK_COMMAND || event->kind == EVENT_VIRTIO_CHAIN ||
           (is_at_rest(event->dma_state.from) && !is_at_rest(event->dma_state.to));
}

#define E(kind) EVENT_BIT(EVENT_##kind)

/* clang-format off */
const struct move_unit move_units[] = {
    {"instruction", "an instruction of the hart, or a trap that it takes",
     UNIT_IS_INSTRUCTION, {0, NULL}},
    {"line", "a line of the source",
     UNIT_IS_LINE, {0, NULL}},
    {"event", "an event of any kind: the smallest step there is",
     UNIT_IS_EVENT, {EVENT_ALL, NULL}},
    {"transaction", "a use of the bus: a load, a store, a register access, a DMA beat, an entry of a page table",
     UNIT_IS_EVENT, {E(INSN) | E(BUS_TRANSFER) | E(MMIO_READ) | E(MMIO_WRITE) | E(WALK_STEP), is_transaction}},
    {"burst", "a burst of a DMA channel",
     UNIT_IS_EVENT, {E(DMA_BURST), NULL}},
    {"descriptor", "a descriptor that a DMA channel fetches",
     UNIT_IS_EVENT, {E(DMA_DESCRIPTOR), NULL}},
    {"command", "a command or request that a disk accepts, or the start of a DMA channel",
     UNIT_IS_EVENT, {E(DISK_COMMAND) | E(DMA_STATE) | E(VIRTIO_CHAIN), is_command}},
    {"interrupt", "an interrupt that a hart takes",
     UNIT_IS_EVENT, {E(TRAP_ENTER), is_interrupt}},
    {"trap", "a trap, interrupt or exception, that a hart takes",
     UNIT_IS_EVENT, {E(TRAP_ENTER), NULL}},
    {"return", "a return from a trap handler",
     UNIT_IS_EVENT, {E(TRAP_RETURN), NULL}},
    {NULL, NULL, UNIT_IS_EVENT, {0, NULL}},
};
/* clang-format on */

void move_by_unit(struct session *session, enum move_way way,
                  const struct move_unit *unit, uint64_t count, struct move *move)
{
    if (unit->type == UNIT_IS_INSTRUCTION)
        move_instructions(session, way, count, move);
    else if (unit->type == UNIT_IS_LINE)
        move_steps(session, way, (struct step_form){.by_line = true}, count, move);
    else
        move_events(session, way, &unit->choice, count, move);
}

/* --- forwards ----------------------------------------------------------------------------------- */

/* The first event that is wanted and has not been seen. */
struct wanted {
    struct session *session;
    const struct event_choice *choice;
    void *ctx;
    struct moment after;
    bool found;
    struct event event;
};

static void take(void *ctx, const struct event *event)
{
    struct wanted *wanted = ctx;
    struct run *run = wanted->session->run;

    if (wanted->found ||
        moment_compare(moment_after_event(event), wanted->after) <= 0 ||
        (wanted->choice->matches && !wanted->choice->matches(wanted->ctx, event)))
        return;
    wanted->found = true;
    wanted->event = *event;
    run_ask_stop(run);
}

static void arm(void *ctx, struct run *run)
{
    const struct wanted *wanted = ctx;

    event_listen(&run->events, (struct event_sink){wanted->choice->kinds, take, ctx});
}

static void disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, take, ctx);
}

static bool found(void *ctx, struct run *run)
{
    (void)run;
    return ((struct wanted *)ctx)->found;
}

static enum arrival next_event(struct session *session,
                               const struct event_choice *choice, void *ctx,
                               struct event *event)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.cycle = session->subject.cycles;
    return timeline_next_event(session->time, choice->kinds, choice->matches, ctx,
                               limit, event);
}

/* Past the stops: the event is found first, and then gone to. */
static enum move_end on_by_event(struct session *session, struct move *move,
                                 const struct event_choice *choice, void *ctx)
{
    struct wanted wanted = {.session = session,
                            .choice = choice,
                            .ctx = ctx,
                            .after = timeline_now(session->time)};
    const struct probe probe = {arm, disarm, found, &wanted};
    enum move_end end;

    wanted.after.fired = UINT64_MAX;
    end = move_forward(session, move, &probe, RUN_NO_LIMIT);
    if (end != MOVE_DONE)
        return end;
    timeline_seek(session->time, moment_before_event(&wanted.event));
    next_event(session, choice, ctx, &wanted.event);
    move->has_event = true;
    move->event = wanted.event;
    return MOVE_DONE;
}

/* The same when there are no stops; the limit ends it as if nothing had come. */
static enum move_end on_by_event_alone(struct session *session, struct move *move,
                                       const struct event_choice *choice, void *ctx)
{
    struct run_limit limit = RUN_NO_LIMIT;
    struct moment from = timeline_now(session->time);
    enum arrival arrival;

    limit.cycle = session->subject.cycles;
    move->event.kind = EVENT_KINDS;
    arrival = next_event(session, choice, ctx, &move->event);
    if (move->event.kind != EVENT_KINDS) {
        move->has_event = true;
        return MOVE_DONE;
    }
    if (arrival == ARRIVED && run_at_limit(session->run, &limit))
        return MOVE_LIMIT;
    return moment_compare(timeline_now(session->time), from) == 0 && arrival == ARRIVED
               ? MOVE_NOT_FOUND
               : move_end_of(arrival);
}

/* --- backwards ---------------------------------------------------------------------------------- */

static enum arrival last_event(struct session *session,
                               const struct event_choice *choice, void *ctx,
                               struct event *event)
{
    return timeline_last_event(session->time, choice->kinds, choice->matches, ctx,
                               event);
}

static enum move_end back_by_events(struct session *session, struct move *move,
                                    const struct event_choice *choice, void *ctx,
                                    uint64_t count)
{
    struct timeline *time = session->time;
    struct moment from = timeline_now(time), before_last = from;
    enum arrival arrival = ARRIVED;
    enum move_end end;

    while (move->done < count && arrival == ARRIVED) {
        struct moment now = timeline_now(time);
        struct event event;

        arrival = last_event(session, choice, ctx, &event);
        if (arrival != ARRIVED)
            break;
        move->event = event;
        before_last = now;
        move->done++;
    }
    if (arrival == ARRIVED_INTERRUPTED)
        return MOVE_INTERRUPTED;
    if (move->done == 0)
        return MOVE_NOT_FOUND;
    if (stops_any(session->stops)) {
        struct moment to = timeline_now(time);

        timeline_seek(time, from);
        end = move_back_to(session, move, to);
        if (end != MOVE_DONE)
            return end;
        timeline_seek(time, before_last);
    } else {
        move->has_event = true;
        return MOVE_DONE;
    }
    last_event(session, choice, ctx, &move->event);
    move->has_event = true;
    return MOVE_DONE;
}

/* --- either --------------------------------------------------------------------------------------- */

void move_events(struct session *session, enum move_way way,
                 const struct event_choice *choice, uint64_t count, struct move *move)
{
    move_events_of(session, way, choice, session->run, count, move);
}

void move_events_of(struct session *session, enum move_way way,
                    const struct event_choice *choice, void *ctx, uint64_t count,
                    struct move *move)
{
    enum move_end end = MOVE_DONE;

    move_began(session, move);
    if (way == BACKWARDS) {
        end = back_by_events(session, move, choice, ctx, count);
    } else {
        while (move->done < count && end == MOVE_DONE) {
            move->has_event = false;
            end = stops_any(session->stops)
                      ? on_by_event(session, move, choice, ctx)
                      : on_by_event_alone(session, move, choice, ctx);
            move->done += end == MOVE_DONE;
        }
    }
    move_ended(session, move, end);
}
