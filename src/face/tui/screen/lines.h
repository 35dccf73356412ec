#ifndef FACE_TUI_SCREEN_LINES_H
#define FACE_TUI_SCREEN_LINES_H

#include "face/tui/canvas/canvas.h"

/* Text over several rows, broken at blanks. */

/* How many rows it takes. */
int lines_count(const char *text, int cols);

/* Draws it into the rows of an area; gives how many were used. */
int lines_draw(struct canvas *canvas, struct area area, enum role role,
               const char *text);

#endif
