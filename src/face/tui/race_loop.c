#include "face/tui/race_loop.h"

#include "face/tui/term.h"
#include "observe/record/clock.h"

enum {
    FRAME = 33,     /* milliseconds: 30 frames a second */
    SLICE = 2000,   /* cycles between two looks at the clock, at full speed */
    PATIENCE = 100, /* milliseconds that a move may take whatever keys wait */
    HANG_UP = 16    /* failed reads in a row: the terminal is gone */
};

struct looping {
    struct race *race;
    enum theme *theme;
    struct canvas *canvas;
    int kept;            /* a key that came while something else was going on */
    uint64_t pressed_at; /* when the last key was handled */
    unsigned failed;     /* reads that failed in a row */
    uint64_t shown_at;   /* the last time that all was drawn */
};

static void show(struct looping *loop)
{
    int rows, cols;

    loop->shown_at = clock_ms();
    term_size(&rows, &cols);
    if (!loop->canvas || loop->canvas->rows != rows || loop->canvas->cols != cols) {
        canvas_free(loop->canvas);
        loop->canvas = canvas_new(rows, cols, term_tier());
    }
    race_draw(loop->race, loop->canvas);
    term_use_theme(*loop->theme);
    term_show(loop->canvas);
}

/* Is text coming in faster than it can be drawn, as when it is pasted? Then it is drawn once
 * a frame. */
static bool is_pasted(struct looping *loop)
{
    if (!loop->race->asking || clock_ms() - loop->shown_at >= FRAME)
        return false;
    if (loop->kept == KEY_CODE_NONE)
        loop->kept = term_key(0);
    return loop->kept != KEY_CODE_NONE;
}

/* A key in the midst of a long move stops it; it is then handled as any other. */
static bool key_came(void *ctx)
{
    struct looping *loop = ctx;

    if (clock_ms() - loop->pressed_at < PATIENCE)
        return term_killed();
    if (loop->kept == KEY_CODE_NONE)
        loop->kept = term_key(0);
    return loop->kept != KEY_CODE_NONE || term_killed();
}

static int next_key(struct looping *loop, int wait)
{
    int key = loop->kept;

    loop->kept = KEY_CODE_NONE;
    return key != KEY_CODE_NONE ? key : term_key(wait);
}

static void press(struct looping *loop, int code)
{
    bool typing = loop->race->asking || loop->race->sheet.open;

    loop->pressed_at = clock_ms();
    if (code == KEY_CODE_RESIZE || code == KEY_CONTROL('l'))
        term_redraw();
    else if (code == KEY_CONTROL('z'))
        term_suspend();
    else if (code == 't' && !typing)
        *loop->theme = (enum theme)((*loop->theme + 1) % THEMES);
    if (code != KEY_CODE_RESIZE && code != KEY_CODE_OTHER)
        race_key(loop->race, code);
}

/* Runs for the time of one frame. */
static void run_frame(struct looping *loop)
{
    struct race *race = loop->race;
    uint64_t end = clock_ms() + FRAME, now;

    loop->pressed_at = clock_ms();
    if (race_speed(race)) {
        race_advance(race, race_speed(race));
        now = clock_ms();
        if (loop->kept == KEY_CODE_NONE)
            loop->kept = term_key(now < end ? (int)(end - now) : 0);
        return;
    }
    while (clock_ms() < end && race->running)
        race_advance(race, SLICE);
}

void race_loop(struct race *race, enum theme *theme)
{
    struct looping loop = {.race = race, .theme = theme, .kept = KEY_CODE_NONE};

    race->quit = false;
    race->interrupted = key_came;
    /* cppcheck-suppress autoVariables -- it is forgotten below */
    race->ctx = &loop;
    while (!race->quit && !term_killed() && loop.failed < HANG_UP) {
        int key;

        if (!is_pasted(&loop))
            show(&loop);
        key = next_key(&loop, race->running ? 0 : -1);
        loop.failed = key == KEY_CODE_NONE && !race->running ? loop.failed + 1 : 0;
        if (key != KEY_CODE_NONE)
            press(&loop, key);
        else if (race->running)
            run_frame(&loop);
    }
    race->interrupted = NULL;
    race->ctx = NULL;
    canvas_free(loop.canvas);
}
