/* info virtqueue: what each virtio device does, and its queue as it is in memory now. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/queues.h"

#include <inttypes.h>
#include <stdio.h>

/* What is to be told of one device. */
struct queue_view {
    const struct virtio_blk *virtio;
    const char *name;
    bool usable; /* `queue` is one that the device can use */
    struct virtq queue;
};

static struct queue_view look(const struct device *device)
{
    const struct queue_reader reader = queue_reader_of(device->bus);
    struct queue_view view = {.virtio = (const struct virtio_blk *)device,
                              .name = device->name};

    view.usable = virtq_of(view.virtio, &reader, &view.queue);
    return view;
}

/* --- rows ----------------------------------------------------------------------------------------- */

static void queue_row(struct table *table, const struct queue_view *view)
{
    const struct virtio_blk *virtio = view->virtio;
    const struct virtq *queue = &view->queue;

    table_text(table, "%s", view->name);
    table_text(table, "%s", virtio_state_names[virtio->state]);
    table_number(table, virtio->queue_num);
    table_text(table, "%s", virtio->queue_ready ? "yes" : "no");
    table_number(table, queue->avail_index);
    table_number(table, virtio->last_avail);
    table_number(table, queue->used_index);
    if (queue->event_index) {
        table_number(table, queue->used_event);
        table_number(table, queue->avail_event);
    } else {
        table_none(table);
        table_none(table);
    }
    table_number(table, queue->avail_flags);
    table_number(table, virtio->counts.requests);
    table_number(table, virtio->counts.notifications);
    table_number(table, virtio->counts.interrupts);
    table_number(table, virtio->counts.bytes_in + virtio->counts.bytes_out);
}

static void available_rows(struct table *table, const struct queue_view *view)
{
    const struct virtq *queue = &view->queue;
    uint16_t count = view->usable ? virtq_entries(queue, queue->avail_index) : 0;

    for (unsigned n = count; n > 0; n--) {
        uint16_t index = (uint16_t)(queue->avail_index - n);

        table_text(table, "%s", view->name);
        table_number(table, index);
        table_number(table, virtq_avail_at(queue, index));
        table_number(table, virtq_avail_head(queue, index));
        table_text(table, "%s", virtq_fate(queue, index));
    }
}

static void used_rows(struct table *table, const struct queue_view *view)
{
    const struct virtq *queue = &view->queue;
    uint16_t count = view->usable ? virtq_entries(queue, queue->used_index) : 0;

    for (unsigned n = count; n > 0; n--) {
        uint16_t index = (uint16_t)(queue->used_index - n);
        uint64_t at = virtq_used_at(queue, index);

        table_text(table, "%s", view->name);
        table_number(table, index);
        table_number(table, at);
        table_number(table, queue_word(&queue->reader, at, 4));
        table_number(table, queue_word(&queue->reader, at + 4, 4));
    }
}

static void descriptor_row(struct table *table, const struct queue_view *view,
                           unsigned owner, const char *number, uint64_t at,
                           const struct virtq_descriptor *descriptor)
{
    struct buf flags = {0};

    if (view->queue.owner[owner] == VIRTQ_NOW)
        table_text(table, "=>");
    else
        table_none(table);
    table_text(table, "%s", view->name);
    table_text(table, "%s", number);
    table_text(table, "%s",
               view->queue.owner[owner] == VIRTQ_DRIVERS ? "driver" : "device");
    table_number(table, at);
    table_number(table, descriptor->address);
    table_number(table, descriptor->length);
    virtq_put_flags(&flags, descriptor->flags);
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
        if (!virtq_descriptor_read(&view->queue, named->address, i, &descriptor))
            return;
        snprintf(number, sizeof(number), "%u.%u", owner, i);
        descriptor_row(table, view, owner, number,
                       named->address + (uint64_t)i * VIRTQ_DESCRIPTOR, &descriptor);
    }
}

/* Those that are the device's, and those of the driver that it has ever used. */
static void descriptor_rows(struct table *table, const struct queue_view *view)
{
    const struct virtq *queue = &view->queue;
    struct virtq_descriptor descriptor;
    char number[16];

    for (unsigned i = 0; view->usable && i < queue->size; i++) {
        bool is_devices = queue->owner[i] != VIRTQ_DRIVERS;

        if (!virtq_descriptor_read(queue, queue->desc, i, &descriptor) ||
            (!is_devices && descriptor.length == 0))
            continue;
        snprintf(number, sizeof(number), "%u", i);
        descriptor_row(table, view, i, number,
                       queue->desc + (uint64_t)i * VIRTQ_DESCRIPTOR, &descriptor);
        if (is_devices && descriptor.flags & VIRTQ_INDIRECT)
            table_rows(table, view, i, &descriptor);
    }
}

/* --- the command ---------------------------------------------------------------------------------- */

static void say_device(struct call *call, const struct device *device)
{
    struct queue_view view = look(device);

    if (!view.usable)
        reply_say(call->reply, "%s has no queue that it can use.", device->name);
    else if (view.queue.busy)
        reply_say(call->reply, "%s: %s, for chain %u.", device->name,
                  virtio_state_names[view.virtio->state], view.queue.head);
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
