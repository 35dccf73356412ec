#include "face/tui/race_loop.h"

#include "face/tui/seat.h"
#include "face/tui/term.h"
#include "observe/record/clock.h"

enum { SLICE = 2000 /* cycles between two looks at the clock, at full speed */ };

struct looping {
    struct race *race;
    enum theme *theme;
    struct seat seat;
};

static void show(struct looping *loop)
{
    struct canvas *canvas = seat_canvas(&loop->seat);

    race_draw(loop->race, canvas);
    term_use_theme(*loop->theme);
    term_show(canvas);
}

static void press(struct looping *loop, int code)
{
    bool typing = loop->race->asking || loop->race->sheet.open;

    loop->seat.pressed_at = clock_ms();
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
    uint64_t end = clock_ms() + SEAT_FRAME, now;

    loop->seat.pressed_at = clock_ms();
    if (race_speed(race)) {
        race_advance(race, race_speed(race));
        now = clock_ms();
        seat_keep_key(&loop->seat, now < end ? (int)(end - now) : 0);
        return;
    }
    while (clock_ms() < end && race->running)
        race_advance(race, SLICE);
}

void race_loop(struct race *race, enum theme *theme)
{
    struct looping loop = {.race = race, .theme = theme};

    seat_take(&loop.seat);
    race->quit = false;
    race->interrupted = seat_key_came;
    /* cppcheck-suppress autoVariables -- it is forgotten below */
    race->ctx = &loop.seat;
    while (!race->quit && !seat_is_lost(&loop.seat)) {
        int key;

        if (!seat_is_pasted(&loop.seat, race->asking))
            show(&loop);
        key = seat_key(&loop.seat, race->running);
        if (key != KEY_CODE_NONE)
            press(&loop, key);
        else if (race->running)
            run_frame(&loop);
    }
    race->interrupted = NULL;
    race->ctx = NULL;
    seat_leave(&loop.seat);
}
