/* The timeline: close up and from far, with marks, in the past, at its sizes. */
#include "face/tui/view/timeline.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

#define PROGRAM  "tests/screens/dma.s"
#define GUEST    "tests/commands/guest.lua"
#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

static void golden(struct watched *watched, const char *name, const char *about,
                   int cols, int rows)
{
    char path[64];

    snprintf(path, sizeof(path), "views/timeline-%s", name);
    golden_view(watched, path, "timeline", about, cols, rows);
}

static void go_to(struct watched *watched, const char *where)
{
    char line[64];

    snprintf(line, sizeof(line), ":goto %s", where);
    watched_type(watched, line);
    watched->viewer.form = WATCH_EVENT;
}

START_TEST(single_cycles)
{
    struct watched *watched = watched_new(PROGRAM, 1);

    watched_until(watched, EVENT_BUS_TRANSFER, 14);
    golden(watched, "write", "", 40, 4);
    golden(watched, "write", "", 78, 4);
    golden(watched, "write", "", 60, 7);
    golden(watched, "write", "", 118, 9);
    golden(watched, "write", "", 198, 22);
    golden(watched, "few", "x20", 118, 9);
    golden(watched, "pinned", "at 420", 78, 9);
    watched_until(watched, EVENT_TRAP_ENTER, 1);
    golden(watched, "trap", "", 118, 12);
    watched_free(watched);
}
END_TEST

START_TEST(guests_and_exits)
{
    struct watched *watched = watched_new_scenario(GUEST);

    watched_until(watched, EVENT_VM_EXIT, 4);
    golden(watched, "exit", "", 118, 12);
    golden(watched, "exit-far", "x100", 78, 12);
    watched_free(watched);
}
END_TEST

/* Far away, from the past: what comes is known. A mark, a branch and a fault have their
 * places. */
START_TEST(the_whole_run)
{
    struct watched *watched = watched_new_scenario(SCENARIO);

    go_to(watched, "150000");
    go_to(watched, "100000");
    watched_type(watched, ":mark half_way");
    go_to(watched, "120000");
    watched_type(watched, ":branch other");
    watched_type(watched, ":switch main");
    go_to(watched, "120000");
    golden(watched, "past", "x1000", 118, 10);
    go_to(watched, "90000");
    golden(watched, "past", "x1000", 198, 10);
    golden(watched, "past", "", 118, 22);
    watched_free(watched);
}
END_TEST

START_TEST(faults_stand_among_the_marks)
{
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct err err;

    ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    watched = watched_new_on("tests/screens/iommu.s", &desc);
    watched_until(watched, EVENT_IOMMU_FAULT, 1);
    golden(watched, "fault", "", 118, 9);
    watched_free(watched);
}
END_TEST

static void read_view(struct watched *watched, struct view_state *state, int cols,
                      int rows, struct buf *text)
{
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);

    viewer_look(&watched->viewer);
    timeline_view.draw(watched->viewer.watch, state, canvas,
                       (struct area){0, 0, rows, cols});
    ck_assert_uint_eq(canvas->collisions, 0);
    buf_clear(text);
    canvas_read(canvas, text);
    canvas_free(canvas);
}

/* An idle stretch of more than half of the window can be left out. */
START_TEST(an_idle_stretch_is_left_out)
{
    struct watched *watched = watched_new_scenario(SCENARIO);
    struct view_state state = {.folded = true, .about = "x1000"};
    struct buf text = {0};

    go_to(watched, "100000");
    read_view(watched, &state, 98, 9, &text);
    ck_assert_msg(strstr(buf_str(&text), "//"), "%s", buf_str(&text));
    golden_screen("views/timeline-folded-98x9", buf_str(&text));
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* An axis of time that is drawn; NULL: there is none. */
static const struct thing *axis_of(const struct panes *panes)
{
    for (unsigned i = 0; i < panes->things; i++)
        if (panes->thing[i].kind == THING_TIME)
            return &panes->thing[i];
    return NULL;
}

START_TEST(a_click_on_a_lane_goes_to_that_cycle)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct panes *panes = &watched->viewer.screen.panes;
    struct mouse mouse = {.act = MOUSE_CLICK};
    const struct thing *axis;
    struct buf text = {0};
    uint64_t cycle;

    watched_until(watched, EVENT_BUS_TRANSFER, 14);
    canvas_free(watched_screen(watched, 40, 120, TIER_UTF8, &text));
    axis = axis_of(panes);
    ck_assert_ptr_nonnull(axis);
    mouse.row = axis->at.row;
    mouse.col = axis->at.col + axis->at.cols / 3;
    cycle = axis->from + (uint64_t)(axis->at.cols / 3) * axis->step;
    ck_assert_uint_lt(cycle + 20, timeline_cycle(watched->session.time));
    viewer_mouse(&watched->viewer, &mouse);
    /* To the end of the first step that ends there or later. */
    ck_assert_uint_ge(timeline_cycle(watched->session.time), cycle);
    ck_assert_uint_lt(timeline_cycle(watched->session.time), cycle + 20);
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* The same moment looks the same at every scale after a walk there and back. */
START_TEST(the_way_there_does_not_show)
{
    struct watched *watched = watched_new_scenario(GUEST);
    struct buf first = {0}, again = {0};
    struct moment at;

    watched_press(watched, 'n', 1500);
    watched_press(watched, ']', 200);
    go_to(watched, "2000");
    at = timeline_now(watched->session.time);
    for (unsigned scale = 0; scale < 12; scale++) {
        struct view_state state = {.scale = scale, .token = -1};
        char line[MOMENT_TEXT];

        read_view(watched, &state, 150, 20, &first);
        watched_press(watched, KEY_CODE_END, 1);
        read_view(watched, &state, 150, 20, &again);
        watched_press(watched, KEY_CODE_HOME, 1);
        read_view(watched, &state, 150, 20, &again);
        go_to(watched, moment_text(line, at, false));
        read_view(watched, &state, 150, 20, &again);
        ck_assert_str_eq(buf_str(&first), buf_str(&again));
    }
    buf_free(&first);
    buf_free(&again);
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, single_cycles);
    tcase_add_test(tcase, guests_and_exits);
    tcase_add_test(tcase, the_whole_run);
    tcase_add_test(tcase, faults_stand_among_the_marks);
    tcase_add_test(tcase, an_idle_stretch_is_left_out);
    tcase_add_test(tcase, a_click_on_a_lane_goes_to_that_cycle);
    tcase_add_test(tcase, the_way_there_does_not_show);
}

TEST_MAIN("the timeline", add_tests)
