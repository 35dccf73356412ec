/*
 * The DMA controller: what a channel does.
 *
 * A channel moves bytes from a source to a destination through a buffer of one burst,
 * which is at most 64 bytes. What it moves is told by its Next* registers (a single
 * transfer, as on the FU540) or by descriptors in memory (dma_ring.c). One of the ends
 * may be a device instead of memory: then the channel moves a burst each time the device
 * asserts its request line, and that end costs no bus slot.
 *
 * A channel never loops. Whatever it does takes bus slots, which it gets through the
 * controller's port (dma_port.c) one burst, or one slot, at a time; each is an entry of
 * the event queue. Between two entries everybody can see how far it is: a hart that reads
 * the destination too early, a view, a student.
 *
 *                  software sets run
 *      IDLE ----------------------------+--------------- start
 *                                       |
 *            descriptors                |  single transfer
 *              +------------------------+----+
 *              v                             v
 *          +-------+    begin_burst      +------+  whole burst   +-------+
 *     +--->| FETCH |-------------------->| READ |--------------->| WRITE |
 *     |    +-------+  (after `fetched`)  +------+  read_over     +-------+
 *     |        ^                            ^                     |  |  |
 *     |        |                            +---------------------+  |  |
 *     |   doorbell                            bytes left: begin_burst|  |
 *     |        |                                                     |  |
 *     |   WAIT_RING <----+           descriptor done: begin_status   |  |
 *     |        ring empty|            +------------------------------+  |
 *     |                  |            v                                 |
 *     |                  |        +--------+                            |
 *     +------------------+--------| STATUS |                            |
 *        status_over: next        +--------+                            |
 *                                     | last descriptor:      transfer  |
 *                                     | finish                done:     |
 *                                     v                       finish    |
 *                                 COMPLETE <----------------------------+
 *
 * From every state that uses the bus: a refused access, a bad descriptor or a device
 * that fails leads by `fail` to STATUS, if there is a descriptor to be marked, and on to
 * FAILED (`give_up`). From READ and WRITE: without a request, to WAIT_LINE and back
 * (`wait_for_line`, dma_channel_requested). From everywhere: software clears run, to IDLE
 * (dma_channel_stop).
 *
 * Invariants:
 *  - ExecSource, ExecDestination and ExecBytes describe what has not landed yet.
 *  - `moved` bytes of the transfer or descriptor have landed.
 *  - A channel is counted in the bus's `others` exactly while its state uses the bus.
 *  - Its timer is armed exactly while its state uses the bus.
 */
#include "machine/dma/dma_channel.h"
#include "machine/dma/dma_bridge.h"
#include "machine/dma/dma_ends.h"
#include "machine/dma/dma_port.h"
#include "machine/dma/dma_ring.h"
#include "machine/dma/dma_use.h"

#include <assert.h>
#include <string.h>

const char *const dma_state_names[DMA_STATES + 1] = {
    [DMA_IDLE] = "idle",
    [DMA_FETCH] = "fetch",
    [DMA_READ] = "read",
    [DMA_WRITE] = "write",
    [DMA_STATUS] = "status",
    [DMA_WAIT_LINE] = "wait for request",
    [DMA_WAIT_RING] = "wait for producer",
    [DMA_COMPLETE] = "done",
    [DMA_FAILED] = "failed",
};

const char *const dma_reason_names[DMA_REASONS + 1] = {
    [DMA_NO_ERROR] = "none",
    [DMA_READ_REFUSED] = "the bus refuses a read of the source",
    [DMA_WRITE_REFUSED] = "the bus refuses a write of the destination",
    [DMA_FETCH_REFUSED] = "the bus refuses a read of the descriptor",
    [DMA_STATUS_REFUSED] = "the bus refuses a write of the status",
    [DMA_BAD_SIZES] = "rsize and wsize differ",
    [DMA_BAD_RING] = "bad ring size or index",
    [DMA_BAD_LENGTH] = "descriptor too long",
    [DMA_BAD_FLAGS] = "reserved descriptor flags",
    [DMA_BAD_NEXT] = "bad next descriptor",
    [DMA_NO_LINE] = "nothing drives the request line",
    [DMA_DEVICE_FAILED] = "the device moves nothing",
    [DMA_READ_BLOCKED] = "the IOMMU blocks a read of the source",
    [DMA_WRITE_BLOCKED] = "the IOMMU blocks a write of the destination",
    [DMA_FETCH_BLOCKED] = "the IOMMU blocks a read of the descriptor",
    [DMA_STATUS_BLOCKED] = "the IOMMU blocks a write of the status",
    [DMA_OTHER_DEVICE] = "the address is not the requesting device's",
};

/* --- state, lines, ends -------------------------------------------------------- */

static bool uses_bus(uint32_t state)
{
    return state == DMA_FETCH || state == DMA_READ || state == DMA_WRITE ||
           state == DMA_STATUS;
}

static void enter(struct dma_channel *channel, enum dma_channel_state state)
{
    struct device *device = &channel->dma->device;
    uint32_t from = channel->state;

    if (from == state)
        return;
    channel->state = state;
    if (uses_bus(state) && !channel->works)
        device->bus->others++;
    else if (!uses_bus(state) && channel->works)
        device->bus->others--;
    channel->works = uses_bus(state);
    EMIT(device->events, device->queue->now, DMA_STATE, dma_state,
         .device = device->index, .channel = channel->number, .from = (uint8_t)from,
         .to = (uint8_t)state);
}

void dma_channel_interrupts(struct dma_channel *channel)
{
    struct device *device = &channel->dma->device;
    uint32_t control = channel->control;

    device_irq(device, 2u * channel->number,
               (control & DMA_DONE) && (control & DMA_DONE_IE));
    device_irq(device, 2u * channel->number + 1,
               (control & DMA_ERROR) && (control & DMA_ERR_IE));
}

/* How long a channel leaves the bus alone after a use. */
static uint64_t interval(const struct dma_channel *channel)
{
    switch (channel->bus_mode) {
    case DMA_MODE_STEAL:
        return dma_slot(channel->dma);
    case DMA_MODE_TRANSPARENT:
        return 0;
    default:
        return channel->dma->device.costs->dma_arbitrate;
    }
}

static void want_next(struct dma_channel *channel, uint64_t now)
{
    dma_port_want(channel, now + interval(channel));
}

/* The end of a run. */
static void finish(struct dma_channel *channel)
{
    channel->control &= (uint32_t)~DMA_RUN;
    channel->control |= (uint32_t)DMA_DONE;
    enter(channel, DMA_COMPLETE);
    dma_channel_interrupts(channel);
}

static void give_up(struct dma_channel *channel)
{
    dma_port_forget(channel);
    channel->failing = false;
    channel->control &= (uint32_t)~DMA_RUN;
    channel->control |= (uint32_t)DMA_ERROR;
    enter(channel, DMA_FAILED);
    dma_channel_interrupts(channel);
}

static void tell_done(struct dma_channel *channel, uint64_t now, bool last)
{
    struct device *device = &channel->dma->device;

    EMIT(device->events, now, DMA_DONE, dma_done, .bytes = channel->moved,
         .index = channel->index, .device = device->index, .channel = channel->number,
         .last = last);
}

static void begin_status(struct dma_channel *channel, uint64_t now)
{
    uint32_t status = dma_status(channel);

    memcpy(channel->buffer, &status, sizeof(status));
    channel->filled = sizeof(status);
    channel->drained = 0;
    enter(channel, DMA_STATUS);
    want_next(channel, now > channel->held_until ? now : channel->held_until);
}

/* A descriptor that was fetched is marked with the failure. */
static bool has_descriptor(const struct dma_channel *channel,
                           enum dma_error_reason reason)
{
    return channel->source != DMA_SINGLE && reason != DMA_FETCH_REFUSED &&
           reason != DMA_STATUS_REFUSED && reason != DMA_FETCH_BLOCKED &&
           reason != DMA_STATUS_BLOCKED && reason != DMA_BAD_RING &&
           reason != DMA_BAD_SIZES;
}

static void fail(struct dma_channel *channel, uint64_t now,
                 enum dma_error_reason reason, uint64_t at)
{
    struct device *device = &channel->dma->device;

    if (channel->failing) { /* not even the failure can be written back */
        give_up(channel);
        return;
    }
    channel->reason = reason;
    channel->failed = channel->index;
    channel->failed_at = at;
    EMIT(device->events, now, DMA_ERROR, dma_error, .at = at, .bytes = channel->moved,
         .index = channel->index, .device = device->index, .channel = channel->number,
         .reason = (uint8_t)reason);
    if (!has_descriptor(channel, reason)) {
        give_up(channel);
        return;
    }
    channel->failing = true;
    begin_status(channel, now);
}

/* --- request lines ------------------------------------------------------------- */

static struct request_line *request_line(const struct dma_channel *channel)
{
    return channel->dma->line[field_get(channel->request, DMA_REQUEST_LINE)];
}

static void wait_for_line(struct dma_channel *channel)
{
    dma_port_forget(channel);
    enter(channel, DMA_WAIT_LINE);
}

/* Does the device ask? If not, the channel waits, or fails where no device is. */
static bool is_requested(struct dma_channel *channel, uint64_t now)
{
    const struct request_line *line = request_line(channel);

    if (!line) {
        fail(channel, now, DMA_NO_LINE, field_get(channel->request, DMA_REQUEST_LINE));
        return false;
    }
    if (!line->asserted)
        wait_for_line(channel);
    return line->asserted;
}

void dma_channel_requested(struct dma_channel *channel, uint8_t line)
{
    struct device *device = &channel->dma->device;

    if (channel->state != DMA_WAIT_LINE ||
        field_get(channel->request, DMA_REQUEST_LINE) != line)
        return;
    enter(channel, channel->filled > channel->drained ? DMA_WRITE : DMA_READ);
    dma_port_want(channel, device->queue->now + device->costs->dma_arbitrate);
}

/* --- bursts -------------------------------------------------------------------- */

/* The transaction size that ExecConfig asks for: 1 to 64 bytes. */
static uint32_t burst_bytes(const struct dma_channel *channel)
{
    uint64_t log2 = field_get(channel->exec_config, DMA_RSIZE);
    uint32_t bytes = log2 < 6 ? (uint32_t)1 << log2 : DMA_BURST;

    /* Slot by slot, a device's data is passed on as it comes. */
    if (channel->bus_mode != DMA_MODE_BURST &&
        dma_direction(channel) == DMA_FROM_DEVICE && bytes > BUS_SLOT_BYTES)
        return BUS_SLOT_BYTES;
    return bytes;
}

static void begin_burst(struct dma_channel *channel, uint64_t at)
{
    uint32_t bytes = burst_bytes(channel);

    channel->wanted =
        bytes < channel->exec_bytes ? bytes : (uint32_t)channel->exec_bytes;
    channel->wanted = dma_bridge_cut(channel, channel->wanted);
    channel->filled = channel->drained = 0;
    enter(channel, DMA_READ);
    dma_port_want(channel, at);
}

static void tell_burst(const struct dma_channel *channel, uint64_t now)
{
    const struct device *device = &channel->dma->device;
    uint64_t bytes = channel->filled;

    EMIT(device->events, now, DMA_BURST, dma_burst,
         .source = channel->exec_source - (dma_is_fixed_source(channel) ? 0 : bytes),
         .dest = channel->exec_dest - (dma_is_fixed_dest(channel) ? 0 : bytes),
         .left = channel->exec_bytes, .bytes = (uint32_t)bytes, .device = device->index,
         .channel = channel->number, .direction = (uint8_t)dma_direction(channel),
         .line = (uint8_t)field_get(channel->request, DMA_REQUEST_LINE));
}

static void transfer_over(struct dma_channel *channel, uint64_t now)
{
    if (channel->source != DMA_SINGLE) {
        begin_status(channel, now);
        return;
    }
    tell_done(channel, now, true);
    if (channel->next_config & DMA_REPEAT) {
        channel->exec_bytes = channel->next_bytes;
        channel->exec_dest = channel->next_dest;
        channel->exec_source = channel->next_source;
    }
    finish(channel);
}

static void write_over(struct dma_channel *channel, uint64_t now)
{
    if (channel->drained < channel->filled)
        want_next(channel, now);
    else if (channel->exec_bytes > 0)
        begin_burst(channel, now + interval(channel));
    else
        transfer_over(channel, now);
}

/* --- devices instead of memory ------------------------------------------------- */

/* Fills the buffer from the device. True: there is something to be written. */
static bool take_from_device(struct dma_channel *channel, uint64_t now)
{
    struct request_line *line = request_line(channel);
    unsigned bytes;

    if (!is_requested(channel, now))
        return false;
    bytes = line->take(line->device, channel->buffer, channel->wanted);
    dma_bridge_used(channel, false);
    if (bytes == 0 || bytes > channel->wanted) {
        fail(channel, now, DMA_DEVICE_FAILED, line->line);
        return false;
    }
    channel->filled = bytes;
    enter(channel, DMA_WRITE);
    return true;
}

static void give_to_device(struct dma_channel *channel, uint64_t now)
{
    struct request_line *line = request_line(channel);
    unsigned left = channel->filled - channel->drained, bytes;

    if (!is_requested(channel, now))
        return;
    bytes = line->give(line->device, channel->buffer + channel->drained, left);
    dma_bridge_used(channel, true);
    if (bytes == 0 || bytes > left) {
        fail(channel, now, DMA_DEVICE_FAILED, line->line);
        return;
    }
    dma_landed(channel, bytes);
    if (channel->drained == channel->filled)
        tell_burst(channel, now);
    write_over(channel, now);
}

/* Behind an IOMMU: may the channel do what its state asks for? If that is not known yet,
 * it comes back when it is; if not, it fails. */
static bool is_allowed(struct dma_channel *channel, uint64_t now)
{
    enum dma_error_reason reason;
    uint64_t ready, at;

    if (dma_bridge_ask(channel, now, &ready)) {
        dma_port_want(channel, ready);
        return false;
    }
    reason = dma_bridge_verdict(channel, request_line(channel), &at);
    if (reason != DMA_NO_ERROR)
        fail(channel, now, reason, at);
    return reason == DMA_NO_ERROR;
}

/* Before the bus is asked for: what a device has to do with it. False: there is nothing
 * to ask for now. */
static bool is_ready(struct dma_channel *channel, uint64_t now)
{
    enum dma_direction with = dma_direction(channel);

    if (!is_allowed(channel, now))
        return false;
    if (with == DMA_FROM_DEVICE && channel->state == DMA_READ)
        return take_from_device(channel, now) && is_allowed(channel, now);
    if (with == DMA_TO_DEVICE && channel->state == DMA_READ)
        return is_requested(channel, now);
    if (with == DMA_TO_DEVICE && channel->state == DMA_WRITE) {
        give_to_device(channel, now);
        return false;
    }
    return true;
}

/* --- descriptors --------------------------------------------------------------- */

static void begin_fetch(struct dma_channel *channel, uint64_t at)
{
    channel->moved = 0;
    channel->filled = channel->drained = 0;
    channel->wanted = DMA_DESCRIPTOR_SIZE;
    enter(channel, DMA_FETCH);
    dma_port_want(channel, at);
}

static void fetched(struct dma_channel *channel, uint64_t now)
{
    const struct device *device = &channel->dma->device;
    enum dma_error_reason reason = dma_decode(channel);

    EMIT(device->events, now, DMA_DESCRIPTOR, dma_descriptor, .at = channel->descriptor,
         .source = channel->exec_source, .dest = channel->exec_dest,
         .bytes = channel->exec_bytes, .flags = channel->flags, .index = channel->index,
         .device = device->index, .channel = channel->number,
         .direction = (uint8_t)dma_direction(channel),
         .line = (uint8_t)field_get(channel->request, DMA_REQUEST_LINE));
    channel->filled = channel->drained = 0;
    if (reason != DMA_NO_ERROR)
        fail(channel, now, reason, channel->descriptor);
    else if (channel->exec_bytes == 0)
        transfer_over(channel, now);
    else
        begin_burst(channel, now + interval(channel));
}

/* Goes on with a descriptor that has been taken, if there was nothing wrong with that. */
static void go_on(struct dma_channel *channel, uint64_t now, uint64_t at,
                  enum dma_error_reason reason)
{
    if (reason != DMA_NO_ERROR)
        fail(channel, now, reason, channel->ring_base);
    else
        begin_fetch(channel, at);
}

static void status_over(struct dma_channel *channel, uint64_t now)
{
    bool last = channel->flags & DMA_FLAG_END;

    if (channel->failing) {
        give_up(channel);
        return;
    }
    if (channel->source == DMA_RING)
        channel->consumer++;
    tell_done(channel, now, last);
    if (last) {
        finish(channel);
        return;
    }
    if (channel->flags & DMA_FLAG_IRQ) {
        channel->control |= (uint32_t)DMA_DONE;
        dma_channel_interrupts(channel);
    }
    if (dma_ring_empty(channel))
        enter(channel, DMA_WAIT_RING);
    else
        go_on(channel, now, now + interval(channel), dma_next(channel));
}

void dma_channel_doorbell(struct dma_channel *channel)
{
    uint64_t now = channel->dma->device.queue->now;

    if (channel->state == DMA_WAIT_RING && !dma_ring_empty(channel))
        go_on(channel, now, now + channel->dma->device.costs->dma_start,
              dma_first(channel));
}

/* --- start and stop ------------------------------------------------------------ */

static void start_single(struct dma_channel *channel, uint64_t now)
{
    if (channel->next_bytes == 0) { /* done at once; Exec* stay, as QEMU has it */
        tell_done(channel, now, true);
        finish(channel);
        return;
    }
    channel->exec_bytes = channel->next_bytes;
    channel->exec_dest = channel->next_dest;
    channel->exec_source = channel->next_source;
    begin_burst(channel, now + channel->dma->device.costs->dma_start);
}

static void start_descriptors(struct dma_channel *channel, uint64_t now)
{
    enum dma_error_reason reason = dma_first(channel);

    if (reason == DMA_NO_ERROR && dma_ring_empty(channel))
        enter(channel, DMA_WAIT_RING);
    else
        go_on(channel, now, now + channel->dma->device.costs->dma_start, reason);
}

void dma_channel_start(struct dma_channel *channel)
{
    uint64_t now = channel->dma->device.queue->now;

    channel->control &= (uint32_t) ~(DMA_DONE | DMA_ERROR);
    channel->source = channel->ring_size    ? DMA_RING
                      : channel->chain_head ? DMA_CHAIN
                                            : DMA_SINGLE;
    channel->failing = false;
    channel->reason = DMA_NO_ERROR;
    channel->failed = channel->index = channel->flags = 0;
    channel->moved = channel->failed_at = channel->descriptor = 0;
    channel->filled = channel->drained = 0;
    dma_bridge_forget(channel);
    if (field_get(channel->next_config, DMA_RSIZE) !=
            field_get(channel->next_config, DMA_WSIZE) &&
        (channel->next_bytes > 0 || channel->source != DMA_SINGLE)) {
        fail(channel, now, DMA_BAD_SIZES, 0);
        return;
    }
    if (channel->next_bytes > 0 || channel->source != DMA_SINGLE)
        channel->exec_config = channel->next_config;
    if (channel->source == DMA_SINGLE)
        start_single(channel, now);
    else
        start_descriptors(channel, now);
}

/* The slot that is under way, if there is one, is spent; what is in the buffer is lost. */
void dma_channel_stop(struct dma_channel *channel)
{
    dma_port_forget(channel);
    dma_bridge_forget(channel);
    channel->failing = false;
    channel->filled = channel->drained = 0;
    enter(channel, DMA_IDLE);
}

/* --- uses of the bus ----------------------------------------------------------- */

static enum dma_error_reason refusal(const struct dma_channel *channel)
{
    switch (channel->state) {
    case DMA_FETCH:
        return DMA_FETCH_REFUSED;
    case DMA_READ:
        return DMA_READ_REFUSED;
    case DMA_WRITE:
        return DMA_WRITE_REFUSED;
    default:
        return DMA_STATUS_REFUSED;
    }
}

static void use_over(struct dma_channel *channel, uint64_t now);

/* The channel's slots begin. In transparent mode they have just passed. */
static void act(struct dma_channel *channel, uint64_t now)
{
    uint64_t refused;
    uint32_t slots;

    if (!dma_bridge_is_answered(channel)) { /* not any more: it must ask again */
        dma_port_want(channel, now);
        return;
    }
    slots = dma_use_make(channel, now, &refused);
    if (slots == 0) {
        fail(channel, now, refusal(channel), refused);
        return;
    }
    if (channel->state == DMA_WRITE && channel->drained == channel->filled)
        tell_burst(channel, now);
    if (channel->bus_mode == DMA_MODE_TRANSPARENT) {
        use_over(channel, now);
        return;
    }
    channel->phase = DMA_PHASE_END;
    queue_arm(channel->dma->device.queue, &channel->timer,
              now + slots * dma_slot(channel->dma));
}

static void read_over(struct dma_channel *channel, uint64_t now)
{
    if (channel->filled < channel->wanted) {
        want_next(channel, now);
        return;
    }
    enter(channel, DMA_WRITE);
    if (dma_direction(channel) == DMA_TO_DEVICE) {
        if (is_allowed(channel, now))
            give_to_device(channel, now);
    } else if (channel->held_until > now)
        act(channel, now); /* a burst's write slots follow its read slots */
    else
        want_next(channel, now);
}

/* The slots that the channel was given are over. */
static void use_over(struct dma_channel *channel, uint64_t now)
{
    switch (channel->state) {
    case DMA_FETCH:
        if (channel->filled < channel->wanted)
            want_next(channel, now);
        else
            fetched(channel, now);
        return;
    case DMA_READ:
        read_over(channel, now);
        return;
    case DMA_WRITE:
        write_over(channel, now);
        return;
    default:
        assert(channel->state == DMA_STATUS);
        if (channel->drained < channel->filled)
            want_next(channel, now);
        else
            status_over(channel, now);
        return;
    }
}

void dma_channel_fire(void *ctx, uint64_t now)
{
    struct dma_channel *channel = ctx;
    enum dma_phase phase = (enum dma_phase)channel->phase;

    channel->phase = DMA_PHASE_NONE;
    switch (phase) {
    case DMA_PHASE_ASK:
        if (is_ready(channel, now) &&
            dma_port_ask(channel, now, dma_use_slots(channel), dma_use_pa(channel)))
            act(channel, now);
        return;
    case DMA_PHASE_GAP:
        if (is_ready(channel, now) && dma_port_gap(channel, now, dma_use_pa(channel)))
            act(channel, now);
        return;
    case DMA_PHASE_ACT:
        act(channel, now);
        return;
    case DMA_PHASE_END:
        use_over(channel, now);
        return;
    case DMA_PHASE_NONE: /* not armed */
        return;
    }
}
