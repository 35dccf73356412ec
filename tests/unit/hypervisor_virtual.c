/*
 * Virtual-instruction exceptions, and the illegal-instruction exceptions next to them,
 * claim by claim (Privileged, Hypervisor Extension: Trap Cause Codes, which lists the
 * cases; and the registers that forbid something).
 */
#include "tests/lib/guest_case.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

#define CAUSES   "Trap Cause Codes"
#define HSTATUS  "Hypervisor Status (hstatus) Register"
#define HCOUNTER "Hypervisor Counter-Enable (hcounteren) Register"
#define HENVCFG  "Hypervisor Environment Configuration Register (henvcfg)"
#define HLSV     "Hypervisor Virtual-Machine Load and Store Instructions"
#define HFENCE   "Hypervisor Memory-Management Fence Instructions"
#define MSTATUS  "Machine Status (mstatus and mstatush) Registers"
#define VSCSRS   "Hypervisor and Virtual Supervisor CSRs"

#define QEMU_TVM "mstatus.TVM and TSR count for guests, too"

enum { ILLEGAL = 2, VIRTUAL = 22 };

/* --- what HS-mode may do and a guest may not --------------------------------------- */

/* Each is virtual in VS- and VU-mode. */
static const char *const hypervisor_only[] = {
    "hlv.b a0, (s2)",      "hlv.bu a0, (s2)",    "hlv.h a0, (s2)",
    "hlv.hu a0, (s2)",     "hlvx.hu a0, (s2)",   "hlv.w a0, (s2)",
    "hlv.wu a0, (s2)",     "hlvx.wu a0, (s2)",   "hlv.d a0, (s2)",
    "hsv.b a0, (s2)",      "hsv.h a0, (s2)",     "hsv.w a0, (s2)",
    "hsv.d a0, (s2)",      "hfence.vvma",        "hfence.vvma s2, a0",
    "hfence.gvma",         "hfence.gvma s2, a0", "csrr a0, hstatus",
    "csrr a0, hedeleg",    "csrr a0, hideleg",   "csrr a0, hie",
    "csrr a0, hcounteren", "csrr a0, hgeie",     "csrr a0, htval",
    "csrr a0, hip",        "csrr a0, hvip",      "csrr a0, htinst",
    "csrr a0, hgeip",      "csrr a0, henvcfg",   "csrr a0, htimedelta",
    "csrr a0, hgatp",      "csrw hstatus, a0",   "csrw hedeleg, a0",
    "csrw hideleg, a0",    "csrw hvip, a0",      "csrw hgatp, a0",
    "csrs henvcfg, a0",    "csrc hie, a0",       "csrrwi a0, htimedelta, 3",
    "csrr a0, vsstatus",   "csrr a0, vsie",      "csrr a0, vstvec",
    "csrr a0, vsscratch",  "csrr a0, vsepc",     "csrr a0, vscause",
    "csrr a0, vstval",     "csrr a0, vsip",      "csrr a0, vsatp",
    "csrw vsstatus, a0",   "csrw vsatp, a0",     "csrw vsscratch, a0",
    "csrrsi a0, vsip, 2",
};

/* Each is virtual in VU-mode, and VS-mode may do it. */
static const char *const supervisor_only[] = {
    "csrr a0, sstatus",    "csrr a0, sie",          "csrr a0, stvec",
    "csrr a0, scounteren", "csrr a0, senvcfg",      "csrr a0, sscratch",
    "csrr a0, sepc",       "csrr a0, scause",       "csrr a0, stval",
    "csrr a0, sip",        "csrr a0, satp",         "csrw sscratch, a0",
    "csrw satp, zero",     "csrrsi a0, sstatus, 0", "sfence.vma",
    "sfence.vma s2, a0",
};

/* Each is illegal in every mode below M. */
static const char *const machine_only[] = {
    "csrr a0, mstatus",
    "csrr a0, mtval2",
    "csrr a0, mtinst",
    "csrw medeleg, a0",
    "csrr a0, mhartid",
    "csrw mscratch, a0",
    "mret",
    "csrr a0, 0x615",
    "csrr a0, 0x61a",
    "csrr a0, 0x612",
    "csrr a0, 0x25d",
    "csrr a0, 0x5c0",
    "csrr a0, 0xc80",
    "csrw hgeip, a0",
    "csrw cycle, a0",
    ".word 0x60204573",
    ".word 0x62004573",
    ".word 0x22000573",
};

static void check_all(const char *const *codes, size_t count, enum guest_mode in,
                      unsigned cause, const char *section)
{
    static const enum guest_mode targets[] = {IN_HS, IN_M};

    for (size_t i = 0; i < count * COUNT(targets); i++) {
        struct guest_case one = {
            .claim = codes[i / COUNT(targets)],
            .section = section,
            .in = in,
            .code = codes[i / COUNT(targets)],
            .to = targets[i % COUNT(targets)],
            .cause = cause,
            .tval = THE_INSTRUCTION,
        };

        guest_check(&one);
    }
}

START_TEST(what_is_the_hypervisors_is_virtual_in_vs_mode)
{
    check_all(&hypervisor_only[_i], 1, IN_VS, VIRTUAL, CAUSES);
}
END_TEST

START_TEST(what_is_the_hypervisors_is_virtual_in_vu_mode)
{
    check_all(&hypervisor_only[_i], 1, IN_VU, VIRTUAL, CAUSES);
}
END_TEST

START_TEST(what_is_the_hypervisors_is_illegal_in_u_mode)
{
    check_all(&hypervisor_only[_i], 1, IN_U, ILLEGAL, VSCSRS);
}
END_TEST

START_TEST(what_is_a_supervisors_is_virtual_in_vu_mode)
{
    check_all(&supervisor_only[_i], 1, IN_VU, VIRTUAL, CAUSES);
}
END_TEST

START_TEST(what_is_a_supervisors_is_allowed_in_vs_mode)
{
    struct guest_case one = {
        .claim = supervisor_only[_i],
        .section = VSCSRS,
        .in = IN_VS,
        .code = supervisor_only[_i],
        .setup =
            "li t0, 1 << 20 | 1 << 22; csrs mstatus, t0", /* TVM, TSR: not a guest's */
        .a0 = 0,
    };
    char code[80];

    snprintf(code, sizeof(code), "%s; li a0, 0", supervisor_only[_i]);
    one.code = code;
    if (strstr(code, "satp") || strstr(code, "sfence"))
        one.qemu = QEMU_TVM;
    guest_check(&one);
}
END_TEST

START_TEST(what_is_the_machines_is_illegal_in_a_guest)
{
    check_all(&machine_only[_i], 1, IN_VS, ILLEGAL, CAUSES);
    check_all(&machine_only[_i], 1, IN_VU, ILLEGAL, CAUSES);
    check_all(&machine_only[_i], 1, IN_HS, ILLEGAL, CAUSES);
}
END_TEST

/* --- single claims ------------------------------------------------------------------ */

#define SET(csr, value) "li t0, " value "; csrs " csr ", t0\n"
#define ALL_MENVCFG     SET("menvcfg", "0xf1 | 1 << 63")
#define COUNTERS(m, h, s)                                                              \
    "csrwi mcounteren, " m "; csrwi hcounteren, " h "; csrwi scounteren, " s "\n"
#define VIRT(mode, before, text)                                                       \
    .in = mode, .setup = before, .code = text, .to = IN_HS, .cause = VIRTUAL,          \
    .tval = THE_INSTRUCTION
#define ILL(mode, before, text)                                                        \
    .in = mode, .setup = before, .code = text, .to = IN_HS, .cause = ILLEGAL,          \
    .tval = THE_INSTRUCTION
#define OK(mode, before, text)                                                         \
    .in = mode, .setup = before, .code = text "; li a0, 7", .a0 = 7
#define NO_CBO "it has no Zicbom and Zicboz"

/* clang-format off */
static const struct guest_case cases[] = {
    {"VTSR: sret in VS-mode", HSTATUS, VIRT(IN_VS, SET("hstatus", "1 << 22"), "sret")},
    {"VTSR does not count in HS-mode", HSTATUS,
     OK(IN_HS, SET("hstatus", "1 << 22"), "la t0, 1f; csrw sepc, t0; li t0, 0x100; "
         "csrs sstatus, t0; sret; 1:")},
    {"TSR does not count in VS-mode", MSTATUS,
     OK(IN_VS, SET("mstatus", "1 << 22"), "la t0, 1f; csrw sepc, t0; li t0, 0x100; "
         "csrs sstatus, t0; sret; 1:"), .qemu = QEMU_TVM},
    {"TSR: sret in HS-mode is illegal", MSTATUS, ILL(IN_HS, SET("mstatus", "1 << 22"), "sret")},
    {"sret in VU-mode", CAUSES, VIRT(IN_VU, "", "sret")},
    {"sret in VU-mode, with TSR, too", CAUSES, VIRT(IN_VU, SET("mstatus", "1 << 22"), "sret")},
    {"sret in U-mode is illegal", CAUSES, ILL(IN_U, "", "sret")},
    {"VTVM: sfence.vma in VS-mode", HSTATUS, VIRT(IN_VS, SET("hstatus", "1 << 20"), "sfence.vma")},
    {"VTVM: reading satp in VS-mode", HSTATUS,
     VIRT(IN_VS, SET("hstatus", "1 << 20"), "csrr a0, satp"), .qemu = "VTVM does not stop satp"},
    {"VTVM: writing satp in VS-mode", HSTATUS,
     VIRT(IN_VS, SET("hstatus", "1 << 20"), "csrw satp, zero"), .qemu = "VTVM does not stop satp"},
    {"VTVM does not count in HS-mode", HSTATUS,
     OK(IN_HS, SET("hstatus", "1 << 20"), "sfence.vma; csrr a0, satp; csrr a0, vsatp")},
    {"VTVM does not trap hfence.vvma", HFENCE, OK(IN_HS, SET("hstatus", "1 << 20"), "hfence.vvma")},
    {"TVM does not trap hfence.vvma", HFENCE, OK(IN_HS, SET("mstatus", "1 << 20"), "hfence.vvma")},
    {"TVM: hfence.gvma in HS-mode is illegal", HFENCE,
     ILL(IN_HS, SET("mstatus", "1 << 20"), "hfence.gvma")},
    {"TVM: hgatp in HS-mode is illegal, a write, too", MSTATUS,
     ILL(IN_HS, SET("mstatus", "1 << 20"), "csrw hgatp, zero"), .qemu = "TVM does not stop hgatp"},
    {"TVM does not count in M-mode", HFENCE,
     OK(IN_M, SET("mstatus", "1 << 20"), "hfence.gvma; csrr a0, hgatp")},
    {"TVM: hgatp in VS-mode is virtual all the same", CAUSES,
     VIRT(IN_VS, SET("mstatus", "1 << 20"), "csrr a0, hgatp")},
    {"TVM: satp in VU-mode is virtual all the same", CAUSES,
     VIRT(IN_VU, SET("mstatus", "1 << 20"), "csrr a0, satp")},
    {"TVM: hfence.gvma in VS-mode is virtual all the same", CAUSES,
     VIRT(IN_VS, SET("mstatus", "1 << 20"), "hfence.gvma")},
    {"VTW: wfi in VS-mode", HSTATUS, VIRT(IN_VS, SET("hstatus", "1 << 21"), "wfi")},
    {"VTW and TW: wfi in VS-mode is illegal", HSTATUS,
     ILL(IN_VS, SET("hstatus", "1 << 21") SET("mstatus", "1 << 21"), "wfi")},
    {"TW: wfi in VS-mode is illegal", MSTATUS, ILL(IN_VS, SET("mstatus", "1 << 21"), "wfi")},
    {"TW: wfi in HS-mode is illegal", MSTATUS, ILL(IN_HS, SET("mstatus", "1 << 21"), "wfi")},
    {"TW: wfi in VU-mode is illegal", CAUSES, ILL(IN_VU, SET("mstatus", "1 << 21"), "wfi"),
     .qemu = "it is virtual there"},
    {"wfi in VU-mode", CAUSES, VIRT(IN_VU, "", "wfi")},
    {"VTW does not count in HS-mode", HSTATUS,
     OK(IN_HS, SET("hstatus", "1 << 21") SET("mie", "4") SET("hvip", "4"), "wfi")},

    {"HU: hlv in U-mode", HLSV, OK(IN_U, SET("hstatus", "1 << 9"), "hlv.d a0, (s2)")},
    {"HU: hsv in U-mode", HLSV, OK(IN_U, SET("hstatus", "1 << 9"), "hsv.d a0, (s2)")},
    {"HU: hlvx in U-mode", HLSV, OK(IN_U, SET("hstatus", "1 << 9"), "hlvx.wu a0, (s2)")},
    {"HU: hfence.vvma in U-mode is illegal", HFENCE,
     ILL(IN_U, SET("hstatus", "1 << 9"), "hfence.vvma")},
    {"HU: hfence.gvma in U-mode is illegal", HFENCE,
     ILL(IN_U, SET("hstatus", "1 << 9"), "hfence.gvma")},
    {"HU: H's CSRs in U-mode are illegal", HSTATUS,
     ILL(IN_U, SET("hstatus", "1 << 9"), "csrr a0, hstatus")},
    {"HU: hlv in VU-mode is virtual", HLSV,
     VIRT(IN_VU, SET("hstatus", "1 << 9"), "hlv.d a0, (s2)")},
    {"HU 0: hlv in U-mode is illegal", HLSV, ILL(IN_U, "", "hlv.d a0, (s2)")},
    {"hlv in M-mode needs nothing", HLSV, OK(IN_M, "", "hlv.d a0, (s2)")},

    {"hcounteren.CY 0: cycle in VS-mode", HCOUNTER,
     VIRT(IN_VS, COUNTERS("7", "6", "7"), "csrr a0, cycle")},
    {"hcounteren.TM 0: time in VS-mode", HCOUNTER,
     VIRT(IN_VS, COUNTERS("7", "5", "7"), "csrr a0, time")},
    {"hcounteren.IR 0: instret in VS-mode", HCOUNTER,
     VIRT(IN_VS, COUNTERS("7", "3", "7"), "csrr a0, instret")},
    {"mcounteren.CY 0, too: cycle in VS-mode is illegal", HCOUNTER,
     ILL(IN_VS, COUNTERS("6", "6", "7"), "csrr a0, cycle")},
    {"mcounteren.CY 0 alone: cycle in VS-mode is illegal", HCOUNTER,
     ILL(IN_VS, COUNTERS("6", "7", "7"), "csrr a0, cycle")},
    {"mcounteren.TM 0 alone: time in VS-mode is illegal", HCOUNTER,
     ILL(IN_VS, COUNTERS("5", "7", "7"), "csrr a0, time")},
    {"mcounteren.IR 0 alone: instret in VU-mode is illegal", HCOUNTER,
     ILL(IN_VU, COUNTERS("3", "7", "7"), "csrr a0, instret")},
    {"both 1: counters in VS-mode", HCOUNTER,
     OK(IN_VS, COUNTERS("7", "7", "0"), "csrr a0, cycle; csrr a0, time; csrr a0, instret")},
    {"all three 1: counters in VU-mode", HCOUNTER,
     OK(IN_VU, COUNTERS("7", "7", "7"), "csrr a0, cycle; csrr a0, time; csrr a0, instret")},
    {"scounteren.CY 0: cycle in VU-mode", CAUSES,
     VIRT(IN_VU, COUNTERS("7", "7", "6"), "csrr a0, cycle")},
    {"scounteren.TM 0: time in VU-mode", CAUSES,
     VIRT(IN_VU, COUNTERS("7", "7", "5"), "csrr a0, time")},
    {"hcounteren.TM 0: time in VU-mode", CAUSES,
     VIRT(IN_VU, COUNTERS("7", "5", "7"), "csrr a0, time")},
    {"both 0: time in VU-mode", CAUSES, VIRT(IN_VU, COUNTERS("7", "0", "0"), "csrr a0, time")},
    {"scounteren does not count in VS-mode", HCOUNTER,
     OK(IN_VS, COUNTERS("7", "7", "0"), "csrr a0, cycle")},
    {"hcounteren does not count in HS-mode", HCOUNTER,
     OK(IN_HS, COUNTERS("7", "0", "0"), "csrr a0, cycle")},
    {"hcounteren does not count in U-mode", HCOUNTER,
     OK(IN_U, COUNTERS("7", "0", "7"), "csrr a0, cycle")},
    {"scounteren 0: cycle in U-mode is illegal", HCOUNTER,
     ILL(IN_U, COUNTERS("7", "7", "0"), "csrr a0, cycle")},
    {"hpmcounter3 in VS-mode: mcounteren has no such bit", HCOUNTER,
     ILL(IN_VS, COUNTERS("7", "7", "7"), "csrr a0, hpmcounter3")},

    {"henvcfg.STCE 0: stimecmp in VS-mode", HENVCFG,
     VIRT(IN_VS, ALL_MENVCFG COUNTERS("2", "2", "0"), "csrr a0, stimecmp")},
    {"hcounteren.TM 0: stimecmp in VS-mode", HCOUNTER,
     VIRT(IN_VS, ALL_MENVCFG SET("henvcfg", "1 << 63") COUNTERS("2", "0", "0"), "csrw stimecmp, a0")},
    {"menvcfg.STCE 0: stimecmp in VS-mode is illegal", HENVCFG,
     ILL(IN_VS, SET("henvcfg", "1 << 63") COUNTERS("2", "2", "0"), "csrr a0, stimecmp")},
    {"mcounteren.TM 0: stimecmp in VS-mode is illegal", HCOUNTER,
     ILL(IN_VS, ALL_MENVCFG SET("henvcfg", "1 << 63") COUNTERS("0", "2", "0"), "csrr a0, stimecmp")},
    {"all 1: stimecmp in VS-mode", HENVCFG,
     OK(IN_VS, ALL_MENVCFG SET("henvcfg", "1 << 63") COUNTERS("2", "2", "0"), "csrr a0, stimecmp")},
    {"stimecmp in VU-mode", CAUSES,
     VIRT(IN_VU, ALL_MENVCFG SET("henvcfg", "1 << 63") COUNTERS("2", "2", "2"), "csrr a0, stimecmp")},
    {"vstimecmp in VS-mode", CAUSES,
     VIRT(IN_VS, ALL_MENVCFG SET("henvcfg", "1 << 63") COUNTERS("2", "2", "2"), "csrr a0, vstimecmp")},
    {"vstimecmp in HS-mode", HENVCFG,
     OK(IN_HS, ALL_MENVCFG COUNTERS("2", "0", "0"), "csrr a0, vstimecmp")},
    {"menvcfg.STCE 0: vstimecmp in HS-mode is illegal", HENVCFG,
     ILL(IN_HS, COUNTERS("2", "2", "0"), "csrr a0, vstimecmp")},
    {"mcounteren.TM 0: vstimecmp in HS-mode is illegal", HCOUNTER,
     ILL(IN_HS, ALL_MENVCFG COUNTERS("0", "2", "0"), "csrr a0, vstimecmp")},

    {"henvcfg.CBIE 0: cbo.inval in VS-mode", HENVCFG, VIRT(IN_VS, ALL_MENVCFG, "cbo.inval (s2)"),
     .qemu = NO_CBO},
    {"henvcfg.CBCFE 0: cbo.clean in VS-mode", HENVCFG, VIRT(IN_VS, ALL_MENVCFG, "cbo.clean (s2)"),
     .qemu = NO_CBO},
    {"henvcfg.CBCFE 0: cbo.flush in VS-mode", HENVCFG, VIRT(IN_VS, ALL_MENVCFG, "cbo.flush (s2)"),
     .qemu = NO_CBO},
    {"henvcfg.CBZE 0: cbo.zero in VS-mode", HENVCFG, VIRT(IN_VS, ALL_MENVCFG, "cbo.zero (s2)"),
     .qemu = NO_CBO},
    {"menvcfg.CBIE 0: cbo.inval in VS-mode is illegal", HENVCFG,
     ILL(IN_VS, SET("henvcfg", "0xf0"), "cbo.inval (s2)")},
    {"menvcfg.CBCFE 0: cbo.clean in VS-mode is illegal", HENVCFG,
     ILL(IN_VS, SET("henvcfg", "0xf0"), "cbo.clean (s2)")},
    {"menvcfg.CBZE 0: cbo.zero in VS-mode is illegal", HENVCFG,
     ILL(IN_VS, SET("henvcfg", "0xf0"), "cbo.zero (s2)")},
    {"senvcfg.CBIE 0: cbo.inval in VU-mode", "Control and Status Register State (CMO)",
     VIRT(IN_VU, ALL_MENVCFG SET("henvcfg", "0xf0"), "cbo.inval (s2)"), .qemu = NO_CBO},
    {"senvcfg.CBCFE 0: cbo.flush in VU-mode", "Control and Status Register State (CMO)",
     VIRT(IN_VU, ALL_MENVCFG SET("henvcfg", "0xf0"), "cbo.flush (s2)"), .qemu = NO_CBO},
    {"senvcfg.CBZE 0: cbo.zero in VU-mode", "Control and Status Register State (CMO)",
     VIRT(IN_VU, ALL_MENVCFG SET("henvcfg", "0xf0"), "cbo.zero (s2)"), .qemu = NO_CBO},
    {"henvcfg.CBZE 0, senvcfg.CBZE 1: cbo.zero in VU-mode",
     "Control and Status Register State (CMO)",
     VIRT(IN_VU, ALL_MENVCFG SET("senvcfg", "0xf0"), "cbo.zero (s2)"), .qemu = NO_CBO},
    {"menvcfg.CBZE 0: cbo.zero in VU-mode is illegal", "Control and Status Register State (CMO)",
     ILL(IN_VU, SET("henvcfg", "0xf0") SET("senvcfg", "0xf0"), "cbo.zero (s2)")},
    {"all 1: cbo.* in VS-mode", HENVCFG,
     OK(IN_VS, ALL_MENVCFG SET("henvcfg", "0xf0"), "cbo.inval (s2); cbo.clean (s2); "
         "cbo.flush (s2); cbo.zero (s2)"), .qemu = NO_CBO},
    {"all 1: cbo.* in VU-mode", HENVCFG,
     OK(IN_VU, ALL_MENVCFG SET("henvcfg", "0xf0") SET("senvcfg", "0xf0"), "cbo.inval (s2); "
         "cbo.clean (s2); cbo.flush (s2); cbo.zero (s2)"), .qemu = NO_CBO},
    {"henvcfg does not count in HS-mode", HENVCFG, OK(IN_HS, ALL_MENVCFG, "cbo.zero (s2)"),
     .qemu = NO_CBO},
    {"FIOM: fences are executed in VS-mode", HENVCFG,
     OK(IN_VS, SET("henvcfg", "1"), "fence i, o; fence; fence.i")},
    {"FIOM: and in VU-mode", HENVCFG,
     OK(IN_VU, SET("menvcfg", "1") SET("senvcfg", "1") SET("henvcfg", "1"), "fence i, o; "
         "fence; fence.i")},

    {"a virtual instruction never goes to VS-mode",
     "Hypervisor Trap Delegation (hedeleg and hideleg) Registers",
     VIRT(IN_VS, SET("hedeleg", "-1"), "csrr a0, hstatus")},
    {"without medeleg a virtual instruction goes to M-mode", "Trap Entry", IN_VS,
     .code = "csrr a0, hstatus", .to = IN_M, .cause = VIRTUAL, .tval = THE_INSTRUCTION},
    {"an instruction that traps does nothing", CAUSES, IN_VS, .setup = "csrwi vsscratch, 3",
     .code = "csrrwi a0, vsscratch, 5",
     .hs_handler = "csrr a0, vsscratch; la t0, end; csrw sepc, t0; sret", .a0 = 3},
};
/* clang-format on */

START_TEST(what_a_register_forbids_a_guest_is_virtual)
{
    guest_check(&cases[_i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, what_is_the_hypervisors_is_virtual_in_vs_mode, 0,
                        COUNT(hypervisor_only));
    tcase_add_loop_test(tcase, what_is_the_hypervisors_is_virtual_in_vu_mode, 0,
                        COUNT(hypervisor_only));
    tcase_add_loop_test(tcase, what_is_the_hypervisors_is_illegal_in_u_mode, 0,
                        COUNT(hypervisor_only));
    tcase_add_loop_test(tcase, what_is_a_supervisors_is_virtual_in_vu_mode, 0,
                        COUNT(supervisor_only));
    tcase_add_loop_test(tcase, what_is_a_supervisors_is_allowed_in_vs_mode, 0,
                        COUNT(supervisor_only));
    tcase_add_loop_test(tcase, what_is_the_machines_is_illegal_in_a_guest, 0,
                        COUNT(machine_only));
    tcase_add_loop_test(tcase, what_a_register_forbids_a_guest_is_virtual, 0,
                        COUNT(cases));
}

TEST_MAIN("hypervisor_virtual", add_tests)
