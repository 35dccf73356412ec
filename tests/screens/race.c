/*
 * The race's screens at their sizes: lanes have the same places whatever the moment.
 */
#include "face/tui/race/race.h"
#include "face/tui/screen/keys.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL  "tests/commands/race.lua"
#define COPIES "scenarios/01-three-ways-to-copy.lua"
#define DISKS  "scenarios/03-three-ways.lua"

static struct race *race_new(const char *file, const char *const *variants,
                             size_t variant_count, const char *setting)
{
    struct race *race = calloc(1, sizeof(*race));
    const struct race_choice choice = {.file = file,
                                       .variants = variants,
                                       .variant_count = variant_count,
                                       .settings = &setting,
                                       .setting_count = setting != NULL};
    struct err err = {{0}};

    ck_assert_ptr_nonnull(race);
    ck_assert_msg(race_open(race, &choice, &err), "%s", err.text);
    return race;
}

static void race_free(struct race *race)
{
    race_close(race);
    free(race);
}

/* tests/screens/race/NAME-COLSxROWS.txt. Nothing may be written over anything. */
static void looks_like(struct race *race, const char *name, int cols, int rows,
                       enum tier tier)
{
    struct canvas *canvas = canvas_new(rows, cols, tier);
    struct buf text = {0};
    char file[96];

    race_draw(race, canvas);
    canvas_read(canvas, &text);
    snprintf(file, sizeof(file), "race/%s-%dx%d", name, cols, rows);
    golden_screen(file, buf_str(&text));
    ck_assert_msg(canvas->collisions == 0 || race->sheet.open, "%s", buf_str(&text));
    buf_free(&text);
    canvas_free(canvas);
}

static const int sizes[][2] = {{80, 24}, {100, 30}, {120, 36}, {160, 48}, {200, 60}};

START_TEST(three_lanes_at_all_sizes)
{
    struct race *race = race_new(SMALL, NULL, 0, NULL);

    race_to(race, 700);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        looks_like(race, "guests", sizes[i][0], sizes[i][1], TIER_UTF8);
    looks_like(race, "ascii", 80, 24, TIER_ASCII);
    looks_like(race, "console", 120, 36, TIER_CONSOLE);
    looks_like(race, "small", 79, 24, TIER_UTF8);
    race_free(race);
}
END_TEST

START_TEST(moments_of_a_race)
{
    struct race *race = race_new(SMALL, NULL, 0, NULL);

    looks_like(race, "begin", 120, 36, TIER_UTF8);
    race_to(race, 150); /* lane B's hart sleeps while the DMA works */
    looks_like(race, "device", 120, 36, TIER_UTF8);
    looks_like(race, "device", 80, 24, TIER_UTF8);
    race_to_end(race);
    looks_like(race, "ended", 120, 36, TIER_UTF8);
    race_to(race, 700);
    looks_like(race, "past", 80, 24, TIER_UTF8);
    race_key(race, '?');
    looks_like(race, "help", 80, 24, TIER_UTF8);
    race_key(race, 0x1b);
    race_key(race, 'g');
    looks_like(race, "goto", 80, 24, TIER_UTF8);
    race_free(race);
}
END_TEST

START_TEST(four_lanes)
{
    static const char *const names[] = {"emulated", "slow", "hypercall", "direct"};
    struct race *race = race_new(SMALL, names, 4, "n=2");

    race_to(race, 700);
    looks_like(race, "four", 80, 24, TIER_UTF8);
    looks_like(race, "four", 100, 30, TIER_UTF8);
    looks_like(race, "four", 120, 36, TIER_UTF8);
    race_free(race);
}
END_TEST

START_TEST(machines_without_guests)
{
    struct race *race = race_new(COPIES, NULL, 0, "sectors=8");

    race_to(race, 120000);
    looks_like(race, "bare", 80, 24, TIER_UTF8);
    looks_like(race, "bare", 120, 36, TIER_UTF8);
    race_free(race);
}
END_TEST

START_TEST(three_ways_to_a_disk)
{
    struct race *race = race_new(DISKS, NULL, 0, "n=1");

    race_to(race, 26412);
    looks_like(race, "disks", 120, 36, TIER_UTF8);
    race_free(race);
}
END_TEST

/* What the command language calls things. */
START_TEST(what_is_on_the_screen_can_be_asked_about)
{
    struct race *race = race_new(SMALL, NULL, 0, NULL);
    struct canvas *canvas = canvas_new(36, 120, TIER_UTF8);
    bool exit = false, guest = false, metric = false, axis = false;

    race_to(race, 700);
    race_draw(race, canvas);
    for (unsigned i = 0; i < canvas->things; i++) {
        const struct thing *thing = &canvas->thing[i];

        exit |= thing->kind == THING_EXIT && strcmp(thing->name, "exit 13") == 0;
        guest |= thing->kind == THING_PART && strcmp(thing->name, "guest 1") == 0;
        metric |= thing->kind == THING_METRIC &&
                  strcmp(thing->name, "metric payload_bytes_hart") == 0;
        axis |= thing->kind == THING_TIME && thing->from == race->lane[0].begin;
    }
    ck_assert(exit && guest && metric && axis);
    canvas_free(canvas);
    race_free(race);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, three_lanes_at_all_sizes);
    tcase_add_test(tcase, moments_of_a_race);
    tcase_add_test(tcase, four_lanes);
    tcase_add_test(tcase, machines_without_guests);
    tcase_add_test(tcase, three_ways_to_a_disk);
    tcase_add_test(tcase, what_is_on_the_screen_can_be_asked_about);
}

TEST_MAIN("race", add_tests)
