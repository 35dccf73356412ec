#include "observe/time/timeline.h"

#include "base/alloc.h"
#include "observe/time/timeline_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_MEMORY = 256 << 20, USUAL_INTERVAL = 500000 };

/* What a snapshot costs, in instructions that the host does in the same time. */
enum {
    COST_WRITTEN = 400,
    COST_COPIED = 400,
    COST_REST = 4 /* bytes an instruction */,
    COST_SHARE = 25,   /* of the way: 4% are small, */
    COST_BEARABLE = 14 /* and 7% are bearable */
};

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
    for (unsigned i = 0; i < timeline->branches; i++)
        branch_free(timeline, timeline->branch[i]);
    for (unsigned i = 0; i < timeline->typed_count; i++) {
        buf_free(&timeline->typed[i].bytes);
        free(timeline->typed[i].reason);
    }
    free(timeline->typed);
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

bool timeline_add_arrival(struct timeline *timeline, uint64_t pc,
                          void (*arrived)(void *ctx, struct hart *hart), void *ctx)
{
    struct run *run = timeline->run;

    if (timeline->arrivals == ARRIVALS)
        return false;
    timeline->arrival[timeline->arrivals++] = (struct arrival_hook){pc, arrived, ctx};
    for (unsigned b = 0; b < run->boards; b++)
        for (unsigned h = 0; h < run->board[b]->harts; h++)
            if (!hart_add_stop(&run->board[b]->hart[h], pc))
                return false;
    return true;
}

void timeline_set_interrupt(struct timeline *timeline, bool (*interrupted)(void *ctx),
                            void *ctx)
{
    timeline->interrupted = interrupted;
    timeline->interrupt_ctx = ctx;
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
    const struct branch *branch = timeline_in_use(timeline);

    if (timeline->keeper.reached)
        timeline->keeper.reached(timeline->keeper.ctx, timeline->current,
                                 branch->info.furthest, branch->info.furthest_cycle,
                                 timeline_now(timeline));
}

/* --- snapshots ----------------------------------------------------------------------------- */

/* The number of the last snapshot of the branch at or before that moment; -1: none. */
static int number_before(const struct branch *branch, struct moment moment)
{
    int low = 0, high = (int)branch->snapshots;

    while (low < high) {
        int middle = low + (high - low) / 2;

        if (moment_compare(branch->snapshot[middle]->at, moment) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

struct snapshot *snapshot_before(const struct timeline *timeline, struct moment moment)
{
    const struct branch *branch = timeline_in_use(timeline);
    int number = number_before(branch, moment);
    struct snapshot *best = number < 0 ? NULL : branch->snapshot[number];

    for (unsigned i = 0; i < timeline->nears; i++) {
        struct snapshot *near = timeline->near[i];

        if (moment_compare(near->at, moment) <= 0 &&
            (!best || moment_compare(near->at, best->at) > 0))
            best = near;
    }
    return best;
}

void branch_add_snapshot(struct branch *branch, struct snapshot *snapshot)
{
    unsigned at = (unsigned)(number_before(branch, snapshot->at) + 1);

    if (branch->snapshots == branch->room) {
        branch->room = branch->room ? 2 * branch->room : 64;
        branch->snapshot =
            alloc_resize(branch->snapshot, branch->room * sizeof(*branch->snapshot));
    }
    memmove(&branch->snapshot[at + 1], &branch->snapshot[at],
            (branch->snapshots - at) * sizeof(*branch->snapshot));
    branch->snapshot[at] = snapshot;
    branch->snapshots++;
}

static void remove_snapshot(struct timeline *timeline, struct branch *branch,
                            unsigned number)
{
    snapshot_drop(&timeline->store, branch->snapshot[number]);
    branch->snapshots--;
    memmove(&branch->snapshot[number], &branch->snapshot[number + 1],
            (branch->snapshots - number) * sizeof(*branch->snapshot));
}

void branch_cut_snapshots(struct timeline *timeline, struct branch *branch,
                          struct moment after)
{
    while (branch->snapshots &&
           moment_compare(branch->snapshot[branch->snapshots - 1]->at, after) > 0)
        remove_snapshot(timeline, branch, branch->snapshots - 1);
}

/* The one that is missed least: whose neighbours are nearest. The first and the last
 * stay. */
static int least_missed(const struct branch *branch)
{
    uint64_t least = UINT64_MAX;
    int number = -1;

    for (unsigned i = 1; i + 1 < branch->snapshots; i++) {
        uint64_t gap = branch->snapshot[i + 1]->work - branch->snapshot[i - 1]->work;

        if (gap < least) {
            least = gap;
            number = (int)i;
        }
    }
    return number;
}

/* Snapshots of branches that are not in use go first: they can be made again. */
static bool thin_others(struct timeline *timeline)
{
    for (unsigned i = 0; i < timeline->branches; i++) {
        struct branch *branch = timeline->branch[i];

        if (i == timeline->current || branch->snapshots <= 1)
            continue;
        remove_snapshot(timeline, branch, branch->snapshots - 1);
        return true;
    }
    return false;
}

void thin_snapshots(struct timeline *timeline)
{
    struct branch *branch = timeline_in_use(timeline);

    while (timeline->store.bytes > timeline->bound) {
        int number;

        if (thin_others(timeline))
            continue;
        if (timeline->nears > 1) {
            snapshot_drop(&timeline->store, timeline->near[0]);
            timeline->nears--;
            memmove(timeline->near, timeline->near + 1,
                    timeline->nears * sizeof(*timeline->near));
            continue;
        }
        number = least_missed(branch);
        if (number < 0)
            return;
        remove_snapshot(timeline, branch, (unsigned)number);
    }
}

/* What taking the last snapshot cost, as instructions: the program's own pages, which the
 * first one copies, count once and not here. */
static uint64_t last_cost(const struct branch *branch)
{
    const struct snapshot *last = branch->snapshot[branch->snapshots - 1];
    uint64_t rest = last->rest_size / COST_REST;

    if (branch->snapshots == 1)
        return rest;
    return rest + last->written * COST_WRITTEN + last->copied * COST_COPIED;
}

/*
 * How far apart snapshots are: so far that taking one costs a small share of the way in
 * between. But where each part of the way dirties other pages, waiting longer makes none
 * cheaper: as long as the share is bearable they come no further apart. And no denser than
 * half of what the bound has thinned the others to.
 */
static uint64_t interval_of(const struct timeline *timeline)
{
    const struct branch *branch = timeline_in_use(timeline);
    unsigned count = branch->snapshots;
    uint64_t interval = timeline->least_interval, last, cost, gap, wanted;

    if (count == 0)
        return interval;
    last = branch->snapshot[count - 1]->work;
    cost = last_cost(branch);
    wanted = timeline->has_interval ? 0 : cost * COST_SHARE;
    gap = count > 1 ? last - branch->snapshot[count - 2]->work : 0;
    if (wanted > gap && cost * COST_BEARABLE <= gap)
        wanted = gap;
    if (interval < wanted)
        interval = wanted;
    return interval < last / count / 2 ? last / count / 2 : interval;
}

/* Where the next snapshot is due, as work; 0: not on this part of the branch, which has
 * them already. In the past gaps are only filled where they are wide. */
static uint64_t next_snapshot_at(const struct timeline *timeline)
{
    const struct branch *branch = timeline_in_use(timeline);
    uint64_t interval = interval_of(timeline);
    int number = number_before(branch, moment_of(timeline->run));

    if (timeline->asking || number < 0)
        return 0;
    if (!timeline->live)
        interval *= 4;
    if ((unsigned)number + 1 < branch->snapshots &&
        branch->snapshot[number + 1]->work - branch->snapshot[number]->work < interval)
        return 0;
    return branch->snapshot[number]->work + interval;
}

uint64_t work_to_snapshot(const struct timeline *timeline)
{
    uint64_t at = next_snapshot_at(timeline), work = run_work(timeline->run);

    if (at == 0)
        return UINT64_MAX;
    return at > work ? at - work : 1;
}

void keep_snapshot(struct timeline *timeline)
{
    uint64_t at = next_snapshot_at(timeline);

    if (at == 0 || run_work(timeline->run) < at)
        return;
    branch_add_snapshot(timeline_in_use(timeline), snapshot_take(&timeline->store));
    thin_snapshots(timeline);
}

void drop_near(struct timeline *timeline)
{
    while (timeline->nears)
        snapshot_drop(&timeline->store, timeline->near[--timeline->nears]);
}

void keep_near(struct timeline *timeline)
{
    if (timeline->nears == NEAR) {
        snapshot_drop(&timeline->store, timeline->near[0]);
        timeline->nears--;
        memmove(timeline->near, timeline->near + 1,
                timeline->nears * sizeof(*timeline->near));
    }
    timeline->near[timeline->nears++] = snapshot_take(&timeline->store);
    thin_snapshots(timeline);
}

struct timeline_memory timeline_memory(const struct timeline *timeline)
{
    return (struct timeline_memory){
        .bytes = timeline->store.bytes,
        .bound = timeline->bound,
        .snapshots = timeline_in_use(timeline)->snapshots,
        .interval = interval_of(timeline),
    };
}

void timeline_set_memory(struct timeline *timeline, uint64_t bound)
{
    timeline->bound = bound;
    thin_snapshots(timeline);
}

bool timeline_snapshot_info(const struct timeline *timeline, unsigned n,
                            struct snapshot_info *info)
{
    const struct branch *branch = timeline_in_use(timeline);

    if (n >= branch->snapshots)
        return false;
    *info =
        (struct snapshot_info){.at = branch->snapshot[n]->at,
                               .cycle = branch->snapshot[n]->cycle,
                               .own_bytes = snapshot_own_bytes(branch->snapshot[n])};
    return true;
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
