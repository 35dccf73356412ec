/* Address translation, claim by claim (Privileged 1.13, 12.3.2; Sv39, Sv48; Svnapot,
 * Svadu, Svade) and the TLB in front of it. */
#include "machine/hart/look.h"
#include "tests/lib/lone.h"
#include "tests/lib/suite.h"
#include "tests/lib/tables.h"

#include <string.h>

/* The tables are in the RAM's second MiB; pages are mapped to the third. */
#define TABLES (LONE_RAM + 0x100000)
#define PAGES  (LONE_RAM + 0x200000)
#define VA     UINT64_C(0x40201000)
#define GIGA   UINT64_C(0x40000000)
#define MEGA   UINT64_C(0x200000)

struct world {
    struct lone *lone;
    struct hart *hart;
    struct tables tables;
};

static struct world world_new(unsigned levels)
{
    struct world world = {.lone = lone_new()};

    world.hart = &world.lone->hart;
    world.hart->mode = MODE_S;
    lone_open_pmp(world.lone);
    tables_init(&world.tables, &world.lone->bus.ram, levels, TABLES);
    world.hart->csr.satp = tables_satp(&world.tables, 1);
    return world;
}

/* Of the host's address spaces. */
static const struct tlb_entry *find(const struct tlb *tlb, uint64_t va, uint16_t asid)
{
    return tlb_find(tlb, (struct tlb_key){.vpn = va >> 12, .asid = asid});
}

static unsigned flush(struct tlb *tlb, const uint64_t *va, const uint16_t *asid)
{
    return tlb_flush(
        tlb, &(struct tlb_fence){.spaces = BIT(TLB_HOST), .va = va, .asid = asid});
}

static void world_free(struct world *world)
{
    lone_free(world->lone);
}

static uint64_t translate(struct world *world, uint64_t va, uint8_t access,
                          uint8_t mode, uint64_t *pa)
{
    struct walk_result result;
    struct trap trap = hart_translate(
        world->hart, (struct walk_request){.va = va, .access = access, .mode = mode},
        &result);

    *pa = result.pa;
    if (trapped(trap))
        ck_assert_uint_eq(trap.tval, va);
    lone_stress(world->lone);
    return trap.cause;
}

/* What a load in S-mode gives: its physical address, or the cause with bit 62 set. */
#define FAULT(cause) (BIT(62) | (cause))

static uint64_t load(struct world *world, uint64_t va)
{
    uint64_t pa, cause = translate(world, va, ACCESS_LOAD, MODE_S, &pa);

    return cause == CAUSE_NONE ? pa : FAULT(cause);
}

static uint64_t store(struct world *world, uint64_t va)
{
    uint64_t pa, cause = translate(world, va, ACCESS_STORE, MODE_S, &pa);

    return cause == CAUSE_NONE ? pa : FAULT(cause);
}

static unsigned last_outcome(const struct world *world)
{
    const struct event *event = lone_last(world->lone, EVENT_WALK_STEP);

    return event ? event->walk_step.outcome : WALK_OUTCOMES;
}

/* --- one leaf, one access ---------------------------------------------------------- */

#define LD    ACCESS_LOAD
#define ST    ACCESS_STORE
#define IF    ACCESS_FETCH
#define S     MODE_S
#define U     MODE_U
#define SUM   MSTATUS_SUM
#define MXR   MSTATUS_MXR
#define SVADE BIT(0) /* not a bit of mstatus that is used here: ADUE is 0 */

struct leaf_row {
    const char *claim;
    uint64_t bits; /* of a 4 KiB leaf */
    uint8_t access, mode;
    uint64_t setup; /* of mstatus, and SVADE */
    uint64_t cause;
    uint8_t outcome; /* of the last step */
};

static const struct leaf_row leaf_rows[] = {
    /* clang-format off */
    {"a supervisor page is read",                 PTE_RW | PTE_AD, LD, S, 0, CAUSE_NONE, WALK_LEAF},
    {"a supervisor page is written",              PTE_RW | PTE_AD, ST, S, 0, CAUSE_NONE, WALK_LEAF},
    {"a supervisor page is executed",             PTE_V | PTE_X | PTE_A, IF, S, 0, CAUSE_NONE, WALK_LEAF},
    {"V = 0 faults a load",                       PTE_R | PTE_A, LD, S, 0, CAUSE_LOAD_PAGE, WALK_NOT_VALID},
    {"V = 0 faults a store",                      PTE_R | PTE_A, ST, S, 0, CAUSE_STORE_PAGE, WALK_NOT_VALID},
    {"V = 0 faults a fetch",                      PTE_R | PTE_A, IF, S, 0, CAUSE_INSTRUCTION_PAGE, WALK_NOT_VALID},
    {"W without R is reserved",                   PTE_V | PTE_W | PTE_AD, ST, S, 0, CAUSE_STORE_PAGE, WALK_NOT_VALID},
    {"W and X without R is reserved",             PTE_V | PTE_W | PTE_X | PTE_AD, IF, S, 0, CAUSE_INSTRUCTION_PAGE, WALK_NOT_VALID},
    {"a pointer at level 0 faults",               PTE_V, LD, S, 0, CAUSE_LOAD_PAGE, WALK_NO_LEAF},
    {"bit 54 is reserved",                        PTE_RW | PTE_AD | BIT(54), LD, S, 0, CAUSE_LOAD_PAGE, WALK_RESERVED},
    {"bit 60 is reserved",                        PTE_RW | PTE_AD | BIT(60), LD, S, 0, CAUSE_LOAD_PAGE, WALK_RESERVED},
    {"PBMT is reserved without Svpbmt: 1",        PTE_RW | PTE_AD | PTE_PBMT_1, LD, S, 0, CAUSE_LOAD_PAGE, WALK_RESERVED},
    {"PBMT is reserved without Svpbmt: 2",        PTE_RW | PTE_AD | BIT(62), LD, S, 0, CAUSE_LOAD_PAGE, WALK_RESERVED},
    {"RSW is software's",                         PTE_RW | PTE_AD | PTE_RSW, LD, S, 0, CAUSE_NONE, WALK_LEAF},
    {"a page without W is not written",           PTE_V | PTE_R | PTE_AD, ST, S, 0, CAUSE_STORE_PAGE, WALK_NOT_PERMITTED},
    {"a page without X is not executed",          PTE_RW | PTE_AD, IF, S, 0, CAUSE_INSTRUCTION_PAGE, WALK_NOT_PERMITTED},
    {"an execute-only page is not read",          PTE_V | PTE_X | PTE_A, LD, S, 0, CAUSE_LOAD_PAGE, WALK_NOT_PERMITTED},
    {"with MXR it is",                            PTE_V | PTE_X | PTE_A, LD, S, MXR, CAUSE_NONE, WALK_LEAF},
    {"MXR does not make it writable",             PTE_V | PTE_X | PTE_AD, ST, S, MXR, CAUSE_STORE_PAGE, WALK_NOT_PERMITTED},
    {"U-mode reads a user page",                  PTE_RW | PTE_U | PTE_AD, LD, U, 0, CAUSE_NONE, WALK_LEAF},
    {"U-mode executes a user page",               PTE_RWX | PTE_U | PTE_AD, IF, U, 0, CAUSE_NONE, WALK_LEAF},
    {"U-mode does not read a supervisor page",    PTE_RW | PTE_AD, LD, U, 0, CAUSE_LOAD_PAGE, WALK_NOT_PERMITTED},
    {"nor with SUM",                              PTE_RW | PTE_AD, LD, U, SUM, CAUSE_LOAD_PAGE, WALK_NOT_PERMITTED},
    {"S-mode does not read a user page",          PTE_RW | PTE_U | PTE_AD, LD, S, 0, CAUSE_LOAD_PAGE, WALK_NOT_PERMITTED},
    {"with SUM it does",                          PTE_RW | PTE_U | PTE_AD, LD, S, SUM, CAUSE_NONE, WALK_LEAF},
    {"with SUM it writes one",                    PTE_RW | PTE_U | PTE_AD, ST, S, SUM, CAUSE_NONE, WALK_LEAF},
    {"SUM never lets it execute one",             PTE_RWX | PTE_U | PTE_AD, IF, S, SUM, CAUSE_INSTRUCTION_PAGE, WALK_NOT_PERMITTED},
    {"a load sets A",                             PTE_RW, LD, S, 0, CAUSE_NONE, WALK_UPDATED},
    {"a fetch sets A",                            PTE_V | PTE_X, IF, S, 0, CAUSE_NONE, WALK_UPDATED},
    {"a store sets D",                            PTE_RW | PTE_A, ST, S, 0, CAUSE_NONE, WALK_UPDATED},
    {"a load needs no D",                         PTE_RW | PTE_A, LD, S, 0, CAUSE_NONE, WALK_LEAF},
    {"a refused access sets nothing",             PTE_V | PTE_R, ST, S, 0, CAUSE_STORE_PAGE, WALK_NOT_PERMITTED},
    {"Svade: A = 0 faults a load",                PTE_RW | PTE_D, LD, S, SVADE, CAUSE_LOAD_PAGE, WALK_NOT_ACCESSED},
    {"Svade: D = 0 faults a store",               PTE_RW | PTE_A, ST, S, SVADE, CAUSE_STORE_PAGE, WALK_NOT_ACCESSED},
    {"Svade: D = 0 does not fault a load",        PTE_RW | PTE_A, LD, S, SVADE, CAUSE_NONE, WALK_LEAF},
    {"permission is checked before A and D",      PTE_V | PTE_R, ST, S, SVADE, CAUSE_STORE_PAGE, WALK_NOT_PERMITTED},
    {"an AMO needs R and W",                      PTE_RW, ACCESS_AMO, S, SVADE, CAUSE_STORE_PAGE, WALK_NOT_ACCESSED},
    {"a page without W refuses an AMO as a store", PTE_V | PTE_R | PTE_AD, ACCESS_AMO, S, 0, CAUSE_STORE_PAGE, WALK_NOT_PERMITTED},
    /* clang-format on */
};

static void set_status(struct hart *hart, uint64_t setup)
{
    hart->csr.mstatus = setup & ~SVADE;
    hart->csr.menvcfg = setup & SVADE ? 0 : MENVCFG_ADUE;
}

/* Puts a page into the fast loop's tables, which must hold only what the TLB does. */
static void look_up(struct world *world, uint64_t va)
{
    uint64_t pa;

    ck_assert(look_reach(world->hart, va, ACCESS_LOAD, MODE_S, &pa));
}

static bool is_looked_up(struct world *world, uint64_t va)
{
    return look_knows(world->hart, va, ACCESS_LOAD, MODE_S);
}

START_TEST(a_leaf_decides_an_access_by_its_bits)
{
    const struct leaf_row *row = &leaf_rows[_i];

    for (unsigned levels = 3; levels <= 4; levels++) {
        struct world world = world_new(levels);
        uint64_t pa, cause;

        tables_map(&world.tables, VA, PAGES, 0, row->bits);
        set_status(world.hart, row->setup);
        cause = translate(&world, VA + 0x123, row->access, row->mode, &pa);
        ck_assert_msg(cause == row->cause, "%s: cause %u", row->claim, (unsigned)cause);
        ck_assert_msg(last_outcome(&world) == row->outcome, "%s: outcome %u",
                      row->claim, last_outcome(&world));
        if (cause == CAUSE_NONE)
            ck_assert_msg(pa == PAGES + 0x123, "%s", row->claim);
        world_free(&world);
    }
}
END_TEST

/* --- all leaves, all accesses, from the rules ---------------------------------------- */

static bool leaf_allows(uint64_t bits, uint8_t access, uint8_t mode, bool sum, bool mxr,
                        bool adue)
{
    bool r = bits & PTE_R, w = bits & PTE_W, x = bits & PTE_X, u = bits & PTE_U;
    bool used = (bits & PTE_A) && (access != ST || (bits & PTE_D));

    if (!(bits & PTE_V) || (w && !r) || (!r && !x))
        return false;
    if (mode == U ? !u : u && (!sum || access == IF))
        return false;
    if (access == LD ? !r && !(x && mxr) : access == ST ? !w : !x)
        return false;
    return used || adue;
}

START_TEST(every_leaf_allows_what_the_rules_say)
{
    static const uint8_t accesses[] = {LD, ST, IF}, modes[] = {U, S};
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, 0);

    for (unsigned i = 0; i < 256 * 48; i++) {
        uint64_t bits = i & 255, pa, after;
        uint8_t access = accesses[(i >> 8) % 3], mode = modes[(i / 768) & 1];
        uint64_t setup = (i / 1536 & 1 ? SUM : 0) | (i / 3072 & 1 ? MXR : 0) |
                         (i / 6144 & 1 ? SVADE : 0);
        bool allowed =
            leaf_allows(bits, access, mode, setup & SUM, setup & MXR, !(setup & SVADE));

        lone_clear_events(world.lone);
        flush(&world.hart->tlb, NULL, NULL);
        tables_put(&world.tables, at, tables_entry(PAGES, bits));
        set_status(world.hart, setup);
        ck_assert_msg((translate(&world, VA, access, mode, &pa) == CAUSE_NONE) ==
                          allowed,
                      "case %u: bits 0x%x", i, (unsigned)bits);
        after = allowed ? bits | PTE_A | (access == ST ? PTE_D : 0) : bits;
        ck_assert_msg(tables_get(&world.tables, at) == tables_entry(PAGES, after),
                      "case %u: bits 0x%x afterwards", i, (unsigned)bits);
    }
    world_free(&world);
}
END_TEST

/* --- levels, superpages, Svnapot -------------------------------------------------------- */

struct page_row {
    const char *claim;
    unsigned levels, level;
    uint64_t va, pa, bits;
    uint64_t at;    /* the address that is loaded from */
    uint64_t gives; /* a physical address, or FAULT */
};

#define FAULTS  FAULT(CAUSE_LOAD_PAGE)
#define OK_BITS (PTE_RW | PTE_AD)

static const struct page_row page_rows[] = {
    /* clang-format off */
    {"Sv39, 4 KiB",               3, 0, VA, PAGES, OK_BITS, VA + 0xfff, PAGES + 0xfff},
    {"Sv39, 2 MiB",               3, 1, 3 * MEGA, 5 * MEGA, OK_BITS, 3 * MEGA + 0x12345, 5 * MEGA + 0x12345},
    {"Sv39, 1 GiB",               3, 2, 3 * GIGA, 7 * GIGA, OK_BITS, 3 * GIGA + 0x12345678, 7 * GIGA + 0x12345678},
    {"Sv48, 4 KiB",               4, 0, VA, PAGES, OK_BITS, VA + 8, PAGES + 8},
    {"Sv48, 2 MiB",               4, 1, 3 * MEGA, 5 * MEGA, OK_BITS, 3 * MEGA + 0x12345, 5 * MEGA + 0x12345},
    {"Sv48, 1 GiB",               4, 2, 3 * GIGA, 7 * GIGA, OK_BITS, 3 * GIGA + 0x12345678, 7 * GIGA + 0x12345678},
    {"Sv48, 512 GiB",             4, 3, 1024 * GIGA, 512 * GIGA, OK_BITS, 1024 * GIGA + 0x1234567890, 512 * GIGA + 0x1234567890},
    {"the highest Sv39 page",     3, 0, UINT64_C(0xfffffffffffff000), PAGES, OK_BITS, UINT64_C(0xfffffffffffffff8), PAGES + 0xff8},
    {"the highest Sv48 page",     4, 0, UINT64_C(0xfffffffffffff000), PAGES, OK_BITS, UINT64_C(0xfffffffffffffff8), PAGES + 0xff8},
    {"the lowest of the upper half, Sv39", 3, 0, UINT64_C(0xffffffc000000000), PAGES, OK_BITS, UINT64_C(0xffffffc000000000), PAGES},
    {"the lowest of the upper half, Sv48", 4, 0, UINT64_C(0xffff800000000000), PAGES, OK_BITS, UINT64_C(0xffff800000000000), PAGES},
    {"Sv39 translates 39 bits",   3, 0, VA, PAGES, OK_BITS, VA | BIT(39), FAULTS},
    {"Sv48 translates 48 bits",   4, 0, VA, PAGES, OK_BITS, VA | BIT(48), FAULTS},
    {"bits 63 to 39 copy bit 38: it is 1", 3, 0, BIT(38), PAGES, OK_BITS, BIT(38), FAULTS},
    {"bits 63 to 39 copy bit 38: bit 63 alone", 3, 0, 0, PAGES, OK_BITS, BIT(63), FAULTS},
    {"bits 63 to 48 copy bit 47: it is 1", 4, 0, BIT(47), PAGES, OK_BITS, BIT(47), FAULTS},
    {"a misaligned 2 MiB page",   3, 1, 3 * MEGA, 5 * MEGA + 0x1000, OK_BITS, 3 * MEGA, FAULTS},
    {"a misaligned 1 GiB page: low",  3, 2, 3 * GIGA, 7 * GIGA + 0x1000, OK_BITS, 3 * GIGA, FAULTS},
    {"a misaligned 1 GiB page: high", 3, 2, 3 * GIGA, 7 * GIGA + 256 * MEGA, OK_BITS, 3 * GIGA, FAULTS},
    {"a misaligned 512 GiB page", 4, 3, 0, 256 * GIGA, OK_BITS, 0, FAULTS},
    {"a PPN has 44 bits",         3, 0, VA, BITS(55, 12), OK_BITS, VA + 8, BITS(55, 12) + 8},
    {"a 64 KiB page takes 4 bits from the address", 3, 0, VA, PAGES + 0x8000, OK_BITS | PTE_N, VA + 0x18, PAGES + (VA & 0xffff) + 0x18},
    {"a 64 KiB page in Sv48",     4, 0, VA, PAGES + 0x8000, OK_BITS | PTE_N, VA, PAGES + (VA & 0xffff)},
    {"N with low PPN bits 0000 is reserved", 3, 0, VA, PAGES, OK_BITS | PTE_N, VA, FAULTS},
    {"N with low PPN bits 0100 is reserved", 3, 0, VA, PAGES + 0x4000, OK_BITS | PTE_N, VA, FAULTS},
    {"N with low PPN bits 1001 is reserved", 3, 0, VA, PAGES + 0x9000, OK_BITS | PTE_N, VA, FAULTS},
    {"N with low PPN bits 1100 is reserved", 3, 0, VA, PAGES + 0xc000, OK_BITS | PTE_N, VA, FAULTS},
    {"N in a 2 MiB leaf is reserved", 3, 1, 3 * MEGA, 5 * MEGA, OK_BITS | PTE_N, 3 * MEGA, FAULTS},
    {"a pointer leads to the next table", 3, 1, 3 * MEGA, PAGES, PTE_V, 3 * MEGA + 8, PAGES + 0x5008},
    {"N in a pointer is reserved", 3, 1, 3 * MEGA, PAGES, PTE_V | PTE_N, 3 * MEGA, FAULTS},
    {"A in a pointer is reserved", 3, 1, 3 * MEGA, PAGES, PTE_V | PTE_A, 3 * MEGA, FAULTS},
    {"D in a pointer is reserved", 3, 1, 3 * MEGA, PAGES, PTE_V | PTE_D, 3 * MEGA, FAULTS},
    {"U in a pointer is reserved", 3, 1, 3 * MEGA, PAGES, PTE_V | PTE_U, 3 * MEGA, FAULTS},
    {"PBMT in a pointer is reserved", 3, 1, 3 * MEGA, PAGES, PTE_V | PTE_PBMT_1, 3 * MEGA, FAULTS},
    {"a pointer to an empty table", 3, 1, 3 * MEGA, PAGES + 0x1000, PTE_V, 3 * MEGA, FAULTS},
    {"a pointer out of RAM",      3, 1, 3 * MEGA, UINT64_C(0x10000000), PTE_V, 3 * MEGA, FAULT(CAUSE_LOAD_ACCESS)},
    {"a pointer past the end of RAM", 3, 1, 3 * MEGA, LONE_RAM + LONE_RAM_SIZE, PTE_V, 3 * MEGA, FAULT(CAUSE_LOAD_ACCESS)},
    /* clang-format on */
};

START_TEST(a_page_is_found_at_its_level)
{
    const struct page_row *row = &page_rows[_i];
    struct world world = world_new(row->levels);
    uint64_t gave, peeked, cause;

    tables_map(&world.tables, row->va, row->pa, row->level, row->bits);
    /* Where the row makes a pointer, this is the next table's first entry. */
    tables_put(&world.tables, PAGES, tables_entry(PAGES + 0x5000, OK_BITS));
    cause = hart_peek_translate(
        world.hart, (struct walk_request){.va = row->at, .access = LD, .mode = S},
        &peeked);
    gave = load(&world, row->at);
    ck_assert_msg(gave == row->gives, "%s: 0x%llx", row->claim,
                  (unsigned long long)gave);
    ck_assert_msg((cause == CAUSE_NONE ? peeked : FAULT(cause)) == row->gives,
                  "%s, peeked", row->claim);
    /* Again, now by the TLB. */
    ck_assert_msg(load(&world, row->at) == row->gives, "%s, again", row->claim);
    world_free(&world);
}
END_TEST

START_TEST(all_sixteen_parts_of_a_64_kib_page_are_translated)
{
    struct world world = world_new(3);
    uint64_t va = 0x40210000;

    for (uint64_t i = 0; i < 16; i++)
        tables_map(&world.tables, va + i * 0x1000, PAGES + 0x8000, 0, OK_BITS | PTE_N);
    for (uint64_t i = 0; i < 16; i++)
        ck_assert_uint_eq(load(&world, va + i * 0x1000 + 4), PAGES + i * 0x1000 + 4);
    world_free(&world);
}
END_TEST

START_TEST(the_first_bad_entry_ends_the_walk)
{
    struct world world = world_new(4);

    tables_map(&world.tables, VA, PAGES, 0, OK_BITS);
    tables_put(&world.tables, tables_at(&world.tables, VA, 2), 0);
    ck_assert_uint_eq(load(&world, VA), FAULTS);
    ck_assert_uint_eq(lone_count(world.lone, EVENT_WALK_STEP), 2);
    ck_assert_uint_eq(lone_last(world.lone, EVENT_WALK_STEP)->walk_step.level, 2);
    world_free(&world);
}
END_TEST

START_TEST(without_translation_addresses_are_physical)
{
    struct world world = world_new(3);
    uint64_t pa;

    ck_assert_uint_eq(translate(&world, BIT(55) | 0x123, LD, MODE_M, &pa), CAUSE_NONE);
    ck_assert_uint_eq(pa, BIT(55) | 0x123);
    world.hart->csr.satp = 0;
    ck_assert_uint_eq(load(&world, PAGES), PAGES);
    ck_assert_uint_eq(world.lone->heard_count, 0);
    world_free(&world);
}
END_TEST

START_TEST(mprv_gives_loads_and_stores_the_mode_in_mpp)
{
    struct world world = world_new(3);

    world.hart->mode = MODE_M;
    ck_assert_uint_eq(hart_data_mode(world.hart), MODE_M);
    world.hart->csr.mstatus = MSTATUS_MPRV | field_set(0, MSTATUS_MPP, MODE_S);
    ck_assert_uint_eq(hart_data_mode(world.hart), MODE_S);
    world.hart->csr.mstatus = field_set(0, MSTATUS_MPP, MODE_S);
    ck_assert_uint_eq(hart_data_mode(world.hart), MODE_M);
    world_free(&world);
}
END_TEST

/* --- PMP and the tables ----------------------------------------------------------------- */

/* The page of the last table is as `rwx` says; all else is open. */
static void protect_last_table(struct world *world, uint8_t rwx)
{
    uint64_t table = tables_at(&world->tables, VA, 0) & ~BITS(11, 0);

    world->hart->csr.pmpaddr[1] = world->hart->csr.pmpaddr[0];
    world->hart->csr.pmpcfg[1] = world->hart->csr.pmpcfg[0];
    world->hart->csr.pmpaddr[0] = table >> 2 | 0x1ff;
    world->hart->csr.pmpcfg[0] = (uint8_t)(field_set(0, PMP_A, PMP_NAPOT) | rwx);
}

START_TEST(a_table_that_pmp_hides_is_an_access_fault_of_the_access_asked_for)
{
    static const uint64_t causes[][2] = {{LD, CAUSE_LOAD_ACCESS},
                                         {ST, CAUSE_STORE_ACCESS},
                                         {IF, CAUSE_INSTRUCTION_ACCESS}};
    struct world world = world_new(3);
    uint64_t pa;

    tables_map(&world.tables, VA, PAGES, 0, PTE_RWX | PTE_AD);
    protect_last_table(&world, PMP_X);
    ck_assert_uint_eq(translate(&world, VA, (uint8_t)causes[_i][0], S, &pa),
                      causes[_i][1]);
    ck_assert_uint_eq(last_outcome(&world), WALK_ACCESS_FAULT);
    world_free(&world);
}
END_TEST

START_TEST(a_table_that_pmp_makes_read_only_still_translates)
{
    struct world world = world_new(3);

    tables_map(&world.tables, VA, PAGES, 0, PTE_RW | PTE_AD);
    protect_last_table(&world, PMP_R);
    ck_assert_uint_eq(load(&world, VA), PAGES);
    world_free(&world);
}
END_TEST

START_TEST(but_its_entries_cannot_be_updated)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, PTE_RW | PTE_A);

    protect_last_table(&world, PMP_R);
    ck_assert_uint_eq(store(&world, VA), FAULT(CAUSE_STORE_ACCESS));
    ck_assert_uint_eq(tables_get(&world.tables, at),
                      tables_entry(PAGES, PTE_RW | PTE_A));
    world_free(&world);
}
END_TEST

/* --- A and D ----------------------------------------------------------------------------- */

START_TEST(a_superpage_has_its_a_and_d_in_its_own_entry)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, 3 * MEGA, 5 * MEGA, 1, PTE_RW);

    store(&world, 3 * MEGA + 0x5000);
    ck_assert_uint_eq(tables_get(&world.tables, at),
                      tables_entry(5 * MEGA, PTE_RW | PTE_AD));
    world_free(&world);
}
END_TEST

START_TEST(pointers_are_never_written)
{
    struct world world = world_new(3);
    uint64_t pointer;

    tables_map(&world.tables, VA, PAGES, 0, PTE_RW);
    pointer = tables_get(&world.tables, tables_at(&world.tables, VA, 1));
    store(&world, VA);
    ck_assert_uint_eq(tables_get(&world.tables, tables_at(&world.tables, VA, 1)),
                      pointer);
    world_free(&world);
}
END_TEST

/* Between the walk's read of an entry and its update of it, somebody else writes it. */
static void take_page_away(void *ctx, uint64_t from, uint64_t until)
{
    struct world *world = ctx;

    (void)from;
    (void)until;
    if (lone_count(world->lone, EVENT_WALK_STEP) == 3)
        tables_put(&world->tables, tables_at(&world->tables, VA, 0), 0);
}

START_TEST(an_entry_that_changed_is_not_updated_but_read_again)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, PTE_RW);

    world.lone->bus.gap_ends = take_page_away;
    world.lone->bus.gap_ctx = &world;
    ck_assert_uint_eq(load(&world, VA), FAULTS);
    ck_assert_uint_eq(tables_get(&world.tables, at), 0);
    ck_assert_uint_eq(last_outcome(&world), WALK_NOT_VALID);
    ck_assert_uint_eq(lone_count(world.lone, EVENT_WALK_STEP), 4);
    world_free(&world);
}
END_TEST

/* --- what is told, what it costs ----------------------------------------------------------- */

START_TEST(each_entry_read_is_a_step_that_is_told_and_paid)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, PTE_RW);
    static const uint8_t outcomes[] = {WALK_NEXT, WALK_NEXT, WALK_LEAF, WALK_UPDATED};
    static const uint8_t levels[] = {2, 1, 0, 0};
    uint32_t price = world.lone->costs.walk_read;

    world.hart->cycle = 1000;
    store(&world, VA);
    ck_assert_uint_eq(world.lone->heard_count, 5);
    for (unsigned i = 0; i < 4; i++) {
        const struct event *event = &world.lone->heard[i];

        ck_assert_uint_eq(event->kind, EVENT_WALK_STEP);
        ck_assert_uint_eq(event->cycle, 1000 + i * price);
        ck_assert_uint_eq(event->walk_step.outcome, outcomes[i]);
        ck_assert_uint_eq(event->walk_step.level, levels[i]);
        ck_assert_uint_eq(event->walk_step.entry_at,
                          tables_at(&world.tables, VA, levels[i]));
        ck_assert_uint_eq(event->walk_step.va, VA);
        ck_assert_uint_eq(event->walk_step.price, price);
        ck_assert_uint_eq(event->walk_step.access, ST);
    }
    ck_assert_uint_eq(world.lone->heard[2].walk_step.entry,
                      tables_entry(PAGES, PTE_RW));
    ck_assert_uint_eq(world.lone->heard[3].walk_step.entry,
                      tables_get(&world.tables, at));
    ck_assert_uint_eq(world.hart->spent, 4 * price);
    world_free(&world);
}
END_TEST

START_TEST(a_walk_waits_for_the_bus)
{
    struct world world = world_new(3);
    uint32_t price = world.lone->costs.walk_read;

    tables_map(&world.tables, VA, PAGES, 0, OK_BITS);
    world.lone->bus.harts = 1;
    world.lone->bus.others = 1;
    bus_take(&world.lone->bus, INITIATOR_DMA, 0, 40, PAGES);
    load(&world, VA);
    ck_assert_uint_eq(world.hart->spent, 40 + 3 * price);
    ck_assert_uint_eq(lone_count(world.lone, EVENT_BUS_WAIT), 1);
    ck_assert_uint_eq(lone_last(world.lone, EVENT_WALK_STEP)->cycle, 40 + 2 * price);
    world_free(&world);
}
END_TEST

START_TEST(a_translation_that_was_walked_for_is_kept)
{
    struct world world = world_new(3);
    const struct event *event;

    tables_map(&world.tables, VA, PAGES, 0, OK_BITS);
    load(&world, VA + 8);
    event = lone_last(world.lone, EVENT_TLB_FILL);
    ck_assert_ptr_nonnull(event);
    ck_assert_uint_eq(event->tlb_fill.va, VA);
    ck_assert_uint_eq(event->tlb_fill.pa, PAGES);
    ck_assert_uint_eq(event->tlb_fill.asid, 1);
    ck_assert_uint_eq(event->tlb_fill.set, (VA >> 12) % 4);
    lone_clear_events(world.lone);
    world.hart->spent = 0;
    ck_assert_uint_eq(load(&world, VA + 0x10), PAGES + 0x10);
    ck_assert_uint_eq(world.lone->heard_count, 0);
    ck_assert_uint_eq(world.hart->spent, 0);
    world_free(&world);
}
END_TEST

START_TEST(a_failed_walk_keeps_nothing)
{
    struct world world = world_new(3);

    tables_map(&world.tables, VA, PAGES, 0, PTE_V | PTE_R | PTE_A);
    store(&world, VA);
    ck_assert_uint_eq(lone_count(world.lone, EVENT_TLB_FILL), 0);
    ck_assert_ptr_null(find(&world.hart->tlb, VA, 1));
    world_free(&world);
}
END_TEST

START_TEST(a_peek_leaves_no_trace)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, PTE_RW), pa;
    uint64_t cause = hart_peek_translate(
        world.hart, (struct walk_request){.va = VA + 4, .access = ST, .mode = S}, &pa);

    ck_assert_uint_eq(cause, CAUSE_NONE);
    ck_assert_uint_eq(pa, PAGES + 4);
    ck_assert_uint_eq(tables_get(&world.tables, at), tables_entry(PAGES, PTE_RW));
    ck_assert_uint_eq(world.lone->heard_count, 0);
    ck_assert_uint_eq(world.lone->events.order, 0);
    ck_assert_uint_eq(world.hart->spent, 0);
    ck_assert_ptr_null(find(&world.hart->tlb, VA, 1));
    world_free(&world);
}
END_TEST

/* --- the TLB --------------------------------------------------------------------------------- */

START_TEST(a_stale_entry_is_used_until_it_is_fenced)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, OK_BITS), va = VA;

    load(&world, VA);
    tables_put(&world.tables, at, tables_entry(PAGES + 0x1000, OK_BITS));
    ck_assert_uint_eq(load(&world, VA), PAGES);
    ck_assert_uint_eq(flush(&world.hart->tlb, &va, NULL), 1);
    ck_assert_uint_eq(load(&world, VA), PAGES + 0x1000);
    world_free(&world);
}
END_TEST

START_TEST(a_stale_entry_refuses_until_it_is_fenced)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, PTE_V | PTE_R | PTE_AD);

    load(&world, VA);
    tables_put(&world.tables, at, tables_entry(PAGES, OK_BITS));
    ck_assert_uint_eq(store(&world, VA), FAULT(CAUSE_STORE_PAGE));
    flush(&world.hart->tlb, NULL, NULL);
    ck_assert_uint_eq(store(&world, VA), PAGES);
    world_free(&world);
}
END_TEST

START_TEST(the_first_store_through_a_clean_entry_walks_again)
{
    struct world world = world_new(3);
    uint64_t at = tables_map(&world.tables, VA, PAGES, 0, PTE_RW);

    load(&world, VA);
    ck_assert_uint_eq(tables_get(&world.tables, at),
                      tables_entry(PAGES, PTE_RW | PTE_A));
    look_up(&world, VA);
    lone_clear_events(world.lone);
    store(&world, VA);
    ck_assert_uint_eq(lone_count(world.lone, EVENT_WALK_STEP), 4);
    ck_assert_uint_eq(tables_get(&world.tables, at),
                      tables_entry(PAGES, PTE_RW | PTE_AD));
    ck_assert(!is_looked_up(&world, VA));
    lone_clear_events(world.lone);
    store(&world, VA);
    load(&world, VA);
    ck_assert_uint_eq(world.lone->heard_count, 0);
    ck_assert_uint_eq(flush(&world.hart->tlb, NULL, NULL), 1);
    world_free(&world);
}
END_TEST

START_TEST(sum_and_mxr_are_applied_to_entries_in_the_tlb)
{
    struct world world = world_new(3);

    tables_map(&world.tables, VA, PAGES, 0, PTE_RW | PTE_U | PTE_AD);
    world.hart->csr.mstatus = SUM;
    ck_assert_uint_eq(load(&world, VA), PAGES);
    world.hart->csr.mstatus = 0;
    ck_assert_uint_eq(load(&world, VA), FAULTS);
    world_free(&world);
}
END_TEST

START_TEST(an_address_space_has_its_own_entries)
{
    struct world world = world_new(3);
    struct tables other;

    tables_init(&other, &world.lone->bus.ram, 3, TABLES + 0x40000);
    tables_map(&world.tables, VA, PAGES, 0, OK_BITS);
    tables_map(&other, VA, PAGES + 0x1000, 0, OK_BITS);
    ck_assert_uint_eq(load(&world, VA), PAGES);
    world.hart->csr.satp = tables_satp(&other, 0xffff);
    ck_assert_uint_eq(load(&world, VA), PAGES + 0x1000);
    world.hart->csr.satp = tables_satp(&world.tables, 1);
    lone_clear_events(world.lone);
    ck_assert_uint_eq(load(&world, VA), PAGES);
    ck_assert_uint_eq(world.lone->heard_count, 0);
    world_free(&world);
}
END_TEST

/* G in the leaf, or in a pointer on the way to it: global all the same. */
START_TEST(a_global_entry_serves_every_address_space)
{
    struct world world = world_new(3);
    uint64_t above;

    tables_map(&world.tables, VA, PAGES, 0, OK_BITS | (_i == 0 ? PTE_G : 0));
    if (_i == 1) {
        above = tables_at(&world.tables, VA, 2);
        tables_put(&world.tables, above, tables_get(&world.tables, above) | PTE_G);
    }
    load(&world, VA);
    world.hart->csr.satp = tables_satp(&world.tables, 2);
    lone_clear_events(world.lone);
    ck_assert_uint_eq(load(&world, VA), PAGES);
    ck_assert_uint_eq(world.lone->heard_count, 0);
    world_free(&world);
}
END_TEST

struct fence_row {
    const char *claim;
    bool by_va, by_asid;
    uint64_t va;
    uint16_t asid;
    const char *left; /* of the entries a, b (ASID 1), c (ASID 2), g (global), s, t */
};

/* a and b are pages of ASID 1, c of ASID 2 where a is, g is global; s and t are two
 * parts of one 2 MiB page of ASID 1. */
enum { FENCED = 6 };

static const struct {
    char name;
    uint64_t va;
    uint8_t level, global;
    uint16_t asid;
} fenced[FENCED] = {
    {'a', 0x10000, 0, 0, 1},           {'b', 0x11000, 0, 0, 1},
    {'c', 0x10000, 0, 0, 2},           {'g', 0x12000, 0, 1, 1},
    {'s', 3 * MEGA + 0x3000, 1, 0, 1}, {'t', 3 * MEGA + 0x7000, 1, 0, 1},
};

static const struct fence_row fence_rows[] = {
    /* clang-format off */
    {"all addresses, all address spaces",    false, false, 0, 0, ""},
    {"an address, all address spaces",       true, false, 0x10123, 0, "bgst"},
    {"a global address",                     true, false, 0x12000, 0, "abcst"},
    {"an address space, but not what is global", false, true, 0, 1, "cg"},
    {"the other one",                        false, true, 0, 2, "abgst"},
    {"one that has nothing",                 false, true, 0, 3, "abcgst"},
    {"an address in an address space",       true, true, 0x10000, 1, "bcgst"},
    {"a global address in an address space", true, true, 0x12000, 1, "abcgst"},
    {"any address in a 2 MiB page drops all of it", true, false, 3 * MEGA + 0x1ff000, 0, "abcg"},
    {"but not one of the next page",         true, false, 4 * MEGA, 0, "abcgst"},
    {"an address that is not canonical",     true, false, 0x10000 | BIT(60), 0, "abcgst"},
    /* clang-format on */
};

START_TEST(a_fence_drops_what_it_names)
{
    const struct fence_row *row = &fence_rows[_i];
    struct tlb tlb;
    char left[FENCED + 1] = "";
    unsigned count = 0, dropped, set, way;

    ck_assert(tlb_init(&tlb, 32, 8));
    for (unsigned i = 0; i < FENCED; i++)
        tlb_fill(&tlb,
                 (struct tlb_entry){.vpn = fenced[i].va >> 12,
                                    .level = fenced[i].level,
                                    .global = fenced[i].global,
                                    .asid = fenced[i].asid,
                                    .valid = 1},
                 &set, &way);
    dropped =
        flush(&tlb, row->by_va ? &row->va : NULL, row->by_asid ? &row->asid : NULL);
    for (unsigned i = 0; i < FENCED; i++)
        if (find(&tlb, fenced[i].va, fenced[i].asid))
            left[count++] = fenced[i].name;
    ck_assert_msg(strcmp(left, row->left) == 0, "%s: left '%s'", row->claim, left);
    ck_assert_msg(dropped == FENCED - count, "%s: dropped %u", row->claim, dropped);
    tlb_release(&tlb);
}
END_TEST

START_TEST(a_fence_by_address_drops_every_part_of_a_64_kib_page)
{
    struct world world = world_new(3);
    uint64_t va = 0x40210000, inside = va + 0xe008;

    for (uint64_t i = 0; i < 16; i++)
        tables_map(&world.tables, va + i * 0x1000, PAGES + 0x8000, 0, OK_BITS | PTE_N);
    load(&world, va);
    load(&world, va + 0x3000);
    load(&world, va + 0x10000 - 0x1000);
    ck_assert_uint_eq(flush(&world.hart->tlb, &inside, NULL), 3);
    world_free(&world);
}
END_TEST

START_TEST(entries_of_a_set_are_replaced_in_the_order_they_came)
{
    struct world world = world_new(3);
    uint64_t step = 4 * 0x1000; /* 4 sets: the same set again */

    for (uint64_t i = 0; i < 4; i++)
        tables_map(&world.tables, VA + i * step, PAGES + i * 0x1000, 0, OK_BITS);
    load(&world, VA);
    load(&world, VA + step);
    load(&world, VA); /* a hit makes it no younger */
    look_up(&world, VA);
    look_up(&world, VA + step);
    load(&world, VA + 2 * step);
    ck_assert(!is_looked_up(&world, VA));
    ck_assert(is_looked_up(&world, VA + step));
    load(&world, VA + 3 * step);
    ck_assert(!is_looked_up(&world, VA + step));
    ck_assert_ptr_null(find(&world.hart->tlb, VA, 1));
    ck_assert_ptr_nonnull(find(&world.hart->tlb, VA + 2 * step, 1));
    world_free(&world);
}
END_TEST

START_TEST(a_tlb_has_a_power_of_two_of_sets)
{
    static const struct {
        unsigned entries, ways;
        bool good;
    } shapes[] = {{64, 4, true},  {1, 1, true},     {8192, 4, true}, {6, 3, true},
                  {64, 64, true}, {48, 4, false},   {64, 0, false},  {0, 4, false},
                  {63, 4, false}, {16384, 4, false}};
    struct tlb tlb;

    ck_assert_msg(tlb_init(&tlb, shapes[_i].entries, shapes[_i].ways) ==
                      shapes[_i].good,
                  "%u entries in %u ways", shapes[_i].entries, shapes[_i].ways);
    if (shapes[_i].good)
        tlb_release(&tlb);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_leaf_decides_an_access_by_its_bits, 0,
                        COUNT(leaf_rows));
    tcase_add_test(tcase, every_leaf_allows_what_the_rules_say);
    tcase_add_loop_test(tcase, a_page_is_found_at_its_level, 0, COUNT(page_rows));
    tcase_add_test(tcase, all_sixteen_parts_of_a_64_kib_page_are_translated);
    tcase_add_test(tcase, the_first_bad_entry_ends_the_walk);
    tcase_add_test(tcase, without_translation_addresses_are_physical);
    tcase_add_test(tcase, mprv_gives_loads_and_stores_the_mode_in_mpp);
    tcase_add_loop_test(
        tcase, a_table_that_pmp_hides_is_an_access_fault_of_the_access_asked_for, 0, 3);
    tcase_add_test(tcase, a_table_that_pmp_makes_read_only_still_translates);
    tcase_add_test(tcase, but_its_entries_cannot_be_updated);
    tcase_add_test(tcase, a_superpage_has_its_a_and_d_in_its_own_entry);
    tcase_add_test(tcase, pointers_are_never_written);
    tcase_add_test(tcase, an_entry_that_changed_is_not_updated_but_read_again);
    tcase_add_test(tcase, each_entry_read_is_a_step_that_is_told_and_paid);
    tcase_add_test(tcase, a_walk_waits_for_the_bus);
    tcase_add_test(tcase, a_translation_that_was_walked_for_is_kept);
    tcase_add_test(tcase, a_failed_walk_keeps_nothing);
    tcase_add_test(tcase, a_peek_leaves_no_trace);
    tcase_add_test(tcase, a_stale_entry_is_used_until_it_is_fenced);
    tcase_add_test(tcase, a_stale_entry_refuses_until_it_is_fenced);
    tcase_add_test(tcase, the_first_store_through_a_clean_entry_walks_again);
    tcase_add_test(tcase, sum_and_mxr_are_applied_to_entries_in_the_tlb);
    tcase_add_test(tcase, an_address_space_has_its_own_entries);
    tcase_add_loop_test(tcase, a_global_entry_serves_every_address_space, 0, 2);
    tcase_add_loop_test(tcase, a_fence_drops_what_it_names, 0, COUNT(fence_rows));
    tcase_add_test(tcase, a_fence_by_address_drops_every_part_of_a_64_kib_page);
    tcase_add_test(tcase, entries_of_a_set_are_replaced_in_the_order_they_came);
    tcase_add_loop_test(tcase, a_tlb_has_a_power_of_two_of_sets, 0, 10);
}

TEST_MAIN_BOTH("walk", add_tests)
