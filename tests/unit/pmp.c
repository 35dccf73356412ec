/* Physical memory protection, claim by claim (Privileged 1.13, 3.7). */
#include "machine/hart/look.h"
#include "tests/lib/lone.h"
#include "tests/lib/suite.h"

#include "machine/isa/csr.h"

enum {
    R = 1,
    W = 2,
    X = 4,
    RW = R | W,
    RWX = 7,
    TOR = 1 << 3,
    NA4 = 2 << 3,
    NAPOT = 3 << 3,
    L = 0x80
};

#define LD ACCESS_LOAD
#define ST ACCESS_STORE
#define IF ACCESS_FETCH
#define M  MODE_M
#define S  MODE_S
#define U  MODE_U

/* pmpaddr of a NAPOT region. */
#define REGION(base, size) ((base) >> 2 | (((size) >> 3) - 1))

struct entry {
    uint8_t cfg;
    uint64_t addr;
};

static void set_entries(struct hart *hart, const struct entry *entries, unsigned count)
{
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        hart->csr.pmpcfg[i] = i < count ? entries[i].cfg : 0;
        hart->csr.pmpaddr[i] = i < count ? entries[i].addr : 0;
    }
}

struct row {
    const char *claim;
    struct entry entries[3];
    uint64_t pa;
    unsigned size;
    uint8_t access, mode;
    bool allowed;
};

static const struct row rows[] = {
    /* clang-format off */
    {"with all entries off S-mode may not read",   {{0, 0}}, 0x80000000, 8, LD, S, false},
    {"with all entries off U-mode may not fetch",  {{0, 0}}, 0x80000000, 2, IF, U, false},
    {"with all entries off M-mode may do all",     {{0, 0}}, 0x80000000, 8, ST, M, true},
    {"R lets S-mode read",                  {{NAPOT | R, REGION(0x1000, 0x1000)}}, 0x1000, 8, LD, S, true},
    {"R does not let it write",             {{NAPOT | R, REGION(0x1000, 0x1000)}}, 0x1000, 8, ST, S, false},
    {"R does not let it fetch",             {{NAPOT | R, REGION(0x1000, 0x1000)}}, 0x1000, 2, IF, S, false},
    {"W lets U-mode write",                 {{NAPOT | RW, REGION(0x1000, 0x1000)}}, 0x1008, 8, ST, U, true},
    {"X lets U-mode fetch",                 {{NAPOT | X, REGION(0x1000, 0x1000)}}, 0x1008, 4, IF, U, true},
    {"X does not let it read",              {{NAPOT | X, REGION(0x1000, 0x1000)}}, 0x1008, 4, LD, U, false},
    {"a NAPOT region ends where it ends",   {{NAPOT | RWX, REGION(0x1000, 0x1000)}}, 0x2000, 1, LD, S, false},
    {"a NAPOT region has its last byte",    {{NAPOT | RWX, REGION(0x1000, 0x1000)}}, 0x1fff, 1, LD, S, true},
    {"and begins where it begins",          {{NAPOT | RWX, REGION(0x1000, 0x1000)}}, 0xfff, 1, LD, S, false},
    {"NAPOT of 8 bytes, the smallest",      {{NAPOT | R, REGION(0x1008, 8)}}, 0x1008, 8, LD, S, true},
    {"NAPOT of 8 bytes is not 16",          {{NAPOT | R, REGION(0x1008, 8)}}, 0x1010, 4, LD, S, false},
    {"pmpaddr of 54 ones is all memory",    {{NAPOT | R, BITS(53, 0)}}, BITS(55, 3), 8, LD, S, true},
    {"NA4 is four bytes",                   {{NA4 | R, 0x1004 >> 2}}, 0x1004, 4, LD, S, true},
    {"NA4 is not eight",                    {{NA4 | R, 0x1000 >> 2}}, 0x1000, 8, LD, S, false},
    {"NA4 has no byte before it",           {{NA4 | R, 0x1004 >> 2}}, 0x1003, 1, LD, S, false},
    {"entry 0 with TOR begins at 0",        {{TOR | R, 0x1000 >> 2}}, 0, 8, LD, S, true},
    {"TOR ends below its address",          {{TOR | R, 0x1000 >> 2}}, 0x1000, 1, LD, S, false},
    {"TOR has the byte below its address",  {{TOR | R, 0x1000 >> 2}}, 0xfff, 1, LD, S, true},
    {"TOR begins at the preceding address", {{0, 0x1000 >> 2}, {TOR | R, 0x2000 >> 2}}, 0x1000, 8, LD, S, true},
    {"and not before",                      {{0, 0x1000 >> 2}, {TOR | R, 0x2000 >> 2}}, 0xff8, 8, LD, S, false},
    {"TOR whose top is its bottom is empty", {{0, 0x1000 >> 2}, {TOR | R, 0x1000 >> 2}}, 0x1000, 4, LD, S, false},
    {"TOR whose top is below its bottom is empty", {{0, 0x2000 >> 2}, {TOR | R, 0x1000 >> 2}}, 0x1800, 4, LD, S, false},
    {"an empty entry does not decide",      {{0, 0x2000 >> 2}, {TOR | L, 0x1000 >> 2}}, 0x1800, 4, LD, M, true},
    {"the lowest-numbered entry decides: denied", {{NAPOT, REGION(0x1000, 0x1000)}, {NAPOT | RWX, BITS(53, 0)}}, 0x1000, 8, LD, S, false},
    {"the lowest-numbered entry decides: allowed", {{NAPOT | R, REGION(0x1000, 0x1000)}, {NAPOT, BITS(53, 0)}}, 0x1000, 8, LD, S, true},
    {"a partial match fails whatever it permits", {{NA4 | RWX, 0xc >> 2}, {NAPOT | RWX, BITS(53, 0)}}, 0x8, 8, LD, S, false},
    {"a partial match fails in M-mode too",  {{NA4 | RWX, 0xc >> 2}}, 0x8, 8, LD, M, false},
    {"an unlocked entry does not bind M-mode", {{NAPOT, REGION(0x1000, 0x1000)}}, 0x1000, 8, ST, M, true},
    {"a locked entry binds M-mode",          {{NAPOT | L | R, REGION(0x1000, 0x1000)}}, 0x1000, 8, ST, M, false},
    {"and lets it do what it permits",       {{NAPOT | L | R, REGION(0x1000, 0x1000)}}, 0x1000, 8, LD, M, true},
    {"a locked entry that is off binds nobody", {{L, REGION(0x1000, 0x1000)}}, 0x1000, 8, ST, M, true},
    {"entries 1 and 2 are looked at in turn", {{NA4 | R, 0}, {NA4 | R, 1}, {NAPOT | RWX, REGION(0x1000, 0x1000)}}, 0x1ff8, 8, ST, U, true},
    /* clang-format on */
};

START_TEST(an_access_is_allowed_as_the_first_matching_entry_says)
{
    const struct row *row = &rows[_i];
    struct lone *lone = lone_new();

    set_entries(&lone->hart, row->entries, COUNT(row->entries));
    ck_assert_msg(pmp_allows(&lone->hart, row->pa, row->size, row->access, row->mode) ==
                      row->allowed,
                  "%s", row->claim);
    lone_free(lone);
}
END_TEST

/* --- the same rules, byte by byte, for generated entries --- */

/* Does that entry match the byte at y? Word by word from 3.7.1.1. */
static bool matches(const struct entry *entries, unsigned i, uint64_t y)
{
    uint64_t word = y >> 2, addr = entries[i].addr, ones = 0;

    switch (entries[i].cfg & 0x18) {
    case TOR:
        return (i == 0 || word >= entries[i - 1].addr) && word < addr;
    case NA4:
        return word == addr;
    case NAPOT:
        while (addr >> ones & 1)
            ones++;
        return word >> (ones + 1) == addr >> (ones + 1);
    default:
        return false;
    }
}

static bool oracle(const struct entry *entries, unsigned count, uint64_t pa,
                   unsigned size, uint8_t wanted, uint8_t mode)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned bytes = 0;

        for (unsigned b = 0; b < size; b++)
            bytes += matches(entries, i, pa + b);
        if (bytes == 0)
            continue;
        if (bytes < size)
            return false;
        return (mode == M && !(entries[i].cfg & L)) || (entries[i].cfg & wanted);
    }
    return mode == M;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *seed >> 33;
}

static void random_entries(uint64_t *seed, struct entry entries[4])
{
    for (unsigned i = 0; i < 4; i++) {
        entries[i].cfg = (uint8_t)(next_random(seed) & (L | NAPOT | RWX));
        if (!(entries[i].cfg & R))
            entries[i].cfg &= (uint8_t)~W;
        /* Within 256 bytes, so that they meet each other and the accesses. */
        entries[i].addr = next_random(seed) & 63;
    }
}

START_TEST(any_entries_decide_as_their_bytes_do)
{
    static const uint8_t accesses[] = {LD, ST, IF}, wanted[] = {R, W, X};
    static const uint8_t modes[] = {U, S, M};
    struct lone *lone = lone_new();
    uint64_t seed = 2026;

    for (unsigned round = 0; round < 3000; round++) {
        struct entry entries[4];

        random_entries(&seed, entries);
        set_entries(&lone->hart, entries, 4);
        for (unsigned shot = 0; shot < 20; shot++) {
            unsigned size = 1u << (next_random(&seed) & 3);
            uint64_t pa = next_random(&seed) & 255;
            unsigned a = (unsigned)next_random(&seed) % 3;
            uint8_t mode = modes[next_random(&seed) % 3];

            ck_assert_msg(pmp_allows(&lone->hart, pa, size, accesses[a], mode) ==
                              oracle(entries, 4, pa, size, wanted[a], mode),
                          "round %u: %u bytes at 0x%x, access %u, mode %u", round, size,
                          (unsigned)pa, a, mode);
        }
    }
    lone_free(lone);
}
END_TEST

/* --- whole pages --- */

struct page_row {
    const char *claim;
    struct entry entries[3];
    uint64_t pa;
    uint8_t mode;
    bool uniform;
    uint8_t permissions;
};

static const struct page_row page_rows[] = {
    /* clang-format off */
    {"no entry: M-mode may do all",        {{0, 0}}, 0x5000, M, true, RWX},
    {"no entry: S-mode may do nothing",    {{0, 0}}, 0x5000, S, true, 0},
    {"an entry that is the page",          {{NAPOT | RW, REGION(0x5000, 0x1000)}}, 0x5678, S, true, RW},
    {"an entry that is larger",            {{NAPOT | X, REGION(0x4000, 0x4000)}}, 0x5000, U, true, X},
    {"M-mode is not bound by it",          {{NAPOT | X, REGION(0x4000, 0x4000)}}, 0x5000, M, true, RWX},
    {"unless it is locked",                {{NAPOT | L | X, REGION(0x4000, 0x4000)}}, 0x5000, M, true, X},
    {"half of a page",                     {{NAPOT | RW, REGION(0x5000, 0x800)}}, 0x5000, S, false, 0},
    {"four bytes of it, in M-mode",        {{NA4, 0x5ffc >> 2}}, 0x5000, M, false, 0},
    {"four bytes of the next page",        {{NA4, 0x6000 >> 2}, {NAPOT | R, BITS(53, 0)}}, 0x5000, S, true, R},
    {"a later entry that is a part of it does not count", {{NAPOT | R, REGION(0x5000, 0x1000)}, {NA4, 0x5000 >> 2}}, 0x5000, S, true, R},
    {"TOR up to its end",                  {{0, 0x5000 >> 2}, {TOR | RWX, 0x6000 >> 2}}, 0x5000, S, true, RWX},
    {"TOR up to before its end",           {{0, 0x5000 >> 2}, {TOR | RWX, 0x5ffc >> 2}}, 0x5000, S, false, 0},
    /* clang-format on */
};

START_TEST(a_page_is_uniform_if_one_rule_covers_it)
{
    const struct page_row *row = &page_rows[_i];
    struct lone *lone = lone_new();
    uint8_t permissions = 0;
    bool uniform;

    set_entries(&lone->hart, row->entries, COUNT(row->entries));
    uniform = pmp_page_uniform(&lone->hart, row->pa, row->mode, &permissions);
    ck_assert_msg(uniform == row->uniform, "%s", row->claim);
    if (uniform)
        ck_assert_msg(permissions == row->permissions, "%s", row->claim);
    lone_free(lone);
}
END_TEST

/* --- the registers --- */

START_TEST(a_locked_entry_cannot_be_written)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, 0x3b1, 0x1234);
    hart_csr_write(hart, 0x3a0, (uint64_t)(L | NAPOT | R) << 8);
    hart_csr_write(hart, 0x3b1, 0x5678);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3b1), 0x1234);
    hart_csr_write(hart, 0x3a0, 0);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3a0), (L | NAPOT | R) << 8);
    lone_free(lone);
}
END_TEST

START_TEST(a_locked_tor_entry_locks_the_address_it_begins_at)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, 0x3b3, 0x1000);
    hart_csr_write(hart, 0x3a0, (uint64_t)(L | TOR) << 32); /* entry 4 */
    hart_csr_write(hart, 0x3b3, 0x2000);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3b3), 0x1000);
    hart_csr_write(hart, 0x3b2, 0x2000);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3b2), 0x2000);
    lone_free(lone);
}
END_TEST

START_TEST(a_locked_napot_entry_leaves_the_address_before_it_free)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, 0x3a0, (uint64_t)(L | NAPOT) << 32);
    hart_csr_write(hart, 0x3b3, 0x2000);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3b3), 0x2000);
    lone_free(lone);
}
END_TEST

START_TEST(a_lock_that_is_off_still_locks)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, 0x3a2, L); /* entry 8, A = OFF */
    hart_csr_write(hart, 0x3b8, 0x2000);
    hart_csr_write(hart, 0x3a2, NAPOT | R);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3b8), 0);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3a2), L);
    lone_free(lone);
}
END_TEST

START_TEST(the_granularity_is_four_bytes)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    /* 3.7.1.1: write 0 to pmp0cfg and all ones to pmpaddr0; the lowest one read back is
     * G. 54 bits of address are implemented. */
    hart_csr_write(hart, 0x3a0, 0);
    hart_csr_write(hart, 0x3b0, UINT64_MAX);
    ck_assert_uint_eq(hart_csr_read(hart, 0x3b0), BITS(53, 0));
    lone_free(lone);
}
END_TEST

START_TEST(a_write_without_read_permission_is_never_stored)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    for (unsigned cfg = 0; cfg < 256; cfg++) {
        uint64_t stored = hart_csr_write(hart, 0x3a0, cfg & ~(unsigned)L);

        ck_assert_msg((stored & RW) != W, "pmp0cfg 0x%x", cfg);
        ck_assert_msg((stored & 0x60) == 0, "pmp0cfg 0x%x: reserved bits", cfg);
        ck_assert_msg((stored & NAPOT) == (cfg & NAPOT), "pmp0cfg 0x%x: A", cfg);
    }
    lone_free(lone);
}
END_TEST

START_TEST(pmp_writes_drop_what_was_looked_up)
{
    struct lone *lone = lone_new();

    uint64_t pa;

    ck_assert(look_reach(&lone->hart, LONE_RAM, ACCESS_LOAD, MODE_M, &pa));
    hart_csr_write(&lone->hart, 0x3b0, 0x1000);
    ck_assert(!look_knows(&lone->hart, LONE_RAM, ACCESS_LOAD, MODE_M));
    ck_assert(look_reach(&lone->hart, LONE_RAM, ACCESS_LOAD, MODE_M, &pa));
    hart_csr_write(&lone->hart, 0x3a0, NAPOT | R);
    ck_assert(!look_knows(&lone->hart, LONE_RAM, ACCESS_LOAD, MODE_M));
    lone_free(lone);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, an_access_is_allowed_as_the_first_matching_entry_says, 0,
                        COUNT(rows));
    tcase_add_test(tcase, any_entries_decide_as_their_bytes_do);
    tcase_add_loop_test(tcase, a_page_is_uniform_if_one_rule_covers_it, 0,
                        COUNT(page_rows));
    tcase_add_test(tcase, a_locked_entry_cannot_be_written);
    tcase_add_test(tcase, a_locked_tor_entry_locks_the_address_it_begins_at);
    tcase_add_test(tcase, a_locked_napot_entry_leaves_the_address_before_it_free);
    tcase_add_test(tcase, a_lock_that_is_off_still_locks);
    tcase_add_test(tcase, the_granularity_is_four_bytes);
    tcase_add_test(tcase, a_write_without_read_permission_is_never_stored);
    tcase_add_test(tcase, pmp_writes_drop_what_was_looked_up);
}

TEST_MAIN_BOTH("pmp", add_tests)
