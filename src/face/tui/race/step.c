/*
 * Steps of a race. Each machine does its steps (an instruction, an entry of the queue) at
 * certain cycles; at cycle C a lane has done those that began before C. So a step that
 * began at S has been done from S + 1 on: these are the cycles that moves lead to, the
 * next or the last one of all lanes. It makes no difference from where one comes.
 */
#include "face/tui/race/race.h"

#include "guest/include/markers.h"

/* --- any step ------------------------------------------------------------------------ */

/* When the machine's next step begins: work that is due comes before instructions. */
static uint64_t next_cycle(const struct run *run)
{
    uint64_t cycle = run_cycle(run);

    return run->queue.next_due < cycle ? run->queue.next_due : cycle;
}

/* The same from the beginning of the lane's work. */
static uint64_t clock_of(const struct race_lane *lane)
{
    uint64_t cycle = next_cycle(lane->session.run);

    return cycle > lane->begin ? cycle - lane->begin : 0;
}

enum race_end race_step(struct race *race)
{
    uint64_t first = UINT64_MAX;

    for (unsigned i = 0; i < race->lanes; i++) {
        const struct race_lane *lane = &race->lane[i];

        if (!lane_ended(lane) && clock_of(lane) < first)
            first = clock_of(lane);
    }
    return first == UINT64_MAX ? RACE_NOWHERE : race_to(race, first + 1);
}

/* The search came to nothing: the race stays. */
static enum race_end nowhere(struct race *race, bool cut_short)
{
    race_gather(race);
    return cut_short ? RACE_INTERRUPTED : RACE_NOWHERE;
}

/* Goes back a cycle with a lane, and then to the step that it did last, or to the last of
 * that unit: *began is when that began. False: there is none since the work began. */
static bool last_in_lane(const struct race *race, struct race_lane *lane,
                         const struct race_unit *unit, uint64_t *began)
{
    struct session *session = &lane->session;
    struct event event;

    if (!lane_to(lane, race->cycle, race->cycle - 1))
        return false;
    lane->astray = true;
    if (!unit) {
        if (timeline_step_back(session->time) != ARRIVED)
            return false;
    } else {
        if (!timeline_find_last(session->time, timeline_now(session->time), unit->kinds,
                                unit->matches, session->run, &event))
            return false;
        timeline_seek(session->time, moment_before_event(&event));
    }
    if (next_cycle(session->run) < lane->begin)
        return false;
    *began = clock_of(lane);
    return true;
}

/* `unit` NULL: any step. Before the first one is the beginning of the work. */
static enum race_end go_back(struct race *race, const struct race_unit *unit)
{
    uint64_t last = 0, began;
    bool cut_short = false;

    if (race->cycle == 0)
        return RACE_NOWHERE;
    for (unsigned i = 0; i < race->lanes && !cut_short; i++) {
        struct race_lane *lane = &race->lane[i];

        if (last_in_lane(race, lane, unit, &began) && began + 1 > last)
            last = began + 1;
        cut_short = lane_cut_short(lane);
    }
    if (cut_short || (unit && last == 0))
        return nowhere(race, cut_short);
    return race_to(race, last);
}

enum race_end race_step_back(struct race *race)
{
    return go_back(race, NULL);
}

enum race_end race_last(struct race *race, const struct race_unit *unit)
{
    return go_back(race, unit);
}

/* --- units --------------------------------------------------------------------------- */

static bool is_operation(void *run, const struct event *event)
{
    (void)run;
    return event->marker.number == MARK_OP_BEGIN || event->marker.number == MARK_OP_END;
}

static bool is_interrupt(void *run, const struct event *event)
{
    (void)run;
    return event->trap_enter.cause >> 63;
}

/* Of markers those of a workload, of lines those that rise. */
static bool is_interesting(void *run, const struct event *event)
{
    (void)run;
    if (event->kind == EVENT_MARKER)
        return event->marker.number <= MARK_OP_END;
    return event->kind != EVENT_IRQ_LINE || event->irq_line.level;
}

const struct race_unit race_units[] = {
    [RACE_EXIT] = {"exit", "a guest is left, in any lane", EVENT_BIT(EVENT_VM_EXIT),
                   NULL},
    [RACE_OPERATION] = {"operation", "an operation of the workload begins or ends",
                        EVENT_BIT(EVENT_MARKER), is_operation},
    [RACE_BURST] = {"burst", "a DMA channel has moved a burst",
                    EVENT_BIT(EVENT_DMA_BURST), NULL},
    [RACE_INTERRUPT] = {"interrupt", "a hart takes an interrupt",
                        EVENT_BIT(EVENT_TRAP_ENTER), is_interrupt},
    {NULL, NULL, 0, NULL},
};

const struct race_unit race_interesting = {
    "interesting", "operations, disk commands, DMA done, interrupts",
    EVENT_BIT(EVENT_MARKER) | EVENT_BIT(EVENT_DISK_COMMAND) |
        EVENT_BIT(EVENT_DMA_DONE) | EVENT_BIT(EVENT_VIRTIO_USED) |
        EVENT_BIT(EVENT_IRQ_LINE) | EVENT_BIT(EVENT_FINISH),
    is_interesting};

enum { NEAR = 5000, FARTHER = 4 /* times as far, if nothing was found */ };

/* Looks for the lane's next event up to `horizon`. */
static bool next_in_lane(struct race_lane *lane, const struct race_unit *unit,
                         uint64_t horizon, uint64_t *began)
{
    struct session *session = &lane->session;
    struct run_limit limit = RUN_NO_LIMIT;
    struct event event = {.kind = EVENT_KINDS}; /* none */

    limit.cycle = lane_cycle(lane, horizon);
    timeline_start_anew(session->time);
    lane->astray = true;
    timeline_next_event(session->time, unit->kinds, unit->matches, session->run, limit,
                        &event);
    if (event.kind == EVENT_KINDS)
        return false;
    timeline_step_event_back(session->time); /* to where its step begins */
    *began = clock_of(lane);
    return true;
}

/* All lanes look a little ahead, then farther: a lane in which nothing comes any more
 * must not run to its end. */
enum race_end race_next(struct race *race, const struct race_unit *unit)
{
    uint64_t reach = NEAR, first = UINT64_MAX, began;
    bool more = true, cut_short = false;

    while (first == UINT64_MAX && more && !cut_short) {
        uint64_t horizon = race->cycle + reach;

        more = false;
        for (unsigned i = 0; i < race->lanes; i++) {
            struct race_lane *lane = &race->lane[i];

            if (next_in_lane(lane, unit, horizon, &began) && began < first)
                horizon = first = began;
            cut_short |= lane_cut_short(lane);
            more |= !lane_ended(lane);
        }
        reach *= reach < UINT64_MAX / 2 / FARTHER ? FARTHER : 1;
    }
    if (cut_short || first == UINT64_MAX)
        return nowhere(race, cut_short);
    return race_to(race, first + 1);
}
