#ifndef FACE_TUI_SCREEN_HEADING_H
#define FACE_TUI_SCREEN_HEADING_H

#include "face/tui/screen/screen.h"

/* The rows at the top of the screen. */

/* Draws all of them; gives the row below. */
int heading_draw(const struct screen *screen, struct canvas *canvas);

/* Row 1: what is watched, when, LIVE or how far in the past. */
void heading_title(const struct screen *screen, struct canvas *canvas);

/* The sentence of what is shown. */
void heading_sentence(const struct screen *screen, struct buf *text);

#endif
