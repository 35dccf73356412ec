/*
 * Lanes of time, left to right: one for each hart, the bus, each DMA channel that has
 * worked. A span is a letter and a line; where a column is many cycles, the one who had
 * most of it stands there. Now stays at three quarters of the width.
 */
#include "base/bits.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"
#include "machine/virtio/virtio.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    NAME = 11,
    LANES = 16,
    COLUMNS = 512,
    WHOLE = 12 /* columns of all of the run */
};

static const uint32_t scales[TIMELINE_SCALES] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000};

uint64_t timeline_scale(unsigned scale)
{
    return scales[scale < TIMELINE_SCALES ? scale : TIMELINE_SCALES - 1];
}

struct lane {
    uint8_t kind, index;
    char name[16];
};

/* What a column of a lane shows: the span that covers most of it. */
struct lane_column {
    const struct span *span;
    uint64_t covered;
};

struct window {
    uint64_t from, scale, now;
    int cols;
};

static int add_lane(struct lane *lanes, int count, int room, enum lane_kind kind,
                    uint8_t index, const char *name)
{
    if (count == room)
        return count;
    lanes[count].kind = (uint8_t)kind;
    lanes[count].index = index;
    snprintf(lanes[count].name, sizeof(lanes[count].name), "%.10s", name);
    return count + 1;
}

/* The first interrupt line of every device that moves data. */
static int add_lines(const struct watch *watch, struct lane *lanes, int count, int room)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];
        char name[16];

        if (device->lines == 0 || device->line[0].source >= FACTS_IRQS ||
            (strcmp(device->type->name, "dma") != 0 && device->requests == 0))
            continue;
        snprintf(name, sizeof(name), "irq %u", device->line[0].source);
        count = add_lane(lanes, count, room, LANE_LINE, (uint8_t)device->line[0].source,
                         name);
    }
    return count;
}

/* A virtio disk has two lanes once it has been used: for what it does on the bus, and for
 * its medium. */
static int add_virtio(const struct watch *watch, struct lane *lanes, int count,
                      int room, const struct device *device)
{
    const struct virtio_fold *virtio = &watch->facts.virtio[device->index];
    unsigned master = device->unit + FACTS_CHANNELS;

    if (!virtio->has_chain && virtio->state == VIRTIO_IDLE)
        return count;
    count = add_lane(lanes, count, room, LANE_DMA, (uint8_t)master, device->name);
    return add_lane(lanes, count, room, LANE_DISK, device->index, "  medium");
}

/* A channel has a lane once the program has touched it; until then channel 0's stands
 * for all, so that lanes do not come and go. */
static int plan_lanes(const struct watch *watch, struct lane *lanes, int room)
{
    int count = 0, harts = (int)watch->board->harts;
    char name[16];

    for (int i = 0; i < harts && i < room - 2; i++) {
        snprintf(name, sizeof(name), "hart %d  %s", i,
                 mode_letters(hart_privilege(&watch->board->hart[i])));
        count = add_lane(lanes, count, room, LANE_HART, (uint8_t)i, name);
    }
    count = add_lane(lanes, count, room, LANE_BUS, 0, "bus");
    for (unsigned i = 0; i < FACTS_CHANNELS; i++)
        if (watch->facts.dma[i].bytes || watch->facts.dma[i].state ||
            (i == 0 && watch_device(watch, "dma", 0))) {
            snprintf(name, sizeof(name), "dma ch %u", i);
            count = add_lane(lanes, count, room, LANE_DMA, (uint8_t)i, name);
        }
    for (unsigned i = 0; i < watch->board->devices; i++)
        if (strcmp(watch->board->device[i]->type->name, "virtio-blk") == 0)
            count = add_virtio(watch, lanes, count, room, watch->board->device[i]);
    for (unsigned i = 0; i < watch->board->devices; i++)
        if (strcmp(watch->board->device[i]->type->name, "ata") == 0)
            count = add_lane(lanes, count, room, LANE_DISK, (uint8_t)i,
                             watch->board->device[i]->name);
    return add_lines(watch, lanes, count, room);
}

static void cover(struct lane_column *columns, const struct window *window,
                  const struct span *span)
{
    uint64_t until = window->from + window->scale * (uint64_t)window->cols;
    uint64_t at = span->from > window->from ? span->from : window->from;

    while (at < span->until && at < until) {
        uint64_t col = (at - window->from) / window->scale;
        uint64_t end = window->from + (col + 1) * window->scale, covered;

        if (end > span->until)
            end = span->until;
        covered = end - at;
        if (covered >= columns[col].covered)
            columns[col] = (struct lane_column){span, covered};
        at = end;
    }
}

/* What has begun and not ended lasts until now: a disk's phase, a line that is high. */
static bool open_span(const struct watch *watch, const struct lane *lane,
                      const struct window *window, struct span *span)
{
    const struct disk_fold *disk = &watch->facts.disk[lane->index % BOARD_ROWS];

    *span = (struct span){.until = window->now + 1,
                          .lane = lane->kind,
                          .index = lane->index,
                          .who = INITIATOR_DMA};
    if (lane->kind == LANE_DISK && disk->has_phase) {
        span->from = disk->since;
        span->sign = disk_sign(disk->phase.phase);
    } else if (lane->kind == LANE_LINE && watch_irq(watch, lane->index)) {
        span->from = watch->facts.irq_since[lane->index];
        span->sign = '1';
    }
    return span->sign != 0;
}

static enum role role_of(const struct span *span)
{
    if (span->sign == '~')
        return ROLE_WAIT;
    return initiator_kind(span->who) == BY_HART ? ROLE_HART : ROLE_DMA;
}

static void draw_column(const struct watch *watch, struct canvas *canvas, int row,
                        int col, const struct span *span, const struct span *before)
{
    bool now = watch_is_now(watch, span), ahead = watch_is_ahead(watch, span);
    enum role role = ahead ? ROLE_QUIET : role_of(span);

    if (span->sign == '~')
        canvas_put(canvas, row, col, role, L'░');
    else if (span != before)
        canvas_put(canvas, row, col, now ? ROLE_HEAD : role, (uint32_t)span->sign);
    else
        canvas_put(canvas, row, col, role, now ? L'━' : ahead ? L'┄' : L'─');
}

static void draw_lane(const struct watch *watch, struct canvas *canvas, int row,
                      int col, const struct lane *lane, const struct window *window)
{
    struct lane_column columns[COLUMNS] = {{NULL, 0}};
    uint64_t oldest = watch->spans > WATCH_SPANS ? watch->spans - WATCH_SPANS : 0;
    const struct span *before = NULL;
    struct span open;

    canvas_text(canvas, row, col, NAME - 1, ROLE_TEXT, lane->name);
    for (uint64_t i = oldest; i < watch->spans; i++) {
        const struct span *span = &watch->span[i % WATCH_SPANS];

        if (span->lane == lane->kind && span->index == lane->index &&
            span->until > window->from && (watch->past || !watch_is_ahead(watch, span)))
            cover(columns, window, span);
    }
    if (open_span(watch, lane, window, &open))
        cover(columns, window, &open);
    for (int i = 0; i < window->cols; i++) {
        const struct span *span = columns[i].span;

        if (span)
            draw_column(watch, canvas, row, col + NAME + i, span, before);
        else if (window->from + (uint64_t)i * window->scale < UINT64_MAX)
            canvas_put(canvas, row, col + NAME + i, ROLE_RULE, L'·');
        before = span;
    }
}

/* Labels of the axis stand at round cycles, now's mark over them. */
static void draw_axis(struct canvas *canvas, int row, int col,
                      const struct window *window)
{
    uint64_t every = window->scale * 20,
             at = (window->from + every - 1) / every * every;
    int mark = (int)((window->now - window->from) / window->scale);

    for (; at < window->from + window->scale * (uint64_t)window->cols; at += every) {
        int offset = (int)((at - window->from) / window->scale);
        char count[TEXT_NUMBER];
        int width = text_width(text_count(count, at));

        if (offset + width + 1 < window->cols &&
            (offset > mark || offset + width < mark))
            canvas_printf(canvas, row, col + offset, width + 1, ROLE_QUIET, "%s ",
                          count);
    }
    canvas_put(canvas, row, col + mark, ROLE_HEAD, L'▾');
}

static struct window place(const struct watch *watch, const struct view_state *state,
                           int cols)
{
    struct window window = {.scale = timeline_scale(state->scale),
                            .now = watch->cycle,
                            .cols = cols < COLUMNS ? cols : COLUMNS};
    uint64_t before;

    before = (uint64_t)(watch->past ? window.cols * 2 / 3 : window.cols * 3 / 4) *
             window.scale;
    window.from = window.now > before ? window.now - before : 0;
    window.from -= window.from % window.scale;
    return window;
}

/* "0 ├─────●┄┄": where in all of the run that is known. */
static void put_whole(const struct watch *watch, char *note, size_t size)
{
    uint64_t all = watch->newest > watch->cycle ? watch->newest : watch->cycle;
    int at = all ? (int)(watch->cycle * (WHOLE - 1) / all) : WHOLE - 1;
    size_t used = strlen(note);

    used += (size_t)snprintf(note + used, size - used, "    0 ├");
    for (int i = 0; i < WHOLE && used < size; i++)
        used += (size_t)snprintf(note + used, size - used, "%s",
                                 i < at    ? "─"
                                 : i == at ? "●"
                                           : "┄");
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct window window = place(watch, state, area.cols - NAME);
    bool short_form = area.rows <= 5;
    int row = area.row + (short_form ? 1 : 2), room = area.row + area.rows - row, count;
    struct lane lanes[LANES];
    char note[128] = "", title[24], scale[TEXT_NUMBER];

    if (area.rows >= 7)
        room--;     /* the legend */
    if (short_form) /* the axis is in the rule */
        snprintf(title, sizeof(title), "time x%" PRIu64, window.scale);
    else
        snprintf(note, sizeof(note), "1 column = %s cycle%s",
                 text_count(scale, window.scale), window.scale == 1 ? "" : "s");
    if (!short_form)
        put_whole(watch, note, sizeof(note));
    canvas_rule(canvas, area.row, area.col, area.cols,
                short_form && window.scale > 1 ? title : "timeline", note);
    draw_axis(canvas, row - 1, area.col + NAME, &window);
    count = plan_lanes(watch, lanes, room < LANES ? room : LANES);
    for (int i = 0; i < count; i++)
        draw_lane(watch, canvas, row + i, area.col, &lanes[i], &window);
    if (area.rows >= 7)
        canvas_printf(canvas, area.row + area.rows - 1, area.col, area.cols, ROLE_QUIET,
                      "l load  s store  x other  t trap  ░ waits  r read  w write  "
                      "c command  k seek  m medium  b buffer  1 high  ━ now%s",
                      watch_device(watch, "iommu", 0) ? "  i IOMMU" : "");
}

const struct view timeline_view = {
    .name = "timeline",
    .help = "who used the hart, the bus and the DMA channels, cycle by cycle",
    .class = VIEW_INSTRUCTIONS,
    .cols = 40,
    .rows = 4,
    .wish = 9,
    .low = 4,
    .middle = 7,
    .tells = "timeline",
    .draw = draw,
};
