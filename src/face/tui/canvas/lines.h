#ifndef FACE_TUI_CANVAS_LINES_H
#define FACE_TUI_CANVAS_LINES_H

#include "face/tui/canvas/canvas.h"

/* Text over several rows, broken at blanks. */

/* Bytes of the first `length` that stand in the first row: all, or up to a blank, if there
 * is one; at least one sign, however narrow the row. */
size_t lines_first(const char *text, size_t length, int cols);

/* How many rows it takes. */
int lines_count(const char *text, int cols);

/* Draws it into the rows of an area; gives how many were used. */
int lines_draw(struct canvas *canvas, struct area area, enum role role,
               const char *text);

#endif
