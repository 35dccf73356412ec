#include "face/gdb/packet.h"

#include "base/bits.h"
#include "face/gdb/hex.h"
#include "tests/lib/gdb_client.h"
#include "tests/lib/suite.h"

#include <stdio.h>
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

/* --- the protocol ----------------------------------------------------------------------------------- */

enum { TALK_MAX = 12 };

static const struct talk_case {
    const char *name;
    const char *say[TALK_MAX];
    const char *answers; /* whole */
    const char *variant; /* NULL: "ends" */
} talk_cases[] = {
    {"what it is that it is asked",
     {"?"},
     "T05thread:1;02:0000000000000000;20:0010000000000000;\n",
     NULL},
    {"threads",
     {"qC", "qfThreadInfo", "qsThreadInfo", "T1", "T2", "T3", "T0"},
     "QC1\nm1,2\nl\nOK\nOK\nE03\nE03\n",
     NULL},
    {"thread names", {"qThreadExtraInfo,2"}, "686172742031\n", NULL},
};

static void talk_is(const struct talk_case *now)
{
    struct session session;
    struct buf answers;

    gdb_client_open(&session, now->variant ? now->variant : "ends");
    answers = gdb_client_talk(&session, now->say);
    ck_assert_msg(strcmp(buf_str(&answers), now->answers) == 0, "%s:\n%s", now->name,
                  buf_str(&answers));
    buf_free(&answers);
    session_close(&session);
}

START_TEST(packets_are_answered)
{
    talk_is(&talk_cases[_i]);
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
}

TEST_MAIN("gdb_packet", add_tests)
