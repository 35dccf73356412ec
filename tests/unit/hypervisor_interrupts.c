/*
 * Interrupts under the hypervisor extension, claim by claim (Privileged, Hypervisor
 * Extension: Hypervisor Interrupt (hvip, hip, and hie) Registers; Virtual Supervisor
 * Interrupt Registers; Trap Entry), and the guest's time.
 */
#include "tests/lib/guest_case.h"
#include "tests/lib/suite.h"

#define HINT       "Hypervisor Interrupt (hvip, hip, and hie) Registers"
#define DELEG      "Hypervisor Trap Delegation (hedeleg and hideleg) Registers"
#define VSINT      "Virtual Supervisor Interrupt (vsip and vsie) Registers"
#define VSTIMECMP  "Virtual Supervisor Timer (vstimecmp) Register"
#define HTIMEDELTA "Hypervisor Time Delta (htimedelta) Register"
#define TINST      "Transformed Instruction or Pseudoinstruction for mtinst or htinst"
#define MODES      "Privilege Modes"
#define MPRIO      "Machine Interrupt (mip and mie) Registers"

#define SET(csr, value)   "li t0, " value "; csrs " csr ", t0\n"
#define CLEAR(csr, value) "li t0, " value "; csrc " csr ", t0\n"

/* Pending and enabled, at the places of hvip, hie, mip and mie. */
#define VIRTUAL_ONES(bits) SET("hvip", bits) SET("hie", bits)
#define S_ONES(bits)       SET("mie", bits) SET("mip", bits)

#define QEMU_ORDER "it takes interrupts of one mode in the order of their numbers"
#define QEMU_VS    "a trap to VS-mode clears htval"

/* clang-format off */
static const struct guest_case routes[] = {
    /* To HS-mode, from every mode below it. */
    {"VSSI not delegated: from VS-mode to HS-mode, as 2", HINT, IN_VS, .setup = VIRTUAL_ONES("4"),
     .code = "nop", .to = IN_HS, .cause = INTERRUPT_CODE(2)},
    {"VSTI not delegated: from VS-mode to HS-mode, as 6", HINT, IN_VS,
     .setup = VIRTUAL_ONES("0x40"), .code = "nop", .to = IN_HS, .cause = INTERRUPT_CODE(6)},
    {"VSEI not delegated: from VS-mode to HS-mode, as 10", HINT, IN_VS,
     .setup = VIRTUAL_ONES("0x400"), .code = "nop", .to = IN_HS, .cause = INTERRUPT_CODE(10)},
    {"from VU-mode", HINT, IN_VU, .setup = VIRTUAL_ONES("0x400"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(10)},
    {"from U-mode", HINT, IN_U, .setup = VIRTUAL_ONES("0x400"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(10)},
    {"from HS-mode with SIE 1", HINT, IN_HS, .setup = VIRTUAL_ONES("0x400"),
     .code = "csrsi sstatus, 2; fault: nop", .to = IN_HS, .cause = INTERRUPT_CODE(10)},
    {"not from HS-mode with SIE 0", HINT, IN_HS, .setup = VIRTUAL_ONES("0x444"),
     .code = "nop; nop; li a0, 3", .a0 = 3},
    {"sstatus.SIE does not count in VS-mode", HINT, IN_VS,
     .setup = VIRTUAL_ONES("0x40") CLEAR("sstatus", "2"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(6)},
    {"vsstatus.SIE does not count for what goes to HS-mode", HINT, IN_VS,
     .setup = VIRTUAL_ONES("0x40") CLEAR("vsstatus", "2"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(6)},
    {"not from M-mode", HINT, IN_M, .setup = VIRTUAL_ONES("0x444") SET("mstatus", "0xa"),
     .code = "nop; nop; li a0, 3", .a0 = 3},
    {"not without hie", HINT, IN_VS, .setup = SET("hvip", "0x444"), .code = "nop; nop; li a0, 3",
     .a0 = 3},
    {"not without hip", HINT, IN_VS, .setup = SET("hie", "0x444"), .code = "nop; nop; li a0, 3",
     .a0 = 3},
    {"VS interrupts are delegated past M-mode always",
     "Machine Interrupt Delegation (mideleg) Register", IN_VS,
     .setup = "csrw mideleg, zero\n" VIRTUAL_ONES("4"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(2)},
    {"mip.VSSIP by mie.VSSIE", MPRIO, IN_VS, .setup = SET("mip", "4") SET("mie", "4"),
     .code = "nop", .to = IN_HS, .cause = INTERRUPT_CODE(2)},
    {"an S interrupt from VS-mode to HS-mode", HINT, IN_VS, .setup = S_ONES("0x200"), .code = "nop",
     .to = IN_HS, .cause = INTERRUPT_CODE(9)},
    {"an S interrupt from VU-mode to HS-mode", HINT, IN_VU, .setup = S_ONES("2"), .code = "nop",
     .to = IN_HS, .cause = INTERRUPT_CODE(1)},
    {"an S interrupt that is not delegated: to M-mode from VS-mode", HINT, IN_VS,
     .setup = "csrw mideleg, zero\n" S_ONES("0x200"), .code = "nop", .to = IN_M,
     .cause = INTERRUPT_CODE(9)},
    {"an S interrupt is never a guest's: hideleg has no such bit", DELEG, IN_VS,
     .setup = SET("hideleg", "-1") S_ONES("2") SET("vsstatus", "2"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(1)},

    /* Delegated to VS-mode. */
    {"VSSI delegated: to VS-mode, as 1", DELEG, IN_VS,
     .setup = SET("hideleg", "4") VIRTUAL_ONES("4"), .code = "csrsi sstatus, 2; fault: nop",
     .to = IN_VS, .cause = INTERRUPT_CODE(1)},
    {"VSTI delegated: to VS-mode, as 5", DELEG, IN_VS,
     .setup = SET("hideleg", "0x40") VIRTUAL_ONES("0x40"), .code = "csrsi sstatus, 2; fault: nop",
     .to = IN_VS, .cause = INTERRUPT_CODE(5)},
    {"VSEI delegated: to VS-mode, as 9", DELEG, IN_VS,
     .setup = SET("hideleg", "0x400") VIRTUAL_ONES("0x400"), .code = "csrsi sstatus, 2; fault: nop",
     .to = IN_VS, .cause = INTERRUPT_CODE(9)},
    {"from VU-mode whatever vsstatus.SIE is", DELEG, IN_VU,
     .setup = SET("hideleg", "0x400") VIRTUAL_ONES("0x400"), .code = "nop", .to = IN_VS,
     .cause = INTERRUPT_CODE(9)},
    {"not from VS-mode with vsstatus.SIE 0", DELEG, IN_VS,
     .setup = SET("hideleg", "0x444") VIRTUAL_ONES("0x444"), .code = "nop; nop; li a0, 3", .a0 = 3},
    {"not from HS-mode, whatever SIE is", DELEG, IN_HS,
     .setup = SET("hideleg", "0x444") VIRTUAL_ONES("0x444") SET("vsstatus", "2"),
     .code = "csrsi sstatus, 2; nop; nop; li a0, 3", .a0 = 3},
    {"not from U-mode: VS-mode's are disabled there", MODES, IN_U,
     .setup = SET("hideleg", "0x444") VIRTUAL_ONES("0x444") SET("vsstatus", "2"),
     .code = "nop; nop; li a0, 3", .a0 = 3},
    {"not from M-mode either", MODES, IN_M,
     .setup = SET("hideleg", "0x444") VIRTUAL_ONES("0x444") SET("vsstatus", "2") SET("mstatus", "8"),
     .code = "nop; nop; li a0, 3", .a0 = 3},
    {"it waits for sret into the guest", DELEG, IN_HS,
     .setup = SET("hideleg", "4") VIRTUAL_ONES("4") SET("vsstatus", "2"),
     .code = "la t0, fault; csrw sepc, t0; li t0, 0x80; csrs hstatus, t0; li t0, 0x100; "
         "csrs sstatus, t0; sret; fault: nop", .from = IN_VS, .to = IN_VS,
     .cause = INTERRUPT_CODE(1)},
    {"a guest raises its own by sip", VSINT, IN_VS, .setup = SET("hideleg", "4") SET("vsie", "2"),
     .code = "csrsi sstatus, 2; csrsi sip, 2; fault: nop", .to = IN_VS, .cause = INTERRUPT_CODE(1)},
    {"a guest enables its own by sie", VSINT, IN_VS,
     .setup = SET("hideleg", "0x40") SET("hvip", "0x40"),
     .code = "csrsi sstatus, 2; li t0, 0x20; csrs sie, t0; fault: nop", .to = IN_VS,
     .cause = INTERRUPT_CODE(5)},
    {"vectored: 9 by vstvec", DELEG, IN_VU,
     .setup = SET("hideleg", "0x400") VIRTUAL_ONES("0x400") "csrsi vstvec, 1", .code = "nop",
     .vs_handler = ".org 0x13024; csrr a0, scause; andi a0, a0, 15; csrw sie, zero; "
         "la t0, end; csrw sepc, t0; sret", .a0 = 9},
    {"vectored: 10 by stvec", HINT, IN_VS, .setup = VIRTUAL_ONES("0x400") "csrsi stvec, 1",
     .code = "nop",
     .hs_handler = ".org 0x12028; csrr a0, scause; andi a0, a0, 15; csrw hie, zero; "
         "la t0, end; csrw sepc, t0; sret", .a0 = 10},
    {"vectored: 2 by stvec", HINT, IN_VS, .setup = VIRTUAL_ONES("4") "csrsi stvec, 1",
     .code = "nop",
     .hs_handler = ".org 0x12008; csrr a0, scause; andi a0, a0, 15; csrw hie, zero; "
         "la t0, end; csrw sepc, t0; sret", .a0 = 2},

    /* Several at a time. */
    {"VSEI before VSSI and VSTI", HINT, IN_VS, .setup = VIRTUAL_ONES("0x444"), .code = "nop",
     .to = IN_HS, .cause = INTERRUPT_CODE(10), .qemu = QEMU_ORDER},
    {"VSSI before VSTI", HINT, IN_VS, .setup = VIRTUAL_ONES("0x44"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(2)},
    {"SEI before all", HINT, IN_VS, .setup = VIRTUAL_ONES("0x444") S_ONES("0x222"), .code = "nop",
     .to = IN_HS, .cause = INTERRUPT_CODE(9), .qemu = QEMU_ORDER},
    {"SSI before STI and VSEI", HINT, IN_VS, .setup = VIRTUAL_ONES("0x444") S_ONES("0x22"),
     .code = "nop", .to = IN_HS, .cause = INTERRUPT_CODE(1)},
    {"STI before VSEI", HINT, IN_VS, .setup = VIRTUAL_ONES("0x444") S_ONES("0x20"), .code = "nop",
     .to = IN_HS, .cause = INTERRUPT_CODE(5), .qemu = QEMU_ORDER},
    {"what goes to M-mode goes first", HINT, IN_VS,
     .setup = SET("mideleg", "0") CLEAR("mideleg", "2") VIRTUAL_ONES("0x444") S_ONES("2"),
     .code = "nop", .to = IN_M, .cause = INTERRUPT_CODE(1)},
    {"what goes to HS-mode goes before what is the guest's", HINT, IN_VU,
     .setup = SET("hideleg", "0x400") VIRTUAL_ONES("0x404"), .code = "nop", .to = IN_HS,
     .cause = INTERRUPT_CODE(2)},
    {"of the guest's the external one goes first", DELEG, IN_VU,
     .setup = SET("hideleg", "0x444") VIRTUAL_ONES("0x444"), .code = "nop", .to = IN_VS,
     .cause = INTERRUPT_CODE(9), .qemu = QEMU_ORDER},
    {"then the software one", DELEG, IN_VU, .setup = SET("hideleg", "0x444") VIRTUAL_ONES("0x44"),
     .code = "nop", .to = IN_VS, .cause = INTERRUPT_CODE(1), .qemu = QEMU_VS},
    {"an interrupt writes no instruction and no value", TINST, IN_VS,
     .setup = "csrwi htval, 8; csrwi stval, 8; csrwi htinst, 0\n" VIRTUAL_ONES("4"), .code = "nop",
     .to = IN_HS, .cause = INTERRUPT_CODE(2)},

    /* wfi. */
    {"wfi in VS-mode ends by an interrupt that is the guest's", "Wait for Interrupt", IN_VS,
     .setup = SET("hideleg", "4") VIRTUAL_ONES("4"), .code = "wfi; li a0, 3", .a0 = 3},
    {"wfi in HS-mode ends by a guest's interrupt, too", "Wait for Interrupt", IN_HS,
     .setup = SET("hideleg", "4") VIRTUAL_ONES("4"), .code = "wfi; li a0, 3", .a0 = 3},
    {"wfi in M-mode ends by it, too", "Wait for Interrupt", IN_M, .setup = VIRTUAL_ONES("4"),
     .code = "wfi; li a0, 3", .a0 = 3},
    {"wfi in VS-mode ends by HS-mode's interrupt, which is taken", "Wait for Interrupt", IN_VS,
     .setup = SET("menvcfg", "1 << 63") SET("mie", "0x20") "csrr t0, time; addi t0, t0, 40; "
         "csrw stimecmp, t0", .code = "wfi; fault: nop", .to = IN_HS, .cause = INTERRUPT_CODE(5),
     .qemu = "its time is the host's"},
    {"wfi in VS-mode ends by vstimecmp", VSTIMECMP, IN_VS,
     .setup = SET("hideleg", "0x40") SET("menvcfg", "1 << 63") SET("henvcfg", "1 << 63") SET("hie", "0x40") SET("vsstatus", "2") "csrr t0, time; "
         "addi t0, t0, 40; csrw vstimecmp, t0", .code = "wfi; fault: nop", .to = IN_VS,
     .cause = INTERRUPT_CODE(5), .qemu = "its time is the host's"},
};

/* --- time ------------------------------------------------------------------------- */

#define STCE SET("menvcfg", "1 << 63") SET("henvcfg", "1 << 63") "csrwi mcounteren, 2; csrwi hcounteren, 2\n"

static const struct guest_case times[] = {
    {"VS-mode's time is time and htimedelta", HTIMEDELTA, IN_VS,
     .setup = STCE "li t0, 1 << 40; csrw htimedelta, t0", .code = "csrr a0, time; srli a0, a0, 40",
     .a0 = 1},
    {"VU-mode's, too", HTIMEDELTA, IN_VU,
     .setup = STCE "csrwi scounteren, 2; li t0, 1 << 40; csrw htimedelta, t0",
     .code = "csrr a0, time; srli a0, a0, 40", .a0 = 1},
    {"HS-mode's is not", HTIMEDELTA, IN_HS, .setup = STCE "li t0, 1 << 40; csrw htimedelta, t0",
     .code = "csrr a0, time; srli a0, a0, 40", .a0 = 0},
    {"nor is M-mode's", HTIMEDELTA, IN_M, .setup = STCE "li t0, 1 << 40; csrw htimedelta, t0",
     .code = "csrr a0, time; srli a0, a0, 40", .a0 = 0},
    {"nor is U-mode's", HTIMEDELTA, IN_U,
     .setup = STCE "csrwi scounteren, 2; li t0, 1 << 40; csrw htimedelta, t0",
     .code = "csrr a0, time; srli a0, a0, 40", .a0 = 0},
    {"a negative delta: the sum wraps", HTIMEDELTA, IN_VS,
     .setup = STCE "li t0, -1 << 40; csrw htimedelta, t0", .code = "csrr a0, time; srai a0, a0, 40",
     .a0 = UINT64_MAX},
    {"vstimecmp reached: hip.VSTIP", VSTIMECMP, IN_HS, .setup = STCE,
     .code = "csrw vstimecmp, zero; csrr a0, hip", .a0 = 0x40},
    {"vstimecmp not reached", VSTIMECMP, IN_HS, .setup = STCE,
     .code = "li t0, -1; csrw vstimecmp, t0; csrr a0, hip", .a0 = 0},
    {"it is compared with the guest's time", VSTIMECMP, IN_HS,
     .setup = STCE "li t0, 1 << 40; csrw htimedelta, t0",
     .code = "li t0, 1 << 39; csrw vstimecmp, t0; csrr a0, hip", .a0 = 0x40},
    {"with a negative delta", VSTIMECMP, IN_HS,
     .setup = STCE "li t0, -1 << 40; csrw htimedelta, t0",
     .code = "li t0, 1 << 39; csrw vstimecmp, t0; csrr a0, hip", .a0 = 0x40},
    {"values are unsigned", VSTIMECMP, IN_HS, .setup = STCE,
     .code = "li t0, 1 << 63; csrw vstimecmp, t0; csrr a0, hip", .a0 = 0},
    {"writing htimedelta compares again", VSTIMECMP, IN_HS,
     .setup = STCE "li t0, 1 << 39; csrw vstimecmp, t0",
     .code = "li t0, 1 << 40; csrw htimedelta, t0; csrr a0, hip", .a0 = 0x40,
     .qemu = "it compares when vstimecmp is written"},
    {"and takes it back", VSTIMECMP, IN_HS,
     .setup = STCE "li t0, 1 << 40; csrw htimedelta, t0; li t0, 1 << 39; csrw vstimecmp, t0",
     .code = "csrw htimedelta, zero; csrr a0, hip", .a0 = 0,
     .qemu = "it compares when vstimecmp is written"},
    {"a greater vstimecmp takes it back", VSTIMECMP, IN_HS, .setup = STCE "csrw vstimecmp, zero",
     .code = "li t0, -1; csrw vstimecmp, t0; csrr a0, hip", .a0 = 0},
    {"VSTIP is the OR of hvip's and the comparator's", HINT, IN_HS,
     .setup = STCE "li t0, -1; csrw vstimecmp, t0\n" SET("hvip", "0x40"), .code = "csrr a0, hip",
     .a0 = 0x40, .qemu = "writing vstimecmp clears hvip.VSTIP, too"},
    {"hvip.VSTIP is not the comparator's", HINT, IN_HS, .setup = STCE "csrw vstimecmp, zero",
     .code = "csrr a0, hvip", .a0 = 0},
    {"mip.VSTIP shows the comparator", MPRIO, IN_M, .setup = STCE "csrw vstimecmp, zero",
     .code = "csrr a0, mip; andi a0, a0, 0x40", .a0 = 0x40},
    {"without henvcfg.STCE VSTIP is hvip's alone",
     "Hypervisor Environment Configuration Register (henvcfg)", IN_HS,
     .setup = SET("menvcfg", "1 << 63") "csrwi mcounteren, 2; csrw vstimecmp, zero",
     .code = "csrr a0, hip", .a0 = 0, .qemu = "VSTIP follows vstimecmp whatever STCE is"},
    {"without menvcfg.STCE neither", "Hypervisor Environment Configuration Register (henvcfg)",
     IN_M, .setup = "csrw vstimecmp, zero", .code = "csrr a0, hip", .a0 = 0,
     .qemu = "VSTIP follows vstimecmp whatever STCE is"},
    {"a guest's timer by stimecmp, taken by the guest", VSTIMECMP, IN_VS,
     .setup = STCE SET("hideleg", "0x40") SET("hie", "0x40"),
     .code = "csrsi sstatus, 2; csrw stimecmp, zero; fault: nop", .to = IN_VS,
     .cause = INTERRUPT_CODE(5)},
    {"a guest's stimecmp is not HS-mode's", VSTIMECMP, IN_VS,
     .setup = STCE SET("mie", "0x20") "li t0, -1; csrw stimecmp, t0",
     .code = "csrw stimecmp, zero; nop; li a0, 3", .a0 = 3},
    {"stimecmp of HS-mode does not see htimedelta", VSTIMECMP, IN_HS,
     .setup = STCE "li t0, 1 << 40; csrw htimedelta, t0",
     .code = "li t0, 1 << 39; csrw stimecmp, t0; csrr a0, sip", .a0 = 0},
    {"vstimecmp in the guest's sip", VSINT, IN_VS,
     .setup = STCE SET("hideleg", "0x40") "csrw vstimecmp, zero", .code = "csrr a0, sip",
     .a0 = 0x20, .qemu = "vsip shows SSIP only"},
    {"cycle in VS-mode is the hart's", "Hypervisor Counter-Enable (hcounteren) Register", IN_VS,
     .setup = "csrwi mcounteren, 7; csrwi hcounteren, 7; li t0, 1 << 40; csrw mcycle, t0",
     .code = "csrr a0, cycle; srli a0, a0, 40", .a0 = 1},
    {"instret in VS-mode counts", "Hypervisor Counter-Enable (hcounteren) Register", IN_VS,
     .setup = "csrwi mcounteren, 7; csrwi hcounteren, 7",
     .code = "csrr a1, instret; nop; nop; csrr a0, instret; sub a0, a0, a1", .a0 = 3,
     .qemu = "it counts time, not instructions"},
};
/* clang-format on */

START_TEST(an_interrupt_takes_its_route)
{
    guest_check(&routes[_i]);
}
END_TEST

START_TEST(a_guest_has_its_own_time)
{
    guest_check(&times[_i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, an_interrupt_takes_its_route, 0, COUNT(routes));
    tcase_add_loop_test(tcase, a_guest_has_its_own_time, 0, COUNT(times));
}

TEST_MAIN("hypervisor_interrupts", add_tests)
