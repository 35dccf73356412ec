#ifndef FACE_TUI_VIEW_WIRED_H
#define FACE_TUI_VIEW_WIRED_H

#include "face/tui/canvas/canvas.h"

/*
 * Boxes from left to right that something goes through: gates of an interrupt, tables of a
 * walk. The way is heavy as far as it went and dashed behind where it stopped.
 */
enum { WIRED_LINES = 4, WIRED_TEXT = 64, WIRED_GAP = 2 };

struct wired_box {
    char title[WIRED_TEXT], foot[WIRED_TEXT]; /* in the frame; "": nothing */
    char line[WIRED_LINES][WIRED_TEXT];
    enum role role[WIRED_LINES];
    bool heavy, stop; /* where it ended; with a fault */
    bool dim;         /* not reached */
    enum thing_kind thing;
    char name[THING_NAME]; /* what can be asked about; "": nothing */
};

/* Rows that a box with so many lines takes. */
static inline int chain_rows(int lines)
{
    return lines + 2;
}

/* Columns of each of `count` boxes in so many columns, between the least and the most;
 * less than `least`: they do not fit. */
int wired_width(int count, int cols, int least, int most);

void wired_draw_box(struct canvas *canvas, struct area area,
                    const struct wired_box *box);

/* The wire into the box at `col`, from the one before. */
void wired_draw_wire(struct canvas *canvas, int row, int col, enum weight weight,
                     enum role role);

/* "├── hart 0 ───┤" over what belongs together. */
void wired_draw_span(struct canvas *canvas, int row, int col, int cols,
                     const char *text);

#endif
