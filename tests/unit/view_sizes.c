/* Every view, alone, in areas as small as a terminal can be: wherever it has no room, it
 * draws less. */
#include "face/tui/view/view.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <string.h>

enum { COLS = 40, ROWS = 12 };

static void draw(const struct view *view, const struct watch *watch, int rows, int cols)
{
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);
    struct view_state state = {.token = -1};
    struct area area = {0, 0, rows, cols};
    struct buf text = {0};

    view->draw(watch, &state, canvas, area);
    canvas_read(canvas, &text);
    ck_assert_uint_gt(text.size, 0);
    buf_free(&text);
    canvas_free(canvas);
}

/* Also of those that say that they have nothing to show. */
static void draw_all(struct watched *watched)
{
    const struct watch *watch;

    watched_focus(watched);
    watch = watched->viewer.watch;
    for (const struct view *const *view = views; *view; view++)
        for (int cols = 1; cols <= COLS; cols++)
            for (int rows = 1; rows <= ROWS; rows++)
                draw(*view, watch, rows, cols);
}

static const struct {
    const char *path;
    enum event_kind kind; /* that is shown, */
    unsigned n;           /* the n-th one */
} moments[] = {
    {"tests/screens/dma.s", EVENT_INSN, 1},
    {"tests/screens/dma.s", EVENT_BUS_TRANSFER, 14},
    {"tests/screens/iommu.s", EVENT_IOMMU_FAULT, 1},
    {"tests/screens/console.s", EVENT_MMIO_WRITE, 12},
    {"tests/commands/guest.lua", EVENT_VM_EXIT, 1},
    {"tests/commands/guest.lua", EVENT_VM_EXIT, 3},
};

static struct watched *stand(const char *path)
{
    struct board_desc desc = board_virt;
    struct err err = {{0}};

    if (strstr(path, ".lua"))
        return watched_new_scenario(path);
    if (strstr(path, "iommu"))
        ck_assert_msg(board_desc_add(&desc, &board_virt_iommu, &err), "%s", err.text);
    return watched_new_on(path, &desc);
}

START_TEST(a_view_draws_in_any_area)
{
    struct watched *watched = stand(moments[_i].path);

    watched_until(watched, moments[_i].kind, moments[_i].n);
    draw_all(watched);
    watched_free(watched);
}
END_TEST

/* What is typed has a row of its own, where a console is wide enough. */
START_TEST(a_console_draws_what_was_typed_in_any_area)
{
    struct watched *watched = stand("tests/screens/console.s");

    watched_type(watched, ":goto #30000");
    watched_type(watched, ":type hello");
    watched_type(watched, ":step-event console 9");
    draw_all(watched);
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_view_draws_in_any_area, 0,
                        sizeof(moments) / sizeof(moments[0]));
    tcase_add_test(tcase, a_console_draws_what_was_typed_in_any_area);
}

TEST_MAIN("sizes of views", add_tests)
