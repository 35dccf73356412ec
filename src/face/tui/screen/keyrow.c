/* The last row: the keys that work now. */
#include "face/tui/screen/keyrow.h"

#include "face/tui/screen/keys.h"

#include <stdio.h>

/* What a key does now, and its name with that of the key for the way back; false: it does
 * nothing now, or has no place of its own in the row. */
static bool key_now(const struct screen *screen, const struct key *key, char name[16],
                    const char **verb)
{
    bool over = screen->mode == SCREEN_ENDED;
    enum action action = key->action;
    const struct key *back = key_back(key);

    if (key_off(key, screen) || action == ACTION_HELP || key_is_back(key) ||
        action == ACTION_PANE_BACK || (over && action == ACTION_RUN))
        return false;
    *verb = action == ACTION_UNIT                                    ? screen->unit
            : action == ACTION_RUN && screen->mode == SCREEN_RUNNING ? "pause"
                                                                     : key->verb;
    snprintf(name, 16, "%s", key->name);
    if (back)
        snprintf(name, 16, "%s%s%s", back->name, over ? "" : " ",
                 over ? "" : key->name);
    return true;
}

/* The keys that work now, as many as there is room for. */
void keyrow_draw(const struct screen *screen, struct canvas *canvas)
{
    int row = canvas->rows - 1, col = 1, end = canvas->cols - 1;

    if (screen->notice[0]) {
        canvas_text(canvas, row, col, end - col, ROLE_HEAD, screen->notice);
        return;
    }
    if (screen->typing) {
        canvas_text(canvas, row, col, end - col, ROLE_HELD, " keys go to the console ");
        canvas_text(canvas, row, col + 25, end - col - 25, ROLE_QUIET,
                    screen->past ? "◂ what is typed here makes a branch   C-] leaves it"
                                 : "C-] leaves it");
        return;
    }
    end -= 6; /* "? help" is always there */
    for (unsigned i = 0; i < keys_count; i++) {
        const char *verb;
        char name[16];

        if (!key_now(screen, &keys[i], name, &verb) ||
            col + text_width(name) + 1 + text_width(verb) + 3 > end)
            continue;
        col += canvas_text(canvas, row, col, 16, ROLE_TEXT, name) + 1;
        col += canvas_text(canvas, row, col, text_width(verb), ROLE_QUIET, verb) + 3;
    }
    canvas_text(canvas, row, end, 1, ROLE_TEXT, "?");
    canvas_text(canvas, row, end + 2, 4, ROLE_QUIET, "help");
}
