#include "control/branches.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* --- trails ------------------------------------------------------------------------------------------- */

/*
 * What a branch tells, as a digest after each few thousand events, so that two trails can
 * be compared however long they are. The stretch in which they part is replayed once more.
 */
enum { STRETCH = 4096 };

struct stretch {
    uint64_t digest;      /* of all events up to its end */
    struct moment before; /* its first event */
};

struct trail {
    uint64_t events, digest;
    size_t stretches, room;
    struct stretch *stretch;
    struct tally *tally; /* counts them, too; NULL: no */
};

static uint64_t mix(uint64_t digest, uint64_t value)
{
    digest = (digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return digest ^ (digest >> 29);
}

static uint64_t mix_event(uint64_t digest, const struct event *event)
{
    const struct event_field *field = event_infos[event->kind].fields;

    digest = mix(mix(digest, event->kind), event->cycle);
    for (; field->name; field++)
        digest = mix(digest, event_get(event, field));
    return digest;
}

static void trail_take(void *ctx, const struct event *event)
{
    struct trail *trail = ctx;

    if (trail->tally)
        tally_take(trail->tally, event);
    if (event->kind == EVENT_OUTSIDE)
        return;
    if (trail->events % STRETCH == 0) {
        if (trail->stretches == trail->room) {
            trail->room = trail->room ? 2 * trail->room : 64;
            trail->stretch =
                alloc_resize(trail->stretch, trail->room * sizeof(*trail->stretch));
        }
        trail->stretch[trail->stretches++].before = moment_before_event(event);
    }
    trail->events++;
    trail->digest = mix_event(trail->digest, event);
    trail->stretch[trail->stretches - 1].digest = trail->digest;
}

/* The number of the stretch in which they part, or in which one ends; false: none. */
static bool find_stretch(const struct trail *a, const struct trail *b, size_t *number)
{
    size_t common = a->stretches < b->stretches ? a->stretches : b->stretches;

    for (*number = 0; *number < common; ++*number)
        if (a->stretch[*number].digest != b->stretch[*number].digest)
            return true;
    return a->stretches != b->stretches;
}

/* --- the events of one stretch -------------------------------------------------------------------------- */

struct collected {
    unsigned count;
    struct event event[STRETCH];
};

static void collect(void *ctx, const struct event *event)
{
    struct collected *collected = ctx;

    if (event->kind != EVENT_OUTSIDE && collected->count < STRETCH)
        collected->event[collected->count++] = *event;
}

static bool same_event(const struct event *a, const struct event *b)
{
    const struct event_field *field = event_infos[a->kind].fields;

    if (a->kind != b->kind || a->cycle != b->cycle || a->board != b->board)
        return false;
    for (; field->name; field++)
        if (event_get(a, field) != event_get(b, field))
            return false;
    return true;
}

/* --- comparing -------------------------------------------------------------------------------------------- */

struct compare {
    struct session *session;
    struct branch_diff *diff;
    struct err *err;
};

static bool replay_side(const struct compare *compare, unsigned side,
                        struct moment from, struct moment to, struct event_sink sink)
{
    struct timeline *time = compare->session->time;

    if (!timeline_switch(time, compare->diff->side[side].branch, compare->err))
        return false;
    return timeline_replay(time, from, to, sink) ||
           err_set(compare->err, "interrupted");
}

/* Which events are compared, and how far. */
struct part {
    uint64_t kinds;
    bool counts;
    struct moment to[2];
    struct trail trail[2];
};

static struct diff_event *event_of(struct branch_side *side, const struct part *part)
{
    return part->counts ? &side->device : &side->any;
}

/* Replays the stretch with that number on both sides and finds the first difference. */
static bool find_event(const struct compare *compare, const struct part *part,
                       size_t number, bool *parts)
{
    struct collected *of[2] = {alloc_zero(1, sizeof(**of)),
                               alloc_zero(1, sizeof(**of))};
    struct branch_side *side = compare->diff->side;
    unsigned i = 0;
    bool ok = true;

    for (unsigned s = 0; s < 2 && ok; s++)
        if (number < part->trail[s].stretches)
            ok = replay_side(compare, s, part->trail[s].stretch[number].before,
                             part->to[s],
                             (struct event_sink){part->kinds, collect, of[s]});
    while (i < of[0]->count && i < of[1]->count &&
           same_event(&of[0]->event[i], &of[1]->event[i]))
        i++;
    for (unsigned s = 0; s < 2 && ok; s++) {
        struct diff_event *event = event_of(&side[s], part);

        event->has = i < of[s]->count;
        if (event->has)
            event->event = of[s]->event[i];
    }
    *parts = ok && (i < of[0]->count || i < of[1]->count);
    free(of[0]);
    free(of[1]);
    return ok;
}

static bool compare_part(const struct compare *compare, struct part *part, bool *parts)
{
    struct branch_diff *diff = compare->diff;
    size_t number;
    bool ok = true;

    for (unsigned s = 0; s < 2 && ok; s++) {
        part->trail[s].tally = part->counts ? &diff->side[s].tally : NULL;
        ok = replay_side(compare, s, diff->fork, part->to[s],
                         (struct event_sink){part->kinds, trail_take, &part->trail[s]});
    }
    *parts = false;
    if (ok && find_stretch(&part->trail[0], &part->trail[1], &number))
        ok = find_event(compare, part, number, parts);
    free(part->trail[0].stretch);
    free(part->trail[1].stretch);
    return ok;
}

/* --- counters ------------------------------------------------------------------------------------------------ */

struct look {
    struct counters *counters;
    const struct tally *tally;
    uint64_t cycle;
};

static void look_counters(void *ctx, struct run *run)
{
    struct look *look = ctx;

    look->cycle = run_cycle(run);
    counters_read(look->counters, run, look->tally, look->cycle);
}

/* What the machine counts itself at a moment, and the tally from the fork on. */
static bool count_at(const struct compare *compare, unsigned side, struct moment at,
                     struct look *look)
{
    struct timeline *time = compare->session->time;

    return timeline_switch(time, compare->diff->side[side].branch, compare->err) &&
           (timeline_peek_at(time, at, look_counters, look) ||
            err_set(compare->err, "interrupted"));
}

static bool count_all(const struct compare *compare)
{
    struct branch_diff *diff = compare->diff;
    struct tally none = {0};
    struct look look = {&diff->at_fork, &none, 0};

    if (!count_at(compare, 0, diff->fork, &look))
        return false;
    diff->fork_cycle = look.cycle;
    for (unsigned s = 0; s < 2; s++) {
        look = (struct look){&diff->side[s].counters, &diff->side[s].tally, 0};
        if (!count_at(compare, s, diff->side[s].end, &look))
            return false;
        diff->side[s].end_cycle = look.cycle;
    }
    return true;
}

/* --- all of it --------------------------------------------------------------------------------------------------- */

static bool compare_all(const struct compare *compare)
{
    struct branch_diff *diff = compare->diff;
    struct part any = {.kinds = EVENT_ALL},
                device = {.kinds = TALLY_KINDS, .counts = true};
    uint64_t most = diff->fork.retired + DIFF_INSTRUCTIONS;

    for (unsigned s = 0; s < 2; s++) {
        any.to[s] = device.to[s] = diff->side[s].end;
        if (any.to[s].retired > most) {
            any.to[s] = (struct moment){.retired = most};
            diff->bounded = true;
        }
    }
    return compare_part(compare, &any, &diff->any_parts) &&
           compare_part(compare, &device, &diff->device_parts) && count_all(compare);
}

bool branches_compare(struct session *session, unsigned a, unsigned b,
                      struct branch_diff *diff, struct err *err)
{
    struct timeline *time = session->time;
    const struct compare compare = {session, diff, err};
    unsigned current = timeline_branch(time);
    bool ok, steady;

    *diff = (struct branch_diff){.side = {{.branch = a}, {.branch = b}}};
    if (a == b)
        return err_set(err, "there is nothing to compare a branch with itself for");
    diff->fork =
        branch_parting(timeline_branch_info(time, a), timeline_branch_info(time, b));
    for (unsigned s = 0; s < 2; s++)
        diff->side[s].end = timeline_branch_info(time, diff->side[s].branch)->furthest;
    ok = compare_all(&compare);
    steady = timeline_set_steady(time, true);
    ok = timeline_switch(time, current, ok ? err : NULL) && ok;
    timeline_set_steady(time, steady);
    return ok;
}
