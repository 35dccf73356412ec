/* The PLIC, against RISC-V PLIC 1.0.0; each test names what the specification says. */
#include "machine/interrupt/plic.h"

#include "base/bits.h"
#include "tests/lib/rig.h"
#include "tests/lib/suite.h"

/* What the harts see: the levels of their MEIP and SEIP lines. */
struct harts {
    bool meip[8], seip[8];
    unsigned changes;
};

struct wire {
    struct harts *harts;
    unsigned hart;
};

struct plic_rig {
    struct rig *rig;
    struct harts harts;
    struct wire wire[8];
};

static void set_line(void *ctx, unsigned line, bool level)
{
    struct wire *wire = ctx;

    ck_assert(line == LINE_MEIP || line == LINE_SEIP);
    wire->harts->changes++;
    if (line == LINE_MEIP)
        wire->harts->meip[wire->hart] = level;
    else
        wire->harts->seip[wire->hart] = level;
}

/* A PLIC for two harts: contexts 0 to 3 are there, 4 to 15 are not. */
static struct plic_rig *setup(void)
{
    struct plic_rig *pr = calloc(1, sizeof(*pr));
    struct plic *plic;

    ck_assert_ptr_nonnull(pr);
    pr->rig = rig_new(&plic_type, NULL);
    plic = (struct plic *)pr->rig->device;
    for (unsigned context = 0; context < 4; context++) {
        pr->wire[context / 2] = (struct wire){&pr->harts, context / 2};
        plic->out[context] = (struct hart_line_out){set_line, &pr->wire[context / 2]};
    }
    return pr;
}

static void teardown(struct plic_rig *pr)
{
    rig_free(pr->rig);
    free(pr);
}

static void set_priority(struct plic_rig *pr, unsigned source, unsigned priority)
{
    rig_write(pr->rig, PLIC_PRIORITY + 4 * source, 4, priority);
}

static void enable(struct plic_rig *pr, unsigned context, unsigned source)
{
    uint32_t at = PLIC_ENABLE + PLIC_ENABLE_STRIDE * context + 4 * (source / 32);

    rig_write(pr->rig, at, 4, rig_read(pr->rig, at, 4) | BIT(source % 32));
}

static uint32_t claim_at(unsigned context)
{
    return PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * context + PLIC_CLAIM;
}

static unsigned claim(struct plic_rig *pr, unsigned context)
{
    return (unsigned)rig_read(pr->rig, claim_at(context), 4);
}

static void complete(struct plic_rig *pr, unsigned context, unsigned source)
{
    rig_write(pr->rig, claim_at(context), 4, source);
}

static void set_source(struct plic_rig *pr, unsigned source, bool level)
{
    plic_set_source(pr->rig->device, (uint16_t)source, level);
}

static bool pending(struct plic_rig *pr, unsigned source)
{
    return rig_read(pr->rig, PLIC_PENDING + 4 * (source / 32), 4) >> source % 32 & 1;
}

START_TEST(an_enabled_source_with_a_priority_reaches_its_context)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 10, 1);
    enable(pr, 3, 10); /* S-mode of hart 1 */
    set_source(pr, 10, true);
    ck_assert(pr->harts.seip[1]);
    ck_assert(!pr->harts.meip[0] && !pr->harts.seip[0] && !pr->harts.meip[1]);
    ck_assert(pending(pr, 10));
    teardown(pr);
}
END_TEST

START_TEST(a_source_may_interrupt_several_contexts_and_one_claims_it)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 40, 3);
    enable(pr, 0, 40);
    enable(pr, 2, 40);
    set_source(pr, 40, true);
    ck_assert(pr->harts.meip[0] && pr->harts.meip[1]);
    ck_assert_uint_eq(claim(pr, 2), 40);
    ck_assert(!pr->harts.meip[0] && !pr->harts.meip[1]);
    ck_assert_uint_eq(claim(pr, 0), 0);
    teardown(pr);
}
END_TEST

START_TEST(priority_0_never_interrupts)
{
    struct plic_rig *pr = setup();

    enable(pr, 0, 10);
    set_source(pr, 10, true);
    ck_assert(!pr->harts.meip[0]);
    ck_assert_uint_eq(claim(pr, 0), 0);
    set_priority(pr, 10, 1);
    ck_assert(pr->harts.meip[0]);
    teardown(pr);
}
END_TEST

START_TEST(the_highest_priority_is_claimed_first_then_the_lowest_number)
{
    static const unsigned sources[] = {33, 5, 95, 7}, priorities[] = {2, 2, 7, 1};
    static const unsigned order[] = {95, 5, 33, 7, 0};
    struct plic_rig *pr = setup();

    for (unsigned i = 0; i < COUNT(sources); i++) {
        set_priority(pr, sources[i], priorities[i]);
        enable(pr, 1, sources[i]);
        set_source(pr, sources[i], true);
    }
    for (unsigned i = 0; i < COUNT(order); i++) {
        ck_assert_int_eq(pr->harts.seip[0], order[i] != 0);
        ck_assert_uint_eq(claim(pr, 1), order[i]);
    }
    teardown(pr);
}
END_TEST

START_TEST(the_threshold_masks_notifications_but_not_claims)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 10, 3);
    enable(pr, 0, 10);
    rig_write(pr->rig, PLIC_CONTEXT, 4, 3);
    set_source(pr, 10, true);
    ck_assert(!pr->harts.meip[0]);
    rig_write(pr->rig, PLIC_CONTEXT, 4, 2);
    ck_assert(pr->harts.meip[0]);
    rig_write(pr->rig, PLIC_CONTEXT, 4, 7);
    ck_assert(!pr->harts.meip[0]);
    ck_assert_uint_eq(claim(pr, 0), 10);
    teardown(pr);
}
END_TEST

START_TEST(a_request_stays_pending_when_the_line_goes_low_again)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 10, 1);
    enable(pr, 0, 10);
    set_source(pr, 10, true);
    set_source(pr, 10, false);
    ck_assert(pending(pr, 10) && pr->harts.meip[0]);
    ck_assert_uint_eq(claim(pr, 0), 10);
    complete(pr, 0, 10);
    ck_assert(!pending(pr, 10) && !pr->harts.meip[0]);
    teardown(pr);
}
END_TEST

START_TEST(the_gateway_asks_again_only_after_completion)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 10, 1);
    enable(pr, 0, 10);
    set_source(pr, 10, true);
    ck_assert_uint_eq(claim(pr, 0), 10);
    set_source(pr, 10, false);
    set_source(pr, 10, true);
    ck_assert(!pending(pr, 10) && !pr->harts.meip[0]);
    complete(pr, 0, 10);
    ck_assert(pending(pr, 10) && pr->harts.meip[0]);
    teardown(pr);
}
END_TEST

START_TEST(a_completion_for_a_source_that_is_not_enabled_is_ignored)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 10, 1);
    enable(pr, 0, 10);
    set_source(pr, 10, true);
    ck_assert_uint_eq(claim(pr, 0), 10);
    complete(pr, 1, 10); /* not enabled there */
    complete(pr, 0, 11);
    complete(pr, 0, 0);
    complete(pr, 0, 5000);
    ck_assert(!pending(pr, 10));
    ck_assert_uint_eq(rig_count(pr->rig, EVENT_IRQ_COMPLETE), 0);
    complete(pr, 0, 10);
    ck_assert(pending(pr, 10));
    teardown(pr);
}
END_TEST

START_TEST(disabling_takes_the_notification_back)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 70, 1);
    enable(pr, 0, 70);
    set_source(pr, 70, true);
    ck_assert(pr->harts.meip[0]);
    rig_write(pr->rig, PLIC_ENABLE + 8, 4, 0);
    ck_assert(!pr->harts.meip[0]);
    ck_assert(pending(pr, 70));
    teardown(pr);
}
END_TEST

START_TEST(registers_keep_only_the_bits_they_have)
{
    struct plic_rig *pr = setup();

    rig_write(pr->rig, PLIC_PRIORITY + 4, 4, UINT32_MAX);
    rig_write(pr->rig, PLIC_ENABLE, 4, UINT32_MAX);
    rig_write(pr->rig, PLIC_ENABLE + 8, 4, UINT32_MAX);
    rig_write(pr->rig, PLIC_CONTEXT, 4, UINT32_MAX);
    rig_write(pr->rig, PLIC_PENDING, 4, UINT32_MAX);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_PRIORITY + 4, 4), 7);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_ENABLE, 4), 0xfffffffe);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_ENABLE + 8, 4), 0xffffffff);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_CONTEXT, 4), 7);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_PENDING, 4), 0);
    teardown(pr);
}
END_TEST

static const uint32_t gaps[] = {
    PLIC_PRIORITY,                    /* source 0 */
    PLIC_PRIORITY + 4 * PLIC_SOURCES, /* source 96 */
    PLIC_PENDING + 4 * PLIC_WORDS,
    PLIC_ENABLE + 4 * PLIC_WORDS,
    PLIC_ENABLE + 4 * PLIC_ENABLE_STRIDE, /* context 4: no such hart */
    PLIC_CONTEXT + 4 * PLIC_CONTEXT_STRIDE,
    PLIC_CONTEXT + 4 * PLIC_CONTEXT_STRIDE + 4,
    PLIC_CONTEXT + 8,
    PLIC_SIZE - 4,
};

START_TEST(gaps_and_absent_harts_read_as_zero)
{
    struct plic_rig *pr = setup();

    rig_write(pr->rig, gaps[_i], 4, UINT32_MAX);
    ck_assert_uint_eq(rig_read(pr->rig, gaps[_i], 4), 0);
    ck_assert_uint_eq(rig_peek(pr->rig, gaps[_i], 4), 0);
    teardown(pr);
}
END_TEST

START_TEST(only_32_bit_accesses_are_taken)
{
    struct plic_rig *pr = setup();

    ck_assert_int_eq(rig_try_read(pr->rig, PLIC_PRIORITY + 4, 1), BUS_SLVERR);
    ck_assert_int_eq(rig_try_read(pr->rig, PLIC_PRIORITY + 8, 8), BUS_SLVERR);
    teardown(pr);
}
END_TEST

START_TEST(a_peek_at_claim_claims_nothing)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 10, 1);
    enable(pr, 0, 10);
    set_source(pr, 10, true);
    ck_assert_uint_eq(rig_peek(pr->rig, claim_at(0), 4), 10);
    ck_assert_uint_eq(rig_peek(pr->rig, claim_at(0), 4), 10);
    ck_assert(pr->harts.meip[0]);
    ck_assert_uint_eq(claim(pr, 0), 10);
    teardown(pr);
}
END_TEST

START_TEST(events_tell_the_way_of_an_interrupt)
{
    static const enum event_kind way[] = {EVENT_IRQ_PENDING, EVENT_IRQ_CLAIM,
                                          EVENT_IRQ_PENDING, EVENT_IRQ_COMPLETE};
    struct plic_rig *pr = setup();
    unsigned at = 0;

    set_priority(pr, 10, 1);
    enable(pr, 1, 10);
    set_source(pr, 10, true);
    set_source(pr, 10, false);
    complete(pr, 1, claim(pr, 1));
    for (unsigned i = 0; i < pr->rig->heard_count && at < COUNT(way); i++)
        at += pr->rig->heard[i].kind == way[at];
    ck_assert_uint_eq(at, COUNT(way));
    ck_assert_uint_eq(rig_event(pr->rig, EVENT_IRQ_CLAIM, 0)->irq_claim.context, 1);
    ck_assert_uint_eq(rig_event(pr->rig, EVENT_IRQ_CLAIM, 0)->irq_claim.source, 10);
    ck_assert_uint_eq(rig_event(pr->rig, EVENT_IRQ_PENDING, 0)->irq_pending.pending, 1);
    ck_assert_uint_eq(rig_event(pr->rig, EVENT_IRQ_PENDING, 1)->irq_pending.pending, 0);
    teardown(pr);
}
END_TEST

START_TEST(source_0_is_nobody)
{
    struct plic_rig *pr = setup();

    set_source(pr, 0, true);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_PENDING, 4), 0);
    teardown(pr);
}
END_TEST

START_TEST(reset_silences_everything)
{
    struct plic_rig *pr = setup();

    set_priority(pr, 10, 1);
    enable(pr, 0, 10);
    set_source(pr, 10, true);
    plic_type.reset(pr->rig->device);
    ck_assert(!pr->harts.meip[0]);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_PRIORITY + 40, 4), 0);
    ck_assert_uint_eq(rig_read(pr->rig, PLIC_ENABLE, 4), 0);
    ck_assert(!pending(pr, 10));
    teardown(pr);
}
END_TEST

static void claim_and_complete(struct rig *rig)
{
    rig_write(rig, claim_at(0), 4, rig_read(rig, claim_at(0), 4));
    plic_set_source(rig->device, 11, true);
    plic_set_source(rig->device, 10, false);
}

START_TEST(all_state_is_saved_and_restored)
{
    struct plic_rig *pr = setup();

    for (unsigned source = 9; source < 13; source++) {
        set_priority(pr, source, source - 8);
        enable(pr, 0, source);
    }
    rig_write(pr->rig, PLIC_CONTEXT, 4, 1);
    set_source(pr, 10, true);
    set_source(pr, 12, true);
    claim(pr, 0);
    rig_check_state(pr->rig, claim_and_complete);
    teardown(pr);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, an_enabled_source_with_a_priority_reaches_its_context);
    tcase_add_test(tcase, a_source_may_interrupt_several_contexts_and_one_claims_it);
    tcase_add_test(tcase, priority_0_never_interrupts);
    tcase_add_test(tcase, the_highest_priority_is_claimed_first_then_the_lowest_number);
    tcase_add_test(tcase, the_threshold_masks_notifications_but_not_claims);
    tcase_add_test(tcase, a_request_stays_pending_when_the_line_goes_low_again);
    tcase_add_test(tcase, the_gateway_asks_again_only_after_completion);
    tcase_add_test(tcase, a_completion_for_a_source_that_is_not_enabled_is_ignored);
    tcase_add_test(tcase, disabling_takes_the_notification_back);
    tcase_add_test(tcase, registers_keep_only_the_bits_they_have);
    tcase_add_loop_test(tcase, gaps_and_absent_harts_read_as_zero, 0, COUNT(gaps));
    tcase_add_test(tcase, only_32_bit_accesses_are_taken);
    tcase_add_test(tcase, a_peek_at_claim_claims_nothing);
    tcase_add_test(tcase, events_tell_the_way_of_an_interrupt);
    tcase_add_test(tcase, source_0_is_nobody);
    tcase_add_test(tcase, reset_silences_everything);
    tcase_add_test(tcase, all_state_is_saved_and_restored);
}

TEST_MAIN("plic", add_tests)
