/* Every layout at three sizes, and one screen in every theme. */
#include "face/tui/picture/picture.h"
#include "face/tui/screen/layout.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct size {
    int cols, rows;
} sizes[] = {{80, 24}, {120, 36}, {200, 60}};

static unsigned count_layouts(void)
{
    unsigned count = 0;

    while (layout_infos[count].name)
        count++;
    return count;
}

/* What each layout is about has happened here. */
static struct watched *stand_for(const char *layout)
{
    struct watched *watched;

    if (strcmp(layout, "walk") == 0 || strcmp(layout, "exit") == 0 ||
        strcmp(layout, "guests") == 0) {
        watched = watched_new_scenario("tests/commands/guest.lua");
        watched_until(watched, EVENT_VM_EXIT, 1);
    } else {
        watched = watched_new("tests/screens/dma.s", 1);
        watched_until(watched,
                      strcmp(layout, "gates") == 0 ? EVENT_TRAP_ENTER
                                                   : EVENT_BUS_TRANSFER,
                      strcmp(layout, "gates") == 0 ? 1 : 14);
    }
    return watched;
}

START_TEST(a_layout_is_as_drawn)
{
    const char *layout = layout_infos[_i].name;
    struct watched *watched = stand_for(layout);
    char line[64], name[64];

    snprintf(line, sizeof(line), ":layout %s", layout);
    watched_type(watched, line);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct buf text = {0};
        struct canvas *canvas =
            watched_screen(watched, sizes[i].rows, sizes[i].cols, TIER_UTF8, &text);

        snprintf(name, sizeof(name), "layouts/%s-%dx%d", layout, sizes[i].cols,
                 sizes[i].rows);
        golden_screen(name, buf_str(&text));
        ck_assert_msg(canvas->collisions == 0, "%s", buf_str(&text));
        canvas_free(canvas);
        buf_free(&text);
    }
    watched_free(watched);
}
END_TEST

/* As a page, which has all the colours and attributes in it. */
START_TEST(a_theme_is_as_drawn)
{
    struct watched *watched = watched_new("tests/screens/dma.s", 1);
    struct buf text = {0}, page = {0};
    struct canvas *canvas;
    char name[64];

    watched_until(watched, EVENT_BUS_WAIT, 4);
    watched_press(watched, KEY_CODE_LEFT, 1); /* the past has a colour of its own */
    watched_press(watched, '\t', 2);
    canvas = watched_screen(watched, 24, 80, TIER_UTF8, &text);
    picture_html(&page, canvas, (enum theme)_i);
    snprintf(name, sizeof(name), "themes/%s", theme_names[_i]);
    golden_screen(name, buf_str(&page));
    canvas_free(canvas);
    buf_free(&text);
    buf_free(&page);
    watched_free(watched);
}
END_TEST

/* Relative luminance, and contrast, of WCAG 2.2. */
static double part_of(uint32_t eight)
{
    double part = eight / 255.0;

    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t colour)
{
    return 0.2126 * part_of(colour >> 16 & 0xff) +
           0.7152 * part_of(colour >> 8 & 0xff) + 0.0722 * part_of(colour & 0xff);
}

static double contrast(uint32_t one, uint32_t other)
{
    double a = luminance(one) + 0.05, b = luminance(other) + 0.05;

    return a > b ? a / b : b / a;
}

/* Rules and boxes alone may be faint: they carry nothing by themselves. */
START_TEST(text_can_be_read_in_every_theme)
{
    for (int role = 0; role < ROLES; role++) {
        struct look look = theme_look((enum theme)_i, (enum role)role);
        double found;

        if (role == ROLE_RULE)
            continue;
        found = contrast(theme_rgb(look.fg), theme_rgb(look.bg));
        ck_assert_msg(found >= 4.5, "%s, role %d: contrast %.1f", theme_names[_i], role,
                      found);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_layout_is_as_drawn, 0, (int)count_layouts());
    tcase_add_loop_test(tcase, a_theme_is_as_drawn, 0, THEMES);
    tcase_add_loop_test(tcase, text_can_be_read_in_every_theme, THEME_DARK,
                        THEME_CONTRAST + 1);
}

TEST_MAIN("layouts", add_tests)
