/*
 * info virtqueue: what each virtio device does, and its queue as it is in memory now. Who
 * owns a descriptor follows from the rings: the device, from the moment at which its
 * chain's number is in the available ring until it is in the used ring.
 */
#include "control/command/info.h"
#include "control/command/show.h"
#include "machine/virtio/virtio_chain.h"

#include <inttypes.h>
#include <stdio.h>

/* What is to be told of one device. */
struct queue_view {
    const struct virtio_blk *virtio;
    const char *name;
    uint16_t avail_index, used_index; /* as they are in memory */
    bool owned[VIRTIO_QUEUE_MAX];     /* descriptors that are the device's */
    bool current[VIRTIO_QUEUE_MAX];   /* ... of the chain in progress */
};

static uint64_t peek(const struct virtio_blk *virtio, uint64_t pa, unsigned size)
{
    uint64_t value = 0;

    bus_peek(virtio->device.bus, pa, &value, size);
    return value;
}

static uint16_t peek_index(const struct virtio_blk *virtio, const uint32_t area[2])
{
    return (uint16_t)peek(virtio, virtio_area(area) + 2, 2);
}

static bool peek_descriptor(const struct virtio_blk *virtio, uint64_t table,
                            unsigned index, struct virtq_descriptor *descriptor)
{
    uint8_t bytes[VIRTQ_DESCRIPTOR] = {0};
    uint64_t pa = table + (uint64_t)index * VIRTQ_DESCRIPTOR;
    bool there =
        bus_peek(virtio->device.bus, pa, bytes, sizeof(bytes)) == sizeof(bytes);

    *descriptor = virtq_decode(bytes);
    return there;
}

/* A queue that the device can use: its rings are in RAM, its size is a power of 2. */
static bool is_usable(const struct virtio_blk *virtio)
{
    return virtio->queue_ready && virtio_check_queue(virtio).rule == VIRTIO_NO_RULE;
}

static bool in_progress(const struct virtio_blk *virtio)
{
    return virtio->last_avail != virtio->used_index;
}

/* --- who owns what -------------------------------------------------------------------------------- */

static void mark_chain(struct queue_view *view, uint16_t head, bool current)
{
    const struct virtio_blk *virtio = view->virtio;
    struct virtq_descriptor descriptor;
    uint32_t index = head;

    for (unsigned n = 0; n < virtio->queue_num && index < virtio->queue_num; n++) {
        view->owned[index] = true;
        view->current[index] |= current;
        if (!peek_descriptor(virtio, virtio_area(virtio->desc_area), index,
                             &descriptor) ||
            !(descriptor.flags & VIRTQ_NEXT))
            return;
        index = descriptor.next;
    }
}

static void mark_chains(struct queue_view *view)
{
    const struct virtio_blk *virtio = view->virtio;
    uint16_t index = virtio->last_avail;

    if (in_progress(virtio))
        mark_chain(view, virtio->head, true);
    for (unsigned n = 0; index != view->avail_index && n < virtio->queue_num;
         n++, index++)
        mark_chain(view, (uint16_t)peek(virtio, virtio_avail_entry(virtio, index), 2),
                   false);
}

static struct queue_view look(const struct device *device)
{
    const struct virtio_blk *virtio = (const struct virtio_blk *)device;
    struct queue_view view = {.virtio = virtio, .name = device->name};

    if (!is_usable(virtio))
        return view;
    view.avail_index = peek_index(virtio, virtio->driver_area);
    view.used_index = peek_index(virtio, virtio->device_area);
    mark_chains(&view);
    return view;
}

/* --- rows ----------------------------------------------------------------------------------------- */

static void queue_row(struct table *table, const struct queue_view *view)
{
    const struct virtio_blk *virtio = view->virtio;
    bool usable = is_usable(virtio);
    bool event_index = usable && virtio_has(virtio, VIRTIO_F_EVENT_IDX);

    table_text(table, "%s", view->name);
    table_text(table, "%s", virtio_state_names[virtio->state]);
    table_number(table, virtio->queue_num);
    table_text(table, "%s", virtio->queue_ready ? "yes" : "no");
    table_number(table, view->avail_index);
    table_number(table, virtio->last_avail);
    table_number(table, view->used_index);
    if (event_index) {
        table_number(table, peek(virtio, virtio_used_event(virtio), 2));
        table_number(table, peek(virtio, virtio_avail_event(virtio), 2));
    } else {
        table_none(table);
        table_none(table);
    }
    table_number(table, usable ? peek(virtio, virtio_area(virtio->driver_area), 2) : 0);
    table_number(table, virtio->counts.requests);
    table_number(table, virtio->counts.notifications);
    table_number(table, virtio->counts.interrupts);
    table_number(table, virtio->counts.bytes_in + virtio->counts.bytes_out);
}

/* What became of an entry of the available ring; indices wrap, so that they are compared
 * by how far they are behind. */
static const char *fate(const struct queue_view *view, uint16_t index)
{
    const struct virtio_blk *virtio = view->virtio;
    uint16_t behind = (uint16_t)(view->avail_index - index);
    uint16_t waiting = (uint16_t)(view->avail_index - virtio->last_avail);
    uint16_t not_used = (uint16_t)(view->avail_index - virtio->used_index);

    return behind <= waiting ? "waits" : behind <= not_used ? "in progress" : "used";
}

/* Entries that are still in a ring: the last ones, as many as it holds. */
static uint16_t entries(const struct virtio_blk *virtio, uint16_t index)
{
    return index < virtio->queue_num ? index : (uint16_t)virtio->queue_num;
}

static void available_rows(struct table *table, const struct queue_view *view)
{
    const struct virtio_blk *virtio = view->virtio;
    uint16_t count = is_usable(virtio) ? entries(virtio, view->avail_index) : 0;

    for (unsigned n = count; n > 0; n--) {
        uint16_t index = (uint16_t)(view->avail_index - n);
        uint64_t at = virtio_avail_entry(virtio, index);

        table_text(table, "%s", view->name);
        table_number(table, index);
        table_number(table, at);
        table_number(table, peek(virtio, at, 2));
        table_text(table, "%s", fate(view, index));
    }
}

static void used_rows(struct table *table, const struct queue_view *view)
{
    const struct virtio_blk *virtio = view->virtio;
    uint16_t count = is_usable(virtio) ? entries(virtio, view->used_index) : 0;

    for (unsigned n = count; n > 0; n--) {
        uint16_t index = (uint16_t)(view->used_index - n);
        uint64_t at = virtio_used_entry(virtio, index);

        table_text(table, "%s", view->name);
        table_number(table, index);
        table_number(table, at);
        table_number(table, peek(virtio, at, 4));
        table_number(table, peek(virtio, at + 4, 4));
    }
}

static void put_flags(struct buf *out, unsigned flags)
{
    static const char *const names[] = {"next", "write", "indirect"};

    for (unsigned i = 0; i < COUNT(names); i++)
        if (flags & BIT(i))
            buf_printf(out, "%s%s", out->size ? ", " : "", names[i]);
}

static void descriptor_row(struct table *table, const struct queue_view *view,
                           unsigned owner, const char *number, uint64_t at,
                           const struct virtq_descriptor *descriptor)
{
    struct buf flags = {0};

    if (view->current[owner])
        table_text(table, "=>");
    else
        table_none(table);
    table_text(table, "%s", view->name);
    table_text(table, "%s", number);
    table_text(table, "%s", view->owned[owner] ? "device" : "driver");
    table_number(table, at);
    table_number(table, descriptor->address);
    table_number(table, descriptor->length);
    put_flags(&flags, descriptor->flags);
    show_text_cell(table, &flags);
    buf_free(&flags);
    if (descriptor->flags & VIRTQ_NEXT)
        table_number(table, descriptor->next);
    else
        table_none(table);
}

/* The descriptors of an indirect table: "3.0", "3.1", ... */
static void table_rows(struct table *table, const struct queue_view *view,
                       unsigned owner, const struct virtq_descriptor *named)
{
    unsigned count = named->length / VIRTQ_DESCRIPTOR;
    struct virtq_descriptor descriptor;
    char number[16];

    for (unsigned i = 0; i < count && i < VIRTIO_QUEUE_MAX; i++) {
        if (!peek_descriptor(view->virtio, named->address, i, &descriptor))
            return;
        snprintf(number, sizeof(number), "%u.%u", owner, i);
        descriptor_row(table, view, owner, number,
                       named->address + (uint64_t)i * VIRTQ_DESCRIPTOR, &descriptor);
    }
}

/* Those that are the device's, and those of the driver that it has ever used. */
static void descriptor_rows(struct table *table, const struct queue_view *view)
{
    const struct virtio_blk *virtio = view->virtio;
    uint64_t base = virtio_area(virtio->desc_area);
    struct virtq_descriptor descriptor;
    char number[16];

    for (unsigned i = 0; is_usable(virtio) && i < virtio->queue_num; i++) {
        if (!peek_descriptor(virtio, base, i, &descriptor) ||
            (!view->owned[i] && descriptor.length == 0))
            continue;
        snprintf(number, sizeof(number), "%u", i);
        descriptor_row(table, view, i, number, base + (uint64_t)i * VIRTQ_DESCRIPTOR,
                       &descriptor);
        if (view->owned[i] && descriptor.flags & VIRTQ_INDIRECT)
            table_rows(table, view, i, &descriptor);
    }
}

/* --- the command ---------------------------------------------------------------------------------- */

static void say_device(struct call *call, const struct device *device)
{
    const struct virtio_blk *virtio = (const struct virtio_blk *)device;

    if (!is_usable(virtio))
        reply_say(call->reply, "%s has no queue that it can use.", device->name);
    else if (in_progress(virtio))
        reply_say(call->reply, "%s: %s, for chain %u.", device->name,
                  virtio_state_names[virtio->state], virtio->head);
}

/* Calls `act` for each virtio device that is asked for. */
static unsigned each(const struct call *call, struct table *table,
                     void (*act)(struct table *, const struct queue_view *))
{
    const struct board *board = session_board(call->session);
    unsigned count = 0;

    for (unsigned i = 0; i < board->devices; i++) {
        struct queue_view view;

        if (board->device[i]->type != &virtio_blk_type ||
            (call->given[0].is_given && call->given[0].value != i))
            continue;
        view = look(board->device[i]);
        act(table, &view);
        count++;
    }
    return count;
}

static void say_devices(struct call *call)
{
    const struct board *board = session_board(call->session);

    for (unsigned i = 0; i < board->devices; i++)
        if (board->device[i]->type == &virtio_blk_type &&
            (!call->given[0].is_given || call->given[0].value == i))
            say_device(call, board->device[i]);
}

bool info_virtqueue(struct call *call, struct err *err)
{
    static const struct column queues[] = {{"device", COLUMN_TEXT},
                                           {"state", COLUMN_TEXT},
                                           {"size", COLUMN_COUNT},
                                           {"ready", COLUMN_TEXT},
                                           {"avail_idx", COLUMN_COUNT},
                                           {"taken", COLUMN_COUNT},
                                           {"used_idx", COLUMN_COUNT},
                                           {"used_event", COLUMN_COUNT},
                                           {"avail_event", COLUMN_COUNT},
                                           {"avail_flags", COLUMN_HEX},
                                           {"requests", COLUMN_COUNT},
                                           {"notifications", COLUMN_COUNT},
                                           {"interrupts", COLUMN_COUNT},
                                           {"bytes", COLUMN_COUNT},
                                           {NULL, COLUMN_TEXT}};
    static const struct column available[] = {
        {"device", COLUMN_TEXT}, {"entry", COLUMN_COUNT}, {"at", COLUMN_HEX},
        {"chain", COLUMN_COUNT}, {"state", COLUMN_TEXT},  {NULL, COLUMN_TEXT}};
    static const struct column used[] = {
        {"device", COLUMN_TEXT}, {"entry", COLUMN_COUNT},   {"at", COLUMN_HEX},
        {"chain", COLUMN_COUNT}, {"written", COLUMN_COUNT}, {NULL, COLUMN_TEXT}};
    static const struct column descriptors[] = {
        {"here", COLUMN_TEXT},   {"device", COLUMN_TEXT}, {"descriptor", COLUMN_TEXT},
        {"owner", COLUMN_TEXT},  {"at", COLUMN_HEX},      {"address", COLUMN_HEX},
        {"bytes", COLUMN_COUNT}, {"flags", COLUMN_TEXT},  {"next", COLUMN_COUNT},
        {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);

    if (call->given[0].is_given &&
        board->device[call->given[0].value]->type != &virtio_blk_type)
        return err_set(err, "%s is no virtio device",
                       board->device[call->given[0].value]->name);
    say_devices(call);
    if (!each(call, reply_table(call->reply, "queues", queues), queue_row))
        return err_set(err, "the board has no virtio device");
    each(call, reply_table(call->reply, "available", available), available_rows);
    each(call, reply_table(call->reply, "used", used), used_rows);
    each(call, reply_table(call->reply, "descriptors", descriptors), descriptor_rows);
    return true;
}
