/* print, x, set, type, disassemble, list, symbols, as they are typed. */
#include "control/command/rows.h"
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

static const struct {
    const char *line, *answer;
} answers[] = {
    {"print a0", "expression  hex               decimal         signed  name\n"
                 "a0          0x80001000  2,147,487,744  2,147,487,744  source\n"},
    {"p dma0.NextConfig[1]", "expression          hex  decimal  signed\n"
                             "dma0.NextConfig[1]  0x0        0       0\n"},
    {"print mstatus.UXL", "expression   hex  decimal  signed\n"
                          "mstatus.UXL  0x2        2       2\n"},
    {"print dma0.State", "expression  hex  decimal  signed  means\n"
                         "dma0.State  0x0        0       0  state=idle\n"},
    {"print dma0.BusMode.mode", "expression         hex  decimal  signed  means\n"
                                "dma0.BusMode.mode  0x0        0       0  burst\n"},
    {"print mode", "expression  hex  decimal  signed  means\n"
                   "mode        0x3        3       3  M-mode\n"},
    {"print mcause",
     "expression  hex  decimal  signed  means\n"
     "mcause      0x0        0       0  instruction address misaligned\n"},
    {"print/x 255", "expression  value\n255         0xff\n"},
    {"print/d 0xffffffffffffffff",
     "expression          value\n0xffffffffffffffff  -1\n"},
    {"print/db 0xff", "expression  value\n0xff        -1\n"},
    {"print/u 0xff", "expression  value\n0xff        255\n"},
    {"print/o 8", "expression  value\n8           010\n"},
    {"print/t 10", "expression  value\n10          0b1010\n"},
    {"print/t 0", "expression  value\n0           0b0\n"},
    {"print/c 'A'", "expression  value\n'A'         65 'A'\n"},
    {"print/c 10", "expression  value\n10          10 '\\n'\n"},
    {"print/a source+8", "expression  value\nsource+8    source+8 (0x80001008)\n"},
    {"print/a 3", "expression  value\n3           0x3\n"},
    {"print/s message", "expression  value\nmessage     \"Ringside\"\n"},
    {"x/2xg source", "address     name    +0                  +8\n"
                     "0x80001000  source  0x1122334455667788  0x99aabbccddeeff00\n"},
    {"x/3xw source", "address     name    +0          +4          +8\n"
                     "0x80001000  source  0x55667788  0x11223344  0xddeeff00\n"},
    {"x/10xb source",
     "address     name      +0    +1    +2    +3    +4    +5    +6    +7\n"
     "0x80001000  source    0x88  0x77  0x66  0x55  0x44  0x33  0x22  0x11\n"
     "0x80001008  source+8  0x00  0xff\n"},
    {"x/2dh source", "address     name    +0     +2\n"
                     "0x80001000  source  30600  21862\n"},
    {"x/2c message", "address     name     +0      +1\n"
                     "0x80001010  message  82 'R'  105 'i'\n"},
    {"x/s message", "address     name     string\n0x80001010  message  \"Ringside\"\n"},
    {"xp/1xg source", "address     name    +0\n"
                      "0x80001000  source  0x1122334455667788\n"},
    {"x/2i pc", "here  address     name    bits      instruction   line\n"
                "=>    0x8000006c  copy    00053283  ld t0, 0(a0)  copy.lua:25\n"
                "      0x80000070  copy+4  0055b023  sd t0, 0(a1)  copy.lua:26\n"},
    {"x/i wait+4",
     "address     name    bits      instruction                 line\n"
     "0x80000050  wait+4  fe048ee3  beqz s1, 0x8000004c <wait>  copy.lua:18\n"},
    {"disassemble copy,+8",
     "here  address     name    bits      instruction   line\n"
     "=>    0x8000006c  copy    00053283  ld t0, 0(a0)  copy.lua:25\n"
     "      0x80000070  copy+4  0055b023  sd t0, 0(a1)  copy.lua:26\n"},
    {"disassemble copy, copy+4",
     "here  address     name  bits      instruction   line\n"
     "=>    0x8000006c  copy  00053283  ld t0, 0(a0)  copy.lua:25\n"},
    {"symbols m*e", "name     address     kind\nmessage  0x80001010  label\n"},
    {"symbols op", "name  address     kind   line\ncopy  0x8000006c  label  "
                   "copy.lua:25\n"},
    {"set a0 = 5", "a0 was 0x80001000 and is now 0x5.\n"},
    {"set var a0 = 5", "a0 was 0x80001000 and is now 0x5.\n"},
    {"set a0=a0+1", "a0 was 0x80001000 and is now 0x80001001.\n"},
    {"set hart1.s3 = -1", "hart1.s3 was 0x0 and is now 0xffffffffffffffff.\n"},
    {"set pc = copy+4", "pc was 0x8000006c and is now 0x80000070.\n"},
    {"set mscratch = 7", "mscratch was 0x0 and is now 0x7.\n"},
    {"set mstatus.MIE = 1", "mstatus.MIE was 0x0 and is now 0x1.\n"},
    {"set mstatus.MPP = 2",
     "0x2 was written to mstatus.MPP, which was 0x0 and is now 0x0.\n"},
    {"set uart0.THR = 'A'",
     "0x41 was written to uart0.THR, which was 0x0 and is now 0x0.\n"},
    {"set plic.PRIORITY[10] = 7", "plic.PRIORITY[10] was 0x0 and is now 0x7.\n"},
    {"set dma0.Control[1].claim = 1",
     "dma0.Control[1].claim was 0x0 and is now 0x1.\n"},
    {"set dma0.RingBase[1] = 0x80001200",
     "dma0.RingBase[1] was 0x0 and is now 0x80001200.\n"},
    {"set u32[source+4] = 0xdeadbeef",
     "u32[source+4] was 0x11223344 and is now 0xdeadbeef.\n"},
    {"set i8[source] = -1", "i8[source] was 0x88 and is now 0xff.\n"},
    {"set u16p[source] = 1", "u16p[source] was 0x7788 and is now 0x1.\n"},
    {"type ls\\n", "Typed 3 characters to uart0.\n"},
    {"type a", "Typed 1 character to uart0.\n"},
    {"type \"a; b\"", "Typed 4 characters to uart0.\n"},
};

START_TEST(commands_answer)
{
    small_machine_is(&talk, answers[_i].line, answers[_i].answer);
}
END_TEST

static const struct {
    const char *line, *error;
} errors[] = {
    {"print", "print: no EXPR given"},
    {"print 1 +", "print: column 4: a value is missing"},
    {"print \"x\" == dma0.State", "print: 'State' is never \"x\""},
    {"print/q 1", "print: 'q' is no format: it is one of xduotcas, with b, h, w or g"},
    {"print/i pc", "print: 'i' is no format"},
    {"print/s 0", "print: nothing can be read at physical address 0x0"},
    {"x", "x: no ADDRESS given, and nothing that it could go on from"},
    {"x/0x pc", "x: the count of a format is 1 to 65536"},
    {"x/99999999999999999999x pc", "x: "},
    {"x/2xg 0", "x: nothing can be read at physical address 0x0"},
    {"xp/i pc", "xp: instructions are shown by their virtual addresses: x/i"},
    {"x/i 0", "x: nothing can be read at physical address 0x0"},
    {"set", "set: no LVALUE = EXPR given"},
    {"set a0", "set: '=' is missing, as in: set a0 = 5"},
    {"set var = 5", "set: nothing is called 'var'"},
    {"set a0 ==", "set: column 6: a value is missing"},
    {"set a0 =", "set: behind '=': column 1: a value is missing"},
    {"set 5 = 6", "set: it is a value, no register and no memory"},
    {"set zero = 6", "set: zero is always 0"},
    {"set mhartid = 1", "set: mhartid is read-only"},
    {"set pc = 3", "set: instructions begin at even addresses"},
    {"set mstatus.MIE = 2", "set: 0x2 does not fit into 1 bit"},
    {"set u8[source] = 256", "set: 0x100 does not fit into 8 bits"},
    {"set u32[0x3100000] = 1",
     "set: 0x3100000 is not in RAM; a device's register is set by its name, as "
     "dma0.Control[1]"},
    {"set uart0.DLL = 1", "set: uart0.DLL shares its address with another register"},
    {"set [0] = 1", "set: nothing can be read at physical address 0x0"},
    {"type", "type: no TEXT given"},
    {"type a\\q", "type: '\\q' is unknown: there are"},
    {"disassemble copy,+0", "disassemble: the range ends before it begins"},
    {"disassemble copy 8",
     "disassemble: '8' is not understood: ADDRESS, or ADDRESS,+LENGTH"},
    {"disassemble 0", "disassemble: nothing can be read at physical address 0x0"},
    {"list nowhere.s:3", "list: there is no source file 'nowhere.s'"},
    {"list copy.lua:9999", "list: tests/commands/copy.lua ends with line "},
    {"list source", "list: source (0x80001000) has no source line; try disassemble"},
    {"symbols nothing", "symbols: no symbol's name matches 'nothing'"},
};

START_TEST(errors_are_clear)
{
    small_machine_has(&talk, errors[_i].line, "Error: ", errors[_i].error, NULL);
}
END_TEST

START_TEST(x_goes_on_where_it_stopped)
{
    small_machine_has(&talk, "x/xg source", "0x1122334455667788", NULL);
    small_machine_has(&talk, "", "0x80001008", "0x99aabbccddeeff00", NULL);
    small_machine_has(&talk, "x", "0x80001010", "0x65646973676e6952", NULL);
    small_machine_has(&talk, "x/s message", "Ringside", NULL);
    small_machine_has(&talk, "x/2i copy", "copy+4", NULL);
    small_machine_has(&talk, "", "copy+8", "copy+12", NULL);
}
END_TEST

START_TEST(x_keeps_the_last_letter_and_size)
{
    small_machine_has(&talk, "x/2uh source", "30600", "21862", NULL);
    small_machine_has(&talk, "x source", "30600", NULL);
    small_machine_has(&talk, "x/a source", "0x1122334455667788", NULL);
}
END_TEST

START_TEST(list_goes_on)
{
    small_machine_has(&talk, "list", "Lines of tests/commands/copy.lua, from 20 on.",
                      "=>      25  copy:   ld      t0, 0(a0)", NULL);
    small_machine_has(&talk, "", "from 30 on.", NULL);
    small_machine_has(&talk, "list", "from 40 on.", NULL);
    small_machine_has(&talk, "list 25", "from 20 on.", NULL);
    small_machine_has(&talk, "list copy.lua:3", "from 1 on.", NULL);
    small_machine_has(&talk, "list trap", "51  trap:", NULL);
}
END_TEST

START_TEST(list_takes_a_line_of_the_file_that_the_hart_is_in)
{
    small_machine_has(&talk, "list 52", "Lines of tests/commands/copy.lua, from 47 on.",
                      "51  trap:", NULL);
    talk_do(&talk, "set pc = 0x1000");
    small_machine_has(&talk, "list 25", "from 20 on.", NULL);
}
END_TEST

START_TEST(list_takes_a_line_of_the_program_where_the_hart_is_in_none)
{
    talk_do(&talk, "set pc = 0x1000");
    small_machine_has(&talk, "list 52", "Lines of tests/commands/copy.lua, from 47 on.",
                      NULL);
}
END_TEST

START_TEST(list_is_around_pc_again_after_a_move)
{
    small_machine_has(&talk, "list trap", "51  trap:", NULL);
    ck_assert_int_eq(timeline_step(talk.session.time), ARRIVED);
    small_machine_has(&talk, "list", "=>", NULL);
}
END_TEST

START_TEST(disassemble_is_around_pc)
{
    small_machine_has(&talk, "disassemble", "=>    0x8000006c  copy", "begin", NULL);
    timeline_step(talk.session.time);
    timeline_step(talk.session.time);
    small_machine_has(&talk, "disassemble", "copy  ", "=>", NULL);
}
END_TEST

START_TEST(a_change_is_done_and_kept_in_the_journal)
{
    const struct branch_info *branch;

    talk_do(&talk, "set a0 = message");
    ck_assert_uint_eq(session_hart(&talk.session)->x[10], 0x80001010);
    branch =
        timeline_branch_info(talk.session.time, timeline_branch(talk.session.time));
    ck_assert_uint_eq(branch->journal->count, 1);
    ck_assert_int_eq(branch->journal->act[0].kind, ACT_X);
    ck_assert_str_eq(branch->journal->act[0].reason, "set a0 = message");
}
END_TEST

START_TEST(a_change_in_the_past_says_that_it_cut_the_future_off)
{
    small_machine_go(&talk, 60);
    small_machine_go(&talk, 20);
    small_machine_has(&talk, "set a0 = 1",
                      "This cut the future off. It is kept as branch main-2.", NULL);
    ck_assert_uint_eq(timeline_branches(talk.session.time), 2);
}
END_TEST

START_TEST(a_change_survives_going_back_and_forth)
{
    struct moment there = timeline_now(talk.session.time);

    talk_do(&talk, "set s5 = 77");
    ck_assert_int_eq(timeline_step(talk.session.time), ARRIVED);
    small_machine_go(&talk, 3);
    small_machine_has(&talk, "print/d s5", "0", NULL);
    small_machine_go(&talk, there.retired + 1);
    small_machine_has(&talk, "print/d s5", "77", NULL);
}
END_TEST

START_TEST(setting_a_field_does_not_clear_bits_beside_it)
{
    talk_do(&talk, "set dma0.Control[1].claim = 1");
    talk_do(&talk, "set dma0.Control[1].doneIE = 1");
    small_machine_has(&talk, "print dma0.Control[1]", "claim=1 doneIE=1", NULL);
}
END_TEST

START_TEST(typed_characters_reach_the_uart)
{
    static const char codes[] = {'a', '\n', 3, '\\'};
    const struct act *act;

    small_machine_is(&talk, "type a\\n\\x03\\\\", "Typed 4 characters to uart0.\n");
    act = timeline_branch_info(talk.session.time, 0)->journal->act;
    ck_assert_int_eq(act->kind, ACT_INPUT);
    ck_assert_uint_eq(act->size, sizeof(codes));
    ck_assert_mem_eq(act->bytes, codes, sizeof(codes));
}
END_TEST

START_TEST(what_has_no_room_waits)
{
    char line[128] = "type ";

    memset(line + 5, 'x', 100);
    small_machine_has(&talk, line, "Typed 100 characters to uart0.", "of them wait",
                      NULL);
}
END_TEST

/* --- completion -------------------------------------------------------------------------- */

static char offered[4096];

static void take(void *ctx, const char *word)
{
    (void)ctx;
    strcat(strcat(offered, word), " ");
}

static const struct {
    const char *line, *offers;
} completions[] = {
    {"print mcau", "mcause "},     {"set mscra", "mscratch "},
    {"set a0 = mess", "message "}, {"x/4xw targ", "target "},
    {"list cop", "copy "},         {"disassemble tra", "trap "},
    {"symbols buf", "buffer "},    {"info csr medele", "medeleg "},
    {"info device ua", "uart0 "},  {"info events dma-b", "dma-burst "},
};

START_TEST(arguments_are_completed)
{
    offered[0] = '\0';
    command_complete(&talk.session, completions[_i].line, take, NULL);
    ck_assert_str_eq(offered, completions[_i].offers);
}
END_TEST

/* Looking leaves the machine, its clock and its numbering alone. */
START_TEST(looking_changes_nothing)
{
    static const char *const lines[] = {
        "print a0", "print uart0.RBR",  "x/20xg source",
        "x/5i pc",  "disassemble",      "list",
        "symbols",  "x/4xw 0x10000000", "print/s message"};
    uint64_t before = run_digest(talk.session.run);

    for (unsigned i = 0; i < COUNT(lines); i++)
        talk_do(&talk, lines[i]);
    ck_assert(run_digest(talk.session.run) == before);
    ck_assert_uint_eq(timeline_branch_info(talk.session.time, 0)->journal->count, 0);
}
END_TEST

START_TEST(every_row_has_help_with_an_example)
{
    for (const struct command *row = data_commands; row->name; row++) {
        ck_assert_ptr_nonnull(row->summary);
        ck_assert_ptr_nonnull(row->group);
        ck_assert_msg(strstr(row->help, "  "), "%s", row->name);
        ck_assert_msg(strstr(row->help, row->name), "%s", row->name);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, commands_answer, 0, (int)COUNT(answers));
    tcase_add_loop_test(tcase, errors_are_clear, 0, (int)COUNT(errors));
    tcase_add_test(tcase, x_goes_on_where_it_stopped);
    tcase_add_test(tcase, x_keeps_the_last_letter_and_size);
    tcase_add_test(tcase, list_goes_on);
    tcase_add_test(tcase, list_takes_a_line_of_the_file_that_the_hart_is_in);
    tcase_add_test(tcase, list_takes_a_line_of_the_program_where_the_hart_is_in_none);
    tcase_add_test(tcase, list_is_around_pc_again_after_a_move);
    tcase_add_test(tcase, disassemble_is_around_pc);
    tcase_add_test(tcase, a_change_is_done_and_kept_in_the_journal);
    tcase_add_test(tcase, a_change_in_the_past_says_that_it_cut_the_future_off);
    tcase_add_test(tcase, a_change_survives_going_back_and_forth);
    tcase_add_test(tcase, setting_a_field_does_not_clear_bits_beside_it);
    tcase_add_test(tcase, typed_characters_reach_the_uart);
    tcase_add_test(tcase, what_has_no_room_waits);
    tcase_add_loop_test(tcase, arguments_are_completed, 0, (int)COUNT(completions));
    tcase_add_test(tcase, looking_changes_nothing);
    tcase_add_test(tcase, every_row_has_help_with_an_example);
}

TEST_MAIN("data_commands", add_tests)
