/* Requests of the virtio disk, against virtio 1.2, chapter 5.2: what they move, what they
 * cost with the default prices of costs.def, what is told of them, and their state. */
#include "tests/lib/suite.h"
#include "tests/lib/virtq.h"

#include "base/bits.h"
#include "machine/device/ata.h"

#include <string.h>

enum { SIZE = 8, SLOT = 5, REQUEST = 2000, SEEK = 100000, TRANSFER = 15500 };

static const struct rig_setting read_only[] = {{"read_only", 1}, {NULL, 0}};

/* One request, to its end; gives its result. */
static unsigned do_request(struct virtq_bench *bench, uint32_t type, uint64_t sector,
                           uint32_t bytes)
{
    virtq_request(bench, 0, 0, type, sector, bytes);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    return virtq_result(bench, 0);
}

static struct virtq_bench *started(const struct rig_setting *settings)
{
    struct virtq_bench *bench = virtq_new(settings);

    virtq_negotiate(bench, VIRTQ_PLAIN | (settings ? BIT(VIRTIO_BLK_F_RO) : 0));
    virtq_set_up(bench, SIZE);
    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_DRIVER_OK);
    return bench;
}

static uint8_t sector_byte(const struct virtq_bench *bench, uint64_t at)
{
    uint8_t bytes[SECTOR];

    medium_read(&bench->virtio->medium, at / SECTOR, bytes);
    return bytes[at % SECTOR];
}

/* --- what is moved ----------------------------------------------------------------- */

static const unsigned counts[] = {1, 2, 3, 8, 100};

START_TEST(a_read_gives_the_sectors)
{
    struct virtq_bench *bench = started(NULL);
    uint32_t bytes = counts[_i] * SECTOR;

    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_IN, 7, bytes), VIRTIO_BLK_OK);
    for (uint32_t i = 0; i < bytes; i++)
        ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA + i, 1),
                          virtq_image_byte(7 * SECTOR + i));
    ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA + bytes, 8), 0);
    ck_assert_uint_eq(virtq_used_length(bench, 0), bytes + 1);
    ck_assert_uint_eq(bench->virtio->counts.bytes_in, bytes);
    ck_assert_uint_eq(bench->virtio->counts.bytes_out, 0);
    virtq_free(bench);
}
END_TEST

START_TEST(what_is_written_can_be_read_again)
{
    struct virtq_bench *bench = started(NULL);
    uint32_t bytes = counts[_i] * SECTOR;

    for (uint32_t i = 0; i < bytes; i++)
        virtq_put(bench, VIRTQ_DATA + i, 1, i * 5 + 1);
    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_OUT, 20, bytes), VIRTIO_BLK_OK);
    ck_assert_uint_eq(virtq_used_length(bench, 0), 1);
    ck_assert_uint_eq(bench->virtio->counts.bytes_out, bytes);
    for (uint32_t i = 0; i < bytes; i++)
        ck_assert_uint_eq(sector_byte(bench, 20 * SECTOR + i), (uint8_t)(i * 5 + 1));
    ck_assert_uint_eq(sector_byte(bench, 20 * SECTOR - 1),
                      virtq_image_byte(20 * SECTOR - 1));
    ck_assert_uint_eq(sector_byte(bench, 20 * SECTOR + bytes),
                      virtq_image_byte(20 * SECTOR + bytes));
    for (uint32_t i = 0; i < bytes; i++)
        virtq_put(bench, VIRTQ_DATA + i, 1, 0);
    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_IN, 20, bytes), VIRTIO_BLK_OK);
    for (uint32_t i = 0; i < bytes; i++)
        ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA + i, 1), (uint8_t)(i * 5 + 1));
    virtq_free(bench);
}
END_TEST

/* What cannot be done is refused as a whole. */
static const struct {
    const struct rig_setting *settings;
    uint32_t type, bytes;
    uint64_t sector;
    enum virtio_blk_status result;
} refused[] = {
    {NULL, VIRTIO_BLK_IN, SECTOR, VIRTQ_SECTORS, VIRTIO_BLK_IOERR},
    {NULL, VIRTIO_BLK_IN, 2 * SECTOR, VIRTQ_SECTORS - 1, VIRTIO_BLK_IOERR},
    {NULL, VIRTIO_BLK_IN, SECTOR, UINT64_MAX, VIRTIO_BLK_IOERR},
    {NULL, VIRTIO_BLK_OUT, SECTOR, VIRTQ_SECTORS, VIRTIO_BLK_IOERR},
    {NULL, VIRTIO_BLK_OUT, 2 * SECTOR, UINT64_MAX - 1, VIRTIO_BLK_IOERR},
    {NULL, VIRTIO_BLK_IN, SECTOR - 1, 5, VIRTIO_BLK_IOERR}, /* 5.2.6.1: whole sectors */
    {NULL, VIRTIO_BLK_OUT, SECTOR + 4, 5, VIRTIO_BLK_IOERR},
    {read_only, VIRTIO_BLK_OUT, SECTOR, 5, VIRTIO_BLK_IOERR}, /* 5.2.6.2 */
    {NULL, 2, SECTOR, 5, VIRTIO_BLK_UNSUPP},
    {NULL, 5, 0, 0, VIRTIO_BLK_UNSUPP},   /* the legacy FLUSH_OUT */
    {NULL, 10, 6, 0, VIRTIO_BLK_UNSUPP},  /* GET_LIFETIME */
    {NULL, 11, 16, 0, VIRTIO_BLK_UNSUPP}, /* DISCARD */
    {NULL, 13, 16, 0, VIRTIO_BLK_UNSUPP}, /* WRITE_ZEROES */
    {NULL, UINT32_MAX, 0, 0, VIRTIO_BLK_UNSUPP},
};

START_TEST(what_cannot_be_done_has_a_result_and_moves_nothing)
{
    struct virtq_bench *bench = started(refused[_i].settings);

    ck_assert_uint_eq(
        do_request(bench, refused[_i].type, refused[_i].sector, refused[_i].bytes),
        refused[_i].result);
    ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA, 8), 0);
    ck_assert_uint_eq(sector_byte(bench, 5 * SECTOR), virtq_image_byte(5 * SECTOR));
    ck_assert_uint_eq(rig_count(bench->rig, EVENT_DISK_PHASE), 0);
    /* Only what precedes nothing that was left out counts as written. */
    ck_assert_uint_eq(virtq_used_length(bench, 0),
                      refused[_i].bytes && refused[_i].type != VIRTIO_BLK_OUT ? 0 : 1);
    ck_assert_uint_eq(rig_event(bench->rig, EVENT_VIRTIO_USED, 0)->virtio_used.result,
                      refused[_i].result);
    ck_assert_uint_eq(virtq_status(bench) & VIRTIO_NEEDS_RESET, 0);
    virtq_free(bench);
}
END_TEST

START_TEST(the_last_sector_is_there)
{
    struct virtq_bench *bench = started(NULL);

    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_IN, VIRTQ_SECTORS - 1, SECTOR),
                      VIRTIO_BLK_OK);
    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_IN, VIRTQ_SECTORS, 0),
                      VIRTIO_BLK_OK); /* nothing, from where nothing is */
    virtq_free(bench);
}
END_TEST

static const struct {
    uint32_t room, length;
} ids[] = {{20, 21}, {8, 9}, {0, 1}, {30, 20}};

/* A text of up to 20 bytes, padded with zeroes: here the device's name. */
START_TEST(get_id_gives_the_device_s_name)
{
    static const char name[VIRTIO_BLK_ID_BYTES] = "virtio-blk";
    struct virtq_bench *bench = started(NULL);

    virtq_put(bench, VIRTQ_DATA + ids[_i].room, 1, 0xee);
    virtq_put(bench, VIRTQ_DATA + 15, 1, 0xee);
    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_GET_ID, 0, ids[_i].room),
                      VIRTIO_BLK_OK);
    for (unsigned i = 0; i < ids[_i].room && i < sizeof(name); i++)
        ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA + i, 1), (uint8_t)name[i]);
    ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA + ids[_i].room, 1), 0xee);
    ck_assert_uint_eq(virtq_used_length(bench, 0), ids[_i].length);
    virtq_free(bench);
}
END_TEST

/* --- what it costs ----------------------------------------------------------------- */

/* The device's own slots: avail.idx, entry, three descriptors, header; then status, used
 * element, used.idx and the driver's flags; avail.idx again. */
enum { BEFORE = 1 + 1 + 3 * 2 + 2, AFTER = 1 + 2 + 1 + 1 + 1 };

static uint64_t now_of(const struct event *event)
{
    return event->cycle;
}

START_TEST(a_request_takes_slots_decoding_and_the_medium_s_time)
{
    struct virtq_bench *bench = started(NULL);
    struct rig *rig = bench->rig;
    uint64_t began = rig->queue.now, chain, used;

    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_IN, 7, 2 * SECTOR), VIRTIO_BLK_OK);
    chain = now_of(rig_event(rig, EVENT_VIRTIO_CHAIN, 0));
    /* Four cycles to wake up; between two of six uses one for the arbiter. */
    ck_assert_uint_eq(chain - began, 4 + BEFORE * SLOT + 5);
    ck_assert_uint_eq(now_of(rig_event(rig, EVENT_DISK_PHASE, 0)), chain + REQUEST);
    used = now_of(rig_event(rig, EVENT_VIRTIO_USED, 0));
    /* The second sector passes over the bus when both are in the buffers. */
    ck_assert_uint_eq(used, chain + REQUEST + SEEK + 2 * TRANSFER + 8 * (1 + 8 * SLOT) +
                                (1 + SLOT) + (1 + 2 * SLOT));
    ck_assert_uint_eq(rig->bus.counts[INITIATOR_VIRTIO].slots,
                      BEFORE + 2 * SECTOR / 8 + AFTER);
    ck_assert_uint_eq(rig->bus.counts[INITIATOR_VIRTIO].wait_cycles, 0);
    virtq_free(bench);
}
END_TEST

/* A request that goes on where the last one ended needs no seek. */
START_TEST(only_a_sector_that_does_not_follow_needs_a_seek)
{
    struct virtq_bench *bench = started(NULL);
    struct rig *rig = bench->rig;

    do_request(bench, VIRTIO_BLK_IN, 0, SECTOR);
    do_request(bench, VIRTIO_BLK_OUT, 1, SECTOR);
    do_request(bench, VIRTIO_BLK_IN, 2, 2 * SECTOR);
    for (unsigned i = 0; i < rig_count(rig, EVENT_DISK_PHASE); i++)
        ck_assert_uint_ne(rig_event(rig, EVENT_DISK_PHASE, i)->disk_phase.phase,
                          DISK_SEEKING);
    do_request(bench, VIRTIO_BLK_IN, 2, SECTOR);
    ck_assert_uint_eq(rig_event(rig, EVENT_DISK_PHASE, 4)->disk_phase.phase,
                      DISK_SEEKING);
    virtq_free(bench);
}
END_TEST

/* Two buffers: as long as the bus is faster than the medium, a long request takes a
 * sector's time for each of its sectors. */
START_TEST(a_long_request_goes_at_the_medium_s_rate)
{
    struct virtq_bench *bench = started(NULL);
    uint64_t first, last;

    do_request(bench, _i ? VIRTIO_BLK_OUT : VIRTIO_BLK_IN, 0, 50 * SECTOR);
    ck_assert_uint_eq(rig_count(bench->rig, EVENT_DISK_PHASE), 50);
    first = now_of(rig_event(bench->rig, EVENT_DISK_PHASE, 0));
    last = now_of(rig_event(bench->rig, EVENT_DISK_PHASE, 49));
    ck_assert_uint_eq(last - first, UINT64_C(49) * TRANSFER);
    virtq_free(bench);
}
END_TEST

START_TEST(a_slow_bus_holds_the_medium_up_and_loses_nothing)
{
    struct virtq_bench *bench = started(NULL);

    bench->rig->costs.bus_slot = 1000;
    ck_assert_uint_eq(
        do_request(bench, _i ? VIRTIO_BLK_OUT : VIRTIO_BLK_IN, 0, 6 * SECTOR),
        VIRTIO_BLK_OK);
    ck_assert_uint_gt(now_of(rig_event(bench->rig, EVENT_DISK_PHASE, 5)) -
                          now_of(rig_event(bench->rig, EVENT_DISK_PHASE, 0)),
                      UINT64_C(4) * 64 * 1000);
    for (unsigned i = 0; !_i && i < 6 * SECTOR; i++)
        ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA + i, 1), virtq_image_byte(i));
    virtq_free(bench);
}
END_TEST

START_TEST(with_all_prices_0_it_still_ends)
{
    struct virtq_bench *bench = started(NULL);

    memset(&bench->rig->costs, 0, sizeof(bench->rig->costs));
    ck_assert_uint_eq(do_request(bench, VIRTIO_BLK_IN, 9, 3 * SECTOR), VIRTIO_BLK_OK);
    virtq_free(bench);
}
END_TEST

/* --- the bus ----------------------------------------------------------------------- */

/* Any address and length is cut into slots that are naturally aligned. */
START_TEST(the_bus_is_used_in_aligned_slots_of_at_most_a_burst)
{
    struct virtq_bench *bench = started(NULL);
    unsigned transfers;

    virtq_header(bench, 0, VIRTIO_BLK_IN, 7);
    virtq_describe(bench, VIRTQ_DESC, 0, VIRTQ_HEADERS, 16, VIRTQ_NEXT, 1);
    virtq_describe(bench, VIRTQ_DESC, 1, VIRTQ_DATA + 3, 100, VIRTQ_NEXT | VIRTQ_WRITE,
                   2);
    virtq_describe(bench, VIRTQ_DESC, 2, VIRTQ_DATA + 0x1001, 412,
                   VIRTQ_NEXT | VIRTQ_WRITE, 3);
    virtq_describe(bench, VIRTQ_DESC, 3, VIRTQ_RESULTS, 1, VIRTQ_WRITE, 0);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_result(bench, 0), VIRTIO_BLK_OK);
    transfers = rig_count(bench->rig, EVENT_BUS_TRANSFER);
    for (unsigned i = 0; i < transfers; i++) {
        const struct event_bus_transfer *transfer =
            &rig_event(bench->rig, EVENT_BUS_TRANSFER, i)->bus_transfer;

        ck_assert_uint_le(transfer->size, VIRTIO_BURST);
        ck_assert_uint_eq(transfer->initiator, INITIATOR_VIRTIO);
        ck_assert_uint_eq(transfer->response, BUS_OKAY);
        /* 67 bytes from +3 on: 1, 4, then eights, and so on. */
        if (transfer->pa == VIRTQ_DATA + 3)
            ck_assert_uint_eq(transfer->price, SLOT * (1 + 1 + 7 + 1 + 1));
    }
    virtq_free(bench);
}
END_TEST

/* Who waits for the bus is told and counted; the device is one of those who make harts
 * ask for it only while it uses it. */
START_TEST(it_waits_for_the_bus_and_others_for_it)
{
    struct virtq_bench *bench = started(NULL);
    struct rig *rig = bench->rig;

    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 5, SECTOR);
    virtq_offer(bench, 0);
    ck_assert_uint_eq(rig->bus.others, 0);
    virtq_notify(bench);
    ck_assert_uint_eq(rig->bus.others, 1);
    bus_take(&rig->bus, INITIATOR_DMA, rig->queue.now, 100, VIRTQ_RAM);
    rig_wait(rig, 300);
    ck_assert_uint_eq(bench->virtio->state, VIRTIO_DECODE);
    ck_assert_uint_eq(rig->bus.others, 0);
    ck_assert_uint_eq(rig->bus.counts[INITIATOR_VIRTIO].wait_cycles, 96);
    ck_assert_uint_eq(rig_event(rig, EVENT_BUS_WAIT, 0)->bus_wait.holder,
                      INITIATOR_DMA);
    rig_wait(rig, REQUEST);
    ck_assert_uint_eq(bench->virtio->state, VIRTIO_WAIT_MEDIUM);
    ck_assert_uint_eq(rig->bus.others, 0);
    virtq_settle(bench);
    ck_assert_uint_eq(rig->bus.others, 0);
    virtq_free(bench);
}
END_TEST

/* Two devices on one bus have numbers of their own, and neither disturbs the other. */
START_TEST(devices_of_a_bus_have_numbers_of_their_own)
{
    struct rig *rig = rig_new(&virtio_blk_type, NULL);
    struct device_place place = {.name = "other",
                                 .base = RIG_BASE + VIRTIO_SIZE,
                                 .bus = &rig->bus,
                                 .queue = &rig->queue,
                                 .events = &rig->events,
                                 .costs = &rig->costs};
    struct device *other[VIRTIO_UNITS];
    struct err err = {""};

    for (unsigned i = 1; i < VIRTIO_UNITS; i++) {
        place.unit = (uint8_t)i;
        other[i] = virtio_blk_type.create(&place, &err);
        ck_assert_ptr_nonnull(other[i]);
        ck_assert(virtio_is(other[i], INITIATOR_VIRTIO + i));
        ck_assert(!virtio_is(rig->device, INITIATOR_VIRTIO + i));
    }
    place.unit = VIRTIO_UNITS;
    ck_assert_ptr_null(virtio_blk_type.create(&place, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "at most 8"));
    for (unsigned i = 1; i < VIRTIO_UNITS; i++)
        virtio_blk_type.free(other[i]);
    rig_free(rig);
}
END_TEST

/* --- what is told ------------------------------------------------------------------ */

START_TEST(events_tell_the_way_of_a_request)
{
    static const uint8_t states[] = {VIRTIO_READ_INDEX,
                                     VIRTIO_READ_HEAD,
                                     VIRTIO_READ_DESCRIPTOR,
                                     VIRTIO_READ_HEADER,
                                     VIRTIO_DECODE,
                                     VIRTIO_WAIT_MEDIUM,
                                     VIRTIO_MOVE_DATA,
                                     VIRTIO_WRITE_STATUS,
                                     VIRTIO_WRITE_USED,
                                     VIRTIO_WRITE_USED_INDEX,
                                     VIRTIO_READ_EVENT,
                                     VIRTIO_READ_INDEX,
                                     VIRTIO_IDLE};
    struct virtq_bench *bench = started(NULL);
    struct rig *rig = bench->rig;
    const struct event *chain, *used;

    do_request(bench, VIRTIO_BLK_IN, 5, SECTOR);
    ck_assert_uint_eq(rig_count(rig, EVENT_VIRTIO_NOTIFY), 1);
    ck_assert_uint_eq(rig_event(rig, EVENT_VIRTIO_NOTIFY, 0)->virtio_notify.heard,
                      VIRTIO_HEARD_WAKES);
    ck_assert_uint_eq(rig_count(rig, EVENT_VIRTIO_STATE), COUNT(states));
    for (unsigned i = 0; i < COUNT(states); i++)
        ck_assert_uint_eq(rig_event(rig, EVENT_VIRTIO_STATE, i)->virtio_state.to,
                          states[i]);
    chain = rig_event(rig, EVENT_VIRTIO_CHAIN, 0);
    ck_assert_uint_eq(chain->virtio_chain.type, VIRTIO_BLK_IN);
    ck_assert_uint_eq(chain->virtio_chain.sector, 5);
    ck_assert_uint_eq(chain->virtio_chain.bytes, SECTOR);
    ck_assert_uint_eq(chain->virtio_chain.buffers, 3);
    ck_assert_uint_eq(chain->virtio_chain.head, 0);
    used = rig_event(rig, EVENT_VIRTIO_USED, 0);
    ck_assert_uint_eq(used->virtio_used.at, VIRTQ_USED + 4);
    ck_assert_uint_eq(used->virtio_used.length, SECTOR + 1);
    ck_assert_uint_eq(used->virtio_used.index, 0);
    ck_assert_uint_eq(rig_event(rig, EVENT_VIRTIO_INTERRUPT, 0)->virtio_interrupt.sent,
                      1);
    virtq_free(bench);
}
END_TEST

START_TEST(types_have_names)
{
    ck_assert_str_eq(virtio_blk_type_name(VIRTIO_BLK_IN), "IN");
    ck_assert_str_eq(virtio_blk_type_name(VIRTIO_BLK_GET_ID), "GET_ID");
    ck_assert_ptr_null(virtio_blk_type_name(2));
    for (unsigned i = 0; i < VIRTIO_STATES; i++)
        ck_assert_ptr_nonnull(virtio_state_names[i]);
    ck_assert_ptr_null(virtio_state_names[VIRTIO_STATES]);
}
END_TEST

/* --- its state --------------------------------------------------------------------- */

static void settle(struct rig *rig)
{
    rig_settle(rig, 10000000);
}

/* In every state of a request that has something of everything. */
START_TEST(all_state_is_saved_and_restored_at_any_moment)
{
    struct virtq_bench *bench = virtq_new(NULL);

    virtq_start(bench, VIRTQ_FULL, SIZE);
    virtq_header(bench, 0, _i % 2 ? VIRTIO_BLK_OUT : VIRTIO_BLK_IN, 5);
    virtq_describe(bench, VIRTQ_DESC, 6, VIRTQ_TABLE, 80, VIRTQ_INDIRECT, 0);
    virtq_describe(bench, VIRTQ_TABLE, 0, VIRTQ_HEADERS, 9, VIRTQ_NEXT, 1);
    virtq_describe(bench, VIRTQ_TABLE, 1, VIRTQ_HEADERS + 9, 7, VIRTQ_NEXT, 2);
    virtq_describe(bench, VIRTQ_TABLE, 2, VIRTQ_DATA + 1, 700,
                   VIRTQ_NEXT | (_i % 2 ? 0 : VIRTQ_WRITE), 3);
    virtq_describe(bench, VIRTQ_TABLE, 3, VIRTQ_DATA + 1000, 324,
                   VIRTQ_NEXT | (_i % 2 ? 0 : VIRTQ_WRITE), 4);
    virtq_describe(bench, VIRTQ_TABLE, 4, VIRTQ_RESULTS, 1, VIRTQ_WRITE, 0);
    virtq_offer(bench, 6);
    virtq_notify(bench);
    for (int i = 0; i < _i / 2; i++)
        if (bench->rig->queue.next_due != NEVER)
            queue_fire_first(&bench->rig->queue);
    if (bench->rig->queue.next_due != NEVER)
        rig_check_state(bench->rig, settle);
    ck_assert_uint_eq(virtq_used(bench), 1);
    ck_assert_uint_eq(virtq_result(bench, 0), VIRTIO_BLK_OK);
    virtq_free(bench);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_read_gives_the_sectors, 0, COUNT(counts));
    tcase_add_loop_test(tcase, what_is_written_can_be_read_again, 0, COUNT(counts));
    tcase_add_loop_test(tcase, what_cannot_be_done_has_a_result_and_moves_nothing, 0,
                        COUNT(refused));
    tcase_add_test(tcase, the_last_sector_is_there);
    tcase_add_loop_test(tcase, get_id_gives_the_device_s_name, 0, COUNT(ids));
    tcase_add_test(tcase, a_request_takes_slots_decoding_and_the_medium_s_time);
    tcase_add_test(tcase, only_a_sector_that_does_not_follow_needs_a_seek);
    tcase_add_loop_test(tcase, a_long_request_goes_at_the_medium_s_rate, 0, 2);
    tcase_add_loop_test(tcase, a_slow_bus_holds_the_medium_up_and_loses_nothing, 0, 2);
    tcase_add_test(tcase, with_all_prices_0_it_still_ends);
    tcase_add_test(tcase, the_bus_is_used_in_aligned_slots_of_at_most_a_burst);
    tcase_add_test(tcase, it_waits_for_the_bus_and_others_for_it);
    tcase_add_test(tcase, devices_of_a_bus_have_numbers_of_their_own);
    tcase_add_test(tcase, events_tell_the_way_of_a_request);
    tcase_add_test(tcase, types_have_names);
    tcase_add_loop_test(tcase, all_state_is_saved_and_restored_at_any_moment, 0, 150);
}

TEST_MAIN("virtio_blk", add_tests)
