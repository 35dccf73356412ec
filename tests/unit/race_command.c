/* `ringside race` as its users meet it, without a terminal. */
#include "face/tui/race_command.h"
#include "tests/lib/cli.h"
#include "tests/lib/suite.h"

#include <jansson.h>
#include <string.h>

#define SMALL "tests/commands/race.lua"

static struct cli cli;

static void call(const char *const *arguments)
{
    cli_call(&cli, command_race, arguments);
}

START_TEST(graders_get_the_counters_of_every_lane_as_json)
{
    json_t *json, *lane;

    call((const char *[]){"race", SMALL, "--json", "--at", "700", NULL});
    ck_assert_int_eq(cli.status, 0);
    json = json_loads(cli.out, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "lanes")), 3);
    lane = json_array_get(json_object_get(json, "lanes"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(lane, "variant")), "emulated");
    ck_assert_int_eq(json_integer_value(json_object_get(lane, "exit_now")), 13);
    ck_assert_int_eq(json_integer_value(json_object_get(lane, "bytes")), 12);
    ck_assert(json_is_false(json_object_get(lane, "over")));
    ck_assert(json_is_null(json_object_get(lane, "over_at")));
    lane = json_array_get(json_object_get(json, "lanes"), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(lane, "over_at")), 528);
    ck_assert_int_eq(json_integer_value(json_object_get(lane, "spare_cycles")), 172);
    json_decref(json);
}
END_TEST

START_TEST(variants_parameters_and_the_end_are_chosen)
{
    json_t *json, *lane;

    call((const char *[]){"race", SMALL, "--variants", "direct,slow", "--set", "n=3",
                          "--at", "end", "--json", NULL});
    ck_assert_int_eq(cli.status, 0);
    json = json_loads(cli.out, 0, NULL);
    ck_assert_ptr_nonnull(json);
    lane = json_array_get(json_object_get(json, "lanes"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(lane, "variant")), "slow");
    ck_assert_int_eq(json_integer_value(json_object_get(lane, "operations")), 3);
    ck_assert(json_is_true(json_object_get(lane, "over")));
    json_decref(json);
}
END_TEST

START_TEST(the_screen_is_printed_as_text)
{
    call((const char *[]){"race", SMALL, "--print", "80x24", "--at", "+1,000", "--keys",
                          "n", "--ascii", NULL});
    ck_assert_int_eq(cli.status, 0);
    ck_assert_ptr_nonnull(strstr(cli.out, "race of 3"));
    ck_assert_ptr_nonnull(strstr(cli.out, "cycle +1,00"));
    ck_assert_ptr_null(strstr(cli.out, "─"));
}
END_TEST

static const struct {
    const char *arguments[8], *error;
} wrong[] = {
    {{"race", NULL}, "ringside: race: give one FILE"},
    {{"race", "none.lua", "--json", NULL}, "ringside: race: "},
    {{"race", SMALL, "--json", "--variants", "direct", NULL},
     "ringside: race: a race needs two variants at least"},
    {{"race", SMALL, "--json", "--variants", "direct,dirct", NULL},
     "ringside: race: scenario race has no variant 'dirct' (did you mean 'direct'?)"},
    {{"race", SMALL, "--json", "--variants", "direct,slow,direct,slow,direct", NULL},
     "ringside: race: a race has at most 4 variants"},
    {{"race", SMALL, "--json", "--set", "n=0", NULL},
     "ringside: race: parameter n: 0 is not 1 to 1000"},
    {{"race", SMALL, "--json", "--at", "soon", NULL},
     "ringside: race: --at 'soon': a cycle is as 26,412, or 'end'"},
    {{"race", SMALL, "--print", "wide", NULL},
     "ringside: race: --print 'wide': a size is COLUMNSxROWS, as 120x36"},
};

START_TEST(what_cannot_be_raced_is_told)
{
    call(wrong[_i].arguments);
    ck_assert_int_eq(cli.status, 2);
    ck_assert_msg(strstr(cli.err, wrong[_i].error) != NULL, "%s", cli.err);
}
END_TEST

static void open_cli(void)
{
    cli_open(&cli);
}

static void close_cli(void)
{
    cli_close(&cli);
}

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, open_cli, close_cli);
    tcase_add_test(tcase, graders_get_the_counters_of_every_lane_as_json);
    tcase_add_test(tcase, variants_parameters_and_the_end_are_chosen);
    tcase_add_test(tcase, the_screen_is_printed_as_text);
    tcase_add_loop_test(tcase, what_cannot_be_raced_is_told, 0,
                        sizeof(wrong) / sizeof(wrong[0]));
}

TEST_MAIN("race command", add_tests)
