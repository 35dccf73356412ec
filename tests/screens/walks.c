/*
 * The views of translation, drawn alone and compared with the files beside this one.
 */
#include "base/bits.h"
#include "tests/lib/golden.h"
#include "tests/lib/steady.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <string.h>

#define HERE  "tests/screens/"
#define TWO   HERE "two_stage.s"
#define GUEST "tests/commands/guest.lua"

static const struct view_case {
    const char *name, *program, *view, *about;
    enum event_kind kind; /* the n-th event of that kind; n 0: the start */
    unsigned n;
    int cols, rows;
} cases[] = {
    {"walk-fault", HERE "iommu.s", "walk", "", EVENT_IOMMU_FAULT, 1, 120, 15},
    {"walk-fault", HERE "iommu.s", "walk", "", EVENT_IOMMU_FAULT, 1, 80, 14},
    {"walk-fault", HERE "iommu.s", "walk", "", EVENT_IOMMU_FAULT, 1, 40, 8},
    {"walk-step", HERE "iommu.s", "walk", "", EVENT_IOMMU_WALK, 4, 120, 15},
    {"walk-done", HERE "iommu.s", "walk", "", EVENT_IOMMU_TRANSLATE, 1, 120, 16},
    {"walk-pinned", HERE "iommu.s", "walk", "dma0 0x80001000", EVENT_IOMMU_FAULT, 1,
     120, 15},
    {"walk-device", HERE "iommu.s", "walk", "device 0x107 0x1000", EVENT_IOMMU_FAULT, 1,
     80, 12},
    {"walk-none", HERE "iommu.s", "walk", "", EVENT_INSN, 0, 60, 5},
    {"walk-off", HERE "iommu.s", "walk", "dma0 0x1000", EVENT_INSN, 3, 60, 5},
    {"walk-guest", GUEST, "walk", "", EVENT_VM_EXIT, 1, 120, 12},
    {"walk-guest", GUEST, "walk", "", EVENT_VM_EXIT, 1, 80, 12},
    {"walk-guest-fetch", GUEST, "walk", "", EVENT_WALK_STEP, 1, 80, 12},
    {"walk-nested", HERE "iommu_two.s", "walk", "", EVENT_IOMMU_FAULT, 1, 120, 15},
    {"walk-nested", HERE "iommu_two.s", "walk", "", EVENT_IOMMU_FAULT, 1, 80, 15},
    {"walk-two", TWO, "walk", "hart 0 0x40001000", EVENT_TLB_FILL, 2, 120, 14},
    {"walk-two", TWO, "walk", "", EVENT_TLB_FILL, 2, 80, 13},
    {"walk-two", TWO, "walk", "", EVENT_TLB_FILL, 2, 40, 8},
    {"walk-refused", TWO, "walk", "", EVENT_TRAP_ENTER, 1, 160, 14},
    {"walk-refused", TWO, "walk", "", EVENT_TRAP_ENTER, 1, 80, 13},
    {"caches-stale", TWO, "caches", "", EVENT_TRAP_ENTER, 1, 100, 8},
    {"caches-stale", TWO, "caches", "", EVENT_TRAP_ENTER, 1, 40, 6},
    {"caches-fill", TWO, "caches", "", EVENT_TLB_FILL, 2, 80, 6},
    {"caches-iommu", HERE "iommu.s", "caches", "", EVENT_IOMMU_FAULT, 1, 100, 9},
    {"caches-iommu", HERE "iommu.s", "caches", "iommu0", EVENT_IOMMU_FILL, 1, 60, 6},
    {"iommu-record", HERE "iommu.s", "iommu", "", EVENT_IOMMU_RECORD, 1, 100, 10},
    {"iommu-record", HERE "iommu.s", "iommu", "", EVENT_IOMMU_RECORD, 1, 60, 9},
    {"iommu-record", HERE "iommu.s", "iommu", "", EVENT_IOMMU_RECORD, 1, 40, 6},
    {"iommu-command", HERE "iommu.s", "iommu", "", EVENT_IOMMU_COMMAND, 1, 80, 9},
};

/* The default board, and an IOMMU for the program that is about one. */
static struct watched *stand_at(const struct view_case *now)
{
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct err err;

    desc.harts = 1;
    if (strstr(now->program, "iommu"))
        ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    watched = strstr(now->program, ".lua") ? watched_new_scenario(now->program)
                                           : watched_new_on(now->program, &desc);
    if (now->n)
        watched_until(watched, now->kind, now->n);
    return watched;
}

START_TEST(a_view_is_as_drawn)
{
    const struct view_case *now = &cases[_i];
    struct watched *watched = stand_at(now);
    char name[64];

    snprintf(name, sizeof(name), "views/%s", now->name);
    golden_view(watched, name, now->view, now->about, now->cols, now->rows);
    watched_free(watched);
}
END_TEST

static const struct moment_case {
    const char *view, *program;
    enum event_kind kind;
    unsigned n;
} moments[] = {
    {"walk", HERE "iommu.s", EVENT_IOMMU_WALK, 3},
    {"walk", HERE "iommu.s", EVENT_IOMMU_FAULT, 1},
    {"walk", TWO, EVENT_TRAP_ENTER, 1},
    {"walk", TWO, EVENT_WALK_STEP, 9},
    {"caches", HERE "iommu.s", EVENT_IOMMU_FAULT, 1},
    {"caches", TWO, EVENT_TRAP_ENTER, 1},
    {"iommu", HERE "iommu.s", EVENT_IOMMU_RECORD, 1},
};

START_TEST(a_view_keeps_to_its_moment_its_area_and_names_that_can_be_asked)
{
    const struct moment_case *now = &moments[_i];
    const struct view_case where = {
        .program = now->program, .kind = now->kind, .n = now->n};
    struct watched *watched = stand_at(&where);

    steady_in_size(watched, now->view, "");
    steady_in_names(watched, now->view, "");
    steady_in_time(watched, now->view, "");
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_view_is_as_drawn, 0, COUNT(cases));
    tcase_add_loop_test(tcase,
                        a_view_keeps_to_its_moment_its_area_and_names_that_can_be_asked,
                        0, COUNT(moments));
}

TEST_MAIN("views of translation", add_tests)
