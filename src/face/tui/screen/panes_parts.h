#ifndef FACE_TUI_SCREEN_PANES_PARTS_H
#define FACE_TUI_SCREEN_PANES_PARTS_H

#include "face/tui/screen/panes.h"

/* For the files of panes:
 *
 *   panes_choose.c  which pane keys go to; panes that come, go, and change places
 *   panes_place.c   where each stands
 *   panes_draw.c    what is drawn
 *   panes_cursor.c  the cursor on things
 */
enum { PANE_LEAST_COLS = 16, PANE_LEAST_ROWS = 2 };

/* Gives every pane its area; those that find no room have none. */
void panes_place(struct panes *panes, struct area area, int screen_rows);

bool panes_is_drawn(const struct pane *pane);
void panes_choose(struct panes *panes, const struct pane *pane);
void panes_forget_cursor(struct panes *panes);

#endif
