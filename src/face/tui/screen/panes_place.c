/* Where each pane stands. */
#include "face/tui/screen/panes_parts.h"

#include <string.h>

enum { GAP = 2, LOW = 30, MIDDLE = 46 };

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

void panes_place(struct panes *panes, struct area area, int screen_rows)
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
        if (heights.rows[r] >= PANE_LEAST_ROWS)
            place_row(panes, r,
                      (struct area){row, area.col, heights.rows[r], area.cols});
        row += heights.rows[r];
    }
}
