#ifndef FACE_TUI_SCREEN_DRAW_H
#define FACE_TUI_SCREEN_DRAW_H

#include "face/tui/screen/screen.h"

/* Until somebody chooses a layout, the screen's size does: that of the last drawing, or of
 * this call. */
void screen_fit(struct screen *screen, int rows, int cols);
void screen_draw(struct screen *screen, struct canvas *canvas);

#endif
