#include "face/tui/view/structures.h"
#include "face/tui/watch/peek.h"
#include "machine/translate/walk.h"
#include "observe/ask/queues.h"
#include "observe/ask/structures.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    ENTRIES = 512,
    ROOT_FACTOR = 4, /* the root of a G-stage has four pages */
    LINES = 3 * VIRTQ_MOST + 8
};

/* --- page tables and directories ---------------------------------------------------------- */

/* Those that are not 0, and the one in use. */
static unsigned list_entries(const struct watch *watch,
                             const struct structure *structure, unsigned entries,
                             uint16_t shown[], int *used)
{
    unsigned count = 0;

    for (unsigned i = 0; i < entries; i++) {
        uint64_t at = structure->at + (uint64_t)i * PTE_SIZE;

        if (at == structure->entry)
            *used = (int)count;
        else if (!structure_read(watch, at, PTE_SIZE))
            continue;
        shown[count++] = (uint16_t)i;
    }
    return count;
}

/* The first row: the entry in use is on the page, which does not move with it. */
static int page_of(int used, int rows)
{
    return used > 0 && rows > 0 ? used / rows * rows : 0;
}

static void draw_entry(const struct watch *watch, struct canvas *canvas,
                       struct area area, int row, const struct structure *structure,
                       unsigned index)
{
    uint64_t at = structure->at + (uint64_t)index * PTE_SIZE;
    uint64_t entry = structure_read(watch, at, PTE_SIZE);
    struct buf words = {0};
    char label[12];

    snprintf(label, sizeof(label), "%u", index);
    if (structure->kind != STRUCTURE_DIRECTORY)
        put_pte(&words, entry, structure->level);
    else if (entry & 1) /* V; the PPN stands where a page table has it */
        buf_printf(&words, "directory at %" PRIx64,
                   field_get(entry, BITS(53, 10)) << RAM_PAGE_SHIFT);
    else
        buf_text(&words, "not valid");
    structure_draw_row(
        watch, canvas, area, row,
        &(struct structure_row){.at = at,
                                .size = PTE_SIZE,
                                .label = label,
                                .name = "",
                                .words = buf_str(&words),
                                .used = at == structure->entry && !structure->past});
    buf_free(&words);
}

void structure_draw_table(const struct watch *watch, struct view_state *state,
                          struct canvas *canvas, struct area area,
                          const struct structure *structure)
{
    uint16_t shown[ENTRIES * ROOT_FACTOR];
    int used = -1, rows = area.rows - 1, count;

    count = (int)list_entries(watch, structure,
                              structure->large ? ENTRIES * ROOT_FACTOR : ENTRIES, shown,
                              &used);
    state->shown = rows;
    state->all = count;
    for (int i = page_of(used, rows) + state->top, row = 0; i < count && row < rows;
         i++, row++)
        draw_entry(watch, canvas, area, area.row + 1 + row, structure, shown[i]);
    if (!count)
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "all its entries are 0");
}

/* --- virtqueues --------------------------------------------------------------------------- */

static const struct virtio_blk *virtio_at(const struct watch *watch, unsigned index)
{
    const struct device *device =
        index < watch->board->devices ? watch->board->device[index] : NULL;

    return device && device->type == &virtio_blk_type
               ? (const struct virtio_blk *)device
               : NULL;
}

/* A part of the queue: where it is, and what its words are. */
struct queue_line {
    uint64_t at;
    unsigned size;
    char label[12], name[10], words[96];
    bool used;
};

struct queue_lines {
    unsigned count;
    int current; /* the first one in use; -1: none */
    struct queue_line line[LINES];
};

static struct queue_line *add_line(struct queue_lines *lines, uint64_t at,
                                   unsigned size, const char *name)
{
    struct queue_line *line = &lines->line[lines->count];

    if (lines->count + 1 < LINES)
        lines->count++;
    *line = (struct queue_line){.at = at, .size = size};
    snprintf(line->name, sizeof(line->name), "%s", name);
    return line;
}

static void add_indices(struct queue_lines *lines, const struct virtq *queue,
                        enum virtio_state state)
{
    struct queue_line *line = add_line(lines, queue->driver + 2, 2, "avail");

    snprintf(line->label, sizeof(line->label), "idx");
    snprintf(line->words, sizeof(line->words), "the device has taken %u", queue->taken);
    line = add_line(lines, queue->device + 2, 2, "used");
    snprintf(line->label, sizeof(line->label), "idx");
    snprintf(line->words, sizeof(line->words), "%s", virtio_state_names[state]);
}

/* "512 B to write, device's, next 2" */
static void put_descriptor(char *words, size_t room,
                           const struct virtq_descriptor *descriptor, bool owned)
{
    char next[16] = "";

    if (descriptor->flags & VIRTQ_NEXT)
        snprintf(next, sizeof(next), ", next %u", descriptor->next);
    snprintf(words, room, "%" PRIu32 " B to %s%s, %s%s", descriptor->length,
             descriptor->flags & VIRTQ_WRITE ? "write" : "read",
             descriptor->flags & VIRTQ_INDIRECT ? ", indirect" : "",
             owned ? "device's" : "driver's", next);
}

static void add_descriptors(struct queue_lines *lines, const struct virtq *queue)
{
    struct virtq_descriptor descriptor;

    for (unsigned i = 0; i < queue->size; i++) {
        bool owned = queue->owner[i] != VIRTQ_DRIVERS;
        struct queue_line *line;

        if (!virtq_descriptor_read(queue, queue->desc, i, &descriptor) ||
            (!owned && descriptor.length == 0))
            continue;
        line = add_line(lines, queue->desc + (uint64_t)i * VIRTQ_DESCRIPTOR, 8, "desc");
        snprintf(line->label, sizeof(line->label), "%u", i);
        put_descriptor(line->words, sizeof(line->words), &descriptor, owned);
        line->used = queue->owner[i] == VIRTQ_NOW;
        if (line->used && lines->current < 0)
            lines->current = (int)lines->count - 1;
    }
}

static void add_rings(struct queue_lines *lines, const struct virtq *queue)
{
    for (unsigned n = virtq_entries(queue, queue->avail_index); n > 0; n--) {
        uint16_t index = (uint16_t)(queue->avail_index - n);
        struct queue_line *line =
            add_line(lines, virtq_avail_at(queue, index), 2, "avail");

        snprintf(line->label, sizeof(line->label), "%u", index);
        snprintf(line->words, sizeof(line->words), "chain, %s",
                 virtq_fate(queue, index));
    }
    for (unsigned n = virtq_entries(queue, queue->used_index); n > 0; n--) {
        uint16_t index = (uint16_t)(queue->used_index - n);
        uint64_t at = virtq_used_at(queue, index);
        struct queue_line *line = add_line(lines, at, 4, "used");

        snprintf(line->label, sizeof(line->label), "%u", index);
        snprintf(line->words, sizeof(line->words), "chain, %" PRIu64 " B written",
                 queue_word(&queue->reader, at + 4, 4));
    }
}

/* The indices, then where there is room for all the descriptors and both rings; else from
 * the chain in progress on. */
static void draw_lines(const struct watch *watch, struct view_state *state,
                       struct canvas *canvas, struct area area,
                       const struct queue_lines *lines)
{
    int rows = area.rows - 1, all = (int)lines->count, from = state->top;

    state->shown = rows;
    state->all = all;
    if (rows < all && lines->current >= 0 && !state->top)
        from = page_of(lines->current, rows);
    for (int i = from, row = 0; i < all && row < rows; i++, row++) {
        const struct queue_line *line = &lines->line[i];

        structure_draw_row(watch, canvas, area, area.row + 1 + row,
                           &(struct structure_row){.at = line->at,
                                                   .size = line->size,
                                                   .label = line->label,
                                                   .name = line->name,
                                                   .words = line->words,
                                                   .used = line->used});
    }
}

void structure_draw_queue(const struct watch *watch, struct view_state *state,
                          struct canvas *canvas, struct area area,
                          const struct structure *structure)
{
    const struct virtio_blk *virtio = virtio_at(watch, structure->index);
    const struct queue_reader reader = watch_reader(watch);
    struct queue_lines lines = {.current = -1};
    struct virtq queue;

    if (!virtio)
        return;
    if (!virtq_of(virtio, &reader, &queue)) {
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "the device has no queue that it can use");
        return;
    }
    add_indices(&lines, &queue, virtio->state);
    add_descriptors(&lines, &queue);
    add_rings(&lines, &queue);
    draw_lines(watch, state, canvas, area, &lines);
}
