#ifndef FACE_TUI_VIEW_CSRS_H
#define FACE_TUI_VIEW_CSRS_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/watch.h"

/* The CSRs that matter in the mode that the hart is in, a row each; first those that have
 * just changed, if there are too few rows. */
void csrs_draw_rows(const struct watch *watch, struct canvas *canvas, struct area area,
                    unsigned hart);

#endif
