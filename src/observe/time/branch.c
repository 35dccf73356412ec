/*
 * Acts, and the branches that they make: what was cut off is kept, and can be gone back
 * to. A branch has its whole journal, from #0 on; snapshots before a fork are shared.
 */
#include "observe/time/timeline_parts.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- made and freed ------------------------------------------------------------------------ */

struct branch *branch_new(struct timeline *timeline, const char *name, int parent)
{
    struct branch *branch = alloc_zero(1, sizeof(*branch));

    timeline->branch = alloc_resize(timeline->branch, (timeline->branches + 1) *
                                                          sizeof(timeline->branch[0]));
    snprintf(branch->info.name, sizeof(branch->info.name), "%s", name);
    branch->info.parent = parent;
    branch->info.journal = &branch->journal;
    timeline->branch[timeline->branches++] = branch;
    timeline->live_branches++;
    return branch;
}

/* All but its name and number. */
static void release(struct timeline *timeline, struct branch *branch)
{
    while (branch->snapshots)
        snapshot_drop(&timeline->store, branch->snapshot[--branch->snapshots]);
    free(branch->snapshot);
    branch->snapshot = NULL;
    branch->room = 0;
    journal_release(&branch->journal);
}

void release_branches(struct timeline *timeline)
{
    for (unsigned i = 0; i < timeline->branches; i++) {
        release(timeline, timeline->branch[i]);
        free(timeline->branch[i]);
    }
    free(timeline->branch);
}

static bool has_room(const struct timeline *timeline, struct err *err)
{
    if (timeline->live_branches == BRANCHES_MAX)
        return err_set(err, "there are %d branches already: one must be deleted first",
                       BRANCHES_MAX);
    return timeline->branches < BRANCH_NUMBERS ||
           err_set(err, "there have been %d branches: there are no more numbers",
                   BRANCH_NUMBERS);
}

static int branch_named(const struct timeline *timeline, const char *name)
{
    for (unsigned i = 0; i < timeline->branches; i++)
        if (!timeline->branch[i]->info.dropped &&
            strcmp(timeline->branch[i]->info.name, name) == 0)
            return (int)i;
    return -1;
}

/* A new branch that is the same as `from` up to a moment. */
static struct branch *copy_until(struct timeline *timeline, const struct branch *from,
                                 const char *name, int parent, struct moment until)
{
    struct branch *branch = branch_new(timeline, name, parent);

    journal_copy(&branch->journal, &from->journal, journal_find(&from->journal, until));
    for (unsigned i = 0; i < from->snapshots; i++)
        if (moment_compare(from->snapshot[i]->at, until) <= 0)
            branch_add_snapshot(branch, snapshot_hold(from->snapshot[i]));
    branch->info.fork = branch->info.furthest = branch->info.viewer = until;
    return branch;
}

/* --- where two part ------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_act(const struct act *a, const struct act *b)
{
    return moment_compare(a->at, b->at) == 0 && a->kind == b->kind &&
           a->board == b->board && a->device == b->device && a->number == b->number &&
           a->value == b->value && a->size == b->size &&
           (!a->bytes || !b->bytes ? a->bytes == b->bytes
                                   : memcmp(a->bytes, b->bytes, a->size) == 0) &&
           same_text(a->reason, b->reason);
}

static struct moment earlier(struct moment a, struct moment b)
{
    return moment_compare(a, b) < 0 ? a : b;
}

struct moment branch_parting(const struct branch_info *a, const struct branch_info *b)
{
    struct moment parting = earlier(a->furthest, b->furthest);
    const struct journal *in_a = a->journal, *in_b = b->journal;
    size_t i = 0;

    while (i < in_a->count && i < in_b->count && same_act(&in_a->act[i], &in_b->act[i]))
        i++;
    if (i < in_a->count)
        parting = earlier(parting, in_a->act[i].at);
    if (i < in_b->count)
        parting = earlier(parting, in_b->act[i].at);
    return parting;
}

/* --- cutting --------------------------------------------------------------------------------- */

/* "main-2": the first number that is free. A name that is too long is cut. */
static void name_kept(const struct timeline *timeline, const char *name,
                      char kept[BRANCH_NAME])
{
    for (unsigned n = 2;; n++) {
        snprintf(kept, BRANCH_NAME, "%.*s-%u", BRANCH_NAME - 12, name, n);
        if (branch_named(timeline, kept) < 0)
            return;
    }
}

/* The branch in use is another from now on: what it shares with its parent, and with those
 * that leave it later, ends here. */
static void fork_here(struct timeline *timeline, struct moment now)
{
    for (unsigned i = 0; i < timeline->branches; i++) {
        struct branch_info *info = &timeline->branch[i]->info;

        if (info->parent < 0 || moment_compare(info->fork, now) <= 0 ||
            (i != timeline->current && info->parent != (int)timeline->current))
            continue;
        info->fork = now;
        info->fork_cycle = run_cycle(timeline->run);
    }
}

static void tell_cut(const struct timeline *timeline, struct moment now)
{
    const struct keeper *keeper = &timeline->keeper;
    unsigned kept = timeline->branches - 1;

    if (keeper->branched)
        keeper->branched(keeper->ctx, kept);
    if (keeper->cut)
        keeper->cut(keeper->ctx, timeline->current, now, kept);
    if (!keeper->branched)
        return;
    keeper->branched(keeper->ctx, timeline->current);
    for (unsigned i = 0; i < kept; i++)
        if (timeline->branch[i]->info.parent == (int)timeline->current &&
            moment_compare(timeline->branch[i]->info.fork, now) == 0)
            keeper->branched(keeper->ctx, i);
}

/* The future of the branch in use becomes a branch of its own; the one in use ends here. */
static const char *cut_future(struct timeline *timeline, struct moment now)
{
    struct branch *branch = timeline_in_use(timeline), *kept;
    struct moment furthest = branch->info.furthest;
    char name[BRANCH_NAME];

    name_kept(timeline, branch->info.name, name);
    kept = copy_until(timeline, branch, name, (int)timeline->current, furthest);
    kept->info.fork = now;
    kept->info.fork_cycle = run_cycle(timeline->run);
    kept->info.furthest_cycle = branch->info.furthest_cycle;
    for (unsigned i = 0; i < timeline->marks; i++)
        if (timeline->mark[i].branch == timeline->current &&
            moment_compare(timeline->mark[i].at, now) > 0)
            timeline->mark[i].branch = timeline->branches - 1;
    move_typed(timeline, timeline->current, timeline->branches - 1);
    type_again(timeline, timeline->branches - 1, timeline->current, now);
    journal_cut(&branch->journal, journal_find(&branch->journal, now));
    branch_cut_snapshots(timeline, branch, now);
    drop_near(timeline);
    branch->info.furthest = now;
    branch->info.furthest_cycle = kept->info.fork_cycle;
    fork_here(timeline, now);
    tell_cut(timeline, now);
    return kept->info.name;
}

/* --- acts ------------------------------------------------------------------------------------ */

void act_now(struct timeline *timeline, const struct act *act)
{
    struct branch *branch = timeline_in_use(timeline);
    struct act done = *act;

    done.at = moment_of(timeline->run);
    journal_add(&branch->journal, &done);
    act_do(timeline->run, &done);
    branch->info.furthest = moment_of(timeline->run);
    branch->info.furthest_cycle = run_cycle(timeline->run);
    if (timeline->keeper.acted)
        timeline->keeper.acted(timeline->keeper.ctx, timeline->current, &done);
}

bool open_now(struct timeline *timeline, const char **kept, struct err *err)
{
    struct moment now = moment_of(timeline->run);
    struct branch *branch = timeline_in_use(timeline);

    *kept = NULL;
    if (moment_compare(now, branch->info.furthest) >= 0)
        return true;
    if (!has_room(timeline, err))
        return false;
    *kept = cut_future(timeline, now);
    return true;
}

/* Appenders hear what is done now; the actor answers at once, on the same branch. */
static void act_live(struct timeline *timeline, const struct act *act)
{
    struct act done = *act;

    done.typed = moment_of(timeline->run);
    set_live(timeline, true);
    act_now(timeline, &done);
    actor_acts(timeline);
    set_live(timeline, false);
}

bool timeline_act(struct timeline *timeline, const struct act *act, const char **kept,
                  struct err *err)
{
    const char *name;

    timeline_begin(timeline);
    if (!act_check(timeline->run, act, err) ||
        !open_now(timeline, kept ? kept : &name, err))
        return false;
    stand(timeline);
    act_live(timeline, act);
    tell_reached(timeline);
    return true;
}

/* --- branches ------------------------------------------------------------------------------------ */

unsigned timeline_branches(const struct timeline *timeline)
{
    return timeline->branches;
}

unsigned timeline_branch(const struct timeline *timeline)
{
    return timeline->current;
}

const struct branch_info *timeline_branch_info(const struct timeline *timeline,
                                               unsigned number)
{
    return number < timeline->branches ? &timeline->branch[number]->info : NULL;
}

static bool check_name(const struct timeline *timeline, const char *name,
                       struct err *err)
{
    size_t length = strlen(name);

    if (length == 0 || length >= BRANCH_NAME)
        return err_set(err, "a name has 1 to %d characters", BRANCH_NAME - 1);
    if (name[0] == '#' || (name[0] >= '0' && name[0] <= '9'))
        return err_set(err, "'%s': a name does not begin with a digit or '#'", name);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] <= ' ' || strchr(";\"'\\", name[i]) ||
            (unsigned char)name[i] == 0x7f)
            return err_set(err, "'%s': blanks, quotes and ; have no place in a name",
                           name);
    if (branch_named(timeline, name) >= 0)
        return err_set(err, "there is a branch '%s' already", name);
    return true;
}

static bool is_there(const struct timeline *timeline, unsigned number)
{
    return number < timeline->branches && !timeline->branch[number]->info.dropped;
}

static void use_branch(struct timeline *timeline, unsigned number)
{
    drop_near(timeline);
    timeline->current = number;
}

bool timeline_fork(struct timeline *timeline, const char *name, struct err *err)
{
    struct branch *branch;

    timeline_begin(timeline);
    if (!check_name(timeline, name, err) || !has_room(timeline, err))
        return false;
    branch = copy_until(timeline, timeline_in_use(timeline), name,
                        (int)timeline->current, moment_of(timeline->run));
    branch->info.fork_cycle = branch->info.furthest_cycle = run_cycle(timeline->run);
    type_again(timeline, timeline->current, timeline->branches - 1,
               moment_of(timeline->run));
    timeline_in_use(timeline)->info.viewer = timeline_now(timeline);
    use_branch(timeline, timeline->branches - 1);
    stand(timeline);
    if (timeline->keeper.branched)
        timeline->keeper.branched(timeline->keeper.ctx, timeline->current);
    tell_reached(timeline);
    return true;
}

/* The machine is on another branch: nothing but a snapshot leads over. */
static void go_over(struct timeline *timeline, unsigned number)
{
    use_branch(timeline, number);
    stand(timeline);
    snapshot_restore(&timeline->store, timeline_in_use(timeline)->snapshot[0]);
}

bool timeline_switch(struct timeline *timeline, unsigned number, struct err *err)
{
    unsigned left = timeline->current;
    struct moment viewer;

    timeline_begin(timeline);
    if (!is_there(timeline, number))
        return err_set(err, "there is no branch number %u", number);
    if (number == timeline->current)
        return true;
    viewer = timeline->branch[number]->info.viewer;
    timeline_in_use(timeline)->info.viewer = timeline_now(timeline);
    go_over(timeline, number);
    if (timeline_seek(timeline, viewer) != ARRIVED_INTERRUPTED)
        return true;
    timeline->branch[number]->info.viewer = viewer;
    if (timeline->keeper.branched)
        timeline->keeper.branched(timeline->keeper.ctx, number);
    go_over(timeline, left);
    timeline_return(timeline, timeline_in_use(timeline)->info.viewer);
    return err_set(err, "interrupted");
}

/* --- marks ------------------------------------------------------------------------------------------ */

static int mark_named(const struct timeline *timeline, const char *name)
{
    for (unsigned i = 0; i < timeline->marks; i++)
        if (strcmp(timeline->mark[i].name, name) == 0)
            return (int)i;
    return -1;
}

static bool put_mark(struct timeline *timeline, const struct mark *mark,
                     struct err *err)
{
    int number = mark_named(timeline, mark->name);

    if (number < 0 && timeline->marks == MARKS_MAX)
        return err_set(err, "there are %d marks already", MARKS_MAX);
    timeline->mark[number < 0 ? (int)timeline->marks++ : number] = *mark;
    return true;
}

bool timeline_mark(struct timeline *timeline, const char *name, struct err *err)
{
    struct mark mark = {.branch = timeline->current,
                        .at = timeline_now(timeline),
                        .cycle = timeline_cycle(timeline)};

    if (branch_named(timeline, name) < 0 && !check_name(timeline, name, err))
        return false;
    snprintf(mark.name, sizeof(mark.name), "%s", name);
    if (!put_mark(timeline, &mark, err))
        return false;
    if (timeline->keeper.marked)
        timeline->keeper.marked(timeline->keeper.ctx, &mark, false);
    return true;
}

static void remove_mark(struct timeline *timeline, unsigned number)
{
    struct mark mark = timeline->mark[number];

    timeline->marks--;
    memmove(&timeline->mark[number], &timeline->mark[number + 1],
            (timeline->marks - number) * sizeof(mark));
    if (timeline->keeper.marked)
        timeline->keeper.marked(timeline->keeper.ctx, &mark, true);
}

bool timeline_unmark(struct timeline *timeline, const char *name)
{
    int number = mark_named(timeline, name);

    if (number >= 0)
        remove_mark(timeline, (unsigned)number);
    return number >= 0;
}

unsigned timeline_marks(const struct timeline *timeline)
{
    return timeline->marks;
}

const struct mark *timeline_mark_info(const struct timeline *timeline, unsigned number)
{
    return number < timeline->marks ? &timeline->mark[number] : NULL;
}

/* --- deleting --------------------------------------------------------------------------------------- */

/* Those that left it leave what it left: there, or where it did, if that is before. */
static void leave_parent_of(struct timeline *timeline, unsigned number)
{
    const struct branch_info *gone = &timeline->branch[number]->info;

    for (unsigned i = 0; i < timeline->branches; i++) {
        struct branch_info *info = &timeline->branch[i]->info;

        if (info->parent != (int)number)
            continue;
        info->parent = gone->parent;
        if (moment_compare(gone->fork, info->fork) < 0) {
            info->fork = gone->fork;
            info->fork_cycle = gone->fork_cycle;
        }
        if (timeline->keeper.branched)
            timeline->keeper.branched(timeline->keeper.ctx, i);
    }
}

bool timeline_drop_branch(struct timeline *timeline, unsigned number, struct err *err)
{
    struct branch *branch;

    if (!is_there(timeline, number))
        return err_set(err, "there is no branch number %u", number);
    branch = timeline->branch[number];
    if (number == timeline->current)
        return err_set(err, "'%s' is the branch in use", branch->info.name);
    if (number == 0)
        return err_set(err, "'%s' stays: all others come from it", branch->info.name);
    for (unsigned i = timeline->marks; i-- > 0;)
        if (timeline->mark[i].branch == number)
            remove_mark(timeline, i);
    drop_typed_on(timeline, number);
    leave_parent_of(timeline, number);
    release(timeline, branch);
    branch->info.dropped = true;
    timeline->live_branches--;
    if (timeline->keeper.branched)
        timeline->keeper.branched(timeline->keeper.ctx, number);
    return true;
}

/* --- rebuilding -------------------------------------------------------------------------------------- */

bool timeline_restore_branch(struct timeline *timeline, const struct branch_info *info,
                             struct err *err)
{
    struct branch *branch;

    timeline_begin(timeline);
    if (!info->dropped && info->parent >= 0 && !has_room(timeline, err))
        return false;
    if (info->parent >= (int)timeline->branches)
        return err_set(err, "branch '%s' leaves one that is not there", info->name);
    if (info->parent < 0) {
        branch = timeline->branch[0];
    } else {
        if (!info->dropped && !check_name(timeline, info->name, err))
            return false;
        branch = branch_new(timeline, info->name, info->parent);
        branch->info.dropped = info->dropped;
        timeline->live_branches -= info->dropped;
        if (!info->dropped)
            branch_add_snapshot(branch,
                                snapshot_hold(timeline->branch[0]->snapshot[0]));
    }
    journal_cut(&branch->journal, 0);
    journal_copy(&branch->journal, info->journal, info->journal->count);
    memcpy(branch->info.name, info->name, sizeof(branch->info.name));
    branch->info.fork = info->fork;
    branch->info.fork_cycle = info->fork_cycle;
    branch->info.furthest = info->furthest;
    branch->info.furthest_cycle = info->furthest_cycle;
    branch->info.viewer = info->viewer;
    return true;
}

void timeline_restore_use(struct timeline *timeline, unsigned branch)
{
    use_branch(timeline, branch);
}

bool timeline_restore_mark(struct timeline *timeline, const struct mark *mark,
                           struct err *err)
{
    if (!is_there(timeline, mark->branch))
        return err_set(err, "mark '%s' is on a branch that is not there", mark->name);
    return put_mark(timeline, mark, err);
}
