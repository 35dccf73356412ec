/*
 * A comparison as JSON and CSV. Numbers are written digit by digit, so that every host
 * writes the same ones; texts of the scenario are cleaned, then escaped.
 */
#include "base/clean.h"
#include "teach/compare/columns.h"
#include "teach/compare/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void compare_put_error(struct buf *out, int64_t hundredths)
{
    uint64_t size = hundredths < 0 ? (uint64_t)-hundredths : (uint64_t)hundredths;

    if (hundredths < 0)
        buf_char(out, '-');
    account_put(out, size, 2, false);
}

uint64_t compare_file_digest(const struct file *file)
{
    return XXH3_64bits(file->bytes, file->size);
}

/* --- CSV ------------------------------------------------------------------------------ */

/* A value that somebody has given, in quotes if it needs them (RFC 4180). */
static void csv_value(struct buf *out, const char *text)
{
    struct buf clean = {0};
    bool quoted;

    put_clean(&clean, text);
    quoted = strpbrk(buf_str(&clean), ",\"") != NULL;
    buf_text(out, quoted ? "\"" : "");
    for (const char *c = buf_str(&clean); *c; c++) {
        buf_char(out, *c);
        if (*c == '"')
            buf_char(out, *c);
    }
    buf_text(out, quoted ? "\"" : "");
    buf_free(&clean);
}

static void csv_heading(struct buf *out, const struct compare *compare,
                        const struct quantities *quantities)
{
    buf_text(out, "variant");
    for (unsigned i = 0; i < compare->sweeps.count; i++)
        buf_printf(out, ",%s", compare->sweeps.sweep[i].name);
    for (unsigned i = 0; i < quantities->count; i++)
        buf_printf(out, ",%s", quantities->quantity[i].name);
    if (compare->has_model)
        buf_text(out, ",model_ops_per_second,model_error_percent");
    buf_char(out, '\n');
}

static void csv_row(struct buf *out, const struct compare *compare, unsigned point,
                    unsigned variant, const struct quantities *quantities)
{
    const struct result *result = &compare->point[point].result[variant];

    buf_text(out, compare_variant(compare, variant)->name);
    for (unsigned i = 0; i < compare->sweeps.count; i++) {
        buf_char(out, ',');
        csv_value(out, sweeps_value(&compare->sweeps, point, i));
    }
    for (unsigned i = 0; i < quantities->count; i++) {
        uint64_t value;

        buf_char(out, ',');
        if (quantity_value(result, &quantities->quantity[i], &value))
            account_put(out, value, quantities->quantity[i].decimals, false);
    }
    if (compare->has_model) {
        const struct prediction *prediction =
            &compare->point[point].prediction[variant];

        buf_char(out, ',');
        account_put(out, prediction->ops_per_second,
                    account_infos[ACCOUNT_OPS_PER_SECOND].decimals, false);
        buf_char(out, ',');
        compare_put_error(out, prediction->error);
    }
    buf_char(out, '\n');
}

void compare_csv(struct buf *out, const struct compare *compare)
{
    struct quantities quantities;

    quantities_of(&quantities, compare);
    csv_heading(out, compare, &quantities);
    for (unsigned p = 0; p < compare->points; p++)
        for (unsigned v = 0; v < compare->chosen; v++)
            csv_row(out, compare, p, v, &quantities);
}

uint64_t compare_digest(const struct compare *compare)
{
    struct buf csv = {0};
    uint64_t digest;

    compare_csv(&csv, compare);
    digest = XXH3_64bits(csv.data, csv.size);
    buf_free(&csv);
    return digest;
}

/* --- JSON ----------------------------------------------------------------------------- */

/* A writer of indented JSON: each member on a line of its own. */
struct json {
    struct buf *out;
    unsigned depth;
    bool some; /* something stands before on this level */
};

static void begin_line(struct json *json)
{
    buf_text(json->out, json->some ? ",\n" : "\n");
    for (unsigned i = 0; i < json->depth; i++)
        buf_text(json->out, "  ");
    json->some = true;
}

static void put_string(struct json *json, const char *text)
{
    struct buf clean = {0};
    json_t *string;
    char *quoted;

    put_clean(&clean, text);
    string = json_string(buf_str(&clean));
    quoted = json_dumps(string, JSON_ENCODE_ANY);
    buf_text(json->out, quoted);
    free(quoted);
    json_decref(string);
    buf_free(&clean);
}

static void put_key(struct json *json, const char *name)
{
    begin_line(json);
    put_string(json, name);
    buf_text(json->out, ": ");
}

static void open_with(struct json *json, char bracket)
{
    buf_char(json->out, bracket);
    json->depth++;
    json->some = false;
}

static void close_with(struct json *json, char bracket)
{
    bool some = json->some;

    json->depth--;
    json->some = false;
    if (some)
        begin_line(json);
    buf_char(json->out, bracket);
    json->some = true;
}

static void put_digest(struct json *json, const char *name, uint64_t digest)
{
    put_key(json, name);
    buf_printf(json->out, "\"%016" PRIx64 "\"", digest);
}

static void put_quantity(struct json *json, const struct result *result,
                         const struct quantity *quantity)
{
    uint64_t value;

    if (quantity_value(result, quantity, &value))
        account_put(json->out, value, quantity->decimals, false);
    else
        buf_text(json->out, "null");
}

/* Those by cause, as an object with the causes' names. */
static void put_causes(struct json *json, const char *name, const struct result *result,
                       const struct quantities *quantities, enum quantity_kind kind)
{
    put_key(json, name);
    open_with(json, '{');
    for (unsigned i = 0; i < quantities->count; i++) {
        const struct quantity *quantity = &quantities->quantity[i];
        char cause[64];

        if (quantity->kind != kind)
            continue;
        snprintf(cause, sizeof(cause), "%s", strchr(quantity->name, '[') + 1);
        cause[strlen(cause) - 1] = '\0';
        put_key(json, cause);
        put_quantity(json, result, quantity);
    }
    close_with(json, '}');
}

static void put_metrics(struct json *json, const struct result *result,
                        const struct quantities *quantities)
{
    put_key(json, "metrics");
    open_with(json, '{');
    for (unsigned i = 0; i < quantities->count; i++) {
        const struct quantity *quantity = &quantities->quantity[i];

        if (quantity->kind == QUANTITY_CAUSE || quantity->kind == QUANTITY_PRICE)
            continue;
        put_key(json, quantity->name);
        put_quantity(json, result, quantity);
    }
    if (result->account.known) {
        put_causes(json, "exits_per_op_by_cause", result, quantities, QUANTITY_CAUSE);
        put_causes(json, "cycles_per_exit_by_cause", result, quantities,
                   QUANTITY_PRICE);
    }
    close_with(json, '}');
}

static void put_told(struct json *json, const struct variant *variant)
{
    if (!variant->tolds)
        return;
    put_key(json, "told");
    open_with(json, '{');
    for (unsigned i = 0; i < variant->tolds; i++) {
        put_key(json, variant->told[i].question);
        put_string(json, variant->told[i].answer);
    }
    close_with(json, '}');
}

static void put_verdicts(struct json *json, const char *name,
                         const struct verdicts *verdicts)
{
    put_key(json, name);
    open_with(json, '[');
    for (unsigned i = 0; i < verdicts->count; i++) {
        const struct verdict *verdict = &verdicts->verdict[i];

        begin_line(json);
        open_with(json, '{');
        put_key(json, "name");
        put_string(json, verdict->name);
        put_key(json, "passed");
        buf_text(json->out, verdict->passed ? "true" : "false");
        if (verdict->reason[0]) {
            put_key(json, "reason");
            put_string(json, verdict->reason);
        }
        close_with(json, '}');
    }
    close_with(json, ']');
}

static void put_prediction(struct json *json, const struct prediction *prediction)
{
    put_key(json, "model");
    open_with(json, '{');
    put_key(json, "ops_per_second");
    account_put(json->out, prediction->ops_per_second,
                account_infos[ACCOUNT_OPS_PER_SECOND].decimals, false);
    put_key(json, "error_percent");
    compare_put_error(json->out, prediction->error);
    put_key(json, "all_exits_priced");
    buf_text(json->out, prediction->unpriced ? "false" : "true");
    close_with(json, '}');
}

static void put_variants(struct json *json, const struct compare *compare,
                         const struct compare_point *point,
                         const struct quantities *quantities)
{
    put_key(json, "variants");
    open_with(json, '[');
    for (unsigned v = 0; v < compare->chosen; v++) {
        const struct variant *variant = compare_variant(compare, v);
        const struct result *result = &point->result[v];

        begin_line(json);
        open_with(json, '{');
        put_key(json, "name");
        put_string(json, variant->name);
        put_metrics(json, result, quantities);
        if (point->prediction)
            put_prediction(json, &point->prediction[v]);
        put_told(json, variant);
        put_verdicts(json, "checks", &result->verdicts);
        put_digest(json, "digest", result->digest);
        close_with(json, '}');
    }
    close_with(json, ']');
    if (point->comparisons.count)
        put_verdicts(json, "comparisons", &point->comparisons);
}

/* What is swept has no one value: `points` has it. */
static void put_parameters(struct json *json, const struct compare *compare)
{
    const struct scenario *scenario = compare->scenario;

    put_key(json, "parameters");
    open_with(json, '{');
    for (unsigned i = 0; i < scenario->parameters; i++) {
        const struct parameter *parameter = &scenario->parameter[i];

        if (compare_sweeps(compare, parameter))
            continue;
        put_key(json, parameter->name);
        if (parameter->type == PARAMETER_INTEGER)
            buf_printf(json->out, "%" PRId64, parameter->integer);
        else if (parameter->type == PARAMETER_FLAG)
            buf_text(json->out, parameter->flag ? "true" : "false");
        else
            put_string(json, parameter->text);
    }
    close_with(json, '}');
}

static void put_points(struct json *json, const struct compare *compare,
                       const struct quantities *quantities)
{
    put_key(json, "points");
    open_with(json, '[');
    for (unsigned p = 0; p < compare->points; p++) {
        begin_line(json);
        open_with(json, '{');
        for (unsigned i = 0; i < compare->sweeps.count; i++) {
            put_key(json, compare->sweeps.sweep[i].name);
            put_string(json, sweeps_value(&compare->sweeps, p, i));
        }
        put_variants(json, compare, &compare->point[p], quantities);
        close_with(json, '}');
    }
    close_with(json, ']');
}

static void put_files(struct json *json, const struct compare *compare)
{
    put_key(json, "files");
    open_with(json, '{');
    for (size_t i = 0; i < compare->files.count; i++)
        put_digest(json, compare->files.file[i].path,
                   compare_file_digest(&compare->files.file[i]));
    close_with(json, '}');
}

void compare_json(struct buf *out, const struct compare *compare)
{
    struct json json = {.out = out};
    struct quantities quantities;

    quantities_of(&quantities, compare);
    open_with(&json, '{');
    put_key(&json, "scenario");
    put_string(&json, compare->scenario->name);
    put_parameters(&json, compare);
    if (compare->sweeps.count)
        put_points(&json, compare, &quantities);
    else
        put_variants(&json, compare, &compare->point[0], &quantities);
    if (compare->has_model)
        put_verdicts(&json, "model", &compare->model);
    put_files(&json, compare);
    put_digest(&json, "digest", compare_digest(compare));
    close_with(&json, '}');
    buf_char(out, '\n');
}
