#include "face/report.h"

#include "base/clean.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAR = 48 }; /* columns of the longest bar */

bool report_passed(const struct report *report)
{
    for (unsigned i = 0; i < report->count; i++)
        if (!verdicts_passed(&report->results[i].verdicts))
            return false;
    return verdicts_passed(report->comparisons);
}

static const char *variant_name(const struct report *report, unsigned result)
{
    return report->scenario->variant[report->results[result].variant].name;
}

static int name_width(const struct report *report)
{
    size_t width = strlen("variant");

    for (unsigned i = 0; i < report->count; i++)
        if (strlen(variant_name(report, i)) > width)
            width = strlen(variant_name(report, i));
    return (int)width;
}

/* --- the table ------------------------------------------------------------------------ */

static void put_metric(struct buf *out, const struct metrics *metrics,
                       const struct metric_info *info)
{
    if (!info->is_share)
        put_count(out, metric_count(metrics, info));
    else if (metrics->has_share)
        buf_printf(out, "%.3f", metrics->useful_share);
    else
        buf_char(out, '-');
}

static int column_width(const struct report *report, const struct metric_info *info)
{
    size_t width = strlen(info->title);

    for (unsigned i = 0; i < report->count; i++) {
        struct buf cell = {0};

        put_metric(&cell, &report->results[i].metrics, info);
        if (cell.size > width)
            width = cell.size;
        buf_free(&cell);
    }
    return (int)width;
}

static void put_heading(struct buf *out, const struct report *report)
{
    buf_printf(out, "%-*s", name_width(report), "variant");
    for (int m = 0; m < METRICS; m++)
        if (metric_infos[m].published)
            buf_printf(out, "  %*s", column_width(report, &metric_infos[m]),
                       metric_infos[m].title);
    buf_char(out, '\n');
}

static void put_row(struct buf *out, const struct report *report, unsigned result)
{
    buf_printf(out, "%-*s", name_width(report), variant_name(report, result));
    for (int m = 0; m < METRICS; m++) {
        struct buf cell = {0};

        if (!metric_infos[m].published)
            continue;
        put_metric(&cell, &report->results[result].metrics, &metric_infos[m]);
        buf_printf(out, "  %*s", column_width(report, &metric_infos[m]),
                   buf_str(&cell));
        buf_free(&cell);
    }
    buf_char(out, '\n');
}

/* --- bar charts ----------------------------------------------------------------------- */

static double value_of(const struct metrics *metrics, const struct metric_info *info)
{
    if (info->is_share)
        return metrics->has_share ? metrics->useful_share : 0;
    return (double)metric_count(metrics, info);
}

static double longest(const struct report *report, const struct metric_info *info)
{
    double most = info->is_share ? 1 : 0;

    for (unsigned i = 0; i < report->count; i++)
        if (value_of(&report->results[i].metrics, info) > most)
            most = value_of(&report->results[i].metrics, info);
    return most;
}

static void put_chart(struct buf *out, const struct report *report,
                      const struct metric_info *info, const struct text_style *style)
{
    double most = longest(report, info);
    int width = column_width(report, info);

    if (most <= 0)
        return;
    buf_printf(out, "\n%s: %s\n", info->name, info->help);
    for (unsigned i = 0; i < report->count; i++) {
        const struct metrics *metrics = &report->results[i].metrics;
        struct buf cell = {0};

        put_metric(&cell, metrics, info);
        buf_printf(out, "%-*s  %*s  ", name_width(report), variant_name(report, i),
                   width, buf_str(&cell));
        buf_free(&cell);
        if (style->colour)
            buf_text(out, "\033[36m");
        put_bar(out, value_of(metrics, info) / most, BAR, style->utf8);
        buf_text(out, style->colour ? "\033[0m\n" : "\n");
    }
}

static bool any_share(const struct report *report)
{
    for (unsigned i = 0; i < report->count; i++)
        if (report->results[i].metrics.has_share)
            return true;
    return false;
}

static void put_charts(struct buf *out, const struct report *report,
                       const struct text_style *style)
{
    static const char *const shown[] = {"useful_share", "cycles", "bus_wait_cycles"};

    for (unsigned i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        for (int m = 0; m < METRICS; m++) {
            const struct metric_info *info = &metric_infos[m];

            if (strcmp(info->name, shown[i]) == 0 &&
                (!info->is_share || any_share(report)))
                put_chart(out, report, info, style);
        }
}

/* --- checks --------------------------------------------------------------------------- */

static void put_digests(struct buf *out, const struct report *report)
{
    buf_printf(out, "\n%-*s  %-16s  %s\n", name_width(report), "digests", "state",
               "events");
    for (unsigned i = 0; i < report->count; i++)
        buf_printf(out, "%-*s  %016" PRIx64 "  %016" PRIx64 "\n", name_width(report),
                   variant_name(report, i), report->results[i].digest,
                   report->event_digests[i]);
}

void report_text(struct buf *out, const struct report *report,
                 const struct text_style *style)
{
    if (report->scenario->title[0])
        put_clean(out, report->scenario->title);
    else
        buf_text(out, report->scenario->name);
    buf_text(out, "\n\n");
    put_heading(out, report);
    for (unsigned i = 0; i < report->count; i++)
        put_row(out, report, i);
    put_charts(out, report, style);
    buf_text(out, "\nchecks\n");
    for (unsigned i = 0; i < report->count; i++)
        verdicts_put(out, variant_name(report, i), &report->results[i].verdicts, style);
    verdicts_put(out, "compared", report->comparisons, style);
    if (report->event_digests)
        put_digests(out, report);
}
