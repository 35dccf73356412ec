#include "face/tui/viewer.h"

#include "base/bits.h"
#include "control/command/answer.h"
#include "face/tui/help.h"
#include "face/tui/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    unsigned rate; /* events a second; 0: full speed */
    const char *name;
} speeds[] = {
    {1, "1 event/s"},      {4, "4 events/s"},        {15, "15 events/s"},
    {100, "100 events/s"}, {1000, "1,000 events/s"}, {10000, "10,000 events/s"},
    {0, "full speed"},
};

enum {
    FULL = COUNT(speeds) - 1,
    OWNERS_STANDING = 20000000, /* instructions in which writers are looked for */
    OWNERS_RUNNING = 200000
};

static bool interrupted(void *ctx)
{
    struct viewer *viewer = ctx;

    return viewer->interrupted && viewer->interrupted(viewer->ctx);
}

void viewer_begin(struct viewer *viewer, struct session *session)
{
    *viewer = (struct viewer){
        .session = session, .motion = true, .speed = FULL, .unit = &move_units[0]};
    viewer->watch = watch_new(session->time, &session->subject);
    viewer->screen.watch = viewer->watch;
    viewer->screen.token = -1;
    viewer->screen.speed = speeds[FULL].name;
    viewer->screen.unit = viewer->unit->name;
    command_answers(session);
    timeline_set_interrupt(session->time, interrupted, viewer);
}

void viewer_end(struct viewer *viewer)
{
    sheet_release(&viewer->screen.sheet);
    prompt_release(&viewer->screen.prompt);
    watch_free(viewer->watch);
    viewer->watch = NULL;
}

/* --- where it stands ---------------------------------------------------------------- */

static void notice(struct viewer *viewer, const char *text)
{
    snprintf(viewer->screen.notice, sizeof(viewer->screen.notice), "%s", text);
}

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

void viewer_look(struct viewer *viewer)
{
    struct watch *watch = viewer->watch;

    if (viewer->looked)
        return;
    if (viewer->session->board == watch->board->index)
        watch->hart = viewer->session->hart;
    watch_look(watch, viewer->form,
               viewer->screen.mode == SCREEN_RUNNING ? OWNERS_RUNNING
                                                     : OWNERS_STANDING);
    viewer->screen.past = watch->past;
    viewer->looked = true;
}

void viewer_draw(struct viewer *viewer, struct canvas *canvas)
{
    viewer_look(viewer);
    screen_draw(&viewer->screen, canvas);
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

/* Which of the session's stops ended a move. */
static void tell_stop(struct viewer *viewer, const struct stop_hit *hit)
{
    snprintf(viewer->screen.notice, sizeof(viewer->screen.notice), "stopped at %u: %s",
             hit->stop->number, hit->stop->text ? hit->stop->text : "");
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
        tell_stop(viewer, &move->hit[0]);
        break;
    case MOVE_BEGINNING:
        notice(viewer, "this is the beginning: nothing has happened before");
        break;
    case MOVE_NOT_FOUND:
        notice(viewer, "there is none before this moment");
        break;
    case MOVE_INTERRUPTED:
        notice(viewer, "stopped by a key");
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

static bool is_interesting(void *run, const struct event *event)
{
    (void)run;
    return event->board == 0; /* the board on the screen */
}

static void step_interesting(struct viewer *viewer, enum move_way way,
                             struct move *move)
{
    const struct event_choice choice = {watch_interesting(), is_interesting};

    move_events(viewer->session, way, &choice, 1, move);
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
    uint64_t now = timeline_cycle(time);
    enum arrival arrival;

    do
        arrival = timeline_step_back(time);
    while (arrival == ARRIVED && timeline_cycle(time) >= now);
    return arrival == ARRIVED_BEGINNING ? MOVE_BEGINNING : MOVE_DONE;
}

static void step(struct viewer *viewer, enum action action)
{
    struct session *session = viewer->session;
    struct spot from = viewer_place(viewer);
    struct move move = {.end = MOVE_DONE};

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

static void undo(struct viewer *viewer, bool again)
{
    struct spot now = viewer_place(viewer);
    struct spot *from = again ? viewer->redo : viewer->undo;
    unsigned *count = again ? &viewer->redos : &viewer->undos;

    if (!*count) {
        notice(viewer, again ? "no move was undone" : "there is no move to undo");
        return;
    }
    push(again ? viewer->undo : viewer->redo, again ? &viewer->undos : &viewer->redos,
         &now);
    if (!go_to_place(viewer, &from[--*count]))
        notice(viewer, "that moment cannot be gone to any more");
}

/* --- running ------------------------------------------------------------------------ */

unsigned viewer_rate(const struct viewer *viewer)
{
    return speeds[viewer->speed].rate;
}

static void run_steps(struct viewer *viewer, unsigned most)
{
    struct move move = {.end = MOVE_DONE};

    while (most-- > 0 && move.end == MOVE_DONE)
        move.end = step_event(viewer, FORWARDS);
    viewer->form = WATCH_EVENT;
    told(viewer, &move);
}

static void run_on(struct viewer *viewer, unsigned most)
{
    struct session *session = viewer->session;
    struct run_limit limit = RUN_NO_LIMIT;
    enum arrival arrival;
    unsigned hits;

    limit.attempts = run_attempts(session->run) + most;
    limit.cycle = session->subject.cycles;
    arrival =
        timeline_go(session->time, limit,
                    stops_any(session->stops) ? stops_probe(session->stops) : NULL);
    viewer->form = WATCH_EVENT;
    if (arrival == ARRIVED_HIT && stops_settle(session->stops, true)) {
        viewer->screen.mode = SCREEN_STANDING;
        tell_stop(viewer, stops_hits(session->stops, &hits));
    } else if (arrival == ARRIVED_FINISHED || arrival == ARRIVED_NOTHING) {
        ended(viewer, arrival == ARRIVED_FINISHED ? MOVE_FINISHED : MOVE_NOTHING);
    } else if (at_limit(viewer)) {
        ended(viewer, MOVE_LIMIT);
    }
}

void viewer_advance(struct viewer *viewer, unsigned most)
{
    if (viewer->screen.mode != SCREEN_RUNNING)
        return;
    viewer->looked = false;
    if (viewer_rate(viewer))
        run_steps(viewer, most);
    else
        run_on(viewer, most);
}

static void begin_running(struct viewer *viewer)
{
    struct spot from = viewer_place(viewer);

    push(viewer->undo, &viewer->undos, &from);
    viewer->redos = 0;
    viewer->screen.mode = SCREEN_RUNNING;
}

/* --- keys that move nothing --------------------------------------------------------- */

static void change_speed(struct viewer *viewer, int by)
{
    int speed = (int)viewer->speed + by;

    if (speed >= 0 && speed < (int)COUNT(speeds))
        viewer->speed = (unsigned)speed;
    viewer->screen.speed = speeds[viewer->speed].name;
    snprintf(viewer->screen.notice, sizeof(viewer->screen.notice), "running speed: %s",
             viewer->screen.speed);
}

static void change_scale(struct viewer *viewer, int by)
{
    int scale = (int)viewer->screen.view.scale + by;

    if (scale >= 0 && scale < TIMELINE_SCALES)
        viewer->screen.view.scale = (unsigned)scale;
    viewer->looked = false; /* what lies ahead */
}

static void change_pane(struct viewer *viewer)
{
    static const char *const names[PANES] = {"the view that explains the event",
                                             "registers", "a DMA channel", "memory",
                                             "what happened"};
    struct screen *screen = &viewer->screen;

    if (screen->shows_all) {
        notice(viewer, "this screen has all panes side by side");
        return;
    }
    screen->pane = (enum screen_pane)((screen->pane + 1) % PANES);
    snprintf(screen->notice, sizeof(screen->notice), "pane: %s", names[screen->pane]);
}

static void change_hart(struct viewer *viewer)
{
    struct session *session = viewer->session;

    session->board = viewer->watch->board->index;
    session->hart = (session->hart + 1) % viewer->watch->board->harts;
    viewer->looked = false;
}

/* The list of units, each with its letter. */
static void offer_units(struct viewer *viewer)
{
    struct sheet *sheet = &viewer->screen.sheet;

    sheet_open(sheet, "n and p step by");
    for (const struct move_unit *unit = move_units; unit->name; unit++)
        buf_printf(&sheet->text, "%c  %-12s %s\n", (char)('a' + (unit - move_units)),
                   unit->name, unit->help);
    viewer->choosing = true;
}

static void choose_unit(struct viewer *viewer, int code)
{
    const struct move_unit *unit = move_units;

    while (unit->name && code != 'a' + (unit - move_units))
        unit++;
    if (!unit->name)
        return;
    viewer->unit = unit;
    viewer->screen.unit = unit->name;
    snprintf(viewer->screen.notice, sizeof(viewer->screen.notice),
             "n and p step by: %s", unit->name);
}

static void show_help(struct viewer *viewer)
{
    sheet_open(&viewer->screen.sheet, "keys");
    help_keys(&viewer->screen.sheet.text);
}

static void ask(struct viewer *viewer, enum action action)
{
    switch ((int)action) {
    case ACTION_COMMAND:
        viewer_prompt(viewer, "");
        break;
    case ACTION_GOTO:
        viewer_prompt(viewer, "goto ");
        break;
    case ACTION_MARK:
        viewer_prompt(viewer, "mark ");
        break;
    case ACTION_TO_MARK:
        if (timeline_marks(viewer->session->time))
            viewer_prompt(viewer, "goto ");
        else
            notice(viewer, "': there are no marks yet; m makes one");
        break;
    case ACTION_WHY:
        viewer_do(viewer, "why");
        break;
    case ACTION_WHY_NOT:
        viewer_prompt(viewer, "why not ");
        break;
    case ACTION_WHO:
        viewer_prompt(viewer, "who ");
        break;
    case ACTION_BREAK:
        viewer_prompt(viewer, "break ");
        break;
    default:
        break;
    }
}

static void arrange(struct viewer *viewer, enum action action)
{
    struct screen *screen = &viewer->screen;

    switch ((int)action) {
    case ACTION_CHOOSE_UNIT:
        offer_units(viewer);
        break;
    case ACTION_FASTER:
        change_speed(viewer, 1);
        break;
    case ACTION_SLOWER:
        change_speed(viewer, -1);
        break;
    case ACTION_PANE:
        change_pane(viewer);
        break;
    case ACTION_FILL:
        screen->filled = !screen->filled;
        break;
    case ACTION_ZOOM_OUT:
        change_scale(viewer, 1);
        break;
    case ACTION_ZOOM_IN:
        change_scale(viewer, -1);
        break;
    case ACTION_HART:
        change_hart(viewer);
        break;
    case ACTION_MOTION:
        viewer->motion = !viewer->motion;
        notice(viewer, viewer->motion ? "motion on" : "motion off");
        break;
    case ACTION_HELP:
        show_help(viewer);
        break;
    case ACTION_STOP:
        notice(viewer, "nothing runs; q leaves");
        break;
    case ACTION_QUIT:
        viewer->quit = true;
        break;
    default:
        break;
    }
}

/* --- keys --------------------------------------------------------------------------- */

static void act(struct viewer *viewer, enum action action)
{
    struct screen *screen = &viewer->screen;
    bool was_running = screen->mode == SCREEN_RUNNING;
    bool moves = action >= ACTION_EVENT && action <= ACTION_REDO;
    bool on = action >= ACTION_EVENT && action <= ACTION_RUN;
    bool asks = action >= ACTION_COMMAND && action <= ACTION_BREAK;

    if (was_running && (moves || asks || action == ACTION_STOP)) {
        screen->mode = SCREEN_STANDING; /* whatever moves stops the run first */
        viewer->looked = false;
        if (!asks)
            return;
    }
    if (screen->mode == SCREEN_ENDED && on)
        notice(viewer, "the run is over; ← goes back, q leaves");
    else if (action == ACTION_NEWEST && !timeline_in_past(viewer->session->time))
        notice(viewer, "End: this is the newest moment");
    else if (action == ACTION_RUN)
        begin_running(viewer);
    else if (action == ACTION_UNDO || action == ACTION_REDO)
        undo(viewer, action == ACTION_REDO);
    else if (moves)
        step(viewer, action);
    else if (asks)
        ask(viewer, action);
    else
        arrange(viewer, action);
}

/* True: the key was the sheet's alone. */
static bool press_on_sheet(struct viewer *viewer, int code)
{
    if (viewer->choosing && code >= 'a' && code <= 'z') {
        viewer->screen.sheet.open = viewer->choosing = false;
        choose_unit(viewer, code);
        return true;
    }
    if (sheet_key(&viewer->screen.sheet, code)) {
        viewer->choosing &= viewer->screen.sheet.open;
        return true;
    }
    viewer->screen.sheet.open = viewer->choosing = false;
    return false;
}

bool viewer_press(struct viewer *viewer, int code)
{
    struct screen *screen = &viewer->screen;
    const struct key *key;

    if (code == KEY_CODE_RESIZE)
        return true;
    screen->notice[0] = '\0';
    viewer->stepped = false;
    if (screen->prompting) {
        viewer_prompt_key(viewer, code);
        return true;
    }
    if (screen->sheet.open && press_on_sheet(viewer, code))
        return true;
    key = key_find(code);
    if (!key)
        return false;
    if (key->off)
        snprintf(screen->notice, sizeof(screen->notice), "%s %s: %s", key->name,
                 key->verb, key->off);
    else
        act(viewer, key->action);
    return true;
}
