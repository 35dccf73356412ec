/* Two-stage translation as a calculation, claim by claim (Privileged 1.13, 15.5): the
 * guest formats, the nested walk, and what a fault tells. No hart is in it. */
#include "machine/translate/stages.h"
#include "tests/lib/lone.h"
#include "tests/lib/suite.h"
#include "tests/lib/tables.h"

#include <string.h>

/*
 * The guest's memory is 1 MiB at guest physical address 0x80000000, in the RAM's third
 * MiB: SHIFT higher. Its tables are in it; the G-stage's are in the second MiB.
 */
#define GUEST    LONE_RAM
#define SHIFT    UINT64_C(0x200000)
#define G_TABLES (LONE_RAM + 0x100000)
#define TABLES   (GUEST + 0x10000)
#define PAGE     (GUEST + 0x80000)
#define VA       UINT64_C(0x40201000)
#define G_RW     (PTE_RW | PTE_U | PTE_AD)

enum { STEPS = 64 };

struct world {
    struct lone *lone;
    struct tables vs, g;
    struct stages stages;
    struct walk_tables memory;
    uint64_t hole; /* the entry there cannot be reached; 0: all can */
    struct walk_step step[STEPS];
    unsigned steps;
};

static enum walk_outcome read_entry(void *ctx, uint64_t at, uint64_t *entry)
{
    struct world *world = ctx;

    if (!ram_has(&world->lone->bus.ram, at, PTE_SIZE) || at == world->hole)
        return WALK_ACCESS_FAULT;
    ram_read(&world->lone->bus.ram, at, entry, PTE_SIZE);
    return WALK_NEXT;
}

static enum walk_outcome set_bits(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                                  bool *changed)
{
    struct world *world = ctx;

    *changed = false;
    entry |= bits;
    ram_write(&world->lone->bus.ram, at, &entry, PTE_SIZE, INITIATOR_OUTSIDE);
    return WALK_NEXT;
}

static void note(void *ctx, const struct walk_step *step)
{
    struct world *world = ctx;

    ck_assert_uint_lt(world->steps, STEPS);
    world->step[world->steps++] = *step;
}

/* A guest whose memory is mapped page by page, and in it VA to PAGE. */
static struct world *world_new(unsigned vs_levels, unsigned g_levels)
{
    struct world *world = calloc(1, sizeof(*world));
    struct ram *ram;

    world->lone = lone_new();
    ram = &world->lone->bus.ram;
    tables_init_guest(&world->g, ram, g_levels, G_TABLES);
    for (uint64_t at = 0; at < 0x100000; at += RAM_PAGE)
        tables_map(&world->g, GUEST + at, GUEST + at + SHIFT, 0, G_RW | PTE_X);
    tables_init(&world->vs, ram, vs_levels, TABLES);
    world->vs.shift = SHIFT;
    tables_map(&world->vs, VA, PAGE, 0, PTE_RWX | PTE_AD);
    world->memory = (struct walk_tables){
        .ctx = world, .read = read_entry, .set = set_bits, .tell = note};
    world->stages = (struct stages){
        .tables = &world->memory,
        .two = true,
        .va = VA + 0x123,
        .vs = {.format = walk_format(vs_levels + 5), .root = world->vs.root},
        .g = {.format = walk_guest_format(g_levels + 5), .root = world->g.root}};
    world->stages.vs.rights.access = world->stages.g.rights.access = ACCESS_LOAD;
    world->stages.g.rights.user = true;
    return world;
}

static void world_free(struct world *world)
{
    lone_free(world->lone);
    free(world);
}

static void set_access(struct world *world, uint8_t access)
{
    world->stages.vs.rights.access = world->stages.g.rights.access = access;
}

static struct translation translate(struct world *world)
{
    world->steps = 0;
    return stages_translate(&world->stages);
}

static unsigned steps_of(const struct world *world, enum walk_stage stage)
{
    unsigned count = 0;

    for (unsigned i = 0; i < world->steps; i++)
        count += world->step[i].stage == stage;
    return count;
}

/* --- the guest formats ------------------------------------------------------------ */

static const struct format_row {
    uint64_t mode, va;
    bool guest, is_address;
} format_rows[] = {
    {8, BITS(38, 0), false, false}, {8, BITS(37, 0), false, true},
    {8, BITS(63, 38), false, true}, {9, BITS(63, 47), false, true},
    {9, BITS(47, 0), false, false}, {8, BITS(40, 0), true, true},
    {8, BIT(41), true, false},      {8, BITS(63, 38), true, false},
    {9, BITS(49, 0), true, true},   {9, BIT(50), true, false},
    {9, BIT(63), true, false},
};

START_TEST(a_format_translates_so_many_bits)
{
    const struct format_row *row = &format_rows[_i];
    const struct walk_format *format =
        row->guest ? walk_guest_format(row->mode) : walk_format(row->mode);

    ck_assert(walk_is_address(format, row->va) == row->is_address);
}
END_TEST

START_TEST(other_modes_select_no_format)
{
    for (uint64_t mode = 0; mode < 16; mode++) {
        ck_assert((walk_format(mode) != NULL) == (mode == 8 || mode == 9));
        ck_assert((walk_guest_format(mode) != NULL) == (mode == 8 || mode == 9));
    }
}
END_TEST

/* 15.5.1: the root alone is four times as large. */
START_TEST(the_root_of_a_g_stage_has_2048_entries)
{
    unsigned levels = (unsigned)_i;
    struct world *world = world_new(3, levels);
    uint64_t high = BIT(12 + 9 * levels + 1) | GUEST; /* the upper of the 2 more bits */
    uint64_t at = tables_map(&world->g, high, GUEST + SHIFT, 0, G_RW);
    struct translation end;

    ck_assert_uint_eq(tables_at(&world->g, high, levels - 1) / RAM_PAGE,
                      (world->g.root / RAM_PAGE) + 2);
    world->stages.vs.format = NULL;
    world->stages.va = high + 8;
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_LEAF);
    ck_assert_uint_eq(end.pa, GUEST + SHIFT + 8);
    ck_assert_uint_eq(world->step[levels - 1].at, at);
    world_free(world);
}
END_TEST

/* 15.5.1: the current privilege mode is always taken to be U-mode. */
START_TEST(a_g_stage_leaf_must_be_a_user_page)
{
    struct world *world = world_new(3, 3);
    struct translation end;

    tables_map(&world->g, PAGE, PAGE + SHIFT, 0, PTE_RW | PTE_AD);
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_NOT_PERMITTED);
    ck_assert_uint_eq(end.stage, STAGE_G);
    ck_assert_uint_eq(end.reaching, REACHING_PAGE);
    ck_assert_uint_eq(end.gpa, PAGE + 0x123);
    world_free(world);
}
END_TEST

/* --- the nested walk -------------------------------------------------------------- */

START_TEST(two_stages_read_n_times_m_plus_1_plus_m_entries)
{
    unsigned n = (unsigned)_i / 2 + 3, m = (unsigned)_i % 2 + 3;
    struct world *world = world_new(n, m);
    struct translation end = translate(world);

    ck_assert_uint_eq(end.outcome, WALK_LEAF);
    ck_assert_uint_eq(end.pa, PAGE + SHIFT + 0x123);
    ck_assert_uint_eq(end.gpa, PAGE + 0x123);
    ck_assert_uint_eq(steps_of(world, STAGE_VS), n);
    ck_assert_uint_eq(steps_of(world, STAGE_G), n * m + m);
    /* Each entry of the VS-stage is read where the G-stage has just found it. */
    for (unsigned i = 0; i < world->steps; i++)
        if (world->step[i].stage == STAGE_VS) {
            ck_assert_uint_eq(i % (m + 1), m);
            ck_assert_uint_eq(world->step[i].at, world->step[i].gpa + SHIFT);
            ck_assert_uint_eq(world->step[i - 1].va, world->step[i].gpa);
        }
    world_free(world);
}
END_TEST

START_TEST(a_bare_stage_leaves_addresses_as_they_are)
{
    struct world *world = world_new(3, 3);
    struct translation end;

    world->stages.vs.format = NULL;
    world->stages.va = PAGE + 4;
    end = translate(world);
    ck_assert_uint_eq(end.pa, PAGE + SHIFT + 4);
    ck_assert_uint_eq(steps_of(world, STAGE_VS), 0);
    world->stages.g.format = NULL;
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_LEAF);
    ck_assert_uint_eq(end.pa, PAGE + 4);
    ck_assert_uint_eq(world->steps, 0);
    world_free(world);
}
END_TEST

START_TEST(one_stage_is_the_walk_alone)
{
    struct world *world = world_new(3, 3);
    struct translation end;

    world->stages.two = false;
    world->stages.vs.format = walk_format(8);
    tables_init(&world->vs, &world->lone->bus.ram, 3, LONE_RAM + 0x10000);
    tables_map(&world->vs, VA, PAGE, 0, PTE_RW | PTE_AD);
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_LEAF);
    ck_assert_uint_eq(end.pa, PAGE + 0x123);
    ck_assert_uint_eq(steps_of(world, STAGE_ONLY), 3);
    ck_assert_uint_eq(world->steps, 3);
    world_free(world);
}
END_TEST

/* A superpage in either stage gives the other's page; the address is that of both. */
START_TEST(pages_of_the_two_stages_may_differ_in_size)
{
    struct world *world = world_new(3, 3);
    struct translation end;

    tables_map(&world->g, GUEST, GUEST + SHIFT, 1, G_RW | PTE_X);
    ck_assert_uint_eq(translate(world).pa, PAGE + SHIFT + 0x123);
    ck_assert_uint_eq(steps_of(world, STAGE_G), 4 * 2);
    tables_map(&world->vs, VA & ~(uint64_t)0x1fffff, GUEST, 1, PTE_RWX | PTE_AD);
    end = translate(world);
    ck_assert_uint_eq(end.pa, GUEST + SHIFT + (VA & 0x1fffff) + 0x123);
    ck_assert_uint_eq(end.vs.level, 1);
    ck_assert_uint_eq(end.g.level, 1);
    world_free(world);
}
END_TEST

/* --- faults ----------------------------------------------------------------------- */

START_TEST(a_table_that_the_guest_has_not_is_a_fault_of_reading_it)
{
    struct world *world = world_new(3, 3);
    unsigned level = (unsigned)_i;
    uint64_t entry = tables_at(&world->vs, VA, level);
    struct translation end;

    tables_put(&world->g, tables_at(&world->g, entry, 0), 0);
    set_access(world, ACCESS_STORE);
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_NOT_VALID);
    ck_assert_uint_eq(end.stage, STAGE_G);
    ck_assert_uint_eq(end.reaching, REACHING_TABLE);
    ck_assert_uint_eq(end.gpa, entry);
    ck_assert_uint_eq(world->step[world->steps - 1].stage, STAGE_VS);
    ck_assert_uint_eq(world->step[world->steps - 1].outcome, WALK_GUEST_FAULT);
    ck_assert_uint_eq(world->step[world->steps - 1].at, 0);
    world_free(world);
}
END_TEST

START_TEST(setting_a_or_d_in_a_table_needs_a_writable_page)
{
    struct world *world = world_new(3, 3);
    uint64_t entry = tables_at(&world->vs, VA, 0);
    struct translation end;

    tables_map(&world->vs, VA, PAGE, 0, PTE_RW);
    world->stages.vs.rights.adue = true;
    tables_map(&world->g, entry & ~(uint64_t)0xfff, (entry & ~(uint64_t)0xfff) + SHIFT,
               0, G_RW & ~PTE_W);
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_NOT_PERMITTED);
    ck_assert_uint_eq(end.stage, STAGE_G);
    ck_assert_uint_eq(end.reaching, REACHING_TABLE_WRITE);
    ck_assert_uint_eq(end.gpa, entry);
    ck_assert_uint_eq(tables_get(&world->vs, entry) & PTE_A, 0);
    /* The page of a table that is only read need not be. */
    world->stages.vs.rights.adue = false;
    tables_map(&world->vs, VA, PAGE, 0, PTE_RW | PTE_A);
    ck_assert_uint_eq(translate(world).outcome, WALK_LEAF);
    world_free(world);
}
END_TEST

START_TEST(each_stage_sets_its_own_a_and_d)
{
    struct world *world = world_new(3, 3);
    uint64_t entry = tables_at(&world->vs, VA, 0);
    uint64_t of_table = tables_at(&world->g, entry, 0);
    uint64_t of_page = tables_at(&world->g, PAGE, 0);

    tables_map(&world->vs, VA, PAGE, 0, PTE_RW);
    tables_put(&world->g, of_table, tables_get(&world->g, of_table) & ~PTE_AD);
    tables_put(&world->g, of_page, tables_get(&world->g, of_page) & ~PTE_AD);
    world->stages.vs.rights.adue = world->stages.g.rights.adue = true;
    ck_assert_uint_eq(translate(world).outcome, WALK_LEAF);
    ck_assert_uint_eq(tables_get(&world->vs, entry) & PTE_AD, PTE_A);
    /* The table was written to: D. The page was read: A alone. */
    ck_assert_uint_eq(tables_get(&world->g, of_table) & PTE_AD, PTE_AD);
    ck_assert_uint_eq(tables_get(&world->g, of_page) & PTE_AD, PTE_A);
    world_free(world);
}
END_TEST

START_TEST(a_fault_of_the_vs_stage_is_no_guest_fault)
{
    struct world *world = world_new(3, 3);
    struct translation end;

    tables_map(&world->vs, VA, PAGE, 0, 0);
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_NOT_VALID);
    ck_assert_uint_eq(end.stage, STAGE_VS);
    world->stages.va = BIT(40);
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_NOT_VALID);
    ck_assert_uint_eq(end.stage, STAGE_VS);
    ck_assert_uint_eq(world->steps, 0);
    world_free(world);
}
END_TEST

START_TEST(a_table_that_cannot_be_reached_is_an_access_fault_in_both_stages)
{
    struct world *world = world_new(3, 3);
    bool in_g = _i == 1;
    struct translation end;

    world->hole = in_g ? tables_at(&world->g, tables_at(&world->vs, VA, 1), 0)
                       : tables_at(&world->vs, VA, 1) + SHIFT;
    end = translate(world);
    ck_assert_uint_eq(end.outcome, WALK_ACCESS_FAULT);
    ck_assert_uint_eq(end.stage, in_g ? STAGE_G : STAGE_VS);
    ck_assert_uint_eq(world->step[world->steps - 1].stage, STAGE_VS);
    ck_assert_uint_eq(world->step[world->steps - 1].outcome, WALK_ACCESS_FAULT);
    world_free(world);
}
END_TEST

/* --- rights ------------------------------------------------------------------------ */

#define RX (PTE_V | PTE_X | PTE_A)

static const struct rights_row {
    const char *claim;
    uint64_t vs, g; /* of the leaves; the G-stage's is a user page anyway */
    bool vs_mxr, g_mxr, hlvx;
    enum walk_outcome outcome;
    enum walk_stage stage;
} rights_rows[] = {
    /* clang-format off */
    {"both readable",                        PTE_RW | PTE_AD, PTE_RW | PTE_AD, 0, 0, 0, WALK_LEAF, STAGE_G},
    {"execute-only in the VS-stage",         RX, PTE_RW | PTE_AD, 0, 0, 0, WALK_NOT_PERMITTED, STAGE_VS},
    {"vsstatus.MXR helps there",             RX, PTE_RW | PTE_AD, 1, 0, 0, WALK_LEAF, STAGE_G},
    {"execute-only in the G-stage",          PTE_RW | PTE_AD, RX, 0, 0, 0, WALK_NOT_PERMITTED, STAGE_G},
    {"vsstatus.MXR does not help there",     PTE_RW | PTE_AD, RX, 1, 0, 0, WALK_NOT_PERMITTED, STAGE_G},
    {"HS-level MXR helps in both",           RX, RX, 1, 1, 0, WALK_LEAF, STAGE_G},
    {"hlvx needs X in the VS-stage",         PTE_RW | PTE_AD, PTE_RWX | PTE_AD, 0, 0, 1, WALK_NOT_PERMITTED, STAGE_VS},
    {"hlvx needs X in the G-stage",          PTE_RWX | PTE_AD, PTE_RW | PTE_AD, 0, 0, 1, WALK_NOT_PERMITTED, STAGE_G},
    {"hlvx needs no R",                      RX, RX, 0, 0, 1, WALK_LEAF, STAGE_G},
    /* clang-format on */
};

START_TEST(each_stage_has_its_rights)
{
    const struct rights_row *row = &rights_rows[_i];
    struct world *world = world_new(3, 4);
    struct translation end;

    tables_map(&world->vs, VA, PAGE, 0, row->vs);
    tables_map(&world->g, PAGE, PAGE + SHIFT, 0, row->g | PTE_U);
    world->stages.vs.rights.mxr = row->vs_mxr;
    world->stages.g.rights.mxr = row->g_mxr;
    world->stages.vs.rights.hlvx = world->stages.g.rights.hlvx = row->hlvx;
    end = translate(world);
    ck_assert_msg(end.outcome == row->outcome && end.stage == row->stage, "%s",
                  row->claim);
    world_free(world);
}
END_TEST

/* 15.5.1: tables are read by implicit loads, which need R whatever MXR says. */
START_TEST(mxr_does_not_help_to_read_tables)
{
    struct world *world = world_new(3, 3);
    uint64_t root = world->vs.root;

    tables_map(&world->g, root, root + SHIFT, 0, RX | PTE_U);
    world->stages.vs.rights.mxr = world->stages.g.rights.mxr = true;
    ck_assert_uint_eq(translate(world).outcome, WALK_NOT_PERMITTED);
    world_free(world);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_format_translates_so_many_bits, 0, COUNT(format_rows));
    tcase_add_test(tcase, other_modes_select_no_format);
    tcase_add_loop_test(tcase, the_root_of_a_g_stage_has_2048_entries, 3, 5);
    tcase_add_test(tcase, a_g_stage_leaf_must_be_a_user_page);
    tcase_add_loop_test(tcase, two_stages_read_n_times_m_plus_1_plus_m_entries, 0, 4);
    tcase_add_test(tcase, a_bare_stage_leaves_addresses_as_they_are);
    tcase_add_test(tcase, one_stage_is_the_walk_alone);
    tcase_add_test(tcase, pages_of_the_two_stages_may_differ_in_size);
    tcase_add_loop_test(tcase, a_table_that_the_guest_has_not_is_a_fault_of_reading_it,
                        0, 3);
    tcase_add_test(tcase, setting_a_or_d_in_a_table_needs_a_writable_page);
    tcase_add_test(tcase, each_stage_sets_its_own_a_and_d);
    tcase_add_test(tcase, a_fault_of_the_vs_stage_is_no_guest_fault);
    tcase_add_loop_test(
        tcase, a_table_that_cannot_be_reached_is_an_access_fault_in_both_stages, 0, 2);
    tcase_add_loop_test(tcase, each_stage_has_its_rights, 0, COUNT(rights_rows));
    tcase_add_test(tcase, mxr_does_not_help_to_read_tables);
}

TEST_MAIN("stages", add_tests)
