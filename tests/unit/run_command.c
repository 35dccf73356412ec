/*
 * `ringside run` and `ringside events`, as their users meet them: arguments go in;
 * standard output, standard error and a status come out.
 */
#include "tests/lib/cli.h"
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "base/buf.h"
#include "base/clean.h"
#include "face/events_command.h"
#include "face/options.h"
#include "face/run_command.h"
#include "image/image.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

static struct cli cli;

static void make_folder(void)
{
    cli_open(&cli);
}

static void remove_folder(void)
{
    cli_close(&cli);
}

#define RUN(...)                                                                       \
    cli_call(&cli, command_run, (const char *const[]){"run", __VA_ARGS__, NULL})
#define EVENTS(...)                                                                    \
    cli_call(&cli, command_events, (const char *const[]){"events", __VA_ARGS__, NULL})

/* --- small scenarios --------------------------------------------------------------------- */

#define OFF "li t0, 0x100000\\n li t1, 0x5555\\n sw t1, (t0)\\n 9: j 9b\\n"

#define SMALL(expect)                                                                  \
    "scenario { name = 'small', title = 'A small one', parameters = { n = 1 },\n"      \
    "variants = { { name = 'a', title = 'first' }, { name = 'b' } },\n"                \
    "setup = function(p) return { programs = { asm('li s0, ' .. p.n .. '\\n " OFF      \
    "') },\n  notes = { { kind = 'finish', say = 'That was it.' } } } end,\n"          \
    "expect = { " expect " } }"

static const char passing[] = SMALL("{ 's0 is n', function(run) return run:x('s0') == "
                                    "run.parameters.n end }");
static const char failing[] =
    SMALL("{ 'good', function() return true end },\n"
          "{ 'bad # TODO <&> \"\\27[31m\\\\', function(run) return run.variant == 'b', "
          "'it says ]]> \\255\\1 \"quoted\"\\nok 99 - x' end }");

/* --- text -------------------------------------------------------------------------------- */

START_TEST(a_run_prints_a_table_charts_and_checks)
{
    cli_write(&cli, "s.lua", passing);
    RUN(cli_path(&cli, "s.lua"));
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_str_eq(cli.err, "");
    ck_assert_ptr_nonnull(
        strstr(cli.out, "A small one\n\nvariant  instructions  cycles"));
    ck_assert_ptr_nonnull(strstr(cli.out, "cycles: from the beginning"));
    ck_assert_ptr_nonnull(
        strstr(cli.out, "  pass  a: the program ends the run, with exit code 0\n"));
    ck_assert_ptr_nonnull(strstr(cli.out, "  pass  b: s0 is n\n"));
    ck_assert_ptr_null(strstr(cli.out, "\033"));
}
END_TEST

START_TEST(colour_is_there_when_it_is_asked_for)
{
    cli_write(&cli, "s.lua", passing);
    RUN(cli_path(&cli, "s.lua"), "--color", "always");
    ck_assert_ptr_nonnull(strstr(cli.out, "\033[32m  pass  \033[0m"));
    RUN(cli_path(&cli, "s.lua"), "--color", "never");
    ck_assert_ptr_null(strstr(cli.out, "\033"));
}
END_TEST

START_TEST(a_failed_check_is_status_1)
{
    cli_write(&cli, "s.lua", failing);
    RUN(cli_path(&cli, "s.lua"));
    ck_assert_int_eq(cli.status, STATUS_FAILED);
    ck_assert_ptr_nonnull(strstr(cli.out,
                                 "  FAIL  a: bad # TODO <&> \"?[31m\\\n"
                                 "        it says ]]> ?? \"quoted\"?ok 99 - x\n"));
    RUN(cli_path(&cli, "s.lua"), "--variant", "b");
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_ptr_null(strstr(cli.out, " a: "));
}
END_TEST

START_TEST(parameters_are_set_from_the_command_line)
{
    cli_write(&cli, "s.lua", passing);
    RUN(cli_path(&cli, "s.lua"), "--set", "n=77", "--narrate", "--variant", "a");
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_ptr_nonnull(strstr(cli.out, "--- a ---\n["));
    ck_assert_ptr_nonnull(
        strstr(cli.out, "the run ends with exit code 0\n    That was it.\n"));
}
END_TEST

START_TEST(digests_are_the_same_in_every_process)
{
    char *first;

    cli_write(&cli, "s.lua", passing);
    RUN(cli_path(&cli, "s.lua"), "--digest");
    ck_assert_ptr_nonnull(strstr(cli.out, "\ndigests  state             events\na "));
    first = strdup(cli.out);
    RUN(cli_path(&cli, "s.lua"), "--digest");
    ck_assert_str_eq(cli.out, first);
    RUN(cli_path(&cli, "s.lua"), "--digest", "--set", "n=2");
    ck_assert_str_ne(cli.out, first);
    free(first);
}
END_TEST

/* --- what is refused ---------------------------------------------------------------------- */

static const struct {
    const char *arguments[6], *error;
} refused[] = {
    {{"/nowhere.lua"},
     "ringside: run: cannot open '/nowhere.lua': No such file or directory\n"},
    {{"--json", "--tap", SCENARIO},
     "ringside: run: --json, --junit and --tap: one at a time\n"},
    {{SCENARIO, SCENARIO},
     "ringside: run: one scenario at a time: '" SCENARIO "' and '" SCENARIO "'\n"},
    {{"--variant", "pol", SCENARIO},
     "ringside: run: scenario 01-three-ways-to-copy has no variant 'pol' (did you mean "
     "'poll'?)\n"},
    {{"--set", "sector=8", SCENARIO},
     "ringside: run: scenario 01-three-ways-to-copy has no parameter 'sector' (did you "
     "mean 'sectors'?)\n"},
    {{"--set", "sectors=7", SCENARIO},
     "ringside: run: parameter sectors: 7 is not 8 to 256\n"},
    {{"--events", "/tmp/x", SCENARIO},
     "ringside: run: --events records one run: choose it by --variant\n"},
    {{"--events", "/nowhere/x", "--variant", "poll", SCENARIO},
     "ringside: run: cannot write '/nowhere/x': No such file or directory\n"},
    {{"--color", "red", SCENARIO},
     "ringside: run: --color 'red': it is auto, always or never\n"},
    {{"--list", "/nowhere"},
     "ringside: run: cannot list '/nowhere': No such file or directory\n"},
    {{NULL}, "ringside: run: no scenario given\n"},
};

START_TEST(what_cannot_be_done_is_refused_with_status_2)
{
    const char *arguments[8] = {"run"};

    for (unsigned i = 0; refused[_i].arguments[i]; i++)
        arguments[i + 1] = refused[_i].arguments[i];
    cli_call(&cli, command_run, arguments);
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_str_eq(cli.err, refused[_i].error);
    ck_assert_str_eq(cli.out, "");
}
END_TEST

START_TEST(mistakes_in_assembly_are_shown_with_their_lines)
{
    cli_write(&cli, "s.lua",
              "scenario { name = 's', variants = { { name = 'v' } },\n"
              "setup = function() return { programs = { asm [[\n"
              "  addi a0, a0\n  bda a1\n]] } } end }");
    RUN(cli_path(&cli, "s.lua"));
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(cli.err, "s.lua:3:"));
    ck_assert_ptr_nonnull(strstr(cli.err, "s.lua:4:3: "));
    ck_assert_ptr_nonnull(strstr(cli.err, "\n  bda a1\n"));
    ck_assert_ptr_nonnull(strstr(cli.err, "2 errors in the program\n"));
}
END_TEST

START_TEST(mistakes_do_not_send_escape_sequences_to_the_terminal)
{
    cli_write(&cli, "s.lua",
              "scenario { name = 's', variants = { { name = 'v' } },\n"
              "setup = function() return { programs = { asm [[\n"
              "\tfoo\033[31m a0\n]] } } end }");
    RUN(cli_path(&cli, "s.lua"));
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(cli.err, "\n\tfoo?[31m a0\n"));
    ck_assert_ptr_null(strchr(cli.err, '\033'));
    cli_write(&cli, "s.lua", "error('\\27[31mred')");
    RUN(cli_path(&cli, "s.lua"));
    ck_assert_ptr_nonnull(strstr(cli.err, "?[31mred\n"));
    ck_assert_ptr_null(strchr(cli.err, '\033'));
}
END_TEST

/* --- for programs ------------------------------------------------------------------------- */

START_TEST(json_has_names_metrics_checks_and_digest)
{
    json_t *report, *variant, *checks;
    json_error_t error;
    char *text;

    cli_write(&cli, "s.lua", failing);
    RUN(cli_path(&cli, "s.lua"), "--json");
    ck_assert_int_eq(cli.status, STATUS_FAILED);
    report = json_loads(cli.out, 0, &error);
    ck_assert_msg(report != NULL, "%s", error.text);
    ck_assert_uint_eq(json_array_size(json_object_get(report, "variants")), 2);
    variant = json_array_get(json_object_get(report, "variants"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(variant, "name")), "a");
    text = json_dumps(json_object_get(variant, "metrics"), JSON_COMPACT);
    ck_assert_str_eq(text,
                     "{\"instructions\":11,\"cycles\":48,\"payload_bytes_hart\":0,"
                     "\"payload_bytes_dma\":0,\"interrupts\":0,"
                     "\"bus_wait_cycles\":0,\"useful_share\":null}");
    free(text);
    checks = json_object_get(variant, "checks");
    ck_assert_uint_eq(json_array_size(checks), 3);
    ck_assert(json_is_true(json_object_get(json_array_get(checks, 1), "passed")));
    ck_assert(json_is_false(json_object_get(json_array_get(checks, 2), "passed")));
    ck_assert_str_eq(
        json_string_value(json_object_get(json_array_get(checks, 2), "reason")),
        "it says ]]> ?? \"quoted\"?ok 99 - x");
    ck_assert_uint_eq(json_string_length(json_object_get(variant, "digest")), 16);
    json_decref(report);
}
END_TEST

START_TEST(junit_escapes_what_scenarios_say)
{
    cli_write(&cli, "s.lua", failing);
    RUN(cli_path(&cli, "s.lua"), "--junit");
    ck_assert_int_eq(cli.status, STATUS_FAILED);
    ck_assert_str_eq(
        cli.out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"small\" tests=\"6\" failures=\"1\" errors=\"0\">\n"
        "  <testsuite name=\"a\" tests=\"3\" failures=\"1\" errors=\"0\">\n"
        "    <testcase name=\"the program ends the run, with exit code 0\" "
        "classname=\"small.a\"/>\n"
        "    <testcase name=\"good\" classname=\"small.a\"/>\n"
        "    <testcase name=\"bad # TODO &lt;&amp;&gt; &quot;?[31m\\\" "
        "classname=\"small.a\">\n"
        "      <failure message=\"it says ]]&gt; ?? &quot;quoted&quot;?ok 99 - x\"/>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "  <testsuite name=\"b\" tests=\"3\" failures=\"0\" errors=\"0\">\n"
        "    <testcase name=\"the program ends the run, with exit code 0\" "
        "classname=\"small.b\"/>\n"
        "    <testcase name=\"good\" classname=\"small.b\"/>\n"
        "    <testcase name=\"bad # TODO &lt;&amp;&gt; &quot;?[31m\\\" "
        "classname=\"small.b\"/>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}
END_TEST

START_TEST(tap_cannot_be_forged)
{
    cli_write(&cli, "s.lua", failing);
    RUN(cli_path(&cli, "s.lua"), "--tap");
    ck_assert_int_eq(cli.status, STATUS_FAILED);
    ck_assert_str_eq(cli.out, "TAP version 14\n"
                              "1..6\n"
                              "ok 1 - a: the program ends the run, with exit code 0\n"
                              "ok 2 - a: good\n"
                              "not ok 3 - a: bad \\# TODO <&> \"?[31m\\\\\n"
                              "  ---\n"
                              "  message: \"it says ]]> ?? \\\"quoted\\\"?ok 99 - x\"\n"
                              "  ...\n"
                              "ok 4 - b: the program ends the run, with exit code 0\n"
                              "ok 5 - b: good\n"
                              "ok 6 - b: bad \\# TODO <&> \"?[31m\\\\\n");
}
END_TEST

/* --- lists -------------------------------------------------------------------------------- */

START_TEST(a_list_shows_scenarios_variants_and_parameters)
{
    cli_write(&cli, "b.lua", passing);
    cli_write(&cli, "a.lua", "nonsense(");
    cli_write(&cli, "c.txt", "no scenario");
    RUN("--list", cli.folder);
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_ptr_nonnull(strstr(cli.out, "/a.lua\n    cannot be used: "));
    ck_assert_ptr_nonnull(strstr(cli.out, "/b.lua\n    A small one\n    --variant a "));
    ck_assert_ptr_nonnull(strstr(cli.out, "    --set n=1"));
    ck_assert_ptr_null(strstr(cli.out, "c.txt"));
    RUN("--list");
    ck_assert_ptr_nonnull(strstr(cli.out, SCENARIO "\n    Three ways to copy\n"));
}
END_TEST

/* --- recordings ---------------------------------------------------------------------------- */

START_TEST(a_recording_reads_back_as_the_lines_that_would_have_been_written)
{
    char *lines;

    cli_write(&cli, "s.lua", passing);
    RUN(cli_path(&cli, "s.lua"), "--variant", "a", "--events", cli_path(&cli, "r.bin"));
    ck_assert_int_eq(cli.status, STATUS_OK);
    RUN(cli_path(&cli, "s.lua"), "--variant", "a", "--events",
        cli_path(&cli, "r.jsonl"));
    EVENTS("--json", cli_path(&cli, "r.bin"));
    ck_assert_int_eq(cli.status, STATUS_OK);
    lines = cli_read(&cli, "r.jsonl");
    ck_assert_str_eq(cli.out, lines);
    free(lines);
    EVENTS(cli_path(&cli, "r.bin"), "--kind", "finish");
    ck_assert_ptr_nonnull(
        strstr(cli.out, "  finish          the run ends with exit code 0\n"));
    EVENTS(cli_path(&cli, "r.bin"), "--kind", "finish", "--csv");
    ck_assert_int_eq(strncmp(cli.out, "retired,order,cycle,board,code,hart\n", 36), 0);
    EVENTS(cli_path(&cli, "r.bin"), "--fields");
    ck_assert_ptr_nonnull(
        strstr(cli.out, "finish\n    code           4 bytes, number\n"));
}
END_TEST

/* Each field in its unit's form; "none" is nothing. */
START_TEST(columns_are_written_in_the_units_of_their_fields)
{
    cli_write(&cli, "s.lua", passing);
    RUN(cli_path(&cli, "s.lua"), "--variant", "a", "--events", cli_path(&cli, "r.bin"));
    EVENTS(cli_path(&cli, "r.bin"), "--kind", "insn", "--csv");
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_int_eq(
        strncmp(cli.out,
                "retired,order,cycle,board,pc,next_pc,rd_old,rd_new,va,pa,mem_old,"
                "mem_new,csr_old,csr_new,bits,price,csr,hart,mode,rd,access,size\n",
                129),
        0);
    ck_assert_msg(strstr(cli.out,
                         ",0,0x80000000,0x80000004,0x0,0x1,0x0,0x0,0x0,0x0,0x0,"
                         "0x0,0x00100413,1,,0,M-mode,s0,,0\n"),
                  "%s", cli.out);
    EVENTS(cli_path(&cli, "r.bin"), "--kind", "insn");
    ck_assert_msg(strstr(cli.out, "hart 0 executes li s0,1 at 0x80000000: s0 = 0x1\n"),
                  "%s", cli.out);
    EVENTS(cli_path(&cli, "r.bin"), "--kind", "mmio_write");
    ck_assert_msg(strstr(cli.out, "hart 0 writes device "), "%s", cli.out);
}
END_TEST

START_TEST(a_recording_that_cannot_be_read_is_refused)
{
    EVENTS("/nowhere");
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    cli_write(&cli, "x", "not a recording");
    EVENTS(cli_path(&cli, "x"));
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(cli.err, ": not a recording of events\n"));
    cli_write(&cli, "x.jsonl", "{\"kind\":\"insn\"}\n");
    EVENTS(cli_path(&cli, "x.jsonl"));
    ck_assert_int_eq(cli.status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(cli.err, "x.jsonl: these are events as JSON lines"));
    cli_write(&cli, "s.lua", passing);
    RUN(cli_path(&cli, "s.lua"), "--variant", "a", "--events", cli_path(&cli, "r.bin"));
    EVENTS(cli_path(&cli, "r.bin"), "--csv");
    ck_assert_str_eq(cli.err, "ringside: events: --csv needs --kind: its columns are "
                              "the fields of one kind\n");
    EVENTS(cli_path(&cli, "r.bin"), "--kind", "nothing");
    ck_assert_str_eq(cli.err,
                     "ringside: events: the recording knows no events 'nothing'\n");
}
END_TEST

/* --- the scenario of the first step --------------------------------------------------------- */

START_TEST(three_ways_to_copy_show_what_they_are_to_show)
{
    RUN(SCENARIO, "--tap");
    ck_assert_msg(cli.status == STATUS_OK, "%s", cli.out);
    ck_assert_ptr_null(strstr(cli.out, "not ok"));
    ck_assert_ptr_nonnull(
        strstr(cli.out, "compared: in memory, burst mode finishes first"));
}
END_TEST

static const char *const copy_variants[] = {
    "poll",       "interrupt",  "dma_burst",       "dma_steal", "dma_transparent",
    "copy_burst", "copy_steal", "copy_transparent"};

/* A number of the report; those of a table of eight variants, in their order. */
static double metric(const json_t *report, unsigned variant, const char *name)
{
    const json_t *row = json_array_get(json_object_get(report, "variants"), variant);
    const json_t *value = json_object_get(json_object_get(row, "metrics"), name);

    ck_assert_msg(json_is_number(value), "%s of %s", name, copy_variants[variant]);
    return json_number_value(value);
}

static json_t *copy_report(void)
{
    json_t *report;

    RUN(SCENARIO, "--json");
    ck_assert_int_eq(cli.status, STATUS_OK);
    report = json_loads(cli.out, 0, NULL);
    ck_assert_ptr_nonnull(report);
    return report;
}

START_TEST(three_ways_to_copy_report_these_variants_and_metrics)
{
    static const char *const metrics[] = {
        "instructions", "cycles",          "payload_bytes_hart", "payload_bytes_dma",
        "interrupts",   "bus_wait_cycles", "useful_share"};
    json_t *report = copy_report(), *variants = json_object_get(report, "variants");

    ck_assert_uint_eq(json_array_size(variants), COUNT(copy_variants));
    for (unsigned v = 0; v < COUNT(copy_variants); v++) {
        json_t *row = json_array_get(variants, v);
        json_t *has = json_object_get(row, "metrics");

        ck_assert_str_eq(json_string_value(json_object_get(row, "name")),
                         copy_variants[v]);
        ck_assert_uint_eq(json_object_size(has), COUNT(metrics));
        for (unsigned m = 0; m < COUNT(metrics); m++)
            ck_assert_msg(json_object_get(has, metrics[m]) != NULL, "%s", metrics[m]);
    }
    json_decref(report);
}
END_TEST

/* The same as the scenario's own checks say, seen by a program that reads the report. */
START_TEST(three_ways_to_copy_report_what_emerges)
{
    enum { POLL, DMA_BURST = 2, DMA_TRANSPARENT = 4, BURST, STEAL, TRANSPARENT };
    json_t *report = copy_report();

    ck_assert_double_lt(metric(report, POLL, "useful_share"), 0.05);
    for (unsigned v = DMA_BURST; v <= DMA_TRANSPARENT; v++)
        ck_assert_double_gt(metric(report, v, "useful_share"), 0.90);
    for (unsigned v = DMA_BURST; v <= TRANSPARENT; v++)
        ck_assert_double_eq(metric(report, v, "payload_bytes_hart"), 0);
    for (unsigned v = STEAL; v <= TRANSPARENT; v++) {
        ck_assert_double_lt(metric(report, BURST, "cycles"),
                            metric(report, v, "cycles"));
        ck_assert_double_lt(
            metric(report, v, "bus_wait_cycles") / metric(report, v, "cycles"),
            metric(report, BURST, "bus_wait_cycles") / metric(report, BURST, "cycles"));
    }
    ck_assert_double_eq(metric(report, DMA_TRANSPARENT, "bus_wait_cycles"), 0);
    ck_assert_double_eq(metric(report, TRANSPARENT, "bus_wait_cycles"), 0);
    json_decref(report);
}
END_TEST

START_TEST(three_ways_to_copy_hold_for_other_sizes)
{
    static const char *const sizes[] = {"sectors=8", "sectors=40", "sectors=256"};

    RUN(SCENARIO, "--tap", "--set", sizes[_i]);
    ck_assert_msg(!strstr(cli.out, "not ok") && cli.status == STATUS_OK, "%s: %s",
                  sizes[_i], cli.out);
}
END_TEST

/* --- clean text ----------------------------------------------------------------------------- */

static const struct {
    const char *text, *clean;
} texts[] = {
    {"plain ~", "plain ~"},
    {"tab\tline\n", "tab?line?"},
    {"\033[31mred\x7f", "?[31mred?"},
    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82"},
    {"\xc3", "?"},
    {"\xc3(", "?("},
    {"\xc0\x80", "??"},
    {"\xe2\x82", "??"},
    {"\xe0\x80\xaf", "???"},
    {"\xed\xa0\x80", "???"},
    {"\xf4\x90\x80\x80", "????"},
    {"\xff\xfe", "??"},
    {"\xc2\x9b"
     "31m",
     "??31m"},
    /* An override of the direction of writing, which is what is tested here. */
    {"\xe2\x80\xae", "???"}, /* NOLINT(misc-misleading-bidirectional) */
    {"\xef\xbf\xbf", "???"},
};

START_TEST(text_of_others_is_cleaned)
{
    struct buf clean = {0};

    put_clean(&clean, texts[_i].text);
    ck_assert_str_eq(buf_str(&clean), texts[_i].clean);
    buf_free(&clean);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_test(tcase, a_run_prints_a_table_charts_and_checks);
    tcase_add_test(tcase, colour_is_there_when_it_is_asked_for);
    tcase_add_test(tcase, a_failed_check_is_status_1);
    tcase_add_test(tcase, parameters_are_set_from_the_command_line);
    tcase_add_test(tcase, digests_are_the_same_in_every_process);
    tcase_add_loop_test(tcase, what_cannot_be_done_is_refused_with_status_2, 0,
                        COUNT(refused));
    tcase_add_test(tcase, mistakes_in_assembly_are_shown_with_their_lines);
    tcase_add_test(tcase, mistakes_do_not_send_escape_sequences_to_the_terminal);
    tcase_add_test(tcase, json_has_names_metrics_checks_and_digest);
    tcase_add_test(tcase, junit_escapes_what_scenarios_say);
    tcase_add_test(tcase, tap_cannot_be_forged);
    tcase_add_test(tcase, a_list_shows_scenarios_variants_and_parameters);
    tcase_add_test(tcase,
                   a_recording_reads_back_as_the_lines_that_would_have_been_written);
    tcase_add_test(tcase, columns_are_written_in_the_units_of_their_fields);
    tcase_add_test(tcase, a_recording_that_cannot_be_read_is_refused);
    tcase_add_test(tcase, three_ways_to_copy_show_what_they_are_to_show);
    tcase_add_test(tcase, three_ways_to_copy_report_these_variants_and_metrics);
    tcase_add_test(tcase, three_ways_to_copy_report_what_emerges);
    tcase_add_loop_test(tcase, three_ways_to_copy_hold_for_other_sizes, 0, 3);
    tcase_add_loop_test(tcase, text_of_others_is_cleaned, 0, COUNT(texts));
}

TEST_MAIN("run_command", add_tests)
