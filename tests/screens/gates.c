/*
 * The views of interrupts, drawn alone and compared with the files beside this one.
 */
#include "base/bits.h"
#include "tests/lib/golden.h"
#include "tests/lib/steady.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <string.h>

#define HERE  "tests/screens/"
#define GUEST "tests/commands/guest.lua"

static const struct view_case {
    const char *name, *program, *view, *about;
    enum event_kind kind; /* the n-th event of that kind; n 0: the start */
    unsigned n;
    int cols, rows;
} cases[] = {
    {"gates-off", HERE "dma.s", "gates", "irq 23", EVENT_INSN, 0, 120, 9},
    {"gates-trap", HERE "dma.s", "gates", "", EVENT_TRAP_ENTER, 1, 120, 14},
    {"gates-trap", HERE "dma.s", "gates", "", EVENT_TRAP_ENTER, 1, 80, 16},
    {"gates-trap", HERE "dma.s", "gates", "", EVENT_TRAP_ENTER, 1, 40, 9},
    {"gates-line", HERE "dma.s", "gates", "", EVENT_IRQ_LINE, 1, 120, 9},
    {"gates-claim", HERE "dma.s", "gates", "", EVENT_IRQ_CLAIM, 1, 80, 12},
    {"gates-complete", HERE "dma.s", "gates", "", EVENT_IRQ_COMPLETE, 1, 80, 16},
    {"gates-timer", HERE "dma.s", "gates", "timer hart 0", EVENT_TRAP_ENTER, 1, 80, 8},
    {"gates-guest", GUEST, "gates", "irq 10", EVENT_VM_ENTRY, 1, 120, 14},
    {"gates-guest-line", GUEST, "gates", "", EVENT_IRQ_LINE, 1, 120, 14},
    {"gates-guest-claim", GUEST, "gates", "", EVENT_IRQ_CLAIM, 1, 120, 24},
    {"gates-guest-claim", GUEST, "gates", "", EVENT_IRQ_CLAIM, 1, 80, 22},
    {"gates-guest-done", GUEST, "gates", "irq 10", EVENT_IRQ_COMPLETE, 1, 160, 26},
    {"interrupts-trap", HERE "dma.s", "interrupts", "", EVENT_TRAP_ENTER, 2, 120, 9},
    {"interrupts-trap", HERE "dma.s", "interrupts", "", EVENT_TRAP_ENTER, 2, 80, 8},
    {"interrupts-trap", HERE "dma.s", "interrupts", "", EVENT_TRAP_ENTER, 2, 40, 5},
    {"interrupts-guest", GUEST, "interrupts", "", EVENT_IRQ_COMPLETE, 1, 100, 9},
};

static struct watched *stand_at(const struct view_case *now)
{
    struct watched *watched = strstr(now->program, ".lua")
                                  ? watched_new_scenario(now->program)
                                  : watched_new(now->program, 1);

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
    {"gates", HERE "dma.s", EVENT_TRAP_ENTER, 2},
    {"gates", GUEST, EVENT_IRQ_CLAIM, 1},
    {"interrupts", HERE "dma.s", EVENT_IRQ_LINE, 1},
    {"interrupts", GUEST, EVENT_IRQ_COMPLETE, 1},
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

TEST_MAIN("views of interrupts", add_tests)
