#ifndef FACE_TUI_PICTURE_CELLS_H
#define FACE_TUI_PICTURE_CELLS_H

#include "face/tui/canvas/canvas.h"

/* Cells as pictures see them: stretches of a row that look alike. */
struct stretch {
    int row, col, cols;
    struct look look;
};

/* The stretch from a cell on, at most to the row's end. */
struct stretch stretch_at(const struct canvas *canvas, enum theme theme, int row,
                          int col);

/* Its text in UTF-8; with `escape`, as XML and HTML want it. */
void stretch_text(struct buf *out, const struct canvas *canvas,
                  const struct stretch *stretch, bool escape);

/* Is there nothing but blanks? */
bool stretch_is_blank(const struct canvas *canvas, const struct stretch *stretch);

/* The colours of a look as 0xRRGGBB: where a theme leaves one to the terminal, black on
 * white. LOOK_REVERSE is done. */
void look_colours(struct look look, uint32_t *fg, uint32_t *bg);

#endif
