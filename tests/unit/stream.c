/* The stream device: arrivals do not wait for anybody. */
#include "machine/device/stream.h"

#include "base/bits.h"
#include "tests/lib/rig.h"
#include "tests/lib/suite.h"

enum { PERIOD = 1000, BYTES = 8, FIFO = 64, SEED = 42 };

static struct rig *setup(void)
{
    static const struct rig_setting settings[] = {
        {"period", PERIOD}, {"bytes", BYTES}, {"fifo", FIFO}, {"seed", SEED}, {NULL, 0},
    };

    return rig_new(&stream_type, settings);
}

static uint64_t reg(struct rig *rig, uint32_t offset)
{
    return rig_read(rig, offset, 4);
}

static void start(struct rig *rig, unsigned control)
{
    rig_write(rig, STREAM_CONTROL, 4, STREAM_ENABLE | control);
}

static uint64_t eight_bytes(uint64_t n)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)stream_byte(SEED, n + i) << 8 * i;
    return value;
}

START_TEST(nothing_arrives_before_it_is_enabled)
{
    struct rig *rig = setup();

    rig_wait(rig, 100 * PERIOD);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), 0);
    ck_assert_uint_eq(reg(rig, STREAM_STATUS), 0);
    ck_assert_uint_eq(reg(rig, STREAM_PERIOD), PERIOD);
    ck_assert_uint_eq(reg(rig, STREAM_BYTES), BYTES);
    ck_assert_uint_eq(reg(rig, STREAM_THRESHOLD), FIFO / 2);
    rig_free(rig);
}
END_TEST

START_TEST(data_arrives_once_a_period)
{
    struct rig *rig = setup();

    start(rig, 0);
    rig_wait(rig, PERIOD - 1);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), 0);
    rig_wait(rig, 1);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), BYTES);
    ck_assert_uint_eq(reg(rig, STREAM_STATUS), STREAM_NOT_EMPTY);
    rig_wait(rig, 3 * PERIOD);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), 4 * BYTES);
    ck_assert_uint_eq(reg(rig, STREAM_STATUS), STREAM_NOT_EMPTY | STREAM_REACHED);
    ck_assert_uint_eq(rig_count(rig, EVENT_FIFO_ARRIVAL), 4);
    ck_assert_uint_eq(rig_event(rig, EVENT_FIFO_ARRIVAL, 3)->fifo_arrival.level, 32);
    rig_free(rig);
}
END_TEST

START_TEST(the_contents_follow_from_the_seed)
{
    struct rig *rig = setup();

    start(rig, 0);
    rig_wait(rig, 3 * PERIOD);
    ck_assert_uint_eq(rig_peek(rig, STREAM_DATA, 8), eight_bytes(0));
    ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 8), eight_bytes(0));
    ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 4), eight_bytes(8) & UINT32_MAX);
    ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 8), eight_bytes(12));
    ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 8), eight_bytes(20) & UINT32_MAX);
    ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 8), 0); /* it is empty */
    ck_assert_uint_ne(eight_bytes(0), eight_bytes(8));
    rig_free(rig);
}
END_TEST

START_TEST(a_full_fifo_loses_what_arrives)
{
    struct rig *rig = setup();

    start(rig, 0);
    rig_wait(rig, 8 * PERIOD);
    ck_assert_uint_eq(reg(rig, STREAM_STATUS) & (STREAM_FULL | STREAM_OVERRUN),
                      STREAM_FULL);
    rig_wait(rig, 2 * PERIOD);
    ck_assert_uint_eq(reg(rig, STREAM_STATUS) & STREAM_OVERRUN, STREAM_OVERRUN);
    ck_assert_uint_eq(rig_read(rig, STREAM_LOST, 8), 2 * BYTES);
    ck_assert_uint_eq(rig_event(rig, EVENT_FIFO_OVERRUN, 1)->fifo_overrun.total, 16);
    ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 8), eight_bytes(0));
    rig_wait(rig, PERIOD); /* what comes now is what the source sends now */
    for (unsigned i = 1; i < 8; i++)
        ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 8), eight_bytes(8 * i));
    ck_assert_uint_eq(rig_read(rig, STREAM_DATA, 8), eight_bytes(80));
    rig_free(rig);
}
END_TEST

START_TEST(a_part_of_an_arrival_may_find_room)
{
    struct rig *rig = setup();

    rig_write(rig, STREAM_BYTES, 4, 50);
    start(rig, 0);
    rig_wait(rig, 2 * PERIOD);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), FIFO);
    ck_assert_uint_eq(rig_read(rig, STREAM_LOST, 8), 36);
    ck_assert_uint_eq(rig_event(rig, EVENT_FIFO_ARRIVAL, 1)->fifo_arrival.bytes, 14);
    rig_free(rig);
}
END_TEST

START_TEST(overrun_stays_until_1_is_written_to_it)
{
    struct rig *rig = setup();

    start(rig, 0);
    rig_wait(rig, 9 * PERIOD);
    rig_write(rig, STREAM_STATUS, 4, STREAM_FULL);
    ck_assert_uint_eq(reg(rig, STREAM_STATUS) & STREAM_OVERRUN, STREAM_OVERRUN);
    rig_write(rig, STREAM_STATUS, 4, STREAM_OVERRUN);
    ck_assert_uint_eq(reg(rig, STREAM_STATUS) & STREAM_OVERRUN, 0);
    ck_assert_uint_eq(rig_read(rig, STREAM_LOST, 8), BYTES); /* the count stays */
    rig_free(rig);
}
END_TEST

START_TEST(the_interrupt_follows_level_and_threshold)
{
    struct rig *rig = setup();

    rig_write(rig, STREAM_THRESHOLD, 4, 2 * BYTES);
    start(rig, STREAM_IRQ);
    rig_wait(rig, PERIOD);
    ck_assert(!rig->irq);
    rig_wait(rig, PERIOD);
    ck_assert(rig->irq);
    rig_read(rig, STREAM_DATA, 4);
    ck_assert(!rig->irq);
    rig_write(rig, STREAM_THRESHOLD, 4, 1);
    ck_assert(rig->irq);
    rig_write(rig, STREAM_CONTROL, 4, STREAM_ENABLE);
    ck_assert(!rig->irq);
    rig_free(rig);
}
END_TEST

START_TEST(thresholds_and_periods_are_kept_in_their_range)
{
    struct rig *rig = setup();

    rig_write(rig, STREAM_THRESHOLD, 4, 0);
    ck_assert_uint_eq(reg(rig, STREAM_THRESHOLD), 1);
    rig_write(rig, STREAM_THRESHOLD, 4, FIFO + 1);
    ck_assert_uint_eq(reg(rig, STREAM_THRESHOLD), FIFO);
    rig_write(rig, STREAM_PERIOD, 4, 0);
    ck_assert_uint_eq(reg(rig, STREAM_PERIOD), 1);
    rig_free(rig);
}
END_TEST

START_TEST(a_new_period_counts_from_the_next_arrival)
{
    struct rig *rig = setup();

    start(rig, 0);
    rig_wait(rig, PERIOD / 2);
    rig_write(rig, STREAM_PERIOD, 4, 10);
    rig_wait(rig, PERIOD / 2);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), BYTES);
    rig_wait(rig, 30);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), 4 * BYTES);
    rig_free(rig);
}
END_TEST

START_TEST(the_dma_controller_empties_it_by_the_request_line)
{
    struct rig *rig = setup();
    struct request_line *line = &rig->device->request[0];
    uint8_t bytes[8];

    start(rig, 0);
    ck_assert_uint_eq(line->take(rig->device, bytes, 8), 0);
    rig_wait(rig, 2 * PERIOD);
    for (unsigned at = 0; at < 2 * BYTES; at += 8) {
        ck_assert(rig->asks);
        ck_assert_uint_eq(line->take(rig->device, bytes, 8), 8);
        for (unsigned i = 0; i < 8; i++)
            ck_assert_uint_eq(bytes[i], stream_byte(SEED, at + i));
    }
    ck_assert(!rig->asks);
    rig_free(rig);
}
END_TEST

START_TEST(it_takes_no_data)
{
    struct rig *rig = setup();
    const struct request_line *line = &rig->device->request[0];
    uint64_t level;

    start(rig, 0);
    rig_wait(rig, 2 * PERIOD);
    level = rig_read(rig, STREAM_LEVEL, 4);
    ck_assert(rig->asks);
    ck_assert_uint_eq(line->give(rig->device, "abcdefgh", 8), 0);
    ck_assert_uint_eq(rig_read(rig, STREAM_LEVEL, 4), level);
    rig_free(rig);
}
END_TEST

START_TEST(disabling_stops_arrivals_and_keeps_the_data)
{
    struct rig *rig = setup();

    start(rig, 0);
    rig_wait(rig, PERIOD);
    rig_write(rig, STREAM_CONTROL, 4, 0);
    rig_wait(rig, 10 * PERIOD);
    ck_assert_uint_eq(reg(rig, STREAM_LEVEL), BYTES);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    rig_free(rig);
}
END_TEST

START_TEST(settings_out_of_range_are_refused)
{
    static const struct {
        struct rig_setting setting;
        const char *text;
    } rows[] = {
        {{"fifo", 1}, "line: fifo must be 2 to 65536 bytes"},
        {{"fifo", 65537}, "line: fifo must be 2 to 65536 bytes"},
        {{"period", 0}, "line: period must be 1 to 4294967295 cycles"},
        {{"bytes", 0}, "line: bytes must be 1 to 65535"},
    };
    struct rig *rig = setup();
    struct rig_setting row[] = {rows[_i].setting, {NULL, 0}};
    struct device_place place = {
        .name = "line",
        .queue = &rig->queue,
        .events = &rig->events,
        .setting = rig_setting_of,
        .row = row,
    };
    struct err err = {""};

    ck_assert_ptr_null(stream_type.create(&place, &err));
    ck_assert_str_eq(err.text, rows[_i].text);
    rig_free(rig);
}
END_TEST

static void go_on(struct rig *rig)
{
    rig_wait(rig, 7 * PERIOD);
    rig_read(rig, STREAM_DATA, 8);
    rig_wait(rig, 7 * PERIOD);
}

START_TEST(all_state_is_saved_and_restored)
{
    struct rig *rig = setup();

    rig_write(rig, STREAM_PERIOD, 4, PERIOD / 3);
    rig_write(rig, STREAM_BYTES, 4, 5);
    rig_write(rig, STREAM_THRESHOLD, 4, 20);
    start(rig, STREAM_IRQ);
    rig_wait(rig, 9 * PERIOD);
    rig_read(rig, STREAM_DATA, 8);
    rig_wait(rig, 100);
    rig_check_state(rig, go_on);
    rig_free(rig);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, nothing_arrives_before_it_is_enabled);
    tcase_add_test(tcase, data_arrives_once_a_period);
    tcase_add_test(tcase, the_contents_follow_from_the_seed);
    tcase_add_test(tcase, a_full_fifo_loses_what_arrives);
    tcase_add_test(tcase, a_part_of_an_arrival_may_find_room);
    tcase_add_test(tcase, overrun_stays_until_1_is_written_to_it);
    tcase_add_test(tcase, the_interrupt_follows_level_and_threshold);
    tcase_add_test(tcase, thresholds_and_periods_are_kept_in_their_range);
    tcase_add_test(tcase, a_new_period_counts_from_the_next_arrival);
    tcase_add_test(tcase, the_dma_controller_empties_it_by_the_request_line);
    tcase_add_test(tcase, it_takes_no_data);
    tcase_add_test(tcase, disabling_stops_arrivals_and_keeps_the_data);
    tcase_add_loop_test(tcase, settings_out_of_range_are_refused, 0, 4);
    tcase_add_test(tcase, all_state_is_saved_and_restored);
}

TEST_MAIN("stream", add_tests)
