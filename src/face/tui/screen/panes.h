#ifndef FACE_TUI_SCREEN_PANES_H
#define FACE_TUI_SCREEN_PANES_H

#include "face/tui/screen/layout.h"

/*
 * The panes on the screen: the layout that is used, which pane keys go to, and the cursor
 * on the thing in it that is asked about.
 *
 * Rows get the heights that their views wish, panes their least widths and a share of the
 * rest. Where there is no room, panes at the right and rows above the last one are left
 * out; the pane that keys go to is always there, in the place of the last one that fits.
 */
struct panes {
    struct layout layout;
    unsigned row, pane; /* that keys go to */
    bool chosen;        /* somebody has said which: it is marked */
    bool filled;        /* it has all of the room */
    struct {
        bool on;
        enum thing_kind kind;
        char name[THING_NAME];
        int row, col; /* in the pane */
    } cursor;
    unsigned things, room; /* on the screen, as it was drawn last */
    struct thing *thing;
};

/* Uses another layout, from its first pane. */
void panes_use(struct panes *panes, const struct layout *layout);
void panes_release(struct panes *panes);

/* As they were when `before` was a copy of them, but for what can be pointed at. */
void panes_restore(struct panes *panes, const struct panes *before);

/* The pane that keys go to. */
struct pane *panes_chosen(struct panes *panes);

/* The pane of that view, NULL: the layout has none. */
struct pane *panes_find(struct panes *panes, const struct view *view);

bool panes_has(const struct panes *panes, const struct view *view);

/* Keys go to the next pane, by +1 or -1, also one that is not drawn; to that one. */
void panes_go(struct panes *panes, int by);
bool panes_go_to(struct panes *panes, const struct view *view);

/* Another pane beside the chosen one, which keys then go to. False: the row is full. */
bool panes_split(struct panes *panes, const struct view *view);

/* Exchanges the chosen pane with the next one in its row, or with the next row's first. */
void panes_swap(struct panes *panes);

/* Takes the chosen pane away. False: it is the last one. */
bool panes_close(struct panes *panes);

/* `screen_rows`: how many the whole screen has. Draws the cursor, too, and places the
 * canvas's on it. */
void panes_draw(struct panes *panes, const struct watch *watch, struct canvas *canvas,
                struct area area, int screen_rows);

/* What can be pointed at from now on: what the canvas has. */
void panes_keep_things(struct panes *panes, const struct canvas *canvas);

/* As drawn last: the thing under the cursor, NULL: none; the thing at a cell. */
const struct thing *panes_thing(const struct panes *panes);
const struct thing *panes_thing_at(const struct panes *panes, int row, int col);

/* Moves the cursor to the next thing in the chosen pane, by +1 or -1. */
void panes_move(struct panes *panes, int by);

/* Scrolls a pane's view, as far as it says that it goes. */
void panes_scroll(struct pane *pane, int rows);

/* The pane at a cell becomes the chosen one, and the cursor stands on the thing there; false:
 * there is no pane. */
bool panes_point(struct panes *panes, int row, int col);

#endif
