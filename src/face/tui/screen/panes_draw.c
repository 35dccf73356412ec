/* What is drawn of panes: views, tabs, the mark of the chosen one, the cursor. */
#include "base/alloc.h"
#include "face/tui/screen/panes_parts.h"

#include <string.h>

bool panes_is_drawn(const struct pane *pane)
{
    return pane->area.rows >= PANE_LEAST_ROWS && pane->area.cols >= PANE_LEAST_COLS;
}

static void draw_pane(struct pane *pane, const struct watch *watch,
                      struct canvas *canvas)
{
    const char *absent = pane->view->absent ? pane->view->absent(watch) : NULL;

    if (absent)
        view_draw_absent(pane->view, canvas, pane->area, absent);
    else
        pane->view->draw(watch, &pane->state, canvas, pane->area);
}

/* What is left of a note, to the left of a column, becomes rule again. */
static void cut_note(struct canvas *canvas, int row, int col)
{
    const struct canvas_cell *cell = canvas_at(canvas, row, col);

    for (; cell && cell->role != ROLE_RULE; cell = canvas_at(canvas, row, --col))
        if (cell->role == ROLE_HEAD)
            return;
        else
            canvas_put(canvas, row, col, ROLE_RULE, L'─');
}

/* Names of panes that are not drawn, in the rule of the last one that is. */
static void draw_tabs(const struct panes *panes, unsigned r, struct canvas *canvas)
{
    const struct pane_row *row = &panes->layout.row[r];
    const struct pane *last = NULL;
    int width = 5, col;

    for (unsigned p = 0; p < row->panes; p++) {
        if (!last || row->pane[p].area.col > last->area.col)
            last = panes_is_drawn(&row->pane[p]) ? &row->pane[p] : last;
        width +=
            panes_is_drawn(&row->pane[p]) ? 0 : text_width(row->pane[p].view->name) + 1;
    }
    if (!last || width == 5 || width > last->area.cols / 2)
        return;
    col = last->area.col + last->area.cols - width;
    canvas_clear(canvas, &(struct area){last->area.row, col, 1, width});
    cut_note(canvas, last->area.row, col - 1);
    canvas_text(canvas, last->area.row, col, 5, ROLE_QUIET, " Tab:");
    col += 5;
    for (unsigned p = 0; p < row->panes; p++) {
        const char *name = row->pane[p].view->name;

        if (panes_is_drawn(&row->pane[p]))
            continue;
        canvas_text(canvas, last->area.row, col + 1, text_width(name), ROLE_TEXT, name);
        canvas_thing(canvas, last->area.row, col + 1, text_width(name), THING_VIEW,
                     "%s", name);
        col += 1 + text_width(name);
    }
}

static void paint(struct canvas *canvas, struct area area, enum role role)
{
    for (int row = area.row; row < area.row + area.rows; row++)
        for (int col = area.col; col < area.col + area.cols; col++) {
            struct canvas_cell *cell = canvas_at(canvas, row, col);

            if (cell)
                cell->role = (uint8_t)role;
        }
}

/* The title of the chosen pane: up to its rule's line. */
static void mark_chosen(struct panes *panes, struct canvas *canvas)
{
    const struct area *area = &panes_chosen(panes)->area;
    struct area title = {area->row, area->col, 1, 0};
    const struct canvas_cell *cell;

    if (!panes_is_drawn(panes_chosen(panes)))
        return;
    do
        cell = canvas_at(canvas, area->row, area->col + title.cols++);
    while (cell && cell->role != ROLE_RULE && title.cols < area->cols);
    title.cols -= 2;
    paint(canvas, title, ROLE_CURSOR);
    canvas->cursor_row = area->row;
    canvas->cursor_col = area->col;
}

void panes_keep_things(struct panes *panes, const struct canvas *canvas)
{
    if (canvas->things > panes->room) {
        panes->room = canvas->things;
        panes->thing = alloc_resize(panes->thing, panes->room * sizeof(*panes->thing));
    }
    if (canvas->things)
        memcpy(panes->thing, canvas->thing, canvas->things * sizeof(*panes->thing));
    panes->things = canvas->things;
}

void panes_draw(struct panes *panes, const struct watch *watch, struct canvas *canvas,
                struct area area, int screen_rows)
{
    const struct thing *thing;

    panes_place(panes, area, screen_rows);
    for (unsigned r = 0; r < panes->layout.rows; r++) {
        for (unsigned p = 0; p < panes->layout.row[r].panes; p++)
            if (panes_is_drawn(&panes->layout.row[r].pane[p]))
                draw_pane(&panes->layout.row[r].pane[p], watch, canvas);
        if (!panes->filled)
            draw_tabs(panes, r, canvas);
    }
    if (panes->chosen)
        mark_chosen(panes, canvas);
    panes_keep_things(panes, canvas);
    thing = panes_thing(panes);
    if (thing) {
        paint(canvas, thing->at, ROLE_CURSOR);
        canvas->cursor_row = thing->at.row;
        canvas->cursor_col = thing->at.col;
    }
}
