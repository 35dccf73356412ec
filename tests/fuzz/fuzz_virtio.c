/*
 * Any rings, descriptors and registers for the virtio disk, at any time. Eight bytes of
 * input are one action. Beyond the sanitizers, what must hold: the device reaches RAM and
 * nothing else, and in RAM it writes only into its used ring and the writable buffers of
 * the chain in progress; the line is what the registers say; whoever works has an end in sight; after a broken rule it rests until it
 * is reset; a state that was saved gives the same state when loaded; the image, which is
 * constant, is never written.
 */
#include "machine/virtio/virtio.h"

#include <stdlib.h>
#include <string.h>

enum { SECTORS = 40, PAGES = 8 };

#define RAM   UINT64_C(0x80000000)
#define DESC  RAM
#define AVAIL (RAM + 0x1000)
#define USED  (RAM + 0x2000)
#define TABLE (RAM + 0x3000)
#define DATA  (RAM + 0x4000)
#define BELOW (RAM - 0x1000) /* devices right before and behind RAM */
#define ABOVE (RAM + PAGES * 0x1000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    struct queue queue;
    struct event_stream events;
    struct costs costs;
    struct bus bus;
    struct device *disk;
    uint16_t avail;
};

static const uint8_t image[SECTORS * SECTOR];

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* --- nobody may come here ---------------------------------------------------------- */

static enum bus_response touched(void *ctx, uint32_t offset, unsigned size,
                                 uint64_t *value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    (void)value;
    abort();
}

static enum bus_response written(void *ctx, uint32_t offset, unsigned size,
                                 uint64_t value)
{
    (void)value;
    return touched(ctx, offset, size, NULL);
}

static enum bus_response peeked(const void *ctx, uint32_t offset, unsigned size,
                                uint64_t *value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    *value = 0;
    return BUS_OKAY;
}

static void guard(struct fuzz *fuzz, const char *name, uint64_t base)
{
    struct err err;

    must(bus_map(&fuzz->bus,
                 (struct mmio){.name = name,
                               .base = base,
                               .size = 0x1000,
                               .min_size = 1,
                               .max_size = 8,
                               .read = touched,
                               .write = written,
                               .peek = peeked},
                 &err));
}

/* --- the disk ---------------------------------------------------------------------- */

static bool is_in(uint64_t pa, uint32_t size, uint64_t base, uint64_t length)
{
    return pa >= base && pa - base < length && size <= length - (pa - base);
}

static bool may_write(const struct virtio_blk *virtio, uint64_t pa, uint32_t size)
{
    if (is_in(pa, size, virtio_area(virtio->device_area),
              6 + VIRTQ_USED_ELEMENT * (uint64_t)virtio->queue_num))
        return true;
    for (unsigned i = virtio->readable; i < virtio->buffers; i++)
        if (is_in(pa, size, virtio->buffer_at[i], virtio->buffer_bytes[i]))
            return true;
    return false;
}

static void hear(void *ctx, const struct event *event)
{
    const struct fuzz *fuzz = ctx;
    const struct event_bus_transfer *transfer = &event->bus_transfer;

    must(ram_has(&fuzz->bus.ram, transfer->pa, transfer->size));
    must(transfer->response == BUS_OKAY && transfer->size <= VIRTIO_BURST);
    must(
        transfer->access == ACCESS_LOAD ||
        may_write((const struct virtio_blk *)fuzz->disk, transfer->pa, transfer->size));
}

static void begin(struct fuzz *fuzz)
{
    static const uint16_t irq[] = {1};
    struct err err;

    queue_init(&fuzz->queue);
    fuzz->costs = costs_default;
    fuzz->costs.virtio_request = 7;
    fuzz->costs.virtio_seek = 60;
    fuzz->costs.virtio_sector = 300;
    bus_init(&fuzz->bus, &fuzz->queue, &fuzz->events, &fuzz->costs);
    must(bus_map_ram(&fuzz->bus, RAM, PAGES * 0x1000, &err));
    guard(fuzz, "below", BELOW);
    guard(fuzz, "above", ABOVE);
    fuzz->disk = virtio_blk_type.create(&(struct device_place){.name = "disk",
                                                               .base = 0x10001000,
                                                               .irqs = 1,
                                                               .irq = irq,
                                                               .bus = &fuzz->bus,
                                                               .queue = &fuzz->queue,
                                                               .events = &fuzz->events,
                                                               .costs = &fuzz->costs},
                                        &err);
    must(fuzz->disk);
    device_insert(fuzz->disk, image, sizeof(image));
    virtio_blk_type.reset(fuzz->disk);
    event_listen(&fuzz->events,
                 (struct event_sink){EVENT_BIT(EVENT_BUS_TRANSFER), hear, fuzz});
}

static void set(struct fuzz *fuzz, uint32_t offset, uint64_t value)
{
    virtio_blk_type.write(fuzz->disk, offset, 4, value);
}

static void put(struct fuzz *fuzz, uint64_t pa, unsigned size, uint64_t value)
{
    ram_write(&fuzz->bus.ram, pa, &value, size, INITIATOR_HART);
}

static void wait(struct fuzz *fuzz, uint64_t cycles)
{
    uint64_t until = fuzz->queue.now + cycles;

    while (fuzz->queue.next_due <= until)
        queue_fire_first(&fuzz->queue);
    fuzz->queue.now = until;
}

static void walk(struct fuzz *fuzz, struct state *state)
{
    queue_state(&fuzz->queue, state);
    bus_state(&fuzz->bus, state);
    device_state(fuzz->disk, state);
}

static uint64_t digest(struct fuzz *fuzz)
{
    struct state state;

    state_hash_begin(&state);
    walk(fuzz, &state);
    return state_digest(&state);
}

static void save_and_load(struct fuzz *fuzz)
{
    struct buf saved = {0};
    uint64_t before = digest(fuzz);
    struct state state;

    walk(fuzz, &(struct state){.mode = STATE_SAVE, .out = &saved});
    state = (struct state){.mode = STATE_LOAD,
                           .in = (const unsigned char *)saved.data,
                           .left = saved.size};
    walk(fuzz, &state);
    must(!state.short_input && state.left == 0 && digest(fuzz) == before);
    buf_free(&saved);
}

/* --- actions ----------------------------------------------------------------------- */

/* A driver that does all right so far, so that rings are looked at. */
static void start(struct fuzz *fuzz, unsigned features, unsigned size)
{
    set(fuzz, VIRTIO_STATUS, 0);
    set(fuzz, VIRTIO_DRIVER_FEATURES_SEL, 1);
    set(fuzz, VIRTIO_DRIVER_FEATURES, 1);
    set(fuzz, VIRTIO_DRIVER_FEATURES_SEL, 0);
    set(fuzz, VIRTIO_DRIVER_FEATURES, (uint32_t)(features % 4) << 28);
    set(fuzz, VIRTIO_STATUS, VIRTIO_FEATURES_OK);
    set(fuzz, VIRTIO_QUEUE_SEL, 0);
    set(fuzz, VIRTIO_QUEUE_NUM, UINT64_C(1) << size % 8);
    set(fuzz, VIRTIO_QUEUE_DESC, DESC);
    set(fuzz, VIRTIO_QUEUE_DRIVER, AVAIL);
    set(fuzz, VIRTIO_QUEUE_DEVICE, USED);
    set(fuzz, VIRTIO_QUEUE_READY, 1);
    set(fuzz, VIRTIO_STATUS, VIRTIO_DRIVER_OK);
    fuzz->avail = 0;
}

/* Where buffers may be: among the data, over the rings, at the edges of RAM and beyond
 * them. */
static uint64_t place(unsigned what, unsigned offset)
{
    static const uint64_t bases[] = {DATA,
                                     DATA,
                                     TABLE,
                                     DESC,
                                     AVAIL,
                                     USED,
                                     RAM - 0x80,
                                     0,
                                     ABOVE,
                                     0x10001000,
                                     UINT64_MAX - 0x40,
                                     BELOW};

    return bases[what % COUNT(bases)] + offset;
}

static void describe(struct fuzz *fuzz, const uint8_t action[8])
{
    uint64_t table = action[1] & 0x80 ? TABLE : DESC;
    uint64_t pa = table + 16u * (action[1] % 32);
    uint32_t length = (uint32_t)action[4] << action[5] % 6;

    if (action[5] == 0xff)
        length = UINT32_MAX;
    put(fuzz, pa, 8, place(action[2], action[3] * 8u));
    put(fuzz, pa + 8, 4, length);
    put(fuzz, pa + 12, 2, action[6] % 16);
    put(fuzz, pa + 14, 2, action[7] % 40);
}

/* A good chain of header, data and result, which later actions may spoil. */
static void request(struct fuzz *fuzz, const uint8_t action[8])
{
    unsigned n = action[1] % 8 * 3;
    uint64_t header = DATA + 0x2000 + 32u * n;

    put(fuzz, header, 8, action[2] % 10);
    put(fuzz, header + 8, 8, action[3] % (SECTORS + 2));
    put(fuzz, DESC + 16u * n, 8, header);
    put(fuzz, DESC + 16u * n + 8, 8, 16 | UINT64_C(1) << 32 | (uint64_t)(n + 1) << 48);
    put(fuzz, DESC + 16u * n + 16, 8, DATA);
    put(fuzz, DESC + 16u * n + 24, 8,
        (action[4] % 5) * SECTOR | (action[2] % 10 == 1 ? UINT64_C(1) : 3) << 32 |
            (uint64_t)(n + 2) << 48);
    put(fuzz, DESC + 16u * n + 32, 8, header + 16);
    put(fuzz, DESC + 16u * n + 40, 8, 1 | UINT64_C(2) << 32);
}

static void offer(struct fuzz *fuzz, unsigned head, unsigned count)
{
    const struct virtio_blk *virtio = (const struct virtio_blk *)fuzz->disk;
    unsigned size =
        virtio->queue_num && virtio->queue_num <= 128 ? virtio->queue_num : 1;

    put(fuzz, AVAIL + 4 + 2u * (fuzz->avail % size), 2, head);
    fuzz->avail = (uint16_t)(fuzz->avail + count);
    put(fuzz, AVAIL + 2, 2, fuzz->avail);
}

static void act(struct fuzz *fuzz, const uint8_t action[8])
{
    static const uint32_t regs[] = {VIRTIO_DEVICE_FEATURES_SEL,
                                    VIRTIO_DRIVER_FEATURES,
                                    VIRTIO_DRIVER_FEATURES_SEL,
                                    VIRTIO_QUEUE_SEL,
                                    VIRTIO_QUEUE_NUM,
                                    VIRTIO_QUEUE_READY,
                                    VIRTIO_QUEUE_NOTIFY,
                                    VIRTIO_INTERRUPT_ACK,
                                    VIRTIO_STATUS,
                                    VIRTIO_CONFIG};
    uint64_t value;

    memcpy(&value, action, sizeof(value));
    switch (action[0] % 12) {
    case 0:
        start(fuzz, action[1], action[2]);
        return;
    case 1:
        describe(fuzz, action);
        return;
    case 2:
        request(fuzz, action);
        return;
    case 3:
        offer(fuzz, action[1] % 32, 1);
        return;
    case 4:
        offer(fuzz, action[1], action[2] % 4 ? action[2] % 4 : action[3]);
        set(fuzz, VIRTIO_QUEUE_NOTIFY, action[4] & 1);
        return;
    case 5:
        set(fuzz, VIRTIO_QUEUE_NOTIFY, 0);
        return;
    case 6:
        wait(fuzz, (uint64_t)action[1] << action[2] % 8);
        return;
    case 7:
        put(fuzz, RAM + (value >> 8 & 0x7fff), 1, action[4]);
        return;
    case 8:
        set(fuzz, regs[action[1] % COUNT(regs)], value >> 16 & 0xffffffff);
        return;
    case 9:
        save_and_load(fuzz);
        return;
    case 10:
        virtio_blk_type.read(fuzz->disk, (uint32_t)(value >> 8) & 0x3fc, 4, &value);
        return;
    default:
        put(fuzz, AVAIL + 2 * (uint64_t)(action[1] % 140), 2, value >> 16 & 0xffff);
        return;
    }
}

static void check(const struct fuzz *fuzz)
{
    const struct virtio_blk *virtio = (const struct virtio_blk *)fuzz->disk;
    bool works = virtio->state != VIRTIO_IDLE && virtio->state != VIRTIO_BROKEN;

    must(fuzz->disk->line[0].level == (virtio->interrupt_status != 0));
    must(fuzz->bus.others == (virtio->works ? 1 : 0));
    must(works == (fuzz->queue.next_due != NEVER));
    must(!(virtio->status & VIRTIO_NEEDS_RESET) == (virtio->state != VIRTIO_BROKEN));
    must(!(virtio->status & VIRTIO_DRIVER_OK) || virtio->status & VIRTIO_FEATURES_OK);
    must(!works || (virtio->queue_ready && virtio->status & VIRTIO_DRIVER_OK));
    must(virtio->ready <= 2 && virtio->buffers <= VIRTIO_QUEUE_MAX);
    must(virtio->moved <= virtio->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz;

    memset(&fuzz, 0, sizeof(fuzz));
    begin(&fuzz);
    for (; size >= 8; data += 8, size -= 8) {
        act(&fuzz, data);
        check(&fuzz);
    }
    virtio_blk_type.free(fuzz.disk);
    bus_release(&fuzz.bus);
    return 0;
}
