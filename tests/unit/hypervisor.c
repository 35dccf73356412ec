/*
 * The hypervisor extension of a hart, claim by claim (Privileged 1.13, 15): its CSRs and
 * who may access them, traps and returns with V, the instruction that trapped, two-stage
 * translation with the TLB, fences, timers, and what is counted.
 */
#include "machine/hart/look.h"
#include "machine/hart/system.h"
#include "tests/lib/lone.h"
#include "tests/lib/suite.h"
#include "tests/lib/tables.h"

#include <string.h>

#define U  MODE_U
#define S  MODE_S
#define M  MODE_M
#define VU MODE_VU
#define VS MODE_VS

#define XL           (UINT64_C(2) << 32)
#define INTERRUPT(n) (CAUSE_INTERRUPT | (n))
#define LEGAL        CAUSE_NONE
#define ILLEGAL      CAUSE_ILLEGAL_INSTRUCTION
#define VIRTUAL      CAUSE_VIRTUAL_INSTRUCTION
#define CY_TM_IR     7

static struct lone *new_lone(void)
{
    suite_with_hypervisor(); /* with 5 guest external interrupts */
    return lone_new();
}

static void set_mode(struct hart *hart, uint8_t mode)
{
    hart->mode = mode % MODE_VIRTUAL;
    hart->is_virtual = mode & MODE_VIRTUAL;
}

/* --- what the CSRs hold ------------------------------------------------------------ */

static const struct {
    const char *claim;
    unsigned number;
    uint64_t before, wrote, reads;
} write_rows[] = {
    /* clang-format off */
    {"hstatus has its fields; XLEN is 64",           CSR_HSTATUS, 0, UINT64_MAX & ~HSTATUS_VGEIN, 0x7003c0 | XL},
    {"VGEIN holds up to GEILEN",                     CSR_HSTATUS, 0, UINT64_C(5) << 12, UINT64_C(5) << 12 | XL},
    {"a VGEIN above GEILEN leaves it as it was",     CSR_HSTATUS, UINT64_C(3) << 12, UINT64_C(6) << 12, UINT64_C(3) << 12 | XL},
    {"hedeleg: what must be writable is",            CSR_HEDELEG, 0, UINT64_MAX, 0xcb1ff},
    {"hideleg: the interrupts of guests",            CSR_HIDELEG, 0, UINT64_MAX, 0x444},
    {"hvip: VSEIP, VSTIP and VSSIP",                 CSR_HVIP, 0, UINT64_MAX, 0x444},
    {"hip: VSSIP alone is writable",                 CSR_HIP, 0, UINT64_MAX, 0x004},
    {"hie: SGEIE, VSEIE, VSTIE and VSSIE",           CSR_HIE, 0, UINT64_MAX, 0x1444},
    {"mie: and the base's",                          CSR_MIE, 0, UINT64_MAX, 0x1eee},
    {"mip: VSSIP, not hvip's other bits",            CSR_MIP, 0, UINT64_MAX, 0x226},
    {"mideleg: the guests' bits are 1",              CSR_MIDELEG, 0, 0, 0x1444},
    {"medeleg: guest-page faults, virtual, ecall VS", CSR_MEDELEG, 0, UINT64_MAX, 0xf0b7ff},
    {"misa has H",                                   CSR_MISA, 0, 0, 0x8000000000141185},
    {"mstatus: MPV and GVA",                         CSR_MSTATUS, 0, MSTATUS_MPV | MSTATUS_GVA, MSTATUS_MPV | MSTATUS_GVA | XL | XL << 2},
    {"htimedelta holds 64 bits",                     CSR_HTIMEDELTA, 0, UINT64_MAX, UINT64_MAX},
    {"hcounteren: CY, TM and IR",                    CSR_HCOUNTEREN, 0, UINT64_MAX, 7},
    {"hgeie: bits GEILEN to 1",                      CSR_HGEIE, 0, UINT64_MAX, 0x3e},
    {"hgeip is read-only",                           CSR_HGEIP, 0, UINT64_MAX, 0},
    {"henvcfg: STCE needs menvcfg.STCE, which is 0", CSR_HENVCFG, 0, UINT64_MAX, MENVCFG_ADUE | 0xf1},
    {"CBIE 10 is not stored",                        CSR_HENVCFG, 0x10, 0x20, 0x10},
    {"htval holds every value",                      CSR_HTVAL, 0, UINT64_MAX, UINT64_MAX},
    {"htinst, too",                                  CSR_HTINST, 0, UINT64_MAX, UINT64_MAX},
    {"mtval2, too",                                  CSR_MTVAL2, 0, UINT64_MAX, UINT64_MAX},
    {"mtinst, too",                                  CSR_MTINST, 0, UINT64_MAX, UINT64_MAX},
    {"hgatp: Sv39x4, VMID of 14 bits, root of 16 KiB", CSR_HGATP, 0, UINT64_C(8) << 60 | BITS(59, 0), UINT64_C(8) << 60 | BITS(57, 2)},
    {"hgatp: Sv48x4",                                CSR_HGATP, 0, UINT64_C(9) << 60, UINT64_C(9) << 60},
    {"hgatp: of Sv57x4, which is not there, the rest is written", CSR_HGATP, UINT64_C(8) << 60, UINT64_C(10) << 60 | 4, UINT64_C(8) << 60 | 4},
    {"vsstatus has sstatus's fields",                CSR_VSSTATUS, 0, UINT64_MAX, 0xc0122 | XL},
    {"vsepc has no bit 0",                           CSR_VSEPC, 0, UINT64_MAX, UINT64_MAX - 1},
    {"vstvec.MODE is 0 or 1",                        CSR_VSTVEC, 0x1001, 0x2002, 0x1001},
    {"vsatp holds Sv39",                             CSR_VSATP, 0, UINT64_C(8) << 60 | 77, UINT64_C(8) << 60 | 77},
    {"vsatp of another mode is void",                CSR_VSATP, 5, UINT64_C(10) << 60 | 77, 5},
    {"vscause holds every value",                    CSR_VSCAUSE, 0, UINT64_MAX, UINT64_MAX},
    {"vstval, too",                                  CSR_VSTVAL, 0, UINT64_MAX, UINT64_MAX},
    {"vsscratch, too",                               CSR_VSSCRATCH, 0, UINT64_MAX, UINT64_MAX},
    {"vstimecmp, too",                               CSR_VSTIMECMP, 0, UINT64_MAX, UINT64_MAX},
    {"vsip shows what hideleg delegates: nothing",   CSR_VSIP, 0, UINT64_MAX, 0},
    {"vsie, too",                                    CSR_VSIE, 0, UINT64_MAX, 0},
    /* clang-format on */
};

START_TEST(a_register_keeps_what_is_legal)
{
    struct lone *lone = new_lone();
    uint64_t reads;

    hart_csr_write(&lone->hart, write_rows[_i].number, write_rows[_i].before);
    hart_csr_write(&lone->hart, write_rows[_i].number, write_rows[_i].wrote);
    reads = hart_csr_read(&lone->hart, write_rows[_i].number);
    ck_assert_msg(reads == write_rows[_i].reads, "%s: 0x%llx", write_rows[_i].claim,
                  (unsigned long long)reads);
    lone_free(lone);
}
END_TEST

START_TEST(hvip_hip_mip_and_vsip_are_windows_to_the_same_bits)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_HVIP, 0x444);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HIP), 0x444);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIP), 0x444);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_SIP), 0);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_VSIP), 0);
    hart_csr_write(hart, CSR_HIDELEG, 0x404);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_VSIP), 0x202);
    hart_csr_write(hart, CSR_VSIP, 0); /* SSIP alone is writable */
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HVIP), 0x440);
    hart_csr_write(hart, CSR_VSIE, UINT64_MAX);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HIE), 0x404);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_VSIE), 0x202);
    lone_free(lone);
}
END_TEST

START_TEST(henvcfg_shows_no_more_than_menvcfg_lets_it)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE | MENVCFG_ADUE);
    hart_csr_write(hart, CSR_HENVCFG, MENVCFG_STCE | MENVCFG_ADUE);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HENVCFG), MENVCFG_STCE | MENVCFG_ADUE);
    hart_csr_write(hart, CSR_MENVCFG, 0);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HENVCFG), 0);
    lone_free(lone);
}
END_TEST

START_TEST(a_guest_external_interrupt_is_chosen_by_vgein_and_let_through_by_hgeie)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    hart_set_guest_line(hart, 3, true);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HGEIP), 8);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HIP), 0);
    hart_csr_write(hart, CSR_HSTATUS, UINT64_C(3) << 12);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HIP), BIT(IRQ_VSEI));
    hart_csr_write(hart, CSR_HSTATUS, UINT64_C(2) << 12);
    hart_csr_write(hart, CSR_HGEIE, 8);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HIP), BIT(IRQ_SGEI));
    hart_set_guest_line(hart, 3, false);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_HIP), 0);
    lone_free(lone);
}
END_TEST

/* --- who may access them ------------------------------------------------------------ */

static const struct {
    const char *claim;
    unsigned number;
    uint8_t mode;
    uint64_t mcounteren, hcounteren, scounteren; /* also STCE of menvcfg and henvcfg */
    uint64_t mstatus, hstatus;
    uint64_t read, write;
} access_rows[] = {
    /* clang-format off */
    {"hstatus in HS-mode",                    CSR_HSTATUS, S, 0, 0, 0, 0, 0, LEGAL, LEGAL},
    {"hstatus in U-mode",                     CSR_HSTATUS, U, 0, 0, 0, 0, 0, ILLEGAL, ILLEGAL},
    {"hstatus in VS-mode",                    CSR_HSTATUS, VS, 0, 0, 0, 0, 0, VIRTUAL, VIRTUAL},
    {"hstatus in VU-mode",                    CSR_HSTATUS, VU, 0, 0, 0, 0, 0, VIRTUAL, VIRTUAL},
    {"vsatp by its own number in VS-mode",    CSR_VSATP, VS, 0, 0, 0, 0, 0, VIRTUAL, VIRTUAL},
    {"hgeip is read-only, also in VS-mode",   CSR_HGEIP, VS, 0, 0, 0, 0, 0, VIRTUAL, ILLEGAL},
    {"sstatus in VS-mode",                    CSR_SSTATUS, VS, 0, 0, 0, 0, 0, LEGAL, LEGAL},
    {"sstatus in VU-mode",                    CSR_SSTATUS, VU, 0, 0, 0, 0, 0, VIRTUAL, VIRTUAL},
    {"senvcfg in VU-mode",                    CSR_SENVCFG, VU, 0, 0, 0, 0, 0, VIRTUAL, VIRTUAL},
    {"mstatus in VS-mode",                    CSR_MSTATUS, VS, 0, 0, 0, 0, 0, ILLEGAL, ILLEGAL},
    {"mtval2 in HS-mode",                     CSR_MTVAL2, S, 0, 0, 0, 0, 0, ILLEGAL, ILLEGAL},
    {"what does not exist, in VS-mode",       0x609, VS, 0, 0, 0, 0, 0, ILLEGAL, ILLEGAL},
    {"satp in VS-mode under TVM",             CSR_SATP, VS, 0, 0, 0, MSTATUS_TVM, 0, LEGAL, LEGAL},
    {"satp in VS-mode under VTVM",            CSR_SATP, VS, 0, 0, 0, 0, HSTATUS_VTVM, VIRTUAL, VIRTUAL},
    {"satp in VU-mode under TVM",             CSR_SATP, VU, 0, 0, 0, MSTATUS_TVM, 0, VIRTUAL, VIRTUAL},
    {"hgatp in HS-mode under TVM",            CSR_HGATP, S, 0, 0, 0, MSTATUS_TVM, 0, ILLEGAL, ILLEGAL},
    {"hgatp in VS-mode under TVM",            CSR_HGATP, VS, 0, 0, 0, MSTATUS_TVM, 0, VIRTUAL, VIRTUAL},
    {"vsatp in HS-mode under TVM",            CSR_VSATP, S, 0, 0, 0, MSTATUS_TVM, 0, LEGAL, LEGAL},
    {"cycle in VS-mode: nobody lets it",      CSR_CYCLE, VS, 0, 0, 0, 0, 0, ILLEGAL, ILLEGAL},
    {"mcounteren alone lets it",              CSR_CYCLE, VS, 7, 0, 0, 0, 0, VIRTUAL, ILLEGAL},
    {"hcounteren alone lets it",              CSR_CYCLE, VS, 0, 7, 7, 0, 0, ILLEGAL, ILLEGAL},
    {"both let it",                           CSR_CYCLE, VS, 7, 7, 0, 0, 0, LEGAL, ILLEGAL},
    {"in VU-mode scounteren must, too",       CSR_CYCLE, VU, 7, 7, 0, 0, 0, VIRTUAL, ILLEGAL},
    {"and if it does",                        CSR_CYCLE, VU, 7, 7, 7, 0, 0, LEGAL, ILLEGAL},
    {"hpmcounter3 in VS-mode",                CSR_HPMCOUNTER3, VS, 7, 7, 7, 0, 0, ILLEGAL, ILLEGAL},
    {"stimecmp in VS-mode without hcounteren.TM", CSR_STIMECMP, VS, 7, 5, 0, 0, 0, VIRTUAL, VIRTUAL},
    {"without mcounteren.TM",                 CSR_STIMECMP, VS, 5, 7, 0, 0, 0, ILLEGAL, ILLEGAL},
    {"with both",                             CSR_STIMECMP, VS, 7, 7, 0, 0, 0, LEGAL, LEGAL},
    {"stimecmp in VU-mode",                   CSR_STIMECMP, VU, 7, 7, 7, 0, 0, VIRTUAL, VIRTUAL},
    {"vstimecmp in HS-mode",                  CSR_VSTIMECMP, S, 7, 0, 0, 0, 0, LEGAL, LEGAL},
    {"vstimecmp in VS-mode",                  CSR_VSTIMECMP, VS, 7, 7, 0, 0, 0, VIRTUAL, VIRTUAL},
    /* clang-format on */
};

START_TEST(an_access_is_allowed_illegal_or_virtual)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;
    unsigned number = access_rows[_i].number;

    set_mode(hart, access_rows[_i].mode);
    hart->csr.mcounteren = access_rows[_i].mcounteren;
    hart->csr.hcounteren = access_rows[_i].hcounteren;
    hart->csr.scounteren = access_rows[_i].scounteren;
    hart->csr.menvcfg = hart->csr.henvcfg = MENVCFG_STCE;
    hart->csr.mstatus = access_rows[_i].mstatus;
    hart->csr.hstatus = access_rows[_i].hstatus;
    ck_assert_msg(hart_csr_refusal(hart, number, false) == access_rows[_i].read,
                  "%s: read", access_rows[_i].claim);
    ck_assert_msg(hart_csr_refusal(hart, number, true) == access_rows[_i].write,
                  "%s: write", access_rows[_i].claim);
    lone_free(lone);
}
END_TEST

/* A guest that has no stimecmp of its own (henvcfg.STCE). */
START_TEST(stimecmp_needs_both_enables_while_v_is_1)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    set_mode(hart, VS);
    hart->csr.mcounteren = hart->csr.hcounteren = CY_TM_IR;
    hart->csr.menvcfg = MENVCFG_STCE;
    ck_assert_uint_eq(hart_csr_refusal(hart, CSR_STIMECMP, true), VIRTUAL);
    hart->csr.menvcfg = 0;
    hart->csr.henvcfg = MENVCFG_STCE;
    ck_assert_uint_eq(hart_csr_refusal(hart, CSR_STIMECMP, true), ILLEGAL);
    lone_free(lone);
}
END_TEST

START_TEST(while_v_is_1_supervisor_names_mean_virtual_registers)
{
    static const unsigned doubled[] = {
        CSR_SSTATUS, CSR_SIE,   CSR_STVEC, CSR_SSCRATCH, CSR_SEPC,
        CSR_SCAUSE,  CSR_STVAL, CSR_SIP,   CSR_STIMECMP, CSR_SATP};
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    for (size_t i = 0; i < COUNT(doubled); i++) {
        set_mode(hart, S);
        ck_assert_uint_eq(hart_csr_number(hart, doubled[i]), doubled[i]);
        set_mode(hart, VS);
        ck_assert_uint_eq(hart_csr_number(hart, doubled[i]), doubled[i] + 0x100);
    }
    ck_assert_uint_eq(hart_csr_number(hart, CSR_SCOUNTEREN), CSR_SCOUNTEREN);
    ck_assert_uint_eq(hart_csr_number(hart, CSR_SENVCFG), CSR_SENVCFG);
    lone_free(lone);
}
END_TEST

/* --- instructions that are refused -------------------------------------------------- */

static const struct {
    const char *claim;
    uint32_t bits;
    uint8_t mode;
    uint64_t mstatus, hstatus, cause;
} insn_rows[] = {
    /* clang-format off */
    {"sret in VS-mode",                0x10200073, VS, 0, 0, LEGAL},
    {"sret in VS-mode under VTSR",     0x10200073, VS, 0, HSTATUS_VTSR, VIRTUAL},
    {"sret in VS-mode under TSR",      0x10200073, VS, MSTATUS_TSR, 0, LEGAL},
    {"sret in VU-mode",                0x10200073, VU, 0, 0, VIRTUAL},
    {"mret in VS-mode",                0x30200073, VS, 0, 0, ILLEGAL},
    {"wfi in VS-mode",                 0x10500073, VS, 0, 0, LEGAL},
    {"wfi in VS-mode under VTW",       0x10500073, VS, 0, HSTATUS_VTW, VIRTUAL},
    {"wfi in VS-mode under TW",        0x10500073, VS, MSTATUS_TW, HSTATUS_VTW, ILLEGAL},
    {"wfi in VU-mode",                 0x10500073, VU, 0, 0, VIRTUAL},
    {"wfi in VU-mode under TW",        0x10500073, VU, MSTATUS_TW, 0, ILLEGAL},
    {"wfi in HS-mode under VTW",       0x10500073, S, 0, HSTATUS_VTW, LEGAL},
    {"sfence.vma in VS-mode",          0x12000073, VS, MSTATUS_TVM, 0, LEGAL},
    {"sfence.vma in VS-mode under VTVM", 0x12000073, VS, 0, HSTATUS_VTVM, VIRTUAL},
    {"sfence.vma in VU-mode",          0x12000073, VU, 0, 0, VIRTUAL},
    {"hfence.vvma in HS-mode under TVM", 0x22000073, S, MSTATUS_TVM, 0, LEGAL},
    {"hfence.vvma in VS-mode",         0x22000073, VS, 0, 0, VIRTUAL},
    {"hfence.vvma in U-mode",          0x22000073, U, 0, 0, ILLEGAL},
    {"hfence.gvma in HS-mode",         0x62000073, S, 0, 0, LEGAL},
    {"hfence.gvma in HS-mode under TVM", 0x62000073, S, MSTATUS_TVM, 0, ILLEGAL},
    {"hfence.gvma in M-mode under TVM", 0x62000073, M, MSTATUS_TVM, 0, LEGAL},
    {"hfence.gvma in VU-mode",         0x62000073, VU, 0, 0, VIRTUAL},
    {"hlv.d in HS-mode",               0x6c0fc5f3, S, 0, 0, LEGAL},
    {"hlv.d in U-mode",                0x6c0fc5f3, U, 0, 0, ILLEGAL},
    {"hlv.d in U-mode with HU",        0x6c0fc5f3, U, 0, HSTATUS_HU, LEGAL},
    {"hlv.d in VS-mode",               0x6c0fc5f3, VS, 0, HSTATUS_HU, VIRTUAL},
    {"hsv.d in VU-mode",               0x6ebfc073, VU, 0, HSTATUS_HU, VIRTUAL},
    {"ecall in VS-mode",               0x00000073, VS, 0, 0, CAUSE_ECALL_VS},
    {"ecall in HS-mode",               0x00000073, S, 0, 0, CAUSE_ECALL_S},
    {"ecall in VU-mode",               0x00000073, VU, 0, 0, CAUSE_ECALL_U},
    {"cbo.zero in VS-mode: henvcfg is 0", 0x004fa00f, VS, 0, 0, VIRTUAL},
    {"cbo.zero in HS-mode: menvcfg is 1", 0x004fa00f, S, 0, 0, LEGAL},
    {"csrw vstvec in VS-mode",         0x20559073, VS, 0, 0, VIRTUAL},
    {"csrw stvec in VS-mode",          0x10559073, VS, 0, 0, LEGAL},
    /* clang-format on */
};

/* Executes one instruction in RAM, without translation; x31 points to RAM too. */
static uint64_t do_one(struct lone *lone, uint32_t bits)
{
    struct hart *hart = &lone->hart;
    const struct event *event;

    lone_open_pmp(lone);
    ram_write(&lone->bus.ram, LONE_RAM, &bits, sizeof(bits), INITIATOR_OUTSIDE);
    hart->pc = LONE_RAM;
    hart->x[31] = LONE_RAM + 0x1000;
    lone_clear_events(lone);
    hart_step(hart);
    event = lone_last(lone, EVENT_TRAP_ENTER);
    return event ? event->trap_enter.cause : LEGAL;
}

START_TEST(an_instruction_is_allowed_illegal_or_virtual)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;
    uint64_t cause;

    set_mode(hart, insn_rows[_i].mode);
    hart->csr.mstatus = insn_rows[_i].mstatus;
    hart->csr.hstatus = insn_rows[_i].hstatus;
    hart->csr.menvcfg = MENVCFG_CBZE;
    cause = do_one(lone, insn_rows[_i].bits);
    ck_assert_msg(cause == insn_rows[_i].cause, "%s: cause %llu", insn_rows[_i].claim,
                  (unsigned long long)cause);
    if (cause == VIRTUAL || cause == ILLEGAL)
        ck_assert_uint_eq(hart->csr.mtval, insn_rows[_i].bits);
    lone_free(lone);
}
END_TEST

START_TEST(a_marker_is_told_and_does_nothing)
{
    struct lone *lone = new_lone();
    const struct event *event;

    set_mode(&lone->hart, VS);
    ck_assert_uint_eq(do_one(lone, 0x7ff02013), LEGAL); /* slti x0, x0, 2047 */
    event = lone_last(lone, EVENT_MARKER);
    ck_assert_ptr_nonnull(event);
    ck_assert_uint_eq(event->marker.number, 2047);
    ck_assert_uint_eq(event->marker.pc, LONE_RAM);
    ck_assert_uint_eq(event->marker.mode, VS);
    do_one(lone, 0x80002013); /* slti x0, x0, -2048: no marker */
    ck_assert_uint_eq(lone_count(lone, EVENT_MARKER), 0);
    do_one(lone, 0x00002013); /* 0: none either */
    ck_assert_uint_eq(lone_count(lone, EVENT_MARKER), 0);
    do_one(lone, 0x00502093); /* it writes x1 */
    ck_assert_uint_eq(lone_count(lone, EVENT_MARKER), 0);
    lone_free(lone);
}
END_TEST

/* --- traps -------------------------------------------------------------------------- */

static const struct {
    const char *claim;
    uint64_t cause, medeleg, hedeleg, hideleg;
    uint8_t from, to;
    uint64_t told; /* in the handler's xcause */
} target_rows[] = {
    /* clang-format off */
    {"not delegated: M-mode",                CAUSE_LOAD_PAGE, 0, UINT64_MAX, 0, VS, M, CAUSE_LOAD_PAGE},
    {"delegated once: HS-mode",              CAUSE_LOAD_PAGE, UINT64_MAX, 0, 0, VS, S, CAUSE_LOAD_PAGE},
    {"delegated twice: VS-mode",             CAUSE_LOAD_PAGE, UINT64_MAX, BIT(CAUSE_LOAD_PAGE), 0, VS, VS, CAUSE_LOAD_PAGE},
    {"from VU-mode as well",                 CAUSE_ECALL_U, UINT64_MAX, BIT(CAUSE_ECALL_U), 0, VU, VS, CAUSE_ECALL_U},
    {"hedeleg does not count from U-mode",   CAUSE_ECALL_U, UINT64_MAX, UINT64_MAX, 0, U, S, CAUSE_ECALL_U},
    {"nor from HS-mode",                     CAUSE_LOAD_PAGE, UINT64_MAX, UINT64_MAX, 0, S, S, CAUSE_LOAD_PAGE},
    {"VSEI to HS-mode keeps its number",     INTERRUPT(IRQ_VSEI), 0, 0, 0, VS, S, INTERRUPT(IRQ_VSEI)},
    {"VSEI to VS-mode is SEI",               INTERRUPT(IRQ_VSEI), 0, 0, 0x444, VS, VS, INTERRUPT(IRQ_SEI)},
    {"VSTI to VS-mode is STI",               INTERRUPT(IRQ_VSTI), 0, 0, 0x444, VU, VS, INTERRUPT(IRQ_STI)},
    {"VSSI to VS-mode is SSI",               INTERRUPT(IRQ_VSSI), 0, 0, 0x444, VU, VS, INTERRUPT(IRQ_SSI)},
    {"SGEI goes to HS-mode",                 INTERRUPT(IRQ_SGEI), 0, 0, 0x444, VS, S, INTERRUPT(IRQ_SGEI)},
    /* clang-format on */
};

START_TEST(a_trap_goes_where_it_is_delegated)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;
    uint64_t told;

    set_mode(hart, target_rows[_i].from);
    hart->csr.medeleg = target_rows[_i].medeleg;
    hart->csr.hedeleg = target_rows[_i].hedeleg;
    hart->csr.hideleg = target_rows[_i].hideleg;
    hart_take_trap(hart, (struct trap){.cause = target_rows[_i].cause});
    ck_assert_msg(hart_privilege(hart) == target_rows[_i].to, "%s: mode %u",
                  target_rows[_i].claim, hart_privilege(hart));
    told = hart->is_virtual       ? hart->csr.vscause
           : hart->mode == MODE_S ? hart->csr.scause
                                  : hart->csr.mcause;
    ck_assert_msg(told == target_rows[_i].told, "%s", target_rows[_i].claim);
    lone_free(lone);
}
END_TEST

/* A guest-page fault, as the three handlers could be told of it. */
static void take_guest_fault(struct hart *hart)
{
    hart->fault =
        (struct fault_note){.gpa = 0x80001236, .tinst = 0x3000, .is_virtual = true};
    hart_take_trap(hart, (struct trap){CAUSE_LOAD_GUEST_PAGE, 0x1234});
}

START_TEST(a_trap_to_hs_mode_writes_its_registers)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;
    const struct event *event;

    set_mode(hart, VS);
    hart->pc = 0x4002;
    hart->csr.medeleg = UINT64_MAX;
    hart->csr.stvec = 0x80005000;
    hart->csr.mstatus = MSTATUS_SIE;
    hart->csr.vsstatus = MSTATUS_SIE;
    hart->csr.hgatp = field_set(0, HGATP_VMID, 7);
    take_guest_fault(hart);
    ck_assert_uint_eq(hart->pc, 0x80005000);
    ck_assert_uint_eq(hart->csr.scause, 21);
    ck_assert_uint_eq(hart->csr.sepc, 0x4002);
    ck_assert_uint_eq(hart->csr.stval, 0x1234);
    ck_assert_uint_eq(hart->csr.htval, 0x80001236 >> 2);
    ck_assert_uint_eq(hart->csr.htinst, 0x3000);
    ck_assert_uint_eq(hart->csr.mstatus, MSTATUS_SPIE | MSTATUS_SPP);
    ck_assert_uint_eq(hart->csr.hstatus, HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_GVA);
    ck_assert_uint_eq(hart->csr.vsstatus, MSTATUS_SIE);
    event = lone_last(lone, EVENT_VM_EXIT);
    ck_assert_ptr_nonnull(event);
    ck_assert_uint_eq(event->vm_exit.cause, 21);
    ck_assert_uint_eq(event->vm_exit.gpa, 0x80001234);
    ck_assert_uint_eq(event->vm_exit.vmid, 7);
    ck_assert_uint_eq(event->vm_exit.from, VS);
    ck_assert_uint_eq(event->vm_exit.to, S);
    ck_assert_uint_eq(hart->life.exits[7], 1);
    lone_free(lone);
}
END_TEST

START_TEST(a_trap_from_u_mode_leaves_spvp_and_clears_spv_and_gva)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    set_mode(hart, U);
    hart->csr.medeleg = UINT64_MAX;
    hart->csr.hstatus = HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_GVA;
    hart->csr.htval = hart->csr.htinst = 1;
    hart_take_trap(hart, (struct trap){.cause = CAUSE_ECALL_U});
    ck_assert_uint_eq(hart->csr.hstatus, HSTATUS_SPVP);
    ck_assert_uint_eq(hart->csr.htval | hart->csr.htinst, 0);
    ck_assert_uint_eq(lone_count(lone, EVENT_VM_EXIT), 0);
    lone_free(lone);
}
END_TEST

START_TEST(a_trap_to_m_mode_writes_its_registers)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    set_mode(hart, VU);
    take_guest_fault(hart);
    ck_assert_uint_eq(hart->csr.mtval2, 0x80001236 >> 2);
    ck_assert_uint_eq(hart->csr.mtinst, 0x3000);
    ck_assert_uint_eq(hart->csr.mstatus, MSTATUS_MPV | MSTATUS_GVA);
    ck_assert_uint_eq(hart->csr.hstatus | hart->csr.htval, 0);
    hart_take_trap(hart, (struct trap){.cause = CAUSE_ECALL_M});
    ck_assert_uint_eq(hart->csr.mstatus, field_set(0, MSTATUS_MPP, M));
    ck_assert_uint_eq(hart->csr.mtval2 | hart->csr.mtinst, 0);
    lone_free(lone);
}
END_TEST

START_TEST(a_trap_to_vs_mode_writes_the_guests_registers_only)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    set_mode(hart, VU);
    hart->pc = 0x4000;
    hart->csr.medeleg = hart->csr.hedeleg = UINT64_MAX;
    hart->csr.vstvec = 0x9000;
    hart->csr.vsstatus = MSTATUS_SIE | MSTATUS_SPP;
    hart->csr.mstatus = MSTATUS_SIE;
    hart_take_trap(hart, (struct trap){.cause = CAUSE_LOAD_PAGE, .tval = 5});
    ck_assert_uint_eq(hart_privilege(hart), VS);
    ck_assert_uint_eq(hart->pc, 0x9000);
    ck_assert_uint_eq(hart->csr.vscause, 13);
    ck_assert_uint_eq(hart->csr.vsepc, 0x4000);
    ck_assert_uint_eq(hart->csr.vstval, 5);
    ck_assert_uint_eq(hart->csr.vsstatus, MSTATUS_SPIE);
    ck_assert_uint_eq(hart->csr.mstatus, MSTATUS_SIE);
    ck_assert_uint_eq(hart->csr.hstatus | hart->csr.scause | hart->csr.sepc, 0);
    ck_assert_uint_eq(lone_count(lone, EVENT_VM_EXIT), 0);
    lone_free(lone);
}
END_TEST

static const struct {
    const char *claim;
    uint8_t in, from, to; /* executed in; mret: M, sret: S */
    uint64_t mstatus, hstatus, vsstatus;
} return_rows[] = {
    /* clang-format off */
    {"mret to VS-mode",             M, M, VS, MSTATUS_MPV | 1 << 11, 0, 0},
    {"mret to VU-mode",             M, M, VU, MSTATUS_MPV, 0, 0},
    {"mret to M-mode has no V",     M, M, M, MSTATUS_MPV | 3 << 11, 0, 0},
    {"mret to HS-mode",             M, M, S, 1 << 11, HSTATUS_SPV, 0},
    {"sret to VS-mode",             S, S, VS, MSTATUS_SPP, HSTATUS_SPV, 0},
    {"sret to VU-mode",             S, S, VU, 0, HSTATUS_SPV, MSTATUS_SPP},
    {"sret to U-mode",              S, S, U, 0, HSTATUS_SPVP, 0},
    {"sret in M-mode to VS-mode",   M, S, VS, MSTATUS_SPP, HSTATUS_SPV, 0},
    {"sret in VS-mode to VU-mode",  VS, S, VU, MSTATUS_SPP, 0, 0},
    {"sret in VS-mode to VS-mode",  VS, S, VS, 0, 0, MSTATUS_SPP},
    /* clang-format on */
};

START_TEST(a_return_goes_where_the_stack_says)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;
    bool enters =
        !(return_rows[_i].in & MODE_VIRTUAL) && (return_rows[_i].to & MODE_VIRTUAL);

    set_mode(hart, return_rows[_i].in);
    hart->csr.mstatus = return_rows[_i].mstatus;
    hart->csr.hstatus = return_rows[_i].hstatus;
    hart->csr.vsstatus = return_rows[_i].vsstatus;
    hart_trap_return(hart, return_rows[_i].from == M ? MODE_M : MODE_S);
    ck_assert_msg(hart_privilege(hart) == return_rows[_i].to, "%s: mode %u",
                  return_rows[_i].claim, hart_privilege(hart));
    if (return_rows[_i].from == M)
        ck_assert_uint_eq(hart->csr.mstatus & MSTATUS_MPV, 0);
    else if (!(return_rows[_i].in & MODE_VIRTUAL))
        ck_assert_uint_eq(hart->csr.hstatus & HSTATUS_SPV, 0);
    ck_assert_uint_eq(lone_count(lone, EVENT_VM_ENTRY), enters);
    ck_assert_uint_eq(hart->life.entries[0], enters);
    lone_free(lone);
}
END_TEST

START_TEST(an_entry_tells_how_long_the_guest_was_away)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    set_mode(hart, VS);
    hart->cycle = 100;
    hart_take_trap(hart, (struct trap){.cause = CAUSE_ECALL_VS});
    hart->cycle = 500 - hart->spent;
    hart->csr.mstatus = MSTATUS_MPV | 1 << 11;
    hart_trap_return(hart, MODE_M);
    ck_assert_uint_eq(lone_last(lone, EVENT_VM_ENTRY)->vm_entry.away, 400);
    ck_assert_uint_eq(hart_cycles_in(hart, MODE_VS), 100);
    ck_assert_uint_eq(hart_cycles_in(hart, MODE_M), 400);
    lone_free(lone);
}
END_TEST

/* --- which interrupt ----------------------------------------------------------------- */

static const struct {
    const char *claim;
    uint64_t pending, hideleg;
    uint8_t mode;
    uint64_t mstatus, vsstatus, taken;
} pending_rows[] = {
    /* clang-format off */
    {"a guest's interrupt waits while the host runs", 0x444, 0x444, S, MSTATUS_SIE, MSTATUS_SIE, CAUSE_NONE},
    {"in VS-mode it needs vsstatus.SIE",          0x444, 0x444, VS, MSTATUS_SIE, 0, CAUSE_NONE},
    {"external goes first",                       0x444, 0x444, VS, 0, MSTATUS_SIE, INTERRUPT(IRQ_VSEI)},
    {"then software",                             0x044, 0x444, VS, 0, MSTATUS_SIE, INTERRUPT(IRQ_VSSI)},
    {"in VU-mode it needs nothing",               0x040, 0x444, VU, 0, 0, INTERRUPT(IRQ_VSTI)},
    {"not delegated it goes to HS-mode",          0x040, 0, VS, 0, 0, INTERRUPT(IRQ_VSTI)},
    {"where SIE lets it",                         0x040, 0, S, 0, 0, CAUSE_NONE},
    {"HS-mode's go before VS-mode's",             0x404, 0x400, VS, 0, MSTATUS_SIE, INTERRUPT(IRQ_VSSI)},
    {"M-mode's before both",                      0x484, 0x400, VS, 0, MSTATUS_SIE, INTERRUPT(IRQ_MTI)},
    {"SGEI before VSEI",                          0x1400, 0, VS, 0, 0, INTERRUPT(IRQ_SGEI)},
    {"STI before SGEI",                           0x1020, 0, VS, 0, 0, INTERRUPT(IRQ_STI)},
    /* clang-format on */
};

START_TEST(the_interrupt_taken_is_the_first_that_is_enabled)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    set_mode(hart, pending_rows[_i].mode);
    hart->csr.mideleg |= BIT(IRQ_STI);
    hart->csr.mie = UINT64_MAX;
    hart->csr.mip_soft = pending_rows[_i].pending & 0x464;
    hart->csr.mip_lines = pending_rows[_i].pending & 0x080;
    if (pending_rows[_i].pending & BIT(IRQ_SGEI))
        hart->csr.hgeip = hart->csr.hgeie = 2;
    hart->csr.hideleg = pending_rows[_i].hideleg;
    hart->csr.mstatus = pending_rows[_i].mstatus;
    hart->csr.vsstatus = pending_rows[_i].vsstatus;
    ck_assert_msg(hart_pending_interrupt(hart) == pending_rows[_i].taken, "%s",
                  pending_rows[_i].claim);
    lone_free(lone);
}
END_TEST

START_TEST(vstimecmp_is_compared_with_time_and_htimedelta)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(hart, CSR_HTIMEDELTA, 1000);
    hart_csr_write(hart, CSR_VSTIMECMP, 1010);
    lone_run_to(lone, 20 * TIME_TICK);
    ck_assert_uint_eq(hart_mip(hart), 0); /* henvcfg.STCE is 0 */
    hart_csr_write(hart, CSR_HENVCFG, MENVCFG_STCE);
    ck_assert_uint_eq(hart_mip(hart), BIT(IRQ_VSTI));
    hart_csr_write(hart, CSR_VSTIMECMP, 1025);
    ck_assert_uint_eq(hart_mip(hart), 0);
    lone_run_to(lone, 25 * TIME_TICK);
    ck_assert_uint_eq(hart_mip(hart), BIT(IRQ_VSTI));
    hart_csr_write(hart, CSR_HTIMEDELTA, 0);
    ck_assert_uint_eq(hart_mip(hart), 0);
    set_mode(hart, VS);
    hart_csr_write(hart, CSR_HTIMEDELTA, 1000);
    ck_assert_uint_eq(hart_csr_read(hart, CSR_TIME), 1025);
    lone_free(lone);
}
END_TEST

/* --- translation ---------------------------------------------------------------------- */

/* A guest of the size of 1 MiB, SHIFT above where it thinks it is; in it VA is PAGE. */
#define SHIFT    UINT64_C(0x200000)
#define G_TABLES (LONE_RAM + 0x100000)
#define TABLES   (LONE_RAM + 0x10000)
#define PAGE     (LONE_RAM + 0x80000)
#define VA       UINT64_C(0x40201000)

struct guest {
    struct lone *lone;
    struct hart *hart;
    struct tables vs, g;
};

static struct guest guest_new(void)
{
    struct guest guest = {.lone = new_lone()};
    struct ram *ram = &guest.lone->bus.ram;

    guest.hart = &guest.lone->hart;
    lone_open_pmp(guest.lone);
    tables_init_guest(&guest.g, ram, 3, G_TABLES);
    for (uint64_t at = 0; at < 0x100000; at += RAM_PAGE)
        tables_map(&guest.g, LONE_RAM + at, LONE_RAM + at + SHIFT, 0,
                   PTE_RWX | PTE_U | PTE_AD);
    tables_init(&guest.vs, ram, 3, TABLES);
    guest.vs.shift = SHIFT;
    for (unsigned i = 0; i < 2; i++)
        tables_map(&guest.vs, VA + i * RAM_PAGE, PAGE + i * RAM_PAGE, 0,
                   PTE_RWX | PTE_AD);
    guest.hart->csr.vsatp = tables_satp(&guest.vs, 1);
    guest.hart->csr.hgatp = tables_satp(&guest.g, 2);
    guest.hart->csr.medeleg = UINT64_MAX;
    set_mode(guest.hart, VS);
    return guest;
}

static struct trap load(struct guest *guest, uint64_t va, uint64_t *pa)
{
    struct walk_result result;
    struct trap trap = hart_translate(
        guest->hart, (struct walk_request){.va = va, .access = ACCESS_LOAD, .mode = VS},
        &result);

    *pa = result.pa;
    lone_stress(guest->lone);
    return trap;
}

static uint64_t fault_of_load(struct guest *guest, uint64_t va)
{
    uint64_t pa;

    return load(guest, va, &pa).cause;
}

START_TEST(a_guests_address_goes_through_both_stages_and_is_kept)
{
    struct guest guest = guest_new();
    const struct event *fill;
    uint64_t pa, peeked;

    ck_assert_uint_eq(load(&guest, VA + 8, &pa).cause, CAUSE_NONE);
    ck_assert_uint_eq(pa, PAGE + SHIFT + 8);
    ck_assert_uint_eq(lone_count(guest.lone, EVENT_WALK_STEP), 15);
    fill = lone_last(guest.lone, EVENT_TLB_FILL);
    ck_assert_uint_eq(fill->tlb_fill.gpa, PAGE);
    ck_assert_uint_eq(fill->tlb_fill.vmid, 2);
    ck_assert_uint_eq(fill->tlb_fill.asid, 1);
    ck_assert_uint_eq(fill->tlb_fill.is_guest, 1);
    lone_clear_events(guest.lone);
    load(&guest, VA + 16, &pa);
    ck_assert_uint_eq(lone_count(guest.lone, EVENT_WALK_STEP), 0);
    ck_assert_uint_eq(
        hart_peek_translate(
            guest.hart,
            (struct walk_request){.va = VA + 0x1000, .access = ACCESS_LOAD, .mode = VS},
            &peeked),
        CAUSE_NONE);
    ck_assert_uint_eq(peeked, PAGE + SHIFT + 0x1000);
    lone_free(guest.lone);
}
END_TEST

START_TEST(entries_of_hosts_and_guests_are_kept_apart)
{
    struct guest guest = guest_new();
    uint64_t pa;

    load(&guest, VA, &pa);
    guest.hart->csr.hgatp = tables_satp(&guest.g, 3);
    lone_clear_events(guest.lone);
    load(&guest, VA, &pa);
    ck_assert_uint_gt(lone_count(guest.lone, EVENT_WALK_STEP), 0);
    /* vsatp Bare: VA is a guest physical address, whatever the TLB has of it. */
    guest.hart->csr.vsatp = 0;
    ck_assert_uint_eq(fault_of_load(&guest, VA), CAUSE_LOAD_GUEST_PAGE);
    load(&guest, PAGE, &pa);
    ck_assert_uint_eq(pa, PAGE + SHIFT);
    /* and both Bare: nothing is translated. */
    guest.hart->csr.hgatp = 0;
    load(&guest, PAGE, &pa);
    ck_assert_uint_eq(pa, PAGE);
    lone_free(guest.lone);
}
END_TEST

START_TEST(a_fault_tells_the_stage_and_the_guests_address)
{
    struct guest guest = guest_new();
    uint64_t pa, table = tables_at(&guest.vs, VA, 0);
    struct trap trap;

    tables_put(&guest.g, tables_at(&guest.g, PAGE, 0), 0);
    trap = load(&guest, VA + 0x123, &pa);
    ck_assert_uint_eq(trap.cause, CAUSE_LOAD_GUEST_PAGE);
    ck_assert_uint_eq(trap.tval, VA + 0x123);
    ck_assert_uint_eq(guest.hart->fault.gpa, PAGE + 0x123);
    ck_assert_uint_eq(guest.hart->fault.tinst, 0);
    ck_assert(guest.hart->fault.is_virtual);
    tables_put(&guest.g, tables_at(&guest.g, table, 0), 0);
    trap = load(&guest, VA, &pa);
    ck_assert_uint_eq(trap.cause, CAUSE_LOAD_GUEST_PAGE);
    ck_assert_uint_eq(guest.hart->fault.gpa, table);
    ck_assert_uint_eq(guest.hart->fault.tinst, 0x3000);
    guest.hart->csr.vsatp = tables_satp(&guest.vs, 1) + 0x4000000; /* no such root */
    ck_assert_uint_eq(fault_of_load(&guest, VA), CAUSE_LOAD_GUEST_PAGE);
    lone_free(guest.lone);
}
END_TEST

START_TEST(setting_a_in_a_table_of_the_guest_may_be_a_write_that_faults)
{
    struct guest guest = guest_new();
    uint64_t table = tables_at(&guest.vs, VA, 0), pa;
    struct trap trap;

    guest.hart->csr.henvcfg = MENVCFG_ADUE;
    tables_put(&guest.vs, table, tables_get(&guest.vs, table) & ~PTE_AD);
    tables_map(&guest.g, table & ~BITS(11, 0), (table & ~BITS(11, 0)) + SHIFT, 0,
               PTE_V | PTE_R | PTE_U | PTE_AD);
    trap = load(&guest, VA, &pa);
    ck_assert_uint_eq(trap.cause, CAUSE_LOAD_GUEST_PAGE);
    ck_assert_uint_eq(guest.hart->fault.gpa, table);
    ck_assert_uint_eq(guest.hart->fault.tinst, 0x3020);
    /* Without ADUE it is the guest's own page fault. */
    guest.hart->csr.henvcfg = 0;
    ck_assert_uint_eq(fault_of_load(&guest, VA), CAUSE_LOAD_PAGE);
    lone_free(guest.lone);
}
END_TEST

/* The G-stage's refusal is remembered with the entry, and found behind the VS-stage's. */
START_TEST(an_entry_in_the_tlb_refuses_for_either_stage)
{
    struct guest guest = guest_new();
    struct walk_result result;
    struct walk_request store = {.va = VA + 4, .access = ACCESS_STORE, .mode = VS};
    struct trap trap;
    uint64_t pa;

    tables_map(&guest.g, PAGE, PAGE + SHIFT, 0, PTE_V | PTE_R | PTE_U | PTE_AD);
    load(&guest, VA, &pa);
    lone_clear_events(guest.lone);
    trap = hart_translate(guest.hart, store, &result);
    ck_assert_uint_eq(trap.cause, CAUSE_STORE_GUEST_PAGE);
    ck_assert_uint_eq(guest.hart->fault.gpa, PAGE + 4);
    ck_assert_uint_eq(lone_count(guest.lone, EVENT_WALK_STEP), 0);
    store.mode = VU;
    ck_assert_uint_eq(hart_translate(guest.hart, store, &result).cause,
                      CAUSE_STORE_PAGE);
    lone_free(guest.lone);
}
END_TEST

/* Which of four entries a fence leaves: the host's, this guest's by vsatp and by Bare, and
 * another guest's. */
enum { HOST = 1, MINE = 2, MINE_BARE = 4, OTHER = 8, ALL = 15 };

static const struct {
    const char *claim;
    uint32_t bits;
    uint8_t mode;
    uint64_t x10, x11;
    unsigned left;
} fence_rows[] = {
    /* clang-format off */
    {"sfence.vma of the host",             0x12000073, S, 0, 0, MINE | MINE_BARE | OTHER},
    {"sfence.vma of the guest",            0x12000073, VS, 0, 0, HOST | MINE_BARE | OTHER},
    {"sfence.vma by address",              0x12050073, VS, VA, 0, HOST | MINE_BARE | OTHER},
    {"by another address",                 0x12050073, VS, VA + 0x1000, 0, ALL},
    {"sfence.vma by ASID",                 0x12b00073, VS, 0, 1, HOST | MINE_BARE | OTHER},
    {"by another ASID",                    0x12b00073, VS, 0, 9, ALL},
    {"hfence.vvma is this guest's",        0x22000073, S, 0, 0, HOST | MINE_BARE | OTHER},
    {"hfence.gvma is every guest's",       0x62000073, S, 0, 0, HOST},
    {"hfence.gvma by VMID",                0x62b00073, S, 0, 2, HOST | OTHER},
    {"hfence.gvma by the guest's address", 0x62050073, S, PAGE >> 2, 0, HOST},
    {"by another one",                     0x62050073, S, (PAGE + 0x1000) >> 2, 0, ALL},
    /* clang-format on */
};

static unsigned entries_left(const struct hart *hart)
{
    unsigned left = 0;

    for (unsigned i = 0; i < hart->tlb.sets * hart->tlb.ways; i++) {
        const struct tlb_entry *entry = &hart->tlb.entries[i];

        if (!entry->valid)
            continue;
        left |= entry->space == TLB_HOST         ? HOST
                : entry->vmid == 3               ? OTHER
                : entry->space == TLB_GUEST_BARE ? MINE_BARE
                                                 : MINE;
    }
    return left;
}

static void put_entry(struct hart *hart, enum tlb_space space, uint64_t vpn,
                      uint16_t vmid)
{
    struct tlb_entry entry = {.vpn = vpn, .asid = 1, .vmid = vmid, .valid = 1};
    unsigned set, way;

    entry.space = (uint8_t)space;
    if (space != TLB_HOST)
        entry.gpn = PAGE >> 12;
    if (space == TLB_GUEST_BARE)
        entry.asid = 0;
    tlb_fill(&hart->tlb, entry, &set, &way);
}

START_TEST(a_fence_drops_what_it_names)
{
    struct lone *lone = new_lone();
    struct hart *hart = &lone->hart;

    put_entry(hart, TLB_HOST, VA >> 12, 0);
    put_entry(hart, TLB_GUEST, VA >> 12, 2);
    put_entry(hart, TLB_GUEST_BARE, PAGE >> 12, 2);
    put_entry(hart, TLB_GUEST, (VA >> 12) + 2, 3);
    ck_assert_uint_eq(entries_left(hart), ALL);
    hart->csr.hgatp = field_set(0, HGATP_VMID, 2);
    set_mode(hart, fence_rows[_i].mode);
    hart->x[10] = fence_rows[_i].x10;
    hart->x[11] = fence_rows[_i].x11;
    ck_assert_uint_eq(do_one(lone, fence_rows[_i].bits), LEGAL);
    ck_assert_msg(entries_left(hart) == fence_rows[_i].left, "%s: %u",
                  fence_rows[_i].claim, entries_left(hart));
    lone_free(lone);
}
END_TEST

/* --- the instruction that trapped ------------------------------------------------------ */

static const struct {
    const char *claim;
    uint32_t bits;
    uint64_t offset; /* of x31 into the page */
    uint64_t tinst, tval_offset;
} tinst_rows[] = {
    /* clang-format off */
    {"a load without its offset",          0x008fb583, 0, 0x00003583, 8},  /* ld a1,8(t6) */
    {"a store without its offset",         0x00bfb423, 0, 0x00b03023, 8},  /* sd a1,8(t6) */
    {"a load that begins the page before", 0x000fb583, 0xffc, 0x00023583, 4},
    {"a store that does",                  0x00bfb023, 0xffa, 0x00b33023, 6},
    {"an AMO keeps all but rs1",           0x06bfb62f, 0, 0x06b0362f, 0},  /* amoadd.d.aqrl */
    {"a load-reserved",                    0x100fb5af, 0, 0x100035af, 0},
    {"a compressed load has bit 1 clear",  0x4d8c, 0, 0x00002581, 24},  /* c.lw a1,24(a1) */
    {"cbo.zero has no registers",          0x004fa00f, 0, 0x0040200f, 0},
    /* clang-format on */
};

/* x31 and x11 point behind what the guest has mapped, or just before. */
START_TEST(htinst_has_the_instruction_transformed)
{
    struct guest guest = guest_new();
    struct hart *hart = guest.hart;
    uint64_t page = VA + 0x1000, missing = VA + 0x2000, code = VA;
    uint64_t base = tinst_rows[_i].offset ? page + tinst_rows[_i].offset : missing;
    uint32_t bits = tinst_rows[_i].bits;

    hart->csr.henvcfg = hart->csr.menvcfg = MENVCFG_CBZE | MENVCFG_ADUE;
    hart->x[31] = hart->x[11] = base;
    ram_write(&guest.lone->bus.ram, PAGE + SHIFT, &bits, 4, INITIATOR_OUTSIDE);
    hart->pc = code;
    hart_step(hart);
    ck_assert_uint_eq(hart_privilege(hart), S);
    ck_assert_uint_eq(hart->csr.stval, tinst_rows[_i].offset
                                           ? missing
                                           : base + tinst_rows[_i].tval_offset);
    ck_assert_msg(hart->csr.htinst == tinst_rows[_i].tinst, "%s: 0x%llx",
                  tinst_rows[_i].claim, (unsigned long long)hart->csr.htinst);
    lone_free(guest.lone);
}
END_TEST

START_TEST(hlv_reads_as_the_guest_and_faults_with_its_address)
{
    struct guest guest = guest_new();
    struct hart *hart = guest.hart;
    uint64_t value = 0x1122334455667788;
    uint32_t hlv = 0x6c0fc5f3; /* hlv.d a1,(t6) */

    set_mode(hart, S);
    hart->csr.hstatus = HSTATUS_SPVP;
    ram_write(&guest.lone->bus.ram, PAGE + SHIFT, &value, 8, INITIATOR_OUTSIDE);
    ram_write(&guest.lone->bus.ram, LONE_RAM, &hlv, 4, INITIATOR_OUTSIDE);
    hart->pc = LONE_RAM;
    hart->x[31] = VA;
    hart_step(hart);
    ck_assert_uint_eq(hart->x[11], value);
    /* As VU-mode it may not: the page is VS-mode's. The trap is one from HS-mode. */
    hart->csr.hstatus = 0;
    hart->pc = LONE_RAM;
    hart_step(hart);
    ck_assert_uint_eq(hart->csr.scause, CAUSE_LOAD_PAGE);
    ck_assert_uint_eq(hart->csr.stval, VA);
    ck_assert_uint_eq(hart->csr.htinst, 0x6c0045f3);
    ck_assert_uint_eq(hart->csr.hstatus, HSTATUS_GVA);
    lone_free(guest.lone);
}
END_TEST

START_TEST(mprv_with_mpv_makes_loads_of_m_mode_the_guests)
{
    struct guest guest = guest_new();
    struct hart *hart = guest.hart;
    uint64_t value = 42, got = 0;

    set_mode(hart, M);
    hart->csr.mstatus = MSTATUS_MPRV | MSTATUS_MPV | field_set(0, MSTATUS_MPP, S);
    ram_write(&guest.lone->bus.ram, PAGE + SHIFT, &value, 8, INITIATOR_OUTSIDE);
    ck_assert_uint_eq(hart_data_mode(hart), VS);
    ck_assert_uint_eq(hart_load(hart, VA, 8, &got).cause, CAUSE_NONE);
    ck_assert_uint_eq(got, 42);
    hart->csr.mstatus = MSTATUS_MPRV | MSTATUS_MPV | field_set(0, MSTATUS_MPP, M);
    ck_assert_uint_eq(hart_data_mode(hart), M);
    lone_free(guest.lone);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_register_keeps_what_is_legal, 0, COUNT(write_rows));
    tcase_add_test(tcase, hvip_hip_mip_and_vsip_are_windows_to_the_same_bits);
    tcase_add_test(tcase, henvcfg_shows_no_more_than_menvcfg_lets_it);
    tcase_add_test(
        tcase, a_guest_external_interrupt_is_chosen_by_vgein_and_let_through_by_hgeie);
    tcase_add_loop_test(tcase, an_access_is_allowed_illegal_or_virtual, 0,
                        COUNT(access_rows));
    tcase_add_test(tcase, stimecmp_needs_both_enables_while_v_is_1);
    tcase_add_test(tcase, while_v_is_1_supervisor_names_mean_virtual_registers);
    tcase_add_loop_test(tcase, an_instruction_is_allowed_illegal_or_virtual, 0,
                        COUNT(insn_rows));
    tcase_add_test(tcase, a_marker_is_told_and_does_nothing);
    tcase_add_loop_test(tcase, a_trap_goes_where_it_is_delegated, 0,
                        COUNT(target_rows));
    tcase_add_test(tcase, a_trap_to_hs_mode_writes_its_registers);
    tcase_add_test(tcase, a_trap_from_u_mode_leaves_spvp_and_clears_spv_and_gva);
    tcase_add_test(tcase, a_trap_to_m_mode_writes_its_registers);
    tcase_add_test(tcase, a_trap_to_vs_mode_writes_the_guests_registers_only);
    tcase_add_loop_test(tcase, a_return_goes_where_the_stack_says, 0,
                        COUNT(return_rows));
    tcase_add_test(tcase, an_entry_tells_how_long_the_guest_was_away);
    tcase_add_loop_test(tcase, the_interrupt_taken_is_the_first_that_is_enabled, 0,
                        COUNT(pending_rows));
    tcase_add_test(tcase, vstimecmp_is_compared_with_time_and_htimedelta);
    tcase_add_test(tcase, a_guests_address_goes_through_both_stages_and_is_kept);
    tcase_add_test(tcase, entries_of_hosts_and_guests_are_kept_apart);
    tcase_add_test(tcase, a_fault_tells_the_stage_and_the_guests_address);
    tcase_add_test(tcase, setting_a_in_a_table_of_the_guest_may_be_a_write_that_faults);
    tcase_add_test(tcase, an_entry_in_the_tlb_refuses_for_either_stage);
    tcase_add_loop_test(tcase, a_fence_drops_what_it_names, 0, COUNT(fence_rows));
    tcase_add_loop_test(tcase, htinst_has_the_instruction_transformed, 0,
                        COUNT(tinst_rows));
    tcase_add_test(tcase, hlv_reads_as_the_guest_and_faults_with_its_address);
    tcase_add_test(tcase, mprv_with_mpv_makes_loads_of_m_mode_the_guests);
}

TEST_MAIN("hypervisor", add_tests)
