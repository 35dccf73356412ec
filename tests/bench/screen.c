/*
 * screen SCENARIO VARIANT: what the screen costs, without a terminal: a frame at 200x60 with
 * all views open, a step forwards and back with its frame, at moments all over the run; wall
 * clock, medians and 99th percentiles. Exit status 1 when a figure is worse than what is
 * asked (a frame 8 ms, 60 steps a second forwards, 30 back).
 */
#include "face/tui/viewer/viewer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 60, COLS = 200, MOMENTS = 20, STEPS = 30, FRAMES = 30 };

/* Milliseconds: a frame, 60 steps a second, 30 back. */
static const double frame_asked = 8.0, on_asked = 1000.0 / 60, back_asked = 1000.0 / 30;

struct times {
    unsigned count;
    double ms[MOMENTS * STEPS + MOMENTS * FRAMES];
};

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
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
                       struct times *frames, struct times *on, struct times *back)
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
}

int main(int argc, char **argv)
{
    static struct session session;
    static struct viewer viewer;
    static struct times frames, on, back;
    struct session_choice choice = {.opened = join, .opened_ctx = &viewer};
    struct canvas *canvas = canvas_new(ROWS, COLS, TIER_UTF8);
    struct move move;
    struct err err = {{0}};
    uint64_t end;
    bool good;

    if (argc != 3) {
        fprintf(stderr, "usage: screen SCENARIO VARIANT\n");
        return 2;
    }
    choice.file = argv[1];
    choice.variant = argv[2];
    if (!session_open(&session, &choice, &err)) {
        fprintf(stderr, "screen: %s\n", err.text);
        return 2;
    }
    move_to_end(&session, &move);
    end = timeline_cycle(session.time);
    printf("%s, %s: %" PRIu64 " cycles, screens of %dx%d\n", argv[1], argv[2], end,
           COLS, ROWS);
    printf("%-44s %11s %11s %11s\n", "", "p50", "p99", "asked");
    for (uint64_t i = 1; i <= MOMENTS; i++)
        measure_at(&viewer, canvas, end * i / (MOMENTS + 1), &frames, &on, &back);
    good = tell("a frame with all views", &frames, frame_asked);
    good &= tell("one event on, with its frame", &on, on_asked);
    good &= tell("one event back, with its frame", &back, back_asked);
    session_close(&session);
    viewer_end(&viewer);
    canvas_free(canvas);
    return !good;
}
