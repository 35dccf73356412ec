/*
 * Whole screens as text, compared with the files beside this one. RINGSIDE_GOLDEN=1
 * rewrites those; the difference is then to be read.
 */
#include "base/bits.h"
#include "face/tui/stage/stage.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <string.h>

#define HERE "tests/screens/"

/* A hypervisor of a few lines, and its guest. */
#define GUEST "../commands/guest.lua"

static const struct screen_case {
    const char *name, *program;
    enum event_kind
        kind; /* the screen shows the n-th event of that kind; n 0: the start */
    unsigned n;
    int cols, rows;
    enum tier tier;
    const char *keys; /* pressed then */
    unsigned harts;   /* 0: one */
} cases[] = {
    {"start-80x24", "dma.s", EVENT_INSN, 0, 80, 24, TIER_UTF8, "", 0},
    {"start-160x48", "dma.s", EVENT_INSN, 0, 160, 48, TIER_UTF8, "", 0},
    {"polling-80x24", "pio.s", EVENT_INSN, 0, 80, 24, TIER_UTF8, "poll", 0},
    {"polling-120x36", "pio.s", EVENT_INSN, 0, 120, 36, TIER_UTF8, "poll", 0},
    {"polling-160x48", "pio.s", EVENT_INSN, 0, 160, 48, TIER_UTF8, "poll", 0},
    {"control-80x24", "dma.s", EVENT_INSN, 0, 80, 24, TIER_UTF8, "run", 0},
    {"control-120x36", "dma.s", EVENT_INSN, 0, 120, 36, TIER_UTF8, "run", 0},
    {"write-80x24", "dma.s", EVENT_BUS_TRANSFER, 14, 80, 24, TIER_UTF8, "", 0},
    {"write-120x36", "dma.s", EVENT_BUS_TRANSFER, 14, 120, 36, TIER_UTF8, "", 0},
    {"write-160x48", "dma.s", EVENT_BUS_TRANSFER, 14, 160, 48, TIER_UTF8, "", 0},
    {"write-200x60", "dma.s", EVENT_BUS_TRANSFER, 14, 200, 60, TIER_UTF8, "", 0},
    {"write-console", "dma.s", EVENT_BUS_TRANSFER, 14, 80, 25, TIER_CONSOLE, "", 0},
    {"write-ascii", "dma.s", EVENT_BUS_TRANSFER, 14, 80, 24, TIER_ASCII, "", 0},
    {"wait-80x24", "dma.s", EVENT_BUS_WAIT, 4, 80, 24, TIER_UTF8, "", 0},
    {"wait-120x36", "dma.s", EVENT_BUS_WAIT, 4, 120, 36, TIER_UTF8, "", 0},
    {"wait-ascii", "dma.s", EVENT_BUS_WAIT, 4, 120, 36, TIER_ASCII, "", 0},
    {"folded-80x24", "dma.s", EVENT_MMIO_WRITE, 17, 80, 24, TIER_UTF8, "", 0},
    {"irq-120x36", "dma.s", EVENT_IRQ_LINE, 1, 120, 36, TIER_UTF8, "", 0},
    {"trap-80x24", "dma.s", EVENT_TRAP_ENTER, 1, 80, 24, TIER_UTF8, "", 0},
    {"trap-160x48", "dma.s", EVENT_TRAP_ENTER, 1, 160, 48, TIER_UTF8, "", 0},
    {"memory-80x24", "dma.s", EVENT_BUS_TRANSFER, 14, 80, 24, TIER_UTF8, "\t\t\tf", 0},
    {"events-80x24", "dma.s", EVENT_TRAP_ENTER, 1, 80, 24, TIER_UTF8, "\t\t\t\tf", 0},
    {"help-80x24", "dma.s", EVENT_INSN, 0, 80, 24, TIER_UTF8, "?", 0},
    {"help-120x36", "dma.s", EVENT_INSN, 0, 120, 36, TIER_UTF8, "?", 0},
    {"off-80x24", "dma.s", EVENT_INSN, 0, 80, 24, TIER_UTF8, "/", 0},
    {"ended-80x24", "dma.s", EVENT_FINISH, 1, 80, 24, TIER_UTF8, "nn", 0},
    {"harts-80x24", "dma.s", EVENT_INSN, 0, 80, 24, TIER_UTF8, "nnnnn", 8},
    {"harts-160x48", "dma.s", EVENT_INSN, 0, 160, 48, TIER_UTF8, "nnnnn", 4},
    {"walk-160x48", "iommu.s", EVENT_IOMMU_WALK, 4, 160, 48, TIER_UTF8, "", 0},
    {"blocked-80x24", "iommu.s", EVENT_IOMMU_FAULT, 1, 80, 24, TIER_UTF8, "", 0},
    {"blocked-120x36", "iommu.s", EVENT_IOMMU_FAULT, 1, 120, 36, TIER_UTF8, "", 0},
    {"guest-80x24", GUEST, EVENT_VM_ENTRY, 1, 80, 24, TIER_UTF8, "nn", 0},
    {"exit-80x24", GUEST, EVENT_VM_EXIT, 1, 80, 24, TIER_UTF8, "", 0},
    {"exit-160x48", GUEST, EVENT_VM_EXIT, 1, 160, 48, TIER_UTF8, "", 0},
    {"virtio-80x24", "virtio.s", EVENT_VIRTIO_CHAIN, 1, 80, 24, TIER_UTF8, "", 0},
    {"virtio-160x48", "virtio.s", EVENT_BUS_TRANSFER, 9, 160, 48, TIER_UTF8, "", 0},
    {"virtio-used-120x36", "virtio.s", EVENT_VIRTIO_USED, 1, 120, 36, TIER_UTF8, "", 0},
    {"small-79x24", "dma.s", EVENT_INSN, 0, 79, 24, TIER_UTF8, "", 0},
};

static bool is_data(void *run, const struct event *event)
{
    (void)run;
    return event->mmio_read.offset == 0;
}

/* To the end of the load from Data that brings the fifth word. */
static void poll(struct watched *watched)
{
    watched_until_one(watched, EVENT_MMIO_READ, 5, is_data);
    watched_press(watched, 'n', 1);
}

static bool is_start(void *run, const struct event *event)
{
    (void)run;
    return event->mmio_write.value == 0xc003;
}

/* To the end of the store that sets run in Control. */
static void start_dma(struct watched *watched)
{
    watched_until_one(watched, EVENT_MMIO_WRITE, 1, is_start);
    watched_press(watched, 'n', 1);
}

/* The default board, and an IOMMU for the program that is about one. */
static struct board_desc board_of(const struct screen_case *now)
{
    struct board_desc desc = board_virt;
    struct err err;

    desc.harts = now->harts ? now->harts : 1;
    if (strcmp(now->program, "iommu.s") == 0)
        ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    return desc;
}

static struct watched *stand_at(const struct screen_case *now)
{
    struct board_desc desc = board_of(now);
    char path[64];
    struct watched *watched;

    snprintf(path, sizeof(path), HERE "%s", now->program);
    watched =
        strstr(path, ".lua") ? watched_new_scenario(path) : watched_new_on(path, &desc);
    if (now->n)
        watched_until(watched, now->kind, now->n);
    if (strcmp(now->keys, "poll") == 0)
        poll(watched);
    else if (strcmp(now->keys, "run") == 0)
        start_dma(watched);
    else
        for (const char *key = now->keys; *key; key++)
            watched_press(watched, *key, 1);
    return watched;
}

START_TEST(a_screen_is_as_drawn)
{
    const struct screen_case *now = &cases[_i];
    struct watched *watched = stand_at(now);
    struct buf text = {0};
    struct canvas *canvas =
        watched_screen(watched, now->rows, now->cols, now->tier, &text);

    golden_screen(now->name, buf_str(&text));
    if (!watched->viewer.screen.sheet.open)
        ck_assert_uint_eq(canvas->collisions, 0);
    canvas_free(canvas);
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* Every size from the least on: nothing is written over anything, and nothing outside. */
START_TEST(no_size_makes_text_collide)
{
    struct watched *watched = watched_new(HERE "dma.s", 1);

    watched_until(watched, EVENT_BUS_TRANSFER, 12 + (unsigned)_i);
    for (int cols = 80; cols <= 220; cols += 7)
        for (int rows = 24; rows <= 66; rows += 3) {
            struct buf text = {0};
            struct canvas *canvas =
                watched_screen(watched, rows, cols, TIER_UTF8, &text);

            ck_assert_msg(canvas->collisions == 0, "%dx%d: %u collisions\n%s", cols,
                          rows, canvas->collisions, buf_str(&text));
            canvas_free(canvas);
            buf_free(&text);
        }
    watched_free(watched);
}
END_TEST

START_TEST(several_harts_have_boxes_and_the_rest_is_folded)
{
    struct watched *watched = watched_new(HERE "dma.s", 8);
    struct buf text = {0};
    struct canvas *canvas;

    watched_press(watched, 'n', 20 + (unsigned)_i);
    watched_press(watched, 'H', 1);
    for (int cols = 80; cols <= 200; cols += 40) {
        buf_clear(&text);
        canvas = watched_screen(watched, 36, cols, TIER_UTF8, &text);
        ck_assert_msg(canvas->collisions == 0, "%s", buf_str(&text));
        ck_assert_ptr_nonnull(strstr(buf_str(&text), "registers of hart 1"));
        canvas_free(canvas);
    }
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* Where parts stand depends on board and size, never on the moment. */
START_TEST(nothing_jumps_while_time_moves)
{
    struct watched *watched = watched_new(HERE "dma.s", 1);
    struct area area = {4, 1, STAGE_TALL, 118};
    const struct stage_choice none = {.token = -1};
    struct stage before = stage_place(watched->viewer.watch, area, &none), after;

    watched_until(watched, EVENT_TRAP_ENTER, 2);
    after = stage_place(watched->viewer.watch, area, &none);
    ck_assert_int_eq(before.parts, after.parts);
    for (int i = 0; i < before.parts; i++) {
        ck_assert_int_eq(before.part[i].box.col, after.part[i].box.col);
        ck_assert_int_eq(before.part[i].box.cols, after.part[i].box.cols);
        ck_assert_int_eq(before.part[i].tap, after.part[i].tap);
    }
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_screen_is_as_drawn, 0, COUNT(cases));
    tcase_add_loop_test(tcase, no_size_makes_text_collide, 0, 4);
    tcase_add_loop_test(tcase, several_harts_have_boxes_and_the_rest_is_folded, 0, 8);
    tcase_add_test(tcase, nothing_jumps_while_time_moves);
}

TEST_MAIN("screens", add_tests)
