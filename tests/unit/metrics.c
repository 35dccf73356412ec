/* What a run cost: counters of the machine and counts of events. */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"
#include "observe/metrics.h"

#include <string.h>

static struct run *run;
static struct board *board;

static void make_run(void)
{
    struct board_desc desc = board_virt;
    struct err err = {0};

    desc.harts = 2;
    run = run_new();
    board = run_add(run, &desc, &err);
    ck_assert_msg(board != NULL, "%s", err.text);
    run_reset(run);
}

static void free_run(void)
{
    run_free(run);
}

START_TEST(a_tally_counts_kinds_and_payload_of_dma)
{
    struct tally tally = {0};

    event_listen(&run->events, (struct event_sink){TALLY_KINDS, tally_take, &tally});
    EMIT(&run->events, 1, DMA_BURST, dma_burst, .bytes = 64);
    EMIT(&run->events, 2, DMA_BURST, dma_burst, .bytes = 13);
    EMIT(&run->events, 3, DMA_DONE, dma_done, .bytes = 77);
    EMIT(&run->events, 4, INSN, insn, .pc = 1);
    ck_assert_uint_eq(tally.events[EVENT_DMA_BURST], 2);
    ck_assert_uint_eq(tally.events[EVENT_DMA_DONE], 1);
    ck_assert_uint_eq(tally.events[EVENT_INSN], 0);
    ck_assert_uint_eq(tally.dma_bytes, 77);
}
END_TEST

START_TEST(metrics_are_differences_of_counters_of_all_harts)
{
    struct tally tally = {.dma_bytes = 100};
    struct counters from, to;
    struct metrics metrics;
    struct virtio_blk *virtio = (struct virtio_blk *)board_device(board, "virtio0");

    board->hart[0].payload = 10;
    virtio->counts = (struct virtio_counts){1, 1, 1, 0, 512};
    counters_read(&from, run, &tally, 1000);
    run->events.retired += 7;
    for (unsigned h = 0; h < 2; h++) {
        board->hart[h].payload += 5;
        board->hart[h].interrupts += 2;
        board->hart[h].exceptions += 3;
        board->bus.counts[INITIATOR_HART + h].wait_cycles += 11;
    }
    board->bus.counts[INITIATOR_DMA].wait_cycles += 1000; /* not a hart's */
    virtio->counts = (struct virtio_counts){4, 3, 2, 512, 1024};
    tally.dma_bytes = 164;
    tally.events[EVENT_DMA_BURST] = 1;
    counters_read(&to, run, &tally, 1500);
    metrics_between(&metrics, &from, &to);
    ck_assert_uint_eq(metrics.instructions, 7);
    ck_assert_uint_eq(metrics.cycles, 500);
    ck_assert_uint_eq(metrics.payload_bytes_hart, 10);
    ck_assert_uint_eq(metrics.payload_bytes_dma, 64);
    ck_assert_uint_eq(metrics.interrupts, 4);
    ck_assert_uint_eq(metrics.exceptions, 6);
    ck_assert_uint_eq(metrics.bus_wait_cycles, 22);
    ck_assert_uint_eq(metrics.virtio_requests, 3);
    ck_assert_uint_eq(metrics.virtio_notifications, 2);
    ck_assert_uint_eq(metrics.virtio_interrupts, 1);
    ck_assert_uint_eq(metrics.virtio_bytes, 1024);
    ck_assert_uint_eq(metrics.events[EVENT_DMA_BURST], 1);
    ck_assert_uint_eq(metrics.events[EVENT_INSN], 7);
    ck_assert(!metrics.has_share);
}
END_TEST

START_TEST(every_metric_is_named_and_found)
{
    struct metrics metrics = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,   11,  12,
                              13, 14, 15, 16, 17, 18, 19, 20, 21, true, 0.5, {0}};
    uint64_t sum = 0;

    for (int i = 0; i < METRICS; i++) {
        ck_assert(metric_infos[i].name && metric_infos[i].title &&
                  metric_infos[i].unit && metric_infos[i].help);
        if (!metric_infos[i].is_share)
            sum += metric_count(&metrics, &metric_infos[i]);
    }
    ck_assert_uint_eq(sum, 231);
}
END_TEST

START_TEST(published_metrics_are_in_the_order_of_the_result)
{
    static const char *const names[] = {
        "instructions", "cycles",          "payload_bytes_hart", "payload_bytes_dma",
        "interrupts",   "bus_wait_cycles", "useful_share",
    };
    unsigned n = 0;

    for (int i = 0; i < METRICS; i++)
        if (metric_infos[i].published)
            ck_assert_str_eq(metric_infos[i].name, names[n++]);
    ck_assert_uint_eq(n, COUNT(names));
}
END_TEST

/* What each IOMMU of a board counts is part of it. */
START_TEST(iommus_count_for_themselves)
{
    struct run *own = run_new();
    struct board_desc desc = board_virt;
    struct tally tally = {{0}, 0};
    struct counters from, to;
    struct metrics metrics;
    struct iommu *iommu;
    struct err err;

    ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    iommu = (struct iommu *)board_device(run_add(own, &desc, &err), "iommu0");
    iommu->counts = (struct iommu_counts){1, 2, 3, 4, 5, 6};
    counters_read(&from, own, &tally, 0);
    iommu->counts = (struct iommu_counts){11, 22, 33, 44, 55, 66};
    counters_read(&to, own, &tally, 0);
    metrics_between(&metrics, &from, &to);
    ck_assert_uint_eq(metrics.iommu_translations, 10);
    ck_assert_uint_eq(metrics.iommu_hits, 20);
    ck_assert_uint_eq(metrics.iommu_misses, 30);
    ck_assert_uint_eq(metrics.iommu_reads, 50);
    ck_assert_uint_eq(metrics.iommu_faults, 60);
    run_free(own);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, iommus_count_for_themselves);
    tcase_add_checked_fixture(tcase, make_run, free_run);
    tcase_add_test(tcase, a_tally_counts_kinds_and_payload_of_dma);
    tcase_add_test(tcase, metrics_are_differences_of_counters_of_all_harts);
    tcase_add_test(tcase, every_metric_is_named_and_found);
    tcase_add_test(tcase, published_metrics_are_in_the_order_of_the_result);
}

TEST_MAIN("metrics", add_tests)
