#include "machine/virtio/virtio_chain.h"

#include <string.h>

/*
 * A split virtqueue (2.7) is three areas of memory. The driver owns the first two, the
 * device the third:
 *
 *   descriptor area   queue size times 16 bytes: address, length, flags, next
 *   driver area       the available ring: flags, idx, ring[queue size], used_event
 *   device area       the used ring: flags, idx, ring[queue size], avail_event
 *
 * An entry of the available ring is the number of the first descriptor of a chain. Each
 * descriptor is a buffer in memory, or says where a table of more descriptors is (an
 * indirect table). A chain's readable buffers come first, its writable ones after them;
 * where one buffer ends and the next begins means nothing (2.7.4).
 *
 * Whatever is in memory was written by somebody else. What is wrong with it is found here,
 * before the device does anything with it: a chain is read to its end before its first
 * buffer is touched, all its buffers must be RAM, and it has at most as many descriptors
 * as the queue, so that it has an end.
 */

/* clang-format off */
const struct virtio_rule_info virtio_rules[VIRTIO_RULES] = {
    [VIRTIO_NO_RULE] = {"none", "nothing is wrong", ""},
    [VIRTIO_RULE_FEATURE_NOT_OFFERED] = {
        "feature-not-offered", "a feature is accepted that was not offered", "2.2.1"},
    [VIRTIO_RULE_NO_VERSION_1] = {
        "no-version-1", "VIRTIO_F_VERSION_1 is not accepted", "6.1"},
    [VIRTIO_RULE_NOT_NEGOTIATED] = {
        "not-negotiated", "DRIVER_OK comes before FEATURES_OK", "3.1.1"},
    [VIRTIO_RULE_QUEUE_SIZE] = {
        "queue-size", "the queue's size is no power of 2 from 1 to QueueNumMax", "2.7"},
    [VIRTIO_RULE_AREA_ALIGNMENT] = {
        "area-alignment", "an area of the queue is not aligned", "2.7.1"},
    [VIRTIO_RULE_AREA_OUTSIDE] = {
        "area-outside", "an area of the queue is not all RAM", "2.7"},
    [VIRTIO_RULE_AVAIL_AHEAD] = {
        "avail-ahead", "more entries are available than the ring holds", "2.7.13"},
    [VIRTIO_RULE_HEAD_RANGE] = {
        "head-range", "an entry of the available ring names no descriptor", "2.7.6"},
    [VIRTIO_RULE_NEXT_RANGE] = {
        "next-range", "a descriptor's next is not in its table", "2.7.5"},
    [VIRTIO_RULE_LOOP] = {
        "loop", "a chain comes back to a descriptor that it has already", "2.7.5.2"},
    [VIRTIO_RULE_TOO_LONG] = {
        "too-long", "a chain has more descriptors than the queue", "2.7.5.3.1"},
    [VIRTIO_RULE_TOO_MANY_BYTES] = {
        "too-many-bytes", "a chain has more than 2^32 bytes", "2.7.5.2"},
    [VIRTIO_RULE_BUFFER_OUTSIDE] = {
        "buffer-outside", "a buffer is not all RAM", "2.7.5"},
    [VIRTIO_RULE_READ_AFTER_WRITE] = {
        "read-after-write", "a readable buffer follows a writable one", "2.7.4.2"},
    [VIRTIO_RULE_INDIRECT_NOT_NEGOTIATED] = {
        "indirect-not-negotiated", "a table is named without VIRTIO_F_INDIRECT_DESC",
        "2.7.5.3.1"},
    [VIRTIO_RULE_INDIRECT_NESTED] = {
        "indirect-nested", "an indirect table names another one", "2.7.5.3.1"},
    [VIRTIO_RULE_INDIRECT_NEXT] = {
        "indirect-next", "a descriptor that names a table has a next one", "2.7.5.3.1"},
    [VIRTIO_RULE_INDIRECT_LENGTH] = {
        "indirect-length", "a table's length is 0 or no multiple of 16", "2.7.5.3"},
    [VIRTIO_RULE_INDIRECT_OUTSIDE] = {
        "indirect-outside", "an indirect table is not all RAM", "2.7.5.3"},
    [VIRTIO_RULE_NO_HEADER] = {
        "no-header", "a request has fewer than 16 readable bytes", "5.2.6"},
    [VIRTIO_RULE_NO_STATUS] = {
        "no-status", "a request has no writable byte for its status", "5.2.6"},
};
/* clang-format on */

/* One row of a list of checks: the first one that fails is told. */
struct check {
    bool broken;
    struct virtio_breach breach;
};

static struct virtio_breach first_broken(const struct check *checks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (checks[i].broken)
            return checks[i].breach;
    return (struct virtio_breach){.rule = VIRTIO_NO_RULE};
}

static bool is_ram(const struct virtio_blk *virtio, uint64_t pa, uint64_t length)
{
    return ram_has(&virtio->device.bus->ram, pa, length);
}

/* --- the queue ----------------------------------------------------------------- */

uint64_t virtio_avail_entry(const struct virtio_blk *virtio, uint16_t index)
{
    return virtio_area(virtio->driver_area) + 4 +
           2 * (index & (uint64_t)(virtio->queue_num - 1));
}

uint64_t virtio_used_event(const struct virtio_blk *virtio)
{
    return virtio_area(virtio->driver_area) + 4 + 2 * (uint64_t)virtio->queue_num;
}

uint64_t virtio_used_entry(const struct virtio_blk *virtio, uint16_t index)
{
    return virtio_area(virtio->device_area) + 4 +
           VIRTQ_USED_ELEMENT * (index & (uint64_t)(virtio->queue_num - 1));
}

uint64_t virtio_avail_event(const struct virtio_blk *virtio)
{
    return virtio_area(virtio->device_area) + 4 +
           VIRTQ_USED_ELEMENT * (uint64_t)virtio->queue_num;
}

struct virtio_breach virtio_check_queue(const struct virtio_blk *virtio)
{
    uint64_t size = virtio->queue_num;
    uint64_t desc = virtio_area(virtio->desc_area);
    uint64_t driver = virtio_area(virtio->driver_area);
    uint64_t device = virtio_area(virtio->device_area);
    uint64_t num_at = virtio->device.base + VIRTIO_QUEUE_NUM;
    bool bad_size = size == 0 || size > VIRTIO_QUEUE_MAX || (size & (size - 1)) != 0;
    /* clang-format off */
    const struct check checks[] = {
        {bad_size,                      {VIRTIO_RULE_QUEUE_SIZE, num_at, size}},
        {desc % 16 != 0,                {VIRTIO_RULE_AREA_ALIGNMENT, desc, 16}},
        {driver % 2 != 0,               {VIRTIO_RULE_AREA_ALIGNMENT, driver, 2}},
        {device % 4 != 0,               {VIRTIO_RULE_AREA_ALIGNMENT, device, 4}},
        {!is_ram(virtio, desc, VIRTQ_DESCRIPTOR * size),
                                        {VIRTIO_RULE_AREA_OUTSIDE, desc, size}},
        {!is_ram(virtio, driver, 6 + 2 * size),
                                        {VIRTIO_RULE_AREA_OUTSIDE, driver, size}},
        {!is_ram(virtio, device, 6 + VIRTQ_USED_ELEMENT * size),
                                        {VIRTIO_RULE_AREA_OUTSIDE, device, size}},
    };
    /* clang-format on */

    return first_broken(checks, COUNT(checks));
}

struct virtio_breach virtio_check_index(const struct virtio_blk *virtio, uint16_t index)
{
    uint16_t ahead = (uint16_t)(index - virtio->last_avail);
    const struct check check = {
        ahead > virtio->queue_num,
        {VIRTIO_RULE_AVAIL_AHEAD, virtio_area(virtio->driver_area) + 2, index}};

    return first_broken(&check, 1);
}

/* --- a chain ------------------------------------------------------------------- */

struct virtq_descriptor virtq_decode(const uint8_t bytes[VIRTQ_DESCRIPTOR])
{
    struct virtq_descriptor descriptor;

    memcpy(&descriptor.address, bytes, 8);
    memcpy(&descriptor.length, bytes + 8, 4);
    memcpy(&descriptor.flags, bytes + 12, 2);
    memcpy(&descriptor.next, bytes + 14, 2);
    return descriptor;
}

static void enter_table(struct virtio_blk *virtio, uint64_t table, uint32_t entries,
                        uint16_t first)
{
    virtio->table = table;
    virtio->table_entries = entries;
    virtio->table_read = 0;
    virtio->descriptor = table + (uint64_t)first * VIRTQ_DESCRIPTOR;
}

struct virtio_breach virtio_chain_begin(struct virtio_blk *virtio, uint16_t head)
{
    const struct check check = {
        head >= virtio->queue_num,
        {VIRTIO_RULE_HEAD_RANGE, virtio_avail_entry(virtio, virtio->last_avail), head}};

    virtio->head = head;
    virtio->buffers = virtio->readable = 0;
    virtio->bytes_readable = virtio->bytes_writable = 0;
    virtio->in_table = false;
    enter_table(virtio, virtio_area(virtio->desc_area), virtio->queue_num, head);
    return first_broken(&check, 1);
}

static struct virtio_breach add_table(struct virtio_blk *virtio,
                                      const struct virtq_descriptor *descriptor)
{
    uint64_t at = virtio->descriptor;
    uint32_t length = descriptor->length;
    /* clang-format off */
    const struct check checks[] = {
        {!virtio_has(virtio, VIRTIO_F_INDIRECT_DESC),
            {VIRTIO_RULE_INDIRECT_NOT_NEGOTIATED, at, descriptor->flags}},
        {virtio->in_table,
            {VIRTIO_RULE_INDIRECT_NESTED, at, descriptor->flags}},
        {descriptor->flags & VIRTQ_NEXT,
            {VIRTIO_RULE_INDIRECT_NEXT, at, descriptor->flags}},
        {length == 0 || length % VIRTQ_DESCRIPTOR != 0,
            {VIRTIO_RULE_INDIRECT_LENGTH, at, length}},
        {!is_ram(virtio, descriptor->address, length),
            {VIRTIO_RULE_INDIRECT_OUTSIDE, at, descriptor->address}},
    };
    /* clang-format on */
    struct virtio_breach breach = first_broken(checks, COUNT(checks));

    if (breach.rule == VIRTIO_NO_RULE) {
        virtio->in_table = true;
        enter_table(virtio, descriptor->address, length / VIRTQ_DESCRIPTOR, 0);
    }
    return breach;
}

static void keep_buffer(struct virtio_blk *virtio,
                        const struct virtq_descriptor *descriptor)
{
    virtio->buffer_at[virtio->buffers] = descriptor->address;
    virtio->buffer_bytes[virtio->buffers] = descriptor->length;
    virtio->buffers++;
    if (descriptor->flags & VIRTQ_WRITE) {
        virtio->bytes_writable += descriptor->length;
    } else {
        virtio->readable++;
        virtio->bytes_readable += descriptor->length;
    }
}

static struct virtio_breach add_buffer(struct virtio_blk *virtio,
                                       const struct virtq_descriptor *descriptor)
{
    uint64_t at = virtio->descriptor;
    bool late =
        !(descriptor->flags & VIRTQ_WRITE) && virtio->buffers > virtio->readable;
    uint64_t bytes =
        virtio->bytes_readable + virtio->bytes_writable + descriptor->length;
    bool goes_on = descriptor->flags & VIRTQ_NEXT;
    /* clang-format off */
    const struct check checks[] = {
        {late,
            {VIRTIO_RULE_READ_AFTER_WRITE, at, descriptor->flags}},
        {virtio->buffers == virtio->queue_num,
            {VIRTIO_RULE_TOO_LONG, at, virtio->queue_num}},
        {descriptor->length && !is_ram(virtio, descriptor->address, descriptor->length),
            {VIRTIO_RULE_BUFFER_OUTSIDE, at, descriptor->address}},
        {bytes > UINT64_C(1) << 32,
            {VIRTIO_RULE_TOO_MANY_BYTES, at, bytes}},
        {goes_on && descriptor->next >= virtio->table_entries,
            {VIRTIO_RULE_NEXT_RANGE, at, descriptor->next}},
        {goes_on && virtio->table_read >= virtio->table_entries,
            {VIRTIO_RULE_LOOP, at, descriptor->next}},
    };
    /* clang-format on */
    struct virtio_breach breach = first_broken(checks, COUNT(checks));

    if (breach.rule != VIRTIO_NO_RULE)
        return breach;
    keep_buffer(virtio, descriptor);
    if (goes_on)
        virtio->descriptor =
            virtio->table + (uint64_t)descriptor->next * VIRTQ_DESCRIPTOR;
    return breach;
}

/* 2.7.5.3.2: of a descriptor that names a table, WRITE means nothing. */
struct virtio_breach virtio_chain_add(struct virtio_blk *virtio, bool *ends)
{
    struct virtq_descriptor descriptor = virtq_decode(virtio->word);

    virtio->table_read++;
    *ends = !(descriptor.flags & (VIRTQ_INDIRECT | VIRTQ_NEXT));
    return descriptor.flags & VIRTQ_INDIRECT ? add_table(virtio, &descriptor)
                                             : add_buffer(virtio, &descriptor);
}

struct virtio_breach virtio_check_request(const struct virtio_blk *virtio)
{
    uint64_t at = virtio->descriptor; /* the last one */
    const struct check checks[] = {
        {virtio->bytes_readable < VIRTIO_BLK_HEADER,
         {VIRTIO_RULE_NO_HEADER, at, virtio->bytes_readable}},
        {virtio->bytes_writable == 0, {VIRTIO_RULE_NO_STATUS, at, virtio->buffers}},
    };

    return first_broken(checks, COUNT(checks));
}

/* --- the chain's bytes --------------------------------------------------------- */

static void skip_empty(struct virtio_blk *virtio)
{
    while (virtio->at_buffer < virtio->buffers &&
           virtio->at_byte == virtio->buffer_bytes[virtio->at_buffer]) {
        virtio->at_buffer++;
        virtio->at_byte = 0;
    }
}

void virtio_chain_rewind(struct virtio_blk *virtio, bool writable)
{
    virtio->at_buffer = writable ? virtio->readable : 0;
    virtio->at_byte = 0;
    skip_empty(virtio);
}

uint32_t virtio_chain_piece(const struct virtio_blk *virtio, uint64_t most,
                            uint64_t *at)
{
    uint32_t piece = virtio->buffer_bytes[virtio->at_buffer] - virtio->at_byte;

    *at = virtio->buffer_at[virtio->at_buffer] + virtio->at_byte;
    return piece < most ? piece : (uint32_t)most;
}

void virtio_chain_advance(struct virtio_blk *virtio, uint32_t bytes)
{
    virtio->at_byte += bytes;
    skip_empty(virtio);
}

uint64_t virtio_chain_status_at(const struct virtio_blk *virtio)
{
    unsigned last = virtio->buffers - 1u;

    while (last > virtio->readable && virtio->buffer_bytes[last] == 0)
        last--;
    return virtio->buffer_at[last] + virtio->buffer_bytes[last] - 1;
}
