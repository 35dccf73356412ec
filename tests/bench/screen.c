/*
 * screen [-c] SCENARIO VARIANT: what the screen costs, without a terminal: a frame at
 * 200x60 with all views open, a step forwards and back with its frame, at moments all over
 * the run; frames while it runs at full speed, without the machine's own time; the first
 * frame after a way far on; frames of the race; and what the folds that the screen keeps
 * add to the run. Wall clock, medians and 99th percentiles; -c: processor time, on a host
 * that is busy with others. Exit status 1 when a median is worse than what is asked (a
 * frame 8 ms, 60 steps a second forwards, 30 back, half a second until all is known, 30 frames of
 * the race a second, folds a tenth).
 */
#include "face/tui/race/race.h"
#include "face/tui/viewer/viewer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 60, COLS = 200, MOMENTS = 20, STEPS = 30, FRAMES = 30 };
enum {
    SLICE = 20000,     /* instructions between two frames at full speed: a slow host */
    FULL_FRAMES = 400, /* of these, at most */
    FAR = 5,           /* ways far on, each in a run of its own */
    RACE_ROWS = 36,
    RACE_COLS = 120,
    RACE_CYCLES = 5000, /* between two frames */
    RACE_FRAMES = 300,
    TURNS = 7 /* of runs with and without folds */
};

/* Milliseconds: a frame, 60 steps a second, 30 back, what may come later; the race's
 * frame. */
static const double frame_asked = 8.0, on_asked = 1000.0 / 60, back_asked = 1000.0 / 30,
                    far_asked = 500.0, race_asked = 1000.0 / 30;

static clockid_t clock_used = CLOCK_MONOTONIC;

struct times {
    unsigned count;
    double ms[MOMENTS * STEPS + MOMENTS * FRAMES];
};

static double now(void)
{
    struct timespec at;

    clock_gettime(clock_used, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Prints a row; false: the median is worse than what is asked. */
static bool tell(const char *what, struct times *times, double asked)
{
    double p50, p99;

    qsort(times->ms, times->count, sizeof(times->ms[0]), by_size);
    p50 = times->ms[times->count / 2];
    p99 = times->ms[times->count * 99 / 100];
    printf("%-44s %8.2f ms %8.2f ms %8.1f ms\n", what, p50, p99, asked);
    return p50 <= asked;
}

static void join(void *ctx, struct session *session)
{
    viewer_begin(ctx, session);
}

/* `viewer` NULL: nobody looks. */
static void open_run(struct session *session, struct viewer *viewer, char **argv)
{
    const struct session_choice choice = {.file = argv[0],
                                          .variant = argv[1],
                                          .opened = viewer ? join : NULL,
                                          .opened_ctx = viewer};
    struct err err = {{0}};

    if (session_open(session, &choice, &err))
        return;
    fprintf(stderr, "screen: %s\n", err.text);
    exit(2);
}

static void close_run(struct session *session, struct viewer *viewer)
{
    session_close(session);
    if (viewer)
        viewer_end(viewer);
}

/* Every view, eight in a row at most; those that find no room are drawn alone below. */
static void draw_every_view(struct viewer *viewer, struct canvas *canvas)
{
    struct area area = {0, 0, ROWS / 3, COLS / 2};
    struct view_state state = {.token = -1};
    int number = 0;

    viewer_draw(viewer, canvas);
    for (const struct view *const *view = views; *view; view++, number++) {
        area.row = number % 3 * (ROWS / 3);
        area.col = number / 3 % 2 * (COLS / 2);
        canvas_clear(canvas, &area);
        if (!(*view)->absent || !(*view)->absent(viewer->watch))
            (*view)->draw(viewer->watch, &state, canvas, area);
    }
}

static void add_frame(struct viewer *viewer, struct canvas *canvas, struct times *times)
{
    double begun = now();

    draw_every_view(viewer, canvas);
    times->ms[times->count++] = now() - begun;
}

/* A filter that nothing passes: the list looks back as far as it may. */
static void add_filtered(struct viewer *viewer, struct canvas *canvas, int key,
                         struct times *times)
{
    struct view_state state = {.token = -1};
    double begun;

    snprintf(state.filter, sizeof(state.filter), "code == 99");
    viewer_press(viewer, key);
    begun = now();
    viewer_look(viewer);
    events_view.draw(viewer->watch, &state, canvas, (struct area){0, 0, ROWS, COLS});
    times->ms[times->count++] = now() - begun;
}

static void add_step(struct viewer *viewer, struct canvas *canvas, int key,
                     struct times *times)
{
    double begun = now();

    viewer_press(viewer, key);
    viewer_draw(viewer, canvas);
    times->ms[times->count++] = now() - begun;
}

/* At a moment: frames alone, then steps on and back, each with its frame. */
static void measure_at(struct viewer *viewer, struct canvas *canvas, uint64_t cycle,
                       struct times *frames, struct times *on, struct times *back,
                       struct times *filtered)
{
    struct move move;

    move_to_cycle(viewer->session, cycle, &move);
    viewer->looked = false;
    viewer_draw(viewer, canvas);
    for (int i = 0; i < FRAMES; i++)
        add_frame(viewer, canvas, frames);
    for (int i = 0; i < STEPS; i++)
        add_step(viewer, canvas, KEY_CODE_RIGHT, on);
    for (int i = 0; i < STEPS; i++)
        add_step(viewer, canvas, KEY_CODE_LEFT, back);
    for (int i = 0; i < STEPS; i++)
        add_filtered(viewer, canvas, i % 4 == 3 ? KEY_CODE_LEFT : KEY_CODE_RIGHT,
                     filtered);
}

/* The run as a student sees it who presses space at the beginning. */
static void measure_running(struct canvas *canvas, char **argv, struct times *times)
{
    static struct session session;
    static struct viewer viewer;

    open_run(&session, &viewer, argv);
    viewer_draw(&viewer, canvas);
    viewer_press(&viewer, ' ');
    while (viewer.screen.mode == SCREEN_RUNNING && times->count < FULL_FRAMES) {
        double begun;

        viewer_advance(&viewer, SLICE);
        begun = now();
        viewer_draw(&viewer, canvas);
        times->ms[times->count++] = now() - begun;
    }
    close_run(&session, &viewer);
}

/* The first frame of all after a way from the beginning, which nobody has looked at. */
static void measure_far(struct canvas *canvas, char **argv, uint64_t end,
                        struct times *times, struct times *all)
{
    static struct session session;
    static struct viewer viewer;

    for (uint64_t i = 1; i <= FAR; i++) {
        struct move move;
        double begun;

        open_run(&session, &viewer, argv);
        viewer.hasty = true;
        move_to_cycle(&session, end * i / FAR, &move);
        begun = now();
        viewer_draw(&viewer, canvas);
        times->ms[times->count++] = now() - begun;
        if (viewer_catch_up(&viewer))
            viewer_draw(&viewer, canvas);
        all->ms[all->count++] = now() - begun;
        close_run(&session, &viewer);
    }
}

static void measure_race(char **argv, struct times *times)
{
    static struct race race;
    const struct race_choice choice = {.file = argv[0]};
    struct canvas *canvas = canvas_new(RACE_ROWS, RACE_COLS, TIER_UTF8);
    struct err err = {{0}};

    if (!race_open(&race, &choice, &err)) {
        fprintf(stderr, "screen: %s\n", err.text);
        exit(2);
    }
    race.running = true;
    while (times->count < RACE_FRAMES && !race_ended(&race)) {
        double begun = now();

        race_advance(&race, RACE_CYCLES);
        race_draw(&race, canvas);
        times->ms[times->count++] = now() - begun;
    }
    race_close(&race);
    canvas_free(canvas);
}

/* Milliseconds to the end of the run. */
static double run_once(struct viewer *viewer, char **argv)
{
    static struct session session;
    struct move move;
    double begun, took;

    open_run(&session, viewer, argv);
    begun = now();
    move_to_end(&session, &move);
    took = now() - begun;
    close_run(&session, viewer);
    return took;
}

/* By turns; the screen's folds against a session without a screen. */
static void tell_folds(char **argv)
{
    static struct viewer viewer;
    struct times with = {0}, without = {0};
    double ratio;

    for (int i = 0; i < TURNS; i++) {
        without.ms[without.count++] = run_once(NULL, argv);
        with.ms[with.count++] = run_once(&viewer, argv);
    }
    qsort(with.ms, TURNS, sizeof(with.ms[0]), by_size);
    qsort(without.ms, TURNS, sizeof(without.ms[0]), by_size);
    ratio = with.ms[TURNS / 2] / without.ms[TURNS / 2];
    printf("the run, with the screen's folds: %.0f ms, without %.0f ms: %.2f of it\n",
           with.ms[TURNS / 2], without.ms[TURNS / 2], ratio);
}

static char **arguments(int argc, char **argv)
{
    bool processor = argc > 1 && strcmp(argv[1], "-c") == 0;

    if (argc - processor != 3) {
        fprintf(stderr, "usage: screen [-c] SCENARIO VARIANT\n");
        exit(2);
    }
    if (processor)
        clock_used = CLOCK_PROCESS_CPUTIME_ID;
    return argv + 1 + processor;
}

static uint64_t measure_moments(struct canvas *canvas, char **argv,
                                struct times *frames, struct times *on,
                                struct times *back, struct times *filtered)
{
    static struct session session;
    static struct viewer viewer;
    struct move move;
    uint64_t end;

    open_run(&session, &viewer, argv);
    move_to_end(&session, &move);
    end = timeline_cycle(session.time);
    for (uint64_t i = 1; i <= MOMENTS; i++)
        measure_at(&viewer, canvas, end * i / (MOMENTS + 1), frames, on, back,
                   filtered);
    close_run(&session, &viewer);
    return end;
}

int main(int argc, char **argv)
{
    static struct times frames, on, back, filtered, running, far, far_all, race;
    struct canvas *canvas = canvas_new(ROWS, COLS, TIER_UTF8);
    uint64_t end;
    bool good;

    argv = arguments(argc, argv);
    end = measure_moments(canvas, argv, &frames, &on, &back, &filtered);
    measure_running(canvas, argv, &running);
    measure_far(canvas, argv, end, &far, &far_all);
    measure_race(argv, &race);
    printf("%s, %s: %" PRIu64 " cycles, screens of %dx%d\n", argv[0], argv[1], end,
           COLS, ROWS);
    printf("%-44s %11s %11s %11s\n", "", "p50", "p99", "asked");
    good = tell("a frame with all views", &frames, frame_asked);
    good &= tell("one event on, with its frame", &on, on_asked);
    good &= tell("one event back, with its frame", &back, back_asked);
    good &= tell("a step with a list of events, none passes", &filtered, on_asked);
    good &= tell("a frame at full speed, without the machine", &running, frame_asked);
    good &= tell("the first frame after a way far on", &far, on_asked);
    good &= tell("... until it says who wrote each byte", &far_all, far_asked);
    good &= tell("the race: 5,000 cycles on and its frame", &race, race_asked);
    tell_folds(argv);
    canvas_free(canvas);
    return !good;
}
