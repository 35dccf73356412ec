/* info virtqueue: what each virtio device does, and its queue as it is in memory now. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/structures.h"
#include "observe/ask/virtqueue.h"

#include <inttypes.h>
#include <stdio.h>

/* --- rows ----------------------------------------------------------------------------------------- */

static void queue_row(struct table *table, const struct virtqueue *queue)
{
    const struct virtio_blk *virtio = queue->virtio;
    bool usable = queue->usable;
    bool event_index = usable && virtio_has(virtio, VIRTIO_F_EVENT_IDX);

    table_text(table, "%s", queue->virtio->device.name);
    table_text(table, "%s", virtio_state_names[virtio->state]);
    table_number(table, virtio->queue_num);
    table_text(table, "%s", virtio->queue_ready ? "yes" : "no");
    table_number(table, queue->avail_index);
    table_number(table, virtio->last_avail);
    table_number(table, queue->used_index);
    if (event_index) {
        table_number(table, virtqueue_read(queue, virtio_used_event(virtio), 2));
        table_number(table, virtqueue_read(queue, virtio_avail_event(virtio), 2));
    } else {
        table_none(table);
        table_none(table);
    }
    table_number(
        table, usable ? virtqueue_read(queue, virtio_area(virtio->driver_area), 2) : 0);
    table_number(table, virtio->counts.requests);
    table_number(table, virtio->counts.notifications);
    table_number(table, virtio->counts.interrupts);
    table_number(table, virtio->counts.bytes_in + virtio->counts.bytes_out);
}

static void available_rows(struct table *table, const struct virtqueue *queue)
{
    const struct virtio_blk *virtio = queue->virtio;
    uint16_t count = virtqueue_entries(queue, queue->avail_index);

    for (unsigned n = count; n > 0; n--) {
        uint16_t index = (uint16_t)(queue->avail_index - n);
        uint64_t at = virtio_avail_entry(virtio, index);

        table_text(table, "%s", queue->virtio->device.name);
        table_number(table, index);
        table_number(table, at);
        table_number(table, virtqueue_read(queue, at, 2));
        table_text(table, "%s", virtqueue_fate(queue, index));
    }
}

static void used_rows(struct table *table, const struct virtqueue *queue)
{
    const struct virtio_blk *virtio = queue->virtio;
    uint16_t count = virtqueue_entries(queue, queue->used_index);

    for (unsigned n = count; n > 0; n--) {
        uint16_t index = (uint16_t)(queue->used_index - n);
        uint64_t at = virtio_used_entry(virtio, index);

        table_text(table, "%s", queue->virtio->device.name);
        table_number(table, index);
        table_number(table, at);
        table_number(table, virtqueue_read(queue, at, 4));
        table_number(table, virtqueue_read(queue, at + 4, 4));
    }
}

static void descriptor_row(struct table *table, const struct virtqueue *queue,
                           unsigned owner, const char *number, uint64_t at,
                           const struct virtq_descriptor *descriptor)
{
    struct buf flags = {0};

    if (queue->current[owner])
        table_text(table, "=>");
    else
        table_none(table);
    table_text(table, "%s", queue->virtio->device.name);
    table_text(table, "%s", number);
    table_text(table, "%s", queue->owned[owner] ? "device" : "driver");
    table_number(table, at);
    table_number(table, descriptor->address);
    table_number(table, descriptor->length);
    put_virtq_flags(&flags, descriptor->flags);
    show_text_cell(table, &flags);
    buf_free(&flags);
    if (descriptor->flags & VIRTQ_NEXT)
        table_number(table, descriptor->next);
    else
        table_none(table);
}

/* The descriptors of an indirect table: "3.0", "3.1", ... */
static void table_rows(struct table *table, const struct virtqueue *queue,
                       unsigned owner, const struct virtq_descriptor *named)
{
    unsigned count = named->length / VIRTQ_DESCRIPTOR;
    struct virtq_descriptor descriptor;
    char number[16];

    for (unsigned i = 0; i < count && i < VIRTIO_QUEUE_MAX; i++) {
        if (!virtqueue_descriptor(queue, named->address, i, &descriptor))
            return;
        snprintf(number, sizeof(number), "%u.%u", owner, i);
        descriptor_row(table, queue, owner, number,
                       named->address + (uint64_t)i * VIRTQ_DESCRIPTOR, &descriptor);
    }
}

/* Those that are the device's, and those of the driver that it has ever used. */
static void descriptor_rows(struct table *table, const struct virtqueue *queue)
{
    const struct virtio_blk *virtio = queue->virtio;
    uint64_t base = virtio_area(virtio->desc_area);
    struct virtq_descriptor descriptor;
    char number[16];

    for (unsigned i = 0; queue->usable && i < virtio->queue_num; i++) {
        if (!virtqueue_descriptor(queue, base, i, &descriptor) ||
            (!queue->owned[i] && descriptor.length == 0))
            continue;
        snprintf(number, sizeof(number), "%u", i);
        descriptor_row(table, queue, i, number, base + (uint64_t)i * VIRTQ_DESCRIPTOR,
                       &descriptor);
        if (queue->owned[i] && descriptor.flags & VIRTQ_INDIRECT)
            table_rows(table, queue, i, &descriptor);
    }
}

/* --- the command ---------------------------------------------------------------------------------- */

static struct virtqueue look(const struct device *device)
{
    const struct virtio_blk *virtio = (const struct virtio_blk *)device;

    return virtqueue_look(virtio, virtqueue_reader(virtio));
}

static void say_device(struct call *call, const struct device *device)
{
    struct virtqueue queue = look(device);

    if (!queue.usable)
        reply_say(call->reply, "%s has no queue that it can use.", device->name);
    else if (queue.busy)
        reply_say(call->reply, "%s: %s, for chain %u.", device->name,
                  virtio_state_names[queue.virtio->state], queue.virtio->head);
}

/* Calls `act` for each virtio device that is asked for. */
static unsigned each(const struct call *call, struct table *table,
                     void (*act)(struct table *, const struct virtqueue *))
{
    const struct board *board = session_board(call->session);
    unsigned count = 0;

    for (unsigned i = 0; i < board->devices; i++) {
        struct virtqueue queue;

        if (board->device[i]->type != &virtio_blk_type ||
            (call->given[0].is_given && call->given[0].value != i))
            continue;
        queue = look(board->device[i]);
        act(table, &queue);
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
