/*
 * The forms of a report that programs read: JSON, JUnit's XML and TAP. Names and reasons
 * may hold a student's bytes: they are cleaned, then escaped as each form needs it.
 */
#include "base/clean.h"
#include "face/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *variant_name(const struct report *report, unsigned result)
{
    return report->scenario->variant[report->results[result].variant].name;
}

/* --- JSON ----------------------------------------------------------------------------- */

static json_t *clean_string(const char *text)
{
    struct buf clean = {0};
    json_t *string;

    put_clean(&clean, text);
    string = json_string(buf_str(&clean));
    buf_free(&clean);
    return string;
}

static json_t *digest_string(uint64_t digest)
{
    char text[17];

    snprintf(text, sizeof(text), "%016" PRIx64, digest);
    return json_string(text);
}

static json_t *metrics_json(const struct metrics *metrics)
{
    json_t *object = json_object();

    for (int i = 0; i < METRICS; i++) {
        const struct metric_info *info = &metric_infos[i];
        json_t *value = json_null();

        if (!info->published)
            continue;
        if (!info->is_share)
            value = json_integer((json_int_t)metric_count(metrics, info));
        else if (metrics->has_share)
            value = json_real(metrics->useful_share);
        json_object_set_new(object, info->name, value);
    }
    return object;
}

static json_t *verdicts_json(const struct verdicts *verdicts)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < verdicts->count; i++) {
        const struct verdict *verdict = &verdicts->verdict[i];
        json_t *object = json_object();

        json_object_set_new(object, "name", clean_string(verdict->name));
        json_object_set_new(object, "passed", json_boolean(verdict->passed));
        if (verdict->reason[0])
            json_object_set_new(object, "reason", clean_string(verdict->reason));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *result_json(const struct report *report, unsigned n)
{
    const struct result *result = &report->results[n];
    json_t *object = json_object();

    json_object_set_new(object, "name", json_string(variant_name(report, n)));
    json_object_set_new(object, "metrics", metrics_json(&result->metrics));
    json_object_set_new(object, "checks", verdicts_json(&result->verdicts));
    json_object_set_new(object, "digest", digest_string(result->digest));
    if (report->event_digests)
        json_object_set_new(object, "event_digest",
                            digest_string(report->event_digests[n]));
    return object;
}

void report_json(struct buf *out, const struct report *report)
{
    json_t *object = json_object(), *variants = json_array();
    char *text;

    for (unsigned i = 0; i < report->count; i++)
        json_array_append_new(variants, result_json(report, i));
    json_object_set_new(object, "scenario", json_string(report->scenario->name));
    json_object_set_new(object, "variants", variants);
    if (report->comparisons->count)
        json_object_set_new(object, "comparisons", verdicts_json(report->comparisons));
    text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    buf_printf(out, "%s\n", text);
    free(text);
    json_decref(object);
}

/* --- JUnit ---------------------------------------------------------------------------- */

static void put_xml(struct buf *out, const char *text)
{
    struct buf clean = {0};

    put_clean(&clean, text);
    for (const char *c = buf_str(&clean); *c; c++)
        if (*c == '&')
            buf_text(out, "&amp;");
        else if (*c == '<')
            buf_text(out, "&lt;");
        else if (*c == '>')
            buf_text(out, "&gt;");
        else if (*c == '"')
            buf_text(out, "&quot;");
        else
            buf_char(out, *c);
    buf_free(&clean);
}

static unsigned failures(const struct verdicts *verdicts)
{
    unsigned failed = 0;

    for (unsigned i = 0; i < verdicts->count; i++)
        failed += !verdicts->verdict[i].passed;
    return failed;
}

static void put_suite(struct buf *out, const struct report *report, const char *name,
                      const struct verdicts *verdicts)
{
    buf_printf(out,
               "  <testsuite name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n",
               name, verdicts->count, failures(verdicts));
    for (unsigned i = 0; i < verdicts->count; i++) {
        const struct verdict *verdict = &verdicts->verdict[i];

        buf_text(out, "    <testcase name=\"");
        put_xml(out, verdict->name);
        buf_printf(out, "\" classname=\"%s.%s\"", report->scenario->name, name);
        if (verdict->passed) {
            buf_text(out, "/>\n");
            continue;
        }
        buf_text(out, ">\n      <failure message=\"");
        put_xml(out, verdict->reason[0] ? verdict->reason : "it does not hold");
        buf_text(out, "\"/>\n    </testcase>\n");
    }
    buf_text(out, "  </testsuite>\n");
}

void report_junit(struct buf *out, const struct report *report)
{
    unsigned tests = report->comparisons->count;
    unsigned failed = failures(report->comparisons);

    for (unsigned i = 0; i < report->count; i++) {
        tests += report->results[i].verdicts.count;
        failed += failures(&report->results[i].verdicts);
    }
    buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_printf(out,
               "<testsuites name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n",
               report->scenario->name, tests, failed);
    for (unsigned i = 0; i < report->count; i++)
        put_suite(out, report, variant_name(report, i), &report->results[i].verdicts);
    if (report->comparisons->count)
        put_suite(out, report, "compared", report->comparisons);
    buf_text(out, "</testsuites>\n");
}

/* --- TAP ------------------------------------------------------------------------------ */

/* In a description '#' would begin a directive, as "# TODO", which makes a failure none. */
static void put_description(struct buf *out, const char *text)
{
    struct buf clean = {0};

    put_clean(&clean, text);
    for (const char *c = buf_str(&clean); *c; c++) {
        if (*c == '#' || *c == '\\')
            buf_char(out, '\\');
        buf_char(out, *c);
    }
    buf_free(&clean);
}

/* A text in double quotes, as YAML has it. */
static void put_quoted(struct buf *out, const char *text)
{
    struct buf clean = {0};

    put_clean(&clean, text);
    buf_char(out, '"');
    for (const char *c = buf_str(&clean); *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_char(out, '\\');
        buf_char(out, *c);
    }
    buf_char(out, '"');
    buf_free(&clean);
}

static void put_points(struct buf *out, const char *of, const struct verdicts *verdicts,
                       unsigned *number)
{
    for (unsigned i = 0; i < verdicts->count; i++) {
        const struct verdict *verdict = &verdicts->verdict[i];

        buf_printf(out, "%sok %u - %s: ", verdict->passed ? "" : "not ", ++*number, of);
        put_description(out, verdict->name);
        buf_char(out, '\n');
        if (!verdict->reason[0])
            continue;
        buf_text(out, "  ---\n  message: ");
        put_quoted(out, verdict->reason);
        buf_text(out, "\n  ...\n");
    }
}

void report_tap(struct buf *out, const struct report *report)
{
    unsigned count = report->comparisons->count, number = 0;

    for (unsigned i = 0; i < report->count; i++)
        count += report->results[i].verdicts.count;
    buf_printf(out, "TAP version 14\n1..%u\n", count);
    for (unsigned i = 0; i < report->count; i++)
        put_points(out, variant_name(report, i), &report->results[i].verdicts, &number);
    put_points(out, "compared", report->comparisons, &number);
}
