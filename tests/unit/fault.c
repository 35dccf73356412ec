#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include "base/bits.h"

#include <stdio.h>
#include <string.h>

/* Small programs that break one rule each; `why fault` must say which. */

/*
 * Sv39 tables at 0x80400000: a 1 GiB page for 0x80000000, and for 0x40000000 a walk over
 * three levels to the entry LEAF. Then OPERATION in mode MODE (MPP), with PMP open.
 */
static const char paging_program[] =
    " .globl _start\n"
    "_start: la t0, handler\n csrw mtvec, t0\n"
    " li t0, -1\n csrw pmpaddr0, t0\n li t0, 31\n csrw pmpcfg0, t0\n"
    " li t0, 0x80400000\n li t1, 0x200000cf | UBIT\n sd t1, 16(t0)\n"
    " li t1, (0x80401000 >> 2) | 1\n sd t1, 8(t0)\n"
    " li t2, 0x80401000\n li t1, MIDDLE\n sd t1, 0(t2)\n"
    " li t2, 0x80402000\n li t1, LEAF\n"
    "leaf: sd t1, 0(t2)\n"
    " li t1, (8 << 60) | 0x80400\n"
    "root: csrw satp, t1\n sfence.vma\n"
    " li t0, 0x1800\n csrc mstatus, t0\n li t0, MPP\n csrs mstatus, t0\n"
    " la t0, begin\n csrw mepc, t0\n li a0, 0x40000000\n mret\n"
    "begin: OPERATION\n"
    "loop: j loop\n"
    " .align 2\n"
    "handler: j handler\n";

static const struct paging {
    const char *leaf, *operation;
    const char *mpp;    /* of mstatus: 0x800 is S, 0 is U */
    const char *says;   /* somewhere */
    const char *middle; /* NULL: points to the table with the leaf */
} pagings[] = {
    {"0", "ld a1, 0(a0)", "0x800",
     "Hart 0 traps from S-mode to M-mode: load page fault", NULL},
    {"0", "ld a1, 8(a0)", "0x800",
     "The instruction `ld a1, 8(a0)` was to read 0x40000008.\n", NULL},
    {"0", "ld a1, 0(a0)", "0x800",
     "Level 2 of the walk: the entry at 0x80400008 is 0x20100401: it points to the "
     "next "
     "table.\n"
     "Level 1 of the walk: the entry at 0x80401000 is 0x20100801: it points to the "
     "next "
     "table.\n"
     "Level 0 of the walk: the entry at 0x80402000 is 0x0: V is 0: there is no page.\n"
     "The entry: hart 0 wrote it at leaf (0x",
     NULL},
    {"0", "ld a1, 0(a0)", "0x800",
     "The tables begin at 0x80400000, as satp says, with ASID 0: hart 0 wrote it at "
     "root "
     "(0x",
     NULL},
    {"0x20140000 | 5", "ld a1, 0(a0)", "0x800",
     "Level 0 of the walk: the entry at 0x80402000 is 0x20140005: W is 1 and R is 0",
     NULL},
    {"0x20140000 | 0xc3 | (1 << 60)", "ld a1, 0(a0)", "0x800",
     "a bit of 62 to 54 is 1, which are reserved here", NULL},
    {"0x20140001", "ld a1, 0(a0)", "0x800",
     "R, W and X are 0, which points to a next table; level 0 has none", NULL},
    {"0x20140000 | 0xd3", "ld a1, 0(a0)", "0x800",
     "U is 1 and mstatus.SUM is 0: S-mode may not access a page of U-mode", NULL},
    {"0x20140000 | 0xdb", "jr a0", "0x800", "U is 1: S-mode executes no page of U-mode",
     NULL},
    {"0x20140000 | 0xc3", "ld a1, 0(a0)", "0", "U is 0: it is not a page of U-mode",
     NULL},
    {"0x20140000 | 0xc3", "sd a1, 0(a0)", "0x800", "W is 0: it may not be written",
     NULL},
    {"0x20140000 | 0xc3", "amoadd.d a2, a1, (a0)", "0x800",
     "W is 0: it may not be written", NULL},
    {"0x20140000 | 0xc3", "jr a0", "0x800", "X is 0: it may not be executed", NULL},
    {"0x20140000 | 0xc9", "ld a1, 0(a0)", "0x800",
     "R is 0, and mstatus.MXR is 0: it may only be executed", NULL},
    {"0x20140000 | 0x03", "ld a1, 0(a0)", "0x800",
     "A is 0, and menvcfg.ADUE is 0: the hart does not set it", NULL},
    {"0x20140000 | 0x47", "sd a1, 0(a0)", "0x800",
     "D is 0, and menvcfg.ADUE is 0: the hart does not set it", NULL},
    {"0", "ld a1, 0(a0)", "0x800",
     "Level 1 of the walk: the entry at 0x80401000 is 0x201400c3: it is a superpage "
     "whose low PPN bits are not 0.\n",
     "0x201400c3"},
    {"0", "ld a1, 0(a0)", "0x800",
     "it points to a table, and one of A, D, U and N is 1", "0x20100801 | 0x40"},
    {"0x20140000 | 0xc7", "slli a0, a0, 12\n ld a1, 0(a0)", "0x800",
     "0x40000000000 is no Sv39 address: bits 63 to 39 must be copies of bit 38", NULL},
    {"0x20140000 | 0xc3", "ld a1, 0(a0)\n sd a1, 0(a0)", "0x800",
     "No table was read: the TLB has the page, with the entry 0x201400c3: W is 0",
     NULL},
    {"0", "ld a1, 0(a0)", "0x800",
     "A walk reads its tables as S-mode does, and 0x10000000 is not in RAM, or PMP "
     "does "
     "not let S-mode reach it",
     "(0x10000000 >> 2) | 1"},
};

static void has_text(const char *answer, const char *text)
{
    ck_assert_msg(strstr(answer, text) != NULL, "'%s' is not in:\n%s", text, answer);
}

static void open_paging(struct talk *talk, const struct paging *of)
{
    char text[6144], code[4096];
    const char *place = strstr(paging_program, "OPERATION");
    bool u_mode = strcmp(of->mpp, "0") == 0;

    snprintf(code, sizeof(code), "%.*s%s%s", (int)(place - paging_program),
             paging_program, of->operation, place + strlen("OPERATION"));
    snprintf(text, sizeof(text),
             " .equ LEAF, %s\n .equ MPP, %s\n .equ UBIT, %s\n .equ MIDDLE, %s\n%s",
             of->leaf, of->mpp, u_mode ? "16" : "0",
             of->middle ? of->middle : "0x20100801", code);
    talk_open(talk, text, "");
}

START_TEST(a_page_fault_names_level_bit_and_owner)
{
    struct talk talk;

    open_paging(&talk, &pagings[_i]);
    talk_do(&talk, "set menvcfg.ADUE = 0");
    talk_do(&talk, "stepi 500");
    has_text(talk_do(&talk, "why fault"), pagings[_i].says);
    talk_close(&talk);
}
END_TEST

/* --- other exceptions ------------------------------------------------------------- */

/* SETUP in M-mode, then OPERATION in mode MPP without translation. */
static const char plain_program[] =
    " .globl _start\n"
    "_start: la t0, handler\n csrw mtvec, t0\n"
    " li t0, -1\n csrw pmpaddr1, t0\n li t0, 31 << 8\n csrw pmpcfg0, t0\n"
    "setup: %s\n"
    " li t0, 0x1800\n csrc mstatus, t0\n li t0, %s\n csrs mstatus, t0\n"
    " la t0, begin\n csrw mepc, t0\n li a0, 0x10000000\n mret\n"
    "begin: %s\n"
    "loop: j loop\n"
    " .align 2\n"
    "handler: j handler\n";

static const struct plain {
    const char *setup, *mpp, *operation, *says;
} plains[] = {
    {"nop", "0x1800", "ld a1, 64(zero)",
     "Nothing answers at 0x40: no RAM and no device"},
    {"nop", "0x1800", "lw a1, 1(a0)",
     "At 0x10000001 is uart0, which takes no misaligned access"},
    {"nop", "0x1800", "amoadd.w a1, a1, (a0)",
     "At 0x10000000 is uart0: LR, SC and AMOs are for RAM"},
    {"nop", "0x1800", "jr a0", "At 0x10000000 is uart0: it holds no instructions"},
    {"nop", "0x1800", "li a0, 0xc000000\n lb a1, 4(a0)",
     "plic takes no access of less than 4 bytes, and this one has 1"},
    {"csrw pmpaddr1, zero", "0x800", "nop", "No PMP entry covers 0x800000"},
    {"li t1, 0x80100000 >> 2\n csrw pmpaddr0, t1\n li t1, (31 << 8) | 0x11\n"
     " csrw pmpcfg0, t1",
     "0x800", "li a0, 0x80100000\n sd a0, 0(a0)",
     "PMP entry 0 decides about 0x80100000: its configuration is 0x11, which does not "
     "let S-mode write there.\npmpcfg0: hart 0 wrote it at setup"},
    {"nop", "0x1800", ".word 0",
     "No instruction that the hart has is encoded as 0x0000"},
    {"nop", "0x1800", "csrr a1, 0x5c0", "There is no CSR 0x5c0"},
    {"nop", "0x800", "csrr a1, mstatus",
     "mstatus is for M-mode and above, and hart 0 is in S-mode"},
    {"nop", "0x1800", "csrw cycle, a1", "cycle is read-only"},
    {"li t1, 1 << 20\n csrs mstatus, t1", "0x800", "csrr a1, satp",
     "mstatus.TVM is 1: S-mode may not use satp.\nmstatus: hart 0 wrote it at setup"},
    {"nop", "0x800", "rdcycle a1", "mcounteren does not let S-mode or U-mode read it"},
    {"li t1, 7\n csrw mcounteren, t1", "0", "rdcycle a1",
     "scounteren does not let U-mode read it"},
    {"nop", "0x800", "csrr a1, stimecmp",
     "menvcfg.STCE is 0: S-mode may not use stimecmp"},
    {"li t1, 1 << 63\n csrs menvcfg, t1", "0x800", "csrr a1, stimecmp",
     "mcounteren.TM is 0: S-mode may not use stimecmp"},
    {"nop", "0x800", "mret", "`mret` is for M-mode, and hart 0 is in S-mode"},
    {"nop", "0", "sret", "`sret` is for S-mode and above, and hart 0 is in U-mode"},
    {"li t1, 1 << 22\n csrs mstatus, t1", "0x800", "sret",
     "mstatus.TSR is 1: sret in S-mode traps"},
    {"li t1, 1 << 21\n csrs mstatus, t1", "0x800", "wfi",
     "mstatus.TW is 1: wfi in S-mode traps"},
    {"li t1, 1 << 20\n csrs mstatus, t1", "0x800", "sfence.vma",
     "mstatus.TVM is 1: sfence.vma in S-mode traps"},
    {"csrw menvcfg, zero", "0x800", "cbo.zero (a0)",
     "menvcfg does not enable it below M-mode"},
    {"li t1, 0x80\n csrs menvcfg, t1", "0", "cbo.zero (a0)",
     "senvcfg does not enable it in U-mode"},
    {"nop", "0x1800", "li a0, 0x80100004\n amoadd.d a1, a1, (a0)",
     "LR, SC and AMOs need an address that is a multiple of their size"},
    {"nop", "0x1800", "ebreak", "The instruction is `ebreak`"},
};

START_TEST(an_exception_names_the_rule_that_was_broken)
{
    const struct plain *of = &plains[_i];
    struct talk talk;
    char text[4096];

    snprintf(text, sizeof(text), plain_program, of->setup, of->mpp, of->operation);
    talk_open(&talk, text, "");
    talk_do(&talk, "stepi 500");
    has_text(talk_do(&talk, "why fault"), of->says);
    talk_close(&talk);
}
END_TEST

/* --- DMA channels ----------------------------------------------------------------- */

static const char dma_program[] = " .globl _start\n"
                                  "_start: li a4, 0x3100000\n li t0, 1\n sw t0, 0(a4)\n"
                                  "%s\n"
                                  " li t0, 3\n"
                                  "run: sw t0, 0(a4)\n"
                                  "loop: j loop\n"
                                  " .data\n .align 6\n"
                                  "chain: .dword here, here + 64\n .word 64, 0, 0, 32\n"
                                  " .dword %s, %s\n .word %s, %s, 0, %s\n"
                                  "here: .zero 256\n";

/* By a chain whose second descriptor is bad, or by a single transfer. */
static const char by_chain[] = " la t0, chain\n sd t0, 0x220(a4)";

static const struct dma_case {
    const char *setup, *source, *dest, *bytes, *flags, *next, *says;
} dma_cases[] = {
    {by_chain, "0x20000000", "here", "64", "8", "0",
     "Nothing answers at 0x20000000: no RAM and no device.\n"
     "DMA channel 0 fetches descriptor 1 from 0x"},
    {by_chain, "0x20000000", "here", "64", "8", "0",
     "The source: nobody has written it since it was loaded.\n"},
    {by_chain, "here", "0x20000000", "64", "8", "0",
     "The destination: nobody has written it since it was loaded.\n"},
    {by_chain, "here", "here", "0x40000000", "8", "0",
     "The length: nobody has written"},
    {by_chain, "here", "here", "64", "0x80", "0", "The flags: nobody has written"},
    {by_chain, "here", "here", "64", "0", "4", "The next descriptor: nobody"},
    {" li t0, 64\n sd t0, 8(a4)\n li t0, 0x20000000\nfrom: sd t0, 24(a4)\n"
     " la t0, here\n sd t0, 16(a4)",
     "0", "0", "0", "0", "0", "The source: hart 0 wrote it at from (0x"},
    {" li t0, 64\n sd t0, 8(a4)\n li t0, 0x26000000\nsizes: sw t0, 4(a4)", "0", "0",
     "0", "0", "0", "The sizes: hart 0 wrote it at sizes (0x"},
    {" li t0, 3\nsize: sw t0, 0x208(a4)", "0", "0", "0", "0", "0",
     "The ring's size: hart 0 wrote it at size (0x"},
    {" li t0, 64\n sd t0, 8(a4)\n la t0, here\n sd t0, 16(a4)\n sd t0, 24(a4)\n"
     " li t0, 0x10f\nline: sw t0, 0x234(a4)",
     "0", "0", "0", "0", "0", "The request line: hart 0 wrote it at line (0x"},
};

START_TEST(a_dma_error_names_descriptor_or_register)
{
    const struct dma_case *of = &dma_cases[_i];
    struct talk talk;
    char text[4096];

    snprintf(text, sizeof(text), dma_program, of->setup, of->source, of->dest,
             of->bytes, of->flags, of->next);
    talk_open(&talk, text, "");
    talk_do(&talk, "stepi 5000");
    has_text(talk_do(&talk, "why fault"), of->says);
    talk_close(&talk);
}
END_TEST

/* --- disks ------------------------------------------------------------------------ */

static const char disk_program[] =
    " .globl _start\n"
    "_start: li a0, 0x3200000\n li a1, 1\n sb a1, 8(a0)\n li a1, 0x0f\n"
    " sb a1, 20(a0)\n li a1, 0x40\n sb a1, 24(a0)\n li a1, %s\n"
    "command: sb a1, 28(a0)\n"
    "loop: j loop\n";

static const struct {
    const char *command, *says;
} disk_cases[] = {
    {"0x20",
     "Status is 0x51 with ERR, Error is 0x10 with IDNF: there is no sector 983041, "
     "the disk has 0 sectors.\n"},
    {"0xf7", "Error is 0x04 with ABRT: the disk does not have the command"},
    {"0x20", "The command: hart 0 wrote it at command (0x"},
};

START_TEST(a_disk_error_names_its_bits_and_the_command)
{
    struct talk talk;
    char text[1024];

    snprintf(text, sizeof(text), disk_program, disk_cases[_i].command);
    talk_open(&talk, text, "");
    talk_do(&talk, "stepi 20000000");
    has_text(talk_do(&talk, "why fault"), disk_cases[_i].says);
    talk_close(&talk);
}
END_TEST

/* tests/commands/iommu.lua: a guest's channel writes where the second stage maps nothing. */
START_TEST(a_blocked_dma_names_the_entry_that_refused_it)
{
    struct session_choice choice = {.file = "tests/commands/iommu.lua",
                                    .variant = "wild"};
    struct err err = {{0}};
    struct talk talk;
    const char *answer;

    talk_open(&talk, talk_loop, "");
    session_close(&talk.session);
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
    talk_do(&talk, "catch dma-error");
    talk_do(&talk, "continue");
    has_text(talk_do(&talk, "why"), "the IOMMU refused it");
    answer = talk_do(&talk, "why fault");
    has_text(answer,
             "DMA channel 0 fails at 0x80002000 after 0 bytes: the IOMMU blocks a "
             "write of the destination.\n"
             "iommu0 blocks DMA channel 0 (device id 0x104), which writes at "
             "0x80002000: write/AMO guest-page fault, at guest address 0x80002000; "
             "software will be told.\n");
    has_text(answer,
             "the second-stage entry of level 0 at 0x80409010 is 0x0: not valid.\n"
             "The entry: nobody has written it since reset.\n"
             "The destination: hart 0 wrote it at ");
    talk_close(&talk);
}
END_TEST

START_TEST(where_nothing_has_failed_that_is_said)
{
    struct talk talk;

    talk_open(&talk,
              " .globl _start\n_start: la t0, h\n csrw mtvec, t0\n ecall\n"
              " .align 2\nh: j h\n",
              "");
    talk_do(&talk, "stepi 100");
    ck_assert_str_eq(talk_do(&talk, "why fault"),
                     "Error: why fault: nothing has failed so far: no exception, DMA "
                     "error, disk error, virtio error or IOMMU fault.\n");
    talk_close(&talk);
}
END_TEST

START_TEST(the_fault_before_the_viewer_is_meant_and_marked)
{
    struct talk talk;
    struct moment now;

    open_paging(&talk, &pagings[0]);
    talk_do(&talk, "stepi 5");
    has_text(talk_do(&talk, "why fault"), "nothing has failed");
    talk_do(&talk, "stepi 500");
    talk_do(&talk, "why fault");
    now = timeline_now(talk.session.time);
    talk_do(&talk, "goto fault");
    ck_assert_int_lt(moment_compare(timeline_now(talk.session.time), now), 0);
    has_text(talk_do(&talk, "why"), "load page fault");
    talk_close(&talk);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_page_fault_names_level_bit_and_owner, 0,
                        COUNT(pagings));
    tcase_add_loop_test(tcase, an_exception_names_the_rule_that_was_broken, 0,
                        COUNT(plains));
    tcase_add_loop_test(tcase, a_dma_error_names_descriptor_or_register, 0,
                        COUNT(dma_cases));
    tcase_add_loop_test(tcase, a_disk_error_names_its_bits_and_the_command, 0,
                        COUNT(disk_cases));
    tcase_add_test(tcase, a_blocked_dma_names_the_entry_that_refused_it);
    tcase_add_test(tcase, where_nothing_has_failed_that_is_said);
    tcase_add_test(tcase, the_fault_before_the_viewer_is_meant_and_marked);
}

TEST_MAIN("fault", add_tests)
