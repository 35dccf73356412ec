/* about: each kind of name, on a copy by DMA and on a hypervisor of a few lines. */
#include "base/bits.h"
#include "control/command/render.h"
#include "tests/lib/small_machine.h"
#include "tests/lib/suite.h"

#include <string.h>

static struct talk talk;

static void set_up(void)
{
    small_machine_open(&talk);
    small_machine_reach(&talk, "copy");
}

static void tear_down(void)
{
    talk_close(&talk);
}

/* --- on the copy ------------------------------------------------------------------------ */

static const struct {
    const char *line, *has[4];
} answers[] = {
    {"about a0",
     {"Register a0 (x10) of hart 0: the first argument, and the return value.\n",
      "By the calling convention a call may change it.\n",
      "as an address it is source.\n", "Hart 0 wrote it at "}},
    {"about x10", {"Register a0 (x10)"}},
    {"about s1", {"By the calling convention a call preserves it.\n"}},
    {"about hart1.sp", {"Register sp (x2) of hart 1: the stack pointer."}},
    {"about zero", {"always 0; what is written to it is lost.\nIt is 0x0.\nAsk next"}},
    {"about pc",
     {"The program counter of hart 0", "is the instruction `ld t0, 0(a0)`, which",
      "What ld does: rd = doubleword at rs1 + imm (extension I).",
      "Here rd is t0, rs1 is a0 = 0x80001000, imm is 0, as it is now."}},
    {"about code copy",
     {"At copy (0x8000006c) is the instruction", "=>    0x8000006c"}},
    {"about copy", {"At copy (0x8000006c) is the instruction"}},
    {"about mstatus.MPP",
     {"mstatus.MPP of hart 0, bits 12 to 11: mode before the trap to M-mode",
      "It is 0x0, U-mode.\n", "Nobody has written it since reset.",
      "`catch csr mstatus`"}},
    {"about mtvec",
     {"mtvec (0x305) of hart 0 is", "Specification: 3.1.7.", "Hart 0 wrote it at",
      "MODE "}},
    {"about hart1.mhartid", {"mhartid (0xf14) of hart 1 is 0x1"}},
    {"about dma0.Control[1]",
     {"dma0.Control[1], 4 bytes at 0x3101000: claims, starts and stops", "It is 0x0.\n",
      "Nobody has written it since reset.", "run     1     0x0"}},
    {"about dma0.State",
     {"dma0.State[0], 4 bytes", "It is 0x0: state=idle.", "`about dma0`"}},
    {"about dma0.Control[0].run",
     {"dma0.Control[0].run, bit 1: starts a transfer", "It is 0x0.\n"}},
    {"about uart0.RBR", {"When it is read it is RBR, when it is written THR."}},
    {"about dma0",
     {"dma0 at 0x3100000, type dma:", "It drives interrupts 23", "state", "idle"}},
    {"about dma0 1", {"Channel 1 of dma0: one of 4 transfers", "0x1000  Control"}},
    {"about uart0", {"It drives interrupt 10.", "`about irq 10`", "THRE=1 TEMT=1"}},
    {"about virtio0", {"virtio0 at", "`info device virtio0`"}},
    {"about rom",
     {"It has no registers.", "The last that happened there: hart 1 reads rom"}},
    {"about dma0", {"Nothing has happened there yet."}},
    {"about hart", {"Hart 0: a hardware thread"}},
    {"about cycle", {"The clock of the run is at cycle "}},
    {"about hart 0",
     {"Hart 0: a hardware thread", "Its next instruction is at copy (0x8000006c)",
      "It is in M-mode.\nIt has been in that mode since reset.", "`info csr`"}},
    {"about ram",
     {"RAM: the memory that", "2,097,152 bytes from 0x80000000", "payload"}},
    {"about bus", {"The bus: what harts and devices", "The bus is idle at cycle"}},
    {"about 0x80001000",
     {"Physical address 0x80001000 is in RAM", "16 bytes there are ",
      "`who u8p[0x80001000]`"}},
    {"about 02147487744", {"Physical address 0x80001000 is in RAM"}},
    {"about 2,147,487,744", {"Physical address 0x80001000 is in RAM"}},
    {"about 0x10000<<15", {"Physical address 0x80000000 is in RAM"}},
    {"about hart 0x1", {"Hart 1: a hardware thread"}},
    {"about hart 01", {"Hart 1: a hardware thread"}},
    {"about u8[a0]", {"Physical address 0x80001000 is in RAM"}},
    {"about payload", {"The region payload: a part of RAM to which the scenario"}},
    {"about region payload", {"The region payload"}},
    {"about 0x3100000", {"is offset 0x0 of dma0.", "dma0.Control[0], 4 bytes"}},
    {"about 0x3100300", {"No register is there.", "dma0 at 0x3100000"}},
    {"about #5",
     {"The event that leads to #5: hart 0 executes", "Its kind is insn: a hart retires",
      "`why #5`, `goto #5`, `about insn`", "rd       0xa         a0"}},
    {"about", {"The event that leads to #"}},
    {"about mmio_write",
     {"mmio_write: a device register is written.", "`catch mmio_write`", "initiator"}},
    {"about event dma-error", {"There has been none so far.", "the bus refuses"}},
    {"about irq 23",
     {"Interrupt 23: source 23 of the interrupt controller, which is line 0 of 8 of "
      "dma0;",
      "The gates on its way: ", "STOP", "Interrupt 23 has not been raised so far."}},
    {"about irq uart0", {"Interrupt 10: source 10"}},
    {"about metric bus_wait_cycles",
     {"Metric bus_wait_cycles (bus waits): that harts have", "cycles so far."}},
    {"about metric useful_share", {"It needs a second run"}},
    {"mark here; about here", {"The mark here is at #", "The event that leads to #"}},
};

/* None of them is understood. */
static const struct {
    const char *line, *says;
} refused[] = {
    {"about buss", "Error: about: nothing is called 'buss' (did you mean 'bus'?).\n"},
    {"about dmaerror", "nothing is called 'dmaerror' (did you mean 'dma_error'?)"},
    {"about xyzzyx", "Error: about: nothing is called 'xyzzyx'.\n"},
    {"about mstatus.MPQ", "mstatus has no field 'MPQ' (did you mean 'MPV'?)"},
    {"about dma0.Contrl", "dma0 has no register 'Contrl' (did you mean 'Control'?)"},
    {"about dma0 9", "dma0 has no channel '9': it has 0 to 3"},
    {"about uart0 1", "uart0 has no parts with numbers"},
    {"about hart 7", "there is no hart '7': the last one is hart 1"},
    {"about exit", "which exit? Say `about exit N`"},
    {"about guest 1", "no guest has been entered so far"},
    {"about exit 3", "no guest has been left so far"},
    {"about irq 90", "no device drives interrupt 90: see info devices"},
    {"about irq tmer", "'tmer' is no interrupt"},
    {"about metric cycle", "no metric is called 'cycle' (did you mean 'cycles'?)"},
    {"about event foo", "no event is called 'foo': see info events"},
    {"about region foo", "no part of RAM is called 'foo': see info regions"},
    {"about view stage", "there is no view 'stage'"},
    {"about 0x10", "nothing answers at physical address 0x10: see info map"},
    {"about 010", "nothing answers at physical address 010"},
    {"about 99999999999999999999", "the number has more than 64 bits"},
    {"about hart 010", "there is no hart '010'"},
    {"about #x", "'#x' is no moment"},
    {"about #999999999", "is behind the end"},
    {"about code 3 +", "about: column"},
    {"about code 0x10", "about: "},
};

START_TEST(each_name_is_told_of)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        const char *answer = talk_do(&talk, answers[i].line);

        for (size_t n = 0; n < COUNT(answers[i].has) && answers[i].has[n]; n++)
            ck_assert_msg(strstr(answer, answers[i].has[n]),
                          "'%s' does not say '%s' but:\n%s", answers[i].line,
                          answers[i].has[n], answer);
    }
}
END_TEST

START_TEST(what_is_no_name_is_refused_with_a_hint)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        const char *answer = talk_do(&talk, refused[i].line);

        ck_assert_msg(strstr(answer, "Error: about: ") &&
                          strstr(answer, refused[i].says),
                      "'%s' does not say '%s' but:\n%s", refused[i].line,
                      refused[i].says, answer);
    }
}
END_TEST

/* Sentences come first, what to ask next last among them, and then tables. */
START_TEST(an_answer_has_sentences_before_tables)
{
    struct reply reply = {0};
    struct err err = {{0}};
    size_t sentences = 0;

    ck_assert(command_do(&talk.session, "about dma0.Control[0]", &reply, &err));
    while (sentences < reply.parts && reply.part[sentences].sentence)
        sentences++;
    ck_assert_uint_gt(sentences, 2);
    ck_assert_uint_gt(reply.parts, sentences);
    ck_assert_ptr_nonnull(strstr(reply.part[sentences - 1].sentence, "Ask next: `"));
    for (size_t i = sentences; i < reply.parts; i++)
        ck_assert_ptr_null(reply.part[i].sentence);
    reply_release(&reply);
}
END_TEST

/* Asking is looking: nothing of the machine is another. */
START_TEST(asking_changes_nothing)
{
    struct buf before = {0};

    buf_text(&before, talk_do(&talk, "info digest"));
    for (size_t i = 0; i < COUNT(answers); i++)
        talk_do(&talk, answers[i].line);
    ck_assert_str_eq(talk_do(&talk, "info digest"), before.data);
    buf_free(&before);
}
END_TEST

/* --- why it is what it is ---------------------------------------------------------------- */

/* At the end the DMA controller has copied, and has interrupted. */
START_TEST(the_writer_and_its_cause_are_told)
{
    ck_assert_ptr_nonnull(talk_do(&talk, "catch irq-claim"));
    talk_do(&talk, "continue");
    small_machine_has(&talk, "about dma0.Control[0].run",
                      "The device changed it: ", "The event: DMA channel 0 goes from",
                      "It came of this: ", "That is, ", NULL);
    small_machine_has(&talk, "about mcause", "A trap of hart 0 to M-mode wrote it",
                      "It came of this: line MEIP of hart 0 rises", NULL);
    small_machine_has(&talk, "about dma0",
                      "The last that happened there: ", "It came of this: ", NULL);
    small_machine_has(&talk, "about irq 23", "it is high now", "hand", "line ", NULL);
    small_machine_has(&talk, "about hart 0", "That is since this: hart 0 traps", NULL);
    small_machine_has(&talk, "about dma_burst", "The last one: DMA channel 0", NULL);
}
END_TEST

START_TEST(goto_who_goes_where_it_was_written)
{
    talk_do(&talk, "catch irq-claim");
    talk_do(&talk, "continue");
    talk_do(&talk, "about dma0.Control[0].run");
    small_machine_has(&talk, "goto who", "inside a step.", NULL);
}
END_TEST

/* --- guests --------------------------------------------------------------------------------- */

static void open_guest(void)
{
    struct session_choice choice = {.file = "tests/commands/guest.lua"};
    struct err err = {{0}};

    talk_close(&talk);
    talk = (struct talk){.folder = "/tmp/talk-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(talk.folder));
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
    talk_do(&talk, "catch vm-exit");
    talk_do(&talk, "continue; continue; continue");
}

START_TEST(guests_and_exits_are_told_of)
{
    open_guest();
    small_machine_has(&talk, "about guest 1",
                      "Guest 1: what runs with V = 1 under VMID 1",
                      "it has been entered ", "vmid  runs", NULL);
    small_machine_has(&talk, "about guest 2",
                      "no guest '2' has been entered so far, but 1", NULL);
    small_machine_has(&talk, "about exit 2", "Exit 2: hart 0 left guest 1", "trap",
                      "`goto exit`", NULL);
    small_machine_has(&talk, "about exit 99", "Error: about: ", NULL);
    small_machine_has(&talk, "about", "Its kind is vm_exit: a hart leaves a guest",
                      NULL);
    small_machine_has(&talk, "about hgatp.VMID", "It is 0x1.", "csrw hgatp", NULL);
}
END_TEST

/* --- completion ------------------------------------------------------------------------------ */

static void collect(void *ctx, const char *word)
{
    buf_printf(ctx, "%s\n", word);
}

static const struct {
    const char *line, *offered;
} completions[] = {
    {"about har", "hart 0\nhart 1\nhart_line\nhart_sleep\nhart\nhart0.\nhart1.\n"},
    {"about hart ", "hart 0\nhart 1\n"},
    {"about irq 2", "irq 23\nirq 24\nirq 25\nirq 26\nirq 27\nirq 28\nirq 29\n"},
    {"about irq u", "irq uart0\n"},
    {"about metric cy", "metric cycles\n"},
    {"about dma_b", "dma_burst\n"},
    {"about code cop", "code copy\n"},
    {"about mstatus.MPP", "mstatus.MPP\n"},
    {"about dma0.Control[1].c", "dma0.Control[1].claim\n"},
    {"about pay", "payload\n"},
};

START_TEST(names_are_completed)
{
    for (size_t i = 0; i < COUNT(completions); i++) {
        struct buf offered = {0};

        command_complete(&talk.session, completions[i].line, collect, &offered);
        ck_assert_msg(strcmp(buf_str(&offered), completions[i].offered) == 0,
                      "'%s' offers:\n%s", completions[i].line, buf_str(&offered));
        buf_free(&offered);
    }
}
END_TEST

/* What the face has is a topic: as a screen its views. */
static bool topic(unsigned n, struct topic *topic)
{
    *topic =
        (struct topic){"view", "stage", "the machine as boxes and wires", "info map"};
    return n == 0;
}

START_TEST(topics_of_the_face_are_told_of)
{
    struct buf offered = {0};

    talk.session.topic = topic;
    small_machine_has(&talk, "about stage", "The view stage: the machine as boxes",
                      "Ask next: `info map`.", NULL);
    small_machine_has(&talk, "about view stag", "(did you mean 'stage'?)", NULL);
    command_complete(&talk.session, "about sta", collect, &offered);
    ck_assert_ptr_nonnull(strstr(offered.data, "stage\n"));
    buf_free(&offered);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, each_name_is_told_of);
    tcase_add_test(tcase, what_is_no_name_is_refused_with_a_hint);
    tcase_add_test(tcase, an_answer_has_sentences_before_tables);
    tcase_add_test(tcase, asking_changes_nothing);
    tcase_add_test(tcase, the_writer_and_its_cause_are_told);
    tcase_add_test(tcase, goto_who_goes_where_it_was_written);
    tcase_add_test(tcase, guests_and_exits_are_told_of);
    tcase_add_test(tcase, names_are_completed);
    tcase_add_test(tcase, topics_of_the_face_are_told_of);
}

TEST_MAIN("about", add_tests)
