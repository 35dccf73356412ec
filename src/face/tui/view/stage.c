/* The map of the machine, as a pane. */
#include "face/tui/stage/stage.h"

#include "face/tui/view/view.h"

#include <stdio.h>

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct board *board = watch->board;
    const struct stage_choice choice = {.token = state->token,
                                        .calm = state->calm,
                                        .opened = state->opened,
                                        .focus = state->focus};
    struct area map = {area.row + 1, area.col, area.rows - 1, area.cols};
    char note[64];

    if (state->calm) { /* all rows are the stage's */
        stage_draw(watch, canvas, area, &choice);
        return;
    }
    snprintf(note, sizeof(note), "%s%s, %u hart%s", board->desc.name,
             stage_has_guests(watch) ? " + H" : "", board->harts,
             board->harts == 1 ? "" : "s");
    canvas_rule(canvas, area.row, area.col, area.cols, "stage", note);
    stage_draw(watch, canvas, map, &choice);
}

const struct view stage_view = {
    .name = "stage",
    .help = "the machine as a map: who asks whom for what, now",
    .class = VIEW_DEVICES,
    .cols = 60,
    .rows = 5,
    .wish = 17,
    .low = 12,
    .middle = 15,
    .tells = "info map",
    .draw = draw,
};
