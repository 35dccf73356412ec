/*
 * Where the cycles of all VM exits went, level by level: each level is as wide as the one
 * above it, and what stands below something is a part of it.
 */
#include "face/tui/view/exit_leaves.h"
#include "face/tui/view/exit_parts.h"
#include "face/tui/view/view.h"
#include "observe/exits/exit_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tells the stretches of a level apart. */
enum level { BY_ALL, BY_GUEST, BY_CAUSE, BY_ABOUT, BY_PART, LEVELS };

static const char *const level_names[LEVELS] = {"all", "guest", "cause", "about",
                                                "part"};

enum { LABEL = 7, WITH_LABEL = 60 };

/* The flame in its columns. */
struct flame {
    const struct watch *watch;
    const struct exit_leaves *leaves;
    struct canvas *canvas;
    int col, cols;
};

/* --- one stretch ----------------------------------------------------------------------- */

static int column_of(const struct flame *flame, uint64_t sum)
{
    return flame->col + bar_end(sum, flame->leaves->cost.cycles, flame->cols);
}

static void put_name(struct buf *out, const struct exit_leaf *leaf, enum level level)
{
    switch (level) {
    case BY_ALL:
        buf_text(out, "all exits");
        break;
    case BY_GUEST:
        buf_printf(out, "guest %u", leaf->vmid);
        break;
    case BY_CAUSE:
        exit_put_short_cause(out, leaf->cause);
        break;
    case BY_ABOUT:
        buf_text(out, exit_leaf_tells_more(leaf) ? leaf->about : "");
        break;
    case BY_PART:
    case LEVELS:
        break;
    }
}

static enum role role_of(const struct exit_leaf *leaf, enum level level)
{
    return level == BY_ALL     ? ROLE_HEAD
           : level == BY_GUEST ? role_of_guest(leaf->vmid)
                               : ROLE_TEXT;
}

/* A bar at its left end, the name, and the share where both have room. */
static void draw_stretch(const struct flame *flame, int row, int from, int until,
                         const struct exit_leaf *leaf, enum level level,
                         uint64_t cycles)
{
    char percent[BAR_PERCENT];
    struct buf text = {0};
    int room = until - from - 1;

    if (until <= from)
        return;
    canvas_put(flame->canvas, row, from, ROLE_RULE, L'│');
    put_name(&text, leaf, level);
    bar_percent(percent, cycles, flame->leaves->cost.cycles);
    if (text.size && room >= text_width(buf_str(&text)) + 1 + text_width(percent))
        buf_printf(&text, " %s", percent);
    if (room >= 3)
        canvas_text(flame->canvas, row, from + 1, room, role_of(leaf, level),
                    buf_str(&text));
    if (level == BY_GUEST)
        canvas_thing(flame->canvas, row, from, until - from, THING_PART, "guest %u",
                     leaf->vmid);
    if (level == BY_ABOUT && board_device(flame->watch->board, leaf->about))
        canvas_thing(flame->canvas, row, from, until - from, THING_PART, "%s",
                     leaf->about);
    buf_free(&text);
}

/* --- levels ---------------------------------------------------------------------------- */

/* Are they one stretch on that level? */
static bool is_same(const struct exit_leaf *a, const struct exit_leaf *b,
                    enum level level)
{
    return level == BY_ALL ||
           (a->vmid == b->vmid && (level < BY_CAUSE || a->cause == b->cause) &&
            (level < BY_ABOUT || strcmp(a->about, b->about) == 0));
}

static void draw_level(const struct flame *flame, int row, enum level level)
{
    const struct exit_leaves *leaves = flame->leaves;
    uint64_t sum = 0, begins = 0;

    for (unsigned i = 0; i < leaves->count; i++) {
        const struct exit_leaf *leaf = &leaves->leaf[i];

        sum += leaf->cost.cycles;
        if (i + 1 < leaves->count && is_same(leaf, leaf + 1, level))
            continue;
        draw_stretch(flame, row, column_of(flame, begins), column_of(flame, sum), leaf,
                     level, sum - begins);
        begins = sum;
    }
}

/* Of each stretch above, its parts by their signs. */
static void draw_parts(const struct flame *flame, int row)
{
    const struct exit_leaves *leaves = flame->leaves;
    uint64_t sum = 0;

    for (unsigned i = 0; i < leaves->count; i++) {
        const struct exit_cost *cost = &leaves->leaf[i].cost;
        int from = column_of(flame, sum);

        sum += cost->cycles;
        exit_parts_bar(flame->canvas, row, from, column_of(flame, sum) - from, cost,
                       cost->cycles);
    }
}

/* --- all ------------------------------------------------------------------------------- */

/* Where there are few rows, the first levels go. */
static void draw_levels(const struct flame *flame, struct area area)
{
    int row = area.row, end = area.row + area.rows;
    int first = area.rows >= LEVELS ? BY_ALL : LEVELS - area.rows;

    for (int level = first; level < LEVELS; level++, row++) {
        if (flame->col > area.col)
            canvas_text(flame->canvas, row, area.col, LABEL - 1, ROLE_QUIET,
                        level_names[level]);
        if (level == BY_PART)
            draw_parts(flame, row);
        else
            draw_level(flame, row, (enum level)level);
    }
    if (row < end)
        exit_parts_key(flame->canvas, row, flame->col, flame->cols,
                       &flame->leaves->cost);
}

static const char *absent(const struct watch *watch)
{
    return watch_has_guests(watch) ? NULL : "no guest has been entered so far";
}

static void draw_flame(const struct watch *watch, const struct exit_leaves *leaves,
                       struct canvas *canvas, struct area area)
{
    struct area inside = {area.row + 1, area.col + 2, area.rows - 1, area.cols - 2};
    int label = area.cols >= WITH_LABEL ? LABEL : 0;
    struct flame flame = {watch, leaves, canvas, inside.col + label,
                          inside.cols - label};
    char count[TEXT_NUMBER], note[64];

    snprintf(note, sizeof(note), "full width = %s cycles",
             text_count(count, leaves->cost.cycles));
    canvas_rule(canvas, area.row, area.col, area.cols, "flame", note);
    if (leaves->cost.cycles)
        draw_levels(&flame, inside);
    else
        canvas_text(canvas, inside.row, inside.col, inside.cols, ROLE_QUIET,
                    "no exit is over");
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct exit_leaves *leaves;
    struct exits *exits;

    (void)state;
    if (absent(watch)) {
        view_draw_absent(&flame_view, canvas, area, absent(watch));
        return;
    }
    exits = watch_exits(watch);
    leaves = exit_leaves_new(exits, &watch->session->narrator, "");
    draw_flame(watch, leaves, canvas, area);
    free(leaves);
    exits_free(exits);
}

const struct view flame_view = {
    .name = "flame",
    .help = "where the cycles of all VM exits went, level by level",
    .class = VIEW_DEVICES,
    .cols = 38,
    .rows = 4,
    .wish = 7,
    .tells = "exits --by device",
    .absent = absent,
    .draw = draw,
};
