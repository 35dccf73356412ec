/*
 * All variants of the scenario side by side, once `compare` has run them: a table of what
 * they cost, or bars for some of it. The variant that is watched is marked.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "face/tui/view/bars.h"
#include "face/tui/view/view.h"
#include "teach/compare/columns.h"
#include "teach/compare/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TITLE = 18,
    GAP = 2,
    BAR_MOST = 60, /* columns of the longest bar */
    BESIDE = 44,   /* columns that bars need to stand beside the table */
    BELOW = 4      /* ... rows, to stand below it */
};

/* What is drawn. */
struct bench {
    const struct compare *compare;
    const struct quantities *quantities;
    struct canvas *canvas;
    unsigned here; /* the variant that is watched */
};

/* --- values ---------------------------------------------------------------------------- */

static const struct result *result_of(const struct bench *bench, unsigned variant)
{
    return &bench->compare->point[0].result[variant];
}

static void put_value(struct buf *out, const struct bench *bench, unsigned variant,
                      const struct quantity *quantity)
{
    uint64_t value;

    if (quantity_value(result_of(bench, variant), quantity, &value))
        account_put(out, value, quantity->decimals, true);
    else
        buf_char(out, '-');
}

static enum role role_of(const struct bench *bench, unsigned variant)
{
    return bench->compare->choice[variant] == bench->here ? ROLE_HEAD : ROLE_TEXT;
}

/* Columns of a variant in the table: its name, or its longest value. */
static int width_of(const struct bench *bench, unsigned variant)
{
    int width = text_width(compare_variant(bench->compare, variant)->name);

    for (unsigned i = 0; i < bench->quantities->count; i++) {
        struct buf text = {0};

        if (!quantity_is_shown(bench->quantities, &bench->quantities->quantity[i]))
            continue;
        put_value(&text, bench, variant, &bench->quantities->quantity[i]);
        if ((int)text.size > width)
            width = (int)text.size;
        buf_free(&text);
    }
    return width;
}

static int table_width(const struct bench *bench)
{
    int width = TITLE;

    for (unsigned v = 0; v < bench->compare->chosen; v++)
        width += GAP + width_of(bench, v);
    return width;
}

/* --- bars ------------------------------------------------------------------------------ */

static int names_width(const struct bench *bench)
{
    int width = 0;

    for (unsigned v = 0; v < bench->compare->chosen; v++)
        if (text_width(compare_variant(bench->compare, v)->name) > width)
            width = text_width(compare_variant(bench->compare, v)->name);
    return width;
}

static uint64_t largest(const struct bench *bench, const struct quantity *quantity,
                        int *width)
{
    uint64_t most = 0, value;

    *width = 0;
    for (unsigned v = 0; v < bench->compare->chosen; v++) {
        struct buf text = {0};

        if (quantity_value(result_of(bench, v), quantity, &value) && value > most)
            most = value;
        put_value(&text, bench, v, quantity);
        if ((int)text.size > *width)
            *width = (int)text.size;
        buf_free(&text);
    }
    return most;
}

static void mark_here(const struct bench *bench, int row, int col, unsigned variant)
{
    if (bench->compare->choice[variant] == bench->here)
        canvas_put(bench->canvas, row, col, ROLE_HEAD, L'▸');
}

/* An operation's cycles are made up of three. */
static void draw_shares(const struct bench *bench, int row, int col, int room,
                        const struct result *result, uint64_t most)
{
    const uint64_t *value = result->account.value;
    const struct bar_part parts[] = {
        {value[ACCOUNT_GUEST_CYCLES], '1', ROLE_GUEST_ODD},
        {value[ACCOUNT_HYPERVISOR_CYCLES], 'h', ROLE_HART},
        {value[ACCOUNT_IDLE_CYCLES], L'·', ROLE_QUIET},
    };

    bar_parts(bench->canvas, row, col, room, parts, COUNT(parts), most);
}

static bool has_shares(const struct quantity *quantity)
{
    return quantity->kind == QUANTITY_ACCOUNT && quantity->index == ACCOUNT_CYCLES;
}

static void draw_bar(const struct bench *bench, struct area area, int row,
                     unsigned variant, const struct quantity *quantity)
{
    const struct result *result = result_of(bench, variant);
    enum role role = role_of(bench, variant);
    int values, names = names_width(bench), col = area.col + 2, room;
    uint64_t most = largest(bench, quantity, &values), value = 0;
    struct buf text = {0};

    if (names + values + 14 > area.cols)
        names = area.cols > values + 18 ? area.cols - values - 14 : 4;
    mark_here(bench, row, area.col, variant);
    canvas_text(bench->canvas, row, col, names, role,
                compare_variant(bench->compare, variant)->name);
    put_value(&text, bench, variant, quantity);
    col += names + GAP;
    canvas_printf(bench->canvas, row, col, values, role, "%*s", values, buf_str(&text));
    col += values + GAP;
    room = area.col + area.cols - col;
    room = room > BAR_MOST ? BAR_MOST : room;
    if (quantity_value(result, quantity, &value) && has_shares(quantity))
        draw_shares(bench, row, col, room, result, most);
    else
        bar_one(bench->canvas, row, col, room, ROLE_HART, value, most);
    buf_free(&text);
}

/* A quantity with a row for each variant; gives the rows used. */
static int draw_bars(const struct bench *bench, struct area area,
                     const struct quantity *quantity)
{
    int end = area.row + area.rows, row = area.row + 1;

    if (area.rows < 2)
        return area.rows;
    canvas_printf(bench->canvas, area.row, area.col, area.cols, ROLE_HEAD, "%s: %s",
                  quantity->name,
                  has_shares(quantity) ? "1 in guests, h hypervisor, · idle"
                                       : quantity->help);
    for (unsigned v = 0; v < bench->compare->chosen && row < end; v++, row++)
        draw_bar(bench, area, row, v, quantity);
    for (int at = area.row; at < row; at++)
        canvas_thing(bench->canvas, at, area.col, area.cols, THING_METRIC, "metric %s",
                     quantity->name);
    return row - area.row;
}

/* The quantities that `about` names; without it those that say most. */
static unsigned choose(const struct bench *bench, const char *about,
                       const struct quantity *chosen[QUANTITIES])
{
    static const char *const usual[] = {
        "ops_per_second", "cycles_per_op", "exits_per_op",   "cycles_per_exit",
        "useful_share",   "cycles",        "bus_wait_cycles"};
    unsigned count = 0;

    for (unsigned i = 0; i < bench->quantities->count; i++) {
        const struct quantity *quantity = &bench->quantities->quantity[i];
        const char *found = strstr(about, quantity->name);
        size_t length = strlen(quantity->name);

        if (found && (found == about || found[-1] == ' ') &&
            (found[length] == ' ' || found[length] == '\0'))
            chosen[count++] = quantity;
    }
    for (unsigned i = 0; !about[0] && i < COUNT(usual); i++) {
        const struct quantity *quantity = quantities_find(bench->quantities, usual[i]);

        if (quantity && quantity_is_shown(bench->quantities, quantity))
            chosen[count++] = quantity;
    }
    return count;
}

/* One below the other, as many as there is room for. */
static void draw_charts(const struct bench *bench, struct area area, const char *about)
{
    const struct quantity *chosen[QUANTITIES];
    unsigned count = choose(bench, about, chosen);

    if (!count)
        canvas_text(bench->canvas, area.row, area.col, area.cols, ROLE_QUIET,
                    "no variant has a number of that name");
    for (unsigned i = 0; i < count && area.rows >= 2; i++) {
        int used = draw_bars(bench, area, chosen[i]);

        if (i + 1 < count && area.rows > used + 2)
            used++;
        area.row += used;
        area.rows -= used;
    }
}

/* --- the table -------------------------------------------------------------------------- */

static void draw_heads(const struct bench *bench, struct area area)
{
    int col = area.col + TITLE;

    for (unsigned v = 0; v < bench->compare->chosen; v++) {
        int width = width_of(bench, v);

        mark_here(bench, area.row,
                  col + GAP + width - 1 -
                      text_width(compare_variant(bench->compare, v)->name),
                  v);
        canvas_printf(bench->canvas, area.row, col + GAP, width, role_of(bench, v),
                      "%*s", width, compare_variant(bench->compare, v)->name);
        col += GAP + width;
    }
}

static void draw_row(const struct bench *bench, struct area area, int row,
                     const struct quantity *quantity)
{
    int col = area.col + TITLE;

    canvas_thing(bench->canvas, row, area.col, area.cols, THING_METRIC, "metric %s",
                 quantity->name);
    canvas_text(bench->canvas, row, area.col, TITLE, ROLE_QUIET, quantity->title);
    for (unsigned v = 0; v < bench->compare->chosen; v++) {
        int width = width_of(bench, v);
        struct buf text = {0};

        put_value(&text, bench, v, quantity);
        canvas_printf(bench->canvas, row, col + GAP, width, role_of(bench, v), "%*s",
                      width, buf_str(&text));
        col += GAP + width;
        buf_free(&text);
    }
}

static void draw_table(const struct bench *bench, struct area area,
                       struct view_state *state)
{
    int rows = area.rows - 1, all = 0, at = 0, first = state->top;

    for (unsigned i = 0; i < bench->quantities->count; i++)
        all += quantity_is_shown(bench->quantities, &bench->quantities->quantity[i]);
    if (first > all - rows)
        first = all > rows ? all - rows : 0;
    state->all = all;
    state->shown = rows;
    draw_heads(bench, area);
    for (unsigned i = 0; i < bench->quantities->count; i++) {
        const struct quantity *quantity = &bench->quantities->quantity[i];

        if (!quantity_is_shown(bench->quantities, quantity) || at++ < first)
            continue;
        if (at - first > rows)
            return;
        draw_row(bench, area, area.row + at - first, quantity);
    }
}

/* --- all -------------------------------------------------------------------------------- */

static void draw_measured(const struct bench *bench, struct view_state *state,
                          struct area area)
{
    int width = table_width(bench);
    struct area rest = area;

    if (state->about[0] || width > area.cols || area.rows < 4) {
        draw_charts(bench, area, state->about);
        return;
    }
    draw_table(bench, area, state);
    if (area.cols - width - 2 * GAP >= BESIDE) {
        rest.col += width + 2 * GAP;
        rest.cols -= width + 2 * GAP;
    } else {
        rest.row += state->all + 2;
        rest.rows -= state->all + 2;
    }
    if (rest.rows >= BELOW)
        draw_charts(bench, rest, state->about);
}

/* Before: which there are. */
static void draw_offer(const struct scenario *scenario, unsigned here,
                       struct canvas *canvas, struct area area)
{
    int row = area.row, end = area.row + area.rows;

    canvas_printf(canvas, row++, area.col, area.cols, ROLE_HEAD,
                  ":compare runs all %u variants, each on its own machine",
                  scenario->variants);
    for (unsigned v = 0; v < scenario->variants && row < end; v++, row++) {
        enum role role = v == here ? ROLE_HEAD : ROLE_TEXT;

        if (v == here)
            canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
        canvas_text(canvas, row, area.col + 2, 18, role, scenario->variant[v].name);
        canvas_text(canvas, row, area.col + 22, area.cols - 22, ROLE_QUIET,
                    scenario->variant[v].title);
    }
}

static const char *absent(const struct watch *watch)
{
    return watch->session->subject.scenario ? NULL : "a program has no variants";
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct area inside = {area.row + 1, area.col + 2, area.rows - 1, area.cols - 2};
    const struct compare *compare = compare_kept(watch->session);
    const struct subject *subject = &watch->session->subject;
    struct bench bench = {compare, NULL, canvas, subject->trial.variant};
    struct quantities *quantities;

    if (absent(watch)) {
        view_draw_absent(&compare_view, canvas, area, absent(watch));
        return;
    }
    canvas_rule(canvas, area.row, area.col, area.cols, "compare",
                compare ? "▸ is watched; whole runs, not up to now" : "");
    if (!compare) {
        draw_offer(subject->scenario, bench.here, canvas, inside);
        return;
    }
    quantities = alloc_zero(1, sizeof(*quantities));
    quantities_of(quantities, compare);
    bench.quantities = quantities;
    draw_measured(&bench, state, inside);
    free(quantities);
}

const struct view compare_view = {
    .name = "compare",
    .help = "all variants of the scenario: what they cost",
    .class = VIEW_COUNTERS,
    .cols = 38,
    .rows = 3,
    .wish = 0,
    .tells = "compare",
    .about = "[METRIC..]",
    .absent = absent,
    .draw = draw,
};
