/* Traps, returns and interrupts, claim by claim (Privileged 1.13, 3.1.6 to 3.1.9, 3.3.2,
 * 3.3.3, 12.1.3). */
#include "tests/lib/lone.h"
#include "tests/lib/suite.h"

#define M MODE_M
#define S MODE_S
#define U MODE_U

#define INTERRUPT(n) (CAUSE_INTERRUPT | (n))

#define MPP(mode) ((uint64_t)(mode) << 11)

/* --- where a trap goes ------------------------------------------------------------ */

struct target_row {
    const char *claim;
    uint64_t cause;
    uint64_t medeleg, mideleg;
    uint8_t from, to;
};

static const struct target_row target_rows[] = {
    /* clang-format off */
    {"without delegation a trap from U-mode goes to M-mode", CAUSE_ECALL_U, 0, 0, U, M},
    {"without delegation a trap from S-mode goes to M-mode", CAUSE_LOAD_PAGE, 0, 0, S, M},
    {"a delegated exception from U-mode goes to S-mode", CAUSE_ECALL_U, BIT(CAUSE_ECALL_U), 0, U, S},
    {"a delegated exception from S-mode stays there", CAUSE_LOAD_PAGE, BIT(CAUSE_LOAD_PAGE), 0, S, S},
    {"a delegated exception from M-mode stays there", CAUSE_LOAD_PAGE, BIT(CAUSE_LOAD_PAGE), 0, M, M},
    {"another one's delegation does not count", CAUSE_STORE_PAGE, BIT(CAUSE_LOAD_PAGE), 0, S, M},
    {"exceptions do not look at mideleg", 5, 0, BIT(5), U, M},
    {"interrupts do not look at medeleg", INTERRUPT(IRQ_STI), BIT(IRQ_STI), 0, U, M},
    {"a delegated interrupt goes to S-mode", INTERRUPT(IRQ_STI), 0, BIT(IRQ_STI), U, S},
    {"a machine interrupt goes to M-mode", INTERRUPT(IRQ_MTI), UINT64_MAX, BIT(IRQ_STI), S, M},
    /* clang-format on */
};

START_TEST(a_trap_goes_where_it_is_delegated)
{
    const struct target_row *row = &target_rows[_i];
    struct lone *lone = lone_new();

    lone->hart.mode = row->from;
    lone->hart.csr.medeleg = row->medeleg;
    lone->hart.csr.mideleg = row->mideleg;
    hart_take_trap(&lone->hart, (struct trap){.cause = row->cause});
    ck_assert_msg(lone->hart.mode == row->to, "%s", row->claim);
    lone_free(lone);
}
END_TEST

START_TEST(a_trap_to_m_mode_writes_the_m_registers_only)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->mode = S;
    hart->pc = 0x80001236;
    hart->csr.mtvec = 0x80004000;
    hart->csr.stvec = 0x80005000;
    hart->csr.mstatus = MSTATUS_MIE | MSTATUS_SIE;
    hart_take_trap(hart, (struct trap){.cause = CAUSE_STORE_PAGE, .tval = 0xdead});
    ck_assert_uint_eq(hart->csr.mcause, 15);
    ck_assert_uint_eq(hart->csr.mepc, 0x80001236);
    ck_assert_uint_eq(hart->csr.mtval, 0xdead);
    ck_assert_uint_eq(hart->pc, 0x80004000);
    /* MPIE = MIE, MIE = 0, MPP = S; SIE as it was. */
    ck_assert_uint_eq(hart->csr.mstatus, MSTATUS_MPIE | MSTATUS_SIE | MPP(S));
    ck_assert_uint_eq(hart->csr.scause | hart->csr.sepc | hart->csr.stval, 0);
    lone_free(lone);
}
END_TEST

START_TEST(a_trap_to_s_mode_writes_the_s_registers_only)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->mode = U;
    hart->pc = 0x10002;
    hart->csr.stvec = 0x80005000;
    hart->csr.medeleg = BIT(CAUSE_ECALL_U);
    hart->csr.mstatus = MSTATUS_MIE | MSTATUS_SIE | MSTATUS_SPP | MPP(M);
    hart_take_trap(hart, (struct trap){.cause = CAUSE_ECALL_U});
    ck_assert_uint_eq(hart->csr.scause, 8);
    ck_assert_uint_eq(hart->csr.sepc, 0x10002);
    ck_assert_uint_eq(hart->pc, 0x80005000);
    /* SPIE = SIE, SIE = 0, SPP = U; MIE and MPP as they were. */
    ck_assert_uint_eq(hart->csr.mstatus, MSTATUS_SPIE | MSTATUS_MIE | MPP(M));
    ck_assert_uint_eq(hart->csr.mcause | hart->csr.mepc | hart->csr.mtval, 0);
    lone_free(lone);
}
END_TEST

START_TEST(a_trap_with_interrupts_off_clears_the_previous_enable)
{
    struct lone *lone = lone_new();

    lone->hart.csr.mstatus = MSTATUS_MPIE;
    hart_take_trap(&lone->hart, (struct trap){.cause = CAUSE_BREAKPOINT});
    ck_assert_uint_eq(lone->hart.csr.mstatus, MPP(M));
    lone_free(lone);
}
END_TEST

struct vector_row {
    const char *claim;
    uint64_t cause, tvec, handler;
};

static const struct vector_row vector_rows[] = {
    /* clang-format off */
    {"direct: exceptions go to BASE",   CAUSE_LOAD_PAGE,    0x80004000, 0x80004000},
    {"direct: interrupts go to BASE",   INTERRUPT(IRQ_MTI), 0x80004000, 0x80004000},
    {"vectored: exceptions go to BASE", CAUSE_LOAD_PAGE,    0x80004001, 0x80004000},
    {"vectored: MSI goes to BASE + 0xc", INTERRUPT(IRQ_MSI), 0x80004001, 0x8000400c},
    {"vectored: MTI goes to BASE + 0x1c", INTERRUPT(IRQ_MTI), 0x80004001, 0x8000401c},
    {"vectored: STI goes to BASE + 0x14", INTERRUPT(IRQ_STI), 0x80004001, 0x80004014},
    {"vectored: MEI goes to BASE + 0x2c", INTERRUPT(IRQ_MEI), 0x80004001, 0x8000402c},
    /* clang-format on */
};

START_TEST(the_handler_is_where_xtvec_says)
{
    const struct vector_row *row = &vector_rows[_i];
    struct lone *lone = lone_new();

    lone->hart.csr.mtvec = row->tvec;
    hart_take_trap(&lone->hart, (struct trap){.cause = row->cause});
    ck_assert_msg(lone->hart.pc == row->handler, "%s", row->claim);
    lone->hart.mode = S;
    lone->hart.csr.stvec = row->tvec;
    lone->hart.csr.medeleg = lone->hart.csr.mideleg = UINT64_MAX;
    hart_take_trap(&lone->hart, (struct trap){.cause = row->cause});
    ck_assert_msg(lone->hart.pc == row->handler, "%s, in S-mode", row->claim);
    lone_free(lone);
}
END_TEST

START_TEST(a_trap_is_counted_told_and_paid)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;
    const struct event *event;

    hart->mode = U;
    hart->pc = 0x1000;
    hart->cycle = 500;
    hart->spent = 7;
    hart->csr.mtvec = 0x2000;
    hart_take_trap(hart, (struct trap){.cause = CAUSE_LOAD_ACCESS, .tval = 0x3000});
    hart_take_trap(hart, (struct trap){.cause = INTERRUPT(IRQ_MEI)});
    ck_assert_uint_eq(hart->exceptions, 1);
    ck_assert_uint_eq(hart->interrupts, 1);
    ck_assert_uint_eq(hart->retired, 0);
    ck_assert_uint_eq(hart->spent, 7 + 2 * lone->costs.trap_entry);
    event = &lone->heard[0];
    ck_assert_uint_eq(event->kind, EVENT_TRAP_ENTER);
    ck_assert_uint_eq(event->cycle, 507);
    ck_assert_uint_eq(event->trap_enter.cause, CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(event->trap_enter.epc, 0x1000);
    ck_assert_uint_eq(event->trap_enter.tval, 0x3000);
    ck_assert_uint_eq(event->trap_enter.handler, 0x2000);
    ck_assert_uint_eq(event->trap_enter.price, lone->costs.trap_entry);
    ck_assert_uint_eq(event->trap_enter.from, U);
    ck_assert_uint_eq(event->trap_enter.to, M);
    lone_free(lone);
}
END_TEST

/* --- returns ------------------------------------------------------------------------ */

struct return_row {
    const char *claim;
    uint8_t mode, from;     /* the mode it is executed in; mret: M, sret: S */
    uint64_t before, after; /* mstatus */
    uint8_t to;
};

static const struct return_row return_rows[] = {
    /* clang-format off */
    {"mret to U-mode",                    M, M, MSTATUS_MPIE, MSTATUS_MPIE | MSTATUS_MIE, U},
    {"mret to S-mode, interrupts off",    M, M, MPP(1), MSTATUS_MPIE, S},
    {"mret to M-mode",                    M, M, MPP(3) | MSTATUS_MPIE, MSTATUS_MPIE | MSTATUS_MIE, M},
    {"mret to M-mode keeps MPRV",         M, M, MPP(3) | MSTATUS_MPRV, MSTATUS_MPIE | MSTATUS_MPRV, M},
    {"mret to S-mode clears MPRV",        M, M, MPP(1) | MSTATUS_MPRV, MSTATUS_MPIE, S},
    {"mret to U-mode clears MPRV",        M, M, MSTATUS_MPRV, MSTATUS_MPIE, U},
    {"mret leaves the S stack alone",     M, M, MPP(1) | MSTATUS_SPP | MSTATUS_SPIE, MSTATUS_MPIE | MSTATUS_SPP | MSTATUS_SPIE, S},
    {"mret clears MIE when MPIE is 0",    M, M, MPP(3) | MSTATUS_MIE, MSTATUS_MPIE, M},
    {"sret to U-mode",                    S, S, MSTATUS_SPIE, MSTATUS_SPIE | MSTATUS_SIE, U},
    {"sret to S-mode",                    S, S, MSTATUS_SPP | MSTATUS_SPIE, MSTATUS_SPIE | MSTATUS_SIE, S},
    {"sret clears SIE when SPIE is 0",    S, S, MSTATUS_SPP | MSTATUS_SIE, MSTATUS_SPIE, S},
    {"sret in M-mode pops the S stack",   M, S, MSTATUS_SPP | MPP(3), MSTATUS_SPIE | MPP(3), S},
    {"sret in M-mode clears MPRV",        M, S, MSTATUS_SPP | MSTATUS_MPRV, MSTATUS_SPIE, S},
    /* clang-format on */
};

START_TEST(a_return_pops_the_stack)
{
    const struct return_row *row = &return_rows[_i];
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->mode = row->mode;
    hart->csr.mstatus = row->before;
    hart->csr.mepc = 0x1000;
    hart->csr.sepc = 0x2000;
    hart_trap_return(hart, row->from == M ? MODE_M : MODE_S);
    ck_assert_msg(hart->mode == row->to, "%s: mode %u", row->claim, hart->mode);
    ck_assert_msg(hart->csr.mstatus == row->after, "%s: mstatus 0x%llx", row->claim,
                  (unsigned long long)hart->csr.mstatus);
    ck_assert_msg(hart->pc == (row->from == M ? 0x1000u : 0x2000u), "%s", row->claim);
    ck_assert_uint_eq(lone_count(lone, EVENT_TRAP_RETURN), 1);
    ck_assert_uint_eq(lone->heard[0].trap_return.from, row->mode);
    ck_assert_uint_eq(lone->heard[0].trap_return.to, row->to);
    ck_assert_uint_eq(lone->heard[0].trap_return.pc, hart->pc);
    lone_free(lone);
}
END_TEST

/* --- which interrupt ------------------------------------------------------------------ */

static const unsigned by_priority[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI,
                                       IRQ_SEI, IRQ_SSI, IRQ_STI};

/* One of 2^6 subsets of the interrupts. */
static uint64_t subset(unsigned number)
{
    uint64_t set = 0;

    for (unsigned i = 0; i < 6; i++)
        if (number >> i & 1)
            set |= BIT(by_priority[i]);
    return set;
}

/* Would this interrupt, if it were alone, trap to that mode? 3.1.9 and 12.1.3. */
static bool traps_to(const struct hart *hart, uint64_t pending, unsigned irq,
                     uint8_t to)
{
    bool delegated = hart->csr.mideleg & BIT(irq);
    uint64_t ie = to == M ? MSTATUS_MIE : MSTATUS_SIE;
    bool enabled = hart->mode < to || (hart->mode == to && (hart->csr.mstatus & ie));

    return (pending & hart->csr.mie & BIT(irq)) && delegated == (to == S) && enabled;
}

static uint64_t expected_interrupt(const struct hart *hart, uint64_t pending)
{
    static const uint8_t targets[] = {M, S};

    for (unsigned t = 0; t < 2; t++)
        for (unsigned i = 0; i < 6; i++)
            if (traps_to(hart, pending, by_priority[i], targets[t]))
                return INTERRUPT(by_priority[i]);
    return CAUSE_NONE;
}

/* All sets of pending interrupts, by all delegations, enables and modes. */
START_TEST(the_interrupt_taken_is_the_first_that_is_enabled)
{
    static const uint8_t modes[] = {U, S, M};
    static const uint64_t enables[] = {0, MSTATUS_SIE, MSTATUS_MIE,
                                       MSTATUS_SIE | MSTATUS_MIE};
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->mode = modes[_i];
    for (unsigned i = 0; i < 64u * 64 * 8 * 4; i++) {
        uint64_t pending = subset(i & 63);

        hart->csr.mip_lines = pending & ~(BIT(IRQ_SSI) | BIT(IRQ_STI));
        hart->csr.mip_soft = pending & (BIT(IRQ_SSI) | BIT(IRQ_STI));
        hart->csr.mie = subset(i >> 6 & 63);
        hart->csr.mideleg = subset((i >> 12 & 7) << 3);
        hart->csr.mstatus = enables[i >> 15];
        ck_assert_msg(hart_pending_interrupt(hart) == expected_interrupt(hart, pending),
                      "case %u in mode %u", i, hart->mode);
    }
    lone_free(lone);
}
END_TEST

/* --- lines and sleep -------------------------------------------------------------------- */

START_TEST(a_line_shows_in_mip_while_it_is_high)
{
    static const unsigned lines[] = {IRQ_MSI, IRQ_MTI, IRQ_MEI, IRQ_SEI};
    struct lone *lone = lone_new();
    unsigned line = lines[_i];

    lone->queue.now = 40;
    hart_set_line(&lone->hart, line, true);
    ck_assert_uint_eq(hart_mip(&lone->hart), BIT(line));
    hart_set_line(&lone->hart, line, true); /* no change: nothing is told */
    ck_assert_uint_eq(lone_count(lone, EVENT_HART_LINE), 1);
    ck_assert_uint_eq(lone->heard[0].cycle, 40);
    ck_assert_uint_eq(lone->heard[0].hart_line.line, line);
    ck_assert_uint_eq(lone->heard[0].hart_line.level, 1);
    hart_set_line(&lone->hart, line, false);
    ck_assert_uint_eq(hart_mip(&lone->hart), 0);
    ck_assert_uint_eq(lone->heard[1].hart_line.level, 0);
    lone_free(lone);
}
END_TEST

struct wake_row {
    const char *claim;
    uint64_t mie, mstatus, mideleg;
    unsigned line;
    bool wakes;
};

static const struct wake_row wake_rows[] = {
    /* clang-format off */
    {"an interrupt that can be taken wakes", BIT(IRQ_MTI), MSTATUS_MIE, 0, IRQ_MTI, true},
    {"so does one that MIE keeps off",       BIT(IRQ_MTI), 0, 0, IRQ_MTI, true},
    {"so does one that delegation keeps off", BIT(IRQ_SEI), MSTATUS_MIE, BIT(IRQ_SEI), IRQ_SEI, true},
    {"one that mie keeps off does not",      BIT(IRQ_MSI), MSTATUS_MIE, 0, IRQ_MTI, false},
    /* clang-format on */
};

START_TEST(a_line_wakes_a_hart_that_waits)
{
    const struct wake_row *row = &wake_rows[_i];
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->asleep = true;
    hart->cycle = 100;
    hart->csr.mie = row->mie;
    hart->csr.mstatus = row->mstatus;
    hart->csr.mideleg = row->mideleg;
    lone->queue.now = 1000;
    hart_set_line(hart, row->line, true);
    ck_assert_msg(hart->asleep != row->wakes, "%s", row->claim);
    ck_assert_msg(hart->cycle == (row->wakes ? 1000 + lone->costs.wake : 100), "%s",
                  row->claim);
    ck_assert_msg(lone_count(lone, EVENT_HART_SLEEP) == row->wakes, "%s", row->claim);
    lone_free(lone);
}
END_TEST

START_TEST(a_hart_does_not_wake_in_its_own_past)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->asleep = true;
    hart->cycle = 2000;
    hart->csr.mie = BIT(IRQ_MSI);
    lone->queue.now = 1000;
    hart_set_line(hart, IRQ_MSI, true);
    ck_assert_uint_eq(hart->cycle, 2000 + lone->costs.wake);
    lone_free(lone);
}
END_TEST

START_TEST(a_line_that_falls_wakes_nobody)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_set_line(hart, IRQ_MSI, true);
    hart->asleep = true;
    hart->csr.mie = BIT(IRQ_MSI);
    hart_set_line(hart, IRQ_MSI, false);
    ck_assert(hart->asleep);
    lone_free(lone);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_trap_goes_where_it_is_delegated, 0,
                        COUNT(target_rows));
    tcase_add_test(tcase, a_trap_to_m_mode_writes_the_m_registers_only);
    tcase_add_test(tcase, a_trap_to_s_mode_writes_the_s_registers_only);
    tcase_add_test(tcase, a_trap_with_interrupts_off_clears_the_previous_enable);
    tcase_add_loop_test(tcase, the_handler_is_where_xtvec_says, 0, COUNT(vector_rows));
    tcase_add_test(tcase, a_trap_is_counted_told_and_paid);
    tcase_add_loop_test(tcase, a_return_pops_the_stack, 0, COUNT(return_rows));
    tcase_add_loop_test(tcase, the_interrupt_taken_is_the_first_that_is_enabled, 0, 3);
    tcase_add_loop_test(tcase, a_line_shows_in_mip_while_it_is_high, 0, 4);
    tcase_add_loop_test(tcase, a_line_wakes_a_hart_that_waits, 0, COUNT(wake_rows));
    tcase_add_test(tcase, a_hart_does_not_wake_in_its_own_past);
    tcase_add_test(tcase, a_line_that_falls_wakes_nobody);
}

TEST_MAIN_BOTH("trap", add_tests)
