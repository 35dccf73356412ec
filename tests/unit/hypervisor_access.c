/*
 * Accesses in a guest's name, claim by claim: hlv, hlvx and hsv, and MPRV with MPV
 * (Privileged, Hypervisor Extension: Hypervisor Virtual-Machine Load and Store
 * Instructions; Machine Status Registers).
 */
#include "tests/lib/guest_case.h"
#include "tests/lib/suite.h"

#define HLSV    "Hypervisor Virtual-Machine Load and Store Instructions"
#define HSTATUS "Hypervisor Status (hstatus) Register"
#define MSTATUS "Machine Status (mstatus and mstatush) Registers"
#define TINST   "Transformed Instruction or Pseudoinstruction for mtinst or htinst"

#define SET(csr, value)   "li t0, " value "; csrs " csr ", t0\n"
#define CLEAR(csr, value) "li t0, " value "; csrc " csr ", t0\n"
#define SPVP0             CLEAR("hstatus", "0x100")
#define SUM(csr)          SET(csr, "1 << 18")
#define MXR(csr)          SET(csr, "1 << 19")
#define NEGATIVE          "li t0, 0x8899aabbccddeeff; sd t0, 0(s2)\n"
#define LOADED(op)        NEGATIVE, .code = op " a0, (s0)"
#define STORED(op)        "nop", .code = "li a1, -1; " op " a1, (s0); ld a0, 0(s2)"

#define S_NO(bits)   (LEAF_S & ~(bits))
#define G_NO(bits)   (LEAF_U & ~(bits))
#define X_ONLY(leaf) ((leaf) & ~(PTE_R | PTE_W | PTE_D))

#define HLV_D  UINT64_C(0x6c004573) /* hlv.d a0, (x0) */
#define HLVX_W UINT64_C(0x68304573) /* hlvx.wu a0, (x0) */
#define HSV_D  UINT64_C(0x6ea04073) /* hsv.d a0, (x0) */
#define LD     UINT64_C(0x3503)
#define SD     UINT64_C(0xa03023)

#define QEMU_HLV  "it calls page faults of hlv and hsv access faults"
#define QEMU_SUM  "its hlv and MPRV do not look at SUM and MXR of vsstatus"
#define QEMU_HLVX "its hlvx asks for R, not for X"
#define QEMU_MPRV "it calls MPRV's guest-page faults page faults, or access faults"
#define QEMU_MXR  "its MXR is of vsstatus alone, for both stages"
#define QEMU_PMP  "it calls what PMP refuses under a G-stage a guest-page fault"

enum {
    LOAD_PAGE = 13,
    STORE_PAGE = 15,
    LOAD_GUEST = 21,
    STORE_GUEST = 23,
    LOAD_ACCESS = 5,
    STORE_ACCESS = 7
};

/* How a load that HS- or U-mode makes as a guest fails: always with GVA. */
#define FAILS(number, insn)                                                            \
    .to = IN_HS, .cause = number, .tval = DATA_VA, .inst = insn, .gva = true
#define HIDE(cfg)                                                                      \
    "li t0, CASE_DATA >> 2 | 0x1ff; csrw pmpaddr0, t0; li t0, " cfg                    \
    "; csrw pmpcfg0, t0\n"

/* clang-format off */
static const struct guest_case accesses[] = {
    {"hlv.b extends the sign", HLSV, IN_HS, .setup = LOADED("hlv.b"), .vs = {.format = SV39}, .g = {.format = SV39},
     .a0 = UINT64_MAX},
    {"hlv.bu does not", HLSV, IN_HS, .setup = LOADED("hlv.bu"), .vs = {.format = SV39}, .g = {.format = SV39},
     .a0 = 0xff},
    {"hlv.h extends the sign", HLSV, IN_HS, .setup = LOADED("hlv.h"), .vs = {.format = SV39}, .g = {.format = SV48},
     .a0 = UINT64_C(0xffffffffffffeeff)},
    {"hlv.hu does not", HLSV, IN_HS, .setup = LOADED("hlv.hu"), .vs = {.format = SV48}, .g = {.format = SV39},
     .a0 = 0xeeff},
    {"hlvx.hu neither", HLSV, IN_HS, .setup = LOADED("hlvx.hu"), .vs = {.format = SV48}, .g = {.format = SV48},
     .a0 = 0xeeff},
    {"hlv.w extends the sign", HLSV, IN_HS, .setup = LOADED("hlv.w"), .vs = {.format = SV39}, .g = {.format = SV39},
     .a0 = UINT64_C(0xffffffffccddeeff)},
    {"hlv.wu does not", HLSV, IN_HS, .setup = LOADED("hlv.wu"), .vs = {.format = BARE}, .g = {.format = SV39},
     .a0 = 0xccddeeff},
    {"hlvx.wu neither", HLSV, IN_HS, .setup = LOADED("hlvx.wu"), .vs = {.format = SV39}, .g = {.format = BARE},
     .a0 = 0xccddeeff},
    {"hlv.d", HLSV, IN_HS, .setup = LOADED("hlv.d"), .vs = {.format = BARE}, .g = {.format = BARE},
     .a0 = UINT64_C(0x8899aabbccddeeff)},
    {"hsv.b writes a byte", HLSV, IN_HS, .setup = STORED("hsv.b"), .vs = {.format = SV39}, .g = {.format = SV39},
     .a0 = UINT64_C(0x11223344556677ff)},
    {"hsv.h writes two", HLSV, IN_HS, .setup = STORED("hsv.h"), .vs = {.format = SV48}, .g = {.format = SV39},
     .a0 = UINT64_C(0x112233445566ffff)},
    {"hsv.w writes four", HLSV, IN_HS, .setup = STORED("hsv.w"), .vs = {.format = SV39}, .g = {.format = SV48},
     .a0 = UINT64_C(0x11223344ffffffff)},
    {"hsv.d writes eight", HLSV, IN_HS, .setup = STORED("hsv.d"), .vs = {.format = BARE}, .g = {.format = SV48},
     .a0 = UINT64_MAX},
    {"in M-mode", HLSV, IN_M, .setup = LOADED("hlv.d"), .vs = {.format = SV39}, .g = {.format = SV39},
     .a0 = UINT64_C(0x8899aabbccddeeff)},
    {"in U-mode with HU", HSTATUS, IN_U, .setup = SET("hstatus", "0x200") LOADED("hlv.d"),
     .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = UINT64_C(0x8899aabbccddeeff)},
    {"misaligned over two pages", HLSV, IN_HS,
     .code = "li t0, 4092; add s0, s0, t0; hlv.d a0, (s0); srli a0, a0, 32", .vs = {.format = SV39},
     .g = {.format = SV39}, .a0 = 0},

    {"SPVP 1 is VS-mode's: a supervisor's page", HSTATUS, IN_HS, .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39, 0, LEAF_S}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"SPVP 1: not a user's page", HSTATUS, IN_HS, .code = "hlv.d a0, (s0)", .vs = {.format = SV39, 0, LEAF_U},
     .g = {.format = SV39}, FAILS(LOAD_PAGE, HLV_D), .qemu = QEMU_SUM},
    {"SPVP 0 is VU-mode's: a user's page", HSTATUS, IN_HS, .setup = SPVP0, .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"SPVP 0: not a supervisor's page", HSTATUS, IN_HS, .setup = SPVP0, .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39, 0, LEAF_S}, .g = {.format = SV39}, FAILS(LOAD_PAGE, HLV_D), .qemu = QEMU_HLV},
    {"SPVP 0: nor a store to one", HSTATUS, IN_HS, .setup = SPVP0, .code = "hsv.d a0, (s0)",
     .vs = {.format = SV39, 0, LEAF_S}, .g = {.format = SV39}, FAILS(STORE_PAGE, HSV_D), .qemu = QEMU_HLV},
    {"sstatus.SPP does not count", HSTATUS, IN_HS, .setup = SPVP0 SET("sstatus", "0x100"),
     .code = "hlv.d a0, (s0)", .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"vsstatus.SUM counts", HLSV, IN_HS, .setup = SUM("vsstatus"), .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"HS-mode's SUM does not", HLSV, IN_HS, .setup = SUM("sstatus"), .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, FAILS(LOAD_PAGE, HLV_D), .qemu = QEMU_SUM},
    {"vsstatus.SUM for hsv", HLSV, IN_HS, .setup = SUM("vsstatus"),
     .code = "li a1, 5; hsv.d a1, (s0); ld a0, 0(s2)", .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39},
     .a0 = 5},
    {"from U-mode by SPVP 1", HSTATUS, IN_U, .setup = SET("hstatus", "0x200"),
     .code = "hlv.d a0, (s0)", .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, FAILS(LOAD_PAGE, HLV_D),
     .qemu = QEMU_SUM},

    {"vsstatus.MXR: an execute-only page of the VS-stage", HLSV, IN_HS, .setup = MXR("vsstatus"),
     .code = "hlv.d a0, (s0)", .vs = {.format = SV39, 0, X_ONLY(LEAF_S)}, .g = {.format = SV39}, .a0 = GUEST_WORD,
     .qemu = QEMU_SUM},
    {"vsstatus.MXR: not one of the G-stage", HLSV, IN_HS, .setup = MXR("vsstatus"),
     .code = "hlv.d a0, (s0)", .vs = {.format = SV39}, .g = {.format = SV39, 0, X_ONLY(LEAF_U)},
     FAILS(LOAD_GUEST, HLV_D), .gpa = DATA_GPA, .qemu = QEMU_SUM},
    {"HS-mode's MXR: an execute-only page of the VS-stage", HLSV, IN_HS, .setup = MXR("sstatus"),
     .code = "hlv.d a0, (s0)", .vs = {.format = SV39, 0, X_ONLY(LEAF_S)}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"HS-mode's MXR: one of the G-stage", HLSV, IN_HS, .setup = MXR("sstatus"),
     .code = "hlv.d a0, (s0)", .vs = {.format = SV39}, .g = {.format = SV39, 0, X_ONLY(LEAF_U)}, .a0 = GUEST_WORD,
     .qemu = QEMU_MXR},
    {"no MXR: an execute-only page of the VS-stage", HLSV, IN_HS, .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39, 0, X_ONLY(LEAF_S)}, .g = {.format = SV39}, FAILS(LOAD_PAGE, HLV_D), .qemu = QEMU_HLV},

    {"hlvx reads what is execute-only in both", HLSV, IN_HS, .code = "hlvx.wu a0, (s0)",
     .vs = {.format = SV39, 0, X_ONLY(LEAF_S)}, .g = {.format = SV39, 0, X_ONLY(LEAF_U)}, .a0 = 0x55667788,
     .qemu = QEMU_HLVX},
    {"hlvx does not read what the VS-stage has without X", HLSV, IN_HS, .code = "hlvx.wu a0, (s0)",
     .vs = {.format = SV39, 0, S_NO(PTE_X)}, .g = {.format = SV39}, FAILS(LOAD_PAGE, HLVX_W), .qemu = QEMU_HLVX},
    {"hlvx does not read what the G-stage has without X", HLSV, IN_HS, .code = "hlvx.wu a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39, 0, G_NO(PTE_X)}, FAILS(LOAD_GUEST, HLVX_W), .gpa = DATA_GPA,
     .qemu = QEMU_HLVX},
    {"hlvx with MXR neither", HLSV, IN_HS, .setup = MXR("sstatus") MXR("vsstatus"),
     .code = "hlvx.wu a0, (s0)", .vs = {.format = SV39, 0, S_NO(PTE_X)}, .g = {.format = SV39},
     FAILS(LOAD_PAGE, HLVX_W), .qemu = QEMU_HLVX},
    {"hlvx from a user's page by vsstatus.SUM: it is a load", HLSV, IN_HS, .setup = SUM("vsstatus"),
     .code = "hlvx.wu a0, (s0)", .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .a0 = 0x55667788},
    {"hlvx does not override PMP: execute-only", HLSV, IN_HS, .setup = HIDE("0x1c"),
     .code = "hlvx.wu a0, (s0)", .vs = {.format = SV39}, .g = {.format = SV39}, FAILS(LOAD_ACCESS, HLVX_W),
     .qemu = QEMU_PMP},
    {"hlvx needs X of PMP, too", HLSV, IN_HS, .setup = HIDE("0x19"), .code = "hlvx.wu a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, FAILS(LOAD_ACCESS, HLVX_W), .qemu = QEMU_PMP},
    {"hlv needs R of PMP", HLSV, IN_HS, .setup = HIDE("0x1c"), .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, FAILS(LOAD_ACCESS, HLV_D), .qemu = QEMU_PMP},
    {"hsv needs W of PMP", HLSV, IN_HS, .setup = HIDE("0x1d"), .code = "hsv.d a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, FAILS(STORE_ACCESS, HSV_D), .qemu = QEMU_PMP},

    {"hlv from what is not mapped: a page fault with GVA, SPV 0", HSTATUS, IN_HS,
     .code = "hlv.d a0, (s0)", .vs = {.format = SV39, 0, S_NO(PTE_V)}, .g = {.format = SV39}, FAILS(LOAD_PAGE, HLV_D),
     .qemu = QEMU_HLV},
    {"a guest-page fault with GVA, SPV 0", HSTATUS, IN_HS, .code = "hlv.d a0, (s0)", .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_V)}, FAILS(LOAD_GUEST, HLV_D), .gpa = DATA_GPA},
    {"a store's", HSTATUS, IN_HS, .code = "hsv.d a0, (s0)", .vs = {.format = BARE},
     .g = {.format = SV48, 0, G_NO(PTE_W | PTE_D)}, FAILS(STORE_GUEST, HSV_D), .gpa = DATA_GPA},
    {"U-mode's", HSTATUS, IN_U, .setup = SET("hstatus", "0x200"), .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39, 0, G_NO(PTE_V)}, FAILS(LOAD_GUEST, HLV_D), .gpa = DATA_GPA},
    {"M-mode's: mstatus.GVA, MPV 0", MSTATUS, IN_M, .code = "hlv.d a0, (s0)", .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_V)}, .to = IN_M, .cause = LOAD_GUEST, .tval = DATA_VA, .gpa = DATA_GPA,
     .inst = HLV_D, .gva = true, .qemu = "mstatus.GVA is 0 after a fault of hlv and hsv"},
    {"HS-mode's to M-mode: mstatus.GVA, MPV 0", MSTATUS, IN_HS, .code = "hsv.d a0, (s0)",
     .vs = {.format = SV39, 0, S_NO(PTE_V)}, .g = {.format = SV39}, .to = IN_M, .cause = STORE_PAGE, .tval = DATA_VA,
     .inst = HSV_D, .gva = true, .qemu = QEMU_HLV},
    {"never to VS-mode: hedeleg does not count at V = 0",
     "Hypervisor Trap Delegation (hedeleg and hideleg) Registers", IN_HS,
     .setup = SET("hedeleg", "-1"), .code = "hlv.d a0, (s0)", .vs = {.format = SV39, 0, S_NO(PTE_V)},
     .g = {.format = SV39}, FAILS(LOAD_PAGE, HLV_D), .qemu = QEMU_HLV},
    {"a table that cannot be read", TINST, IN_HS, .code = "hlv.d a0, (s0)", .vs = {.format = SV39},
     .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_V), FAILS(LOAD_GUEST, 0x3000),
     .gpa = VS_ENTRY_GPA(0)},
    {"a table that cannot be read, for a store", TINST, IN_HS, .code = "hsv.d a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_V), FAILS(STORE_GUEST, 0x3000),
     .gpa = VS_ENTRY_GPA(0),
     .qemu = "it calls a failed read of a table a load's, whatever it is for"},
    {"A is set by henvcfg.ADUE", "Hypervisor Environment Configuration Register (henvcfg)", IN_HS,
     .setup = SET("menvcfg", "1 << 61") SET("henvcfg", "1 << 61"),
     .code = "hlv.d a0, (s0); li t0, VS_ENTRY0; ld a0, 0(t0); andi a0, a0, 0xc0",
     .vs = {.format = SV39, 0, S_NO(PTE_A | PTE_D)}, .g = {.format = SV39}, .a0 = 0x40},
    {"D by hsv", "Hypervisor Environment Configuration Register (henvcfg)", IN_HS,
     .setup = SET("menvcfg", "1 << 61") SET("henvcfg", "1 << 61"),
     .code = "hsv.d a0, (s0); li t0, VS_ENTRY0; ld a0, 0(t0); andi a0, a0, 0xc0",
     .vs = {.format = SV39, 0, S_NO(PTE_A | PTE_D)}, .g = {.format = SV39}, .a0 = 0xc0},
    {"satp does not count", HLSV, IN_M, .setup = SET("satp", "8 << 60"), .code = "hlv.d a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"MPRV does not count", MSTATUS, IN_M, .setup = "nop",
     .code = "li t0, 0x1800; csrc mstatus, t0; li t0, 1 << 17; csrs mstatus, t0; hlv.d a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"hlv breaks no rule of x0", HLSV, IN_HS, .code = "hlv.d zero, (s0); mv a0, zero", .vs = {.format = SV39},
     .g = {.format = SV39}, .a0 = 0},
};

/* --- MPRV, with MPV and MPP, in M-mode --- */
#define AS(mpv, mpp) "li t0, 0x1800; csrc mstatus, t0; li t0, 1 << 17 | " mpv " << 39 | " mpp " << 11; csrs mstatus, t0; "
#define M_FAILS(number, insn) .to = IN_M, .cause = number, .tval = DATA_VA, .inst = insn, .gva = true

static const struct guest_case in_the_name_of[] = {
    {"MPV 1, MPP S: a load as VS-mode", MSTATUS, IN_M, .code = AS("1", "1") "ld a0, 0(s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"in Bare over Sv48x4", MSTATUS, IN_M, .code = AS("1", "1") "ld a0, 0(s0)", .vs = {.format = BARE},
     .g = {.format = SV48}, .a0 = GUEST_WORD},
    {"a store", MSTATUS, IN_M,
     .code = AS("1", "1") "li a1, 9; sd a1, 0(s0); li t0, 1 << 17; csrc mstatus, t0; ld a0, 0(s2)",
     .vs = {.format = SV48}, .g = {.format = SV39}, .a0 = 9},
    {"an AMO", MSTATUS, IN_M, .code = AS("1", "1") "li a1, 1; amoadd.d a0, a1, (s0)", .vs = {.format = SV48},
     .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"MPV 1, MPP S: not a user's page", MSTATUS, IN_M, .code = AS("1", "1") "fault: ld a0, 0(s0)",
     .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, M_FAILS(LOAD_PAGE, LD), .qemu = QEMU_SUM},
    {"vsstatus.SUM applies", MSTATUS, IN_M, .setup = SUM("vsstatus"),
     .code = AS("1", "1") "ld a0, 0(s0)", .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"instead of HS-mode's", MSTATUS, IN_M, .setup = SUM("sstatus"),
     .code = AS("1", "1") "fault: ld a0, 0(s0)", .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39},
     M_FAILS(LOAD_PAGE, LD), .qemu = QEMU_SUM},
    {"MPV 1, MPP U: a user's page", MSTATUS, IN_M, .code = AS("1", "0") "ld a0, 0(s0)",
     .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"MPV 1, MPP U: not a supervisor's", MSTATUS, IN_M, .code = AS("1", "0") "fault: ld a0, 0(s0)",
     .vs = {.format = SV39, 0, LEAF_S}, .g = {.format = SV39}, M_FAILS(LOAD_PAGE, LD), .qemu = QEMU_MPRV},
    {"MPV 1, MPP M: no translation", MSTATUS, IN_M, .code = AS("1", "3") "ld a0, 0(s2)",
     .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD, .qemu = "with MPP M it translates as MPV says"},
    {"MPV 0, MPP S: HS-mode's translation, of which there is none", MSTATUS, IN_M,
     .code = AS("0", "1") "ld a0, 0(s2)", .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"MPV 0, MPP U: the same", MSTATUS, IN_M, .code = AS("0", "0") "ld a0, 0(s2)", .vs = {.format = SV39},
     .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"MPRV 0: M-mode's own", MSTATUS, IN_M,
     .code = "li t0, 1 << 39; csrs mstatus, t0; ld a0, 0(s2)", .vs = {.format = SV39}, .g = {.format = SV39},
     .a0 = GUEST_WORD},
    {"a guest-page fault: GVA, MPV 0, MPP M", MSTATUS, IN_M,
     .code = AS("1", "1") "fault: ld a0, 0(s0)", .vs = {.format = SV39}, .g = {.format = SV39, 0, G_NO(PTE_V)},
     M_FAILS(LOAD_GUEST, LD), .gpa = DATA_GPA, .qemu = QEMU_MPRV},
    {"a store's", MSTATUS, IN_M, .code = AS("1", "1") "fault: sd a0, 0(s0)", .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_U)}, M_FAILS(STORE_GUEST, SD), .gpa = DATA_GPA, .qemu = QEMU_MPRV},
    {"vsstatus.MXR: readable if the G-stage has R", MSTATUS, IN_M, .setup = MXR("vsstatus"),
     .code = AS("1", "1") "ld a0, 0(s0)", .vs = {.format = SV39, 0, X_ONLY(LEAF_S)}, .g = {.format = SV39},
     .a0 = GUEST_WORD, .qemu = QEMU_SUM},
    {"vsstatus.MXR: not if it has X alone", MSTATUS, IN_M, .setup = MXR("vsstatus"),
     .code = AS("1", "1") "fault: ld a0, 0(s0)", .vs = {.format = SV39, 0, X_ONLY(LEAF_S)},
     .g = {.format = SV39, 0, X_ONLY(LEAF_U)}, M_FAILS(LOAD_GUEST, LD), .gpa = DATA_GPA, .qemu = QEMU_SUM},
    {"HS-mode's MXR: any executable page", MSTATUS, IN_M, .setup = MXR("mstatus"),
     .code = AS("1", "1") "ld a0, 0(s0)", .vs = {.format = SV39, 0, X_ONLY(LEAF_S)},
     .g = {.format = SV39, 0, X_ONLY(LEAF_U)}, .a0 = GUEST_WORD, .qemu = QEMU_MXR},
    {"code is M-mode's", MSTATUS, IN_M, .code = AS("1", "1") "nop; li a0, 4",
     .vs = {.format = SV39, 0, S_NO(PTE_V)}, .g = {.format = SV39}, .a0 = 4},
    {"a table that cannot be read", TINST, IN_M, .code = AS("1", "1") "fault: ld a0, 0(s0)",
     .vs = {.format = SV39}, .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_V), M_FAILS(LOAD_GUEST, 0x3000),
     .gpa = VS_ENTRY_GPA(0), .qemu = QEMU_MPRV},
    {"hgatp and vsatp do not count for HS-mode's loads",
     "Virtual Supervisor Address Translation and Protection (vsatp) Register", IN_HS,
     .code = "ld a0, 0(s2)", .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"HS-level satp does not count for a guest's", "Hypervisor and Virtual Supervisor CSRs", IN_VS,
     .setup = SET("satp", "8 << 60 | SPARE >> 12"), .code = "ld a0, 0(s0)", .vs = {.format = SV39},
     .g = {.format = SV39}, .a0 = GUEST_WORD},
};
/* clang-format on */

START_TEST(a_hypervisor_reaches_a_guests_memory_as_the_guest_would)
{
    guest_check(&accesses[_i]);
}
END_TEST

START_TEST(m_mode_reaches_it_by_mprv)
{
    guest_check(&in_the_name_of[_i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_hypervisor_reaches_a_guests_memory_as_the_guest_would,
                        0, COUNT(accesses));
    tcase_add_loop_test(tcase, m_mode_reaches_it_by_mprv, 0, COUNT(in_the_name_of));
}

TEST_MAIN("hypervisor_access", add_tests)
