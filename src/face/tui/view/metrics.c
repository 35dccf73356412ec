/*
 * Counters of the machine since reset, and each over time: a bar is an interval of cycles.
 * `about` names some of them, which then have charts of several rows.
 */
#include "observe/metrics.h"
#include "base/bits.h"
#include "face/tui/view/bars.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"

#include <stdio.h>
#include <string.h>

enum {
    NAME = 21,
    VALUE = 13,
    SHORT_NAME = 19, /* where there is little room */
    SHORT_VALUE = 9,
    WITH_NAME = 54,
    UNIT = 14,
    FULL = 10, /* what a bar of full height stands for */
    WITH_UNIT = 128,
    WITH_FULL = 66,
    BARS_LEAST = 8,
    TICK = 16, /* columns between two labels of the axis */
    CHARTS = 4,
    ROWS = METRICS + METER_SERIES
};

/* One counter. */
struct metric {
    const char *name, *unit, *help;
    uint64_t value;
    enum meter_series series; /* METER_SERIES: there is none over time */
};

struct metrics_list {
    unsigned count;
    struct metric metric[ROWS];
};

/* --- which there are --------------------------------------------------------------------- */

/* Those of devices that the board does not have are left out: which rows there are does
 * not change while time goes on. */
static bool is_there(const struct watch *watch, const char *name)
{
    if (strncmp(name, "iommu_", 6) == 0)
        return watch_device(watch, "iommu", 0) != NULL;
    if (strncmp(name, "virtio_", 7) == 0)
        return watch_device(watch, "virtio-blk", 0) != NULL;
    return true;
}

static void add(struct metrics_list *list, const struct watch *watch,
                const struct metric *metric)
{
    if (is_there(watch, metric->name))
        list->metric[list->count++] = *metric;
}

/* A counter over time says itself how much there was; others are the machine's. */
static void add_counters(struct metrics_list *list, const struct watch *watch)
{
    static const struct tally nothing;
    static const struct counters reset;
    struct counters counters;
    struct metrics since;

    counters_read(&counters, watch->run, &nothing, watch->cycle);
    metrics_between(&since, &reset, &counters);
    for (unsigned i = 0; i < METRICS; i++) {
        const struct metric_info *info = &metric_infos[i];
        struct metric metric = {.name = info->name,
                                .unit = info->unit,
                                .help = info->help,
                                .series = meter_named(info->name)};

        if (info->is_share)
            continue;
        metric.value = metric.series == METER_SERIES
                           ? metric_count(&since, info)
                           : meter_sum(&watch->meter, metric.series);
        add(list, watch, &metric);
    }
}

static bool is_listed(const struct metrics_list *list, const char *name)
{
    for (unsigned i = 0; i < list->count; i++)
        if (strcmp(list->metric[i].name, name) == 0)
            return true;
    return false;
}

static void list_metrics(struct metrics_list *list, const struct watch *watch)
{
    list->count = 0;
    add_counters(list, watch);
    for (unsigned series = 0; series < METER_SERIES; series++) {
        const struct meter_info *info = &meter_infos[series];
        const struct metric metric = {
            .name = info->name,
            .unit = info->unit,
            .help = info->help,
            .value = meter_sum(&watch->meter, (enum meter_series)series),
            .series = (enum meter_series)series};

        if (!is_listed(list, info->name))
            add(list, watch, &metric);
    }
}

/* --- over time ----------------------------------------------------------------------------- */

/* The bars of one counter: where there are fewer columns than intervals, a bar is several
 * of them, by the width alone. */
struct bars {
    unsigned count;
    uint64_t cycles; /* of a bar */
    uint64_t value[METER_BINS], full;
};

static unsigned intervals_in(int cols)
{
    unsigned each = 1;

    while ((int)(METER_BINS / each) > cols && each < METER_BINS)
        each *= 2;
    return each;
}

static void make_bars(struct bars *bars, const struct watch *watch,
                      enum meter_series series, int cols)
{
    const struct meter *meter = &watch->meter;
    unsigned each = intervals_in(cols);

    *bars = (struct bars){.count = (meter->bins + each - 1) / each,
                          .cycles = meter->width * each,
                          .full = 1};
    for (unsigned i = 0; i < meter->bins; i++)
        bars->value[i / each] += meter->bin[series][i];
    for (unsigned i = 0; i < bars->count; i++)
        if (bars->value[i] > bars->full)
            bars->full = bars->value[i];
    if (meter_infos[series].base == BASE_HARTS)
        bars->full = bars->cycles * watch->board->harts;
    if (meter_infos[series].base == BASE_CLOCK)
        bars->full = bars->cycles;
}

/* The last interval is not over: its bar is quiet. */
static void draw_bars(struct canvas *canvas, struct area area, const struct bars *bars)
{
    unsigned over = bars->count ? bars->count - 1 : 0;

    bar_times(canvas, area, ROLE_HART, bars->value, over, bars->full);
    area.col += (int)over;
    area.cols -= (int)over;
    bar_times(canvas, area, ROLE_QUIET, bars->value + over, bars->count - over,
              bars->full);
}

static void put_full(struct buf *out, const struct bars *bars, enum meter_series series)
{
    if (meter_infos[series].base == BASE_MOST)
        put_count(out, bars->full);
    else
        buf_text(out, "100 %");
}

/* Cycles below the bars. */
static void draw_axis(const struct watch *watch, struct canvas *canvas, int row,
                      int col, int cols)
{
    unsigned each = intervals_in(cols);
    uint64_t cycles = watch->meter.width * each;
    int end = (int)(METER_BINS / each);
    char count[TEXT_NUMBER];

    for (int at = 0; at < end && at < cols; at += TICK)
        canvas_text(canvas, row, col + at, at + TICK > end ? cols - at : TICK - 1,
                    ROLE_QUIET, text_count(count, (uint64_t)at * cycles));
    canvas_thing_time(canvas, (struct area){row, col, 1, cols < end ? cols : end}, 0,
                      cycles);
}

/* --- the table ----------------------------------------------------------------------------- */

/* Where each column begins; 0: there is no room for it. */
struct columns {
    int name, name_cols, value, value_cols, unit, full, bars, bar_cols;
};

static struct columns columns_of(struct area area)
{
    bool wide = area.cols >= WITH_NAME;
    struct columns at = {.name = area.col,
                         .name_cols = (wide ? NAME : SHORT_NAME) - 1,
                         .value_cols = (wide ? VALUE : SHORT_VALUE) - 1};
    int col = at.value = area.col + at.name_cols + 1;

    col += at.value_cols + 1;
    if (area.cols >= WITH_UNIT) {
        at.unit = col + 1;
        col += UNIT;
    }
    if (area.cols >= WITH_FULL) {
        at.full = col;
        col += FULL;
    }
    at.bars = col + 2;
    at.bar_cols = area.col + area.cols - at.bars;
    if (at.bar_cols < BARS_LEAST)
        at.bar_cols = 0;
    return at;
}

static void draw_over_time(const struct watch *watch, struct canvas *canvas, int row,
                           const struct columns *at, const struct metric *metric)
{
    struct buf full = {0};
    struct bars bars;

    make_bars(&bars, watch, metric->series, at->bar_cols);
    if (metric->value)
        put_full(&full, &bars, metric->series);
    else
        buf_char(&full, '-');
    if (at->full)
        canvas_printf(canvas, row, at->full, FULL - 1, ROLE_QUIET, "%*s", FULL - 1,
                      buf_str(&full));
    draw_bars(canvas, (struct area){row, at->bars, 1, at->bar_cols}, &bars);
    buf_free(&full);
}

/* A number that is too long is in thousands. */
static void draw_value(struct canvas *canvas, int row, int col, int cols,
                       uint64_t value)
{
    char count[TEXT_NUMBER];

    if (text_width(text_count(count, value)) <= cols)
        bar_number(canvas, row, col, cols, ROLE_TEXT, value);
    else
        canvas_printf(canvas, row, col, cols, ROLE_TEXT, "%*sk", cols - 1,
                      text_count(count, value / 1000));
}

static void draw_metric(const struct watch *watch, struct canvas *canvas, int row,
                        const struct columns *at, const struct metric *metric)
{
    canvas_thing(canvas, row, at->name, at->bars + at->bar_cols - at->name,
                 THING_METRIC, "metric %s", metric->name);
    canvas_text(canvas, row, at->name, at->name_cols, ROLE_TEXT, metric->name);
    draw_value(canvas, row, at->value, at->value_cols, metric->value);
    if (at->unit)
        canvas_text(canvas, row, at->unit, UNIT - 1, ROLE_QUIET, metric->unit);
    if (metric->series != METER_SERIES && at->bar_cols)
        draw_over_time(watch, canvas, row, at, metric);
}

static void draw_titles(struct canvas *canvas, int row, const struct columns *at)
{
    canvas_text(canvas, row, at->name, at->name_cols, ROLE_QUIET, "since reset");
    if (at->full)
        canvas_printf(canvas, row, at->full, FULL - 1, ROLE_QUIET, "%*s", FULL - 1,
                      "full");
    if (at->bar_cols)
        canvas_text(canvas, row, at->bars, at->bar_cols, ROLE_QUIET,
                    at->bar_cols >= 9 ? "over time" : "time");
}

static void put_bar_length(struct buf *out, const struct watch *watch, int cols)
{
    buf_text(out, "1 bar = ");
    put_count(out, watch->meter.width * intervals_in(cols));
    buf_text(out, " cycles");
}

static void draw_table(const struct watch *watch, const struct metrics_list *list,
                       struct view_state *state, struct canvas *canvas,
                       struct area area)
{
    struct area inside = {area.row + 1, area.col + 2, area.rows - 1, area.cols - 2};
    struct columns at = columns_of(inside);
    bool titles = inside.rows > 4, axis = inside.rows > 5 && at.bar_cols;
    int rows = inside.rows - titles - axis, hidden = (int)list->count - rows;
    int first = state->top < hidden ? state->top : hidden > 0 ? hidden : 0;
    int row = inside.row;
    struct buf note = {0};

    state->all = (int)list->count;
    state->shown = rows;
    if (hidden > first)
        buf_printf(&note, "+%d below  ", hidden - first);
    if (at.bar_cols)
        put_bar_length(&note, watch, at.bar_cols);
    canvas_rule(canvas, area.row, area.col, area.cols, "metrics", buf_str(&note));
    if (titles)
        draw_titles(canvas, row++, &at);
    for (unsigned i = (unsigned)first; i < list->count && rows-- > 0; i++)
        draw_metric(watch, canvas, row++, &at, &list->metric[i]);
    if (axis)
        draw_axis(watch, canvas, inside.row + inside.rows - 1, at.bars, at.bar_cols);
    buf_free(&note);
}

/* --- charts -------------------------------------------------------------------------------- */

static void draw_chart(const struct watch *watch, struct canvas *canvas,
                       struct area area, const struct metric *metric)
{
    struct bars bars = {.count = 0};
    struct buf text = {0};

    canvas_thing(canvas, area.row, area.col, area.cols, THING_METRIC, "metric %s",
                 metric->name);
    buf_printf(&text, "%s: ", metric->name);
    put_count(&text, metric->value);
    if (metric->series == METER_SERIES) {
        buf_text(&text, ", not known over time");
    } else {
        make_bars(&bars, watch, metric->series, area.cols);
        buf_text(&text, "; full height = ");
        put_full(&text, &bars, metric->series);
    }
    buf_printf(&text, "; %s %s", metric->unit, metric->help);
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_TEXT, buf_str(&text));
    area.row++;
    area.rows--;
    draw_bars(canvas, area, &bars);
    buf_free(&text);
}

/* The metrics that `about` names, with or without "metric"; gives how many. */
static unsigned choose(const struct metrics_list *list, const char *about,
                       const struct metric *chosen[CHARTS])
{
    unsigned count = 0;

    while (*about && count < CHARTS) {
        size_t length = strcspn(about, " ,");

        for (unsigned i = 0; i < list->count; i++)
            if (strlen(list->metric[i].name) == length &&
                strncmp(list->metric[i].name, about, length) == 0)
                chosen[count++] = &list->metric[i];
        about += length;
        about += strspn(about, " ,");
    }
    return count;
}

static void draw_charts(const struct watch *watch, const struct metric *const *chosen,
                        unsigned count, struct canvas *canvas, struct area area)
{
    struct area part = {area.row + 1, area.col + 2, (area.rows - 2) / (int)count,
                        area.cols - 2};
    char title[64];
    struct buf note = {0};

    put_bar_length(&note, watch, part.cols);
    snprintf(title, sizeof(title), "metrics: %s%s", chosen[0]->name,
             count > 1 ? ", .." : "");
    canvas_rule(canvas, area.row, area.col, area.cols, title, buf_str(&note));
    for (unsigned i = 0; i < count && part.rows >= 2; i++, part.row += part.rows)
        draw_chart(watch, canvas, part, chosen[i]);
    draw_axis(watch, canvas, area.row + area.rows - 1, part.col, part.cols);
    buf_free(&note);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct metric *chosen[CHARTS];
    struct metrics_list list;
    unsigned count;

    list_metrics(&list, watch);
    count = choose(&list, state->about, chosen);
    if (count && area.rows >= 4)
        draw_charts(watch, chosen, count, canvas, area);
    else if (state->about[0] && !count)
        view_draw_absent(&metrics_view, canvas, area,
                         "there is no metric of that name");
    else
        draw_table(watch, &list, state, canvas, area);
}

const struct view metrics_view = {
    .name = "metrics",
    .help = "the machine's counters since reset, and over time",
    .class = VIEW_DEVICES,
    .cols = 38,
    .rows = 3,
    .wide = 70,
    .wish = 20,
    .tells = "info metrics",
    .about = "[METRIC..]",
    .draw = draw,
};
