/* The cursor on the things of a pane. */
#include "face/tui/screen/panes_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_in(const struct thing *thing, const struct area *area)
{
    return thing->kind != THING_TIME && thing->at.row >= area->row &&
           thing->at.row < area->row + area->rows && thing->at.col >= area->col &&
           thing->at.col < area->col + area->cols;
}

/* How far from where the cursor was; the same thing is nearer than any other. */
static int distance(const struct panes *panes, const struct area *area,
                    const struct thing *thing)
{
    int rows = abs(thing->at.row - area->row - panes->cursor.row);
    int cols = abs(thing->at.col - area->col - panes->cursor.col);
    bool same = thing->kind == panes->cursor.kind &&
                strcmp(thing->name, panes->cursor.name) == 0;

    return rows * 1000 + cols + (same ? 0 : 1000000);
}

const struct thing *panes_thing(const struct panes *panes)
{
    const struct area *area = &panes->layout.row[panes->row].pane[panes->pane].area;
    const struct thing *best = NULL;

    for (unsigned i = 0; panes->cursor.on && i < panes->things; i++) {
        const struct thing *thing = &panes->thing[i];

        if (is_in(thing, area) &&
            (!best || distance(panes, area, thing) < distance(panes, area, best)))
            best = thing;
    }
    return best;
}

const struct thing *panes_thing_at(const struct panes *panes, int row, int col)
{
    for (unsigned i = panes->things; i-- > 0;) {
        const struct area *at = &panes->thing[i].at;

        if (row >= at->row && row < at->row + at->rows && col >= at->col &&
            col < at->col + at->cols)
            return &panes->thing[i];
    }
    return NULL;
}

static void set_cursor(struct panes *panes, const struct area *area,
                       const struct thing *thing)
{
    panes->chosen = panes->cursor.on = true;
    panes->cursor.kind = thing->kind;
    panes->cursor.row = thing->at.row - area->row;
    panes->cursor.col = thing->at.col - area->col;
    snprintf(panes->cursor.name, sizeof(panes->cursor.name), "%s", thing->name);
}

/* Where a thing comes when one reads: row by row. */
static int order(const struct thing *thing)
{
    return thing->at.row * 10000 + thing->at.col;
}

void panes_move(struct panes *panes, int by)
{
    const struct area *area = &panes_chosen(panes)->area;
    const struct thing *from = panes_thing(panes), *best = NULL;

    for (unsigned i = 0; i < panes->things; i++) {
        const struct thing *thing = &panes->thing[i];
        bool beyond = !from || (order(thing) - order(from)) * by > 0;

        if (is_in(thing, area) && beyond &&
            (!best || (order(best) - order(thing)) * by > 0))
            best = thing;
    }
    if (best)
        set_cursor(panes, area, best);
}

bool panes_point(struct panes *panes, int row, int col)
{
    const struct thing cell = {.at = {row, col, 1, 1}}, *thing;

    for (unsigned r = 0; r < panes->layout.rows; r++)
        for (unsigned p = 0; p < panes->layout.row[r].panes; p++) {
            const struct pane *pane = &panes->layout.row[r].pane[p];

            if (!panes_is_drawn(pane) || !is_in(&cell, &pane->area))
                continue;
            panes_choose(panes, pane);
            thing = panes_thing_at(panes, row, col);
            panes_forget_cursor(panes);
            if (thing && thing->kind != THING_TIME)
                set_cursor(panes, &pane->area, thing);
            return true;
        }
    return false;
}
