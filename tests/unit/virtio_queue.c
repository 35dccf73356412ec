/* The split virtqueue, against virtio 1.2, chapter 2.7: chains in any layout, event
 * indices, and every rule that a driver can break. */
#include "tests/lib/suite.h"
#include "tests/lib/virtq.h"

#include "base/bits.h"

#include <string.h>

enum { SIZE = 8 };

static const struct event *broken(struct virtq_bench *bench)
{
    return rig_event(bench->rig, EVENT_VIRTIO_ERROR, 0);
}

static void check_data(struct virtq_bench *bench, uint64_t pa, uint64_t sector,
                       unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        ck_assert_uint_eq(virtq_get(bench, pa + i, 1),
                          virtq_image_byte(sector * SECTOR + i));
}

/* --- 2.7.4: framing ---------------------------------------------------------------- */

/* A chain's buffers, by their lengths: the readable ones, 0 ends them, then the writable
 * ones. They are put into memory apart from one another, at odd addresses, and in odd
 * places of the descriptor table. */
static const struct layout {
    uint32_t type, sectors;
    uint32_t readable[SIZE], writable[SIZE];
} layouts[] = {
    {VIRTIO_BLK_IN, 1, {16}, {512, 1}},
    {VIRTIO_BLK_IN, 1, {16}, {513}},
    {VIRTIO_BLK_IN, 1, {4, 4, 8}, {512, 1}},
    {VIRTIO_BLK_IN, 1, {1, 14, 1}, {1, 511, 1}},
    {VIRTIO_BLK_IN, 2, {16}, {3, 509, 500, 13}},
    {VIRTIO_BLK_IN, 2, {100}, {1000, 25}}, /* what follows the header means nothing */
    {VIRTIO_BLK_IN, 0, {16}, {1}},
    {VIRTIO_BLK_OUT, 1, {16, 512}, {1}},
    {VIRTIO_BLK_OUT, 1, {528}, {1}},
    {VIRTIO_BLK_OUT, 2, {15, 1, 1, 1022, 1}, {1}},
    {VIRTIO_BLK_OUT, 2, {7, 521, 512}, {1}},
    {VIRTIO_BLK_OUT, 1, {16, 512}, {40}}, /* the status is the last byte */
    {VIRTIO_BLK_OUT, 0, {16}, {1}},
    {VIRTIO_BLK_FLUSH, 0, {9, 7}, {1}},
    {VIRTIO_BLK_FLUSH, 0, {16}, {2, 2}},
};

enum { APART = 0x800, LAYOUT_SECTOR = 11 };

struct placed {
    unsigned count, first_writable;
    uint64_t at[SIZE];
    uint32_t length[SIZE];
};

static void place(struct placed *placed, const struct layout *layout)
{
    *placed = (struct placed){.count = 0};
    for (unsigned i = 0; layout->readable[i]; i++)
        placed->length[placed->count++] = layout->readable[i];
    placed->first_writable = placed->count;
    for (unsigned i = 0; layout->writable[i]; i++)
        placed->length[placed->count++] = layout->writable[i];
    for (unsigned i = 0; i < placed->count; i++)
        placed->at[i] = VIRTQ_DATA + (uint64_t)APART * i + i % 5;
}

/* The address of byte `n` of the readable or writable part. */
static uint64_t byte_at(const struct placed *placed, bool writable, uint64_t n)
{
    unsigned i = writable ? placed->first_writable : 0;

    for (; n >= placed->length[i]; i++)
        n -= placed->length[i];
    return placed->at[i] + n;
}

static void put_layout(struct virtq_bench *bench, const struct layout *layout,
                       const struct placed *placed, uint64_t table, unsigned step,
                       unsigned entries)
{
    uint8_t header[VIRTIO_BLK_HEADER] = {(uint8_t)layout->type};

    header[8] = LAYOUT_SECTOR;
    for (unsigned i = 0; i < sizeof(header); i++)
        virtq_put(bench, byte_at(placed, false, i), 1, header[i]);
    for (unsigned i = 0; layout->type == VIRTIO_BLK_OUT && i < layout->sectors * SECTOR;
         i++)
        virtq_put(bench, byte_at(placed, false, sizeof(header) + i), 1, i * 3 + 1);
    for (unsigned i = 0; i < placed->count; i++)
        virtq_describe(bench, table, i * step % entries, placed->at[i],
                       placed->length[i],
                       (i >= placed->first_writable ? VIRTQ_WRITE : 0) |
                           (i + 1 < placed->count ? VIRTQ_NEXT : 0),
                       (i + 1) * step % entries);
}

static void check_layout(struct virtq_bench *bench, const struct layout *layout,
                         const struct placed *placed)
{
    uint64_t room = 0, status;
    uint8_t sector[SECTOR];

    for (unsigned i = placed->first_writable; i < placed->count; i++)
        room += placed->length[i];
    status = room - 1;
    ck_assert_uint_eq(virtq_get(bench, byte_at(placed, true, status), 1), 0);
    ck_assert_uint_eq(virtq_used(bench), 1);
    ck_assert_uint_eq(virtq_used_length(bench, 0),
                      layout->type == VIRTIO_BLK_IN || status == 0 ? status + 1 : 0);
    for (unsigned i = 0; layout->type == VIRTIO_BLK_IN && i < layout->sectors * SECTOR;
         i++)
        ck_assert_uint_eq(virtq_get(bench, byte_at(placed, true, i), 1),
                          virtq_image_byte((uint64_t)LAYOUT_SECTOR * SECTOR + i));
    for (unsigned s = 0; layout->type == VIRTIO_BLK_OUT && s < layout->sectors; s++) {
        medium_read(&bench->virtio->medium, LAYOUT_SECTOR + s, sector);
        for (unsigned i = 0; i < SECTOR; i++)
            ck_assert_uint_eq(sector[i], (uint8_t)((s * SECTOR + i) * 3 + 1));
    }
}

START_TEST(a_request_may_be_cut_into_buffers_anywhere)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct placed placed;

    place(&placed, &layouts[_i]);
    virtq_start(bench, VIRTQ_PLAIN, SIZE);
    put_layout(bench, &layouts[_i], &placed, VIRTQ_DESC, 3, SIZE);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    check_layout(bench, &layouts[_i], &placed);
    ck_assert_uint_eq(
        rig_event(bench->rig, EVENT_VIRTIO_CHAIN, 0)->virtio_chain.buffers,
        placed.count);
    virtq_free(bench);
}
END_TEST

/* 2.7.5.3: all of it in a table. */
START_TEST(a_request_may_be_in_an_indirect_table)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct placed placed;

    place(&placed, &layouts[_i]);
    virtq_start(bench, VIRTQ_FULL, SIZE);
    put_layout(bench, &layouts[_i], &placed, VIRTQ_TABLE, 1, placed.count);
    virtq_describe(bench, VIRTQ_DESC, 5, VIRTQ_TABLE, placed.count * VIRTQ_DESCRIPTOR,
                   VIRTQ_INDIRECT | VIRTQ_WRITE /* 2.7.5.3.2: ignored */, 0);
    virtq_offer(bench, 5);
    virtq_notify(bench);
    virtq_settle(bench);
    check_layout(bench, &layouts[_i], &placed);
    ck_assert_uint_eq(virtq_used_id(bench, 0), 5);
    ck_assert(rig_event(bench->rig, EVENT_VIRTIO_CHAIN, 0)->virtio_chain.indirect);
    virtq_free(bench);
}
END_TEST

/* 2.7.5.3.2: some descriptors, then a table. */
START_TEST(a_table_may_follow_descriptors)
{
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, VIRTQ_FULL, SIZE);
    virtq_header(bench, 0, VIRTIO_BLK_IN, 7);
    virtq_describe(bench, VIRTQ_DESC, 2, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 6);
    virtq_describe(bench, VIRTQ_DESC, 6, VIRTQ_DATA, 100, VIRTQ_WRITE | VIRTQ_NEXT, 0);
    virtq_describe(bench, VIRTQ_DESC, 0, VIRTQ_TABLE, 32, VIRTQ_INDIRECT, 0);
    virtq_describe(bench, VIRTQ_TABLE, 0, VIRTQ_DATA + 100, 412,
                   VIRTQ_WRITE | VIRTQ_NEXT, 1);
    virtq_describe(bench, VIRTQ_TABLE, 1, VIRTQ_RESULTS, 1, VIRTQ_WRITE, 0);
    virtq_offer(bench, 2);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_result(bench, 0), VIRTIO_BLK_OK);
    check_data(bench, VIRTQ_DATA, 7, SECTOR);
    virtq_free(bench);
}
END_TEST

START_TEST(empty_buffers_are_passed_over)
{
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, VIRTQ_PLAIN, SIZE);
    virtq_header(bench, 0, VIRTIO_BLK_IN, 7);
    virtq_describe(bench, VIRTQ_DESC, 0, 0, 0, VIRTQ_NEXT, 1);
    virtq_describe(bench, VIRTQ_DESC, 1, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 2);
    virtq_describe(bench, VIRTQ_DESC, 2, 0, 0, VIRTQ_NEXT | VIRTQ_WRITE, 3);
    virtq_describe(bench, VIRTQ_DESC, 3, VIRTQ_DATA, 512, VIRTQ_NEXT | VIRTQ_WRITE, 4);
    virtq_describe(bench, VIRTQ_DESC, 4, VIRTQ_RESULTS, 1, VIRTQ_NEXT | VIRTQ_WRITE, 5);
    virtq_describe(bench, VIRTQ_DESC, 5, 0, 0, VIRTQ_WRITE, 0);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_result(bench, 0), VIRTIO_BLK_OK);
    check_data(bench, VIRTQ_DATA, 7, SECTOR);
    virtq_free(bench);
}
END_TEST

/* As many descriptors as the queue has: 126 pieces of data. */
START_TEST(a_chain_may_fill_the_queue)
{
    struct virtq_bench *bench = virtq_new(NULL);
    uint32_t piece = 3 * SECTOR / 96, last = VIRTIO_QUEUE_MAX - 1;
    uint64_t table = _i ? VIRTQ_TABLE : VIRTQ_DESC;

    virtq_start(bench, VIRTQ_FULL, VIRTIO_QUEUE_MAX);
    virtq_header(bench, 0, VIRTIO_BLK_IN, 20);
    virtq_describe(bench, table, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 1);
    for (unsigned i = 1; i < last; i++)
        virtq_describe(bench, table, i, VIRTQ_DATA + (i - 1) * piece,
                       i <= 96 ? piece : 0, VIRTQ_WRITE | VIRTQ_NEXT, i + 1);
    virtq_describe(bench, table, last, VIRTQ_RESULTS, 1, VIRTQ_WRITE, 0);
    if (_i)
        virtq_describe(bench, VIRTQ_DESC, 0, VIRTQ_TABLE,
                       VIRTIO_QUEUE_MAX * VIRTQ_DESCRIPTOR, VIRTQ_INDIRECT, 0);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_result(bench, 0), VIRTIO_BLK_OK);
    check_data(bench, VIRTQ_DATA, 20, 3 * SECTOR);
    virtq_free(bench);
}
END_TEST

/* --- the rings --------------------------------------------------------------------- */

/* One notification, as many requests as the queue has room for: served in order. */
START_TEST(requests_are_served_in_the_order_of_the_ring)
{
    static const uint16_t heads[] = {6, 0, 9, 3, 12};
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, VIRTQ_PLAIN, 16);
    for (unsigned i = 0; i < COUNT(heads); i++) {
        virtq_request(bench, i, heads[i], VIRTIO_BLK_FLUSH, 0, 0);
        virtq_offer(bench, heads[i]);
    }
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_used(bench), COUNT(heads));
    for (unsigned i = 0; i < COUNT(heads); i++) {
        ck_assert_uint_eq(virtq_used_id(bench, (uint16_t)i), heads[i]);
        ck_assert_uint_eq(virtq_used_length(bench, (uint16_t)i), 1);
        ck_assert_uint_eq(virtq_result(bench, i), VIRTIO_BLK_OK);
    }
    ck_assert_uint_eq(bench->virtio->counts.requests, COUNT(heads));
    ck_assert_uint_eq(bench->virtio->counts.notifications, 1);
    virtq_free(bench);
}
END_TEST

/* 65,536 and some requests through a small queue: all indices wrap. */
START_TEST(indices_wrap_at_65536)
{
    enum { ROUNDS = 65536 + 3 * SIZE };
    struct virtq_bench *bench = virtq_new(NULL);
    bool event_index = _i;

    bench->rig->costs.virtio_request = 1;
    virtq_start(bench, event_index ? VIRTQ_FULL : VIRTQ_PLAIN, SIZE);
    virtq_request(bench, 0, 0, VIRTIO_BLK_FLUSH, 0, 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (event_index) /* each time: the next one */
            virtq_put(bench, VIRTQ_AVAIL + 4 + 2 * SIZE, 2, i & 0xffff);
        virtq_offer(bench, 0);
        if (event_index)
            ck_assert_uint_eq(virtq_get(bench, VIRTQ_USED + 4 + 8 * SIZE, 2),
                              i & 0xffff);
        virtq_notify(bench);
        virtq_settle(bench);
        ck_assert_uint_eq(virtq_used(bench), (i + 1) & 0xffff);
        ck_assert(bench->rig->irq);
        rig_write(bench->rig, VIRTIO_INTERRUPT_ACK, 4, VIRTIO_INT_USED);
    }
    ck_assert_uint_eq(bench->rig->rises, ROUNDS);
    virtq_free(bench);
}
END_TEST

/* Between reading avail.idx and going idle a driver may add an entry and notify. */
START_TEST(a_notification_that_comes_while_the_device_works_is_not_lost)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;

    virtq_start(bench, _i % 2 ? VIRTQ_FULL : VIRTQ_PLAIN, SIZE);
    virtq_request(bench, 0, 0, VIRTIO_BLK_FLUSH, 0, 0);
    virtq_request(bench, 1, 3, VIRTIO_BLK_FLUSH, 0, 0);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    for (int i = 0; i < _i / 2 && rig->queue.next_due != NEVER; i++)
        queue_fire_first(&rig->queue);
    virtq_offer(bench, 3);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_used(bench), 2);
    virtq_free(bench);
}
END_TEST

/* As a driver with an event index does it (2.7.10.1): it notifies only if the entry that
 * it has added is the one that avail_event names. */
START_TEST(a_driver_may_go_by_avail_event)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;
    unsigned kicks = 0;

    virtq_start(bench, VIRTQ_FULL, SIZE);
    virtq_request(bench, 0, 0, VIRTIO_BLK_FLUSH, 0, 0);
    for (unsigned n = 0; n < 40; n++) {
        uint16_t entry = bench->avail;

        virtq_offer(bench, 0);
        if (virtq_get(bench, VIRTQ_USED + 4 + 8 * SIZE, 2) == entry) {
            virtq_notify(bench);
            kicks++;
        }
        for (int i = 0; i < (int)n % 23 && rig->queue.next_due != NEVER; i++)
            queue_fire_first(&rig->queue);
        while ((uint16_t)(bench->avail - virtq_used(bench)) == SIZE)
            queue_fire_first(&rig->queue);
    }
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_used(bench), 40);
    ck_assert_uint_gt(kicks, 0);
    ck_assert_uint_lt(kicks, 40);
    ck_assert_uint_eq(virtq_get(bench, VIRTQ_USED, 2), 0); /* flags stay 0 */
    virtq_free(bench);
}
END_TEST

START_TEST(a_notification_of_nothing_new_does_no_harm)
{
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, _i ? VIRTQ_FULL : VIRTQ_PLAIN, SIZE);
    for (int i = 0; i < 3; i++) {
        virtq_notify(bench);
        virtq_settle(bench);
    }
    ck_assert_uint_eq(virtq_used(bench), 0);
    ck_assert(!bench->rig->irq);
    ck_assert_uint_eq(bench->virtio->state, VIRTIO_IDLE);
    ck_assert_uint_eq(bench->virtio->counts.notifications, 3);
    virtq_free(bench);
}
END_TEST

/* --- 2.7.7: interrupts, or none ---------------------------------------------------- */

static const struct {
    uint64_t features;
    unsigned flags, used_event, requests;
    unsigned sent[3];
} notices[] = {
    {VIRTQ_PLAIN, 0, 0, 3, {1, 1, 1}},      {VIRTQ_PLAIN, 1, 0, 3, {0, 0, 0}},
    {VIRTQ_PLAIN, 0, 0xffff, 3, {1, 1, 1}}, /* 2.7.7.2: ignored */
    {VIRTQ_PLAIN, 2, 0, 3, {1, 1, 1}},      {VIRTQ_FULL, 0, 0, 3, {1, 0, 0}},
    {VIRTQ_FULL, 1, 0, 3, {1, 0, 0}}, /* the flag is ignored */
    {VIRTQ_FULL, 0, 1, 3, {0, 1, 0}},       {VIRTQ_FULL, 0, 2, 3, {0, 0, 1}},
    {VIRTQ_FULL, 0, 3, 3, {0, 0, 0}},       {VIRTQ_FULL, 0, 0xffff, 3, {0, 0, 0}},
};

START_TEST(interrupts_are_sent_as_the_driver_wants_them)
{
    static const enum virtio_reason reasons[2][2] = {
        {VIRTIO_NOT_BY_FLAGS, VIRTIO_BY_FLAGS},
        {VIRTIO_NOT_BY_EVENT_INDEX, VIRTIO_BY_EVENT_INDEX}};
    struct virtq_bench *bench = virtq_new(NULL);
    bool event_index = notices[_i].features & BIT(VIRTIO_F_EVENT_IDX);
    unsigned sent = 0;

    virtq_start(bench, notices[_i].features, SIZE);
    virtq_put(bench, VIRTQ_AVAIL, 2, notices[_i].flags);
    virtq_put(bench, VIRTQ_AVAIL + 4 + 2 * SIZE, 2, notices[_i].used_event);
    virtq_request(bench, 0, 0, VIRTIO_BLK_FLUSH, 0, 0);
    for (unsigned i = 0; i < notices[_i].requests; i++)
        virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    for (unsigned i = 0; i < notices[_i].requests; i++) {
        const struct event *event = rig_event(bench->rig, EVENT_VIRTIO_INTERRUPT, i);

        ck_assert_uint_eq(event->virtio_interrupt.index, i);
        ck_assert_uint_eq(event->virtio_interrupt.sent, notices[_i].sent[i]);
        ck_assert_uint_eq(event->virtio_interrupt.reason,
                          reasons[event_index][notices[_i].sent[i]]);
        sent += notices[_i].sent[i];
    }
    ck_assert_uint_eq(bench->virtio->counts.interrupts, sent);
    ck_assert_uint_eq(bench->rig->irq, sent > 0);
    virtq_free(bench);
}
END_TEST

/* --- broken rules ------------------------------------------------------------------ */

#define NOWHERE UINT64_C(0x1000)
#define RAM_END (VIRTQ_RAM + VIRTQ_RAM_SIZE)

/* Descriptors 0 to 2 of the table begin as those of a good IN of one sector; a row
 * changes some of them. */
struct change {
    uint64_t table; /* 0: the last one */
    unsigned n;
    uint64_t at;
    uint32_t length;
    unsigned flags, next;
};

static const struct break_row {
    enum virtio_rule rule;
    uint64_t features, where, value;
    uint16_t head, ahead; /* avail.idx is more than it should be */
    struct change change[5];
} breaks[] = {
    {VIRTIO_RULE_AVAIL_AHEAD, VIRTQ_FULL, VIRTQ_AVAIL + 2, 9, 0, 8, {{0}}},
    {VIRTIO_RULE_AVAIL_AHEAD, VIRTQ_PLAIN, VIRTQ_AVAIL + 2, 0xffff, 0, 0xfffe, {{0}}},
    {VIRTIO_RULE_HEAD_RANGE, VIRTQ_FULL, VIRTQ_AVAIL + 4, SIZE, SIZE, 0, {{0}}},
    {VIRTIO_RULE_HEAD_RANGE, VIRTQ_FULL, VIRTQ_AVAIL + 4, 0xffff, 0xffff, 0, {{0}}},
    {VIRTIO_RULE_NEXT_RANGE,
     VIRTQ_FULL,
     VIRTQ_DESC,
     SIZE,
     0,
     0,
     {{VIRTQ_DESC, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, SIZE}}},
    {VIRTIO_RULE_NEXT_RANGE,
     VIRTQ_FULL,
     VIRTQ_TABLE,
     2,
     3,
     0,
     {{VIRTQ_DESC, 3, VIRTQ_TABLE, 32, VIRTQ_INDIRECT, 0},
      {VIRTQ_TABLE, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 2}}},
    {VIRTIO_RULE_LOOP,
     VIRTQ_FULL,
     VIRTQ_DESC,
     0,
     0,
     0,
     {{VIRTQ_DESC, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 0}}},
    {VIRTIO_RULE_LOOP,
     VIRTQ_FULL,
     VIRTQ_DESC + 16,
     2,
     0,
     0,
     {{VIRTQ_DESC, 2, VIRTQ_RESULTS, 1, VIRTQ_WRITE | VIRTQ_NEXT, 1}}},
    {VIRTIO_RULE_LOOP,
     VIRTQ_FULL,
     VIRTQ_TABLE + 16,
     0,
     3,
     0,
     {{VIRTQ_DESC, 3, VIRTQ_TABLE, 32, VIRTQ_INDIRECT, 0},
      {VIRTQ_TABLE, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 1},
      {VIRTQ_TABLE, 1, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 0}}},
    {VIRTIO_RULE_BUFFER_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC + 16,
     NOWHERE,
     0,
     0,
     {{VIRTQ_DESC, 1, NOWHERE, 512, VIRTQ_WRITE | VIRTQ_NEXT, 2}}},
    {VIRTIO_RULE_BUFFER_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC + 16,
     RAM_END - 511,
     0,
     0,
     {{VIRTQ_DESC, 1, RAM_END - 511, 512, VIRTQ_WRITE | VIRTQ_NEXT, 2}}},
    {VIRTIO_RULE_BUFFER_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC + 16,
     VIRTQ_RAM - 1,
     0,
     0,
     {{VIRTQ_DESC, 1, VIRTQ_RAM - 1, 512, VIRTQ_WRITE | VIRTQ_NEXT, 2}}},
    {VIRTIO_RULE_BUFFER_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC,
     UINT64_MAX - 7,
     0,
     0,
     {{VIRTQ_DESC, 0, UINT64_MAX - 7, 16, VIRTQ_NEXT, 1}}},
    {VIRTIO_RULE_BUFFER_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC + 32,
     RIG_BASE,
     0,
     0,
     {{VIRTQ_DESC, 2, RIG_BASE, 1, VIRTQ_WRITE, 0}}}, /* a device is there */
    {VIRTIO_RULE_BUFFER_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC + 16,
     VIRTQ_DATA,
     0,
     0,
     {{VIRTQ_DESC, 1, VIRTQ_DATA, UINT32_MAX, VIRTQ_WRITE | VIRTQ_NEXT, 2}}},
    {VIRTIO_RULE_READ_AFTER_WRITE,
     VIRTQ_FULL,
     VIRTQ_DESC + 32,
     0,
     0,
     0,
     {{VIRTQ_DESC, 2, VIRTQ_RESULTS, 1, 0, 0}}},
    {VIRTIO_RULE_INDIRECT_NOT_NEGOTIATED,
     VIRTQ_PLAIN,
     VIRTQ_DESC + 48,
     VIRTQ_INDIRECT,
     3,
     0,
     {{VIRTQ_DESC, 3, VIRTQ_TABLE, 32, VIRTQ_INDIRECT, 0}}},
    {VIRTIO_RULE_INDIRECT_NESTED,
     VIRTQ_FULL,
     VIRTQ_TABLE,
     VIRTQ_INDIRECT,
     3,
     0,
     {{VIRTQ_DESC, 3, VIRTQ_TABLE, 32, VIRTQ_INDIRECT, 0},
      {VIRTQ_TABLE, 0, VIRTQ_TABLE, 32, VIRTQ_INDIRECT, 0}}},
    {VIRTIO_RULE_INDIRECT_NEXT,
     VIRTQ_FULL,
     VIRTQ_DESC + 48,
     VIRTQ_INDIRECT | VIRTQ_NEXT,
     3,
     0,
     {{VIRTQ_DESC, 3, VIRTQ_TABLE, 32, VIRTQ_INDIRECT | VIRTQ_NEXT, 0}}},
    {VIRTIO_RULE_INDIRECT_LENGTH,
     VIRTQ_FULL,
     VIRTQ_DESC + 48,
     0,
     3,
     0,
     {{VIRTQ_DESC, 3, VIRTQ_TABLE, 0, VIRTQ_INDIRECT, 0}}},
    {VIRTIO_RULE_INDIRECT_LENGTH,
     VIRTQ_FULL,
     VIRTQ_DESC + 48,
     24,
     3,
     0,
     {{VIRTQ_DESC, 3, VIRTQ_TABLE, 24, VIRTQ_INDIRECT, 0}}},
    {VIRTIO_RULE_INDIRECT_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC + 48,
     RAM_END - 16,
     3,
     0,
     {{VIRTQ_DESC, 3, RAM_END - 16, 32, VIRTQ_INDIRECT, 0}}},
    {VIRTIO_RULE_INDIRECT_OUTSIDE,
     VIRTQ_FULL,
     VIRTQ_DESC + 48,
     RIG_BASE,
     3,
     0,
     {{VIRTQ_DESC, 3, RIG_BASE, 32, VIRTQ_INDIRECT, 0}}},
    {VIRTIO_RULE_NO_HEADER,
     VIRTQ_FULL,
     VIRTQ_DESC + 32,
     15,
     0,
     0,
     {{VIRTQ_DESC, 0, VIRTQ_HEADERS, 15, VIRTQ_NEXT, 1}}},
    {VIRTIO_RULE_NO_HEADER, VIRTQ_FULL, VIRTQ_DESC + 32, 0, 2, 0, {{0}}},
    {VIRTIO_RULE_NO_STATUS,
     VIRTQ_FULL,
     VIRTQ_DESC,
     1,
     0,
     0,
     {{VIRTQ_DESC, 0, VIRTQ_HEADERS, 16, 0, 0}}},
    {VIRTIO_RULE_NO_STATUS,
     VIRTQ_FULL,
     VIRTQ_DESC + 16,
     2,
     0,
     0,
     {{VIRTQ_DESC, 1, VIRTQ_DATA, 0, VIRTQ_WRITE, 0}}},
};

static void check_broken(struct virtq_bench *bench, enum virtio_rule rule,
                         uint64_t where, uint64_t value)
{
    const struct event *event = broken(bench);

    ck_assert_uint_eq(rig_count(bench->rig, EVENT_VIRTIO_ERROR), 1);
    ck_assert_msg(event->virtio_error.rule == rule, "told: %s, expected: %s",
                  virtio_rules[event->virtio_error.rule].name, virtio_rules[rule].name);
    ck_assert_uint_eq(event->virtio_error.at, where);
    ck_assert_uint_eq(event->virtio_error.value, value);
    ck_assert(event->virtio_error.needs_reset);
    ck_assert_uint_eq(virtq_status(bench) & VIRTIO_NEEDS_RESET, VIRTIO_NEEDS_RESET);
    ck_assert_uint_eq(bench->virtio->state, VIRTIO_BROKEN);
    ck_assert_uint_eq(bench->rig->bus.others, 0);
}

/* After a reset all is well again. */
static void check_recovery(struct virtq_bench *bench)
{
    virtq_put(bench, VIRTQ_USED + 2, 2, 0);
    virtq_start(bench, VIRTQ_FULL, SIZE);
    ck_assert_uint_eq(virtq_status(bench) & VIRTIO_NEEDS_RESET, 0);
    ck_assert(!bench->rig->irq);
    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 4, SECTOR);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_result(bench, 0), VIRTIO_BLK_OK);
    check_data(bench, VIRTQ_DATA, 4, SECTOR);
}

START_TEST(a_broken_rule_is_told_and_the_device_needs_a_reset)
{
    const struct break_row *row = &breaks[_i];
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, row->features, SIZE);
    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 4, SECTOR);
    for (const struct change *c = row->change; c->table; c++)
        virtq_describe(bench, c->table, c->n, c->at, c->length, c->flags, c->next);
    virtq_offer(bench, row->head);
    virtq_put(bench, VIRTQ_AVAIL + 2, 2, (uint16_t)(bench->avail + row->ahead));
    virtq_notify(bench);
    virtq_settle(bench);
    check_broken(bench, row->rule, row->where, row->value);
    ck_assert_uint_eq(virtq_used(bench), 0);
    ck_assert_uint_eq(virtq_result(bench, 0), 0xff); /* nothing was written */
    ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA, 8), 0);
    /* 2.1.2: a configuration change notification. */
    ck_assert_uint_eq(rig_read(bench->rig, VIRTIO_INTERRUPT_STATUS, 4),
                      VIRTIO_INT_CONFIG);
    ck_assert(bench->rig->irq);
    ck_assert_uint_eq(
        rig_event(bench->rig, EVENT_VIRTIO_INTERRUPT, 0)->virtio_interrupt.reason,
        VIRTIO_BY_NEEDS_RESET);
    virtq_notify(bench); /* it does nothing more */
    ck_assert_uint_eq(bench->rig->queue.next_due, NEVER);
    check_recovery(bench);
    virtq_free(bench);
}
END_TEST

/* Two descriptors, then a table of as many as the queue has: no loop, but too long. */
START_TEST(a_chain_longer_than_the_queue_is_refused)
{
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, VIRTQ_FULL, SIZE);
    virtq_describe(bench, VIRTQ_DESC, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 1);
    virtq_describe(bench, VIRTQ_DESC, 1, VIRTQ_TABLE, SIZE * 16, VIRTQ_INDIRECT, 0);
    for (unsigned i = 0; i < SIZE; i++)
        virtq_describe(bench, VIRTQ_TABLE, i, VIRTQ_DATA, 64,
                       VIRTQ_WRITE | (i + 1 < SIZE ? VIRTQ_NEXT : 0), i + 1);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    check_broken(bench, VIRTIO_RULE_TOO_LONG, VIRTQ_TABLE + 16 * (SIZE - 1), SIZE);
    virtq_free(bench);
}
END_TEST

/* 2.7.5.2. RAM is not that large, so that buffers must overlap. */
START_TEST(a_chain_has_at_most_4_gib)
{
    enum { EACH = VIRTQ_RAM_SIZE, COUNT_MAX = 4096 };
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, VIRTQ_FULL, VIRTIO_QUEUE_MAX);
    bench->virtio->bytes_writable = 0;
    virtq_describe(bench, VIRTQ_DESC, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 1);
    for (unsigned i = 1; i < VIRTIO_QUEUE_MAX; i++)
        virtq_describe(bench, VIRTQ_DESC, i, VIRTQ_RAM, EACH,
                       VIRTQ_WRITE | (i + 1 < VIRTIO_QUEUE_MAX ? VIRTQ_NEXT : 0),
                       i + 1);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    while (bench->virtio->buffers < 100)
        queue_fire_first(&bench->rig->queue);
    /* Within this RAM 127 MiB are the most: the rest is made up. */
    bench->virtio->bytes_writable +=
        (uint64_t)(COUNT_MAX - VIRTIO_QUEUE_MAX + 2) * EACH;
    virtq_settle(bench);
    ck_assert_uint_eq(broken(bench)->virtio_error.rule, VIRTIO_RULE_TOO_MANY_BYTES);
    ck_assert_uint_gt(broken(bench)->virtio_error.value, UINT64_C(1) << 32);
    virtq_free(bench);
}
END_TEST

static const struct {
    uint32_t size;
    uint64_t desc, driver, device;
    enum virtio_rule rule;
    uint64_t where, value;
} queues[] = {
    {0, VIRTQ_DESC, VIRTQ_AVAIL, VIRTQ_USED, VIRTIO_RULE_QUEUE_SIZE,
     RIG_BASE + VIRTIO_QUEUE_NUM, 0},
    {3, VIRTQ_DESC, VIRTQ_AVAIL, VIRTQ_USED, VIRTIO_RULE_QUEUE_SIZE,
     RIG_BASE + VIRTIO_QUEUE_NUM, 3},
    {256, VIRTQ_DESC, VIRTQ_AVAIL, VIRTQ_USED, VIRTIO_RULE_QUEUE_SIZE,
     RIG_BASE + VIRTIO_QUEUE_NUM, 256},
    {0x80000000, VIRTQ_DESC, VIRTQ_AVAIL, VIRTQ_USED, VIRTIO_RULE_QUEUE_SIZE,
     RIG_BASE + VIRTIO_QUEUE_NUM, 0x80000000},
    {8, VIRTQ_DESC + 8, VIRTQ_AVAIL, VIRTQ_USED, VIRTIO_RULE_AREA_ALIGNMENT,
     VIRTQ_DESC + 8, 16},
    {8, VIRTQ_DESC, VIRTQ_AVAIL + 1, VIRTQ_USED, VIRTIO_RULE_AREA_ALIGNMENT,
     VIRTQ_AVAIL + 1, 2},
    {8, VIRTQ_DESC, VIRTQ_AVAIL, VIRTQ_USED + 2, VIRTIO_RULE_AREA_ALIGNMENT,
     VIRTQ_USED + 2, 4},
    {8, RAM_END - 16 * 8 + 16, VIRTQ_AVAIL, VIRTQ_USED, VIRTIO_RULE_AREA_OUTSIDE,
     RAM_END - 16 * 8 + 16, 8},
    {8, VIRTQ_DESC, RAM_END - 20, VIRTQ_USED, VIRTIO_RULE_AREA_OUTSIDE, RAM_END - 20,
     8},
    {8, VIRTQ_DESC, VIRTQ_AVAIL, RAM_END - 68, VIRTIO_RULE_AREA_OUTSIDE, RAM_END - 68,
     8},
    {8, 0, VIRTQ_AVAIL, VIRTQ_USED, VIRTIO_RULE_AREA_OUTSIDE, 0, 8},
    {8, VIRTQ_DESC, RIG_BASE, VIRTQ_USED, VIRTIO_RULE_AREA_OUTSIDE, RIG_BASE, 8},
    {8, VIRTQ_DESC, VIRTQ_AVAIL, UINT64_MAX - 3, VIRTIO_RULE_AREA_OUTSIDE,
     UINT64_MAX - 3, 8},
};

static void put64(struct virtq_bench *bench, uint32_t offset, uint64_t value)
{
    rig_write(bench->rig, offset, 4, (uint32_t)value);
    rig_write(bench->rig, offset + 4, 4, value >> 32);
}

START_TEST(a_queue_that_cannot_be_used_is_refused_when_it_is_made_ready)
{
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_negotiate(bench, VIRTQ_PLAIN);
    rig_write(bench->rig, VIRTIO_QUEUE_NUM, 4, queues[_i].size);
    put64(bench, VIRTIO_QUEUE_DESC, queues[_i].desc);
    put64(bench, VIRTIO_QUEUE_DRIVER, queues[_i].driver);
    put64(bench, VIRTIO_QUEUE_DEVICE, queues[_i].device);
    rig_write(bench->rig, VIRTIO_QUEUE_READY, 4, 1);
    check_broken(bench, queues[_i].rule, queues[_i].where, queues[_i].value);
    ck_assert(!bench->rig->irq); /* 2.1.2: the driver is not there yet */
    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_DRIVER_OK);
    virtq_notify(bench);
    ck_assert_uint_eq(bench->rig->queue.next_due, NEVER);
    check_recovery(bench);
    virtq_free(bench);
}
END_TEST

/* The smallest areas, at the very end of RAM, of the smallest and the largest queue. */
START_TEST(a_queue_may_end_where_ram_ends)
{
    struct virtq_bench *bench = virtq_new(NULL);
    unsigned size = _i ? VIRTIO_QUEUE_MAX : 1;

    virtq_negotiate(bench, VIRTQ_PLAIN);
    rig_write(bench->rig, VIRTIO_QUEUE_NUM, 4, size);
    put64(bench, VIRTIO_QUEUE_DESC, RAM_END - 16u * size);
    put64(bench, VIRTIO_QUEUE_DRIVER, RAM_END - 6 - 2u * size);
    put64(bench, VIRTIO_QUEUE_DEVICE, RAM_END - 8 - 8u * size);
    rig_write(bench->rig, VIRTIO_QUEUE_READY, 4, 1);
    ck_assert_uint_eq(virtq_status(bench) & VIRTIO_NEEDS_RESET, 0);
    virtq_free(bench);
}
END_TEST

START_TEST(every_rule_has_a_name_a_text_and_a_section)
{
    for (unsigned i = 1; i < VIRTIO_RULES; i++) {
        ck_assert_ptr_nonnull(virtio_rules[i].name);
        ck_assert_ptr_nonnull(virtio_rules[i].text);
        ck_assert_uint_ge(strlen(virtio_rules[i].section), 3);
        for (unsigned j = 1; j < i; j++)
            ck_assert_str_ne(virtio_rules[i].name, virtio_rules[j].name);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_request_may_be_cut_into_buffers_anywhere, 0,
                        COUNT(layouts));
    tcase_add_loop_test(tcase, a_request_may_be_in_an_indirect_table, 0,
                        COUNT(layouts));
    tcase_add_test(tcase, a_table_may_follow_descriptors);
    tcase_add_test(tcase, empty_buffers_are_passed_over);
    tcase_add_loop_test(tcase, a_chain_may_fill_the_queue, 0, 2);
    tcase_add_test(tcase, requests_are_served_in_the_order_of_the_ring);
    tcase_add_loop_test(tcase, indices_wrap_at_65536, 0, 2);
    tcase_add_loop_test(
        tcase, a_notification_that_comes_while_the_device_works_is_not_lost, 0, 80);
    tcase_add_test(tcase, a_driver_may_go_by_avail_event);
    tcase_add_loop_test(tcase, a_notification_of_nothing_new_does_no_harm, 0, 2);
    tcase_add_loop_test(tcase, interrupts_are_sent_as_the_driver_wants_them, 0,
                        COUNT(notices));
    tcase_add_loop_test(tcase, a_broken_rule_is_told_and_the_device_needs_a_reset, 0,
                        COUNT(breaks));
    tcase_add_test(tcase, a_chain_longer_than_the_queue_is_refused);
    tcase_add_test(tcase, a_chain_has_at_most_4_gib);
    tcase_add_loop_test(tcase,
                        a_queue_that_cannot_be_used_is_refused_when_it_is_made_ready, 0,
                        COUNT(queues));
    tcase_add_loop_test(tcase, a_queue_may_end_where_ram_ends, 0, 2);
    tcase_add_test(tcase, every_rule_has_a_name_a_text_and_a_section);
}

TEST_MAIN("virtio_queue", add_tests)
