#include "observe/ask/step.h"

#include "base/alloc.h"

#include <stdlib.h>

/* Stops at the end of the step that tells one event. */
struct sought {
    const struct event *event;
    struct run *run;
    bool heard;
};

static void hear(void *ctx, const struct event *event)
{
    struct sought *sought = ctx;

    if (event->retired != sought->event->retired ||
        event->order != sought->event->order || event->kind != sought->event->kind)
        return;
    sought->heard = true;
    run_ask_stop(sought->run);
}

static void arm(void *ctx, struct run *run)
{
    struct sought *sought = ctx;

    sought->run = run;
    sought->heard = false;
    event_listen(&run->events,
                 (struct event_sink){EVENT_BIT(sought->event->kind), hear, sought});
}

static void disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, hear, ctx);
}

static bool found(void *ctx, struct run *run)
{
    struct sought *sought = ctx;
    bool heard = sought->heard;

    (void)run;
    sought->heard = false;
    return heard;
}

static void keep(void *ctx, const struct event *event)
{
    struct step *step = ctx;

    if (step->count == step->room) {
        step->room = step->room ? 2 * step->room : 16;
        step->event = alloc_resize(step->event, step->room * sizeof(*step->event));
    }
    step->event[step->count++] = *event;
}

void step_between(struct timeline *timeline, struct moment began, struct moment ended,
                  struct step *step)
{
    *step = (struct step){.began = began, .ended = ended};
    timeline_replay(timeline, began, ended, (struct event_sink){EVENT_ALL, keep, step});
}

/* The step ends at the latest when the next instruction has retired, and within what has
 * been run: from there on a hart may wait for ever. What is found lies before this. */
static struct moment latest_end(const struct timeline *timeline,
                                const struct event *event)
{
    struct moment end = {.retired = event->retired + 1, .order = 1};
    struct moment furthest = timeline_furthest(timeline);

    furthest.order++;
    furthest.fired = 0;
    return moment_compare(end, furthest) < 0 ? end : furthest;
}

bool step_of(struct timeline *timeline, const struct event *event, struct step *step)
{
    struct sought sought = {.event = event};
    const struct probe probe = {arm, disarm, found, &sought};
    struct moment began, ended;

    *step = (struct step){0};
    if (!timeline_find_hit(timeline, latest_end(timeline, event), &probe, &ended,
                           &began))
        return false;
    step_between(timeline, began, ended, step);
    return true;
}

void step_release(struct step *step)
{
    free(step->event);
    *step = (struct step){0};
}

struct moment step_seen(const struct event *event)
{
    if (event->kind == EVENT_INSN)
        return (struct moment){.retired = event->retired + 1};
    return moment_after_event(event);
}
