/*
 * An IOMMU: its mode and counters, and its queues in memory as strips between head and
 * tail, with what waits in them in words.
 */
#include "machine/iommu/iommu.h"

#include "base/bits.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"
#include "face/tui/watch/text.h"
#include "machine/iommu/iommu_command.h"
#include "observe/ask/iommus.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MIDDLE = 60, NAME = 15, STRIP_MOST = 64 };

/* A queue, whichever: software writes at one end, the IOMMU reads at the other. */
struct queue_shown {
    const char *name, *state, *head_name, *tail_name, *empty;
    uint64_t base;
    uint32_t head, tail;
    unsigned size; /* of a record */
    bool is_fault;
};

static struct queue_shown command_queue(const struct iommu *iommu)
{
    return (struct queue_shown){.name = "command queue",
                                .state = iommu_command_state(iommu),
                                .head_name = "cqh",
                                .tail_name = "cqt",
                                .empty = "no command waits",
                                .base = iommu->cqb,
                                .head = iommu->cqh,
                                .tail = iommu->cqt,
                                .size = IOMMU_COMMAND_SIZE};
}

static struct queue_shown fault_queue(const struct iommu *iommu)
{
    return (struct queue_shown){.name = "fault queue",
                                .state = iommu_fault_state(iommu),
                                .head_name = "fqh",
                                .tail_name = "fqt",
                                .empty = "no record waits to be read",
                                .base = iommu->fqb,
                                .head = iommu->fqh,
                                .tail = iommu->fqt,
                                .size = IOMMU_RECORD_SIZE,
                                .is_fault = true};
}

static uint32_t waiting(const struct queue_shown *queue)
{
    return (queue->tail - queue->head) & iommu_queue_mask(queue->base);
}

static uint64_t record_at(const struct queue_shown *queue, uint32_t index)
{
    return iommu_queue_at(queue->base) + (uint64_t)index * queue->size;
}

/* The record that is told of; -1: none. */
static int64_t index_told(const struct watch *watch, const struct iommu *iommu,
                          const struct queue_shown *queue)
{
    const struct event *event = &watch->focus;

    if (!watch->has_focus)
        return -1;
    if (queue->is_fault && event->kind == EVENT_IOMMU_RECORD &&
        event->iommu_record.device == iommu->device.index)
        return event->iommu_record.index;
    if (!queue->is_fault && event->kind == EVENT_IOMMU_COMMAND &&
        event->iommu_command.device == iommu->device.index)
        return event->iommu_command.index;
    return -1;
}

/* --- the strip ------------------------------------------------------------------------- */

/* A cell a slot, so many as there are, else those from the head on. */
static void draw_strip(const struct queue_shown *queue, struct canvas *canvas, int row,
                       int col, int cols, int64_t told)
{
    uint32_t slots = iommu_queue_mask(queue->base) + 1;
    uint32_t shown = slots < (uint32_t)cols ? slots : (uint32_t)cols;
    uint32_t first = slots > shown ? queue->head : 0;

    for (uint32_t i = 0; i < shown; i++) {
        uint32_t index = (first + i) & (slots - 1);
        bool waits = ((index - queue->head) & (slots - 1)) < waiting(queue);
        enum role role = queue->is_fault ? ROLE_IOMMU : ROLE_HART;

        canvas_put(canvas, row, col + (int)i,
                   index == told ? ROLE_CHANGED
                   : waits       ? role
                                 : ROLE_NOBODY,
                   index == told ? (uint32_t)L'▣'
                   : waits       ? (uint32_t)L'■'
                                 : (uint32_t)L'·');
    }
}

static int draw_queue(const struct iommu *iommu, const struct queue_shown *queue,
                      struct canvas *canvas, struct area area, int row, int64_t told)
{
    int col = area.col + 2, room = area.cols - 2, used;
    char text[64];

    used = canvas_text(canvas, row, col, NAME - 1, ROLE_TEXT, queue->name);
    canvas_thing(canvas, row, col, used, THING_FIELD, "%s.%s", iommu->device.name,
                 queue->is_fault ? "fqcsr" : "cqcsr");
    snprintf(text, sizeof(text), "%s  %s %" PRIu32 "  %s %" PRIu32, queue->state,
             queue->head_name, queue->head, queue->tail_name, queue->tail);
    used = NAME + canvas_text(canvas, row, col + NAME, room - NAME, ROLE_TEXT, text);
    if (strcmp(queue->state, "off") == 0)
        return row + 1;
    if (area.cols >= MIDDLE) {
        snprintf(text, sizeof(text), "%08" PRIx64, iommu_queue_at(queue->base));
        canvas_text(canvas, row, area.col + area.cols - 8, 8, ROLE_QUIET, text);
        canvas_thing(canvas, row, area.col + area.cols - 8, 8, THING_MEMORY, "0x%s",
                     text);
        room -= 10;
    }
    used += 2;
    if (room - used > 3)
        draw_strip(queue, canvas, row, col + used,
                   room - used < STRIP_MOST ? room - used : STRIP_MOST, told);
    return row + 1;
}

/* --- records --------------------------------------------------------------------------- */

static void put_command(struct buf *out, const uint64_t word[4])
{
    char operands[96];

    iommu_command_operands(word, operands, sizeof(operands));
    buf_printf(out, "%s  %s", iommu_command_names[iommu_command_number(word)],
               operands);
}

/* The cause first: it is what a handler looks at. */
static void put_record(struct buf *out, const uint64_t word[4])
{
    unsigned cause = (unsigned)(word[0] & BITS(11, 0));
    const char *name = iommu_cause_name(cause);
    const char *does = iommu_ttyp_name((unsigned)(word[0] >> 34 & BITS(5, 0)));

    buf_printf(out, "cause %u %s: DID 0x%" PRIx64 " %s 0x%08" PRIx64, cause,
               name ? name : "?", word[0] >> 40, does ? does : "at", word[2]);
    if (word[3])
        buf_printf(out, ", iotval2 0x%08" PRIx64, word[3]);
}

static void draw_record(const struct watch *watch, const struct queue_shown *queue,
                        struct canvas *canvas, struct area area, int row,
                        uint32_t index, bool is_told)
{
    uint64_t word[4] = {0}, at = record_at(queue, index);
    struct buf text = {0};
    int col = area.col + 2;

    if (is_told)
        canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
    canvas_printf(canvas, row, col + 2, 6, ROLE_QUIET, "%" PRIu32, index);
    if (watch_read(watch, at, word, queue->size) < queue->size)
        buf_text(&text, "not in RAM");
    else if (queue->is_fault)
        put_record(&text, word);
    else
        put_command(&text, word);
    canvas_text(canvas, row, col + 6, area.cols - 8, is_told ? ROLE_HEAD : ROLE_TEXT,
                buf_str(&text));
    canvas_thing(canvas, row, area.col, area.cols, THING_MEMORY, "0x%08" PRIx64, at);
    buf_free(&text);
}

/* Those that wait, or, when none does, the last that was dealt with. */
static int draw_records(const struct watch *watch, const struct queue_shown *queue,
                        struct canvas *canvas, struct area area, int row, int rows,
                        int64_t told)
{
    uint32_t count = waiting(queue), mask = iommu_queue_mask(queue->base);
    bool told_waits = told >= 0 && (((uint32_t)told - queue->head) & mask) < count;

    if (strcmp(queue->state, "off") == 0)
        return row;
    if (told >= 0 && !told_waits && rows > 0) {
        draw_record(watch, queue, canvas, area, row++, (uint32_t)told, true);
        rows--;
    }
    for (uint32_t i = 0; i < count && (int)i < rows; i++) {
        uint32_t index = (queue->head + i) & mask;

        draw_record(watch, queue, canvas, area, row++, index, index == told);
    }
    if (count == 0 && rows > 0 && told < 0)
        canvas_text(canvas, row++, area.col + 8, area.cols - 8, ROLE_QUIET,
                    queue->empty);
    return row;
}

/* --- the view -------------------------------------------------------------------------- */

static int draw_counts(const struct iommu *iommu, struct canvas *canvas,
                       struct area area, int row)
{
    const struct iommu_counts *counts = &iommu->counts;
    char all[TEXT_NUMBER], hits[TEXT_NUMBER], walks[TEXT_NUMBER], reads[TEXT_NUMBER],
        faults[TEXT_NUMBER];

    canvas_printf(canvas, row, area.col + 2, area.cols - 2, ROLE_TEXT,
                  area.cols < MIDDLE
                      ? "%s asked  %s hits  %s walks  %s refused"
                      : "%s translations: %s hits, %s walks, %s refused; "
                        "%s entries of tables read",
                  text_count(all, counts->translations), text_count(hits, counts->hits),
                  text_count(walks, counts->misses), text_count(faults, counts->faults),
                  text_count(reads, counts->reads));
    return row + 1;
}

static const struct iommu *choose(const struct watch *watch, const char *about)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct iommu *iommu = iommu_of_device(watch->board->device[i]);

        if (iommu && (!about[0] || strcmp(iommu->device.name, about) == 0))
            return iommu;
    }
    return NULL;
}

static void draw_state(const struct watch *watch, const struct iommu *iommu,
                       struct canvas *canvas, struct area area)
{
    struct queue_shown queue[] = {command_queue(iommu), fault_queue(iommu)};
    int row = area.row + 1, end = area.row + area.rows;

    canvas_text(canvas, row, area.col + 2, area.cols - 2, ROLE_HEAD,
                iommu_mode_words(iommu));
    canvas_thing(canvas, row, area.col, area.cols, THING_FIELD, "%s.ddtp",
                 iommu->device.name);
    row = draw_counts(iommu, canvas, area, row + 1);
    for (size_t q = 0; q < COUNT(queue) && row < end; q++) {
        int64_t told = index_told(watch, iommu, &queue[q]);
        int left = end - row - 1; /* the other queue keeps its row */

        row = draw_queue(iommu, &queue[q], canvas, area, row, told);
        row = draw_records(watch, &queue[q], canvas, area, row,
                           q == 0 ? (left - 1) / 2 : left, told);
    }
    if (row < end)
        canvas_text(canvas, row, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "page-request queue: none, without capabilities.ATS");
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct iommu *iommu = choose(watch, state->about);

    canvas_rule(canvas, area.row, area.col, area.cols,
                iommu ? iommu->device.name : "iommu",
                area.cols >= MIDDLE ? "■ waits  ▣ now  · free" : "");
    if (iommu)
        draw_state(watch, iommu, canvas, area);
    else
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "this board has no such IOMMU");
}

static const char *absent(const struct watch *watch)
{
    return choose(watch, "") ? NULL : "this board has no IOMMU";
}

const struct view iommu_view = {
    .name = "iommu",
    .help = "an IOMMU: its mode, counters, and queues of commands and faults",
    .class = VIEW_COUNTERS,
    .cols = 38,
    .rows = 4,
    .wide = 60,
    .wish = 10,
    .tells = "info iommu",
    .about = "the name of an IOMMU",
    .absent = absent,
    .draw = draw,
};
