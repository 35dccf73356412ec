#ifndef FACE_TUI_CANVAS_THEME_H
#define FACE_TUI_CANVAS_THEME_H

#include <stdint.h>

/* What a cell means. A theme turns it into colours; no meaning is told by colour alone. */
enum role {
    ROLE_TEXT,
    ROLE_HEAD,       /* the sentence, titles, labels of what happens now */
    ROLE_QUIET,      /* keys, reasons, units, what comes next */
    ROLE_RULE,       /* rules, idle wires, boxes */
    ROLE_HART,       /* owned by a hart */
    ROLE_DMA,        /* owned by a DMA channel or device */
    ROLE_IOMMU,      /* owned by an IOMMU */
    ROLE_GUEST_EVEN, /* owned by a guest, by its number */
    ROLE_GUEST_ODD,
    ROLE_NOBODY,
    ROLE_WAIT,
    ROLE_STOP, /* a fault, an error */
    ROLE_CHANGED,
    ROLE_TAG,    /* PAST: a state of the tool */
    ROLE_HELD,   /* HELD, a question to the class */
    ROLE_CURSOR, /* what Enter asks about, the pane that keys go to */
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

/* The role of what a guest owns, by its number (VMID). */
static inline enum role role_of_guest(unsigned guest)
{
    return guest % 2 ? ROLE_GUEST_ODD : ROLE_GUEST_EVEN;
}

/* The role of what the owner with that letter has: h, d, v, i, or a guest's digit. */
static inline enum role role_of_owner(char letter)
{
    if (letter >= '0' && letter <= '9')
        return role_of_guest((unsigned)(letter - '0'));
    return letter == 'h'                    ? ROLE_HART
           : letter == 'd' || letter == 'v' ? ROLE_DMA
           : letter == 'i'                  ? ROLE_IOMMU
                                            : ROLE_NOBODY;
}

struct look theme_look(enum theme theme, enum role role);

/* A colour of the palette of 256 as 0xRRGGBB: xterm's. */
uint32_t theme_rgb(int index);

/* The theme of that name, or THEMES. */
enum theme theme_by_name(const char *name);

#endif
