/* On to the next question: by events as to a catchpoint, to a moment by a limit before it. */
#include "control/guide.h"

#include "control/moves_inside.h"

#include <string.h>

/* So near to a question's cycle each event is looked at. */
enum { NEAR = 1000 };

/* A way to a question. */
struct going {
    struct session *session;
    const struct guide *guide;
    struct moment after;
    uint64_t left[SCREEN_QUESTIONS]; /* events of each that are still to come */
    bool near[SCREEN_QUESTIONS];     /* its cycle may be reached by the next event */
    const struct screen_question *found;
    bool stops, met;    /* it stops at interesting events, too; and has met one */
    struct event event; /* of it */
};

static const struct screen_question *nth(const struct going *going, unsigned n)
{
    return guide_nth(going->guide, n);
}

/* --- events ----------------------------------------------------------------------------- */

static bool is_reached(struct going *going, unsigned n, const struct event *event)
{
    const struct screen_question *question = nth(going, n);

    if (going->near[n])
        return event->cycle >= question->at.cycle;
    return going->left[n] && guide_counts(going->guide, question, event) &&
           --going->left[n] == 0;
}

static void take(void *ctx, const struct event *event)
{
    struct going *going = ctx;

    if (going->found || going->met ||
        moment_compare(moment_after_event(event), going->after) <= 0)
        return;
    for (unsigned n = 0; nth(going, n); n++)
        if (is_reached(going, n, event) && !going->found) {
            going->found = nth(going, n);
            going->event = *event;
            run_ask_stop(going->session->run);
        }
    if (going->stops && !going->found && guide_is_interesting(going->guide, event)) {
        going->met = true;
        going->event = *event;
        run_ask_stop(going->session->run);
    }
}

/* Only events that a question still waits for are listened to. */
static void arm(void *ctx, struct run *run)
{
    const struct going *going = ctx;
    uint64_t kinds = going->stops ? guide_interesting(going->guide).kinds : 0;

    for (unsigned n = 0; nth(going, n); n++) {
        if (going->left[n])
            kinds |= EVENT_BIT(nth(going, n)->at.event);
        if (going->near[n])
            kinds = EVENT_ALL;
    }
    event_listen(&run->events, (struct event_sink){kinds, take, ctx});
}

static void disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, take, ctx);
}

static bool found(void *ctx, struct run *run)
{
    (void)run;
    return ((struct going *)ctx)->found || ((struct going *)ctx)->met;
}

static bool is_that(void *ctx, const struct event *event)
{
    return moment_compare_events(ctx, event) == 0;
}

/* The way has ended behind the step: the viewer goes to where it has just seen it. */
static void stand_at(struct going *going, struct move *move)
{
    struct timeline *time = going->session->time;

    timeline_seek(time, moment_before_event(&going->event));
    timeline_next_event(time, EVENT_BIT(going->event.kind), is_that, &going->event,
                        RUN_NO_LIMIT, &move->event);
    move->has_event = true;
}

/* --- moments and cycles ------------------------------------------------------------------- */

/* No event that begins at that cycle or later has been seen. */
static bool is_before_cycle(const struct going *going, uint64_t cycle)
{
    struct timeline *time = going->session->time;
    struct event last;

    if (timeline_cycle(time) < cycle)
        return true;
    return timeline_cycle(time) - cycle < NEAR &&
           (!timeline_find_last(time, going->after, EVENT_ALL, NULL, NULL, &last) ||
            last.cycle < cycle);
}

static bool is_ahead(const struct going *going, const struct screen_question *question)
{
    return question->at.type == AT_MOMENT &&
           moment_compare(question->at.moment, going->after) > 0;
}

/* How far one can go without looking: to the next question's moment, or near its cycle. */
static struct run_limit look_ahead(struct going *going, struct run_limit limit)
{
    uint64_t now = timeline_cycle(going->session->time);
    const struct screen_question *question;

    for (unsigned n = 0; (question = nth(going, n)) != NULL; n++) {
        uint64_t cycle = question->at.cycle;

        going->near[n] = false;
        if (is_ahead(going, question) && question->at.moment.retired < limit.retired)
            limit.retired = question->at.moment.retired;
        if (question->at.type != AT_CYCLE || !is_before_cycle(going, cycle))
            continue;
        going->near[n] = cycle < now + NEAR;
        if (!going->near[n] && cycle - NEAR < limit.cycle)
            limit.cycle = cycle - NEAR;
    }
    return limit;
}

/* The step is reached that a question's moment is in. */
static bool go_to_moment(struct going *going)
{
    struct timeline *time = going->session->time;
    const struct screen_question *question;

    for (unsigned n = 0; (question = nth(going, n)) != NULL; n++) {
        struct moment to = question->at.moment;

        if (!is_ahead(going, question) ||
            going->session->run->events.retired < to.retired)
            continue;
        timeline_seek(time, to);
        to.fired = timeline_now(time).fired;
        going->found = moment_compare(timeline_now(time), to) == 0 ? question : NULL;
        return going->found != NULL;
    }
    return false;
}

/* --- both ----------------------------------------------------------------------------------- */

static enum move_end go(struct going *going, struct run_limit limit, struct move *move)
{
    struct session *session = going->session;
    const struct probe probe = {arm, disarm, found, going};
    enum move_end end;

    do {
        going->after = timeline_now(session->time);
        going->after.fired = UINT64_MAX;
        end = move_forward(session, move, &probe, look_ahead(going, limit));
        if (end == MOVE_DONE && (going->found || going->met))
            stand_at(going, move);
        else if (end == MOVE_DONE)
            go_to_moment(going);
    } while (end == MOVE_DONE && !going->found && !going->met &&
             !run_at_limit(session->run, &limit));
    return end;
}

const struct screen_question *guide_go(struct session *session, struct run_limit limit,
                                       bool interesting, struct move *move)
{
    struct going going = {
        .session = session, .guide = guide_of(session), .stops = interesting};
    enum move_end end;

    move_began(session, move);
    for (unsigned n = 0; nth(&going, n); n++)
        going.left[n] = guide_left(going.guide, nth(&going, n));
    end = go(&going, limit, move);
    move_ended(session, move, end);
    return move->end == MOVE_DONE ? going.found : NULL;
}
