#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "observe/ask/why.h"

#include <stdio.h>
#include <string.h>

/* A disk that is identified, two characters, a timer, a software interrupt that has to
 * wait, a fault, the end. */
static const char program[] = " .globl _start\n"
                              "_start: la t0, handler\n"
                              " csrw mtvec, t0\n"
                              " li t0, 0xc000000\n"
                              " li t1, 1\n"
                              " sw t1, 92(t0)\n"
                              " sw t1, 56(t0)\n"
                              " sw t1, 40(t0)\n"
                              " li t0, 0xc002000\n"
                              " li t1, (1<<23) | (1<<14) | (1 << 10)\n"
                              " sw t1, 0(t0)\n"
                              " li t1, 0x888\n"
                              " csrw mie, t1\n"
                              " li t0, 0x2004000\n"
                              " li t1, -1\n"
                              " sd t1, 0(t0)\n"
                              " csrsi mstatus, 8\n"
                              " li a0, 0x3200000\n"
                              " li a1, 0xec\n"
                              "identify: sb a1, 28(a0)\n"
                              " wfi\n"
                              " li a0, 0x10000000\n"
                              " li a1, 65\n"
                              "tx: sb a1, 0(a0)\n"
                              " li a1, 66\n"
                              " sb a1, 0(a0)\n"
                              " li t0, 1000\n"
                              "one: addi t0, t0, -1\n"
                              " bnez t0, one\n"
                              " li t0, 0x2004000\n"
                              " li t1, 200\n"
                              "timer: sd t1, 0(t0)\n"
                              " wfi\n"
                              " li t0, 0x2000000\n"
                              " csrci mstatus, 8\n"
                              " li t1, 1\n"
                              "soft: sw t1, 0(t0)\n"
                              " nop\n"
                              " nop\n"
                              "release: csrsi mstatus, 8\n"
                              " nop\n"
                              "fault: lw a2, 0(zero)\n"
                              " li a0, 0x100000\n"
                              " li a1, 0x5555\n"
                              "off: sw a1, 0(a0)\n"
                              "stop: j stop\n"
                              " .align 2\n"
                              "handler: csrr s2, mcause\n"
                              " csrr t5, mepc\n"
                              " bgez s2, skip\n"
                              " li t6, 0xc200000\n"
                              "claim: lw s3, 4(t6)\n"
                              " beqz s3, local\n"
                              " li t4, 0x3200000\n"
                              "status: lbu t4, 28(t4)\n"
                              "complete: sw s3, 4(t6)\n"
                              " mret\n"
                              "local: li t6, 0x2004000\n"
                              " li t4, -1\n"
                              " sd t4, 0(t6)\n"
                              " li t6, 0x2000000\n"
                              " sw zero, 0(t6)\n"
                              " mret\n"
                              "skip: addi t5, t5, 4\n"
                              " csrw mepc, t5\n"
                              " mret\n";

/* A chain of three descriptors, with an interrupt at the end. */
static const char dma_program[] =
    " .globl _start\n"
    "_start: la t0, handler\n"
    " csrw mtvec, t0\n"
    " li t0, 0xc000000\n"
    " li t1, 1\n"
    " sw t1, 92(t0)\n"
    " li t0, 0xc002000\n"
    " li t1, 1<<23\n"
    " sw t1, 0(t0)\n"
    " li t1, 0x800\n"
    " csrw mie, t1\n"
    " li a4, 0x3100000\n"
    " li t0, 1\n"
    " sw t0, 0(a4)\n"
    " la t0, chain\n"
    " sd t0, 0x220(a4)\n"
    " csrsi mstatus, 8\n"
    " li t0, 0xc003\n"
    "run: sw t0, 0(a4)\n"
    "loop: addi s0, s0, 1\n"
    " j loop\n"
    " .align 2\n"
    "handler: csrr s2, mcause\n"
    " li t0, 0xc200000\n"
    "claim: lw s3, 4(t0)\n"
    " sw zero, 0(a4)\n"
    "complete: sw s3, 4(t0)\n"
    " j handler\n"
    " .data\n"
    " .align 6\n"
    "chain: .dword here, there\n"
    " .word 64, 0, 0, 32\n"
    " .dword here, there+64\n"
    " .word 100, 0, 0, 32\n"
    " .dword here, there+128\n"
    " .word 64, 8, 0, 0\n"
    " .align 6\n"
    "here: .ascii \"You are sitting ringside, and see it all. You are sitting "
    "ringside, and see it all. You are sitting ringside, and see it all.\"\n"
    " .align 6\n"
    "there: .zero 256\n";

static struct talk talk;

static void has(const char *answer, const char *text)
{
    ck_assert_msg(strstr(answer, text) != NULL, "'%s' is not in:\n%s", text, answer);
}

/* The event that stops the run for the n-th time (from 1), explained. */
static const char *explain(const char *catch_what, unsigned n)
{
    char line[96];

    snprintf(line, sizeof(line), "catch %s", catch_what);
    talk_do(&talk, line);
    while (n--)
        talk_do(&talk, "continue");
    return talk_do(&talk, "why");
}

/* --- chains ----------------------------------------------------------------------- */

static const struct chain {
    const char *text, *catch_what;
    unsigned n;
    const char *says[10]; /* in this order */
} chains[] = {
    {dma_program,
     "trap-enter",
     1,
     {"Hart 0 traps from M-mode to M-mode: machine external interrupt, at loop",
      " cycles before: hart 0 executes sw t0,0(a4) at run (0x",
      "line MEIP of hart 0 rises", "interrupt 23 (dma0) becomes pending in plic",
      "dma0 raises its line of interrupt 23 (dma0)", "DMA channel 0 is done: 64 bytes",
      "64 bytes from 0x80001080 to 0x80001180, 0 bytes are left",
      "DMA channel 0 fetches descriptor 2", "DMA channel 0 goes from idle to fetch",
      "hart 0 writes DMA channel 0 Control: claim=1 run=1"}},
    {dma_program,
     "dma-burst",
     2,
     {"DMA channel 0 has moved 64 bytes", "DMA channel 0 fetches descriptor 1",
      "DMA channel 0 goes from idle to fetch", "executes sw t0,0(a4) at run"}},
    {dma_program,
     "bus-transfer",
     1,
     {"DMA channel 0 reads 32 bytes at", "DMA channel 0 goes from idle to fetch",
      "executes sw t0,0(a4) at run"}},
    {dma_program,
     "dma-state if to == 3", /* write */
     1,
     {"DMA channel 0 goes from read to write", "DMA channel 0 fetches descriptor 0"}},
    {program,
     "trap-enter",
     1,
     {"machine external interrupt", "line MEIP of hart 0 rises",
      "interrupt 14 (ata0) becomes pending in plic", "ata0 raises its line",
      "ata0: has data for the host", "ata0 accepts IDENTIFY DEVICE",
      "hart 0 writes ata0 Command: IDENTIFY DEVICE",
      "hart 0 executes sb a1,28(a0) at identify (0x"}},
    {program,
     "hart-sleep",
     1,
     {"Hart 0 waits for an interrupt.",
      "It was started 1 cycle before: hart 0 executes wfi", "it waits"}},
    {program,
     "hart-sleep",
     2,
     {"Hart 0 wakes up.", "it ended the wait", "executes sb a1,28(a0) at identify"}},
    {program,
     "irq-claim",
     1,
     {"Context 0 of plic claims interrupt 14 (ata0).",
      "hart 0 reads plic CLAIM[0]: source=14", "hart 0 executes lw s3,4(t6)"}},
    {program,
     "irq-complete",
     1,
     {"Context 0 of plic completes interrupt 14 (ata0).",
      "hart 0 writes plic CLAIM[0]: source=14", "hart 0 executes sw s3,4(t6)"}},
    {program,
     "irq-line if level == 0",
     1,
     {"ata0 lowers its line", "hart 0 reads ata0 Status",
      "hart 0 executes lbu t4,28(t4)"}},
    {program,
     "console",
     1,
     {"uart0 writes 'A'.", "hart 0 writes uart0 THR",
      "executes sb a1,0(a0) at tx (0x"}},
    {program,
     "trap-enter",
     2,
     {"machine timer interrupt", "line MTIP of hart 0 rises",
      "hart 0 writes clint MTIMECMP[0]: 0xc8", "executes sd t1,0(t0) at timer (0x"}},
    {program,
     "trap-enter",
     3,
     {"machine software interrupt",
      "The interrupt had to wait for this: hart 0 writes mstatus: 0xa00000088, it was "
      "0xa00000080.\n",
      "line MSIP of hart 0 rises", "hart 0 writes clint MSIP[0]: msip=1",
      "executes sw t1,0(t0) at soft (0x"}},
    {program,
     "trap-enter",
     4,
     {"load access fault, at fault (0x",
      ", with tval 0x0.\nThe instruction at fault (0x", "raised it."}},
    {program, "trap-return", 1, {"Hart 0 returns from M-mode", "hart 0 executes mret"}},
    {program, "csr-write", 1, {"Hart 0 writes mtvec", "hart 0 executes csrw mtvec,t0"}},
    {program,
     "finish",
     1,
     {"The run ends with exit code 0.", "hart 0 writes finisher FINISH",
      "hart 0 executes sw a1,0(a0) at off (0x"}},
};

START_TEST(a_chain_leads_back_to_its_instruction)
{
    const struct chain *chain = &chains[_i];
    const char *answer, *at;

    talk_open(&talk, chain->text, "");
    at = answer = explain(chain->catch_what, chain->n);
    for (unsigned i = 0; i < COUNT(chain->says) && chain->says[i]; i++) {
        at = strstr(at, chain->says[i]);
        ck_assert_msg(at != NULL, "'%s' is not (or not then) in:\n%s", chain->says[i],
                      answer);
    }
    talk_close(&talk);
}
END_TEST

/* --- single rules ----------------------------------------------------------------- */

/* Waits for the bus, walks, TLB, reservations, acts; one hart. */
static const char paging[] =
    " .globl _start\n"
    "_start: li t0, -1\n csrw pmpaddr0, t0\n li t0, 31\n csrw pmpcfg0, t0\n"
    " li t0, 0x80400000\n li t1, 0x200000cf\n sd t1, 16(t0)\n sd t1, 8(t0)\n"
    " li t1, (8 << 60) | 0x80400\n csrw satp, t1\n"
    "fence: sfence.vma\n"
    " la t0, here\n li a4, 0x3100000\n li a5, 1\n sw a5, 0(a4)\n li a5, 64\n"
    " sd a5, 8(a4)\n sd t0, 16(a4)\n sd t0, 24(a4)\n"
    " lr.d t1, (t0)\n li a5, 3\n sw a5, 0(a4)\n"
    " li s0, 50\n busy: ld t1, 8(t0)\n addi s0, s0, -1\n bnez s0, busy\n"
    " li t0, 0x1800\n csrc mstatus, t0\n li t0, 0x800\n csrs mstatus, t0\n"
    " la t0, super\n csrw mepc, t0\n mret\n"
    "super: li t0, 0x40100000\n"
    "load: ld t1, 0(t0)\n"
    "end: j end\n"
    " .data\n .align 6\nhere: .zero 64\n";

static const struct {
    const char *catch_what, *says;
    unsigned n;
} singles[] = {
    {"tlb-flush", "hart 0 executes sfence.vma", 1},
    {"reservation", "DMA channel 0 writes 64 bytes at", 1},
    {"bus-wait if holder >= 8", "it held the bus", 1},
    {"walk-step if access == 1", "hart 0 executes ld t1,0(t0) at load (0x", 1},
    {"tlb-fill", "it found the translation", 1},
    {"mmio-write", "hart 0 executes sw a5,0(a4)", 1},
};

START_TEST(an_event_has_its_cause)
{
    talk_open(&talk, paging, "");
    has(explain(singles[_i].catch_what, singles[_i].n), singles[_i].says);
    talk_close(&talk);
}
END_TEST

START_TEST(acts_from_outside_start_things_too)
{
    const char *answer;

    talk_open(&talk, program, "");
    talk_do(&talk, "stepi 28");
    talk_do(&talk, "set clint.MSIP[0] = 1");
    answer = explain("trap-enter", 1);
    has(answer, "machine software interrupt");
    has(answer, "the outside writes clint MSIP[0]: msip=1");
    has(answer, "from outside: clint MSIP[0] is written: 0x1");
    talk_close(&talk);

    talk_open(&talk, talk_loop, "");
    talk_do(&talk, "type z");
    has(explain("console", 1), "from outside: a character comes in at uart0: 'z'");
    talk_close(&talk);
}
END_TEST

START_TEST(of_equal_characters_each_has_its_own_store)
{
    talk_open(&talk, talk_hello, "");
    talk_do(&talk, "catch console");
    talk_do(&talk, "continue 3"); /* h, e, l: the store is instruction 14 */
    has(talk_do(&talk, "why"), "executes sb a2,0(a1) at next");
    talk_do(&talk, "goto why");
    ck_assert_uint_eq(session_hart(&talk.session)->x[12], 'l');
    has(talk_do(&talk, "print a0 - text"), "2");
    talk_close(&talk);
}
END_TEST

START_TEST(a_watchpoint_is_explained_by_who_wrote)
{
    const char *answer;

    talk_open(&talk, dma_program, "");
    talk_do(&talk, "watch u64[there + 64]");
    talk_do(&talk, "continue");
    answer = talk_do(&talk, "why");
    has(answer, "DMA channel 0 writes 64 bytes at 0x");
    has(answer, "executes sw t0,0(a4) at run (0x");
    talk_close(&talk);
}
END_TEST

START_TEST(goto_follows_to_where_it_started)
{
    talk_open(&talk, dma_program, "");
    explain("trap-enter", 1);
    talk_do(&talk, "goto why");
    has(talk_do(&talk, "print pc == run + 4"), "1");
    talk_close(&talk);
}
END_TEST

START_TEST(a_moment_may_be_given)
{
    talk_open(&talk, dma_program, "");
    talk_do(&talk, "stepi 300");
    has(talk_do(&talk, "why #28"), "Hart 0 executes sw t0,0(a4) at run");
    has(talk_do(&talk, "why #28"), "That is where things start.");
    has(talk_do(&talk, "why #27.2"), "DMA channel 0 goes from idle to fetch.\nIt was");
    has(talk_do(&talk, "why #0"),
        "Error: why: nothing has happened before that moment");
    has(talk_do(&talk, "why not_a_mark"), "Error: why: ");
    has(talk_do(&talk, "why #999999"),
        "Error: why: #999999 is behind the end: the run has got to cycle ");
    has(talk_do(&talk, "why 999999"), "Error: why: 999999 is behind the end: ");
    has(talk_do(&talk, "why #300"), "Hart 0 executes ");
    has(talk_do(&talk, "step-event; mark inside; why inside"), "Hart 0 executes ");
    talk_do(&talk, "goto #0");
    has(talk_do(&talk, "why"), "Error: why: nothing has happened before that moment");
    talk_close(&talk);
}
END_TEST

/* --- all events ------------------------------------------------------------------- */

enum { EVENTS = 4000 };

struct heard {
    unsigned count;
    struct event *event;
};

static void hear(void *ctx, const struct event *event)
{
    struct heard *heard = ctx;

    if (heard->count < EVENTS)
        heard->event[heard->count++] = *event;
}

static void check_chain(const struct event *event)
{
    struct err err = {{0}};
    struct why why;

    ck_assert(why_event(talk.session.time, event, &why, &err));
    ck_assert_msg(why.started, "%s at %lu.%u: no start, but %s",
                  event_infos[event->kind].name, (unsigned long)event->retired,
                  event->order, event_infos[why.link[why.links - 1].event.kind].name);
    for (unsigned i = 1; i < why.links; i++) {
        ck_assert_ptr_nonnull(why.link[i].because);
        ck_assert_uint_le(why.link[i].event.retired, why.link[i - 1].event.retired);
    }
}

static const char *const everything[] = {program, dma_program, paging};

/* Nothing happens without a start; instructions have no causes, and are left out. */
START_TEST(every_event_has_a_start)
{
    struct heard heard = {.event = alloc_zero(EVENTS, sizeof(struct event))};

    talk_open(&talk, everything[_i], "");
    talk_do(&talk, "stepi 2500");
    timeline_replay(
        talk.session.time, (struct moment){0}, timeline_now(talk.session.time),
        (struct event_sink){EVENT_ALL & ~EVENT_BIT(EVENT_INSN), hear, &heard});
    ck_assert_uint_gt(heard.count, 20);
    for (unsigned i = 0; i < heard.count; i += 1 + heard.count / 200)
        check_chain(&heard.event[i]);
    talk_close(&talk);
    free(heard.event);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_chain_leads_back_to_its_instruction, 0, COUNT(chains));
    tcase_add_loop_test(tcase, an_event_has_its_cause, 0, COUNT(singles));
    tcase_add_test(tcase, acts_from_outside_start_things_too);
    tcase_add_test(tcase, of_equal_characters_each_has_its_own_store);
    tcase_add_test(tcase, a_watchpoint_is_explained_by_who_wrote);
    tcase_add_test(tcase, goto_follows_to_where_it_started);
    tcase_add_test(tcase, a_moment_may_be_given);
    tcase_add_loop_test(tcase, every_event_has_a_start, 0, COUNT(everything));
}

TEST_MAIN("why", add_tests)
