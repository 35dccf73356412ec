#include "face/tui/stage/stage.h"

#include "face/tui/stage/parts.h"
#include "face/tui/watch/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- harts ----------------------------------------------------------------------- */

/* The state of a hart's instruction: done in this move, or next. */
static uint64_t shown_pc(const struct watch *watch, unsigned hart, bool *done)
{
    const struct event *insn = watch_insn(watch, hart);

    *done = insn != NULL;
    return insn ? insn->insn.pc : watch_pc(watch, hart);
}

static void insn_line(const struct watch *watch, unsigned hart, struct buf *line)
{
    const struct event *event = &watch->focus;
    char insn[TEXT_INSN];
    uint32_t bits;
    bool done;
    uint64_t pc = shown_pc(watch, hart, &done);

    if (watch->has_focus && event->kind == EVENT_TRAP_ENTER &&
        event->trap_enter.hart == hart) {
        buf_printf(line, "%08" PRIx64 " ▸ %08" PRIx64, event->trap_enter.epc,
                   event->trap_enter.handler);
        return;
    }
    if (done)
        bits = watch_insn(watch, hart)->insn.bits;
    else if (!text_fetch(watch, hart, pc, &bits)) {
        buf_printf(line, "%08" PRIx64 " cannot be fetched", pc);
        return;
    }
    buf_printf(line, "%08" PRIx64 " %s", pc, text_insn(insn, watch, bits, pc));
}

/* What the instruction did, in a few words. */
static enum role result_line(const struct watch *watch, unsigned hart, struct buf *line)
{
    const struct event *event = &watch->focus, *insn = watch_insn(watch, hart);
    char data[TEXT_DATA];

    if (watch->has_focus && event->kind == EVENT_BUS_WAIT &&
        event->bus_wait.initiator == INITIATOR_HART + hart) {
        buf_printf(line, "░░░ waits %" PRIu32 " cycles", event->bus_wait.cycles);
        return ROLE_WAIT;
    }
    if (watch->facts.hart[hart].asleep) {
        buf_text(line, "asleep, until an interrupt");
        return ROLE_QUIET;
    }
    if (watch->has_focus && event->kind == EVENT_TRAP_ENTER &&
        event->trap_enter.hart == hart) {
        buf_text(line, "trap: ");
        buf_text(line, say_value(data, UNIT_CAUSE, event->trap_enter.cause));
        return ROLE_HEAD;
    }
    if (!insn) {
        buf_text(line, "┄ next");
        return ROLE_QUIET;
    }
    if (insn->insn.rd)
        buf_printf(line, "%s ◂ 0x%" PRIx64 "   ", xreg_names[insn->insn.rd],
                   insn->insn.rd_new);
    buf_printf(line, "%" PRIu32 " cycle%s", insn->insn.price,
               insn->insn.price == 1 ? "" : "s");
    return ROLE_TEXT;
}

/* "S"; "guest 1  VS" in a guest. */
static void put_mode(struct buf *out, const struct hart *hart)
{
    if (hart->is_virtual)
        buf_printf(out, "guest %u  ", hart_vmid(hart));
    buf_text(out, mode_letters(hart_privilege(hart)));
}

static void draw_hart(const struct watch *watch, struct canvas *canvas,
                      const struct stage *stage, int i)
{
    struct area box = stage->hart[i];
    struct buf line = {0};
    int col = box.col + 2, room = box.cols - 4, mode_cols, used;
    enum role role;

    put_mode(&line, &watch->board->hart[i]);
    mode_cols = (int)line.size;
    canvas_printf(canvas, box.row, box.col + 2, room, ROLE_HEAD, " hart %d ", i);
    canvas_printf(canvas, box.row, box.col + box.cols - 3 - mode_cols, mode_cols + 2,
                  ROLE_TEXT, " %s ", buf_str(&line));
    buf_clear(&line);
    insn_line(watch, (unsigned)i, &line);
    used = canvas_text(canvas, box.row + 1, col, room, ROLE_TEXT, buf_str(&line));
    buf_clear(&line);
    role = result_line(watch, (unsigned)i, &line);
    if (stage->tall)
        canvas_text(canvas, box.row + 2, col, room, role, buf_str(&line));
    else if (role == ROLE_WAIT && used + 10 <= room)
        canvas_text(canvas, box.row + 1, col + room - 7, 7, role, "░ waits");
    buf_free(&line);
}

/* --- parts ------------------------------------------------------------------------ */

static const struct stage_part *find_part(const struct stage *stage, struct end end)
{
    for (int i = 0; i < stage->parts; i++) {
        const struct device *device = stage->part[i].device;

        if (end.part == PART_RAM ? !device : device && device->index == end.index)
            return &stage->part[i];
    }
    return NULL;
}

static void draw_lines(struct canvas *canvas, const struct stage_part *part,
                       const struct part_text *text)
{
    int left = part->box.col, inside = part->box.cols - 4;

    for (unsigned i = 0; i < text->lines && (int)i < part->box.rows - 2; i++) {
        const struct part_line *line = &text->line[i];
        int row = part->box.row + 1 + (int)i, owners = (int)strlen(line->owners);
        bool marks = part->device == NULL;

        if (marks && line->touched)
            canvas_put(canvas, row, left + 2, ROLE_HEAD, L'▸');
        canvas_text(canvas, row, left + 2 + marks, inside - marks - (owners ? 3 : 0),
                    line->touched ? ROLE_HEAD : line->role, line->text);
        for (int o = 0; o < owners; o++)
            canvas_put(canvas, row, left + part->box.cols - 2 - owners + o,
                       line->owners[o] == 'h'   ? ROLE_HART
                       : line->owners[o] == 'd' ? ROLE_DMA
                                                : ROLE_NOBODY,
                       (uint32_t)line->owners[o]);
    }
}

/* The title left of the tap, the address right of it, where there is room. */
static void draw_title(struct canvas *canvas, const struct stage_part *part,
                       const char *title, uint64_t base, const char *note)
{
    struct area box = part->box;
    char address[24];
    int width;

    width = snprintf(address, sizeof(address), " 0x%" PRIx64 " ", base);
    canvas_printf(canvas, box.row, box.col + 2, box.cols - 3, ROLE_HEAD, " %s ", title);
    if (note[0] && part->tap + width + 3 > box.col + box.cols)
        width = snprintf(address, sizeof(address), " %s ", note);
    if (part->tap > box.col + 1 && part->tap + width + 3 <= box.col + box.cols)
        canvas_text(canvas, box.row, box.col + box.cols - width - 1, width, ROLE_QUIET,
                    address);
}

static void draw_part(const struct watch *watch, struct canvas *canvas,
                      const struct stage_part *part)
{
    const struct device *device = part->device;
    struct part_text text = {0};

    if (device) {
        const struct part_form *form = part_form(device);

        form->fill(watch, device, part->box.cols - 4, &text);
        draw_title(canvas, part, part_title(watch, device, part->box.cols),
                   device->base, text.note);
    } else {
        part_ram(watch, part->box.cols - 4, part->box.rows - 2, &text);
        draw_title(canvas, part, "RAM", watch->board->bus.ram.base, "");
    }
    draw_lines(canvas, part, &text);
}

/* --- wires ------------------------------------------------------------------------ */

static int part_bottom(const struct stage_part *part)
{
    return part->box.row + part->box.rows - 1;
}

static int pad_col(const struct stage_part *part)
{
    return part->box.col + part->box.cols - 3;
}

static bool has_pad(const struct stage *stage, const struct stage_part *part)
{
    return stage->tall && stage->irq_col >= 0 && part->device &&
           part->device->lines > 0 && strcmp(part->device->type->name, "plic") != 0;
}

/* Where the rail enters the interrupt controller. */
static int rail_end(const struct stage *stage)
{
    const struct stage_part *last = &stage->part[stage->parts - 1];

    return last->box.col + last->box.cols / 2;
}

static void wire_data(struct canvas *canvas, const struct stage *stage)
{
    canvas_across(canvas, stage->bus, stage->bus_from, stage->bus_until, WEIGHT_IDLE,
                  ROLE_RULE);
    canvas_put(canvas, stage->bus, stage->bus_from, ROLE_RULE, L'─');
    for (int i = 0; i < stage->harts; i++)
        canvas_down(canvas, stage->hart_tap[i], stage->upper - 1, stage->bus,
                    WEIGHT_IDLE, ROLE_RULE);
    for (int i = 0; i < stage->parts; i++)
        canvas_down(canvas, stage->part[i].tap, stage->bus, stage->lower + 1,
                    WEIGHT_IDLE, ROLE_RULE);
}

static void wire_rail(struct canvas *canvas, const struct stage *stage)
{
    int end = rail_end(stage), bottom = stage->rail - 1;

    for (int i = 0; i < stage->parts; i++)
        if (has_pad(stage, &stage->part[i])) {
            int col = pad_col(&stage->part[i]);

            canvas_down(canvas, col, bottom, stage->rail, WEIGHT_IDLE, ROLE_RULE);
            canvas_across(canvas, stage->rail, col, end, WEIGHT_IDLE, ROLE_RULE);
            canvas_down(canvas, end, bottom, stage->rail, WEIGHT_IDLE, ROLE_RULE);
        }
}

static int line_row(const struct stage *stage)
{
    return stage->area.row + 1;
}

static int line_from(const struct stage *stage)
{
    const struct area *last = &stage->hart[stage->harts - 1];

    return last->col + last->cols;
}

static void wire_line(struct canvas *canvas, const struct stage *stage,
                      enum weight weight, enum role role)
{
    canvas_across(canvas, line_row(stage), line_from(stage), stage->irq_col, weight,
                  role);
    canvas_down(canvas, stage->irq_col, line_row(stage), stage->lower + 1, weight,
                role);
}

/* A DMA request line is a wire between neighbours. */
static void wire_request(struct canvas *canvas, const struct stage *stage,
                         const struct transaction *now)
{
    for (int i = 1; i + 1 < stage->parts; i++) {
        const struct stage_part *dma = &stage->part[i], *served = &stage->part[i + 1];
        int row = part_bottom(dma) - 1, from = dma->box.col + dma->box.cols;
        bool here = now->way == WAY_REQUEST && served->device &&
                    served->device->index == now->asker.index;

        if (!dma->device || strcmp(dma->device->type->name, "dma") != 0 ||
            !served->device || !served->device->requests)
            continue;
        canvas_across(canvas, row, from, served->box.col,
                      here ? WEIGHT_NOW : WEIGHT_IDLE, here ? ROLE_DMA : ROLE_RULE);
        canvas_put(canvas, row, from, here ? ROLE_DMA : ROLE_RULE, L'◂');
    }
}

/* --- the heavy wire ---------------------------------------------------------------- */

/* Where a part meets its wire to the bus: its edge, the cell before the bus, the column. */
struct stub {
    int edge, before, col;
    bool above; /* a hart: the bus is below */
};

static bool stub_of(const struct stage *stage, struct end end, struct stub *stub)
{
    const struct stage_part *part;

    if (end.part == PART_HART) {
        int i = end.index < stage->harts ? end.index : stage->harts - 1;

        *stub = (struct stub){stage->upper - 1, stage->upper, stage->hart_tap[i], true};
        return true;
    }
    part = find_part(stage, end);
    if (part) {
        *stub = (struct stub){stage->lower + 1, stage->lower, part->tap, false};
        return true;
    }
    if (stage->quiet_col < 0)
        return false;
    *stub = (struct stub){stage->bus, stage->bus, stage->quiet_col + 5, false};
    return true;
}

/* A label goes into the arch between the two taps, else to the right of the asker's stub
 * in the row above the bus. */
static void draw_label(struct canvas *canvas, const struct stage *stage,
                       const struct transaction *now, struct stub asker,
                       struct stub target, enum role role)
{
    int left = asker.col < target.col ? asker.col : target.col;
    int right = asker.col < target.col ? target.col : asker.col;
    int row = stage->lower, col = left + 2, room = right - left - 3;
    int end = stage->irq_col >= 0 ? stage->irq_col : stage->area.col + stage->area.cols;

    for (int i = 0; i < stage->parts; i++) /* taps between them cut the arch short */
        if (stage->part[i].tap > left && stage->part[i].tap < right)
            room = stage->part[i].tap - left - 3;
    if (asker.above) {
        row = stage->upper;
        col = asker.col + 2;
        room = end - col - 1;
    }
    if (now->asker.part == PART_HART && now->asker.index >= stage->harts) {
        int used =
            canvas_printf(canvas, row, col, room, role,
                          "hart %u: ", now->asker.index); /* one that is folded */

        col += used;
        room -= used;
    }
    for (int i = 0; i < TRANSACTION_LABELS; i++)
        if (now->label[i][0] && text_width(now->label[i]) <= room) {
            canvas_text(canvas, row, col, room, role, now->label[i]);
            return;
        }
}

static void draw_transfer(struct canvas *canvas, const struct stage *stage,
                          const struct transaction *now, enum weight weight)
{
    struct stub asker, target, to;
    bool heavy = weight == WEIGHT_NOW;

    if (!stub_of(stage, now->asker, &asker) || !stub_of(stage, now->target, &target))
        return;
    canvas_down(canvas, asker.col, asker.edge, stage->bus, weight, now->role);
    if (heavy) {
        canvas_across(canvas, stage->bus, asker.col, target.col, weight, now->role);
        canvas_down(canvas, target.col, stage->bus, target.edge, weight, now->role);
        canvas_put(canvas, asker.before, asker.col, now->role, L'●');
        to = now->to_asker ? asker : target;
        if (to.edge != stage->bus)
            canvas_put(canvas, to.edge, to.col, now->role, to.above ? L'▴' : L'▾');
    }
    draw_label(canvas, stage, now, asker, target, heavy ? ROLE_HEAD : ROLE_QUIET);
}

static void draw_irq(struct canvas *canvas, const struct stage *stage,
                     const struct transaction *now)
{
    const struct stage_part *part = find_part(stage, now->asker);
    int end = rail_end(stage), bottom = stage->rail - 1;

    if (!part || !has_pad(stage, part))
        return;
    canvas_down(canvas, pad_col(part), bottom, stage->rail, WEIGHT_NOW, now->role);
    canvas_across(canvas, stage->rail, pad_col(part), end, WEIGHT_NOW, now->role);
    canvas_down(canvas, end, bottom, stage->rail, WEIGHT_NOW, now->role);
}

static void draw_pads(const struct watch *watch, struct canvas *canvas,
                      const struct stage *stage)
{
    for (int i = 0; i < stage->parts; i++) {
        const struct stage_part *part = &stage->part[i];
        const struct device *device = part->device;
        unsigned source = 0;
        char label[12];
        int width;

        if (!has_pad(stage, part))
            continue;
        source = device->line[0].source;
        for (unsigned n = device->lines; n-- > 0;)
            if (watch_irq(watch, device->line[n].source))
                source = device->line[n].source;
        width = snprintf(label, sizeof(label), " %u ", source);
        canvas_text(canvas, part_bottom(part), pad_col(part) - width, width, ROLE_QUIET,
                    label);
        canvas_put(canvas, part_bottom(part), pad_col(part),
                   watch_irq(watch, source) ? ROLE_DMA : ROLE_QUIET,
                   watch_irq(watch, source) ? L'●' : L'○');
        canvas_put(canvas, part_bottom(part), pad_col(part) + 1, ROLE_TEXT, ' ');
    }
}

static void draw_line_label(const struct watch *watch, struct canvas *canvas,
                            const struct stage *stage, const struct transaction *now)
{
    bool here = now->way == WAY_HART;
    unsigned hart = here ? now->target.index : watch->hart;
    uint32_t lines = watch->facts.hart[hart].lines;
    bool supervisor = here ? now->source == IRQ_SEI : lines & BIT(IRQ_SEI);
    enum role role = here ? now->role : ROLE_RULE;
    char whose[16] = "";

    if (watch->board->harts > 1)
        snprintf(whose, sizeof(whose), "h%u ", hart);
    canvas_put(canvas, line_row(stage), line_from(stage), role, L'◂');
    canvas_printf(canvas, line_row(stage), line_from(stage) + 3, 13,
                  here ? ROLE_HEAD : ROLE_QUIET, " %s%s %d ", whose,
                  supervisor ? "seip" : "meip",
                  (lines & (BIT(IRQ_MEI) | BIT(IRQ_SEI))) != 0);
}

/* --- the token ---------------------------------------------------------------------- */

static void draw_token(struct canvas *canvas, const struct stage *stage,
                       const struct transaction *now, int token)
{
    struct stub asker, target, from, to;
    int down, across, up, at;

    if (now->way != WAY_BUS || !stub_of(stage, now->asker, &asker) ||
        !stub_of(stage, now->target, &target))
        return;
    from = now->to_asker ? target : asker;
    to = now->to_asker ? asker : target;
    down = from.edge < stage->bus ? stage->bus - from.edge : from.edge - stage->bus;
    up = to.edge < stage->bus ? stage->bus - to.edge : to.edge - stage->bus;
    across = from.col < to.col ? to.col - from.col : from.col - to.col;
    at = (down + across + up) * token / 256;
    if (at < down)
        canvas_put(canvas, from.edge + (from.above ? at : -at), from.col, ROLE_CHANGED,
                   L'■');
    else if (at < down + across)
        canvas_put(canvas, stage->bus,
                   from.col + (from.col < to.col ? at - down : down - at), ROLE_CHANGED,
                   L'■');
    else
        canvas_put(canvas, stage->bus + (to.above ? -1 : 1) * (at - down - across),
                   to.col, ROLE_CHANGED, L'■');
}

/* --- the whole ---------------------------------------------------------------------- */

static void draw_gutter(struct canvas *canvas, const struct stage *stage)
{
    int col = stage->area.col, room = stage->gutter - 1;

    canvas_text(canvas, stage->area.row + 1, col, room, ROLE_QUIET, "harts");
    canvas_text(canvas, stage->bus, col, room, ROLE_QUIET, "bus");
    canvas_text(canvas, stage->lower + 2, col, room, ROLE_QUIET,
                stage->tall ? "memory," : "parts");
    if (!stage->tall)
        return;
    canvas_text(canvas, stage->lower + 3, col, room, ROLE_QUIET, "devices");
    if (stage->irq_col >= 0)
        canvas_text(canvas, stage->rail, col, room, ROLE_QUIET, "irq");
}

static void draw_now(const struct watch *watch, struct canvas *canvas,
                     const struct stage *stage, const struct transaction *now)
{
    struct transaction next = transaction_next(watch);

    if (now->way == WAY_BUS)
        draw_transfer(canvas, stage, now, WEIGHT_NOW);
    if (next.way == WAY_BUS)
        draw_transfer(canvas, stage, &next, WEIGHT_NEXT);
    if (now->way == WAY_IRQ)
        draw_irq(canvas, stage, now);
    if (now->way == WAY_HART && stage->irq_col >= 0)
        wire_line(canvas, stage, WEIGHT_NOW, now->role);
}

/* The chip of the devices that have no box; one that is used shows its name there. */
static void draw_quiet(const struct watch *watch, struct canvas *canvas,
                       const struct stage *stage, const struct transaction *now)
{
    bool here = now->way == WAY_BUS && now->target.part == PART_DEVICE &&
                !find_part(stage, now->target);

    if (stage->quiet_col < 0)
        return;
    if (here)
        canvas_printf(canvas, stage->bus, stage->quiet_col, 10, ROLE_HEAD, "[%-8.8s]",
                      watch->board->device[now->target.index]->name);
    else
        canvas_printf(canvas, stage->bus, stage->quiet_col, 10, ROLE_QUIET,
                      "[+%d quiet]", stage->quiet);
}

void stage_draw(const struct watch *watch, struct canvas *canvas, struct area area,
                int token)
{
    struct stage stage = stage_place(watch, area);
    struct transaction now = transaction_now(watch);

    for (int i = 0; i < stage.harts; i++)
        canvas_box(canvas, stage.hart[i], ROLE_RULE);
    for (int i = 0; i < stage.parts; i++)
        canvas_box(canvas, stage.part[i].box, ROLE_RULE);
    wire_data(canvas, &stage);
    if (stage.irq_col >= 0) {
        wire_line(canvas, &stage, WEIGHT_IDLE, ROLE_RULE);
        if (stage.tall)
            wire_rail(canvas, &stage);
    }
    wire_request(canvas, &stage, &now);
    draw_now(watch, canvas, &stage, &now);
    draw_quiet(watch, canvas, &stage, &now);
    for (int i = 0; i < stage.harts; i++)
        draw_hart(watch, canvas, &stage, i);
    for (int i = 0; i < stage.parts; i++)
        draw_part(watch, canvas, &stage.part[i]);
    if (stage.irq_col >= 0)
        draw_line_label(watch, canvas, &stage, &now);
    draw_pads(watch, canvas, &stage);
    draw_gutter(canvas, &stage);
    if (token >= 0)
        draw_token(canvas, &stage, &now, token);
}
