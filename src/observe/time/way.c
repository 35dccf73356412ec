/*
 * Running and replaying: the one place that steps the machine for a timeline. A way goes
 * from boundary to boundary in parts; a part ends where something must be done between
 * two steps: an act of the journal, the furthest moment (behind which appenders listen),
 * a snapshot that is due, a look whether somebody interrupts.
 */
#include "observe/time/timeline_parts.h"

enum {
    PART_WORK = 2000000, /* instructions between two looks whether to stop */
    PART_FIRED = 100000, /* the same, of the event queue */
    TYPED_WORK = 5000,   /* while characters wait for room */
    TYPED_FIRED = 64
};

/* --- arrivals ---------------------------------------------------------------------- */

struct progress {
    uint64_t of[RUN_BOARDS][HART_MAX];
};

static void note_progress(const struct run *run, struct progress *progress)
{
    for (unsigned b = 0; b < run->boards; b++)
        for (unsigned h = 0; h < run->board[b]->harts; h++)
            progress->of[b][h] = hart_steps(&run->board[b]->hart[h]);
}

/* The hart that did something in this part and is at one of its stops: there is one at
 * most, since a part ends with an arrival. */
static struct hart *find_arrived(const struct run *run, const struct progress *before)
{
    for (unsigned b = 0; b < run->boards; b++)
        for (unsigned h = 0; h < run->board[b]->harts; h++) {
            struct hart *hart = &run->board[b]->hart[h];

            if (hart_steps(hart) != before->of[b][h] && hart_at_stop(hart))
                return hart;
        }
    return NULL;
}

static void tell_arrival(struct timeline *timeline)
{
    struct hart *hart = timeline->arrived;

    for (unsigned i = 0; hart && i < timeline->arrivals; i++)
        if (timeline->arrival[i].pc == hart->pc)
            timeline->arrival[i].arrived(timeline->arrival[i].ctx, hart);
}

/* --- who listens --------------------------------------------------------------------- */

void set_live(struct timeline *timeline, bool live)
{
    struct event_stream *events = &timeline->run->events;

    if (timeline->live == live)
        return;
    timeline->live = live;
    for (unsigned i = 0; i < timeline->appenders; i++) {
        if (live)
            event_listen(events, timeline->appender[i]);
        else
            event_unlisten(events, timeline->appender[i].take,
                           timeline->appender[i].ctx);
    }
}

/* Beyond the furthest moment of the branch everything is new. */
static void look_if_live(struct timeline *timeline)
{
    const struct branch *branch = timeline_in_use(timeline);

    set_live(timeline, !timeline->asking && moment_compare(moment_of(timeline->run),
                                                           branch->info.furthest) >= 0);
}

static void note_furthest(struct timeline *timeline)
{
    struct branch *branch = timeline_in_use(timeline);

    if (!timeline->live)
        return;
    branch->info.furthest = moment_of(timeline->run);
    branch->info.furthest_cycle = run_cycle(timeline->run);
    if (timeline->keeper.passed)
        timeline->keeper.passed(timeline->keeper.ctx, timeline->current,
                                branch->info.furthest, branch->info.furthest_cycle);
}

/* --- parts of the way ------------------------------------------------------------------ */

/* Does the act that the journal has for this boundary. */
static bool replay_act(struct timeline *timeline)
{
    const struct journal *journal = &timeline_in_use(timeline)->journal;
    struct moment now = moment_of(timeline->run);
    size_t next = journal_find(journal, now);

    if (next == journal->count || moment_compare(journal->act[next].at, now) != 0)
        return false;
    timeline->step_began = now;
    timeline->arrived = NULL;
    act_do(timeline->run, &journal->act[next]);
    return true;
}

static void at_most(uint64_t *limit, uint64_t value)
{
    if (value < *limit)
        *limit = value;
}

/* Makes the part end at a moment at the latest. False: it must be gone to in steps. */
static bool end_at(const struct run *run, struct run_limit *limit, struct moment moment)
{
    if (moment.retired > run->events.retired) {
        at_most(&limit->retired, moment.retired);
        return true;
    }
    if (moment.fired <= run->fired)
        return false;
    at_most(&limit->fired, moment.fired);
    at_most(&limit->retired, run->events.retired + 1); /* then it can come no more */
    return true;
}

/* Where this part must end. False: after one step. */
static bool part_limit(struct timeline *timeline, const struct way *way,
                       struct run_limit *limit)
{
    const struct run *run = timeline->run;
    const struct branch *branch = timeline_in_use(timeline);
    size_t act = journal_find(&branch->journal, moment_of(run));
    uint64_t attempts = run_attempts(run);
    uint64_t work = work_to_snapshot(timeline);
    bool typed = first_typed(timeline), many = true;

    *limit = way->limit;
    if (way->has_until)
        many &= end_at(run, limit, way->until);
    if (act < branch->journal.count)
        many &= end_at(run, limit, branch->journal.act[act].at);
    if (!timeline->asking && !timeline->live)
        many &= end_at(run, limit, branch->info.furthest);
    at_most(&work, PART_WORK);
    if (typed)
        at_most(&work, TYPED_WORK);
    at_most(&limit->attempts, attempts + work);
    at_most(&limit->fired, run->fired + (typed ? TYPED_FIRED
                                         : work / RUN_ENTRY_WORK < PART_FIRED
                                             ? work / RUN_ENTRY_WORK + 1
                                             : PART_FIRED));
    return many;
}

/* NULL: one step. */
static enum run_stop run_part(struct timeline *timeline, const struct run_limit *limit)
{
    struct run *run = timeline->run;
    struct progress before = {0};
    enum run_stop stop;

    note_progress(run, &before);
    if (!limit)
        timeline->step_began = moment_of(run);
    stop = limit ? run_go(run, *limit) : run_step(run);
    timeline->arrived = find_arrived(run, &before);
    tell_arrival(timeline);
    return stop;
}

/* Nothing can happen in the machine; can something come from outside? */
static bool outside_goes_on(const struct timeline *timeline)
{
    const struct journal *journal = &timeline_in_use(timeline)->journal;
    struct moment now = moment_of(timeline->run);
    size_t next = journal_find(journal, now);
    const struct typed *typed = first_typed(timeline);

    if (next < journal->count && moment_compare(journal->act[next].at, now) == 0)
        return true;
    return timeline->live && typed &&
           act_room(timeline->run, typed->board, typed->device);
}

/* Whoever acts by himself does it here; what he asks leaves the way as it is. Of what he
 * does himself he hears, and is not called again: he does it before he returns. */
bool actor_acts(struct timeline *timeline)
{
    const struct actor *actor = &timeline->actor;
    struct moment began = timeline->step_began;
    struct hart *arrived = timeline->arrived;
    bool steady;

    if (!timeline->live || timeline->acting || !actor->due || !actor->due(actor->ctx))
        return false;
    set_live(timeline, false); /* an act tells the appenders itself */
    steady = timeline_set_steady(timeline, true);
    timeline->acting = true;
    actor->act(actor->ctx);
    timeline->acting = false;
    timeline_set_steady(timeline, steady);
    timeline->arrived = arrived;
    timeline->step_began = began;
    return true;
}

/* What the part came to; ARRIVED: the way goes on. */
static enum arrival part_ends(struct timeline *timeline, const struct probe *probe,
                              enum run_stop stop)
{
    note_furthest(timeline);
    if (actor_acts(timeline) && stop == RUN_NOTHING)
        stop = RUN_LIMIT; /* there may be something to do now */
    if (probe && probe->found(probe->ctx, timeline->run))
        return ARRIVED_HIT;
    keep_snapshot(timeline);
    if (stop == RUN_FINISHED)
        return ARRIVED_FINISHED;
    return stop == RUN_NOTHING && !outside_goes_on(timeline) ? ARRIVED_NOTHING
                                                             : ARRIVED;
}

static enum arrival go_part(struct timeline *timeline, const struct way *way)
{
    enum run_stop stop = RUN_LIMIT;
    struct run_limit limit;
    bool many;

    look_if_live(timeline);
    if (replay_act(timeline) || (timeline->live && offer_typed(timeline)))
        return part_ends(timeline, way->probe, RUN_LIMIT);
    many = part_limit(timeline, way, &limit);
    stop = run_part(timeline, many ? &limit : NULL);
    return part_ends(timeline, way->probe, stop);
}

static bool there(const struct timeline *timeline, const struct way *way)
{
    const struct run *run = timeline->run;

    return (way->has_until && moment_compare(moment_of(run), way->until) >= 0) ||
           run_at_limit(run, &way->limit);
}

static bool is_cut_short(struct timeline *timeline)
{
    const struct interrupt *interrupt = &timeline->interrupt;

    if (timeline->steady || !interrupt->came)
        return false;
    timeline->cut_short = timeline->cut_short || interrupt->came(interrupt->ctx);
    return timeline->cut_short;
}

enum arrival way_go(struct timeline *timeline, const struct way *way)
{
    enum arrival arrival = ARRIVED;

    timeline->arrived = NULL;
    while (arrival == ARRIVED && !there(timeline, way)) {
        if (is_cut_short(timeline))
            arrival = ARRIVED_INTERRUPTED;
        else
            arrival = go_part(timeline, way);
    }
    set_live(timeline, false);
    return arrival;
}

bool way_types(struct timeline *timeline)
{
    bool taken;

    look_if_live(timeline);
    taken = timeline->live && offer_typed(timeline);
    if (taken)
        part_ends(timeline, NULL, RUN_LIMIT);
    set_live(timeline, false);
    return taken;
}

enum arrival way_step(struct timeline *timeline)
{
    enum arrival arrival;

    look_if_live(timeline);
    if (replay_act(timeline) || (timeline->live && offer_typed(timeline)))
        arrival = part_ends(timeline, NULL, RUN_LIMIT);
    else
        arrival = part_ends(timeline, NULL, run_part(timeline, NULL));
    set_live(timeline, false);
    return arrival;
}
