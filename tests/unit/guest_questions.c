/* Questions about guests: `why fault`, `who`, `info` and the narration know both stages of
 * translation, virtual instructions, and the registers that V = 1 puts in others' place. */
#include "base/bits.h"
#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include <stdio.h>
#include <string.h>

/*
 * A hypervisor (HS-mode) and its guest (VS-mode, VMID 3, ASID 5). G-stage: guest physical
 * addresses from 0x80000000 on are physical ones, at 0xc0000000 they may only be read; the
 * rest is missing. VS-stage: addresses from 0x80000000 on are guest physical ones, at
 * 0x40000000 is the missing gigabyte, at 0xc0000000 the one that may only be read, and at 0
 * a table that is missing. SETUP is done in M-mode, OPERATION in VS-mode.
 */
static const char program[] =
    " .globl _start\n"
    "_start: la t0, stop\n csrw mtvec, t0\n"
    " li t0, -1\n csrw pmpaddr0, t0\n li t0, 31\n csrw pmpcfg0, t0\n"
    " li t0, 0x80410000\n"
    "whole: li t1, 0x200000df\n sd t1, 16(t0)\n"
    "readonly: li t1, 0x200000d3\n sd t1, 24(t0)\n"
    " li t0, 0x80400000\n li t1, 0x200000cf\n sd t1, 16(t0)\n"
    " li t1, 0x100000cf\n sd t1, 8(t0)\n"
    " li t1, 0x300000cf\n sd t1, 24(t0)\n"
    " li t1, (0x40000000 >> 2) | 1\n sd t1, 0(t0)\n"
    " li t0, 0xf0b7ff\n csrw medeleg, t0\n"
    " la t0, handler\n csrw stvec, t0\n"
    " li t0, (8 << 60) | (3 << 44) | 0x80410\n"
    "groot: csrw hgatp, t0\n"
    " li t0, (8 << 60) | (5 << 44) | 0x80400\n"
    "root: csrw vsatp, t0\n"
    " SETUP\n"
    " li t0, 0x8000000800\n csrs mstatus, t0\n"
    " la t0, begin\n csrw mepc, t0\n li a0, 0x40000000\n li a1, 0xc0000000\n"
    "enter: mret\n"
    "begin: slti x0, x0, 9\n"
    " OPERATION\n"
    "stop: j stop\n"
    " .align 2\n"
    "handler: j handler\n";

static void open_guest(struct talk *talk, const char *setup, const char *operation)
{
    const char *first = strstr(program, "SETUP"),
               *second = strstr(program, "OPERATION");
    char text[4096];

    snprintf(text, sizeof(text), "%.*s%s%.*s%s%s", (int)(first - program), program,
             setup, (int)(second - first - 5), first + 5, operation, second + 9);
    talk_open(talk, text, "");
    talk_do(talk, "stepi 300");
}

static void has_text(const char *answer, const char *text)
{
    ck_assert_msg(strstr(answer, text) != NULL, "'%s' is not in:\n%s", text, answer);
}

static const struct {
    const char *setup, *operation, *says[4];
} faults[] = {
    {"",
     "ld a2, 8(a0)",
     {"Hart 0 traps from VS-mode to S-mode: load guest-page fault",
      "guest physical address 0x40000008",
      "for guest physical address 0x40000008: the entry at 0x80410008 is 0x0: V is 0: "
      "there is no page.",
      "The tables begin at 0x80410000, as hgatp says, with VMID 3: hart 0 wrote it at "
      "groot"}},
    {"",
     "sd a2, 0(a1)",
     {"store/AMO guest-page fault",
      "Level 2 of the VS-stage, at guest physical address "
      "0x80400018",
      "the entry at 0x80410018 is 0x200000d3: W is 0: it may not be written.",
      "The entry: hart 0 wrote it at readonly"}},
    {"",
     "ld a2, 0(x0)",
     {"Level 1 of the VS-stage: the entry is at guest physical address 0x40000000, "
      "which "
      "the G-stage does not translate.",
      "for guest physical address 0x40000000: the entry at 0x80410008 is 0x0: V is 0",
      "as hgatp says"}},
    {"",
     "ld a2, 0(a1)\n sd a2, 0(a1)",
     {"No table was read: the TLB has the page, with the G-stage's entry 0x200000d3: W "
      "is 0"}},
    {"li t1, 0x80410000\n li t2, 0x200000cf\n sd t2, 24(t1)",
     "ld a2, 0(a1)",
     {"U is 0: to the G-stage every access is one of U-mode."}},
    {"li t1, 0x80400000\n li t2, 0x300000df\n sd t2, 24(t1)",
     "ld a2, 0(a1)",
     {"load page fault",
      "U is 1 and vsstatus.SUM is 0: VS-mode may not access a page of "
      "VU-mode",
      "as vsatp says, with ASID 5: hart 0 wrote it at root"}},
    {"li t1, 0x80400000\n li t2, 0x3000000f\n sd t2, 24(t1)",
     "ld a2, 0(a1)",
     {"A is 0, and henvcfg.ADUE is 0: the hart does not set it."}},
    {"csrw vsatp, x0",
     "ld a2, 0(a1)\n slli a1, a1, 12\n ld a2, 0(a1)",
     {"is no guest physical address of Sv39x4: bits 63 to 41 must be 0."}},
    {"li t1, 0x200000\n csrs hstatus, t1",
     "wfi",
     {"virtual instruction", "hstatus.VTW is 1: wfi in VS-mode traps."}},
    {"li t1, 0x400000\n csrs hstatus, t1",
     "sret",
     {"hstatus.VTSR is 1: sret in VS-mode traps."}},
    {"li t1, 0x100000\n csrs hstatus, t1",
     "csrr a2, satp",
     {"hstatus.VTVM is 1: VS-mode may not use satp."}},
    {"",
     "csrr a2, hstatus",
     {"hstatus is for HS-mode and above, and hart 0 is in VS-mode."}},
    {"",
     "csrr a2, mstatus",
     {"illegal instruction",
      "mstatus is for M-mode and above, and hart 0 is in VS-mode."}},
    {"",
     "hlv.d a2, (a0)",
     {"`hlv.d` is for the hypervisor, and hart 0 is in VS-mode."}},
    {"", "hfence.gvma", {"`hfence.gvma` is for HS-mode and above"}},
    {"li t1, 7\n csrw mcounteren, t1",
     "rdcycle a2",
     {"hcounteren does not let a guest read it."}},
    {"li t1, 7\n csrw mcounteren, t1\n csrw hcounteren, t1\n li t1, 1 << 63\n"
     " csrw menvcfg, t1",
     "csrw stimecmp, a2",
     {"henvcfg.STCE is 0: a guest may not use stimecmp."}},
    {"li t1, 0xf0\n csrw menvcfg, t1",
     "cbo.zero (a1)",
     {"henvcfg does not enable it in a guest."}},
};

START_TEST(a_fault_of_a_guest_names_its_rule)
{
    struct talk talk;
    const char *answer;

    open_guest(&talk, faults[_i].setup, faults[_i].operation);
    answer = talk_do(&talk, "why fault");
    for (unsigned i = 0; i < 4 && faults[_i].says[i]; i++)
        has_text(answer, faults[_i].says[i]);
    talk_close(&talk);
}
END_TEST

static const struct {
    const char *line, *says;
} questions[] = {
    {"who htval",
     "A trap of hart 0 to S-mode wrote it (load guest-page fault at begin+8"},
    {"who hstatus.SPV", "A trap of hart 0 to S-mode wrote it"},
    {"who vsatp", "Hart 0 wrote it at root"},
    {"who vsscratch", "csrw sscratch"},
    {"who hip", "csrw hvip"},
    {"who vsip.SSIP", "csrw hvip"},
    {"print htval == 0x40000000 >> 2", "0x1"},
    {"info csr htinst", "htinst (0x64a) of hart 0 is 0x3603"},
    {"info csr hgatp", "MODE=Sv39x4 VMID=3 PPN=0x80410"},
    {"info csr hstatus", "SPVP=VS-mode"},
    {"info modes", "   0  3           1      1"},
    {"info tlb", "0x80000000  0x40000000     5  DA--XWRV     3  0x80000000  DA-UXWRV"},
    {"info irq",
     "virtual supervisor software interrupt  VSSIP  yes      no       VS-mode"},
    {"why not irq vssi", "hideleg.VSSI: it is 1 and must be 0, or a guest that runs"},
};

/* A guest that has written sscratch, and stopped at what its G-stage has not. */
START_TEST(registers_of_guests_are_known)
{
    struct talk talk;

    open_guest(&talk, "li t1, 4\n csrw hvip, t1\n csrw hideleg, t1",
               "csrw sscratch, a0\n ld a2, 0(a0)");
    has_text(talk_do(&talk, questions[_i].line), questions[_i].says);
    talk_close(&talk);
}
END_TEST

START_TEST(a_walk_of_a_guest_shows_both_stages)
{
    struct talk talk;
    const char *answer;

    open_guest(&talk, "", "slti x0, x0, 0\n1: j 1b");
    answer = talk_do(&talk, "info walk 0xc0000010");
    has_text(answer, "Sv39 walk for 0xc0000010 from the root table at 0x80400000, as "
                     "VS-mode: the VS-stage.");
    has_text(answer,
             "Sv39x4 walk for each guest physical address from the root table at "
             "0x80410000: the G-stage.");
    has_text(answer, "0xc0000010 is guest physical address 0xc0000010, in a page of "
                     "1048576 KiB.");
    has_text(answer, "0xc0000010 is physical address 0x80000010");
    has_text(answer, "G-stage   0x80400018");
    has_text(answer, "VS-stage  0x80400018");
    answer = talk_do(&talk, "info walk 0x40000010");
    has_text(answer, "The walk fails in the G-stage, for guest physical address "
                     "0x40000010: not valid.");
    answer = talk_do(&talk, "info walk 0x10");
    has_text(answer, "for guest physical address 0x40000000, to read a table of the "
                     "VS-stage: not valid.");
    has_text(talk_do(&talk, "info harts"), "VS-mode");
    talk_close(&talk);
}
END_TEST

/* The narration of an exit, an entry and a marker; and what `why` says of them. */
static const struct {
    const char *kind, *says, *cause;
} told[] = {
    {"vm_exit",
     "hart 0 leaves guest 3: load guest-page fault, at begin+4 (0x800000fc), guest "
     "physical address 0x40000000",
     "it went to a handler outside the guest"},
    {"vm_entry", "hart 0 enters guest 3 at begin (0x800000f8) in VS-mode",
     "it went back to the guest"},
    {"marker", "hart 0 passes marker 9 at begin (0x800000f8) in VS-mode",
     "it is the mark"},
};

START_TEST(exits_entries_and_markers_are_told)
{
    struct talk talk;
    char line[64];

    open_guest(&talk, "", "ld a2, 0(a0)");
    snprintf(line, sizeof(line), "catch %s", told[_i].kind);
    talk_do(&talk, line);
    has_text(talk_do(&talk, "reverse-continue"), told[_i].says);
    has_text(talk_do(&talk, "why"), told[_i].cause);
    talk_close(&talk);
}
END_TEST

/* A hart without the extension has none of its registers. */
static const char plain[] =
    "scenario { name = 'plain', variants = { { name = 'only' } }, setup = function()\n"
    " return { board = { hypervisor = false }, programs = { asm [[\n"
    " .globl _start\n"
    "_start: j _start\n]] } } end }\n";

START_TEST(a_hart_without_the_extension_has_nothing_of_it)
{
    struct session_choice choice = {0};
    struct err err = {{0}};
    struct talk talk;

    talk_open(&talk, "loop: j loop\n", "");
    session_close(&talk.session);
    choice.file = talk_file(&talk, "plain.lua", plain);
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
    has_text(talk_do(&talk, "info csr hstatus"),
             "hart 0 has no hstatus: it has no hypervisor extension");
    has_text(talk_do(&talk, "set hstatus = 1"),
             "hart 0 has no hstatus: it has no hypervisor extension");
    ck_assert_ptr_null(strstr(talk_do(&talk, "info csr"), "hypervisor"));
    ck_assert_ptr_null(strstr(talk_do(&talk, "info irq"), "VSEIP"));
    has_text(talk_do(&talk, "why not irq vsei"), "there is no such interrupt");
    talk_close(&talk);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_fault_of_a_guest_names_its_rule, 0, COUNT(faults));
    tcase_add_loop_test(tcase, registers_of_guests_are_known, 0, COUNT(questions));
    tcase_add_test(tcase, a_walk_of_a_guest_shows_both_stages);
    tcase_add_loop_test(tcase, exits_entries_and_markers_are_told, 0, COUNT(told));
    tcase_add_test(tcase, a_hart_without_the_extension_has_nothing_of_it);
}

TEST_MAIN("guest questions", add_tests)
