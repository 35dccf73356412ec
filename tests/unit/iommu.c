/*
 * The IOMMU at bus level, claim by claim, from the RISC-V IOMMU specification 1.0: its
 * chapters are in brackets. Translations are asked for through the debug interface.
 */
#include "tests/lib/iommu_tables.h"
#include "tests/lib/suite.h"

#include "base/buf.h"

#include <string.h>

#define CAPABILITIES                                                                   \
    (UINT64_C(56) << 32 | BIT(31) | BIT(28) | BIT(24) | BIT(17) | BIT(9) | 0x10)

enum { READ = 8, WRITE = 0, EXECUTE = 12 }; /* NW, and Exe with it, of tr_req_ctl */
enum { VA = 0x10000000, GPA = 0x40000000 };

static struct dma_bench *bench;
static struct tables first, second;

static void set_up(void)
{
    bench = bench_new();
    bench_iommu(bench, NULL);
    io_first(bench, &first);
    io_second(bench, &second);
}

static void set_up_on(void)
{
    set_up();
    io_directory(bench);
    io_queues(bench);
}

static void tear_down(void)
{
    bench_free(bench);
}

/* A bench whose IOMMU has one setting. */
static void set_up_with(const char *name, uint64_t value)
{
    const struct rig_setting settings[] = {{name, value}, {NULL, 0}};

    bench_free(bench);
    bench = bench_new();
    bench_iommu(bench, settings);
    io_first(bench, &first);
    io_second(bench, &second);
}

static uint64_t page(uint64_t n)
{
    return BENCH_RAM + 0x1000 * n;
}

/* What tr_response says: a page's address, or 1 for a fault. */
static uint64_t ask(uint64_t iova, uint64_t ctl)
{
    uint64_t response = io_ask(bench, IO_ID, iova, ctl);

    bench_finish(bench);
    return response & 1 ? 1 : (response & BITS(53, 10)) << 2;
}

static uint64_t reg4(uint32_t offset)
{
    return io_read(bench, offset, 4);
}

/* --- registers (5) ------------------------------------------------------------------- */

START_TEST(capabilities_say_what_there_is)
{
    ck_assert_uint_eq(io_read(bench, IO_CAPABILITIES, 8), CAPABILITIES);
    io_write(bench, IO_CAPABILITIES, 8, 0);
    ck_assert_uint_eq(io_read(bench, IO_CAPABILITIES, 8), CAPABILITIES);
}
END_TEST

START_TEST(interrupts_are_wired_whatever_software_writes)
{
    io_write(bench, IO_FCTL, 4, 0);
    ck_assert_uint_eq(reg4(IO_FCTL), 2);
    io_write(bench, IO_FCTL, 4, 7);
    ck_assert_uint_eq(reg4(IO_FCTL), 2);
}
END_TEST

START_TEST(what_capabilities_make_absent_reads_0)
{
    static const uint32_t absent[] = {56,  64,  68,  80,  88,  92,  96,  104,
                                      344, 352, 592, 624, 768, 776, 780, 1008};

    for (unsigned i = 0; i < COUNT(absent); i++) {
        io_write(bench, absent[i], 4, UINT32_MAX);
        ck_assert_uint_eq(io_read(bench, absent[i], 4), 0);
    }
}
END_TEST

START_TEST(reserved_and_custom_offsets_read_0)
{
    static const uint32_t reserved[] = {12, 628, 684, 688, 756, 1024, 4088};

    for (unsigned i = 0; i < COUNT(reserved); i++) {
        io_write(bench, reserved[i], 4, UINT32_MAX);
        ck_assert_uint_eq(io_read(bench, reserved[i], 4), 0);
    }
    ck_assert_uint_eq(io_read(bench, IO_FCTL, 8), 2);
    ck_assert_uint_eq(io_read(bench, 4088, 8), 0);
}
END_TEST

START_TEST(accesses_have_4_or_8_bytes)
{
    uint64_t value;

    ck_assert_uint_eq(bus_read(&bench->bus, 0, BENCH_IOMMU, 1, &value), BUS_SLVERR);
    ck_assert_uint_eq(bus_read(&bench->bus, 0, BENCH_IOMMU, 2, &value), BUS_SLVERR);
    ck_assert_uint_eq(bus_write(&bench->bus, 0, BENCH_IOMMU, 2, 0), BUS_SLVERR);
    ck_assert_uint_eq(bus_read(&bench->bus, 0, BENCH_IOMMU + 4, 8, &value), BUS_SLVERR);
}
END_TEST

START_TEST(registers_of_8_bytes_can_be_written_by_halves)
{
    io_write(bench, IO_CQB + 4, 4, 0x00123456);
    io_write(bench, IO_CQB, 4, 0x789abc03);
    ck_assert_uint_eq(io_read(bench, IO_CQB, 8), UINT64_C(0x00123456789abc03));
    io_write(bench, IO_CQB, 8, UINT64_MAX);
    ck_assert_uint_eq(io_read(bench, IO_CQB, 8), BITS(53, 10) | BITS(4, 0));
}
END_TEST

/* From Off and Bare every mode that there is can be had; one that there is not leaves all
 * as it was, and so does a step between directories. */
START_TEST(iommu_mode_takes_what_there_is)
{
    uint64_t old = (uint64_t)_i % 4, new = (uint64_t)_i / 4;
    bool takes = new < 4 && (old < 2 || new < 2 || new == old);

    io_write(bench, IO_DDTP, 8, UINT64_C(0x777) << 10 | old);
    io_write(bench, IO_DDTP, 8, UINT64_C(0x888) << 10 | new);
    ck_assert_uint_eq(io_read(bench, IO_DDTP, 8), takes ? UINT64_C(0x888) << 10 | new
                                                        : UINT64_C(0x777) << 10 | old);
}
END_TEST

START_TEST(after_reset_all_is_off)
{
    ck_assert_uint_eq(io_read(bench, IO_DDTP, 8), 0);
    ck_assert_uint_eq(reg4(IO_CQCSR), 0);
    ck_assert_uint_eq(reg4(IO_FQCSR), 0);
    ck_assert_uint_eq(reg4(IO_IPSR), 0);
    ck_assert_uint_eq(io_read(bench, IO_TR_CTL, 8), 0);
    ck_assert_uint_eq(ask(page(3), READ), 1);
}
END_TEST

START_TEST(reset_takes_everything_back)
{
    uint64_t fresh;

    bench_free(bench);
    bench = bench_new();
    bench_iommu(bench, NULL);
    fresh = bench->iommu->device.bus->others;
    io_directory(bench);
    io_queues(bench);
    io_context(bench, IO_ID, (struct io_context){.tc = TC_V});
    ask(page(3), READ);
    ask(UINT64_C(1) << 60, EXECUTE);
    io_command(bench, 2, 0);
    io_write(bench, IO_TR_CTL, 8, 1);
    iommu_type.reset(&bench->iommu->device);
    ck_assert_uint_eq(bench->queue.next_due, NEVER);
    ck_assert_uint_eq(bench->bus.others, fresh);
    ck_assert_uint_eq(io_read(bench, IO_DDTP, 8), 0);
    ck_assert_uint_eq(io_read(bench, IO_CAPABILITIES, 8), CAPABILITIES);
    ck_assert_uint_eq(io_read(bench, IO_TR_CTL, 8), 0);
    ck_assert_uint_eq(bench->iommu->counts.translations, 0);
    ck_assert_uint_eq(bench->iommu->context[0].valid, 0);
}
END_TEST

START_TEST(vectors_are_numbers_of_wires)
{
    ck_assert_uint_eq(io_read(bench, IO_ICVEC, 8), 0x10);
    io_write(bench, IO_ICVEC, 8, UINT64_MAX);
    ck_assert_uint_eq(io_read(bench, IO_ICVEC, 8), 0x33);
}
END_TEST

/* --- the board's row ----------------------------------------------------------------- */

START_TEST(a_board_can_leave_capabilities_out)
{
    set_up_with("capabilities", CAPABILITIES & ~(BIT(31) | BIT(9)));
    io_write(bench, IO_TR_IOVA, 8, UINT64_MAX);
    io_write(bench, IO_TR_CTL, 8, UINT64_MAX);
    ck_assert_uint_eq(io_read(bench, IO_TR_IOVA, 8), 0);
    ck_assert_uint_eq(io_read(bench, IO_TR_CTL, 8), 0);
    ck_assert_uint_eq(bench->queue.next_due, NEVER);
}
END_TEST

START_TEST(a_board_cannot_ask_for_what_there_is_not)
{
    static const struct {
        struct rig_setting settings[2];
        const char *message;
    } bad[] = {
        {{{"capabilities", CAPABILITIES | BIT(22)}, {NULL, 0}},
         "iommu: capabilities must be 0x3891020210 without some of the bits of "
         "0x81020200"},
        {{{"capabilities", CAPABILITIES & ~BIT(28)}, {NULL, 0}},
         "iommu: capabilities must be 0x3891020210 without some of the bits of "
         "0x81020200"},
        {{{"fctl", 3}, {NULL, 0}}, "iommu: fctl must be 2, which is WSI alone"},
        {{{"entries", 60}, {NULL, 0}},
         "iommu: entries must be at most 4096, and entries / ways a power of two"},
        {{{"contexts", 0}, {NULL, 0}}, "iommu: contexts must be one of 1 to 4096"},
    };
    struct rig_setting settings[2] = {bad[_i].settings[0], {NULL, 0}};
    struct device_place place = {.name = "iommu",
                                 .bus = &bench->bus,
                                 .queue = &bench->queue,
                                 .events = &bench->events,
                                 .costs = &bench->costs,
                                 .setting = rig_setting_of,
                                 .row = settings};
    struct err err = {""};

    ck_assert_ptr_null(iommu_type.create(&place, &err));
    ck_assert_str_eq(err.text, bad[_i].message);
}
END_TEST

START_TEST(a_board_may_let_everything_pass_after_reset)
{
    set_up_with("bare", 1);
    ck_assert_uint_eq(io_read(bench, IO_DDTP, 8), 1);
    ck_assert_uint_eq(ask(page(3), WRITE), page(3));
}
END_TEST

/* --- queues: on and off (5.15, 5.16) ----------------------------------------------------- */

START_TEST(a_queue_takes_its_time_to_turn_on_and_off)
{
    uint32_t csr = _i ? IO_FQCSR : IO_CQCSR;

    io_write(bench, csr, 4, 1);
    ck_assert_uint_eq(reg4(csr), 1 | BIT(17));
    io_write(bench, csr, 4, 0); /* while it is busy: not heard */
    bench_to(bench, 19);
    ck_assert_uint_eq(reg4(csr), 1 | BIT(17));
    bench_to(bench, 20);
    ck_assert_uint_eq(reg4(csr), 1 | BIT(16));
    io_write(bench, csr, 4, 0);
    ck_assert_uint_eq(reg4(csr), BIT(17) | BIT(16));
    bench_to(bench, 40);
    ck_assert_uint_eq(reg4(csr), 0);
}
END_TEST

START_TEST(a_queue_that_is_on_stays_where_it_is)
{
    uint64_t cqb = io_read(bench, IO_CQB, 8), fqb = io_read(bench, IO_FQB, 8);

    io_write(bench, IO_CQB, 8, 0);
    io_write(bench, IO_FQB, 8, 0);
    ck_assert_uint_eq(io_read(bench, IO_CQB, 8), cqb);
    ck_assert_uint_eq(io_read(bench, IO_FQB, 8), fqb);
}
END_TEST

START_TEST(indices_are_as_wide_as_the_queue)
{
    io_write(bench, IO_CQCSR, 4, 0);
    bench_to(bench, 100);
    io_write(bench, IO_CQT, 4, 0xffffffff);
    ck_assert_uint_eq(reg4(IO_CQT), 15);
    io_write(bench, IO_CQB, 8, 1); /* 4 entries */
    ck_assert_uint_eq(reg4(IO_CQT), 3);
    io_write(bench, IO_FQH, 4, 0xffffffff);
    ck_assert_uint_eq(reg4(IO_FQH), 7);
    io_write(bench, IO_CQH, 4, 2);
    ck_assert_uint_eq(reg4(IO_CQH), 0);
}
END_TEST

/* --- commands (3.1) ---------------------------------------------------------------------- */

/* 2 words of 8 bytes, a slot of 5 cycles each, then 10 for the command itself. */
START_TEST(commands_are_done_one_after_the_other_at_a_price)
{
    io_command(bench, 3, 0);
    io_command(bench, 2, 0);
    ck_assert_uint_eq(bench->bus.others, 1);
    bench_to(bench, 39);
    ck_assert_uint_eq(reg4(IO_CQH), 0);
    bench_to(bench, 40);
    ck_assert_uint_eq(reg4(IO_CQH), 1);
    bench_to(bench, 60);
    ck_assert_uint_eq(reg4(IO_CQH), 2);
    ck_assert_uint_eq(bench->bus.others, 0);
    ck_assert_uint_eq(bench_count(bench, EVENT_IOMMU_COMMAND), 2);
    ck_assert_uint_eq(bench->bus.counts[INITIATOR_IOMMU].bytes_read, 32);
}
END_TEST

START_TEST(a_fence_stores_its_data)
{
    io_put(bench, IO_FENCE, UINT64_MAX);
    io_command(bench, UINT64_C(0x12345678) << 32 | BIT(13) | BIT(12) | BIT(10) | 2,
               (BENCH_RAM + IO_FENCE + 4) >> 2);
    bench_to(bench, 44);
    ck_assert_uint_eq(reg4(IO_CQH), 0);
    bench_to(bench, 45); /* one slot more */
    ck_assert_uint_eq(reg4(IO_CQH), 1);
    ck_assert_uint_eq(io_get(bench, IO_FENCE), UINT64_C(0x12345678ffffffff));
    ck_assert_uint_eq(reg4(IO_IPSR), 0);
}
END_TEST

START_TEST(a_fence_can_store_to_a_device)
{
    io_command(bench, UINT64_C(0x77) << 32 | BIT(10) | 2, BENCH_PORT >> 2);
    bench_finish(bench);
    ck_assert_uint_eq(bench->port, 0x77);
    ck_assert_uint_eq(reg4(IO_CQH), 1);
}
END_TEST

START_TEST(a_fence_with_wsi_interrupts)
{
    io_command(bench, BIT(11) | 2, 0);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQCSR), 3 | BIT(16) | BIT(11));
    ck_assert_uint_eq(reg4(IO_IPSR), 1);
    ck_assert(bench->wire[0] && !bench->wire[1]);
    io_write(bench, IO_IPSR, 4, 1); /* the reason is still there */
    ck_assert_uint_eq(reg4(IO_IPSR), 1);
    io_write(bench, IO_CQCSR, 4, BIT(11) | 3);
    ck_assert_uint_eq(reg4(IO_CQCSR), 3 | BIT(16));
    ck_assert(bench->wire[0]);
    io_write(bench, IO_IPSR, 4, 1);
    ck_assert_uint_eq(reg4(IO_IPSR), 0);
    ck_assert(!bench->wire[0]);
    io_command(bench, 2, 0); /* fence_w_ip does not stop the queue */
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQH), 2);
}
END_TEST

START_TEST(interrupts_wait_until_they_are_enabled)
{
    io_write(bench, IO_CQCSR, 4, 1);
    io_command(bench, BIT(11) | 2, 0);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_IPSR), 0);
    io_write(bench, IO_ICVEC, 8, 2);
    io_write(bench, IO_CQCSR, 4, 3);
    ck_assert_uint_eq(reg4(IO_IPSR), 1);
    ck_assert(bench->wire[2] && !bench->wire[0]);
}
END_TEST

/* Reserved bits, opcodes and functions; and commands for what capabilities do not have. */
static const struct {
    uint64_t low, high;
} illegal[] = {
    {0, 0},
    {5, 0},
    {64, 0},
    {1 | UINT64_C(2) << 7, 0},
    {1 | BIT(11), 0},
    {1 | BIT(34), 0},
    {1 | BIT(35), 0},
    {1 | BIT(43), 0},
    {1 | BIT(60), 0},
    {1 | BIT(63), 0},
    {1, BIT(0)},
    {1, BIT(9)},
    {1, BIT(62)},
    {1 | BIT(7) | BIT(32), 0}, /* PSCV with IOTINVAL.GVMA */
    {2 | BIT(7), 0},
    {2 | BIT(14), 0},
    {2 | BIT(31), 0},
    {2, BIT(62)},
    {3 | UINT64_C(2) << 7, 0},
    {3 | BIT(10), 0},
    {3 | BIT(12), 0}, /* PID with INVAL_DDT */
    {3 | BIT(32), 0},
    {3 | BIT(34), 0},
    {3, 1},
    {3 | BIT(33) | UINT64_C(0x10000) << 40, 0}, /* DID wider than 2LVL has */
    {3 | BIT(7) | BIT(33), 0},                  /* INVAL_PDT: no process directories */
    {4, 0},                                     /* no ATS */
    {4 | BIT(7), 0},
};

START_TEST(an_illegal_command_stops_the_queue)
{
    io_command(bench, illegal[_i].low, illegal[_i].high);
    io_command(bench, 2, 0);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQCSR), 3 | BIT(16) | BIT(10));
    ck_assert_uint_eq(reg4(IO_CQH), 0);
    ck_assert(bench->wire[0]);
    ck_assert_uint_eq(bench_last(bench, EVENT_IOMMU_COMMAND)->iommu_command.done, 1);
    io_put(bench, IO_CQ, 2); /* software puts it right and goes on */
    io_put(bench, IO_CQ + 8, 0);
    io_write(bench, IO_CQCSR, 4, BIT(10) | 3);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQH), 2);
}
END_TEST

START_TEST(a_device_id_may_be_as_wide_as_the_directory)
{
    io_command(bench, 3 | BIT(33) | UINT64_C(0xffff) << 40, 0);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQH), 1);
    io_write(bench, IO_DDTP, 8, 0);
    io_write(bench, IO_DDTP, 8, 2);
    io_command(bench, 3 | BIT(33) | UINT64_C(0x7f) << 40, 0);
    io_command(bench, 3 | BIT(33) | UINT64_C(0x80) << 40, 0);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQH), 2);
    ck_assert_uint_eq(reg4(IO_CQCSR) & BIT(10), BIT(10));
}
END_TEST

START_TEST(a_queue_that_is_not_in_ram_is_a_memory_fault)
{
    io_write(bench, IO_CQCSR, 4, 0);
    bench_finish(bench);
    io_write(bench, IO_CQB, 8, (BENCH_PORT >> 12) << 10);
    io_write(bench, IO_CQCSR, 4, 3);
    io_write(bench, IO_CQT, 4, 1);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQCSR), 3 | BIT(16) | BIT(8));
    ck_assert_uint_eq(bench->port, 0); /* it was not read, either */
    ck_assert_uint_eq(reg4(IO_IPSR), 1);
    io_write(bench, IO_CQCSR, 4, BIT(8) | 3); /* tries again */
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQCSR), 3 | BIT(16) | BIT(8));
    io_write(bench, IO_CQCSR, 4, 2); /* off; and on again clears the flag */
    bench_finish(bench);
    io_write(bench, IO_CQT, 4, 0);
    io_write(bench, IO_CQCSR, 4, 3);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQCSR), 3 | BIT(16));
}
END_TEST

START_TEST(a_fence_that_cannot_store_is_not_complete)
{
    static const uint64_t where[] = {0x1000, BENCH_IOMMU + IO_CQT, BITS(63, 2)};

    io_command(bench, UINT64_C(1) << 32 | BIT(11) | BIT(10) | 2, where[_i] >> 2);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQCSR), 3 | BIT(16) | BIT(8));
    ck_assert_uint_eq(reg4(IO_CQH), 0);
    ck_assert_uint_eq(reg4(IO_CQT), 1);
}
END_TEST

START_TEST(a_command_that_was_fetched_is_done_before_the_queue_is_off)
{
    io_command(bench, UINT64_C(7) << 32 | BIT(10) | 2, (BENCH_RAM + IO_FENCE) >> 2);
    io_command(bench, 2, 0);
    bench_to(bench, 25);
    io_write(bench, IO_CQCSR, 4, 0);
    ck_assert_uint_eq(reg4(IO_CQCSR), BIT(17) | BIT(16));
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_CQCSR), 0);
    ck_assert_uint_eq(reg4(IO_CQH), 1);
    ck_assert_uint_eq(io_get(bench, IO_FENCE), 7);
}
END_TEST

START_TEST(the_queue_is_a_ring)
{
    for (unsigned i = 0; i < 40; i++) {
        io_command(bench, UINT64_C(1) << 32 | BIT(10) | 2 | (uint64_t)i << 32,
                   (BENCH_RAM + IO_FENCE) >> 2);
        bench_finish(bench);
    }
    ck_assert_uint_eq(reg4(IO_CQH), 40 % 16);
    ck_assert_uint_eq(bench_count(bench, EVENT_IOMMU_COMMAND), 40);
}
END_TEST

/* --- faults (3.2) -------------------------------------------------------------------------- */

static void expect_fault(unsigned n, unsigned cause, unsigned ttyp, uint64_t iova,
                         uint64_t iotval2)
{
    struct io_record record = io_record(bench, n);

    ck_assert_uint_eq(reg4(IO_FQT), n + 1);
    ck_assert_uint_eq(record.cause, cause);
    ck_assert_uint_eq(record.word[0],
                      cause | (uint64_t)ttyp << 34 | (uint64_t)IO_ID << 40);
    ck_assert_uint_eq(record.word[1], 0);
    ck_assert_uint_eq(record.iotval, iova);
    ck_assert_uint_eq(record.iotval2, iotval2);
}

static void context(uint64_t tc, uint64_t iohgatp, uint64_t fsc)
{
    io_context(bench, IO_ID,
               (struct io_context){.tc = tc, .iohgatp = iohgatp, .fsc = fsc});
}

static void translate_by_second(void)
{
    context(TC_V, io_iohgatp(&second, 1), 0);
}

static void translate_by_first(void)
{
    context(TC_V, 0, io_iosatp(&first));
}

START_TEST(off_allows_nothing)
{
    io_write(bench, IO_DDTP, 8, 0);
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(0, 256, 2, page(3), 0);
    ck_assert_uint_eq(ask(page(3), WRITE), 1);
    expect_fault(1, 256, 3, page(3), 0);
    ck_assert_uint_eq(ask(page(3), EXECUTE), 1);
    expect_fault(2, 256, 1, page(3), 0);
}
END_TEST

START_TEST(a_directory_that_is_not_in_ram_is_257)
{
    io_write(bench, IO_DDTP, 8, 0);
    io_write(bench, IO_DDTP, 8, UINT64_C(0x1000) << 10 | 3);
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(0, 257, 2, page(3), 0);
    io_put(bench, IO_DDT + 8 * (IO_ID >> 7), UINT64_C(0x2000) << 10 | 1);
    io_write(bench, IO_DDTP, 8, 0);
    io_directory(bench);
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(1, 257, 2, page(3), 0);
}
END_TEST

START_TEST(an_entry_that_is_not_valid_is_258)
{
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(0, 258, 2, page(3), 0);
    context(BITS(63, 1), 0, 0); /* all else is don't-care */
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(1, 258, 2, page(3), 0);
}
END_TEST

START_TEST(reserved_bits_in_a_directory_entry_are_259)
{
    context(TC_V, 0, 0);
    io_put(bench, IO_DDT + 8 * (IO_ID >> 7),
           io_get(bench, IO_DDT + 8 * (IO_ID >> 7)) | (_i ? BIT(54) : BIT(9)));
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(0, 259, 2, page(3), 0);
}
END_TEST

/* 2.1.4: each check of a device context. */
static const struct io_context misconfigured[] = {
    {.tc = TC_V | BIT(12)},
    {.tc = TC_V | BIT(23)},
    {.tc = TC_V | BIT(32)},
    {.tc = TC_V | BIT(63)},
    {.tc = TC_V | BIT(1)},                            /* EN_ATS */
    {.tc = TC_V | BIT(2)},                            /* EN_PRI */
    {.tc = TC_V | BIT(3)},                            /* T2GPA */
    {.tc = TC_V | BIT(6)},                            /* PRPR */
    {.tc = TC_V | BIT(9)},                            /* DPE without PDTV */
    {.tc = TC_V | BIT(10)},                           /* SBE */
    {.tc = TC_V | BIT(11)},                           /* SXL */
    {.tc = TC_V | TC_PDTV, .fsc = UINT64_C(1) << 60}, /* PD8 */
    {.tc = TC_V | TC_PDTV, .fsc = UINT64_C(3) << 60}, /* PD20 */
    {.tc = TC_V, .fsc = UINT64_C(1) << 60},
    {.tc = TC_V, .fsc = UINT64_C(9) << 60}, /* Sv48 */
    {.tc = TC_V, .fsc = UINT64_C(10) << 60},
    {.tc = TC_V, .fsc = UINT64_C(14) << 60},
    {.tc = TC_V, .fsc = BIT(44)},
    {.tc = TC_V, .fsc = BIT(59)},
    {.tc = TC_V, .iohgatp = UINT64_C(1) << 60},
    {.tc = TC_V, .iohgatp = UINT64_C(9) << 60}, /* Sv48x4 */
    {.tc = TC_V, .iohgatp = UINT64_C(8) << 60 | 1},
    {.tc = TC_V, .iohgatp = UINT64_C(8) << 60 | 2},
    {.tc = TC_V, .ta = BIT(0)},
    {.tc = TC_V, .ta = BIT(11)},
    {.tc = TC_V, .ta = BIT(32)},
    {.tc = TC_V, .ta = BIT(40)}, /* RCID */
    {.tc = TC_V, .ta = BIT(63)}, /* MCID */
};

START_TEST(a_misconfigured_context_is_259)
{
    io_context(bench, IO_ID, misconfigured[_i]);
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(0, 259, 2, page(3), 0);
    ck_assert_uint_eq(bench->iommu->context[0].valid, 0); /* it is not kept */
}
END_TEST

/* Custom bits, and a process directory that is Bare, are no misconfiguration. */
START_TEST(a_context_may_have_custom_bits_and_a_bare_pdtp)
{
    static const struct io_context good[] = {
        {.tc = TC_V | BITS(31, 24)},
        {.tc = TC_V | TC_PDTV},
        {.tc = TC_V | TC_PDTV | BIT(9)},
        {.tc = TC_V | TC_SADE | TC_GADE | TC_DTF, .ta = BITS(31, 12)},
    };

    io_context(bench, IO_ID, good[_i]);
    ck_assert_uint_eq(ask(page(3), WRITE), page(3));
}
END_TEST

START_TEST(without_a_capability_its_settings_are_misconfigured)
{
    static const struct {
        uint64_t without;
        struct io_context context;
    } rows[] = {
        {BIT(9), {.tc = TC_V, .fsc = UINT64_C(8) << 60}},
        {BIT(17), {.tc = TC_V, .iohgatp = UINT64_C(8) << 60}},
        {BIT(24), {.tc = TC_V | TC_SADE}},
        {BIT(24), {.tc = TC_V | TC_GADE}},
    };

    set_up_with("capabilities", CAPABILITIES & ~rows[_i].without);
    io_directory(bench);
    io_queues(bench);
    io_context(bench, IO_ID, rows[_i].context);
    ck_assert_uint_eq(ask(page(3), READ), 1);
    expect_fault(0, 259, 2, page(3), 0);
}
END_TEST

START_TEST(a_device_id_that_is_too_wide_is_260)
{
    uint64_t response;

    io_write(bench, IO_DDTP, 8, 0);
    io_write(bench, IO_DDTP, 8, (BENCH_RAM + IO_DDT) >> 12 << 10 | 2);
    ck_assert_uint_eq(ask(page(3), READ), 1); /* 0x104 has 9 bits, 1LVL 7 */
    expect_fault(0, 260, 2, page(3), 0);
    io_write(bench, IO_DDTP, 8, 0);
    io_directory(bench);
    response = io_ask(bench, 0x10000, page(3), READ);
    bench_finish(bench);
    ck_assert_uint_eq(response, 1);
    ck_assert_uint_eq(io_record(bench, 1).word[0],
                      260 | UINT64_C(2) << 34 | UINT64_C(0x10000) << 40);
}
END_TEST

/* With PID and PRIV in the record. */
START_TEST(a_process_id_without_pdtv_is_260)
{
    context(TC_V, 0, 0);
    ck_assert_uint_eq(ask(page(3), READ | BIT(32) | UINT64_C(0xabcde) << 12 | 2), 1);
    ck_assert_uint_eq(io_record(bench, 0).word[0],
                      260 | UINT64_C(0xabcde) << 12 | BIT(32) | BIT(33) |
                          UINT64_C(2) << 34 | (uint64_t)IO_ID << 40);
    io_command(bench, 3, 0);
    bench_finish(bench);
    context(TC_V | TC_PDTV, 0, 0);
    ck_assert_uint_eq(ask(page(3), READ | BIT(32)), page(3));
}
END_TEST

/* Causes by the kind of access: fetch, read, write. */
static const struct {
    uint64_t ctl;
    unsigned access, page, guest, ttyp;
} kinds[] = {{EXECUTE, 1, 12, 20, 1}, {READ, 5, 13, 21, 2}, {WRITE, 7, 15, 23, 3}};

START_TEST(a_first_stage_that_does_not_map_is_a_page_fault)
{
    translate_by_first();
    ck_assert_uint_eq(ask(VA, kinds[_i].ctl), 1);
    expect_fault(0, kinds[_i].page, kinds[_i].ttyp, VA, 0);
    ck_assert_uint_eq(ask(BIT(38), kinds[_i].ctl), 1); /* not canonical */
    expect_fault(1, kinds[_i].page, kinds[_i].ttyp, BIT(38), 0);
}
END_TEST

START_TEST(a_second_stage_that_does_not_map_is_a_guest_page_fault)
{
    translate_by_second();
    ck_assert_uint_eq(ask(GPA, kinds[_i].ctl), 1);
    expect_fault(0, kinds[_i].guest, kinds[_i].ttyp, GPA, GPA);
    ck_assert_uint_eq(ask(BIT(41), kinds[_i].ctl), 1);
    expect_fault(1, kinds[_i].guest, kinds[_i].ttyp, BIT(41), BIT(41));
}
END_TEST

START_TEST(a_table_that_cannot_be_read_is_an_access_fault)
{
    if (_i < 3)
        context(TC_V, 0, UINT64_C(8) << 60 | 0x100);
    else
        context(TC_V, UINT64_C(8) << 60 | 0x100, 0);
    ck_assert_uint_eq(ask(VA, kinds[_i % 3].ctl), 1);
    expect_fault(0, kinds[_i % 3].access, kinds[_i % 3].ttyp, VA, 0);
}
END_TEST

/* The second stage refuses a table of the first: the guest address is the entry's, and
 * bit 0 says that it was one. */
START_TEST(a_first_stage_table_that_is_not_mapped_is_an_implicit_fault)
{
    first.root = GPA;
    context(TC_V, io_iohgatp(&second, 1), io_iosatp(&first));
    ck_assert_uint_eq(ask(VA, kinds[_i].ctl), 1);
    expect_fault(0, kinds[_i].guest, kinds[_i].ttyp, VA, GPA | 1);
}
END_TEST

START_TEST(setting_a_in_a_table_that_is_read_only_is_an_implicit_write)
{
    uint64_t at = tables_map(&first, VA, GPA, 0, PTE_RW | PTE_U);

    /* The guest's own tables are where they are, but may not be written. */
    for (uint64_t table = BENCH_RAM + IO_FIRST; table < first.next; table += 0x1000)
        tables_map(&second, table, table, 0, PTE_V | PTE_R | PTE_U | PTE_A);
    tables_map(&second, GPA, page(4), 0, PTE_RW | PTE_U | PTE_AD);
    context(TC_V | TC_SADE, io_iohgatp(&second, 1), io_iosatp(&first));
    ck_assert_uint_eq(ask(VA, READ), 1);
    expect_fault(0, 21, 2, VA, at | 3);
}
END_TEST

START_TEST(dtf_silences_what_translation_finds)
{
    context(TC_V | TC_DTF, 0, io_iosatp(&first));
    ck_assert_uint_eq(ask(VA, READ), 1);
    ck_assert_uint_eq(reg4(IO_FQT), 0);
    ck_assert_uint_eq(bench_last(bench, EVENT_IOMMU_FAULT)->iommu_fault.report, 1);
    ck_assert_uint_eq(ask(VA, READ | BIT(32)), 1); /* 260 is silenced, too */
    ck_assert_uint_eq(reg4(IO_FQT), 0);
    io_write(bench, IO_DDTP, 8, 0); /* 256 is not: no context says so */
    ck_assert_uint_eq(ask(VA, READ), 1);
    ck_assert_uint_eq(reg4(IO_FQT), 1);
}
END_TEST

START_TEST(a_misconfigured_context_has_no_dtf)
{
    context(TC_V | TC_DTF | BIT(12), 0, 0);
    ck_assert_uint_eq(ask(VA, READ), 1);
    expect_fault(0, 259, 2, VA, 0);
}
END_TEST

START_TEST(a_record_interrupts)
{
    ck_assert_uint_eq(ask(VA, READ), 1);
    ck_assert_uint_eq(reg4(IO_IPSR), 2);
    ck_assert(bench->wire[1] && !bench->wire[0]);
    io_write(bench, IO_IPSR, 4, 2); /* the record alone is no reason to pend again */
    ck_assert_uint_eq(reg4(IO_IPSR), 0);
    ck_assert(!bench->wire[1]);
}
END_TEST

START_TEST(records_take_4_slots)
{
    uint64_t now;

    io_write(bench, IO_DDTP, 8, 0);
    now = bench->queue.now;
    io_write(bench, IO_TR_CTL, 8, (uint64_t)IO_ID << 40 | READ | 1);
    bench_to(bench, now + 29); /* 10 until the request is taken up, then 20 */
    ck_assert_uint_eq(reg4(IO_FQT), 0);
    ck_assert_uint_eq(io_record(bench, 0).cause, 256); /* written, but not told */
    bench_to(bench, now + 30);
    ck_assert_uint_eq(reg4(IO_FQT), 1);
}
END_TEST

START_TEST(a_full_queue_overflows_until_software_says_so)
{
    for (unsigned i = 0; i < 7; i++)
        ask(VA + 0x1000 * i, READ);
    ck_assert_uint_eq(reg4(IO_FQT), 7);
    ck_assert_uint_eq(reg4(IO_FQCSR), 3 | BIT(16));
    ask(VA, READ); /* fqt = fqh - 1 */
    ck_assert_uint_eq(reg4(IO_FQT), 7);
    ck_assert_uint_eq(reg4(IO_FQCSR), 3 | BIT(16) | BIT(9));
    io_write(bench, IO_FQH, 4, 3);
    ask(VA, READ); /* still lost */
    ck_assert_uint_eq(reg4(IO_FQT), 7);
    ck_assert_uint_eq(bench_last(bench, EVENT_IOMMU_FAULT)->iommu_fault.report, 3);
    io_write(bench, IO_IPSR, 4, 2); /* fqof is a reason to pend again */
    ck_assert_uint_eq(reg4(IO_IPSR), 2);
    io_write(bench, IO_FQCSR, 4, BIT(9) | 3);
    ask(VA, READ);
    ck_assert_uint_eq(reg4(IO_FQT), 0); /* it is a ring */
}
END_TEST

START_TEST(a_fault_queue_that_cannot_be_written_is_a_memory_fault)
{
    io_write(bench, IO_FQCSR, 4, 0);
    bench_finish(bench);
    io_write(bench, IO_FQB, 8, UINT64_C(0x1000) << 10 | 2);
    io_write(bench, IO_FQCSR, 4, 3);
    bench_finish(bench);
    ask(VA, READ);
    ck_assert_uint_eq(reg4(IO_FQCSR), 3 | BIT(16) | BIT(8));
    ck_assert_uint_eq(reg4(IO_FQT), 0);
    ck_assert(bench->wire[1]);
    io_write(bench, IO_FQCSR, 4, 2);
    bench_finish(bench);
    io_write(bench, IO_FQCSR, 4, 3); /* clears fqmf */
    ck_assert_uint_eq(reg4(IO_FQCSR) & BIT(8), 0);
}
END_TEST

START_TEST(without_the_queue_faults_leave_no_record)
{
    io_write(bench, IO_FQCSR, 4, 0);
    bench_finish(bench);
    ask(VA, READ);
    ck_assert_uint_eq(reg4(IO_FQT), 0);
    ck_assert_uint_eq(bench_last(bench, EVENT_IOMMU_FAULT)->iommu_fault.report, 2);
    io_write(bench, IO_FQCSR, 4, 1);
    bench_finish(bench);
    ck_assert_uint_eq(reg4(IO_FQT), 0);
    ck_assert_uint_eq(bench->iommu->counts.faults, 1);
}
END_TEST

/* --- translation (2.3) ---------------------------------------------------------------------- */

START_TEST(bare_passes_everything)
{
    io_write(bench, IO_DDTP, 8, 0);
    io_write(bench, IO_DDTP, 8, 1);
    ck_assert_uint_eq(ask(page(3), WRITE), page(3));
    ck_assert_uint_eq(io_ask(bench, 0xffffff, page(3), WRITE), page(3) >> 2);
}
END_TEST

START_TEST(a_one_level_directory_has_128_contexts)
{
    io_write(bench, IO_DDTP, 8, 0);
    io_write(bench, IO_DDTP, 8, (BENCH_RAM + IO_DDT) >> 12 << 10 | 2);
    io_put(bench, IO_DDT + 127 * 32, TC_V);
    ck_assert_uint_eq(io_ask(bench, 127, page(3), WRITE), page(3) >> 2);
    ck_assert_uint_eq(io_ask(bench, 126, page(3), WRITE), 1);
}
END_TEST

START_TEST(the_first_stage_translates_for_user_mode)
{
    translate_by_first();
    tables_map(&first, VA, page(5), 0, PTE_RW | PTE_U | PTE_AD);
    tables_map(&first, VA + 0x1000, page(6), 0, PTE_RW | PTE_AD); /* not U */
    tables_map(&first, VA + 0x2000, page(7), 0, PTE_V | PTE_R | PTE_X | PTE_U | PTE_AD);
    ck_assert_uint_eq(ask(VA, WRITE), page(5));
    ck_assert_uint_eq(ask(VA, EXECUTE), 1);
    ck_assert_uint_eq(ask(VA + 0x1000, READ), 1);
    ck_assert_uint_eq(ask(VA + 0x2000, EXECUTE), page(7));
    ck_assert_uint_eq(ask(VA + 0x2000, WRITE), 1);
}
END_TEST

START_TEST(the_second_stage_translates_41_bits)
{
    uint64_t high = BIT(40) | GPA;

    translate_by_second();
    tables_map(&second, high, page(5), 0, PTE_RW | PTE_U | PTE_AD);
    tables_map(&second, high + 0x1000, page(6), 0, PTE_RW | PTE_AD); /* not U */
    ck_assert_uint_eq(ask(high, WRITE), page(5));
    ck_assert_uint_eq(ask(high + 0x1000, READ), 1);
    expect_fault(0, 21, 2, high + 0x1000, high + 0x1000);
}
END_TEST

/* The first stage's tables are in guest memory, which is mapped 0x40000000 higher. */
static void translate_by_both(void)
{
    uint64_t shift = GPA;

    for (uint64_t at = IO_FIRST; at < IO_FIRST + 0x8000; at += 0x1000)
        tables_map(&second, BENCH_RAM + at + shift, BENCH_RAM + at, 0,
                   PTE_RW | PTE_U | PTE_AD);
    tables_init(&first, &bench->bus.ram, 3, BENCH_RAM + IO_FIRST + shift);
    first.shift = UINT64_C(0) - shift;
    tables_map(&first, VA, GPA, 0, PTE_RW | PTE_U | PTE_AD);
    tables_map(&second, GPA, page(9), 0, PTE_RW | PTE_U | PTE_AD);
    context(TC_V, io_iohgatp(&second, 3), io_iosatp(&first));
}

START_TEST(both_stages_are_one_walk_within_another)
{
    translate_by_both();
    ck_assert_uint_eq(ask(VA, WRITE), page(9));
    /* 1 + 4 words of the directory, then 3 * (3 + 1) + 3 entries. */
    ck_assert_uint_eq(bench->iommu->counts.reads, 5 + 15);
    ck_assert_uint_eq(bench_count(bench, EVENT_IOMMU_WALK), 2 + 15);
}
END_TEST

START_TEST(large_pages_translate)
{
    translate_by_first();
    tables_map(&first, BIT(30), BIT(31), 2, PTE_RW | PTE_U | PTE_AD);
    tables_map(&first, 2 * BIT(30), BENCH_RAM, 1, PTE_RW | PTE_U | PTE_AD);
    tables_map(&first, VA, BENCH_RAM + 0x8000, 0, PTE_RW | PTE_U | PTE_AD | PTE_N);
    ck_assert_uint_eq(ask(BIT(30) + 0x12345000, WRITE), BIT(31) + 0x12345000);
    ck_assert_uint_eq(ask(2 * BIT(30) + 0x5000, WRITE), page(5));
}
END_TEST

START_TEST(a_and_d_are_software_s_unless_the_context_says_so)
{
    uint64_t at = tables_map(&first, VA, page(5), 0, PTE_RW | PTE_U);

    translate_by_first();
    ck_assert_uint_eq(ask(VA, READ), 1);
    expect_fault(0, 13, 2, VA, 0);
    io_command(bench, 3, 0);
    bench_finish(bench);
    context(TC_V | TC_SADE, 0, io_iosatp(&first));
    ck_assert_uint_eq(ask(VA, READ), page(5));
    ck_assert_uint_eq(tables_get(&first, at) & PTE_AD, PTE_A);
    ck_assert_uint_eq(ask(VA, WRITE), page(5)); /* kept without D: walked again */
    ck_assert_uint_eq(tables_get(&first, at) & PTE_AD, PTE_AD);
    ck_assert_uint_eq(bench->iommu->counts.hits, 0);
    ck_assert_uint_eq(ask(VA, WRITE), page(5));
    ck_assert_uint_eq(bench->iommu->counts.hits, 1);
}
END_TEST

START_TEST(gade_is_for_the_second_stage)
{
    uint64_t at = tables_map(&second, GPA, page(5), 0, PTE_RW | PTE_U);

    context(TC_V | TC_GADE, io_iohgatp(&second, 1), 0);
    ck_assert_uint_eq(ask(GPA, WRITE), page(5));
    ck_assert_uint_eq(tables_get(&second, at) & PTE_AD, PTE_AD);
    io_command(bench, 3, 0);
    bench_finish(bench);
    tables_map(&second, GPA + 0x1000, page(6), 0, PTE_RW | PTE_U);
    context(TC_V | TC_SADE, io_iohgatp(&second, 1), 0);
    ck_assert_uint_eq(ask(GPA + 0x1000, READ), 1);
    expect_fault(0, 21, 2, GPA + 0x1000, GPA + 0x1000);
}
END_TEST

/* A look-up is 2 cycles, an entry 5; what is asked for waits 10 to be taken up. */
START_TEST(translation_takes_time)
{
    const struct event_iommu_translate *told;

    translate_by_second();
    tables_map(&second, GPA, page(5), 0, PTE_RW | PTE_U | PTE_AD);
    ask(GPA, READ);
    told = &bench_last(bench, EVENT_IOMMU_TRANSLATE)->iommu_translate;
    ck_assert_uint_eq(told->price, 2 + 5 * (1 + 4) + 5 * 3);
    ck_assert_uint_eq(told->found, 2);
    ask(GPA, READ);
    told = &bench_last(bench, EVENT_IOMMU_TRANSLATE)->iommu_translate;
    ck_assert_uint_eq(told->price, 2);
    ck_assert_uint_eq(told->found, 1);
}
END_TEST

/* --- caches (2.8) ----------------------------------------------------------------------------- */

START_TEST(a_translation_is_used_until_it_is_invalidated)
{
    uint64_t at = tables_map(&second, GPA, page(5), 0, PTE_RW | PTE_U | PTE_AD);

    translate_by_second();
    ck_assert_uint_eq(ask(GPA, READ), page(5));
    tables_put(&second, at, 0);
    ck_assert_uint_eq(ask(GPA, READ), page(5));
    io_command(bench, 1 | BIT(7), 0); /* IOTINVAL.GVMA, all */
    bench_finish(bench);
    ck_assert_uint_eq(ask(GPA, READ), 1);
}
END_TEST

/* Stale in its permissions, too. */
START_TEST(a_refusal_comes_from_the_cache_as_well)
{
    uint64_t at =
        tables_map(&second, GPA, page(5), 0, PTE_V | PTE_R | PTE_U | PTE_A | PTE_D);

    translate_by_second();
    ck_assert_uint_eq(ask(GPA, READ), page(5));
    tables_put(&second, at, tables_entry(page(5), PTE_RW | PTE_U | PTE_AD));
    ck_assert_uint_eq(ask(GPA, WRITE), 1);
    expect_fault(0, 23, 3, GPA, GPA);
}
END_TEST

START_TEST(what_is_not_valid_is_not_kept)
{
    translate_by_second();
    ck_assert_uint_eq(ask(GPA, READ), 1);
    tables_map(&second, GPA, page(5), 0, PTE_RW | PTE_U | PTE_AD);
    ck_assert_uint_eq(ask(GPA, READ), page(5));
}
END_TEST

START_TEST(a_context_is_used_until_it_is_invalidated)
{
    uint64_t at = IO_DDT + 0x1000 + 32 * (IO_ID & 127);

    context(TC_V, 0, 0);
    ck_assert_uint_eq(ask(page(3), READ), page(3));
    io_put(bench, at, 0);
    ck_assert_uint_eq(ask(page(3), READ), page(3));
    io_command(bench, 3 | BIT(33) | UINT64_C(0x105) << 40, 0); /* another device's */
    bench_finish(bench);
    ck_assert_uint_eq(ask(page(3), READ), page(3));
    ck_assert_uint_eq(bench_last(bench, EVENT_IOMMU_INVAL)->iommu_inval.dropped, 0);
    io_command(bench, 3 | BIT(33) | (uint64_t)IO_ID << 40, 0);
    bench_finish(bench);
    ck_assert_uint_eq(bench_last(bench, EVENT_IOMMU_INVAL)->iommu_inval.dropped, 1);
    ck_assert_uint_eq(ask(page(3), READ), 1);
}
END_TEST

/*
 * Four kinds of translations: of the host by PSCID 1 and 2 (one of them global), of VMs by
 * GSCID, with and without a first stage. Which of them does a command forget?
 */
enum { HOST_1, HOST_2, HOST_GLOBAL, VM_3, VM_4, NESTED_3, SORTS };

static void keep_all_sorts(void)
{
    static const struct iommu_translation sorts[SORTS] = {
        [HOST_1] = {.vpn = 0x10, .has_first = 1, .pscid = 1, .first_bits = 12},
        [HOST_2] = {.vpn = 0x11, .has_first = 1, .pscid = 2, .first_bits = 21},
        [HOST_GLOBAL] =
            {.vpn = 0x12, .has_first = 1, .pscid = 1, .global = 1, .first_bits = 12},
        [VM_3] =
            {.vpn = 0x13, .gpn = 0x13, .has_second = 1, .gscid = 3, .second_bits = 12},
        [VM_4] =
            {.vpn = 0x14, .gpn = 0x14, .has_second = 1, .gscid = 4, .second_bits = 21},
        [NESTED_3] = {.vpn = 0x15,
                      .gpn = 0x99,
                      .has_first = 1,
                      .has_second = 1,
                      .pscid = 1,
                      .gscid = 3,
                      .first_bits = 12,
                      .second_bits = 12},
    };

    for (unsigned i = 0; i < SORTS; i++) {
        bench->iommu->translation[i * bench->iommu->ways] = sorts[i];
        bench->iommu->translation[i * bench->iommu->ways].valid = 1;
    }
}

#define GV       BIT(33)
#define PSCV     BIT(32)
#define AV       BIT(10)
#define PSCID(n) ((uint64_t)(n) << 12)
#define GSCID(n) ((uint64_t)(n) << 44)
#define ADDR(pn) ((uint64_t)(pn) << 10)
#define VMA      UINT64_C(1)
#define GVMA     (1 | BIT(7))

static const struct {
    uint64_t low, high;
    unsigned forgotten; /* one bit a sort */
} invalidations[] = {
    {VMA, 0, 1u << HOST_1 | 1u << HOST_2 | 1u << HOST_GLOBAL},
    {VMA | PSCV | PSCID(1), 0, 1u << HOST_1},
    {VMA | PSCV | PSCID(2), 0, 1u << HOST_2},
    {VMA | AV, ADDR(0x10), 1u << HOST_1 | 1u << HOST_2}, /* one page is of 2 MiB */
    {VMA | AV, ADDR(0x12), 1u << HOST_GLOBAL | 1u << HOST_2},
    {VMA | AV, ADDR(0x1ff), 1u << HOST_2},
    {VMA | AV, ADDR(0x200), 0},
    {VMA | AV | PSCV | PSCID(1), ADDR(0x12), 0}, /* global mappings are spared */
    {VMA | AV | PSCV | PSCID(1), ADDR(0x10), 1u << HOST_1},
    {VMA | GV | GSCID(3), 0, 1u << VM_3 | 1u << NESTED_3},
    {VMA | GV | GSCID(4), 0, 1u << VM_4},
    {VMA | GV | GSCID(5), 0, 0},
    {VMA | GV | GSCID(3) | PSCV | PSCID(1), 0, 1u << NESTED_3},
    {VMA | GV | GSCID(3) | PSCV | PSCID(2), 0, 0},
    {VMA | GV | GSCID(3) | AV, ADDR(0x15), 1u << NESTED_3},
    {VMA | GV | GSCID(3) | AV, ADDR(0x13), 0}, /* no leaf of a first stage */
    {VMA | GV | GSCID(3) | AV | PSCV | PSCID(1), ADDR(0x15), 1u << NESTED_3},
    {GVMA, 0, 1u << VM_3 | 1u << VM_4 | 1u << NESTED_3},
    {GVMA | AV, ADDR(0x13), 1u << VM_3 | 1u << VM_4 | 1u << NESTED_3},
    {GVMA | GV | GSCID(3), 0, 1u << VM_3 | 1u << NESTED_3},
    {GVMA | GV | GSCID(3) | AV, ADDR(0x13), 1u << VM_3},
    {GVMA | GV | GSCID(3) | AV, ADDR(0x15), 0}, /* an IOVA, not a guest's address */
    {GVMA | GV | GSCID(3) | AV, ADDR(0x99), 1u << NESTED_3},
    {GVMA | GV | GSCID(4) | AV, ADDR(0x1ff), 1u << VM_4},
};

START_TEST(an_invalidation_forgets_what_it_names)
{
    unsigned dropped = 0;

    keep_all_sorts();
    io_command(bench, invalidations[_i].low, invalidations[_i].high);
    bench_finish(bench);
    for (unsigned i = 0; i < SORTS; i++) {
        bool is_there = bench->iommu->translation[i * bench->iommu->ways].valid;

        ck_assert_msg(is_there == !(invalidations[_i].forgotten >> i & 1),
                      "sort %u is %s", i, is_there ? "kept" : "forgotten");
        dropped += !is_there;
    }
    ck_assert_uint_eq(bench_last(bench, EVENT_IOMMU_INVAL)->iommu_inval.dropped,
                      dropped);
}
END_TEST

START_TEST(the_cache_is_finite)
{
    uint64_t ways = bench->iommu->ways, sets = bench->iommu->sets;

    translate_by_second();
    tables_map(&second, GPA, BIT(30) * 2, 2, PTE_RW | PTE_U | PTE_AD);
    for (uint64_t i = 0; i <= ways; i++) /* one more than has room in a set */
        ask(GPA + 0x1000 * sets * i, READ);
    ck_assert_uint_eq(bench->iommu->counts.misses, ways + 1);
    ask(GPA + 0x1000 * sets * ways, READ);
    ck_assert_uint_eq(bench->iommu->counts.hits, 1);
    ask(GPA, READ); /* the first one had to go */
    ck_assert_uint_eq(bench->iommu->counts.misses, ways + 2);
}
END_TEST

START_TEST(the_directory_cache_is_finite)
{
    unsigned contexts = bench->iommu->contexts;

    for (unsigned i = 0; i <= contexts; i++)
        io_context(bench, 0x100 + i, (struct io_context){.tc = TC_V});
    for (unsigned i = 0; i <= contexts; i++)
        io_ask(bench, 0x100 + i, page(3), READ);
    ck_assert_uint_eq(bench->iommu->counts.context_misses, contexts + 1);
    io_ask(bench, 0x100 + contexts, page(3), READ);
    ck_assert_uint_eq(bench->iommu->counts.context_misses, contexts + 1);
    io_ask(bench, 0x100, page(3), READ);
    ck_assert_uint_eq(bench->iommu->counts.context_misses, contexts + 2);
}
END_TEST

START_TEST(address_spaces_are_apart)
{
    struct tables other;

    tables_init(&other, &bench->bus.ram, 3, BENCH_RAM + 0x80000);
    tables_map(&first, VA, page(5), 0, PTE_RW | PTE_U | PTE_AD);
    tables_map(&other, VA, page(6), 0, PTE_RW | PTE_U | PTE_AD);
    io_context(bench, IO_ID,
               (struct io_context){
                   .tc = TC_V, .ta = UINT64_C(1) << 12, .fsc = io_iosatp(&first)});
    io_context(bench, IO_ID + 1,
               (struct io_context){
                   .tc = TC_V, .ta = UINT64_C(2) << 12, .fsc = io_iosatp(&other)});
    ck_assert_uint_eq(ask(VA, READ), page(5));
    ck_assert_uint_eq(io_ask(bench, IO_ID + 1, VA, READ), page(6) >> 2);
    ck_assert_uint_eq(ask(VA, READ), page(5));
    ck_assert_uint_eq(bench->iommu->counts.hits, 1);
}
END_TEST

/* Two devices of one address space share its translations. */
START_TEST(an_address_space_is_shared)
{
    tables_map(&second, GPA, page(5), 0, PTE_RW | PTE_U | PTE_AD);
    translate_by_second();
    io_context(bench, IO_ID + 1,
               (struct io_context){.tc = TC_V, .iohgatp = io_iohgatp(&second, 1)});
    ck_assert_uint_eq(ask(GPA, READ), page(5));
    ck_assert_uint_eq(io_ask(bench, IO_ID + 1, GPA, READ), page(5) >> 2);
    ck_assert_uint_eq(bench->iommu->counts.hits, 1);
}
END_TEST

/* --- state ------------------------------------------------------------------------------------ */

static void some_work(void)
{
    io_command(bench, UINT64_C(5) << 32 | BIT(10) | BIT(11) | 2,
               (BENCH_RAM + IO_FENCE) >> 2);
    ask(GPA + 0x5000, WRITE);
    bench_finish(bench);
}

/* In the middle of a command, with faults waiting: saved, overwritten, and back. */
START_TEST(all_state_can_be_saved_and_restored)
{
    struct buf saved = {0}, garbage = {0};
    struct state load = {.mode = STATE_LOAD};
    uint64_t before, after, now;

    translate_by_second();
    tables_map(&second, GPA, page(5), 0, PTE_RW | PTE_U | PTE_AD);
    ask(GPA, READ);
    io_command(bench, 3, 0);
    io_write(bench, IO_TR_IOVA, 8, GPA + 0x7000);
    io_write(bench, IO_TR_CTL, 8, (uint64_t)IO_ID << 40 | 1);
    bench_to(bench, bench->queue.now + (uint64_t)_i);
    now = bench->queue.now;
    bench_state(bench, &(struct state){.mode = STATE_SAVE, .out = &saved});
    before = bench_digest(bench);
    some_work();
    after = bench_digest(bench);
    ck_assert_uint_ne(before, after);
    for (size_t i = 0; i < saved.size; i++)
        buf_char(&garbage, (char)0xa5);
    load.in = (const unsigned char *)garbage.data;
    load.left = garbage.size;
    bench_state(bench, &load);
    load.in = (const unsigned char *)saved.data;
    load.left = saved.size;
    bench_state(bench, &load);
    bench->queue.now = now;
    ck_assert_uint_eq(bench_digest(bench), before);
    some_work();
    ck_assert_uint_eq(bench_digest(bench), after);
    buf_free(&saved);
    buf_free(&garbage);
}
END_TEST

START_TEST(looking_changes_nothing)
{
    uint64_t digest;

    translate_by_second();
    digest = bench_digest(bench);
    for (uint32_t at = 0; at < 4096; at += 8) {
        uint64_t value;

        iommu_type.peek(&bench->iommu->device, at, 8, &value);
        iommu_type.read(&bench->iommu->device, at, 8,
                        &value); /* reads have no effect */
    }
    ck_assert_uint_eq(bench_digest(bench), digest);
}
END_TEST

#define ALL(test, rows) tcase_add_loop_test(tcase, test, 0, (int)(rows))

static void add_off(TCase *tcase)
{
    tcase_add_test(tcase, capabilities_say_what_there_is);
    tcase_add_test(tcase, interrupts_are_wired_whatever_software_writes);
    tcase_add_test(tcase, what_capabilities_make_absent_reads_0);
    tcase_add_test(tcase, reserved_and_custom_offsets_read_0);
    tcase_add_test(tcase, accesses_have_4_or_8_bytes);
    tcase_add_test(tcase, registers_of_8_bytes_can_be_written_by_halves);
    ALL(iommu_mode_takes_what_there_is, 64);
    tcase_add_test(tcase, after_reset_all_is_off);
    tcase_add_test(tcase, reset_takes_everything_back);
    tcase_add_test(tcase, vectors_are_numbers_of_wires);
    tcase_add_test(tcase, a_board_can_leave_capabilities_out);
    ALL(a_board_cannot_ask_for_what_there_is_not, 5);
    tcase_add_test(tcase, a_board_may_let_everything_pass_after_reset);
    ALL(a_queue_takes_its_time_to_turn_on_and_off, 2);
    ALL(without_a_capability_its_settings_are_misconfigured, 4);
}

static void add_commands(TCase *tcase)
{
    tcase_add_test(tcase, a_queue_that_is_on_stays_where_it_is);
    tcase_add_test(tcase, indices_are_as_wide_as_the_queue);
    tcase_add_test(tcase, commands_are_done_one_after_the_other_at_a_price);
    tcase_add_test(tcase, a_fence_stores_its_data);
    tcase_add_test(tcase, a_fence_can_store_to_a_device);
    tcase_add_test(tcase, a_fence_with_wsi_interrupts);
    tcase_add_test(tcase, interrupts_wait_until_they_are_enabled);
    ALL(an_illegal_command_stops_the_queue, COUNT(illegal));
    tcase_add_test(tcase, a_device_id_may_be_as_wide_as_the_directory);
    tcase_add_test(tcase, a_queue_that_is_not_in_ram_is_a_memory_fault);
    ALL(a_fence_that_cannot_store_is_not_complete, 3);
    tcase_add_test(tcase, a_command_that_was_fetched_is_done_before_the_queue_is_off);
    tcase_add_test(tcase, the_queue_is_a_ring);
}

static void add_faults(TCase *tcase)
{
    tcase_add_test(tcase, off_allows_nothing);
    tcase_add_test(tcase, a_directory_that_is_not_in_ram_is_257);
    tcase_add_test(tcase, an_entry_that_is_not_valid_is_258);
    ALL(reserved_bits_in_a_directory_entry_are_259, 2);
    ALL(a_misconfigured_context_is_259, COUNT(misconfigured));
    ALL(a_context_may_have_custom_bits_and_a_bare_pdtp, 4);
    tcase_add_test(tcase, a_device_id_that_is_too_wide_is_260);
    tcase_add_test(tcase, a_process_id_without_pdtv_is_260);
    ALL(a_first_stage_that_does_not_map_is_a_page_fault, 3);
    ALL(a_second_stage_that_does_not_map_is_a_guest_page_fault, 3);
    ALL(a_table_that_cannot_be_read_is_an_access_fault, 6);
    ALL(a_first_stage_table_that_is_not_mapped_is_an_implicit_fault, 3);
    tcase_add_test(tcase, setting_a_in_a_table_that_is_read_only_is_an_implicit_write);
    tcase_add_test(tcase, dtf_silences_what_translation_finds);
    tcase_add_test(tcase, a_misconfigured_context_has_no_dtf);
    tcase_add_test(tcase, a_record_interrupts);
    tcase_add_test(tcase, records_take_4_slots);
    tcase_add_test(tcase, a_full_queue_overflows_until_software_says_so);
    tcase_add_test(tcase, a_fault_queue_that_cannot_be_written_is_a_memory_fault);
    tcase_add_test(tcase, without_the_queue_faults_leave_no_record);
}

static void add_translation(TCase *tcase)
{
    tcase_add_test(tcase, bare_passes_everything);
    tcase_add_test(tcase, a_one_level_directory_has_128_contexts);
    tcase_add_test(tcase, the_first_stage_translates_for_user_mode);
    tcase_add_test(tcase, the_second_stage_translates_41_bits);
    tcase_add_test(tcase, both_stages_are_one_walk_within_another);
    tcase_add_test(tcase, large_pages_translate);
    tcase_add_test(tcase, a_and_d_are_software_s_unless_the_context_says_so);
    tcase_add_test(tcase, gade_is_for_the_second_stage);
    tcase_add_test(tcase, translation_takes_time);
    tcase_add_test(tcase, a_translation_is_used_until_it_is_invalidated);
    tcase_add_test(tcase, a_refusal_comes_from_the_cache_as_well);
    tcase_add_test(tcase, what_is_not_valid_is_not_kept);
    tcase_add_test(tcase, a_context_is_used_until_it_is_invalidated);
    ALL(an_invalidation_forgets_what_it_names, COUNT(invalidations));
    tcase_add_test(tcase, the_cache_is_finite);
    tcase_add_test(tcase, the_directory_cache_is_finite);
    tcase_add_test(tcase, address_spaces_are_apart);
    tcase_add_test(tcase, an_address_space_is_shared);
    ALL(all_state_can_be_saved_and_restored, 40);
    tcase_add_test(tcase, looking_changes_nothing);
}

/* Tests that begin with everything off are a case of their own. */
int main(void)
{
    Suite *suite = suite_create("iommu");
    TCase *off = tcase_create("off"), *on = tcase_create("on");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(off, set_up, tear_down);
    tcase_add_checked_fixture(on, set_up_on, tear_down);
    add_off(off);
    add_commands(on);
    add_faults(on);
    add_translation(on);
    suite_add_tcase(suite, off);
    suite_add_tcase(suite, on);
    stress_begin(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
