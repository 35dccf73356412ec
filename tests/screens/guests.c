/*
 * The views of guests, VM exits, counters and comparisons, as text.
 */
#include "base/bits.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <string.h>

#define GUEST "tests/commands/guest.lua"

static struct watched *watched;

static void begin(const char *path)
{
    watched = watched_new_scenario(path);
}

static void end(void)
{
    watched_free(watched);
}

static void go(const char *line)
{
    watched_press(watched, ':', 1);
    watched_type(watched, line);
    watched->viewer.screen.sheet.open = false;
}

/* --- guests, exits ----------------------------------------------------------------------- */

START_TEST(guests_before_the_first_one)
{
    begin(GUEST);
    golden_view(watched, "views/guests-none", "guests", "", 60, 4);
    golden_view(watched, "views/exit-none", "exit", "", 60, 4);
    golden_view(watched, "views/exits-none", "exits", "", 60, 4);
    golden_view(watched, "views/flame-none", "flame", "", 60, 4);
    end();
}
END_TEST

START_TEST(an_exit_under_way)
{
    begin(GUEST);
    watched_until(watched, EVENT_VM_EXIT, 3);
    watched_press(watched, 'n', 12);
    golden_view(watched, "views/guests-left", "guests", "", 40, 4);
    golden_view(watched, "views/guests-left", "guests", "", 60, 9);
    golden_view(watched, "views/guests-left", "guests", "", 120, 10);
    golden_view(watched, "views/exit-open", "exit", "", 40, 9);
    golden_view(watched, "views/exit-open", "exit", "", 60, 12);
    golden_view(watched, "views/exit-open", "exit", "", 120, 20);
    end();
}
END_TEST

/* Inside the step whose last event is the return. */
START_TEST(an_exit_that_is_over)
{
    begin(GUEST);
    watched_until(watched, EVENT_VM_ENTRY, 5);
    golden_view(watched, "views/guests-run", "guests", "", 100, 10);
    golden_view(watched, "views/exit-over", "exit", "last", 100, 20);
    golden_view(watched, "views/exit-over-1", "exit", "exit 1", 100, 20);
    golden_view(watched, "views/exit-unknown", "exit", "77", 60, 4);
    end();
}
END_TEST

START_TEST(all_exits)
{
    begin(GUEST);
    go("continue");
    golden_view(watched, "views/exits", "exits", "", 40, 8);
    golden_view(watched, "views/exits", "exits", "", 60, 12);
    golden_view(watched, "views/exits", "exits", "", 120, 14);
    golden_view(watched, "views/exits-guest", "exits", "guest 1", 100, 12);
    golden_view(watched, "views/exits-ata0", "exits", "ata0", 60, 9);
    golden_view(watched, "views/flame", "flame", "", 40, 4);
    golden_view(watched, "views/flame", "flame", "", 60, 8);
    golden_view(watched, "views/flame", "flame", "", 120, 8);
    end();
}
END_TEST

/* --- counters ---------------------------------------------------------------------------- */

START_TEST(counters_of_a_guest)
{
    begin(GUEST);
    go("continue");
    golden_view(watched, "views/metrics", "metrics", "", 40, 9);
    golden_view(watched, "views/metrics", "metrics", "", 60, 12);
    golden_view(watched, "views/metrics", "metrics", "", 120, 22);
    golden_view(watched, "views/metrics-chart", "metrics", "guest_cycles vm_exits", 70,
                12);
    golden_view(watched, "views/metrics-unknown", "metrics", "speed", 60, 4);
    end();
}
END_TEST

START_TEST(counters_of_a_dma_transfer)
{
    watched = watched_new("tests/screens/dma.s", 1);
    go("continue");
    golden_view(watched, "views/metrics-dma", "metrics", "", 80, 16);
    golden_view(watched, "views/metrics-dma-bus", "metrics",
                "metric device_bus_cycles, bus_wait_cycles", 70, 12);
    end();
}
END_TEST

/* --- comparisons -------------------------------------------------------------------------- */

START_TEST(a_comparison)
{
    begin("scenarios/01-three-ways-to-copy.lua");
    golden_view(watched, "views/compare-offer", "compare", "", 60, 10);
    go("compare");
    golden_view(watched, "views/compare", "compare", "", 40, 6);
    golden_view(watched, "views/compare", "compare", "", 60, 12);
    golden_view(watched, "views/compare", "compare", "", 150, 20);
    golden_view(watched, "views/compare-cycles", "compare", "bus_wait_cycles", 80, 10);
    golden_view(watched, "views/compare-unknown", "compare", "speed", 60, 4);
    end();
}
END_TEST

START_TEST(a_program_has_nothing_to_compare)
{
    watched = watched_new("tests/screens/dma.s", 1);
    golden_view(watched, "views/compare-program", "compare", "", 60, 4);
    end();
}
END_TEST

/* --- at any size, with any signs ------------------------------------------------------------- */

static const char *const all[] = {"guests", "exit",    "exits",
                                  "flame",  "metrics", "compare"};

static struct canvas *draw(const char *name, int rows, int cols, enum tier tier,
                           struct buf *text)
{
    const struct view *view = view_named(name);
    struct view_state state = {.token = -1};
    struct canvas *canvas = canvas_new(rows, cols, tier);

    viewer_look(&watched->viewer);
    view->draw(watched->viewer.watch, &state, canvas, (struct area){0, 0, rows, cols});
    canvas_read(canvas, text);
    return canvas;
}

START_TEST(no_size_makes_text_collide)
{
    const struct view *view = view_named(all[_i]);

    begin(GUEST);
    go("compare");
    watched_until(watched, EVENT_VM_EXIT, 9);
    watched_press(watched, 'n', 20);
    for (int cols = view->cols; cols <= 200; cols += 7)
        for (int rows = view->rows; rows <= 30; rows += 4) {
            struct buf text = {0};
            struct canvas *canvas = draw(all[_i], rows, cols, TIER_ASCII, &text);

            ck_assert_msg(canvas->collisions == 0, "%s %dx%d: %u\n%s", all[_i], cols,
                          rows, canvas->collisions, buf_str(&text));
            for (const char *c = buf_str(&text); *c; c++)
                ck_assert_msg(*c != '?' && (unsigned char)*c < 0x80,
                              "a sign without ASCII:\n%s", buf_str(&text));
            canvas_free(canvas);
            buf_free(&text);
        }
    end();
}
END_TEST

/* Every row below the rule that has text can be asked about. */
START_TEST(rows_are_things)
{
    struct buf text = {0};
    struct canvas *canvas;
    unsigned asked = 0;

    begin(GUEST);
    go("compare");
    go("continue");
    canvas = draw(all[_i], 16, 110, TIER_UTF8, &text);
    for (int row = 1; row < 16; row++)
        for (int col = 0; col < 110; col++)
            asked += canvas_thing_at(canvas, row, col) != NULL;
    ck_assert_msg(asked > 100, "%s: %u cells\n%s", all[_i], asked, buf_str(&text));
    canvas_free(canvas);
    buf_free(&text);
    end();
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, guests_before_the_first_one);
    tcase_add_test(tcase, an_exit_under_way);
    tcase_add_test(tcase, an_exit_that_is_over);
    tcase_add_test(tcase, all_exits);
    tcase_add_test(tcase, counters_of_a_guest);
    tcase_add_test(tcase, counters_of_a_dma_transfer);
    tcase_add_test(tcase, a_comparison);
    tcase_add_test(tcase, a_program_has_nothing_to_compare);
    tcase_add_loop_test(tcase, no_size_makes_text_collide, 0, COUNT(all));
    tcase_add_loop_test(tcase, rows_are_things, 0, COUNT(all));
}

TEST_MAIN("guests", add_tests)
