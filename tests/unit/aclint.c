/* The core-local interruptor, against the RISC-V ACLINT specification. */
#include "machine/interrupt/aclint.h"

#include "base/bits.h"
#include "tests/lib/rig.h"
#include "tests/lib/suite.h"

enum { HARTS = 2 };

struct hart_seen {
    bool msip, mtip;
    unsigned changes;
};

struct aclint_rig {
    struct rig *rig;
    struct hart_seen hart[HARTS];
    uint64_t offset;
    unsigned offsets;
};

static void set_line(void *ctx, unsigned line, bool level)
{
    struct hart_seen *hart = ctx;

    ck_assert(line == LINE_MSIP || line == LINE_MTIP);
    hart->changes++;
    if (line == LINE_MSIP)
        hart->msip = level;
    else
        hart->mtip = level;
}

static void offset_changed(void *ctx, uint64_t offset)
{
    struct aclint_rig *ar = ctx;

    ar->offset = offset;
    ar->offsets++;
}

static struct aclint_rig *setup(void)
{
    struct aclint_rig *ar = calloc(1, sizeof(*ar));
    struct aclint *aclint;

    ck_assert_ptr_nonnull(ar);
    ar->rig = rig_new(&aclint_type, NULL);
    aclint = (struct aclint *)ar->rig->device;
    for (unsigned i = 0; i < HARTS; i++)
        aclint->out[i] = (struct hart_line_out){set_line, &ar->hart[i]};
    aclint->offset_changed = offset_changed;
    aclint->offset_ctx = ar;
    aclint_type.reset(ar->rig->device);
    return ar;
}

static void teardown(struct aclint_rig *ar)
{
    rig_free(ar->rig);
    free(ar);
}

static void set_mtimecmp(struct aclint_rig *ar, unsigned hart, uint64_t value)
{
    rig_write(ar->rig, ACLINT_MTIMECMP + 8 * hart, 8, value);
}

static uint64_t mtime(struct aclint_rig *ar)
{
    return rig_read(ar->rig, ACLINT_MTIME, 8);
}

START_TEST(msip_drives_the_software_interrupt_of_its_hart)
{
    struct aclint_rig *ar = setup();

    rig_write(ar->rig, ACLINT_MSIP + 4, 4, UINT32_MAX);
    ck_assert(ar->hart[1].msip && !ar->hart[0].msip);
    ck_assert_uint_eq(rig_read(ar->rig, ACLINT_MSIP + 4, 4), 1);
    rig_write(ar->rig, ACLINT_MSIP + 4, 4, UINT32_MAX - 1);
    ck_assert(!ar->hart[1].msip);
    ck_assert_uint_eq(rig_read(ar->rig, ACLINT_MSIP + 4, 4), 0);
    teardown(ar);
}
END_TEST

START_TEST(an_msip_that_does_not_change_tells_nothing)
{
    struct aclint_rig *ar = setup();
    unsigned changes = ar->hart[0].changes;

    rig_write(ar->rig, ACLINT_MSIP, 4, 1);
    rig_write(ar->rig, ACLINT_MSIP, 4, 1);
    ck_assert_uint_eq(ar->hart[0].changes, changes + 1);
    teardown(ar);
}
END_TEST

START_TEST(mtime_ticks_once_in_100_cycles)
{
    struct aclint_rig *ar = setup();

    ck_assert_uint_eq(mtime(ar), 0);
    rig_wait(ar->rig, 99);
    ck_assert_uint_eq(mtime(ar), 0);
    rig_wait(ar->rig, 1);
    ck_assert_uint_eq(mtime(ar), 1);
    rig_wait(ar->rig, 1000000);
    ck_assert_uint_eq(mtime(ar), 10001);
    ck_assert_uint_eq(rig_peek(ar->rig, ACLINT_MTIME, 8), 10001);
    teardown(ar);
}
END_TEST

START_TEST(the_timer_is_pending_after_reset_until_mtimecmp_is_set)
{
    struct aclint_rig *ar = setup();

    ck_assert(ar->hart[0].mtip && ar->hart[1].mtip);
    set_mtimecmp(ar, 0, UINT64_MAX);
    ck_assert(!ar->hart[0].mtip && ar->hart[1].mtip);
    teardown(ar);
}
END_TEST

START_TEST(the_timer_is_pending_no_more_when_mtime_runs_over)
{
    struct aclint_rig *ar = setup();

    set_mtimecmp(ar, 0, 7);
    rig_write(ar->rig, ACLINT_MTIME, 8, UINT64_MAX - 1);
    ck_assert(ar->hart[0].mtip && ar->hart[1].mtip);
    rig_wait(ar->rig, 199);
    ck_assert(ar->hart[0].mtip);
    rig_wait(ar->rig, 1);
    ck_assert_uint_eq(mtime(ar), 0);
    ck_assert(!ar->hart[0].mtip && ar->hart[1].mtip);
    rig_wait(ar->rig, 700);
    ck_assert(ar->hart[0].mtip);
    teardown(ar);
}
END_TEST

START_TEST(the_timer_fires_in_the_cycle_in_which_mtime_reaches_mtimecmp)
{
    struct aclint_rig *ar = setup();

    rig_wait(ar->rig, 50);
    set_mtimecmp(ar, 0, 5);
    ck_assert(!ar->hart[0].mtip);
    ck_assert_uint_eq(ar->rig->queue.next_due, 500);
    rig_wait(ar->rig, 449);
    ck_assert(!ar->hart[0].mtip);
    rig_wait(ar->rig, 1);
    ck_assert(ar->hart[0].mtip);
    ck_assert_uint_eq(mtime(ar), 5);
    set_mtimecmp(ar, 0, 6);
    ck_assert(!ar->hart[0].mtip);
    teardown(ar);
}
END_TEST

START_TEST(a_timer_in_the_far_future_never_fires)
{
    struct aclint_rig *ar = setup();

    set_mtimecmp(ar, 1, UINT64_MAX / ACLINT_TICK);
    ck_assert_uint_ne(ar->rig->queue.next_due, NEVER);
    set_mtimecmp(ar, 1, UINT64_MAX / ACLINT_TICK + 1);
    ck_assert_uint_eq(ar->rig->queue.next_due, NEVER);
    set_mtimecmp(ar, 1, UINT64_MAX);
    ck_assert_uint_eq(ar->rig->queue.next_due, NEVER);
    ck_assert(!ar->hart[1].mtip);
    teardown(ar);
}
END_TEST

START_TEST(mtimecmp_can_be_written_by_halves)
{
    struct aclint_rig *ar = setup();

    rig_write(ar->rig, ACLINT_MTIMECMP + 8, 4, UINT32_MAX);
    rig_write(ar->rig, ACLINT_MTIMECMP + 12, 4, 1);
    rig_write(ar->rig, ACLINT_MTIMECMP + 8, 4, 7);
    ck_assert_uint_eq(rig_read(ar->rig, ACLINT_MTIMECMP + 8, 8), UINT64_C(0x100000007));
    ck_assert_uint_eq(rig_read(ar->rig, ACLINT_MTIMECMP + 12, 4), 1);
    ck_assert(!ar->hart[1].mtip);
    teardown(ar);
}
END_TEST

START_TEST(mtime_can_be_written_whole_and_by_halves)
{
    struct aclint_rig *ar = setup();

    rig_wait(ar->rig, 1000);
    rig_write(ar->rig, ACLINT_MTIME, 8, UINT64_C(0x500000003));
    ck_assert_uint_eq(mtime(ar), UINT64_C(0x500000003));
    ck_assert_uint_eq(ar->offset, UINT64_C(0x500000003) - 10);
    rig_write(ar->rig, ACLINT_MTIME, 4, 9);
    ck_assert_uint_eq(mtime(ar), UINT64_C(0x500000009));
    rig_write(ar->rig, ACLINT_MTIME + 4, 4, 2);
    ck_assert_uint_eq(mtime(ar), UINT64_C(0x200000009));
    ck_assert_uint_eq(rig_read(ar->rig, ACLINT_MTIME + 4, 4), 2);
    rig_wait(ar->rig, 100);
    ck_assert_uint_eq(mtime(ar), UINT64_C(0x20000000a));
    teardown(ar);
}
END_TEST

START_TEST(a_write_to_mtime_moves_the_timers)
{
    struct aclint_rig *ar = setup();

    set_mtimecmp(ar, 0, 1000);
    rig_write(ar->rig, ACLINT_MTIME, 8, 990);
    ck_assert_uint_eq(ar->rig->queue.next_due, 1000);
    rig_write(ar->rig, ACLINT_MTIME, 8, 1000);
    ck_assert(ar->hart[0].mtip);
    rig_write(ar->rig, ACLINT_MTIME, 8, 0);
    ck_assert(!ar->hart[0].mtip);
    teardown(ar);
}
END_TEST

static const uint32_t gaps[] = {
    ACLINT_MSIP + 4 * HARTS, ACLINT_MSIP + 4 * (ACLINT_HARTS - 1), 0x100,
    ACLINT_MTIMECMP - 4,     ACLINT_MTIMECMP + 8 * HARTS,          ACLINT_MTIME - 4,
};

START_TEST(gaps_and_absent_harts_read_as_zero)
{
    struct aclint_rig *ar = setup();

    rig_write(ar->rig, gaps[_i], 4, UINT32_MAX);
    ck_assert_uint_eq(rig_read(ar->rig, gaps[_i], 4), 0);
    ck_assert_uint_eq(rig_peek(ar->rig, gaps[_i], 4), 0);
    teardown(ar);
}
END_TEST

START_TEST(reset_starts_mtime_at_zero)
{
    struct aclint_rig *ar = setup();

    rig_wait(ar->rig, 123456);
    rig_write(ar->rig, ACLINT_MSIP, 4, 1);
    set_mtimecmp(ar, 0, UINT64_MAX);
    aclint_type.reset(ar->rig->device);
    ck_assert_uint_eq(mtime(ar), 0);
    ck_assert(!ar->hart[0].msip && ar->hart[0].mtip);
    teardown(ar);
}
END_TEST

static void let_timers_fire(struct rig *rig)
{
    rig_wait(rig, 100000);
    rig_write(rig, ACLINT_MTIMECMP, 8, 5000);
}

START_TEST(all_state_is_saved_and_restored)
{
    struct aclint_rig *ar = setup();
    unsigned offsets;

    rig_write(ar->rig, ACLINT_MTIME, 8, 70);
    set_mtimecmp(ar, 0, 100);
    set_mtimecmp(ar, 1, 200);
    rig_write(ar->rig, ACLINT_MSIP + 4, 4, 1);
    rig_wait(ar->rig, 77);
    offsets = ar->offsets;
    rig_check_state(ar->rig, let_timers_fire);
    ck_assert_uint_gt(ar->offsets, offsets); /* the harts hear of a restored mtime */
    ck_assert_uint_eq(ar->offset, 70);
    teardown(ar);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, msip_drives_the_software_interrupt_of_its_hart);
    tcase_add_test(tcase, an_msip_that_does_not_change_tells_nothing);
    tcase_add_test(tcase, mtime_ticks_once_in_100_cycles);
    tcase_add_test(tcase, the_timer_is_pending_after_reset_until_mtimecmp_is_set);
    tcase_add_test(tcase, the_timer_is_pending_no_more_when_mtime_runs_over);
    tcase_add_test(tcase, the_timer_fires_in_the_cycle_in_which_mtime_reaches_mtimecmp);
    tcase_add_test(tcase, a_timer_in_the_far_future_never_fires);
    tcase_add_test(tcase, mtimecmp_can_be_written_by_halves);
    tcase_add_test(tcase, mtime_can_be_written_whole_and_by_halves);
    tcase_add_test(tcase, a_write_to_mtime_moves_the_timers);
    tcase_add_loop_test(tcase, gaps_and_absent_harts_read_as_zero, 0, COUNT(gaps));
    tcase_add_test(tcase, reset_starts_mtime_at_zero);
    tcase_add_test(tcase, all_state_is_saved_and_restored);
}

TEST_MAIN("aclint", add_tests)
