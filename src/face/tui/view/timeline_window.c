/* Which cycles the columns of a timeline are. */
#include "face/tui/view/timeline.h"

#include <stdlib.h>
#include <string.h>

enum { GAP_COLS = 12 };

uint64_t timeline_scale(unsigned scale)
{
    static const unsigned steps[] = {1, 2, 5};
    uint64_t ten = 1;

    if (scale >= TIMELINE_SCALES)
        scale = TIMELINE_SCALES - 1;
    for (unsigned i = 0; i < scale / 3; i++)
        ten *= 10;
    return ten * steps[scale % 3];
}

/* "at 12345 x20": the cycle in the middle, and cycles a column, each if it is given. */
struct pinned {
    bool is_at;
    uint64_t at, scale;
};

static struct pinned pinned_by(const struct view_state *state)
{
    struct pinned pinned = {.scale = timeline_scale(state->scale)};
    const char *at = strncmp(state->about, "at ", 3) == 0 ? state->about + 3 : NULL;
    const char *scale = strchr(state->about, 'x');

    if (at && *at >= '0' && *at <= '9') {
        pinned.is_at = true;
        pinned.at = strtoull(at, NULL, 10);
    }
    if (scale && scale[1] >= '1' && scale[1] <= '9')
        pinned.scale = strtoull(scale + 1, NULL, 10);
    if (pinned.scale > timeline_scale(TIMELINE_SCALES - 1))
        pinned.scale = timeline_scale(TIMELINE_SCALES - 1);
    return pinned;
}

static struct timeline_window window_of(const struct watch *watch, uint64_t scale,
                                        int cols)
{
    struct timeline_window window = {
        .scale = scale,
        .now = watch->cycle,
        .known =
            watch->past && watch->newest > watch->cycle ? watch->newest : watch->cycle,
        .cols = cols < TIMELINE_COLUMNS ? cols : TIMELINE_COLUMNS,
        .fine = scale < LANES_FINEST,
    };

    if (window.cols < 1)
        window.cols = 1;
    if (watch->now.retired > WATCH_WINDOW && watch->count)
        window.exact = watch->events[0].cycle;
    return window;
}

struct timeline_window timeline_near(const struct watch *watch,
                                     const struct view_state *state, int cols)
{
    struct pinned pinned = pinned_by(state);
    struct timeline_window window = window_of(watch, pinned.scale, cols);
    uint64_t centre = pinned.is_at ? pinned.at : window.now, before;

    if (pinned.is_at)
        before = (uint64_t)window.cols / 2;
    else
        before = (uint64_t)(watch->past ? window.cols * 2 / 3 : window.cols * 3 / 4);
    before *= window.scale;
    window.from = centre > before ? centre - before : 0;
    window.from -= window.from % window.scale;
    return window;
}

struct timeline_window timeline_whole(const struct watch *watch, int cols)
{
    struct timeline_window window = window_of(watch, 1, cols);
    unsigned spare = window.cols > 8 ? 4 : 0;

    window.scale = lane_step(window.known + 1, (unsigned)window.cols - spare);
    if (window.scale < LANES_FINEST && (window.exact || watch->past))
        window.scale = LANES_FINEST;
    window.fine = window.scale < LANES_FINEST;
    return window;
}

void timeline_fold_idle(struct timeline_window *window, int at, int idle)
{
    uint64_t hidden = (uint64_t)(idle - GAP_COLS) * window->scale;

    if (idle <= GAP_COLS)
        return;
    if (window->from >= hidden) { /* now stays where it is */
        window->from -= hidden;
        at += idle - GAP_COLS;
    }
    window->gap_at = at;
    window->gap_cols = GAP_COLS;
    window->gap = (uint64_t)idle * window->scale;
}

/* Cycles that the gap hides besides those of its own columns. */
static uint64_t hidden_by_gap(const struct timeline_window *window)
{
    return window->gap_cols ? window->gap - (uint64_t)window->gap_cols * window->scale
                            : 0;
}

uint64_t timeline_begins(const struct timeline_window *window, int col)
{
    uint64_t hidden = 0;

    if (window->gap_cols && col >= window->gap_at) {
        hidden = hidden_by_gap(window);
        if (col < window->gap_at + window->gap_cols)
            col = window->gap_at + window->gap_cols;
    }
    return window->from + (uint64_t)col * window->scale + hidden;
}

int timeline_column(const struct timeline_window *window, uint64_t cycle)
{
    uint64_t col, end;

    if (cycle < window->from)
        return -1;
    end = window->from + (uint64_t)window->gap_at * window->scale;
    if (window->gap_cols && cycle >= end)
        cycle = cycle < end + window->gap ? end : cycle - hidden_by_gap(window);
    col = (cycle - window->from) / window->scale;
    return col < (uint64_t)window->cols ? (int)col : -1;
}
