/* The DMA controller at bus level, claim by claim: docs/manual/dma.md is its data sheet. */
#include "tests/lib/dma_bench.h"
#include "tests/lib/suite.h"

#include "base/buf.h"

#include <string.h>

enum {
    CONTROL = 0x000,
    NEXT_CONFIG = 0x004,
    NEXT_BYTES = 0x008,
    NEXT_DEST = 0x010,
    NEXT_SOURCE = 0x018,
    EXEC_CONFIG = 0x104,
    EXEC_BYTES = 0x108,
    EXEC_DEST = 0x110,
    EXEC_SOURCE = 0x118,
    RING_BASE = 0x200,
    RING_SIZE = 0x208,
    BUS_MODE = 0x20c,
    CONSUMER = 0x210,
    PRODUCER = 0x214,
    FAILED = 0x218,
    REASON = 0x21c,
    CHAIN_HEAD = 0x220,
    MOVED = 0x228,
    PRIORITY = 0x230,
    REQUEST = 0x234,
    FAILED_ADDRESS = 0x238,
    DESCRIPTOR = 0x240,
    STATE = 0x248
};

#define RUNNING     (DMA_CLAIM | DMA_RUN | DMA_DONE_IE | DMA_ERR_IE)
#define IDLE        (DMA_CLAIM | DMA_DONE_IE | DMA_ERR_IE)
#define SIZES(log2) ((uint64_t)(log2) << 28 | (uint64_t)(log2) << 24)

/* A test's bench, and offsets in RAM that it uses. */
enum { SRC = 0x1000, DST = 0x8000, RING = 0x400 };

static struct dma_bench *bench;

static void set_up(void)
{
    bench = bench_new();
    bench_fill(bench, SRC, 0x2000, 0x11);
}

static void tear_down(void)
{
    bench_free(bench);
}

static uint32_t control(unsigned channel)
{
    return (uint32_t)bench_read(bench, channel, CONTROL, 4);
}

static uint32_t reg4(uint32_t offset)
{
    return (uint32_t)bench_read(bench, 0, offset, 4);
}

static uint64_t reg8(uint32_t offset)
{
    return bench_read(bench, 0, offset, 8);
}

/* --- the FU540's registers ----------------------------------------------------- */

START_TEST(claiming_resets_the_next_registers)
{
    bench_write(bench, 0, NEXT_BYTES, 8, 77);
    bench_write(bench, 0, NEXT_CONFIG, 4, SIZES(3));
    bench_write(bench, 0, RING_SIZE, 4, 8);
    bench_write(bench, 0, BUS_MODE, 4, 1);
    bench_claim(bench, 0);
    ck_assert_uint_eq(reg8(NEXT_BYTES), 0);
    ck_assert_uint_eq(reg4(NEXT_CONFIG), 0x66000000);
    ck_assert_uint_eq(reg4(RING_SIZE), 0);
    ck_assert_uint_eq(reg4(BUS_MODE), 0);
    bench_write(bench, 0, NEXT_BYTES, 8, 78);
    bench_claim(bench, 0); /* was claimed already */
    ck_assert_uint_eq(reg8(NEXT_BYTES), 78);
}
END_TEST

START_TEST(an_unclaimed_channel_cannot_run)
{
    bench_write(bench, 0, CONTROL, 4, DMA_RUN);
    ck_assert_uint_eq(control(0), 0);
    bench_write(bench, 0, CONTROL, 4, DMA_CLAIM | DMA_RUN); /* claimed by this write */
    ck_assert_uint_eq(control(0), DMA_CLAIM);
    ck_assert_uint_eq(bench->queue.next_due, NEVER);
}
END_TEST

START_TEST(claim_cannot_be_cleared_while_the_channel_runs)
{
    bench_copy(bench, 0, DST, SRC, 128, DMA_MODE_BURST);
    bench_write(bench, 0, CONTROL, 4, DMA_RUN);
    ck_assert_uint_eq(control(0), DMA_CLAIM | DMA_RUN);
    bench_finish(bench);
    bench_write(bench, 0, CONTROL, 4, 0);
    ck_assert_uint_eq(control(0), 0);
}
END_TEST

START_TEST(a_transfer_leaves_the_registers_as_on_the_fu540)
{
    bench_copy(bench, 0, DST, SRC, 1000, DMA_MODE_BURST);
    ck_assert_uint_eq(control(0), RUNNING);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert_uint_eq(reg4(EXEC_CONFIG), 0x66000000);
    ck_assert_uint_eq(reg8(EXEC_BYTES), 0);
    ck_assert_uint_eq(reg8(EXEC_DEST), BENCH_RAM + DST + 1000);
    ck_assert_uint_eq(reg8(EXEC_SOURCE), BENCH_RAM + SRC + 1000);
    ck_assert_uint_eq(reg8(NEXT_BYTES), 1000);
    ck_assert_uint_eq(reg8(MOVED), 1000);
    ck_assert(bench_same(bench, SRC, DST, 1000));
    ck_assert_uint_eq(bench_byte(bench, DST + 1000), 0);
    ck_assert_uint_eq(bench->bus.others, 0);
}
END_TEST

START_TEST(repeat_loads_the_exec_registers_again)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_CONFIG, 4, SIZES(6) | DMA_REPEAT);
    bench_write(bench, 0, NEXT_BYTES, 8, 100);
    bench_write(bench, 0, NEXT_DEST, 8, BENCH_RAM + DST);
    bench_write(bench, 0, NEXT_SOURCE, 8, BENCH_RAM + SRC);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert_uint_eq(reg8(EXEC_BYTES), 100);
    ck_assert_uint_eq(reg8(EXEC_DEST), BENCH_RAM + DST);
    ck_assert_uint_eq(reg8(EXEC_SOURCE), BENCH_RAM + SRC);
}
END_TEST

START_TEST(no_bytes_are_done_at_once)
{
    bench_copy(bench, 0, DST, SRC, 0, DMA_MODE_BURST);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert_uint_eq(reg4(EXEC_CONFIG), 0);
    ck_assert(bench->line[0]);
}
END_TEST

START_TEST(done_and_error_raise_their_lines_while_they_are_enabled)
{
    bench_copy(bench, 1, DST, SRC, 64, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert(bench->line[2]);
    ck_assert(!bench->line[3]);
    bench_write(bench, 1, CONTROL, 4, DMA_CLAIM | DMA_DONE); /* doneIE off */
    ck_assert(!bench->line[2]);
    bench_write(bench, 1, CONTROL, 4, DMA_CLAIM | DMA_DONE | DMA_DONE_IE);
    ck_assert(bench->line[2]);
    bench_write(bench, 1, CONTROL, 4, IDLE); /* done cleared */
    ck_assert(!bench->line[2]);

    bench_write(bench, 1, NEXT_SOURCE, 8, 0x10);
    bench_run(bench, 1);
    bench_finish(bench);
    ck_assert(!bench->line[2]);
    ck_assert(bench->line[3]);
    bench_write(bench, 1, CONTROL, 4, IDLE);
    ck_assert(!bench->line[3]);
}
END_TEST

START_TEST(sizes_that_differ_are_an_error)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_CONFIG, 4, UINT64_C(3) << 28 | UINT64_C(2) << 24);
    bench_write(bench, 0, NEXT_BYTES, 8, 64);
    bench_run(bench, 0);
    ck_assert_uint_eq(control(0), IDLE | DMA_ERROR);
    ck_assert_uint_eq(reg4(REASON), DMA_BAD_SIZES);
}
END_TEST

static const struct access {
    const char *claim;
    uint32_t offset;
    unsigned size;
    enum bus_response response;
} accesses[] = {
    {"4 bytes of a 4-byte register", CONTROL, 4, BUS_OKAY},
    {"8 bytes of an 8-byte register", NEXT_BYTES, 8, BUS_OKAY},
    {"the lower half of an 8-byte register", NEXT_BYTES, 4, BUS_OKAY},
    {"its upper half", NEXT_BYTES + 4, 4, BUS_OKAY},
    {"8 bytes of two 4-byte registers", CONTROL, 8, BUS_SLVERR},
    {"2 bytes", CONTROL, 2, BUS_SLVERR},
    {"1 byte", NEXT_BYTES, 1, BUS_SLVERR},
    {"8 bytes, misaligned", NEXT_BYTES + 4, 8, BUS_SLVERR},
    {"no register", 0x100, 4, BUS_DECERR},
    {"no register either", 0x300, 8, BUS_DECERR},
    {"the last channel's", 0x3000 + EXEC_SOURCE, 8, BUS_OKAY},
};

START_TEST(accesses_follow_the_size_rules)
{
    const struct access *row = &accesses[_i];
    uint64_t value;

    ck_assert_msg(bus_read(&bench->bus, INITIATOR_HART, BENCH_DMA + row->offset,
                           row->size, &value) == row->response,
                  "reading %s", row->claim);
    ck_assert_msg(bus_write(&bench->bus, INITIATOR_HART, BENCH_DMA + row->offset,
                            row->size, 0) == row->response,
                  "writing %s", row->claim);
}
END_TEST

START_TEST(an_8_byte_register_is_written_by_halves)
{
    bench_write(bench, 0, NEXT_DEST, 4, 0x55667788);
    bench_write(bench, 0, NEXT_DEST + 4, 4, 0x11223344);
    ck_assert_uint_eq(reg8(NEXT_DEST), UINT64_C(0x1122334455667788));
    ck_assert_uint_eq(bench_read(bench, 0, NEXT_DEST + 4, 4), 0x11223344);
}
END_TEST

START_TEST(exec_registers_and_reserved_bits_cannot_be_written)
{
    bench_write(bench, 0, EXEC_BYTES, 8, 5);
    bench_write(bench, 0, EXEC_CONFIG, 4, 5);
    bench_write(bench, 0, NEXT_CONFIG, 4, UINT32_MAX);
    bench_write(bench, 0, RING_BASE, 8, UINT64_MAX);
    bench_write(bench, 0, BUS_MODE, 4, 3);
    bench_write(bench, 0, REQUEST, 4, UINT32_MAX);
    bench_write(bench, 0, PRIORITY, 4, UINT32_MAX);
    ck_assert_uint_eq(reg8(EXEC_BYTES), 0);
    ck_assert_uint_eq(reg4(EXEC_CONFIG), 0);
    ck_assert_uint_eq(reg4(NEXT_CONFIG), 0xff00000c);
    ck_assert_uint_eq(reg8(RING_BASE), BITS(55, 5));
    ck_assert_uint_eq(reg4(BUS_MODE), 0);
    ck_assert_uint_eq(reg4(REQUEST), 0xf);
    ck_assert_uint_eq(reg4(PRIORITY), 7);
}
END_TEST

/* --- what is copied ------------------------------------------------------------ */

static const struct copy {
    uint32_t dest, source, bytes, log2;
} copies[] = {
    {DST, SRC, 1, 6},         {DST, SRC, 7, 6},           {DST + 1, SRC, 64, 6},
    {DST, SRC + 3, 64, 6},    {DST + 5, SRC + 2, 333, 6}, {DST, SRC, 4096, 6},
    {DST + 7, SRC + 7, 9, 0}, {DST, SRC, 63, 1},          {DST, SRC, 100, 2},
    {DST, SRC, 100, 3},       {DST, SRC, 1000, 5},        {DST, SRC, 100, 15},
};

START_TEST(any_length_and_alignment_is_copied_in_any_mode)
{
    const struct copy *row = &copies[_i / 3];

    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_CONFIG, 4, SIZES(row->log2));
    bench_write(bench, 0, NEXT_BYTES, 8, row->bytes);
    bench_write(bench, 0, NEXT_DEST, 8, BENCH_RAM + row->dest);
    bench_write(bench, 0, NEXT_SOURCE, 8, BENCH_RAM + row->source);
    bench_write(bench, 0, BUS_MODE, 4, (uint64_t)_i % 3);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert(bench_same(bench, row->dest, row->source, row->bytes));
    ck_assert_uint_eq(bench_byte(bench, row->dest + row->bytes), 0);
    ck_assert_uint_eq(bench_byte(bench, row->dest - 1), 0);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].bytes_read, row->bytes);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].bytes_written, row->bytes);
}
END_TEST

/* A destination 16 bytes behind the source: a burst is read before any of it is
 * written, and the next burst reads what this one wrote. */
START_TEST(overlapping_copies_go_burst_by_burst)
{
    uint8_t expected[256];

    ram_read(&bench->bus.ram, BENCH_RAM + SRC, expected, sizeof(expected));
    for (unsigned at = 0; at + 64 <= 192; at += 64)
        memmove(expected + 16 + at, expected + at, 64);
    bench_copy(bench, 0, SRC + 16, SRC, 192, (enum dma_bus_mode)_i);
    bench_finish(bench);
    ck_assert_mem_eq(bench->bus.ram.bytes + SRC, expected, 208);
}
END_TEST

START_TEST(the_size_field_sets_the_burst)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_CONFIG, 4, SIZES(3));
    bench_write(bench, 0, NEXT_BYTES, 8, 64);
    bench_write(bench, 0, NEXT_DEST, 8, BENCH_RAM + DST);
    bench_write(bench, 0, NEXT_SOURCE, 8, BENCH_RAM + SRC);
    bench_run(bench, 0);
    /* 8 bursts of a read and a write slot, each after 1 cycle of arbitration. */
    ck_assert_uint_eq(bench_finish(bench), 4 + 8 * 10 + 7);
    ck_assert_uint_eq(bench_count(bench, EVENT_DMA_BURST), 8);
}
END_TEST

/* --- when it is copied --------------------------------------------------------- */

START_TEST(burst_mode_holds_the_bus_for_a_whole_burst)
{
    bench_copy(bench, 0, DST, SRC, 128, DMA_MODE_BURST);
    bench_to(bench, 3);
    ck_assert_uint_eq(reg4(STATE), DMA_READ);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 0);
    bench_to(bench, 4);
    ck_assert_uint_eq(bench->bus.busy_until, 84);
    ck_assert_uint_eq(bench_byte(bench, DST), 0);
    bench_to(bench, 44);
    ck_assert_uint_eq(reg4(STATE), DMA_WRITE);
    ck_assert(bench_same(bench, DST, SRC, 64));
    ck_assert_uint_eq(reg8(EXEC_BYTES), 64);
    ck_assert_uint_eq(reg8(EXEC_DEST), BENCH_RAM + DST + 64);
    ck_assert_uint_eq(bench_hart(bench, 50), 34); /* it waits for the whole burst */
    ck_assert_uint_eq(bench_finish(bench), 89 + 80);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 32);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].wait_cycles, 4);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_HART].wait_cycles, 34);
}
END_TEST

START_TEST(without_others_burst_mode_takes_two_slots_for_8_bytes)
{
    bench_copy(bench, 0, DST, SRC, 128, DMA_MODE_BURST);
    ck_assert_uint_eq(bench_finish(bench), 4 + 80 + 1 + 80);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].wait_cycles, 0);
}
END_TEST

START_TEST(stealing_leaves_every_other_slot)
{
    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_STEAL);
    ck_assert_uint_eq(bench_finish(bench), 4 + 15 * 10 + 5);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 16);
}
END_TEST

START_TEST(a_hart_waits_for_at_most_one_stolen_slot)
{
    uint64_t clock = 0;

    bench_copy(bench, 0, DST, SRC, 512, DMA_MODE_STEAL);
    while (control(0) & DMA_RUN) { /* a hart that does nothing but load */
        uint64_t waited;

        bench_to(bench, clock);
        waited = bench_hart(bench, clock);
        ck_assert_uint_le(waited, 5);
        clock += waited + 5;
    }
    ck_assert(bench_same(bench, DST, SRC, 512));
    /* d h d h: neither gets more than the other. */
    ck_assert_uint_ge(bench->bus.counts[INITIATOR_HART].slots, 127);
    ck_assert_uint_le(bench->bus.counts[INITIATOR_HART].slots, 130);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 128);
}
END_TEST

START_TEST(transparent_mode_uses_every_gap_of_an_idle_bus)
{
    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_TRANSPARENT);
    ck_assert_uint_eq(bench_finish(bench), 4 + 16 * 5);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 16);
}
END_TEST

START_TEST(transparent_mode_never_delays_a_hart)
{
    static const uint64_t steps[] = {5, 6, 9, 10, 14, 5, 7, 23};
    uint64_t clock = 0;

    bench_copy(bench, 0, DST, SRC, 256, DMA_MODE_TRANSPARENT);
    for (unsigned i = 0; control(0) & DMA_RUN; i++) {
        bench_to(bench, clock);
        ck_assert_uint_eq(bench_hart(bench, clock), 0);
        clock += steps[i % COUNT(steps)];
    }
    ck_assert(bench_same(bench, DST, SRC, 256));
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].wait_cycles, 0);
    ck_assert_uint_eq(bench_count(bench, EVENT_BUS_WAIT), 0);
}
END_TEST

START_TEST(a_gap_that_is_too_short_is_not_used)
{
    uint64_t clock = 0;

    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_TRANSPARENT);
    for (; clock < 900; clock += 9) { /* 5 cycles of use, 4 of nothing */
        bench_to(bench, clock);
        bench_hart(bench, clock);
    }
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 0);
    bench_to(bench, 895);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 0);
    bench_to(bench, 901); /* the last use ended at 896 */
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 1);
}
END_TEST

/* An instruction that starts before a gap is over may use the bus after it. */
START_TEST(a_gap_that_was_whole_before_a_use_is_used)
{
    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_TRANSPARENT);
    bench_to(bench, 8);
    ck_assert_uint_eq(bench_hart(bench, 10), 0); /* the gap is 4 to 9 */
    bench_to(bench, 9);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 1);
    bench_to(bench, 19);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 1);
    bench_to(bench, 20); /* from 15, when the hart's slot ended */
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 2);
}
END_TEST

/* Two harts, of which the one that is ahead asks first. */
START_TEST(uses_may_be_told_out_of_order)
{
    bench_copy(bench, 0, DST, SRC, 8, DMA_MODE_TRANSPARENT);
    ck_assert_uint_eq(bench_hart(bench, 9), 0);
    ck_assert_uint_eq(bench_hart(bench, 2), 0);
    ck_assert_uint_eq(bench_finish(bench), 14 + 5 + 5);
}
END_TEST

/* --- several channels ---------------------------------------------------------- */

/* Which channels moved bursts, in order: "0101". */
static const char *burst_order(char order[static 64])
{
    unsigned count = 0;

    for (unsigned i = 0; i < bench->heard_count && count < 63; i++)
        if (bench->heard[i].kind == EVENT_DMA_BURST)
            order[count++] = (char)('0' + bench->heard[i].dma_burst.channel);
    order[count] = '\0';
    return order;
}

START_TEST(channels_of_equal_priority_take_turns)
{
    char order[64];

    for (unsigned i = 0; i < 4; i++)
        bench_copy(bench, i, DST + i * 0x1000, SRC, 192, (enum dma_bus_mode)_i);
    bench_finish(bench);
    ck_assert_str_eq(burst_order(order), "012301230123");
    ck_assert_uint_eq(bench->bus.others, 0);
}
END_TEST

START_TEST(the_highest_priority_gets_the_next_burst)
{
    char order[64];

    bench_copy(bench, 0, DST, SRC, 192, DMA_MODE_BURST);
    bench_copy(bench, 1, DST + 0x1000, SRC, 128, DMA_MODE_BURST);
    bench_copy(bench, 2, DST + 0x2000, SRC, 128, DMA_MODE_BURST);
    bench_write(bench, 1, PRIORITY, 4, 3);
    bench_write(bench, 2, PRIORITY, 4, 7);
    bench_finish(bench);
    ck_assert_str_eq(burst_order(order), "2211000");
    for (unsigned i = 0; i < 3; i++)
        ck_assert(bench_same(bench, DST + i * 0x1000, SRC, 128));
}
END_TEST

START_TEST(a_late_channel_of_high_priority_goes_first_after_the_burst)
{
    char order[64];

    bench_copy(bench, 0, DST, SRC, 256, DMA_MODE_BURST);
    bench_to(bench, 50);
    bench_copy(bench, 3, DST + 0x1000, SRC, 128, DMA_MODE_BURST);
    bench_write(bench, 3, PRIORITY, 4, 1);
    bench_finish(bench);
    ck_assert_str_eq(burst_order(order), "033000");
}
END_TEST

START_TEST(a_channel_is_charged_for_waiting_for_another)
{
    const struct event *wait;

    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_BURST);
    bench_copy(bench, 1, DST + 0x1000, SRC, 64, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].wait_cycles, 0);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA + 1].wait_cycles, 80);
    wait = bench_last(bench, EVENT_BUS_WAIT);
    ck_assert_uint_eq(wait->bus_wait.initiator, INITIATOR_DMA + 1);
    ck_assert_uint_eq(wait->bus_wait.holder, INITIATOR_DMA);
}
END_TEST

START_TEST(channels_in_all_three_modes_finish_together)
{
    bench_copy(bench, 0, DST, SRC, 512, DMA_MODE_BURST);
    bench_copy(bench, 1, DST + 0x1000, SRC, 512, DMA_MODE_STEAL);
    bench_copy(bench, 2, DST + 0x2000, SRC, 512, DMA_MODE_TRANSPARENT);
    bench_copy(bench, 3, DST + 0x3000, SRC, 512, DMA_MODE_TRANSPARENT);
    bench_finish(bench);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(control(i), IDLE | DMA_DONE);
        ck_assert(bench_same(bench, DST + i * 0x1000, SRC, 512));
    }
    ck_assert_uint_eq(bench->bus.others, 0);
}
END_TEST

START_TEST(a_second_controller_has_its_own_channels_and_initiators)
{
    bench_second(bench);
    ck_assert_uint_eq(bench->second->device.unit, 1);
    bench_copy(bench, 0, DST, SRC, 128, (enum dma_bus_mode)_i);
    bus_write(&bench->bus, INITIATOR_HART, BENCH_DMA + 0x10000, 4, DMA_CLAIM);
    bus_write(&bench->bus, INITIATOR_HART, BENCH_DMA + 0x10008, 8, 128);
    bus_write(&bench->bus, INITIATOR_HART, BENCH_DMA + 0x10010, 8,
              BENCH_RAM + DST + 0x1000);
    bus_write(&bench->bus, INITIATOR_HART, BENCH_DMA + 0x10018, 8, BENCH_RAM + SRC);
    bus_write(&bench->bus, INITIATOR_HART, BENCH_DMA + 0x1020c, 4, (uint64_t)_i);
    bus_write(&bench->bus, INITIATOR_HART, BENCH_DMA + 0x10000, 4, DMA_CLAIM | DMA_RUN);
    bench_finish(bench);
    ck_assert(bench_same(bench, DST, SRC, 128));
    ck_assert(bench_same(bench, DST + 0x1000, SRC, 128));
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].bytes_written, 128);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA + 4].bytes_written, 128);
}
END_TEST

/* --- errors -------------------------------------------------------------------- */

static const struct refused {
    const char *claim;
    uint64_t source, dest;
    enum dma_error_reason reason;
    uint64_t at, moved;
} refusals[] = {
    {"a read where nothing answers", 0x20, BENCH_RAM + DST, DMA_READ_REFUSED, 0x20, 0},
    {"a write where nothing answers", BENCH_RAM + SRC, 0x20, DMA_WRITE_REFUSED, 0x20,
     0},
    {"a read past the end of RAM", BENCH_RAM + BENCH_RAM_SIZE - 80, BENCH_RAM + DST,
     DMA_READ_REFUSED, BENCH_RAM + BENCH_RAM_SIZE, 64},
    {"a write past the end of RAM", BENCH_RAM + SRC, BENCH_RAM + BENCH_RAM_SIZE - 80,
     DMA_WRITE_REFUSED, BENCH_RAM + BENCH_RAM_SIZE, 80},
    {"a device that takes 4 bytes at a time", BENCH_RAM + SRC, BENCH_PORT,
     DMA_WRITE_REFUSED, BENCH_PORT, 0},
    {"its own controller", BENCH_RAM + SRC, BENCH_DMA + NEXT_BYTES, DMA_WRITE_REFUSED,
     BENCH_DMA + NEXT_BYTES, 0},
    {"the end of the address space", UINT64_MAX - 3, BENCH_RAM + DST, DMA_READ_REFUSED,
     UINT64_MAX - 3, 0},
};

START_TEST(a_refused_access_ends_the_transfer_and_says_where)
{
    const struct refused *row = &refusals[_i / 3];

    bench_copy(bench, 0, row->dest - BENCH_RAM, row->source - BENCH_RAM, 256,
               (enum dma_bus_mode)(_i % 3));
    bench_finish(bench);
    ck_assert_msg(control(0) == (IDLE | DMA_ERROR), "%s", row->claim);
    ck_assert_msg(reg4(REASON) == row->reason, "%s", row->claim);
    ck_assert_msg(reg8(FAILED_ADDRESS) == row->at, "%s: 0x%lx", row->claim,
                  reg8(FAILED_ADDRESS));
    ck_assert_msg(reg8(MOVED) == row->moved, "%s", row->claim);
    ck_assert_uint_eq(reg8(EXEC_BYTES), 256 - row->moved);
    ck_assert_uint_eq(reg8(EXEC_SOURCE), row->source + row->moved);
    ck_assert_uint_eq(reg8(EXEC_DEST), row->dest + row->moved);
    ck_assert_uint_eq(reg4(STATE), DMA_FAILED);
    ck_assert_uint_eq(bench->bus.others, 0);
    ck_assert(bench->line[1]);
    ck_assert_uint_eq(bench_count(bench, EVENT_DMA_ERROR), 1);
}
END_TEST

START_TEST(what_was_moved_before_an_error_stays)
{
    bench_copy(bench, 0, BENCH_RAM_SIZE - 80, SRC, 256, (enum dma_bus_mode)_i);
    bench_finish(bench);
    ck_assert(bench_same(bench, BENCH_RAM_SIZE - 80, SRC, 80));
    ck_assert_uint_eq(bench_last(bench, EVENT_DMA_ERROR)->dma_error.bytes, 80);
}
END_TEST

START_TEST(a_channel_runs_again_after_an_error)
{
    bench_copy(bench, 0, DST, 0x20 - BENCH_RAM, 64, DMA_MODE_BURST);
    bench_finish(bench);
    bench_write(bench, 0, NEXT_SOURCE, 8, BENCH_RAM + SRC);
    bench_run(bench, 0);
    ck_assert_uint_eq(control(0), RUNNING);
    ck_assert(!bench->line[1]);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert_uint_eq(reg4(REASON), DMA_NO_ERROR);
    ck_assert(bench_same(bench, DST, SRC, 64));
}
END_TEST

START_TEST(clearing_run_stops_where_it_is)
{
    bench_copy(bench, 0, DST, SRC, 256, DMA_MODE_BURST);
    bench_to(bench, 130);
    bench_write(bench, 0, CONTROL, 4, IDLE);
    ck_assert_uint_eq(control(0), IDLE);
    ck_assert_uint_eq(reg4(STATE), DMA_IDLE);
    ck_assert_uint_eq(bench->bus.others, 0);
    bench_finish(bench);
    ck_assert_uint_eq(reg8(MOVED), 128);
    ck_assert_uint_eq(reg8(EXEC_BYTES), 128);
    ck_assert(bench_same(bench, DST, SRC, 128));
    ck_assert_uint_eq(bench_byte(bench, DST + 128), 0);
    ck_assert(!bench->line[0]);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert(bench_same(bench, DST, SRC, 256));
}
END_TEST

/* --- rings --------------------------------------------------------------------- */

static void ring(uint32_t size, uint32_t consumer, uint32_t producer,
                 enum dma_bus_mode mode)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, RING_BASE, 8, BENCH_RAM + RING);
    bench_write(bench, 0, RING_SIZE, 4, size);
    bench_write(bench, 0, BUS_MODE, 4, mode);
    bench_write(bench, 0, CONSUMER, 4, consumer);
    bench_write(bench, 0, PRODUCER, 4, producer);
    bench_run(bench, 0);
}

static uint64_t slot(uint32_t n)
{
    return RING + n * UINT64_C(32);
}

START_TEST(a_ring_gathers_and_scatters)
{
    bench_descriptor(bench, slot(0), SRC, DST, 100, 0, 0);
    bench_descriptor(bench, slot(1), SRC + 0x500, DST + 100, 50, 0, 0);
    bench_descriptor(bench, slot(2), SRC + 0x900, DST + 0x700, 8, DMA_FLAG_IRQ, 0);
    ring(4, 0, 3, (enum dma_bus_mode)_i);
    bench_finish(bench);
    ck_assert(bench_same(bench, DST, SRC, 100));
    ck_assert(bench_same(bench, DST + 100, SRC + 0x500, 50));
    ck_assert(bench_same(bench, DST + 0x700, SRC + 0x900, 8));
    ck_assert_uint_eq(bench_status(bench, slot(0)), DMA_STATUS_DONE | 100);
    ck_assert_uint_eq(bench_status(bench, slot(1)), DMA_STATUS_DONE | 50);
    ck_assert_uint_eq(bench_status(bench, slot(2)), DMA_STATUS_DONE | 8);
    ck_assert_uint_eq(reg4(CONSUMER), 3);
    ck_assert_uint_eq(reg4(STATE), DMA_WAIT_RING);
    ck_assert_uint_eq(control(0), RUNNING | DMA_DONE);
    ck_assert_uint_eq(bench->bus.others, 0);
    ck_assert_uint_eq(bench_count(bench, EVENT_DMA_DESCRIPTOR), 3);
    ck_assert_uint_eq(bench_count(bench, EVENT_DMA_DONE), 3);
}
END_TEST

START_TEST(a_descriptor_costs_its_slots)
{
    bench_descriptor(bench, slot(0), SRC, DST, 64, 0, 0);
    ring(4, 0, 1, (enum dma_bus_mode)_i);
    switch (_i) {
    case DMA_MODE_BURST: /* fetch 4, read 8, write 8, status 1 */
        ck_assert_uint_eq(bench_finish(bench), 4 + 20 + 1 + 80 + 1 + 5);
        break;
    case DMA_MODE_STEAL:
        ck_assert_uint_eq(bench_finish(bench), 4 + 20 * 10 + 5);
        break;
    default:
        ck_assert_uint_eq(bench_finish(bench), 4 + 21 * 5);
        break;
    }
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 21);
}
END_TEST

START_TEST(only_a_descriptor_with_irq_sets_done)
{
    bench_descriptor(bench, slot(0), SRC, DST, 64, 0, 0);
    bench_descriptor(bench, slot(1), SRC, DST, 64, DMA_FLAG_IRQ, 0);
    ring(4, 0, 1, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), RUNNING);
    ck_assert(!bench->line[0]);
    bench_write(bench, 0, PRODUCER, 4, 2);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), RUNNING | DMA_DONE);
    ck_assert(bench->line[0]);
    bench_run(bench, 0); /* done is cleared; the channel goes on running */
    ck_assert_uint_eq(control(0), RUNNING);
    ck_assert(!bench->line[0]);
    ck_assert_uint_eq(reg4(CONSUMER), 2);
}
END_TEST

START_TEST(indices_run_on_past_the_end_of_the_ring)
{
    for (uint32_t i = 0; i < 3; i++)
        bench_descriptor(bench, slot((UINT32_MAX - 1 + i) % 4), SRC + i * 0x100,
                         DST + i * 0x100, 32, 0, 0);
    ring(4, UINT32_MAX - 1, 1, DMA_MODE_STEAL); /* indices -2, -1 and 0 */
    bench_finish(bench);
    ck_assert_uint_eq(reg4(CONSUMER), 1);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert(bench_same(bench, DST + i * 0x100, SRC + i * 0x100, 32));
}
END_TEST

START_TEST(producer_is_a_doorbell)
{
    ring(8, 0, 0, DMA_MODE_BURST);
    ck_assert_uint_eq(reg4(STATE), DMA_WAIT_RING);
    ck_assert_uint_eq(bench->queue.next_due, NEVER);
    ck_assert_uint_eq(bench->bus.others, 0);
    for (uint32_t i = 0; i < 20; i++) {
        bench_descriptor(bench, slot(i % 8), SRC + i * 64, DST + i * 64, 64, 0, 0);
        bench_write(bench, 0, PRODUCER, 4, i + 1);
        ck_assert_uint_eq(bench->bus.others, 1);
        bench_finish(bench);
        ck_assert_uint_eq(reg4(CONSUMER), i + 1);
    }
    ck_assert(bench_same(bench, DST, SRC, 20 * 64));
}
END_TEST

START_TEST(producer_may_move_while_the_channel_works)
{
    bench_descriptor(bench, slot(0), SRC, DST, 64, 0, 0);
    bench_descriptor(bench, slot(1), SRC + 64, DST + 64, 64, 0, 0);
    ring(4, 0, 1, DMA_MODE_BURST);
    bench_to(bench, 60);
    bench_write(bench, 0, PRODUCER, 4, 2);
    bench_finish(bench);
    ck_assert(bench_same(bench, DST, SRC, 128));
}
END_TEST

START_TEST(a_descriptor_with_end_ends_the_run)
{
    bench_descriptor(bench, slot(0), SRC, DST, 64, DMA_FLAG_END, 0);
    bench_descriptor(bench, slot(1), SRC, DST + 64, 64, 0, 0);
    ring(4, 0, 2, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert_uint_eq(reg4(CONSUMER), 1);
    ck_assert_uint_eq(bench_byte(bench, DST + 64), 0);
    bench_run(bench, 0); /* goes on with the next one */
    bench_finish(bench);
    ck_assert_uint_eq(reg4(CONSUMER), 2);
    ck_assert(bench_same(bench, DST + 64, SRC, 64));
}
END_TEST

START_TEST(a_descriptor_of_no_bytes_is_done_at_once)
{
    bench_descriptor(bench, slot(0), SRC, DST, 0, DMA_FLAG_IRQ, 0);
    ring(4, 0, 1, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_uint_eq(bench_status(bench, slot(0)), DMA_STATUS_DONE);
    ck_assert_uint_eq(bench_count(bench, EVENT_DMA_BURST), 0);
    ck_assert(bench->line[0]);
}
END_TEST

static const struct bad_ring {
    const char *claim;
    uint32_t size, consumer, producer;
} bad_rings[] = {
    {"a ring of one slot", 1, 0, 1},
    {"a ring of 3 slots", 3, 0, 1},
    {"a full ring without an empty slot", 4, 0, 4},
    {"a producer that is behind", 8, 5, 4},
    {"a producer that is garbage", 8, 0, 0xdeadbeef},
    {"a size that is no power of 2", 0x1ffff, 0, 1},
};

START_TEST(a_ring_that_makes_no_sense_is_an_error)
{
    const struct bad_ring *row = &bad_rings[_i];

    ring(row->size, row->consumer, row->producer, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_msg(control(0) == (IDLE | DMA_ERROR), "%s", row->claim);
    ck_assert_msg(reg4(REASON) == DMA_BAD_RING, "%s", row->claim);
    ck_assert_uint_eq(reg4(FAILED), row->consumer);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 0);
}
END_TEST

START_TEST(a_doorbell_with_garbage_is_an_error)
{
    ring(8, 0, 0, DMA_MODE_BURST);
    bench_write(bench, 0, PRODUCER, 4, 0x80000000);
    ck_assert_uint_eq(control(0), IDLE | DMA_ERROR);
    ck_assert_uint_eq(reg4(REASON), DMA_BAD_RING);
}
END_TEST

START_TEST(what_describes_the_work_is_locked_while_the_channel_runs)
{
    ring(8, 0, 0, DMA_MODE_BURST);
    bench_write(bench, 0, RING_SIZE, 4, 0);
    bench_write(bench, 0, RING_BASE, 8, 0);
    bench_write(bench, 0, CONSUMER, 4, 5);
    bench_write(bench, 0, BUS_MODE, 4, 2);
    bench_write(bench, 0, REQUEST, 4, 0x101);
    bench_write(bench, 0, PRIORITY, 4, 2); /* this one is not */
    ck_assert_uint_eq(reg4(RING_SIZE), 8);
    ck_assert_uint_eq(reg8(RING_BASE), BENCH_RAM + RING);
    ck_assert_uint_eq(reg4(CONSUMER), 0);
    ck_assert_uint_eq(reg4(BUS_MODE), 0);
    ck_assert_uint_eq(reg4(REQUEST), 0);
    ck_assert_uint_eq(reg4(PRIORITY), 2);
}
END_TEST

/* --- descriptors that are wrong ------------------------------------------------ */

static const struct bad_descriptor {
    const char *claim;
    uint64_t source, dest;
    uint32_t bytes, flags;
    enum dma_error_reason reason;
    uint32_t status;
} bad_descriptors[] = {
    {"reserved flags", SRC, DST, 64, 0x10, DMA_BAD_FLAGS, 0},
    {"all flags", SRC, DST, 64, UINT32_MAX, DMA_BAD_FLAGS, 0},
    {"more than 30 bits of length", SRC, DST, UINT32_C(1) << 30, 0, DMA_BAD_LENGTH, 0},
    {"a source that is not there", BENCH_RAM_SIZE, DST, 64, 0, DMA_READ_REFUSED, 0},
    {"a destination that ends", SRC, BENCH_RAM_SIZE - 24, 64, 0, DMA_WRITE_REFUSED, 24},
};

START_TEST(a_bad_descriptor_is_marked_and_named)
{
    const struct bad_descriptor *row = &bad_descriptors[_i / 3];

    bench_descriptor(bench, slot(2), SRC, DST, 16, 0, 0);
    bench_descriptor(bench, slot(3), row->source, row->dest, row->bytes, row->flags, 0);
    bench_descriptor(bench, slot(0), SRC, DST + 0x100, 16, 0, 0);
    ring(4, 6, 9, (enum dma_bus_mode)(_i % 3));
    bench_finish(bench);
    ck_assert_msg(control(0) == (IDLE | DMA_ERROR), "%s", row->claim);
    ck_assert_msg(reg4(REASON) == row->reason, "%s", row->claim);
    ck_assert_uint_eq(reg4(FAILED), 7);
    ck_assert_uint_eq(reg4(CONSUMER), 7); /* the bad one is not consumed */
    ck_assert_uint_eq(reg8(DESCRIPTOR), BENCH_RAM + slot(3));
    ck_assert_uint_eq(reg8(MOVED), row->status);
    ck_assert_uint_eq(bench_status(bench, slot(2)), DMA_STATUS_DONE | 16);
    ck_assert_uint_eq(bench_status(bench, slot(3)), DMA_STATUS_ERROR | row->status);
    ck_assert_uint_eq(bench_status(bench, slot(0)), 0);
    ck_assert_uint_eq(bench_byte(bench, DST + 0x100), 0);
    ck_assert_uint_eq(bench->bus.others, 0);
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_fetched_is_an_error)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, RING_BASE, 8, 0x20);
    bench_write(bench, 0, RING_SIZE, 4, 4);
    bench_write(bench, 0, BUS_MODE, 4, (uint64_t)_i);
    bench_write(bench, 0, PRODUCER, 4, 1);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_ERROR);
    ck_assert_uint_eq(reg4(REASON), DMA_FETCH_REFUSED);
    ck_assert_uint_eq(reg8(FAILED_ADDRESS), 0x20);
}
END_TEST

/* A descriptor in a device that reads as zeroes but cannot be written 4 bytes wide at
 * its status: the port answers only at one address, so the fetch fails first; the last
 * half descriptor of RAM does likewise. A status is refused only where a descriptor was
 * overwritten by what is not memory, which a ROM gives. */
static enum bus_response rom_read(void *ctx, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    *value = 0;
    memcpy(value, (uint8_t *)ctx + offset, size);
    return BUS_OKAY;
}

static enum bus_response rom_write(void *ctx, uint32_t offset, unsigned size,
                                   uint64_t value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    (void)value;
    return BUS_SLVERR;
}

static enum bus_response rom_peek(const void *ctx, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    *value = 0;
    memcpy(value, (const uint8_t *)ctx + offset, size);
    return BUS_OKAY;
}

START_TEST(a_status_that_cannot_be_written_is_an_error)
{
    static uint8_t rom[64];
    struct mmio mmio = {.name = "rom",
                        .base = 0x1000,
                        .size = sizeof(rom),
                        .min_size = 1,
                        .max_size = 8,
                        .ctx = rom,
                        .read = rom_read,
                        .write = rom_write,
                        .peek = rom_peek};

    memset(rom, 0, sizeof(rom));
    rom[DMA_DESCRIPTOR_FLAGS] = _i ? 0xff : 0; /* good, or bad itself */
    ck_assert(bus_map(&bench->bus, mmio, NULL));
    bench_claim(bench, 0);
    bench_write(bench, 0, RING_BASE, 8, 0x1000);
    bench_write(bench, 0, RING_SIZE, 4, 2);
    bench_write(bench, 0, PRODUCER, 4, 1);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_ERROR);
    /* The first reason stays. */
    ck_assert_uint_eq(reg4(REASON), _i ? DMA_BAD_FLAGS : DMA_STATUS_REFUSED);
    ck_assert_uint_eq(reg4(CONSUMER), 0);
}
END_TEST

START_TEST(a_failed_ring_goes_on_when_it_is_repaired)
{
    bench_descriptor(bench, slot(0), SRC, DST, 64, 0x80, 0);
    ring(4, 0, 1, DMA_MODE_BURST);
    bench_finish(bench);
    bench_descriptor(bench, slot(0), SRC, DST, 64, 0, 0);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_uint_eq(bench_status(bench, slot(0)), DMA_STATUS_DONE | 64);
    ck_assert_uint_eq(reg4(CONSUMER), 1);
    ck_assert(bench_same(bench, DST, SRC, 64));
}
END_TEST

/* --- chains -------------------------------------------------------------------- */

static void chain(uint64_t head)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, CHAIN_HEAD, 8, BENCH_RAM + head);
    bench_run(bench, 0);
}

START_TEST(a_chain_goes_forwards_and_backwards_to_its_end)
{
    bench_descriptor(bench, 0x600, SRC, DST, 64, 0, 0x200);
    bench_descriptor(bench, 0x800, SRC + 64, DST + 64, 64, 0, -0x400);
    bench_descriptor(bench, 0x400, SRC + 128, DST + 128, 64, DMA_FLAG_END, 0);
    chain(0x600);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert(bench_same(bench, DST, SRC, 192));
    ck_assert_uint_eq(bench_status(bench, 0x400), DMA_STATUS_DONE | 64);
    ck_assert_uint_eq(bench_last(bench, EVENT_DMA_DONE)->dma_done.index, 2);
    ck_assert_uint_eq(bench_last(bench, EVENT_DMA_DONE)->dma_done.last, 1);
}
END_TEST

START_TEST(a_chain_that_goes_nowhere_is_an_error)
{
    static const int32_t nexts[] = {0, 8, 33, -16};

    bench_descriptor(bench, 0x600, SRC, DST, 64, 0, nexts[_i]);
    chain(0x600);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(REASON), DMA_BAD_NEXT);
    ck_assert_uint_eq(bench_status(bench, 0x600), DMA_STATUS_ERROR);
    ck_assert_uint_eq(bench_byte(bench, DST), 0);
}
END_TEST

START_TEST(a_chain_that_bites_its_tail_runs_until_it_is_stopped)
{
    bench_descriptor(bench, 0x600, SRC, DST, 64, 0, 0x20);
    bench_descriptor(bench, 0x620, SRC, DST, 64, 0, -0x20);
    chain(0x600);
    bench_to(bench, 10000);
    ck_assert_uint_eq(control(0), RUNNING);
    ck_assert_uint_gt(bench_count(bench, EVENT_DMA_DONE), 50);
    bench_write(bench, 0, CONTROL, 4, IDLE);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(STATE), DMA_IDLE);
}
END_TEST

START_TEST(the_failed_descriptor_of_a_chain_is_counted_from_its_head)
{
    bench_descriptor(bench, 0x600, SRC, DST, 64, 0, 0x20);
    bench_descriptor(bench, 0x620, SRC, DST, 64, 0, 0x20);
    bench_descriptor(bench, 0x640, BENCH_RAM_SIZE - 16, DST, 64, 0, 0x20);
    chain(0x600);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(FAILED), 2);
    ck_assert_uint_eq(reg8(DESCRIPTOR), BENCH_RAM + 0x640);
    ck_assert_uint_eq(bench_status(bench, 0x640), DMA_STATUS_ERROR);
}
END_TEST

/* --- fixed addresses and request lines ----------------------------------------- */

START_TEST(a_fixed_source_is_read_again_and_again)
{
    uint32_t words[4];

    bench->port = 100;
    bench_descriptor(bench, slot(0), BENCH_PORT - BENCH_RAM, DST, 16,
                     DMA_FLAG_FIXED_SOURCE, 0);
    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_CONFIG, 4, SIZES(2));
    bench_write(bench, 0, RING_BASE, 8, BENCH_RAM + RING);
    bench_write(bench, 0, RING_SIZE, 4, 2);
    bench_write(bench, 0, BUS_MODE, 4, (uint64_t)_i);
    bench_write(bench, 0, PRODUCER, 4, 1);
    bench_run(bench, 0);
    bench_finish(bench);
    ram_read(&bench->bus.ram, BENCH_RAM + DST, words, sizeof(words));
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(words[i], 100 + i);
    ck_assert_uint_eq(reg8(EXEC_SOURCE), BENCH_PORT);
}
END_TEST

START_TEST(a_fixed_destination_is_written_again_and_again)
{
    bench_descriptor(bench, slot(0), SRC, BENCH_PORT - BENCH_RAM, 64,
                     DMA_FLAG_FIXED_DEST, 0);
    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_CONFIG, 4, SIZES(2));
    bench_write(bench, 0, RING_BASE, 8, BENCH_RAM + RING);
    bench_write(bench, 0, RING_SIZE, 4, 2);
    bench_write(bench, 0, PRODUCER, 4, 1);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_uint_eq(bench_status(bench, slot(0)), DMA_STATUS_DONE | 64);
    ck_assert_mem_eq(&bench->port, bench->bus.ram.bytes + SRC + 60, 4);
    ck_assert_uint_eq(reg8(EXEC_DEST), BENCH_PORT);
}
END_TEST

static void offer(unsigned bytes)
{
    struct bench_device *device = &bench->device;

    for (unsigned i = 0; i < bytes; i++)
        device->offers[device->offered + i] = (uint8_t)(device->offered + i + 1);
    device->offered += bytes;
    if (bytes > 0 && !device->line.asserted) {
        device->line.asserted = true;
        device->line.changed(device->line.ctx, BENCH_LINE, true);
    }
}

static void request(enum dma_direction direction, uint64_t bytes,
                    enum dma_bus_mode mode)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_BYTES, 8, bytes);
    bench_write(bench, 0, NEXT_DEST, 8, BENCH_RAM + DST);
    bench_write(bench, 0, NEXT_SOURCE, 8, BENCH_RAM + SRC);
    bench_write(bench, 0, BUS_MODE, 4, mode);
    bench_write(bench, 0, REQUEST, 4, BENCH_LINE | (uint64_t)direction << 8);
    bench_run(bench, 0);
}

START_TEST(a_channel_takes_from_a_device_when_it_asks)
{
    request(DMA_FROM_DEVICE, 200, (enum dma_bus_mode)_i);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(STATE), DMA_WAIT_LINE);
    ck_assert_uint_eq(bench->bus.others, 0);
    offer(120);
    ck_assert_uint_eq(bench->bus.others, 1);
    bench_finish(bench);
    ck_assert_uint_eq(reg8(MOVED), 120);
    ck_assert_uint_eq(bench->bus.others, 0);
    offer(100);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert_uint_eq(bench->device.taken, 200);
    ck_assert_mem_eq(bench->bus.ram.bytes + DST, bench->device.offers, 200);
    ck_assert_uint_eq(bench_byte(bench, DST + 200), 0);
    ck_assert_uint_eq(reg8(EXEC_SOURCE), BENCH_RAM + SRC); /* no address there */
}
END_TEST

START_TEST(the_devices_side_costs_no_slots)
{
    offer(128);
    request(DMA_FROM_DEVICE, 128, DMA_MODE_BURST);
    ck_assert_uint_eq(bench_finish(bench), 4 + 40 + 1 + 40);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 16);
}
END_TEST

START_TEST(a_channel_gives_to_a_device_when_it_asks)
{
    bench->device.most = 24; /* less than a burst at a time */
    request(DMA_TO_DEVICE, 200, (enum dma_bus_mode)_i);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(STATE), DMA_WAIT_LINE);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 0);
    offer(1); /* asserts the line */
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_DONE);
    ck_assert_uint_eq(bench->device.given, 200);
    ck_assert_mem_eq(bench->device.got, bench->bus.ram.bytes + SRC, 200);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_DMA].slots, 25);
}
END_TEST

START_TEST(a_device_that_asks_and_moves_nothing_fails)
{
    bench->device.most = 0;
    offer(64);
    request(_i ? DMA_TO_DEVICE : DMA_FROM_DEVICE, 64, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_ERROR);
    ck_assert_uint_eq(reg4(REASON), DMA_DEVICE_FAILED);
    ck_assert_uint_eq(reg8(FAILED_ADDRESS), BENCH_LINE);
    ck_assert_uint_eq(reg8(MOVED), 0);
}
END_TEST

START_TEST(a_request_line_that_nothing_drives_is_an_error)
{
    bench_claim(bench, 0);
    bench_write(bench, 0, NEXT_BYTES, 8, 64);
    bench_write(bench, 0, REQUEST, 4, (uint64_t)(_i ? 0x205 : 0x105));
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_uint_eq(control(0), IDLE | DMA_ERROR);
    ck_assert_uint_eq(reg4(REASON), DMA_NO_LINE);
    ck_assert_uint_eq(reg8(FAILED_ADDRESS), 5);
}
END_TEST

START_TEST(a_ring_takes_from_a_device)
{
    bench_descriptor(bench, slot(0), 0, DST, 100, 0, 0);
    bench_descriptor(bench, slot(1), 0, DST + 0x100, 28, DMA_FLAG_IRQ, 0);
    offer(128);
    bench_claim(bench, 0);
    bench_write(bench, 0, RING_BASE, 8, BENCH_RAM + RING);
    bench_write(bench, 0, RING_SIZE, 4, 4);
    bench_write(bench, 0, BUS_MODE, 4, (uint64_t)_i);
    bench_write(bench, 0, REQUEST, 4, BENCH_LINE | DMA_FROM_DEVICE << 8);
    bench_write(bench, 0, PRODUCER, 4, 2);
    bench_run(bench, 0);
    bench_finish(bench);
    ck_assert_mem_eq(bench->bus.ram.bytes + DST, bench->device.offers, 100);
    ck_assert_mem_eq(bench->bus.ram.bytes + DST + 0x100, bench->device.offers + 100,
                     28);
    ck_assert_uint_eq(control(0), RUNNING | DMA_DONE);
}
END_TEST

/* --- reset, state, events ------------------------------------------------------ */

/* A run with a bit of everything: two rings, a single transfer and a device. */
static void start_everything(void)
{
    bench_descriptor(bench, slot(0), SRC, DST, 200, DMA_FLAG_IRQ, 0);
    bench_descriptor(bench, slot(1), SRC + 3, DST + 0x301, 77, 0, 0);
    bench_descriptor(bench, slot(2), BENCH_RAM_SIZE - 40, DST, 64, 0, 0);
    ring(4, 0, 3, DMA_MODE_STEAL);
    bench_copy(bench, 1, DST + 0x1000, SRC, 300, DMA_MODE_BURST);
    bench_copy(bench, 2, DST + 0x2000, SRC, 150, DMA_MODE_TRANSPARENT);
    bench_claim(bench, 3);
    bench_write(bench, 3, NEXT_BYTES, 8, 100);
    bench_write(bench, 3, NEXT_DEST, 8, BENCH_RAM + DST + 0x3000);
    bench_write(bench, 3, REQUEST, 4, BENCH_LINE | DMA_FROM_DEVICE << 8);
    bench_run(bench, 3);
    offer(100);
}

START_TEST(reset_stops_everything)
{
    uint64_t before = bench_digest(bench);

    start_everything();
    bench_to(bench, 40 + (uint64_t)_i * 37);
    dma_type.reset(&bench->dma->device);
    ck_assert_uint_eq(bench->bus.others, 0);
    ck_assert_uint_eq(bench->queue.next_due, NEVER);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(control(i), 0);
        ck_assert_uint_eq(bench_read(bench, i, STATE, 4), DMA_IDLE);
        ck_assert_uint_eq(bench_read(bench, i, NEXT_CONFIG, 4), 0);
    }
    ck_assert_uint_ne(before, bench_digest(bench));
}
END_TEST

START_TEST(a_gap_is_none_while_a_slot_from_before_a_reset_lasts)
{
    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_BURST);
    bench_to(bench, 10);
    dma_type.reset(&bench->dma->device);
    bench_copy(bench, 1, DST, SRC, 8, DMA_MODE_TRANSPARENT);
    ck_assert_uint_eq(bench_finish(bench), 84 + 5 + 5);
    ck_assert(bench_same(bench, DST, SRC, 8));
}
END_TEST

/* At any cycle: save, go on, load into a machine that is full of other things, go on:
 * the same end. */
START_TEST(a_saved_state_continues_the_same)
{
    struct dma_bench *first = bench, *other;
    struct buf saved = {0};
    struct state save = {.mode = STATE_SAVE, .out = &saved};
    struct state load = {.mode = STATE_LOAD};
    uint64_t digest, end;
    unsigned heard;

    start_everything();
    bench_to(bench, (uint64_t)_i * 11);
    bench_state(bench, &save);
    heard = first->heard_count;
    end = bench_finish(first);
    digest = bench_digest(first);

    other = bench = bench_new();
    start_everything();
    bench_to(bench, 333);
    load.in = (const unsigned char *)saved.data;
    load.left = saved.size;
    bench_state(other, &load);
    ck_assert(!load.short_input);
    ck_assert_uint_eq(load.left, 0);
    other->heard_count = 0;
    ck_assert_uint_eq(bench_finish(other), end);
    ck_assert_uint_eq(bench_digest(other), digest);
    ck_assert_uint_eq(other->heard_count, first->heard_count - heard);
    bench_free(other);
    buf_free(&saved);
    bench = first;
}
END_TEST

START_TEST(listening_changes_nothing)
{
    struct dma_bench *heard = bench, *unheard;
    uint64_t end, digest;

    start_everything();
    end = bench_finish(heard);
    digest = bench_digest(heard);
    unheard = bench = bench_new();
    unheard->events.kinds = 0;
    bench_fill(bench, SRC, 0x2000, 0x11);
    start_everything();
    ck_assert_uint_eq(bench_finish(unheard), end);
    ck_assert_uint_eq(bench_digest(unheard), digest);
    ck_assert_uint_eq(unheard->events.order, heard->events.order);
    bench_free(unheard);
    bench = heard;
}
END_TEST

START_TEST(a_burst_is_told_by_a_read_a_write_and_its_landing)
{
    static const struct {
        enum event_kind kind;
        uint64_t cycle;
    } expected[] = {
        {EVENT_DMA_STATE, 0},     {EVENT_BUS_TRANSFER, 4}, {EVENT_DMA_STATE, 44},
        {EVENT_BUS_TRANSFER, 44}, {EVENT_DMA_BURST, 44},   {EVENT_DMA_DONE, 84},
        {EVENT_DMA_STATE, 84},    {EVENT_IRQ_LINE, 84},
    };
    unsigned at = 0;

    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_BURST);
    bench_finish(bench);
    for (unsigned i = 0; i < bench->heard_count; i++) {
        const struct event *event = &bench->heard[i];

        if (event->kind == EVENT_MMIO_WRITE)
            continue;
        ck_assert_uint_lt(at, COUNT(expected));
        ck_assert_uint_eq(event->kind, expected[at].kind);
        ck_assert_uint_eq(event->cycle, expected[at].cycle);
        at++;
    }
    ck_assert_uint_eq(at, COUNT(expected));
}
END_TEST

START_TEST(a_slot_is_told_with_what_it_changed)
{
    const struct event *event;
    uint64_t value;

    bench_fill(bench, DST, 8, 0x99);
    ram_read(&bench->bus.ram, BENCH_RAM + DST, &value, 8);
    bench_copy(bench, 0, DST, SRC, 8, DMA_MODE_STEAL);
    bench_finish(bench);
    event = bench_last(bench, EVENT_BUS_TRANSFER);
    ck_assert_uint_eq(event->bus_transfer.pa, BENCH_RAM + DST);
    ck_assert_uint_eq(event->bus_transfer.old, value);
    ram_read(&bench->bus.ram, BENCH_RAM + DST, &value, 8);
    ck_assert_uint_eq(event->bus_transfer.value, value);
    ck_assert_uint_eq(event->bus_transfer.size, 8);
    ck_assert_uint_eq(event->bus_transfer.price, 5);
    ck_assert_uint_eq(event->bus_transfer.access, ACCESS_STORE);
    ck_assert_uint_eq(event->bus_transfer.initiator, INITIATOR_DMA);
}
END_TEST

static void count_touch(void *ctx, uint64_t pa, unsigned length, uint8_t who)
{
    (void)pa;
    (void)length;
    if (who == INITIATOR_DMA)
        ++*(unsigned *)ctx;
}

START_TEST(a_write_into_decoded_code_is_told)
{
    unsigned touches = 0;

    bench->bus.ram.touched = count_touch;
    bench->bus.ram.ctx = &touches;
    bench->bus.ram.marks[DST >> RAM_PAGE_SHIFT] |= RAM_CODE;
    bench_copy(bench, 0, DST, SRC, 64, DMA_MODE_BURST);
    bench_finish(bench);
    ck_assert_uint_eq(touches, 8);
}
END_TEST

START_TEST(free_slots_still_take_time)
{
    bench->costs.bus_slot = bench->costs.dma_arbitrate = bench->costs.dma_start = 0;
    bench_copy(bench, 0, DST, SRC, 64, (enum dma_bus_mode)_i);
    ck_assert_uint_gt(bench_finish(bench), 0);
    ck_assert(bench_same(bench, DST, SRC, 64));
}
END_TEST

#define LOOP(test, count) tcase_add_loop_test(tcase, test, 0, (int)(count))

static void add_register_tests(TCase *tcase)
{
    tcase_add_test(tcase, claiming_resets_the_next_registers);
    tcase_add_test(tcase, an_unclaimed_channel_cannot_run);
    tcase_add_test(tcase, claim_cannot_be_cleared_while_the_channel_runs);
    tcase_add_test(tcase, a_transfer_leaves_the_registers_as_on_the_fu540);
    tcase_add_test(tcase, repeat_loads_the_exec_registers_again);
    tcase_add_test(tcase, no_bytes_are_done_at_once);
    tcase_add_test(tcase, done_and_error_raise_their_lines_while_they_are_enabled);
    tcase_add_test(tcase, sizes_that_differ_are_an_error);
    LOOP(accesses_follow_the_size_rules, COUNT(accesses));
    tcase_add_test(tcase, an_8_byte_register_is_written_by_halves);
    tcase_add_test(tcase, exec_registers_and_reserved_bits_cannot_be_written);
}

static void add_time_tests(TCase *tcase)
{
    LOOP(any_length_and_alignment_is_copied_in_any_mode, 3 * COUNT(copies));
    LOOP(overlapping_copies_go_burst_by_burst, 3);
    tcase_add_test(tcase, the_size_field_sets_the_burst);
    tcase_add_test(tcase, burst_mode_holds_the_bus_for_a_whole_burst);
    tcase_add_test(tcase, without_others_burst_mode_takes_two_slots_for_8_bytes);
    tcase_add_test(tcase, stealing_leaves_every_other_slot);
    tcase_add_test(tcase, a_hart_waits_for_at_most_one_stolen_slot);
    tcase_add_test(tcase, transparent_mode_uses_every_gap_of_an_idle_bus);
    tcase_add_test(tcase, transparent_mode_never_delays_a_hart);
    tcase_add_test(tcase, a_gap_that_is_too_short_is_not_used);
    tcase_add_test(tcase, a_gap_that_was_whole_before_a_use_is_used);
    tcase_add_test(tcase, uses_may_be_told_out_of_order);
    LOOP(channels_of_equal_priority_take_turns, 3);
    tcase_add_test(tcase, the_highest_priority_gets_the_next_burst);
    tcase_add_test(tcase, a_late_channel_of_high_priority_goes_first_after_the_burst);
    tcase_add_test(tcase, a_channel_is_charged_for_waiting_for_another);
    tcase_add_test(tcase, channels_in_all_three_modes_finish_together);
    LOOP(a_second_controller_has_its_own_channels_and_initiators, 3);
    LOOP(free_slots_still_take_time, 3);
}

static void add_error_tests(TCase *tcase)
{
    LOOP(a_refused_access_ends_the_transfer_and_says_where, 3 * COUNT(refusals));
    LOOP(what_was_moved_before_an_error_stays, 3);
    tcase_add_test(tcase, a_channel_runs_again_after_an_error);
    tcase_add_test(tcase, clearing_run_stops_where_it_is);
}

static void add_descriptor_tests(TCase *tcase)
{
    LOOP(a_ring_gathers_and_scatters, 3);
    LOOP(a_descriptor_costs_its_slots, 3);
    tcase_add_test(tcase, only_a_descriptor_with_irq_sets_done);
    tcase_add_test(tcase, indices_run_on_past_the_end_of_the_ring);
    tcase_add_test(tcase, producer_is_a_doorbell);
    tcase_add_test(tcase, producer_may_move_while_the_channel_works);
    tcase_add_test(tcase, a_descriptor_with_end_ends_the_run);
    tcase_add_test(tcase, a_descriptor_of_no_bytes_is_done_at_once);
    LOOP(a_ring_that_makes_no_sense_is_an_error, COUNT(bad_rings));
    tcase_add_test(tcase, a_doorbell_with_garbage_is_an_error);
    tcase_add_test(tcase, what_describes_the_work_is_locked_while_the_channel_runs);
    LOOP(a_bad_descriptor_is_marked_and_named, 3 * COUNT(bad_descriptors));
    LOOP(a_descriptor_that_cannot_be_fetched_is_an_error, 3);
    LOOP(a_status_that_cannot_be_written_is_an_error, 2);
    tcase_add_test(tcase, a_failed_ring_goes_on_when_it_is_repaired);
    tcase_add_test(tcase, a_chain_goes_forwards_and_backwards_to_its_end);
    LOOP(a_chain_that_goes_nowhere_is_an_error, 4);
    tcase_add_test(tcase, a_chain_that_bites_its_tail_runs_until_it_is_stopped);
    tcase_add_test(tcase, the_failed_descriptor_of_a_chain_is_counted_from_its_head);
}

static void add_device_tests(TCase *tcase)
{
    LOOP(a_fixed_source_is_read_again_and_again, 3);
    tcase_add_test(tcase, a_fixed_destination_is_written_again_and_again);
    LOOP(a_channel_takes_from_a_device_when_it_asks, 3);
    tcase_add_test(tcase, the_devices_side_costs_no_slots);
    LOOP(a_channel_gives_to_a_device_when_it_asks, 3);
    LOOP(a_device_that_asks_and_moves_nothing_fails, 2);
    LOOP(a_request_line_that_nothing_drives_is_an_error, 2);
    LOOP(a_ring_takes_from_a_device, 3);
}

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    add_register_tests(tcase);
    add_time_tests(tcase);
    add_error_tests(tcase);
    add_descriptor_tests(tcase);
    add_device_tests(tcase);
    LOOP(reset_stops_everything, 20);
    tcase_add_test(tcase, a_gap_is_none_while_a_slot_from_before_a_reset_lasts);
    LOOP(a_saved_state_continues_the_same, 130);
    tcase_add_test(tcase, listening_changes_nothing);
    tcase_add_test(tcase, a_burst_is_told_by_a_read_a_write_and_its_landing);
    tcase_add_test(tcase, a_slot_is_told_with_what_it_changed);
    tcase_add_test(tcase, a_write_into_decoded_code_is_told);
}

TEST_MAIN("dma", add_tests)
