#include "base/reply.h"

#include "control/command/render.h"
#include "tests/lib/suite.h"

#include <jansson.h>
#include <string.h>

static const struct column columns[] = {
    {"name", COLUMN_TEXT},    {"bytes_moved", COLUMN_COUNT}, {"base", COLUMN_HEX},
    {"running", COLUMN_FLAG}, {NULL, COLUMN_TEXT},
};

/* A sentence, a table of two rows with an unknown value, and another sentence. */
static struct reply answer(void)
{
    struct reply reply = {0};
    struct table *table;

    reply_say(&reply, "There are %d devices.", 2);
    table = reply_table(&reply, "devices", columns);
    table_text(table, "dma0");
    table_number(table, 1234567);
    table_number(table, 0x3100000);
    table_number(table, 1);
    table_text(table, "a, \"quoted\"");
    table_none(table);
    table_number(table, 0);
    table_number(table, 0);
    reply_say(&reply, "That is all.");
    return reply;
}

static char *rendered(enum render_form form, const char *error)
{
    struct reply reply = answer();
    struct err err = {0};
    struct buf out = {0};

    if (error)
        err_set(&err, "%s", error);
    render(&out, form, 0, "info devices", &reply, &err);
    reply_release(&reply);
    return out.data;
}

START_TEST(parts_are_in_the_order_in_which_they_were_given)
{
    struct reply reply = answer();

    ck_assert_uint_eq(reply.parts, 3);
    ck_assert_str_eq(reply.part[0].sentence, "There are 2 devices.");
    ck_assert_ptr_null(reply.part[1].sentence);
    ck_assert_uint_eq(reply.part[1].table.rows, 2);
    ck_assert_uint_eq(reply.part[1].table.columns, 4);
    ck_assert_str_eq(reply.part[2].sentence, "That is all.");
    reply_release(&reply);
    ck_assert_uint_eq(reply.parts, 0);
}
END_TEST

START_TEST(cells_not_given_in_the_last_row_are_not_known)
{
    struct reply reply = {0};
    struct table *table = reply_table(&reply, "devices", columns);

    table_text(table, "dma0");
    table_number(table, 7);
    ck_assert_uint_eq(table->rows, 1);
    ck_assert(!table->cell[1].none);
    ck_assert(table->cell[2].none && table->cell[3].none);
    reply_release(&reply);
}
END_TEST

START_TEST(a_table_takes_any_number_of_rows)
{
    struct reply reply = {0};
    struct table *table = reply_table(&reply, "devices", columns);

    for (uint64_t i = 0; i < 1000; i++) {
        table_text(table, "row %d", (int)i);
        table_number(table, i);
        table_number(table, i << 32);
        table_number(table, i & 1);
    }
    ck_assert_uint_eq(table->rows, 1000);
    ck_assert_str_eq(table->cell[999 * 4].text, "row 999");
    ck_assert_uint_eq(table->cell[999 * 4 + 2].number, UINT64_C(999) << 32);
    reply_release(&reply);
}
END_TEST

START_TEST(text_has_aligned_columns_and_counts_with_commas)
{
    char *text = rendered(RENDER_TEXT, NULL);

    ck_assert_str_eq(text, "There are 2 devices.\n"
                           "name         bytes moved  base       running\n"
                           "dma0           1,234,567  0x3100000  yes\n"
                           "a, \"quoted\"               0x0        no\n"
                           "That is all.\n");
    free(text);
}
END_TEST

START_TEST(text_says_the_error_last)
{
    char *text = rendered(RENDER_TEXT, "info: it is closed");

    ck_assert_ptr_nonnull(strstr(text, "That is all.\nError: info: it is closed.\n"));
    free(text);
}
END_TEST

START_TEST(columns_are_aligned_by_characters)
{
    static const struct column two[] = {
        {"a", COLUMN_TEXT}, {"b", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    struct reply reply = {0};
    struct table *table = reply_table(&reply, "t", two);
    struct buf out = {0};

    table_text(table, "\xc3\xbc"); /* u with two dots: two bytes */
    table_text(table, "1");
    table_text(table, "xy");
    table_text(table, "line\nend");
    render_table(&out, table, 0);
    ck_assert_str_eq(out.data, "a   b\n\xc3\xbc   1\nxy  line end\n");
    buf_free(&out);
    reply_release(&reply);
}
END_TEST

START_TEST(an_empty_table_has_no_text)
{
    struct reply reply = {0};
    struct buf out = {0};

    render_table(&out, reply_table(&reply, "devices", columns), 0);
    ck_assert_str_eq(buf_str(&out), "");
    buf_free(&out);
    reply_release(&reply);
}
END_TEST

START_TEST(columns_without_any_value_are_left_out_of_text)
{
    struct reply reply = {0};
    struct table *table = reply_table(&reply, "devices", columns);
    struct buf out = {0};

    table_text(table, "%s", "");
    table_none(table);
    table_number(table, 0);
    table_none(table);
    render_table(&out, table, 0);
    ck_assert_str_eq(out.data, "base\n0x0\n");
    buf_free(&out);
    reply_release(&reply);
}
END_TEST

/* A table of a moment, a sentence, why and a cycle, on a screen of so many columns. */
static char *on_screen(size_t width)
{
    static const struct column four[] = {{"moment", COLUMN_TEXT},
                                         {"event", COLUMN_TEXT},
                                         {"be_cause", COLUMN_TEXT},
                                         {"cycle", COLUMN_COUNT},
                                         {NULL, COLUMN_TEXT}};
    struct reply reply = {0};
    struct table *table = reply_table(&reply, "t", four);
    struct buf out = {0};

    table_text(table, "#10.2");
    table_text(table, "the controller \xc3\xbc raises its line");
    table_text(table, "it is done");
    table_number(table, 1234);
    table_text(table, "#9");
    table_text(table, "hart 0 writes");
    table_none(table);
    table_number(table, 12);
    render_table(&out, table, width);
    reply_release(&reply);
    return out.data;
}

START_TEST(a_table_that_fits_stays_as_it_is)
{
    char *wide = on_screen(0), *fits = on_screen(59), *narrower = on_screen(58);

    ck_assert_str_eq(
        wide, "moment  event                             be cause    cycle\n"
              "#10.2   the controller \xc3\xbc raises its line  it is done  1,234\n"
              "#9      hart 0 writes                                    12\n");
    ck_assert_str_eq(wide, fits);
    ck_assert_str_eq(narrower,
                     "moment  event                             be cause\n"
                     "#10.2   the controller \xc3\xbc raises its line  it is done\n"
                     "        cycle: 1,234\n"
                     "#9      hart 0 writes\n"
                     "        cycle: 12\n");
    free(wide);
    free(fits);
    free(narrower);
}
END_TEST

START_TEST(what_does_not_fit_follows_below_with_its_name)
{
    char *text = on_screen(34), *least = on_screen(1);

    ck_assert_str_eq(text, "moment  event\n"
                           "#10.2   the controller \xc3\xbc raises\n"
                           "        its line\n"
                           "        be cause: it is done;\n"
                           "        cycle: 1,234\n"
                           "#9      hart 0 writes\n"
                           "        cycle: 12\n");
    ck_assert_str_eq(least, "moment\n"
                            "#10.2\n"
                            "    event: the\n"
                            "    controller \xc3\xbc\n"
                            "    raises its line;\n"
                            "    be cause: it is\n"
                            "    done;\n"
                            "    cycle: 1,234\n"
                            "#9\n"
                            "    event: hart 0\n"
                            "    writes;\n"
                            "    cycle: 12\n");
    free(text);
    free(least);
}
END_TEST

START_TEST(sentences_are_broken_at_blanks)
{
    struct buf out = {0};

    render_sentence(&out, "Hart 0 is at copy+8, and 1234567890123456789012345.", 20);
    render_sentence(&out, "  an example that is laid out already", 20);
    render_sentence(&out, "", 20);
    ck_assert_str_eq(out.data, "Hart 0 is at copy+8,\n"
                               "and\n"
                               "12345678901234567890\n"
                               "12345.\n"
                               "  an example that is laid out already\n"
                               "\n");
    buf_free(&out);
}
END_TEST

START_TEST(json_is_one_object_in_one_line)
{
    char *text = rendered(RENDER_JSON, NULL);
    json_t *json = json_loads(text, 0, NULL);
    const json_t *row;

    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    ck_assert_ptr_nonnull(json);
    ck_assert_str_eq(json_string_value(json_object_get(json, "command")),
                     "info devices");
    ck_assert(json_is_true(json_object_get(json, "ok")));
    ck_assert_uint_eq(json_array_size(json_object_get(json, "say")), 2);
    ck_assert_ptr_null(json_object_get(json, "error"));
    row = json_array_get(json_object_get(json, "devices"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(row, "name")), "dma0");
    ck_assert_int_eq(json_integer_value(json_object_get(row, "bytes_moved")), 1234567);
    ck_assert_str_eq(json_string_value(json_object_get(row, "base")), "0x3100000");
    ck_assert(json_is_true(json_object_get(row, "running")));
    row = json_array_get(json_object_get(json, "devices"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(row, "name")), "a, \"quoted\"");
    ck_assert(json_is_null(json_object_get(row, "bytes_moved")));
    ck_assert(json_is_false(json_object_get(row, "running")));
    json_decref(json);
    free(text);
}
END_TEST

START_TEST(numbers_that_json_readers_would_round_are_strings)
{
    static const struct column two[] = {
        {"c", COLUMN_COUNT}, {"s", COLUMN_SIGNED}, {NULL, COLUMN_TEXT}};
    static const uint64_t values[] = {1000,
                                      -UINT64_C(1000),
                                      UINT64_C(1) << 53,
                                      (UINT64_C(1) << 53) + 1,
                                      UINT64_C(1) << 63,
                                      -(UINT64_C(1) << 53)};
    struct reply reply = {0};
    struct err err = {0};
    struct table *table = reply_table(&reply, "t", two);
    struct buf out = {0};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        table_number(table, values[i]);
        table_number(table, values[i]);
    }
    render(&out, RENDER_JSON, 0, "x", &reply, &err);
    ck_assert_str_eq(out.data,
                     "{\"command\":\"x\",\"ok\":true,\"say\":[],\"t\":["
                     "{\"c\":1000,\"s\":1000},"
                     "{\"c\":\"18446744073709550616\",\"s\":-1000},"
                     "{\"c\":9007199254740992,\"s\":9007199254740992},"
                     "{\"c\":\"9007199254740993\",\"s\":\"9007199254740993\"},"
                     "{\"c\":\"9223372036854775808\",\"s\":\"-9223372036854775808\"},"
                     "{\"c\":\"18437736874454810624\",\"s\":-9007199254740992}]}\n");
    buf_clear(&out);
    render_table(&out, table, 0);
    ck_assert_ptr_nonnull(strstr(out.data, "                     1,000"
                                           "                       1,000\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "18,446,744,073,709,550,616"
                                           "                      -1,000\n"));
    buf_free(&out);
    reply_release(&reply);
}
END_TEST

START_TEST(json_of_a_failed_command_has_the_error)
{
    char *text = rendered(RENDER_JSON, "bad \"word\"");
    json_t *json = json_loads(text, 0, NULL);

    ck_assert_ptr_nonnull(json);
    ck_assert(json_is_false(json_object_get(json, "ok")));
    ck_assert_str_eq(json_string_value(json_object_get(json, "error")), "bad \"word\"");
    json_decref(json);
    free(text);
}
END_TEST

START_TEST(two_tables_of_one_name_have_two_keys)
{
    struct reply reply = {0};
    struct err err = {0};
    struct buf out = {0};
    json_t *json;

    table_text(reply_table(&reply, "devices", columns), "first");
    table_text(reply_table(&reply, "devices", columns), "second");
    render(&out, RENDER_JSON, 0, "x\ty", &reply, &err);
    json = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_str_eq(json_string_value(json_object_get(json, "command")), "x\ty");
    ck_assert_uint_eq(json_array_size(json_object_get(json, "devices")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "devices_2")), 1);
    json_decref(json);
    buf_free(&out);
    reply_release(&reply);
}
END_TEST

START_TEST(csv_quotes_what_needs_it)
{
    char *text = rendered(RENDER_CSV, NULL);

    ck_assert_str_eq(text, "name,bytes_moved,base,running\n"
                           "dma0,1234567,0x3100000,yes\n"
                           "\"a, \"\"quoted\"\"\",,0x0,no\n");
    free(text);
}
END_TEST

START_TEST(sentences_or_tables_move_to_another_answer)
{
    struct reply from = {0}, to = {0};

    reply_say(&to, "First.");
    reply_say(&from, "Second.");
    table_text(reply_table(&from, "one", columns), "a");
    reply_say(&from, "Third.");
    table_text(reply_table(&from, "two", columns), "b");
    reply_move(&to, &from, REPLY_SENTENCES);
    ck_assert_uint_eq(to.parts, 3);
    ck_assert_str_eq(to.part[2].sentence, "Third.");
    ck_assert_uint_eq(from.parts, 2);
    reply_move(&to, &from, REPLY_TABLES);
    ck_assert_uint_eq(from.parts, 0);
    ck_assert_str_eq(to.part[3].table.name, "one");
    ck_assert_str_eq(to.part[4].table.cell[0].text, "b");
    reply_release(&from);
    reply_release(&to);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, parts_are_in_the_order_in_which_they_were_given);
    tcase_add_test(tcase, cells_not_given_in_the_last_row_are_not_known);
    tcase_add_test(tcase, a_table_takes_any_number_of_rows);
    tcase_add_test(tcase, text_has_aligned_columns_and_counts_with_commas);
    tcase_add_test(tcase, text_says_the_error_last);
    tcase_add_test(tcase, columns_are_aligned_by_characters);
    tcase_add_test(tcase, an_empty_table_has_no_text);
    tcase_add_test(tcase, columns_without_any_value_are_left_out_of_text);
    tcase_add_test(tcase, a_table_that_fits_stays_as_it_is);
    tcase_add_test(tcase, what_does_not_fit_follows_below_with_its_name);
    tcase_add_test(tcase, sentences_are_broken_at_blanks);
    tcase_add_test(tcase, json_is_one_object_in_one_line);
    tcase_add_test(tcase, numbers_that_json_readers_would_round_are_strings);
    tcase_add_test(tcase, json_of_a_failed_command_has_the_error);
    tcase_add_test(tcase, two_tables_of_one_name_have_two_keys);
    tcase_add_test(tcase, sentences_or_tables_move_to_another_answer);
    tcase_add_test(tcase, csv_quotes_what_needs_it);
}

TEST_MAIN("reply", add_tests)
