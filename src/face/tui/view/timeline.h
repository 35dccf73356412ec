#ifndef FACE_TUI_VIEW_TIMELINE_H
#define FACE_TUI_VIEW_TIMELINE_H

#include "face/tui/view/view.h"
#include "observe/lanes/rows.h"

/*
 * The inside of the timeline, for its own files:
 *
 *   timeline.c         the pane: which blocks and rows, axis
 *   timeline_lanes.c   lanes as rows of signs, the legend
 *   timeline_window.c  which cycles the columns are
 *   timeline_cells.c   what a lane shows in each column: at close range span by span, from
 *                      events that were replayed; else from the bins of the whole run
 *   timeline_marks.c   interrupts, faults, marks, branches, checkpoints
 */
enum { TIMELINE_COLUMNS = 512, TIMELINE_NAME = 11 /* columns of a lane's name */ };

/* Which cycles the columns are: `scale` each from `from` on, but for an idle stretch that
 * may be left out. */
struct timeline_window {
    uint64_t from, scale;
    uint64_t now, known; /* known: as far as this branch has been */
    int cols;
    bool fine;      /* narrower than the narrowest bin: spans one by one */
    uint64_t exact; /* fine: from here on all spans are known */
    int gap_at,
        gap_cols; /* columns that stand for the idle stretch; gap_cols 0: none */
    uint64_t gap; /* its cycles */
};

/* Of the time around now, or around the cycle that the pane is pinned to; of all of the
 * run: a short one, all of which was replayed, at close range. */
struct timeline_window timeline_near(const struct watch *watch,
                                     const struct view_state *state, int cols);
struct timeline_window timeline_whole(const struct watch *watch, int cols);

/* Leaves an idle stretch out: the columns [at, at + idle) of the window. */
void timeline_fold_idle(struct timeline_window *window, int at, int idle);

/* The cycle at which a column begins; of a gap, that of its end. */
uint64_t timeline_begins(const struct timeline_window *window, int col);
/* The column of a cycle; -1: it is not there. */
int timeline_column(const struct timeline_window *window, uint64_t cycle);

enum timeline_when { TIMELINE_PAST, TIMELINE_NOW, TIMELINE_NEXT };

struct timeline_cell {
    char sign; /* 0: nothing; ' ': not known */
    uint8_t eighths;
    uint8_t when; /* enum timeline_when */
    bool starts;
};

struct timeline_lane {
    struct lane_row row;
    bool shares; /* the cells are bars */
    struct timeline_cell cell[TIMELINE_COLUMNS];
};

/* Fills in all cells of a lane. */
void timeline_fill(const struct watch *watch, const struct timeline_window *window,
                   struct timeline_lane *lane);

/* Does it show one and the same thing in all columns up to now? */
bool timeline_is_flat(const struct timeline_lane *lane,
                      const struct timeline_window *window);

/* What a draw has at hand. */
struct timeline_drawing {
    const struct watch *watch;
    struct canvas *canvas;
    struct timeline_window window;
    int flat,
        more; /* lanes that are not drawn, since they never change; for want of room */
    unsigned lanes;
    struct timeline_lane lane[LANE_ROWS];
    bool used[ROW_KINDS][128]; /* signs, by kind of row, for the legend */
    bool shares, next;
};

/* Draws lanes from a row on, as many as there is room for; gives the rows used. */
int timeline_draw_lanes(struct timeline_drawing *drawing, int row, int col, int room);

/* What the signs mean that have been drawn. */
void timeline_draw_legend(const struct timeline_drawing *drawing, int row, int col,
                          int cols);

/* Draws marks into one row. `checkpoints`: those, too. */
void timeline_draw_marks(const struct watch *watch, struct canvas *canvas, int row,
                         int col, const struct timeline_window *window,
                         bool checkpoints);

#endif
