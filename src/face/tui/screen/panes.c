#include "face/tui/screen/panes.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, LEAST_COLS = 16, LEAST_ROWS = 2, LOW = 30, MIDDLE = 46 };

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

static void forget_cursor(struct panes *panes)
{
    memset(&panes->cursor, 0, sizeof(panes->cursor));
}

void panes_go(struct panes *panes, int by)
{
    const struct layout *layout = &panes->layout;

    forget_cursor(panes);
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

static void choose(struct panes *panes, const struct pane *pane)
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
    forget_cursor(panes);
    choose(panes, pane);
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
    forget_cursor(panes);
    return true;
}

void panes_swap(struct panes *panes)
{
    struct pane *here = panes_chosen(panes), moved = *here, *there;

    forget_cursor(panes);
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
    forget_cursor(panes);
    return true;
}

/* --- heights --------------------------------------------------------------------------- */

/* What the rows of a layout get. */
struct heights {
    int least[LAYOUT_ROWS], wish[LAYOUT_ROWS], rows[LAYOUT_ROWS]; /* wish 0: any */
};

static int wish_of(const struct view *view, int screen_rows)
{
    int wish = screen_rows < LOW      ? view->low
               : screen_rows < MIDDLE ? view->middle
                                      : view->wish;

    return wish ? wish : view->wish;
}

static void measure_row(const struct pane_row *row, int screen_rows, int *least,
                        int *wish)
{
    bool any = false;

    *least = *wish = row->rows;
    if (row->rows)
        return;
    for (unsigned p = 0; p < row->panes; p++) {
        const struct view *view = row->pane[p].view;
        int wants = wish_of(view, screen_rows);

        any |= !wants;
        *least = view->rows > *least ? view->rows : *least;
        *wish = wants > *wish ? wants : *wish;
    }
    *wish = any ? 0 : *wish > *least ? *wish : *least;
}

static int sum(const int *rows)
{
    int all = 0;

    for (int i = 0; i < LAYOUT_ROWS; i++)
        all += rows[i];
    return all;
}

/* Rows above the last are left out from below, but not the chosen one's. */
static void leave_out(const struct panes *panes, struct heights *heights, int room)
{
    unsigned last = panes->layout.rows - 1;

    for (unsigned r = last; r-- > 0 && sum(heights->rows) > room;)
        if (r != panes->row)
            heights->rows[r] = 0;
    if (sum(heights->rows) > room && last != panes->row)
        heights->rows[last] = 0;
    if (sum(heights->rows) > room)
        heights->rows[panes->row] = room;
}

/* Wishes are cut down to what is needed, from below. */
static void cut_down(const struct panes *panes, struct heights *heights, int room)
{
    for (unsigned r = panes->layout.rows; r-- > 0;) {
        int over = sum(heights->rows) - room;
        int spare = heights->rows[r] - heights->least[r];

        if (over > 0 && spare > 0)
            heights->rows[r] -= spare < over ? spare : over;
    }
}

/* What is left over goes to rows that can use any, else to the last but one. */
static void hand_out(const struct panes *panes, struct heights *heights, int room)
{
    unsigned rows = panes->layout.rows, flexible = 0;
    int spare;

    for (unsigned r = 0; r < rows; r++)
        flexible += heights->rows[r] && !heights->wish[r];
    for (unsigned r = 0; r < rows && flexible; r++) {
        if (!heights->rows[r] || heights->wish[r])
            continue;
        spare = room - sum(heights->rows);
        heights->rows[r] += spare / (int)flexible--;
    }
    spare = room - sum(heights->rows);
    for (unsigned r = rows; r-- > 0 && spare > 0;)
        if (heights->rows[r] && (r > 0 || rows == 1) && !panes->layout.row[r].rows) {
            heights->rows[r] += spare;
            spare = 0;
        }
}

/* Rows that may be left out are, on low screens. */
static bool is_left_out(const struct panes *panes, unsigned r, int screen_rows)
{
    return screen_rows < LOW && panes->layout.row[r].optional && r != panes->row;
}

static void place_rows(const struct panes *panes, int room, int screen_rows,
                       struct heights *heights)
{
    memset(heights, 0, sizeof(*heights));
    for (unsigned r = 0; r < panes->layout.rows; r++) {
        int *least = &heights->least[r], *wish = &heights->wish[r];

        if (is_left_out(panes, r, screen_rows))
            continue;
        measure_row(&panes->layout.row[r], screen_rows, least, wish);
        heights->rows[r] = *wish > *least ? *wish : *least;
    }
    cut_down(panes, heights, room);
    leave_out(panes, heights, room);
    hand_out(panes, heights, room);
}

/* --- widths ---------------------------------------------------------------------------- */

/* How many panes of a row fit side by side. */
static unsigned fitting(const struct pane_row *row, int room)
{
    unsigned count = 0;

    for (room += GAP; count < row->panes; count++) {
        room -= row->pane[count].view->cols + GAP;
        if (room < 0)
            break;
    }
    return count ? count : 1;
}

/* Which panes are drawn: the first ones, and the chosen one instead of the last. */
static unsigned choose_shown(struct panes *panes, unsigned r, int room,
                             unsigned shown[LAYOUT_PANES])
{
    const struct pane_row *row = &panes->layout.row[r];
    unsigned count = fitting(row, room);

    for (unsigned i = 0; i < count; i++)
        shown[i] = i;
    if (r == panes->row && panes->pane >= count)
        shown[count - 1] = panes->pane;
    return count;
}

/* Who gets the next column: first panes that have less than they make good use of, then
 * those that can use any; of several, the one that has got least for its weight. */
static unsigned next_to_grow(const struct pane_row *row, const unsigned *shown,
                             unsigned count)
{
    unsigned best = 0;
    int least = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct pane *pane = &row->pane[shown[i]];
        int wide = pane->view->wide, got = pane->area.cols - pane->view->cols;
        int cost = got * 10 / pane->weight;

        if (wide && pane->area.cols >= wide)
            cost += 100000;
        if (i == 0 || cost < least) {
            best = i;
            least = cost;
        }
    }
    return shown[best];
}

static void place_row(struct panes *panes, unsigned r, struct area area)
{
    struct pane_row *row = &panes->layout.row[r];
    unsigned shown[LAYOUT_PANES] = {0};
    unsigned count = choose_shown(panes, r, area.cols, shown);
    int spare = area.cols + GAP, col = area.col;

    for (unsigned i = 0; i < count; i++) {
        struct pane *pane = &row->pane[shown[i]];

        pane->area.cols = pane->view->cols < area.cols ? pane->view->cols : area.cols;
        spare -= pane->area.cols + GAP;
    }
    for (; spare > 0; spare--)
        row->pane[next_to_grow(row, shown, count)].area.cols++;
    for (unsigned i = 0; i < count; i++) {
        struct area *at = &row->pane[shown[i]].area;

        *at = (struct area){area.row, col, area.rows, at->cols};
        col += at->cols + GAP;
    }
}

static void place(struct panes *panes, struct area area, int screen_rows)
{
    struct heights heights;
    int row = area.row;

    for (unsigned r = 0; r < LAYOUT_ROWS; r++)
        for (unsigned p = 0; p < LAYOUT_PANES; p++)
            panes->layout.row[r].pane[p].area = (struct area){0, 0, 0, 0};
    if (panes->filled) {
        panes_chosen(panes)->area = area;
        return;
    }
    place_rows(panes, area.rows, screen_rows, &heights);
    for (unsigned r = 0; r < panes->layout.rows; r++) {
        if (heights.rows[r] >= LEAST_ROWS)
            place_row(panes, r,
                      (struct area){row, area.col, heights.rows[r], area.cols});
        row += heights.rows[r];
    }
}

/* --- drawing --------------------------------------------------------------------------- */

static bool is_drawn(const struct pane *pane)
{
    return pane->area.rows >= LEAST_ROWS && pane->area.cols >= LEAST_COLS;
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
            last = is_drawn(&row->pane[p]) ? &row->pane[p] : last;
        width += is_drawn(&row->pane[p]) ? 0 : text_width(row->pane[p].view->name) + 1;
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

        if (is_drawn(&row->pane[p]))
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

    if (!is_drawn(panes_chosen(panes)))
        return;
    do
        cell = canvas_at(canvas, area->row, area->col + title.cols++);
    while (cell && cell->role != ROLE_RULE && title.cols < area->cols);
    title.cols -= 2;
    paint(canvas, title, ROLE_CURSOR);
    canvas->cursor_row = area->row;
    canvas->cursor_col = area->col;
}

/* What can be pointed at until it is drawn again. */
static void keep_things(struct panes *panes, const struct canvas *canvas)
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

    place(panes, area, screen_rows);
    for (unsigned r = 0; r < panes->layout.rows; r++) {
        for (unsigned p = 0; p < panes->layout.row[r].panes; p++)
            if (is_drawn(&panes->layout.row[r].pane[p]))
                draw_pane(&panes->layout.row[r].pane[p], watch, canvas);
        if (!panes->filled)
            draw_tabs(panes, r, canvas);
    }
    if (panes->chosen)
        mark_chosen(panes, canvas);
    keep_things(panes, canvas);
    thing = panes_thing(panes);
    if (thing) {
        paint(canvas, thing->at, ROLE_CURSOR);
        canvas->cursor_row = thing->at.row;
        canvas->cursor_col = thing->at.col;
    }
}

/* --- the cursor ------------------------------------------------------------------------ */

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

            if (!is_drawn(pane) || !is_in(&cell, &pane->area))
                continue;
            choose(panes, pane);
            thing = panes_thing_at(panes, row, col);
            forget_cursor(panes);
            if (thing && thing->kind != THING_TIME)
                set_cursor(panes, &pane->area, thing);
            return true;
        }
    return false;
}

void panes_scroll(struct pane *pane, int rows)
{
    struct view_state *state = &pane->state;

    state->top += rows;
    if (pane->view->newest_last)
        return;
    if (state->all && state->top > state->all - state->shown)
        state->top = state->all - state->shown;
    if (state->top < 0)
        state->top = 0;
}
