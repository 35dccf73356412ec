#include "face/tui/tui.h"

#include "base/alloc.h"
#include "face/tui/race_loop.h"
#include "face/tui/seat.h"
#include "face/tui/term.h"
#include "observe/record/clock.h"

#include <stdlib.h>

enum {
    SLICE = 20000,   /* instructions between two looks at the clock */
    TOKEN_CELLS = 6, /* steps of the token */
    TOKEN_TIME = 40, /* milliseconds each */
    KEY_REPEAT = 200 /* milliseconds: steps that follow one another faster move none */
};

struct tui {
    struct viewer *viewer;
    struct seat seat;
    uint64_t stepped_at; /* when the last step was asked for */
    uint64_t debt;       /* milliseconds * events a second that are not run yet */
};

static void show_frame(const struct tui *tui, struct canvas *canvas)
{
    viewer_draw(tui->viewer, canvas);
    term_use_theme(tui->viewer->theme);
    term_use_mouse(tui->viewer->mouse);
    term_show(canvas);
    if (tui->viewer->cast)
        cast_frame(tui->viewer->cast, canvas, tui->viewer->theme, clock_ms());
}

/* First what is known at once; a key that comes stops the rest. */
static void show(struct tui *tui)
{
    struct canvas *canvas = seat_canvas(&tui->seat);

    show_frame(tui, canvas);
    if (viewer_catch_up(tui->viewer))
        show_frame(tui, canvas);
}

static bool is_typing(const struct screen *screen)
{
    return screen->prompting || screen->palette.open || screen->typing;
}

/* A token travels the heavy wire once, unless keys follow fast or the line is slow. */
static void move_token(struct tui *tui)
{
    struct pane *stage = panes_find(&tui->viewer->screen.panes, &stage_view);
    uint64_t now = clock_ms(), before = tui->stepped_at;

    tui->stepped_at = now;
    if (!stage || !tui->viewer->motion || !term_is_fast() || now - before < KEY_REPEAT)
        return;
    for (int i = 0; i < TOKEN_CELLS && tui->seat.kept == KEY_CODE_NONE; i++) {
        stage->state.token = 255 * i / (TOKEN_CELLS - 1);
        show(tui);
        seat_keep_key(&tui->seat, TOKEN_TIME);
    }
    stage->state.token = -1;
}

/* Keys of the terminal itself work wherever one is. */
static void press(struct tui *tui, int code)
{
    tui->seat.pressed_at = clock_ms();
    if (code == KEY_CODE_OTHER)
        return;
    if (code == KEY_CODE_MOUSE) {
        struct mouse mouse = term_mouse();

        viewer_mouse(tui->viewer, &mouse);
        return;
    }
    viewer_press(tui->viewer, code);
    if (code == KEY_CODE_RESIZE || code == KEY_CONTROL('l') || tui->viewer->redraws)
        term_redraw();
    if (code == KEY_CONTROL('z') || tui->viewer->suspends)
        term_suspend();
    tui->viewer->redraws = tui->viewer->suspends = false;
    if (tui->viewer->stepped)
        move_token(tui);
}

/* Runs for the time of one frame. */
static void run_frame(struct tui *tui)
{
    struct viewer *viewer = tui->viewer;
    unsigned rate = viewer_rate(viewer);
    uint64_t end = clock_ms() + SEAT_FRAME;

    if (rate) {
        tui->debt += SEAT_FRAME * (uint64_t)rate;
        viewer_advance(viewer, (unsigned)(tui->debt / 1000));
        tui->debt %= 1000;
        seat_keep_key(&tui->seat, SEAT_FRAME);
        return;
    }
    if (viewer->rests) {
        viewer_advance(viewer, 0);
        seat_keep_key(&tui->seat, SEAT_FRAME);
        return;
    }
    while (clock_ms() < end && viewer->screen.mode == SCREEN_RUNNING && !viewer->rests)
        viewer_advance(viewer, SLICE);
}

/* The race of the scenario's variants, with the same settings, until somebody leaves it. */
static void race(struct tui *tui)
{
    struct viewer *viewer = tui->viewer;
    struct race *race = alloc_zero(1, sizeof(*race));
    const struct race_choice choice = {.file = viewer->session->subject.file,
                                       .settings = viewer->settings,
                                       .setting_count = viewer->setting_count,
                                       .interrupted = seat_key_came,
                                       .ctx = &tui->seat};
    struct err err = {{0}};

    viewer->races = false;
    if (race_open(race, &choice, &err))
        race_loop(race, &viewer->theme);
    else
        viewer_notice(viewer, err.text);
    race_close(race);
    free(race);
}

void tui_loop(struct viewer *viewer)
{
    struct tui tui = {.viewer = viewer};

    seat_take(&tui.seat);
    viewer->interrupted = seat_key_came;
    viewer->hasty = true;
    /* cppcheck-suppress autoVariables -- it is forgotten below */
    viewer->ctx = &tui.seat;
    while (!viewer->quit && !seat_is_lost(&tui.seat)) {
        bool running = viewer->screen.mode == SCREEN_RUNNING;
        int key;

        if (!seat_is_pasted(&tui.seat, is_typing(&viewer->screen)))
            show(&tui);
        key = seat_key(&tui.seat, running);
        if (key != KEY_CODE_NONE)
            press(&tui, key);
        else if (running)
            run_frame(&tui);
        if (viewer->races)
            race(&tui);
    }
    viewer->interrupted = NULL;
    viewer->hasty = false;
    viewer->ctx = NULL;
    seat_leave(&tui.seat);
}
