/*
 * What QEMU 7.2 does otherwise, or has not: here the witness is the specification itself.
 * Each row is a program and what it must leave in a0. docs/manual/correctness.md lists
 * them.
 */
#include "base/bits.h"
#include "base/buf.h"
#include "machine/board/run.h"
#include "machine/isa/asm/asm.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <string.h>

#define RAM UINT64_C(0x80000000)

enum { A0 = 10, MOST = 2000 };

/*
 * Around each program: traps to M-mode go to `trap`, which leaves the cause in a0, unless
 * the program has a handler of its own; S- and U-mode may access all memory. Registers
 * s0, s1: a page of tables for Sv39, filled with 1 GiB pages at indices 2 (what is at
 * 0x80000000, for S-mode's code) and 3 (the same for U-mode, at 0xc0000000).
 */
static const char before[] = "        la t0, trap\n"
                             "        csrw mtvec, t0\n"
                             "        li t0, -1\n"
                             "        csrw pmpaddr0, t0\n"
                             "        li t0, 0x1f\n"
                             "        csrw pmpcfg0, t0\n"
                             "        la s0, tables\n"
                             "        li t0, 0x200000cf\n"
                             "        sd t0, 16(s0)\n"
                             "        li t0, 0x200000df\n"
                             "        sd t0, 24(s0)\n"
                             "        srli t0, s0, 12\n"
                             "        li t1, 8 << 60\n"
                             "        or s1, t0, t1\n"
                             "        li a0, -1\n";
static const char after[] = "\n"
                            "        j end\n"
                            "        .balign 4\n"
                            "trap:   csrr a0, mcause\n"
                            "end:    j end\n"
                            "        .balign 4096\n"
                            "tables: .zero 4096\n"
                            "lower:  .zero 4096\n"
                            "lowest: .zero 4096\n"
                            "data:   .zero 64\n";

/* Goes on in S-mode under translation, at the next line. */
#define ENTER_S                                                                        \
    "csrw satp, s1; sfence.vma; li t0, 0x1800; csrc mstatus, t0; li t0, 0x800\n"       \
    "csrs mstatus, t0; la t0, 1f; csrw mepc, t0; mret\n1: "

/* Loads and stores of M-mode are S-mode's, translated. */
#define AS_S                                                                           \
    "csrw satp, s1; sfence.vma; li t0, 0x1800; csrc mstatus, t0; li t0, 0x20800\n"     \
    "csrs mstatus, t0\n"

/* `lowest` is the last table for addresses from 0 on. */
#define TABLES_FROM_0                                                                  \
    "la t0, lower; srli t0, t0, 2; ori t0, t0, 1; sd t0, 0(s0)\n"                      \
    "la t1, lower; la t0, lowest; srli t0, t0, 2; ori t0, t0, 1; sd t0, 0(t1)\n"       \
    "la s2, lowest\n"

static const struct {
    const char *name, *section, *text;
    uint64_t a0;
} rows[] = {
    {"MPP holds only modes that exist", "3.1.6.1",
     "li t0, 0x1000; csrw mstatus, zero; csrw mstatus, t0; csrr a0, mstatus\n"
     "srli a0, a0, 11; andi a0, a0, 3",
     0},
    {"sret to S-mode clears MPRV", "3.1.6.4",
     "li t0, 0x20100; csrs mstatus, t0; la t0, 1f; csrw sepc, t0; la t0, 2f\n"
     "csrw mtvec, t0; sret\n"
     ".balign 4\n"
     "1: ecall\n"
     ".balign 4\n"
     "2: csrr a0, mstatus; srli a0, a0, 17; andi a0, a0, 1",
     0},
    {"MPRV follows MPP through a trap and a return at once", "3.1.6.4",
     AS_S "ld t2, 0(s0); la t0, 2f; csrw mtvec, t0\n"
          "ecall\n"
          ".balign 4\n" /* mret to M-mode leaves MPP U: page 2 is not U's */
          "2: la t0, trap; csrw mtvec, t0; la t0, 3f; csrw mepc, t0; mret\n"
          "3: ld t2, 0(s0)",
     CAUSE_LOAD_PAGE},
    {"a set of a read-only CSR by a register that holds 0 is a write", "Zicsr",
     "li t1, 0; csrrs t0, mhartid, t1", CAUSE_ILLEGAL_INSTRUCTION},
    {"a set by x0 is none", "Zicsr", "csrrs a0, mhartid, zero", 0},
    {"bit 0 of mepc is always 0", "3.1.14", "li t0, -1; csrw mepc, t0; csrr a0, mepc",
     UINT64_MAX - 1},
    {"bit 0 of sepc is always 0", "12.1.7", "li t0, -1; csrw sepc, t0; csrr a0, sepc",
     UINT64_MAX - 1},
    {"causes that do not exist cannot be delegated", "3.1.8",
     "li t0, -1; csrw medeleg, t0; csrr a0, medeleg", 0xb3ff},
    {"interrupts that do not exist cannot be enabled", "3.1.9",
     "li t0, -1; csrw mie, t0; csrr a0, mie", 0xaaa},
    {"CBIE 10 is not stored", "3.1.18",
     "li t0, 0x20; csrw menvcfg, t0; csrr a0, menvcfg; andi a0, a0, 0x30", 0},
    {"vstimecmp is of the hypervisor extension", "2.2", "csrr t0, 0x24d",
     CAUSE_ILLEGAL_INSTRUCTION},
    {"mseccfg is of extensions", "3.1.19", "csrr t0, 0x747", CAUSE_ILLEGAL_INSTRUCTION},
    {"tselect reads 0", "2.2", "csrr a0, tselect", 0},
    {"event counters exist and read 0", "3.1.10", "csrr a0, mhpmcounter31", 0},
    {"pmpaddr has 54 bits", "3.7.1", "li t0, -1; csrw pmpaddr5, t0; csrr a0, pmpaddr5",
     BITS(53, 0)},
    {"STIP is the comparator's only under STCE", "13.1.1",
     "csrw stimecmp, zero; csrr a0, mip; andi a0, a0, 0x20", 0},
    {"of S-mode's interrupts the external one goes first", "3.1.9",
     "li t0, 0x222; csrw mideleg, t0; csrw mie, t0; csrs mip, t0; la t0, 1f\n"
     "csrw stvec, t0; la t0, 2f; csrw mepc, t0; csrw mstatus, zero; mret\n"
     ".balign 4\n"
     "1: csrr a0, scause; andi a0, a0, 15; j end\n"
     "2: j end",
     IRQ_SEI},
    {"an AMO of nothing is a store access fault", "3.1.15",
     "li t0, 0x100; amoadd.w t1, t1, (t0)", CAUSE_STORE_ACCESS},
    {"a misaligned AMO is a store address misaligned", "3.1.15",
     "addi t0, s0, 2; amomax.w t1, t1, (t0)", CAUSE_STORE_MISALIGNED},
    {"a misaligned lr is a load address misaligned", "3.1.15",
     "addi t0, s0, 4; lr.d t1, (t0)", CAUSE_LOAD_MISALIGNED},
    {"a misaligned sc is a store address misaligned, reservation or not", "3.1.15",
     "addi t0, s0, 4; sc.d t1, t1, (t0)", CAUSE_STORE_MISALIGNED},
    {"reserved bits of a page-table entry are page faults", "12.4.1",
     "li t0, 0x200000cf | 1 << 54; sd t0, 16(s0)\n" AS_S "ld t0, 0(s0)",
     CAUSE_LOAD_PAGE},
    {"up to the last of them", "12.4.1",
     "li t0, 0x200000cf | 1 << 60; sd t0, 16(s0)\n" AS_S "sd t0, 0(s0)",
     CAUSE_STORE_PAGE},
    {"in pointers, too", "12.4.1",
     TABLES_FROM_0 "ld t0, 0(s0); li t1, 1 << 57; or t0, t0, t1; sd t0, 0(s0)\n" AS_S
                   "ld t0, 0(zero)",
     CAUSE_LOAD_PAGE},
    {"a reserved Svnapot size is a page fault", "Svnapot",
     TABLES_FROM_0 "li t0, 0x20004007 | 1 << 63; sd t0, 0(s2)\n" AS_S "ld t0, 0(zero)",
     CAUSE_LOAD_PAGE},
    {"and sets no A bit", "Svnapot",
     TABLES_FROM_0 "li t0, 0x20004007 | 1 << 63; sd t0, 0(s2); la t0, 2f\n"
                   "csrw mtvec, t0\n" AS_S "ld t0, 0(zero)\n"
                   ".balign 4\n"
                   "2: ld a0, 0(s2); andi a0, a0, 0xc0",
     0},
    {"without ADUE a page that was not accessed is a page fault", "3.1.18",
     "csrw menvcfg, zero; li t0, 0x2000000f; sd t0, 16(s0)\n" AS_S "ld t0, 0(s0)",
     CAUSE_LOAD_PAGE},
    {"and so is one that was not written, for a store", "3.1.18",
     "csrw menvcfg, zero; li t0, 0x2000004f; sd t0, 16(s0)\n" AS_S "sd t0, 0(s0)",
     CAUSE_STORE_PAGE},
    {"with ADUE the hart sets A and D", "Svadu",
     "li t0, 0x2000000f; sd t0, 16(s0)\n" AS_S "la t1, data; sd t0, 0(t1)\n"
     "li t0, 0x20000; csrc mstatus, t0; ld a0, 16(s0); andi a0, a0, 0xc0",
     0xc0},
    {"S-mode never executes U pages, after it has read them by SUM either", "3.1.6.4",
     "li t0, 0x40000; csrs mstatus, t0\n" ENTER_S "la t1, data; li t2, 1 << 30\n"
     "add t1, t1, t2; ld t0, 0(t1); jr t1",
     CAUSE_INSTRUCTION_PAGE},
};

static void assemble(struct ram *ram, const char *text)
{
    struct buf whole = {0}, wrong = {0};
    struct asm_program program;
    struct asm_layout layout = {.text = RAM};
    struct asm_source source = {.file = "test.s"};

    buf_printf(&whole, "%s%s%s", before, text, after);
    source.text = whole.data;
    source.size = whole.size;
    asm_assemble(&program, &source, &layout);
    for (size_t i = 0; i < program.diagnostic_count; i++)
        asm_diagnostic_text(&program.diagnostics[i], &wrong);
    ck_assert_msg(wrong.size == 0, "%s", buf_str(&wrong));
    for (size_t i = 0; i < program.section_count; i++)
        if (program.sections[i].bytes)
            ram_write(ram, program.sections[i].address, program.sections[i].bytes,
                      program.sections[i].size, 0);
    asm_free(&program);
    buf_free(&whole);
    buf_free(&wrong);
}

/* What differs where the harts have the hypervisor extension. */
static const struct {
    const char *name;
    uint64_t a0;
} rows_with_h[] = {
    {"causes that do not exist cannot be delegated", 0xf0b7ff},
    {"interrupts that do not exist cannot be enabled", 0xeee},
    {"vstimecmp is of the hypervisor extension", UINT64_MAX},
};

static uint64_t expected_of(size_t row, bool hypervisor)
{
    for (size_t i = 0; hypervisor && i < COUNT(rows_with_h); i++)
        if (strcmp(rows_with_h[i].name, rows[row].name) == 0)
            return rows_with_h[i].a0;
    return rows[row].a0;
}

START_TEST(the_specification_wins)
{
    size_t row = (size_t)_i;
    struct board_desc desc = board_virt;
    struct err err = {0};
    struct run *run = run_new();
    struct board *board;
    uint64_t a0 = expected_of(row, suite_hypervisor);

    desc.hypervisor = suite_hypervisor;
    board = run_add(run, &desc, &err);
    ck_assert_msg(board != NULL, "%s", err.text);
    run_reset(run);
    assemble(&board->bus.ram, rows[row].text);
    board->hart[0].pc = RAM;
    run_go(run, (struct run_limit){UINT64_MAX, MOST, UINT64_MAX, UINT64_MAX});
    ck_assert_msg(board->hart[0].x[A0] == a0,
                  "%s (%s): a0 is 0x%" PRIx64 ", not 0x%" PRIx64, rows[row].name,
                  rows[row].section, board->hart[0].x[A0], a0);
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, the_specification_wins, 0, COUNT(rows));
}

TEST_MAIN_BOTH("specification", add_tests)
