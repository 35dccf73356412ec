/*
 * A comparison for people: variants side by side, bars below, then what the scenario
 * tells, and what the checks say. Of a sweep, one table a quantity with its values side by
 * side. What does not fit the width goes on below.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "base/clean.h"
#include "teach/compare/columns.h"
#include "teach/compare/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_WIDTH = 80, GAP = 2, BAR_LEAST = 10 };

/* --- cells ---------------------------------------------------------------------------- */

/* A table of texts: the first row and the first column are headings. */
struct grid {
    unsigned rows, columns;
    char **cell;
};

static struct grid grid_new(unsigned rows, unsigned columns)
{
    return (struct grid){rows, columns, alloc_zero(rows * columns, sizeof(char *))};
}

static void grid_set(struct grid *grid, unsigned row, unsigned column, const char *text)
{
    grid->cell[row * grid->columns + column] = alloc_string(text);
}

static const char *grid_get(const struct grid *grid, unsigned row, unsigned column)
{
    const char *text = grid->cell[row * grid->columns + column];

    return text ? text : "";
}

static void grid_free(struct grid *grid)
{
    for (unsigned i = 0; i < grid->rows * grid->columns; i++)
        free(grid->cell[i]);
    free(grid->cell);
}

static unsigned column_width(const struct grid *grid, unsigned column)
{
    size_t width = 0;

    for (unsigned row = 0; row < grid->rows; row++)
        if (strlen(grid_get(grid, row, column)) > width)
            width = strlen(grid_get(grid, row, column));
    return (unsigned)width;
}

/* Columns from `first` on that fit beside the headings: one at least. */
static unsigned fitting(const struct grid *grid, unsigned first, unsigned width)
{
    unsigned used = column_width(grid, 0), count = 0;

    while (first + count < grid->columns) {
        used += GAP + column_width(grid, first + count);
        if (width && used > width && count)
            break;
        count++;
    }
    return count;
}

static void put_grid(struct buf *out, const struct grid *grid, unsigned width)
{
    unsigned first = 1, count;

    do {
        count = fitting(grid, first, width);
        if (first > 1)
            buf_char(out, '\n');
        for (unsigned row = 0; row < grid->rows; row++) {
            buf_printf(out, "%-*s", (int)column_width(grid, 0), grid_get(grid, row, 0));
            for (unsigned c = first; c < first + count; c++)
                buf_printf(out, "%*s%*s", GAP, "", (int)column_width(grid, c),
                           grid_get(grid, row, c));
            buf_char(out, '\n');
        }
        first += count;
    } while (count && first < grid->columns);
}

/* A value with commas, or "-" where there is none. */
static void put_cell(struct buf *out, const struct result *result,
                     const struct quantity *quantity)
{
    uint64_t value;

    if (quantity_value(result, quantity, &value))
        account_put(out, value, quantity->decimals, true);
    else
        buf_char(out, '-');
}

static void set_value(struct grid *grid, unsigned row, unsigned column,
                      const struct result *result, const struct quantity *quantity)
{
    struct buf text = {0};

    put_cell(&text, result, quantity);
    grid_set(grid, row, column, buf_str(&text));
    buf_free(&text);
}

/* --- one point: variants side by side --------------------------------------------------- */

static void put_table(struct buf *out, const struct compare *compare,
                      const struct compare_point *point,
                      const struct quantities *quantities, unsigned width)
{
    struct grid grid;
    unsigned rows = 1;

    for (unsigned i = 0; i < quantities->count; i++)
        rows += quantity_is_shown(quantities, &quantities->quantity[i]);
    grid = grid_new(rows, compare->chosen + 1);
    for (unsigned v = 0; v < compare->chosen; v++)
        grid_set(&grid, 0, v + 1, compare_variant(compare, v)->name);
    rows = 1;
    for (unsigned i = 0; i < quantities->count; i++) {
        if (!quantity_is_shown(quantities, &quantities->quantity[i]))
            continue;
        grid_set(&grid, rows, 0, quantities->quantity[i].title);
        for (unsigned v = 0; v < compare->chosen; v++)
            set_value(&grid, rows, v + 1, &point->result[v], &quantities->quantity[i]);
        rows++;
    }
    put_grid(out, &grid, width);
    grid_free(&grid);
}

/* --- bars ----------------------------------------------------------------------------- */

static unsigned name_width(const struct compare *compare)
{
    size_t width = 0;

    for (unsigned v = 0; v < compare->chosen; v++)
        if (strlen(compare_variant(compare, v)->name) > width)
            width = strlen(compare_variant(compare, v)->name);
    return (unsigned)width;
}

/* Columns left for bars behind names and values. */
static unsigned bar_room(const struct compare *compare, unsigned cells,
                         const struct text_style *style)
{
    unsigned width = style->width ? style->width : USUAL_WIDTH;
    unsigned used = name_width(compare) + GAP + cells + GAP;

    return width > used + BAR_LEAST ? width - used : BAR_LEAST;
}

static uint64_t largest(const struct compare *compare,
                        const struct compare_point *point,
                        const struct quantity *quantity, unsigned *width)
{
    uint64_t most = 0, value;

    *width = 0;
    for (unsigned v = 0; v < compare->chosen; v++) {
        struct buf text = {0};

        if (quantity_value(&point->result[v], quantity, &value) && value > most)
            most = value;
        put_cell(&text, &point->result[v], quantity);
        if (text.size > *width)
            *width = (unsigned)text.size;
        buf_free(&text);
    }
    return most;
}

static void put_label(struct buf *out, const struct compare *compare, unsigned v,
                      const struct result *result, const struct quantity *quantity,
                      unsigned cells)
{
    struct buf text = {0};

    put_cell(&text, result, quantity);
    buf_printf(out, "%-*s%*s%*s%*s", (int)name_width(compare),
               compare_variant(compare, v)->name, GAP, "", (int)cells, buf_str(&text),
               GAP, "");
    buf_free(&text);
}

static void put_chart(struct buf *out, const struct compare *compare,
                      const struct compare_point *point,
                      const struct quantity *quantity, const struct text_style *style)
{
    unsigned cells;
    uint64_t most = largest(compare, point, quantity, &cells), value;
    unsigned room = bar_room(compare, cells, style);

    if (most == 0)
        return;
    buf_printf(out, "\n%s: %s\n", quantity->name, quantity->help);
    for (unsigned v = 0; v < compare->chosen; v++) {
        bool known = quantity_value(&point->result[v], quantity, &value);

        put_label(out, compare, v, &point->result[v], quantity, cells);
        if (style->colour)
            buf_text(out, "\033[36m");
        put_bar(out, known ? (double)value / (double)most : 0, room, style->utf8);
        buf_text(out, style->colour ? "\033[0m\n" : "\n");
    }
}

/* The three that make up an operation's cycles, each with its sign. */
static const struct {
    enum account_metric metric;
    const char *name, *block, *sign, *colour;
} shares[] = {
    {ACCOUNT_GUEST_CYCLES, "guest", "█", "#", "\033[32m"},
    {ACCOUNT_HYPERVISOR_CYCLES, "hypervisor", "▒", "=", "\033[31m"},
    {ACCOUNT_IDLE_CYCLES, "idle", "·", ".", "\033[90m"},
};

/* Columns of a bar of `room` that belong to the first `parts` of the three. */
static unsigned share_end(const struct account *account, unsigned parts, uint64_t most,
                          unsigned room)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < parts; i++)
        sum += account->value[shares[i].metric];
    return (unsigned)account_ratio(sum * room, most, 0);
}

static void put_shares(struct buf *out, const struct account *account, uint64_t most,
                       unsigned room, const struct text_style *style)
{
    for (unsigned i = 0; account->known && i < COUNT(shares); i++) {
        unsigned from = share_end(account, i, most, room);
        unsigned until = share_end(account, i + 1, most, room);

        if (style->colour)
            buf_text(out, shares[i].colour);
        for (; from < until; from++)
            buf_text(out, style->utf8 ? shares[i].block : shares[i].sign);
        if (style->colour)
            buf_text(out, "\033[0m");
    }
    buf_char(out, '\n');
}

static uint64_t longest_share(const struct compare *compare,
                              const struct compare_point *point)
{
    uint64_t most = 0;

    for (unsigned v = 0; v < compare->chosen; v++) {
        const struct account *account = &point->result[v].account;
        uint64_t sum = 0;

        for (unsigned i = 0; i < COUNT(shares); i++)
            sum += account->value[shares[i].metric];
        if (account->known && sum > most)
            most = sum;
    }
    return most;
}

static void put_where(struct buf *out, const struct compare *compare,
                      const struct compare_point *point,
                      const struct quantity *quantity, const struct text_style *style)
{
    uint64_t most = longest_share(compare, point);
    unsigned cells, room;

    if (most == 0)
        return;
    largest(compare, point, quantity, &cells);
    room = bar_room(compare, cells, style);
    buf_text(out, "\ncycles_per_op, and where they go:");
    for (unsigned i = 0; i < COUNT(shares); i++)
        buf_printf(out, " %s %s", style->utf8 ? shares[i].block : shares[i].sign,
                   shares[i].name);
    buf_char(out, '\n');
    for (unsigned v = 0; v < compare->chosen; v++) {
        put_label(out, compare, v, &point->result[v], quantity, cells);
        put_shares(out, &point->result[v].account, most, room, style);
    }
}

static void put_charts(struct buf *out, const struct compare *compare,
                       const struct compare_point *point,
                       const struct quantities *quantities,
                       const struct text_style *style)
{
    static const char *const with_operations[] = {"ops_per_second", "exits_per_op",
                                                  NULL};
    static const char *const without[] = {"useful_share", "cycles", "bus_wait_cycles",
                                          NULL};
    const struct quantity *cycles = quantities_find(quantities, "cycles_per_op");
    const char *const *name = cycles ? with_operations : without;

    for (; *name; name++) {
        const struct quantity *quantity = quantities_find(quantities, *name);

        if (quantity)
            put_chart(out, compare, point, quantity, style);
    }
    if (cycles)
        put_where(out, compare, point, cycles, style);
}

/* --- sweeps: a table a quantity --------------------------------------------------------- */

/* "depth/compute" above the columns, whose headings are "1/0". */
static void put_names(struct buf *out, const struct compare *compare, int point)
{
    for (unsigned i = 0; i < compare->sweeps.count; i++) {
        buf_text(out, i ? "/" : "");
        put_clean(out, point < 0 ? compare->sweeps.sweep[i].name
                                 : sweeps_value(&compare->sweeps, (unsigned)point, i));
    }
}

static struct grid sweep_grid(const struct compare *compare)
{
    struct grid grid = grid_new(compare->chosen + 1, compare->points + 1);
    struct buf text = {0};

    for (int p = -1; p < (int)compare->points; p++) {
        buf_clear(&text);
        put_names(&text, compare, p);
        grid_set(&grid, 0, (unsigned)(p + 1), buf_str(&text));
    }
    for (unsigned v = 0; v < compare->chosen; v++)
        grid_set(&grid, v + 1, 0, compare_variant(compare, v)->name);
    buf_free(&text);
    return grid;
}

static void put_matrix(struct buf *out, const struct compare *compare,
                       const struct quantity *quantity, unsigned width)
{
    struct grid grid = sweep_grid(compare);

    buf_printf(out, "\n%s: %s\n", quantity->name, quantity->help);
    for (unsigned v = 0; v < compare->chosen; v++)
        for (unsigned p = 0; p < compare->points; p++)
            set_value(&grid, v + 1, p + 1, &compare->point[p].result[v], quantity);
    put_grid(out, &grid, width);
    grid_free(&grid);
}

static void put_matrices(struct buf *out, const struct compare *compare,
                         const struct quantities *quantities, unsigned width)
{
    static const char *const names[] = {"ops_per_second",
                                        "latency_p50",
                                        "latency_p99",
                                        "exits_per_op",
                                        "cycles_per_op",
                                        "guest_cycles_per_op",
                                        "idle_cycles_per_op",
                                        "hypervisor_cycles_per_op",
                                        "injections_per_op",
                                        "useful_share",
                                        "cycles",
                                        "bus_wait_cycles"};

    for (unsigned i = 0; i < COUNT(names); i++) {
        const struct quantity *quantity = quantities_find(quantities, names[i]);

        if (quantity && quantity_is_shown(quantities, quantity))
            put_matrix(out, compare, quantity, width);
    }
}

/* --- the model ------------------------------------------------------------------------ */

static void set_prediction(struct grid *grid, unsigned row, unsigned column,
                           const struct prediction *prediction)
{
    struct buf text = {0};

    account_put(&text, prediction->ops_per_second,
                account_infos[ACCOUNT_OPS_PER_SECOND].decimals, true);
    buf_text(&text, prediction->error < 0 ? " (" : " (+");
    compare_put_error(&text, prediction->error);
    buf_text(&text, prediction->unpriced ? "%*)" : "%)");
    grid_set(grid, row, column, buf_str(&text));
    buf_free(&text);
}

/* " depth=1" */
static void put_setting(struct buf *out, const struct sweep *sweep)
{
    buf_printf(out, " %s=", sweep->name);
    put_clean(out, sweep->value[0]);
}

static void put_model(struct buf *out, const struct compare *compare, unsigned width)
{
    struct grid grid = sweep_grid(compare);
    bool unpriced = false;

    buf_text(out, "\nops_per_second that follow from the exits, priced at");
    for (unsigned i = 0; i < compare->base.count; i++)
        put_setting(out, &compare->base.sweep[i]);
    buf_text(out, "; in (), off by\n");
    for (unsigned v = 0; v < compare->chosen; v++)
        for (unsigned p = 0; p < compare->points; p++) {
            set_prediction(&grid, v + 1, p + 1, &compare->point[p].prediction[v]);
            unpriced |= compare->point[p].prediction[v].unpriced;
        }
    put_grid(out, &grid, width);
    grid_free(&grid);
    if (unpriced)
        buf_text(out,
                 "* some exits have a cause that the base has none of: at the mean "
                 "of all\n");
}

/* --- the rest ------------------------------------------------------------------------- */

/* A variant's answer to the question; NULL: it has none. */
static const char *answer_to(const struct variant *variant, const char *question)
{
    for (unsigned i = 0; i < variant->tolds; i++)
        if (strcmp(variant->told[i].question, question) == 0)
            return variant->told[i].answer;
    return NULL;
}

/* Did one of the first `count` variants answer it? */
static bool is_answered(const struct compare *compare, unsigned count,
                        const char *question)
{
    for (unsigned v = 0; v < count; v++)
        if (answer_to(compare_variant(compare, v), question))
            return true;
    return false;
}

static void put_answers(struct buf *out, const struct compare *compare,
                        const char *question)
{
    put_clean(out, question);
    buf_char(out, '\n');
    for (unsigned v = 0; v < compare->chosen; v++) {
        const char *answer = answer_to(compare_variant(compare, v), question);

        if (!answer)
            continue;
        buf_printf(out, "  %-*s%*s", (int)name_width(compare),
                   compare_variant(compare, v)->name, GAP, "");
        put_clean(out, answer);
        buf_char(out, '\n');
    }
}

/* Question by question: what is to be compared stands together. */
static void put_told(struct buf *out, const struct compare *compare)
{
    bool some = false;

    for (unsigned v = 0; v < compare->chosen; v++) {
        const struct variant *variant = compare_variant(compare, v);

        for (unsigned i = 0; i < variant->tolds; i++) {
            if (is_answered(compare, v, variant->told[i].question))
                continue;
            buf_text(out, some ? "" : "\ntold, not measured\n");
            put_answers(out, compare, variant->told[i].question);
            some = true;
        }
    }
}

static void put_checks(struct buf *out, const struct compare *compare,
                       const struct text_style *style)
{
    struct buf of = {0};

    buf_text(out, "\nchecks\n");
    for (unsigned p = 0; p < compare->points; p++) {
        for (unsigned v = 0; v <= compare->chosen; v++) {
            buf_clear(&of);
            buf_text(&of, v < compare->chosen ? compare_variant(compare, v)->name
                                              : "compared");
            if (compare->sweeps.count)
                buf_char(&of, ' ');
            compare_put_point(&of, compare, p);
            verdicts_put(out, buf_str(&of),
                         v < compare->chosen ? &compare->point[p].result[v].verdicts
                                             : &compare->point[p].comparisons,
                         style);
        }
    }
    verdicts_put(out, "model", &compare->model, style);
    buf_free(&of);
}

static void put_workload(struct buf *out, const struct compare *compare)
{
    const struct scenario *scenario = compare->scenario;
    struct buf text = {0};

    put_clean(out, scenario->title[0] ? scenario->title : scenario->name);
    buf_char(out, '\n');
    for (unsigned i = 0; i < scenario->parameters; i++)
        if (!compare_sweeps(compare, &scenario->parameter[i])) {
            buf_char(&text, ' ');
            parameter_put(&text, &scenario->parameter[i]);
        }
    if (text.size) {
        buf_text(out, "with");
        put_clean(out, buf_str(&text));
        buf_char(out, '\n');
    }
    buf_free(&text);
}

static void put_digest(struct buf *out, const struct compare *compare)
{
    buf_printf(out, "\ndigest of these numbers, as CSV: %016" PRIx64 "\n",
               compare_digest(compare));
}

/* What was run, so that others can tell whether they have run the same. */
static void put_files(struct buf *out, const struct compare *compare)
{
    buf_text(out, "\nfiles (XXH3)\n");
    for (size_t i = 0; i < compare->files.count; i++) {
        buf_printf(out, "%016" PRIx64 "  ",
                   compare_file_digest(&compare->files.file[i]));
        put_clean(out, compare->files.file[i].path);
        buf_char(out, '\n');
    }
}

void compare_text(struct buf *out, const struct compare *compare,
                  const struct text_style *style)
{
    struct quantities quantities;

    quantities_of(&quantities, compare);
    put_workload(out, compare);
    if (compare->sweeps.count) {
        put_matrices(out, compare, &quantities, style->width);
        put_digest(out, compare);
    } else {
        buf_char(out, '\n');
        put_table(out, compare, &compare->point[0], &quantities, style->width);
        put_digest(out, compare);
        put_charts(out, compare, &compare->point[0], &quantities, style);
    }
    if (compare->has_model)
        put_model(out, compare, style->width);
    put_told(out, compare);
    put_checks(out, compare, style);
    put_files(out, compare);
}
