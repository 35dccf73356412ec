#include "face/tui/screen/panes_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- choosing -------------------------------------------------------------------------- */

/* Keys go to the first row that is always there. */
static unsigned first_row(const struct layout *layout)
{
    unsigned row = 0;

    while (row + 1 < layout->rows && layout->row[row].optional)
        row++;
    return row;
}

void panes_use(struct panes *panes, const struct layout *layout)
{
    *panes = (struct panes){.layout = *layout,
                            .row = first_row(layout),
                            .things = panes->things,
                            .room = panes->room,
                            .thing = panes->thing};
}

void panes_restore(struct panes *panes, const struct panes *before)
{
    struct panes now = *panes;

    *panes = *before;
    panes->things = now.things;
    panes->room = now.room;
    panes->thing = now.thing;
}

void panes_release(struct panes *panes)
{
    free(panes->thing);
    panes->thing = NULL;
    panes->things = panes->room = 0;
}

struct pane *panes_chosen(struct panes *panes)
{
    return &panes->layout.row[panes->row].pane[panes->pane];
}

struct pane *panes_find(struct panes *panes, const struct view *view)
{
    for (unsigned r = 0; r < panes->layout.rows; r++)
        for (unsigned p = 0; p < panes->layout.row[r].panes; p++)
            if (panes->layout.row[r].pane[p].view == view)
                return &panes->layout.row[r].pane[p];
    return NULL;
}

bool panes_has(const struct panes *panes, const struct view *view)
{
    for (unsigned r = 0; r < panes->layout.rows; r++)
        for (unsigned p = 0; p < panes->layout.row[r].panes; p++)
            if (panes->layout.row[r].pane[p].view == view)
                return true;
    return false;
}

void panes_forget_cursor(struct panes *panes)
{
    memset(&panes->cursor, 0, sizeof(panes->cursor));
}

void panes_go(struct panes *panes, int by)
{
    const struct layout *layout = &panes->layout;

    panes_forget_cursor(panes);
    if (!panes->chosen) {
        panes->chosen = true;
        return;
    }
    if (by > 0 && ++panes->pane == layout->row[panes->row].panes) {
        panes->row = (panes->row + 1) % layout->rows;
        panes->pane = 0;
    } else if (by < 0 && panes->pane-- == 0) {
        panes->row = (panes->row + layout->rows - 1) % layout->rows;
        panes->pane = layout->row[panes->row].panes - 1;
    }
}

void panes_choose(struct panes *panes, const struct pane *pane)
{
    for (unsigned r = 0; r < panes->layout.rows; r++)
        for (unsigned p = 0; p < panes->layout.row[r].panes; p++)
            if (pane == &panes->layout.row[r].pane[p]) {
                panes->row = r;
                panes->pane = p;
                panes->chosen = true;
            }
}

bool panes_go_to(struct panes *panes, const struct view *view)
{
    const struct pane *pane = panes_find(panes, view);

    if (!pane)
        return false;
    panes_forget_cursor(panes);
    panes_choose(panes, pane);
    return true;
}

/* --- changing the layout ----------------------------------------------------------------- */

bool panes_split(struct panes *panes, const struct view *view)
{
    struct pane_row *row = &panes->layout.row[panes->row];
    unsigned at = panes->pane + 1;

    if (row->panes == LAYOUT_PANES)
        return false;
    memmove(&row->pane[at + 1], &row->pane[at],
            (row->panes - at) * sizeof(row->pane[0]));
    row->pane[at] = pane_of(view);
    row->panes++;
    panes->pane = at;
    panes->chosen = true;
    panes_forget_cursor(panes);
    return true;
}

void panes_swap(struct panes *panes)
{
    struct pane *here = panes_chosen(panes), moved = *here, *there;

    panes_forget_cursor(panes);
    panes->chosen = true;
    panes_go(panes, 1);
    there = panes_chosen(panes);
    *here = *there;
    *there = moved;
}

static void remove_row(struct layout *layout, unsigned at)
{
    memmove(&layout->row[at], &layout->row[at + 1],
            (layout->rows - at - 1) * sizeof(layout->row[0]));
    layout->rows--;
}

bool panes_close(struct panes *panes)
{
    struct layout *layout = &panes->layout;
    struct pane_row *row = &layout->row[panes->row];

    if (layout->rows == 1 && row->panes == 1)
        return false;
    memmove(&row->pane[panes->pane], &row->pane[panes->pane + 1],
            (row->panes - panes->pane - 1) * sizeof(row->pane[0]));
    if (--row->panes == 0)
        remove_row(layout, panes->row);
    if (panes->row >= layout->rows)
        panes->row = layout->rows - 1;
    if (panes->pane >= layout->row[panes->row].panes)
        panes->pane = layout->row[panes->row].panes - 1;
    panes_forget_cursor(panes);
    return true;
}

void panes_scroll(struct pane *pane, int rows)
{
    struct view_state *state = &pane->state;

    state->top += rows;
    if (pane->view->newest_last) {
        state->top = state->top > 0 ? 0 : state->top;
        return;
    }
    if (state->all && state->top > state->all - state->shown)
        state->top = state->all - state->shown;
    if (state->top < 0)
        state->top = 0;
}
