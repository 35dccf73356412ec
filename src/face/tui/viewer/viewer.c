#include "face/tui/viewer/viewer.h"

#include "base/bits.h"
#include "control/command/answer.h"
#include "face/tui/screen/help.h"
#include "observe/ask/step.h"

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
    viewer->watch = watch_new(session);
    viewer->screen.watch = viewer->watch;
    viewer->screen.view.token = -1;
    viewer->screen.speed = speeds[FULL].name;
    viewer->screen.unit = viewer->unit->name;
    command_answers(session);
    viewer_hear(viewer);
    timeline_set_interrupt(session->time, (struct interrupt){interrupted, viewer});
}

void viewer_end(struct viewer *viewer)
{
    sheet_release(&viewer->screen.sheet);
    prompt_release(&viewer->screen.prompt);
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

    if (viewer->looked)
        return;
    if (viewer->session->board == watch->board->index)
        watch->hart = viewer->session->hart;
    timeline_start_anew(watch->time);
    watch_look(watch, viewer->form,
               viewer->screen.mode == SCREEN_RUNNING ? OWNERS_RUNNING
                                                     : OWNERS_STANDING);
    timeline_start_anew(watch->time);
    viewer->screen.past = watch->past;
    viewer->looked = true;
}

void viewer_draw(struct viewer *viewer, struct canvas *canvas)
{
    viewer_look(viewer);
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
        viewer_notice(viewer, "this screen has all panes side by side");
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

static const char help_title[] = "keys";

static void show_help(struct viewer *viewer)
{
    sheet_open(&viewer->screen.sheet, help_title);
    help_keys(&viewer->screen.sheet.text);
}

/* About the event that the screen tells of, which is not always the one seen last. */
static void ask_why(struct viewer *viewer)
{
    const struct watch *watch = viewer->watch;
    char line[64] = "why", at[MOMENT_TEXT];

    viewer_look(viewer);
    if (watch->has_focus)
        snprintf(line, sizeof(line), "why %s",
                 moment_text(at, step_seen(&watch->focus), false));
    viewer_do(viewer, line);
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
            viewer_notice(viewer, "': there are no marks yet; m makes one");
        break;
    case ACTION_WHY:
        ask_why(viewer);
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
        viewer_notice(viewer, viewer->motion ? "motion on" : "motion off");
        break;
    case ACTION_HELP:
        show_help(viewer);
        break;
    case ACTION_STOP:
        viewer_notice(viewer, "nothing runs; q leaves");
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
        viewer_notice(viewer, "the run is over; ← goes back, q leaves");
    else if (moves && viewer->session->still)
        viewer_notice(viewer, viewer->session->still);
    else if (action == ACTION_NEWEST && !timeline_in_past(viewer->session->time))
        viewer_notice(viewer, "End: this is the newest moment");
    else if (action == ACTION_RUN)
        viewer_run(viewer);
    else if (action == ACTION_UNDO || action == ACTION_REDO)
        viewer_undo(viewer, action == ACTION_REDO);
    else if (moves)
        viewer_step(viewer, action);
    else if (asks)
        ask(viewer, action);
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
        viewer->screen.sheet.open = viewer->choosing = false;
        choose_unit(viewer, code);
        return true;
    }
    if (asks_for_help(&viewer->screen.sheet, code) ||
        !sheet_key(&viewer->screen.sheet, code)) {
        viewer->screen.sheet.open = viewer->choosing = false;
        return false;
    }
    viewer->choosing &= viewer->screen.sheet.open;
    return true;
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
