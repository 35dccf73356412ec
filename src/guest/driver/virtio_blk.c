/*
 * The paravirtual disk: virtio-blk behind MMIO.
 *
 * This disk was never made of metal. Its interface is what hypervisors want: a request lies
 * in memory, where both sides reach it without an exit; the driver writes one register to
 * say that there is something to do, and is interrupted when something is done. With many
 * requests under way even these become rare.
 *
 * A request is three buffers in a chain of descriptors: a header (read or write, which
 * sector), the data, and a byte for the result. There are as many slots as requests may be
 * under way, and slot i always has descriptors 3i to 3i + 2, so nothing has to be allocated:
 *
 *   slot 0          slot 1          slot 2
 *   0 → 1 → 2       3 → 4 → 5       6 → 7 → 8
 *   h   d   s       h   d   s       h   d   s
 *
 * With indirect descriptors (section 2.7.5.3) the three are in a table of the slot's own,
 * and the queue has one descriptor, number i, that says where the table is.
 */
#include "driver/virtio_blk.h"

#include "lib/mmio.h"
#include "lib/string.h"

static uint32_t get(const struct virtio_blk *disk, unsigned number)
{
    return mmio_read32(disk->block.base + number);
}

static void set(const struct virtio_blk *disk, unsigned number, uint64_t value)
{
    mmio_write32(disk->block.base + number, (uint32_t)value);
}

/* --- requests -------------------------------------------------------------------------- */

static struct virtq_desc buffer(const void *at, size_t bytes, unsigned flags,
                                unsigned next)
{
    return (struct virtq_desc){(uintptr_t)at, (uint32_t)bytes, (uint16_t)flags,
                               (uint16_t)next};
}

/* The chain of a request, in descriptors `first` to `first` + 2 of a table. */
static void write_chain(struct virtq_desc *table, unsigned first,
                        struct virtio_blk_slot *slot)
{
    const struct block_request *request = slot->request;
    unsigned to_memory = request->write ? 0 : VIRTQ_DESC_WRITE;

    table[first] =
        buffer(&slot->header, sizeof(slot->header), VIRTQ_DESC_NEXT, first + 1);
    table[first + 1] =
        buffer(request->data, request->bytes, VIRTQ_DESC_NEXT | to_memory, first + 2);
    table[first + 2] = buffer(&slot->status, 1, VIRTQ_DESC_WRITE, 0);
}

static struct virtio_blk_slot *free_slot(struct virtio_blk *disk)
{
    struct virtio_blk_slot *slot = disk->slot;

    while (slot->request)
        slot++;
    return slot;
}

static void submit(struct block *block, struct block_request *request)
{
    struct virtio_blk *disk = (struct virtio_blk *)block;
    struct virtio_blk_slot *slot;
    unsigned number;

    if (request->write && disk->read_only) {
        block_fail(request, "the disk is read-only");
        return;
    }
    slot = free_slot(disk);
    number = (unsigned)(slot - disk->slot);
    slot->request = request;
    slot->header = (struct virtio_blk_header){
        .type = request->write ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN,
        .sector = request->lba,
    };
    slot->status = 0xff; /* none that the device would write */
    if (disk->indirect) {
        write_chain(slot->table, 0, slot);
        disk->queue.descriptor[number] =
            buffer(slot->table, sizeof(slot->table), VIRTQ_DESC_INDIRECT, 0);
        virtqueue_add(&disk->queue, (uint16_t)number);
    } else {
        write_chain(disk->queue.descriptor, VIRTIO_BLK_PARTS * number, slot);
        virtqueue_add(&disk->queue, (uint16_t)(VIRTIO_BLK_PARTS * number));
    }
}

static void kick(struct block *block)
{
    struct virtio_blk *disk = (struct virtio_blk *)block;

    if (virtqueue_must_notify(&disk->queue)) {
        before_device_write();
        set(disk, VIRTIO_QUEUE_NOTIFY, 0);
    }
}

static void finish(struct virtio_blk_slot *slot, uint32_t length)
{
    struct block_request *request = slot->request;

    slot->request = NULL;
    request->moved = request->write || !length ? request->bytes : length - 1;
    request->code = *(volatile uint8_t *)&slot->status;
    if (request->code == VIRTIO_BLK_S_OK)
        request->state = BLOCK_DONE;
    else
        block_fail(request, request->code == VIRTIO_BLK_S_IOERR
                                ? "the device reports an error"
                                : "the device does not know the request");
}

/* Nothing that is under way will come any more. */
static void fail_all(struct virtio_blk *disk, const char *why)
{
    for (unsigned i = 0; i < VIRTIO_BLK_DEPTH; i++) {
        if (disk->slot[i].request)
            block_fail(disk->slot[i].request, why);
        disk->slot[i].request = NULL;
    }
}

/* A driver need not trust its device either: a chain that is not under way is refused. */
static bool take_used(struct virtio_blk *disk)
{
    struct virtq_used_elem used;
    unsigned parts = disk->indirect ? 1 : VIRTIO_BLK_PARTS;

    while (virtqueue_take(&disk->queue, &used)) {
        if (used.id % parts || used.id / parts >= disk->block.depth ||
            !disk->slot[used.id / parts].request)
            return false;
        finish(&disk->slot[used.id / parts], used.length);
    }
    return true;
}

static void interrupt(struct block *block, uint32_t irq)
{
    struct virtio_blk *disk = (struct virtio_blk *)block;
    uint32_t why = get(disk, VIRTIO_INTERRUPT_STATUS);
    bool sound = true;

    (void)irq;
    set(disk, VIRTIO_INTERRUPT_ACK, why);
    after_device_read();
    do
        sound = take_used(disk);
    while (sound && !virtqueue_arm(&disk->queue));
    if (!sound)
        fail_all(disk, "the device has used what was not its");
    if (why & VIRTIO_INTERRUPT_CONFIG &&
        get(disk, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET)
        fail_all(disk, "the device needs a reset");
}

/* --- setting up: section 3.1.1, step by step -------------------------------------------- */

static uint64_t offered(const struct virtio_blk *disk)
{
    uint64_t features;

    set(disk, VIRTIO_DEVICE_FEATURES_SEL, 1);
    features = (uint64_t)get(disk, VIRTIO_DEVICE_FEATURES) << 32;
    set(disk, VIRTIO_DEVICE_FEATURES_SEL, 0);
    return features | get(disk, VIRTIO_DEVICE_FEATURES);
}

static void accept(const struct virtio_blk *disk, uint64_t features)
{
    set(disk, VIRTIO_DRIVER_FEATURES_SEL, 0);
    set(disk, VIRTIO_DRIVER_FEATURES, features);
    set(disk, VIRTIO_DRIVER_FEATURES_SEL, 1);
    set(disk, VIRTIO_DRIVER_FEATURES, features >> 32);
}

static void put_address(const struct virtio_blk *disk, unsigned low, const void *at)
{
    set(disk, low, (uintptr_t)at);
    set(disk, low + 4, (uint64_t)(uintptr_t)at >> 32);
}

/* As many entries as the device and we have, down to a power of 2. */
static uint16_t queue_size(uint32_t most)
{
    uint16_t size = VIRTQ_MOST;

    while (size > most)
        size /= 2;
    return size;
}

static const char *set_up_queue(struct virtio_blk *disk, bool event_idx)
{
    struct virtqueue *queue = &disk->queue;
    uint16_t size, parts = disk->indirect ? 1 : VIRTIO_BLK_PARTS;

    set(disk, VIRTIO_QUEUE_SEL, 0);
    size = queue_size(get(disk, VIRTIO_QUEUE_NUM_MAX));
    if (size < parts)
        return "its queue is too short";
    virtqueue_init(queue, size, event_idx);
    set(disk, VIRTIO_QUEUE_NUM, size);
    put_address(disk, VIRTIO_QUEUE_DESC_LOW, queue->descriptor);
    put_address(disk, VIRTIO_QUEUE_DRIVER_LOW, &queue->available);
    put_address(disk, VIRTIO_QUEUE_DEVICE_LOW, &queue->used);
    before_device_write();
    set(disk, VIRTIO_QUEUE_READY, 1);
    disk->block.depth =
        size / parts < VIRTIO_BLK_DEPTH ? size / parts : VIRTIO_BLK_DEPTH;
    return NULL;
}

static uint64_t capacity(const struct virtio_blk *disk)
{
    uint64_t low = get(disk, VIRTIO_BLK_CAPACITY);

    return (uint64_t)get(disk, VIRTIO_BLK_CAPACITY + 4) << 32 | low;
}

static const char *set_up(struct virtio_blk *disk, struct virtio_wishes wishes)
{
    uint32_t status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER;
    uint64_t wanted = 1ul << VIRTIO_F_VERSION_1 | 1ul << VIRTIO_BLK_F_RO |
                      (uint64_t)wishes.event_idx << VIRTIO_F_EVENT_IDX |
                      (uint64_t)wishes.indirect << VIRTIO_F_INDIRECT_DESC;
    const char *why;

    set(disk, VIRTIO_STATUS, 0); /* reset */
    while (get(disk, VIRTIO_STATUS))
        ;
    set(disk, VIRTIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
    set(disk, VIRTIO_STATUS, status);
    wanted &= offered(disk);
    if (!(wanted >> VIRTIO_F_VERSION_1 & 1))
        return "it is a device of before virtio 1.0";
    accept(disk, wanted);
    status |= VIRTIO_STATUS_FEATURES_OK;
    set(disk, VIRTIO_STATUS, status);
    if (!(get(disk, VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK))
        return "it does not take what was agreed on";
    disk->indirect = wanted >> VIRTIO_F_INDIRECT_DESC & 1;
    disk->read_only = wanted >> VIRTIO_BLK_F_RO & 1;
    why = set_up_queue(disk, wanted >> VIRTIO_F_EVENT_IDX & 1);
    if (why)
        return why;
    set(disk, VIRTIO_STATUS, status | VIRTIO_STATUS_DRIVER_OK);
    disk->block.sectors = capacity(disk);
    return NULL;
}

const char *virtio_blk_reset(struct virtio_blk *disk)
{
    struct virtio_wishes wishes = {disk->queue.event_idx, disk->indirect};

    fail_all(disk, "the device was reset");
    return set_up(disk, wishes);
}

bool virtio_blk_is_at(const struct devicetree *tree, dt_node node)
{
    uint64_t base, size;

    return dt_reg(tree, node, 0, &base, &size) &&
           mmio_read32(base + VIRTIO_MAGIC_VALUE) == VIRTIO_MAGIC &&
           mmio_read32(base + VIRTIO_VERSION) == 2 &&
           mmio_read32(base + VIRTIO_DEVICE_ID) == VIRTIO_DEVICE_BLOCK;
}

const char *virtio_blk_open(struct virtio_blk *disk, const struct devicetree *tree,
                            dt_node node, struct virtio_wishes wishes)
{
    uint64_t size;

    memset(disk, 0, sizeof(*disk));
    disk->block.name = "virtio-blk";
    disk->block.submit = submit;
    disk->block.kick = kick;
    disk->block.interrupt = interrupt;
    disk->block.irqs = 1;
    if (!dt_reg(tree, node, 0, &disk->block.base, &size) ||
        !dt_irq(tree, node, 0, &disk->block.irq[0]))
        return "its node lacks registers or an interrupt";
    return set_up(disk, wishes);
}
