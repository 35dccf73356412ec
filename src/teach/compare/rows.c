#include "teach/compare/rows.h"

#include "base/alloc.h"
#include "teach/compare/columns.h"
#include "teach/compare/run.h"

#include <stdlib.h>
#include <string.h>

static const char compare_key[] = "comparison";

const struct compare *compare_kept(const struct session *session)
{
    return session_extra(session, compare_key);
}

static void release(void *data)
{
    compare_close(data);
    free(data);
}

/* --- running -------------------------------------------------------------------------- */

static void begins(void *ctx, const struct compare *compare, unsigned run,
                   unsigned runs, const char *what)
{
    (void)ctx;
    (void)compare;
    (void)run;
    (void)runs;
    (void)what;
}

static void complains(void *ctx, const char *lines)
{
    buf_text(ctx, lines);
}

/* The file may have changed since this run began: then it would be another scenario. */
static bool is_same(const struct scenario *scenario, const struct scenario *again)
{
    return scenario->size == again->size &&
           memcmp(scenario->text, again->text, scenario->size) == 0;
}

/* What was given for this run is given for all variants. */
static bool copy_settings(struct compare *compare, const struct scenario *scenario,
                          struct err *err)
{
    struct buf text = {0};
    bool ok = true;

    for (unsigned i = 0; ok && i < scenario->parameters; i++) {
        if (!scenario->parameter[i].given)
            continue;
        buf_clear(&text);
        parameter_put(&text, &scenario->parameter[i]);
        ok = scenario_set(compare->scenario, buf_str(&text), err);
    }
    buf_free(&text);
    return ok;
}

static bool measure(struct compare *compare, const struct subject *subject,
                    struct buf *complaints, struct err *err)
{
    const struct compare_wish wish = {.path = subject->file};
    const struct compare_watcher watcher = {begins, complains, complaints};

    if (!compare_open(compare, &wish, err))
        return false;
    if (!is_same(subject->scenario, compare->scenario))
        return err_set(err, "%s is not as it was when this run began", subject->file);
    return copy_settings(compare, subject->scenario, err) &&
           compare_run(compare, &watcher, err);
}

/* --- the answer ------------------------------------------------------------------------- */

static void put_value(struct table *table, const struct result *result,
                      const struct quantity *quantity)
{
    struct buf text = {0};
    uint64_t value;

    if (!quantity_value(result, quantity, &value)) {
        table_none(table);
        return;
    }
    account_put(&text, value, quantity->decimals, false);
    table_text(table, "%s", buf_str(&text));
    buf_free(&text);
}

/* A row a quantity, a column a variant. The names of columns are the session's scenario's:
 * an answer may be read after the next comparison. */
static void answer(struct call *call, const struct compare *compare)
{
    struct quantities *quantities = alloc_zero(1, sizeof(*quantities));
    struct column columns[SCENARIO_VARIANTS + 2] = {{"quantity", COLUMN_TEXT}};
    struct table *table;

    quantities_of(quantities, compare);
    for (unsigned v = 0; v < compare->chosen; v++)
        columns[v + 1] = (struct column){
            call->session->subject.scenario->variant[compare->choice[v]].name,
            COLUMN_TEXT};
    table = reply_table(call->reply, "comparison", columns);
    for (unsigned i = 0; i < quantities->count; i++) {
        if (!quantity_is_shown(quantities, &quantities->quantity[i]))
            continue;
        table_text(table, "%s", quantities->quantity[i].name);
        for (unsigned v = 0; v < compare->chosen; v++)
            put_value(table, &compare->point[0].result[v], &quantities->quantity[i]);
    }
    free(quantities);
}

static bool run_compare(struct call *call, struct err *err)
{
    const struct subject *subject = &call->session->subject;
    struct buf complaints = {0};
    struct compare *compare;
    bool ok;

    if (!subject->scenario)
        return err_set(err, "a program has no variants: this compares a scenario's");
    if (call->session->confined)
        return err_set(err, "a scenario does not compare itself");
    compare = alloc_zero(1, sizeof(*compare));
    ok = measure(compare, subject, &complaints, err);
    if (complaints.size)
        reply_say(call->reply, "%s", complaints.data);
    buf_free(&complaints);
    if (!ok) {
        release(compare);
        return false;
    }
    session_set_extra(call->session, compare_key, compare, release);
    reply_say(call->reply,
              "All %u variants have been run, each on a machine of its own.",
              compare->chosen);
    answer(call, compare);
    return true;
}

const struct command compare_commands[] = {
    {
        .name = "compare",
        .summary = "run all variants of the scenario and compare what they cost",
        .help =
            "Runs each variant from reset to its end, with the parameters that were "
            "given for this run, each on a machine of its own: this run stays where "
            "it is. On the screen the view `compare` then shows what was measured. "
            "`ringside compare` does the same, with sweeps and a report.\n"
            "\n"
            "  compare",
        .group = "tool",
        .run = run_compare,
    },
    {.name = NULL},
};
