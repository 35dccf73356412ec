#include "face/tui/watch/history.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct history {
    struct timeline *time;
    const struct board *board;

    /* What was replayed last: up to this moment. */
    bool known;
    struct moment at;
    unsigned branch;
    uint64_t instructions;
    struct event *event;
    unsigned count, room;
};

struct history *history_new(struct timeline *timeline, const struct board *board)
{
    struct history *history = alloc_zero(1, sizeof(*history));

    history->time = timeline;
    history->board = board;
    return history;
}

void history_free(struct history *history)
{
    if (history)
        free(history->event);
    free(history);
}

/* --- back ---------------------------------------------------------------------------------- */

/* There is room for twice as many; when it is full the last half stays. */
static void take(void *ctx, const struct event *event)
{
    struct history *history = ctx;

    if (event->board != history->board->index)
        return;
    if (history->count == 2 * HISTORY_EVENTS) {
        memmove(history->event, history->event + HISTORY_EVENTS,
                HISTORY_EVENTS * sizeof(*event));
        history->count = HISTORY_EVENTS;
    }
    if (history->count == history->room) {
        history->room = history->room ? 2 * history->room : 256;
        history->event =
            alloc_resize(history->event, history->room * sizeof(*history->event));
    }
    history->event[history->count++] = *event;
}

/* Nobody interrupts: half a list would be another one. */
static void replay(const struct history *history, struct moment from, struct moment to,
                   struct event_sink sink)
{
    bool steady = timeline_set_steady(history->time, true);

    timeline_replay_alone(history->time, from, to, sink);
    timeline_set_steady(history->time, steady);
}

static void fill(struct history *history, struct moment now, uint64_t instructions)
{
    struct moment from = {0};

    if (now.retired > instructions)
        from.retired = now.retired - instructions;
    history->count = 0;
    replay(history, from, now, (struct event_sink){HISTORY_KINDS, take, history});
    history->known = true;
    history->instructions = instructions;
    history->branch = timeline_branch(history->time);
    history->at = now;
}

const struct event *history_events(struct history *history, uint64_t instructions,
                                   unsigned *count)
{
    struct moment now = timeline_now(history->time);
    unsigned more;

    if (!history->known || history->instructions < instructions ||
        history->branch != timeline_branch(history->time) ||
        moment_compare(history->at, now) != 0)
        fill(history, now, instructions);
    more = history->count > HISTORY_EVENTS ? history->count - HISTORY_EVENTS : 0;
    *count = history->count - more;
    return more ? history->event + more : history->event;
}

/* --- ahead ---------------------------------------------------------------------------------- */

struct ahead {
    const struct history *history;
    struct moment now;
    bool (*wanted)(void *ctx, const struct event *event);
    void *ctx;
    struct event *event;
    bool found;
};

static void look(void *ctx, const struct event *event)
{
    struct ahead *ahead = ctx;

    if (ahead->found || event->board != ahead->history->board->index ||
        moment_compare(moment_after_event(event), ahead->now) <= 0 ||
        !ahead->wanted(ahead->ctx, event))
        return;
    ahead->found = true;
    *ahead->event = *event;
}

bool history_next(const struct history *history,
                  bool (*wanted)(void *ctx, const struct event *event), void *ctx,
                  struct event *event)
{
    struct moment now = timeline_now(history->time);
    struct ahead ahead = {history, now, wanted, ctx, event, false};
    struct moment until = {.retired = now.retired + HISTORY_AHEAD};
    struct moment furthest = timeline_furthest(history->time);

    if (moment_compare(furthest, until) < 0)
        until = furthest;
    if (moment_compare(until, now) > 0)
        replay(history, now, until, (struct event_sink){HISTORY_KINDS, look, &ahead});
    return ahead.found;
}
