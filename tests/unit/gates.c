#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include "base/bits.h"
#include "machine/interrupt/plic.h"
#include "machine/virtio/virtio.h"
#include "observe/ask/gates.h"

#include <stdio.h>
#include <string.h>

/*
 * Small programs that set an interrupt up in every respect but one. `why not irq` must
 * name that one as the first closed gate, and when `set` opens it the interrupt comes.
 */

/* What a DMA channel's interrupt needs; each test has one of them otherwise. */
static const char dma_program[] =
    "_start: la t0, handler\n csrw mtvec, t0\n"
    " li t0, 0xc000000\n li t1, PRIORITY\n sw t1, 4*IRQ(t0)\n"
    " li t0, 0xc002000\n li t1, ENABLE\n sw t1, 0(t0)\n"
    " li t0, 0xc200000\n li t1, THRESHOLD\n sw t1, 0(t0)\n"
    " li t1, MIE\n csrw mie, t1\n"
    " li a4, 0x3100000\n li t0, 1\n sw t0, 0(a4)\n"
    " li t0, 64\n sd t0, 8(a4)\n la t0, there\n sd t0, 16(a4)\n"
    " la t0, SOURCE\n sd t0, 24(a4)\n"
    " li t1, MSTATUS\n csrw mstatus, t1\n"
    " li t0, CONTROL\n sw t0, 0(a4)\n"
    "loop: addi s0, s0, 1\n j loop\n"
    " .align 2\n"
    "handler: addi s1, s1, 1\n j handler\n"
    " .data\n .align 3\n"
    "here: .zero 64\nthere: .zero 64\n";

/* As it works; then what a test has otherwise. Source 24 is channel 0's error: the channel
 * fails when there is nothing to read. */
static const char usual[] =
    " .equ IRQ, 23\n .equ PRIORITY, 1\n .equ ENABLE, 3 << 23\n .equ THRESHOLD, 0\n"
    " .equ MIE, 0x800\n .equ MSTATUS, 8\n .equ CONTROL, 0x4003\n .equ SOURCE, here\n";

#define ERROR " .equ IRQ, 24\n .equ SOURCE, 0\n"

struct closed_gate {
    const char *closes; /* NULL: nothing */
    const char *says;   /* the first sentence begins so */
    const char *opens;  /* the command */
    unsigned irq;       /* 0: 23 */
};

static const struct closed_gate dma_gates[] = {
    {" .equ CONTROL, 0x4001\n",
     "Interrupt 23 (dma0) stops at dma0.Control[0].done: it is 0",
     "set dma0.Control[0] = 0x4003", 0},
    {" .equ CONTROL, 0x3\n",
     "Interrupt 23 (dma0) stops at dma0.Control[0].doneIE: it is 0",
     "set dma0.Control[0].doneIE = 1", 0},
    {" .equ PRIORITY, 0\n", "Interrupt 23 (dma0) stops at plic.PRIORITY[23]: it is 0",
     "set plic.PRIORITY[23] = 1", 0},
    {" .equ ENABLE, 1 << 22\n",
     "Interrupt 23 (dma0) stops at plic.ENABLE0[0] bit 23: it is 0",
     "set plic.ENABLE0[0] = 0x800000", 0},
    {" .equ THRESHOLD, 1\n", "Interrupt 23 (dma0) stops at plic.THRESHOLD[0]: it is 1",
     "set plic.THRESHOLD[0] = 0", 0},
    {" .equ MIE, 0\n", "Interrupt 23 (dma0) stops at mie.MEIE: it is 0",
     "set mie.MEIE = 1", 0},
    {" .equ MSTATUS, 0\n", "Interrupt 23 (dma0) stops at mstatus.MIE: it is 0",
     "set mstatus.MIE = 1", 0},
    {ERROR " .equ CONTROL, 0x8001\n",
     "Interrupt 24 (dma0) stops at dma0.Control[0].error: it is 0",
     "set dma0.Control[0] = 0x8003", 24},
    {ERROR " .equ CONTROL, 0x3\n",
     "Interrupt 24 (dma0) stops at dma0.Control[0].errIE: it is 0",
     "set dma0.Control[0].errIE = 1", 24},
};

/* The gates that tests below begin with. */
enum { MEIE = 5, MIE = 6 };

/* The program with one gate closed (NULL: none). */
static void open_dma(struct talk *talk, const struct closed_gate *gate)
{
    char text[4096];

    snprintf(text, sizeof(text), "%s%s .globl _start\n%s", usual,
             gate ? gate->closes : "", dma_program);
    talk_open(talk, text, "");
}

static uint64_t interrupts(const struct talk *talk)
{
    return session_hart(&talk->session)->interrupts;
}

static void begins_with(const char *answer, const char *expected)
{
    ck_assert_msg(strncmp(answer, expected, strlen(expected)) == 0,
                  "'%s' does not begin with '%s'", answer, expected);
}

static void opens(struct talk *talk, const char *command)
{
    uint64_t before = interrupts(talk);

    talk_do(talk, command);
    talk_do(talk, "stepi 200");
    ck_assert_msg(interrupts(talk) > before, "%s: %s", command,
                  talk_do(talk, "why not irq 23"));
}

START_TEST(each_gate_of_a_dma_interrupt_is_named_and_opened)
{
    const struct closed_gate *gate = &dma_gates[_i];
    struct talk talk;
    char ask[32];

    snprintf(ask, sizeof(ask), "why not irq %u", gate->irq ? gate->irq : 23);
    open_dma(&talk, gate);
    talk_do(&talk, "stepi 500");
    ck_assert_uint_eq(interrupts(&talk), 0);
    begins_with(talk_do(&talk, ask), gate->says);
    opens(&talk, gate->opens);
    talk_close(&talk);
}
END_TEST

START_TEST(an_interrupt_that_was_taken_is_held_back_by_its_handler)
{
    struct talk talk;

    open_dma(&talk, NULL);
    talk_do(&talk, "stepi 500");
    ck_assert_uint_eq(interrupts(&talk), 1);
    begins_with(talk_do(&talk, "why not irq 23"),
                "Interrupt 23 (dma0) stops at mstatus.MIE: it is 0 and must be 1, or a "
                "mode below M; hart 0 is in M-mode with its interrupts off.\n"
                "A trap of hart 0 to M-mode wrote it (machine external interrupt at ");
    talk_close(&talk);
}
END_TEST

/* A request that has been served has gone from the PLIC and from mip. */
START_TEST(what_a_claim_took_is_told_with_its_moment)
{
    struct talk talk;
    const char *answer;

    open_dma(&talk, NULL);
    talk_do(&talk, "stepi 500");
    ck_assert_uint_eq(interrupts(&talk), 1);
    talk_do(&talk, "set dma0.Control[0].doneIE = 0; set t0 = 0xc200004");
    talk_do(&talk, "set u32[loop] = 0x0002a303"); /* lw t1, 0(t0): a claim */
    talk_do(&talk, "set pc = loop; stepi; set plic.CLAIM[0] = 23");
    answer = talk_do(&talk, "why not irq 23");
    ck_assert_ptr_nonnull(strstr(answer, "  claim by hart 0  "));
    ck_assert_ptr_nonnull(strstr(answer, "  line MEIP of hart 0 falls  "));
    ck_assert_ptr_null(strstr(answer, "the device"));
    ck_assert_ptr_nonnull(
        strstr(talk_do(&talk, "who plic.PENDING[0]"),
               "Hart 0 took it: context 0 of plic claims interrupt 23 (dma0), at "));
    talk_close(&talk);
}
END_TEST

START_TEST(an_open_way_is_said_to_be_open)
{
    struct talk talk;

    open_dma(&talk, &dma_gates[MIE]);
    talk_do(&talk, "stepi 500");
    talk_do(&talk, "set mstatus.MIE = 1");
    begins_with(
        talk_do(&talk, "why-not irq 23"),
        "Nothing holds interrupt 23 (dma0) back: hart 0 takes it before its next "
        "instruction, in M-mode.\n");
    talk_close(&talk);
}
END_TEST

START_TEST(a_request_that_is_pending_has_passed_its_device)
{
    struct talk talk;
    const char *answer;

    open_dma(&talk, &dma_gates[MEIE]);
    talk_do(&talk, "stepi 500");
    talk_do(&talk, "set dma0.Control[0].doneIE = 0");
    answer = talk_do(&talk, "why not irq 23");
    begins_with(answer, "Interrupt 23 (dma0) stops at mie.MEIE");
    ck_assert_ptr_nonnull(strstr(answer, "dma0.Control[0].doneIE    passed"));
    talk_close(&talk);
}
END_TEST

START_TEST(a_claim_that_is_not_completed_holds_the_next_request_back)
{
    struct talk talk;

    open_dma(&talk, &dma_gates[MIE]);
    talk_do(&talk, "stepi 500");
    /* A claim is a read; a program makes it. */
    talk_do(&talk, "set t0 = 0xc200004");
    talk_do(&talk, "set u32[loop] = 0x0002a303"); /* lw t1, 0(t0) */
    talk_do(&talk, "set pc = loop");
    talk_do(&talk, "stepi");
    begins_with(talk_do(&talk, "why not irq 23"),
                "Interrupt 23 (dma0) stops at plic gateway in service: it is 1");
    talk_do(&talk, "set mstatus.MIE = 1");
    opens(&talk, "set plic.CLAIM[0] = 23");
    talk_close(&talk);
}
END_TEST

START_TEST(a_source_of_higher_priority_goes_first)
{
    struct talk talk;

    open_dma(&talk, &dma_gates[MIE]);
    talk_do(&talk, "stepi 500");
    talk_do(&talk, "set plic.PRIORITY[10] = 7");
    talk_do(&talk, "set plic.ENABLE0[0] = 0x800400");
    talk_do(&talk, "set uart0.IER = 1");
    talk_do(&talk, "type x");
    talk_do(&talk, "stepi 200000");
    begins_with(
        talk_do(&talk, "why not irq 23"),
        "Interrupt 23 (dma0) stops at plic best pending source: it is 0xa and must "
        "be this source; interrupt 10 goes first: its priority is 7.\n");
    talk_do(&talk, "set plic.PRIORITY[10] = 0");
    begins_with(talk_do(&talk, "why not irq 23"),
                "Interrupt 23 (dma0) stops at mstatus.MIE");
    opens(&talk, "set mstatus.MIE = 1");
    talk_close(&talk);
}
END_TEST

START_TEST(a_source_without_priority_has_none_before_it)
{
    struct talk talk;
    const char *answer;

    open_dma(&talk, &dma_gates[2]); /* PRIORITY */
    talk_do(&talk, "stepi 500");
    answer = talk_do(&talk, "why not irq 23");
    ck_assert_msg(strstr(answer, "\n2 gates on this way are closed.\n"), "%s", answer);
    ck_assert_msg(!strstr(answer, "interrupt 0"), "%s", answer);
    talk_close(&talk);
}
END_TEST

/* --- other devices ---------------------------------------------------------------- */

/* Everything is open from the PLIC on, for sources 8, 10 and 14; then `SETUP`. */
static const char open_program[] =
    "        .globl _start\n"
    "_start: la t0, handler\n csrw mtvec, t0\n"
    " li t0, 0xc000000\n li t1, 1\n sw t1, 32(t0)\n sw t1, 40(t0)\n sw t1, 56(t0)\n"
    " li t0, 0xc002000\n li t1, 0x4500\n sw t1, 0(t0)\n sw t1, 0x80(t0)\n"
    " li t1, 0xaaa\n csrw mie, t1\n"
    " li t0, -1\n li t1, 0x2000000\n li t2, 0x4000\n add t1, t1, t2\n sd t0, 0(t1)\n"
    "%s\n"
    "loop: addi s0, s0, 1\n j loop\n"
    " .align 2\n"
    "handler: addi s1, s1, 1\n j handler\n";

/* Into S-mode with its interrupts on, which has the external ones delegated to it and
 * nothing of M-mode's way prepared; the UART asks. Then comes what closes a gate. */
#define TO_S_MODE                                                                      \
    " li t0, -1\n csrw pmpaddr0, t0\n li t0, 31\n csrw pmpcfg0, t0\n"                  \
    " li t0, 0x1800\n csrc mstatus, t0\n li t0, 0x802\n csrs mstatus, t0\n"            \
    " la t0, handler\n csrw stvec, t0\n la t0, loop\n csrw mepc, t0\n mret"
#define S_EXTERNAL                                                                     \
    " li t0, 0x200\n csrs mideleg, t0\n li t0, 0x800\n csrc mie, t0\n"                 \
    " li t0, 0xc002000\n sw x0, 0(t0)\n"                                               \
    " li a0, 0x10000000\n li a1, 65\n sb a1, 0(a0)\n li a1, 2\n sb a1, 1(a0)\n"

static const struct device_case {
    const char *setup, *ask, *says, *opens;
} device_cases[] = {
    {" csrsi mstatus, 8", "why not irq uart0",
     "Interrupt 10 (uart0) stops at uart0 causes: it is 0 and must be not 0",
     "set uart0.IER = 1; type x; stepi 200000"},
    {" csrsi mstatus, 8\n li a0, 0x10000000\n li a1, 65\n sb a1, 0(a0)",
     "why not irq 10",
     "Interrupt 10 (uart0) stops at uart0.IER: it is 0 and must be a bit of 0x2",
     "set uart0.IER = 2"},
    {" csrsi mstatus, 8", "why not irq ata0",
     "Interrupt 14 (ata0) stops at ata0 INTRQ: it is 0",
     "set ata0.Command = 0xec; stepi 20000"},
    {" csrsi mstatus, 8\n li a0, 0x3200000\n li a1, 2\n li a2, 0x800\n add a2, a0, a2\n"
     " sb a1, 0(a2)\n li a1, 0xec\n sb a1, 28(a0)",
     "why not irq ata0",
     "Interrupt 14 (ata0) stops at ata0.DeviceControl.nIEN: it is 1 and must be 0",
     "set ata0.DeviceControl = 0"},
    {" csrsi mstatus, 8\n li a0, 0x3200000\n li a1, 0xec\n sb a1, 28(a0)\n"
     " li a1, 1000\n 1: addi a1, a1, -1\n bnez a1, 1b\n",
     "why not irq ata0", "Interrupt 14 (ata0) stops at mstatus.MIE",
     "set mstatus.MIE = 1"},
    {" csrsi mstatus, 8", "why not irq timer",
     "The machine timer interrupt stops at clint.MTIMECMP[0]: it is "
     "0xffffffffffffffff and must be at most mtime; mtime is ",
     "set clint.MTIMECMP[0] = 0"},
    {" li t0, 0x80\n csrc mie, t0\n csrsi mstatus, 8\n li t0, 0x2004000\n sd x0, 0(t0)",
     "why not irq timer", "The machine timer interrupt stops at mie.MTIE: it is 0",
     "set mie.MTIE = 1"},
    {" csrsi mstatus, 8", "why not irq msi",
     "The machine software interrupt stops at clint.MSIP[0]: it is 0 and must be 1",
     "set clint.MSIP[0] = 1"},
    {" csrsi mstatus, 8", "why not irq ssi",
     "The supervisor software interrupt stops at mip.SSIP: it is 0",
     "set mip.SSIP = 1"},
    {" csrsi mstatus, 8", "why not irq sti",
     "The supervisor timer interrupt stops at menvcfg.STCE: it is 0",
     "set stimecmp = 0; set menvcfg.STCE = 1"},
    {" csrsi mstatus, 8\n li t0, -1\n csrw stimecmp, t0\n li t0, 1\n slli t0, t0, 63\n"
     " csrw menvcfg, t0",
     "why not irq sti",
     "The supervisor timer interrupt stops at stimecmp: it is 0xffffffffffffffff",
     "set stimecmp = 0"},
    {" csrsi mstatus, 8\n li t0, 2\n csrs mideleg, t0\n csrs mip, t0",
     "why not irq ssi",
     "The supervisor software interrupt stops at mideleg.SSI: it is 1 and must be 0, "
     "or a "
     "mode below M; S-mode is to take it, and hart 0 is in M-mode",
     "set mideleg.SSI = 0"},
    {" li t0, 2\n csrs mideleg, t0\n csrs mip, t0\n li t0, -1\n csrw pmpaddr0, t0\n"
     " li t0, 31\n csrw pmpcfg0, t0\n li t0, 0x1800\n csrc mstatus, t0\n li t0, 0x800\n"
     " csrs mstatus, t0\n la t0, loop\n csrw mepc, t0\n mret",
     "why not irq software",
     "The supervisor software interrupt stops at mstatus.SIE: it is 0 and must be 1, "
     "or a "
     "mode below S; hart 0 is in S-mode with its interrupts off",
     "set mstatus.SIE = 1"},
    /* The other device of the disk's two is selected when the disk asks. FLUSH CACHE has no
     * data that would keep the choice. */
    {" csrsi mstatus, 8\n li a0, 0x3200000\n li a1, 2\n li a2, 0x800\n add a2, a0, a2\n"
     " sb a1, 0(a2)\n li a1, 0xe7\n sb a1, 28(a0)\n"
     " li a1, 3000\n 1: addi a1, a1, -1\n bnez a1, 1b\n"
     " li a1, 0x10\n sb a1, 24(a0)\n sb x0, 0(a2)",
     "why not irq ata0",
     "Interrupt 14 (ata0) stops at ata0.Device.DEV: it is 1 and must be 0",
     "set ata0.Device = 0"},
    {" li t0, 8\n csrc mie, t0\n csrsi mstatus, 8\n li t0, 0x2000000\n li t1, 1\n"
     " sw t1, 0(t0)",
     "why not irq msi", "The machine software interrupt stops at mie.MSIE: it is 0",
     "set mie.MSIE = 1"},
    {" li t0, 2\n csrc mie, t0\n csrs mip, t0\n csrsi mstatus, 8", "why not irq ssi",
     "The supervisor software interrupt stops at mie.SSIE: it is 0",
     "set mie.SSIE = 1"},
    {" li t0, 0x20\n csrc mie, t0\n csrs mip, t0\n csrsi mstatus, 8", "why not irq sti",
     "The supervisor timer interrupt stops at mie.STIE: it is 0", "set mie.STIE = 1"},
    {" li t0, 0x20\n csrs mideleg, t0\n csrs mip, t0\n csrsi mstatus, 8",
     "why not irq sti",
     "The supervisor timer interrupt stops at mideleg.STI: it is 1 and must be 0",
     "set mideleg.STI = 0"},
    {S_EXTERNAL " sw x0, 0x80(t0)\n" TO_S_MODE, "why not irq uart0",
     "Interrupt 10 (uart0) stops at plic.ENABLE0[1] bit 10: it is 0",
     "set plic.ENABLE0[1] = 0x400"},
    {S_EXTERNAL " li t0, 0xc201000\n li t1, 1\n sw t1, 0(t0)\n" TO_S_MODE,
     "why not irq uart0", "Interrupt 10 (uart0) stops at plic.THRESHOLD[1]: it is 1",
     "set plic.THRESHOLD[1] = 0"},
    {S_EXTERNAL " li t0, 0x200\n csrc mie, t0\n" TO_S_MODE, "why not irq uart0",
     "Interrupt 10 (uart0) stops at mie.SEIE: it is 0", "set mie.SEIE = 1"},
    {S_EXTERNAL " csrsi mstatus, 8", "why not irq uart0",
     "Interrupt 10 (uart0) stops at mideleg.SEI: it is 1 and must be 0, or a mode "
     "below "
     "M",
     "set mideleg.SEI = 0"},
};

/* Gates that are never the first that is closed, and because of which they are. */
static const struct {
    const char *first, *then;
} followers[] = {
    {"uart0 causes", "uart0 line"},    {"uart0 causes", "plic.PENDING[0] bit 10"},
    {"uart0 causes", "mip.MEIP"},      {"ata0.Device.DEV", "ata0 line"},
    {"clint.MTIMECMP[0]", "mip.MTIP"}, {"clint.MSIP[0]", "mip.MSIP"},
    {"menvcfg.STCE", "mip.STIP"},      {"plic.ENABLE0[1] bit 10", "mip.SEIP"},
};

/* Does the table have a row for that gate that says so? */
static bool shows(const char *table, const char *gate, const char *state)
{
    for (const char *at = table; (at = strstr(at, gate)); at++) {
        const char *after = at + strlen(gate);

        after += strspn(after, " ");
        if (at > table && at[-1] == ' ' && strncmp(after, state, strlen(state)) == 0)
            return true;
    }
    return false;
}

/* The name in "... stops at NAME: it is ...", and its length. */
static const char *name_in(const char *says, size_t *size)
{
    const char *name = strstr(says, " stops at ");

    ck_assert_msg(name != NULL, "%s", says);
    name += strlen(" stops at ");
    *size = strcspn(name, ":");
    return name;
}

static void check_followers(const char *says, const char *table)
{
    size_t size;
    const char *name = name_in(says, &size);

    for (unsigned i = 0; i < COUNT(followers); i++)
        if (strlen(followers[i].first) == size &&
            strncmp(followers[i].first, name, size) == 0)
            ck_assert_msg(shows(table, followers[i].then, "closed"),
                          "%s is not closed in:\n%s", followers[i].then, table);
}

START_TEST(each_gate_of_other_interrupts_is_named_and_opened)
{
    const struct device_case *of = &device_cases[_i];
    struct talk talk;
    char text[4096];
    uint64_t before;

    snprintf(text, sizeof(text), open_program, of->setup);
    talk_open(&talk, text, "");
    talk_do(&talk, "stepi 20000");
    begins_with(talk_do(&talk, of->ask), of->says);
    check_followers(of->says, buf_str(&talk.answer));
    before = interrupts(&talk);
    talk_do(&talk, of->opens);
    talk_do(&talk, "stepi 2000");
    ck_assert_msg(interrupts(&talk) > before, "%s: %s", of->opens,
                  talk_do(&talk, of->ask));
    talk_close(&talk);
}
END_TEST

/* A stream on a board of its own; the test writes registers as a hart would. */
static struct run *stream_run(void)
{
    struct board_desc desc = board_virt;
    const struct board_row row = {
        .type = "stream", .name = "stream0", .base = 0x4000000, .irqs = 1, .irq = {8}};
    struct run *run = run_new();
    struct err err = {{0}};

    ck_assert_msg(board_desc_add(&desc, &row, &err), "%s", err.text);
    ck_assert_msg(board_desc_add(&desc, &board_virt_iommu, &err), "%s", err.text);
    ck_assert_msg(run_add(run, &desc, &err) != NULL, "%s", err.text);
    run_reset(run);
    return run;
}

static void write_word(struct run *run, uint64_t pa, uint64_t value)
{
    ck_assert_int_eq(bus_write(&run->board[0]->bus, INITIATOR_HART, pa, 4, value),
                     BUS_OKAY);
}

static void first_closed(const struct run *run, unsigned irq, const char *name)
{
    struct gates gates;
    struct err err = {{0}};
    int first;

    ck_assert_msg(gates_of_source(run, 0, irq, -1, &gates, &err), "%s", err.text);
    first = gates_best(&gates)->first;
    ck_assert_int_ge(first, 0);
    ck_assert_str_eq(gates.gate[first].name, name);
    gates_release(&gates);
}

START_TEST(a_stream_interrupts_at_its_threshold_if_it_is_told_to)
{
    struct run *run = stream_run();
    struct run_limit limit = RUN_NO_LIMIT;

    write_word(run, 0x4000000 + 0x14, 8); /* Threshold */
    first_closed(run, 8, "stream0.Level");
    write_word(run, 0x4000000, 1); /* Control: enable */
    limit.cycle = 100000;
    run_go(run, limit);
    first_closed(run, 8, "stream0.Control.irq");
    write_word(run, 0x4000000, 3);
    first_closed(run, 8, "plic.PRIORITY[8]");
    run_free(run);
}
END_TEST

/* With an event index, whose used_event names another entry first. */
START_TEST(a_virtio_disk_interrupts_when_it_has_used_the_entry_that_is_asked_for)
{
    const uint64_t base = 0x10001000, queue = 0x80001000;
    struct run *run = run_new();
    struct board *board = run_add(run, &board_virt, NULL);
    struct run_limit limit = RUN_NO_LIMIT;

    device_insert(board_device(board, "virtio0"), NULL, SECTOR);
    run_reset(run);
    first_closed(run, 1, "virtio0.Status.DRIVER_OK");
    for (unsigned sel = 0; sel < 2; sel++) {
        write_word(run, base + VIRTIO_DRIVER_FEATURES_SEL, sel);
        write_word(run, base + VIRTIO_DRIVER_FEATURES,
                   sel ? 1 : BIT(VIRTIO_F_EVENT_IDX));
    }
    write_word(run, base + VIRTIO_STATUS, VIRTIO_FEATURES_OK);
    write_word(run, base + VIRTIO_STATUS, VIRTIO_DRIVER_OK);
    first_closed(run, 1, "virtio0.QueueReady");
    write_word(run, base + VIRTIO_QUEUE_NUM, 4);
    write_word(run, base + VIRTIO_QUEUE_DESC, queue);
    write_word(run, base + VIRTIO_QUEUE_DRIVER, queue + 0x100);
    write_word(run, base + VIRTIO_QUEUE_DEVICE, queue + 0x200);
    write_word(run, base + VIRTIO_QUEUE_READY, 1);
    first_closed(run, 1, "virtio0.InterruptStatus");
    /* Twice the same chain: a flush, its header at +0x300. */
    write_word(run, queue, queue + 0x300);
    write_word(run, queue + 8, VIRTIO_BLK_HEADER);
    write_word(run, queue + 12, VIRTQ_NEXT | 1 << 16);
    write_word(run, queue + 16, queue + 0x310);
    write_word(run, queue + 24, 1);
    write_word(run, queue + 28, VIRTQ_WRITE);
    write_word(run, queue + 0x300, VIRTIO_BLK_FLUSH);
    write_word(run, queue + 0x100, 1 << 16);
    write_word(run, queue + 0x10c, 1); /* used_event */
    write_word(run, base + VIRTIO_QUEUE_NOTIFY, 0);
    limit.cycle = 10000;
    run_go(run, limit);
    first_closed(run, 1, "virtio0.InterruptStatus");
    write_word(run, queue + 0x100, 2 << 16);
    write_word(run, base + VIRTIO_QUEUE_NOTIFY, 0);
    limit.cycle = 20000;
    run_go(run, limit);
    first_closed(run, 1, "plic.PRIORITY[1]");
    run_free(run);
}
END_TEST

/* A fence interrupts on the wire of the command queue. */
START_TEST(an_iommu_interrupts_for_a_queue_that_may)
{
    struct run *run = stream_run();
    const uint64_t iommu = 0x3010000, fence = 2 | BIT(11);

    ram_write(&run->board[0]->bus.ram, 0x80010000, &fence, 8, INITIATOR_OUTSIDE);
    write_word(run, iommu + 0x18, UINT64_C(0x80010) << 10);
    write_word(run, iommu + 0x1c, 0);
    first_closed(run, 36, "iommu0.cqcsr.cie");
    first_closed(run, 37, "iommu0.fqcsr.fie");
    write_word(run, iommu + 0x48, 3);
    write_word(run, iommu + 0x4c, 3);
    first_closed(run, 36, "iommu0.ipsr.cip");
    first_closed(run, 37, "iommu0.ipsr.fip");
    first_closed(run, 38, "iommu0 line");
    while (run->queue.next_due != NEVER)
        queue_fire_first(&run->queue);
    write_word(run, iommu + 0x24, 1);
    while (run->queue.next_due != NEVER)
        queue_fire_first(&run->queue);
    first_closed(run, 36, "plic.PRIORITY[36]");
    run_free(run);
}
END_TEST

START_TEST(an_interrupt_waits_for_one_that_goes_first)
{
    struct talk talk;
    char text[4096];

    snprintf(text, sizeof(text), open_program,
             " li t0, 2\n csrs mip, t0\n li t0, 0x2004000\n sd x0, 0(t0)");
    talk_open(&talk, text, "");
    talk_do(&talk, "stepi 500");
    talk_do(&talk, "set mstatus.MIE = 1");
    begins_with(
        talk_do(&talk, "why not irq ssi"),
        "The supervisor software interrupt stops at other interrupts: it is 7 and "
        "must be none that goes first; the machine timer interrupt goes first.\n");
    talk_do(&talk, "set mie.MTIE = 0");
    begins_with(talk_do(&talk, "why not irq ssi"),
                "Nothing holds the supervisor software interrupt back");
    talk_close(&talk);
}
END_TEST

static const char two_harts[] =
    "scenario { name = 'two', variants = { { name = 'only' } }, setup = function()\n"
    " return { board = { harts = 2 }, programs = { asm [[\n"
    " .globl _start\n"
    "_start: csrr t1, mhartid\n beqz t1, loop\n"
    " csrsi mstatus, 8\n"
    "loop: addi s0, s0, 1\n j loop\n]] } } end }\n";

START_TEST(each_hart_has_ways_of_its_own)
{
    struct session_choice choice = {0};
    struct err err = {{0}};
    struct talk talk;

    talk_open(&talk, talk_loop, "");
    session_close(&talk.session);
    choice.file = talk_file(&talk, "two.lua", two_harts);
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
    talk_do(&talk, "stepi 100");
    begins_with(
        talk_do(&talk, "why not irq mti hart 1"),
        "The machine timer interrupt stops at hart1.mie.MTIE: it is 0 and must be "
        "1; hart 1 has the machine timer interrupt disabled.\n");
    /* Hart 1 has more open; of all ways its is the best. */
    begins_with(talk_do(&talk, "why not irq mti"),
                "The machine timer interrupt stops at hart1.mie.MTIE");
    begins_with(talk_do(&talk, "why not irq mti hart 0"),
                "The machine timer interrupt stops at mie.MTIE");
    begins_with(talk_do(&talk, "why not irq mti hart 2"), "Error: why not irq: ");
    talk_close(&talk);
}
END_TEST

START_TEST(who_closed_a_gate_is_told_with_the_place)
{
    struct talk talk;
    char text[4096];

    snprintf(text, sizeof(text), open_program,
             " li t0, 0x80\nhere: csrc mie, t0\n li t0, 0x2004000\n sd x0, 0(t0)\n"
             " csrsi mstatus, 8");
    talk_open(&talk, text, "");
    talk_do(&talk, "stepi 500");
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "why not irq timer hart 0"),
                                 "\nHart 0 wrote it at here (0x"));
    talk_close(&talk);
}
END_TEST

static const struct {
    const char *line, *says;
} refusals[] = {
    {"why not irq 0", "there is no interrupt 0"},
    {"why not irq 96", "there is no interrupt 96: plic has 1 to 95"},
    {"why not irq dma0", "dma0 has 8 interrupt lines, 23 to 30: say which"},
    {"why not irq rom", "rom has no interrupt line"},
    {"why not irq uart", "uart0"},
    {"why not irq 1x", "'1x' is no interrupt's number"},
    {"why not irq", "IRQ"},
};

START_TEST(what_is_no_interrupt_is_refused)
{
    struct talk talk;
    const char *answer;

    talk_open(&talk, talk_loop, "");
    answer = talk_do(&talk, refusals[_i].line);
    begins_with(answer, "Error: ");
    ck_assert_msg(strstr(answer, refusals[_i].says) != NULL, "%s", answer);
    talk_close(&talk);
}
END_TEST

START_TEST(a_source_without_a_device_stops_there)
{
    struct talk talk;

    talk_open(&talk, talk_loop, "");
    begins_with(talk_do(&talk, "why not irq 50"),
                "Interrupt 50 stops at device: it is 0 and must be a device; no device "
                "drives this interrupt.\n");
    talk_close(&talk);
}
END_TEST

/* --- interrupts of guests --------------------------------------------------------- */

static const struct {
    unsigned line;
    uint8_t mode;
    uint64_t hvip, hie, hideleg, henvcfg, vstimecmp, mstatus, vsstatus;
    const char *first; /* closed; NULL: all are open */
    uint8_t handler;
} guest_cases[] = {
    /* clang-format off */
    {IRQ_VSEI, MODE_VS, 0, 0x400, 0x400, 0, UINT64_MAX, 0, MSTATUS_SIE, "mip.VSEIP", MODE_VS},
    {IRQ_VSEI, MODE_VS, 0x400, 0x400, 0x400, 0, UINT64_MAX, 0, MSTATUS_SIE, NULL, MODE_VS},
    {IRQ_VSEI, MODE_S, 0x400, 0x400, 0x400, 0, UINT64_MAX, MSTATUS_SIE, MSTATUS_SIE, "hideleg.VSEI", MODE_VS},
    {IRQ_VSEI, MODE_VS, 0x400, 0, 0x400, 0, UINT64_MAX, 0, MSTATUS_SIE, "mie.VSEIE", MODE_VS},
    {IRQ_VSEI, MODE_VS, 0x400, 0x400, 0x400, 0, UINT64_MAX, 0, 0, "vsstatus.SIE", MODE_VS},
    {IRQ_VSEI, MODE_VU, 0x400, 0x400, 0x400, 0, UINT64_MAX, 0, 0, NULL, MODE_VS},
    {IRQ_VSEI, MODE_VS, 0x400, 0x400, 0, 0, UINT64_MAX, 0, 0, NULL, MODE_S},
    {IRQ_VSEI, MODE_S, 0x400, 0x400, 0, 0, UINT64_MAX, 0, 0, "mstatus.SIE", MODE_S},
    {IRQ_VSEI, MODE_M, 0x400, 0x400, 0, 0, UINT64_MAX, 0, 0, "hideleg.VSEI", MODE_S},
    {IRQ_VSSI, MODE_VS, 0, 0x004, 0x004, 0, UINT64_MAX, 0, MSTATUS_SIE, "mip.VSSIP", MODE_VS},
    {IRQ_VSSI, MODE_VS, 0x004, 0, 0x004, 0, UINT64_MAX, 0, MSTATUS_SIE, "mie.VSSIE", MODE_VS},
    {IRQ_VSSI, MODE_U, 0x004, 0x004, 0x004, 0, UINT64_MAX, 0, MSTATUS_SIE, "hideleg.VSSI", MODE_VS},
    {IRQ_VSTI, MODE_VS, 0, 0x040, 0x040, 0, 0, 0, MSTATUS_SIE, "henvcfg.STCE", MODE_VS},
    {IRQ_VSTI, MODE_VS, 0, 0x040, 0x040, MENVCFG_STCE, UINT64_MAX, 0, MSTATUS_SIE, "vstimecmp", MODE_VS},
    {IRQ_VSTI, MODE_VS, 0, 0x040, 0x040, MENVCFG_STCE, 0, 0, MSTATUS_SIE, NULL, MODE_VS},
    {IRQ_VSTI, MODE_VS, 0x040, 0x040, 0x040, MENVCFG_STCE, UINT64_MAX, 0, MSTATUS_SIE, NULL, MODE_VS},
    {IRQ_VSTI, MODE_VS, 0x040, 0, 0x040, 0, UINT64_MAX, 0, MSTATUS_SIE, "mie.VSTIE", MODE_VS},
    {IRQ_VSTI, MODE_S, 0x040, 0x040, 0x040, 0, UINT64_MAX, 0, MSTATUS_SIE, "hideleg.VSTI", MODE_VS},
    /* clang-format on */
};

START_TEST(a_guests_interrupt_has_gates_of_its_own)
{
    struct run *run = stream_run();
    struct hart *hart = &run->board[0]->hart[0];
    struct gates gates;
    struct err err = {{0}};
    int first;

    hart->mode = guest_cases[_i].mode % MODE_VIRTUAL;
    hart->is_virtual = guest_cases[_i].mode & MODE_VIRTUAL;
    hart->csr.mstatus = guest_cases[_i].mstatus;
    hart->csr.vsstatus = guest_cases[_i].vsstatus;
    hart_csr_write(hart, CSR_MENVCFG, MENVCFG_STCE);
    hart_csr_write(hart, CSR_VSTIMECMP, guest_cases[_i].vstimecmp);
    hart_csr_write(hart, CSR_HENVCFG, guest_cases[_i].henvcfg);
    hart_csr_write(hart, CSR_HVIP, guest_cases[_i].hvip);
    hart_csr_write(hart, CSR_HIE, guest_cases[_i].hie);
    hart_csr_write(hart, CSR_HIDELEG, guest_cases[_i].hideleg);
    ck_assert_msg(gates_of_lines(run, 0, BIT(guest_cases[_i].line), 0, &gates, &err),
                  "%s", err.text);
    first = gates_best(&gates)->first;
    ck_assert_uint_eq(gates_best(&gates)->mode, guest_cases[_i].handler);
    if (guest_cases[_i].first) {
        ck_assert_int_ge(first, 0);
        ck_assert_str_eq(gates.gate[first].name, guest_cases[_i].first);
    } else {
        ck_assert_int_eq(first, -1);
        ck_assert_uint_eq(hart_pending_interrupt(hart),
                          CAUSE_INTERRUPT | guest_cases[_i].line);
    }
    gates_release(&gates);
    run_free(run);
}
END_TEST

/* --- all gates -------------------------------------------------------------------- */

/* Gates that tests of their own close. */
static const char *const others[] = {
    "device",                   /* a_source_without_a_device_stops_there */
    "plic gateway in service",  /* a_claim_that_is_not_completed_holds_... */
    "plic best pending source", /* a_source_of_higher_priority_goes_first */
    "other interrupts",         /* an_interrupt_waits_for_one_that_goes_first */
    "mip.VSEIP",
    "mie.VSEIE",
    "hideleg.VSEI",
    "mip.VSTIP",
    "mie.VSTIE",
    "hideleg.VSTI",
    "mip.VSSIP",
    "mie.VSSIE",
    "hideleg.VSSI",
    "vsstatus.SIE",
    "henvcfg.STCE",
    "vstimecmp",     /* a_guests_interrupt_has_gates_of_its_own */
    "stream0.Level", /* a_stream_interrupts_at_its_threshold_... */
    "stream0.Control.irq",
    "iommu.cqcsr.cie", /* an_iommu_interrupts_for_a_queue_that_may */
    "iommu.fqcsr.fie",
    "iommu.ipsr.cip",
    "iommu.ipsr.fip",
    "virtio0.Status.DRIVER_OK", /* a_virtio_disk_interrupts_when_... */
    "virtio0.QueueReady",
    "virtio0.InterruptStatus",
};

/* Without hart, device's line, channel, context and source: "plic.ENABLE[] bit". */
static const char *without_numbers(const char *name, size_t size)
{
    static char plain[GATE_TEXT];
    const char *line = " line";
    unsigned n = 0;

    for (size_t i = 0; i < size && n < sizeof(plain) - 1; i++)
        if (name[i] < '0' || name[i] > '9')
            plain[n++] = name[i];
    while (n && plain[n - 1] == ' ')
        n--;
    plain[n] = '\0';
    if (strncmp(plain, "hart.", 5) == 0)
        memmove(plain, plain + 5, strlen(plain + 5) + 1);
    if (n > strlen(line) && strcmp(plain + n - strlen(line), line) == 0)
        return line; /* of any device */
    return plain;
}

static void add_case(struct buf *cases, const char *name, size_t size)
{
    buf_printf(cases, "|%s|", without_numbers(name, size));
}

static void add_sentence(struct buf *cases, const char *says)
{
    size_t size;
    const char *name = name_in(says, &size);

    add_case(cases, name, size);
}

static void add_cases(struct buf *cases)
{
    for (unsigned i = 0; i < COUNT(dma_gates); i++)
        add_sentence(cases, dma_gates[i].says);
    for (unsigned i = 0; i < COUNT(device_cases); i++)
        add_sentence(cases, device_cases[i].says);
    for (unsigned i = 0; i < COUNT(followers); i++)
        add_case(cases, followers[i].then, strlen(followers[i].then));
    for (unsigned i = 0; i < COUNT(others); i++)
        add_case(cases, others[i], strlen(others[i]));
}

static void check_gates(const struct buf *cases, struct gates *gates)
{
    for (unsigned i = 0; i < gates->count; i++) {
        const char *name = gates->gate[i].name;
        char wanted[GATE_TEXT + 2];

        snprintf(wanted, sizeof(wanted), "|%s|", without_numbers(name, strlen(name)));
        ck_assert_msg(strstr(buf_str(cases), wanted), "no test closes the gate %s",
                      name);
    }
    gates_release(gates);
}

/* All that the board has, as it is now. */
static unsigned check_all_gates(const struct buf *cases, const struct run *run)
{
    struct gates gates;
    struct err err = {{0}};
    unsigned count = 0;

    for (unsigned irq = 1; irq < PLIC_SOURCES; irq++) {
        ck_assert(gates_of_source(run, 0, irq, -1, &gates, &err));
        count += gates.count;
        check_gates(cases, &gates);
    }
    ck_assert(gates_of_lines(run, 0, UINT64_MAX, -1, &gates, &err));
    count += gates.count;
    check_gates(cases, &gates);
    return count;
}

static void has_every_type(const struct board *board)
{
    for (unsigned t = 0; device_types[t]; t++) {
        bool has = device_types[t]->irqs == 0;

        for (unsigned i = 0; i < board->devices; i++)
            has |= board->device[i]->type == device_types[t];
        ck_assert_msg(has, "the board of this test has no %s: add one",
                      device_types[t]->name);
    }
}

START_TEST(every_gate_there_is_has_been_closed)
{
    struct run *run = stream_run();
    struct buf cases = {0};

    add_cases(&cases);
    has_every_type(run->board[0]);
    ck_assert_uint_gt(check_all_gates(&cases, run), 100);
    hart_csr_write(&run->board[0]->hart[0], CSR_MENVCFG, MENVCFG_STCE);
    check_all_gates(&cases, run);
    buf_free(&cases);
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, each_gate_of_a_dma_interrupt_is_named_and_opened, 0,
                        COUNT(dma_gates));
    tcase_add_test(tcase, an_interrupt_that_was_taken_is_held_back_by_its_handler);
    tcase_add_test(tcase, what_a_claim_took_is_told_with_its_moment);
    tcase_add_test(tcase, an_open_way_is_said_to_be_open);
    tcase_add_test(tcase, a_request_that_is_pending_has_passed_its_device);
    tcase_add_test(tcase, a_claim_that_is_not_completed_holds_the_next_request_back);
    tcase_add_test(tcase, a_source_of_higher_priority_goes_first);
    tcase_add_test(tcase, a_source_without_priority_has_none_before_it);
    tcase_add_loop_test(tcase, each_gate_of_other_interrupts_is_named_and_opened, 0,
                        COUNT(device_cases));
    tcase_add_test(tcase, a_stream_interrupts_at_its_threshold_if_it_is_told_to);
    tcase_add_test(tcase, an_iommu_interrupts_for_a_queue_that_may);
    tcase_add_test(
        tcase, a_virtio_disk_interrupts_when_it_has_used_the_entry_that_is_asked_for);
    tcase_add_test(tcase, an_interrupt_waits_for_one_that_goes_first);
    tcase_add_test(tcase, each_hart_has_ways_of_its_own);
    tcase_add_test(tcase, who_closed_a_gate_is_told_with_the_place);
    tcase_add_loop_test(tcase, what_is_no_interrupt_is_refused, 0, COUNT(refusals));
    tcase_add_test(tcase, a_source_without_a_device_stops_there);
    tcase_add_loop_test(tcase, a_guests_interrupt_has_gates_of_its_own, 0,
                        COUNT(guest_cases));
    tcase_add_test(tcase, every_gate_there_is_has_been_closed);
}

TEST_MAIN("gates", add_tests)
