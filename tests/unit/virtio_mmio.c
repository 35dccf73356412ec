/* Registers, status and features of a virtio device, against virtio 1.2, chapters 2 and
 * 4.2. */
#include "tests/lib/suite.h"
#include "tests/lib/virtq.h"

#include "base/bits.h"

#define BLK_FEATURES                                                                   \
    (BIT(VIRTIO_BLK_F_SEG_MAX) | BIT(VIRTIO_BLK_F_BLK_SIZE) | BIT(VIRTIO_BLK_F_FLUSH))

static const struct rig_setting read_only[] = {{"read_only", 1}, {NULL, 0}};

static uint64_t features_of(struct rig *rig, uint32_t sel, uint32_t reg)
{
    uint64_t features;

    rig_write(rig, sel, 4, 1);
    features = rig_read(rig, reg, 4) << 32;
    rig_write(rig, sel, 4, 0);
    return features | rig_read(rig, reg, 4);
}

static uint64_t offered(struct rig *rig)
{
    return features_of(rig, VIRTIO_DEVICE_FEATURES_SEL, VIRTIO_DEVICE_FEATURES);
}

/* --- 4.2.2: what is there ---------------------------------------------------------- */

static const struct {
    uint32_t offset, size;
    uint64_t value;
} constants[] = {
    {VIRTIO_MAGIC_VALUE, 4, 0x74726976}, /* "virt" */
    {VIRTIO_VERSION, 4, 2},
    {VIRTIO_DEVICE_ID, 4, 2},
    {VIRTIO_VENDOR_ID, 4, 0x474e4952},
    {VIRTIO_QUEUE_NUM_MAX, 4, 128},
    {VIRTIO_QUEUE_READY, 4, 0},
    {VIRTIO_INTERRUPT_STATUS, 4, 0},
    {VIRTIO_STATUS, 4, 0},
    {VIRTIO_SHM_LEN, 4, 0xffffffff},
    {VIRTIO_SHM_LEN + 4, 4, 0xffffffff},
    {VIRTIO_SHM_BASE, 4, 0xffffffff},
    {VIRTIO_SHM_BASE + 4, 4, 0xffffffff},
    {VIRTIO_CONFIG_GENERATION, 4, 0},
    {VIRTIO_CONFIG, 4, VIRTQ_SECTORS},
    {VIRTIO_CONFIG + 4, 4, 0},
    {VIRTIO_CONFIG + 0x0c, 4, 126},
    {VIRTIO_CONFIG + 0x14, 4, 512},
    {VIRTIO_CONFIG + 0x14, 1, 0},
    {VIRTIO_CONFIG + 0x15, 1, 2},
    {VIRTIO_CONFIG + 0x14, 2, 512},
    {VIRTIO_CONFIG + 0x20, 1, 0},
    {VIRTIO_CONFIG + 0x22, 2, 0},
};

START_TEST(registers_are_those_of_a_block_device)
{
    struct virtq_bench *bench = virtq_new(NULL);

    ck_assert_uint_eq(rig_read(bench->rig, constants[_i].offset, constants[_i].size),
                      constants[_i].value);
    ck_assert_uint_eq(rig_peek(bench->rig, constants[_i].offset, constants[_i].size),
                      constants[_i].value);
    virtq_free(bench);
}
END_TEST

START_TEST(without_a_medium_the_slot_is_empty)
{
    struct rig *rig = rig_new(&virtio_blk_type, NULL);

    ck_assert_uint_eq(rig_read(rig, VIRTIO_MAGIC_VALUE, 4), VIRTIO_MAGIC);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_VERSION, 4), 2);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_VENDOR_ID, 4), VIRTIO_VENDOR);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_DEVICE_ID, 4), 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_NUM_MAX, 4), 0);
    ck_assert_uint_eq(offered(rig), 0);
    rig_write(rig, VIRTIO_STATUS, 4, VIRTIO_ACKNOWLEDGE);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_STATUS, 4), 0);
    ck_assert_int_eq(rig_try_write(rig, 0x300, 4), BUS_DECERR);
    rig_free(rig);
}
END_TEST

START_TEST(a_blank_disk_has_the_size_of_its_setting)
{
    static const struct rig_setting settings[] = {{"sectors", 7}, {NULL, 0}};
    struct rig *rig = rig_new(&virtio_blk_type, settings);

    ck_assert_uint_eq(rig_read(rig, VIRTIO_DEVICE_ID, 4), 2);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_CONFIG, 4), 7);
    rig_free(rig);
}
END_TEST

/* 4.2.2.2 */
START_TEST(control_registers_are_accessed_whole)
{
    struct virtq_bench *bench = virtq_new(NULL);

    for (unsigned size = 1; size <= 2; size++) {
        ck_assert_int_eq(rig_try_read(bench->rig, VIRTIO_STATUS, size), BUS_SLVERR);
        ck_assert_int_eq(rig_try_write(bench->rig, VIRTIO_STATUS, size), BUS_SLVERR);
        ck_assert_int_eq(rig_try_read(bench->rig, VIRTIO_CONFIG, size), BUS_OKAY);
    }
    ck_assert_int_eq(rig_try_read(bench->rig, VIRTIO_MAGIC_VALUE, 8), BUS_SLVERR);
    ck_assert_int_eq(rig_try_read(bench->rig, 0x018, 4), BUS_DECERR);
    ck_assert_int_eq(rig_try_write(bench->rig, 0x018, 4), BUS_DECERR);
    ck_assert_int_eq(rig_try_read(bench->rig, VIRTIO_CONFIG + 0x24, 4), BUS_DECERR);
    virtq_free(bench);
}
END_TEST

START_TEST(what_can_only_be_read_cannot_be_written)
{
    static const uint32_t offsets[] = {
        VIRTIO_MAGIC_VALUE,      VIRTIO_VERSION,       VIRTIO_DEVICE_ID,
        VIRTIO_VENDOR_ID,        VIRTIO_QUEUE_NUM_MAX, VIRTIO_DEVICE_FEATURES,
        VIRTIO_INTERRUPT_STATUS, VIRTIO_SHM_LEN,       VIRTIO_CONFIG_GENERATION,
        VIRTIO_CONFIG,           VIRTIO_CONFIG + 0x14};
    struct virtq_bench *bench = virtq_new(NULL);

    for (unsigned i = 0; i < COUNT(offsets); i++) {
        uint64_t before = rig_read(bench->rig, offsets[i], 4);

        rig_write(bench->rig, offsets[i], 4, ~before & 0xffffffff);
        ck_assert_uint_eq(rig_read(bench->rig, offsets[i], 4), before);
    }
    ck_assert(!bench->rig->irq);
    virtq_free(bench);
}
END_TEST

/* --- 2.2: features ----------------------------------------------------------------- */

START_TEST(features_are_offered_by_words)
{
    struct virtq_bench *bench = virtq_new(_i ? read_only : NULL);

    ck_assert_uint_eq(offered(bench->rig),
                      VIRTQ_FULL | BLK_FEATURES | (_i ? BIT(VIRTIO_BLK_F_RO) : 0));
    rig_write(bench->rig, VIRTIO_DEVICE_FEATURES_SEL, 4, 2);
    ck_assert_uint_eq(rig_read(bench->rig, VIRTIO_DEVICE_FEATURES, 4), 0);
    virtq_free(bench);
}
END_TEST

static const struct {
    uint64_t features;
    bool taken;
    enum virtio_rule rule;
} subsets[] = {
    {VIRTQ_PLAIN, true, VIRTIO_NO_RULE},
    {VIRTQ_FULL, true, VIRTIO_NO_RULE},
    {VIRTQ_FULL | BLK_FEATURES, true, VIRTIO_NO_RULE},
    {VIRTQ_PLAIN | BIT(VIRTIO_F_EVENT_IDX), true, VIRTIO_NO_RULE},
    {0, false, VIRTIO_RULE_NO_VERSION_1},
    {VIRTQ_FULL & ~VIRTQ_PLAIN, false, VIRTIO_RULE_NO_VERSION_1},
    {VIRTQ_PLAIN | BIT(VIRTIO_BLK_F_RO), false, VIRTIO_RULE_FEATURE_NOT_OFFERED},
    {VIRTQ_PLAIN | BIT(34), false, VIRTIO_RULE_FEATURE_NOT_OFFERED}, /* packed ring */
    {BIT(0), false, VIRTIO_RULE_FEATURE_NOT_OFFERED},
    {UINT64_MAX, false, VIRTIO_RULE_FEATURE_NOT_OFFERED},
};

START_TEST(features_ok_stays_0_unless_the_features_are_good)
{
    struct virtq_bench *bench = virtq_new(NULL);
    unsigned status = virtq_negotiate(bench, subsets[_i].features);
    uint64_t features =
        features_of(bench->rig, VIRTIO_DRIVER_FEATURES_SEL, VIRTIO_DRIVER_FEATURES);

    ck_assert_uint_eq(features, subsets[_i].features);
    ck_assert_uint_eq(status, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER |
                                  (subsets[_i].taken ? VIRTIO_FEATURES_OK : 0));
    ck_assert_uint_eq(rig_count(bench->rig, EVENT_VIRTIO_ERROR), !subsets[_i].taken);
    if (!subsets[_i].taken) {
        const struct event *event = rig_event(bench->rig, EVENT_VIRTIO_ERROR, 0);

        ck_assert_uint_eq(event->virtio_error.rule, subsets[_i].rule);
        ck_assert(!event->virtio_error.needs_reset);
    }
    virtq_free(bench);
}
END_TEST

START_TEST(features_are_fixed_once_they_are_agreed_on)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;

    virtq_negotiate(bench, VIRTQ_PLAIN);
    rig_write(rig, VIRTIO_DRIVER_FEATURES_SEL, 4, 0);
    rig_write(rig, VIRTIO_DRIVER_FEATURES, 4, UINT32_MAX);
    ck_assert_uint_eq(
        features_of(rig, VIRTIO_DRIVER_FEATURES_SEL, VIRTIO_DRIVER_FEATURES),
        VIRTQ_PLAIN);
    ck_assert_uint_eq(virtq_negotiate(bench, VIRTQ_FULL) & VIRTIO_FEATURES_OK,
                      VIRTIO_FEATURES_OK); /* after the reset in it */
    virtq_free(bench);
}
END_TEST

/* --- 2.1: status ------------------------------------------------------------------- */

START_TEST(status_bits_are_set_and_never_cleared)
{
    struct virtq_bench *bench = virtq_new(NULL);

    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_ACKNOWLEDGE);
    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_DRIVER);
    ck_assert_uint_eq(virtq_status(bench), VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_NEEDS_RESET | 0x30);
    ck_assert_uint_eq(virtq_status(bench), VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_FAILED);
    ck_assert_uint_eq(virtq_status(bench),
                      VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FAILED);
    rig_write(bench->rig, VIRTIO_STATUS, 4, 0);
    ck_assert_uint_eq(virtq_status(bench), 0);
    virtq_free(bench);
}
END_TEST

START_TEST(driver_ok_comes_after_features_ok)
{
    struct virtq_bench *bench = virtq_new(NULL);

    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER_OK);
    ck_assert_uint_eq(virtq_status(bench), VIRTIO_ACKNOWLEDGE);
    ck_assert_uint_eq(rig_event(bench->rig, EVENT_VIRTIO_ERROR, 0)->virtio_error.rule,
                      VIRTIO_RULE_NOT_NEGOTIATED);
    virtq_start(bench, VIRTQ_PLAIN, 8);
    ck_assert_uint_eq(virtq_status(bench), 15);
    virtq_free(bench);
}
END_TEST

/* 2.1.2 */
START_TEST(nothing_is_consumed_before_driver_ok)
{
    struct virtq_bench *bench = virtq_new(NULL);
    uint64_t digest;

    virtq_negotiate(bench, VIRTQ_PLAIN);
    virtq_set_up(bench, 8);
    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 5, SECTOR);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_used(bench), 0);
    ck_assert_uint_eq(
        rig_event(bench->rig, EVENT_VIRTIO_NOTIFY, 0)->virtio_notify.heard,
        VIRTIO_HEARD_NOT_READY);
    rig_write(bench->rig, VIRTIO_STATUS, 4, VIRTIO_DRIVER_OK);
    digest = rig_digest(bench->rig);
    virtq_settle(bench);
    ck_assert_uint_eq(rig_digest(bench->rig), digest); /* the doorbell starts it */
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_used(bench), 1);
    virtq_free(bench);
}
END_TEST

/* Everything that a driver can have set is as after power-on; what the medium holds and
 * where its head is are not the driver's. */
START_TEST(a_reset_leaves_nothing_of_the_driver)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;

    virtq_start(bench, VIRTQ_FULL, 8);
    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 0, SECTOR);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert(rig->irq);
    rig_write(rig, VIRTIO_STATUS, 4, 0);
    ck_assert(!rig->irq);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_INTERRUPT_STATUS, 4), 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_READY, 4), 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_NUM, 4), 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_DRIVER, 4), 0);
    ck_assert_uint_eq(
        features_of(rig, VIRTIO_DRIVER_FEATURES_SEL, VIRTIO_DRIVER_FEATURES), 0);
    virtq_free(bench);
}
END_TEST

/* 2.4.1: after a reset the device does nothing more, wherever it was. */
START_TEST(a_reset_stops_a_request_in_progress)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;
    uint64_t ram;

    virtq_start(bench, VIRTQ_FULL, 8);
    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 3, 2 * SECTOR);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    for (int i = 0; i < _i; i++)
        if (rig->queue.next_due != NEVER)
            queue_fire_first(&rig->queue);
    rig_write(rig, VIRTIO_STATUS, 4, 0);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    ck_assert_uint_eq(rig->bus.others, 0);
    ram = virtq_get(bench, VIRTQ_DATA, 8);
    virtq_put(bench, VIRTQ_USED + 2, 2, 0);
    virtq_start(bench, VIRTQ_PLAIN, 8); /* and it can be begun anew */
    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 3, 2 * SECTOR);
    virtq_offer(bench, 0);
    ck_assert_uint_eq(virtq_get(bench, VIRTQ_DATA, 8), ram);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_used(bench), 1);
    ck_assert_uint_eq(virtq_result(bench, 0), VIRTIO_BLK_OK);
    ck_assert_uint_eq((uint8_t)virtq_get(bench, VIRTQ_DATA, 1),
                      virtq_image_byte(3 * SECTOR));
    virtq_free(bench);
}
END_TEST

/* --- the queue's registers --------------------------------------------------------- */

START_TEST(there_is_one_queue)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;

    virtq_start(bench, VIRTQ_PLAIN, 8);
    rig_write(rig, VIRTIO_QUEUE_SEL, 4, 1);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_NUM_MAX, 4), 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_READY, 4), 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_DESC, 4), 0);
    rig_write(rig, VIRTIO_QUEUE_READY, 4, 0);
    rig_write(rig, VIRTIO_QUEUE_NUM, 4, 4);
    rig_write(rig, VIRTIO_QUEUE_SEL, 4, 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_READY, 4), 1);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_NUM, 4), 8);
    rig_write(rig, VIRTIO_QUEUE_NOTIFY, 4, 1);
    ck_assert_uint_eq(rig_event(rig, EVENT_VIRTIO_NOTIFY, 0)->virtio_notify.heard,
                      VIRTIO_HEARD_NO_QUEUE);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    virtq_free(bench);
}
END_TEST

START_TEST(a_ready_queue_stays_where_it_is)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;

    virtq_start(bench, VIRTQ_PLAIN, 8);
    rig_write(rig, VIRTIO_QUEUE_NUM, 4, 16);
    rig_write(rig, VIRTIO_QUEUE_DRIVER, 4, 0);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_NUM, 4), 8);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_DRIVER, 4), (uint32_t)VIRTQ_AVAIL);
    rig_write(rig, VIRTIO_QUEUE_READY, 4, 0);
    rig_write(rig, VIRTIO_QUEUE_NUM, 4, 16);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_QUEUE_NUM, 4), 16);
    virtq_free(bench);
}
END_TEST

/* 4.2.2.1: the device must not access the queue when QueueReady is 0. */
START_TEST(queue_ready_0_stops_the_device)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;

    virtq_start(bench, VIRTQ_PLAIN, 8);
    virtq_request(bench, 0, 0, VIRTIO_BLK_IN, 3, SECTOR);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    rig_wait(rig, 50);
    rig_write(rig, VIRTIO_QUEUE_READY, 4, 0);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    virtq_notify(bench);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    virtq_set_up(bench, 8); /* it begins at entry 0 again */
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert_uint_eq(virtq_used(bench), 1);
    virtq_free(bench);
}
END_TEST

/* --- interrupts -------------------------------------------------------------------- */

START_TEST(the_line_is_high_until_the_interrupt_is_acknowledged)
{
    struct virtq_bench *bench = virtq_new(NULL);
    struct rig *rig = bench->rig;

    virtq_start(bench, VIRTQ_PLAIN, 8);
    virtq_request(bench, 0, 0, VIRTIO_BLK_FLUSH, 0, 0);
    virtq_offer(bench, 0);
    virtq_notify(bench);
    virtq_settle(bench);
    ck_assert(rig->irq);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_INTERRUPT_STATUS, 4), VIRTIO_INT_USED);
    ck_assert(rig->irq); /* reading takes nothing back */
    rig_write(rig, VIRTIO_INTERRUPT_ACK, 4, VIRTIO_INT_CONFIG);
    ck_assert(rig->irq);
    rig_write(rig, VIRTIO_INTERRUPT_ACK, 4, VIRTIO_INT_USED);
    ck_assert(!rig->irq);
    ck_assert_uint_eq(rig_read(rig, VIRTIO_INTERRUPT_STATUS, 4), 0);
    virtq_free(bench);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, registers_are_those_of_a_block_device, 0,
                        COUNT(constants));
    tcase_add_test(tcase, without_a_medium_the_slot_is_empty);
    tcase_add_test(tcase, a_blank_disk_has_the_size_of_its_setting);
    tcase_add_test(tcase, control_registers_are_accessed_whole);
    tcase_add_test(tcase, what_can_only_be_read_cannot_be_written);
    tcase_add_loop_test(tcase, features_are_offered_by_words, 0, 2);
    tcase_add_loop_test(tcase, features_ok_stays_0_unless_the_features_are_good, 0,
                        COUNT(subsets));
    tcase_add_test(tcase, features_are_fixed_once_they_are_agreed_on);
    tcase_add_test(tcase, status_bits_are_set_and_never_cleared);
    tcase_add_test(tcase, driver_ok_comes_after_features_ok);
    tcase_add_test(tcase, nothing_is_consumed_before_driver_ok);
    tcase_add_test(tcase, a_reset_leaves_nothing_of_the_driver);
    tcase_add_loop_test(tcase, a_reset_stops_a_request_in_progress, 0, 60);
    tcase_add_test(tcase, there_is_one_queue);
    tcase_add_test(tcase, a_ready_queue_stays_where_it_is);
    tcase_add_test(tcase, queue_ready_0_stops_the_device);
    tcase_add_test(tcase, the_line_is_high_until_the_interrupt_is_acknowledged);
}

TEST_MAIN("virtio_mmio", add_tests)
