#include "face/tui/seat.h"

#include "face/tui/term.h"
#include "observe/record/clock.h"

enum {
    PATIENCE = 100, /* milliseconds that a move may take whatever keys wait */
    HANG_UP = 16    /* failed reads in a row: the terminal is gone */
};

void seat_take(struct seat *seat)
{
    *seat = (struct seat){.kept = KEY_CODE_NONE};
}

void seat_leave(struct seat *seat)
{
    canvas_free(seat->canvas);
}

bool seat_is_lost(const struct seat *seat)
{
    return term_killed() || seat->failed >= HANG_UP;
}

struct canvas *seat_canvas(struct seat *seat)
{
    int rows, cols;

    seat->shown_at = clock_ms();
    term_size(&rows, &cols);
    if (!seat->canvas || seat->canvas->rows != rows || seat->canvas->cols != cols) {
        canvas_free(seat->canvas);
        seat->canvas = canvas_new(rows, cols, term_tier());
    }
    return seat->canvas;
}

int seat_key(struct seat *seat, bool running)
{
    int key = seat->kept;

    seat->kept = KEY_CODE_NONE;
    if (key == KEY_CODE_NONE)
        key = term_key(running ? 0 : -1);
    seat->failed = key == KEY_CODE_NONE && !running ? seat->failed + 1 : 0;
    return key;
}

void seat_keep_key(struct seat *seat, int milliseconds)
{
    if (seat->kept == KEY_CODE_NONE)
        seat->kept = term_key(milliseconds);
}

bool seat_is_pasted(struct seat *seat, bool typing)
{
    if (!typing || clock_ms() - seat->shown_at >= SEAT_FRAME)
        return false;
    seat_keep_key(seat, 0);
    return seat->kept != KEY_CODE_NONE;
}

bool seat_key_came(void *ctx)
{
    struct seat *seat = ctx;

    if (clock_ms() - seat->pressed_at < PATIENCE)
        return term_killed();
    seat_keep_key(seat, 0);
    return seat->kept != KEY_CODE_NONE || term_killed();
}
