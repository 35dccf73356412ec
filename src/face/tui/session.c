#include "face/tui/session.h"

#include "base/bits.h"
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
    LOOK_UP = 4096 /* steps between two looks at the keys */
};

void session_begin(struct session *session, struct run *run)
{
    *session = (struct session){
        .run = run, .motion = true, .speed = FULL, .cycles = UINT64_MAX};
    session->watch = watch_new(run);
    session->screen.watch = session->watch;
    session->screen.token = -1;
    session->screen.speed = speeds[FULL].name;
}

void session_end(struct session *session)
{
    watch_free(session->watch);
    session->watch = NULL;
}

/* --- moves -------------------------------------------------------------------------- */

static void stopped(struct session *session, enum run_stop stop)
{
    struct screen *screen = &session->screen;
    char count[TEXT_NUMBER];

    screen->mode = SCREEN_ENDED;
    if (stop == RUN_FINISHED)
        snprintf(screen->ended, sizeof(screen->ended),
                 "The run has ended: the program's exit code is %" PRIu32 ".",
                 session->watch->board->exit_code);
    else if (stop == RUN_LIMIT)
        snprintf(screen->ended, sizeof(screen->ended),
                 "The run has reached the scenario's limit of %s cycles.",
                 text_count(count, session->cycles));
    else
        snprintf(screen->ended, sizeof(screen->ended),
                 "Nothing can happen: every hart waits and nothing is due.");
}

/* As run_go takes a limit of cycles: what is due before it is done. */
static bool at_limit(const struct session *session)
{
    return session->cycles != UINT64_MAX &&
           run_cycle(session->run) >= session->cycles &&
           session->run->queue.next_due >= session->cycles;
}

/* One step of the machine; false: there is none. */
static bool machine_step(struct session *session)
{
    enum run_stop stop;

    if (at_limit(session)) {
        stopped(session, RUN_LIMIT);
        return false;
    }
    stop = run_step(session->run);
    if (stop == RUN_LIMIT || stop == RUN_ASKED ||
        session->watch->seen < session->watch->count)
        return true;
    stopped(session, stop);
    return false;
}

/* Steps until there is an event that waits to be seen. */
static bool more_events(struct session *session)
{
    struct watch *watch = session->watch;

    while (watch->seen == watch->count) {
        if (session->screen.mode == SCREEN_ENDED || !machine_step(session))
            return false;
    }
    return true;
}

static void step_event(struct session *session)
{
    watch_begin(session->watch);
    if (more_events(session))
        watch_see(session->watch);
}

static bool interrupted(struct session *session, unsigned steps)
{
    return steps % LOOK_UP == LOOK_UP - 1 && session->interrupted &&
           session->interrupted(session->ctx);
}

/* Has the hart that is looked at retired an instruction, or trapped, among the events
 * that wait? */
static bool instruction_waits(const struct watch *watch)
{
    for (unsigned i = watch->seen; i < watch->count; i++) {
        const struct event *event = &watch->events[i];

        if ((event->kind == EVENT_INSN && event->insn.hart == watch->hart) ||
            (event->kind == EVENT_TRAP_ENTER && event->trap_enter.hart == watch->hart))
            return true;
    }
    return false;
}

static void step_insn(struct session *session)
{
    struct watch *watch = session->watch;

    for (unsigned steps = 0; !interrupted(session, steps); steps++) {
        bool done;

        watch_begin(watch);
        if (!more_events(session))
            return;
        done = instruction_waits(watch);
        watch_see_all(watch);
        if (done)
            return;
    }
}

static void step_interesting(struct session *session)
{
    struct watch *watch = session->watch;

    for (unsigned steps = 0; !interrupted(session, steps); steps++) {
        watch_begin(watch);
        if (!more_events(session) || !watch_see(watch) || watch_stops(&watch->focus))
            return;
    }
}

/* --- running ------------------------------------------------------------------------ */

unsigned session_rate(const struct session *session)
{
    return speeds[session->speed].rate;
}

void session_advance(struct session *session, unsigned most)
{
    struct watch *watch = session->watch;
    struct run_limit limit = RUN_NO_LIMIT;
    enum run_stop stop;

    if (session->screen.mode != SCREEN_RUNNING)
        return;
    if (session_rate(session)) {
        while (most-- > 0 && session->screen.mode == SCREEN_RUNNING)
            step_event(session);
        return;
    }
    watch_see_all(watch);
    watch_begin(watch);
    watch->all = true;
    limit.attempts = run_attempts(session->run) + most;
    limit.cycle = session->cycles;
    stop = run_go(session->run, limit);
    watch->all = false;
    if (stop == RUN_FINISHED || stop == RUN_NOTHING || at_limit(session))
        stopped(session, stop);
}

/* --- keys --------------------------------------------------------------------------- */

static void change_speed(struct session *session, int by)
{
    int speed = (int)session->speed + by;

    if (speed >= 0 && speed < (int)COUNT(speeds))
        session->speed = (unsigned)speed;
    session->screen.speed = speeds[session->speed].name;
    snprintf(session->screen.notice, sizeof(session->screen.notice),
             "running speed: %s", session->screen.speed);
}

static void change_scale(struct session *session, int by)
{
    int scale = (int)session->screen.view.scale + by;

    if (scale >= 0 && scale < TIMELINE_SCALES)
        session->screen.view.scale = (unsigned)scale;
}

static void change_pane(struct session *session)
{
    static const char *const names[PANES] = {"the view that explains the event",
                                             "registers", "a DMA channel", "memory",
                                             "what happened"};
    struct screen *screen = &session->screen;

    if (screen->shows_all) {
        snprintf(screen->notice, sizeof(screen->notice),
                 "this screen has all panes side by side");
        return;
    }
    screen->pane = (enum screen_pane)((screen->pane + 1) % PANES);
    snprintf(screen->notice, sizeof(screen->notice), "pane: %s", names[screen->pane]);
}

/* Moves: false if the action is none. */
static bool move(struct session *session, enum action action)
{
    struct screen *screen = &session->screen;

    switch ((int)action) {
    case ACTION_EVENT:
        step_event(session);
        break;
    case ACTION_INSN:
        step_insn(session);
        break;
    case ACTION_INTERESTING:
        step_interesting(session);
        break;
    case ACTION_RUN:
        screen->mode = screen->mode == SCREEN_LIVE ? SCREEN_RUNNING : SCREEN_LIVE;
        return true;
    default:
        return false;
    }
    session->stepped = screen->mode == SCREEN_LIVE;
    return true;
}

static void arrange(struct session *session, enum action action)
{
    struct screen *screen = &session->screen;

    switch ((int)action) {
    case ACTION_FASTER:
        change_speed(session, 1);
        break;
    case ACTION_SLOWER:
        change_speed(session, -1);
        break;
    case ACTION_PANE:
        change_pane(session);
        break;
    case ACTION_FILL:
        screen->filled = !screen->filled;
        break;
    case ACTION_ZOOM_OUT:
        change_scale(session, 1);
        break;
    case ACTION_ZOOM_IN:
        change_scale(session, -1);
        break;
    case ACTION_HART:
        session->watch->hart =
            (session->watch->hart + 1) % session->watch->board->harts;
        break;
    case ACTION_MOTION:
        session->motion = !session->motion;
        snprintf(screen->notice, sizeof(screen->notice), "motion %s",
                 session->motion ? "on" : "off");
        break;
    case ACTION_HELP:
        screen->help = true;
        break;
    case ACTION_STOP:
        snprintf(screen->notice, sizeof(screen->notice), "nothing runs; q leaves");
        break;
    case ACTION_QUIT:
        session->quit = true;
        break;
    default:
        break;
    }
}

void session_key(struct session *session, const struct key *key)
{
    struct screen *screen = &session->screen;
    bool moves = key->action >= ACTION_EVENT && key->action <= ACTION_RUN;

    screen->notice[0] = '\0';
    session->stepped = false;
    if (screen->help) { /* any key closes the sheet; Esc and ? do nothing else */
        screen->help = false;
        if (key->action == ACTION_HELP || key->action == ACTION_LEAVE)
            return;
    }
    if (key->off)
        snprintf(screen->notice, sizeof(screen->notice), "%s %s: %s", key->name,
                 key->verb, key->off);
    else if (screen->mode == SCREEN_RUNNING && (moves || key->action == ACTION_STOP))
        screen->mode = SCREEN_LIVE; /* whatever moves stops the run first */
    else if (screen->mode == SCREEN_ENDED && moves)
        snprintf(screen->notice, sizeof(screen->notice), "the run is over; q leaves");
    else if (!move(session, key->action))
        arrange(session, key->action);
}
