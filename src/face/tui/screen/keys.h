#ifndef FACE_TUI_SCREEN_KEYS_H
#define FACE_TUI_SCREEN_KEYS_H

/* What a key does. */
enum action {
    ACTION_NONE,

    /* moves forwards */
    ACTION_EVENT,
    ACTION_UNIT,
    ACTION_CYCLE,
    ACTION_INTERESTING,
    ACTION_RUN,
    /* moves backwards, or to anywhere */
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

    /* the screen */
    ACTION_CHOOSE_UNIT,
    ACTION_FASTER,
    ACTION_SLOWER,
    ACTION_PANE,
    ACTION_FILL,
    ACTION_ZOOM_OUT,
    ACTION_ZOOM_IN,
    ACTION_HART,
    ACTION_THEME,
    ACTION_MOTION,
    ACTION_HELP,
    ACTION_LEAVE,
    ACTION_QUIT,
    ACTION_STOP,
    ACTION_SUSPEND,
    ACTION_REDRAW
};

/* Keys that are no character. */
enum {
    KEY_CODE_NONE = -1,
    KEY_CODE_RESIZE = 0x110000, /* beyond Unicode */
    KEY_CODE_LEFT,
    KEY_CODE_RIGHT,
    KEY_CODE_UP,
    KEY_CODE_DOWN,
    KEY_CODE_HOME,
    KEY_CODE_END,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_BACKSPACE,
    KEY_CODE_DELETE,
    KEY_CODE_F1
};

#define KEY_CONTROL(letter) ((letter)&0x1f)

/* One row a key: it feeds the key row, the help sheet and what pressing it does. */
struct key {
    int code, also; /* 0: there is no second one */
    const char *name, *verb, *help;
    enum action action;
    const char *off; /* why it does nothing; NULL: it works */
};

extern const struct key keys[];
extern const unsigned keys_count;

/* The row of a key, NULL: it has none. */
const struct key *key_find(int code);

#endif
