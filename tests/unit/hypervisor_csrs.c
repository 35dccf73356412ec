/*
 * The hypervisor extension's CSRs, claim by claim: fields, what can be written, and who
 * else shows the same bits (Privileged, Hypervisor Extension: Hypervisor and Virtual
 * Supervisor CSRs; Machine-Level CSRs). Sections are named by their titles.
 */
#include "machine/board/run.h"
#include "tests/lib/guest_case.h"
#include "tests/lib/suite.h"

#include <string.h>

/* Writes, then reads back, in M-mode. */
#define WRITE(csr, value) "li t0, " value "; csrw " csr ", t0; csrr a0, " csr
#define SET(csr, value)   "li t0, " value "; csrs " csr ", t0\n"
#define CLEAR(csr, value) "li t0, " value "; csrc " csr ", t0\n"
#define ALL               "-1"

#define QEMU_KEEPS_ALL "it stores bits of causes and interrupts that do not exist here"
#define QEMU_NO_ADUE   "it has no ADUE"

#define HSTATUS    "Hypervisor Status (hstatus) Register"
#define DELEG      "Hypervisor Trap Delegation (hedeleg and hideleg) Registers"
#define HINT       "Hypervisor Interrupt (hvip, hip, and hie) Registers"
#define HGEI       "Hypervisor Guest External Interrupt Registers (hgeip and hgeie)"
#define HENVCFG    "Hypervisor Environment Configuration Register (henvcfg)"
#define HCOUNTER   "Hypervisor Counter-Enable (hcounteren) Register"
#define HTIMEDELTA "Hypervisor Time Delta (htimedelta) Register"
#define HTVAL      "Hypervisor Trap Value (htval) Register"
#define HTINST     "Hypervisor Trap Instruction (htinst) Register"
#define HGATP      "Hypervisor Guest Address Translation and Protection (hgatp) Register"
#define VSSTATUS   "Virtual Supervisor Status (vsstatus) Register"
#define VSINT      "Virtual Supervisor Interrupt (vsip and vsie) Registers"
#define VSTVEC     "Virtual Supervisor Trap Vector Base Address (vstvec) Register"
#define VSCSR      "Hypervisor and Virtual Supervisor CSRs"
#define VSEPC      "Virtual Supervisor Exception Program Counter (vsepc) Register"
#define VSATP      "Virtual Supervisor Address Translation and Protection (vsatp) Register"
#define VSTIMECMP  "Virtual Supervisor Timer (vstimecmp) Register"
#define MSTATUS    "Machine Status (mstatus and mstatush) Registers"
#define MIDELEG    "Machine Interrupt Delegation (mideleg) Register"
#define MIP        "Machine Interrupt (mip and mie) Registers"
#define MTVAL2     "Machine Second Trap Value (mtval2) Register"
#define MTINST     "Machine Trap Instruction (mtinst) Register"

/* clang-format off */
static const struct guest_case fields[] = {
    {"misa has H", "Extension for Hypervisor Support", IN_M,
     .code = "csrr a0, misa; srli a0, a0, 7; andi a0, a0, 1", .a0 = 1},

    {"hstatus: VTSR, VTW, VTVM, HU, SPVP, SPV, GVA; VSXL is 2", HSTATUS, IN_M,
     .code = WRITE("hstatus", ALL), .a0 = UINT64_C(0x2007003c0),
     .qemu = "VGEIN keeps what is written, though GEILEN is 0"},
    {"hstatus clears to VSXL", HSTATUS, IN_M, .code = WRITE("hstatus", "0"),
     .a0 = UINT64_C(0x200000000)},
    {"VSXL is read-only: VS-mode has 64 bits", HSTATUS, IN_M, .code = WRITE("hstatus", "1 << 32"),
     .a0 = UINT64_C(0x200000000)},
    {"VSBE is read-only zero", HSTATUS, IN_M, .code = WRITE("hstatus", "0x20"),
     .a0 = UINT64_C(0x200000000)},
    {"VGEIN is zero where GEILEN is", HSTATUS, IN_M, .code = WRITE("hstatus", "1 << 12"),
     .a0 = UINT64_C(0x200000000), .qemu = "VGEIN keeps what is written, though GEILEN is 0"},
    {"HUPMM is zero without Ssnpm", HSTATUS, IN_M, .code = WRITE("hstatus", "3 << 48"),
     .a0 = UINT64_C(0x200000000), .qemu = "it stores all bits of hstatus"},
    {"SPVP alone", HSTATUS, IN_M, .code = WRITE("hstatus", "0x100"), .a0 = UINT64_C(0x200000100)},
    {"SPV alone", HSTATUS, IN_M, .code = WRITE("hstatus", "0x80"), .a0 = UINT64_C(0x200000080)},
    {"GVA alone", HSTATUS, IN_M, .code = WRITE("hstatus", "0x40"), .a0 = UINT64_C(0x200000040)},
    {"HU alone", HSTATUS, IN_M, .code = WRITE("hstatus", "0x200"), .a0 = UINT64_C(0x200000200)},
    {"VTVM alone", HSTATUS, IN_M, .code = WRITE("hstatus", "1 << 20"), .a0 = UINT64_C(0x200100000)},
    {"VTW alone", HSTATUS, IN_M, .code = WRITE("hstatus", "1 << 21"), .a0 = UINT64_C(0x200200000)},
    {"VTSR alone", HSTATUS, IN_M, .code = WRITE("hstatus", "1 << 22"), .a0 = UINT64_C(0x200400000)},
    {"HS-mode reads and writes hstatus", HSTATUS, IN_HS, .code = WRITE("hstatus", "0x380"),
     .a0 = UINT64_C(0x200000380)},

    {"medeleg: causes of the hypervisor extension, too", "Trap Cause Codes", IN_M,
     .code = WRITE("medeleg", ALL), .a0 = 0xf0b7ff, .qemu = QEMU_KEEPS_ALL},
    {"hedeleg: what a guest can handle", DELEG, IN_M, .code = WRITE("hedeleg", ALL), .a0 = 0xcb1ff,
     .qemu = QEMU_KEEPS_ALL},
    {"hedeleg: ecall from HS-mode never", DELEG, IN_M, .code = WRITE("hedeleg", "1 << 9"), .a0 = 0},
    {"hedeleg: ecall from VS-mode never", DELEG, IN_M, .code = WRITE("hedeleg", "1 << 10"),
     .a0 = 0},
    {"hedeleg: ecall from M-mode never", DELEG, IN_M, .code = WRITE("hedeleg", "1 << 11"), .a0 = 0},
    {"hedeleg: guest-page faults and virtual instruction never", DELEG, IN_M,
     .code = WRITE("hedeleg", "0xf << 20"), .a0 = 0},
    {"hedeleg: not where medeleg is 0 either: it is writable", DELEG, IN_M,
     .code = "csrw medeleg, zero\n" WRITE("hedeleg", "0xcb1ff"), .a0 = 0xcb1ff,
     .qemu = "it does not know causes 18 and 19"},
    {"hideleg: the three VS interrupts", DELEG, IN_M, .code = WRITE("hideleg", ALL), .a0 = 0x444,
     .qemu = QEMU_KEEPS_ALL},
    {"hideleg: the S interrupts are read-only zero", DELEG, IN_M,
     .code = WRITE("hideleg", "0x1222"), .a0 = 0},
    {"hideleg: from HS-mode as well", DELEG, IN_HS, .code = WRITE("hideleg", "0x444"), .a0 = 0x444},

    {"hvip: VSEIP, VSTIP, VSSIP", HINT, IN_M, .code = WRITE("hvip", ALL), .a0 = 0x444},
    {"hvip clears", HINT, IN_M, .code = SET("hvip", ALL) WRITE("hvip", "0"), .a0 = 0},
    {"hie: VSEIE, VSTIE, VSSIE; SGEIE is zero where GEILEN is", HINT, IN_M,
     .code = WRITE("hie", ALL), .a0 = 0x444, .qemu = "SGEIE is writable, though GEILEN is 0"},
    {"hip: only VSSIP is writable", HINT, IN_M, .code = WRITE("hip", ALL), .a0 = 0x4},
    {"hgeip is zero where GEILEN is", HGEI, IN_M, .code = "csrr a0, hgeip", .a0 = 0},
    {"hgeip is read-only", HGEI, IN_M, .code = "csrw hgeip, zero", .to = IN_M, .cause = 2,
     .tval = 0xe1201073},
    {"hgeie is zero where GEILEN is", HGEI, IN_M, .code = WRITE("hgeie", ALL), .a0 = 0},

    {"GEILEN 5: bits 5 to 1 of hgeie", HGEI, IN_M, .geilen = 5, .code = WRITE("hgeie", ALL),
     .a0 = 0x3e},
    {"GEILEN 63: all but bit 0", HGEI, IN_M, .geilen = 63, .code = WRITE("hgeie", ALL),
     .a0 = UINT64_MAX - 1},
    {"GEILEN 5: hgeip is still read-only", HGEI, IN_M, .geilen = 5, .code = "csrw hgeip, zero",
     .to = IN_M, .cause = 2, .tval = 0xe1201073},
    {"GEILEN 5: hgeip shows nothing of itself", HGEI, IN_M, .geilen = 5, .code = "csrr a0, hgeip",
     .a0 = 0},
    {"GEILEN 5: VGEIN holds 5", HSTATUS, IN_M, .geilen = 5,
     .code = WRITE("hstatus", "5 << 12") "; srli a0, a0, 12; andi a0, a0, 63", .a0 = 5},
    {"GEILEN 5: VGEIN holds 1", HSTATUS, IN_M, .geilen = 5,
     .code = WRITE("hstatus", "1 << 12") "; srli a0, a0, 12; andi a0, a0, 63", .a0 = 1},
    {"GEILEN 63: VGEIN holds 63", HSTATUS, IN_M, .geilen = 63,
     .code = WRITE("hstatus", "63 << 12") "; srli a0, a0, 12; andi a0, a0, 63", .a0 = 63},
    {"GEILEN 5: hie.SGEIE", HINT, IN_M, .geilen = 5, .code = WRITE("hie", ALL), .a0 = 0x1444},
    {"GEILEN 5: mie.SGEIE", MIP, IN_M, .geilen = 5, .code = WRITE("mie", ALL), .a0 = 0x1eee},
    {"GEILEN 5: mideleg bit 12 is read-only one", MIDELEG, IN_M, .geilen = 5,
     .code = WRITE("mideleg", "0"), .a0 = 0x1444},
    {"GEILEN 5: hideleg bit 12 is read-only zero", DELEG, IN_M, .geilen = 5,
     .code = WRITE("hideleg", ALL), .a0 = 0x444},
    {"GEILEN 5: hip.SGEIP is read-only", HINT, IN_M, .geilen = 5,
     .code = SET("hgeie", ALL) SET("hip", ALL) "csrr a0, hip", .a0 = 4},

    {"henvcfg is masked by menvcfg: nothing is left", HENVCFG, IN_M,
     .code = "csrw menvcfg, zero\n" WRITE("henvcfg", "7 << 61"), .a0 = 0,
     .qemu = "henvcfg does not follow menvcfg"},
    {"henvcfg: FIOM, CBIE, CBCFE, CBZE, and ADUE and STCE as menvcfg has them", HENVCFG, IN_M,
     .code = SET("menvcfg", ALL) WRITE("henvcfg", ALL), .a0 = UINT64_C(0xa0000000000000f1),
     .qemu = QEMU_NO_ADUE},
    {"henvcfg.STCE is read-only zero while menvcfg.STCE is 0", HENVCFG, IN_M,
     .code = SET("menvcfg", "1 << 63") SET("henvcfg", "1 << 63") CLEAR("menvcfg", "1 << 63") "csrr a0, henvcfg",
     .a0 = 0, .qemu = "henvcfg does not follow menvcfg"},
    {"henvcfg.ADUE is read-only zero while menvcfg.ADUE is 0", HENVCFG, IN_M,
     .code = SET("menvcfg", "1 << 61") SET("henvcfg", "1 << 61") CLEAR("menvcfg", "1 << 61") "csrr a0, henvcfg",
     .a0 = 0, .qemu = QEMU_NO_ADUE},
    {"henvcfg.CBIE is never 2", HENVCFG, IN_M,
     .code = WRITE("henvcfg", "0x20") "; andi a0, a0, 0x30", .a0 = 0,
     .qemu = "it stores CBIE 10, which is reserved"},
    {"henvcfg.CBIE 3", HENVCFG, IN_M, .code = WRITE("henvcfg", "0x30"), .a0 = 0x30},
    {"henvcfg.PBMTE is zero without Svpbmt", HENVCFG, IN_M,
     .code = SET("menvcfg", ALL) WRITE("henvcfg", "1 << 62"), .a0 = 0,
     .qemu = "it stores PBMTE without Svpbmt"},
    {"henvcfg.FIOM", HENVCFG, IN_M, .code = WRITE("henvcfg", "1"), .a0 = 1},

    {"hcounteren: CY, TM, IR", HCOUNTER, IN_M, .code = WRITE("hcounteren", ALL), .a0 = 7,
     .qemu = "it has event counters"},
    {"hcounteren clears", HCOUNTER, IN_M, .code = SET("hcounteren", "7") WRITE("hcounteren", "0"),
     .a0 = 0},
    {"htimedelta has 64 bits", HTIMEDELTA, IN_M, .code = WRITE("htimedelta", "-3"),
     .a0 = (uint64_t)-3},
    {"htval holds what it may be given", HTVAL, IN_M, .code = WRITE("htval", "0x3fffffffffff"),
     .a0 = UINT64_C(0x3fffffffffff)},
    {"htval clears", HTVAL, IN_M, .code = WRITE("htval", "0"), .a0 = 0},
    {"htinst holds a transformed instruction", HTINST, IN_M, .code = WRITE("htinst", "0x3003"),
     .a0 = 0x3003, .qemu = "htinst cannot be written"},
    {"htinst holds a pseudoinstruction", HTINST, IN_M, .code = WRITE("htinst", "0x3020"),
     .a0 = 0x3020, .qemu = "htinst cannot be written"},
    {"mtval2 holds what it may be given", MTVAL2, IN_M, .code = WRITE("mtval2", "0x3fffffffffff"),
     .a0 = UINT64_C(0x3fffffffffff)},
    {"mtinst holds a pseudoinstruction", MTINST, IN_M, .code = WRITE("mtinst", "0x3000"),
     .a0 = 0x3000},
    {"htval is the hypervisor's", HTVAL, IN_HS, .code = WRITE("htval", "0x20"), .a0 = 0x20},
    {"mtval2 is not", MTVAL2, IN_HS, .code = "csrr a0, mtval2", .to = IN_M, .cause = 2,
     .tval = 0x34b02573},

    {"hgatp: Sv39x4, 14 bits of VMID, PPN without its two low bits", HGATP, IN_M,
     .code = WRITE("hgatp", "8 << 60 | 0xfffffffffffffff"),
     .a0 = UINT64_C(0x83fffffffffffffc) & ~(UINT64_C(3) << 58),
     .qemu = "it stores all bits of hgatp"},
    {"hgatp: Sv48x4", HGATP, IN_M, .code = WRITE("hgatp", "9 << 60 | 1 << 44 | 0x80020"),
     .a0 = UINT64_C(0x9000100000080020)},
    {"hgatp: Bare", HGATP, IN_M, .code = WRITE("hgatp", "0"), .a0 = 0},
    {"hgatp: an unsupported MODE does not void the write", HGATP, IN_M,
     .code = "csrw hgatp, zero; li t0, 15 << 60 | 5 << 44 | 0x80020; csrw hgatp, t0; "
         "csrr a0, hgatp; slli a0, a0, 4; srli a0, a0, 48", .a0 = 5,
     .qemu = "it ignores such a write"},
    {"hgatp: and MODE keeps a supported value", HGATP, IN_M,
     .code = "li t0, 8 << 60 | 0x80020; csrw hgatp, t0; li t0, 15 << 60; csrw hgatp, t0; "
         "csrr a0, hgatp; srli a0, a0, 60\n" "li t0, 8; beq a0, t0, 1f; li t0, 9; beq a0, t0, 1f; "
         "beqz a0, 1f; j 2f\n1: li a0, 1; 2:", .a0 = 1, .qemu = "it stores all bits of hgatp"},
    {"hgatp in HS-mode", HGATP, IN_HS, .code = WRITE("hgatp", "8 << 60 | 0x80020"),
     .a0 = UINT64_C(0x8000000000080020)},
    {"hgatp in HS-mode under TVM: illegal", HGATP, IN_HS, .setup = SET("mstatus", "1 << 20"),
     .code = "csrr a0, hgatp", .to = IN_M, .cause = 2, .tval = 0x68002573,
     .qemu = "TVM does not stop hgatp"},
    {"hgatp in M-mode under TVM", HGATP, IN_M, .setup = SET("mstatus", "1 << 20"),
     .code = WRITE("hgatp", "0"), .a0 = 0},
    {"vsatp in HS-mode under TVM", MSTATUS, IN_HS, .setup = SET("mstatus", "1 << 20"),
     .code = WRITE("vsatp", "8 << 60 | 0x80020"), .a0 = UINT64_C(0x8000000000080020)},

    {"vsstatus: SIE, SPIE, SPP, SUM, MXR; UXL is 2", VSSTATUS, IN_M, .code = WRITE("vsstatus", ALL),
     .a0 = UINT64_C(0x2000c0122), .qemu = "it stores FS, VS and XS"},
    {"vsstatus clears to UXL", VSSTATUS, IN_M, .code = WRITE("vsstatus", "0"),
     .a0 = UINT64_C(0x200000000)},
    {"vsie is zero while nothing is delegated", VSINT, IN_M, .code = WRITE("vsie", ALL), .a0 = 0},
    {"vsip is zero while nothing is delegated", VSINT, IN_M,
     .code = SET("hvip", ALL) "csrr a0, vsip", .a0 = 0},
    {"vsie: three bits where hideleg has them", VSINT, IN_M,
     .code = SET("hideleg", "0x444") WRITE("vsie", ALL), .a0 = 0x222},
    {"vsip: of a guest's interrupts only SSIP can be written", VSINT, IN_M,
     .code = SET("hideleg", "0x444") WRITE("vsip", ALL), .a0 = 0x2},
    {"vstvec direct", VSTVEC, IN_M, .code = WRITE("vstvec", "0x80001230"), .a0 = 0x80001230},
    {"vstvec vectored", VSTVEC, IN_M, .code = WRITE("vstvec", "0x80001231"), .a0 = 0x80001231},
    {"vsscratch", "Virtual Supervisor Scratch (vsscratch) Register", IN_M,
     .code = WRITE("vsscratch", ALL), .a0 = UINT64_MAX},
    {"vsepc bit 0 is 0", VSEPC, IN_M, .code = WRITE("vsepc", ALL), .a0 = UINT64_MAX - 1,
     .qemu = "it stores bit 0"},
    {"vscause holds interrupts", "Virtual Supervisor Cause (vscause) Register", IN_M,
     .code = WRITE("vscause", "1 << 63 | 9"), .a0 = BIT(63) | 9},
    {"vstval", "Virtual Supervisor Trap Value (vstval) Register", IN_M,
     .code = WRITE("vstval", ALL), .a0 = UINT64_MAX},
    {"vsatp Sv39", VSATP, IN_M, .code = WRITE("vsatp", "8 << 60 | 0xffff << 44 | 0x80020"),
     .a0 = UINT64_C(0x8ffff00000080020)},
    {"vsatp Sv48", VSATP, IN_M, .code = WRITE("vsatp", "9 << 60 | 0x80020"),
     .a0 = UINT64_C(0x9000000000080020)},
    {"satp in VS-mode: an unsupported MODE changes nothing", VSATP, IN_VS,
     .code = "csrr a1, satp; li t0, 15 << 60 | 77; csrw satp, t0; csrr a0, satp; sub a0, a0, a1",
     .a0 = 0},
    {"vstimecmp has 64 bits", VSTIMECMP, IN_M, .code = WRITE("vstimecmp", "-2"),
     .a0 = (uint64_t)-2},

    {"mstatus: MPV and GVA", MSTATUS, IN_M,
     .code = WRITE("mstatus", "3 << 38") "; srli a0, a0, 38; andi a0, a0, 3", .a0 = 3},
    {"sstatus does not show them", MSTATUS, IN_M,
     .code = SET("mstatus", "3 << 38") "csrr a0, sstatus; srli a0, a0, 38", .a0 = 0},
    {"mideleg: bits 10, 6 and 2 are read-only one", MIDELEG, IN_M, .code = WRITE("mideleg", "0"),
     .a0 = 0x444, .qemu = "bit 12 is one, too, though GEILEN is 0"},
    {"mideleg: bit 12 is zero where GEILEN is", MIDELEG, IN_M, .code = WRITE("mideleg", ALL),
     .a0 = 0x666, .qemu = "bit 12 is one, too, though GEILEN is 0"},
    {"mie: all interrupts that there are", MIP, IN_M, .code = WRITE("mie", ALL), .a0 = 0xeee,
     .qemu = "SGEIE is writable, though GEILEN is 0"},
    {"mip: VSSIP, SSIP, STIP, SEIP can be written", MIP, IN_M, .code = WRITE("mip", ALL),
     .a0 = 0x226, .qemu = "mip.VSEIP and mip.VSTIP can be written"},
};

/* --- the same bits seen from elsewhere --- */
static const struct guest_case aliases[] = {
    {"hvip.VSSIP is hip's", HINT, IN_M, .code = "csrwi hvip, 4; csrr a0, hip", .a0 = 4},
    {"and the other way round", HINT, IN_M, .code = "csrwi hip, 4; csrr a0, hvip", .a0 = 4},
    {"hip clears it in hvip", HINT, IN_M, .code = "csrwi hvip, 4; csrwi hip, 0; csrr a0, hvip",
     .a0 = 0},
    {"hvip.VSTIP is seen in hip", HINT, IN_M, .code = SET("hvip", "0x40") "csrr a0, hip",
     .a0 = 0x40},
    {"hip does not clear it", HINT, IN_M,
     .code = SET("hvip", "0x40") "csrw hip, zero; csrr a0, hip", .a0 = 0x40},
    {"hvip.VSEIP is seen in hip", HINT, IN_M, .code = SET("hvip", "0x400") "csrr a0, hip",
     .a0 = 0x400},
    {"hip does not clear that either", HINT, IN_M,
     .code = SET("hvip", "0x400") "csrw hip, zero; csrr a0, hvip", .a0 = 0x400},
    {"hip does not set them", HINT, IN_M, .code = SET("hip", "0x440") "csrr a0, hvip", .a0 = 0},
    {"sip has none of them", HINT, IN_M, .code = SET("hvip", ALL) "csrr a0, sip", .a0 = 0},
    {"sie and hie exclude each other: sie", HINT, IN_M,
     .code = SET("sie", ALL) "csrr a0, sie; li t0, 0x1444; and a0, a0, t0", .a0 = 0},
    {"sie and hie exclude each other: hie", HINT, IN_M,
     .code = SET("hie", ALL) "csrr a0, hie; li t0, 0x222; and a0, a0, t0", .a0 = 0},
    {"mip shows hip", MIP, IN_M, .code = SET("hvip", ALL) "csrr a0, mip", .a0 = 0x444},
    {"mip.VSSIP is hip's", MIP, IN_M, .code = "csrwi mip, 4; csrr a0, hip", .a0 = 4},
    {"and hvip's", MIP, IN_M, .code = "csrwi mip, 4; csrr a0, hvip", .a0 = 4},
    {"mip does not clear VSEIP", MIP, IN_M,
     .code = SET("hvip", "0x400") "csrw mip, zero; csrr a0, hip", .a0 = 0x400,
     .qemu = "mip.VSEIP and mip.VSTIP can be written"},
    {"mie shows hie", MIP, IN_M, .code = SET("hie", "0x444") "csrr a0, mie", .a0 = 0x444},
    {"hie shows mie", MIP, IN_M, .code = SET("mie", "0xeee") "csrr a0, hie", .a0 = 0x444},
    {"hie writes mie's VS bits alone", MIP, IN_M,
     .code = SET("mie", "0xeee") "csrw hie, zero; csrr a0, mie", .a0 = 0xaaa},
    {"sie does not show VS interrupts", MIP, IN_M, .code = SET("mie", "0xeee") "csrr a0, sie",
     .a0 = 0x222},
    {"vsip.SSIP is hip.VSSIP, a place lower", VSINT, IN_M,
     .code = SET("hideleg", "4") "csrwi hvip, 4; csrr a0, vsip", .a0 = 2},
    {"vsip.STIP is hip.VSTIP", VSINT, IN_M,
     .code = SET("hideleg", "0x40") SET("hvip", ALL) "csrr a0, vsip", .a0 = 0x20,
     .qemu = "vsip shows SSIP only"},
    {"vsip.SEIP is hip.VSEIP", VSINT, IN_M,
     .code = SET("hideleg", "0x400") SET("hvip", ALL) "csrr a0, vsip", .a0 = 0x200,
     .qemu = "vsip shows SSIP only"},
    {"writing vsip.SSIP writes hvip", VSINT, IN_M,
     .code = SET("hideleg", "4") "csrwi vsip, 2; csrr a0, hvip", .a0 = 4},
    {"without hideleg it does not", VSINT, IN_M, .code = "csrwi vsip, 2; csrr a0, hvip", .a0 = 0},
    {"vsip does not clear VSTIP", VSINT, IN_M,
     .code = SET("hideleg", "0x444") SET("hvip", "0x440") "csrw vsip, zero; csrr a0, hvip",
     .a0 = 0x440},
    {"vsie is hie, a place lower", VSINT, IN_M,
     .code = SET("hideleg", "0x444") SET("hie", "0x440") "csrr a0, vsie", .a0 = 0x220},
    {"writing vsie writes hie", VSINT, IN_M,
     .code = SET("hideleg", "0x444") SET("vsie", "0x202") "csrr a0, hie", .a0 = 0x404},
    {"and mie", VSINT, IN_M, .code = SET("hideleg", "0x444") SET("vsie", "0x222") "csrr a0, mie",
     .a0 = 0x444},
    {"vsie writes only what is delegated", VSINT, IN_M,
     .code = SET("hie", "0x444") SET("hideleg", "0x40") "csrw vsie, zero; csrr a0, hie",
     .a0 = 0x404},
    {"vsie shows only what is delegated", VSINT, IN_M,
     .code = SET("hie", "0x444") SET("hideleg", "0x40") "csrr a0, vsie", .a0 = 0x20},

    {"VS-mode's sie is vsie", VSINT, IN_VS,
     .setup = SET("hideleg", "0x444") SET("hie", "0x444") SET("sie", "0x200"),
     .code = "csrr a0, sie", .a0 = 0x222},
    {"VS-mode's sip is vsip", VSINT, IN_VS, .setup = SET("hideleg", "0x444") SET("hvip", "0x440"),
     .code = "csrr a0, sip", .a0 = 0x220, .qemu = "vsip shows SSIP only"},
    {"VS-mode raises its software interrupt in hvip", VSINT, IN_VS,
     .setup = SET("hideleg", "0x444"), .code = "csrwi sip, 2; csrr a0, sip", .a0 = 2},
    {"HS-level interrupts are not in VS-mode's sip", VSINT, IN_VS,
     .setup = SET("hideleg", "0x444") SET("mip", "0x222"), .code = "csrr a0, sip", .a0 = 0},
    {"VS-mode's sstatus is vsstatus", VSSTATUS, IN_VS,
     .setup = SET("vsstatus", "0x40000") SET("sstatus", "0x80000"), .code = "csrr a0, sstatus",
     .a0 = UINT64_C(0x200040000)},
    {"VS-mode's write of sstatus leaves HS-mode's", VSSTATUS, IN_VS,
     .code = "li t0, 0x80000; csrs sstatus, t0; ecall",
     .hs_handler = "csrr a0, sstatus; li t0, 0x80000; and a0, a0, t0; la t0, end; "
         "csrw sepc, t0; sret", .a0 = 0},
    {"VS-mode's stvec is vstvec", VSTVEC, IN_VS, .setup = "li t0, 0x4000; csrw vstvec, t0",
     .code = "csrr a0, stvec", .a0 = 0x4000},
    {"VS-mode's sscratch is vsscratch", VSCSR, IN_VS,
     .setup = "csrwi vsscratch, 7; csrwi sscratch, 8", .code = "csrr a0, sscratch", .a0 = 7},
    {"VS-mode's sepc is vsepc", VSCSR, IN_VS, .setup = "csrwi vsepc, 12; csrwi sepc, 16",
     .code = "csrr a0, sepc", .a0 = 12},
    {"VS-mode's scause is vscause", VSCSR, IN_VS, .setup = "csrwi vscause, 12; csrwi scause, 15",
     .code = "csrr a0, scause", .a0 = 12},
    {"VS-mode's stval is vstval", VSCSR, IN_VS, .setup = "csrwi vstval, 12; csrwi stval, 15",
     .code = "csrr a0, stval", .a0 = 12},
    {"VS-mode's satp is vsatp", VSCSR, IN_VS, .setup = "li t0, 8 << 60 | 3; csrw satp, t0",
     .code = "csrr a0, satp", .a0 = 0},
    {"VS-mode writes vsscratch by sscratch", VSCSR, IN_VS, .code = "csrwi sscratch, 9; ecall",
     .hs_handler = "csrr a0, vsscratch; la t0, end; csrw sepc, t0; sret", .a0 = 9},
    {"and sscratch keeps its value", VSCSR, IN_VS, .setup = "csrwi sscratch, 3",
     .code = "csrwi sscratch, 9; ecall",
     .hs_handler = "csrr a0, sscratch; la t0, end; csrw sepc, t0; sret", .a0 = 3},
    {"senvcfg has no VS double: VS-mode reads the same", VSCSR, IN_VS, .setup = "csrwi senvcfg, 1",
     .code = "csrr a0, senvcfg", .a0 = 1},
    {"scounteren has no VS double either", VSCSR, IN_VS, .setup = "csrwi scounteren, 5",
     .code = "csrr a0, scounteren", .a0 = 5},
    {"stimecmp in VS-mode is vstimecmp", VSTIMECMP, IN_VS,
     .setup = SET("menvcfg", "1 << 63") SET("henvcfg", "1 << 63") "csrwi mcounteren, 2; "
         "csrwi hcounteren, 2; csrwi vstimecmp, 25", .code = "csrr a0, stimecmp", .a0 = 25},
};

/* clang-format on */

START_TEST(a_field_holds_what_it_may)
{
    guest_check(&fields[_i]);
}
END_TEST

START_TEST(one_bit_has_several_names)
{
    guest_check(&aliases[_i]);
}
END_TEST

/* Everything that a guest could find, or that would let it do something. */
static const char *const zero_at_reset[] = {
    "hedeleg", "hideleg", "hie",    "hcounteren", "hgeie",      "htval",
    "hip",     "hvip",    "htinst", "henvcfg",    "htimedelta", "hgatp",
    "hgeip",   "vsie",    "vstvec", "vsscratch",  "vsepc",      "vscause",
    "vstval",  "vsip",    "vsatp",  "mtval2",     "mtinst",
};

START_TEST(a_reset_leaves_no_guest)
{
    struct err err = {0};
    struct run *run = run_new();
    struct board *board = run_add(run, &board_virt, &err);
    struct hart *hart = &board->hart[0];
    const char *name = zero_at_reset[_i];
    const struct csr_info *csr = csr_by_name(name, strlen(name));

    run_reset(run);
    ck_assert_msg(csr && hart_csr_read(hart, csr->number) == 0, "%s", name);
    ck_assert_uint_eq(hart->mode, MODE_M);
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_field_holds_what_it_may, 0, COUNT(fields));
    tcase_add_loop_test(tcase, one_bit_has_several_names, 0, COUNT(aliases));
    tcase_add_loop_test(tcase, a_reset_leaves_no_guest, 0, COUNT(zero_at_reset));
}

TEST_MAIN("hypervisor_csrs", add_tests)
