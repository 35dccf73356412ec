#include "face/tui/view/wired.h"

int wired_width(int count, int cols, int least, int most)
{
    int width = (cols - WIRED_GAP * (count - 1)) / (count > 0 ? count : 1);

    if (width > most)
        return most;
    return width < least ? 0 : width;
}

/* Text in a frame has a blank at both ends. */
static void in_frame(struct canvas *canvas, int row, int col, int room, enum role role,
                     const char *text)
{
    int used;

    if (!text[0] || room < 3)
        return;
    canvas_put(canvas, row, col, ROLE_TEXT, ' ');
    used = canvas_text(canvas, row, col + 1, room - 2, role, text);
    canvas_put(canvas, row, col + 1 + used, ROLE_TEXT, ' ');
}

static void frame(struct canvas *canvas, struct area area, const struct wired_box *box)
{
    enum role role = box->stop ? ROLE_STOP : ROLE_HEAD;
    int bottom = area.row + area.rows - 1, right = area.col + area.cols - 1;

    if (!box->heavy) {
        canvas_box(canvas, area, ROLE_RULE);
        return;
    }
    if (role == ROLE_STOP)
        role = ROLE_HEAD;
    canvas_across(canvas, area.row, area.col, right, WEIGHT_NOW, role);
    canvas_across(canvas, bottom, area.col, right, WEIGHT_NOW, role);
    canvas_down(canvas, area.col, area.row, bottom, WEIGHT_NOW, role);
    canvas_down(canvas, right, area.row, bottom, WEIGHT_NOW, role);
}

/* A long number needs all of the frame, between its corners. */
static void draw_foot(struct canvas *canvas, struct area area, const char *text)
{
    int row = area.row + area.rows - 1, width = text_width(text);

    if (width <= area.cols - 5)
        in_frame(canvas, row, area.col + 2, area.cols - 3, ROLE_QUIET, text);
    else if (width <= area.cols - 4)
        in_frame(canvas, row, area.col + 1, area.cols - 2, ROLE_QUIET, text);
    else
        canvas_text(canvas, row, area.col + 1, area.cols - 2, ROLE_QUIET, text);
}

void wired_draw_box(struct canvas *canvas, struct area area,
                    const struct wired_box *box)
{
    int room = area.cols - 3;

    frame(canvas, area, box);
    in_frame(canvas, area.row, area.col + 1, area.cols - 2,
             box->dim ? ROLE_QUIET : ROLE_HEAD, box->title);
    for (int i = 0; i < WIRED_LINES && i < area.rows - 2; i++)
        canvas_text(canvas, area.row + 1 + i, area.col + 2, room,
                    box->dim && box->role[i] == ROLE_TEXT ? ROLE_QUIET : box->role[i],
                    box->line[i]);
    draw_foot(canvas, area, box->foot);
    if (box->name[0])
        canvas_thing_area(canvas, area, box->thing, box->name);
}

void wired_draw_wire(struct canvas *canvas, int row, int col, enum weight weight,
                     enum role role)
{
    for (int i = WIRED_GAP; i > 0; i--)
        canvas_put(canvas, row, col - i, weight == WEIGHT_NOW ? role : ROLE_QUIET,
                   weight == WEIGHT_NOW    ? (uint32_t)L'━'
                   : weight == WEIGHT_NEXT ? (uint32_t)L'┄'
                                           : (uint32_t)L'─');
    if (weight != WEIGHT_NEXT)
        canvas_put(canvas, row, col - 1, role, L'▸');
}

void wired_draw_span(struct canvas *canvas, int row, int col, int cols,
                     const char *text)
{
    if (cols < 4)
        return;
    for (int i = 0; i < cols; i++)
        canvas_put(canvas, row, col + i, ROLE_RULE, L'─');
    canvas_put(canvas, row, col, ROLE_RULE, L'├');
    canvas_put(canvas, row, col + cols - 1, ROLE_RULE, L'┤');
    in_frame(canvas, row, col + 2, cols - 3, ROLE_TEXT, text);
}
