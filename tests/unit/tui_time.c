/*
 * Whatever the screen shows follows from the moment at which the viewer stands: it looks
 * the same, cell by cell, however one came there.
 */
#include "base/bits.h"
#include "control/command/command.h"
#include "face/tui/viewer/viewer.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

enum {
    MOMENTS = 66, /* of all variants together */
    EVENTS = 12,  /* seen one by one before each */
    ROWS = 48,
    COLS = 160,
    VIEW_ROWS = 14, /* every view is also drawn alone, below the screen */
    VIEWS_MOST = 32,
    PICTURE_ROWS = ROWS + VIEWS_MOST * VIEW_ROWS
};

/* What is watched: a scenario, its variant. */
static const struct run_case {
    const char *file, *variant;
} cases[] = {
    {SCENARIO, "poll"},
    {SCENARIO, "interrupt"},
    {SCENARIO, "dma_burst"},
    {SCENARIO, "dma_steal"},
    {SCENARIO, "dma_transparent"},
    {SCENARIO, "copy_burst"},
    {SCENARIO, "copy_steal"},
    {SCENARIO, "copy_transparent"},
    {"tests/commands/guest.lua", NULL},
    {"tests/commands/guests.lua", NULL},
    {"tests/commands/iommu.lua", NULL},
};

struct stand {
    struct session session;
    struct viewer viewer;
};

static struct stand *stand_new(const struct run_case *run, const char *setting)
{
    struct stand *stand = malloc(sizeof(*stand));
    const struct session_choice choice = {.file = run->file,
                                          .variant = run->variant,
                                          .settings = &setting,
                                          .setting_count = setting != NULL};
    struct err err = {{0}};

    ck_assert_msg(session_open(&stand->session, &choice, &err), "%s", err.text);
    viewer_begin(&stand->viewer, &stand->session);
    stand->viewer.silent = true;
    return stand;
}

static void stand_free(struct stand *stand)
{
    session_close(&stand->session);
    viewer_end(&stand->viewer);
    free(stand);
}

static void press(struct stand *stand, int code)
{
    ck_assert(viewer_press(&stand->viewer, code));
}

static void type(struct stand *stand, const char *text)
{
    for (; *text; text++)
        press(stand, (unsigned char)*text);
    press(stand, '\r');
    stand->viewer.screen.sheet.open = false; /* the answer is not part of the picture */
    stand->viewer.screen.notice[0] = '\0';
}

static void go_to(struct stand *stand, struct moment moment)
{
    char line[64];

    snprintf(line, sizeof(line), ":goto #%" PRIu64 ".%" PRIu32, moment.retired,
             moment.order);
    type(stand, line);
}

static void run_to_end(struct stand *stand)
{
    press(stand, ' ');
    while (stand->viewer.screen.mode == SCREEN_RUNNING)
        viewer_advance(&stand->viewer, 1000000);
    ck_assert_int_eq(stand->viewer.screen.mode, SCREEN_ENDED);
}

/* The screen, and below it every view. */
static struct canvas *picture(struct stand *stand)
{
    struct canvas *canvas = canvas_new(PICTURE_ROWS, COLS, TIER_UTF8);
    struct area area = {ROWS, 0, VIEW_ROWS, COLS};

    canvas->rows = ROWS;
    viewer_draw(&stand->viewer, canvas);
    canvas->rows = PICTURE_ROWS;
    for (const struct view *const *view = views; *view; view++) {
        struct view_state state = {.token = -1};

        if (!(*view)->absent || !(*view)->absent(stand->viewer.watch))
            (*view)->draw(stand->viewer.watch, &state, canvas, area);
        area.row += VIEW_ROWS;
        ck_assert_int_le(area.row, PICTURE_ROWS);
    }
    return canvas;
}

/* A row of the picture, for the message. */
static const char *row_of(const struct canvas *canvas, int row, struct buf *text)
{
    struct canvas one = *canvas;

    one.rows = 1;
    one.cells += row * COLS;
    canvas_read(&one, text);
    return buf_str(text);
}

static void compare(const struct canvas *one, const struct canvas *other,
                    const char *what)
{
    for (int i = 0; i < PICTURE_ROWS * COLS; i++) {
        const struct canvas_cell *a = &one->cells[i], *b = &other->cells[i];
        struct buf first = {0}, now = {0};

        if (a->glyph != b->glyph || a->role != b->role)
            ck_abort_msg("%s: row %d, column %d, role %d:\n%sfirst, with role %d:\n%s",
                         what, i / COLS, i % COLS, b->role,
                         row_of(other, i / COLS, &now), a->role,
                         row_of(one, i / COLS, &first));
    }
}

/* A generator of our own, so that a failure comes again. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Arrives at some moment by events and remembers the screen; goes to the end and back by
 * goto; both ways within the past, so that the picture is the same in every cell. */
static void check_moment(struct stand *stand, uint64_t random, const char *what)
{
    struct timeline *time = stand->session.time;
    struct moment from = {.retired = random % timeline_furthest(time).retired}, at;
    struct canvas *first, *again;

    go_to(stand, from);
    for (uint64_t i = 0; i < 1 + (random >> 32) % EVENTS; i++)
        press(stand, KEY_CODE_RIGHT);
    if (stand->viewer.screen.mode == SCREEN_ENDED)
        return; /* the run was nearly over: there were not so many events */
    at = timeline_now(time);
    first = picture(stand);
    press(stand, KEY_CODE_END);
    canvas_free(picture(stand));
    go_to(stand, at);
    ck_assert_int_eq(moment_compare(timeline_now(time), at), 0);
    again = picture(stand);
    compare(first, again, what);
    canvas_free(first);
    canvas_free(again);
}

START_TEST(a_moment_looks_the_same_from_the_end_as_event_by_event)
{
    struct stand *stand = stand_new(&cases[_i], NULL);
    uint64_t random = 0x9e3779b97f4a7c15u + (uint64_t)_i;
    char what[64];

    run_to_end(stand);
    for (unsigned i = 0; i < MOMENTS / COUNT(cases) + 1; i++) {
        snprintf(what, sizeof(what), "case %d, moment %u", _i, i);
        check_moment(stand, next_random(&random), what);
    }
    stand_free(stand);
}
END_TEST

/* The marks of the past, and of the end of the run, are left out. */
static struct canvas *picture_without_past(struct stand *stand)
{
    struct watch *watch = stand->viewer.watch;

    viewer_look(&stand->viewer);
    watch->past = stand->viewer.screen.past = false;
    watch->newest = watch->cycle;
    stand->viewer.screen.mode = SCREEN_STANDING;
    return picture(stand);
}

/* The first time nothing lies ahead; all else is the same when one comes back. */
START_TEST(the_past_looks_as_it_did_the_first_time)
{
    struct stand *stand = stand_new(
        &cases[_i], strcmp(cases[_i].file, SCENARIO) == 0 ? "sectors=8" : NULL);
    struct moment at[30];
    struct canvas *first[COUNT(at)];
    unsigned count;

    for (count = 0; count < COUNT(at); count++) {
        press(stand, count % 3 == 2 ? ']' : KEY_CODE_RIGHT);
        if (stand->viewer.screen.mode == SCREEN_ENDED)
            break;
        at[count] = timeline_now(stand->session.time);
        first[count] = picture_without_past(stand);
    }
    run_to_end(stand);
    ck_assert_uint_ge(count, 10);
    while (count-- > 0) {
        struct canvas *again;

        go_to(stand, at[count]);
        again = picture_without_past(stand);
        compare(first[count], again, cases[_i].file);
        canvas_free(first[count]);
        canvas_free(again);
    }
    stand_free(stand);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_moment_looks_the_same_from_the_end_as_event_by_event,
                        0, COUNT(cases));
    tcase_add_loop_test(tcase, the_past_looks_as_it_did_the_first_time, 0,
                        COUNT(cases));
}

TEST_MAIN("tui_time", add_tests)
