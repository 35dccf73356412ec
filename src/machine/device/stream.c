#include "machine/device/stream.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

/* Eight bytes come from one step of the SplitMix64 generator (Steele, Lea, Flood 2014),
 * which reaches any place of the sequence directly. */
uint8_t stream_byte(uint64_t seed, uint64_t n)
{
    uint64_t mixed = seed + (n / 8 + 1) * UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    mixed ^= mixed >> 31;
    return (uint8_t)(mixed >> 8 * (n % 8));
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* --- both ends of the FIFO ---------------------------------------------------- */

/* The lines follow from the level. */
static void drive_lines(struct stream *stream)
{
    device_irq(&stream->device, 0,
               stream->control & STREAM_IRQ && stream->level >= stream->threshold);
    device_request(&stream->device, 0, stream->level > 0);
}

static void push(struct stream *stream, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        stream->fifo[(stream->first + stream->level + i) % stream->size] =
            stream_byte(stream->seed, stream->arrived + i);
    stream->level += count;
}

static void pop(struct stream *stream, uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = stream->fifo[(stream->first + i) % stream->size];
    stream->first = (stream->first + count) % stream->size;
    stream->level -= count;
}

static void arm(struct stream *stream, uint64_t from)
{
    queue_arm(stream->device.queue, &stream->arrival, from + stream->period);
}

/* Data comes on time, and the next does too; what finds no room is gone. */
static void data_arrives(void *ctx, uint64_t now)
{
    struct stream *stream = ctx;
    struct device *device = &stream->device;
    uint32_t taken = smaller(stream->bytes, stream->size - stream->level);
    uint32_t lost = stream->bytes - taken;

    push(stream, taken);
    stream->arrived += stream->bytes;
    if (taken)
        EMIT(device->events, now, FIFO_ARRIVAL, fifo_arrival, .bytes = taken,
             .level = stream->level, .device = device->index);
    if (lost) {
        stream->overrun = STREAM_OVERRUN;
        stream->lost += lost;
        EMIT(device->events, now, FIFO_OVERRUN, fifo_overrun, .lost = lost,
             .total = stream->lost, .device = device->index);
    }
    arm(stream, now);
    drive_lines(stream);
}

static unsigned dma_takes(void *device, void *bytes, unsigned length)
{
    struct stream *stream = device;
    uint32_t count = smaller(length, stream->level);

    pop(stream, bytes, count);
    drive_lines(stream);
    return count;
}

/* It has nowhere to put data: to ask it to is a device error. */
static unsigned dma_gives(void *device, const void *bytes, unsigned length)
{
    (void)device;
    (void)bytes;
    (void)length;
    return 0;
}

/* --- registers ---------------------------------------------------------------- */

static void control_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct stream *stream = ctx;
    struct queue *queue = stream->device.queue;
    bool was_on = old & STREAM_ENABLE, is_on = wrote & STREAM_ENABLE;

    (void)index;
    if (is_on && !was_on)
        arm(stream, queue->now);
    else if (!is_on)
        queue_arm(queue, &stream->arrival, NEVER);
    drive_lines(stream);
}

static uint64_t peek_status(const void *ctx, unsigned index)
{
    const struct stream *stream = ctx;
    uint64_t status = stream->overrun;

    (void)index;
    if (stream->level)
        status |= STREAM_NOT_EMPTY;
    if (stream->level == stream->size)
        status |= STREAM_FULL;
    if (stream->level >= stream->threshold)
        status |= STREAM_REACHED;
    return status;
}

static uint64_t read_status(void *ctx, unsigned index)
{
    return peek_status(ctx, index);
}

/* A threshold of 0 would be reached by an empty FIFO, one above its size never: both are
 * moved into the range. */
static void threshold_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct stream *stream = ctx;

    (void)index;
    (void)old;
    (void)wrote;
    if (stream->threshold == 0)
        stream->threshold = 1;
    stream->threshold = smaller(stream->threshold, stream->size);
    drive_lines(stream);
}

static void period_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct stream *stream = ctx;

    (void)index;
    (void)old;
    (void)wrote;
    if (stream->period == 0)
        stream->period = 1;
}

static const struct reg_field control_fields[] = {
    {0, 0, "enable", "data arrives", NULL},
    {1, 1, "irq", "interrupt while Level is at or above Threshold", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field status_fields[] = {
    {0, 0, "not_empty", "there is data", NULL},
    {1, 1, "full", "what arrives next is lost", NULL},
    {2, 2, "reached", "Level is at or above Threshold", NULL},
    {3, 3, "overrun", "data was lost; cleared by writing 1", NULL},
    {0, 0, NULL, NULL, NULL},
};

#define AT(member)                                                                     \
    .at = offsetof(struct stream, member),                                             \
    .width = sizeof(((struct stream *)NULL)->member)

static const struct reg stream_regs[] = {
    {
        .offset = STREAM_CONTROL,
        .size = 4,
        .name = "Control",
        AT(control),
        .rw = STREAM_ENABLE | STREAM_IRQ,
        .written = control_written,
        .fields = control_fields,
        .help = "turns the source on",
    },
    {
        .offset = STREAM_STATUS,
        .size = 4,
        .name = "Status",
        AT(overrun),
        .w1c = STREAM_OVERRUN,
        .read = read_status,
        .peek = peek_status,
        .fields = status_fields,
        .help = "state of the FIFO",
    },
    {
        .offset = STREAM_DATA,
        .size = 8,
        .name = "Data",
        .help = "takes 4 or 8 bytes out of the FIFO, the oldest in the lowest bits",
    },
    {
        .offset = STREAM_LEVEL,
        .size = 4,
        .name = "Level",
        AT(level),
        .help = "bytes in the FIFO",
    },
    {
        .offset = STREAM_THRESHOLD,
        .size = 4,
        .name = "Threshold",
        AT(threshold),
        .rw = BITS(31, 0),
        .written = threshold_written,
        .help = "level from which on it interrupts; half of the FIFO after reset",
    },
    {
        .offset = STREAM_PERIOD,
        .size = 4,
        .name = "Period",
        AT(period),
        .rw = BITS(31, 0),
        .written = period_written,
        .help = "cycles between two arrivals, from the next one on",
    },
    {
        .offset = STREAM_BYTES,
        .size = 4,
        .name = "Bytes",
        AT(bytes),
        .rw = BITS(15, 0),
        .help = "bytes that arrive at a time",
    },
    {
        .offset = STREAM_LOST,
        .size = 8,
        .name = "Lost",
        AT(lost),
        .help = "bytes that were lost since reset",
    },
};

static const struct regfile stream_regfile = {stream_regs, COUNT(stream_regs)};

static enum bus_response read_data(struct stream *stream, unsigned size,
                                   uint64_t *value)
{
    uint8_t bytes[8] = {0};

    pop(stream, bytes, smaller(size, stream->level));
    drive_lines(stream);
    *value = 0;
    for (unsigned i = 0; i < size; i++)
        *value |= (uint64_t)bytes[i] << 8 * i;
    return BUS_OKAY;
}

static enum bus_response stream_read(void *ctx, uint32_t offset, unsigned size,
                                     uint64_t *value)
{
    if (offset == STREAM_DATA)
        return read_data(ctx, size, value);
    return regfile_read(&stream_regfile, ctx, offset, size, value);
}

static enum bus_response stream_peek(const void *ctx, uint32_t offset, unsigned size,
                                     uint64_t *value)
{
    const struct stream *stream = ctx;

    if (offset != STREAM_DATA)
        return regfile_peek(&stream_regfile, ctx, offset, size, value);
    *value = 0;
    for (unsigned i = 0; i < smaller(size, stream->level); i++)
        *value |= (uint64_t)stream->fifo[(stream->first + i) % stream->size] << 8 * i;
    return BUS_OKAY;
}

/* --- the device --------------------------------------------------------------- */

static void stream_reset(struct device *device)
{
    struct stream *stream = (struct stream *)device;

    regfile_reset(&stream_regfile, stream);
    stream->threshold = stream->size / 2;
    stream->period = stream->default_period;
    stream->bytes = stream->default_bytes;
    stream->arrived = 0;
    stream->first = stream->level = 0;
    memset(stream->fifo, 0, stream->size);
    queue_arm(device->queue, &stream->arrival, NEVER);
    drive_lines(stream);
}

static void stream_state(struct device *device, struct state *state)
{
    struct stream *stream = (struct stream *)device;

    STATE(state, stream->control);
    STATE(state, stream->overrun);
    STATE(state, stream->threshold);
    STATE(state, stream->period);
    STATE(state, stream->bytes);
    STATE(state, stream->lost);
    STATE(state, stream->arrived);
    STATE(state, stream->first);
    STATE(state, stream->level);
    state_bytes(state, "stream->fifo", stream->fifo, stream->size);
}

static void stream_free(struct device *device)
{
    struct stream *stream = (struct stream *)device;

    free(stream->fifo);
    free(stream);
}

/* Reads the settings; what they allow is in the table below. */
static bool take_settings(struct stream *stream, const struct device_place *place,
                          struct err *err)
{
    uint64_t size = device_setting(&stream_type, place, "fifo");
    uint64_t period = device_setting(&stream_type, place, "period");
    uint64_t bytes = device_setting(&stream_type, place, "bytes");

    if (size < 2 || size > STREAM_FIFO_MAX)
        return err_set(err, "%s: fifo must be 2 to %d bytes", place->name,
                       STREAM_FIFO_MAX);
    if (period < 1 || period > UINT32_MAX)
        return err_set(err, "%s: period must be 1 to 4294967295 cycles", place->name);
    if (bytes < 1 || bytes > UINT16_MAX)
        return err_set(err, "%s: bytes must be 1 to 65535", place->name);
    stream->size = (uint32_t)size;
    stream->default_period = (uint32_t)period;
    stream->default_bytes = (uint32_t)bytes;
    stream->seed = device_setting(&stream_type, place, "seed");
    return true;
}

static struct device *stream_create(const struct device_place *place, struct err *err)
{
    struct stream *stream = alloc_zero(1, sizeof(*stream));
    struct device *device = &stream->device;

    device_init(device, &stream_type, place);
    device->request[0].take = dma_takes;
    device->request[0].give = dma_gives;
    if (!take_settings(stream, place, err) ||
        !device_timer(device, &stream->arrival, "data arrives", data_arrives, stream,
                      err)) {
        stream_free(device);
        return NULL;
    }
    stream->fifo = alloc_zero(stream->size, 1);
    return device;
}

static const struct device_setting stream_settings[] = {
    {"period", 2000, "cycles between two arrivals"},
    {"bytes", 16, "bytes that arrive at a time"},
    {"fifo", 512, "bytes that the FIFO holds, up to 65536"},
    {"seed", 1, "chooses the contents"},
    {NULL, 0, NULL},
};

const struct device_type stream_type = {
    .name = "stream",
    .help = "FIFO that fills at a fixed rate: a source that does not wait",
    .size = 0x1000,
    .min_size = 4,
    .max_size = 8,
    .irqs = 1,
    .requests = 1,
    .regs = &stream_regfile,
    .settings = stream_settings,
    .create = stream_create,
    .free = stream_free,
    .reset = stream_reset,
    .state = stream_state,
    .read = stream_read,
    .peek = stream_peek,
};
