#ifndef FACE_TUI_RACE_PARTS_H
#define FACE_TUI_RACE_PARTS_H

#include "face/tui/race/counters.h"

/*
 * The parts of the race's screen. A lane has a path of up to three parts of the machine,
 * from who wants data to who has it, and strips of time, which all lanes draw to the same
 * scale.
 */
struct race_view {
    const struct race *race;
    const struct lane_counters *counters; /* of all lanes */
    struct canvas *canvas;
    uint64_t scale; /* cycles a column of time */
    int time_col;   /* where time begins */
};

/* --- path.c: the part that acts now is heavy ------------------------------------------ */

enum { PATH_BOXES = 3 /* rows */, PATH_LINE = 1 };

/* As boxes, if there are as many rows; else as a line. */
void draw_path(const struct race_view *view, unsigned lane, int row, int rows);

/* What the hypervisor does in an exit: "emulates ata0 Data". */
void path_put_host(struct buf *out, const struct race_lane *lane,
                   const struct vm_exit *exit);

/* --- axis.c -------------------------------------------------------------------------- */

/* The scale at which all of the race up to now has room in so many columns. */
uint64_t axis_scale(uint64_t cycle, int cols);

/* The cycles along the strips, now's mark over them. */
void draw_axis(const struct race_view *view, int row);

/* Three rows: guest, host and disk, or hart, DMA controller and disk; or one for all. */
void draw_strips(const struct race_view *view, unsigned lane, int row, int rows);

/* --- table.c, more.c ----------------------------------------------------------------- */

/* "so far", in at most so many rows; gives how many it took. */
int draw_table(const struct race_view *view, int row, int rows);

/* Where there is more room: shares of the cycles, and the last exits. */
void draw_more(const struct race_view *view, int row, int rows);

/* The role of whoever works; a count with its sign: "+26,412". */
enum role role_of_actor(const struct race_lane *lane, enum lane_actor actor);
char *axis_text(char text[32], uint64_t cycle);

#endif
