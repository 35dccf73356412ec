/* Register tables, lines, and the test finisher. */
#include "machine/device/device.h"

#include "base/bits.h"
#include "machine/device/finisher.h"
#include "tests/lib/rig.h"
#include "tests/lib/suite.h"

#include <string.h>

/* --- a register file of one register of each kind ------------------------------ */

struct toy {
    uint32_t plain, flags, fixed;
    uint8_t narrow;
    uint64_t wide, array[3];
    uint64_t old, wrote;
    unsigned index, reads;
};

static void note(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct toy *toy = device;

    toy->index = index;
    toy->old = old;
    toy->wrote = wrote;
}

static uint64_t count_reads(void *device, unsigned index)
{
    struct toy *toy = device;

    (void)index;
    return ++toy->reads;
}

static uint64_t peek_reads(const void *device, unsigned index)
{
    (void)index;
    return ((const struct toy *)device)->reads + 1;
}

#define AT(member) .at = offsetof(struct toy, member)

static const struct reg toy_regs[] = {
    {.offset = 0x00,
     .size = 4,
     .name = "PLAIN",
     AT(plain),
     .width = 4,
     .reset = 0x12345678,
     .rw = 0xffff00ff,
     .written = note},
    {.offset = 0x04,
     .size = 4,
     .name = "FLAGS",
     AT(flags),
     .width = 4,
     .reset = 0xf0f,
     .rw = 0x3,
     .w1c = 0xf00},
    {.offset = 0x08,
     .size = 4,
     .name = "FIXED",
     AT(fixed),
     .width = 4,
     .reset = 0xc0de},
    {.offset = 0x0c, .size = 4, .name = "NARROW", AT(narrow), .width = 1, .rw = 0xff},
    {.offset = 0x10, .size = 8, .name = "WIDE", AT(wide), .width = 8, .rw = UINT64_MAX},
    {.offset = 0x18,
     .size = 4,
     .name = "READS",
     .read = count_reads,
     .peek = peek_reads},
    {.offset = 0x40,
     .size = 8,
     .name = "ARRAY",
     AT(array),
     .width = 8,
     .reset = 7,
     .rw = UINT64_MAX,
     .written = note,
     .count = 3,
     .stride = 16,
     .step = 8},
};

static const struct regfile toy_file = {toy_regs, COUNT(toy_regs)};

static uint64_t toy_read(struct toy *toy, uint32_t offset, unsigned size)
{
    uint64_t value = 0;

    ck_assert_int_eq(regfile_read(&toy_file, toy, offset, size, &value), BUS_OKAY);
    return value;
}

static void toy_write(struct toy *toy, uint32_t offset, unsigned size, uint64_t value)
{
    ck_assert_int_eq(regfile_write(&toy_file, toy, offset, size, value), BUS_OKAY);
}

START_TEST(reset_gives_every_register_its_reset_value)
{
    struct toy toy;

    memset(&toy, 0xff, sizeof(toy));
    regfile_reset(&toy_file, &toy);
    ck_assert_uint_eq(toy.plain, 0x12345678);
    ck_assert_uint_eq(toy.flags, 0xf0f);
    ck_assert_uint_eq(toy.narrow, 0);
    ck_assert_uint_eq(toy.array[2], 7);
}
END_TEST

START_TEST(only_writable_bits_are_written)
{
    struct toy toy = {0};

    regfile_reset(&toy_file, &toy);
    toy_write(&toy, 0, 4, 0xaabbccdd);
    ck_assert_uint_eq(toy.plain, 0xaabb56dd);
    ck_assert_uint_eq(toy.old, 0x12345678);
    ck_assert_uint_eq(toy.wrote, 0xaabbccdd);
    toy_write(&toy, 8, 4, 0);
    ck_assert_uint_eq(toy_read(&toy, 8, 4), 0xc0de);
}
END_TEST

START_TEST(writing_1_clears_and_writing_0_does_not)
{
    struct toy toy = {0};

    regfile_reset(&toy_file, &toy);
    toy_write(&toy, 4, 4, 0x100);
    ck_assert_uint_eq(toy.flags, 0xe0c);
    toy_write(&toy, 4, 4, 0xe03);
    ck_assert_uint_eq(toy.flags, 0x00f);
}
END_TEST

START_TEST(a_narrow_access_is_to_a_part_of_the_register)
{
    struct toy toy = {0};

    regfile_reset(&toy_file, &toy);
    ck_assert_uint_eq(toy_read(&toy, 1, 1), 0x56);
    ck_assert_uint_eq(toy_read(&toy, 2, 2), 0x1234);
    toy_write(&toy, 3, 1, 0xaa);
    ck_assert_uint_eq(toy.plain, 0xaa345678);
    toy_write(&toy, 0x14, 4, 0xdeadbeef);
    ck_assert_uint_eq(toy.wide, UINT64_C(0xdeadbeef00000000));
}
END_TEST

START_TEST(a_narrow_write_clears_nothing_outside_it)
{
    struct toy toy = {0};

    regfile_reset(&toy_file, &toy);
    toy_write(&toy, 4, 1, 0x01);
    ck_assert_uint_eq(toy.flags, 0xf0d);
    toy_write(&toy, 5, 1, 0x02);
    ck_assert_uint_eq(toy.flags, 0xd0d);
}
END_TEST

START_TEST(a_wide_access_covers_two_registers)
{
    struct toy toy = {0};

    regfile_reset(&toy_file, &toy);
    ck_assert_uint_eq(toy_read(&toy, 0, 8), UINT64_C(0x00000f0f12345678));
    toy_write(&toy, 0, 8, UINT64_C(0x0000010100000001));
    ck_assert_uint_eq(toy.plain, 0x00005601);
    ck_assert_uint_eq(toy.flags, 0xe0d);
}
END_TEST

START_TEST(where_there_is_no_register_nothing_happens)
{
    static const struct {
        uint32_t offset;
        unsigned size;
    } holes[] = {{0x1c, 4}, {0x18, 8}, {0x48, 4}, {0x70, 8}, {0x1000, 4}};
    uint64_t value;

    for (unsigned i = 0; i < COUNT(holes); i++) {
        struct toy toy = {0};

        ck_assert_int_eq(
            regfile_read(&toy_file, &toy, holes[i].offset, holes[i].size, &value),
            BUS_DECERR);
        ck_assert_uint_eq(value, 0);
        ck_assert_int_eq(
            regfile_write(&toy_file, &toy, holes[i].offset, holes[i].size, UINT64_MAX),
            BUS_DECERR);
        ck_assert_uint_eq(toy.reads, 0);
    }
}
END_TEST

START_TEST(arrays_have_a_stride_on_the_bus_and_a_step_in_memory)
{
    struct toy toy = {0};
    unsigned index = 99;

    regfile_reset(&toy_file, &toy);
    toy_write(&toy, 0x60, 8, 0x55);
    ck_assert_uint_eq(toy.array[2], 0x55);
    ck_assert_uint_eq(toy.index, 2);
    ck_assert_ptr_eq(regfile_find(&toy_file, 0x54, &index), &toy_regs[6]);
    ck_assert_uint_eq(index, 1);
    ck_assert_ptr_null(regfile_find(&toy_file, 0x58, &index));
}
END_TEST

START_TEST(a_peek_has_no_effect)
{
    struct toy toy = {0};
    uint64_t value;

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(regfile_peek(&toy_file, &toy, 0x18, 4, &value), BUS_OKAY);
        ck_assert_uint_eq(value, 1);
    }
    ck_assert_uint_eq(toy_read(&toy, 0x18, 4), 1);
    ck_assert_uint_eq(toy_read(&toy, 0x18, 4), 2);
}
END_TEST

/* --- what every device has, on the finisher ------------------------------------ */

struct finish {
    unsigned ended, restarted;
    uint32_t code;
};

static void ended(void *ctx, uint32_t code)
{
    struct finish *finish = ctx;

    finish->ended++;
    finish->code = code;
}

static void restarted(void *ctx)
{
    ((struct finish *)ctx)->restarted++;
}

static struct rig *new_finisher(struct finish *finish)
{
    struct rig *rig = rig_new(&finisher_type, NULL);
    struct finisher *finisher = (struct finisher *)rig->device;

    finisher->finish = ended;
    finisher->restart = restarted;
    finisher->ctx = finish;
    return rig;
}

static const struct {
    uint64_t wrote;
    unsigned size, ended, restarted;
    uint32_t code;
} endings[] = {
    {0x5555, 4, 1, 0, 0},          {0x3333, 4, 1, 0, 0},     {0x00073333, 4, 1, 0, 7},
    {0xffff3333, 4, 1, 0, 0xffff}, {0x00075555, 4, 1, 0, 0}, {0x7777, 4, 0, 1, 0},
    {0x1234, 4, 0, 0, 0},          {0, 4, 0, 0, 0},          {0x5555, 2, 1, 0, 0},
    {0x3333, 2, 1, 0, 0},
};

START_TEST(the_finisher_does_what_is_written_to_it)
{
    struct finish finish = {0};
    struct rig *rig = new_finisher(&finish);

    rig_write(rig, 0, endings[_i].size, endings[_i].wrote);
    ck_assert_uint_eq(finish.ended, endings[_i].ended);
    ck_assert_uint_eq(finish.restarted, endings[_i].restarted);
    ck_assert_uint_eq(finish.code, endings[_i].code);
    ck_assert_uint_eq(rig_count(rig, EVENT_FINISH), endings[_i].ended);
    if (finish.ended)
        ck_assert_uint_eq(rig_event(rig, EVENT_FINISH, 0)->finish.code, finish.code);
    rig_free(rig);
}
END_TEST

START_TEST(the_finisher_reads_as_zero_everywhere)
{
    struct finish finish = {0};
    struct rig *rig = new_finisher(&finish);

    rig_write(rig, 0, 4, 0x1234);
    rig_write(rig, 0x100, 4, 0x5555);
    ck_assert_uint_eq(rig_read(rig, 0, 4), 0);
    ck_assert_uint_eq(rig_read(rig, 0xffc, 4), 0);
    ck_assert_uint_eq(finish.ended, 0);
    rig_free(rig);
}
END_TEST

START_TEST(the_bus_refuses_sizes_that_the_device_does_not_take)
{
    struct finish finish = {0};
    struct rig *rig = new_finisher(&finish);

    ck_assert_int_eq(rig_try_write(rig, 0, 1), BUS_SLVERR);
    ck_assert_int_eq(rig_try_read(rig, 0, 8), BUS_SLVERR);
    rig_free(rig);
}
END_TEST

static void write_to_finisher(struct rig *rig)
{
    rig_write(rig, 0, 4, 0x4321);
}

START_TEST(the_finisher_can_be_saved_and_restored)
{
    struct finish finish = {0};
    struct rig *rig = new_finisher(&finish);

    rig_write(rig, 0, 4, 0x1234);
    rig_check_state(rig, write_to_finisher);
    rig_free(rig);
}
END_TEST

/* --- lines --------------------------------------------------------------------- */

static const struct device_type lines_type = {
    .name = "lines", .irqs = 2, .requests = 1};

static void raise(void *ctx, uint16_t source, bool level)
{
    *(int *)ctx += level ? source : -source;
}

static void ask(void *ctx, uint8_t line, bool level)
{
    *(int *)ctx += level ? line : -line;
}

START_TEST(a_line_tells_of_its_changes_only)
{
    struct queue queue;
    struct event_stream events = {0};
    static const uint16_t irqs[] = {5, 9};
    struct device device = {0};
    int sum = 0, asked = 0;

    queue_init(&queue);
    device_init(&device, &lines_type,
                &(struct device_place){.name = "a name that is too long for a device",
                                       .irqs = 2,
                                       .irq = irqs,
                                       .queue = &queue,
                                       .events = &events});
    ck_assert_uint_eq(strlen(device.name), DEVICE_NAME - 1);
    ck_assert_uint_eq(device.request[0].line, REQUEST_LINE_NONE);
    device_irq(&device, 0, true); /* nobody listens yet */
    ck_assert_uint_eq(events.order, 1);
    device.line[1].changed = raise;
    device.line[1].ctx = &sum;
    device_irq(&device, 1, true);
    device_irq(&device, 1, true);
    ck_assert_int_eq(sum, 9);
    device_irq(&device, 1, false);
    device_irq(&device, 1, false);
    ck_assert_int_eq(sum, 0);
    device.request[0].line = 6;
    device.request[0].changed = ask;
    device.request[0].ctx = &asked;
    device_request(&device, 0, true);
    device_request(&device, 0, true);
    ck_assert_int_eq(asked, 6);
    ck_assert_uint_eq(events.order, 4);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, reset_gives_every_register_its_reset_value);
    tcase_add_test(tcase, only_writable_bits_are_written);
    tcase_add_test(tcase, writing_1_clears_and_writing_0_does_not);
    tcase_add_test(tcase, a_narrow_access_is_to_a_part_of_the_register);
    tcase_add_test(tcase, a_narrow_write_clears_nothing_outside_it);
    tcase_add_test(tcase, a_wide_access_covers_two_registers);
    tcase_add_test(tcase, where_there_is_no_register_nothing_happens);
    tcase_add_test(tcase, arrays_have_a_stride_on_the_bus_and_a_step_in_memory);
    tcase_add_test(tcase, a_peek_has_no_effect);
    tcase_add_loop_test(tcase, the_finisher_does_what_is_written_to_it, 0,
                        COUNT(endings));
    tcase_add_test(tcase, the_finisher_reads_as_zero_everywhere);
    tcase_add_test(tcase, the_bus_refuses_sizes_that_the_device_does_not_take);
    tcase_add_test(tcase, the_finisher_can_be_saved_and_restored);
    tcase_add_test(tcase, a_line_tells_of_its_changes_only);
}

TEST_MAIN("device", add_tests)
