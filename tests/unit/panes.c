/*
 * The screen's panes: layouts as text, places by size, the cursor on things, the palette;
 * menus and commands that change them.
 */
#include "face/tui/screen/panes.h"
#include "face/tui/screen/palette.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "tests/screens/dma.s"

/* --- layouts --------------------------------------------------------------------------- */

static const char *const texts[] = {
    "stage",
    "stage / code auto memory / timeline",
    "stage@9 / dma(dma0 1)*2 memory(0x80210000) / timeline",
    "code@100 registers*9",
    "stage@9? / ring",
    "stage? code / timeline",
};

START_TEST(a_layout_is_read_as_it_is_written)
{
    struct layout layout;
    struct buf text = {0};
    struct err err = {{0}};

    ck_assert_msg(layout_read(&layout, "x", texts[_i], &err), "%s", err.text);
    layout_put(&text, &layout);
    ck_assert_str_eq(buf_str(&text), texts[_i]);
    buf_free(&text);
}
END_TEST

static const struct {
    const char *text, *error;
} bad[] = {
    {"", "layout: a row has no views"},
    {"stage /", "layout: a row has no views"},
    {"/ stage", "layout: a row has no views"},
    {"stage / memry", "layout: there is no view 'memry' (did you mean 'memory'?)"},
    {"memory(0x80210000", "layout: ')' is missing after '(0x80210000'"},
    {"stage@", "layout: @ is followed by a number of rows, 1 to 100"},
    {"stage@0", "layout: @ is followed by a number of rows, 1 to 100"},
    {"code*x", "layout: * is followed by a number of shares, 1 to 9"},
    {"code)", "layout: there is no view 'code)'"},
    {"code code code code code code code code code",
     "layout: more than 8 panes in a row"},
    {"code/code/code/code/code/code/code/code/code", "layout: more than 8 rows"},
};

START_TEST(what_is_no_layout_is_refused)
{
    struct layout layout = {.name = "kept"};
    struct err err = {{0}};

    ck_assert(!layout_read(&layout, "x", bad[_i].text, &err));
    ck_assert_msg(strncmp(err.text, bad[_i].error, strlen(bad[_i].error)) == 0,
                  "is  %s\nnot %s", err.text, bad[_i].error);
    ck_assert_str_eq(layout.name, "kept");
}
END_TEST

START_TEST(every_layout_of_ours_can_be_read)
{
    for (const struct layout_info *info = layout_infos; info->name; info++) {
        struct layout layout;
        struct err err = {{0}};

        if (!info->text)
            continue;
        ck_assert_msg(layout_read(&layout, info->name, info->text, &err), "%s: %s",
                      info->name, err.text);
    }
}
END_TEST

/* Views that have a name, help, and a size that fits the smallest screen. */
START_TEST(every_view_says_what_it_is)
{
    for (const struct view *const *view = views; *view; view++) {
        ck_assert_ptr_eq(view_named((*view)->name), *view);
        ck_assert_msg((*view)->help && !strchr((*view)->help, '.'), "%s",
                      (*view)->name);
        ck_assert_msg((*view)->cols >= 16 && (*view)->cols <= 78, "%s", (*view)->name);
        ck_assert_msg((*view)->rows >= 2 && (*view)->rows <= 12, "%s", (*view)->name);
        ck_assert_ptr_nonnull((*view)->tells);
        ck_assert((*view)->draw != NULL);
    }
}
END_TEST

/* --- on the screen --------------------------------------------------------------------- */

static void draw(struct watched *watched, int rows, int cols, struct buf *text)
{
    buf_clear(text);
    canvas_free(watched_screen(watched, rows, cols, TIER_UTF8, text));
}

/* Each view, alone and beside another, at all sizes of the screen: nothing collides. */
START_TEST(a_view_fits_wherever_it_is_put)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct buf text = {0};

    watched_until(watched, EVENT_BUS_TRANSFER, 14);
    for (const struct view *const *view = views; *view; view++) {
        char line[96];

        snprintf(line, sizeof(line), ":layout %s / code %s / timeline", (*view)->name,
                 (*view)->name);
        watched_type(watched, line);
        for (int cols = 40; cols <= 210; cols += 17)
            for (int rows = 12; rows <= 62; rows += 10) {
                struct canvas *canvas;

                buf_clear(&text);
                canvas = watched_screen(watched, rows, cols, TIER_UTF8, &text);
                ck_assert_msg(canvas->collisions == 0, "%s at %dx%d\n%s", (*view)->name,
                              cols, rows, buf_str(&text));
                canvas_free(canvas);
            }
    }
    buf_free(&text);
    watched_free(watched);
}
END_TEST

START_TEST(keys_go_from_pane_to_pane)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct panes *panes = &watched->viewer.screen.panes;
    struct buf text = {0};

    watched_type(watched, ":layout stage / code registers memory / timeline");
    draw(watched, 24, 80, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "Tab: memory"));
    for (int i = 0; i < 4; i++)
        watched_press(watched, '\t', 1);
    ck_assert_str_eq(panes_chosen(panes)->view->name, "memory");
    draw(watched, 24, 80, &text); /* the chosen one is always there */
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "memory: "));
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "Tab: registers"));
    watched_press(watched, '\t', 1);
    ck_assert_str_eq(panes_chosen(panes)->view->name, "timeline");
    watched_press(watched, '\t', 1);
    ck_assert_str_eq(panes_chosen(panes)->view->name, "stage");
    watched_press(watched, KEY_CODE_BACKTAB, 2);
    ck_assert_str_eq(panes_chosen(panes)->view->name, "memory");
    watched_press(watched, 'f', 1);
    draw(watched, 24, 80, &text);
    ck_assert_ptr_null(strstr(buf_str(&text), "timeline"));
    watched_press(watched, 0x1b, 1);
    draw(watched, 24, 80, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "timeline"));
    buf_free(&text);
    watched_free(watched);
}
END_TEST

static void layout_is(struct watched *watched, const char *expected)
{
    struct buf text = {0};

    layout_put(&text, &watched->viewer.screen.panes.layout);
    ck_assert_str_eq(buf_str(&text), expected);
    buf_free(&text);
}

/* Takes that entry of the palette. */
static void take(struct watched *watched, const char *name)
{
    const struct palette *palette = &watched->viewer.screen.palette;

    for (; *name; name++)
        watched_press(watched, *name, 1);
    ck_assert_uint_gt(palette->matches, 0);
    watched_press(watched, '\r', 1);
}

START_TEST(panes_are_split_swapped_and_closed)
{
    struct watched *watched = watched_new(PROGRAM, 1);

    watched_type(watched, ":layout stage / code memory");
    watched_press(watched, '\t', 2);
    watched_press(watched, 's', 1);
    take(watched, "dma");
    layout_is(watched, "stage / code dma memory");
    watched_press(watched, 'x', 1);
    layout_is(watched, "stage / code memory dma");
    watched_press(watched, 'v', 1);
    take(watched, "events");
    layout_is(watched, "stage / code memory events");
    for (int i = 0; i < 3; i++)
        watched_press(watched, 'c', 1);
    layout_is(watched, "stage");
    watched_press(watched, 'c', 1);
    ck_assert_ptr_nonnull(strstr(watched->viewer.screen.notice, "last pane"));
    layout_is(watched, "stage");
    watched_free(watched);
}
END_TEST

/* In a state folder of its own. */
START_TEST(a_layout_is_saved_under_a_name)
{
    char folder[] = "/tmp/panes-test-XXXXXX", file[64];
    struct watched *watched = watched_new(PROGRAM, 1);

    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
    watched_type(watched, ":layout code / memory*2 timeline");
    watched_type(watched, ":layout save mine");
    watched_type(watched, ":layout stage");
    watched_type(watched, ":layout mine");
    layout_is(watched, "code / memory*2 timeline");
    watched_type(watched, ":layout mino");
    ck_assert_msg(strstr(watched->viewer.screen.notice,
                         "there is no layout 'mino' (did you mean 'mine'?)") != NULL,
                  "%s %s", watched->viewer.screen.notice,
                  buf_str(&watched->viewer.screen.sheet.text));
    layout_is(watched, "code / memory*2 timeline");
    watched_type(watched, ":layout save a/b");
    ck_assert_ptr_nonnull(
        strstr(watched->viewer.screen.notice, "no name for a layout"));
    watched_type(watched, ":layout save stage");
    ck_assert_ptr_nonnull(
        strstr(watched->viewer.screen.notice, "'stage' is a layout of Ringside's own"));
    snprintf(file, sizeof(file), "rm -r %s", folder);
    ck_assert_int_eq(system(file), 0);
    watched_free(watched);
}
END_TEST

/* --- the cursor ------------------------------------------------------------------------ */

START_TEST(the_palette_finds_by_letters_in_order)
{
    ck_assert_int_lt(palette_score("layout stage", "xyz"), 0);
    ck_assert_int_ge(palette_score("layout stage", "lst"), 0);
    ck_assert_int_gt(palette_score("layout stage", "ls"),
                     palette_score("false", "ls")); /* beginnings of words */
    ck_assert_int_gt(palette_score("memory", "mem"),
                     palette_score("my element", "mem"));
    ck_assert_int_gt(palette_score("dma", "dma"), palette_score("info dma", "dma"));
}
END_TEST

START_TEST(the_palette_does_what_it_finds)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct screen *screen = &watched->viewer.screen;

    watched_press(watched, KEY_CONTROL('p'), 1);
    ck_assert(screen->palette.open);
    for (const char *key = "layout everyt"; *key; key++)
        watched_press(watched, *key, 1);
    watched_press(watched, '\r', 1);
    ck_assert(!screen->palette.open);
    ck_assert_str_eq(screen->panes.layout.name, "everything");
    watched_press(watched, KEY_CONTROL('p'), 1);
    for (const char *key = "who"; *key; key++)
        watched_press(watched, *key, 1);
    while (strcmp(palette_taken(&screen->palette)->name, "who") != 0)
        watched_press(watched, KEY_CODE_DOWN, 1);
    watched_press(watched, '\r', 1); /* it needs to know of what */
    ck_assert(screen->prompting);
    ck_assert_str_eq(screen->prompt.line, "who ");
    watched_free(watched);
}
END_TEST

/* Esc takes away the cursor, then the choice of a pane; it never ends anything. */
START_TEST(esc_goes_back_a_step_at_a_time)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct panes *panes = &watched->viewer.screen.panes;

    watched_press(watched, '\t', 2);
    watched_press(watched, 'f', 1);
    watched_press(watched, 0x1b, 1);
    ck_assert(panes->chosen && !panes->filled);
    watched_press(watched, 0x1b, 1);
    ck_assert(!panes->chosen);
    watched_press(watched, 0x1b, 3);
    ck_assert(!watched->viewer.quit);
    watched_free(watched);
}
END_TEST

/* --- presenting ------------------------------------------------------------------------ */

START_TEST(a_question_holds_the_step_until_it_is_answered)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct screen *screen = &watched->viewer.screen;
    struct buf text = {0};

    watched_press(watched, 'n', 3);
    watched_type(watched, ":predict Who has the bus? | hart 0 | the DMA");
    ck_assert(screen->held);
    ck_assert_uint_eq(screen->question.choices, 2);
    draw(watched, 36, 120, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "HELD"));
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "2  the DMA"));
    watched_press(watched, ' ', 1); /* nothing is chosen */
    ck_assert(screen->held);
    ck_assert_uint_eq(timeline_now(watched->session.time).retired, 3);
    watched_press(watched, '1', 1);
    watched_press(watched, '\r', 1);
    ck_assert(!screen->held);
    ck_assert_uint_eq(timeline_now(watched->session.time).retired, 4);
    watched_type(watched, ":predict What now?");
    watched_press(watched, ' ', 1);
    ck_assert_uint_eq(timeline_now(watched->session.time).retired, 5);
    buf_free(&text);
    watched_free(watched);
}
END_TEST

START_TEST(the_presenter_lights_one_pane)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct buf text = {0};

    watched_until(watched, EVENT_BUS_TRANSFER, 14);
    draw(watched, 24, 80, &text);
    watched_press(watched, 'P', 1);
    draw(watched, 24, 80, &text);
    ck_assert_ptr_null(strstr(buf_str(&text), "registers of hart"));
    watched_press(watched, '2', 1); /* the second pane is the code */
    draw(watched, 24, 80, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "code"));
    ck_assert_ptr_null(strstr(buf_str(&text), "space run"));
    watched_press(watched, 'k', 1);
    draw(watched, 24, 80, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "space run"));
    watched_press(watched, 'P', 1);
    draw(watched, 24, 80, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "stage"));
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* A picture of another size leaves the screen as it was: pins, cursor, layout. */
START_TEST(a_picture_changes_nothing_on_the_screen)
{
    char folder[] = "/tmp/panes-test-XXXXXX", line[96], path[64];
    struct watched *watched = watched_new(PROGRAM, 1);
    struct buf before = {0}, after = {0};

    watched_type(watched, ":view memory 0x80001400");
    draw(watched, 24, 80, &before);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/x.txt", folder);
    snprintf(line, sizeof(line), ":screenshot %s 200x60", path);
    watched_type(watched, line);
    watched->viewer.screen.notice[0] = '\0';
    watched->viewer.screen.sheet.open = false;
    draw(watched, 24, 80, &after);
    ck_assert_str_eq(buf_str(&after), buf_str(&before));
    remove(path);
    rmdir(folder);
    buf_free(&before);
    buf_free(&after);
    watched_free(watched);
}
END_TEST

/* Whatever the palette offers is done. */
START_TEST(the_palette_does_what_keys_of_the_terminal_do)
{
    struct watched *watched = watched_new(PROGRAM, 1);

    watched_press(watched, KEY_CONTROL('p'), 1);
    take(watched, "presenter");
    ck_assert(watched->viewer.screen.presenting);
    watched_press(watched, 'P', 1);
    ck_assert(!watched->viewer.screen.presenting);
    watched_press(watched, KEY_CONTROL('p'), 1);
    take(watched, "suspend");
    ck_assert(watched->viewer.suspends);
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_layout_is_read_as_it_is_written, 0, COUNT(texts));
    tcase_add_loop_test(tcase, what_is_no_layout_is_refused, 0, COUNT(bad));
    tcase_add_test(tcase, every_layout_of_ours_can_be_read);
    tcase_add_test(tcase, every_view_says_what_it_is);
    tcase_add_test(tcase, a_view_fits_wherever_it_is_put);
    tcase_add_test(tcase, keys_go_from_pane_to_pane);
    tcase_add_test(tcase, panes_are_split_swapped_and_closed);
    tcase_add_test(tcase, a_layout_is_saved_under_a_name);
    tcase_add_test(tcase, the_palette_finds_by_letters_in_order);
    tcase_add_test(tcase, the_palette_does_what_it_finds);
    tcase_add_test(tcase, esc_goes_back_a_step_at_a_time);
    tcase_add_test(tcase, a_question_holds_the_step_until_it_is_answered);
    tcase_add_test(tcase, the_presenter_lights_one_pane);
    tcase_add_test(tcase, a_picture_changes_nothing_on_the_screen);
    tcase_add_test(tcase, the_palette_does_what_keys_of_the_terminal_do);
}

TEST_MAIN("panes", add_tests)
