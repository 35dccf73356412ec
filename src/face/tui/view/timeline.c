/*
 * Lanes of time, left to right: one for each hart, guest, the bus, each DMA channel, disk
 * and interrupt line. A span is a letter and a line; where a column is many cycles, the
 * one who had most of it stands there, or its share as a bar. Where there is room, a
 * second block shows the whole run.
 */
#include "face/tui/view/timeline.h"

#include "base/alloc.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME = TIMELINE_NAME,
    SHORT_FORM = 5,  /* rows up to which the axis stands in the rule */
    LEGEND_FROM = 7, /* ... from which there is a legend, */
    MARKS_FROM = 9,  /* ... marks, */
    WHOLE_FROM = 15, /* ... and the whole run */
    WHOLE_LANES = 4, /* of which a third of the rows is for */
    WHOLE_BAR = 12,  /* columns of all of the run, in the rule, */
    NOTE = 224       /* which has room for all that it can say */
};

/* --- what is drawn ----------------------------------------------------------------------- */

static void plan_lanes(struct timeline_drawing *drawing)
{
    struct lane_row rows[LANE_ROWS];

    drawing->lanes =
        lane_rows(drawing->watch->session->lanes, drawing->window.fine, rows);
    for (unsigned i = 0; i < drawing->lanes; i++) {
        drawing->lane[i].row = rows[i];
        timeline_fill(drawing->watch, &drawing->window, &drawing->lane[i]);
    }
}

/* Does anything happen in that column? */
static bool is_idle(const struct timeline_drawing *drawing, int col)
{
    for (unsigned i = 0; i < drawing->lanes; i++) {
        const struct timeline_cell *cell = &drawing->lane[i].cell[col];

        if (cell->when != TIMELINE_PAST || (cell->starts && cell->sign) ||
            (col && cell->sign != cell[-1].sign))
            return false;
    }
    return true;
}

/* The longest stretch of columns in which nothing happens, if it is more than half. */
static void fold_idle(struct timeline_drawing *drawing)
{
    int best = 0, at = 0, idle = 0;

    plan_lanes(drawing);
    for (int i = 0; i < drawing->window.cols; i++) {
        idle = is_idle(drawing, i) ? idle + 1 : 0;
        if (idle > best) {
            best = idle;
            at = i + 1 - idle;
        }
    }
    if (best * 2 > drawing->window.cols)
        timeline_fold_idle(&drawing->window, at, best);
}

static struct timeline_drawing *drawing_new(const struct watch *watch,
                                            const struct view_state *state, int cols)
{
    struct timeline_drawing *drawing = alloc_zero(1, sizeof(*drawing));

    drawing->watch = watch;
    drawing->window = timeline_near(watch, state, cols);
    if (state->folded)
        fold_idle(drawing);
    return drawing;
}

/* --- axis -------------------------------------------------------------------------------- */

/* Labels stand at round cycles, now's mark over them. */
static void draw_axis(const struct timeline_drawing *drawing, int row, int col)
{
    const struct timeline_window *window = &drawing->window;
    uint64_t every = window->scale * 20;
    int mark = timeline_column(window, window->now), next = 0;
    char count[TEXT_NUMBER];

    for (int i = 0; i < window->cols; i++) {
        uint64_t begins = timeline_begins(window, i);
        uint64_t at = (begins + every - 1) / every * every;
        int width = text_width(text_count(count, at));

        if (i < next || at - begins >= window->scale || i + width + 1 >= window->cols ||
            (mark >= i && mark <= i + width) ||
            (window->gap_cols && i + width >= window->gap_at &&
             i < window->gap_at + window->gap_cols))
            continue;
        canvas_printf(drawing->canvas, row, col + i, width + 1, ROLE_QUIET, "%s ",
                      count);
        next = i + width + 2;
    }
    if (window->gap_cols)
        canvas_printf(drawing->canvas, row, col + window->gap_at, window->gap_cols,
                      ROLE_QUIET, "//%s//", text_count(count, window->gap));
    if (mark >= 0)
        canvas_put(drawing->canvas, row, col + mark, ROLE_HEAD, L'▾');
}

/* A click on a lane is a cycle. */
static void name_times(const struct timeline_drawing *drawing, int row, int col,
                       int rows)
{
    const struct timeline_window *window = &drawing->window;
    int before = window->gap_cols ? window->gap_at : window->cols;
    int behind = window->gap_cols ? window->gap_at + window->gap_cols : window->cols;

    canvas_thing_time(drawing->canvas, (struct area){row, col, rows, before},
                      window->from, window->scale);
    if (behind < window->cols)
        canvas_thing_time(drawing->canvas,
                          (struct area){row, col + behind, rows, window->cols - behind},
                          timeline_begins(window, behind), window->scale);
}

/* --- blocks ------------------------------------------------------------------------------ */

static void draw_marks(struct timeline_drawing *drawing, int row, int col,
                       bool checkpoints)
{
    canvas_text(drawing->canvas, row, col, NAME - 1, ROLE_TEXT, "marks");
    timeline_draw_marks(drawing->watch, drawing->canvas, row, col + NAME,
                        &drawing->window, checkpoints);
}

/* Axis, lanes and marks in so many rows; gives the rows used. */
static int draw_block(struct timeline_drawing *drawing, struct area area,
                      bool checkpoints)
{
    bool marks = area.rows >= MARKS_FROM - 2 || checkpoints;
    int used;

    plan_lanes(drawing);
    draw_axis(drawing, area.row, area.col + NAME);
    name_times(drawing, area.row, area.col + NAME, area.rows);
    used = timeline_draw_lanes(drawing, area.row + 1, area.col, area.rows - 1 - marks);
    if (marks)
        draw_marks(drawing, area.row + 1 + used, area.col, checkpoints);
    return 1 + used + marks;
}

/* "0 ├─────●┄┄┤ 523,609": where in all of the run that is known. */
static void put_whole(const struct watch *watch, char *note, size_t size)
{
    uint64_t all = watch->newest > watch->cycle ? watch->newest : watch->cycle;
    int at = all ? (int)(watch->cycle * (WHOLE_BAR - 1) / all) : WHOLE_BAR - 1;
    size_t used = strlen(note);
    char end[TEXT_NUMBER];

    used += (size_t)snprintf(note + used, size - used, "    0 ├");
    for (int i = 0; i < WHOLE_BAR && used < size; i++)
        used += (size_t)snprintf(note + used, size - used, "%s",
                                 i < at    ? "─"
                                 : i == at ? "●"
                                           : "┄");
    if (watch->past && used < size)
        snprintf(note + used, size - used, "┤ %s", text_count(end, all));
}

/* Lanes for which there is no room in the table of rows, or in the bins. */
static size_t put_not_kept(const struct timeline_drawing *drawing, char *note,
                           size_t size)
{
    const struct lanes *lanes = drawing->watch->session->lanes;
    unsigned rows = lane_rows_left_out(lanes, drawing->window.fine);
    size_t used = 0;

    if (rows)
        used += (size_t)snprintf(note, size, "+%u lane%s not kept    ", rows,
                                 rows == 1 ? "" : "s");
    if (lanes->lost)
        used += (size_t)snprintf(note + used, size - used, "+%u stretch%s not kept    ",
                                 lanes->lost, lanes->lost == 1 ? "" : "es");
    return used;
}

/* "+3 lanes, +2 flat    1 column = 20 cycles" */
static void put_scale(const struct timeline_drawing *drawing, char *note, size_t size)
{
    uint64_t scale = drawing->window.scale;
    char count[TEXT_NUMBER];
    size_t used = 0;

    note[0] = '\0';
    if (drawing->more)
        used += (size_t)snprintf(note, size, "+%d lane%s%s", drawing->more,
                                 drawing->more == 1 ? "" : "s",
                                 drawing->flat ? ", " : "    ");
    if (drawing->flat)
        used +=
            (size_t)snprintf(note + used, size - used, "+%d flat    ", drawing->flat);
    used += put_not_kept(drawing, note + used, size - used);
    snprintf(note + used, size - used, "1 column = %s cycle%s",
             text_count(count, scale), scale == 1 ? "" : "s");
}

/* The whole run, under the near one, if that does not show it already. */
static int whole_rows(const struct timeline_drawing *drawing, struct area area)
{
    struct timeline_window whole = timeline_whole(drawing->watch, area.cols - NAME);
    int near = (int)drawing->lanes + 4, rows = area.rows / 3, needed;
    struct lane_row lanes[LANE_ROWS];

    if (area.rows < WHOLE_FROM || whole.scale <= drawing->window.scale)
        return 0;
    needed = (int)lane_rows(drawing->watch->session->lanes, false, lanes) + 3;
    rows = rows < WHOLE_LANES + 3 ? WHOLE_LANES + 3 : rows;
    if (area.rows - near > rows) /* the near lanes need less */
        rows = area.rows - near;
    return rows < needed ? rows : needed;
}

static void draw_whole(struct timeline_drawing *drawing, struct area area)
{
    struct area block = {area.row + 1, area.col, area.rows - 1, area.cols};
    char note[NOTE];

    drawing->window = timeline_whole(drawing->watch, area.cols - NAME);
    draw_block(drawing, block, true);
    put_scale(drawing, note, sizeof(note));
    canvas_rule(drawing->canvas, area.row, area.col, area.cols, "whole run so far",
                note);
}

static void draw_rule(const struct timeline_drawing *drawing,
                      const struct view_state *state, struct area area)
{
    const struct timeline_window *window = &drawing->window;
    char note[NOTE] = "", title[48] = "timeline";

    if (area.rows <= SHORT_FORM) {
        if (window->scale > 1)
            snprintf(title, sizeof(title), "time x%" PRIu64, window->scale);
    } else {
        put_scale(drawing, note, sizeof(note));
        put_whole(drawing->watch, note, sizeof(note));
    }
    if (state->about[0] && area.rows > SHORT_FORM)
        snprintf(title, sizeof(title), "timeline  ‖ %.32s", state->about);
    canvas_rule(drawing->canvas, area.row, area.col, area.cols, title, note);
}

static void draw_high(struct timeline_drawing *drawing, const struct view_state *state,
                      struct area area)
{
    bool legend = area.rows >= LEGEND_FROM;
    struct area near = {area.row + 1, area.col, area.rows - 1 - legend, area.cols};
    int whole, used;

    plan_lanes(drawing);
    whole = whole_rows(drawing, area);
    near.rows -= whole;
    used = draw_block(drawing, near, false);
    draw_rule(drawing, state, area);
    if (whole) {
        struct timeline_window window = drawing->window;
        struct area below = {near.row + (used < near.rows ? used : near.rows), area.col,
                             whole, area.cols};

        draw_whole(drawing, below);
        drawing->window = window;
    }
    if (legend)
        timeline_draw_legend(drawing, area.row + area.rows - 1, area.col, area.cols);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct timeline_drawing *drawing;

    if (!watch->session->lanes || area.cols <= NAME + 8) {
        view_draw_absent(&timeline_view, canvas, area, "there are no lanes");
        return;
    }
    drawing = drawing_new(watch, state, area.cols - NAME);
    drawing->canvas = canvas;
    if (area.rows <= SHORT_FORM) {
        draw_rule(drawing, state, area);
        plan_lanes(drawing);
        draw_axis(drawing, area.row, area.col + NAME);
        name_times(drawing, area.row, area.col + NAME, area.rows);
        timeline_draw_lanes(drawing, area.row + 1, area.col, area.rows - 1);
    } else {
        draw_high(drawing, state, area);
    }
    free(drawing);
}

const struct view timeline_view = {
    .name = "timeline",
    .help = "who used harts, bus and DMA channels, from single cycles to the whole run",
    .class = VIEW_INSTRUCTIONS,
    .cols = 40,
    .rows = 4,
    .wish = 10,
    .low = 4,
    .middle = 7,
    .tells = "info lanes",
    .about = "[at CYCLE] [xCYCLES]",
    .draw = draw,
};
