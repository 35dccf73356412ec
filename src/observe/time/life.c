/* A timeline is made and freed; who listens to it; where its viewer stands. */
#include "observe/time/timeline_parts.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>

enum { USUAL_MEMORY = 256 << 20, USUAL_INTERVAL = 500000 };

/* --- made and freed -------------------------------------------------------------------- */

static void printed(void *ctx, uint8_t byte)
{
    struct timeline *timeline = ctx;

    if (timeline->output && timeline->live)
        timeline->output(timeline->output_ctx, byte);
}

struct timeline *timeline_new(struct run *run, const struct timeline_settings *settings)
{
    struct timeline *timeline = alloc_zero(1, sizeof(*timeline));

    timeline->run = run;
    timeline->bound = settings && settings->memory ? settings->memory : USUAL_MEMORY;
    timeline->least_interval =
        settings && settings->interval ? settings->interval : USUAL_INTERVAL;
    timeline->has_interval = settings && settings->interval;
    store_init(&timeline->store, run);
    for (unsigned i = 0; i < run->boards; i++) {
        run->board[i]->output = printed;
        run->board[i]->output_ctx = timeline;
    }
    branch_new(timeline, "main", -1);
    stand(timeline);
    return timeline;
}

void timeline_free(struct timeline *timeline)
{
    if (!timeline)
        return;
    for (unsigned i = 0; i < timeline->store.folds; i++)
        if (timeline->store.fold[i].take)
            event_unlisten(&timeline->run->events, timeline->store.fold[i].take,
                           timeline->store.fold[i].ctx);
    for (unsigned i = 0; i < timeline->run->boards; i++)
        timeline->run->board[i]->output = NULL;
    drop_near(timeline);
    release_branches(timeline);
    release_typed(timeline);
    free(timeline->event);
    store_release(&timeline->store);
    free(timeline);
}

struct run *timeline_run(const struct timeline *timeline)
{
    return timeline->run;
}

struct branch *timeline_in_use(const struct timeline *timeline)
{
    return timeline->branch[timeline->current];
}

/* --- listeners --------------------------------------------------------------------------- */

/* The snapshot of #0 has every fold in it: it is taken when the first thing is asked. */
void timeline_begin(struct timeline *timeline)
{
    struct branch *branch = timeline->branch[0];

    if (branch->snapshots == 0)
        branch_add_snapshot(branch, snapshot_take(&timeline->store));
}

void timeline_add_fold(struct timeline *timeline, struct fold fold)
{
    struct store *store = &timeline->store;

    assert(store->folds < SNAPSHOT_FOLDS && timeline->branch[0]->snapshots == 0);
    assert(!(fold.kinds & EVENT_BIT(EVENT_INSN)));
    store->fold[store->folds++] = fold;
    if (fold.take)
        event_listen(&timeline->run->events,
                     (struct event_sink){fold.kinds, fold.take, fold.ctx});
}

void timeline_add_pages(struct timeline *timeline, struct pages *pages)
{
    struct store *store = &timeline->store;

    assert(store->fold_pages < SNAPSHOT_FOLDS && timeline->branch[0]->snapshots == 0);
    store->fold_page[store->fold_pages++] = pages;
}

void timeline_add_appender(struct timeline *timeline, struct event_sink sink)
{
    assert(timeline->appenders < APPENDERS && !timeline->live);
    timeline->appender[timeline->appenders++] = sink;
}

void timeline_remove_appender(struct timeline *timeline, struct event_sink sink)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < timeline->appenders; i++)
        if (timeline->appender[i].take != sink.take ||
            timeline->appender[i].ctx != sink.ctx)
            timeline->appender[kept++] = timeline->appender[i];
    timeline->appenders = kept;
}

void timeline_set_output(struct timeline *timeline,
                         void (*output)(void *ctx, uint8_t byte), void *ctx)
{
    timeline->output = output;
    timeline->output_ctx = ctx;
}

/* For one more stop. */
static bool harts_have_room(const struct run *run)
{
    for (unsigned b = 0; b < run->boards; b++)
        for (unsigned h = 0; h < run->board[b]->harts; h++)
            if (run->board[b]->hart[h].stops == HART_STOPS)
                return false;
    return true;
}

bool timeline_add_arrival(struct timeline *timeline, uint64_t pc,
                          void (*arrived)(void *ctx, struct hart *hart), void *ctx)
{
    struct run *run = timeline->run;

    if (timeline->arrivals == ARRIVALS || !harts_have_room(run))
        return false;
    timeline->arrival[timeline->arrivals++] = (struct arrival_hook){pc, arrived, ctx};
    for (unsigned b = 0; b < run->boards; b++)
        for (unsigned h = 0; h < run->board[b]->harts; h++)
            hart_add_stop(&run->board[b]->hart[h], pc);
    return true;
}

void timeline_set_interrupt(struct timeline *timeline, struct interrupt interrupt)
{
    timeline->interrupt = interrupt;
}

struct interrupt timeline_interrupt(const struct timeline *timeline)
{
    return timeline->interrupt;
}

bool timeline_cut_short(const struct timeline *timeline)
{
    return timeline->cut_short;
}

void timeline_start_anew(struct timeline *timeline)
{
    timeline->cut_short = false;
}

bool timeline_set_steady(struct timeline *timeline, bool steady)
{
    bool was = timeline->steady;

    timeline->steady = steady;
    return was;
}

void timeline_set_keeper(struct timeline *timeline, const struct keeper *keeper)
{
    timeline->keeper = keeper ? *keeper : (struct keeper){0};
}

void timeline_set_actor(struct timeline *timeline, const struct actor *actor)
{
    timeline->actor = actor ? *actor : (struct actor){0};
}

void tell_reached(struct timeline *timeline)
{
    struct branch *branch = timeline_in_use(timeline);

    branch->info.viewer = timeline_now(timeline);
    if (timeline->keeper.reached)
        timeline->keeper.reached(timeline->keeper.ctx, timeline->current,
                                 branch->info.furthest, branch->info.furthest_cycle,
                                 branch->info.viewer);
}

/* --- where the viewer stands ------------------------------------------------------------------ */

void stand(struct timeline *timeline)
{
    timeline->inside = timeline->events = 0;
    timeline->has_seen = false;
}

struct moment timeline_now(const struct timeline *timeline)
{
    struct moment now = moment_of(timeline->run);

    if (timeline->inside) {
        const struct event *seen = &timeline->event[timeline->inside - 1];

        now.retired = seen->retired;
        now.order = seen->order + 1;
    }
    return now;
}

uint64_t timeline_cycle(const struct timeline *timeline)
{
    if (timeline->inside)
        return timeline->event[timeline->inside - 1].cycle;
    return run_cycle(timeline->run);
}

unsigned timeline_inside(const struct timeline *timeline)
{
    return timeline->inside;
}

const struct event *timeline_step_events(const struct timeline *timeline,
                                         unsigned *count)
{
    *count = timeline->inside ? timeline->events : 0;
    return timeline->event;
}

const struct event *timeline_seen(const struct timeline *timeline)
{
    if (timeline->inside)
        return &timeline->event[timeline->inside - 1];
    return timeline->has_seen ? &timeline->seen : NULL;
}

struct moment timeline_furthest(const struct timeline *timeline)
{
    return timeline_in_use(timeline)->info.furthest;
}

uint64_t timeline_furthest_cycle(const struct timeline *timeline)
{
    return timeline_in_use(timeline)->info.furthest_cycle;
}

bool timeline_in_past(const struct timeline *timeline)
{
    return moment_compare(timeline_now(timeline), timeline_furthest(timeline)) < 0;
}

struct hart *timeline_arrived(const struct timeline *timeline)
{
    return timeline->arrived;
}
