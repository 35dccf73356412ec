/* The commands about VM exits, on a hypervisor of a few lines (tests/commands/guest.lua). */
#include "base/bits.h"
#include "face/compare_command.h"
#include "face/options.h"
#include "observe/exits/guest_folds.h"
#include "tests/lib/cli.h"
#include "tests/lib/small_machine.h"
#include "tests/lib/suite.h"

#include "base/alloc.h"

#include <string.h>

static struct talk talk;

static void set_up(void)
{
    struct session_choice choice = {.file = "tests/commands/guest.lua"};
    struct err err = {{0}};

    talk = (struct talk){.folder = "/tmp/talk-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(talk.folder));
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
}

static void tear_down(void)
{
    talk_close(&talk);
}

static void go_to_the_end(void)
{
    talk_do(&talk, "continue");
}

START_TEST(nothing_is_known_before_a_guest_is_left)
{
    small_machine_is(&talk, "info exits", "No guest has been left so far.\n");
    small_machine_is(&talk, "exits --by device", "No guest has been left so far.\n");
    small_machine_is(&talk, "why exit", "No guest has been left so far.\n");
    small_machine_is(&talk, "follow irq",
                     "No device has raised its interrupt line so far.\n");
    small_machine_has(&talk, "info guests", "Hart 0 is in M-mode and has no guest.",
                      NULL);
}
END_TEST

static const struct {
    const char *line, *has[5];
} answers[] = {
    {"info exits",
     {"14 exits so far, of which 1 has not returned yet.",
      "environment call from VS-mode  0x8000023c  `ecall`          SBI console_putchar "
      "      1 device write",
      "interrupt 10              1 device read, injects VSEIP", "plic CLAIM[1]"}},
    {"info exits 1", {"    14  #", "SBI shutdown"}},
    {"info exits 64",
     {"     1  #70.3       1  load guest-page fault          0x80000218  "
      "`lbu a5,28(a0)`  ata0 Status               1 device read                     94 "
      " "
      "trap 16, save 21, decode 14, emulate 6, backend 15, restore 22"}},
    {"exits",
     {"virtual instruction                3     405   135    16    21",
      "supervisor external interrupt      1      83    83    16    21"}},
    {"exits --by instruction",
     {"`wfi` at next+20 (0x80000228)                 3     405   135"}},
    {"exits --by device",
     {"SBI                      4     314    79", "plic                     2     201",
      "interrupt of uart0       1      83", "ata0                     3     282"}},
    {"exits --by guest", {"guest 1     13   1,285    99"}},
    {"info guests",
     {"Hart 0 is in S-mode: it has left guest 1.",
      "   1  no       0  VS-mode  0x80000248  0x8000100000080004  1,073,741,824"}},
    {"follow irq", {"10  uart0       1      3       36        85            119"}},
    {"follow irq uart0",
     {"Interrupt 10 (uart0) took 306 cycles through 11 hands, with 3 exits of the "
      "guest.",
      "inject          #541.1  1,254      1     1  the hypervisor raises VSEIP in hvip",
      "guest-claim     #551.3  1,303     16    16", "complete        #610.2  1,474"}},
    {"follow irq 23", {"Interrupt 23 has not been raised so far."}},
    {"why exit 4",
     {"Exit 4: hart 0 left guest 1 at cycle 484 (#214.3), from VS-mode to S-mode: load "
      "guest-page fault.",
      "The guest's instruction `lbu a5,28(a0)` at next+4 (0x80000218) was to read "
      "0x320001c, "
      "where "
      "the guest's machine has ata0 Status.",
      "is 0x0: not valid.",
      "It cost 94 cycles until the guest went on: trap 16, save 21, decode 14, emulate "
      "6, "
      "backend 15, restore 22.",
      "hart 0 reads ata0 Status: DSC=1 DRDY=1"}},
    {"why exit 3",
     {"hstatus.VTW is 1: WFI must not wait in VS-mode.",
      "Bit 22 of medeleg is 1: M-mode leaves it to HS-mode; bit 22 of hedeleg is 0"}},
    {"why exit 11",
     {"It is no instruction's doing: the guest would have gone on at next+44 "
      "(0x80000240).",
      "Bit 9 of mideleg is 1: M-mode leaves it to HS-mode; bit 9 of hideleg is 0",
      "The hypervisor meanwhile: 1 device read, injects VSEIP."}},
    {"why exit 10",
     {"`ecall` at next+40 (0x8000023c) asks its firmware, which is the hypervisor: SBI "
      "console_putchar."}},
    {"why exit",
     {"Up to the last marker it has cost 35 cycles: trap 8, save 21, decode 6."}},
    {"info exits 65", {"Error: info exits: the last 64 exits are known one by one."}},
    {"why exit 15",
     {"Error: why exit: exit 15 is not among the last 64: there have been 14."}},
    {"exits --by colour", {"it is one of cause instruction device guest"}},
    {"exits cause", {"Error: exits"}},
    {"follow irq nobody", {"'nobody' is no interrupt"}},
    {"follow irq 1x", {"'1x' is no interrupt's number"}},
    {"follow irq dma0", {"dma0 has 8 interrupt lines, 23 to 30: say which"}},
};

START_TEST(each_command_answers)
{
    const char *answer;

    go_to_the_end();
    answer = talk_do(&talk, answers[_i].line);
    for (unsigned n = 0; n < COUNT(answers[_i].has) && answers[_i].has[n]; n++)
        ck_assert_msg(strstr(answer, answers[_i].has[n]) != NULL,
                      "'%s' does not say '%s' but:\n%s", answers[_i].line,
                      answers[_i].has[n], answer);
}
END_TEST

/* All that is known about exits at a moment. */
static void describe(struct buf *text, const char *where)
{
    static const char *const lines[] = {
        "info exits 64", "exits --by cause", "exits --by device", "info guests",
        "follow irq",    "follow irq 10",    "why exit"};

    talk_do(&talk, where);
    for (size_t i = 0; i < COUNT(lines); i++)
        buf_text(text, talk_do(&talk, lines[i]));
}

static const char *const moments[] = {"goto #70.3", "goto #110",   "goto #214.2",
                                      "goto #300",  "goto #541.1", "goto #585.3"};

START_TEST(answers_follow_the_viewer)
{
    struct buf there[COUNT(moments)] = {{0}}, back = {0};

    for (size_t i = 0; i < COUNT(moments); i++)
        describe(&there[i], moments[i]);
    go_to_the_end();
    for (size_t i = COUNT(moments); i-- > 0;) {
        buf_clear(&back);
        describe(&back, moments[i]);
        ck_assert_str_eq(buf_str(&back), buf_str(&there[i]));
    }
    buf_free(&back);
    for (size_t i = 0; i < COUNT(moments); i++)
        buf_free(&there[i]);
}
END_TEST

START_TEST(why_exit_leaves_a_mark)
{
    go_to_the_end();
    talk_do(&talk, "why exit 4");
    small_machine_has(&talk, "goto exit", "#214.3", NULL);
    small_machine_has(&talk, "info exits 1", "4  #214.3", NULL);
}
END_TEST

START_TEST(whats_of_a_choice_is_completed)
{
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "help exits"), "--by"));
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "help follow irq"), "hand by hand"));
}
END_TEST

/* What the fold has counted is what the machine's own counters say. */
START_TEST(folds_agree_with_the_machines_counters)
{
    const struct exit_guest *guest = &talk.session.guests->exits.guest[1];
    const struct hart *hart = session_hart(&talk.session);

    go_to_the_end();
    ck_assert_uint_eq(guest->entries, hart->life.entries[1]);
    ck_assert_uint_eq(guest->exits, hart->life.exits[1]);
    ck_assert_uint_eq(guest->awake[1], hart_cycles_in(hart, MODE_VS));
    ck_assert_uint_eq(guest->awake[1], hart_guest_cycles(hart, 1, MODE_VS));
    ck_assert_uint_eq(guest->awake[0], hart_guest_cycles(hart, 1, MODE_VU));
    ck_assert_uint_eq(hart_guest_cycles(hart, 2, MODE_VS), 0);
}
END_TEST

/* --- compared --------------------------------------------------------------------------- */

/* What a guest does between exits, and what exits cost, make up its time. */
START_TEST(a_guests_throughput_follows_from_its_exits)
{
    struct cli cli;

    cli_open(&cli);
    cli_call(&cli, command_compare,
             (const char *const[]){"compare", "--model", "--color", "never",
                                   "tests/commands/guest.lua", NULL});
    ck_assert_str_eq(cli.err, "");
    ck_assert_msg(cli.status == STATUS_OK, "%s", cli.out);
    ck_assert_ptr_nonnull(strstr(cli.out, "\nexits_per_op: VM exits an operation\n"
                                          "n         2      8\n"
                                          "only  5.000  3.500\n"));
    ck_assert_ptr_nonnull(strstr(
        cli.out, "  pass  model: the throughput of only follows from its exits"));
    cli_close(&cli);
}
END_TEST

START_TEST(exits_are_told_by_cause)
{
    struct cli cli;

    cli_open(&cli);
    cli_call(
        &cli, command_compare,
        (const char *const[]){"compare", "--json", "tests/commands/guest.lua", NULL});
    ck_assert_int_eq(cli.status, STATUS_OK);
    ck_assert_ptr_nonnull(strstr(cli.out, "\"load guest-page fault\": 1.333,"));
    ck_assert_ptr_nonnull(strstr(cli.out, "\"virtual instruction\": 1.000,"));
    ck_assert_ptr_nonnull(strstr(cli.out, "\"virtual instruction\": 135.0,"));
    ck_assert_ptr_nonnull(strstr(cli.out, "\"injections_per_op\": 0.333,"));
    cli_close(&cli);
}
END_TEST

/* A guest and its hypervisor are linked to the same addresses. */
START_TEST(a_guests_code_has_its_own_names_and_lines)
{
    struct session_choice choice = {.file = "scenarios/03-three-ways.lua",
                                    .variant = "virtio"};
    struct err err = {{0}};

    session_close(&talk.session);
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
    small_machine_has(&talk, "catch vm-entry", "Catchpoint 1", NULL);
    small_machine_has(&talk, "continue", "hart 0 enters guest 1 at _start (0x80200000)",
                      " in VS-mode; hart 0 is at _start (0x80200000), entry.S:",
                      "(line 17: la gp, __global_pointer$)", NULL);
    small_machine_has(&talk, "list", "src/guest/kernel/entry.S", NULL);
    small_machine_has(&talk, "delete", "1 deleted.", NULL);
    small_machine_has(&talk, "catch vm-exit", "Catchpoint 2", NULL);
    small_machine_has(&talk, "continue", "hart 0 leaves guest 1", " at sbi_has+8 ",
                      " is at trap_entry (0x", ", entry.S:79, ", NULL);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, nothing_is_known_before_a_guest_is_left);
    tcase_add_loop_test(tcase, each_command_answers, 0, COUNT(answers));
    tcase_add_test(tcase, answers_follow_the_viewer);
    tcase_add_test(tcase, why_exit_leaves_a_mark);
    tcase_add_test(tcase, whats_of_a_choice_is_completed);
    tcase_add_test(tcase, folds_agree_with_the_machines_counters);
    tcase_add_test(tcase, a_guests_throughput_follows_from_its_exits);
    tcase_add_test(tcase, exits_are_told_by_cause);
    tcase_add_test(tcase, a_guests_code_has_its_own_names_and_lines);
}

TEST_MAIN("exit_commands", add_tests)
