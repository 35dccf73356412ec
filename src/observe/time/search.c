/*
 * Backwards, and questions about other moments. There is no running backwards: stretches
 * of the run are replayed forwards, the last one first, each from a snapshot, and what
 * was found last in a stretch is what is wanted.
 */
#include "observe/time/timeline_parts.h"

#include <string.h>

/* The first stretches are short: most answers are near. */
static const uint64_t stretches[] = {1000, 30000, 1000000};

enum { STRETCHES = sizeof(stretches) / sizeof(stretches[0]) };

/* One search: `scan` replays from where the machine is to the first boundary at or after
 * `end`, and says whether it has found something. */
struct search {
    struct timeline *timeline;
    bool (*scan)(struct search *search, struct moment end);
    struct moment before; /* what is found must lie before, or at it */
};

/* Where the stretch begins that ends at `end`: some instructions before, unless a snapshot
 * is nearer; then from snapshot to snapshot. False: `end` is the beginning. */
static bool stretch_before(const struct timeline *timeline, struct moment end,
                           unsigned n, struct moment *start)
{
    const struct branch *branch = timeline_in_use(timeline);
    const struct snapshot *snapshot = NULL;

    for (unsigned i = branch->snapshots; i-- > 0 && !snapshot;)
        if (moment_compare(branch->snapshot[i]->at, end) < 0)
            snapshot = branch->snapshot[i];
    if (!snapshot)
        return false;
    *start = snapshot->at;
    if (n < STRETCHES && end.retired > stretches[n] &&
        snapshot->at.retired < end.retired - stretches[n])
        *start = (struct moment){.retired = end.retired - stretches[n]};
    return true;
}

/* Scans stretch by stretch until something is found or the beginning is reached. What is
 * found in a stretch that is cut short need not be the last. */
static bool search_back(struct search *search)
{
    struct timeline *timeline = search->timeline;
    struct moment end = search->before, start;

    for (unsigned n = 0; stretch_before(timeline, end, n, &start); n++) {
        seek_boundary(timeline, start);
        if (timeline->cut_short)
            return false;
        if (search->scan(search, end))
            return !timeline->cut_short;
        end = start;
    }
    return false;
}

/* --- the last event ------------------------------------------------------------------------ */

struct event_search {
    struct search search; /* first */
    uint64_t kinds;
    bool (*matches)(void *ctx, const struct event *event);
    void *ctx;
    struct moment end;
    bool found;
    struct event event;
};

static void take_last(void *ctx, const struct event *event)
{
    struct event_search *search = ctx;

    if (moment_compare(moment_after_event(event), search->end) <= 0 &&
        (!search->matches || search->matches(search->ctx, event))) {
        search->found = true;
        search->event = *event;
    }
}

static bool scan_events(struct search *of, struct moment end)
{
    struct event_search *search = (struct event_search *)of;
    struct event_stream *events = &of->timeline->run->events;
    struct way way = {.limit = RUN_NO_LIMIT, .has_until = true, .until = end};

    search->end = end;
    search->end.fired = UINT64_MAX;
    event_listen(events, (struct event_sink){search->kinds, take_last, search});
    way_go(of->timeline, &way);
    event_unlisten(events, take_last, search);
    return search->found;
}

bool timeline_find_last(struct timeline *timeline, struct moment before, uint64_t kinds,
                        bool (*matches)(void *ctx, const struct event *event),
                        void *ctx, struct event *event)
{
    struct event_search search = {
        .search = {.timeline = timeline, .scan = scan_events, .before = before},
        .kinds = kinds,
        .matches = matches,
        .ctx = ctx};
    struct snapshot *kept;
    bool found;

    timeline_begin(timeline);
    kept = ask_begin(timeline);
    found = search_back(&search.search);
    ask_end(timeline, kept);
    *event = search.event;
    return found;
}

/* --- the last hit of a probe ------------------------------------------------------------------ */

struct probe_search {
    struct search search; /* first */
    const struct probe *probe;
    bool found;
    struct moment hit, step_began;
};

/* Hits up to the end of the stretch; where the search began, none. A hit's step is found
 * by going there once more. */
static bool scan_hits(struct search *of, struct moment end)
{
    struct probe_search *search = (struct probe_search *)of;
    struct timeline *timeline = of->timeline;
    struct way way = {
        .limit = RUN_NO_LIMIT, .has_until = true, .until = end, .probe = search->probe};
    enum arrival arrival;

    search->probe->arm(search->probe->ctx, timeline->run);
    do {
        struct moment at;

        arrival = way_go(timeline, &way);
        at = moment_of(timeline->run);
        if (arrival == ARRIVED_HIT && moment_compare(at, of->before) < 0) {
            search->found = true;
            search->hit = at;
        }
    } while (arrival == ARRIVED_HIT &&
             moment_compare(moment_of(timeline->run), end) < 0);
    search->probe->disarm(search->probe->ctx, timeline->run);
    return search->found;
}

/* The boundary before the step that led to the hit. False: cut short. */
static bool find_step(struct probe_search *search)
{
    struct timeline *timeline = search->search.timeline;
    struct moment before = {.retired =
                                search->hit.retired ? search->hit.retired - 1 : 0};

    if (seek_boundary(timeline, before) == ARRIVED_INTERRUPTED)
        return false;
    for (;;) {
        before = moment_of(timeline->run);
        way_step(timeline);
        if (moment_compare(moment_of(timeline->run), search->hit) >= 0)
            break;
    }
    search->step_began = before;
    return true;
}

static bool find_hit(struct probe_search *search)
{
    struct timeline *timeline = search->search.timeline;
    struct snapshot *kept;
    bool found;

    timeline_begin(timeline);
    kept = ask_begin(timeline);
    found = search_back(&search->search) && find_step(search);
    ask_end(timeline, kept);
    return found;
}

bool timeline_find_hit(struct timeline *timeline, struct moment before,
                       const struct probe *probe, struct moment *hit,
                       struct moment *step_began)
{
    struct probe_search search = {
        .search = {.timeline = timeline, .scan = scan_hits, .before = before},
        .probe = probe};

    if (!find_hit(&search))
        return false;
    *hit = search.hit;
    if (step_began)
        *step_began = search.step_began;
    return true;
}

enum arrival timeline_go_back(struct timeline *timeline, const struct probe *probe,
                              struct moment *step_began)
{
    struct moment from = timeline_now(timeline);
    struct probe_search search = {
        .search = {.timeline = timeline, .scan = scan_hits, .before = from},
        .probe = probe};
    enum arrival arrival = ARRIVED_BEGINNING;

    if (find_hit(&search)) {
        if (step_began)
            *step_began = search.step_began;
        /* The way to the hit is gone with the probe, which then knows what it has found. */
        timeline_seek(timeline, search.step_began);
        arrival = timeline_go(timeline, RUN_NO_LIMIT, probe);
    } else if (!timeline->cut_short) {
        timeline_seek(timeline, (struct moment){0});
    }
    if (!timeline->cut_short)
        return arrival;
    timeline_return(timeline, from);
    return ARRIVED_INTERRUPTED;
}

/* --- other questions ---------------------------------------------------------------------------- */

struct filter {
    struct event_sink sink;
    struct moment from, to;
};

static void pass(void *ctx, const struct event *event)
{
    const struct filter *filter = ctx;
    struct moment seen = moment_after_event(event);

    if (moment_compare(seen, filter->from) > 0 && moment_compare(seen, filter->to) <= 0)
        filter->sink.take(filter->sink.ctx, event);
}

/* Folds hear nothing until the listeners are given back. */
static struct event_stream mute_folds(struct timeline *timeline)
{
    struct event_stream *events = &timeline->run->events;
    struct event_stream had = *events;

    for (unsigned i = 0; i < timeline->store.folds; i++)
        event_unlisten(events, timeline->store.fold[i].take,
                       timeline->store.fold[i].ctx);
    return had;
}

static void give_back(struct event_stream *events, const struct event_stream *had)
{
    memcpy(events->sink, had->sink, sizeof(events->sink));
    events->sinks = had->sinks;
    events->kinds = had->kinds;
}

/* From where the machine is. */
static enum arrival replay_to(struct timeline *timeline, struct moment to,
                              struct filter *filter, bool alone)
{
    struct way way = {.limit = RUN_NO_LIMIT, .has_until = true, .until = to};
    struct event_stream *events = &timeline->run->events, had = *events;
    enum arrival arrival;

    if (alone)
        had = mute_folds(timeline);
    event_listen(events, (struct event_sink){filter->sink.kinds, pass, filter});
    arrival = way_go(timeline, &way);
    give_back(events, &had);
    return arrival;
}

/* On the way to `from` a snapshot may be kept: there all folds listen. */
static bool replay(struct timeline *timeline, struct moment from, struct moment to,
                   struct event_sink sink, bool alone)
{
    struct filter filter = {.sink = sink, .from = from, .to = to};
    enum arrival arrival;
    struct snapshot *kept;

    timeline_begin(timeline);
    kept = ask_begin(timeline);
    filter.from.fired = filter.to.fired = UINT64_MAX;
    /* From inside a step: from the boundary before it. */
    arrival = seek_boundary(timeline, (struct moment){.retired = from.retired});
    if (arrival == ARRIVED)
        arrival = replay_to(timeline, to, &filter, alone);
    ask_end(timeline, kept);
    return arrival != ARRIVED_INTERRUPTED;
}

bool timeline_replay(struct timeline *timeline, struct moment from, struct moment to,
                     struct event_sink sink)
{
    return replay(timeline, from, to, sink, false);
}

bool timeline_replay_alone(struct timeline *timeline, struct moment from,
                           struct moment to, struct event_sink sink)
{
    return replay(timeline, from, to, sink, true);
}

bool timeline_peek_at(struct timeline *timeline, struct moment at,
                      void (*look)(void *ctx, struct run *run), void *ctx)
{
    struct snapshot *kept;
    enum arrival arrival;

    timeline_begin(timeline);
    kept = ask_begin(timeline);
    arrival = seek_boundary(timeline, at);
    if (arrival != ARRIVED_INTERRUPTED)
        look(ctx, timeline->run);
    ask_end(timeline, kept);
    return arrival != ARRIVED_INTERRUPTED;
}
