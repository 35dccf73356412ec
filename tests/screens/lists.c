/* Views that are lists: what happened, as rows and as a text; the console; the source. */
#include "base/bits.h"
#include "face/tui/view/view.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

static struct watched *watched;

static void tear_down(void)
{
    watched_free(watched);
    watched = NULL;
}

static void open_program(const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "tests/screens/%s", name);
    watched = watched_new(path, 1);
}

/* The view as text, with what its pane was told. */
static struct buf drawn(const char *view, const struct view_state *told, int cols,
                        int rows)
{
    struct view_state state = *told;
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);
    struct buf text = {0};

    viewer_look(&watched->viewer);
    canvas->past = watched->viewer.screen.past;
    view_named(view)->draw(watched->viewer.watch, &state, canvas,
                           (struct area){0, 0, rows, cols});
    canvas_read(canvas, &text);
    ck_assert_msg(canvas->collisions == 0, "%s", buf_str(&text));
    canvas_free(canvas);
    return text;
}

static void golden_filtered(const char *name, const char *filter, int cols, int rows)
{
    struct view_state state = {.token = -1};
    struct buf text;
    char file[96];

    snprintf(state.filter, sizeof(state.filter), "%s", filter);
    text = drawn("events", &state, cols, rows);
    snprintf(file, sizeof(file), "%s-%dx%d", name, cols, rows);
    golden_screen(file, text.data);
    buf_free(&text);
}

/* --- events ------------------------------------------------------------------------------- */

START_TEST(events_by_size)
{
    open_program("dma.s");
    golden_view(watched, "views/events-start", "events", "", 60, 4);
    watched_until(watched, EVENT_TRAP_ENTER, 1);
    golden_view(watched, "views/events", "events", "", 120, 20);
    golden_view(watched, "views/events", "events", "", 80, 9);
    golden_view(watched, "views/events", "events", "", 60, 9);
    golden_view(watched, "views/events", "events", "", 38, 4);
}
END_TEST

START_TEST(events_that_pass_a_filter)
{
    open_program("dma.s");
    watched_until(watched, EVENT_TRAP_ENTER, 1);
    golden_filtered("views/events-state", "kind == \"dma_state\" && channel == 0", 120,
                    8);
    golden_filtered("views/events-who", "who == \"plic\" || who == \"dma0\"", 80, 8);
    golden_filtered("views/events-insn", "kind == \"insn\" && access != 0", 80, 8);
    golden_filtered("views/events-none", "kind == \"vm_exit\"", 60, 4);
    golden_filtered("views/events-wrong", "chanel == 0", 60, 4);
    golden_filtered("views/events-unfinished", "channel == ", 60, 4);
}
END_TEST

/* How far it has looked back: not so far, where instructions are asked for. */
START_TEST(how_far_back_none_passes_is_said)
{
    static const struct {
        const char *filter, *says;
    } none[] = {
        {"kind == \"insn\" && pc == 1", "none in the last 4,000 instructions"},
        {"kind == \"vm_exit\"", "none in the last 65,536 instructions"},
    };

    watched = watched_new_scenario("scenarios/01-three-ways-to-copy.lua");
    watched_type(watched, ":goto #70000");
    for (size_t i = 0; i < COUNT(none); i++) {
        struct view_state state = {.token = -1};
        struct buf text;

        snprintf(state.filter, sizeof(state.filter), "%s", none[i].filter);
        text = drawn("events", &state, 60, 4);
        ck_assert_msg(strstr(buf_str(&text), none[i].says), "%s", buf_str(&text));
        buf_free(&text);
    }
}
END_TEST

/* In the past the next one is known: its row begins with a dash. */
START_TEST(events_ahead_are_dashed)
{
    open_program("dma.s");
    watched_until(watched, EVENT_TRAP_ENTER, 1);
    watched_press(watched, 0x1b, 1); /* nothing is open */
    watched_type(watched, ":goto 300");
    golden_view(watched, "views/events-past", "events", "", 80, 8);
}
END_TEST

START_TEST(an_event_row_is_a_thing)
{
    struct view_state state = {.token = -1};
    struct canvas *canvas = canvas_new(6, 80, TIER_UTF8);
    const struct thing *thing;

    open_program("dma.s");
    watched_until(watched, EVENT_TRAP_ENTER, 1);
    viewer_look(&watched->viewer);
    view_named("events")->draw(watched->viewer.watch, &state, canvas,
                               (struct area){0, 0, 6, 80});
    thing = canvas_thing_at(canvas, 5, 30);
    ck_assert_ptr_nonnull(thing);
    ck_assert_int_eq(thing->kind, THING_EVENT);
    ck_assert_str_eq(thing->name, "#145.7");
    canvas_free(canvas);
}
END_TEST

START_TEST(events_are_scrolled)
{
    struct view_state newest = {.token = -1}, earlier = {.token = -1, .top = -3};
    struct buf now, before;
    const char *row;

    open_program("dma.s");
    watched_until(watched, EVENT_TRAP_ENTER, 1);
    now = drawn("events", &newest, 80, 9);
    before = drawn("events", &earlier, 80, 9);
    ck_assert_ptr_nonnull(strstr(now.data, "▸"));
    ck_assert_ptr_null(strstr(before.data, "▸"));
    row = strchr(strchr(now.data, '\n') + 1, '\n') + 1; /* is the fifth then */
    ck_assert_ptr_nonnull(strstr(before.data, "#140.2"));
    ck_assert_ptr_nonnull(strstr(before.data, "#139.3"));
    ck_assert(strncmp(strstr(before.data, "#145.1"), strstr(row, "#145.1"), 40) == 0);
    buf_free(&now);
    buf_free(&before);
}
END_TEST

/* --- the others ----------------------------------------------------------------------------- */

START_TEST(narration_by_size)
{
    open_program("dma.s");
    golden_view(watched, "views/narration-start", "narration", "", 60, 4);
    watched_until(watched, EVENT_TRAP_ENTER, 1);
    golden_view(watched, "views/narration", "narration", "", 100, 20);
    golden_view(watched, "views/narration", "narration", "", 40, 9);
    golden_view(watched, "views/narration", "narration", "", 38, 4);
}
END_TEST

START_TEST(console_by_size)
{
    open_program("console.s");
    golden_view(watched, "views/console-start", "console", "", 40, 6);
    watched_type(watched, ":goto #30000");
    golden_view(watched, "views/console", "console", "", 60, 9);
    golden_view(watched, "views/console", "console", "uart0", 20, 4);
    golden_view(watched, "views/console-other", "console", "uart7", 40, 4);
    watched_type(watched, ":type hello");
    watched_type(watched, ":step-event console 9");
    golden_view(watched, "views/console-typed", "console", "", 60, 9);
}
END_TEST

START_TEST(scenario_by_size)
{
    watched = watched_new_scenario("tests/commands/copy.lua");
    golden_view(watched, "views/scenario-start", "scenario", "", 60, 9);
    watched_until(watched, EVENT_MMIO_WRITE, 4);
    golden_view(watched, "views/scenario", "scenario", "", 100, 20);
    golden_view(watched, "views/scenario", "scenario", "", 40, 4);
    golden_view(watched, "views/scenario-lua", "scenario", "lua", 60, 9);
}
END_TEST

/* --- time ------------------------------------------------------------------------------------ */

static const char *const lists[] = {"events", "narration", "console", "scenario"};

static struct buf all_of_them(void)
{
    struct view_state state = {.token = -1};
    struct buf text = {0};

    for (size_t i = 0; i < COUNT(lists); i++) {
        struct buf one = drawn(lists[i], &state, 100, 12);

        buf_text(&text, one.data);
        buf_free(&one);
    }
    return text;
}

/* A moment looks the same before and after the viewer was elsewhere. */
static void goes_away_and_back(const char *away)
{
    struct buf before, after;

    watched_type(watched, ":goto end");
    watched_type(watched, ":goto #150");
    before = all_of_them();
    watched_type(watched, away);
    after = all_of_them();
    ck_assert_str_ne(before.data, after.data);
    buf_free(&after);
    watched_type(watched, ":goto #150");
    after = all_of_them();
    ck_assert_str_eq(before.data, after.data);
    buf_free(&before);
    buf_free(&after);
}

START_TEST(a_moment_looks_the_same_again)
{
    open_program("dma.s");
    goes_away_and_back(":goto #40");
    goes_away_and_back(":goto #300");
    goes_away_and_back(":step-event 7");
}
END_TEST

/* Going back takes characters back. */
START_TEST(the_console_follows_time)
{
    struct view_state state = {.token = -1};
    struct buf on, back;

    open_program("console.s");
    watched_type(watched, ":step-event console 9");
    on = drawn("console", &state, 60, 6);
    ck_assert_ptr_nonnull(strstr(on.data, "▸ Rings_"));
    watched_type(watched, ":step-event console 5");
    watched_type(watched, ":reverse-step-event console 5");
    back = drawn("console", &state, 60, 6);
    ck_assert_ptr_nonnull(strstr(back.data, "▸ Rings_"));
    watched_type(watched, ":reverse-step-event console 2");
    buf_free(&on);
    on = drawn("console", &state, 60, 6);
    ck_assert_ptr_nonnull(strstr(on.data, "▸ Rin_"));
    buf_free(&on);
    buf_free(&back);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, events_by_size);
    tcase_add_test(tcase, events_that_pass_a_filter);
    tcase_add_test(tcase, how_far_back_none_passes_is_said);
    tcase_add_test(tcase, events_ahead_are_dashed);
    tcase_add_test(tcase, an_event_row_is_a_thing);
    tcase_add_test(tcase, events_are_scrolled);
    tcase_add_test(tcase, narration_by_size);
    tcase_add_test(tcase, console_by_size);
    tcase_add_test(tcase, scenario_by_size);
    tcase_add_test(tcase, a_moment_looks_the_same_again);
    tcase_add_test(tcase, the_console_follows_time);
}

TEST_MAIN("lists", add_tests)
