#ifndef FACE_TUI_SCREEN_CODES_H
#define FACE_TUI_SCREEN_CODES_H

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
    KEY_CODE_BACKTAB,
    KEY_CODE_F1,
    KEY_CODE_MOUSE, /* the mouse: term_mouse tells */
    KEY_CODE_OTHER  /* a key of the terminal that means nothing here */
};

/* What the mouse did, at which cell. */
enum mouse_act { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct mouse {
    int row, col;
    enum mouse_act act;
};

#define KEY_CONTROL(letter) ((letter)&0x1f)

#endif
