#include "face/tui/viewer.h"

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

void viewer_begin(struct viewer *viewer, struct run *run)
{
    *viewer = (struct viewer){
        .run = run, .motion = true, .speed = FULL, .cycles = UINT64_MAX};
    viewer->watch = watch_new(run);
    viewer->screen.watch = viewer->watch;
    viewer->screen.token = -1;
    viewer->screen.speed = speeds[FULL].name;
}

void viewer_end(struct viewer *viewer)
{
    watch_free(viewer->watch);
    viewer->watch = NULL;
}

/* --- moves -------------------------------------------------------------------------- */

static void stopped(struct viewer *viewer, enum run_stop stop)
{
    struct screen *screen = &viewer->screen;
    char count[TEXT_NUMBER];

    screen->mode = SCREEN_ENDED;
    if (stop == RUN_FINISHED)
        snprintf(screen->ended, sizeof(screen->ended),
                 "The run has ended: the program's exit code is %" PRIu32 ".",
                 viewer->watch->board->exit_code);
    else if (stop == RUN_LIMIT)
        snprintf(screen->ended, sizeof(screen->ended),
                 "The run has reached the scenario's limit of %s cycles.",
                 text_count(count, viewer->cycles));
    else
        snprintf(screen->ended, sizeof(screen->ended),
                 "Nothing can happen: every hart waits and nothing is due.");
}

/* As run_go takes a limit of cycles: what is due before it is done. */
static bool at_limit(const struct viewer *viewer)
{
    return viewer->cycles != UINT64_MAX && run_cycle(viewer->run) >= viewer->cycles &&
           viewer->run->queue.next_due >= viewer->cycles;
}

/* One step of the machine; false: there is none. */
static bool machine_step(struct viewer *viewer)
{
    enum run_stop stop;

    if (at_limit(viewer)) {
        stopped(viewer, RUN_LIMIT);
        return false;
    }
    stop = run_step(viewer->run);
    if (stop == RUN_LIMIT || stop == RUN_ASKED ||
        viewer->watch->seen < viewer->watch->count)
        return true;
    stopped(viewer, stop);
    return false;
}

/* Steps until there is an event that waits to be seen. */
static bool more_events(struct viewer *viewer)
{
    struct watch *watch = viewer->watch;

    while (watch->seen == watch->count) {
        if (viewer->screen.mode == SCREEN_ENDED || !machine_step(viewer))
            return false;
    }
    return true;
}

static void step_event(struct viewer *viewer)
{
    watch_begin(viewer->watch);
    if (more_events(viewer))
        watch_see(viewer->watch);
}

static bool interrupted(struct viewer *viewer, unsigned steps)
{
    return steps % LOOK_UP == LOOK_UP - 1 && viewer->interrupted &&
           viewer->interrupted(viewer->ctx);
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

static void step_insn(struct viewer *viewer)
{
    struct watch *watch = viewer->watch;

    for (unsigned steps = 0; !interrupted(viewer, steps); steps++) {
        bool done;

        watch_begin(watch);
        if (!more_events(viewer))
            return;
        done = instruction_waits(watch);
        watch_see_all(watch);
        if (done)
            return;
    }
}

static void step_interesting(struct viewer *viewer)
{
    struct watch *watch = viewer->watch;

    for (unsigned steps = 0; !interrupted(viewer, steps); steps++) {
        watch_begin(watch);
        if (!more_events(viewer) || !watch_see(watch) || watch_stops(&watch->focus))
            return;
    }
}

/* --- running ------------------------------------------------------------------------ */

unsigned viewer_rate(const struct viewer *viewer)
{
    return speeds[viewer->speed].rate;
}

void viewer_advance(struct viewer *viewer, unsigned most)
{
    struct watch *watch = viewer->watch;
    struct run_limit limit = RUN_NO_LIMIT;
    enum run_stop stop;

    if (viewer->screen.mode != SCREEN_RUNNING)
        return;
    if (viewer_rate(viewer)) {
        while (most-- > 0 && viewer->screen.mode == SCREEN_RUNNING)
            step_event(viewer);
        return;
    }
    watch_see_all(watch);
    watch_begin(watch);
    watch->all = true;
    limit.attempts = run_attempts(viewer->run) + most;
    limit.cycle = viewer->cycles;
    stop = run_go(viewer->run, limit);
    watch->all = false;
    if (stop == RUN_FINISHED || stop == RUN_NOTHING || at_limit(viewer))
        stopped(viewer, stop);
}

/* --- keys --------------------------------------------------------------------------- */

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
}

static void change_pane(struct viewer *viewer)
{
    static const char *const names[PANES] = {"the view that explains the event",
                                             "registers", "a DMA channel", "memory",
                                             "what happened"};
    struct screen *screen = &viewer->screen;

    if (screen->shows_all) {
        snprintf(screen->notice, sizeof(screen->notice),
                 "this screen has all panes side by side");
        return;
    }
    screen->pane = (enum screen_pane)((screen->pane + 1) % PANES);
    snprintf(screen->notice, sizeof(screen->notice), "pane: %s", names[screen->pane]);
}

/* Moves: false if the action is none. */
static bool move(struct viewer *viewer, enum action action)
{
    struct screen *screen = &viewer->screen;

    switch ((int)action) {
    case ACTION_EVENT:
        step_event(viewer);
        break;
    case ACTION_INSN:
        step_insn(viewer);
        break;
    case ACTION_INTERESTING:
        step_interesting(viewer);
        break;
    case ACTION_RUN:
        screen->mode = screen->mode == SCREEN_LIVE ? SCREEN_RUNNING : SCREEN_LIVE;
        return true;
    default:
        return false;
    }
    viewer->stepped = screen->mode == SCREEN_LIVE;
    return true;
}

static void arrange(struct viewer *viewer, enum action action)
{
    struct screen *screen = &viewer->screen;

    switch ((int)action) {
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
        viewer->watch->hart = (viewer->watch->hart + 1) % viewer->watch->board->harts;
        break;
    case ACTION_MOTION:
        viewer->motion = !viewer->motion;
        snprintf(screen->notice, sizeof(screen->notice), "motion %s",
                 viewer->motion ? "on" : "off");
        break;
    case ACTION_HELP:
        screen->help = true;
        break;
    case ACTION_STOP:
        snprintf(screen->notice, sizeof(screen->notice), "nothing runs; q leaves");
        break;
    case ACTION_QUIT:
        viewer->quit = true;
        break;
    default:
        break;
    }
}

void viewer_key(struct viewer *viewer, const struct key *key)
{
    struct screen *screen = &viewer->screen;
    bool moves = key->action >= ACTION_EVENT && key->action <= ACTION_RUN;

    screen->notice[0] = '\0';
    viewer->stepped = false;
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
    else if (!move(viewer, key->action))
        arrange(viewer, key->action);
}
