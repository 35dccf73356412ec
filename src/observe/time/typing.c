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

void move_typed(struct timeline *timeline, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < timeline->typed_count; i++)
        if (timeline->typed[i].branch == from)
            timeline->typed[i].branch = to;
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
    act = (struct act){.kind = ACT_INPUT,
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

static struct typed *add_typed(struct timeline *timeline, unsigned branch,
                               unsigned board, unsigned device, const char *reason)
{
    struct typed *typed;

    timeline->typed =
        alloc_resize(timeline->typed, (timeline->typed_count + 1) * sizeof(*typed));
    typed = &timeline->typed[timeline->typed_count++];
    *typed = (struct typed){.branch = branch,
                            .board = board,
                            .device = device,
                            .reason = reason ? alloc_string(reason) : NULL};
    return typed;
}

bool timeline_type(struct timeline *timeline, unsigned board, unsigned device,
                   const void *bytes, size_t size, const char *reason,
                   const char **kept, struct err *err)
{
    const char *name;
    struct typed *typed;

    timeline_begin(timeline);
    if (size == 0)
        return err_set(err, "there is nothing to type");
    if (!takes_characters(timeline, board, device, err) ||
        !open_now(timeline, kept ? kept : &name, err))
        return false;
    stand(timeline);
    typed = add_typed(timeline, timeline->current, board, device, reason);
    buf_add(&typed->bytes, bytes, size);
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
                                .reason = typed->reason,
                                .bytes = (uint8_t *)typed->bytes.data + typed->taken,
                                .size = typed->bytes.size - typed->taken};
    return true;
}

bool timeline_restore_typed(struct timeline *timeline, const struct typed_info *info,
                            struct err *err)
{
    struct typed *typed;

    if (info->branch >= timeline->branches ||
        timeline->branch[info->branch]->info.dropped)
        return err_set(err, "something waits on a branch that is not there");
    if (!takes_characters(timeline, info->board, info->device, err))
        return false;
    typed = add_typed(timeline, info->branch, info->board, info->device, info->reason);
    buf_add(&typed->bytes, info->bytes, info->size);
    return true;
}
