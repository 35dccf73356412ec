#ifndef FACE_TUI_THEME_H
#define FACE_TUI_THEME_H

#include <stdint.h>

/* What a cell means. A theme turns it into colours; no meaning is told by colour alone. */
enum role {
    ROLE_TEXT,
    ROLE_HEAD,  /* the sentence, titles, labels of what happens now */
    ROLE_QUIET, /* keys, reasons, units, what comes next */
    ROLE_RULE,  /* rules, idle wires, boxes */
    ROLE_HART,  /* owned by a hart */
    ROLE_DMA,   /* owned by a DMA channel or device */
    ROLE_NOBODY,
    ROLE_WAIT,
    ROLE_STOP, /* a fault, an error */
    ROLE_CHANGED,
    ROLE_TAG, /* LIVE, RUNNING: a state of the tool */
    ROLES
};

enum theme {
    THEME_DARK,
    THEME_LIGHT,
    THEME_CONTRAST,
    THEME_TERMINAL,
    THEME_MONO,
    THEMES
};

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8 };

/* Colours by index of the 256-colour (THEME_TERMINAL: 16-colour) palette; -1: the
 * terminal's own. */
struct look {
    int16_t fg, bg;
    uint8_t attributes;
};

extern const char *const theme_names[THEMES];

struct look theme_look(enum theme theme, enum role role);

/* The theme of that name, or THEMES. */
enum theme theme_by_name(const char *name);

#endif
