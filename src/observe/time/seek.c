/*
 * Moving. A boundary is gone to by running on, or from the last snapshot before it; a
 * moment inside a step by standing at the boundary before the step and knowing the
 * events that the step is going to tell.
 */
#include "observe/time/timeline_parts.h"

#include "base/alloc.h"

#include <stdlib.h>

enum {
    FAR =
        100000, /* instructions of replay from which on a snapshot near the goal pays */
    BEFORE = 2000, /* how far before the goal it is taken, for the steps back to come */
    BACK_FIRED = 64
};

/* --- boundaries -------------------------------------------------------------------------- */

static enum arrival run_to(struct timeline *timeline, struct moment to)
{
    struct way way = {.limit = RUN_NO_LIMIT, .has_until = true, .until = to};

    return way_go(timeline, &way);
}

/* A long replay: stops a little before the goal and keeps a snapshot there. */
static enum arrival run_near(struct timeline *timeline, struct moment to)
{
    const struct moment before = {.retired = to.retired - BEFORE};
    enum arrival arrival;

    if (to.retired < timeline->run->events.retired + FAR)
        return ARRIVED;
    arrival = run_to(timeline, before);
    if (arrival == ARRIVED)
        keep_near(timeline);
    return arrival;
}

enum arrival seek_boundary(struct timeline *timeline, struct moment to)
{
    struct moment now = moment_of(timeline->run);
    struct snapshot *from = snapshot_before(timeline, to);
    bool back = moment_compare(to, now) < 0;
    enum arrival arrival = ARRIVED;

    if (from && (back || moment_compare(from->at, now) > 0)) {
        snapshot_restore(&timeline->store, from);
        arrival = run_near(timeline, to);
    }
    return arrival == ARRIVED ? run_to(timeline, to) : arrival;
}

/* --- inside a step ------------------------------------------------------------------------- */

static void gather(void *ctx, const struct event *event)
{
    struct timeline *timeline = ctx;

    if (timeline->events == timeline->event_room) {
        timeline->event_room = timeline->event_room ? 2 * timeline->event_room : 64;
        timeline->event =
            alloc_resize(timeline->event, timeline->event_room * sizeof(*event));
    }
    timeline->event[timeline->events++] = *event;
}

struct snapshot *ask_begin(struct timeline *timeline)
{
    timeline->asking = true;
    return snapshot_take(&timeline->store);
}

void ask_end(struct timeline *timeline, struct snapshot *kept)
{
    snapshot_restore(&timeline->store, kept);
    snapshot_drop(&timeline->store, kept);
    timeline->asking = false;
}

void gather_step(struct timeline *timeline)
{
    struct event_stream *events = &timeline->run->events;
    struct snapshot *kept = ask_begin(timeline);

    timeline->events = 0;
    event_listen(events, (struct event_sink){EVENT_ALL, gather, timeline});
    way_step(timeline);
    event_unlisten(events, gather, timeline);
    ask_end(timeline, kept);
}

/* How many events of the gathered step have been seen at that moment. */
static unsigned seen_at(const struct timeline *timeline, struct moment at)
{
    unsigned seen = 0;

    while (seen < timeline->events &&
           moment_compare(moment_after_event(&timeline->event[seen]), at) <= 0)
        seen++;
    return seen;
}

/* The machine has gone past a moment that lies inside the step it did last. */
static enum arrival stand_inside(struct timeline *timeline, struct moment at)
{
    enum arrival arrival = seek_boundary(timeline, timeline->step_began);

    if (arrival != ARRIVED)
        return arrival;
    at.fired = UINT64_MAX; /* compares by what events say */
    gather_step(timeline);
    timeline->inside = seen_at(timeline, at);
    if (timeline->inside < timeline->events)
        return ARRIVED;
    arrival = way_step(timeline); /* all of them: behind the step */
    stand(timeline);
    return arrival;
}

/* A moment inside the step that comes next on this branch is one without the step being
 * done: its events are known. False: it is none of that kind, and the viewer stands at a
 * boundary. */
static bool stand_ahead(struct timeline *timeline, struct moment at)
{
    struct moment furthest = timeline_in_use(timeline)->info.furthest;

    at.fired = UINT64_MAX;
    if (at.retired != furthest.retired || at.order <= furthest.order ||
        seek_boundary(timeline, furthest) != ARRIVED)
        return false;
    gather_step(timeline);
    timeline->inside = seen_at(timeline, at);
    if (timeline->inside && timeline->inside < timeline->events)
        return true;
    stand(timeline);
    return false;
}

static bool is_past(const struct timeline *timeline, struct moment at)
{
    const struct event_stream *events = &timeline->run->events;

    return events->retired > at.retired ||
           (events->retired == at.retired && events->order > at.order);
}

/* The boundary reached, or back inside the step that led over the moment. */
static enum arrival settle(struct timeline *timeline, struct moment to)
{
    struct moment began = timeline->step_began;

    if (!is_past(timeline, to) || began.retired != to.retired ||
        began.order >= to.order)
        return ARRIVED;
    return stand_inside(timeline, to);
}

/* --- moves ------------------------------------------------------------------------------------ */

void timeline_return(struct timeline *timeline, struct moment to)
{
    bool steady = timeline_set_steady(timeline, true);

    timeline_seek(timeline, to);
    timeline_set_steady(timeline, steady);
}

static enum arrival moved(struct timeline *timeline, struct moment from,
                          enum arrival arrival)
{
    if (arrival == ARRIVED_INTERRUPTED &&
        moment_compare(timeline_now(timeline), from) < 0)
        timeline_return(timeline, from);
    tell_reached(timeline);
    return arrival;
}

enum arrival timeline_seek(struct timeline *timeline, struct moment to)
{
    struct moment from = timeline_now(timeline);
    enum arrival arrival;

    timeline_begin(timeline);
    stand(timeline);
    if (stand_ahead(timeline, to))
        return moved(timeline, from, ARRIVED);
    timeline->step_began = (struct moment){UINT64_MAX, UINT64_MAX, UINT32_MAX};
    arrival = seek_boundary(timeline, to);
    if (arrival != ARRIVED_INTERRUPTED &&
        moment_compare(moment_of(timeline->run), to) >= 0)
        arrival = ARRIVED; /* even if the run ends there */
    if (arrival == ARRIVED)
        arrival = settle(timeline, to);
    return moved(timeline, from, arrival);
}

/* The last snapshot of the branch whose clock is below that cycle. */
static struct snapshot *snapshot_below(const struct timeline *timeline, uint64_t cycle)
{
    const struct branch *branch = timeline_in_use(timeline);
    struct snapshot *below = branch->snapshot[0];

    for (unsigned i = 1; i < branch->snapshots; i++)
        if (branch->snapshot[i]->cycle < cycle)
            below = branch->snapshot[i];
    return below;
}

enum arrival timeline_seek_cycle(struct timeline *timeline, uint64_t cycle)
{
    struct way way = {.limit = RUN_NO_LIMIT};
    struct moment from = timeline_now(timeline);
    struct snapshot *below;

    timeline_begin(timeline);
    stand(timeline);
    way.limit.cycle = cycle;
    below = snapshot_below(timeline, cycle);
    if (run_cycle(timeline->run) >= cycle ||
        moment_compare(below->at, moment_of(timeline->run)) > 0)
        snapshot_restore(&timeline->store, below);
    return moved(timeline, from, way_go(timeline, &way));
}

enum arrival timeline_go(struct timeline *timeline, struct run_limit limit,
                         const struct probe *probe)
{
    struct way way = {.limit = limit, .probe = probe};
    struct moment from = timeline_now(timeline);
    enum arrival arrival;

    timeline_begin(timeline);
    stand(timeline);
    if (probe)
        probe->arm(probe->ctx, timeline->run);
    arrival = way_go(timeline, &way);
    if (probe)
        probe->disarm(probe->ctx, timeline->run);
    return moved(timeline, from, arrival);
}

enum arrival timeline_step(struct timeline *timeline)
{
    struct moment from = timeline_now(timeline);
    enum arrival arrival;

    timeline_begin(timeline);
    stand(timeline);
    arrival = way_step(timeline);
    return moved(timeline, from, arrival);
}

/* The machine to the last boundary before that one. */
static enum arrival boundary_before(struct timeline *timeline, struct moment now)
{
    struct moment start = {.retired = now.retired ? now.retired - 1 : 0};
    struct moment last;
    struct run_limit limit = RUN_NO_LIMIT;
    enum arrival arrival = seek_boundary(timeline, start);

    if (now.fired > BACK_FIRED && timeline->run->fired < now.fired - BACK_FIRED) {
        limit.fired = now.fired - BACK_FIRED;
        arrival = way_go(timeline, &(struct way){.limit = limit});
    }
    if (arrival == ARRIVED_INTERRUPTED)
        return arrival;
    last = moment_of(timeline->run);
    if (moment_compare(last, now) >= 0)
        return ARRIVED_BEGINNING;
    for (;;) {
        way_step(timeline);
        if (moment_compare(moment_of(timeline->run), now) >= 0)
            break;
        last = moment_of(timeline->run);
    }
    arrival = seek_boundary(timeline, last);
    return arrival == ARRIVED_INTERRUPTED ? arrival : ARRIVED;
}

enum arrival timeline_step_back(struct timeline *timeline)
{
    struct moment from = timeline_now(timeline);
    enum arrival arrival = ARRIVED;

    timeline_begin(timeline);
    if (!timeline->inside)
        arrival = boundary_before(timeline, moment_of(timeline->run));
    stand(timeline);
    return moved(timeline, from, arrival);
}

/* --- events ------------------------------------------------------------------------------------- */

/* Behind the step whose events were gathered. */
static enum arrival end_step(struct timeline *timeline)
{
    struct event last = {0};
    bool has_last = timeline->events > 0;
    enum arrival arrival;

    if (has_last)
        last = timeline->event[timeline->events - 1];
    arrival = way_step(timeline);
    stand(timeline);
    timeline->has_seen = has_last;
    timeline->seen = last;
    return arrival;
}

/* Typed characters that are taken now are the next event. */
static bool see_typed(struct timeline *timeline)
{
    struct event_stream *events = &timeline->run->events;
    bool taken;

    if (timeline->inside)
        return false;
    timeline->events = 0;
    event_listen(events, (struct event_sink){EVENT_ALL, gather, timeline});
    taken = way_types(timeline);
    event_unlisten(events, gather, timeline);
    if (taken && timeline->events) {
        timeline->has_seen = true;
        timeline->seen = timeline->event[timeline->events - 1];
        timeline->events = 0;
    }
    return taken;
}

enum arrival timeline_step_event(struct timeline *timeline)
{
    struct moment from = timeline_now(timeline);
    enum arrival arrival = ARRIVED;

    timeline_begin(timeline);
    if (see_typed(timeline))
        return moved(timeline, from, ARRIVED);
    while (arrival == ARRIVED) {
        if (!timeline->inside)
            gather_step(timeline);
        if (timeline->inside + 1 < timeline->events) {
            timeline->inside++;
            return moved(timeline, from, ARRIVED);
        }
        arrival = end_step(timeline);
        if (timeline->has_seen)
            return moved(timeline, from, ARRIVED);
    }
    return moved(timeline, from, arrival);
}

enum arrival timeline_step_event_back(struct timeline *timeline)
{
    struct moment from = timeline_now(timeline);
    enum arrival arrival;

    timeline_begin(timeline);
    if (timeline->inside) {
        timeline->inside--;
        if (!timeline->inside)
            stand(timeline);
        return moved(timeline, from, ARRIVED);
    }
    do {
        arrival = boundary_before(timeline, moment_of(timeline->run));
        if (arrival != ARRIVED) {
            stand(timeline);
            return moved(timeline, from, arrival);
        }
        gather_step(timeline);
    } while (timeline->events == 0);
    timeline->inside = timeline->events - 1;
    if (!timeline->inside)
        stand(timeline);
    return moved(timeline, from, ARRIVED);
}

/* --- to an event -------------------------------------------------------------------------------- */

/* Looks for an event on the way forwards: the first one. */
struct wanted {
    uint64_t kinds;
    bool (*matches)(void *ctx, const struct event *event);
    void *ctx;
    struct moment after; /* events up to here have been seen */
    struct run *run;
    bool found;
    struct event event;
};

static void take_wanted(void *ctx, const struct event *event)
{
    struct wanted *wanted = ctx;

    if (wanted->found ||
        moment_compare(moment_after_event(event), wanted->after) <= 0 ||
        (wanted->matches && !wanted->matches(wanted->ctx, event)))
        return;
    wanted->found = true;
    wanted->event = *event;
    run_ask_stop(wanted->run);
}

static void arm_wanted(void *ctx, struct run *run)
{
    struct wanted *wanted = ctx;

    event_listen(&run->events, (struct event_sink){wanted->kinds, take_wanted, wanted});
}

static void disarm_wanted(void *ctx, struct run *run)
{
    event_unlisten(&run->events, take_wanted, ctx);
}

static bool found_wanted(void *ctx, struct run *run)
{
    (void)run;
    return ((struct wanted *)ctx)->found;
}

/* Stands where that event has just been seen. */
static enum arrival stand_at(struct timeline *timeline, const struct event *event)
{
    enum arrival arrival = timeline_seek(timeline, moment_after_event(event));

    if (arrival == ARRIVED && !timeline->inside) {
        timeline->has_seen = true;
        timeline->seen = *event;
    }
    return arrival;
}

enum arrival timeline_next_event(struct timeline *timeline, uint64_t kinds,
                                 bool (*matches)(void *ctx, const struct event *event),
                                 void *ctx, struct run_limit limit, struct event *event)
{
    struct wanted wanted = {.kinds = kinds,
                            .matches = matches,
                            .ctx = ctx,
                            .after = timeline_now(timeline),
                            .run = timeline->run};
    const struct probe probe = {arm_wanted, disarm_wanted, found_wanted, &wanted};
    enum arrival arrival;

    wanted.after.fired = UINT64_MAX;
    arrival = timeline_go(timeline, limit, &probe);
    if (!wanted.found)
        return arrival;
    *event = wanted.event;
    return stand_at(timeline, event);
}

/* Does the viewer, at this boundary, stand where that event has just been seen? */
static bool seen_here(const struct timeline *timeline, const struct event *event)
{
    const struct event_stream *events = &timeline->run->events;

    if (timeline->inside)
        return false;
    if (event->retired == events->retired)
        return event->order + 1 == events->order;
    return event->kind == EVENT_INSN && event->retired + 1 == events->retired &&
           events->order == 0;
}

enum arrival timeline_last_event(struct timeline *timeline, uint64_t kinds,
                                 bool (*matches)(void *ctx, const struct event *event),
                                 void *ctx, struct event *event)
{
    struct moment before = timeline_now(timeline);
    bool found;

    if (timeline->inside)
        before = moment_before_event(timeline_seen(timeline));
    found = timeline_find_last(timeline, before, kinds, matches, ctx, event);
    if (found && seen_here(timeline, event))
        found = timeline_find_last(timeline, moment_before_event(event), kinds, matches,
                                   ctx, event);
    if (!found)
        return timeline->cut_short ? ARRIVED_INTERRUPTED : ARRIVED_BEGINNING;
    return stand_at(timeline, event);
}
