#include "tests/lib/virtq.h"

#include "base/alloc.h"

#include <check.h>
#include <stdlib.h>

enum { SPARE = 100 /* bytes beyond the last sector */, MOST = 100000000 };

uint8_t virtq_image_byte(uint64_t at)
{
    return (uint8_t)(at * 7 + at / SECTOR * 13 + 1);
}

struct virtq_bench *virtq_new(const struct rig_setting *settings)
{
    struct virtq_bench *bench = alloc_zero(1, sizeof(*bench));
    struct err err = {""};

    bench->rig = rig_new(&virtio_blk_type, settings);
    bench->image = alloc_zero(VIRTQ_SECTORS + 1, SECTOR);
    bench->virtio = (struct virtio_blk *)bench->rig->device;
    for (uint64_t i = 0; i < (uint64_t)VIRTQ_SECTORS * SECTOR; i++)
        bench->image[i] = virtq_image_byte(i);
    device_insert(bench->rig->device, bench->image,
                  (uint64_t)VIRTQ_SECTORS * SECTOR + SPARE);
    ck_assert_msg(bus_map_ram(&bench->rig->bus, VIRTQ_RAM, VIRTQ_RAM_SIZE, &err), "%s",
                  err.text);
    virtio_blk_type.reset(bench->rig->device);
    return bench;
}

void virtq_free(struct virtq_bench *bench)
{
    uint64_t changed = 0;

    for (uint64_t i = 0; i < (uint64_t)VIRTQ_SECTORS * SECTOR; i++)
        changed += bench->image[i] != virtq_image_byte(i);
    ck_assert_uint_eq(changed, 0); /* it is never written */
    rig_free(bench->rig);
    free(bench->image);
    free(bench);
}

uint64_t virtq_get(struct virtq_bench *bench, uint64_t pa, unsigned size)
{
    uint64_t value = 0;

    ram_read(&bench->rig->bus.ram, pa, &value, size);
    return value;
}

void virtq_put(struct virtq_bench *bench, uint64_t pa, unsigned size, uint64_t value)
{
    ram_write(&bench->rig->bus.ram, pa, &value, size, INITIATOR_HART);
}

unsigned virtq_status(struct virtq_bench *bench)
{
    return (unsigned)rig_read(bench->rig, VIRTIO_STATUS, 4);
}

unsigned virtq_negotiate(struct virtq_bench *bench, uint64_t features)
{
    struct rig *rig = bench->rig;

    rig_write(rig, VIRTIO_STATUS, 4, 0);
    rig_write(rig, VIRTIO_STATUS, 4, VIRTIO_ACKNOWLEDGE);
    rig_write(rig, VIRTIO_STATUS, 4, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    for (unsigned sel = 0; sel < 2; sel++) {
        rig_write(rig, VIRTIO_DRIVER_FEATURES_SEL, 4, sel);
        rig_write(rig, VIRTIO_DRIVER_FEATURES, 4, (uint32_t)(features >> 32 * sel));
    }
    rig_write(rig, VIRTIO_STATUS, 4,
              VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK);
    return virtq_status(bench);
}

static void put_area(struct virtq_bench *bench, uint32_t offset, uint64_t at)
{
    rig_write(bench->rig, offset, 4, (uint32_t)at);
    rig_write(bench->rig, offset + 4, 4, at >> 32);
}

void virtq_set_up(struct virtq_bench *bench, uint16_t size)
{
    bench->size = size;
    bench->avail = 0;
    rig_write(bench->rig, VIRTIO_QUEUE_SEL, 4, 0);
    rig_write(bench->rig, VIRTIO_QUEUE_NUM, 4, size);
    put_area(bench, VIRTIO_QUEUE_DESC, VIRTQ_DESC);
    put_area(bench, VIRTIO_QUEUE_DRIVER, VIRTQ_AVAIL);
    put_area(bench, VIRTIO_QUEUE_DEVICE, VIRTQ_USED);
    rig_write(bench->rig, VIRTIO_QUEUE_READY, 4, 1);
}

void virtq_start(struct virtq_bench *bench, uint64_t features, uint16_t size)
{
    ck_assert(virtq_negotiate(bench, features) & VIRTIO_FEATURES_OK);
    virtq_set_up(bench, size);
    rig_write(bench->rig, VIRTIO_STATUS, 4, virtq_status(bench) | VIRTIO_DRIVER_OK);
}

void virtq_describe(struct virtq_bench *bench, uint64_t table, unsigned n, uint64_t at,
                    uint32_t length, unsigned flags, unsigned next)
{
    uint64_t pa = table + (uint64_t)n * VIRTQ_DESCRIPTOR;

    virtq_put(bench, pa, 8, at);
    virtq_put(bench, pa + 8, 4, length);
    virtq_put(bench, pa + 12, 2, flags);
    virtq_put(bench, pa + 14, 2, next);
}

void virtq_header(struct virtq_bench *bench, unsigned n, uint32_t type, uint64_t sector)
{
    uint64_t pa = VIRTQ_HEADERS + (uint64_t)n * VIRTIO_BLK_HEADER;

    virtq_put(bench, pa, 8, type);
    virtq_put(bench, pa + 8, 8, sector);
    virtq_put(bench, VIRTQ_RESULTS + n, 1, 0xff);
}

void virtq_request(struct virtq_bench *bench, unsigned n, uint16_t head, uint32_t type,
                   uint64_t sector, uint32_t bytes)
{
    unsigned data = type == VIRTIO_BLK_OUT ? 0 : VIRTQ_WRITE;

    virtq_header(bench, n, type, sector);
    virtq_describe(bench, VIRTQ_DESC, head,
                   VIRTQ_HEADERS + (uint64_t)n * VIRTIO_BLK_HEADER, VIRTIO_BLK_HEADER,
                   VIRTQ_NEXT, head + (bytes ? 1u : 2u));
    virtq_describe(bench, VIRTQ_DESC, head + 1u, VIRTQ_DATA, bytes, VIRTQ_NEXT | data,
                   head + 2u);
    virtq_describe(bench, VIRTQ_DESC, head + 2u, VIRTQ_RESULTS + n, 1, VIRTQ_WRITE, 0);
}

void virtq_offer(struct virtq_bench *bench, uint16_t head)
{
    virtq_put(bench, VIRTQ_AVAIL + 4 + 2u * (bench->avail % bench->size), 2, head);
    bench->avail++;
    virtq_put(bench, VIRTQ_AVAIL + 2, 2, bench->avail);
}

void virtq_notify(struct virtq_bench *bench)
{
    rig_write(bench->rig, VIRTIO_QUEUE_NOTIFY, 4, 0);
}

void virtq_settle(struct virtq_bench *bench)
{
    rig_settle(bench->rig, MOST);
    ck_assert_uint_eq(bench->rig->queue.next_due, NEVER);
}

uint16_t virtq_used(struct virtq_bench *bench)
{
    return (uint16_t)virtq_get(bench, VIRTQ_USED + 2, 2);
}

static uint64_t used_entry(const struct virtq_bench *bench, uint16_t index)
{
    return VIRTQ_USED + 4 + (uint64_t)VIRTQ_USED_ELEMENT * (index % bench->size);
}

uint32_t virtq_used_id(struct virtq_bench *bench, uint16_t index)
{
    return (uint32_t)virtq_get(bench, used_entry(bench, index), 4);
}

uint32_t virtq_used_length(struct virtq_bench *bench, uint16_t index)
{
    return (uint32_t)virtq_get(bench, used_entry(bench, index) + 4, 4);
}

unsigned virtq_result(struct virtq_bench *bench, unsigned n)
{
    return (unsigned)virtq_get(bench, VIRTQ_RESULTS + n, 1);
}
