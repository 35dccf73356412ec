#include "face/tui/watch/watch.h"

#include "base/alloc.h"
#include "control/guide.h"
#include "face/tui/watch/consoles.h"
#include "face/tui/watch/history.h"

#include <stdlib.h>
#include <string.h>

/* --- the timeline's fold --------------------------------------------------------------- */

static void take_fact(void *ctx, const struct event *event)
{
    struct watch *watch = ctx;

    facts_take(&watch->kept, watch->board, event);
}

static void keep_facts(void *ctx, struct state *state)
{
    struct watch *watch = ctx;

    STATE(state, watch->kept);
}

static void take_meter(void *ctx, const struct event *event)
{
    struct watch *watch = ctx;

    meter_take(&watch->kept_meter, watch->board, event);
}

static void keep_meter(void *ctx, struct state *state)
{
    struct watch *watch = ctx;

    meter_state(&watch->kept_meter, state);
}

static void take_irq(void *ctx, const struct event *event)
{
    struct watch *watch = ctx;

    irqs_take(&watch->irqs_kept, watch->board, event);
}

static void keep_irqs(void *ctx, struct state *state)
{
    struct watch *watch = ctx;

    STATE(state, watch->irqs_kept);
}

struct watch *watch_new(struct session *session)
{
    struct watch *watch = alloc_zero(1, sizeof(*watch));
    struct timeline *timeline = session->time;

    watch->session = session;
    watch->time = timeline;
    watch->run = timeline_run(timeline);
    watch->board = watch->run->board[0];
    watch->subject = &session->subject;
    watch->owners = owners_new(timeline, watch->board);
    watch->consoles = consoles_new(timeline, watch->board);
    watch->history = history_new(timeline, watch->board);
    timeline_add_fold(timeline,
                      (struct fold){FACTS_KINDS, take_fact, keep_facts, watch});
    meter_init(&watch->kept_meter);
    timeline_add_fold(timeline,
                      (struct fold){METER_KINDS, take_meter, keep_meter, watch});
    timeline_add_fold(timeline, (struct fold){IRQS_KINDS, take_irq, keep_irqs, watch});
    guide_of(session); /* it counts from the beginning */
    return watch;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    owners_free(watch->owners);
    consoles_free(watch->consoles);
    history_free(watch->history);
    lanes_free(watch->known.lanes);
    free(watch->events);
    free(watch);
}

/* --- the window ------------------------------------------------------------------------ */

static void collect(void *ctx, const struct event *event)
{
    struct watch *watch = ctx;

    if (event->board != watch->board->index || event->kind == EVENT_CSR_WRITE)
        return; /* the instruction tells of a CSR that it writes */
    if (watch->count == watch->room) {
        watch->room = watch->room ? watch->room * 2 : 1024;
        watch->events = alloc_resize(watch->events, watch->room * sizeof(*event));
    }
    for (unsigned i = 0; i < watch->board->harts; i++) {
        csr_log_take(&watch->csrs[i], &watch->board->hart[i], watch->count);
        call_fold_take(&watch->calls[i], &watch->board->hart[i], event);
    }
    watch->events[watch->count++] = *event;
}

static bool is_after(const struct event *event, struct moment moment)
{
    moment.fired = UINT64_MAX;
    return moment_compare(moment_after_event(event), moment) > 0;
}

/* Events of the step that is not over come after the boundary that the machine is at. */
static unsigned find_inside(const struct watch *watch)
{
    struct moment boundary = moment_of(watch->run);
    unsigned inside = watch->count;

    while (inside > 0 && is_after(&watch->events[inside - 1], boundary))
        inside--;
    return inside;
}

/* An instruction's events come one after the other, none earlier than itself; whoever
 * acted before it began earlier. */
static unsigned find_step(const struct watch *watch)
{
    const struct event *last = &watch->events[watch->count - 1];
    unsigned first = watch->count - 1;

    while (first > 0 && watch->events[first - 1].kind != EVENT_OUTSIDE &&
           watch->events[first - 1].retired == last->retired &&
           watch->events[first - 1].cycle >= last->cycle)
        first--;
    return first;
}

static void find_focus(struct watch *watch, enum watch_form form)
{
    unsigned best;

    watch->inside = find_inside(watch);
    watch->first = watch->step = watch->count;
    watch->has_focus = watch->count > 0;
    if (!watch->has_focus)
        return;
    watch->step = find_step(watch);
    watch->first = form == WATCH_STEP ? watch->step : watch->count - 1;
    best = form == WATCH_STEP ? watch->first : watch->count - 1;
    for (unsigned i = best + 1; i < watch->count; i++)
        if (watch_weight(&watch->events[i]) > watch_weight(&watch->events[best]))
            best = i;
    watch->focus = watch->events[best];
}

static void find_written(struct watch *watch)
{
    const struct ram *ram = &watch->board->bus.ram;
    bool named = watch->subject->regions > 0;

    watch->written = 0;
    for (unsigned i = watch->count; i-- > 0 && !watch->written;) {
        struct owner_write write = owner_write_of(&watch->events[i]);

        if (write.size && ram_has(ram, write.pa, 1) &&
            (!named || subject_region(watch->subject, write.pa)))
            watch->written = write.pa;
    }
    if (!watch->written && watch->facts.written &&
        (!named || subject_region(watch->subject, watch->facts.written)))
        watch->written = watch->facts.written;
}

/* Lanes of disks and lines go back further than the window. */
static void add_facts_spans(struct watch *watch)
{
    const struct facts *facts = &watch->facts;
    uint64_t from = facts->spans > FACTS_SPANS ? facts->spans - FACTS_SPANS : 0;

    for (uint64_t i = from; i < facts->spans; i++)
        watch->span[watch->spans++ % WATCH_SPANS] = facts->span[i % FACTS_SPANS];
}

/* The state of each DMA channel before the window: the first change says from what. */
static void find_dma_states(struct watch *watch)
{
    for (unsigned i = 0; i < FACTS_CHANNELS; i++)
        watch->dma_state[i] = watch->facts.dma[i].state;
    for (unsigned i = watch->count; i-- > 0;) {
        const struct event_dma_state *state = &watch->events[i].dma_state;

        if (watch->events[i].kind == EVENT_DMA_STATE)
            watch->dma_state[facts_channel(watch->board, state->device,
                                           state->channel)] = state->from;
    }
}

static void fold_window(struct watch *watch)
{
    find_dma_states(watch);
    memset(watch->harts, 0, sizeof(watch->harts));
    watch->spans = 0;
    for (unsigned i = 0; i < watch->count; i++) {
        const struct event *event = &watch->events[i];

        watch_fold(watch, event);
        if (event->kind == EVENT_INSN)
            watch->harts[event->insn.hart % HART_MAX].in_move = i >= watch->first;
    }
    add_facts_spans(watch);
}

static void take_ahead(void *ctx, const struct event *event)
{
    struct watch *watch = ctx;

    if (event->board != watch->board->index)
        return;
    watch_fold(watch, event);
    facts_take(&watch->ahead, watch->board, event);
}

/* Stretches of disks and lines that end, or go on, ahead. */
static void add_ahead(struct watch *watch)
{
    uint64_t known = watch->facts.spans, all = watch->ahead.spans;
    uint64_t from =
        all > FACTS_SPANS && all - FACTS_SPANS > known ? all - FACTS_SPANS : known;

    for (; from < all; from++) {
        struct span span = watch->ahead.span[from % FACTS_SPANS];

        if (span.from < watch->cycle)
            span.from = watch->cycle;
        watch->span[watch->spans++ % WATCH_SPANS] = span;
    }
}

/* The future is known as far as this branch has been. */
static void look_ahead(struct watch *watch)
{
    struct moment until = {.retired = watch->now.retired + WATCH_AHEAD};
    struct moment furthest = timeline_furthest(watch->time);
    struct hart_fold here[HART_MAX];

    if (!watch->past)
        return;
    memcpy(here, watch->harts, sizeof(here));
    if (moment_compare(furthest, until) < 0)
        until = furthest;
    watch->ahead = watch->facts;
    timeline_replay_alone(watch->time, watch->now, until,
                          (struct event_sink){EVENT_ALL, take_ahead, watch});
    memcpy(watch->harts, here,
           sizeof(here)); /* of what is ahead only lanes are shown */
    add_ahead(watch);
}

static void copy_lanes(void *ctx, struct run *run)
{
    struct watch *watch = ctx;

    (void)run;
    watch->known.lanes = lanes_copy(watch->session->lanes);
}

/* The lanes at the furthest moment, which does not change while one is in the past. */
static void look_later(struct watch *watch)
{
    struct timeline *time = watch->time;
    struct moment furthest = timeline_furthest(time);

    watch->later = NULL;
    if (!watch->past || !watch->session->lanes)
        return;
    if (!watch->known.lanes || watch->known.branch != timeline_branch(time) ||
        watch->known.branches != timeline_branches(time) ||
        moment_compare(watch->known.furthest, furthest) != 0) {
        lanes_free(watch->known.lanes);
        watch->known.lanes = NULL;
        watch->known.branch = timeline_branch(time);
        watch->known.branches = timeline_branches(time);
        watch->known.furthest = furthest;
        timeline_peek_at(time, furthest, copy_lanes, watch);
    }
    watch->later = watch->known.lanes;
}

/* Inside a step that was gone over once, only the rest of that step may be known: that
 * is no past. */
static bool is_past(const struct timeline *timeline)
{
    unsigned count;
    const struct event *events = timeline_step_events(timeline, &count);
    struct moment end;

    if (!timeline_in_past(timeline) || !count)
        return timeline_in_past(timeline);
    end = moment_after_event(&events[count - 1]);
    if (events[count - 1].kind == EVENT_INSN)
        end = (struct moment){.retired = events[count - 1].retired + 1};
    end.fired = UINT64_MAX;
    return moment_compare(timeline_furthest(timeline), end) > 0;
}

/* What the viewer has seen since reset, of a step that is not over, too. */
static void look_back(struct watch *watch)
{
    watch->facts = watch->kept;
    watch->meter = watch->kept_meter;
    watch->irqs = watch->irqs_kept;
    for (unsigned i = watch->inside; i < watch->count; i++) {
        facts_take(&watch->facts, watch->board, &watch->events[i]);
        meter_take(&watch->meter, watch->board, &watch->events[i]);
        irqs_take(&watch->irqs, watch->board, &watch->events[i]);
    }
    meter_settle(&watch->meter, watch->board, watch->cycle);
}

void watch_look(struct watch *watch, enum watch_form form, uint64_t most)
{
    struct moment from = {0};
    bool steady = timeline_set_steady(watch->time, true);

    watch->now = timeline_now(watch->time);
    watch->cycle = timeline_cycle(watch->time);
    watch->past = is_past(watch->time);
    watch->newest = timeline_furthest_cycle(watch->time);
    if (watch->now.retired > WATCH_WINDOW)
        from.retired = watch->now.retired - WATCH_WINDOW;
    watch->count = 0;
    memset(watch->csrs, 0, sizeof(watch->csrs));
    memset(watch->calls, 0, sizeof(watch->calls));
    timeline_replay_alone(watch->time, from, watch->now,
                          (struct event_sink){EVENT_ALL, collect, watch});
    find_focus(watch, form);
    look_back(watch);
    fold_window(watch);
    find_written(watch);
    look_ahead(watch);
    look_later(watch);
    timeline_set_steady(watch->time, steady);
    owners_follow(watch->owners, most);
}
