#ifndef FACE_TUI_VIEW_BOX_H
#define FACE_TUI_VIEW_BOX_H

#include "face/tui/canvas/canvas.h"

/* A descriptor or a slot as a box with a title in its upper edge; heavy: the one now. */
void box_draw(struct canvas *canvas, struct area area, bool now, const char *title);

/* Text in row `row` of the box, from 0. */
void box_text(struct canvas *canvas, struct area area, int row, enum role role,
              const char *text);

#endif
