/*
 * A guest's virtio disk: the device's side of a paravirtual interface.
 *
 * Nothing is imitated here. Guest and hypervisor have agreed on a form that costs few exits:
 * the guest describes its requests in memory, which both can reach, and says by one store
 * that there are some (a kick). One exit, whatever the request's size.
 *
 *   available ring -> [chain: header | data ... | status] -> the back end, straight from or
 *                                                            to the guest's memory
 *   used ring      <- finished, interrupt if the guest wants one
 *
 * Fewer kicks: while a request is under way here, the guest need not kick for more (with
 * EVENT_IDX avail_event is left behind, without it there is NO_NOTIFY). When the request is
 * done the next one is taken from the ring at once. Only when the ring is found empty does
 * the guest hear that a kick is wanted again; and then the ring is looked at once more,
 * for what has come between. Fewer interrupts: by used_event the guest says how far it
 * will look by itself.
 *
 * The ring is the guest's, and so is every number in it. Whatever is read from it is read
 * once, then checked, then used: addresses must be in the guest's memory, indices in their
 * tables, chains at most as long as the queue. The first broken rule ends it: Status has
 * DEVICE_NEEDS_RESET, and nothing more is taken until the guest has reset the device
 * (virtio 1.2, section 2.1.2).
 */
#include "hypervisor/device/vvirtio.h"

#include "hypervisor/backend.h"
#include "hypervisor/console.h"
#include "hypervisor/device/vplic.h"
#include "lib/mark.h"
#include "lib/string.h"

enum {
    VVIRTIO_BASE = 0x10001000,
    VVIRTIO_SIZE = 0x1000,
    VENDOR = 0x474e4952 /* "RING" */
};
enum { DESCRIPTORS, AVAILABLE, USED }; /* of `address` */
enum { FLAGS, INDEX, SLOTS };          /* of a ring, in 16-bit words */
enum { SEG_MAX = SEGMENTS - 2 };       /* data; and a header and a status */
enum { USED_WORDS = sizeof(struct virtq_used_elem) / 2 };

#define SECTOR UINT64_C(512)
#define FEATURES                                                                       \
    (1ul << VIRTIO_F_VERSION_1 | 1ul << VIRTIO_F_EVENT_IDX |                           \
     1ul << VIRTIO_F_INDIRECT_DESC | 1ul << VIRTIO_BLK_F_SEG_MAX | 1ul << BLK_F_FLUSH)

enum { BLK_F_FLUSH = 9 };

static bool has(const struct vvirtio *disk, unsigned feature)
{
    return disk->driver_features >> feature & 1;
}

static void drive(struct guest *guest)
{
    vplic_line(guest, VVIRTIO_IRQ, guest->vvirtio.interrupt != 0);
}

static void interrupt(struct guest *guest, uint32_t why)
{
    guest->vvirtio.interrupt |= why;
    drive(guest);
}

/* Driver and device both write, then look at what the other has written: section 2.7.10. */
static void fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* The guest has broken a rule of the queue. */
static void broken(struct guest *guest, const char *rule)
{
    if (!(guest->vvirtio.status & VIRTIO_STATUS_NEEDS_RESET))
        say("guest%u: virtio: %s\n", guest->number, rule);
    guest->vvirtio.status |= VIRTIO_STATUS_NEEDS_RESET;
    if (guest->vvirtio.status & VIRTIO_STATUS_DRIVER_OK)
        interrupt(guest, VIRTIO_INTERRUPT_CONFIG);
}

/* --- the used ring ---------------------------------------------------------------------- */

/* Does the guest want to hear of entry `disk->given` - 1? */
static bool is_wanted(const struct vvirtio *disk)
{
    if (!has(disk, VIRTIO_F_EVENT_IDX))
        return !(disk->available[FLAGS] & VIRTQ_AVAIL_NO_INTERRUPT);
    return (uint16_t)(disk->given - 1) == disk->available[SLOTS + disk->size];
}

static void give_back(struct guest *guest, uint8_t status)
{
    struct vvirtio *disk = &guest->vvirtio;
    volatile uint16_t *slot =
        disk->used + SLOTS + disk->given % disk->size * USED_WORDS;

    *disk->chain.status = status;
    *(volatile struct virtq_used_elem *)slot = (struct virtq_used_elem){
        disk->chain.head, status == VIRTIO_BLK_S_OK ? disk->chain.written : 1};
    fence();
    disk->used[INDEX] = ++disk->given;
    fence();
    if (is_wanted(disk))
        interrupt(guest, VIRTIO_INTERRUPT_USED);
}

/* --- chains ------------------------------------------------------------------------------- */

/* The buffers of a chain, first those that the device reads, then those that it writes. */
struct buffers {
    struct segment part[SEGMENTS];
    unsigned parts, readable;
};

/* Adds a descriptor's buffer. NULL, or the rule that it breaks. */
static const char *add_buffer(const struct guest *guest, struct buffers *buffers,
                              const struct virtq_desc *descriptor)
{
    bool writable = descriptor->flags & VIRTQ_DESC_WRITE;
    void *at = guest_memory(guest, descriptor->address, descriptor->length);

    if (!at)
        return "a buffer is not in the guest's memory";
    if (buffers->parts == SEGMENTS)
        return "a chain has more buffers than seg_max allows";
    if (!writable && buffers->readable < buffers->parts)
        return "a buffer to be read comes after one to be written";
    buffers->part[buffers->parts++] = (struct segment){at, descriptor->length};
    buffers->readable += !writable;
    return NULL;
}

/* Follows a chain through a table of descriptors: the queue's, or an indirect one. */
static const char *walk(const struct guest *guest, struct buffers *buffers,
                        const volatile struct virtq_desc *table, uint32_t entries,
                        uint32_t at, bool indirect)
{
    const char *rule = NULL;

    for (uint32_t left = entries; !rule; left--) {
        struct virtq_desc descriptor;

        if (at >= entries)
            return "a descriptor's number is beyond its table";
        if (left == 0)
            return "a chain of descriptors has a loop";
        descriptor = table[at];
        at = descriptor.next;
        if (descriptor.flags & VIRTQ_DESC_INDIRECT) {
            uint32_t length = descriptor.length;

            table = guest_memory(guest, descriptor.address, length);
            if (indirect || !has(&guest->vvirtio, VIRTIO_F_INDIRECT_DESC) ||
                descriptor.flags & VIRTQ_DESC_NEXT)
                return "a table of descriptors is where none may be";
            if (!table || length == 0 || length % sizeof(descriptor))
                return "a table of descriptors is not in the guest's memory, or not "
                       "whole";
            return walk(guest, buffers, table, length / (uint32_t)sizeof(descriptor), 0,
                        true);
        }
        rule = add_buffer(guest, buffers, &descriptor);
        if (!(descriptor.flags & VIRTQ_DESC_NEXT))
            break;
    }
    return rule;
}

/* The header may be spread over buffers: no framing is promised (section 2.7.4). */
static bool take_header(struct buffers *buffers, struct virtio_blk_header *header)
{
    uint8_t *to = (uint8_t *)header;
    struct segment *from = buffers->part, *end = from + buffers->readable;

    for (unsigned i = 0; i < sizeof(*header); i++) {
        while (from < end && from->bytes == 0)
            from++;
        if (from == end)
            return false;
        to[i] = *(const volatile uint8_t *)from->at;
        from->at = (uint8_t *)from->at + 1;
        from->bytes--;
    }
    return true;
}

/* The last byte that the device may write is for the status. */
static uint8_t *take_status(struct buffers *buffers)
{
    struct segment *last = &buffers->part[buffers->parts - 1];

    if (buffers->parts == buffers->readable || last->bytes == 0)
        return NULL;
    last->bytes--;
    return (uint8_t *)last->at + last->bytes;
}

/* What is left is data, of one direction: of each buffer, if header and status are not in
 * buffers of their own. */
static void take_data(struct request *request, const struct buffers *buffers,
                      bool write)
{
    unsigned from = write ? 0 : buffers->readable;
    unsigned end = write ? buffers->readable : buffers->parts;

    request->segments = 0;
    for (; from < end; from++)
        if (buffers->part[from].bytes)
            request->segment[request->segments++] = buffers->part[from];
}

/* --- requests ----------------------------------------------------------------------------- */

static void moved(struct guest *guest, bool good);

/* Hands a request to the back end; what needs none is answered here. False: answered. */
static bool begin(struct guest *guest, const struct virtio_blk_header *header,
                  const struct buffers *buffers)
{
    struct request *request = &guest->request;
    uint64_t bytes = 0;

    if (header->type != VIRTIO_BLK_T_IN && header->type != VIRTIO_BLK_T_OUT) {
        give_back(guest, header->type == VIRTIO_BLK_T_FLUSH ? VIRTIO_BLK_S_OK
                                                            : VIRTIO_BLK_S_UNSUPP);
        return false;
    }
    request->write = header->type == VIRTIO_BLK_T_OUT;
    request->lba = header->sector;
    request->done = moved;
    take_data(request, buffers, request->write);
    for (unsigned i = 0; i < request->segments; i++)
        bytes += request->segment[i].bytes;
    guest->vvirtio.chain.written = request->write ? 1 : (uint32_t)bytes + 1;
    if (backend_submit(guest))
        return true;
    give_back(guest, VIRTIO_BLK_S_IOERR);
    return false;
}

/* Takes the next chain. False: it was answered at once, or it broke a rule. */
static bool take(struct guest *guest)
{
    struct vvirtio *disk = &guest->vvirtio;
    uint16_t head = disk->available[SLOTS + disk->taken % disk->size];
    struct virtio_blk_header header;
    struct buffers buffers;
    const char *rule;

    buffers.parts = buffers.readable = 0;
    rule = walk(guest, &buffers, disk->descriptor, disk->size, head, false);
    disk->taken++;
    if (!rule && !take_header(&buffers, &header))
        rule = "a request has no header";
    if (!rule && !(disk->chain.status = take_status(&buffers)))
        rule = "a request has no room for its status";
    if (rule) {
        broken(guest, rule);
        return false;
    }
    disk->chain.head = head;
    disk->chain.written = 1;
    return begin(guest, &header, &buffers);
}

/* Kicks are wanted, or not. */
static void want_kicks(struct vvirtio *disk, bool wanted)
{
    if (!has(disk, VIRTIO_F_EVENT_IDX))
        disk->used[FLAGS] = (uint16_t)(wanted ? 0 : VIRTQ_USED_NO_NOTIFY);
    else if (wanted)
        disk->used[SLOTS + disk->size * USED_WORDS] = disk->taken;
    fence();
}

/* Entries that the guest has added: more than the queue has cannot be. */
static uint16_t waiting(struct guest *guest)
{
    struct vvirtio *disk = &guest->vvirtio;
    uint16_t waiting = (uint16_t)(disk->available[INDEX] - disk->taken);

    fence();
    if (waiting <= disk->size)
        return waiting;
    broken(guest, "the available ring's index is further than the ring is long");
    return 0;
}

static bool is_live(const struct vvirtio *disk)
{
    return disk->ready && disk->status & VIRTIO_STATUS_DRIVER_OK &&
           !(disk->status & VIRTIO_STATUS_NEEDS_RESET);
}

/* Takes requests until one is under way, or there is none. Those that are answered at once
 * are at most as many as the ring has: the guest does not run meanwhile. */
static void work(struct guest *guest)
{
    struct vvirtio *disk = &guest->vvirtio;

    mark(MARK_HV_BACKEND);
    while (is_live(disk) && !guest->request.busy) {
        if (waiting(guest)) {
            want_kicks(disk, false);
            take(guest);
            continue;
        }
        if (!is_live(disk))
            return;
        want_kicks(disk, true);
        if (!waiting(guest))
            return;
    }
}

static void moved(struct guest *guest, bool good)
{
    struct vvirtio *disk = &guest->vvirtio;

    if (!disk->stale)
        give_back(guest, good ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR);
    disk->stale = false;
    work(guest);
}

/* --- registers ---------------------------------------------------------------------------- */

/* Section 4.2.2.2. What the back end does meanwhile is not for the driver to know. */
void vvirtio_reset(struct guest *guest)
{
    guest->vvirtio = (struct vvirtio){.stale = guest->request.busy};
    drive(guest);
}

/* The three parts of the queue, each aligned and as a whole in the guest's memory. */
static void set_ready(struct guest *guest)
{
    struct vvirtio *disk = &guest->vvirtio;
    const uint64_t *address = disk->address, size = disk->size;
    bool sound = size && !(size & (size - 1)) && address[DESCRIPTORS] % 16 == 0 &&
                 address[AVAILABLE] % 2 == 0 && address[USED] % 4 == 0;

    disk->descriptor = guest_memory(guest, address[DESCRIPTORS], 16 * size);
    disk->available = guest_memory(guest, address[AVAILABLE], 6 + 2 * size);
    disk->used = guest_memory(guest, address[USED], 6 + 8 * size);
    if (sound && disk->descriptor && disk->available && disk->used)
        disk->ready = true;
    else
        broken(guest, "the queue is not in the guest's memory, or has no such size");
}

static void status_written(struct guest *guest, uint32_t value)
{
    struct vvirtio *disk = &guest->vvirtio;

    if (value == 0) {
        vvirtio_reset(guest);
        return;
    }
    if (disk->driver_features & ~FEATURES || !has(disk, VIRTIO_F_VERSION_1))
        value &= ~VIRTIO_STATUS_FEATURES_OK;
    disk->status = (disk->status & VIRTIO_STATUS_NEEDS_RESET) | (value & 0xff);
}

static uint32_t half(uint64_t value, uint32_t sel)
{
    return sel > 1 ? 0 : (uint32_t)(value >> 32 * sel);
}

static uint64_t with_half(uint64_t value, uint32_t sel, uint32_t part)
{
    if (sel > 1)
        return value;
    return (value & ~(UINT64_C(0xffffffff) << 32 * sel)) | (uint64_t)part << 32 * sel;
}

static uint32_t read_register(const struct guest *guest, uint32_t offset)
{
    const struct vvirtio *disk = &guest->vvirtio;

    switch (offset) {
    case VIRTIO_MAGIC_VALUE:
        return VIRTIO_MAGIC;
    case VIRTIO_VERSION:
        return 2;
    case VIRTIO_DEVICE_ID:
        return VIRTIO_DEVICE_BLOCK;
    case VIRTIO_VENDOR_ID:
        return VENDOR;
    case VIRTIO_DEVICE_FEATURES:
        return half(FEATURES, disk->features_sel);
    case VIRTIO_QUEUE_NUM_MAX:
        return disk->queue_sel ? 0 : VVIRTIO_QUEUE;
    case VIRTIO_QUEUE_READY:
        return !disk->queue_sel && disk->ready;
    case VIRTIO_INTERRUPT_STATUS:
        return disk->interrupt;
    case VIRTIO_STATUS:
        return disk->status;
    default:
        return 0;
    }
}

/* struct virtio_blk_config (section 5.2.4): capacity, size_max, seg_max. */
static uint64_t config(const struct guest *guest, uint32_t offset, unsigned width)
{
    uint64_t fields[2] = {guest->sectors, (uint64_t)SEG_MAX << 32};
    uint64_t value = 0;

    if (offset + width <= sizeof(fields))
        memcpy(&value, (const uint8_t *)fields + offset, width);
    return value;
}

static bool vvirtio_read(struct guest *guest, uint32_t offset, unsigned width,
                         uint64_t *value)
{
    if (offset >= VIRTIO_CONFIG)
        *value = config(guest, offset - VIRTIO_CONFIG, width);
    else if (width == 4)
        *value = read_register(guest, offset);
    else
        return false;
    return true;
}

/* Where the queue is, is settled once it is ready; queue 0 is all there is. */
static void queue_written(struct guest *guest, uint32_t offset, uint32_t value)
{
    struct vvirtio *disk = &guest->vvirtio;
    uint32_t part = (offset - VIRTIO_QUEUE_DESC_LOW) / 16, upper = offset / 4 % 2;

    if (disk->queue_sel || disk->ready)
        return;
    if (offset == VIRTIO_QUEUE_NUM)
        disk->size = value <= VVIRTIO_QUEUE ? value : 0;
    else if (offset == VIRTIO_QUEUE_READY && value == 1)
        set_ready(guest);
    else if (part < 3 && offset % 16 < 8)
        disk->address[part] = with_half(disk->address[part], upper, value);
}

static bool vvirtio_write(struct guest *guest, uint32_t offset, unsigned width,
                          uint64_t value)
{
    struct vvirtio *disk = &guest->vvirtio;
    uint32_t word = (uint32_t)value;

    if (width != 4)
        return offset >= VIRTIO_CONFIG;
    switch (offset) {
    case VIRTIO_DEVICE_FEATURES_SEL:
        disk->features_sel = word;
        break;
    case VIRTIO_DRIVER_FEATURES_SEL:
        disk->driver_features_sel = word;
        break;
    case VIRTIO_DRIVER_FEATURES:
        if (!(disk->status & VIRTIO_STATUS_FEATURES_OK))
            disk->driver_features =
                with_half(disk->driver_features, disk->driver_features_sel, word);
        break;
    case VIRTIO_QUEUE_SEL:
        disk->queue_sel = word;
        break;
    case VIRTIO_QUEUE_NOTIFY:
        if (word == 0)
            work(guest);
        break;
    case VIRTIO_INTERRUPT_ACK:
        disk->interrupt &= ~word;
        drive(guest);
        break;
    case VIRTIO_STATUS:
        status_written(guest, word);
        break;
    default:
        queue_written(guest, offset, word);
        break;
    }
    return true;
}

const struct device vvirtio_device = {VVIRTIO_BASE, VVIRTIO_SIZE, vvirtio_read,
                                      vvirtio_write};
