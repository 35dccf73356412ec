#include "face/tui/viewer/viewer.h"

#include "base/bits.h"
#include "control/command/answer.h"
#include "face/tui/screen/help.h"
#include "face/tui/viewer/picture_rows.h"
#include "face/tui/viewer/rows.h"
#include "teach/compare/rows.h"

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
    OWNERS_HASTY = 200000 /* instructions in which writers are looked for at once */
};

/* What is known at a moment does not depend on the way there. */
static const uint64_t OWNERS_ALL = UINT64_MAX;

static bool interrupted(void *ctx)
{
    struct viewer *viewer = ctx;

    return viewer->interrupted && viewer->interrupted(viewer->ctx);
}

void viewer_begin(struct viewer *viewer, struct session *session)
{
    *viewer = (struct viewer){
        .session = session, .motion = true, .speed = FULL, .unit = &move_units[0]};
    viewer->watch = watch_new(session);
    viewer->screen.watch = viewer->watch;
    screen_fit(&viewer->screen, 24, 80);
    viewer->screen.speed = speeds[FULL].name;
    viewer->screen.unit = viewer->unit->name;
    session->topic = view_topic;
    command_answers(session);
    session_add_commands(session, viewer_commands);
    session_add_commands(session, picture_commands);
    session_set_extra(session, viewer_key, viewer, NULL);
    session_add_commands(session, compare_commands);
    viewer_hear(viewer);
    timeline_set_interrupt(session->time, (struct interrupt){interrupted, viewer});
    viewer_heed_guide(viewer);
}

bool viewer_end_cast(struct viewer *viewer, struct err *err)
{
    struct cast *cast = viewer->cast;

    viewer->cast = NULL;
    return cast_close(cast, err);
}

void viewer_end(struct viewer *viewer)
{
    viewer_end_cast(viewer, &(struct err){{0}});
    sheet_release(&viewer->screen.sheet);
    prompt_release(&viewer->screen.prompt);
    palette_release(&viewer->screen.palette);
    panes_release(&viewer->screen.panes);
    watch_free(viewer->watch);
    viewer->watch = NULL;
}

/* --- where it stands ---------------------------------------------------------------- */

void viewer_notice(struct viewer *viewer, const char *text)
{
    snprintf(viewer->screen.notice, sizeof(viewer->screen.notice), "%s", text);
}

void viewer_look(struct viewer *viewer)
{
    struct watch *watch = viewer->watch;
    bool hasty = viewer->hasty || viewer->screen.mode == SCREEN_RUNNING;

    if (viewer->looked)
        return;
    if (viewer->session->board == watch->board->index)
        watch->hart = viewer->session->hart;
    timeline_start_anew(watch->time);
    watch_look(watch, viewer->form, hasty ? OWNERS_HASTY : OWNERS_ALL);
    timeline_start_anew(watch->time);
    viewer->screen.past = watch->past;
    viewer->looked = true;
    viewer_remark(viewer);
}

bool viewer_catch_up(struct viewer *viewer)
{
    struct owners *owners = viewer->watch->owners;

    if (viewer->screen.mode == SCREEN_RUNNING || !viewer->looked ||
        owners_known(owners))
        return false;
    timeline_start_anew(viewer->watch->time);
    owners_follow(owners, OWNERS_ALL);
    timeline_start_anew(viewer->watch->time);
    return owners_known(owners);
}

void viewer_draw(struct viewer *viewer, struct canvas *canvas)
{
    viewer_look(viewer);
    viewer->rows = canvas->rows;
    viewer->cols = canvas->cols;
    screen_draw(&viewer->screen, canvas);
}

unsigned viewer_rate(const struct viewer *viewer)
{
    return speeds[viewer->speed].rate;
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

static void change_folding(struct viewer *viewer)
{
    struct pane *timeline = panes_find(&viewer->screen.panes, &timeline_view);

    if (!timeline) {
        viewer_notice(viewer, "~ fold idle: no pane has lanes of time");
        return;
    }
    timeline->state.folded = !timeline->state.folded;
    viewer_notice(viewer, timeline->state.folded
                              ? "long idle time is folded: //cycles//"
                              : "time is to scale");
}

static void change_scale(struct viewer *viewer, int by)
{
    struct panes *panes = &viewer->screen.panes;

    for (unsigned r = 0; r < panes->layout.rows; r++)
        for (unsigned p = 0; p < panes->layout.row[r].panes; p++) {
            struct view_state *state = &panes->layout.row[r].pane[p].state;
            int scale = (int)state->scale + by;

            if (scale >= 0 && scale < TIMELINE_SCALES)
                state->scale = (unsigned)scale;
        }
    viewer->looked = false; /* what lies ahead */
}

static void change_hart(struct viewer *viewer)
{
    struct session *session = viewer->session;

    session->board = viewer->watch->board->index;
    session->hart = (session->hart + 1) % viewer->watch->board->harts;
    viewer->looked = false;
}

static const char help_title[] = "keys";

static void show_help(struct viewer *viewer)
{
    sheet_open(&viewer->screen.sheet, help_title);
    help_keys(&viewer->screen.sheet.text, &viewer->screen);
}

/* Esc takes away what was put on last. */
static void leave(struct viewer *viewer)
{
    struct panes *panes = &viewer->screen.panes;

    if (panes->cursor.on)
        panes->cursor.on = false;
    else if (panes->filled)
        panes->filled = false;
    else
        panes->chosen = false;
}

static void arrange(struct viewer *viewer, enum action action)
{
    switch ((int)action) {
    case ACTION_FASTER:
        change_speed(viewer, 1);
        break;
    case ACTION_SLOWER:
        change_speed(viewer, -1);
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
    case ACTION_FOLD:
        change_folding(viewer);
        break;
    case ACTION_RACE:
        viewer->races = true;
        break;
    case ACTION_PRESENT:
        viewer_present(viewer);
        break;
    case ACTION_SUSPEND:
        viewer->suspends = true;
        break;
    case ACTION_REDRAW:
        viewer->redraws = true;
        break;
    case ACTION_CONSOLE:
        viewer->screen.typing = true;
        break;
    case ACTION_THEME:
        viewer_next_theme(viewer);
        break;
    case ACTION_MOTION:
        viewer->motion = !viewer->motion;
        viewer_notice(viewer, viewer->motion ? "motion on" : "motion off");
        break;
    case ACTION_HELP:
        show_help(viewer);
        break;
    case ACTION_STOP:
        viewer_notice(viewer, "nothing runs; q leaves");
        break;
    case ACTION_LEAVE:
        leave(viewer);
        break;
    case ACTION_QUIT:
        viewer->quit = true;
        break;
    default:
        break;
    }
}

/* --- keys --------------------------------------------------------------------------- */

void viewer_act(struct viewer *viewer, enum action action)
{
    struct screen *screen = &viewer->screen;
    bool was_running = screen->mode == SCREEN_RUNNING;
    bool moves = action >= ACTION_EVENT && action <= ACTION_REDO;
    bool on = action >= ACTION_EVENT && action <= ACTION_RUN;
    bool asks = action >= ACTION_COMMAND && action <= ACTION_PALETTE;
    bool in_panes = (action >= ACTION_PANE && action <= ACTION_LAYOUT) ||
                    action == ACTION_CHOOSE_UNIT;

    if (screen->held && moves) {
        viewer_notice(viewer,
                      on ? "the step waits for an answer; Esc leaves the question"
                         : "the question waits; Esc leaves it");
        return;
    }
    if (was_running && (moves || asks || action == ACTION_STOP)) {
        screen->mode = SCREEN_STANDING; /* whatever moves stops the run first */
        viewer->looked = false;
        if (!asks)
            return;
    }
    if (screen->mode == SCREEN_ENDED && on)
        viewer_notice(viewer, "the run is over; ← goes back, q leaves");
    else if (moves && viewer->session->still)
        viewer_notice(viewer, viewer->session->still);
    else if (action == ACTION_RUN)
        viewer_run(viewer);
    else if (action == ACTION_UNDO || action == ACTION_REDO)
        viewer_undo(viewer, action == ACTION_REDO);
    else if (moves)
        viewer_step(viewer, action);
    else if (asks)
        viewer_ask(viewer, action);
    else if (in_panes)
        viewer_arrange(viewer, action);
    else
        arrange(viewer, action);
}

/* Of an answer, too, `?` tells the keys; again, it takes them away. */
static bool asks_for_help(const struct sheet *sheet, int code)
{
    return code == '?' && strcmp(sheet->title, help_title) != 0;
}

/* True: the key was the sheet's alone. */
static bool press_on_sheet(struct viewer *viewer, int code)
{
    if (viewer->choosing && code >= 'a' && code <= 'z') {
        viewer->screen.sheet.open = false;
        viewer_choose(viewer, code);
        return true;
    }
    if (asks_for_help(&viewer->screen.sheet, code) ||
        !sheet_key(&viewer->screen.sheet, code)) {
        viewer->screen.sheet.open = false;
        viewer->choosing = false;
        return false;
    }
    if (!viewer->screen.sheet.open)
        viewer->choosing = false;
    return true;
}

bool viewer_press(struct viewer *viewer, int code)
{
    struct screen *screen = &viewer->screen;
    const struct key *key;
    const char *off;

    if (code == KEY_CODE_RESIZE)
        return true;
    screen->notice[0] = '\0';
    viewer->stepped = false;
    if (screen->typing) {
        viewer_type(viewer, code);
        return true;
    }
    if (screen->palette.open) {
        viewer_palette_key(viewer, code);
        return true;
    }
    if (screen->prompting) {
        viewer_prompt_key(viewer, code);
        return true;
    }
    if (screen->sheet.open && press_on_sheet(viewer, code))
        return true;
    if (screen->held && viewer_held_key(viewer, code))
        return true;
    if (viewer_presenter_key(viewer, code))
        return true;
    key = key_find(code);
    if (!key)
        return false;
    off = screen->mode == SCREEN_RUNNING ? NULL : key_off(key, screen);
    if (off)
        snprintf(screen->notice, sizeof(screen->notice), "%s %s: %s", key->name,
                 key->verb, off);
    else
        viewer_act(viewer, key->action);
    return true;
}
