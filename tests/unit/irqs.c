/*
 * The fold behind the views of interrupts: since when gates are as they are.
 */
#include "face/tui/watch/irqs.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "machine/board/run.h"
#include "machine/interrupt/plic.h"
#include "tests/lib/suite.h"

#include <stdlib.h>

struct listening {
    struct run *run;
    const struct board *board;
    struct irqs irqs;
};

static struct listening *listen(void)
{
    struct listening *now = alloc_zero(1, sizeof(*now));
    struct err err;

    now->run = run_new();
    now->board = run_add(now->run, &board_virt, &err);
    ck_assert_msg(now->board != NULL, "%s", err.text);
    return now;
}

static void stop(struct listening *now)
{
    run_free(now->run);
    free(now);
}

static void hear(struct listening *now, struct event event)
{
    irqs_take(&now->irqs, now->board, &event);
}

static void hear_csr(struct listening *now, uint64_t cycle, unsigned csr, uint64_t old,
                     uint64_t value)
{
    hear(now, (struct event){
                  .kind = EVENT_CSR_WRITE,
                  .cycle = cycle,
                  .csr_write = {.csr = (uint16_t)csr, .old = old, .value = value}});
}

static uint64_t since_bit(const struct listening *now, unsigned csr, unsigned bit)
{
    const struct irqs_change *change = irqs_of(&now->irqs, IRQS_CSR, 0, csr, bit);

    return change ? change->cycle : 0;
}

START_TEST(a_trap_shuts_mie_and_the_return_opens_it_again)
{
    struct listening *now = listen();

    hear_csr(now, 10, CSR_MSTATUS, 0, MSTATUS_MIE);
    ck_assert_uint_eq(since_bit(now, CSR_MSTATUS, 3), 10);
    hear(now, (struct event){.kind = EVENT_TRAP_ENTER,
                             .cycle = 20,
                             .trap_enter = {.cause = CAUSE_INTERRUPT | IRQ_MTI,
                                            .from = MODE_M,
                                            .to = MODE_M}});
    ck_assert_uint_eq(since_bit(now, CSR_MSTATUS, 3), 20);
    ck_assert_uint_eq(now->irqs.taken[0][IRQ_MTI].count, 1);
    hear(now, (struct event){.kind = EVENT_TRAP_RETURN,
                             .cycle = 30,
                             .trap_return = {.from = MODE_M, .to = MODE_M}});
    ck_assert_uint_eq(since_bit(now, CSR_MSTATUS, 3), 30);
    stop(now);
}
END_TEST

START_TEST(a_trap_with_interrupts_off_changes_nothing)
{
    struct listening *now = listen();

    hear(now, (struct event){.kind = EVENT_TRAP_ENTER,
                             .cycle = 20,
                             .trap_enter = {.cause = CAUSE_ECALL_M, .to = MODE_M}});
    ck_assert_uint_eq(since_bit(now, CSR_MSTATUS, 3), 0);
    ck_assert_uint_eq(now->irqs.taken[0][IRQ_MEI].count, 0);
    stop(now);
}
END_TEST

START_TEST(views_of_a_csr_are_the_csr)
{
    struct listening *now = listen();

    hear_csr(now, 1, CSR_SIE, 0, BIT(IRQ_SEI));
    ck_assert_uint_eq(since_bit(now, CSR_MIE, IRQ_SEI), 1);
    hear_csr(now, 2, CSR_VSIE, 0, BIT(IRQ_SEI));
    ck_assert_uint_eq(since_bit(now, CSR_MIE, IRQ_VSEI), 2);
    hear_csr(now, 3, CSR_HVIP, 0, BIT(IRQ_VSTI));
    ck_assert_uint_eq(since_bit(now, CSR_MIP, IRQ_VSTI), 3);
    hear_csr(now, 4, CSR_SSTATUS, 0, MSTATUS_SIE);
    ck_assert_uint_eq(since_bit(now, CSR_MSTATUS, 1), 4);
    stop(now);
}
END_TEST

START_TEST(a_guest_counts_its_interrupts_by_the_lines_of_the_hypervisor)
{
    struct listening *now = listen();

    hear(now, (struct event){.kind = EVENT_TRAP_ENTER,
                             .cycle = 20,
                             .trap_enter = {.cause = CAUSE_INTERRUPT | IRQ_SEI,
                                            .from = MODE_VS,
                                            .to = MODE_VS}});
    ck_assert_uint_eq(now->irqs.taken[0][IRQ_VSEI].count, 1);
    ck_assert_uint_eq(now->irqs.taken[0][IRQ_SEI].count, 0);
    stop(now);
}
END_TEST

START_TEST(enables_are_told_bit_by_bit)
{
    struct listening *now = listen();
    uint8_t plic = now->board->plic->index;
    struct event event = {
        .kind = EVENT_MMIO_WRITE,
        .cycle = 5,
        .mmio_write = {.device = plic, .offset = PLIC_ENABLE, .value = BIT(23)}};

    hear(now, event);
    event.cycle = 6;
    event.mmio_write.old = BIT(23);
    event.mmio_write.value = BIT(23) | BIT(10);
    hear(now, event);
    ck_assert_uint_eq(irqs_of(&now->irqs, IRQS_REGISTER, plic, PLIC_ENABLE, 23)->cycle,
                      5);
    ck_assert_uint_eq(irqs_of(&now->irqs, IRQS_REGISTER, plic, PLIC_ENABLE, 10)->cycle,
                      6);
    ck_assert_ptr_null(irqs_of(&now->irqs, IRQS_REGISTER, plic, PLIC_ENABLE, 11));
    stop(now);
}
END_TEST

START_TEST(what_changed_last_is_remembered)
{
    struct listening *now = listen();
    unsigned many = IRQS_REGISTERS + 8;

    for (unsigned i = 0; i < many; i++)
        hear(now,
             (struct event){.kind = EVENT_MMIO_WRITE,
                            .cycle = 100 + i,
                            .mmio_write = {.device = 1, .offset = 4 * i, .value = 1}});
    ck_assert_uint_eq(now->irqs.registers, IRQS_REGISTERS);
    ck_assert_ptr_null(irqs_of(&now->irqs, IRQS_REGISTER, 1, 0, IRQS_ANY));
    ck_assert_ptr_nonnull(
        irqs_of(&now->irqs, IRQS_REGISTER, 1, 4 * (many - 1), IRQS_ANY));
    stop(now);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_trap_shuts_mie_and_the_return_opens_it_again);
    tcase_add_test(tcase, a_trap_with_interrupts_off_changes_nothing);
    tcase_add_test(tcase, views_of_a_csr_are_the_csr);
    tcase_add_test(tcase, a_guest_counts_its_interrupts_by_the_lines_of_the_hypervisor);
    tcase_add_test(tcase, enables_are_told_bit_by_bit);
    tcase_add_test(tcase, what_changed_last_is_remembered);
}

TEST_MAIN("irqs", add_tests)
