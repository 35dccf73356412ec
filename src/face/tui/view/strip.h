#ifndef FACE_TUI_VIEW_STRIP_H
#define FACE_TUI_VIEW_STRIP_H

#include "face/tui/canvas/canvas.h"

/*
 * A ring of slots side by side. Where there are more than fit, a page of them is shown,
 * the one with a slot that matters: a page stays until that slot is on another.
 */
struct strip {
    struct canvas *canvas;
    int col, cols;         /* of the slots; labels at their left have their own place */
    int width;             /* of a slot */
    unsigned first, count; /* the slots that are shown */
    unsigned size;         /* all of them */
};

/* As many slots as fit, each `width` columns and at most `most` where there is room. */
struct strip strip_place(struct canvas *canvas, int col, int cols, int width, int most,
                         unsigned size, unsigned matters);

/* The first column of a slot; -1: it is not shown. */
int strip_col(const struct strip *strip, unsigned slot);

/* An arrow at a slot with its label, right of it or left of it, where it is free; at the
 * edge if the slot is not shown. */
void strip_point(const struct strip *strip, int row, unsigned slot, uint32_t sign,
                 enum role role, const char *label);

/* Would the label of such an arrow find room? */
bool strip_has_room(const struct strip *strip, int row, unsigned slot,
                    const char *label);

/* "├──── d owns ────┤" under the slots; `name` gives what a slot's stretch is called:
 * slots whose names are equal belong together. */
void strip_band(const struct strip *strip, int row,
                const char *(*name)(const void *ctx, unsigned slot, enum role *role),
                const void *ctx);

/* "slots 16 to 31, left out: 16 before, 224 behind"; brief: "16-31 of 256"; or `all`. */
char *strip_note(const struct strip *strip, const char *all, bool brief, char *text,
                 size_t room);

#endif
