/* The map of the machine, as a pane. */
#include "face/tui/stage/stage.h"

#include "face/tui/view/view.h"

#include <stdio.h>

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct board *board = watch->board;
    struct area map = {area.row + 1, area.col, area.rows - 1, area.cols};
    unsigned shown = (unsigned)stage_place(watch, map).harts;
    char note[64], some[24] = "";

    if (shown < board->harts)
        snprintf(some, sizeof(some), ", %u shown", shown);
    snprintf(note, sizeof(note), "%s, %u hart%s%s", board->desc.name, board->harts,
             board->harts == 1 ? "" : "s", some);
    canvas_rule(canvas, area.row, area.col, area.cols, "stage", note);
    stage_draw(watch, canvas, map, state->token);
}

const struct view stage_view = {
    .name = "stage",
    .help = "the machine as a map: who asks whom for what, now",
    .class = VIEW_DEVICES,
    .cols = 60,
    .rows = 12,
    .wish = 17,
    .low = 12,
    .middle = 15,
    .tells = "info map",
    .draw = draw,
};
