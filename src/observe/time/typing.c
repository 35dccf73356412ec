/*
 * Characters that are typed to a device: taken as it has room for them, each part an act.
 * What has not been taken waits, in the order in which it was typed, on its branch.
 */
#include "observe/time/timeline_parts.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* --- the queue ---------------------------------------------------------------------------- */

struct typed *first_typed(const struct timeline *timeline)
{
    for (unsigned i = 0; i < timeline->typed_count; i++)
        if (timeline->typed[i].branch == timeline->current)
            return &timeline->typed[i];
    return NULL;
}

static void drop_typed(struct timeline *timeline, struct typed *typed)
{
    unsigned number = (unsigned)(typed - timeline->typed);

    buf_free(&typed->bytes);
    free(typed->reason);
    timeline->typed_count--;
    memmove(typed, typed + 1, (timeline->typed_count - number) * sizeof(*typed));
}

/* `as` says for whom and when. */
static struct typed *add_typed(struct timeline *timeline, struct typed as,
                               const char *reason, const void *bytes, size_t size)
{
    struct typed *typed;

    timeline->typed =
        alloc_resize(timeline->typed, (timeline->typed_count + 1) * sizeof(*typed));
    typed = &timeline->typed[timeline->typed_count++];
    *typed = as;
    typed->reason = reason ? alloc_string(reason) : NULL;
    buf_add(&typed->bytes, bytes, size);
    return typed;
}

static void add_info(struct timeline *timeline, const struct typed_info *info)
{
    const struct typed as = {.branch = info->branch,
                             .board = info->board,
                             .device = info->device,
                             .at = info->at};

    add_typed(timeline, as, info->reason, info->bytes, info->size);
}

void move_typed(struct timeline *timeline, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < timeline->typed_count; i++)
        if (timeline->typed[i].branch == from)
            timeline->typed[i].branch = to;
}

static bool takes_characters(const struct timeline *timeline, unsigned board,
                             unsigned device, struct err *err)
{
    uint8_t nobody[1] = {0};
    const struct act nothing = {.kind = ACT_INPUT,
                                .board = (uint8_t)board,
                                .device = (uint8_t)device,
                                .bytes = nobody,
                                .size = 0};

    if (board > UINT8_MAX || device > UINT8_MAX)
        return err_set(err, "there is no such device");
    return act_check(timeline->run, &nothing, err);
}

/* Is it the next part of what was typed last? */
static bool goes_on(const struct timeline *timeline, const struct typed_info *info)
{
    const struct typed *last;

    if (!timeline->typed_count)
        return false;
    last = &timeline->typed[timeline->typed_count - 1];
    return last->branch == info->branch && last->board == info->board &&
           last->device == info->device && moment_compare(last->at, info->at) == 0 &&
           last->reason && info->reason && strcmp(last->reason, info->reason) == 0;
}

static void add_part(struct timeline *timeline, const struct typed_info *info)
{
    if (goes_on(timeline, info))
        buf_add(&timeline->typed[timeline->typed_count - 1].bytes, info->bytes,
                info->size);
    else
        add_info(timeline, info);
}

/* Not so of a journal that somebody has made up. */
static bool can_be_typed(const struct timeline *timeline, const struct act *act)
{
    struct err err = {0};

    return act->kind == ACT_INPUT &&
           takes_characters(timeline, act->board, act->device, &err);
}

/* The parts that were taken later. What was typed at `now` itself and found room is done
 * there: it goes with all that was done there. */
static void acts_again(struct timeline *timeline, const struct journal *journal,
                       unsigned to, struct moment now)
{
    for (size_t i = journal_find(journal, now); i < journal->count; i++) {
        const struct act *act = &journal->act[i];

        if (moment_compare(act->typed, act->at) < 0 &&
            moment_compare(act->typed, now) <= 0 && can_be_typed(timeline, act))
            add_part(timeline, &(struct typed_info){.branch = to,
                                                    .board = act->board,
                                                    .device = act->device,
                                                    .at = act->typed,
                                                    .reason = act->reason,
                                                    .bytes = act->bytes,
                                                    .size = act->size});
    }
}

void type_again(struct timeline *timeline, unsigned from, unsigned to,
                struct moment now)
{
    unsigned waiting = timeline->typed_count;
    struct typed_info info = {0};

    acts_again(timeline, &timeline->branch[from]->journal, to, now);
    for (unsigned i = 0; i < waiting; i++) {
        timeline_typed_info(timeline, i, &info);
        if (info.branch != from || moment_compare(info.at, now) > 0)
            continue;
        info.branch = to;
        add_part(timeline, &info);
    }
}

void drop_typed_on(struct timeline *timeline, unsigned branch)
{
    for (unsigned i = timeline->typed_count; i-- > 0;)
        if (timeline->typed[i].branch == branch)
            drop_typed(timeline, &timeline->typed[i]);
}

void release_typed(struct timeline *timeline)
{
    while (timeline->typed_count)
        drop_typed(timeline, timeline->typed);
    free(timeline->typed);
}

bool offer_typed(struct timeline *timeline)
{
    struct typed *typed = first_typed(timeline);
    unsigned room, left;
    struct act act;

    if (!typed)
        return false;
    room = act_room(timeline->run, typed->board, typed->device);
    left = (unsigned)(typed->bytes.size - typed->taken);
    if (room == 0)
        return false;
    act = (struct act){.typed = typed->at,
                       .kind = ACT_INPUT,
                       .board = (uint8_t)typed->board,
                       .device = (uint8_t)typed->device,
                       .size = left < room ? left : room,
                       .bytes = (uint8_t *)typed->bytes.data + typed->taken,
                       .reason = typed->reason};
    timeline->step_began = moment_of(timeline->run);
    typed->taken += act.size; /* who is told of the act looks at what is left */
    act_now(timeline, &act);
    if (typed->taken == typed->bytes.size)
        drop_typed(timeline, typed);
    return true;
}

/* --- typing ------------------------------------------------------------------------------- */

bool timeline_type(struct timeline *timeline, unsigned board, unsigned device,
                   const void *bytes, size_t size, const char *reason,
                   const char **kept, struct err *err)
{
    struct typed as = {.board = board, .device = device}, *typed;
    const char *name;

    timeline_begin(timeline);
    if (size == 0)
        return err_set(err, "there is nothing to type");
    if (!takes_characters(timeline, board, device, err) ||
        !open_now(timeline, kept ? kept : &name, err))
        return false;
    stand(timeline);
    as.branch = timeline->current;
    as.at = moment_of(timeline->run);
    typed = add_typed(timeline, as, reason, bytes, size);
    if (first_typed(timeline) == typed && act_room(timeline->run, board, device))
        typed->at.order++;
    if (timeline->keeper.typed)
        timeline->keeper.typed(timeline->keeper.ctx, timeline->current);
    if (first_typed(timeline) == typed) {
        set_live(timeline, true);
        offer_typed(timeline);
        actor_acts(timeline);
        set_live(timeline, false);
    }
    tell_reached(timeline);
    return true;
}

/* --- what waits --------------------------------------------------------------------------- */

size_t timeline_typed_ahead(const struct timeline *timeline)
{
    size_t bytes = 0;

    for (unsigned i = 0; i < timeline->typed_count; i++)
        if (timeline->typed[i].branch == timeline->current)
            bytes += timeline->typed[i].bytes.size - timeline->typed[i].taken;
    return bytes;
}

bool timeline_typed_info(const struct timeline *timeline, unsigned number,
                         struct typed_info *info)
{
    const struct typed *typed;

    if (number >= timeline->typed_count)
        return false;
    typed = &timeline->typed[number];
    *info = (struct typed_info){.branch = typed->branch,
                                .board = typed->board,
                                .device = typed->device,
                                .at = typed->at,
                                .reason = typed->reason,
                                .bytes = (uint8_t *)typed->bytes.data + typed->taken,
                                .size = typed->bytes.size - typed->taken};
    return true;
}

bool timeline_restore_typed(struct timeline *timeline, const struct typed_info *info,
                            struct err *err)
{
    if (info->branch >= timeline->branches ||
        timeline->branch[info->branch]->info.dropped)
        return err_set(err, "something waits on a branch that is not there");
    if (!takes_characters(timeline, info->board, info->device, err))
        return false;
    add_info(timeline, info);
    return true;
}
