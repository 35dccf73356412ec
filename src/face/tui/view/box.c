#include "face/tui/view/box.h"

static void draw_heavy(struct canvas *canvas, struct area area)
{
    int bottom = area.row + area.rows - 1, right = area.col + area.cols - 1;

    canvas_across(canvas, area.row, area.col, right, WEIGHT_NOW, ROLE_HEAD);
    canvas_across(canvas, bottom, area.col, right, WEIGHT_NOW, ROLE_HEAD);
    canvas_down(canvas, area.col, area.row, bottom, WEIGHT_NOW, ROLE_HEAD);
    canvas_down(canvas, right, area.row, bottom, WEIGHT_NOW, ROLE_HEAD);
}

void box_draw(struct canvas *canvas, struct area area, bool now, const char *title)
{
    if (now)
        draw_heavy(canvas, area);
    else
        canvas_box(canvas, area, ROLE_RULE);
    canvas_printf(canvas, area.row, area.col + 1, area.cols - 2,
                  now ? ROLE_HEAD : ROLE_QUIET, " %s ", title);
}

void box_text(struct canvas *canvas, struct area area, int row, enum role role,
              const char *text)
{
    canvas_text(canvas, area.row + 1 + row, area.col + 2, area.cols - 3, role, text);
}
