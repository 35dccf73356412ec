#ifndef FACE_TUI_VIEW_BARS_H
#define FACE_TUI_VIEW_BARS_H

#include "face/tui/canvas/canvas.h"

#include <stdint.h>

/* Numbers as lengths and heights, for views. What they are shares of the caller says. */

/* A part of a whole, with the sign that fills its columns. */
struct bar_part {
    uint64_t value;
    uint32_t sign;
    enum role role;
};

/* The columns of `room` that the first `sum` of `total` take, rounded. */
int bar_end(uint64_t sum, uint64_t total, int room);

/* Parts side by side, each as long as its share of `total`. */
void bar_parts(struct canvas *canvas, int row, int col, int room,
               const struct bar_part *part, unsigned count, uint64_t total);

/* One bar: what is little but not nothing is a dot. */
void bar_one(struct canvas *canvas, int row, int col, int room, enum role role,
             uint64_t value, uint64_t total);

/* Values over time, a column each, in eighths of the height of `rows` rows; `row` is the
 * upper one. 0 is a dot. */
void bar_times(struct canvas *canvas, struct area area, enum role role,
               const uint64_t *value, unsigned count, uint64_t full);

/* "96 %", "<1 %": a share in whole percents. Gives `text`. */
enum { BAR_PERCENT = 8 };
char *bar_percent(char text[BAR_PERCENT], uint64_t value, uint64_t total);

/* A count with commas, at the right end of `cols` columns. */
void bar_number(struct canvas *canvas, int row, int col, int cols, enum role role,
                uint64_t number);

#endif
