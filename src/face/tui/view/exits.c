/* All VM exits so far: how many of which kind, what they cost, and where it went. */
#include "face/tui/view/exit_leaves.h"
#include "face/tui/view/exit_parts.h"
#include "face/tui/view/view.h"
#include "observe/exits/exit_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GUEST = 3,
    CAUSE = 30,
    BRIEF_CAUSE = 14,
    ABOUT = 18,
    NARROW = 20, /* cause and what it is about */
    COUNT_COLS = 8,
    CYCLES = 14,
    MEAN = 9,
    PERCENT = 6,
    SHARE = 10,
    BAR_LEAST = 8,
    SAYS_BASE = 56 /* columns from which on the rule says what 100 % are */
};

/* Where each column begins, by the width; 0: there is no room for it. */
struct columns {
    int guest, cause, cause_cols, about, about_cols, count, cycles, mean, percent,
        share, bar, bar_cols;
};

static int take(int *col, int cols)
{
    int at = *col;

    *col += cols;
    return at;
}

/* `apart`: rows are instructions, whose names are long. */
static struct columns columns_of(struct area area, bool apart)
{
    bool middle = area.cols >= 60, wide = area.cols >= 88, wider = area.cols >= 116;
    int col = area.col, end = area.col + area.cols;
    struct columns at = {.guest = take(&col, GUEST)};

    at.cause_cols = wider ? CAUSE : middle ? BRIEF_CAUSE : NARROW;
    if (apart)
        at.cause_cols = wide ? CAUSE + BRIEF_CAUSE : middle ? CAUSE : NARROW;
    at.cause = take(&col, at.cause_cols + 1);
    if (!apart && middle) {
        at.about_cols = ABOUT;
        at.about = take(&col, at.about_cols + 1);
    }
    at.count = take(&col, COUNT_COLS);
    if (wide && !apart)
        at.cycles = take(&col, CYCLES);
    if (wider)
        at.mean = take(&col, MEAN);
    at.percent = take(&col, PERCENT);
    if (wide && end - col >= SHARE + BAR_LEAST + 2)
        at.share = take(&col, SHARE + 1);
    at.bar = col + 1;
    at.bar_cols = end - at.bar;
    return at;
}

static void draw_title(struct canvas *canvas, int row, int col, int cols,
                       const char *title)
{
    if (col)
        canvas_printf(canvas, row, col, cols, ROLE_QUIET, "%*s", cols, title);
}

static void draw_titles(struct canvas *canvas, int row, const struct columns *at,
                        bool apart)
{
    canvas_text(canvas, row, at->cause, at->cause_cols, ROLE_QUIET,
                apart ? "instruction" : "cause");
    if (at->about)
        canvas_text(canvas, row, at->about, at->about_cols, ROLE_QUIET, "about");
    draw_title(canvas, row, at->count, COUNT_COLS - 1, "exits");
    draw_title(canvas, row, at->cycles, CYCLES - 1, "cycles");
    draw_title(canvas, row, at->mean, MEAN - 1, "mean");
    if (at->share)
        canvas_text(canvas, row, at->percent, PERCENT + SHARE, ROLE_QUIET,
                    "     % of all");
    else
        draw_title(canvas, row, at->percent, PERCENT - 1, "%");
    if (at->bar_cols >= BAR_LEAST)
        canvas_text(canvas, row, at->bar, at->bar_cols, ROLE_QUIET,
                    at->bar_cols >= 9 ? "its parts" : "parts");
}

static void draw_numbers(struct canvas *canvas, int row, const struct columns *at,
                         enum role role, uint64_t count, const struct exit_cost *cost,
                         uint64_t all)
{
    char percent[BAR_PERCENT];

    bar_number(canvas, row, at->count, COUNT_COLS - 1, role, count);
    if (at->cycles)
        bar_number(canvas, row, at->cycles, CYCLES - 1, role, cost->cycles);
    if (at->mean && count)
        bar_number(canvas, row, at->mean, MEAN - 1, role,
                   (cost->cycles + count / 2) / count);
    canvas_printf(canvas, row, at->percent, PERCENT - 1, role, "%5s",
                  bar_percent(percent, cost->cycles, all));
    if (at->share)
        bar_one(canvas, row, at->share, SHARE, ROLE_HART, cost->cycles, all);
    if (at->bar_cols >= BAR_LEAST)
        exit_parts_bar(canvas, row, at->bar, at->bar_cols, cost, cost->cycles);
}

/* An instruction, or a device that the exits were about; else the guest. */
static void name_row(struct canvas *canvas, int row, struct area area,
                     const struct watch *watch, const struct exit_leaf *leaf)
{
    if (leaf->what[0] && leaf->epc)
        canvas_thing(canvas, row, area.col, area.cols, THING_CODE, "0x%" PRIx64,
                     leaf->epc);
    else if (board_device(watch->board, leaf->about))
        canvas_thing(canvas, row, area.col, area.cols, THING_PART, "%s", leaf->about);
    else
        canvas_thing(canvas, row, area.col, area.cols, THING_PART, "guest %u",
                     leaf->vmid);
}

static void draw_leaf(const struct watch *watch, struct canvas *canvas,
                      struct area area, int row, const struct columns *at,
                      const struct exit_leaf *leaf, uint64_t all)
{
    bool brief = at->cause_cols < CAUSE;
    struct buf cause = {0};

    (brief ? exit_put_short_cause : exit_put_cause)(&cause, leaf->cause);
    if (!at->about && exit_leaf_tells_more(leaf))
        buf_printf(&cause, ", %s", leaf->about);
    name_row(canvas, row, area, watch, leaf);
    canvas_printf(canvas, row, at->guest, GUEST, role_of_guest(leaf->vmid), "%u",
                  leaf->vmid);
    canvas_text(canvas, row, at->cause, at->cause_cols, ROLE_TEXT,
                leaf->what[0] ? leaf->what : buf_str(&cause));
    if (at->about && exit_leaf_tells_more(leaf))
        canvas_text(canvas, row, at->about, at->about_cols, ROLE_TEXT, leaf->about);
    draw_numbers(canvas, row, at, ROLE_TEXT, leaf->count, &leaf->cost, all);
    buf_free(&cause);
}

/* --- all ------------------------------------------------------------------------------ */

static void draw_rule(const struct exits *exits, const struct exit_leaves *leaves,
                      const char *only, struct canvas *canvas, struct area area,
                      int below)
{
    char title[64] = "exits";
    struct buf note = {0};

    if (only[0])
        snprintf(title, sizeof(title), "exits: %.48s", only);
    if (below > 0)
        buf_printf(&note, "+%d below  ", below);
    if (area.cols >= SAYS_BASE) {
        buf_text(&note, "100 % = ");
        put_count(&note, leaves->cost.cycles);
        buf_text(&note, " cycles");
    }
    if (area.cols >= SAYS_BASE && exits->begun > exits->ended)
        buf_printf(&note, ", and %" PRIu64 " not over", exits->begun - exits->ended);
    canvas_rule(canvas, area.row, area.col, area.cols, title, buf_str(&note));
    buf_free(&note);
}

/* Rows from the first that is shown on; the sum and the key to the signs last. */
static void draw_rows(const struct watch *watch, const struct exit_leaves *leaves,
                      const char *only, struct canvas *canvas, struct area area,
                      unsigned first, int rows)
{
    struct area inside = {area.row, area.col + 2, area.rows, area.cols - 2};
    struct columns at = columns_of(inside, only[0] != '\0');
    int row = area.row + 1, end = area.row + area.rows;

    if (area.rows > 3)
        draw_titles(canvas, row++, &at, only[0] != '\0');
    for (unsigned i = first; i < leaves->count && rows-- > 0; i++)
        draw_leaf(watch, canvas, inside, row++, &at, &leaves->leaf[i],
                  leaves->cost.cycles);
    if (area.rows > 4 && row < end) {
        canvas_text(canvas, row, at.cause, at.cause_cols, ROLE_QUIET, "all");
        draw_numbers(canvas, row++, &at, ROLE_QUIET, leaves->exits, &leaves->cost,
                     leaves->cost.cycles);
    }
    if (area.rows > 5 && row < end)
        exit_parts_key(canvas, row, at.cause, inside.cols - GUEST, &leaves->cost);
}

static const char *absent(const struct watch *watch)
{
    return watch_has_guests(watch) ? NULL : "no guest has been entered so far";
}

static void draw_leaves(const struct watch *watch, const struct exits *exits,
                        struct view_state *state, struct canvas *canvas,
                        struct area area)
{
    struct exit_leaves *leaves =
        exit_leaves_new(exits, &watch->session->narrator, state->about);
    int rows = area.rows - 1 - (area.rows > 3) - (area.rows > 4) - (area.rows > 5);
    int first = state->top, hidden = (int)leaves->count - rows;

    if (first > hidden)
        first = hidden > 0 ? hidden : 0;
    state->all = (int)leaves->count;
    state->shown = rows;
    draw_rule(exits, leaves, state->about, canvas, area, hidden - first);
    if (leaves->count)
        draw_rows(watch, leaves, state->about, canvas, area, (unsigned)first, rows);
    else
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                    state->about[0] ? "no exit of that kind is over"
                                    : "no exit is over");
    free(leaves);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct exits *exits;

    if (absent(watch)) {
        view_draw_absent(&exits_view, canvas, area, absent(watch));
        return;
    }
    exits = watch_exits(watch);
    draw_leaves(watch, exits, state, canvas, area);
    exits_free(exits);
}

const struct view exits_view = {
    .name = "exits",
    .help = "all VM exits by guest, cause and device, with what they cost",
    .class = VIEW_DEVICES,
    .cols = 38,
    .rows = 3,
    .wish = 12,
    .tells = "exits",
    .about = "[guest N|CAUSE|DEVICE]",
    .absent = absent,
    .draw = draw,
};
