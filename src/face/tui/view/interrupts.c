/*
 * All interrupts of the board, a row each, in an order that never changes: sources of the
 * interrupt controller by number, then timers, software and guest interrupts by hart.
 * What nobody has switched on, and what has never come, is counted in one last row.
 */
#include "base/bits.h"
#include "face/tui/view/irq_path.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"
#include "machine/interrupt/plic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_MOST = 160, NAME = 18, PATH = 26, MIDDLE = 62, WIDE = 96 };

/* One interrupt, and what the row says of it. */
struct irq_row {
    struct irq_choice choice;
    char name[24];
    bool in_use;
};

struct irq_rows {
    int count, quiet;
    struct irq_row row[ROWS_MOST];
};

/* --- which there are ----------------------------------------------------------------- */

static bool is_enabled(const struct plic *plic, unsigned source)
{
    return plic_enabled(plic, source) || plic->priority[source] > 0;
}

static void name_source(const struct device *device, unsigned line, char *text,
                        size_t room)
{
    static const char *const ends[] = {"done", "error"};

    if (strcmp(device->type->name, "dma") == 0)
        snprintf(text, room, "%.10s ch%u %s", device->name, line / 2, ends[line % 2]);
    else if (device->lines > 1)
        snprintf(text, room, "%.14s wire %u", device->name, line);
    else
        snprintf(text, room, "%.23s", device->name);
}

static void add_row(struct irq_rows *rows, const struct irq_row *row)
{
    if (!row->in_use)
        rows->quiet++;
    else if (rows->count < ROWS_MOST)
        rows->row[rows->count++] = *row;
}

/* In order of their numbers. */
static void add_sources(const struct watch *watch, struct irq_rows *rows)
{
    const struct plic *plic = (const struct plic *)watch->board->plic;

    for (unsigned source = 1; plic && source < PLIC_SOURCES; source++) {
        const struct device *device = irq_device(watch, source);
        struct irq_row row = {.choice = {.source = source, .hart = -1}};

        for (unsigned i = 0; device && i < device->lines; i++)
            if (device->line[i].source == source) {
                name_source(device, i, row.name, sizeof(row.name));
                row.in_use = is_enabled(plic, source) ||
                             irqs_of(&watch->irqs, IRQS_WIRE, 0, source, IRQS_ANY);
                add_row(rows, &row);
            }
    }
}

static void add_lines(const struct watch *watch, struct irq_rows *rows)
{
    static const struct {
        uint8_t line;
        const char *name;
    } lines[] = {{IRQ_MSI, "MSI"},   {IRQ_MTI, "MTI"},   {IRQ_SSI, "SSI"},
                 {IRQ_STI, "STI"},   {IRQ_VSSI, "VSSI"}, {IRQ_VSTI, "VSTI"},
                 {IRQ_VSEI, "VSEI"}, {IRQ_SGEI, "SGEI"}};
    const uint64_t added = VS_INTERRUPTS | BIT(IRQ_SGEI);

    for (unsigned h = 0; h < watch->board->harts; h++)
        for (size_t i = 0; i < COUNT(lines); i++) {
            const struct hart *hart = &watch->board->hart[h];
            uint64_t bit = BIT(lines[i].line);
            struct irq_row row = {.choice = {.hart = (int)h, .line = lines[i].line},
                                  .in_use = hart->csr.mie & bit ||
                                            hart_mip(hart) & bit ||
                                            watch->irqs.taken[h][lines[i].line].count};

            if (added & bit && !(hart_h_interrupts(hart) & bit))
                continue;
            snprintf(row.name, sizeof(row.name), "%s hart %u", lines[i].name, h);
            add_row(rows, &row);
        }
}

/* --- a row ---------------------------------------------------------------------------- */

/* Gates that are open, then where it stops; of one that runs, where. */
static void draw_path(const struct irq_path *path, struct canvas *canvas, int row,
                      int col, int cols)
{
    const struct path_box *last = &path->box[path->boxes - 1];
    int reached = path->stop < 0 ? (int)path->gates : path->stop;
    int at = col;

    for (int i = 0; i < reached && at < col + cols; i++)
        canvas_put(canvas, row, at++, ROLE_DMA, L'━');
    if (path->stop >= 0) {
        if (reached)
            at++;
        at += canvas_text(canvas, row, at, col + cols - at,
                          path->stop ? ROLE_TEXT : ROLE_QUIET, "STOP");
        canvas_text(canvas, row, at + 1, col + cols - at - 1,
                    path->stop ? ROLE_TEXT : ROLE_QUIET, path->box[path->stop].title);
        return;
    }
    canvas_put(canvas, row, at, ROLE_DMA, L'▸');
    canvas_text(canvas, row, at + 2, col + cols - at - 2, ROLE_HEAD,
                last->verdict != VERDICT_RUNS ? "taken next"
                : cols < 20                   ? "runs"
                                              : "handler runs");
}

/* When the last one was taken, what it took from the source, and how many there were. */
struct irq_history {
    bool taken;
    uint64_t cycle, latency, count;
    bool has_latency;
};

static struct irq_history history_of(const struct watch *watch,
                                     const struct irq_path *path)
{
    const struct delivery *last = &path->delivery;
    const struct irqs_taken *line =
        &watch->irqs.taken[path->hart][path->line % IRQS_LINES];
    struct irq_history history = {.count = path->count};

    if (!path->choice.source) {
        history = (struct irq_history){
            .taken = line->count > 0, .cycle = line->cycle, .count = line->count};
        history.has_latency = history.taken && line->rose && line->rose <= line->cycle;
        history.latency = line->cycle - line->rose;
    } else if (path->has_delivery && last->seen & BIT(HAND_TRAP)) {
        history.taken = true;
        history.cycle = last->cycle[HAND_TRAP];
        history.has_latency = last->seen & BIT(HAND_LINE);
        history.latency = history.cycle - last->cycle[HAND_LINE];
    }
    return history;
}

/* Is it pending, at the interrupt controller or in mip; has a handler claimed it? */
static void draw_state(const struct watch *watch, const struct irq_path *path,
                       struct canvas *canvas, int row, int col)
{
    const struct plic *plic = (const struct plic *)watch->board->plic;
    unsigned source = path->choice.source;
    bool pending = source ? plic_bit(plic->pending, source)
                          : hart_mip(&watch->board->hart[path->hart]) >> path->line & 1;
    const struct irqs_change *told =
        source ? irqs_of(&watch->irqs, IRQS_REGISTER, plic->device.index,
                         PLIC_PENDING + source / 32 * 4, source % 32)
               : NULL;
    const struct irqs_change *service =
        irqs_of(&watch->irqs, IRQS_SERVICE, 0, source, IRQS_ANY);

    if (told)
        pending = told->level;
    canvas_text(canvas, row, col, 4, pending ? ROLE_HEAD : ROLE_QUIET,
                pending ? "1" : "0");
    canvas_text(canvas, row, col + 6, 7, ROLE_TEXT,
                !source                     ? ""
                : service && service->level ? "claimed"
                                            : "-");
}

static void draw_number(struct canvas *canvas, int row, int col, int cols, bool known,
                        uint64_t number)
{
    char text[TEXT_NUMBER];

    canvas_printf(canvas, row, col, cols, known ? ROLE_TEXT : ROLE_QUIET, "%*s", cols,
                  known ? text_count(text, number) : "-");
}

/* Columns: name, path, then as there is room: state, last, latency, count. */
struct irq_columns {
    int name, path, state, last, latency, count; /* 0: left out */
};

static struct irq_columns columns_of(struct area area)
{
    struct irq_columns at = {.name = area.col + 2};
    int end = area.col + area.cols;

    at.path = at.name + 4 + (area.cols < MIDDLE ? 14 : NAME);
    at.count = end - (area.cols < MIDDLE ? 6 : 8);
    if (area.cols >= MIDDLE)
        at.latency = at.count - 9;
    if (area.cols >= WIDE - 14)
        at.last = at.latency - 12;
    if (area.cols >= WIDE)
        at.state = at.last - 15;
    return at;
}

static int path_end(const struct irq_columns *at)
{
    return at->state     ? at->state
           : at->last    ? at->last
           : at->latency ? at->latency
                         : at->count;
}

static void draw_headings(struct canvas *canvas, int row, int end,
                          const struct irq_columns *at)
{
    canvas_text(canvas, row, at->name, at->path - at->name - 1, ROLE_QUIET,
                "irq source");
    canvas_text(canvas, row, at->path, 12, ROLE_QUIET, "gates");
    if (at->state)
        canvas_text(canvas, row, at->state, 13, ROLE_QUIET, "pends claim");
    if (at->last)
        canvas_text(canvas, row, at->last, 11, ROLE_QUIET, " last taken");
    if (at->latency)
        canvas_text(canvas, row, at->latency, 8, ROLE_QUIET, " latency");
    canvas_printf(canvas, row, at->count, end - at->count, ROLE_QUIET, "%*s",
                  end - at->count, "count");
}

static void draw_row(const struct watch *watch, struct canvas *canvas, struct area area,
                     int row, const struct irq_columns *at, const struct irq_row *now)
{
    const struct irqs_last *last = &watch->irqs.last;
    struct irq_history history;
    struct irq_path path;
    bool moved;

    if (!irq_path_of(watch, &now->choice, &path))
        return;
    moved = last->any &&
            (now->choice.source
                 ? last->source == now->choice.source
                 : !last->source && last->hart == path.hart && last->line == path.line);
    if (moved)
        canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
    if (now->choice.source)
        canvas_printf(canvas, row, at->name, 3, ROLE_TEXT, "%u", now->choice.source);
    canvas_text(canvas, row, at->name + 4, at->path - at->name - 5, ROLE_TEXT,
                now->name);
    draw_path(&path, canvas, row, at->path, path_end(at) - at->path - 1);
    history = history_of(watch, &path);
    if (at->state)
        draw_state(watch, &path, canvas, row, at->state);
    if (at->last)
        draw_number(canvas, row, at->last, 11, history.taken, history.cycle);
    if (at->latency)
        draw_number(canvas, row, at->latency, 8, history.has_latency, history.latency);
    draw_number(canvas, row, at->count, area.col + area.cols - at->count,
                history.count > 0, history.count);
    canvas_thing(canvas, row, area.col, area.cols,
                 now->choice.source ? THING_IRQ : THING_CSR, "%s", path.name);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct irq_rows rows = {0};
    struct irq_columns at = columns_of(area);
    bool headings = area.rows >= 6;
    int top = area.row + 1 + headings, room = area.rows - 1 - headings, shown, first;
    char note[48] = "";

    add_sources(watch, &rows);
    add_lines(watch, &rows);
    room -= rows.quiet > 0 && room > 1;
    shown = rows.count < room ? rows.count : room;
    first = state->top < rows.count - shown ? state->top : rows.count - shown;
    if (first > 0)
        snprintf(note, sizeof(note), "+%d above", first);
    canvas_rule(canvas, area.row, area.col, area.cols, "interrupts",
                first > 0             ? note
                : area.cols >= MIDDLE ? "latency in cycles, device to handler"
                                      : "");
    if (headings)
        draw_headings(canvas, area.row + 1, area.col + area.cols, &at);
    for (int i = 0; i < shown; i++)
        draw_row(watch, canvas, area, top + i, &at, &rows.row[first + i]);
    if (rows.quiet && room < area.rows - 1 - headings)
        canvas_printf(canvas, top + shown, area.col + 2, area.cols - 2, ROLE_QUIET,
                      area.cols < MIDDLE ? "+%d quiet"
                                         : "+%d quiet: not switched on, and never came",
                      rows.quiet);
    state->shown = shown;
    state->all = rows.count;
}

const struct view interrupts_view = {
    .name = "interrupts",
    .help = "all interrupts: where each one's way is shut, and when it came last",
    .class = VIEW_DEVICES,
    .cols = 38,
    .rows = 4,
    .wide = 70,
    .wish = 14,
    .tells = "info irq",
    .absent = irq_absent,
    .draw = draw,
};
