/* What each CSR does, claim by claim (Privileged 1.13, 2 and 3.1, 12.1; Sstc, Zicntr).
 * PMP's registers are in pmp.c. */
#include "machine/hart/look.h"
#include "tests/lib/lone.h"
#include "tests/lib/suite.h"

#include "machine/isa/csr.h"

#include <string.h>

#define M MODE_M
#define S MODE_S
#define U MODE_U

#define ALL UINT64_MAX
#define XL                                                                             \
    (UINT64_C(2) << 32 | UINT64_C(2) << 34) /* mstatus: UXL and SXL are 64 bits */
#define CY BIT(0)
#define TM BIT(1)
#define IR BIT(2)

/* --- what is stored ------------------------------------------------------------------- */

struct write_row {
    const char *claim;
    unsigned number;
    uint64_t before, wrote, reads;
};

static const struct write_row write_rows[] = {
    /* clang-format off */
    {"mstatus has the fields of M, S and U mode", CSR_MSTATUS, 0, ALL, 0x7e19aa | XL},
    {"mstatus clears to UXL and SXL",    CSR_MSTATUS, ALL, 0, XL},
    {"MPP is never 2: it stays",         CSR_MSTATUS, 3 << 11, 2 << 11, 3 << 11 | XL},
    {"MPP holds S",                      CSR_MSTATUS, 3 << 11, 1 << 11, 1 << 11 | XL},
    {"MPP holds U",                      CSR_MSTATUS, 3 << 11, 0, XL},
    {"a bad MPP does not void the rest", CSR_MSTATUS, 0, 2 << 11 | MSTATUS_MIE, MSTATUS_MIE | XL},
    {"UXL and SXL are read-only",        CSR_MSTATUS, 0, UINT64_C(5) << 32, XL},
    {"sstatus has the fields of S and U mode", CSR_SSTATUS, 0, ALL, 0xc0122 | UINT64_C(2) << 32},
    {"misa is RV64IMACSU",               CSR_MISA, 0, 0, UINT64_C(2) << 62 | 0x141105},
    {"misa is read-only",                CSR_MISA, ALL, ALL, UINT64_C(2) << 62 | 0x141105},
    {"medeleg: every exception but ecall from M-mode", CSR_MEDELEG, 0, ALL, 0xb3ff},
    {"mideleg: the S interrupts",        CSR_MIDELEG, 0, ALL, 0x222},
    {"mie: the six interrupts",          CSR_MIE, 0, ALL, 0xaaa},
    {"mip: SSIP, STIP and SEIP are writable", CSR_MIP, 0, ALL, 0x222},
    {"mip: and clear again",             CSR_MIP, ALL, 0, 0},
    {"sie shows nothing that is not delegated", CSR_SIE, ALL, ALL, 0},
    {"sip shows nothing that is not delegated", CSR_SIP, ALL, ALL, 0},
    {"mtvec direct",                     CSR_MTVEC, 0, 0x80001230, 0x80001230},
    {"mtvec vectored",                   CSR_MTVEC, 0, 0x80001231, 0x80001231},
    {"mtvec has no mode 2",              CSR_MTVEC, 0x80001231, 0x80002002, 0x80001231},
    {"mtvec has no mode 3",              CSR_MTVEC, 0x80001230, 0x80002003, 0x80001230},
    {"stvec holds a high address",       CSR_STVEC, 0, 0xffffffc000001000, 0xffffffc000001000},
    {"stvec vectored",                   CSR_STVEC, 0, 0x1001, 0x1001},
    {"stvec has no mode 2",              CSR_STVEC, 0x1001, 0x2002, 0x1001},
    {"mepc bit 0 is 0",                  CSR_MEPC, 0, ALL, ALL - 1},
    {"sepc bit 0 is 0",                  CSR_SEPC, 0, ALL, ALL - 1},
    {"mcause holds everything",          CSR_MCAUSE, 0, ALL, ALL},
    {"scause holds everything",          CSR_SCAUSE, 0, BIT(63) | 31, BIT(63) | 31},
    {"mtval holds everything",           CSR_MTVAL, 0, ALL, ALL},
    {"stval holds everything",           CSR_STVAL, 0, ALL, ALL},
    {"mscratch holds everything",        CSR_MSCRATCH, 0, ALL, ALL},
    {"sscratch holds everything",        CSR_SSCRATCH, 0, ALL, ALL},
    {"satp Sv39, 16 bits of ASID, 44 of PPN", CSR_SATP, 0, UINT64_C(0x8fffffffffffffff), UINT64_C(0x8fffffffffffffff)},
    {"satp Sv48",                        CSR_SATP, 0, UINT64_C(0x9000100000080000), UINT64_C(0x9000100000080000)},
    {"satp Bare",                        CSR_SATP, UINT64_C(0x8000000000080000), 0, 0},
    {"satp Sv57 changes nothing",        CSR_SATP, UINT64_C(0x8000000000080000), UINT64_C(0xa000100000090000), UINT64_C(0x8000000000080000)},
    {"satp mode 1 changes nothing",      CSR_SATP, UINT64_C(0x8000000000080000), UINT64_C(0x1000000000000000), UINT64_C(0x8000000000080000)},
    {"satp mode 15 changes nothing",     CSR_SATP, 0, ALL, 0},
    {"mcounteren: CY, TM, IR",           CSR_MCOUNTEREN, 0, ALL, 7},
    {"scounteren: CY, TM, IR",           CSR_SCOUNTEREN, 0, ALL, 7},
    {"mcountinhibit: CY, IR",            CSR_MCOUNTINHIBIT, 0, ALL, 5},
    {"menvcfg: FIOM, CBIE, CBCFE, CBZE, ADUE, STCE", CSR_MENVCFG, 0, ALL, UINT64_C(0xa0000000000000f1)},
    {"menvcfg clears",                   CSR_MENVCFG, ALL, 0, 0},
    {"senvcfg: FIOM, CBIE, CBCFE, CBZE", CSR_SENVCFG, 0, ALL, 0xf1},
    {"menvcfg.CBIE is never 2",          CSR_MENVCFG, 1 << 4, 2 << 4, 1 << 4},
    {"senvcfg.CBIE is never 2",          CSR_SENVCFG, 3 << 4, 2 << 4 | 1, 3 << 4 | 1},
    {"stimecmp has 64 bits",             CSR_STIMECMP, 0, ALL - 2, ALL - 2},
    {"mhpmcounter3 is 0",                CSR_MHPMCOUNTER3, ALL, ALL, 0},
    {"mhpmcounter31 is 0",               CSR_MHPMCOUNTER31, ALL, ALL, 0},
    {"mhpmevent3 is 0",                  CSR_MHPMEVENT3, ALL, ALL, 0},
    {"tselect is 0",                     CSR_TSELECT, ALL, ALL, 0},
    {"tdata1 is 0",                      CSR_TDATA1, ALL, ALL, 0},
    {"tdata3 is 0",                      CSR_TDATA3, ALL, ALL, 0},
    /* clang-format on */
};

/* The hypervisor extension adds these bits; tests/unit/hypervisor.c has them. */
static uint64_t added_by_h(unsigned number)
{
    static const struct {
        unsigned number;
        uint64_t bits;
    } added[] = {
        {CSR_MSTATUS, MSTATUS_MPV | MSTATUS_GVA},
        {CSR_MISA, BIT('H' - 'A')},
        {CSR_MEDELEG, 0xf00400},
        {CSR_MIDELEG, 0x1444},
        {CSR_MIE, 0x1444},
        {CSR_MIP, BIT(IRQ_VSSI)},
    };

    for (size_t i = 0; suite_hypervisor && i < COUNT(added); i++)
        if (added[i].number == number)
            return added[i].bits;
    return 0;
}

START_TEST(a_register_keeps_what_is_legal)
{
    const struct write_row *row = &write_rows[_i];
    struct lone *lone = lone_new();
    uint64_t reads;

    hart_csr_write(&lone->hart, row->number, row->before);
    hart_csr_write(&lone->hart, row->number, row->wrote);
    reads = hart_csr_read(&lone->hart, row->number) & ~added_by_h(row->number);
    ck_assert_msg(reads == row->reads, "%s: 0x%llx", row->claim,
                  (unsigned long long)reads);
    lone_free(lone);
}
END_TEST

START_TEST(a_hart_knows_its_number)
{
    struct lone *lone = lone_new();

    lone->hart.id = 5;
    ck_assert_uint_eq(hart_csr_read(&lone->hart, CSR_MHARTID), 5);
    lone_free(lone);
}
END_TEST

/* --- who may access what -------------------------------------------------------------- */

/* Conditions that open everything that a condition can close. */
static void open_all(struct hart *hart)
{
    hart->csr.mcounteren = hart->csr.scounteren = CY | TM | IR;
    hart->csr.menvcfg |= MENVCFG_STCE;
}

static bool is_hpmcounter(unsigned number)
{
    return number >= 0xc03 && number <= 0xc1f;
}

/* Of the hypervisor extension; HS-mode is S-mode with it. */
static bool is_of_h(unsigned number)
{
    return (number >> 8 & 3) == 2 || number == CSR_MTINST || number == CSR_MTVAL2;
}

START_TEST(a_number_says_who_may_access_it)
{
    static const uint8_t modes[] = {U, S, M};
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    open_all(hart);
    for (unsigned number = 0; number < 4096; number++)
        for (unsigned m = 0; m < 3; m++) {
            uint8_t mode = modes[m];
            bool exists =
                csr_by_number(number) != NULL && (suite_hypervisor || !is_of_h(number));
            unsigned level = number >> 8 & 3;
            bool reads = exists && mode >= (level == 2 ? S : level) &&
                         (mode == M || !is_hpmcounter(number));
            bool writes = reads && number >> 10 != 3;

            hart->mode = mode;
            ck_assert_msg((hart_csr_refusal(hart, number, false) == CAUSE_NONE) ==
                              reads,
                          "read of 0x%x in mode %u", number, mode);
            ck_assert_msg((hart_csr_refusal(hart, number, true) == CAUSE_NONE) ==
                              writes,
                          "write of 0x%x in mode %u", number, mode);
        }
    lone_free(lone);
}
END_TEST

struct access_row {
    const char *claim;
    unsigned number;
    uint8_t mode;
    uint64_t mstatus, mcounteren, scounteren, menvcfg;
    bool allowed;
};

static const struct access_row access_rows[] = {
    /* clang-format off */
    {"satp in S-mode",                         CSR_SATP, S, 0, 0, 0, 0, true},
    {"satp in S-mode under TVM",               CSR_SATP, S, MSTATUS_TVM, 0, 0, 0, false},
    {"satp in M-mode under TVM",               CSR_SATP, M, MSTATUS_TVM, 0, 0, 0, true},
    {"sstatus in S-mode under TVM",            CSR_SSTATUS, S, MSTATUS_TVM, 0, 0, 0, true},
    {"cycle in M-mode needs nothing",          CSR_CYCLE, M, 0, 0, 0, 0, true},
    {"cycle in S-mode needs mcounteren.CY",    CSR_CYCLE, S, 0, TM | IR, 7, 0, false},
    {"and has enough with it",                 CSR_CYCLE, S, 0, CY, 0, 0, true},
    {"time in S-mode needs mcounteren.TM",     CSR_TIME, S, 0, CY | IR, 7, 0, false},
    {"and has enough with it, as time",        CSR_TIME, S, 0, TM, 0, 0, true},
    {"instret in S-mode needs mcounteren.IR",  CSR_INSTRET, S, 0, CY | TM, 7, 0, false},
    {"and has enough with it, as instret",     CSR_INSTRET, S, 0, IR, 0, 0, true},
    {"cycle in U-mode needs scounteren.CY too", CSR_CYCLE, U, 0, 7, TM | IR, 0, false},
    {"cycle in U-mode needs mcounteren.CY too", CSR_CYCLE, U, 0, TM | IR, 7, 0, false},
    {"with both it is allowed",                CSR_CYCLE, U, 0, CY, CY, 0, true},
    {"instret in U-mode",                      CSR_INSTRET, U, 0, IR, IR, 0, true},
    {"time in U-mode without scounteren.TM",   CSR_TIME, U, 0, TM, CY | IR, 0, false},
    {"hpmcounter3 in S-mode: its bit is 0",    CSR_HPMCOUNTER3, S, 0, 7, 7, 0, false},
    {"hpmcounter3 in M-mode",                  CSR_HPMCOUNTER3, M, 0, 0, 0, 0, true},
    {"stimecmp in M-mode needs nothing",       CSR_STIMECMP, M, 0, 0, 0, 0, true},
    {"stimecmp in S-mode with STCE and TM",    CSR_STIMECMP, S, 0, TM, 0, MENVCFG_STCE, true},
    {"stimecmp in S-mode without STCE",        CSR_STIMECMP, S, 0, TM, 0, 0, false},
    {"stimecmp in S-mode without TM",          CSR_STIMECMP, S, 0, CY | IR, 7, MENVCFG_STCE, false},
    {"stimecmp in U-mode, never",              CSR_STIMECMP, U, 0, 7, 7, MENVCFG_STCE, false},
    {"pmpcfg1: odd ones do not exist in RV64", 0x3a1, M, 0, 0, 0, 0, false},
    {"pmpaddr16: there are 16 entries",        0x3c0, M, 0, 0, 0, 0, false},
    {"mseccfg does not exist",                 0x747, M, 0, 0, 0, 0, false},
    {"fcsr does not exist",                    0x003, M, 0, 0, 0, 0, false},
    {"hvictl does not exist",                  0x609, M, 0, 0, 0, 0, false},
    {"dcsr: no debug mode",                    0x7b0, M, 0, 0, 0, 0, false},
    /* clang-format on */
};

START_TEST(an_access_needs_its_conditions)
{
    const struct access_row *row = &access_rows[_i];
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->mode = row->mode;
    hart->csr.mstatus = row->mstatus;
    hart->csr.mcounteren = row->mcounteren;
    hart->csr.scounteren = row->scounteren;
    hart->csr.menvcfg = row->menvcfg;
    ck_assert_msg((hart_csr_refusal(hart, row->number, false) == CAUSE_NONE) ==
                      row->allowed,
                  "%s", row->claim);
    lone_free(lone);
}
END_TEST

/* --- views ---------------------------------------------------------------------------- */

START_TEST(sstatus_is_mstatus_seen_through_a_window)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MSTATUS, MSTATUS_MIE | MSTATUS_TVM | MSTATUS_SUM);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_SSTATUS), MSTATUS_SUM | UINT64_C(2)
                                                                          << 32);
    hart_csr_write(hart, CSR_SSTATUS, MSTATUS_SIE | MSTATUS_TSR);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MSTATUS),
                      MSTATUS_MIE | MSTATUS_TVM | MSTATUS_SIE | XL);
    lone_free(lone);
}
END_TEST

START_TEST(sie_is_the_delegated_part_of_mie)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MIDELEG, BIT(IRQ_SSI) | BIT(IRQ_STI));
    hart_csr_write(hart, CSR_MIE, BIT(IRQ_MTI) | BIT(IRQ_SEI) | BIT(IRQ_STI));
    ck_assert_uint_eq(hart_csr_read(hart, CSR_SIE), BIT(IRQ_STI));
    hart_csr_write(hart, CSR_SIE, BIT(IRQ_SSI));
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIE),
                      BIT(IRQ_MTI) | BIT(IRQ_SEI) | BIT(IRQ_SSI));
    lone_free(lone);
}
END_TEST

START_TEST(sip_shows_what_is_delegated_and_lets_ssip_be_written)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MIDELEG, ALL);
    hart_csr_write(hart, CSR_MIP, BIT(IRQ_STI) | BIT(IRQ_SEI));
    hart_csr_write(hart, CSR_SIP, BIT(IRQ_SSI));
    ck_assert_uint_eq(hart_csr_read(hart, CSR_SIP), 0x222);
    hart_csr_write(hart, CSR_SIP, 0);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), BIT(IRQ_STI) | BIT(IRQ_SEI));
    hart_csr_write(hart, CSR_MIDELEG, 0);
    hart_csr_write(hart, CSR_SIP, BIT(IRQ_SSI));
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), BIT(IRQ_STI) | BIT(IRQ_SEI));
    lone_free(lone);
}
END_TEST

START_TEST(machine_interrupts_follow_their_lines_alone)
{
    static const unsigned lines[] = {IRQ_MSI, IRQ_MTI, IRQ_MEI};
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MIP, BIT(lines[_i]));
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), 0);
    hart_set_line(hart, lines[_i], true);
    hart_csr_write(hart, CSR_MIP, 0);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), BIT(lines[_i]));
    lone_free(lone);
}
END_TEST

START_TEST(seip_is_its_wire_or_its_software_bit)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_set_line(hart, IRQ_SEI, true);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), BIT(IRQ_SEI));
    hart_csr_write(hart, CSR_MIP, 0); /* the wire is not software's */
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), BIT(IRQ_SEI));
    hart_csr_write(hart, CSR_MIP, BIT(IRQ_SEI));
    hart_set_line(hart, IRQ_SEI, false);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), BIT(IRQ_SEI));
    hart_csr_write(hart, CSR_MIP, 0);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), 0);
    lone_free(lone);
}
END_TEST

/* --- counters and time ------------------------------------------------------------------ */

/* One instruction that takes `price` cycles and does nothing else. */
static void pass(struct hart *hart, uint64_t price)
{
    hart->cycle += price;
    hart->retired++;
}

/* An instruction that writes a CSR: its price is charged, it writes, it retires. */
static uint64_t write_insn(struct hart *hart, unsigned number, uint64_t value,
                           uint64_t price)
{
    uint64_t will_read;

    hart->spent = price;
    will_read = hart_csr_write(hart, number, value);
    hart->spent = 0;
    pass(hart, price);
    return will_read;
}

START_TEST(the_next_instruction_reads_what_was_written_to_minstret)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->retired = 1000;
    ck_assert_uint_eq(write_insn(hart, CSR_MINSTRET, 5, 2), 5);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 5);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_INSTRET), 5);
    pass(hart, 1);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 6);
    lone_free(lone);
}
END_TEST

START_TEST(mcycle_counts_from_the_end_of_the_instruction_that_wrote_it)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->cycle = 1000;
    ck_assert_uint_eq(write_insn(hart, CSR_MCYCLE, 5, 2), 5);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 5);
    pass(hart, 7);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 12);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_CYCLE), 12);
    lone_free(lone);
}
END_TEST

START_TEST(counters_pass_the_end_of_their_64_bits)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    write_insn(hart, CSR_MINSTRET, ALL, 1);
    write_insn(hart, CSR_MCYCLE, ALL, 1);
    pass(hart, 3);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 1);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 2);
    lone_free(lone);
}
END_TEST

START_TEST(an_inhibited_counter_stands_still)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    pass(hart, 100);
    pass(hart, 100);
    write_insn(hart, CSR_MCOUNTINHIBIT, CY | IR, 2); /* counts itself, the last one */
    pass(hart, 50);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 202);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 3);
    write_insn(hart, CSR_MCOUNTINHIBIT, 0, 2); /* does not count itself */
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 202);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 3);
    pass(hart, 10);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 212);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 4);
    lone_free(lone);
}
END_TEST

START_TEST(each_counter_is_inhibited_by_its_own_bit)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    write_insn(hart, CSR_MCOUNTINHIBIT, IR, 2);
    pass(hart, 10);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 12);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 1);
    write_insn(hart, CSR_MCOUNTINHIBIT, CY, 2);
    pass(hart, 10);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 14);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 2);
    lone_free(lone);
}
END_TEST

START_TEST(an_inhibited_counter_can_be_written)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    write_insn(hart, CSR_MCOUNTINHIBIT, CY | IR, 2);
    ck_assert_uint_eq(write_insn(hart, CSR_MINSTRET, 77, 2), 77);
    write_insn(hart, CSR_MCYCLE, 88, 2);
    pass(hart, 10);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MINSTRET), 77);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MCYCLE), 88);
    lone_free(lone);
}
END_TEST

START_TEST(time_ticks_every_hundred_cycles)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->cycle = 12399;
    ck_assert_uint_eq(hart_csr_read(hart, CSR_TIME), 123);
    hart->spent = 1;
    ck_assert_uint_eq(hart_csr_read(hart, CSR_TIME), 124);
    hart_set_time_offset(hart, ALL);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_TIME), 123);
    lone_free(lone);
}
END_TEST

/* --- Sstc ------------------------------------------------------------------------------ */

static bool stip(const struct lone *lone)
{
    return hart_csr_read(&lone->hart, CSR_MIP) & BIT(IRQ_STI);
}

START_TEST(stip_rises_when_time_reaches_stimecmp)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(hart, CSR_STIMECMP, 50);
    ck_assert(!stip(lone));
    ck_assert_uint_eq(lone->queue.next_due, 5000);
    lone_run_to(lone, 4999);
    ck_assert(!stip(lone));
    lone_run_to(lone, 5000);
    ck_assert(stip(lone));
    ck_assert_uint_eq(lone_count(lone, EVENT_HART_LINE), 1);
    lone_free(lone);
}
END_TEST

START_TEST(stip_falls_when_stimecmp_is_in_the_future_again)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->cycle = lone->queue.now = 10000;
    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(hart, CSR_STIMECMP, 100); /* now: at once */
    ck_assert(stip(lone));
    ck_assert_uint_eq(lone->queue.next_due, NEVER);
    hart_csr_write(hart, CSR_STIMECMP, 101);
    ck_assert(!stip(lone));
    ck_assert_uint_eq(lone->queue.next_due, 10100);
    lone_free(lone);
}
END_TEST

START_TEST(stip_falls_when_time_runs_over)
{
    struct lone *lone = lone_new();

    hart_set_time_offset(&lone->hart, ALL - 2);
    hart_csr_write(&lone->hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(&lone->hart, CSR_STIMECMP, ALL - 1);
    lone_run_to(lone, 100);
    ck_assert(stip(lone));
    lone_run_to(lone, 299);
    ck_assert(stip(lone));
    lone_run_to(lone, 300);
    ck_assert(!stip(lone));
    ck_assert_uint_eq(lone->queue.next_due, NEVER);
    lone_free(lone);
}
END_TEST

START_TEST(a_stimecmp_beyond_the_end_of_time_never_comes)
{
    struct lone *lone = lone_new();

    hart_csr_write(&lone->hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(&lone->hart, CSR_STIMECMP, ALL);
    ck_assert(!stip(lone));
    ck_assert_uint_eq(lone->queue.next_due, NEVER);
    hart_csr_write(&lone->hart, CSR_STIMECMP, NEVER / 100 + 1);
    ck_assert_uint_eq(lone->queue.next_due, NEVER);
    lone_free(lone);
}
END_TEST

START_TEST(with_stce_software_cannot_write_stip)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_STIMECMP, ALL);
    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(hart, CSR_MIP, BIT(IRQ_STI) | BIT(IRQ_SSI));
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), BIT(IRQ_SSI));
    hart_csr_write(hart, CSR_MENVCFG, 0);
    ck_assert(!stip(lone));
    hart_csr_write(hart, CSR_MIP, BIT(IRQ_STI));
    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    ck_assert(!stip(lone)); /* what software set is not the comparator's */
    lone_free(lone);
}
END_TEST

START_TEST(without_stce_stimecmp_is_only_a_number)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_STIMECMP, 0);
    ck_assert(!stip(lone));
    ck_assert_uint_eq(lone->queue.next_due, NEVER);
    hart_csr_write(hart, CSR_MIP, BIT(IRQ_STI));
    ck_assert(stip(lone));
    hart_csr_write(hart, CSR_MIP, 0);
    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    ck_assert(stip(lone));
    hart_csr_write(hart, CSR_MENVCFG, 0);
    ck_assert(!stip(lone));
    lone_free(lone);
}
END_TEST

START_TEST(writing_mtime_moves_the_comparison)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart->cycle = lone->queue.now = 1000;
    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(hart, CSR_STIMECMP, 500);
    hart_set_time_offset(hart, 400); /* time is 410 */
    ck_assert_uint_eq(lone->queue.next_due, 10000);
    hart_set_time_offset(hart, 600);
    ck_assert(stip(lone));
    hart_set_time_offset(hart, 0);
    ck_assert(!stip(lone));
    ck_assert_uint_eq(lone->queue.next_due, 50000);
    lone_free(lone);
}
END_TEST

START_TEST(stimecmp_wakes_a_hart_that_waits)
{
    struct lone *lone = lone_new();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(hart, CSR_MIE, BIT(IRQ_STI));
    hart_csr_write(hart, CSR_STIMECMP, 50);
    hart->asleep = true;
    lone_run_to(lone, 5000);
    ck_assert(!hart->asleep);
    ck_assert_uint_eq(hart->cycle, 5000 + lone->costs.wake);
    lone_free(lone);
}
END_TEST

/* --- what must be looked up again -------------------------------------------------------- */

struct forget_row {
    const char *claim;
    unsigned number;
    uint64_t wrote;
    bool forgets;
};

static const struct forget_row forget_rows[] = {
    /* clang-format off */
    {"satp",                      CSR_SATP, UINT64_C(8) << 60, true},
    {"satp with a mode it has not", CSR_SATP, UINT64_C(10) << 60, false},
    {"SUM",                       CSR_SSTATUS, MSTATUS_SUM, true},
    {"MXR",                       CSR_MSTATUS, MSTATUS_MXR, true},
    {"SIE",                       CSR_SSTATUS, MSTATUS_SIE, false},
    {"mscratch",                  CSR_MSCRATCH, 1, false},
    /* clang-format on */
};

START_TEST(a_write_that_changes_translation_drops_what_was_looked_up)
{
    const struct forget_row *row = &forget_rows[_i];
    struct lone *lone = lone_new();

    uint64_t pa;

    ck_assert(look_reach(&lone->hart, LONE_RAM, ACCESS_LOAD, MODE_M, &pa));
    hart_csr_write(&lone->hart, row->number, row->wrote);
    ck_assert_msg(look_knows(&lone->hart, LONE_RAM, ACCESS_LOAD, MODE_M) ==
                      !row->forgets,
                  "%s", row->claim);
    lone_free(lone);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_register_keeps_what_is_legal, 0, COUNT(write_rows));
    tcase_add_test(tcase, a_hart_knows_its_number);
    tcase_add_test(tcase, a_number_says_who_may_access_it);
    tcase_add_loop_test(tcase, an_access_needs_its_conditions, 0, COUNT(access_rows));
    tcase_add_test(tcase, sstatus_is_mstatus_seen_through_a_window);
    tcase_add_test(tcase, sie_is_the_delegated_part_of_mie);
    tcase_add_test(tcase, sip_shows_what_is_delegated_and_lets_ssip_be_written);
    tcase_add_loop_test(tcase, machine_interrupts_follow_their_lines_alone, 0, 3);
    tcase_add_test(tcase, seip_is_its_wire_or_its_software_bit);
    tcase_add_test(tcase, the_next_instruction_reads_what_was_written_to_minstret);
    tcase_add_test(tcase, mcycle_counts_from_the_end_of_the_instruction_that_wrote_it);
    tcase_add_test(tcase, counters_pass_the_end_of_their_64_bits);
    tcase_add_test(tcase, an_inhibited_counter_stands_still);
    tcase_add_test(tcase, each_counter_is_inhibited_by_its_own_bit);
    tcase_add_test(tcase, an_inhibited_counter_can_be_written);
    tcase_add_test(tcase, time_ticks_every_hundred_cycles);
    tcase_add_test(tcase, stip_rises_when_time_reaches_stimecmp);
    tcase_add_test(tcase, stip_falls_when_stimecmp_is_in_the_future_again);
    tcase_add_test(tcase, stip_falls_when_time_runs_over);
    tcase_add_test(tcase, a_stimecmp_beyond_the_end_of_time_never_comes);
    tcase_add_test(tcase, with_stce_software_cannot_write_stip);
    tcase_add_test(tcase, without_stce_stimecmp_is_only_a_number);
    tcase_add_test(tcase, writing_mtime_moves_the_comparison);
    tcase_add_test(tcase, stimecmp_wakes_a_hart_that_waits);
    tcase_add_loop_test(tcase,
                        a_write_that_changes_translation_drops_what_was_looked_up, 0,
                        COUNT(forget_rows));
}

TEST_MAIN_BOTH("csr", add_tests)
