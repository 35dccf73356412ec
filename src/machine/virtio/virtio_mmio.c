/*
 * The registers of the MMIO transport (4.2.2), the status and the features that are agreed
 * on through them (2.1, 2.2, 3.1), the configuration space of a block device (5.2.4), and
 * the device type.
 */
#include "base/alloc.h"
#include "machine/virtio/virtio_request.h"
#include "machine/virtio/virtio_serve.h"

#include <stdlib.h>
#include <string.h>

enum { BLANK_MAX = 1 << 28 }; /* sectors, as the ATA disk */

static struct virtio_blk *virtio_of(void *device)
{
    return device;
}

/* --- features and status ------------------------------------------------------- */

static uint64_t offered(const struct virtio_blk *virtio)
{
    return BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_INDIRECT_DESC) |
           BIT(VIRTIO_F_EVENT_IDX) | BIT(VIRTIO_BLK_F_SEG_MAX) |
           BIT(VIRTIO_BLK_F_BLK_SIZE) | BIT(VIRTIO_BLK_F_FLUSH) |
           (virtio->readonly ? BIT(VIRTIO_BLK_F_RO) : 0);
}

static uint64_t accepted(const struct virtio_blk *virtio)
{
    return (uint64_t)virtio->driver_features[1] << 32 | virtio->driver_features[0];
}

/* The word that a Sel register selects, of 64 bits; further ones are 0. */
static uint32_t selected(uint64_t features, uint32_t sel)
{
    return sel < 2 ? (uint32_t)(features >> 32 * sel) : 0;
}

static uint64_t peek_device_features(const void *device, unsigned index)
{
    const struct virtio_blk *virtio = device;

    (void)index;
    return selected(offered(virtio), virtio->device_features_sel);
}

static uint64_t peek_driver_features(const void *device, unsigned index)
{
    const struct virtio_blk *virtio = device;

    (void)index;
    return selected(accepted(virtio), virtio->driver_features_sel);
}

/* What has been agreed on stays until the device is reset. */
static void driver_features_written(void *device, unsigned index, uint64_t old,
                                    uint64_t wrote)
{
    struct virtio_blk *virtio = virtio_of(device);

    (void)index;
    (void)old;
    if (virtio->driver_features_sel < 2 && !(virtio->status & VIRTIO_FEATURES_OK))
        virtio->driver_features[virtio->driver_features_sel] = (uint32_t)wrote;
}

/* Which bits of Status cannot be had now, and why. */
static uint32_t refused(const struct virtio_blk *virtio, uint32_t bits,
                        struct virtio_breach *breach)
{
    uint64_t features = accepted(virtio);
    uint32_t later = virtio->status | bits;

    *breach = (struct virtio_breach){.at = virtio->device.base + VIRTIO_STATUS,
                                     .value = features};
    if (bits & VIRTIO_FEATURES_OK && features & ~offered(virtio))
        breach->rule = VIRTIO_RULE_FEATURE_NOT_OFFERED;
    else if (bits & VIRTIO_FEATURES_OK && !virtio_has(virtio, VIRTIO_F_VERSION_1))
        breach->rule = VIRTIO_RULE_NO_VERSION_1;
    if (breach->rule != VIRTIO_NO_RULE)
        return VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK;
    if (bits & VIRTIO_DRIVER_OK && !(later & VIRTIO_FEATURES_OK)) {
        breach->rule = VIRTIO_RULE_NOT_NEGOTIATED;
        return VIRTIO_DRIVER_OK;
    }
    return 0;
}

static const struct regfile virtio_regfile;

/* 2.4: a write of 0. What the medium holds and the counters stay. */
static void reset_by_driver(struct virtio_blk *virtio)
{
    virtio_stop(virtio);
    regfile_reset(&virtio_regfile, virtio);
    memset(virtio->driver_features, 0, sizeof(virtio->driver_features));
    virtio_begin_queue(virtio);
    virtio_interrupts(virtio);
}

/* Other writes set bits; none can be cleared, and DEVICE_NEEDS_RESET is the device's. */
static void status_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct virtio_blk *virtio = virtio_of(device);
    const uint32_t drivers = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK |
                             VIRTIO_FEATURES_OK | VIRTIO_FAILED;
    uint32_t bits = (uint32_t)(wrote & drivers & ~old);
    struct virtio_breach breach;

    (void)index;
    if (wrote == 0) {
        reset_by_driver(virtio);
        return;
    }
    virtio->status |= bits & ~refused(virtio, bits, &breach);
    if (breach.rule != VIRTIO_NO_RULE)
        virtio_tell_breach(virtio, &breach, false);
}

/* --- the queue ----------------------------------------------------------------- */

static void ready_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct virtio_blk *virtio = virtio_of(device);
    struct virtio_breach breach;

    (void)index;
    (void)wrote;
    if (virtio->queue_ready == old || virtio->state == VIRTIO_BROKEN)
        return;
    if (!virtio->queue_ready) {
        virtio_stop(virtio);
        return;
    }
    virtio_begin_queue(virtio);
    breach = virtio_check_queue(virtio);
    if (breach.rule != VIRTIO_NO_RULE)
        virtio_tell_breach(virtio, &breach, true);
}

static void notify_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    (void)index;
    (void)old;
    virtio_notified(virtio_of(device), (uint32_t)wrote);
}

static void ack_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct virtio_blk *virtio = virtio_of(device);

    (void)index;
    (void)old;
    virtio->interrupt_status &= (uint32_t)~wrote;
    virtio_interrupts(virtio);
}

/* --- the configuration space --------------------------------------------------- */

static uint64_t peek_capacity(const void *device, unsigned index)
{
    const struct virtio_blk *virtio = device;

    (void)index;
    return virtio->medium.sectors;
}

/* --- the table ----------------------------------------------------------------- */

static const struct reg_field status_fields[] = {
    {0, 0, "ACKNOWLEDGE", "the driver has found the device", NULL},
    {1, 1, "DRIVER", "it knows how to drive it", NULL},
    {2, 2, "DRIVER_OK", "it is ready: queues are served", NULL},
    {3, 3, "FEATURES_OK", "the features are agreed on; stays 0 if they are not", NULL},
    {6, 6, "DEVICE_NEEDS_RESET", "a rule was broken, the device has stopped", NULL},
    {7, 7, "FAILED", "the driver has given up", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field interrupt_fields[] = {
    {0, 0, "used", "a buffer has been used", NULL},
    {1, 1, "config", "the device has changed: it needs a reset", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field ready_fields[] = {
    {0, 0, "ready", "the queue can be used; its other registers are locked", NULL},
    {0, 0, NULL, NULL, NULL},
};

#define AT(member)                                                                     \
    .at = offsetof(struct virtio_blk, member),                                         \
    .width = sizeof(((struct virtio_blk *)NULL)->member)
#define ALL BITS(31, 0)

/* The two halves of an area's address, 4 bytes apart here as there. */
#define AREA(OFFSET, member, NAME, text)                                               \
    {.offset = (OFFSET),                                                               \
     .size = 4,                                                                        \
     .name = NAME "Low",                                                               \
     AT(member[0]),                                                                    \
     .rw = ALL,                                                                        \
     .help = text ", bits 31 to 0"},                                                   \
    {                                                                                  \
        .offset = (OFFSET) + 4, .size = 4, .name = NAME "High", AT(member[1]),         \
        .rw = ALL, .help = text ", bits 63 to 32"                                      \
    }

/* clang-format off */
static const struct reg virtio_regs[] = {
    {.offset = VIRTIO_MAGIC_VALUE, .size = 4, .name = "MagicValue", .reset = VIRTIO_MAGIC,
     .help = "\"virt\""},
    {.offset = VIRTIO_VERSION, .size = 4, .name = "Version", .reset = 2,
     .help = "2: not a legacy device"},
    {.offset = VIRTIO_DEVICE_ID, .size = 4, .name = "DeviceID", .reset = VIRTIO_ID_BLOCK,
     .help = "2: a block device; 0: nothing is here, as without a medium"},
    {.offset = VIRTIO_VENDOR_ID, .size = 4, .name = "VendorID", .reset = VIRTIO_VENDOR,
     .help = "\"RING\""},
    {.offset = VIRTIO_DEVICE_FEATURES, .size = 4, .name = "DeviceFeatures",
     .peek = peek_device_features,
     .help = "the 32 features offered that DeviceFeaturesSel selects"},
    {.offset = VIRTIO_DEVICE_FEATURES_SEL, .size = 4, .name = "DeviceFeaturesSel",
     AT(device_features_sel), .rw = ALL, .help = "0: features 0 to 31; 1: 32 to 63"},
    {.offset = VIRTIO_DRIVER_FEATURES, .size = 4, .name = "DriverFeatures",
     .peek = peek_driver_features, .written = driver_features_written,
     .help = "those accepted, likewise; locked by FEATURES_OK"},
    {.offset = VIRTIO_DRIVER_FEATURES_SEL, .size = 4, .name = "DriverFeaturesSel",
     AT(driver_features_sel), .rw = ALL, .help = "selects the word of DriverFeatures"},
    {.offset = VIRTIO_QUEUE_SEL, .size = 4, .name = "QueueSel", AT(queue_sel), .rw = ALL,
     .help = "which queue the queue registers are of; there is queue 0 only"},
    {.offset = VIRTIO_QUEUE_NUM_MAX, .size = 4, .name = "QueueNumMax",
     .reset = VIRTIO_QUEUE_MAX, .help = "most entries of the queue; 0: no such queue"},
    {.offset = VIRTIO_QUEUE_NUM, .size = 4, .name = "QueueNum", AT(queue_num), .rw = ALL,
     .help = "entries of the queue, a power of 2"},
    {.offset = VIRTIO_QUEUE_READY, .size = 4, .name = "QueueReady", AT(queue_ready),
     .rw = BIT(0), .written = ready_written, .fields = ready_fields,
     .help = "1: the queue is set up; 0: the device keeps off its memory"},
    {.offset = VIRTIO_QUEUE_NOTIFY, .size = 4, .name = "QueueNotify", .rw = ALL,
     .written = notify_written, .help = "doorbell: the number of a queue with news"},
    {.offset = VIRTIO_INTERRUPT_STATUS, .size = 4, .name = "InterruptStatus",
     AT(interrupt_status), .fields = interrupt_fields,
     .help = "why the interrupt line is high"},
    {.offset = VIRTIO_INTERRUPT_ACK, .size = 4, .name = "InterruptACK", .rw = BITS(1, 0),
     .written = ack_written, .fields = interrupt_fields,
     .help = "clears these bits of InterruptStatus"},
    {.offset = VIRTIO_STATUS, .size = 4, .name = "Status", AT(status),
     .written = status_written, .fields = status_fields,
     .help = "how far the driver is; bits can be set; 0 resets the device"},
    AREA(VIRTIO_QUEUE_DESC, desc_area, "QueueDesc", "address of the descriptor area"),
    AREA(VIRTIO_QUEUE_DRIVER, driver_area, "QueueDriver", "address of the available ring"),
    AREA(VIRTIO_QUEUE_DEVICE, device_area, "QueueDevice", "address of the used ring"),
    {.offset = VIRTIO_SHM_SEL, .size = 4, .name = "SHMSel", AT(shm_sel), .rw = ALL,
     .help = "selects a shared memory region; there is none"},
    {.offset = VIRTIO_SHM_LEN, .size = 8, .name = "SHMLen", .reset = UINT64_MAX,
     .help = "all ones: no such region"},
    {.offset = VIRTIO_SHM_BASE, .size = 8, .name = "SHMBase", .reset = UINT64_MAX,
     .help = "all ones: no such region"},
    {.offset = VIRTIO_CONFIG_GENERATION, .size = 4, .name = "ConfigGeneration",
     .help = "changes when the configuration does, which it never does"},
    {.offset = VIRTIO_CONFIG, .size = 8, .name = "capacity", .peek = peek_capacity,
     .help = "sectors of 512 bytes"},
    {.offset = VIRTIO_CONFIG + 0x08, .size = 4, .name = "size_max",
     .help = "0: VIRTIO_BLK_F_SIZE_MAX is not offered"},
    {.offset = VIRTIO_CONFIG + 0x0c, .size = 4, .name = "seg_max",
     .reset = VIRTIO_QUEUE_MAX - 2,
     .help = "most buffers of data in a request"},
    {.offset = VIRTIO_CONFIG + 0x10, .size = 4, .name = "geometry",
     .help = "0: VIRTIO_BLK_F_GEOMETRY is not offered"},
    {.offset = VIRTIO_CONFIG + 0x14, .size = 4, .name = "blk_size", .reset = SECTOR,
     .help = "bytes of a block"},
    {.offset = VIRTIO_CONFIG + 0x18, .size = 8, .name = "topology",
     .help = "0: VIRTIO_BLK_F_TOPOLOGY is not offered"},
    {.offset = VIRTIO_CONFIG + 0x20, .size = 1, .name = "writeback",
     .help = "0: a write is on the medium before it is used"},
    {.offset = VIRTIO_CONFIG + 0x21, .size = 1, .name = "unused0", .help = "0"},
    {.offset = VIRTIO_CONFIG + 0x22, .size = 2, .name = "num_queues",
     .help = "0: VIRTIO_BLK_F_MQ is not offered"},
};
/* clang-format on */

static const struct regfile virtio_regfile = {virtio_regs, COUNT(virtio_regs)};

/* --- access rules -------------------------------------------------------------- */

/* 4.2.2.2: control registers are 32 bits and accessed whole. */
static enum bus_response rule_of(uint32_t offset, unsigned size)
{
    return offset < VIRTIO_CONFIG && size != 4 ? BUS_SLVERR : BUS_OKAY;
}

static bool is_queue_register(uint32_t offset)
{
    return offset == VIRTIO_QUEUE_NUM_MAX || offset == VIRTIO_QUEUE_NUM ||
           offset == VIRTIO_QUEUE_READY ||
           (offset >= VIRTIO_QUEUE_DESC && offset < VIRTIO_SHM_SEL);
}

/* Without a medium the slot is empty: but for who made it, it reads as 0. Nor is there
 * a queue but queue 0. */
static bool is_absent(const struct virtio_blk *virtio, uint32_t offset)
{
    if (virtio->medium.sectors == 0)
        return offset != VIRTIO_MAGIC_VALUE && offset != VIRTIO_VERSION &&
               offset != VIRTIO_VENDOR_ID;
    return virtio->queue_sel != 0 && is_queue_register(offset);
}

/* What describes the queue stays as it is while the queue is ready. */
static bool is_locked(const struct virtio_blk *virtio, uint32_t offset)
{
    return virtio->queue_ready && is_queue_register(offset) &&
           offset != VIRTIO_QUEUE_READY;
}

static enum bus_response virtio_peek(const void *device, uint32_t offset, unsigned size,
                                     uint64_t *value)
{
    enum bus_response response = rule_of(offset, size);

    *value = 0;
    if (response == BUS_OKAY)
        response = regfile_peek(&virtio_regfile, device, offset, size, value);
    if (response == BUS_OKAY && is_absent(device, offset))
        *value = 0;
    return response;
}

/* No read has an effect. */
static enum bus_response virtio_read(void *device, uint32_t offset, unsigned size,
                                     uint64_t *value)
{
    return virtio_peek(device, offset, size, value);
}

static enum bus_response virtio_write(void *device, uint32_t offset, unsigned size,
                                      uint64_t value)
{
    enum bus_response response = rule_of(offset, size);
    unsigned index;

    if (response != BUS_OKAY)
        return response;
    if (is_absent(device, offset) || is_locked(device, offset))
        return regfile_find(&virtio_regfile, offset, &index) ? BUS_OKAY : BUS_DECERR;
    return regfile_write(&virtio_regfile, device, offset, size, value);
}

/* --- the device ---------------------------------------------------------------- */

static void virtio_power_on(struct device *device)
{
    struct virtio_blk *virtio = (struct virtio_blk *)device;

    reset_by_driver(virtio);
    memset(&virtio->counts, 0, sizeof(virtio->counts));
    memset(virtio->word, 0, sizeof(virtio->word));
    memset(virtio->sectors, 0, sizeof(virtio->sectors));
    memset(virtio->buffer_at, 0, sizeof(virtio->buffer_at));
    memset(virtio->buffer_bytes, 0, sizeof(virtio->buffer_bytes));
    virtio->head = virtio->buffers = virtio->readable = 0;
    virtio->bytes_readable = virtio->bytes_writable = 0;
    virtio->table = virtio->descriptor = 0;
    virtio->table_entries = virtio->table_read = 0;
    virtio->in_table = false;
    virtio->at_buffer = 0;
    virtio->at_byte = virtio->word_bytes = 0;
    virtio->type = 0;
    virtio->result = VIRTIO_BLK_OK;
    virtio->sector = virtio->medium_at = 0;
    virtio->position = 0;
}

static void register_state(struct virtio_blk *virtio, struct state *state)
{
    for (size_t i = 0; i < COUNT(virtio_regs); i++)
        if (virtio_regs[i].width)
            state_bytes(state, virtio_regs[i].name, (char *)virtio + virtio_regs[i].at,
                        virtio_regs[i].width);
    STATE(state, virtio->driver_features);
}

static void chain_state(struct virtio_blk *virtio, struct state *state)
{
    STATE(state, virtio->last_avail);
    STATE(state, virtio->avail_index);
    STATE(state, virtio->used_index);
    STATE(state, virtio->avail_event);
    STATE(state, virtio->notified);
    STATE(state, virtio->head);
    STATE(state, virtio->buffers);
    STATE(state, virtio->readable);
    STATE(state, virtio->buffer_at);
    STATE(state, virtio->buffer_bytes);
    STATE(state, virtio->bytes_readable);
    STATE(state, virtio->bytes_writable);
    STATE(state, virtio->table);
    STATE(state, virtio->table_entries);
    STATE(state, virtio->table_read);
    STATE(state, virtio->descriptor);
    STATE(state, virtio->in_table);
    STATE(state, virtio->at_buffer);
    STATE(state, virtio->at_byte);
}

static void request_state(struct virtio_blk *virtio, struct state *state)
{
    STATE(state, virtio->type);
    STATE(state, virtio->sector);
    STATE(state, virtio->result);
    STATE(state, virtio->data);
    STATE(state, virtio->moved);
    STATE(state, virtio->to_medium);
    STATE(state, virtio->medium_at);
    STATE(state, virtio->sectors);
    STATE(state, virtio->first);
    STATE(state, virtio->ready);
    STATE(state, virtio->position);
    STATE(state, virtio->seeking);
}

static void virtio_state(struct device *device, struct state *state)
{
    struct virtio_blk *virtio = (struct virtio_blk *)device;

    register_state(virtio, state);
    chain_state(virtio, state);
    request_state(virtio, state);
    STATE(state, virtio->state);
    STATE(state, virtio->word);
    STATE(state, virtio->word_bytes);
    STATE(state, virtio->phase);
    STATE(state, virtio->works);
    STATE(state, virtio->counts.requests);
    STATE(state, virtio->counts.notifications);
    STATE(state, virtio->counts.interrupts);
    STATE(state, virtio->counts.bytes_in);
    STATE(state, virtio->counts.bytes_out);
    medium_state(&virtio->medium, state);
}

static struct medium *virtio_medium(struct device *device)
{
    return &((struct virtio_blk *)device)->medium;
}

static void virtio_free(struct device *device)
{
    medium_release(virtio_medium(device));
    free(device);
}

static bool take_settings(struct virtio_blk *virtio, const struct device_place *place,
                          struct err *err)
{
    uint64_t sectors = device_setting(&virtio_blk_type, place, "sectors");

    if (place->unit >= VIRTIO_UNITS)
        return err_set(err, "%s: a board has at most %d virtio devices", place->name,
                       VIRTIO_UNITS);
    if (sectors > BLANK_MAX)
        return err_set(err, "%s: sectors must be at most %d (128 GiB)", place->name,
                       BLANK_MAX);
    virtio->readonly = device_setting(&virtio_blk_type, place, "read_only") != 0;
    medium_init(&virtio->medium, NULL, sectors);
    return true;
}

static struct device *virtio_create(const struct device_place *place, struct err *err)
{
    struct virtio_blk *virtio = alloc_zero(1, sizeof(*virtio));
    struct device *device = &virtio->device;

    device_init(device, &virtio_blk_type, place);
    if (take_settings(virtio, place, err) &&
        device_timer(device, &virtio->logic, "the virtio disk goes on", virtio_fire,
                     virtio, err) &&
        device_timer(device, &virtio->mechanism, "the virtio disk's mechanism is done",
                     virtio_mechanism_fire, virtio, err))
        return device;
    virtio_free(device);
    return NULL;
}

static const struct device_setting virtio_settings[] = {
    {"sectors", 0, "size of a blank disk, where no image is given"},
    {"read_only", 0, "1: the disk cannot be written"},
    {NULL, 0, NULL},
};

const struct device_type virtio_blk_type = {
    .name = "virtio-blk",
    .help = "virtio disk: split virtqueue behind virtio-mmio version 2",
    .size = VIRTIO_SIZE,
    .min_size = 1,
    .max_size = 4,
    .irqs = 1,
    .regs = &virtio_regfile,
    .settings = virtio_settings,
    .create = virtio_create,
    .free = virtio_free,
    .reset = virtio_power_on,
    .state = virtio_state,
    .medium = virtio_medium,
    .read = virtio_read,
    .write = virtio_write,
    .peek = virtio_peek,
};
