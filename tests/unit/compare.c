/* `ringside compare`: variants side by side, sweeps, the model, and its forms. */
#include "tests/lib/cli.h"
#include "tests/lib/suite.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "control/sweep.h"
#include "face/compare_command.h"
#include "face/options.h"
#include "teach/compare/model.h"
#include "teach/compare/report.h"

#include <jansson.h>
#include <string.h>

static struct cli cli;

static void set_up(void)
{
    cli_open(&cli);
}

static void tear_down(void)
{
    cli_close(&cli);
}

#define COMPARE(...)                                                                   \
    cli_call(&cli, command_compare, (const char *const[]){"compare", __VA_ARGS__, NULL})

#define FILE_OF cli_path(&cli, "s.lua")

/*
 * `n` operations, each a loop of `work` rounds; the variant `slow` does twice as many.
 * Nothing runs in a guest.
 */
static const char marked[] =
    "scenario { name = 'marked', title = 'Marked work',\n"
    "  parameters = { n = { 4, 'operations', min = 1, max = 1000 }, work = 100 },\n"
    "  variants = {\n"
    "    { name = 'fast', told = { { 'new driver?', 'no' }, { 'safe?', 'yes' } } },\n"
    "    { name = 'slow', times = 2 } },\n"
    "  setup = function(p, variant) return { window = 'markers', programs = { asm {\n"
    "    defines = { N = p.n, WORK = p.work * (variant.times or 1) }, text = [[\n"
    "        li      s0, N\n"
    "        slti    x0, x0, 1\n"
    "1:      slti    x0, x0, 3\n"
    "        li      s1, WORK\n"
    "2:      addi    s1, s1, -1\n"
    "        bnez    s1, 2b\n"
    "        slti    x0, x0, 4\n"
    "        addi    s0, s0, -1\n"
    "        bnez    s0, 1b\n"
    "        slti    x0, x0, 2\n"
    "        li      t0, 0x100000\n"
    "        li      t1, 0x5555\n"
    "        sw      t1, 0(t0)\n"
    "        j       .\n"
    "  ]] } } } end,\n"
    "  model = { base = { n = 4 }, sweep = { work = { 50, 100 } }, within = 5 },\n"
    "  expect = { { 'all operations are done', function(run)\n"
    "    return run.metrics.operations == run.parameters.n end } },\n"
    "  compare = { { 'slow is slower', { 'fast', 'slow' }, function(fast, slow)\n"
    "    return fast.metrics.ops_per_second > slow.metrics.ops_per_second end } },\n"
    "}\n";

/* --- the table --------------------------------------------------------------------------- */

START_TEST(variants_stand_side_by_side)
{
    cli_write(&cli, "s.lua", marked);
    COMPARE("--color", "never", FILE_OF);
    ck_assert_str_eq(cli.err, "");
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_msg(strncmp(cli.out,
                          "Marked work\n"
                          "with n=4 work=100\n"
                          "\n"
                          "                        fast         slow\n"
                          "operations                 4            4\n"
                          "ops/s            4,872,107.2  2,467,612.6\n"
                          "latency p50              202          402\n"
                          "latency p99              202          402\n"
                          "exits/op               0.000        0.000\n"
                          "cycles/exit                -            -\n"
                          "cycles/op              205.3        405.3\n",
                          160) == 0,
                  "%s", cli.out);
    ck_assert_ptr_nonnull(strstr(cli.out, "\ntold, not measured\n"
                                          "new driver?\n"
                                          "  fast  no\n"
                                          "safe?\n"
                                          "  fast  yes\n"));
    ck_assert_ptr_nonnull(strstr(cli.out, "  pass  fast: all operations are done\n"));
    ck_assert_ptr_nonnull(strstr(cli.out, "  pass  compared: slow is slower\n"));
    ck_assert_ptr_nonnull(strstr(cli.out, "\ndigest of these numbers, as CSV: "));
    ck_assert_ptr_null(strstr(cli.out, "\033"));
}
END_TEST

START_TEST(a_scenario_without_markers_has_its_windows_metrics)
{
    COMPARE("--color", "never", "--set", "sectors=8", "--variant", "poll", "--variant",
            "dma_burst", "scenarios/01-three-ways-to-copy.lua");
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_ptr_nonnull(strstr(cli.out, "\n                 poll  dma_burst\n"
                                          "instructions "));
    ck_assert_ptr_nonnull(strstr(cli.out, "\nby hart         8,192          0\n"));
    ck_assert_ptr_null(strstr(cli.out, "ops/s"));
}
END_TEST

START_TEST(colours_and_blocks_are_as_the_terminal_wants)
{
    cli_write(&cli, "s.lua", marked);
    setenv("LC_ALL", "C", 1);
    COMPARE("--color", "always", FILE_OF);
    ck_assert_ptr_nonnull(strstr(cli.out, "\033[36m####"));
    ck_assert_ptr_nonnull(strstr(cli.out, "# guest = hypervisor . idle"));
    setenv("LC_ALL", "C.UTF-8", 1);
    COMPARE(FILE_OF);
    ck_assert_ptr_null(strstr(cli.out, "\033"));
    ck_assert_ptr_nonnull(strstr(cli.out, "████"));
}
END_TEST

/* --- JSON and CSV ------------------------------------------------------------------------- */

static json_t *parsed(void)
{
    json_error_t error;
    json_t *json = json_loads(cli.out, JSON_REJECT_DUPLICATES, &error);

    ck_assert_msg(json != NULL, "line %d: %s\n%s", error.line, error.text, cli.out);
    return json;
}

static double metric(const json_t *variant, const char *name)
{
    const json_t *value = json_object_get(json_object_get(variant, "metrics"), name);

    ck_assert_msg(json_is_number(value), "no number: %s", name);
    return json_number_value(value);
}

START_TEST(json_has_every_metric_by_its_name)
{
    json_t *json, *variant;

    cli_write(&cli, "s.lua", marked);
    COMPARE("--json", "--set", "n=3", FILE_OF);
    ck_assert_int_eq(cli.status, STATUS_OK);
    json = parsed();
    ck_assert_uint_eq(json_array_size(json_object_get(json, "variants")), 2);
    variant = json_array_get(json_object_get(json, "variants"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(variant, "name")), "fast");
    for (int i = 0; i < ACCOUNT_METRICS; i++)
        if (i == ACCOUNT_EXIT_CYCLES) /* of none */
            ck_assert(json_is_null(json_object_get(json_object_get(variant, "metrics"),
                                                   account_infos[i].name)));
        else
            metric(variant, account_infos[i].name);
    ck_assert(metric(variant, "operations") == 3);
    ck_assert(metric(variant, "cycles_per_op") == 205.3);
    ck_assert(metric(variant, "exits_per_op") == 0);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(variant, "told"),
                                                       "new driver?")),
                     "no");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(json, "parameters"), "n")),
        3);
    ck_assert_uint_eq(json_object_size(json_object_get(json, "files")), 1);
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(json, "digest"))), 16);
    json_decref(json);
}
END_TEST

START_TEST(csv_has_a_line_a_run)
{
    cli_write(&cli, "s.lua", marked);
    COMPARE("--csv", "--sweep", "n=1,2", FILE_OF);
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_ptr_eq(
        strstr(cli.out, "variant,n,operations,ops_per_second,latency_p50,"), cli.out);
    ck_assert_ptr_nonnull(
        strstr(cli.out, "\nfast,1,1,4854368.9,202,202,0.000,,206.0,"));
    ck_assert_ptr_nonnull(strstr(cli.out, "\nslow,1,1,"));
    ck_assert_ptr_nonnull(strstr(cli.out, "\nfast,2,2,"));
    ck_assert_ptr_nonnull(strstr(cli.out, "\nslow,2,2,"));
}
END_TEST

START_TEST(the_same_comparison_gives_the_same_bytes)
{
    char *first;

    cli_write(&cli, "s.lua", marked);
    COMPARE("--json", FILE_OF);
    first = alloc_string(cli.out);
    COMPARE("--json", FILE_OF);
    ck_assert_str_eq(first, cli.out);
    free(first);
}
END_TEST

/* --- sweeps --------------------------------------------------------------------------------- */

START_TEST(a_sweep_has_a_column_a_value)
{
    cli_write(&cli, "s.lua", marked);
    COMPARE("--color", "never", "--sweep", "work=10,20", "--sweep", "n=1,3", FILE_OF);
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_ptr_nonnull(strstr(cli.out,
                                 "\ncycles_per_op: of the clock, an operation\n"
                                 "work/n  10/1  10/3  20/1  20/3\n"
                                 "fast    26.0  25.3  46.0  45.3\n"
                                 "slow    46.0  45.3  86.0  85.3\n"));
    ck_assert_ptr_nonnull(strstr(cli.out, "  pass  slow work=20 n=3: all operations"));
}
END_TEST

START_TEST(points_of_a_sweep_are_counted_on)
{
    struct sweeps sweeps = {0};
    struct err err = {0};

    ck_assert(sweeps_add(&sweeps, "a=1,2,3", &err));
    ck_assert(sweeps_add(&sweeps, "b=x,y", &err));
    ck_assert_uint_eq(sweeps_points(&sweeps), 6);
    ck_assert_str_eq(sweeps_value(&sweeps, 0, 0), "1");
    ck_assert_str_eq(sweeps_value(&sweeps, 1, 1), "y");
    ck_assert_str_eq(sweeps_value(&sweeps, 2, 0), "2");
    ck_assert_str_eq(sweeps_value(&sweeps, 5, 0), "3");
    sweeps_release(&sweeps);
    ck_assert_uint_eq(sweeps_points(&sweeps), 1);
}
END_TEST

/* --- the model ----------------------------------------------------------------------------- */

START_TEST(work_without_exits_agrees_with_the_model)
{
    json_t *json, *model, *point;

    cli_write(&cli, "s.lua", marked);
    COMPARE("--model", "--json", FILE_OF);
    ck_assert_str_eq(cli.err, "");
    ck_assert_int_eq(cli.status, STATUS_OK);
    json = parsed();
    model = json_object_get(json, "model");
    ck_assert_uint_eq(json_array_size(model), 2);
    ck_assert_str_eq(
        json_string_value(json_object_get(json_array_get(model, 0), "name")),
        "the throughput of fast follows from its exits, within 5 percent");
    ck_assert_uint_eq(json_array_size(json_object_get(json, "points")), 2);
    point = json_array_get(json_object_get(json, "points"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(point, "work")), "50");
    point = json_array_get(json_object_get(point, "variants"), 0);
    ck_assert(json_number_value(json_object_get(json_object_get(point, "model"),
                                                "error_percent")) == 0);
    json_decref(json);
}
END_TEST

/* An exit costs 500 cycles in the base, and 600 in the run. */
START_TEST(a_prediction_takes_the_bases_price)
{
    const struct account base = {
        .known = true,
        .causes = 1,
        .operations = 10,
        .backend_cycles = 500,
        .cause = {{.cause = 21, .exits = 10, .cycles = 5500, .own = 5000}},
    };
    struct account run = {
        .known = true,
        .harts = 1,
        .operations = 10,
        .cycles = 10000,
        .guest_cycles = 2000,
        .idle_cycles = 1000,
        .bus_cycles = 500,
        .causes = 1,
        .cause = {{.cause = 21, .exits = 10, .cycles = 6000, .own = 6000}},
    };
    struct prediction prediction;

    run.value[ACCOUNT_OPS_PER_SECOND] = 10000000;
    prediction = model_predict(&base, &run);
    ck_assert_uint_eq(prediction.cycles, 9000);
    ck_assert_uint_eq(prediction.ops_per_second, 11111111);
    ck_assert_int_eq(prediction.error, 1111);
    ck_assert(!prediction.unpriced);
    run.cause[0].cause = 23; /* of which the base has none */
    run.cause[0].exits = 20;
    prediction = model_predict(&base, &run);
    ck_assert_uint_eq(prediction.cycles, 14000);
    ck_assert_int_eq(prediction.error, -2857);
    ck_assert(prediction.unpriced);
}
END_TEST

/* --- checks ---------------------------------------------------------------------------------- */

START_TEST(a_check_that_fails_is_status_1)
{
    cli_write(&cli, "s.lua", marked);
    COMPARE("--set", "n=2", "--set", "work=0x7fffffff", FILE_OF); /* until its limit */
    ck_assert_int_eq(cli.status, STATUS_FAILED);
    ck_assert_ptr_nonnull(strstr(cli.out, "FAIL"));
    ck_assert_ptr_nonnull(strstr(cli.out, "it has not ended after"));
}
END_TEST

/* --- the scenarios that come with it ------------------------------------------------------ */

static const struct {
    const char *file, *set, *also, *more;
} scenarios[] = {
    {"scenarios/02-trap-and-emulate.lua", "calls=20", "reads=2", "--json"},
    {"scenarios/03-three-ways.lua", "n=4", "depth=1", "--json"},
    {"scenarios/03-three-ways.lua", "n=8", "depth=4", "--json"},
    {"scenarios/03-three-ways.lua", "n=4", "op=write", "--csv"},
    {"scenarios/03-three-ways.lua", "n=4", "order=random", "--csv"},
    {"scenarios/03-three-ways.lua", "op=none", "compute=10000", "--json"},
    {"scenarios/03-three-ways.lua", "n=16", "bytes=4096", "--model"},
    {"scenarios/04-rogue-dma.lua", "n=2", "bytes=512", "--json"},
    {"scenarios/04-rogue-dma.lua", "n=1", "bytes=4096", "--json"},
};

/* What the workload would refuse does not run at all. */
static const struct {
    const char *set, *says;
} unfit[] = {
    {"op=erase", "parameter op: 'erase' is none of read, write, none"},
    {"order=odd", "parameter order: 'odd' is none of seq, random"},
    {"bytes=513", "parameter bytes: not a multiple of 512"},
};

START_TEST(a_workload_that_cannot_be_is_refused)
{
    COMPARE("scenarios/03-three-ways.lua", "--set", unfit[_i].set);
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_msg(strstr(cli.err, unfit[_i].says) != NULL, "%s", cli.err);
}
END_TEST

/* Their expectations are what must emerge. */
START_TEST(scenarios_are_as_they_expect)
{
    COMPARE("--set", scenarios[_i].set, "--set", scenarios[_i].also, scenarios[_i].more,
            scenarios[_i].file);
    ck_assert_str_eq(cli.err, "");
    ck_assert_msg(cli.status == STATUS_OK, "%s", cli.out);
}
END_TEST

/* --- what cannot be compared --------------------------------------------------------------------- */

#define SMALL(more)                                                                    \
    "scenario { name = 's', parameters = { n = { 1, min = 1, max = 4 } },\n"           \
    "variants = { { name = 'a' }, { name = 'b' } },\n"                                 \
    "setup = function() return { programs = { asm 'j .' } } end, " more " }"

static const struct {
    const char *file, *option, *value, *says;
} refused[] = {
    {NULL, "--json", "--csv", "--json and --csv: one at a time"},
    {SMALL(""), "--sweep", "n", "'n' is no sweep: name=value,value,..."},
    {SMALL(""), "--sweep", "n=", "'n=' is no sweep"},
    {SMALL(""), "--sweep", "m=1", "scenario s has no parameter 'm'"},
    {SMALL(""), "--sweep", "n=1,5", "parameter n: 5 is not 1 to 4"},
    {SMALL(""), "--sweep", "n=1,,2", "parameter n: '' is not an integer"},
    {SMALL(""), "--set", "n=9", "parameter n: 9 is not 1 to 4"},
    {SMALL(""), "--variant", "c", "scenario s has no variant 'c'"},
    {SMALL(""), "--color", "blue", "--color 'blue': it is auto, always or never"},
    {SMALL(""), "--model", NULL, "scenario s has no model"},
    {SMALL("model = 3"), "--json", NULL, "scenario.model: must be a table"},
    {SMALL("model = { bass = {} }"), "--json", NULL, "base"},
    {SMALL("model = { base = { n = { 1, 2 } } }"), "--json", NULL,
     "'base' is one value of each parameter"},
    {SMALL("model = { base = { n = print } }"), "--json", NULL,
     "'n' must be a value of that parameter, or a list of some"},
    {SMALL("model = { base = { m = 1 } }"), "--model", NULL,
     "scenario s has no parameter 'm'"},
    {"scenario { name = 's', variants = { { name = 'a', told = { 'x' } } },"
     "setup = function() return { programs = { asm 'j .' } } end }",
     "--json", NULL, "must be a table"},
    {"scenario { name = 's', variants = { { name = 'a', told = { { 'x' } } } },"
     "setup = function() return { programs = { asm 'j .' } } end }",
     "--json", NULL, "must be { \"question\", \"answer\" }"},
    {"scenario { name = 's', variants = { { name = 'a' } }, setup = function()"
     "return { window = 'marks', programs = { asm 'j .' } } end }",
     "--json", NULL, "'window' is { from =, to = } or \"markers\""},
    {"scenario { name = 's', variants = { { name = 'a' } }, setup = function()"
     "return { programs = { asm 'nonsense' } } end }",
     "--json", NULL, "nonsense"},
};

START_TEST(what_cannot_be_compared_is_status_2)
{
    const char *file = FILE_OF;

    cli_write(&cli, "s.lua", refused[_i].file ? refused[_i].file : "");
    if (refused[_i].value)
        COMPARE(refused[_i].option, refused[_i].value, file);
    else
        COMPARE(refused[_i].option, file);
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_str_eq(cli.out, "");
    ck_assert_msg(strstr(cli.err, refused[_i].says) != NULL, "%s", cli.err);
}
END_TEST

START_TEST(wrong_usage_is_status_2)
{
    COMPARE("--json");
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(cli.err, "compare: no scenario given"));
    COMPARE("a.lua", "b.lua");
    ck_assert_ptr_nonnull(
        strstr(cli.err, "one scenario at a time: 'a.lua' and 'b.lua'"));
    COMPARE("nowhere.lua");
    ck_assert_ptr_nonnull(strstr(cli.err, "cannot open 'nowhere.lua'"));
    ck_assert_int_eq(cli.status, STATUS_USAGE);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, variants_stand_side_by_side);
    tcase_add_test(tcase, a_scenario_without_markers_has_its_windows_metrics);
    tcase_add_test(tcase, colours_and_blocks_are_as_the_terminal_wants);
    tcase_add_test(tcase, json_has_every_metric_by_its_name);
    tcase_add_test(tcase, csv_has_a_line_a_run);
    tcase_add_test(tcase, the_same_comparison_gives_the_same_bytes);
    tcase_add_test(tcase, a_sweep_has_a_column_a_value);
    tcase_add_test(tcase, points_of_a_sweep_are_counted_on);
    tcase_add_test(tcase, work_without_exits_agrees_with_the_model);
    tcase_add_test(tcase, a_prediction_takes_the_bases_price);
    tcase_add_test(tcase, a_check_that_fails_is_status_1);
    tcase_add_loop_test(tcase, scenarios_are_as_they_expect, 0, COUNT(scenarios));
    tcase_add_loop_test(tcase, a_workload_that_cannot_be_is_refused, 0, COUNT(unfit));
    tcase_add_loop_test(tcase, what_cannot_be_compared_is_status_2, 0, COUNT(refused));
    tcase_add_test(tcase, wrong_usage_is_status_2);
}

TEST_MAIN("compare", add_tests)
