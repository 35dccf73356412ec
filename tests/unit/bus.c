/* The bus and RAM, claim by claim. */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "base/buf.h"
#include "machine/memory/bus.h"

#include <string.h>

#define RAM      UINT64_C(0x80000000)
#define RAM_SIZE UINT64_C(0x100000)

#define HART INITIATOR_HART
#define DMA  INITIATOR_DMA

static struct queue queue;
static struct event_stream events;
static struct costs costs;
static struct bus bus;
static struct event heard[64];
static unsigned heard_count;

static void hear(void *ctx, const struct event *event)
{
    (void)ctx;
    ck_assert_uint_lt(heard_count, COUNT(heard));
    heard[heard_count++] = *event;
}

static void set_up(void)
{
    queue_init(&queue);
    events = (struct event_stream){0};
    event_listen(&events, (struct event_sink){.kinds = EVENT_ALL, .take = hear});
    costs = costs_default;
    heard_count = 0;
    bus_init(&bus, &queue, &events, &costs);
    ck_assert(bus_map_ram(&bus, RAM, RAM_SIZE, NULL));
}

static void tear_down(void)
{
    bus_release(&bus);
}

/* --- who uses it ----------------------------------------------------------------- */

START_TEST(an_initiator_has_a_kind_and_a_number)
{
    static const struct {
        unsigned who;
        enum initiator_kind kind;
        unsigned number;
    } cases[] = {
        {INITIATOR_HART, BY_HART, 0},       {INITIATOR_HART + 7, BY_HART, 7},
        {INITIATOR_DMA, BY_DMA, 0},         {INITIATOR_DMA + 31, BY_DMA, 31},
        {INITIATOR_VIRTIO, BY_VIRTIO, 0},   {INITIATOR_VIRTIO + 7, BY_VIRTIO, 7},
        {INITIATOR_IOMMU, BY_IOMMU, 0},     {INITIATORS - 1, BY_IOMMU, 3},
        {INITIATOR_OUTSIDE, BY_OUTSIDE, 0}, {INITIATORS, BY_NOBODY, INITIATORS},
        {INITIATOR_NONE, BY_NOBODY, 255},
    };

    for (unsigned i = 0; i < COUNT(cases); i++) {
        ck_assert_uint_eq(initiator_kind(cases[i].who), cases[i].kind);
        ck_assert_uint_eq(initiator_number(cases[i].who), cases[i].number);
    }
}
END_TEST

/* --- a device: 16 bytes, of which the last 8 are no register -------------------- */

static uint8_t cells[8];
static unsigned reads, writes;

static enum bus_response cells_peek(const void *ctx, uint32_t offset, unsigned size,
                                    uint64_t *value)
{
    (void)ctx;
    *value = 0;
    if (offset >= sizeof(cells))
        return BUS_DECERR;
    memcpy(value, cells + offset, size);
    return BUS_OKAY;
}

static enum bus_response cells_read(void *ctx, uint32_t offset, unsigned size,
                                    uint64_t *value)
{
    reads++;
    return cells_peek(ctx, offset, size, value);
}

static enum bus_response cells_write(void *ctx, uint32_t offset, unsigned size,
                                     uint64_t value)
{
    (void)ctx;
    writes++;
    if (offset >= sizeof(cells))
        return BUS_DECERR;
    memcpy(cells + offset, &value, size);
    return BUS_OKAY;
}

static struct mmio device(const char *name, uint64_t base, uint64_t size)
{
    memcpy(cells, "Ringside", sizeof(cells));
    reads = writes = 0;
    return (struct mmio){.name = name,
                         .base = base,
                         .size = size,
                         .device = 3,
                         .min_size = 2,
                         .max_size = 4,
                         .read = cells_read,
                         .write = cells_write,
                         .peek = cells_peek};
}

/* --- the map ------------------------------------------------------------------- */

static const struct placement {
    uint64_t base, size;
    const char *error; /* NULL: allowed */
} placements[] = {
    {0x2000, 0x100, NULL},
    {0x0f00, 0x100, NULL},
    {0x1100, 0x100, NULL},
    {0x0f01, 0x100, "new at 0xf01 overlaps old at 0x1000"},
    {0x10ff, 1, "new at 0x10ff overlaps old at 0x1000"},
    {0x0, 0x10000, "new at 0x0 overlaps old at 0x1000"},
    {0x1040, 8, "new at 0x1040 overlaps old at 0x1000"},
    {RAM - 1, 1, NULL},
    {RAM - 1, 2, "new at 0x7fffffff overlaps RAM at 0x80000000"},
    {RAM + RAM_SIZE - 1, 8, "new at 0x800fffff overlaps RAM at 0x80000000"},
    {RAM + RAM_SIZE, 8, NULL},
    {0x3000, 0, "new at 0x3000: a range of 0x0 bytes does not fit"},
    {UINT64_MAX, 2, "new at 0xffffffffffffffff: a range of 0x2 bytes does not fit"},
    {UINT64_MAX, 1, NULL},
};

START_TEST(overlaps_are_refused_with_both_names)
{
    const struct placement *row = &placements[_i];
    struct err err = {""};

    ck_assert(bus_map(&bus, device("old", 0x1000, 0x100), NULL));
    ck_assert(bus_map(&bus, device("new", row->base, row->size), &err) == !row->error);
    ck_assert_str_eq(err.text, row->error ? row->error : "");
}
END_TEST

START_TEST(ram_is_refused_where_it_does_not_fit)
{
    struct bus other;
    struct err err = {""};

    ck_assert(!bus_map_ram(&bus, 0, RAM_PAGE, &err));
    ck_assert_str_eq(err.text, "RAM at 0x0: there is RAM at 0x80000000 already");
    bus_init(&other, &queue, &events, &costs);
    ck_assert(bus_map(&other, device("old", 0x1800, 0x100), NULL));
    ck_assert(!bus_map_ram(&other, 0x1000, RAM_PAGE, &err));
    ck_assert_str_eq(err.text, "RAM at 0x1000 overlaps old at 0x1800");
    ck_assert(!bus_map_ram(&other, 0x1004, RAM_PAGE, &err));
    ck_assert(!bus_map_ram(&other, 0x2000, 100, &err));
    ck_assert(!bus_map_ram(&other, 0x2000, 0, &err));
    bus_release(&other);
}
END_TEST

START_TEST(every_address_finds_its_device)
{
    static const char *const names[] = {"c", "a", "e", "b", "d"};
    static const uint64_t bases[] = {0x3000, 0x1000, 0x5000, 0x2000, 0x4000};

    for (unsigned i = 0; i < COUNT(names); i++)
        ck_assert(bus_map(&bus, device(names[i], bases[i], 0x800), NULL));
    for (unsigned i = 0; i < COUNT(names); i++) {
        ck_assert_str_eq(bus_find(&bus, bases[i])->name, names[i]);
        ck_assert_str_eq(bus_find(&bus, bases[i] + 0x7ff)->name, names[i]);
        ck_assert_ptr_null(bus_find(&bus, bases[i] + 0x800));
        ck_assert_ptr_null(bus_find(&bus, bases[i] - 1));
    }
}
END_TEST

START_TEST(a_full_map_refuses_one_more)
{
    struct err err = {""};

    for (uint64_t i = 0; i < BUS_REGIONS; i++)
        ck_assert(bus_map(&bus, device("one", 0x1000 * (i + 1), 0x10), NULL));
    ck_assert(!bus_map(&bus, device("more", 0x900000, 0x10), &err));
    ck_assert_str_eq(err.text, "more at 0x900000: the bus has room for 64 regions");
}
END_TEST

/* --- accesses ------------------------------------------------------------------ */

START_TEST(ram_is_little_endian_and_reads_back)
{
    uint64_t value;

    for (unsigned size = 1; size <= 8; size *= 2) {
        ck_assert_int_eq(bus_write(&bus, INITIATOR_HART, RAM + 64, size,
                                   UINT64_C(0x8877665544332211)),
                         BUS_OKAY);
        ck_assert_uint_eq(bus.ram.bytes[64], 0x11);
        bus_read(&bus, INITIATOR_HART, RAM + 64, size, &value);
        ck_assert_uint_eq(value, UINT64_C(0x8877665544332211) & BITS(8 * size - 1, 0));
    }
    ck_assert_uint_eq(heard_count, 0); /* the hart tells its own accesses */
}
END_TEST

static const struct {
    uint64_t pa;
    unsigned size;
    enum bus_response response;
} answers[] = {
    {0x1000, 4, BUS_OKAY},
    {0x1004, 2, BUS_OKAY},
    {0x1006, 2, BUS_OKAY},
    {0x1000, 8, BUS_SLVERR},
    {0x1001, 1, BUS_SLVERR},
    {0x1002, 4, BUS_SLVERR},
    {0x1008, 4, BUS_DECERR},
    {0x1010, 4, BUS_DECERR},
    {0x0ffe, 2, BUS_DECERR},
    {0, 8, BUS_DECERR},
    {RAM - 8, 8, BUS_DECERR},
    {RAM + RAM_SIZE, 1, BUS_DECERR},
    {RAM + RAM_SIZE - 4, 8, BUS_DECERR},
};

START_TEST(devices_answer_within_their_size_rule)
{
    uint64_t value = 1;

    ck_assert(bus_map(&bus, device("dev", 0x1000, 0x10), NULL));
    ck_assert_int_eq(
        bus_read(&bus, INITIATOR_HART, answers[_i].pa, answers[_i].size, &value),
        answers[_i].response);
    ck_assert_int_eq(
        bus_write(&bus, INITIATOR_HART, answers[_i].pa, answers[_i].size, 0),
        answers[_i].response);
    if (answers[_i].response != BUS_OKAY)
        ck_assert_uint_eq(value, 0);
    if (answers[_i].response == BUS_SLVERR)
        ck_assert_uint_eq(reads + writes, 0); /* the device was not asked */
}
END_TEST

START_TEST(device_accesses_are_told_with_old_and_new)
{
    uint64_t value;

    ck_assert(bus_map(&bus, device("dev", 0x1000, 0x10), NULL));
    queue.now = bus_take(&bus, (enum initiator)(HART + 2), 77, 12, 0x1004) + 12;
    bus_write(&bus, (enum initiator)(HART + 2), 0x1004, 2, 0x4142);
    bus_read(&bus, INITIATOR_DMA + 1, 0x1004, 4, &value);
    ck_assert_uint_eq(heard_count, 2);
    ck_assert_uint_eq(heard[0].kind, EVENT_MMIO_WRITE);
    ck_assert_uint_eq(heard[0].cycle, 77);
    ck_assert_uint_eq(heard[0].mmio_write.old, 0x6973);
    ck_assert_uint_eq(heard[0].mmio_write.value, 0x4142);
    ck_assert_uint_eq(heard[0].mmio_write.offset, 4);
    ck_assert_uint_eq(heard[0].mmio_write.initiator, INITIATOR_HART + 2);
    ck_assert_uint_eq(heard[0].mmio_write.device, 3);
    ck_assert_uint_eq(heard[1].kind, EVENT_MMIO_READ);
    ck_assert_uint_eq(heard[1].mmio_read.value, 0x65644142);
    ck_assert_uint_eq(heard[1].mmio_read.initiator, INITIATOR_DMA + 1);
    ck_assert_uint_eq(reads, 1);
}
END_TEST

START_TEST(moments_are_the_same_unheard)
{
    uint64_t value;

    ck_assert(bus_map(&bus, device("dev", 0x1000, 0x10), NULL));
    events.kinds = 0;
    bus_write(&bus, INITIATOR_HART, 0x1000, 4, 0);
    bus_read(&bus, INITIATOR_HART, 0x1000, 4, &value);
    ck_assert_uint_eq(events.order, 2);
    ck_assert_uint_eq(heard_count, 0);
}
END_TEST

START_TEST(bytes_are_counted_by_initiator)
{
    uint64_t value;

    bus_read(&bus, INITIATOR_HART + 1, RAM, 8, &value);
    bus_write(&bus, INITIATOR_HART + 1, RAM, 2, value);
    bus_write(&bus, INITIATOR_DMA, RAM, 4, value);
    bus_read(&bus, INITIATOR_HART + 1, 0x10, 8, &value); /* refused: not counted */
    bus_write(&bus, INITIATOR_OUTSIDE, RAM, 4, value);   /* nobody's */
    ck_assert_uint_eq(bus.counts[INITIATOR_HART + 1].bytes_read, 8);
    ck_assert_uint_eq(bus.counts[INITIATOR_HART + 1].bytes_written, 2);
    ck_assert_uint_eq(bus.counts[INITIATOR_DMA].bytes_written, 4);
}
END_TEST

START_TEST(a_peek_reads_anything_and_changes_nothing)
{
    char text[24] = "";

    ck_assert(bus_map(&bus, device("dev", 0x1000, 0x10), NULL));
    ck_assert_uint_eq(bus_peek(&bus, 0x1001, text, 5), 5);
    ck_assert_mem_eq(text, "ingsi", 5);
    ck_assert_uint_eq(bus_peek(&bus, 0x1003, text, 16), 5); /* up to what is there */
    ck_assert_mem_eq(text, "gside", 5);
    ck_assert_uint_eq(bus_peek(&bus, 0x900, text, 4), 0);
    ram_write(&bus.ram, RAM + RAM_SIZE - 3, "abc", 3, INITIATOR_OUTSIDE);
    ck_assert_uint_eq(bus_peek(&bus, RAM + RAM_SIZE - 3, text, 8), 3);
    ck_assert_mem_eq(text, "abc", 3);
    ck_assert_uint_eq(reads + heard_count, 0);
}
END_TEST

/* --- slots --------------------------------------------------------------------- */

static const struct ask {
    const char *claim;
    enum initiator holder;
    uint64_t held_at, held;
    enum initiator who;
    uint64_t at, from;
} asks[] = {
    {"an idle bus is given at once", DMA, 0, 1, HART, 50, 50},
    {"who asks within a slot waits for its end", DMA, 100, 40, HART, 110, 140},
    {"who asks as it begins waits", DMA, 100, 40, HART, 100, 140},
    {"who asks as it ends does not", DMA, 100, 40, HART, 140, 140},
    {"who would run into a slot waits, too", DMA, 100, 40, HART, 97, 140},
    {"who is done before it does not", DMA, 100, 40, HART, 95, 95},
    {"nobody waits for himself", DMA, 100, 40, DMA, 110, 110},
    {"harts wait for each other", HART, 100, 5, HART + 1, 102, 105},
    {"channels wait for each other", DMA, 100, 80, DMA + 1, 102, 180},
    {"a channel waits for a hart", HART, 100, 5, DMA, 104, 105},
};

START_TEST(slots_are_given_one_after_the_other)
{
    const struct ask *row = &asks[_i];
    bool waits = row->from != row->at;

    bus.others = 1;
    bus_take(&bus, row->holder, row->held_at, row->held, RAM);
    ck_assert_msg(bus_take(&bus, row->who, row->at, 5, RAM) == row->from, "%s",
                  row->claim);
    ck_assert_uint_eq(bus.counts[row->who].wait_cycles, row->from - row->at);
    ck_assert_uint_eq(heard_count, waits);
    if (!waits)
        return;
    ck_assert_uint_eq(heard[0].kind, EVENT_BUS_WAIT);
    ck_assert_uint_eq(heard[0].cycle, row->at);
    ck_assert_uint_eq(heard[0].bus_wait.cycles, row->from - row->at);
    ck_assert_uint_eq(heard[0].bus_wait.initiator, row->who);
    ck_assert_uint_eq(heard[0].bus_wait.holder, row->holder);
}
END_TEST

/* A hart's instruction that uses the bus several times is one stretch. */
START_TEST(slots_that_follow_each_other_are_one_stretch)
{
    bus.others = 1;
    bus_take(&bus, HART, 100, 5, RAM);
    bus_take(&bus, HART, 105, 5, RAM);
    bus_take(&bus, HART, 110, 5, RAM);
    ck_assert_uint_eq(bus_take(&bus, DMA, 101, 5, RAM), 115);
}
END_TEST

START_TEST(slots_are_counted_by_their_length)
{
    bus_take(&bus, DMA, 0, 80, RAM);
    bus_take(&bus, DMA, 200, 5, RAM);
    bus_take(&bus, DMA, 300, 1, RAM);
    ck_assert_uint_eq(bus.counts[DMA].slots, 18);
    costs.bus_slot = 0;
    bus_take(&bus, DMA, 400, 0, RAM);
    ck_assert_uint_eq(bus.counts[DMA].slots, 19);
}
END_TEST

START_TEST(a_hart_alone_leaves_no_trace_but_its_count)
{
    bus.harts = 1;
    ck_assert_uint_eq(bus_take(&bus, HART, 100, 5, RAM), 100);
    ck_assert_uint_eq(bus.counts[HART].slots, 1);
    ck_assert_uint_eq(bus.busy_until, 0);
    ck_assert_uint_eq(bus.holder, INITIATOR_NONE);
    bus.others = 1;
    bus_take(&bus, HART, 200, 5, RAM);
    ck_assert_uint_eq(bus.busy_until, 205);
    bus.others = 0;
    bus.harts = 2;
    bus_take(&bus, HART, 300, 5, RAM);
    ck_assert_uint_eq(bus.busy_until, 305);
}
END_TEST

static uint64_t gap_from, gap_until;

static void gap_ends(void *ctx, uint64_t from, uint64_t until)
{
    ck_assert_ptr_eq(ctx, &bus);
    gap_from = from;
    gap_until = until;
}

START_TEST(every_use_is_told_to_whoever_wants_gaps)
{
    bus.gap_ends = gap_ends;
    bus.gap_ctx = &bus;
    bus_take(&bus, DMA, 10, 40, RAM);
    ck_assert_uint_eq(gap_from, 10);
    ck_assert_uint_eq(gap_until, 50);
    bus_take(&bus, HART, 20, 5, RAM); /* after its wait */
    ck_assert_uint_eq(gap_from, 50);
    ck_assert_uint_eq(gap_until, 55);
}
END_TEST

START_TEST(a_slot_in_a_gap_that_has_passed_hides_no_later_one)
{
    bus.others = 1;
    bus_take(&bus, HART, 110, 5, RAM); /* an instruction that looks ahead */
    bus_take(&bus, DMA, 100, 5, RAM);  /* the gap before it */
    ck_assert_uint_eq(bus_take(&bus, DMA + 1, 112, 5, RAM), 115);
}
END_TEST

START_TEST(a_reset_forgets_slots_and_keeps_ram)
{
    bus.others = 1;
    ram_write(&bus.ram, RAM, "x", 1, 0);
    bus_take(&bus, DMA, 100, 80, RAM);
    bus_reset(&bus);
    ck_assert_uint_eq(bus_take(&bus, HART, 110, 5, RAM), 110);
    ck_assert_uint_eq(bus.counts[DMA].slots, 0);
    ck_assert_uint_eq(bus.others, 1);
    ck_assert_uint_eq(bus.ram.bytes[0], 'x');
}
END_TEST

/* --- RAM ----------------------------------------------------------------------- */

static struct touch {
    uint64_t pa;
    unsigned length;
    uint8_t who, was;
} touches[4];
static unsigned touch_count;

static void touched(void *ctx, uint64_t pa, unsigned length, uint8_t who)
{
    ck_assert_ptr_eq(ctx, touches);
    touches[touch_count++] = (struct touch){pa, length, who, bus.ram.bytes[pa - RAM]};
}

START_TEST(marked_pages_are_told_before_they_change)
{
    uint8_t bytes[3 * RAM_PAGE];

    memset(bytes, 7, sizeof(bytes));
    bus.ram.touched = touched;
    bus.ram.ctx = touches;
    touch_count = 0;
    bus.ram.marks[1] = RAM_CODE;
    bus.ram.marks[3] = RAM_RESERVED;
    ram_write(&bus.ram, RAM + RAM_PAGE - 8, bytes, 16, 9);
    ck_assert_uint_eq(touch_count, 1);
    ck_assert_uint_eq(touches[0].pa, RAM + RAM_PAGE);
    ck_assert_uint_eq(touches[0].length, 8);
    ck_assert_uint_eq(touches[0].who, 9);
    ck_assert_uint_eq(touches[0].was, 0);
    ram_write(&bus.ram, RAM + RAM_PAGE + 100, bytes, sizeof(bytes), 9);
    ck_assert_uint_eq(touch_count, 3);
    ck_assert_uint_eq(touches[1].length, RAM_PAGE - 100);
    ck_assert_uint_eq(touches[2].pa, RAM + 3 * RAM_PAGE);
    ck_assert_uint_eq(touches[2].length, RAM_PAGE);
    ck_assert_uint_eq(bus.ram.marks[1], RAM_CODE);
    ck_assert(pages_used(&bus.ram.pages, 1));
    ck_assert(pages_used(&bus.ram.pages, 2));
    ck_assert_uint_eq(bus.ram.marks[5], 0);
}
END_TEST

static uint64_t digest(void)
{
    struct state state;

    state_hash_begin(&state);
    bus_state(&bus, &state);
    return state_digest(&state);
}

START_TEST(the_digest_does_not_tell_how_ram_became_zero)
{
    uint64_t before = digest();

    ram_write(&bus.ram, RAM + 5000, "x", 1, 0);
    ck_assert_uint_ne(digest(), before);
    ram_write(&bus.ram, RAM + 5000, "", 1, 0);
    ck_assert_uint_eq(digest(), before);
}
END_TEST

START_TEST(the_digest_tells_where_a_byte_is)
{
    uint64_t at_one;

    ram_write(&bus.ram, RAM + RAM_PAGE, "x", 1, 0);
    at_one = digest();
    ram_write(&bus.ram, RAM + RAM_PAGE, "", 1, 0);
    ram_write(&bus.ram, RAM + 2 * RAM_PAGE, "x", 1, 0);
    ck_assert_uint_ne(digest(), at_one);
}
END_TEST

START_TEST(a_saved_state_is_restored_exactly)
{
    struct buf saved = {0};
    struct state save = {.mode = STATE_SAVE, .out = &saved};
    struct state load = {.mode = STATE_LOAD};
    uint64_t before;

    bus.others = 1;
    ram_write(&bus.ram, RAM + 3 * RAM_PAGE + 17, "Ringside", 8, 0);
    ram_write(&bus.ram, RAM + RAM_SIZE - 1, "z", 1, 0);
    bus_take(&bus, DMA + 2, 100, 80, RAM);
    before = digest();
    bus_state(&bus, &save);
    ck_assert_uint_lt(saved.size,
                      3 * RAM_PAGE); /* what was not written takes no room */

    ram_write(&bus.ram, RAM + 3 * RAM_PAGE + 17, "xxxx", 4, 0);
    ram_write(&bus.ram, RAM + 8 * RAM_PAGE, "y", 1, 0);
    bus_take(&bus, HART, 500, 5, RAM);
    bus.others = 0;
    bus.ram.marks[3] |= RAM_CODE;
    load.in = (const unsigned char *)saved.data;
    load.left = saved.size;
    bus_state(&bus, &load);
    ck_assert(!load.short_input);
    ck_assert_uint_eq(load.left, 0);
    ck_assert_uint_eq(digest(), before);
    ck_assert_mem_eq(bus.ram.bytes + 3 * RAM_PAGE + 17, "Ringside", 8);
    ck_assert_uint_eq(bus.ram.bytes[8 * RAM_PAGE], 0);
    ck_assert_uint_eq(bus.ram.marks[8], 0);
    ck_assert_uint_eq(bus.ram.marks[3], RAM_CODE);
    ck_assert(pages_used(&bus.ram.pages, 3));
    buf_free(&saved);
}
END_TEST

START_TEST(a_state_that_is_cut_or_garbage_is_noticed)
{
    struct buf saved = {0};
    struct state save = {.mode = STATE_SAVE, .out = &saved};
    static const uint64_t garbage[] = {RAM_SIZE / RAM_PAGE, 0};

    ram_write(&bus.ram, RAM, "Ringside", 8, 0);
    bus_state(&bus, &save);
    for (size_t size = 0; size < saved.size; size += 97) {
        struct state load = {
            .mode = STATE_LOAD, .in = (const unsigned char *)saved.data, .left = size};

        bus_state(&bus, &load);
        ck_assert(load.short_input);
    }
    ram_state(&bus.ram, &(struct state){.mode = STATE_LOAD,
                                        .in = (const unsigned char *)garbage,
                                        .left = sizeof(garbage)});
    ck_assert_uint_eq(bus.ram.bytes[0], 0);
    buf_free(&saved);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, overlaps_are_refused_with_both_names, 0,
                        COUNT(placements));
    tcase_add_test(tcase, ram_is_refused_where_it_does_not_fit);
    tcase_add_test(tcase, an_initiator_has_a_kind_and_a_number);
    tcase_add_test(tcase, every_address_finds_its_device);
    tcase_add_test(tcase, a_full_map_refuses_one_more);
    tcase_add_test(tcase, ram_is_little_endian_and_reads_back);
    tcase_add_loop_test(tcase, devices_answer_within_their_size_rule, 0,
                        COUNT(answers));
    tcase_add_test(tcase, device_accesses_are_told_with_old_and_new);
    tcase_add_test(tcase, moments_are_the_same_unheard);
    tcase_add_test(tcase, bytes_are_counted_by_initiator);
    tcase_add_test(tcase, a_peek_reads_anything_and_changes_nothing);
    tcase_add_loop_test(tcase, slots_are_given_one_after_the_other, 0, COUNT(asks));
    tcase_add_test(tcase, slots_that_follow_each_other_are_one_stretch);
    tcase_add_test(tcase, slots_are_counted_by_their_length);
    tcase_add_test(tcase, a_hart_alone_leaves_no_trace_but_its_count);
    tcase_add_test(tcase, every_use_is_told_to_whoever_wants_gaps);
    tcase_add_test(tcase, a_slot_in_a_gap_that_has_passed_hides_no_later_one);
    tcase_add_test(tcase, a_reset_forgets_slots_and_keeps_ram);
    tcase_add_test(tcase, marked_pages_are_told_before_they_change);
    tcase_add_test(tcase, the_digest_does_not_tell_how_ram_became_zero);
    tcase_add_test(tcase, the_digest_tells_where_a_byte_is);
    tcase_add_test(tcase, a_saved_state_is_restored_exactly);
    tcase_add_test(tcase, a_state_that_is_cut_or_garbage_is_noticed);
}

TEST_MAIN("bus", add_tests)
