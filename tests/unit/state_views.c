/*
 * Views of what harts and memory hold: whatever they show follows from the moment, each of
 * their cells can be asked about, and calls are known as far as they are said to be.
 */
#include "base/bits.h"
#include "control/command/command.h"
#include "control/command/render.h"
#include "face/tui/view/view.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <string.h>

#define SCREENS "tests/screens/"
#define GUEST   "tests/commands/guest.lua"

static const char *const drawn[] = {"code",  "registers", "csrs",
                                    "calls", "memory",    "structures"};

static struct canvas *draw(struct watched *watched, const char *name, const char *about,
                           int rows, int cols, struct buf *text)
{
    struct view_state state = {.token = -1};
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);

    snprintf(state.about, sizeof(state.about), "%s", about);
    viewer_look(&watched->viewer);
    view_named(name)->draw(watched->viewer.watch, &state, canvas,
                           (struct area){0, 0, rows, cols});
    buf_clear(text);
    canvas_read(canvas, text);
    ck_assert_msg(canvas->collisions == 0, "%s", buf_str(text));
    return canvas;
}

static void ck_has(const struct buf *text, const char *part)
{
    ck_assert_msg(strstr(buf_str(text), part), "no \"%s\" in\n%s", part, buf_str(text));
}

/* --- the way to a moment does not matter -------------------------------------------------- */

static void draw_all(struct watched *watched, struct buf *all)
{
    struct buf one = {0};

    for (size_t i = 0; i < COUNT(drawn); i++) {
        canvas_free(draw(watched, drawn[i], "", 20, 80, &one));
        buf_text(all, buf_str(&one));
    }
    buf_free(&one);
}

static void check_there_and_back(struct watched *watched)
{
    struct buf here = {0}, back = {0};

    for (unsigned i = 0; i < 4; i++) {
        watched_press(watched, 'l', 7);
        buf_clear(&here);
        buf_clear(&back);
        draw_all(watched, &here);
        watched_press(watched, 'l', 5);
        watched_press(watched, 'h', 5);
        draw_all(watched, &back);
        ck_assert_str_eq(buf_str(&here), buf_str(&back));
    }
    buf_free(&here);
    buf_free(&back);
}

static const struct {
    const char *program;
    enum event_kind kind;
} ways[] = {{"dma.s", EVENT_TRAP_ENTER},
            {"virtio.s", EVENT_VIRTIO_CHAIN},
            {"calls.s", EVENT_INSN},
            {NULL, EVENT_VM_EXIT}};

START_TEST(there_and_back_is_the_same)
{
    struct watched *watched;
    char path[64];

    snprintf(path, sizeof(path), SCREENS "%s",
             ways[_i].program ? ways[_i].program : "");
    watched = ways[_i].program ? watched_new(path, 1) : watched_new_scenario(GUEST);
    watched_until(watched, ways[_i].kind, 1);
    check_there_and_back(watched);
    watched_free(watched);
}
END_TEST

/* Every size from the least on. */
START_TEST(no_size_makes_text_collide)
{
    struct watched *watched = watched_new_scenario(GUEST);
    struct buf text = {0};

    watched_until(watched, EVENT_VM_EXIT, 2);
    for (size_t i = 0; i < COUNT(drawn); i++)
        for (int cols = view_named(drawn[i])->cols; cols < 130; cols += 7)
            for (int rows = view_named(drawn[i])->rows; rows < 36; rows += 4)
                canvas_free(draw(watched, drawn[i], "", rows, cols, &text));
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* --- things ------------------------------------------------------------------------------- */

static bool has_thing(const struct canvas *canvas, enum thing_kind kind,
                      const char *name)
{
    for (unsigned i = 0; i < canvas->things; i++)
        if (canvas->thing[i].kind == kind && strcmp(canvas->thing[i].name, name) == 0)
            return true;
    return false;
}

static const struct {
    const char *view, *about;
    enum thing_kind kind;
    const char *thing;
} things[] = {
    {"code", "", THING_CODE, "0x800000cc"},
    {"registers", "", THING_REGISTER, "a0"},
    {"registers", "hart 1", THING_REGISTER, "hart1.a0"},
    {"csrs", "", THING_CSR, "mstatus"},
    {"csrs", "hart 1", THING_CSR, "hart1.mepc"},
    {"csrs", "mstatus", THING_CSR, "mstatus.MPIE"},
    {"calls", "", THING_CODE, "0x800000d0"},
    {"memory", "buffer", THING_MEMORY, "0x80001403"},
    {"structures", "", THING_MEMORY, "0x80001108"},
};

START_TEST(cells_have_names)
{
    struct watched *watched = watched_new(SCREENS "dma.s", 2);
    struct buf text = {0};
    struct canvas *canvas;

    watched_until(watched, EVENT_BUS_TRANSFER, 14);
    canvas = draw(watched, things[_i].view, things[_i].about, 20, 60, &text);
    ck_assert_msg(has_thing(canvas, things[_i].kind, things[_i].thing), "no %s in\n%s",
                  things[_i].thing, buf_str(&text));
    canvas_free(canvas);
    buf_free(&text);
    watched_free(watched);
}
END_TEST

START_TEST(breakpoints_stand_at_their_lines)
{
    struct watched *watched = watched_new(SCREENS "dma.s", 1);
    struct stop stop = {
        .kind = STOP_PC, .address = 0x80000008, .hart = -1, .enabled = true};
    struct buf text = {0};

    ck_assert_uint_eq(stops_add(watched->session.stops, &stop, NULL), 1);
    canvas_free(draw(watched, "code", "", 8, 60, &text));
    ck_has(&text, "\n B 80000008");
    ck_assert(stops_enable(watched->session.stops, 1, false, NULL));
    canvas_free(draw(watched, "code", "", 8, 60, &text));
    ck_has(&text, "\n b 80000008");
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* A store to RAM that comes next, in bytes that nobody wrote. */
START_TEST(the_next_store_is_dashed)
{
    struct watched *watched = watched_new(SCREENS "calls.s", 1);
    struct buf text = {0};

    watched_press(watched, 'n', 5); /* before sd ra, 24(sp) in outer */
    canvas_free(draw(watched, "memory", "stack+0xe0", 8, 60, &text));
    ck_has(&text, "┄┄ ┄┄ ┄┄ ┄┄ ┄┄ ┄┄ ┄┄ ┄┄");
    ck_has(&text, "┄ next");
    watched_press(watched, 'n', 1);
    canvas_free(draw(watched, "memory", "stack+0xe0", 8, 60, &text));
    ck_has(&text, "▸");
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* --- calls -------------------------------------------------------------------------------- */

/* All calls are in the window at first, and the innermost is known by its registers and
 * the others by their stacks when they no longer are. */
START_TEST(calls_are_seen_and_then_read)
{
    struct watched *watched = watched_new(SCREENS "calls.s", 1);
    struct buf text = {0};

    watched_press(watched, 'n', 40);
    canvas_free(draw(watched, "calls", "", 8, 80, &text));
    ck_has(&text, "count");
    ck_has(&text, "middle +10");
    ck_has(&text, "called at #");
    ck_has(&text, "the program began here");
    ck_assert_ptr_null(strstr(buf_str(&text), "as its stack"));
    watched_press(watched, 'n', 5500);
    canvas_free(draw(watched, "calls", "", 8, 80, &text));
    ck_has(&text, "called, as its stack has it");
    ck_has(&text, "2   outer +18");
    ck_has(&text, "3   _start +c");
    ck_has(&text, "sets sp itself");
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* Between two instructions of the end of a function, too, and behind a label in it. */
START_TEST(calls_are_known_at_each_instruction)
{
    struct watched *watched = watched_new(SCREENS "calls.s", 1);
    struct buf text = {0};

    watched_press(watched, 'n', 6010);
    for (unsigned i = 0; i < 24; i++) {
        canvas_free(draw(watched, "calls", "", 8, 80, &text));
        ck_has(&text, "_start +c");
        watched_press(watched, 'n', 1);
    }
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* The command tells what the view shows. */
START_TEST(info_calls_is_the_view)
{
    struct watched *watched = watched_new_scenario(GUEST);
    struct reply reply = {0};
    struct buf view = {0}, told = {0};
    struct err err = {{0}};

    watched_until(watched, EVENT_VM_EXIT, 2);
    canvas_free(draw(watched, "calls", "", 8, 100, &view));
    ck_assert_msg(command_do(&watched->session, "info calls", &reply, &err), "%s",
                  err.text);
    render(&told, RENDER_TEXT, 0, "info calls", &reply, &err);
    ck_has(&view, "cut off at #102.1: environment call");
    ck_has(&told, "cut off at #102.1: environment call from VS-mode");
    ck_has(&view, "nothing has called this function");
    ck_has(&told, "nothing has called this function");
    reply_release(&reply);
    buf_free(&view);
    buf_free(&told);
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, there_and_back_is_the_same, 0, COUNT(ways));
    tcase_add_test(tcase, no_size_makes_text_collide);
    tcase_add_loop_test(tcase, cells_have_names, 0, COUNT(things));
    tcase_add_test(tcase, breakpoints_stand_at_their_lines);
    tcase_add_test(tcase, the_next_store_is_dashed);
    tcase_add_test(tcase, calls_are_seen_and_then_read);
    tcase_add_test(tcase, info_calls_is_the_view);
    tcase_add_test(tcase, calls_are_known_at_each_instruction);
}

TEST_MAIN("state views", add_tests)
