#ifndef FACE_TUI_SCREEN_KEYROW_H
#define FACE_TUI_SCREEN_KEYROW_H

#include "face/tui/screen/screen.h"

/* Draws the keys that work now into the last row, as many as there is room for; or what
 * the viewer has to say. */
void keyrow_draw(const struct screen *screen, struct canvas *canvas);

#endif
