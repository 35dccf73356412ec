/*
 * Keys of chance, the mouse and sizes of chance: whatever is pressed, nothing is written
 * over anything else, and the screen can be drawn.
 */
#include "base/bits.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdlib.h>
#include <string.h>

static uint32_t chance(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

/* Most keys mean something; some are any character. Layouts are not saved, nor files
 * written: no line is finished that begins with a letter of chance. */
static int key_of_chance(uint32_t *seed, const struct viewer *viewer)
{
    const struct key *key = &keys[chance(seed, keys_count)];
    bool types = viewer->screen.prompting || viewer->screen.palette.open;

    if (viewer->screen.typing)
        return chance(seed, 3) ? KEY_CONTROL(']') : (int)chance(seed, 0x7f);
    if (types)
        return chance(seed, 4) ? 0x1b : (int)chance(seed, 0x250) + ' ';
    if (chance(seed, 8) == 0)
        return (int)chance(seed, 0x7f);
    return key->code;
}

static void draw(struct watched *watched, int rows, int cols)
{
    struct buf text = {0};

    canvas_free(watched_screen(watched, rows, cols, TIER_UTF8, &text));
    ck_assert_uint_gt(text.size, 0);
    buf_free(&text);
}

static void press_many(struct watched *watched, uint32_t seed, unsigned count)
{
    struct viewer *viewer = &watched->viewer;
    int rows = 36, cols = 120;

    for (unsigned i = 0; i < count; i++) {
        struct mouse mouse = {(int)chance(&seed, (uint32_t)rows),
                              (int)chance(&seed, (uint32_t)cols),
                              (enum mouse_act)chance(&seed, 3)};

        if (chance(&seed, 20) == 0)
            viewer_mouse(viewer, &mouse);
        else
            viewer_press(viewer, key_of_chance(&seed, viewer));
        if (viewer->screen.mode == SCREEN_RUNNING)
            viewer_advance(viewer, 500);
        if (chance(&seed, 100) == 0) {
            rows = 1 + (int)chance(&seed, 70);
            cols = 1 + (int)chance(&seed, 220);
        }
        if (chance(&seed, 4) == 0)
            draw(watched, rows, cols);
    }
}

static const char *const programs[] = {"tests/screens/dma.s", "tests/screens/iommu.s",
                                       "tests/commands/guest.lua",
                                       "tests/screens/virtio.s"};

START_TEST(keys_of_chance_do_no_harm)
{
    unsigned count = getenv("RINGSIDE_LONG") ? 10000 : 600;
    const char *path = programs[_i];
    struct watched *watched =
        strstr(path, ".lua") ? watched_new_scenario(path) : watched_new(path, 1);

    press_many(watched, (uint32_t)_i + 1, count);
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, keys_of_chance_do_no_harm, 0, COUNT(programs));
}

TEST_MAIN("tui_keys", add_tests)
