/*
 * Traps and returns under the hypervisor extension, claim by claim (Privileged, Hypervisor
 * Extension: Traps): where a trap goes and what it records; the transformed instruction of
 * every memory access; sret and mret between all modes.
 */
#include "tests/lib/guest_case.h"
#include "tests/lib/suite.h"

#include <stdio.h>

#define CAUSES "Trap Cause Codes"
#define ENTRY  "Trap Entry"
#define RETURN "Trap Return"
#define TINST  "Transformed Instruction or Pseudoinstruction for mtinst or htinst"
#define CMO    "Cache-management operations: Hypervisor Extension"

/* --- transformed instructions -------------------------------------------------------- */

/* As the figures of the section have them; a compressed one has bit 1 clear. */
#define T_LOAD(funct3, rd)   ((uint64_t)0x03 | (rd) << 7 | (funct3) << 12)
#define T_STORE(funct3, rs2) ((uint64_t)0x23 | (funct3) << 12 | (uint64_t)(rs2) << 20)
#define T_AMO(funct5, width, rd, rs2)                                                  \
    ((uint64_t)0x2f | (rd) << 7 | (width) << 12 | (uint64_t)(rs2) << 20 |              \
     (uint64_t)(funct5) << 27)
#define T_VM(funct7, rd, rs2)                                                          \
    ((uint64_t)0x73 | (rd) << 7 | 4 << 12 | (uint64_t)(rs2) << 20 |                    \
     (uint64_t)(funct7) << 25)
#define T_CBO(operation) ((uint64_t)0x0f | 2 << 12 | (uint64_t)(operation) << 20)
#define COMPRESSED(inst) ((inst) & ~UINT64_C(2))
#define AQ               BIT(26)
#define RL               BIT(25)

enum { LD_FAULT = 21, ST_FAULT = 23 };

struct transformed_row {
    const char *code; /* with the label `fault` */
    uint64_t inst;
    uint8_t cause;
    enum guest_mode in;
    const char *qemu;
};

#define NO_CBO "it has no Zicbom and Zicboz"

/* clang-format off */
static const struct transformed_row transformed_rows[] = {
    {"fault: lb a0, 0(s0)",   T_LOAD(0, 10), LD_FAULT, IN_VS, NULL},
    {"fault: lh a1, 0(s0)",   T_LOAD(1, 11), LD_FAULT, IN_VS, NULL},
    {"fault: lw a2, 0(s0)",   T_LOAD(2, 12), LD_FAULT, IN_VS, NULL},
    {"fault: ld a3, 0(s0)",   T_LOAD(3, 13), LD_FAULT, IN_VS, NULL},
    {"fault: lbu a4, 0(s0)",  T_LOAD(4, 14), LD_FAULT, IN_VS, NULL},
    {"fault: lhu a5, 0(s0)",  T_LOAD(5, 15), LD_FAULT, IN_VS, NULL},
    {"fault: lwu t6, 0(s0)",  T_LOAD(6, 31), LD_FAULT, IN_VS, NULL},
    {"fault: ld zero, 0(s0)", T_LOAD(3, 0),  LD_FAULT, IN_VS, NULL},
    {"addi s3, s0, -2047; fault: lw a0, 2047(s3)", T_LOAD(2, 10), LD_FAULT, IN_VS, NULL},
    {"addi s3, s0, 16; fault: lw a0, -16(s3)", T_LOAD(2, 10), LD_FAULT, IN_VU, NULL},
    {"fault: sb a0, 0(s0)",   T_STORE(0, 10), ST_FAULT, IN_VS, NULL},
    {"fault: sh a1, 0(s0)",   T_STORE(1, 11), ST_FAULT, IN_VS, NULL},
    {"fault: sw a2, 0(s0)",   T_STORE(2, 12), ST_FAULT, IN_VS, NULL},
    {"fault: sd t6, 0(s0)",   T_STORE(3, 31), ST_FAULT, IN_VS, NULL},
    {"addi s3, s0, -2047; fault: sw a0, 2047(s3)", T_STORE(2, 10), ST_FAULT, IN_VS, NULL},
    {"addi s3, s0, 16; fault: sb zero, -16(s3)", T_STORE(0, 0), ST_FAULT, IN_VU, NULL},
    {"fault: lr.w a0, (s0)",           T_AMO(2, 2, 10, 0),       LD_FAULT, IN_VS, NULL},
    {"fault: lr.d.aqrl a0, (s0)",      T_AMO(2, 3, 10, 0) | AQ | RL, LD_FAULT, IN_VS, NULL},
    {"fault: amoswap.w a0, a1, (s0)",  T_AMO(1, 2, 10, 11),      ST_FAULT, IN_VS, NULL},
    {"fault: amoadd.w a0, a1, (s0)",   T_AMO(0, 2, 10, 11),      ST_FAULT, IN_VS, NULL},
    {"fault: amoxor.w a0, a1, (s0)",   T_AMO(4, 2, 10, 11),      ST_FAULT, IN_VS, NULL},
    {"fault: amoand.w a0, a1, (s0)",   T_AMO(12, 2, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amoor.w a0, a1, (s0)",    T_AMO(8, 2, 10, 11),      ST_FAULT, IN_VS, NULL},
    {"fault: amomin.w a0, a1, (s0)",   T_AMO(16, 2, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amomax.w a0, a1, (s0)",   T_AMO(20, 2, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amominu.w a0, a1, (s0)",  T_AMO(24, 2, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amomaxu.w a0, a1, (s0)",  T_AMO(28, 2, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amoswap.d.aq a0, a1, (s0)", T_AMO(1, 3, 10, 11) | AQ, ST_FAULT, IN_VS, NULL},
    {"fault: amoadd.d.rl a0, a1, (s0)", T_AMO(0, 3, 10, 11) | RL, ST_FAULT, IN_VS, NULL},
    {"fault: amoxor.d t6, t5, (s0)",   T_AMO(4, 3, 31, 30),      ST_FAULT, IN_VU, NULL},
    {"fault: amoand.d a0, a1, (s0)",   T_AMO(12, 3, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amoor.d a0, a1, (s0)",    T_AMO(8, 3, 10, 11),      ST_FAULT, IN_VS, NULL},
    {"fault: amomin.d a0, a1, (s0)",   T_AMO(16, 3, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amomax.d a0, a1, (s0)",   T_AMO(20, 3, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amominu.d a0, a1, (s0)",  T_AMO(24, 3, 10, 11),     ST_FAULT, IN_VS, NULL},
    {"fault: amomaxu.d a0, zero, (s0)", T_AMO(28, 3, 10, 0),     ST_FAULT, IN_VS, NULL},
    {"fault: c.lw a0, 0(s0)",          COMPRESSED(T_LOAD(2, 10)),  LD_FAULT, IN_VS, NULL},
    {"fault: c.ld a5, 0(s0)",          COMPRESSED(T_LOAD(3, 15)),  LD_FAULT, IN_VS, NULL},
    {"addi s1, s0, -124; fault: c.lw s0, 124(s1)", COMPRESSED(T_LOAD(2, 8)), LD_FAULT, IN_VS, NULL},
    {"mv sp, s0; fault: c.lwsp t6, 0(sp)", COMPRESSED(T_LOAD(2, 31)), LD_FAULT, IN_VS, NULL},
    {"mv sp, s0; fault: c.ldsp ra, 0(sp)", COMPRESSED(T_LOAD(3, 1)),  LD_FAULT, IN_VU, NULL},
    {"fault: c.sw a0, 0(s0)",          COMPRESSED(T_STORE(2, 10)), ST_FAULT, IN_VS, NULL},
    {"fault: c.sd a5, 0(s0)",          COMPRESSED(T_STORE(3, 15)), ST_FAULT, IN_VS, NULL},
    {"mv sp, s0; fault: c.swsp t6, 0(sp)", COMPRESSED(T_STORE(2, 31)), ST_FAULT, IN_VS, NULL},
    {"addi sp, s0, -504; fault: c.sdsp a0, 504(sp)", COMPRESSED(T_STORE(3, 10)), ST_FAULT, IN_VS,
     NULL},
    {"fault: hlv.b a0, (s0)",          T_VM(0x30, 10, 0), LD_FAULT, IN_HS, NULL},
    {"fault: hlv.bu a0, (s0)",         T_VM(0x30, 10, 1), LD_FAULT, IN_HS, NULL},
    {"fault: hlv.h a0, (s0)",          T_VM(0x32, 10, 0), LD_FAULT, IN_HS, NULL},
    {"fault: hlv.hu a0, (s0)",         T_VM(0x32, 10, 1), LD_FAULT, IN_HS, NULL},
    {"fault: hlvx.hu a0, (s0)",        T_VM(0x32, 10, 3), LD_FAULT, IN_HS, NULL},
    {"fault: hlv.w a0, (s0)",          T_VM(0x34, 10, 0), LD_FAULT, IN_HS, NULL},
    {"fault: hlv.wu a0, (s0)",         T_VM(0x34, 10, 1), LD_FAULT, IN_HS, NULL},
    {"fault: hlvx.wu a0, (s0)",        T_VM(0x34, 10, 3), LD_FAULT, IN_HS, NULL},
    {"fault: hlv.d t6, (s0)",          T_VM(0x36, 31, 0), LD_FAULT, IN_HS, NULL},
    {"fault: hsv.b a0, (s0)",          T_VM(0x31, 0, 10), ST_FAULT, IN_HS, NULL},
    {"fault: hsv.h a0, (s0)",          T_VM(0x33, 0, 10), ST_FAULT, IN_HS, NULL},
    {"fault: hsv.w a0, (s0)",          T_VM(0x35, 0, 10), ST_FAULT, IN_HS, NULL},
    {"fault: hsv.d t6, (s0)",          T_VM(0x37, 0, 31), ST_FAULT, IN_HS, NULL},
    {"fault: cbo.inval (s0)",          T_CBO(0), ST_FAULT, IN_VS, NO_CBO},
    {"fault: cbo.clean (s0)",          T_CBO(1), ST_FAULT, IN_VS, NO_CBO},
    {"fault: cbo.flush (s0)",          T_CBO(2), ST_FAULT, IN_VS, NO_CBO},
    {"fault: cbo.zero (s0)",           T_CBO(4), ST_FAULT, IN_VS, NO_CBO},
};

/* At which offset of the first page, how many bytes before its end, and what of the
 * access is in the second page, which the G-stage does not map. */
static const struct {
    const char *code;
    uint64_t inst;
    uint8_t size, cause;
    enum guest_mode in;
} misaligned_rows[] = {
    {"lh a0, 0(s0)",       T_LOAD(1, 10),  2, LD_FAULT, IN_VS},
    {"lw a0, 0(s0)",       T_LOAD(2, 10),  4, LD_FAULT, IN_VS},
    {"ld a0, 0(s0)",       T_LOAD(3, 10),  8, LD_FAULT, IN_VU},
    {"lhu a0, 0(s0)",      T_LOAD(5, 10),  2, LD_FAULT, IN_VS},
    {"lwu a0, 0(s0)",      T_LOAD(6, 10),  4, LD_FAULT, IN_VS},
    {"sh a0, 0(s0)",       T_STORE(1, 10), 2, ST_FAULT, IN_VS},
    {"sw a0, 0(s0)",       T_STORE(2, 10), 4, ST_FAULT, IN_VU},
    {"sd a0, 0(s0)",       T_STORE(3, 10), 8, ST_FAULT, IN_VS},
    {"c.ld a0, 0(s0)",     COMPRESSED(T_LOAD(3, 10)),  8, LD_FAULT, IN_VS},
    {"c.sd a0, 0(s0)",     COMPRESSED(T_STORE(3, 10)), 8, ST_FAULT, IN_VS},
    {"hlv.h a0, (s0)",     T_VM(0x32, 10, 0), 2, LD_FAULT, IN_HS},
    {"hlv.d a0, (s0)",     T_VM(0x36, 10, 0), 8, LD_FAULT, IN_HS},
    {"hlvx.wu a0, (s0)",   T_VM(0x34, 10, 3), 4, LD_FAULT, IN_HS},
    {"hsv.w a0, (s0)",     T_VM(0x35, 0, 10), 4, ST_FAULT, IN_HS},
    {"hsv.d a0, (s0)",     T_VM(0x37, 0, 10), 8, ST_FAULT, IN_HS},
};
/* clang-format on */

#define G_NO_V (LEAF_U & ~PTE_V)

START_TEST(a_guest_page_fault_tells_the_instruction)
{
    const struct transformed_row *row = &transformed_rows[_i];
    struct guest_case one = {
        .claim = row->code,
        .section = TINST,
        .in = row->in,
        .setup = "li t0, 0xf1; csrs menvcfg, t0; csrs henvcfg, t0; csrs senvcfg, t0",
        .code = row->code,
        .vs = {.format = SV39, 0, 0, 0},
        .g = {.format = SV39, 0, G_NO_V, 0},
        .to = IN_HS,
        .cause = row->cause,
        .tval = DATA_VA,
        .gpa = DATA_GPA,
        .inst = row->inst,
        .gva = true,
        .qemu = row->qemu,
    };

    guest_check(&one);
    one.to = IN_M;
    if (row->in == IN_HS)
        one.qemu = "mstatus.GVA is 0 after a fault of hlv and hsv";
    guest_check(&one);
}
END_TEST

START_TEST(a_page_fault_tells_it_too)
{
    const struct transformed_row *row = &transformed_rows[_i];
    bool load = row->cause == LD_FAULT;
    struct guest_case one = {
        .claim = row->code,
        .section = TINST,
        .in = row->in,
        .setup = "li t0, 0xf1; csrs menvcfg, t0; csrs henvcfg, t0; csrs senvcfg, t0",
        .code = row->code,
        .vs = {.format = SV48, 0, LEAF_S & ~PTE_V, 0},
        .g = {.format = SV48, 0, 0, 0},
        .to = IN_HS,
        .cause = load ? 13 : 15,
        .tval = DATA_VA,
        .inst = row->inst,
        .gva = true,
        .qemu = row->in == IN_HS ? "it calls page faults of hlv and hsv access faults"
                                 : row->qemu,
    };

    guest_check(&one);
}
END_TEST

START_TEST(a_misaligned_access_tells_how_far_it_got)
{
    static const unsigned shares[] = {1, 2, 4, 7};

    for (unsigned i = 0; i < COUNT(shares) && shares[i] < misaligned_rows[_i].size;
         i++) {
        char code[160];
        struct guest_case one = {
            .claim = misaligned_rows[_i].code,
            .section = TINST,
            .in = misaligned_rows[_i].in,
            .code = code,
            .vs = {.format = SV39, 0, 0, 0},
            .g = {.format = SV39, 0, 0, G_NO_V},
            .to = IN_HS,
            .cause = misaligned_rows[_i].cause,
            .tval = DATA_VA + 4096,
            .gpa = DATA_GPA + 4096,
            .inst = misaligned_rows[_i].inst | (uint64_t)shares[i] << 15,
            .gva = true,

        };

        snprintf(code, sizeof(code), "li t0, 4096 - %u; add s0, s0, t0; fault: %s",
                 shares[i], misaligned_rows[_i].code);
        guest_check(&one);
    }
}
END_TEST

/* --- where a trap goes, and what it records ------------------------------------------- */

#define QEMU_BREAK "the trap value of a breakpoint is 0 there"

/* clang-format off */
static const struct guest_case entries[] = {
    {"ecall from VU-mode is cause 8: to M-mode", ENTRY, IN_VU, .code = "ecall", .to = IN_M,
     .cause = 8},
    {"ecall from VU-mode: to HS-mode", ENTRY, IN_VU, .code = "ecall", .to = IN_HS, .cause = 8},
    {"ecall from VU-mode: to VS-mode", ENTRY, IN_VU, .code = "ecall", .to = IN_VS, .cause = 8,
     .qemu = "a trap to VS-mode clears htval"},
    {"ecall from VS-mode is cause 10: to M-mode", CAUSES, IN_VS, .code = "ecall", .to = IN_M,
     .cause = 10},
    {"ecall from VS-mode: to HS-mode", CAUSES, IN_VS, .code = "ecall", .to = IN_HS, .cause = 10},
    {"ecall from HS-mode is cause 9", CAUSES, IN_HS, .code = "ecall", .to = IN_M, .cause = 9},
    {"ecall from HS-mode: to HS-mode", CAUSES, IN_HS, .code = "ecall", .to = IN_HS, .cause = 9},
    {"ecall from U-mode is cause 8", CAUSES, IN_U, .code = "ecall", .to = IN_M, .cause = 8},
    {"ecall from U-mode: to HS-mode", CAUSES, IN_U, .code = "ecall", .to = IN_HS, .cause = 8},
    {"ecall from M-mode is cause 11", CAUSES, IN_M, .code = "ecall", .to = IN_M, .cause = 11},
    {"ecall from VS-mode never goes to VS-mode",
     "Hypervisor Trap Delegation (hedeleg and hideleg) Registers", IN_VS,
     .setup = "li t0, -1; csrw hedeleg, t0", .code = "ecall", .to = IN_HS, .cause = 10},

    {"ebreak in VS-mode: to M-mode", ENTRY, IN_VS, .code = "ebreak", .to = IN_M, .cause = 3,
     .tval = CODE_VA, .gva = true, .qemu = QEMU_BREAK},
    {"ebreak in VS-mode: to HS-mode", ENTRY, IN_VS, .code = "ebreak", .to = IN_HS, .cause = 3,
     .tval = CODE_VA, .gva = true, .qemu = QEMU_BREAK},
    {"ebreak in VU-mode: to VS-mode", ENTRY, IN_VU, .code = "ebreak", .to = IN_VS, .cause = 3,
     .tval = CODE_VA, .qemu = QEMU_BREAK},
    {"ebreak in HS-mode: GVA is 0", ENTRY, IN_HS, .code = "ebreak", .to = IN_HS, .cause = 3,
     .tval = CODE_VA, .qemu = QEMU_BREAK},

    {"an illegal instruction in VS-mode: to M-mode", ENTRY, IN_VS, .code = ".word 0xffffffff",
     .to = IN_M, .cause = 2, .tval = 0xffffffff,
     .qemu = "GVA is 1 after an illegal instruction of a guest"},
    {"an illegal instruction in VS-mode: to HS-mode", ENTRY, IN_VS, .code = ".word 0xffffffff",
     .to = IN_HS, .cause = 2, .tval = 0xffffffff},
    {"an illegal instruction in VS-mode: to VS-mode", ENTRY, IN_VS, .code = ".word 0xffffffff",
     .to = IN_VS, .cause = 2, .tval = 0xffffffff, .qemu = "a trap to VS-mode clears htval"},
    {"an illegal instruction in VU-mode: to VS-mode", ENTRY, IN_VU, .code = ".word 0xffffffff",
     .to = IN_VS, .cause = 2, .tval = 0xffffffff, .qemu = "a trap to VS-mode clears htval"},
    {"an illegal instruction in HS-mode: to HS-mode, GVA 0", ENTRY, IN_HS,
     .code = ".word 0xffffffff", .to = IN_HS, .cause = 2, .tval = 0xffffffff},
    {"hedeleg does not count in HS-mode", ENTRY, IN_HS, .setup = "li t0, 4; csrw hedeleg, t0",
     .code = ".word 0xffffffff", .to = IN_HS, .cause = 2, .tval = 0xffffffff},
    {"hedeleg does not count without medeleg", ENTRY, IN_VS, .setup = "li t0, -1; csrw hedeleg, t0",
     .code = ".word 0xffffffff", .to = IN_M, .cause = 2, .tval = 0xffffffff,
     .qemu = "GVA is 1 after an illegal instruction of a guest"},
    {"a 16-bit illegal instruction in VS-mode", ENTRY, IN_VS, .code = ".half 0x0000, 0",
     .to = IN_HS, .cause = 2, .tval = 0},

    {"a misaligned AMO in VS-mode: to HS-mode", TINST, IN_VS,
     .code = "addi s0, s0, 2; fault: amoadd.w a0, a1, (s0)", .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS,
     .cause = 6, .tval = DATA_VA + 2, .inst = T_AMO(0, 2, 10, 11), .gva = true},
    {"a misaligned AMO in VS-mode: to M-mode", TINST, IN_VS,
     .code = "addi s0, s0, 2; fault: amoadd.w a0, a1, (s0)", .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_M,
     .cause = 6, .tval = DATA_VA + 2, .inst = T_AMO(0, 2, 10, 11), .gva = true},
    {"a misaligned AMO in VS-mode: to VS-mode", TINST, IN_VS,
     .code = "addi s0, s0, 2; fault: amoadd.w a0, a1, (s0)", .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_VS,
     .cause = 6, .tval = DATA_VA + 2, .qemu = "a trap to VS-mode clears htval"},
    {"a misaligned lr in VU-mode: to HS-mode", TINST, IN_VU,
     .code = "addi s0, s0, 4; fault: lr.d a0, (s0)", .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS,
     .cause = 4, .tval = DATA_VA + 4, .inst = T_AMO(2, 3, 10, 0), .gva = true},
    {"a misaligned AMO in HS-mode: GVA is 0", TINST, IN_HS,
     .code = "addi s0, s2, 2; fault: amoadd.w a0, a1, (s0)", .to = IN_HS, .cause = 6,
     .tval = DATA_PA + 2, .inst = T_AMO(0, 2, 10, 11)},
    {"an access fault of HS-mode: GVA is 0", TINST, IN_HS,
     .code = "li s0, 0x12000000; fault: ld a0, 0(s0)", .to = IN_HS, .cause = 5, .tval = 0x12000000,
     .inst = T_LOAD(3, 10)},
    {"a load fault in M-mode: GVA is 0, mtinst is told", TINST, IN_M,
     .code = "li s0, 0x12000000; fault: lw a0, 0(s0)", .to = IN_M, .cause = 5, .tval = 0x12000000,
     .inst = T_LOAD(2, 10)},
    {"an instruction page fault has no instruction to tell", TINST, IN_VS, .code = "jalr ra, 0(s0)",
     .vs = {.format = SV39, 0, LEAF_S & ~PTE_X, 0}, .g = {.format = SV39}, .to = IN_HS, .fault = DATA_VA, .cause = 12,
     .tval = DATA_VA, .gva = true},
    {"an instruction guest-page fault neither", TINST, IN_VS, .code = "jalr ra, 0(s0)",
     .vs = {.format = SV39}, .g = {.format = SV39, 0, LEAF_U & ~PTE_X, 0}, .to = IN_HS, .fault = DATA_VA, .cause = 20,
     .tval = DATA_VA, .gpa = DATA_GPA, .gva = true},

    /* SPVP and SPV */
    {"a trap from U-mode leaves SPVP", ENTRY, IN_U, .code = "ecall",
     .hs_handler = "csrr a0, hstatus; srli a0, a0, 7; andi a0, a0, 3; li t0, 0x100; "
         "csrs sstatus, t0; la t0, end; csrw sepc, t0; sret", .a0 = 2},
    {"a trap from VU-mode clears SPVP and sets SPV", ENTRY, IN_VU, .code = "ecall",
     .hs_handler = "csrr a0, hstatus; srli a0, a0, 7; andi a0, a0, 3; la t0, end; "
         "csrw sepc, t0; sret", .a0 = 1},
    {"a trap from VS-mode sets both", ENTRY, IN_VS, .code = "ecall",
     .hs_handler = "csrr a0, hstatus; srli a0, a0, 7; andi a0, a0, 3; la t0, end; "
         "csrw sepc, t0; sret", .a0 = 3},
    {"SIE goes to SPIE and is cleared", ENTRY, IN_VS, .setup = "csrsi sstatus, 2", .code = "ecall",
     .hs_handler = "csrr a0, sstatus; andi a0, a0, 0x22; la t0, end; csrw sepc, t0; sret",
     .a0 = 0x20},
    {"vsstatus stays as it was in a trap to HS-mode", ENTRY, IN_VS,
     .setup = "li t0, 2; csrw vsstatus, t0", .code = "ecall",
     .hs_handler = "csrr a0, vsstatus; andi a0, a0, 0x22; la t0, end; csrw sepc, t0; sret",
     .a0 = 2},
    {"a trap to VS-mode saves vsstatus.SIE", ENTRY, IN_VU,
     .setup = "li t0, 2; csrw vsstatus, t0; li t0, 0x100; csrs medeleg, t0; csrs hedeleg, t0",
     .code = "ecall",
     .vs_handler = "csrr a0, sstatus; andi a0, a0, 0x122; la t0, end; csrw sepc, t0; sret",
     .a0 = 0x20},
    {"hstatus stays as it was in a trap to VS-mode", ENTRY, IN_VU,
     .setup = "li t0, 0x100; csrs medeleg, t0; csrs hedeleg, t0; li t0, 0x1c0; csrs hstatus, t0",
     .code = "ecall", .vs_handler = "ecall", .hs_handler = "ebreak", .to = IN_HS, .from = IN_VS,
     .fault = UINT64_C(0x80013000), .cause = 10},
    {"the vector of VS-mode's exceptions is its base", ENTRY, IN_VU,
     .setup = "csrr t0, vstvec; ori t0, t0, 1; csrw vstvec, t0", .code = "ecall", .to = IN_VS,
     .cause = 8},
};

/* --- returns ---------------------------------------------------------------------- */

#define TO_LABEL(csr) "la t0, 1f; csrw " csr ", t0; "
#define SPP(op)  "li t0, 0x100; " op " sstatus, t0; "
#define SPV(op)  "li t0, 0x80; " op " hstatus, t0; "
#define VSPP(op) "li t0, 0x100; " op " vsstatus, t0; "
#define MRET_TO(mpp, mpv) "li t0, 0x1800; csrc mstatus, t0; li t0, " mpp " << 11; csrs mstatus, t0; li t0, 1 << 39; " mpv " mstatus, t0; "
/* Goes on in M-mode at label 9 by the next trap, and ends there. */
#define THEN_M "la t0, 9f; csrw mtvec, t0; "
#define AT_9   "\n.balign 4; 9: la t0, trap; csrw mtvec, t0; "

static const struct guest_case returns[] = {
    {"sret in HS-mode: SPV 0, SPP 0 is U-mode", RETURN, IN_HS,
     .code = TO_LABEL("sepc") SPV("csrc") SPP("csrc") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_U, .cause = 8},
    {"sret in HS-mode: SPV 0, SPP 1 is HS-mode", RETURN, IN_HS,
     .code = TO_LABEL("sepc") SPV("csrc") SPP("csrs") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_HS, .cause = 9},
    {"sret in HS-mode: SPV 1, SPP 0 is VU-mode", RETURN, IN_HS,
     .code = TO_LABEL("sepc") SPV("csrs") SPP("csrc") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_VU, .cause = 8},
    {"sret in HS-mode: SPV 1, SPP 1 is VS-mode", RETURN, IN_HS,
     .code = TO_LABEL("sepc") SPV("csrs") SPP("csrs") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_VS, .cause = 10},
    {"sret in M-mode does the same: U-mode", RETURN, IN_M,
     .code = TO_LABEL("sepc") SPV("csrc") SPP("csrc") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_U, .cause = 8},
    {"sret in M-mode does the same: HS-mode", RETURN, IN_M,
     .code = TO_LABEL("sepc") SPV("csrc") SPP("csrs") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_HS, .cause = 9},
    {"sret in M-mode does the same: VU-mode", RETURN, IN_M,
     .code = TO_LABEL("sepc") SPV("csrs") SPP("csrc") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_VU, .cause = 8},
    {"sret in M-mode does the same: VS-mode", RETURN, IN_M,
     .code = TO_LABEL("sepc") SPV("csrs") SPP("csrs") "sret; 1: fault: ecall", .to = IN_M,
     .from = IN_VS, .cause = 10},
    {"sret in VS-mode: SPP 0 is VU-mode", RETURN, IN_VS,
     .code = TO_LABEL("sepc") SPP("csrc") "sret; 1: fault: ecall", .to = IN_M, .from = IN_VU,
     .cause = 8},
    {"sret in VS-mode: SPP 1 is VS-mode", RETURN, IN_VS,
     .code = TO_LABEL("sepc") SPP("csrs") "sret; 1: fault: ecall", .to = IN_M, .from = IN_VS,
     .cause = 10},
    {"sret in VS-mode does not look at SPV", RETURN, IN_VS, .setup = SPV("csrc"),
     .code = TO_LABEL("sepc") SPP("csrs") "sret; 1: fault: ecall", .to = IN_M, .from = IN_VS,
     .cause = 10},
    {"sret in VS-mode leaves SPV", RETURN, IN_VS, .setup = SPV("csrs") THEN_M,
     .code = TO_LABEL("sepc") SPP("csrs") "sret; 1: ecall" AT_9 "csrr a0, hstatus; "
         "srli a0, a0, 7; andi a0, a0, 1", .a0 = 1},
    {"sret in VS-mode goes by vsepc, not sepc", RETURN, IN_VS, .setup = "la t0, end; csrw sepc, t0",
     .code = TO_LABEL("sepc") SPP("csrs") "sret; 1: li a0, 3", .a0 = 3},
    {"sret in VS-mode sets vsstatus: SPP 0, SPIE 1, SIE as SPIE was", RETURN, IN_VS,
     .code = TO_LABEL("sepc") "li t0, 0x120; csrw sstatus, t0; sret; 1: csrr a0, sstatus; "
         "andi a0, a0, 0x122", .a0 = 0x22},
    {"and leaves sstatus", RETURN, IN_VS, .setup = "li t0, 0x100; csrs sstatus, t0; " THEN_M,
     .code = TO_LABEL("sepc") SPP("csrs") "sret; 1: ecall" AT_9 "csrr a0, sstatus; "
         "andi a0, a0, 0x122", .a0 = 0x100},
    {"sret in HS-mode clears SPV", RETURN, IN_HS, .setup = THEN_M,
     .code = TO_LABEL("sepc") SPV("csrs") SPP("csrs") "sret; "
         "1: ecall" AT_9 "csrr a0, hstatus; srli a0, a0, 7; andi a0, a0, 1", .a0 = 0},
    {"sret in HS-mode leaves SPVP", RETURN, IN_HS, .setup = THEN_M,
     .code = TO_LABEL("sepc") SPV("csrs") SPP("csrc") "sret; "
         "1: ecall" AT_9 "csrr a0, hstatus; srli a0, a0, 8; andi a0, a0, 1", .a0 = 1},
    {"sret in HS-mode sets sstatus: SPP 0, SPIE 1, SIE as SPIE was", RETURN, IN_HS, .setup = THEN_M,
     .code = TO_LABEL("sepc") SPV("csrs") "li t0, 0x120; csrs sstatus, t0; csrci sstatus, 2; "
         "sret; 1: ecall" AT_9 "csrr a0, sstatus; andi a0, a0, 0x122", .a0 = 0x22},
    {"sret in HS-mode to VS-mode leaves vsstatus", RETURN, IN_HS, .setup = VSPP("csrs") THEN_M,
     .code = TO_LABEL("sepc") SPV("csrs") SPP("csrs") "sret; "
         "1: ecall" AT_9 "csrr a0, vsstatus; andi a0, a0, 0x122", .a0 = 0x100},
    {"mret: MPV 0, MPP U", RETURN, IN_M,
     .code = TO_LABEL("mepc") MRET_TO("0", "csrc") "mret; 1: fault: ecall", .to = IN_M,
     .from = IN_U, .cause = 8},
    {"mret: MPV 0, MPP S is HS-mode", RETURN, IN_M,
     .code = TO_LABEL("mepc") MRET_TO("1", "csrc") "mret; 1: fault: ecall", .to = IN_M,
     .from = IN_HS, .cause = 9},
    {"mret: MPV 1, MPP U is VU-mode", RETURN, IN_M,
     .code = TO_LABEL("mepc") MRET_TO("0", "csrs") "mret; 1: fault: ecall", .to = IN_M,
     .from = IN_VU, .cause = 8},
    {"mret: MPV 1, MPP S is VS-mode", RETURN, IN_M,
     .code = TO_LABEL("mepc") MRET_TO("1", "csrs") "mret; 1: fault: ecall", .to = IN_M,
     .from = IN_VS, .cause = 10},
    {"mret: MPP M does not look at MPV", RETURN, IN_M,
     .code = TO_LABEL("mepc") MRET_TO("3", "csrs") "mret; 1: fault: ecall", .to = IN_M,
     .from = IN_M, .cause = 11,
     .qemu = "MPV is 1 after a trap from M-mode if it was before the return there"},
    {"mret clears MPV and MPP", RETURN, IN_M,
     .code = TO_LABEL("mepc") MRET_TO("3", "csrs") "mret; 1: csrr a0, mstatus; "
         "li t0, 1 << 39 | 0x1800; and a0, a0, t0", .a0 = 0},
    {"mret to HS-mode clears MPRV", RETURN, IN_M, .setup = THEN_M,
     .code = TO_LABEL("mepc") MRET_TO("1", "csrc") "li t0, 1 << 17; csrs mstatus, t0; mret; "
         "1: ecall" AT_9 "csrr a0, mstatus; srli a0, a0, 17; andi a0, a0, 1", .a0 = 0,
     .qemu = "mret leaves MPRV"},
    {"mret to VS-mode clears MPRV", RETURN, IN_M, .setup = THEN_M,
     .code = TO_LABEL("mepc") MRET_TO("1", "csrs") "li t0, 1 << 17; csrs mstatus, t0; mret; "
         "1: ecall" AT_9 "csrr a0, mstatus; srli a0, a0, 17; andi a0, a0, 1", .a0 = 0,
     .qemu = "mret leaves MPRV"},
    {"mret in HS-mode is illegal", RETURN, IN_HS, .code = "mret", .to = IN_M, .cause = 2,
     .tval = 0x30200073},
    {"mret in VS-mode is illegal, not virtual: M-mode's", RETURN, IN_VS, .code = "mret", .to = IN_M,
     .cause = 2, .tval = 0x30200073, .qemu = "GVA is 1 after an illegal instruction of a guest"},
    {"mret in VU-mode is illegal", RETURN, IN_VU, .code = "mret", .to = IN_M, .cause = 2,
     .tval = 0x30200073, .qemu = "GVA is 1 after an illegal instruction of a guest"},
};
/* clang-format on */

START_TEST(a_trap_goes_where_it_is_delegated)
{
    guest_check(&entries[_i]);
}
END_TEST

START_TEST(a_return_goes_where_the_status_says)
{
    guest_check(&returns[_i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_guest_page_fault_tells_the_instruction, 0,
                        COUNT(transformed_rows));
    tcase_add_loop_test(tcase, a_page_fault_tells_it_too, 0, COUNT(transformed_rows));
    tcase_add_loop_test(tcase, a_misaligned_access_tells_how_far_it_got, 0,
                        COUNT(misaligned_rows));
    tcase_add_loop_test(tcase, a_trap_goes_where_it_is_delegated, 0, COUNT(entries));
    tcase_add_loop_test(tcase, a_return_goes_where_the_status_says, 0, COUNT(returns));
}

TEST_MAIN("hypervisor_traps", add_tests)
