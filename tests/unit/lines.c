/* Text in rows, where signs take one column, two or none. */
#include "face/tui/canvas/lines.h"
#include "face/tui/screen/prompt.h"
#include "face/tui/screen/question.h"
#include "face/tui/screen/sheet.h"
#include "tests/lib/suite.h"

#include <string.h>

static const struct {
    const char *text;
    int cols;
    size_t bytes;
} firsts[] = {
    {"", 5, 0},
    {"one two", 7, 7},
    {"one two", 6, 3},
    {"one two", 3, 3}, /* the blank is the first that does not fit */
    {"one two six", 7, 7},
    {"onetwo", 3, 3},
    {" onetwo", 3, 3}, /* a row of a blank alone is none */
    {"漢字 漢字", 9, 13},
    {"漢字 漢字", 8, 6},
    {"漢字漢字", 5, 6}, /* half a sign does not fit */
    {"漢字", 1, 3},     /* but one sign at least there is */
    {"one", 0, 1},
    {"e\xcc\x81\x65\xcc\x81", 1, 3}, /* accents take no column */
};

START_TEST(a_row_ends_at_a_blank)
{
    ck_assert_uint_eq(
        lines_first(firsts[_i].text, strlen(firsts[_i].text), firsts[_i].cols),
        firsts[_i].bytes);
}
END_TEST

static void screen_is(const struct canvas *canvas, const char *expected)
{
    struct buf text = {0};

    canvas_read(canvas, &text);
    ck_assert_str_eq(buf_str(&text), expected);
    buf_free(&text);
}

static void draw_sheet(struct sheet *sheet, int rows, int cols, const char *expected)
{
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);

    sheet_draw(sheet, canvas);
    screen_is(canvas, expected);
    canvas_free(canvas);
}

START_TEST(a_sheet_is_as_wide_as_its_signs)
{
    struct sheet sheet = {0};

    sheet_open(&sheet, "wide");
    buf_text(&sheet.text, "漢字漢字漢字漢字漢字漢字漢\n");
    draw_sheet(&sheet, 8, 40,
               "\n\n\n\n"
               " ┌─ wide ─────────────────────┐\n"
               " │ 漢字漢字漢字漢字漢字漢字漢 │\n"
               " └─ Esc closes ───────────────┘\n"
               "\n");
    draw_sheet(&sheet, 9, 30,
               "\n\n\n\n"
               " ┌─ wide ───────────────────┐\n"
               " │ 漢字漢字漢字漢字漢字漢字 │\n"
               " │     漢                   │\n"
               " └─ Esc closes ─────────────┘\n"
               "\n");
    sheet_release(&sheet);
}
END_TEST

/* Half of a sign is not seen. */
START_TEST(a_table_moves_by_columns)
{
    struct sheet sheet = {0};

    sheet_open(&sheet, "wide");
    buf_char(&sheet.text, SHEET_ROW);
    buf_text(&sheet.text, "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字abcd\n");
    sheet.left = 3;
    draw_sheet(&sheet, 8, 40,
               "\n\n\n\n"
               " ┌─ wide ─────────────────────────────┐\n"
               " │  漢字漢字漢字漢字漢字漢字漢字漢... │\n"
               " └─ ← → more columns  Esc closes ─────┘\n"
               "\n");
    ck_assert_int_eq(sheet.cut, 10);
    sheet_release(&sheet);
}
END_TEST

/* With more room there is less to move over. */
START_TEST(a_table_that_was_moved_comes_back_with_more_room)
{
    struct sheet sheet = {0};

    sheet_open(&sheet, "wide");
    buf_char(&sheet.text, SHEET_ROW);
    buf_text(&sheet.text, "a table of 30 columns, or so..\n");
    sheet.left = 8;
    draw_sheet(&sheet, 8, 60,
               "\n\n\n\n"
               " ┌─ wide ─────────────────────────┐\n"
               " │ a table of 30 columns, or so.. │\n"
               " └─ Esc closes ───────────────────┘\n"
               "\n");
    ck_assert_int_eq(sheet.left, 0);
    sheet_release(&sheet);
}
END_TEST

/* What has no room is left out; the keys are not. */
START_TEST(a_question_that_is_too_long_is_cut_above_its_keys)
{
    struct canvas *canvas = canvas_new(12, 40, TIER_UTF8);
    struct question question = {.ask = "Which?", .choices = QUESTION_CHOICES};
    struct buf text = {0};

    for (unsigned i = 0; i < question.choices; i++) {
        memset(question.choice[i], 'a' + (int)i, 100);
        question.choice[i][99] = '\0';
    }
    question_draw(&question, canvas, (struct area){0, 0, 12, 40});
    canvas_read(canvas, &text);
    ck_assert_uint_eq(canvas->collisions, 0);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), " 1 to 6 choose "));
    buf_free(&text);
    canvas_free(canvas);
}
END_TEST

START_TEST(the_cursor_of_a_prompt_stands_behind_its_signs)
{
    struct canvas *canvas = canvas_new(1, 14, TIER_UTF8);
    struct prompt prompt = {0};

    prompt_begin(&prompt, ':', "a漢字");
    prompt_draw(&prompt, canvas, 0);
    screen_is(canvas, " :a漢字\n");
    ck_assert_int_eq(canvas->cursor_col, 7);
    canvas_clear(canvas, NULL);
    prompt_begin(&prompt, ':', "漢字漢字漢字a");
    prompt_draw(&prompt, canvas, 0);
    screen_is(canvas, " :漢字漢字a\n");
    ck_assert_int_eq(canvas->cursor_col, 11);
    canvas_free(canvas);
}
END_TEST

START_TEST(a_prompt_without_room_is_drawn)
{
    for (int cols = 1; cols < 8; cols++) {
        struct canvas *canvas = canvas_new(1, cols, TIER_UTF8);
        struct prompt prompt = {0};

        prompt_begin(&prompt, ':', "漢字");
        prompt_draw(&prompt, canvas, 0);
        canvas_free(canvas);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_row_ends_at_a_blank, 0,
                        sizeof(firsts) / sizeof(firsts[0]));
    tcase_add_test(tcase, a_sheet_is_as_wide_as_its_signs);
    tcase_add_test(tcase, a_table_moves_by_columns);
    tcase_add_test(tcase, a_table_that_was_moved_comes_back_with_more_room);
    tcase_add_test(tcase, a_question_that_is_too_long_is_cut_above_its_keys);
    tcase_add_test(tcase, the_cursor_of_a_prompt_stands_behind_its_signs);
    tcase_add_test(tcase, a_prompt_without_room_is_drawn);
}

TEST_MAIN("lines", add_tests)
