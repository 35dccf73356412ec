#ifndef FACE_TUI_VIEW_EXIT_SCENE_H
#define FACE_TUI_VIEW_EXIT_SCENE_H

#include "face/tui/view/exit_parts.h"
#include "face/tui/view/view.h"

/*
 * One VM exit as a picture, in its three pieces:
 *
 *   exit.c         the view: what stands where
 *   exit_lanes.c   guest above, host below, width is cycles
 *   exit_trap.c    what the trap left in CSRs, what was done to devices
 */
struct exit_scene {
    const struct watch *watch;
    const struct exits *exits;
    const struct vm_exit *exit;
    struct exit_way way;
    uint64_t until; /* it lasts up to there, so far */
};

/* Rows of the lanes, and the columns from which on they say something. */
enum { EXIT_LANE_ROWS = 5, EXIT_LANE_COLS = 56 };

void exit_draw_lanes(const struct exit_scene *scene, struct canvas *canvas,
                     struct area area);

/* Cycles a column of the lanes in an area so wide. */
uint64_t exit_lane_scale(const struct exit_scene *scene, int cols);

/* "▾ `lbu a5,28(a0)` is not done: load guest-page fault, ata0 Status". */
void exit_draw_head(const struct exit_scene *scene, struct canvas *canvas, int row,
                    int col, int room);

/* Each in as many rows as there are, the first of which is a rule. */
void exit_draw_trap(const struct exit_scene *scene, struct canvas *canvas,
                    struct area area);
void exit_draw_acts(const struct exit_scene *scene, struct canvas *canvas,
                    struct area area);

#endif
