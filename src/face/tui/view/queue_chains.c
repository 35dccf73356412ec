#include "face/tui/view/queue_chains.h"

#include "face/tui/view/box.h"
#include "face/tui/view/channel.h"
#include "face/tui/view/pin.h"

#include <inttypes.h>
#include <stdio.h>

enum { LINKS = 24 /* of a chain that are drawn */ };

/* One chain, an indirect table's descriptors behind the one that names it. */
struct links {
    unsigned count;
    char wrong[24]; /* what it names instead of a next descriptor; "": all is well */
    struct link {
        struct virtq_descriptor descriptor;
        uint64_t at;
        char number[12];
    } link[LINKS];
};

static struct link *add(struct links *links, const struct virtq *queue, uint64_t table,
                        unsigned index)
{
    struct link *link = &links->link[links->count];

    if (links->count == LINKS)
        return NULL;
    if (!virtq_descriptor_read(queue, table, index, &link->descriptor)) {
        snprintf(links->wrong, sizeof(links->wrong), "no memory");
        return NULL;
    }
    link->at = table + (uint64_t)index * VIRTQ_DESCRIPTOR;
    links->count++;
    return link;
}

/* The table is not followed by `next` but from its first to its last entry. */
static void add_table(struct links *links, const struct virtq *queue, unsigned head,
                      const struct virtq_descriptor *named)
{
    for (unsigned i = 0; i < named->length / VIRTQ_DESCRIPTOR; i++) {
        struct link *link = add(links, queue, named->address, i);

        if (!link)
            return;
        snprintf(link->number, sizeof(link->number), "%u.%u", head % 1000, i % 1000);
    }
}

static void follow(struct links *links, const struct virtq *queue, unsigned head)
{
    bool was_there[VIRTQ_MOST] = {false};
    unsigned index = head;
    struct link *link;

    links->count = 0;
    links->wrong[0] = '\0';
    for (;;) {
        if (index >= queue->size || index >= VIRTQ_MOST || was_there[index]) {
            snprintf(links->wrong, sizeof(links->wrong), "%s %u",
                     index >= queue->size ? "no descriptor" : "loops to", index);
            return;
        }
        was_there[index] = true;
        link = add(links, queue, queue->desc, index);
        if (!link)
            return;
        snprintf(link->number, sizeof(link->number), "%u", index % 1000);
        if (link->descriptor.flags & VIRTQ_INDIRECT)
            add_table(links, queue, index, &link->descriptor);
        if (!(link->descriptor.flags & VIRTQ_NEXT))
            return;
        index = link->descriptor.next;
    }
}

/* Heads in the ring, each once: the n-th by number, or -1. */
static int nth_head(const struct virtq *queue, unsigned n)
{
    uint16_t entries = virtq_entries(queue, queue->avail_index);
    bool is_head[VIRTQ_MOST] = {false};

    for (uint16_t i = 1; i <= entries; i++) {
        uint16_t head = virtq_avail_head(queue, (uint16_t)(queue->avail_index - i));

        if (head < queue->size && head < VIRTQ_MOST)
            is_head[head] = true;
    }
    for (unsigned head = 0; head < VIRTQ_MOST; head++)
        if (is_head[head] && n-- == 0)
            return (int)head;
    return -1;
}

static const char *does(const struct virtq_descriptor *descriptor)
{
    if (descriptor->flags & VIRTQ_INDIRECT)
        return "table";
    return descriptor->flags & VIRTQ_WRITE ? "writes" : "reads";
}

static char letter_of(const struct virtq *queue, int head)
{
    return queue->owner[head] == VIRTQ_DRIVERS ? 'h' : 'd';
}

static bool is_now(const struct virtq *queue, int head)
{
    return queue->owner[head] == VIRTQ_NOW;
}

/* --- rows ------------------------------------------------------------------------------------ */

static void draw_row(struct canvas *canvas, struct area line, const struct virtq *queue,
                     int head)
{
    bool now = is_now(queue, head);
    int col = line.col + 4, end = line.col + line.cols;
    struct links links;

    follow(&links, queue, (unsigned)head);
    if (now)
        canvas_put(canvas, line.row, line.col, ROLE_HEAD, L'▸');
    canvas_printf(canvas, line.row, line.col + 2, 1,
                  role_of_owner(letter_of(queue, head)), "%c", letter_of(queue, head));
    for (unsigned i = 0; i < links.count && col < end; i++) {
        const struct link *link = &links.link[i];
        int from = col;

        if (i)
            col += canvas_text(canvas, line.row, col, end - col, ROLE_RULE, " ─▸ ");
        col +=
            canvas_printf(canvas, line.row, col, end - col, now ? ROLE_HEAD : ROLE_TEXT,
                          "%s %s %" PRIu32, link->number, does(&link->descriptor),
                          link->descriptor.length);
        canvas_thing(canvas, line.row, from, col - from, THING_MEMORY, "0x%" PRIx64,
                     link->at);
    }
    if (links.wrong[0])
        canvas_printf(canvas, line.row, col, end - col, ROLE_STOP, " ─▸ %s",
                      links.wrong);
}

void queue_chains_rows(struct canvas *canvas, struct area area,
                       const struct watch *watch, const struct virtq *queue)
{
    int head = nth_head(queue, 0);

    (void)watch;
    if (head < 0)
        canvas_text(canvas, area.row, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "no chain is in the available ring");
    for (int n = 0; n < area.rows && (head = nth_head(queue, (unsigned)n)) >= 0; n++)
        draw_row(canvas, (struct area){area.row + n, area.col, 1, area.cols}, queue,
                 head);
}

/* --- boxes ------------------------------------------------------------------------------------ */

static void draw_box(struct canvas *canvas, struct area box, const struct watch *watch,
                     const struct virtq *queue, int head, const struct link *link)
{
    enum role role = is_now(queue, head) ? ROLE_HEAD : ROLE_TEXT;
    char letter = letter_of(queue, head), text[64], place[ABOUT_NAME];

    box_draw(canvas, box, is_now(queue, head), link->number);
    canvas_printf(canvas, box.row + 1, box.col + 2, 1, role_of_owner(letter), "%c",
                  letter);
    snprintf(text, sizeof(text), "device %s %" PRIu32 " B", does(&link->descriptor),
             link->descriptor.length);
    if (link->descriptor.flags & VIRTQ_INDIRECT)
        snprintf(text, sizeof(text), "indirect, %" PRIu32 " entries",
                 link->descriptor.length / VIRTQ_DESCRIPTOR);
    canvas_text(canvas, box.row + 1, box.col + 5, box.cols - 6, role, text);
    snprintf(text, sizeof(text), "%08" PRIx64, link->descriptor.address);
    box_text(canvas, box, 1, role, text);
    box_text(canvas, box, 2, ROLE_QUIET,
             pin_place(place, watch, link->descriptor.address));
    snprintf(text, sizeof(text), "0x%" PRIx64, link->at);
    canvas_thing_area(canvas, box, THING_MEMORY, text);
}

static void draw_chain(struct canvas *canvas, struct area area,
                       const struct watch *watch, const struct virtq *queue, int head)
{
    int across = (area.cols + 3) / (QUEUE_BOX_COLS + 3);
    struct links links;

    follow(&links, queue, (unsigned)head);
    for (int i = 0; i < across && i < (int)links.count; i++) {
        struct area box = {area.row, area.col + i * (QUEUE_BOX_COLS + 3),
                           QUEUE_BOX_ROWS, QUEUE_BOX_COLS};
        bool more = i + 1 < (int)links.count, last = i + 1 == across;

        draw_box(canvas, box, watch, queue, head, &links.link[i]);
        if (more && !last)
            canvas_text(canvas, box.row + 2, box.col + box.cols, 2,
                        is_now(queue, head) ? ROLE_HEAD : ROLE_RULE, "─▸");
        else if (more)
            canvas_printf(canvas, box.row + QUEUE_BOX_ROWS - 1, box.col + 2,
                          box.cols - 4, ROLE_QUIET, " %u more ",
                          links.count - (unsigned)across);
        else if (links.wrong[0])
            canvas_printf(canvas, box.row + QUEUE_BOX_ROWS - 1, box.col + 2,
                          box.cols - 4, ROLE_STOP, " next: %s ", links.wrong);
    }
}

void queue_chains_boxes(struct canvas *canvas, struct area area,
                        const struct watch *watch, const struct virtq *queue)
{
    int fit = area.rows / QUEUE_BOX_ROWS, head = nth_head(queue, 0);

    if (head < 0)
        canvas_text(canvas, area.row, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "no chain is in the available ring");
    for (int n = 0; n < fit && (head = nth_head(queue, (unsigned)n)) >= 0; n++)
        draw_chain(canvas,
                   (struct area){area.row + n * QUEUE_BOX_ROWS, area.col,
                                 QUEUE_BOX_ROWS, area.cols},
                   watch, queue, head);
}
