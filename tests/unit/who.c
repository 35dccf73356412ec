#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include "base/bits.h"
#include "observe/ask/who.h"

#include <stdio.h>
#include <string.h>

/* One program in which everybody writes something; `who` must name each. */
static const char program[] =
    " .globl _start\n"
    "_start: la t0, handler\n"
    "vector: csrw mtvec, t0\n"
    " la a0, word\n li a1, 0x1122334455667788\n"
    "store: sd a1, 0(a0)\n"
    "byte: sb a1, 9(a0)\n"
    " la a2, counter\n li a3, 5\n"
    "amo: amoadd.d a4, a3, (a2)\n"
    " la a2, lock\n lr.d a4, (a2)\n"
    "sc: sc.d a5, a3, (a2)\n"
    " lr.d a4, (a2)\n la a6, other\n sc.d a5, a3, (a6)\n" /* fails: another block */
    " la a2, block\n"
    "zero: cbo.zero (a2)\n"
    " la a2, crossing + 4092\n"
    "cross: sd a1, 0(a2)\n"
    /* A transfer, then a chain of two descriptors. */
    " li a4, 0x3100000\n li t0, 1\n sw t0, 0(a4)\n"
    " li t0, 192\n sd t0, 8(a4)\n la t0, there\n sd t0, 16(a4)\n la t0, here\n"
    " sd t0, 24(a4)\n li t0, 3\n"
    "run: sw t0, 0(a4)\n"
    " call pause\n"
    "claim: sw zero, 0(a4)\n li t0, 1\n sw t0, 0(a4)\n"
    " la t0, chain\n sd t0, 0x220(a4)\n li t0, 3\n sw t0, 0(a4)\n"
    " call pause\n"
    /* CSRs by instruction, trap and return. */
    "mask: csrw mscratch, a3\n"
    "enable: csrsi mie, 2\n"
    "count: csrw minstret, a3\n"
    "call: ecall\n"
    "after: li a6, 0x10000000\n li a7, 65\n"
    "send: sb a7, 0(a6)\n"
    " li a6, 0x2000000\n li a7, 1\n"
    "soft: sw a7, 0(a6)\n"
    /* Sv39: the walk sets A, then D, in the entry of 0x40000000. */
    " li t0, -1\n csrw pmpaddr0, t0\n li t0, 31\n csrw pmpcfg0, t0\n"
    " li t0, 0x80400000\n li t1, 0x20000007\n sd t1, 8(t0)\n"
    " li t1, 0x200000cf\n sd t1, 16(t0)\n"
    " li t1, (8 << 60) | 0x80400\n csrw satp, t1\n sfence.vma\n"
    " li t0, 1 << 61\n csrs menvcfg, t0\n"
    " li t0, 0x1800\n csrc mstatus, t0\n li t0, 0x800\n csrs mstatus, t0\n"
    " la t0, super\n csrw mepc, t0\n mret\n"
    "super: li t0, 0x40100000\n ld t1, 0(t0)\n"
    "first: sd t1, 0(t0)\n"
    "end: j end\n"
    "pause: li t0, 1000\n"
    "1: addi t0, t0, -1\n bnez t0, 1b\n ret\n"
    " .align 2\n"
    "handler: csrr t5, mepc\n addi t5, t5, 4\n csrw mepc, t5\n"
    "back: mret\n"
    " .data\n .align 6\n"
    "word: .dword 0, 0\n"
    "counter: .dword 7\n"
    "loaded: .dword 99\n"
    "empty: .dword 0\n"
    " .align 6\n"
    "lock: .dword 8, 0, 0, 0, 0, 0, 0, 0\n"
    "other: .dword 8, 0, 0, 0, 0, 0, 0, 0\n"
    "block: .dword 1, 2, 3, 4, 5, 6, 7, 8\n"
    "chain: .dword here, far\n .word 64, 0, 0, 32\n"
    " .dword here, far + 64\n .word 100, 8, 0, 0\n"
    " .align 6\n"
    "here: .ascii "
    "\"0123456789012345678901234567890123456789012345678901234567890123\"\n"
    " .ascii \"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd\"\n"
    " .ascii \"ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCD\"\n"
    "there: .zero 192\n"
    "far: .zero 256\n"
    " .align 12\n"
    "crossing: .zero 8192\n";

static struct talk talk;

static void begin(void)
{
    talk_open(&talk, program, "");
    talk_do(&talk, "stepi 6000");
}

static void end(void)
{
    talk_close(&talk);
}

static const struct {
    const char *line, *says;
} answers[] = {
    /* Harts: stores of any size, AMO, SC, cbo.zero, over a page's end. */
    {"who word", "Hart 0 wrote it at store (0x"},
    {"who word+7", "it was 0x0 and became 0x11."},
    {"who u64[word]", "it was 0x0 and became 0x1122334455667788."},
    {"who word+9", "Hart 0 wrote it at byte (0x"},
    {"who word+9", "`sb a1, 9(a0)`"},
    {"who word+8", "Nobody has written it since reset."},
    {"who u64[word+8]", "Hart 0 wrote it at byte (0x"},
    {"who counter", "Hart 0 wrote it at amo (0x"},
    {"who counter", "it was 0x7 and became 0xc."},
    {"who lock", "Hart 0 wrote it at sc (0x"},
    {"who other", "Nobody has written it since it was loaded."},
    {"who block", "Hart 0 wrote it at zero (0x"},
    {"who block+63", "Hart 0 wrote it at zero (0x"},
    {"who crossing+4095", "Hart 0 wrote it at cross (0x"},
    {"who crossing+4096", "Hart 0 wrote it at cross (0x"},
    {"who crossing+4100", "Nobody has written it since reset."},
    /* DMA: by burst, of a transfer or a descriptor; a descriptor's status. */
    {"who there", "DMA channel 0 wrote it, burst 1 of its transfer, at cycle "},
    {"who there+64", "DMA channel 0 wrote it, burst 2 of its transfer, at cycle "},
    {"who there+191", "DMA channel 0 wrote it, burst 3 of its transfer, at cycle "},
    {"who there+191", "it was 0x0 and became 0x44.\n"},
    {"who there+191", "Before that nobody has written it since reset.\n"},
    {"who far+63", "DMA channel 0 wrote it, burst 1 of descriptor 0, at cycle "},
    {"who far+163", "DMA channel 0 wrote it, burst 2 of descriptor 1, at cycle "},
    {"who far+164", "Nobody has written it since reset."},
    {"who chain+0x18", "DMA channel 0 wrote it, the status of descriptor 0, at cycle "},
    {"who chain+0x38", "DMA channel 0 wrote it, the status of descriptor 1, at cycle "},
    /* A page-table walk, by a virtual address that maps the tables, too. */
    {"who u64p[0x80400008]",
     "Hart 0's page-table walk for 0x40100000 set A or D in it"},
    {"who u64p[0x80400008]", "it was 0x20000047 and became 0x200000c7."},
    {"who u64p[0x80400008]",
     "Before that hart 0's page-table walk for 0x40100000 set A or D in it"},
    {"who 0x40100000", "Hart 0 wrote it at first (0x"},
    {"who u8p[0x80100000]", "Hart 0 wrote it at first (0x"},
    /* The loader, and reset. */
    {"who loaded", "Nobody has written it since it was loaded."},
    {"who empty", "Nobody has written it since reset."},
    /* CSRs. */
    {"who mtvec", "Hart 0 wrote it at vector (0x"},
    {"who mscratch", "Hart 0 wrote it at mask (0x"},
    {"who mie.SSIE", "Hart 0 wrote it at enable (0x"},
    {"who mscratch", "), `csrw mscratch, a3`, at cycle "},
    {"who mie.MEIE", "Nobody has written it since reset."},
    {"who sie", "Hart 0 wrote it at enable (0x"},
    {"who sie", "it was 0x0 and became 0x0."}, /* mideleg is 0 */
    {"who mcause",
     "A trap of hart 0 to M-mode wrote it (environment call from M-mode at "
     "call (0x"},
    {"who mcause", "it was 0x0 and became 0xb."},
    {"who mtval", "A trap of hart 0 to M-mode wrote it"},
    {"who scause", "Nobody has written it since reset."},
    {"who mstatus.MPIE", "Hart 0's return from a trap to S-mode wrote it"},
    {"who mstatus.MPP", "it was 0x1 and became 0x0."},
    {"who sstatus.SPIE", "Nobody has written it since reset."},
    {"who mip", "Line MSIP of hart 0 rises, at cycle "},
    {"who mip.MSIP", "Line MSIP of hart 0 rises, at cycle "},
    {"who mip.MSIP", "it was 0x0 and became 0x1."},
    {"who mip.MEIP", "Nobody has written it since reset."},
    {"who time", "Error: who: time counts by itself: ask about MTIME.\n"},
    {"who cycle", "Error: who: cycle counts by itself: ask about mcycle.\n"},
    {"who retired", "Error: who: retired counts by itself: ask about minstret.\n"},
    {"who mcycle", "Error: who: mcycle counts by itself, and nobody has written it.\n"},
    {"who instret", "Hart 0 wrote it at count (0x"},
    {"who minstret", "), `csrw minstret, a3`, at cycle "},
    /* Registers x, and the pc. */
    {"who a7", "`li a7, 1`"},
    {"who t6", "Nobody has written it since reset."},
    {"who zero", "Error: who: x0 is always 0: nobody can write it.\n"},
    {"who pc", "Hart 0 wrote it at end (0x"},
    /* Device registers: by a store, by the device. */
    {"who dma0.NextBytes[0]",
     "The device changed it: DMA channel 0 goes from done to idle, at cycle "},
    {"who dma0.NextBytes[0]", "Before that hart 0 wrote it at "},
    {"who dma0.ChainHead[0]", "`sd t0, 544(a4)`"},
    {"who dma0.Control[0]", "The device changed it: DMA channel 0 goes from "},
    {"who dma0.Control[0].run", "The device changed it: DMA channel 0 goes from "},
    {"who dma0.Control[0].claim", "Hart 0 wrote it at "},
    {"who dma0.Moved[0]", "The device changed it: DMA channel 0 has moved 36 bytes"},
    {"who dma0.ExecSource[0]", "The device changed it: DMA channel 0 has moved"},
    {"who dma0.Control[1]", "Nobody has written it since reset."},
    {"who uart0.LSR", "The device changed it: uart0 writes 'A', at cycle "},
    {"who uart0.LSR", "Before that hart 0 wrote it at send (0x"},
    {"who uart0.THR", "Hart 0 wrote it at send (0x"},
    {"who uart0.RBR", "Nobody has written it since reset."},
    {"who clint.MSIP[0]", "Hart 0 wrote it at soft (0x"},
    {"who clint.MTIME", "Nobody has written it since reset."},
    {"who 0x3100008",
     "Error: who: 0x3100008: hart 0 has no translation of that address"},
    {"who u64p[0x3100220]", "`sd t0, 544(a4)`"},
    /* What is nothing. */
    {"who u8p[0x10]", "Error: who: 0x10: nothing answers at that address.\n"},
    {"who nothing_of_that_name", "Error: who: "},
    {"who", "Error: who: "},
    {"who 3 +", "Error: who: "},
};

START_TEST(everybody_who_writes_is_named)
{
    const char *answer;

    begin();
    answer = talk_do(&talk, answers[_i].line);
    ck_assert_msg(strstr(answer, answers[_i].says) != NULL, "%s: '%s' is not in:\n%s",
                  answers[_i].line, answers[_i].says, answer);
    end();
}
END_TEST

static void has(const char *line, const char *text)
{
    const char *answer = talk_do(&talk, line);

    ck_assert_msg(strstr(answer, text) != NULL, "%s: '%s' is not in:\n%s", line, text,
                  answer);
}

START_TEST(pokes_from_outside_are_named_with_their_command)
{
    begin();
    talk_do(&talk, "set u8p[loaded] = 5");
    has("who u8p[loaded]",
        "It was written from outside (set u8p[loaded] = 5), at cycle ");
    has("who u8p[loaded]", "it was 0x63 and became 0x5.");
    talk_do(&talk, "set a7 = 0x77");
    has("who a7", "It was written from outside (set a7 = 0x77), at cycle ");
    talk_do(&talk, "set mscratch = 3");
    has("who mscratch", "It was written from outside");
    has("who mscratch", "Before that hart 0 wrote it at mask (0x");
    talk_do(&talk, "set clint.MTIMECMP[0] = 1000000");
    has("who clint.MTIMECMP[0]", "It was written from outside");
    end();
}
END_TEST

/* A write of the command is none of the status that is read at its address. */
START_TEST(what_is_read_and_what_is_written_are_two_registers)
{
    begin();
    talk_do(&talk, "set ata0.Command = 0x11");
    talk_do(&talk, "stepi 20000");
    has("who ata0.Status", "The device changed it: ata0: fails");
    has("who ata0.Status.ERR", "it was 0x0 and became 0x1.");
    has("who ata0.Command", "It was written from outside (set ata0.Command = 0x11)");
    has("who ata0.Error", "The device changed it: ata0: fails");
    has("who ata0.Features", "Nobody has written it since reset.");
    has("who u8p[0x320001c]",
        "ata0 Status, which is read there: the device changed it: ata0: fails");
    has("who u8p[0x320001c]",
        "ata0 Command, which is written there: it was written from outside (set ");
    has("who u8p[0x320001c]", "\nata0 Status   the device  disk_phase  ");
    talk_do(&talk, "goto who");
    has("who u8p[0x320001c]", "Status, which is read there: the device changed it");
    talk_do(&talk, "reverse-step-event");
    has("who u8p[0x320001c]", "Command, which is written there: it was written");
    ck_assert_ptr_null(strstr(talk_do(&talk, "who ata0.Status"), "ata0: fails"));
    end();
}
END_TEST

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

/* What was not found in a part of the run may be in the rest. */
START_TEST(a_question_that_is_interrupted_has_no_answer)
{
    static const char *const questions[] = {
        "who lock",  "who a7",  "who mscratch",    "who word",  "why",
        "why fault", "why #10", "who ata0.Status", "who mcycle"};

    begin();
    talk_do(&talk, "stepi");
    timeline_set_interrupt(talk.session.time, (struct interrupt){always, NULL});
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        char line[80];

        has(questions[i], ": interrupted.\n");
        snprintf(line, sizeof(line), "%s; goto start", questions[i]);
        talk_do(&talk, line);
        ck_assert_uint_ne(timeline_now(talk.session.time).retired, 0);
    }
    timeline_set_interrupt(talk.session.time, (struct interrupt){NULL, NULL});
    has("who lock", "Hart 0 wrote it at sc (0x");
    end();
}
END_TEST

START_TEST(only_what_is_before_the_viewer_counts)
{
    begin();
    talk_do(&talk, "goto who"); /* no mark yet: an error, and nothing moves */
    has("who lock", "at sc (0x");
    talk_do(&talk, "goto who");
    has("who lock", "at sc (0x"); /* just done */
    talk_do(&talk, "reverse-stepi");
    has("who lock", "Nobody has written it since it was loaded.");
    talk_do(&talk, "goto #1");
    has("who word", "Nobody has written it since reset.");
    end();
}
END_TEST

START_TEST(goto_follows_into_a_step)
{
    begin();
    has("who there+191", "burst 3 of its transfer");
    talk_do(&talk, "goto who");
    ck_assert_uint_gt(timeline_inside(talk.session.time), 0);
    has("who there+191", "burst 3 of its transfer");
    has("who there+63", "burst 1 of its transfer");
    end();
}
END_TEST

START_TEST(asking_leaves_the_viewer_and_the_machine_alone)
{
    uint64_t digest;
    struct moment now;

    begin();
    digest = run_digest(talk.session.run);
    now = timeline_now(talk.session.time);
    for (unsigned i = 0; i < COUNT(answers); i++)
        talk_do(&talk, answers[i].line);
    ck_assert_uint_eq(run_digest(talk.session.run), digest);
    ck_assert_int_eq(moment_compare(timeline_now(talk.session.time), now), 0);
    ck_assert(!timeline_in_past(talk.session.time));
    end();
}
END_TEST

START_TEST(the_answer_is_a_row_with_values)
{
    begin();
    has("who counter", "event  cycle  moment  old  value\nhart 0 at amo (0x");
    has("who counter", "  insn  ");
    has("who counter", "  0x7  0xc\n");
    end();
}
END_TEST

/* The first eight are zero; the next are as the loader left them. */
START_TEST(all_bytes_are_looked_at_for_what_was_loaded)
{
    struct lvalue target = {
        .kind = LVALUE_MEMORY, .physical = true, .size = 16, .hi = 63};
    struct who who;
    struct err err;

    begin();
    target.number = symbols_named(talk.session.subject.symbols, "other")->address - 8;
    ck_assert(who_wrote(talk.session.time, &target, 0, &who, &err));
    ck_assert_int_eq(who.kind, WHO_NOBODY);
    ck_assert(who.loaded);
    target.size = 8;
    ck_assert(who_wrote(talk.session.time, &target, 0, &who, &err));
    ck_assert(!who.loaded);
    end();
}
END_TEST

/* Two harts store side by side. */
static const char two_harts[] =
    "scenario { name = 'two', variants = { { name = 'only' } }, setup = function()\n"
    " return { board = { harts = 2 }, programs = { asm [[\n"
    " .globl _start\n"
    "_start: la t0, place\n csrr t1, mhartid\n bnez t1, second\n"
    "first: sb t1, 0(t0)\n j first\n"
    "second: sb t1, 1(t0)\n j second\n"
    " .data\nplace: .dword 0\n]] } } end }\n";

START_TEST(the_hart_that_wrote_is_named)
{
    struct session_choice choice = {0};
    struct err err = {{0}};

    talk_open(&talk, talk_loop, "");
    session_close(&talk.session);
    choice.file = talk_file(&talk, "two.lua", two_harts);
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
    talk_do(&talk, "stepi 200");
    has("who place", "Hart 0 wrote it at first (0x");
    has("who place+1", "Hart 1 wrote it at second (0x");
    has("who u16[place]", "Before that hart ");
    end();
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, everybody_who_writes_is_named, 0, COUNT(answers));
    tcase_add_test(tcase, pokes_from_outside_are_named_with_their_command);
    tcase_add_test(tcase, what_is_read_and_what_is_written_are_two_registers);
    tcase_add_test(tcase, a_question_that_is_interrupted_has_no_answer);
    tcase_add_test(tcase, only_what_is_before_the_viewer_counts);
    tcase_add_test(tcase, goto_follows_into_a_step);
    tcase_add_test(tcase, asking_leaves_the_viewer_and_the_machine_alone);
    tcase_add_test(tcase, the_answer_is_a_row_with_values);
    tcase_add_test(tcase, all_bytes_are_looked_at_for_what_was_loaded);
    tcase_add_test(tcase, the_hart_that_wrote_is_named);
}

TEST_MAIN("who", add_tests)
