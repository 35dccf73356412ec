/*
 * Which snapshots a timeline keeps: how far apart they are taken, by what taking one
 * costs, and which go when memory is at its bound.
 */
#include "observe/time/timeline_parts.h"

#include "base/alloc.h"

#include <string.h>

/* What a snapshot costs, in instructions that the host does in the same time. */
enum {
    COST_WRITTEN = 400,
    COST_COPIED = 400,
    COST_REST = 4 /* bytes an instruction */,
    COST_SHARE = 25,   /* of the way: 4% are small, */
    COST_BEARABLE = 14 /* and 7% are bearable */
};

/* --- of a branch ------------------------------------------------------------------------------- */

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

/* --- thinning ---------------------------------------------------------------------------------- */

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

static void drop_oldest_near(struct timeline *timeline)
{
    snapshot_drop(&timeline->store, timeline->near[0]);
    timeline->nears--;
    memmove(timeline->near, timeline->near + 1,
            timeline->nears * sizeof(*timeline->near));
}

void thin_snapshots(struct timeline *timeline)
{
    struct branch *branch = timeline_in_use(timeline);

    while (timeline->store.bytes > timeline->bound) {
        int number;

        if (thin_others(timeline))
            continue;
        if (timeline->nears > 1) {
            drop_oldest_near(timeline);
            continue;
        }
        number = least_missed(branch);
        if (number < 0)
            return;
        remove_snapshot(timeline, branch, (unsigned)number);
    }
}

/* --- spacing ----------------------------------------------------------------------------------- */

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

/* --- near at hand ------------------------------------------------------------------------------ */

void drop_near(struct timeline *timeline)
{
    while (timeline->nears)
        snapshot_drop(&timeline->store, timeline->near[--timeline->nears]);
}

void keep_near(struct timeline *timeline)
{
    if (timeline->nears == NEAR)
        drop_oldest_near(timeline);
    timeline->near[timeline->nears++] = snapshot_take(&timeline->store);
    thin_snapshots(timeline);
}

/* --- what is told of them ---------------------------------------------------------------------- */

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
