#include "face/gdb/packet.h"

#include "base/bits.h"
#include "face/gdb/hex.h"
#include "tests/lib/gdb_client.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the frame --------------------------------------------------------------------------------- */

static const struct frame_case {
    const char *bytes;
    const char *items; /* W whole, B broken, + - and ! an interrupt */
    const char *payload;
} frame_cases[] = {
    {"$g#67", "W", "g"},
    {"$#00", "W", ""},
    {"+$g#67", "+W", "g"},
    {"-", "-", NULL},
    {"\x03", "!", NULL},
    {"noise$g#67", "W", "g"},
    {"$g#68", "B", NULL},
    {"$g#6x", "B", NULL},
    {"$g#zz", "B", NULL},
    {"$m80000000,4#55", "W", "m80000000,4"},
    {"$0* #7a", "W", "0000"},        /* three more */
    {"$0*\"x#f4", "W", "000000x"},   /* five more */
    {"$*!#4b", "B", NULL},           /* nothing to repeat */
    {"$0*\x1f#79", "B", NULL},       /* less than three times */
    {"$a}\x03z#5b", "W", "a#z"},     /* an escaped # */
    {"$}]#DA", "W", "}"},            /* an escaped } */
    {"$a}#de", "B", NULL},           /* escapes nothing */
    {"$lost$g#67", "W", "g"},        /* the end of the first is lost */
    {"%Stop:T05#00$g#67", "W", "g"}, /* notifications are nobody's here */
    {"$\x03#03", "W", "\x03"},       /* no interrupt: in a packet */
    {"$g#67$?#3f", "WW", "?"},
};

START_TEST(frames_are_taken_apart)
{
    const struct frame_case *now = &frame_cases[_i];
    static struct packet_reader reader;
    char items[16] = "";
    static const char letters[] = {[PACKET_WHOLE] = 'W',
                                   [PACKET_BROKEN] = 'B',
                                   [PACKET_ACK] = '+',
                                   [PACKET_NAK] = '-',
                                   [PACKET_INTERRUPT] = '!'};

    memset(&reader, 0, sizeof(reader));
    for (const char *byte = now->bytes; *byte; byte++) {
        enum packet_item item = packet_byte(&reader, (uint8_t)*byte);

        if (item != PACKET_NONE)
            items[strlen(items)] = letters[item];
    }
    ck_assert_str_eq(items, now->items);
    if (now->payload)
        ck_assert_str_eq(reader.payload, now->payload);
}
END_TEST

START_TEST(any_bytes_come_back_from_a_frame)
{
    static struct packet_reader reader;
    struct buf framed = {0};
    char bytes[256];
    enum packet_item item = PACKET_NONE;

    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    packet_add(&framed, bytes, sizeof(bytes));
    for (size_t i = 0; i < framed.size; i++) {
        ck_assert_int_eq(item, PACKET_NONE);
        item = packet_byte(&reader, (uint8_t)framed.data[i]);
    }
    ck_assert_int_eq(item, PACKET_WHOLE);
    ck_assert_uint_eq(reader.size, sizeof(bytes));
    ck_assert_mem_eq(reader.payload, bytes, sizeof(bytes));
    buf_free(&framed);
}
END_TEST

/* A packet that is too long, by its bytes or by what they repeat, is broken, and the one
 * after it is whole. */
START_TEST(a_packet_that_is_too_long_is_broken)
{
    static struct packet_reader reader;
    struct buf bytes = {0};
    enum packet_item item = PACKET_NONE;

    buf_char(&bytes, '$');
    for (int i = 0; i <= PACKET_MAX; i++)
        buf_text(&bytes, _i ? "0*~" : "0");
    buf_text(&bytes, "#00");
    for (size_t i = 0; i < bytes.size; i++)
        item = packet_byte(&reader, (uint8_t)bytes.data[i]);
    ck_assert_int_eq(item, PACKET_BROKEN);
    for (const char *byte = "$g#67"; *byte; byte++)
        item = packet_byte(&reader, (uint8_t)*byte);
    ck_assert_int_eq(item, PACKET_WHOLE);
    buf_free(&bytes);
}
END_TEST

/* --- words --------------------------------------------------------------------------------------- */

START_TEST(numbers_have_up_to_16_digits)
{
    struct scan scan = {"1234567890abcdefX", 17};
    uint64_t value;

    ck_assert(scan_hex(&scan, &value));
    ck_assert_uint_eq(value, 0x1234567890abcdef);
    ck_assert(scan_char(&scan, 'X'));
    ck_assert(scan_end(&scan));
    ck_assert(!scan_hex(&scan, &value));
    scan = (struct scan){"1234567890abcdef0", 17};
    ck_assert(!scan_hex(&scan, &value));
}
END_TEST

START_TEST(registers_are_written_with_the_low_byte_first)
{
    struct buf text = {0};
    struct scan scan;
    uint64_t value;

    hex_register(&text, 8, 0x0102030405060708);
    ck_assert_str_eq(buf_str(&text), "0807060504030201");
    scan = (struct scan){text.data, text.size};
    ck_assert(scan_register(&scan, 8, &value));
    ck_assert_uint_eq(value, 0x0102030405060708);
    ck_assert(!scan_register(&scan, 1, &value));
    buf_free(&text);
}
END_TEST

/* --- the protocol ----------------------------------------------------------------------------- */

/* Addresses of tests/gdb/two_harts.s. */
#define SQUARE  "80000098"
#define STORE   "8000002c" /* to counter */
#define COUNTER "80001000"

#define AT(pc)            "02:0000000000000000;20:" pc "00000000;"
#define NO_SP(thread, pc) "T05thread:" thread ";" AT(pc)
#define WITH_SP(thread, pc)                                                            \
    "T05thread:" thread ";02:1811008000000000;20:" pc "00000000;"

/* Without a signal: GDB holds one for the end of its own step. */
#define BY_SESSION                                                                     \
    "OStopped by 1 of the session: break square.~\n"                                   \
    "T00thread:1;02:1811008000000000;20:9800008000000000;\n"

enum { TALK_MAX = 16 };

static const struct talk_case {
    const char *name;
    const char *say[TALK_MAX];
    const char *answers; /* whole: a line each */
} talk_cases
    [] =
        {
            {"what it can do",
             {"qSupported:swbreak+", "vCont?", "vMustReplyEmpty", "qAttached",
              "qSymbol::", "!"},
             "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+"
             ";"
             "vContSupported+;swbreak+;hwbreak+;ReverseStep+;ReverseContinue+\n"
             "vCont;c;C;s;S;r\n\n1\nOK\nOK\n"},
            {"packets that nobody knows have an empty answer",
             {"qNobody", "QNobody:1", "vNobody;1", "Z9,0,0", "y", "b", "bx", "", "mm",
              "qCRC:0,1"},
             "\n\n\nE16\n\n\n\n\nE16\n\n"},
            {"where it stands",
             {"?", "?"},
             NO_SP("1", "00100000") "\n" NO_SP("1", "00100000") "\n"},
            {"threads",
             {"qC", "qfThreadInfo", "qsThreadInfo", "T1", "T2", "T3", "T0", "Tx", "T"},
             "QC1\nm1,2\nl\nOK\nOK\nE03\nE03\nE03\nE03\n"},
            {"what threads are",
             {"qThreadExtraInfo,2", "qThreadExtraInfo,3", "qThreadExtraInfo,",
              "qThreadExtraInfo", "qXfer:threads:read::0,1000"},
             /* "hart 1, M-mode" */
             "6861727420312c204d2d6d6f6465\nE03\nE03\nE03\n"
             "l<?xml version=\"1.0\"?>\n<threads>\n"
             "<thread id=\"1\" core=\"0\" name=\"hart 0\">M-mode</thread>\n"
             "<thread id=\"2\" core=\"1\" name=\"hart "
             "1\">M-mode</thread>\n</threads>\n\n"},
            {"the thread that is meant",
             {"Hg2", "qC", "Hg0", "qC", "Hc-1", "Hc1", "Hg-1", "Hg3", "Hx1", "H", "Hg",
              "Hg1,"},
             "OK\nQC2\nOK\nQC2\nOK\nOK\nOK\nE03\nE16\nE16\nE03\nE03\n"},
            {"registers are read and written",
             {"p0", "p20", "Pa=8877665544332211", "pa", "P20=9800008000000000", "p20",
              "p1041"},
             "0000000000000000\n0010000000000000\nOK\n8877665544332211\nOK\n"
             "9800008000000000\n0300000000000000\n"},
            {"registers that cannot be",
             {"p", "p21", "pfffff", "pg", "p0,", "P0=0000000000000000",
              "P0=0100000000000000", "P1041=0100000000000000", "Pa", "Pa=12",
              "Pa=88776655443322110", "P21=0000000000000000"},
             "E16\nE16\nE16\nE16\nE16\nOK\nE.zero is always 0\n"
             "E.the privilege mode changes by traps and returns only\nE16\nE16\nE16\n"
             "E.there is no register 33\n"},
            {"CSRs, by their rules: mscratch, and mepc, whose bit 0 is 0",
             {"P381=8877665544332211", "p381", "P382=ffffffff00000000", "p382", "pf55",
              "Pf55=0100000000000000"},
             "OK\n8877665544332211\nOK\nfeffffff00000000\n0000000000000000\n"
             "E.mhartid is read-only\n"},
            {"memory is read",
             {"m80000000,4", "m" COUNTER ",8", "m10000005,1", "m80000000,0", "m0,4",
              "m", "m80000000", "m80000000,", "m80000000,4,", "mffffffffffffffff,8"},
             "17110000\n0000000000000000\n60\n\nE0e\nE16\nE16\nE16\nE16\nE0e\n"},
            {"memory is written",
             {"M" COUNTER ",4:01020304", "m" COUNTER ",4", "X" COUNTER ",4:abcd",
              "m" COUNTER ",4", "X" COUNTER ",0:", "M80000ffe,4:aabbccdd",
              "m80000ffe,4"},
             "OK\n01020304\nOK\n61626364\nOK\nOK\naabbccdd\n"},
            {"memory that cannot be written",
             {"M10000000,1:00", "M0,1:00", "M" COUNTER ",4:0102", "M" COUNTER ",1:0102",
              "M" COUNTER ",1:0", "M" COUNTER ",1:zz", "M" COUNTER ",1",
              "X" COUNTER ",4:a", "X" COUNTER, "X", "M87fffffe,4:00000000"},
             "E0e\nE0e\nE16\nE16\nE16\nE16\nE16\nE16\nE16\nE16\nE0e\n"},
            {"steps of either hart, forwards and back",
             {"vCont;s:1", "vCont;s:2;c", "Hg1", "s", "bs", "Hc2", "bs", "bs"},
             NO_SP("1", "04100000") "\n" NO_SP("2", "04100000") "\nOK\n" NO_SP(
                 "1",
                 "08"
                 "10"
                 "00"
                 "0"
                 "0") "\n" NO_SP("1",
                                 "04100000") "\nOK\n" NO_SP("2",
                                                            "00100000") "\n" NO_SP("2",
                                                                                   "001"
                                                                                   "000"
                                                                                   "00") "repla"
                                                                                         "yl"
                                                                                         "og:"
                                                                                         "begin"
                                                                                         ";"
                                                                                         "\n"},
            {"a range of steps",
             {"vCont;r1000,1010:1", "vCont;r0,0:1"},
             NO_SP("1", "10100000") "\n" NO_SP("1", "14100000") "\n"},
            {"a breakpoint, on the way there and on the way back",
             {"Z0," SQUARE ",4", "c", "C05", "bc", "z0," SQUARE ",4", "z0," SQUARE ",4",
              "bc"},
             "OK\n" WITH_SP("1", "98000080") "swbreak:;\n" WITH_SP(
                 "1",
                 "98000080") "swbreak:;\n" WITH_SP("1",
                                                   "98000080") "swbreak:;"
                                                               "\nOK\nOK\n" NO_SP(
                                                                   "1",
                                                                   "0010"
                                                                   "000"
                                                                   "0") "replaylog:"
                                                                        "begin;\n"},
            {"while one hart is stepped alone, the stop of another waits until all go "
             "on",
             {"Z0,1004,4", "vCont;s:1", "z0,1004,4", "vCont;s:1", "Z0,1004,4",
              "vCont;c", "Hg1", "p20"},
             "OK\n" NO_SP("1", "04100000") "swbreak:;\nOK\n" NO_SP(
                 "1",
                 "08100000") "\nOK\n" NO_SP("2",
                                            "04100000") "swbreak:;"
                                                        "\nOK\n0410000000000000\n"},
            {"and is forgotten with the breakpoint",
             {"Z0,1004,4", "vCont;s:1", "z0,1004,4", "vCont;s:1", "vCont;s:2;c"},
             "OK\n" NO_SP("1", "04100000") "swbreak:;\nOK\n" NO_SP(
                 "1", "08100000") "\n" NO_SP("2", "08100000") "\n"},
            {"two harts that are named both go on: neither is alone",
             {"Z0,1004,4", "vCont;s:1", "vCont;c:2;c:1"},
             "OK\n" NO_SP("1", "04100000") "swbreak:;\n" NO_SP(
                 "2", "04100000") "swbreak:;\n"},
            {"a hart's action is the first that names it",
             {"vCont;c:1;s:1;s:2", "vCont;s:2;s:1"},
             NO_SP("2", "04100000") "\n" NO_SP("2", "08100000") "\n"},
            {"a watchpoint: on the near side of the access",
             {"Z2," COUNTER ",8", "Z1," SQUARE ",4", "c", "c", "vCont;s:1",
              "z2," COUNTER ",8", "z1," SQUARE ",4", "vCont;s:1", "Z2," COUNTER ",8",
              "bc", "z2," COUNTER ",8", "bs"},
             "OK\nOK\n" WITH_SP("1", "98000080") "hwbreak:;\n" WITH_SP("1", "2c000080") "watch:80001000;\n" WITH_SP(
                 "1", "2c000080") "watch:80001000;\n"
                                  "OK\nOK\n" WITH_SP(
                                      "1",
                                      "3"
                                      "0"
                                      "0"
                                      "0"
                                      "0"
                                      "0"
                                      "8"
                                      "0") "\nOK\n" WITH_SP("1",
                                                            "30000080") "watch:"
                                                                        "80001000;"
                                                                        "\nOK"
                                                                        "\n" WITH_SP(
                                                                            "1",
                                                                            "2c00"
                                                                            "008"
                                                                            "0") "\n"},
            {"what a DMA channel reads and writes is watched, too",
             {"Z3," COUNTER ",8", "c", "z3," COUNTER ",8", "Z4,80001008,8", "c"},
             "OK\nOThe access is DMA channel 0's, not a hart's.~\n" WITH_SP(
                 "1",
                 "70000080") "rwatch:80001000;\nOK\nOK\n"
                             "OThe access is DMA channel 0's, not a hart's.~\n" WITH_SP(
                                 "1", "70000080") "awatch:80001008;\n"},
            {"points that cannot be",
             {"Z0", "Z0,", "Z5,0,0", "Z2,0,8", "Z2,10000000,4", "Z2,80000000,0",
              "z0,0,4", "Zx,0,4", "Z2,80000000,ffffffffffff", "Z0,0,4;X1,0", "Z-1,0,0"},
             "E16\nE16\nE16\nE.that is no RAM\nE.that is no "
             "RAM\nE16\nOK\nE16\nE16\nE16\n"
             "E16\n"},
            {"the end is a place to go back from; who goes on has seen it",
             {"c", "bs", "c", "c"},
             "OThe run has ended with exit code 0. It can go back from "
             "here.~\n" WITH_SP("1", "94000080") "replaylog:end;\n" WITH_SP(
                 "1", "90000080") "\n"
                                  "OThe run has ended with exit code 0. It can go back "
                                  "from here.~\n" WITH_SP(
                                      "1", "94000080") "replaylog:end;\nW00\n"},
            {"runs begin again",
             {"c", "vRun;", "R0", "?", "vAttach;1", "vKill;1"},
             "OThe run has ended with exit code 0. It can go back from "
             "here.~\n" WITH_SP("1", "94000080") "replaylog:end;\n" NO_SP(
                 "1",
                 "00100000") "\n" NO_SP("1",
                                        "00100000") "\n" NO_SP("1",
                                                               "00100000") "\nOK\n"},
            {"moves that nobody can do",
             {"c80000000", "s80000000", "Cx", "S", "S05;80000000", "vCont", "vCont;",
              "vCont;x", "vCont;s:9", "vCont;t:1", "vCont;r1000:1",
              "vCont;c:", "vCont;s:1x"},
             "E16\nE16\nE16\nE16\nE16\nE16\nE16\nE16\nE16\nE16\nE16\nE16\nE16\n"},
            {"a write in the past keeps the future, and says so when the client "
             "listens",
             {"Z0," SQUARE ",4", "c", "c", "bc", "Pa=0700000000000000", "p1041", "c"},
             "OK\n" WITH_SP("1", "98000080") "swbreak:;\n" WITH_SP(
                 "1",
                 "98000080") "swbreak:;\n" WITH_SP("1",
                                                   "98000080") "swbreak:;"
                                                               "\nOK\n0300000000000000"
                                                               "\n"
                                                               "OThat changed the "
                                                               "past: the future that "
                                                               "was is kept as branch "
                                                               "main-2.~\n" WITH_SP(
                                                                   "1",
                                                                   "98000080") "swbreak"
                                                                               ":;\n"},
            {"commands of the session",
             {"qRcmd,6563686f206869" /* echo hi */,
              "qRcmd,6e6f6e73656e7365" /* nonsense */, "qRcmd,", "qRcmd", "qRcmd,6",
              "qRcmd,zz", "qRcmd,6100", "qRcmd,676462736572766572203a30"},
             "Ohi~\nOK\nOError: unknown command 'nonsense'; 'help' lists "
             "them.~\nOK\nOK\nE16\n"
             "E16\nE16\nE16\n"
             "OError: gdbserver: this session is being served already.~\nOK\n"},
            {"who quits is served until it leaves, and nothing moves", /* monitor quit */
             {"qRcmd,71756974", "p20", "s", "bs", "bc", "vCont;c", "vRun;", "D"},
             "OThe server ends when GDB leaves.~\nOK\n0010000000000000\nW00\nW00\nW00\n"
             "W00\nW00\nOK\n"},
            {"the session's own breakpoints stop moves, too", /* monitor break square */
             {"qRcmd,627265616b20737175617265", "c", "c", "bc"},
             "OBreakpoint 1 at square (0x80000098), two_harts.s:38.~\nOK\n" BY_SESSION
                 BY_SESSION BY_SESSION},
            {"a condition of the session without a value stops, and says why",
             /* monitor break square if 1 / (a0 - 1) */
             {"qRcmd,627265616b207371756172652069662031202f20286130202d203129", "c"},
             "OBreakpoint 1 at square (0x80000098), two_harts.s:38.~\nOK\n"
             "OStopped by 1 of the session: break square.~"
             "The condition of 1 has no value here: division by 0.~\n"
             "T00thread:1;02:1811008000000000;20:9800008000000000;\n"},
            {"parts of the description",
             {"qXfer:features:read:target.xml:0,16",
              "qXfer:features:read:target.xml:15,1",
              "qXfer:features:read:target.xml:fffff,10",
              "qXfer:features:read:target.xml:0", "qXfer:features:read:other.xml:0,10",
              "qXfer:nobody:read::0,10", "qXfer"},
             "m<?xml version=\"1.0\"?>\n\nm\n\nE16\nE16\nE00\n\n\n"},
            {"physical addresses, as QEMU has them",
             {"qqemu.PhyMemMode", "Qqemu.PhyMemMode:1", "qqemu.PhyMemMode",
              "m80000000,4", "Qqemu.PhyMemMode:2", "Qqemu.PhyMemMode:0",
              "Qqemu.PhyMemMode"},
             "0\nOK\n1\n17110000\nE16\nOK\nE16\n"},
            {"who has said that he stays when he detaches or kills sees no process "
             "then",
             {"!", "s", "D", "?", "qfThreadInfo", "vAttach;1", "qfThreadInfo",
              "vKill;1", "qXfer:threads:read::0,100", "vRun;", "qfThreadInfo"},
             "OK\n" NO_SP("1", "04100000") "\nOK\nW00\nl\n" NO_SP(
                 "1", "04100000") "\nm1,2\nOK\nl<?xml "
                                  "version=\"1.0\"?>\n<threads>\n</threads>\n\n" NO_SP(
                                      "1", "0010000"
                                           "0") "\n"
                                                "m1"
                                                ",2"
                                                "\n"},
            {"who leaves is not answered any more", {"D", "g"}, "OK\n"},
            {"who kills is not, either", {"k", "g"}, ""},
            {"who kills politely is", {"vKill;1", "D;1"}, "OK\nOK\n"},
};

START_TEST(packets_are_answered)
{
    const struct talk_case *now = &talk_cases[_i];
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "ends");
    answers = gdb_client_talk(&session, now->say);
    ck_assert_msg(strcmp(buf_str(&answers), now->answers) == 0,
                  "%s:\n%s-- expected:\n%s--", now->name, buf_str(&answers),
                  now->answers);
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* g is x0 to x31 and pc, G writes them. */
START_TEST(all_registers_at_once)
{
    struct session session;
    struct buf all = {0}, answers;
    const char *say[] = {NULL, "g", "G00", NULL};

    gdb_client_open(&session, "ends");
    buf_char(&all, 'G');
    for (unsigned i = 0; i <= 32; i++)
        hex_register(&all, 8, i * UINT64_C(0x101010101010101) & ~UINT64_C(1));
    say[0] = all.data;
    answers = gdb_client_talk(&session, say);
    ck_assert_uint_eq(session.run->board[0]->hart[0].x[31], 0x1f1f1f1f1f1f1f1e);
    ck_assert_int_eq(strncmp(buf_str(&answers), "OK\n", 3), 0);
    ck_assert_int_eq(strncmp(buf_str(&answers) + 3, all.data + 1, 33 * 16), 0);
    ck_assert_str_eq(buf_str(&answers) + 3 + 33 * 16, "\nE16\n");
    buf_free(&all);
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* Every CSR of the table has its number, is in the description and can be read. */
START_TEST(every_csr_is_described_and_read)
{
    struct session session;
    struct buf description, values, name = {0};
    const char *first[] = {"qXfer:features:read:target.xml:0,1f00",
                           "qXfer:features:read:target.xml:1f00,1f00",
                           "qXfer:features:read:target.xml:3e00,1f00", NULL};

    gdb_client_open(&session, "ends");
    description = gdb_client_talk(&session, first);
    for (size_t i = 0; i < csr_infos_count; i++) {
        const char *say[] = {NULL, NULL};
        const char *row;
        unsigned number;

        buf_clear(&name);
        buf_printf(&name, "<reg name=\"%s\" ", csr_infos[i].name);
        row = strstr(buf_str(&description), name.data);
        if (!row)
            continue; /* where two parts meet: counted below */
        number = (unsigned)strtoul(strstr(row, "regnum=\"") + 8, NULL, 10);
        ck_assert_uint_eq(number, 65 + csr_infos[i].number);
        buf_clear(&name);
        buf_printf(&name, "p%x", number);
        say[0] = name.data;
        values = gdb_client_talk(&session, say);
        ck_assert_uint_eq(values.size, 17);
        buf_free(&values);
    }
    ck_assert_ptr_nonnull(strstr(buf_str(&description), "</target>"));
    buf_free(&name);
    buf_free(&description);
    session_close(&session);
}
END_TEST

/* So many points are taken; one too many is refused, and the rest still work. */
START_TEST(points_are_bounded)
{
    enum { POINTS = 300 };
    static char packet[POINTS][32];
    const char *say[POINTS + 2] = {NULL};
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "ends");
    for (unsigned i = 0; i < POINTS; i++) {
        snprintf(packet[i], sizeof(packet[i]), "Z0,%x,4", 0x80002000 + 4 * i);
        say[i] = packet[i];
    }
    say[POINTS] = "c";
    answers = gdb_client_talk(&session, say);
    ck_assert_ptr_nonnull(strstr(buf_str(&answers), "E."));
    ck_assert_ptr_nonnull(strstr(buf_str(&answers), "replaylog:end;"));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

static const struct raw_case {
    const char *name, *say, *answers;
} raw_cases[] = {
    {"packets are acknowledged", "+$qC#b4", "+$QC1#c5"},
    {"until both agree on none", "$QStartNoAckMode#b0+$qC#b4", "+$OK#9a$QC1#c5"},
    {"what is broken is asked for again", "$qC#b5$qC#b4", "-+$QC1#c5"},
    {"and what was not understood is said again", "$qC#b4-+", "+$QC1#c5$QC1#c5"},
    {"with nothing said yet there is nothing to say again", "-", ""},
    {"an interrupt while it stands still is none", "\x03$qC#b4", "+$QC1#c5"},
    {"a packet that does not end is none", "$qC#b4$qC", "+$QC1#c5"},
    {"noise", "hello\n\xff\x80", ""},
};

START_TEST(the_line_is_kept_in_order)
{
    const struct raw_case *now = &raw_cases[_i];
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "ends");
    answers = gdb_client_raw(&session, now->say, strlen(now->say));
    ck_assert_msg(strcmp(buf_str(&answers), now->answers) == 0, "%s: %s", now->name,
                  buf_str(&answers));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* Software that never ends is interrupted: by the byte, or because the client is gone. */
START_TEST(an_endless_move_is_interrupted)
{
    static const char *const say[] = {"$QStartNoAckMode#b0$c#63\x03$qC#b4",
                                      "$QStartNoAckMode#b0$c#63"};
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "forever");
    answers = gdb_client_raw(&session, say[_i], strlen(say[_i]));
    ck_assert_ptr_nonnull(strstr(buf_str(&answers), "$T02thread:1;"));
    ck_assert((strstr(buf_str(&answers), "$QC1#c5") != NULL) == (_i == 0));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* While acknowledgements are on, those of what was told meanwhile come before the byte. */
START_TEST(an_interrupt_is_seen_behind_acknowledgements)
{
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "forever");
    answers = gdb_client_stay(&session, "$c#63++-+\x03", "$T02thread:1;");
    ck_assert_ptr_nonnull(strstr(buf_str(&answers), "$T02thread:1;"));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* Interrupts a move back from `from` when it is asked for the nth time; 0: never. */
struct disturber {
    const struct run *run;
    struct moment from;
    unsigned left;
};

static bool disturbs(void *ctx)
{
    struct disturber *disturber = ctx;

    return moment_compare(moment_of(disturber->run), disturber->from) < 0 &&
           disturber->left > 0 && --disturber->left == 0;
}

static const char *const moves_back[][TALK_MAX] = {
    {"Hg1", "Hc2", "bs"}, /* hart 1 sleeps for long: a search */
    {"Hg1", "bc"},
    {"Hg1", "Z0," SQUARE ",4", "bc"},
    {"Hg1", "Z2," COUNTER ",8", "bc"},
};

/* Whenever a move back is interrupted, it ends where it began, and GDB sees SIGINT. */
START_TEST(a_move_back_that_is_interrupted_ends_where_it_began)
{
    unsigned after = 0, interrupted = 0;
    bool ends = false;

    while (!ends) {
        struct session session;
        struct disturber disturber = {.left = ++after};
        struct buf answers;

        gdb_client_open(&session, "ends");
        timeline_go(session.time, RUN_NO_LIMIT, NULL);
        disturber.run = session.run;
        disturber.from = timeline_now(session.time);
        answers = gdb_client_disturb(&session, moves_back[_i], disturbs, &disturber);
        ends = !strstr(buf_str(&answers), "T02"); /* it was asked no more */
        if (!ends) {
            ck_assert_msg(strstr(buf_str(&answers), "T02thread:1;02:1811008000000000;"
                                                    "20:9400008000000000;"),
                          "after %u: %s", after, buf_str(&answers));
            ck_assert_int_eq(moment_compare(timeline_now(session.time), disturber.from),
                             0);
            interrupted++;
        }
        buf_free(&answers);
        session_close(&session);
    }
    ck_assert_uint_gt(interrupted, 0);
}
END_TEST

/* GDB's Ctrl-C in a long command is that it waits no more: its next packet has its own answer,
 * and what the command says comes later. */
START_TEST(a_command_that_is_abandoned_ends)
{
    /* monitor goto #100000000000; monitor echo a; echo hi */
    static const char say[] =
        "$QStartNoAckMode#b0$qRcmd,676f746f2023313030303030303030303030#9f$p20#d2"
        "$qRcmd,6563686f20613b206563686f206869#de";
    static const char expected[] = "+$OK#9a$9400008000000000#15$O",
                      hi[] = "$O610a68690a#b5";
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "forever");
    session.depth = 1; /* a line of the shell serves it */
    answers = gdb_client_stay(&session, say, hi);
    ck_assert_int_eq(strncmp(buf_str(&answers), expected, strlen(expected)), 0);
    ck_assert_ptr_nonnull(strstr(buf_str(&answers), hi));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* The scenario's limit, and a machine in which nothing can happen, are no ends: a stop
 * without a signal, with the reason told. */
START_TEST(where_it_goes_no_further_it_says_so)
{
    static const char *const say[] = {"c", "Hg2", "p20", NULL};
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "ends");
    session.subject.cycles = 60;
    if (_i)
        for (unsigned i = 0; i < 2; i++) /* both wait, and nothing will wake them */
            session.run->board[0]->hart[i].asleep = true;
    answers = gdb_client_talk(&session, say);
    ck_assert_ptr_nonnull(
        strstr(buf_str(&answers), _i ? "OEvery hart waits and nothing is due: nothing "
                                       "can happen.~\nT00thread:1;"
                                     : "OThis is as far as the scenario lets it "
                                       "run.~\nT00thread:1;"));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

static unsigned occurrences(const struct buf *text, const char *of)
{
    unsigned count = 0;

    for (const char *at = buf_str(text); (at = strstr(at, of)); at += strlen(of))
        count++;
    return count;
}

/* Each move is narrated for itself, in the past and back, too: hundreds of events of a
 * whole session are no reason to be silent. */
START_TEST(each_move_is_narrated)
{
    static const char *const say[] = {"qRcmd,6e617272617465206f6e", /* narrate on */
                                      "c",
                                      "bc",
                                      "c",
                                      "bc",
                                      "c",
                                      "bc",
                                      "c",
                                      "bc",
                                      NULL};
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "ends");
    answers = gdb_client_talk(&session, say);
    ck_assert_uint_eq(occurrences(&answers, "\nO[5] hart 0 reads rom at"), 4);
    ck_assert_uint_eq(occurrences(&answers, "\nO[305] the run ends"), 4);
    ck_assert_uint_eq(occurrences(&answers, "\nOTaken back: [305] the run ends"), 4);
    ck_assert_uint_eq(occurrences(&answers, "\nOBefore that, "), 4);
    ck_assert_uint_eq(occurrences(&answers, "more events, which were not told"), 0);
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* Nor are those of moves that nobody narrates, as the screen's. */
START_TEST(a_move_is_told_whatever_came_before)
{
    static const char *const on[] = {"qRcmd,6e617272617465206f6e",
                                     NULL}, /* narrate on */
        *const go[] = {"c", NULL};
    struct session session;
    struct err err = {{0}};
    struct buf answers;

    gdb_client_open(&session, "ends");
    answers = gdb_client_talk(&session, on);
    buf_free(&answers);
    for (int i = 0; i < 4; i++) { /* each is new to its branch */
        timeline_go(session.time, RUN_NO_LIMIT, NULL);
        timeline_seek(session.time, (struct moment){0});
        ck_assert(timeline_fork(session.time, (const char[]){'a' + (char)i, 0}, &err));
    }
    answers = gdb_client_talk(&session, go);
    ck_assert_int_eq(strncmp(buf_str(&answers), "O[5] hart 0 reads", 17), 0);
    ck_assert_uint_eq(occurrences(&answers, "more events, which were not told"), 0);
    buf_free(&answers);
    session_close(&session);
}
END_TEST

/* Beginning again is a move back: the session knows it as its last, and what it takes back
 * is told when the client listens, with its next move. */
START_TEST(beginning_again_is_a_move)
{
    static const char *const again[] = {"vRun;", "R0"};
    static const char told[] = "\nOTaken back: [305] the run ends";
    struct session session;

    for (unsigned i = 0; i < COUNT(again); i++) {
        const char *const begin[] = {"qRcmd,6e617272617465206f6e", /* narrate on */
                                     "c", again[i], NULL},
                          *const go_on[] = {"qRcmd,6e617272617465206f6e", "c", again[i],
                                            "s", NULL};
        struct buf answers;

        gdb_client_open(&session, "ends");
        answers = gdb_client_talk(&session, begin);
        ck_assert_uint_eq(occurrences(&answers, told), 0);
        ck_assert_int_eq(session.last.arrival, ARRIVED);
        ck_assert_uint_gt(session.last.from.retired, 0);
        ck_assert_uint_eq(session.last.to.retired, 0);
        buf_free(&answers);
        session_close(&session);
        gdb_client_open(&session, "ends");
        answers = gdb_client_talk(&session, go_on);
        ck_assert_uint_eq(occurrences(&answers, told), 1);
        buf_free(&answers);
        session_close(&session);
    }
}
END_TEST

/* What a write is told with waits for a move: until then the client hears nothing but
 * answers. */
START_TEST(a_write_is_narrated_with_the_next_move)
{
    static const char *const say[] = {
        "qRcmd,6e617272617465206f6e", /* narrate on */
        "Pa=0700000000000000",        "M" COUNTER ",1:01", "vRun;", "vCont;s:1", NULL};
    static const char expected[] =
        "ONarration is on.~\nOK\nOK\nOK\n" NO_SP("1", "00100000") "\nO[0] ";
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "ends");
    answers = gdb_client_talk(&session, say);
    ck_assert_msg(strncmp(buf_str(&answers), expected, strlen(expected)) == 0, "%s",
                  buf_str(&answers));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

static void take_line(void *ctx, const char *line)
{
    buf_printf(ctx, "%s~", line);
}

/* Who serves is told what the client has left before it could hear. */
START_TEST(what_the_client_has_not_heard_is_told_to_the_server)
{
    static const char *const say[] = {"s", "s", "bs", "Pa=0700000000000000", "D", NULL};
    struct session session;
    struct buf answers, said = {0};

    gdb_client_open(&session, "ends");
    session.say = take_line;
    session.say_ctx = &said;
    answers = gdb_client_talk(&session, say);
    ck_assert_str_eq(buf_str(&said), "That changed the past: the future that was is "
                                     "kept as branch main-2.~");
    buf_free(&answers);
    buf_free(&said);
    session_close(&session);
}
END_TEST

/* The session stays as a client leaves it; its breakpoints go with it. */
START_TEST(the_next_client_finds_the_session_as_it_was_left)
{
    static const char *const first[] = {"Z0," SQUARE ",4", "c", NULL},
                             *const second[] = {"p20", "c", NULL};
    struct session session;
    struct buf answers;

    gdb_client_open(&session, "ends");
    answers = gdb_client_talk(&session, first);
    buf_free(&answers);
    answers = gdb_client_talk(&session, second);
    ck_assert_int_eq(strncmp(buf_str(&answers), "9800008000000000\n", 17), 0);
    ck_assert_ptr_nonnull(strstr(buf_str(&answers), "replaylog:end;"));
    buf_free(&answers);
    session_close(&session);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, frames_are_taken_apart, 0, COUNT(frame_cases));
    tcase_add_test(tcase, any_bytes_come_back_from_a_frame);
    tcase_add_loop_test(tcase, a_packet_that_is_too_long_is_broken, 0, 2);
    tcase_add_test(tcase, numbers_have_up_to_16_digits);
    tcase_add_test(tcase, registers_are_written_with_the_low_byte_first);
    tcase_add_loop_test(tcase, packets_are_answered, 0, COUNT(talk_cases));
    tcase_add_test(tcase, all_registers_at_once);
    tcase_add_test(tcase, every_csr_is_described_and_read);
    tcase_add_test(tcase, points_are_bounded);
    tcase_add_loop_test(tcase, the_line_is_kept_in_order, 0, COUNT(raw_cases));
    tcase_add_loop_test(tcase, an_endless_move_is_interrupted, 0, 2);
    tcase_add_loop_test(tcase, a_move_back_that_is_interrupted_ends_where_it_began, 0,
                        COUNT(moves_back));
    tcase_add_test(tcase, a_command_that_is_abandoned_ends);
    tcase_add_test(tcase, an_interrupt_is_seen_behind_acknowledgements);
    tcase_add_loop_test(tcase, where_it_goes_no_further_it_says_so, 0, 2);
    tcase_add_test(tcase, each_move_is_narrated);
    tcase_add_test(tcase, a_move_is_told_whatever_came_before);
    tcase_add_test(tcase, beginning_again_is_a_move);
    tcase_add_test(tcase, a_write_is_narrated_with_the_next_move);
    tcase_add_test(tcase, what_the_client_has_not_heard_is_told_to_the_server);
    tcase_add_test(tcase, the_next_client_finds_the_session_as_it_was_left);
}

TEST_MAIN("gdb_packet", add_tests)
