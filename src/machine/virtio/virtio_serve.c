/*
 * The virtio block device: what it does with a queue.
 *
 * The driver puts a request into memory as a chain of buffers, puts the chain's number into
 * the available ring, raises avail.idx and notifies the device. From there on the device
 * does everything itself: it reads ring, descriptors and header out of memory, moves the
 * data, writes the status, puts the chain's number into the used ring, raises used.idx, and
 * interrupts if the driver wants that. It serves one chain after the other, in the order
 * of the ring.
 *
 * It never loops. Whatever it does takes bus slots, which it gets one burst at a time, or
 * time of the disk; each is an entry of the event queue.
 *
 *                    notified
 *      IDLE -----------------------------> READ_INDEX <-----------------------+
 *        ^                                  |      |                          |
 *        |   nothing new, nobody notified   |      | entries are available    |
 *        +-------- (WRITE_AVAIL_EVENT <-----+      v                          |
 *                   and READ_INDEX again)       READ_HEAD <----------------+  |
 *                                                  |                       |  |
 *                                                  v     NEXT, INDIRECT    |  |
 *                                           READ_DESCRIPTOR ---+           |  |
 *                                                  |    ^------+           |  |
 *                                                  v                       |  |
 *                                              READ_HEADER                 |  |
 *                                                  |                       |  |
 *                                                  v                       |  |
 *                                               DECODE ------------+       |  |
 *                                                  |               |       |  |
 *                            no sector buffer      v               |       |  |
 *                  WAIT_MEDIUM <------------- MOVE_DATA            |       |  |
 *                       |      ------------->      |               |       |  |
 *                       |     the mechanism has    |               |       |  |
 *                       |      moved a sector      v   all done,   v       |  |
 *                       +--------------------> WRITE_STATUS <---- refused  |  |
 *                                                  |                       |  |
 *                                                  v                       |  |
 *                                              WRITE_USED                  |  |
 *                                                  |                       |  |
 *                                                  v                       |  |
 *                                            WRITE_USED_INDEX              |  |
 *                                                  |                       |  |
 *                                                  v      more of what     |  |
 *                                              READ_EVENT --was available--+  |
 *                                                  |                          |
 *                                                  +--------------------------+
 *
 * From everywhere: a broken rule leads to BROKEN, and a reset or QueueReady = 0 to IDLE.
 *
 * Invariants:
 *  - The device accesses RAM and nothing else.
 *  - It is counted in the bus's `others` exactly while its state uses the bus.
 *  - last_avail - used_index is 1 from READ_DESCRIPTOR to WRITE_USED_INDEX, else 0.
 */
#include "machine/virtio/virtio_serve.h"

#include "machine/virtio/virtio_request.h"
#include "machine/virtio/virtio_use.h"

#include <assert.h>
#include <string.h>

const char *const virtio_state_names[VIRTIO_STATES + 1] = {
    [VIRTIO_IDLE] = "idle",
    [VIRTIO_READ_INDEX] = "read avail.idx",
    [VIRTIO_READ_HEAD] = "read avail.ring",
    [VIRTIO_READ_DESCRIPTOR] = "read descriptor",
    [VIRTIO_READ_HEADER] = "read header",
    [VIRTIO_DECODE] = "decode",
    [VIRTIO_WAIT_MEDIUM] = "wait for medium",
    [VIRTIO_MOVE_DATA] = "move data",
    [VIRTIO_WRITE_STATUS] = "write status",
    [VIRTIO_WRITE_USED] = "write used.ring",
    [VIRTIO_WRITE_USED_INDEX] = "write used.idx",
    [VIRTIO_READ_EVENT] = "read used_event or flags",
    [VIRTIO_WRITE_AVAIL_EVENT] = "write avail_event",
    [VIRTIO_BROKEN] = "needs reset",
};

const char *const virtio_heard_names[VIRTIO_HEARD_KINDS] = {
    [VIRTIO_HEARD_WAKES] = "it sets to work",
    [VIRTIO_HEARD_BUSY] = "it is at work already",
    [VIRTIO_HEARD_NOT_READY] = "it is not ready and takes no notice",
    [VIRTIO_HEARD_NO_QUEUE] = "it has no such queue",
};

const char *const virtio_reason_names[VIRTIO_REASONS] = {
    [VIRTIO_BY_FLAGS] = "interrupts, as avail.flags allow it",
    [VIRTIO_NOT_BY_FLAGS] = "does not interrupt: NO_INTERRUPT is set in avail.flags",
    [VIRTIO_BY_EVENT_INDEX] = "interrupts, as used_event names this entry",
    [VIRTIO_NOT_BY_EVENT_INDEX] = "does not interrupt: used_event names another entry",
    [VIRTIO_BY_NEEDS_RESET] = "interrupts, as it needs a reset",
};

/* --- states and lines ---------------------------------------------------------- */

static void enter(struct virtio_blk *virtio, enum virtio_state state)
{
    struct device *device = &virtio->device;
    uint32_t from = virtio->state;

    if (from == state)
        return;
    virtio->state = state;
    if (virtio_uses_bus(state) && !virtio->works)
        device->bus->others++;
    else if (!virtio_uses_bus(state) && virtio->works)
        device->bus->others--;
    virtio->works = virtio_uses_bus(state);
    EMIT(device->events, device->queue->now, VIRTIO_STATE, virtio_state,
         .device = device->index, .from = (uint8_t)from, .to = (uint8_t)state);
}

static void arm(struct virtio_blk *virtio, enum virtio_phase phase, uint64_t due)
{
    virtio->phase = (uint8_t)phase;
    queue_arm(virtio->device.queue, &virtio->logic, due);
}

/* Goes to a state that uses the bus. Between two uses it leaves the bus alone for as long
 * as an arbiter takes, so that others get their turn. */
static void use_bus(struct virtio_blk *virtio, enum virtio_state state, uint64_t now)
{
    enter(virtio, state);
    arm(virtio, VIRTIO_PHASE_ASK, now + virtio->device.costs->dma_arbitrate);
}

void virtio_stop(struct virtio_blk *virtio)
{
    arm(virtio, VIRTIO_PHASE_NONE, NEVER);
    virtio_stop_request(virtio);
    virtio->notified = false;
    enter(virtio, VIRTIO_IDLE);
}

void virtio_interrupts(struct virtio_blk *virtio)
{
    device_irq(&virtio->device, 0, virtio->interrupt_status != 0);
}

/* Sends an interrupt or, told likewise, none. */
static void interrupt(struct virtio_blk *virtio, enum virtio_reason reason,
                      uint16_t event)
{
    struct device *device = &virtio->device;
    bool sent = reason != VIRTIO_NOT_BY_FLAGS && reason != VIRTIO_NOT_BY_EVENT_INDEX;

    EMIT(device->events, device->queue->now, VIRTIO_INTERRUPT, virtio_interrupt,
         .index = (uint16_t)(virtio->used_index - 1), .event = event,
         .device = device->index, .reason = (uint8_t)reason, .sent = sent);
    if (!sent)
        return;
    virtio->counts.interrupts++;
    virtio->interrupt_status |=
        reason == VIRTIO_BY_NEEDS_RESET ? VIRTIO_INT_CONFIG : VIRTIO_INT_USED;
    virtio_interrupts(virtio);
}

/* 2.1.2: once the driver is there it is told that the device needs a reset. */
void virtio_tell_breach(struct virtio_blk *virtio, const struct virtio_breach *breach,
                        bool needs_reset)
{
    struct device *device = &virtio->device;

    EMIT(device->events, device->queue->now, VIRTIO_ERROR, virtio_error,
         .at = breach->at, .value = breach->value, .head = virtio->head,
         .device = device->index, .rule = (uint8_t)breach->rule,
         .needs_reset = needs_reset);
    if (!needs_reset)
        return;
    virtio_stop(virtio);
    enter(virtio, VIRTIO_BROKEN);
    virtio->status |= VIRTIO_NEEDS_RESET;
    if (virtio->status & VIRTIO_DRIVER_OK)
        interrupt(virtio, VIRTIO_BY_NEEDS_RESET, 0);
}

/* Is the rule kept? If not, that ends it all. */
static bool is_kept(struct virtio_blk *virtio, struct virtio_breach breach)
{
    if (breach.rule != VIRTIO_NO_RULE)
        virtio_tell_breach(virtio, &breach, true);
    return breach.rule == VIRTIO_NO_RULE;
}

/* --- the available ring -------------------------------------------------------- */

void virtio_begin_queue(struct virtio_blk *virtio)
{
    virtio->last_avail = virtio->avail_index = virtio->used_index = 0;
    virtio->avail_event = UINT32_MAX;
    virtio->notified = false;
}

/* 2.1.2: nothing is consumed before DRIVER_OK. */
static bool is_ready(const struct virtio_blk *virtio)
{
    return virtio->queue_ready && (virtio->status & VIRTIO_DRIVER_OK) &&
           !(virtio->status & VIRTIO_NEEDS_RESET);
}

static enum virtio_heard hear(struct virtio_blk *virtio, uint32_t queue)
{
    if (queue != 0)
        return VIRTIO_HEARD_NO_QUEUE;
    if (!is_ready(virtio))
        return VIRTIO_HEARD_NOT_READY;
    virtio->notified = true;
    return virtio->state == VIRTIO_IDLE ? VIRTIO_HEARD_WAKES : VIRTIO_HEARD_BUSY;
}

void virtio_notified(struct virtio_blk *virtio, uint32_t queue)
{
    struct device *device = &virtio->device;
    enum virtio_heard heard = hear(virtio, queue);

    virtio->counts.notifications++;
    EMIT(device->events, device->queue->now, VIRTIO_NOTIFY, virtio_notify,
         .queue = queue, .device = device->index, .heard = (uint8_t)heard);
    if (heard != VIRTIO_HEARD_WAKES)
        return;
    enter(virtio, VIRTIO_READ_INDEX);
    arm(virtio, VIRTIO_PHASE_ASK, device->queue->now + device->costs->virtio_start);
}

static uint16_t word16(const struct virtio_blk *virtio)
{
    uint16_t value;

    memcpy(&value, virtio->word, sizeof(value));
    return value;
}

/*
 * There is nothing more. With an event index the device first says which entry it wants to
 * be notified of, and looks again: the driver may have added one before it could see that
 * (2.7.10).
 */
static void ring_is_empty(struct virtio_blk *virtio, uint64_t now)
{
    bool event_index = virtio_has(virtio, VIRTIO_F_EVENT_IDX);

    if (event_index && virtio->avail_event != virtio->last_avail) {
        virtio->avail_event = virtio->last_avail;
        memcpy(virtio->word, &virtio->last_avail, sizeof(virtio->last_avail));
        use_bus(virtio, VIRTIO_WRITE_AVAIL_EVENT, now);
    } else if (virtio->notified) {
        use_bus(virtio, VIRTIO_READ_INDEX, now);
    } else {
        enter(virtio, VIRTIO_IDLE);
    }
}

static void index_read(struct virtio_blk *virtio, uint64_t now)
{
    if (!is_kept(virtio, virtio_check_index(virtio, word16(virtio))))
        return;
    virtio->avail_index = word16(virtio);
    if (virtio->avail_index != virtio->last_avail)
        use_bus(virtio, VIRTIO_READ_HEAD, now);
    else
        ring_is_empty(virtio, now);
}

static void head_read(struct virtio_blk *virtio, uint64_t now)
{
    if (!is_kept(virtio, virtio_chain_begin(virtio, word16(virtio))))
        return;
    virtio->last_avail++;
    use_bus(virtio, VIRTIO_READ_DESCRIPTOR, now);
}

/* --- a request ----------------------------------------------------------------- */

static void descriptor_read(struct virtio_blk *virtio, uint64_t now)
{
    bool ends;

    if (!is_kept(virtio, virtio_chain_add(virtio, &ends)))
        return;
    if (!ends) {
        use_bus(virtio, VIRTIO_READ_DESCRIPTOR, now);
        return;
    }
    if (!is_kept(virtio, virtio_check_request(virtio)))
        return;
    virtio->word_bytes = 0;
    virtio_chain_rewind(virtio, false);
    use_bus(virtio, VIRTIO_READ_HEADER, now);
}

static void header_read(struct virtio_blk *virtio, uint32_t bytes, uint64_t now)
{
    struct device *device = &virtio->device;

    virtio_chain_advance(virtio, bytes);
    virtio->word_bytes += bytes;
    if (virtio->word_bytes < VIRTIO_BLK_HEADER) {
        use_bus(virtio, VIRTIO_READ_HEADER, now);
        return;
    }
    virtio_take_header(virtio);
    virtio->counts.requests++;
    EMIT(device->events, now, VIRTIO_CHAIN, virtio_chain, .sector = virtio->sector,
         .bytes = virtio->data, .type = virtio->type, .head = virtio->head,
         .buffers = virtio->buffers, .device = device->index,
         .indirect = virtio->in_table);
    enter(virtio, VIRTIO_DECODE);
    arm(virtio, VIRTIO_PHASE_DECODED, now + device->costs->virtio_request);
}

/* Moves data, if there is some to be moved now; waits for the medium, or ends the
 * request. */
static void go_on(struct virtio_blk *virtio, uint64_t now)
{
    if (virtio_data_over(virtio)) {
        virtio->word[0] = virtio->result;
        use_bus(virtio, VIRTIO_WRITE_STATUS, now);
    } else if (virtio_data_ready(virtio)) {
        use_bus(virtio, VIRTIO_MOVE_DATA, now);
    } else {
        enter(virtio, VIRTIO_WAIT_MEDIUM);
    }
}

static void data_moved(struct virtio_blk *virtio, uint32_t bytes, uint64_t now)
{
    virtio_data_moved(virtio, bytes);
    go_on(virtio, now);
}

void virtio_mechanism_fire(void *ctx, uint64_t now)
{
    struct virtio_blk *virtio = ctx;

    virtio_mechanism_moved(virtio);
    if (virtio->state == VIRTIO_WAIT_MEDIUM)
        go_on(virtio, now);
}

/* --- the used ring ------------------------------------------------------------- */

static void status_written(struct virtio_blk *virtio, uint64_t now)
{
    uint32_t id = virtio->head, length = virtio_used_length(virtio);

    memcpy(virtio->word, &id, sizeof(id));
    memcpy(virtio->word + sizeof(id), &length, sizeof(length));
    use_bus(virtio, VIRTIO_WRITE_USED, now);
}

static void used_written(struct virtio_blk *virtio, uint64_t now)
{
    struct device *device = &virtio->device;

    EMIT(device->events, now, VIRTIO_USED, virtio_used,
         .at = virtio_used_entry(virtio, virtio->used_index),
         .length = virtio_used_length(virtio), .index = virtio->used_index,
         .head = virtio->head, .device = device->index, .result = virtio->result);
    virtio->used_index++;
    memcpy(virtio->word, &virtio->used_index, sizeof(virtio->used_index));
    use_bus(virtio, VIRTIO_WRITE_USED_INDEX, now);
}

/* 2.7.7.2. The entry that was written last is used_index - 1. */
static void event_read(struct virtio_blk *virtio, uint64_t now)
{
    uint16_t event = word16(virtio), entry = (uint16_t)(virtio->used_index - 1);

    if (virtio_has(virtio, VIRTIO_F_EVENT_IDX))
        interrupt(virtio,
                  event == entry ? VIRTIO_BY_EVENT_INDEX : VIRTIO_NOT_BY_EVENT_INDEX,
                  event);
    else
        interrupt(virtio,
                  event & VIRTQ_AVAIL_NO_INTERRUPT ? VIRTIO_NOT_BY_FLAGS
                                                   : VIRTIO_BY_FLAGS,
                  event);
    if (virtio->last_avail != virtio->avail_index)
        use_bus(virtio, VIRTIO_READ_HEAD, now);
    else
        use_bus(virtio, VIRTIO_READ_INDEX, now);
}

/* --- uses of the bus ----------------------------------------------------------- */

/* The slots that the device was given are over. */
static void use_over(struct virtio_blk *virtio, uint64_t now)
{
    uint32_t bytes = virtio_use(virtio).length;

    switch (virtio->state) {
    case VIRTIO_READ_INDEX:
        index_read(virtio, now);
        return;
    case VIRTIO_READ_HEAD:
        head_read(virtio, now);
        return;
    case VIRTIO_READ_DESCRIPTOR:
        descriptor_read(virtio, now);
        return;
    case VIRTIO_READ_HEADER:
        header_read(virtio, bytes, now);
        return;
    case VIRTIO_MOVE_DATA:
        data_moved(virtio, bytes, now);
        return;
    case VIRTIO_WRITE_STATUS:
        status_written(virtio, now);
        return;
    case VIRTIO_WRITE_USED:
        used_written(virtio, now);
        return;
    case VIRTIO_WRITE_USED_INDEX:
        use_bus(virtio, VIRTIO_READ_EVENT, now);
        return;
    case VIRTIO_READ_EVENT:
        event_read(virtio, now);
        return;
    default:
        assert(virtio->state == VIRTIO_WRITE_AVAIL_EVENT);
        use_bus(virtio, VIRTIO_READ_INDEX, now);
        return;
    }
}

/* The device's slots begin. What is in memory counts as it is now: a notification that
 * comes later may be about something newer. */
static void act(struct virtio_blk *virtio, uint64_t now)
{
    struct bus *bus = virtio->device.bus;
    struct burst use = virtio_use(virtio);

    assert(ram_has(&bus->ram, use.pa, use.length));
    if (virtio->state == VIRTIO_READ_INDEX)
        virtio->notified = false;
    burst_make(bus, virtio_initiator(virtio), now, &use);
    arm(virtio, VIRTIO_PHASE_END,
        now + burst_slots(use.pa, use.length) * bus_slot_price(bus));
}

static void ask(struct virtio_blk *virtio, uint64_t now)
{
    struct bus *bus = virtio->device.bus;
    struct burst use = virtio_use(virtio);
    uint64_t length = burst_slots(use.pa, use.length) * bus_slot_price(bus);
    uint64_t from = bus_take(bus, virtio_initiator(virtio), now, length, use.pa);

    if (from == now)
        act(virtio, now);
    else
        arm(virtio, VIRTIO_PHASE_ACT, from);
}

void virtio_fire(void *ctx, uint64_t now)
{
    struct virtio_blk *virtio = ctx;
    enum virtio_phase phase = (enum virtio_phase)virtio->phase;

    virtio->phase = VIRTIO_PHASE_NONE;
    switch (phase) {
    case VIRTIO_PHASE_ASK:
        ask(virtio, now);
        return;
    case VIRTIO_PHASE_ACT:
        act(virtio, now);
        return;
    case VIRTIO_PHASE_END:
        use_over(virtio, now);
        return;
    case VIRTIO_PHASE_DECODED:
        virtio_start_request(virtio);
        go_on(virtio, now);
        return;
    case VIRTIO_PHASE_NONE: /* not armed */
        return;
    }
}
