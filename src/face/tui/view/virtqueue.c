/*
 * A split virtqueue: the available and the used ring as strips, the driver's pointers
 * above and the device's below; the chains that are in them; and whether the next
 * notification would be sent.
 */
#include "face/tui/view/box.h"
#include "face/tui/view/queue_chains.h"
#include "face/tui/view/strip.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"
#include "face/tui/watch/say.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LABEL = 7, /* columns of "driver" and "device" */
    ENTRY = 5,
    ENTRY_MOST = 12,
    RINGS = 6, /* rows of both strips with their pointers */
    LOW = 8    /* rows from which there are strips */
};

struct drawing {
    struct canvas *canvas;
    const struct watch *watch;
    const struct virtio_blk *virtio;
    struct virtq queue;
    struct area area; /* below the rule */
};

/* --- which one ---------------------------------------------------------------------------- */

static bool is_of(const struct device *device, const struct event *event)
{
    if (event->kind == EVENT_BUS_TRANSFER)
        return virtio_is(device, event->bus_transfer.initiator);
    return event_device(event) == (int)device->index;
}

/* The one that is named; "": that of the event told of, else the first that works, else
 * the first. */
static const struct device *find(const struct watch *watch, const char *about)
{
    const struct device *first = NULL, *works = NULL;

    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];

        if (device->type != &virtio_blk_type)
            continue;
        if (*about ? strcmp(device->name, about) == 0
                   : watch->has_focus && is_of(device, &watch->focus))
            return device;
        if (!first)
            first = device;
        if (!works && watch->facts.virtio[device->index].state != VIRTIO_IDLE)
            works = device;
    }
    return *about ? NULL : works ? works : first;
}

/* --- rings -------------------------------------------------------------------------------- */

static void draw_label(const struct drawing *drawing, int row, const char *text)
{
    canvas_text(drawing->canvas, row, drawing->area.col, LABEL - 1, ROLE_QUIET, text);
}

static void point(const struct drawing *drawing, const struct strip *strip, int row,
                  uint16_t index, bool driver, const char *name)
{
    char text[32];

    snprintf(text, sizeof(text), "%s %u", name, index);
    strip_point(strip, row, index & (drawing->queue.size - 1), driver ? L'▾' : L'▴',
                driver ? ROLE_HART : ROLE_DMA, text);
}

/* The event index, which what stands below tells in words, too. */
static void point_if_room(const struct drawing *drawing, const struct strip *strip,
                          int row, uint16_t index, bool driver, const char *name)
{
    char text[32];

    snprintf(text, sizeof(text), "%s %u", name, index);
    if (drawing->queue.event_index &&
        strip_has_room(strip, row, index & (drawing->queue.size - 1), text))
        point(drawing, strip, row, index, driver, name);
}

/* Where an index word is in memory: `who` and `about` know it by that. */
static void thing_row(const struct drawing *drawing, int row, uint64_t at)
{
    canvas_thing(drawing->canvas, row, drawing->area.col, drawing->area.cols,
                 THING_MEMORY, "0x%" PRIx64, at);
}

static struct strip place(const struct drawing *drawing, uint16_t index)
{
    const struct virtq *queue = &drawing->queue;

    return strip_place(drawing->canvas, drawing->area.col + LABEL,
                       drawing->area.cols - LABEL, ENTRY, ENTRY_MOST, queue->size,
                       index & (queue->size - 1));
}

/* The index, among the last ones of a ring, that is in that slot; false: none yet. */
static bool index_in(const struct virtq *queue, uint16_t end, unsigned slot,
                     uint16_t *index)
{
    uint16_t back = (uint16_t)((end - 1 - slot) & (queue->size - 1));

    *index = (uint16_t)(end - 1 - back);
    return back < virtq_entries(queue, end);
}

static void draw_available(const struct drawing *drawing, int row)
{
    const struct virtq *queue = &drawing->queue;
    struct strip strip = place(drawing, queue->taken);

    draw_label(drawing, row, "driver");
    thing_row(drawing, row, queue->driver + 2);
    point(drawing, &strip, row, queue->avail_index, true, "avail.idx");
    draw_label(drawing, row + 1, "avail");
    for (unsigned slot = strip.first; slot < strip.first + strip.count; slot++) {
        uint64_t at = virtq_avail_at(queue, (uint16_t)slot);
        bool changed = watch_wrote(drawing->watch, at);
        uint16_t index;
        int col = strip_col(&strip, slot);
        bool used;

        canvas_thing(drawing->canvas, row + 1, col, strip.width, THING_MEMORY,
                     "0x%" PRIx64, at);
        if (!index_in(queue, queue->avail_index, slot, &index)) {
            canvas_text(drawing->canvas, row + 1, col, strip.width - 1, ROLE_QUIET,
                        "·");
            continue;
        }
        used = strcmp(virtq_fate(queue, index), "used") == 0;
        canvas_printf(drawing->canvas, row + 1, col, strip.width - 1,
                      changed ? ROLE_CHANGED
                      : used  ? ROLE_HART
                              : ROLE_DMA,
                      "%u %c", virtq_avail_head(queue, index), used ? 'h' : 'd');
    }
    draw_label(drawing, row + 2, "device");
    point(drawing, &strip, row + 2, queue->taken, false,
          queue->known ? "taken" : "given back");
    point_if_room(drawing, &strip, row + 2, queue->avail_event, false, "avail_event");
}

static void draw_used(const struct drawing *drawing, int row)
{
    const struct virtq *queue = &drawing->queue;
    struct strip strip = place(drawing, queue->used_index);

    draw_label(drawing, row, "driver");
    point_if_room(drawing, &strip, row, queue->used_event, true, "used_event");
    draw_label(drawing, row + 1, "used");
    for (unsigned slot = strip.first; slot < strip.first + strip.count; slot++) {
        uint64_t at = virtq_used_at(queue, (uint16_t)slot);
        uint16_t index;
        int col = strip_col(&strip, slot);

        canvas_thing(drawing->canvas, row + 1, col, strip.width, THING_MEMORY,
                     "0x%" PRIx64, at);
        if (!index_in(queue, queue->used_index, slot, &index))
            canvas_text(drawing->canvas, row + 1, col, strip.width - 1, ROLE_QUIET,
                        "·");
        else
            canvas_printf(drawing->canvas, row + 1, col, strip.width - 1,
                          watch_wrote(drawing->watch, at) ? ROLE_CHANGED : ROLE_HART,
                          "%" PRIu64 " h", queue_word(&queue->reader, at, 4));
    }
    draw_label(drawing, row + 2, "device");
    thing_row(drawing, row + 2, queue->device + 2);
    point(drawing, &strip, row + 2, queue->used_index, false, "used.idx");
}

/* --- notifications --------------------------------------------------------------------------- */

static void draw_kick(const struct drawing *drawing, int row, bool brief)
{
    const struct virtq *queue = &drawing->queue;
    bool kick = virtq_would_notify(queue);
    struct buf text = {0};

    buf_printf(&text, "one more chain: %s", kick ? "notify" : "no notification");
    if (queue->event_index && !brief)
        buf_printf(&text, ", avail_event %u %s avail.idx %u", queue->avail_event,
                   kick ? "is" : "is not", queue->avail_index);
    else if (queue->event_index)
        buf_printf(&text, ", avail_event %u", queue->avail_event);
    else if (!brief)
        buf_printf(&text, ", used.flags %sNO_NOTIFY", kick ? "without " : "has ");
    canvas_text(drawing->canvas, row, drawing->area.col + 2, drawing->area.cols - 2,
                ROLE_TEXT, buf_str(&text));
    buf_free(&text);
}

static void draw_interrupt(const struct drawing *drawing, int row, bool brief)
{
    const struct virtq *queue = &drawing->queue;
    bool sends = virtq_would_interrupt(queue);
    struct buf text = {0};

    buf_printf(&text, "one more used: %s", sends ? "interrupt" : "no interrupt");
    if (queue->event_index && !brief)
        buf_printf(&text, ", used_event %u %s used.idx %u", queue->used_event,
                   sends ? "is" : "is not", queue->used_index);
    else if (queue->event_index)
        buf_printf(&text, ", used_event %u", queue->used_event);
    else if (!brief)
        buf_printf(&text, ", avail.flags %sNO_INTERRUPT", sends ? "without " : "has ");
    canvas_text(drawing->canvas, row, drawing->area.col + 2, drawing->area.cols - 2,
                ROLE_TEXT, buf_str(&text));
    buf_free(&text);
}

/* --- forms -------------------------------------------------------------------------------------- */

static void draw_state(const struct drawing *drawing, int row)
{
    const struct device *device = &drawing->virtio->device;
    const struct virtio_fold *fold = &drawing->watch->facts.virtio[device->index];
    const struct area *area = &drawing->area;
    char name[TEXT_DATA], type[TEXT_DATA];
    int col = area->col + 2, room = area->cols - 2, used;

    say_value(name, UNIT_VIRTIOSTATE, fold->state);
    for (char *at = name; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    used = canvas_printf(drawing->canvas, row, col, room,
                         fold->state == VIRTIO_BROKEN ? ROLE_STOP : ROLE_HEAD, "▐%s▌",
                         name) +
           2;
    canvas_thing(drawing->canvas, row, area->col, area->cols, THING_PART, "%s",
                 device->name);
    if (fold->broken && fold->error.rule < VIRTIO_RULES)
        canvas_text(drawing->canvas, row, col + used, room - used, ROLE_STOP,
                    virtio_rules[fold->error.rule].text);
    else if (fold->has_chain)
        canvas_printf(drawing->canvas, row, col + used, room - used, ROLE_TEXT,
                      "chain %u: %s, sector %" PRIu64, fold->chain.head,
                      say_value(type, UNIT_VIRTIOTYPE, fold->chain.type),
                      fold->chain.sector);
}

static void draw_low(const struct drawing *drawing)
{
    const struct virtq *queue = &drawing->queue;
    struct area area = drawing->area;

    draw_state(drawing, area.row);
    canvas_printf(drawing->canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_TEXT,
                  "avail.idx %u  %s %u  used.idx %u", queue->avail_index,
                  queue->known ? "taken" : "back", queue->taken, queue->used_index);
    thing_row(drawing, area.row + 1, queue->driver + 2);
    if (area.rows > 2)
        queue_chains_rows(
            drawing->canvas,
            (struct area){area.row + 2, area.col, area.rows - 2, area.cols},
            drawing->watch, queue);
}

static void draw_queue(const struct drawing *drawing)
{
    struct area rest = drawing->area;
    bool brief = rest.cols < 64;
    int row = rest.row, notes = rest.rows >= RINGS + 4 ? 2 : 0;

    draw_state(drawing, row);
    draw_available(drawing, row + 1);
    draw_used(drawing, row + 4);
    rest.row += 1 + RINGS;
    rest.rows -= 1 + RINGS + notes;
    if (rest.rows >= QUEUE_BOX_ROWS && rest.cols >= QUEUE_BOX_COLS * 2)
        queue_chains_boxes(drawing->canvas, rest, drawing->watch, &drawing->queue);
    else if (rest.rows > 0)
        queue_chains_rows(drawing->canvas, rest, drawing->watch, &drawing->queue);
    if (!notes)
        return;
    draw_kick(drawing, drawing->area.row + drawing->area.rows - 2, brief);
    draw_interrupt(drawing, drawing->area.row + drawing->area.rows - 1, brief);
}

static void draw_unusable(const struct drawing *drawing)
{
    const struct virtio_blk *virtio = drawing->virtio;

    draw_state(drawing, drawing->area.row);
    if (drawing->area.rows > 1)
        canvas_text(drawing->canvas, drawing->area.row + 1, drawing->area.col + 2,
                    drawing->area.cols - 2, ROLE_QUIET,
                    virtio->queue_ready ? "the queue is not one that it can use"
                                        : "QueueReady is 0: there is no queue yet");
}

static const char *absent(const struct watch *watch)
{
    return watch_device(watch, virtio_blk_type.name, 0)
               ? NULL
               : "this board has no virtio device";
}

/* Why there is no queue to draw. A guest's queue lies where the guest has said by stores
 * to a device that its hypervisor emulates. Each is an exit, whose event has the store's
 * address but not its value: so nobody can say where the queue is. */
static const char *why_none(const struct watch *watch, const char *about)
{
    if (strncmp(about, "guest", 5) == 0)
        return "not known: exits tell where a guest stores, but not what";
    return absent(watch) ? absent(watch) : "there is no such virtio device";
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct queue_reader reader = watch_reader(watch);
    const struct device *device = find(watch, state->about);
    struct drawing drawing = {
        .canvas = canvas,
        .watch = watch,
        .virtio = (const struct virtio_blk *)device,
        .area = {area.row + 1, area.col, area.rows - 1, area.cols}};
    char title[48], note[48] = "";
    bool usable;

    if (!device) {
        view_draw_absent(&virtqueue_view, canvas, area, why_none(watch, state->about));
        return;
    }
    usable = virtq_of(drawing.virtio, &reader, &drawing.queue);
    snprintf(title, sizeof(title), "virtqueue of %s", device->name);
    if (usable)
        snprintf(note, sizeof(note), "%u entries%s", drawing.queue.size,
                 drawing.queue.event_index ? ", event index" : "");
    canvas_rule(canvas, area.row, area.col, area.cols, title, note);
    if (!usable)
        draw_unusable(&drawing);
    else if (area.rows < LOW)
        draw_low(&drawing);
    else
        draw_queue(&drawing);
}

const struct view virtqueue_view = {
    .name = "virtqueue",
    .help = "a virtio device's queue: rings, chains, notifications",
    .class = VIEW_DEVICES,
    .cols = 36,
    .rows = 4,
    .wish = 16,
    .tells = "info virtqueue",
    .about = "[DEVICE]",
    .absent = absent,
    .draw = draw,
};
