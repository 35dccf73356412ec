#ifndef FACE_TUI_SCREEN_KEYS_H
#define FACE_TUI_SCREEN_KEYS_H

#include "face/tui/screen/codes.h"

#include <stdbool.h>

/* What a key does. */
enum action {
    ACTION_NONE,

    /* moves forwards */
    ACTION_EVENT,
    ACTION_UNIT,
    ACTION_CYCLE,
    ACTION_INTERESTING,
    ACTION_RUN,
    /* moves backwards, in the order of those forwards, or to anywhere */
    ACTION_EVENT_BACK,
    ACTION_UNIT_BACK,
    ACTION_CYCLE_BACK,
    ACTION_INTERESTING_BACK,
    ACTION_FIRST,
    ACTION_NEWEST,
    ACTION_UNDO,
    ACTION_REDO,

    /* the command language */
    ACTION_COMMAND,
    ACTION_GOTO,
    ACTION_MARK,
    ACTION_TO_MARK,
    ACTION_WHY,
    ACTION_WHY_NOT,
    ACTION_WHO,
    ACTION_BREAK,
    ACTION_ASK,
    ACTION_FILTER,
    ACTION_PALETTE,

    /* panes */
    ACTION_PANE,
    ACTION_PANE_BACK,
    ACTION_UP,
    ACTION_DOWN,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_FILL,
    ACTION_VIEW,
    ACTION_SPLIT,
    ACTION_SWAP,
    ACTION_CLOSE,
    ACTION_PIN,
    ACTION_LAYOUT,

    /* the screen */
    ACTION_CHOOSE_UNIT,
    ACTION_FASTER,
    ACTION_SLOWER,
    ACTION_ZOOM_OUT,
    ACTION_ZOOM_IN,
    ACTION_FOLD,
    ACTION_HART,
    ACTION_THEME,
    ACTION_MOTION,
    ACTION_PRESENT,
    ACTION_RACE,
    ACTION_CONSOLE,
    ACTION_HELP,
    ACTION_LEAVE,
    ACTION_QUIT,
    ACTION_STOP,
    ACTION_SUSPEND,
    ACTION_REDRAW
};

/* What keys are for: the parts of the help sheet, in its order. */
enum key_group { KEYS_MOVE, KEYS_ASK, KEYS_LOOK, KEYS_PANES, KEYS_TOOL, KEY_GROUPS };

extern const char *const key_group_titles[KEY_GROUPS];

struct screen;

/* One row a key: it feeds the key row, the help sheet, the palette and what pressing it
 * does. */
struct key {
    int code, also; /* 0: there is no second one */
    const char *name, *verb, *help;
    enum action action;
    enum key_group group;
    /* Why it does nothing now; NULL: it works. A NULL function: it always does. */
    const char *(*off)(const struct screen *screen);
};

extern const struct key keys[];
extern const unsigned keys_count;

/* Why a key does nothing now; NULL: it works. */
const char *key_off(const struct key *key, const struct screen *screen);

/* The row of what a key does. */
const struct key *key_of(enum action action);

/* The row of the same move backwards; NULL: there is none. */
const struct key *key_back(const struct key *key);

/* Is it the row of a move backwards that key_back gives? */
bool key_is_back(const struct key *key);

/* The row of a key, NULL: it has none. */
const struct key *key_find(int code);

#endif
