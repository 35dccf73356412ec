/* Moving through the run: steps, undone moves, running. */
#include "face/tui/viewer/viewer.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- where it stands ---------------------------------------------------------------- */

struct spot viewer_place(const struct viewer *viewer)
{
    return (struct spot){timeline_branch(viewer->session->time),
                         timeline_now(viewer->session->time), viewer->form};
}

static bool is_same_place(const struct spot *a, const struct spot *b)
{
    return a->branch == b->branch && moment_compare(a->at, b->at) == 0;
}

static void push(struct spot *stack, unsigned *count, const struct spot *place)
{
    if (*count == VIEWER_PLACES)
        memmove(stack, stack + 1, (size_t)-- * count * sizeof(*stack));
    stack[(*count)++] = *place;
}

void viewer_moved(struct viewer *viewer, const struct spot *from)
{
    struct spot now = viewer_place(viewer);

    viewer->looked = false;
    if (is_same_place(&now, from))
        return;
    push(viewer->undo, &viewer->undos, from);
    viewer->redos = 0;
    if (viewer->screen.mode == SCREEN_ENDED)
        viewer->screen.mode = SCREEN_STANDING;
}

/* --- moves -------------------------------------------------------------------------- */

static void ended(struct viewer *viewer, enum move_end end)
{
    struct screen *screen = &viewer->screen;
    const struct session *session = viewer->session;
    char count[TEXT_NUMBER];

    screen->mode = SCREEN_ENDED;
    if (end == MOVE_FINISHED)
        snprintf(screen->ended, sizeof(screen->ended),
                 "The run has ended: the program's exit code is %" PRIu32 ".",
                 viewer->watch->board->exit_code);
    else if (end == MOVE_LIMIT)
        snprintf(screen->ended, sizeof(screen->ended),
                 "The run has reached the scenario's limit of %s cycles.",
                 text_count(count, session->subject.cycles));
    else
        snprintf(screen->ended, sizeof(screen->ended),
                 "Nothing can happen: every hart waits and nothing is due.");
}

/* Which of the session's stops ended a move; and whose condition has no value. */
static void tell_stop(struct viewer *viewer, const struct stop_hit *hit, unsigned hits)
{
    struct buf text = {0};
    bool more = false;

    buf_printf(&text, "stopped at %u: %s", hit->stop->number,
               hit->stop->text ? hit->stop->text : "");
    viewer_notice(viewer, text.data);
    buf_char(&text, '\n');
    for (unsigned i = 0; i < hits; i++)
        if (hit[i].no_value[0]) {
            stop_hit_put_no_value(&text, &hit[i]);
            buf_char(&text, '\n');
            more = true;
        }
    if (more)
        viewer_show(viewer, "stopped", &text);
    buf_free(&text);
}

static void told(struct viewer *viewer, const struct move *move)
{
    switch (move->end) {
    case MOVE_FINISHED:
    case MOVE_LIMIT:
    case MOVE_NOTHING:
        ended(viewer, move->end);
        break;
    case MOVE_STOPPED:
        if (move->hits)
            tell_stop(viewer, move->hit, move->hits);
        break;
    case MOVE_BEGINNING:
        viewer_notice(viewer, "this is the beginning: nothing has happened before");
        break;
    case MOVE_NOT_FOUND:
        viewer_notice(viewer, "there is none before this moment");
        break;
    case MOVE_INTERRUPTED:
        viewer_notice(viewer, "stopped by a key");
        break;
    case MOVE_DONE:
    default:
        break;
    }
}

static bool at_limit(const struct viewer *viewer)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.cycle = viewer->session->subject.cycles;
    return run_at_limit(viewer->session->run, &limit);
}

/* Events that are passed over: an instruction tells of the CSRs that it writes; other
 * boards are not on the screen. */
static bool is_passed(const struct viewer *viewer)
{
    const struct event *seen = timeline_seen(viewer->session->time);

    return seen && (seen->kind == EVENT_CSR_WRITE ||
                    seen->board != viewer->watch->board->index);
}

static enum move_end step_event(struct viewer *viewer, enum move_way way)
{
    struct timeline *time = viewer->session->time;
    enum arrival arrival;

    do {
        if (way == FORWARDS && at_limit(viewer))
            return MOVE_LIMIT;
        arrival = way == FORWARDS ? timeline_step_event(time)
                                  : timeline_step_event_back(time);
    } while (arrival == ARRIVED && is_passed(viewer));
    switch (arrival) {
    case ARRIVED_FINISHED:
        return MOVE_FINISHED;
    case ARRIVED_NOTHING:
        return MOVE_NOTHING;
    case ARRIVED_BEGINNING:
        return MOVE_BEGINNING;
    case ARRIVED_INTERRUPTED:
        return MOVE_INTERRUPTED;
    case ARRIVED:
    case ARRIVED_HIT:
    default:
        return MOVE_DONE;
    }
}

/* --- interesting moments ---------------------------------------------------------------- */

static bool is_of_board(void *run, const struct event *event)
{
    (void)run;
    return event->board == 0; /* the board on the screen */
}

/* What the scenario says is interesting; else what says most. */
static void step_interesting(struct viewer *viewer, enum move_way way,
                             struct move *move)
{
    struct guide *guide = guide_of(viewer->session);
    const struct event_choice said = guide_interesting(guide);
    const struct event_choice any = {watch_interesting(), is_of_board};

    if (said.kinds)
        move_events_of(viewer->session, way, &said, guide, 1, move);
    else
        move_events(viewer->session, way, &any, 1, move);
}

static void step_unit(struct viewer *viewer, enum move_way way, struct move *move)
{
    move_by_unit(viewer->session, way, viewer->unit, 1, move);
    if (viewer->unit->type != UNIT_IS_EVENT)
        viewer->form = WATCH_STEP;
}

/* To the last boundary at which the clock was less than now. */
static enum move_end cycle_back(struct viewer *viewer)
{
    struct timeline *time = viewer->session->time;
    struct moment from = timeline_now(time);
    uint64_t now = timeline_cycle(time);
    enum arrival arrival;

    do
        arrival = timeline_step_back(time);
    while (arrival == ARRIVED && timeline_cycle(time) >= now);
    if (arrival == ARRIVED_INTERRUPTED) {
        timeline_return(time, from);
        return MOVE_INTERRUPTED;
    }
    return arrival == ARRIVED_BEGINNING ? MOVE_BEGINNING : MOVE_DONE;
}

void viewer_step(struct viewer *viewer, enum action action)
{
    struct session *session = viewer->session;
    struct spot from = viewer_place(viewer);
    struct move move = {.end = MOVE_DONE};

    if (action <= ACTION_INTERESTING && viewer_asks(viewer))
        return;
    viewer->form = WATCH_EVENT;
    switch ((int)action) {
    case ACTION_EVENT:
        move.end = step_event(viewer, FORWARDS);
        break;
    case ACTION_EVENT_BACK:
        move.end = step_event(viewer, BACKWARDS);
        break;
    case ACTION_UNIT:
        step_unit(viewer, FORWARDS, &move);
        break;
    case ACTION_UNIT_BACK:
        step_unit(viewer, BACKWARDS, &move);
        break;
    case ACTION_INTERESTING:
        step_interesting(viewer, FORWARDS, &move);
        break;
    case ACTION_INTERESTING_BACK:
        step_interesting(viewer, BACKWARDS, &move);
        break;
    case ACTION_CYCLE:
        move_to_cycle(session, timeline_cycle(session->time) + 1, &move);
        break;
    case ACTION_CYCLE_BACK:
        move.end = cycle_back(viewer);
        break;
    case ACTION_FIRST:
        move_to(session, (struct moment){0}, &move);
        break;
    case ACTION_NEWEST:
        move_to(session, timeline_furthest(session->time), &move);
        break;
    default:
        break;
    }
    viewer_moved(viewer, &from);
    told(viewer, &move);
    viewer->stepped = move.end == MOVE_DONE;
}

/* --- undo ---------------------------------------------------------------------------- */

static bool go_to_place(struct viewer *viewer, const struct spot *place)
{
    struct timeline *time = viewer->session->time;

    if (place->branch != timeline_branch(time) &&
        !timeline_switch(time, place->branch, &(struct err){{0}}))
        return false;
    viewer->form = place->form;
    viewer->looked = false;
    viewer->screen.mode = SCREEN_STANDING;
    return timeline_seek(time, place->at) == ARRIVED;
}

/* The way was interrupted: nothing is undone. */
static void stay(struct viewer *viewer, const struct spot *place)
{
    bool steady = timeline_set_steady(viewer->session->time, true);

    go_to_place(viewer, place);
    timeline_set_steady(viewer->session->time, steady);
    viewer_notice(viewer, "stopped by a key");
}

void viewer_undo(struct viewer *viewer, bool again)
{
    struct spot now = viewer_place(viewer);
    struct spot *from = again ? viewer->redo : viewer->undo;
    unsigned *count = again ? &viewer->redos : &viewer->undos;
    bool goes;

    if (!*count) {
        viewer_notice(viewer,
                      again ? "no move was undone" : "there is no move to undo");
        return;
    }
    goes = go_to_place(viewer, &from[*count - 1]);
    if (!goes && timeline_cut_short(viewer->session->time)) {
        stay(viewer, &now);
        return;
    }
    --*count;
    push(again ? viewer->undo : viewer->redo, again ? &viewer->undos : &viewer->redos,
         &now);
    if (!goes)
        viewer_notice(viewer, "that moment cannot be gone to any more");
}

/* --- running ------------------------------------------------------------------------ */

enum {
    RESTS = 20,   /* frames at an interesting event: two thirds of a second */
    LOITERS = 100 /* events a second from which a run slows down for them */
};

/* A run stands still for a while where the scenario says that something is to be seen. */
static void rest_at(struct viewer *viewer, const struct event *event)
{
    bool fast = !viewer_rate(viewer) || viewer_rate(viewer) >= LOITERS;

    if (fast && event && guide_is_interesting(guide_of(viewer->session), event))
        viewer->rests = RESTS;
}

/* One event onwards. True: there is a question, for which it waits. */
static bool step_and_ask(struct viewer *viewer, enum move_end *end)
{
    struct timeline *time = viewer->session->time;
    const struct event *seen = timeline_seen(time);
    struct event before = seen ? *seen : (struct event){0};
    bool asks;

    *end = step_event(viewer, FORWARDS);
    rest_at(viewer, timeline_seen(time));
    if (*end != MOVE_DONE)
        return false;
    if (seen)
        return viewer_asks_here(viewer, &before);
    asks = viewer_asks(viewer); /* what was before is found by looking */
    viewer->looked = false;
    return asks;
}

static void run_steps(struct viewer *viewer, unsigned most)
{
    struct move move = {.end = MOVE_DONE};

    viewer->form = WATCH_EVENT;
    while (most-- > 0 && move.end == MOVE_DONE && !viewer->rests)
        if (step_and_ask(viewer, &move.end))
            return;
    told(viewer, &move);
}

/* As fast as it goes, to the next question, interesting event, or stop. */
static void run_on(struct viewer *viewer, unsigned most)
{
    struct session *session = viewer->session;
    struct run_limit limit = RUN_NO_LIMIT;
    const struct screen_question *question;
    struct move move;

    limit.attempts = run_attempts(session->run) + most;
    limit.cycle = session->subject.cycles;
    viewer->form = WATCH_EVENT;
    question = guide_go(session, limit, true, &move);
    if (question && !viewer->silent)
        viewer_ask_class(viewer, question);
    else if (move.has_event)
        rest_at(viewer, &move.event);
    else if (move.end == MOVE_STOPPED)
        viewer->screen.mode = SCREEN_STANDING;
    if (move.end == MOVE_DONE && at_limit(viewer))
        move.end = MOVE_LIMIT;
    if (move.end != MOVE_INTERRUPTED)
        told(viewer, &move);
}

void viewer_advance(struct viewer *viewer, unsigned most)
{
    if (viewer->screen.mode != SCREEN_RUNNING)
        return;
    if (viewer->rests) {
        viewer->rests--;
        return;
    }
    viewer->looked = false;
    if (viewer_rate(viewer))
        run_steps(viewer, most);
    else
        run_on(viewer, most);
}

void viewer_run(struct viewer *viewer)
{
    struct spot from = viewer_place(viewer);

    push(viewer->undo, &viewer->undos, &from);
    viewer->redos = 0;
    viewer->rests = 0;
    viewer->screen.mode = SCREEN_RUNNING;
}
