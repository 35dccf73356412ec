#include "face/tui/tui.h"

#include "base/alloc.h"
#include "face/tui/race_loop.h"
#include "face/tui/term.h"
#include "observe/record/clock.h"

#include <stdlib.h>

enum {
    FRAME = 33,       /* milliseconds: 30 frames a second */
    SLICE = 20000,    /* instructions between two looks at the clock */
    TOKEN_CELLS = 6,  /* steps of the token */
    TOKEN_TIME = 40,  /* milliseconds each */
    KEY_REPEAT = 200, /* milliseconds: steps that follow one another faster move none */
    PATIENCE = 100,   /* milliseconds that a move may take whatever keys wait */
    HANG_UP = 16      /* failed reads in a row: the terminal is gone */
};

struct tui {
    struct viewer *viewer;
    struct canvas *canvas;
    int kept;            /* a key that came while something else was going on */
    uint64_t stepped_at; /* when the last step was asked for */
    uint64_t pressed_at; /* and the last key handled */
    uint64_t shown_at;   /* the last time that all was drawn */
    uint64_t debt;       /* milliseconds * events a second that are not run yet */
    unsigned failed;     /* reads that failed in a row */
};

static void show_frame(struct tui *tui)
{
    viewer_draw(tui->viewer, tui->canvas);
    term_use_theme(tui->viewer->theme);
    term_use_mouse(tui->viewer->mouse);
    term_show(tui->canvas);
    if (tui->viewer->cast)
        cast_frame(tui->viewer->cast, tui->canvas, tui->viewer->theme, clock_ms());
}

/* First what is known at once; a key that comes stops the rest. */
static void show(struct tui *tui)
{
    int rows, cols;

    tui->shown_at = clock_ms();
    term_size(&rows, &cols);
    if (!tui->canvas || tui->canvas->rows != rows || tui->canvas->cols != cols) {
        canvas_free(tui->canvas);
        tui->canvas = canvas_new(rows, cols, term_tier());
    }
    show_frame(tui);
    if (viewer_catch_up(tui->viewer))
        show_frame(tui);
}

static int next_key(struct tui *tui, int wait)
{
    int key = tui->kept;

    tui->kept = KEY_CODE_NONE;
    return key != KEY_CODE_NONE ? key : term_key(wait);
}

/* Is text coming in faster than it can be drawn, as when it is pasted? Then it is drawn once
 * a frame. */
static bool is_pasted(struct tui *tui)
{
    const struct screen *screen = &tui->viewer->screen;

    if (!screen->prompting && !screen->palette.open && !screen->typing)
        return false;
    if (clock_ms() - tui->shown_at >= FRAME)
        return false;
    if (tui->kept == KEY_CODE_NONE)
        tui->kept = term_key(0);
    return tui->kept != KEY_CODE_NONE;
}

/* A key in the midst of a long move stops it; it is then handled as any other. Short moves
 * are done whatever waits: keys can come faster than they are handled. */
static bool key_came(void *ctx)
{
    struct tui *tui = ctx;

    if (clock_ms() - tui->pressed_at < PATIENCE)
        return term_killed();
    if (tui->kept == KEY_CODE_NONE)
        tui->kept = term_key(0);
    return tui->kept != KEY_CODE_NONE || term_killed();
}

/* A token travels the heavy wire once, unless keys follow fast or the line is slow. */
static void move_token(struct tui *tui)
{
    struct pane *stage = panes_find(&tui->viewer->screen.panes, &stage_view);
    uint64_t now = clock_ms(), before = tui->stepped_at;

    tui->stepped_at = now;
    if (!stage || !tui->viewer->motion || !term_is_fast() || now - before < KEY_REPEAT)
        return;
    for (int i = 0; i < TOKEN_CELLS && tui->kept == KEY_CODE_NONE; i++) {
        stage->state.token = 255 * i / (TOKEN_CELLS - 1);
        show(tui);
        tui->kept = term_key(TOKEN_TIME);
    }
    stage->state.token = -1;
}

/* Keys of the terminal itself work wherever one is. */
static void press(struct tui *tui, int code)
{
    tui->pressed_at = clock_ms();
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
    uint64_t end = clock_ms() + FRAME;

    if (rate) {
        tui->debt += FRAME * (uint64_t)rate;
        viewer_advance(viewer, (unsigned)(tui->debt / 1000));
        tui->debt %= 1000;
        tui->kept = term_key(FRAME);
        return;
    }
    if (viewer->rests) {
        viewer_advance(viewer, 0);
        tui->kept = term_key(FRAME);
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
                                       .interrupted = key_came,
                                       .ctx = tui};
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
    struct tui tui = {.viewer = viewer, .kept = KEY_CODE_NONE};

    viewer->interrupted = key_came;
    viewer->hasty = true;
    /* cppcheck-suppress autoVariables -- it is forgotten below */
    viewer->ctx = &tui;
    while (!viewer->quit && !term_killed() && tui.failed < HANG_UP) {
        bool running = viewer->screen.mode == SCREEN_RUNNING;
        int key;

        if (!is_pasted(&tui))
            show(&tui);
        key = next_key(&tui, running ? 0 : -1);
        tui.failed = key == KEY_CODE_NONE && !running ? tui.failed + 1 : 0;
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
    canvas_free(tui.canvas);
}
