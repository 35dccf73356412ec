/*
 * DMA channels behind an IOMMU: every address that a channel issues is translated, and
 * what is refused is recorded, told to the channel, and does not happen.
 */
#include "tests/lib/iommu_tables.h"
#include "tests/lib/suite.h"

#include <string.h>

enum { SRC = 0x2000, DST = 0x8000, RING = 0x1000 };
enum { REASON = 0x21c, FAILED_ADDRESS = 0x238, MOVED = 0x228, STATE = 0x248 };

/* The channel's addresses are a guest's: its memory begins at 0 and is at BENCH_RAM. */
enum { GUEST = 0x100000 };

static struct dma_bench *bench;
static struct tables second;

#define BITS_RW (PTE_RW | PTE_U | PTE_AD)
#define BITS_R  (PTE_V | PTE_R | PTE_U | PTE_AD)

static void map(uint64_t gpa, uint64_t pa, uint64_t bits)
{
    tables_map(&second, gpa, pa, 0, bits);
}

static void set_up(void)
{
    bench = bench_new();
    bench_iommu(bench, NULL);
    io_second(bench, &second);
    io_directory(bench);
    io_queues(bench);
    for (uint32_t c = 0; c < DMA_CHANNELS; c++)
        io_context(bench, IO_ID + c,
                   (struct io_context){.tc = TC_V, .iohgatp = io_iohgatp(&second, 1)});
    for (uint64_t page = 0; page < 0x20; page++)
        map(GUEST + 0x1000 * page, BENCH_RAM + 0x1000 * page, BITS_RW);
    bench_fill(bench, SRC, 0x4000, 0x11);
    bench->heard_count = 0;
}

static void tear_down(void)
{
    bench_free(bench);
}

static void copy(unsigned channel, uint64_t dest, uint64_t source, uint64_t bytes,
                 enum dma_bus_mode mode)
{
    bench_claim(bench, channel);
    bench_write(bench, channel, 0x008, 8, bytes);
    bench_write(bench, channel, 0x010, 8, dest);
    bench_write(bench, channel, 0x018, 8, source);
    bench_write(bench, channel, 0x20c, 4, mode);
    bench_run(bench, channel);
}

static uint32_t control(void)
{
    return (uint32_t)bench_read(bench, 0, 0, 4);
}

static void expect_done(void)
{
    ck_assert_uint_eq(control() & (DMA_RUN | DMA_DONE | DMA_ERROR), DMA_DONE);
    ck_assert_uint_eq(bench_count(bench, EVENT_IOMMU_FAULT), 0);
}

static void expect_failed(enum dma_error_reason reason, uint64_t at, unsigned cause,
                          unsigned ttyp)
{
    struct io_record record = io_record(bench, 0);

    ck_assert_uint_eq(control() & (DMA_RUN | DMA_DONE | DMA_ERROR), DMA_ERROR);
    ck_assert_uint_eq(bench_read(bench, 0, REASON, 4), reason);
    ck_assert_uint_eq(bench_read(bench, 0, FAILED_ADDRESS, 8), at);
    ck_assert(bench->line[1]);
    ck_assert_uint_eq(record.cause, cause);
    ck_assert_uint_eq(record.ttyp, ttyp);
    ck_assert_uint_eq(record.did, IO_ID);
    ck_assert_uint_eq(record.iotval, at);
    ck_assert_uint_eq(bench->bus.others, 0);
}

/* --- what is allowed ----------------------------------------------------------------- */

/* In each bus mode; from and to the middle of pages, over their ends. */
START_TEST(a_copy_goes_where_the_pages_are)
{
    enum dma_bus_mode mode = (enum dma_bus_mode)(_i % 3);
    uint64_t in_source = _i / 3 ? 0xfa3 : 0, in_dest = _i / 3 ? 0xfed : 0;

    /* The guest's second page of each is not behind the first one. */
    map(GUEST + SRC + 0x1000, BENCH_RAM + 0x15000, BITS_R);
    map(GUEST + DST + 0x1000, BENCH_RAM + 0x18000, BITS_RW);
    bench_fill(bench, 0x15000, 0x1000, 0x77);
    copy(0, GUEST + DST + in_dest, GUEST + SRC + in_source, 0x800, mode);
    bench_finish(bench);
    expect_done();
    for (uint64_t i = 0; i < 0x800; i++) {
        uint64_t from = in_source + i, to = in_dest + i;

        from = from < 0x1000 ? SRC + from : 0x15000 + from - 0x1000;
        to = to < 0x1000 ? DST + to : 0x18000 + to - 0x1000;
        ck_assert_uint_eq(bench_byte(bench, to), bench_byte(bench, from));
    }
    ck_assert_uint_eq(bench_byte(bench, DST + 0x1000), 0);
}
END_TEST

/* In burst mode a burst of 64 bytes is translated twice, once an end. */
START_TEST(each_burst_is_translated)
{
    copy(0, GUEST + DST, GUEST + SRC, 640, DMA_MODE_BURST);
    bench_finish(bench);
    expect_done();
    ck_assert_uint_eq(bench->iommu->counts.translations, 20);
    ck_assert_uint_eq(bench->iommu->counts.misses, 2);
    ck_assert_uint_eq(bench->iommu->counts.hits, 18);
}
END_TEST

/* Look-ups are 2 cycles, a walk here 5 * 5 + 5 * 3 the first time, 15 the second. */
START_TEST(translation_delays_the_channel)
{
    uint64_t began = bench->queue.now, with, without;

    copy(0, GUEST + DST, GUEST + SRC, 64, DMA_MODE_BURST);
    with = bench_finish(bench) - began;
    began = bench->queue.now;
    bench->dma->bridge.translate = NULL;
    copy(0, BENCH_RAM + DST, BENCH_RAM + SRC, 64, DMA_MODE_BURST);
    without = bench_finish(bench) - began;
    ck_assert_uint_eq(with - without, 2 * 2 + 25 + 2 * 15);
}
END_TEST

START_TEST(walks_keep_the_bus_from_harts)
{
    uint64_t began = bench->queue.now;

    copy(0, GUEST + DST, GUEST + SRC, 64, DMA_MODE_BURST);
    bench_to(bench, began + 4); /* it asks */
    ck_assert_uint_eq(bench_hart(bench, began + 10), 4 + 2 + 40 - 10);
    bench_finish(bench);
    expect_done();
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_IOMMU].slots, 11);
}
END_TEST

START_TEST(descriptors_and_their_status_are_translated)
{
    static const uint32_t flags[] = {DMA_FLAG_END, 0};

    /* bench_descriptor takes offsets from BENCH_RAM; these are the guest's. */
    for (unsigned i = 0; i < 2; i++)
        bench_descriptor(bench, RING + 32 * i, GUEST + SRC + 64 * i - BENCH_RAM,
                         GUEST + DST + 64 * i - BENCH_RAM, 64, flags[(i + 1) % 2], 0);
    bench_claim(bench, 0);
    bench_write(bench, 0, 0x200, 8, GUEST + RING);
    bench_write(bench, 0, 0x208, 4, 4);
    bench_write(bench, 0, 0x214, 4, 2);
    bench_run(bench, 0);
    bench_finish(bench);
    expect_done();
    ck_assert(bench_same(bench, SRC, DST, 128));
    ck_assert_uint_eq(bench_status(bench, RING), DMA_STATUS_DONE | 64);
    ck_assert_uint_eq(bench_status(bench, RING + 32), DMA_STATUS_DONE | 64);
}
END_TEST

/* --- devices at one end -------------------------------------------------------------- */

static void device_transfer(enum dma_direction direction, uint64_t port,
                            uint64_t memory)
{
    bool from = direction == DMA_FROM_DEVICE;

    bench_claim(bench, 0);
    bench_write(bench, 0, 0x008, 8, 100);
    bench_write(bench, 0, 0x010, 8, from ? memory : port);
    bench_write(bench, 0, 0x018, 8, from ? port : memory);
    bench_write(bench, 0, 0x234, 4, (uint64_t)direction << 8 | BENCH_LINE);
    for (unsigned i = 0; i < 100; i++)
        bench->device.offers[i] = (uint8_t)(i + 1);
    bench->device.offered = 100;
    bench->device.line.asserted = true;
    bench_run(bench, 0);
}

START_TEST(a_device_is_reached_through_its_own_address)
{
    map(0x7000, BENCH_PORT, BITS_RW);
    device_transfer(DMA_FROM_DEVICE, 0x7000, GUEST + DST);
    bench_finish(bench);
    expect_done();
    ck_assert_int_eq(memcmp(bench->bus.ram.bytes + DST, bench->device.offers, 100), 0);
}
END_TEST

START_TEST(a_device_gets_what_is_in_the_guest)
{
    map(0x7000, BENCH_PORT, BITS_RW);
    device_transfer(DMA_TO_DEVICE, 0x7000, GUEST + SRC);
    bench_finish(bench);
    expect_done();
    ck_assert_int_eq(memcmp(bench->bus.ram.bytes + SRC, bench->device.got, 100), 0);
}
END_TEST

/* The line's number chooses the device, but does not let anybody to it. */
START_TEST(another_device_s_line_gives_nothing)
{
    device_transfer(_i ? DMA_TO_DEVICE : DMA_FROM_DEVICE, GUEST + 0x5000, GUEST + DST);
    bench_finish(bench);
    ck_assert_uint_eq(bench_read(bench, 0, REASON, 4), DMA_OTHER_DEVICE);
    ck_assert_uint_eq(bench_read(bench, 0, FAILED_ADDRESS, 8), GUEST + 0x5000);
    ck_assert_uint_eq(bench->device.taken + bench->device.given, 0);
}
END_TEST

START_TEST(a_port_that_is_not_mapped_is_blocked)
{
    device_transfer(_i ? DMA_TO_DEVICE : DMA_FROM_DEVICE, 0x7000, GUEST + DST);
    bench_finish(bench);
    expect_failed(_i ? DMA_WRITE_BLOCKED : DMA_READ_BLOCKED, 0x7000, _i ? 23 : 21,
                  _i ? 3 : 2);
    ck_assert_uint_eq(bench->device.taken + bench->device.given, 0);
}
END_TEST

/* Where its data cannot be put, none is taken. */
START_TEST(a_device_loses_no_data_to_a_blocked_write)
{
    map(0x7000, BENCH_PORT, BITS_RW);
    device_transfer(DMA_FROM_DEVICE, 0x7000, 0x900000);
    bench_finish(bench);
    expect_failed(DMA_WRITE_BLOCKED, 0x900000, 23, 3);
    ck_assert_uint_eq(bench->device.taken, 0);
}
END_TEST

START_TEST(a_channel_waits_for_its_line_behind_an_iommu_too)
{
    map(0x7000, BENCH_PORT, BITS_RW);
    device_transfer(DMA_FROM_DEVICE, 0x7000, GUEST + DST);
    bench->device.line.asserted = false;
    bench_finish(bench);
    ck_assert_uint_eq(bench_read(bench, 0, STATE, 4), DMA_WAIT_LINE);
    bench->device.line.asserted = true;
    bench->device.line.changed(bench->device.line.ctx, BENCH_LINE, true);
    bench_finish(bench);
    expect_done();
}
END_TEST

/* --- what is refused ------------------------------------------------------------------- */

START_TEST(a_blocked_read_of_the_source_moves_nothing)
{
    copy(0, GUEST + DST, 0x900000, 256, (enum dma_bus_mode)_i);
    bench_finish(bench);
    expect_failed(DMA_READ_BLOCKED, 0x900000, 21, 2);
    ck_assert_uint_eq(bench_read(bench, 0, MOVED, 8), 0);
    ck_assert_uint_eq(bench_byte(bench, DST), 0);
}
END_TEST

START_TEST(a_blocked_write_changes_nothing)
{
    map(GUEST + DST, BENCH_RAM + DST, BITS_R);
    copy(0, GUEST + DST, GUEST + SRC, 256, (enum dma_bus_mode)_i);
    bench_finish(bench);
    expect_failed(DMA_WRITE_BLOCKED, GUEST + DST, 23, 3);
    ck_assert_uint_eq(bench_byte(bench, DST), 0);
}
END_TEST

/* What came before the fault has landed. */
START_TEST(a_fault_in_the_middle_leaves_a_partial_copy)
{
    uint64_t dest = GUEST + 0x1ff00; /* 256 bytes before the end of what is mapped */

    copy(0, dest, GUEST + SRC, 512, DMA_MODE_BURST);
    bench_finish(bench);
    expect_failed(DMA_WRITE_BLOCKED, GUEST + 0x20000, 23, 3);
    ck_assert_uint_eq(bench_read(bench, 0, MOVED, 8), 256);
    ck_assert(bench_same(bench, SRC, 0x1ff00, 256));
    ck_assert_uint_eq(bench_byte(bench, 0x20000), 0);
}
END_TEST

START_TEST(a_blocked_descriptor_is_not_fetched)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, 0x220, 8, 0x900020);
    bench_run(bench, 0);
    bench_finish(bench);
    expect_failed(DMA_FETCH_BLOCKED, 0x900020, 21, 2);
}
END_TEST

START_TEST(a_blocked_status_is_not_written)
{
    map(GUEST + RING, BENCH_RAM + RING, BITS_R);
    bench_descriptor(bench, RING, GUEST + SRC - BENCH_RAM, GUEST + DST - BENCH_RAM, 64,
                     DMA_FLAG_END, 0);
    bench_claim(bench, 0);
    bench_write(bench, 0, 0x220, 8, GUEST + RING);
    bench_run(bench, 0);
    bench_finish(bench);
    expect_failed(DMA_STATUS_BLOCKED, GUEST + RING + DMA_DESCRIPTOR_STATUS, 23, 3);
    ck_assert_uint_eq(bench_status(bench, RING), 0);
    ck_assert(bench_same(bench, SRC, DST, 64));
}
END_TEST

START_TEST(a_failing_descriptor_is_marked)
{
    bench_descriptor(bench, RING, GUEST + SRC - BENCH_RAM, 0x900000 - BENCH_RAM, 64,
                     DMA_FLAG_END, 0);
    bench_claim(bench, 0);
    bench_write(bench, 0, 0x220, 8, GUEST + RING);
    bench_run(bench, 0);
    bench_finish(bench);
    expect_failed(DMA_WRITE_BLOCKED, 0x900000, 23, 3);
    ck_assert_uint_eq(bench_status(bench, RING), (uint32_t)DMA_STATUS_ERROR);
}
END_TEST

START_TEST(off_blocks_all_dma)
{
    io_write(bench, IO_DDTP, 8, 0);
    copy(0, BENCH_RAM + DST, BENCH_RAM + SRC, 64, DMA_MODE_BURST);
    bench_finish(bench);
    expect_failed(DMA_READ_BLOCKED, BENCH_RAM + SRC, 256, 2);
}
END_TEST

START_TEST(bare_lets_all_dma_pass)
{
    io_write(bench, IO_DDTP, 8, 0);
    io_write(bench, IO_DDTP, 8, 1);
    copy(0, BENCH_RAM + DST, BENCH_RAM + SRC, 5000, DMA_MODE_BURST);
    bench_finish(bench);
    expect_done();
    ck_assert(bench_same(bench, SRC, DST, 5000));
}
END_TEST

/* A translation that leads nowhere is the bus's refusal; software sees its own address. */
START_TEST(what_the_bus_refuses_has_the_channel_s_address)
{
    map(GUEST + SRC, 0x1000, BITS_RW);
    copy(0, GUEST + DST, GUEST + SRC + 0x40, 64, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_uint_eq(bench_read(bench, 0, REASON, 4), DMA_READ_REFUSED);
    ck_assert_uint_eq(bench_read(bench, 0, FAILED_ADDRESS, 8), GUEST + SRC + 0x40);
}
END_TEST

START_TEST(each_channel_has_an_id_of_its_own)
{
    for (unsigned c = 0; c < DMA_CHANNELS; c++) {
        copy(c, GUEST + DST, 0x900000 + 0x1000 * c, 64, DMA_MODE_BURST);
        bench_finish(bench);
        ck_assert_uint_eq(io_record(bench, c).did, IO_ID + c);
    }
}
END_TEST

START_TEST(all_channels_may_fail_at_once)
{
    for (unsigned c = 0; c < DMA_CHANNELS; c++)
        copy(c, GUEST + DST, 0x900000, 64, (enum dma_bus_mode)(c % 3));
    bench_finish(bench);
    ck_assert_uint_eq(io_read(bench, IO_FQT, 4), 4);
    ck_assert_uint_eq(bench->bus.others, 0);
}
END_TEST

/* --- stale translations ------------------------------------------------------------------ */

START_TEST(a_stale_translation_is_used_until_it_is_invalidated)
{
    copy(0, GUEST + DST, GUEST + SRC, 64, DMA_MODE_BURST);
    bench_finish(bench);
    map(GUEST + DST, BENCH_RAM + 0x18000, BITS_RW);
    copy(0, GUEST + DST, GUEST + SRC + 64, 64, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert(bench_same(bench, SRC + 64, DST, 64)); /* where it was */
    io_command(bench, 1 | BIT(7) | BIT(33) | BIT(10) | UINT64_C(1) << 44,
               (uint64_t)(GUEST + DST) >> 12 << 10);
    bench_finish(bench);
    copy(0, GUEST + DST, GUEST + SRC + 128, 64, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert(bench_same(bench, SRC + 128, 0x18000, 64));
    ck_assert(bench_same(bench, SRC + 64, DST, 64));
}
END_TEST

/*
 * At every cycle of a copy: the page is taken away, and the fence after the invalidation
 * completes. From then on nothing is written there, whatever the channel has asked before.
 */
START_TEST(after_the_fence_nothing_is_written)
{
    uint64_t began = bench->queue.now;
    uint8_t there[64];

    copy(0, GUEST + DST, GUEST + SRC, 64, (enum dma_bus_mode)(_i % 3));
    bench_to(bench, began + (uint64_t)_i / 3);
    map(GUEST + DST, 0, 0);
    io_command(bench, 1 | BIT(7), 0);
    io_command(bench, UINT64_C(1) << 32 | BIT(13) | BIT(10) | 2,
               (BENCH_RAM + IO_FENCE) >> 2);
    while (io_get(bench, IO_FENCE) == 0)
        bench_to(bench, bench->queue.now + 1);
    memcpy(there, bench->bus.ram.bytes + DST, sizeof(there));
    bench_finish(bench);
    ck_assert_int_eq(memcmp(there, bench->bus.ram.bytes + DST, sizeof(there)), 0);
}
END_TEST

START_TEST(a_stopped_channel_forgets_its_answers)
{
    uint64_t began = bench->queue.now;

    copy(0, GUEST + DST, GUEST + SRC, 64, DMA_MODE_BURST);
    bench_to(bench, began + 30); /* asked, and not answered yet */
    bench_write(bench, 0, 0, 4, DMA_CLAIM);
    bench_finish(bench);
    ck_assert(!bench->dma->channel[0].way[0].is_answered);
    ck_assert_uint_eq(bench->bus.others, 0);
    ck_assert_uint_eq(bench_byte(bench, DST), 0);
}
END_TEST

/* Without an IOMMU the device's own end has no address. */
START_TEST(without_an_iommu_nothing_is_asked)
{
    bench->dma->bridge.translate = NULL;
    device_transfer(DMA_FROM_DEVICE, 0, BENCH_RAM + DST);
    bench_finish(bench);
    expect_done();
    ck_assert_uint_eq(bench->iommu->counts.translations, 0);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_copy_goes_where_the_pages_are, 0, 6);
    tcase_add_test(tcase, each_burst_is_translated);
    tcase_add_test(tcase, translation_delays_the_channel);
    tcase_add_test(tcase, walks_keep_the_bus_from_harts);
    tcase_add_test(tcase, descriptors_and_their_status_are_translated);
    tcase_add_test(tcase, a_device_is_reached_through_its_own_address);
    tcase_add_test(tcase, a_device_gets_what_is_in_the_guest);
    tcase_add_loop_test(tcase, another_device_s_line_gives_nothing, 0, 2);
    tcase_add_loop_test(tcase, a_port_that_is_not_mapped_is_blocked, 0, 2);
    tcase_add_test(tcase, a_device_loses_no_data_to_a_blocked_write);
    tcase_add_test(tcase, a_channel_waits_for_its_line_behind_an_iommu_too);
    tcase_add_loop_test(tcase, a_blocked_read_of_the_source_moves_nothing, 0, 3);
    tcase_add_loop_test(tcase, a_blocked_write_changes_nothing, 0, 3);
    tcase_add_test(tcase, a_fault_in_the_middle_leaves_a_partial_copy);
    tcase_add_test(tcase, a_blocked_descriptor_is_not_fetched);
    tcase_add_test(tcase, a_blocked_status_is_not_written);
    tcase_add_test(tcase, a_failing_descriptor_is_marked);
    tcase_add_test(tcase, off_blocks_all_dma);
    tcase_add_test(tcase, bare_lets_all_dma_pass);
    tcase_add_test(tcase, what_the_bus_refuses_has_the_channel_s_address);
    tcase_add_test(tcase, each_channel_has_an_id_of_its_own);
    tcase_add_test(tcase, all_channels_may_fail_at_once);
    tcase_add_test(tcase, a_stale_translation_is_used_until_it_is_invalidated);
    tcase_add_loop_test(tcase, after_the_fence_nothing_is_written, 0, 3 * 200);
    tcase_add_test(tcase, a_stopped_channel_forgets_its_answers);
    tcase_add_test(tcase, without_an_iommu_nothing_is_asked);
}

TEST_MAIN("iommu dma", add_tests)
