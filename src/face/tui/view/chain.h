#ifndef FACE_TUI_VIEW_CHAIN_H
#define FACE_TUI_VIEW_CHAIN_H

#include "face/tui/canvas/canvas.h"

/*
 * Boxes from left to right that something goes through: gates of an interrupt, tables of a
 * walk. The way is heavy as far as it went and dashed behind where it stopped.
 */
enum { CHAIN_LINES = 4, CHAIN_TEXT = 64, CHAIN_GAP = 2 };

struct chain_box {
    char title[CHAIN_TEXT], foot[CHAIN_TEXT]; /* in the frame; "": nothing */
    char line[CHAIN_LINES][CHAIN_TEXT];
    enum role role[CHAIN_LINES];
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
int chain_width(int count, int cols, int least, int most);

void chain_draw_box(struct canvas *canvas, struct area area,
                    const struct chain_box *box);

/* The wire into the box at `col`, from the one before. */
void chain_draw_wire(struct canvas *canvas, int row, int col, enum weight weight,
                     enum role role);

/* "├── hart 0 ───┤" over what belongs together. */
void chain_draw_span(struct canvas *canvas, int row, int col, int cols,
                     const char *text);

#endif
