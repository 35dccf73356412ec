#include "base/alloc.h"
#include "machine/dma/dma_channel.h"
#include "machine/dma/dma_port.h"

#include <stdlib.h>
#include <string.h>

/*
 * The registers: those of the FU540 (chapter "Platform DMA Engine" of its manual) at the
 * FU540's offsets, and ours from 0x200 on in each channel's page.
 */
enum {
    PAGE = 0x1000,
    NEXT_CONFIG_CLAIMED = 0x66000000, /* what claiming leaves in NextConfig */
    DESCRIPTOR_MODE = 0x200,          /* the first register that the FU540 has not */
    PRODUCER = 0x214,
    PRIORITY = 0x230
};

static struct dma_channel *channel_of(void *device, unsigned index)
{
    return &((struct dma *)device)->channel[index];
}

/* --- what registers cause ------------------------------------------------------ */

/* A new owner finds the Next* registers and the descriptor mode as after reset. */
static void claim(struct dma_channel *channel)
{
    channel->next_config = NEXT_CONFIG_CLAIMED;
    channel->next_bytes = channel->next_dest = channel->next_source = 0;
    channel->ring_base = channel->chain_head = 0;
    channel->ring_size = channel->bus_mode = 0;
    channel->consumer = channel->producer = 0;
    channel->failed = channel->reason = 0;
    channel->moved = channel->failed_at = channel->descriptor = 0;
    channel->priority = channel->request = 0;
    dma_channel_stop(channel);
}

/*
 * claim and run: run can be set only in a channel that was claimed before this write, and
 * claim cannot be cleared while run is set. done and error are software's to clear.
 */
static void control_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct dma_channel *channel = channel_of(device, index);
    bool claimed = old & DMA_CLAIM, running = old & DMA_RUN;

    (void)wrote;
    if (running)
        channel->control |= (uint32_t)DMA_CLAIM;
    if (!claimed || !(channel->control & DMA_CLAIM))
        channel->control &= (uint32_t)~DMA_RUN;
    if (!claimed && (channel->control & DMA_CLAIM))
        claim(channel);
    if (!running && (channel->control & DMA_RUN))
        dma_channel_start(channel);
    else if (running && !(channel->control & DMA_RUN))
        dma_channel_stop(channel);
    dma_channel_interrupts(channel);
}

static void producer_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    (void)old;
    (void)wrote;
    dma_channel_doorbell(channel_of(device, index));
}

/* Reserved values cannot be had: they turn into 0. */
static void bus_mode_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct dma_channel *channel = channel_of(device, index);

    (void)old;
    (void)wrote;
    if (channel->bus_mode > DMA_MODE_TRANSPARENT)
        channel->bus_mode = DMA_MODE_BURST;
}

static void request_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct dma_channel *channel = channel_of(device, index);

    (void)old;
    (void)wrote;
    if (field_get(channel->request, DMA_REQUEST_DIRECTION) > DMA_TO_DEVICE)
        channel->request &= (uint32_t)~DMA_REQUEST_DIRECTION;
}

/* --- the table ----------------------------------------------------------------- */

static const char *const bus_mode_names[] = {"burst", "stealing", "transparent", NULL};
const char *const dma_direction_names[] = {"memory only", "from device", "to device",
                                           NULL};

static const struct reg_field control_fields[] = {
    {0, 0, "claim", "the channel is in use; 0 to 1 resets Next* and 0x200 on", NULL},
    {1, 1, "run", "starts a transfer; 0 when it is over; clearing it stops", NULL},
    {14, 14, "doneIE", "done raises the channel's first interrupt", NULL},
    {15, 15, "errIE", "error raises the channel's second interrupt", NULL},
    {30, 30, "done", "a transfer, or a descriptor with irq, is done", NULL},
    {31, 31, "error", "the transfer has failed", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field config_fields[] = {
    {2, 2, "repeat", "Exec* are loaded again at the end", NULL},
    {3, 3, "order", "no effect: one transaction at a time is in flight", NULL},
    {27, 24, "wsize", "log2 of bytes in a write transaction, at most 6", NULL},
    {31, 28, "rsize", "log2 of bytes in a read transaction, equal to wsize", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field bus_mode_fields[] = {
    {1, 0, "mode", "how the channel shares the bus", bus_mode_names},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field reason_fields[] = {
    {4, 0, "reason", "why the channel has failed", dma_reason_names},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field request_fields[] = {
    {3, 0, "line", "number of the request line", NULL},
    {9, 8, "direction", "which end of a transfer is the device", dma_direction_names},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field state_fields[] = {
    {3, 0, "state", "what the channel does", dma_state_names},
    {0, 0, NULL, NULL, NULL},
};

/* Where a channel's register lives, and the three others'. */
#define CHANNEL(member)                                                                \
    .at = offsetof(struct dma, channel[0].member),                                     \
    .width = sizeof(((struct dma_channel *)NULL)->member), .count = DMA_CHANNELS,      \
    .stride = PAGE, .step = sizeof(struct dma_channel)

#define CONFIG  (DMA_REPEAT | DMA_ORDER | DMA_WSIZE | DMA_RSIZE)
#define CONTROL (DMA_CLAIM | DMA_RUN | DMA_DONE_IE | DMA_ERR_IE | DMA_DONE | DMA_ERROR)

/* clang-format off */
static const struct reg dma_regs[] = {
    {.offset = 0x000, .size = 4, .name = "Control", CHANNEL(control), .rw = CONTROL,
     .written = control_written, .fields = control_fields,
     .help = "claims, starts and stops the channel; tells how it ended"},
    {.offset = 0x004, .size = 4, .name = "NextConfig", CHANNEL(next_config), .rw = CONFIG,
     .fields = config_fields,
     .help = "how the next transfer is made; claiming sets both sizes to 6"},
    {.offset = 0x008, .size = 8, .name = "NextBytes", CHANNEL(next_bytes),
     .rw = BITS(63, 0), .help = "bytes of the next transfer"},
    {.offset = 0x010, .size = 8, .name = "NextDestination", CHANNEL(next_dest),
     .rw = BITS(63, 0), .help = "address that the next transfer writes"},
    {.offset = 0x018, .size = 8, .name = "NextSource", CHANNEL(next_source),
     .rw = BITS(63, 0), .help = "address that the next transfer reads"},
    {.offset = 0x104, .size = 4, .name = "ExecConfig", CHANNEL(exec_config),
     .fields = config_fields, .help = "how this transfer is made"},
    {.offset = 0x108, .size = 8, .name = "ExecBytes", CHANNEL(exec_bytes),
     .help = "bytes that have not landed yet"},
    {.offset = 0x110, .size = 8, .name = "ExecDestination", CHANNEL(exec_dest),
     .help = "where the next byte will land"},
    {.offset = 0x118, .size = 8, .name = "ExecSource", CHANNEL(exec_source),
     .help = "where the next byte to land is read"},
    {.offset = 0x200, .size = 8, .name = "RingBase", CHANNEL(ring_base),
     .rw = BITS(55, 5), .help = "address of slot 0 of the descriptor ring"},
    {.offset = 0x208, .size = 4, .name = "RingSize", CHANNEL(ring_size),
     .rw = BITS(16, 0), .help = "slots of the ring, a power of 2 from 2; 0: no ring"},
    {.offset = 0x20c, .size = 4, .name = "BusMode", CHANNEL(bus_mode), .rw = BITS(1, 0),
     .written = bus_mode_written, .fields = bus_mode_fields,
     .help = "how the channel shares the bus"},
    {.offset = 0x210, .size = 4, .name = "Consumer", CHANNEL(consumer),
     .rw = BITS(31, 0), .help = "descriptors of the ring that the channel has done"},
    {.offset = PRODUCER, .size = 4, .name = "Producer", CHANNEL(producer),
     .rw = BITS(31, 0), .written = producer_written,
     .help = "descriptors of the ring that software has handed over"},
    {.offset = 0x218, .size = 4, .name = "Failed", CHANNEL(failed),
     .help = "index of the descriptor that failed"},
    {.offset = 0x21c, .size = 4, .name = "Reason", CHANNEL(reason),
     .fields = reason_fields, .help = "why the channel failed"},
    {.offset = 0x220, .size = 8, .name = "ChainHead", CHANNEL(chain_head),
     .rw = BITS(55, 5), .help = "address of a chain's first descriptor; 0: no chain"},
    {.offset = 0x228, .size = 8, .name = "Moved", CHANNEL(moved),
     .help = "bytes of this transfer or descriptor that have landed"},
    {.offset = PRIORITY, .size = 4, .name = "Priority", CHANNEL(priority),
     .rw = BITS(2, 0), .help = "the highest goes first; equals take turns"},
    {.offset = 0x234, .size = 4, .name = "Request", CHANNEL(request),
     .rw = DMA_REQUEST_LINE | DMA_REQUEST_DIRECTION, .written = request_written,
     .fields = request_fields, .help = "the device at one end of the transfer"},
    {.offset = 0x238, .size = 8, .name = "FailedAddress", CHANNEL(failed_at),
     .help = "address whose access was refused"},
    {.offset = 0x240, .size = 8, .name = "Descriptor", CHANNEL(descriptor),
     .help = "address of the descriptor in progress"},
    {.offset = 0x248, .size = 4, .name = "State", CHANNEL(state),
     .fields = state_fields, .help = "what the channel does now"},
};
/* clang-format on */

static const struct regfile dma_regfile = {dma_regs, COUNT(dma_regs)};

/* --- access rules -------------------------------------------------------------- */

/* Registers are read and written whole or, those of 8 bytes, by halves. */
static const struct reg *reg_for(uint32_t offset, unsigned size, unsigned *index,
                                 enum bus_response *response)
{
    const struct reg *reg = regfile_find(&dma_regfile, offset, index);

    *response = !reg ? BUS_DECERR : size > reg->size ? BUS_SLVERR : BUS_OKAY;
    return reg;
}

/* What describes the work of a channel stays as it is while the channel runs. */
static bool is_locked(const struct dma *dma, const struct reg *reg, unsigned index)
{
    return (dma->channel[index].control & DMA_RUN) && reg->offset >= DESCRIPTOR_MODE &&
           reg->offset != PRODUCER && reg->offset != PRIORITY;
}

/* A channel cannot reach its own controller: it would change what it is doing. */
static enum bus_response dma_read(void *device, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    enum bus_response response;
    unsigned index;

    *value = 0;
    reg_for(offset, size, &index, &response);
    if (response != BUS_OKAY)
        return response;
    if (((const struct dma *)device)->acting)
        return BUS_SLVERR;
    return regfile_read(&dma_regfile, device, offset, size, value);
}

static enum bus_response dma_write(void *device, uint32_t offset, unsigned size,
                                   uint64_t value)
{
    enum bus_response response;
    unsigned index;
    const struct reg *reg = reg_for(offset, size, &index, &response);

    if (response != BUS_OKAY)
        return response;
    if (((const struct dma *)device)->acting)
        return BUS_SLVERR;
    if (is_locked(device, reg, index))
        return BUS_OKAY;
    return regfile_write(&dma_regfile, device, offset, size, value);
}

static enum bus_response dma_peek(const void *device, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    enum bus_response response;
    unsigned index;

    *value = 0;
    reg_for(offset, size, &index, &response);
    if (response != BUS_OKAY)
        return response;
    return regfile_peek(&dma_regfile, device, offset, size, value);
}

/* --- request lines ------------------------------------------------------------- */

static void line_changed(void *ctx, uint8_t line, bool asserted)
{
    const struct bus *bus = ctx;

    for (struct dma *dma = bus->gap_ctx; dma && asserted; dma = dma->next)
        for (unsigned i = 0; i < DMA_CHANNELS; i++)
            dma_channel_requested(&dma->channel[i], line);
}

void dma_connect(struct device *device, struct request_line *line)
{
    struct dma *dma = (struct dma *)device;

    if (line->line >= DMA_LINES)
        return;
    dma->line[line->line] = line;
    line->changed = line_changed;
    line->ctx = device->bus;
}

/* --- the device ---------------------------------------------------------------- */

static void channel_state(struct dma_channel *channel, struct state *state)
{
    for (size_t i = 0; i < COUNT(dma_regs); i++)
        state_bytes(state, dma_regs[i].name,
                    (char *)channel->dma + dma_regs[i].at +
                        channel->number * dma_regs[i].step,
                    dma_regs[i].width);
    STATE(state, channel->source);
    STATE(state, channel->failing);
    STATE(state, channel->index);
    STATE(state, channel->flags);
    STATE(state, channel->next);
    STATE(state, channel->buffer);
    STATE(state, channel->wanted);
    STATE(state, channel->filled);
    STATE(state, channel->drained);
    STATE(state, channel->phase);
    STATE(state, channel->works);
    STATE(state, channel->held_until);
    STATE(state, channel->gap_from);
    for (unsigned i = 0; i < COUNT(channel->way); i++) {
        STATE(state, channel->way[i].iova);
        STATE(state, channel->way[i].pa);
        STATE(state, channel->way[i].age);
        STATE(state, channel->way[i].is_answered);
        STATE(state, channel->way[i].is_allowed);
    }
}

static void dma_state(struct device *device, struct state *state)
{
    struct dma *dma = (struct dma *)device;

    STATE(state, dma->port_until);
    STATE(state, dma->port_holder);
    STATE(state, dma->used_until);
    for (unsigned i = 0; i < DMA_CHANNELS; i++)
        channel_state(&dma->channel[i], state);
}

static void reset_channel(struct dma_channel *channel)
{
    dma_channel_stop(channel);
    channel->source = DMA_SINGLE;
    channel->index = channel->flags = channel->next = channel->wanted = 0;
    memset(channel->buffer, 0, sizeof(channel->buffer));
    channel->gap_from = 0;
}

static void dma_reset(struct device *device)
{
    struct dma *dma = (struct dma *)device;

    for (unsigned i = 0; i < DMA_CHANNELS; i++)
        reset_channel(&dma->channel[i]);
    regfile_reset(&dma_regfile, dma);
    for (unsigned i = 0; i < DMA_CHANNELS; i++)
        dma_channel_interrupts(&dma->channel[i]);
    dma->port_until = 0;
    dma->used_until = device->bus->busy_until; /* a slot under way is not taken back */
    dma->port_holder = DMA_CHANNELS - 1;       /* the first turn is channel 0's */
}

/* The controllers of a bus are a list that begins at the bus, which tells them of all
 * its uses. */
static void unlink_dma(struct dma *dma)
{
    struct bus *bus = dma->device.bus;
    struct dma *before = bus->gap_ctx;

    if (before == dma) {
        bus->gap_ctx = dma->next;
        bus->gap_ends = dma->next ? dma_port_used : NULL;
        return;
    }
    while (before && before->next != dma)
        before = before->next;
    if (before)
        before->next = dma->next;
}

static void dma_free(struct device *device)
{
    unlink_dma((struct dma *)device);
    free(device);
}

static bool link_dma(struct dma *dma, struct err *err)
{
    struct bus *bus = dma->device.bus;

    dma->next = bus->gap_ctx;
    if (dma->device.unit >= DMA_UNITS)
        return err_set(err, "%s: a board has at most %d DMA controllers",
                       dma->device.name, DMA_UNITS);
    bus->gap_ctx = dma;
    bus->gap_ends = dma_port_used;
    return true;
}

static bool init_channels(struct dma *dma, struct err *err)
{
    static const char *const names[DMA_CHANNELS] = {"DMA channel 0", "DMA channel 1",
                                                    "DMA channel 2", "DMA channel 3"};

    for (unsigned i = 0; i < DMA_CHANNELS; i++) {
        struct dma_channel *channel = &dma->channel[i];

        channel->dma = dma;
        channel->number = (uint8_t)i;
        if (!device_timer(&dma->device, &channel->timer, names[i], dma_channel_fire,
                          channel, err))
            return false;
    }
    return true;
}

static const struct device_setting dma_settings[] = {
    {"device_id", DMA_DEVICE_ID,
     "of channel 0 at an IOMMU; 0x104 is 4 more for each controller before this one"},
    {"iommu", 1, "which IOMMU of the board, if it has one, translates; 0: none"},
    {NULL, 0, NULL},
};

static struct device *dma_create(const struct device_place *place, struct err *err)
{
    struct dma *dma = alloc_zero(1, sizeof(*dma));

    device_init(&dma->device, &dma_type, place);
    if (!init_channels(dma, err) || !link_dma(dma, err)) {
        free(dma);
        return NULL;
    }
    dma->device_id =
        dma_device_id(device_setting(&dma_type, place, "device_id"), place->unit);
    dma->port_holder = DMA_CHANNELS - 1;
    return &dma->device;
}

const struct device_type dma_type = {
    .name = "dma",
    .help = "DMA controller: SiFive FU540 platform DMA with a descriptor mode",
    .size = DMA_CHANNELS * PAGE,
    .min_size = 4,
    .max_size = 8,
    .irqs = 2 * DMA_CHANNELS,
    .regs = &dma_regfile,
    .settings = dma_settings,
    .create = dma_create,
    .free = dma_free,
    .reset = dma_reset,
    .state = dma_state,
    .read = dma_read,
    .write = dma_write,
    .peek = dma_peek,
};
