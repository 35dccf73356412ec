#include "face/tui/stage/stage.h"

#include "base/bits.h"
#include "face/tui/stage/parts.h"
#include "face/tui/stage/scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- what is in the boxes --------------------------------------------------------------- */

static void draw_lines(struct canvas *canvas, const struct stage_part *part,
                       const struct part_text *text)
{
    int left = part->box.col, inside = part->box.cols - 4;
    bool marks = part->device == NULL;

    for (unsigned i = 0; i < text->lines && (int)i < part->box.rows - 2; i++) {
        const struct part_line *line = &text->line[i];
        int row = part->box.row + 1 + (int)i, owners = (int)strlen(line->owners);

        if (marks && line->touched)
            canvas_put(canvas, row, left + 2, ROLE_HEAD, L'▸');
        canvas_text(canvas, row, left + 2 + marks,
                    inside - marks - (owners ? owners + 1 : 0),
                    line->touched ? ROLE_HEAD : line->role, line->text);
        for (int o = 0; o < owners; o++)
            canvas_put(canvas, row, left + part->box.cols - 2 - owners + o,
                       role_of_owner(line->owners[o]), (uint32_t)line->owners[o]);
        if (line->thing[0])
            canvas_thing(canvas, row, left + 2, inside,
                         line->thing[0] == '0' ? THING_MEMORY : THING_IRQ, "%s",
                         line->thing);
    }
}

/* The title left of the tap, the address right of it, where there is room. */
static void draw_title(struct canvas *canvas, const struct stage_part *part,
                       const char *title, uint64_t base, const char *note)
{
    struct area box = part->box;
    char address[24];
    int width, end = box.col + box.cols;

    width = snprintf(address, sizeof(address), " 0x%" PRIx64 " ", base);
    canvas_printf(canvas, box.row, box.col + 2, box.cols - 3, ROLE_HEAD, " %s ", title);
    if (note[0] && part->tap + width + 3 > end)
        width = snprintf(address, sizeof(address), " %s ", note);
    if (!part->io_tap && part->tap > box.col + 1 && part->tap + width + 3 <= end)
        canvas_text(canvas, box.row, end - width - 1, width, ROLE_QUIET, address);
}

/* What the event queue has for a device that will not use the bus. */
static void add_next(const struct scene *scene, const struct device *device,
                     struct part_text *text)
{
    for (unsigned i = 0; i < scene->nexts; i++)
        if (scene->next[i].part.part == PART_DEVICE && !scene->next[i].to_bus &&
            scene->next[i].part.index == device->index)
            part_add(text, ROLE_QUIET, "┄ %s", scene->next[i].label[1]);
}

/* Of several that share the box: the one that acts now, else the first. */
static const struct device *shown_device(const struct scene *scene,
                                         const struct stage_part *part)
{
    const struct transaction *now = &scene->now;
    const struct end ends[] = {now->asker, now->target};

    for (unsigned i = 0; i < COUNT(ends) && part->siblings; i++)
        if (ends[i].part == PART_DEVICE &&
            part->siblings & UINT64_C(1) << ends[i].index % BOARD_ROWS)
            return scene->watch->board->device[ends[i].index];
    return part->device;
}

/* "virtio0 +5": a thing of its own, which opens them. */
static void draw_siblings(const struct scene *scene, const struct stage_part *part,
                          const char *title)
{
    int count = __builtin_popcountll(part->siblings);
    int col = part->box.col + 4 + text_width(title), used;

    if (!part->siblings)
        return;
    used = canvas_printf(scene->canvas, part->box.row, col,
                         part->box.col + part->box.cols - col - 1, ROLE_QUIET, "+%d ",
                         count);
    canvas_thing(scene->canvas, part->box.row, col, used, THING_PART, "%s",
                 part->device->type->name);
}

static void draw_part(const struct scene *scene, const struct stage_part *part)
{
    const struct device *device = shown_device(scene, part);
    const struct watch *watch = scene->watch;
    int width = part->box.cols - 4;
    struct part_text text = {0};

    canvas_thing_area(scene->canvas, part->box, THING_PART,
                      device ? device->name : "ram");
    if (device)
        part_form(device)->fill(watch, device, width, &text);
    else
        part_ram(watch, width, part->box.rows - 2, &text);
    if (device)
        add_next(scene, device, &text);
    draw_title(scene->canvas, part, part_title(watch, device, part->box.cols),
               device ? device->base : watch->board->bus.ram.base, text.note);
    if (device)
        draw_siblings(scene, part, part_title(watch, device, part->box.cols));
    draw_lines(scene->canvas, part, &text);
}

/* --- the box in which it happens -------------------------------------------------------- */

/* A box that nothing leads to now, although something happens in it, is heavy at its
 * corners. */
static void mark_box(struct canvas *canvas, struct area box, enum role role)
{
    int bottom = box.row + box.rows - 1, right = box.col + box.cols - 1;

    canvas_put(canvas, box.row, box.col, role, L'┏');
    canvas_put(canvas, box.row, right, role, L'┓');
    canvas_put(canvas, bottom, box.col, role, L'┗');
    canvas_put(canvas, bottom, right, role, L'┛');
}

static void mark_inside(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct transaction *now = &scene->now;
    const struct stage_part *part = stage_part_of(stage, now->asker);
    int hart =
        now->asker.part == PART_HART ? stage_hart_box(stage, now->asker.index) : -1;

    if (now->stopped)
        part = stage_part_of(stage, now->target);
    else if (now->way != WAY_INSIDE)
        return;
    if (part)
        mark_box(scene->canvas, part->box, ROLE_HEAD);
    else if (hart >= 0)
        mark_box(scene->canvas, stage->hart[hart], ROLE_HEAD);
    else if (now->asker.part == PART_HART && stage->strip.cols)
        mark_box(scene->canvas, stage->strip, ROLE_HEAD);
}

/* --- interrupts ------------------------------------------------------------------------- */

static void draw_pad(const struct scene *scene, const struct stage_part *part)
{
    const struct device *device = part->device;
    int row = part->box.row + part->box.rows - 1, col = wires_pad_col(part), width;
    unsigned source = device->line[0].source;
    char label[12];

    for (unsigned n = device->lines; n-- > 0;)
        if (watch_irq(scene->watch, device->line[n].source))
            source = device->line[n].source;
    if (scene->now.way == WAY_IRQ && scene->now.asker.index == device->index)
        source = scene->now.source;
    width = snprintf(label, sizeof(label), " %u ", source);
    canvas_text(scene->canvas, row, col - width, width, ROLE_QUIET, label);
    canvas_put(scene->canvas, row, col,
               watch_irq(scene->watch, source) ? ROLE_DMA : ROLE_QUIET,
               watch_irq(scene->watch, source) ? L'●' : L'○');
    canvas_put(scene->canvas, row, col + 1, ROLE_TEXT, ' ');
    canvas_thing(scene->canvas, row, col - width, width + 1, THING_IRQ, "irq %u",
                 source);
}

static const char *line_name(unsigned line)
{
    return line == IRQ_SEI   ? "seip"
           : line == IRQ_MTI ? "mtip"
           : line == IRQ_MSI ? "msip"
                             : "meip";
}

/* As the events that are told of have left them. */
static uint32_t shown_lines(const struct watch *watch, unsigned hart)
{
    uint32_t lines = (uint32_t)watch->board->hart[hart].csr.mip_lines;

    for (unsigned i = watch->inside; i < watch->count; i++) {
        const struct event *event = &watch->events[i];
        uint32_t mask = UINT32_C(1) << event->hart_line.line % 32;

        if (event->kind == EVENT_HART_LINE && event->hart_line.hart == hart)
            lines = event->hart_line.level ? lines | mask : lines & ~mask;
    }
    return lines;
}

static void draw_line_label(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    bool here = scene->now.way == WAY_HART;
    unsigned hart = here ? scene->now.target.index : scene->watch->hart;
    uint32_t lines = shown_lines(scene->watch, hart);
    unsigned line = here                                    ? scene->now.source
                    : lines & BIT(IRQ_MEI)                  ? IRQ_MEI
                    : lines & BIT(IRQ_SEI) || stage->floors ? IRQ_SEI
                                                            : IRQ_MEI;
    int from = wires_line_from(stage), at = from + 3, used;
    char whose[16] = "";

    if (scene->watch->board->harts > 1)
        snprintf(whose, sizeof(whose), "h%u ", hart);
    canvas_put(scene->canvas, stage->line, from, here ? scene->now.role : ROLE_RULE,
               L'◂');
    if (stage->strip.cols && at < stage->strip.col + stage->strip.cols)
        at = stage->strip.col + stage->strip.cols + 1; /* past its wire */
    used = canvas_printf(scene->canvas, stage->line, at, stage->irq_col - at - 1,
                         here ? ROLE_HEAD : ROLE_QUIET, " %s%s %d ", whose,
                         line_name(line), (lines & (UINT32_C(1) << line)) != 0);
    canvas_thing(scene->canvas, stage->line, from, at - from + used, THING_PART, "%s",
                 scene->watch->board->plic->name);
}

/* Timer and software lines: their own wire, or, while one changes, a word beside the
 * hart. */
static void draw_local_label(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    uint32_t lines = shown_lines(scene->watch, scene->watch->hart);
    int from = wires_line_from(stage), col = wires_local_col(scene);

    if (col >= 0) {
        canvas_put(scene->canvas, stage->line + 1, from, ROLE_RULE, L'◂');
        canvas_printf(scene->canvas, stage->line + 1, from + 3, col - from - 4,
                      scene->now.way == WAY_LOCAL ? ROLE_HEAD : ROLE_QUIET,
                      " msip %d  mtip %d ", (lines & BIT(IRQ_MSI)) != 0,
                      (lines & BIT(IRQ_MTI)) != 0);
    } else if (scene->now.way == WAY_LOCAL &&
               label_room(scene, stage->upper, from + 2) > 12) {
        canvas_printf(scene->canvas, stage->upper, from + 2, 12, ROLE_HEAD, "◂━ %s %d",
                      line_name(scene->now.source), scene->now.level);
    }
}

/* --- the rest --------------------------------------------------------------------------- */

static void draw_gutter(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    struct canvas *canvas = scene->canvas;
    int col = stage->area.col, room = stage->gutter - 1;
    bool two = stage->bottom - stage->top >= 5 && room >= 8;

    if (room < 5)
        return;
    if (stage->floors && stage->hart[0].rows >= 5) {
        canvas_text(canvas, stage->area.row + 1, col, room, ROLE_QUIET, "guest");
        canvas_text(canvas, stage->area.row + stage->hart[0].rows / 2 + 1, col, room,
                    ROLE_QUIET, "host");
    } else {
        canvas_text(canvas, stage->area.row + 1, col, room, ROLE_QUIET, "harts");
    }
    canvas_text(canvas, stage->bus, col, room, ROLE_QUIET, "bus");
    canvas_text(canvas, stage->top + 1, col, room, ROLE_QUIET,
                two ? "memory," : "parts");
    if (two)
        canvas_text(canvas, stage->top + 2, col, room, ROLE_QUIET, "devices");
    if (stage->irq_col >= 0 && stage->rail)
        canvas_text(canvas, stage->bottom, col, room, ROLE_QUIET, "irq");
}

/* The chip of the devices that have no box; one that is used shows its name there. */
static void draw_quiet(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct transaction *now = &scene->now;
    struct end end = now->asker.part == PART_DEVICE && !stage_part_of(stage, now->asker)
                         ? now->asker
                         : now->target;
    bool here =
        now->way != WAY_NONE && end.part == PART_DEVICE && !stage_part_of(stage, end);

    if (stage->quiet_col < 0)
        return;
    canvas_thing(scene->canvas, stage->bus, stage->quiet_col, 10, THING_PART, "%s",
                 here ? scene->watch->board->device[end.index]->name : "quiet");
    if (here)
        canvas_printf(scene->canvas, stage->bus, stage->quiet_col, 10, ROLE_HEAD,
                      "[%-8.8s]", scene->watch->board->device[end.index]->name);
    else
        canvas_printf(scene->canvas, stage->bus, stage->quiet_col, 10, ROLE_QUIET,
                      stage->quiet < 10 ? "[+%d quiet]" : "[+%d more]", stage->quiet);
}

static void draw_things(const struct scene *scene)
{
    const struct stage *stage = scene->stage;

    canvas_thing(scene->canvas, stage->bus, stage->bus_from,
                 stage->bus_until - stage->bus_from + 1, THING_PART, "bus");
    for (int i = 0; i < stage->parts; i++)
        if (stage->part[i].io_tap && stage->top - 1 > stage->bus)
            canvas_thing(scene->canvas, stage->top - 1, stage->part[i].tap + 1,
                         stage->part[i].io_tap - stage->part[i].tap, THING_PART, "%s",
                         stage->part[i].device->name);
}

static void draw_boxes(const struct scene *scene)
{
    const struct stage *stage = scene->stage;

    for (int i = 0; i < stage->harts; i++)
        canvas_box(scene->canvas, stage->hart[i], ROLE_RULE);
    if (stage->strip.cols)
        canvas_box(scene->canvas, stage->strip, ROLE_RULE);
    for (int i = 0; i < stage->parts; i++)
        canvas_box(scene->canvas, stage->part[i].box, ROLE_RULE);
}

static void draw_map(const struct scene *scene)
{
    const struct stage *stage = scene->stage;

    stage_draw_harts(scene);
    for (int i = 0; i < stage->parts; i++)
        draw_part(scene, &stage->part[i]);
    if (stage->irq_col >= 0)
        draw_line_label(scene);
    for (int i = 0; i < stage->parts; i++)
        if (wires_has_pad(stage, &stage->part[i]))
            draw_pad(scene, &stage->part[i]);
    draw_quiet(scene);
    stage_draw_guests(scene);
    draw_gutter(scene);
}

/* Whose wire is heavy now has no room there for what comes next: it is told inside. */
static void stay_inside(struct scene *scene)
{
    for (unsigned i = 0; i < scene->nexts; i++)
        if (scene->now.way == WAY_BUS &&
            scene->next[i].part.part == scene->now.asker.part &&
            scene->next[i].part.index == scene->now.asker.index)
            scene->next[i].to_bus = false;
}

void stage_draw(const struct watch *watch, struct canvas *canvas, struct area area,
                const struct stage_choice *choice)
{
    struct stage stage = stage_place(watch, area, choice);
    struct scene scene = {.watch = watch, .canvas = canvas, .stage = &stage};

    if (stage.form == STAGE_PATH && !stage.calm) {
        stage_draw_path(watch, canvas, area);
        return;
    }
    scene.now = transaction_now(watch);
    scene.nexts = transaction_next(watch, scene.next);
    stay_inside(&scene);
    draw_boxes(&scene);
    draw_things(&scene);
    wires_idle(&scene);
    mark_inside(&scene);
    wires_next(&scene);
    wires_now(&scene);
    if (stage.calm)
        stage_draw_calm(&scene);
    else
        draw_map(&scene);
    if (!stage.calm) {
        labels_draw(&scene);
        draw_local_label(&scene);
    }
    if (choice->token >= 0)
        route_token(&scene, choice->token);
}
