#ifndef FACE_TUI_SCREEN_LAYOUT_H
#define FACE_TUI_SCREEN_LAYOUT_H

#include "base/buf.h"
#include "base/err.h"
#include "face/tui/view/view.h"

/*
 * A layout: rows of panes, each with a view. As text, which scenarios, commands and the
 * file of saved layouts have:
 *
 *     stage / code auto memory / timeline
 *     stage@9 / ring(dma0 1) / chain*2 dma / timeline
 *
 * `/` begins a row; `@9` gives a row nine rows of the screen; `?` leaves it out where there
 * are less than 30; `(...)` pins a view to what it is to be of; `*2` gives a pane twice the
 * room that is left over.
 */
enum { LAYOUT_ROWS = 8, LAYOUT_PANES = 8, LAYOUT_NAME = 32, LAYOUT_HEIGHT = 100 };

struct pane {
    const struct view *view;
    struct view_state state;
    int weight;
    struct area area; /* as it was drawn last; no rows: it was not */
};

struct pane_row {
    int rows;      /* with the rules of its panes; 0: as its views wish */
    bool optional; /* it is left out on low screens */
    unsigned panes;
    struct pane pane[LAYOUT_PANES];
};

struct layout {
    char name[LAYOUT_NAME];
    unsigned rows;
    struct pane_row row[LAYOUT_ROWS];
};

/* A layout that Ringside has; text NULL: another of them, by the size of the screen. */
struct layout_info {
    const char *name, *help, *text;
};

extern const struct layout_info layout_infos[]; /* ends with a NULL name */

/* NULL: there is none of that name. */
const struct layout_info *layout_named(const char *name);

/* Reads text; the layout is unchanged if it is none. */
bool layout_read(struct layout *layout, const char *name, const char *text,
                 struct err *err);

/* Writes it as text that reads as the same. */
void layout_put(struct buf *out, const struct layout *layout);

/* A pane of that view, as new. */
struct pane pane_of(const struct view *view);

#endif
