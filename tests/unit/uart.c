/* The 16550A, against the PC16550D data sheet, and as drivers use it. */
#include "machine/device/uart.h"

#include "base/bits.h"
#include "tests/lib/rig.h"
#include "tests/lib/suite.h"

#include <string.h>

enum { FRAME = 1000 }; /* the default of costs.uart_char */

enum { LSR_DR = 0x01, LSR_OE = 0x02, LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum { FIFOS_ON = 0x07, TRIGGER_8 = 0x80, LOOP = 0x10 };
enum { IIR_NONE = 1, IIR_THRE = 2, IIR_DATA = 4, IIR_ERROR = 6, IIR_TIMEOUT = 12 };

struct line {
    char text[256];
    unsigned length;
};

static void print(void *ctx, uint8_t byte)
{
    struct line *line = ctx;

    ck_assert_uint_lt(line->length, sizeof(line->text) - 1);
    line->text[line->length++] = (char)byte;
}

static struct rig *setup(struct line *line)
{
    struct rig *rig = rig_new(&uart_type, NULL);
    struct uart *uart = (struct uart *)rig->device;

    memset(line, 0, sizeof(*line));
    uart->output = print;
    uart->output_ctx = line;
    return rig;
}

static void send(struct rig *rig, const char *text)
{
    for (; *text; text++)
        rig_write(rig, UART_THR, 1, (uint8_t)*text);
}

static unsigned type_in(struct rig *rig, const char *text)
{
    return uart_type.input(rig->device, (const uint8_t *)text, (unsigned)strlen(text));
}

static unsigned lsr(struct rig *rig)
{
    return (unsigned)rig_read(rig, UART_LSR, 1);
}

static unsigned iir(struct rig *rig)
{
    return (unsigned)rig_read(rig, UART_IIR, 1) & 0xf;
}

START_TEST(registers_after_reset_are_those_of_the_data_sheet)
{
    struct line line;
    struct rig *rig = setup(&line);

    ck_assert_uint_eq(rig_read(rig, UART_IER, 1), 0);
    ck_assert_uint_eq(rig_read(rig, UART_IIR, 1), IIR_NONE);
    ck_assert_uint_eq(rig_read(rig, UART_LCR, 1), 0);
    ck_assert_uint_eq(rig_read(rig, UART_LSR, 1), LSR_THRE | LSR_TEMT);
    ck_assert_uint_eq(rig_read(rig, UART_MSR, 1), 0xb0);
    rig_free(rig);
}
END_TEST

START_TEST(a_character_takes_its_time_on_the_line)
{
    struct line line;
    struct rig *rig = setup(&line);

    send(rig, "A");
    ck_assert_uint_eq(lsr(rig), LSR_THRE); /* it is in the shift register */
    rig_wait(rig, FRAME - 1);
    ck_assert_str_eq(line.text, "");
    rig_wait(rig, 1);
    ck_assert_str_eq(line.text, "A");
    ck_assert_uint_eq(lsr(rig), LSR_THRE | LSR_TEMT);
    ck_assert_uint_eq(rig_event(rig, EVENT_CONSOLE, 0)->cycle, FRAME);
    ck_assert_uint_eq(rig_event(rig, EVENT_CONSOLE, 0)->console.byte, 'A');
    ck_assert_uint_eq(rig_event(rig, EVENT_CONSOLE, 0)->console.access, ACCESS_STORE);
    rig_free(rig);
}
END_TEST

START_TEST(the_fifo_takes_16_characters_behind_the_one_being_sent)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, FIFOS_ON);
    send(rig, "0123456789abcdefg");
    ck_assert_uint_eq(lsr(rig), 0);
    ck_assert_str_eq(line.text, "");
    rig_wait(rig, 16 * FRAME - 1);
    ck_assert_uint_eq(lsr(rig), 0);
    rig_wait(rig, 1);
    ck_assert_uint_eq(lsr(rig), LSR_THRE);
    rig_wait(rig, FRAME);
    ck_assert_str_eq(line.text, "0123456789abcdefg");
    rig_free(rig);
}
END_TEST

START_TEST(a_program_that_never_looks_at_lsr_loses_nothing)
{
    static const char *const text = "The quick brown fox jumps over the lazy dog\n";
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, _i ? FIFOS_ON : 0);
    send(rig, text);
    rig_settle(rig, 100 * FRAME);
    ck_assert_str_eq(line.text, text);
    rig_free(rig);
}
END_TEST

START_TEST(the_thr_empty_interrupt_is_taken_back_by_reading_iir)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_IER, 1, 0x02);
    ck_assert(rig->irq);
    ck_assert_uint_eq(iir(rig), IIR_THRE);
    ck_assert(!rig->irq);
    ck_assert_uint_eq(iir(rig), IIR_NONE);
    rig_write(rig, UART_IER, 1, 0x03); /* it was enabled before: nothing new */
    ck_assert(!rig->irq);
    rig_write(rig, UART_IER, 1, 0);
    rig_write(rig, UART_IER, 1, 0x02); /* enabling it again raises it again */
    ck_assert_uint_eq(iir(rig), IIR_THRE);
    rig_free(rig);
}
END_TEST

START_TEST(the_thr_empty_interrupt_comes_when_the_fifo_has_run_empty)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, FIFOS_ON);
    rig_write(rig, UART_IER, 1, 0x02);
    send(rig, "abc");
    ck_assert(!rig->irq);
    rig_wait(rig, FRAME);
    ck_assert(!rig->irq);
    rig_wait(rig, FRAME);
    ck_assert(rig->irq);
    ck_assert_uint_eq(rig_read(rig, UART_IIR, 1), 0xc0 | IIR_THRE);
    rig_free(rig);
}
END_TEST

START_TEST(a_character_from_outside_arrives_after_its_time)
{
    struct line line;
    struct rig *rig = setup(&line);

    ck_assert_uint_eq(type_in(rig, "x"), 1);
    rig_wait(rig, FRAME - 1);
    ck_assert_uint_eq(lsr(rig) & LSR_DR, 0);
    rig_wait(rig, 1);
    ck_assert_uint_eq(lsr(rig) & LSR_DR, LSR_DR);
    ck_assert_uint_eq(rig_event(rig, EVENT_CONSOLE, 0)->console.access, ACCESS_LOAD);
    ck_assert_uint_eq(rig_peek(rig, UART_RBR, 1), 'x');
    ck_assert_uint_eq(rig_read(rig, UART_RBR, 1), 'x');
    ck_assert_uint_eq(lsr(rig) & LSR_DR, 0);
    rig_free(rig);
}
END_TEST

START_TEST(the_sender_waits_while_the_receiver_is_full)
{
    static const char *const text = "abcdefghijklmnopqrstuvwxyz0123456789";
    struct line line;
    struct rig *rig = setup(&line);
    unsigned taken = 0, got = 0;

    rig_write(rig, UART_FCR, 1, _i ? FIFOS_ON : 0);
    while (got < strlen(text)) {
        taken += type_in(rig, text + taken);
        rig_wait(rig, (got % 5) * 7 * FRAME);
        if (lsr(rig) & LSR_DR)
            ck_assert_uint_eq(rig_read(rig, UART_RBR, 1), (uint8_t)text[got++]);
        else
            rig_wait(rig, FRAME);
        ck_assert_uint_eq(lsr(rig) & LSR_OE, 0);
    }
    ck_assert_uint_eq(type_in(rig, text), 16); /* what is on the wire is bounded */
    rig_free(rig);
}
END_TEST

START_TEST(data_interrupts_at_the_trigger_level)
{
    static const struct {
        unsigned fcr, level;
    } triggers[] = {{FIFOS_ON, 1},
                    {FIFOS_ON | 0x40, 4},
                    {FIFOS_ON | 0x80, 8},
                    {FIFOS_ON | 0xc0, 14}};
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, triggers[_i].fcr);
    rig_write(rig, UART_IER, 1, 0x01);
    type_in(rig, "0123456789abcdef");
    rig_wait(rig, (triggers[_i].level - 1) * FRAME);
    ck_assert(!rig->irq);
    rig_wait(rig, FRAME);
    ck_assert(rig->irq);
    ck_assert_uint_eq(iir(rig), IIR_DATA);
    rig_read(rig, UART_RBR, 1);
    ck_assert(!rig->irq);
    rig_free(rig);
}
END_TEST

START_TEST(fewer_characters_than_the_trigger_time_out_after_four_frames)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, FIFOS_ON | TRIGGER_8);
    rig_write(rig, UART_IER, 1, 0x01);
    type_in(rig, "ab");
    rig_wait(rig, 2 * FRAME + 4 * FRAME - 1);
    ck_assert(!rig->irq);
    rig_wait(rig, 1);
    ck_assert(rig->irq);
    ck_assert_uint_eq(iir(rig), IIR_TIMEOUT);
    ck_assert_uint_eq(rig_read(rig, UART_RBR, 1), 'a');
    ck_assert(!rig->irq);
    rig_wait(rig, 4 * FRAME); /* the second one starts to wait anew */
    ck_assert_uint_eq(iir(rig), IIR_TIMEOUT);
    rig_read(rig, UART_RBR, 1);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    rig_free(rig);
}
END_TEST

START_TEST(in_loopback_what_is_sent_is_received_and_nothing_leaves)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, FIFOS_ON);
    rig_write(rig, UART_MCR, 1, LOOP);
    send(rig, "hi");
    type_in(rig, "!"); /* the receiver is not connected to the line */
    rig_wait(rig, 10 * FRAME);
    ck_assert_uint_eq(rig_read(rig, UART_RBR, 1), 'h');
    ck_assert_uint_eq(rig_read(rig, UART_RBR, 1), 'i');
    ck_assert_uint_eq(lsr(rig) & LSR_DR, 0);
    ck_assert_str_eq(line.text, "");
    ck_assert_uint_eq(rig_count(rig, EVENT_CONSOLE), 0);
    rig_write(rig, UART_MCR, 1, 0);
    rig_wait(rig, FRAME);
    ck_assert_uint_eq(rig_read(rig, UART_RBR, 1), '!');
    rig_free(rig);
}
END_TEST

START_TEST(an_overrun_keeps_the_fifo_and_overwrites_a_lone_rbr)
{
    struct line line;
    struct rig *rig = setup(&line);
    unsigned count = _i ? 17 : 2;

    rig_write(rig, UART_FCR, 1, _i ? FIFOS_ON : 0);
    rig_write(rig, UART_IER, 1, 0x04);
    rig_write(rig, UART_MCR, 1, LOOP);
    for (unsigned i = 0; i < count; i++) {
        ck_assert(!rig->irq);
        rig_write(rig, UART_THR, 1, 'a' + i);
        rig_wait(rig, FRAME);
    }
    ck_assert(rig->irq);
    ck_assert_uint_eq(iir(rig), IIR_ERROR);
    ck_assert_uint_eq(rig_peek(rig, UART_LSR, 1) & LSR_OE, LSR_OE);
    ck_assert_uint_eq(lsr(rig) & LSR_OE, LSR_OE);
    ck_assert_uint_eq(lsr(rig) & LSR_OE, 0); /* reading has cleared it */
    ck_assert(!rig->irq);
    ck_assert_uint_eq(rig_read(rig, UART_RBR, 1), _i ? 'a' : 'b');
    rig_free(rig);
}
END_TEST

START_TEST(loopback_connects_the_modem_lines)
{
    static const struct {
        unsigned mcr, msr;
    } rows[] = {{LOOP, 0x00},     {LOOP | 1, 0x20}, {LOOP | 2, 0x10},
                {LOOP | 4, 0x40}, {LOOP | 8, 0x80}, {LOOP | 0xa, 0x90}};
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_MCR, 1, rows[_i].mcr);
    ck_assert_uint_eq(rig_read(rig, UART_MSR, 1) & 0xf0, rows[_i].msr);
    ck_assert_uint_eq(rig_read(rig, UART_MSR, 1), rows[_i].msr);
    rig_free(rig);
}
END_TEST

START_TEST(a_change_of_a_modem_line_interrupts_once)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_MCR, 1, LOOP | 0xf);
    rig_read(rig, UART_MSR, 1);
    rig_write(rig, UART_IER, 1, 0x08);
    rig_write(rig, UART_MCR, 1, LOOP | 0xb); /* RI goes low: the trailing edge */
    ck_assert(rig->irq);
    ck_assert_uint_eq(iir(rig), 0);
    ck_assert_uint_eq(rig_read(rig, UART_MSR, 1) & 0xf, 0x4);
    ck_assert(!rig->irq);
    rig_write(rig, UART_MCR, 1, LOOP | 0xf); /* its leading edge tells nothing */
    ck_assert(!rig->irq);
    rig_free(rig);
}
END_TEST

START_TEST(interrupts_come_in_order_of_urgency)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_IER, 1, 0x0f);
    rig_write(rig, UART_MCR, 1, LOOP);
    send(rig, "ab");
    rig_wait(rig, 2 * FRAME); /* the second has overwritten the first */
    ck_assert_uint_eq(iir(rig), IIR_ERROR);
    lsr(rig);
    ck_assert_uint_eq(iir(rig), IIR_DATA);
    rig_read(rig, UART_RBR, 1);
    ck_assert_uint_eq(iir(rig), IIR_THRE);
    ck_assert_uint_eq(iir(rig), 0);
    rig_read(rig, UART_MSR, 1);
    ck_assert_uint_eq(iir(rig), IIR_NONE);
    rig_free(rig);
}
END_TEST

START_TEST(dlab_turns_offsets_0_and_1_into_the_divisor)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_LCR, 1, 0x83);
    rig_write(rig, UART_DLL, 1, 0x34);
    rig_write(rig, UART_DLM, 1, 0x12);
    ck_assert_uint_eq(rig_read(rig, UART_DLL, 1), 0x34);
    ck_assert_uint_eq(rig_read(rig, UART_DLM, 1), 0x12);
    rig_write(rig, UART_LCR, 1, 0x03);
    ck_assert_uint_eq(rig_read(rig, UART_IER, 1), 0);
    rig_settle(rig, 10 * FRAME);
    ck_assert_str_eq(line.text, "");
    rig_free(rig);
}
END_TEST

START_TEST(turning_the_fifos_off_empties_them)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, FIFOS_ON);
    ck_assert_uint_eq(rig_read(rig, UART_IIR, 1) & 0xc0, 0xc0);
    type_in(rig, "abc");
    rig_wait(rig, 3 * FRAME);
    send(rig, "xyz");
    rig_write(rig, UART_FCR, 1, 0xc6); /* without bit 0 the others do not count */
    ck_assert_uint_eq(rig_read(rig, UART_IIR, 1) & 0xc0, 0);
    ck_assert_uint_eq(lsr(rig), LSR_THRE);
    rig_settle(rig, 10 * FRAME);
    ck_assert_str_eq(line.text, "x"); /* it was in the shift register */
    rig_free(rig);
}
END_TEST

START_TEST(each_fifo_can_be_cleared_alone)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, FIFOS_ON);
    type_in(rig, "abc");
    rig_wait(rig, 3 * FRAME);
    send(rig, "xyz");
    rig_write(rig, UART_FCR, 1, 0x03);
    ck_assert_uint_eq(lsr(rig), 0);
    rig_settle(rig, 2 * FRAME);
    rig_write(rig, UART_FCR, 1, 0x05);
    rig_settle(rig, 10 * FRAME);
    ck_assert_str_eq(line.text, "xyz");
    rig_free(rig);
}
END_TEST

START_TEST(a_wide_access_is_to_one_register)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_SCR, 1, 0x5a);
    rig_write(rig, UART_LCR - 3, 4, 0x03020141); /* THR alone: no IER, FCR, LCR */
    ck_assert_uint_eq(rig_read(rig, UART_IER, 1), 0);
    ck_assert_uint_eq(rig_read(rig, UART_LCR, 1), 0);
    ck_assert_uint_eq(rig_read(rig, 4, 4), 0x08);
    ck_assert_uint_eq(rig_read(rig, UART_SCR, 1), 0x5a);
    ck_assert_int_eq(rig_try_read(rig, 8, 1), BUS_DECERR);
    rig_settle(rig, FRAME);
    ck_assert_str_eq(line.text, "A");
    rig_free(rig);
}
END_TEST

START_TEST(peeks_have_no_effect)
{
    struct line line;
    struct rig *rig = setup(&line);
    uint64_t digest;

    rig_write(rig, UART_FCR, 1, FIFOS_ON);
    rig_write(rig, UART_IER, 1, 0x0f);
    type_in(rig, "abc");
    rig_wait(rig, 3 * FRAME);
    digest = rig_digest(rig);
    for (uint32_t offset = 0; offset < 8; offset++)
        rig_peek(rig, offset, 1);
    ck_assert_uint_eq(rig_digest(rig), digest);
    rig_free(rig);
}
END_TEST

static void talk(struct rig *rig)
{
    send(rig, "0123");
    type_in(rig, "ABC");
    rig_wait(rig, 3 * FRAME + 17);
    rig_read(rig, UART_RBR, 1);
    rig_write(rig, UART_IER, 1, 0x3);
    rig_wait(rig, 20 * FRAME);
}

START_TEST(all_state_is_saved_and_restored)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_FCR, 1, FIFOS_ON | TRIGGER_8);
    rig_write(rig, UART_IER, 1, 0x0f);
    rig_write(rig, UART_SCR, 1, 0x77);
    send(rig, "hello");
    type_in(rig, "there");
    rig_wait(rig, 2 * FRAME + 100);
    rig_check_state(rig, talk);
    rig_free(rig);
}
END_TEST

START_TEST(reset_forgets_what_was_under_way)
{
    struct line line;
    struct rig *rig = setup(&line);

    rig_write(rig, UART_IER, 1, 0x0f);
    send(rig, "ab");
    type_in(rig, "cd");
    uart_type.reset(rig->device);
    ck_assert(!rig->irq);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    ck_assert_uint_eq(lsr(rig), LSR_THRE | LSR_TEMT);
    rig_free(rig);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, registers_after_reset_are_those_of_the_data_sheet);
    tcase_add_test(tcase, a_character_takes_its_time_on_the_line);
    tcase_add_test(tcase, the_fifo_takes_16_characters_behind_the_one_being_sent);
    tcase_add_loop_test(tcase, a_program_that_never_looks_at_lsr_loses_nothing, 0, 2);
    tcase_add_test(tcase, the_thr_empty_interrupt_is_taken_back_by_reading_iir);
    tcase_add_test(tcase, the_thr_empty_interrupt_comes_when_the_fifo_has_run_empty);
    tcase_add_test(tcase, a_character_from_outside_arrives_after_its_time);
    tcase_add_loop_test(tcase, the_sender_waits_while_the_receiver_is_full, 0, 2);
    tcase_add_loop_test(tcase, data_interrupts_at_the_trigger_level, 0, 4);
    tcase_add_test(tcase, fewer_characters_than_the_trigger_time_out_after_four_frames);
    tcase_add_test(tcase, in_loopback_what_is_sent_is_received_and_nothing_leaves);
    tcase_add_loop_test(tcase, an_overrun_keeps_the_fifo_and_overwrites_a_lone_rbr, 0,
                        2);
    tcase_add_loop_test(tcase, loopback_connects_the_modem_lines, 0, 6);
    tcase_add_test(tcase, a_change_of_a_modem_line_interrupts_once);
    tcase_add_test(tcase, interrupts_come_in_order_of_urgency);
    tcase_add_test(tcase, dlab_turns_offsets_0_and_1_into_the_divisor);
    tcase_add_test(tcase, turning_the_fifos_off_empties_them);
    tcase_add_test(tcase, each_fifo_can_be_cleared_alone);
    tcase_add_test(tcase, a_wide_access_is_to_one_register);
    tcase_add_test(tcase, peeks_have_no_effect);
    tcase_add_test(tcase, all_state_is_saved_and_restored);
    tcase_add_test(tcase, reset_forgets_what_was_under_way);
}

TEST_MAIN("uart", add_tests)
