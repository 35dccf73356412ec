/*
 * The views of what harts and memory hold, as text: code, registers, CSRs, calls, memory,
 * structures, each at its sizes.
 */
#include "base/bits.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

#define HERE  "tests/screens/"
#define GUEST "tests/commands/guest.lua"

/* A moment: the n-th event of a kind of a program. */
struct moment_of {
    const char *program;
    enum event_kind kind;
    unsigned n;
};

static const struct view_case {
    const char *name, *view, *about;
    int cols, rows;
} at_trap[] =
    {
        {"code-trap", "code", "", 40, 9},
        {"code-trap", "code", "", 120, 14},
        {"registers-trap", "registers", "", 40, 6},
        {"csrs-trap", "csrs", "", 38, 4},
        {"csrs-trap", "csrs", "", 60, 12},
        {"csrs-trap", "csrs", "", 110, 20},
        {"csrs-mstatus", "csrs", "mstatus", 90, 12},
        {"csrs-interrupts", "csrs", "interrupts", 60, 9},
        {"calls-trap", "calls", "", 38, 4},
        {"calls-trap", "calls", "", 100, 8},
        {"structures-done", "structures", "", 40, 8},
},
  at_write[] =
      {
          {"code", "code", "", 38, 4},
          {"code", "code", "", 60, 12},
          {"code-at", "code", "sum", 60, 12},
          {"code-hart", "code", "hart 0", 100, 10},
          {"registers", "registers", "", 38, 4},
          {"registers", "registers", "", 60, 12},
          {"registers", "registers", "hart 0", 110, 20},
          {"memory", "memory", "", 40, 4},
          {"memory", "memory", "", 60, 12},
          {"memory", "memory", "", 110, 20},
          {"memory-at", "memory", "ring", 60, 9},
          {"memory-virtual", "memory", "virtual pc", 60, 5},
          {"structures", "structures", "", 40, 7},
          {"structures-at", "structures", "descriptor ring+32", 80, 8},
},
  at_walk[] =
      {
          {"structures-gstage", "structures", "", 40, 5},
          {"structures-gstage", "structures", "", 100, 8},
},
  at_context[] =
      {
          {"structures-context", "structures", "", 40, 5},
          {"structures-context", "structures", "device-context 0x80401080", 80, 6},
          {"structures-directory", "structures", "directory 0x80400000", 60, 5},
},
  at_chain[] =
      {
          {"structures-virtqueue", "structures", "", 40, 6},
          {"structures-virtqueue", "structures", "virtqueue", 100, 16},
},
  at_exit[] = {
      {"code-exit", "code", "", 60, 12},          {"csrs-exit", "csrs", "", 60, 14},
      {"csrs-exit", "csrs", "", 110, 20},         {"calls-exit", "calls", "", 70, 8},
      {"registers-exit", "registers", "", 60, 9},
};

static struct watched *stand(const struct moment_of *at)
{
    struct board_desc desc = board_virt;
    struct watched *watched;
    char path[64];
    struct err err;

    desc.harts = 1;
    if (strstr(at->program, ".lua")) {
        watched = watched_new_scenario(at->program);
    } else {
        snprintf(path, sizeof(path), HERE "%s", at->program);
        if (strcmp(at->program, "iommu.s") == 0)
            ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
        watched = watched_new_on(path, &desc);
    }
    watched_until(watched, at->kind, at->n);
    return watched;
}

static const struct {
    struct moment_of at;
    const struct view_case *views;
    size_t count;
} moments[] = {
    {{"dma.s", EVENT_TRAP_ENTER, 1}, at_trap, COUNT(at_trap)},
    {{"dma.s", EVENT_BUS_TRANSFER, 14}, at_write, COUNT(at_write)},
    {{"iommu.s", EVENT_IOMMU_WALK, 4}, at_walk, COUNT(at_walk)},
    {{"iommu.s", EVENT_IOMMU_WALK, 2}, at_context, COUNT(at_context)},
    {{"virtio.s", EVENT_VIRTIO_CHAIN, 1}, at_chain, COUNT(at_chain)},
    {{GUEST, EVENT_VM_EXIT, 2}, at_exit, COUNT(at_exit)},
};

START_TEST(a_view_is_as_drawn)
{
    struct watched *watched = stand(&moments[_i].at);

    for (size_t i = 0; i < moments[_i].count; i++) {
        const struct view_case *now = &moments[_i].views[i];
        char name[64];

        snprintf(name, sizeof(name), "views/%s", now->name);
        golden_view(watched, name, now->view, now->about, now->cols, now->rows);
    }
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_view_is_as_drawn, 0, COUNT(moments));
}

TEST_MAIN("views of state", add_tests)
