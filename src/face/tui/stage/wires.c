/*
 * Wires. A bus is a row; a second bus, behind an IOMMU, is the row below it. The heavy
 * wire of a transaction is drawn over its way (route.c).
 */
#include "face/tui/stage/scene.h"

#include <string.h>

/* --- idle ------------------------------------------------------------------------------- */

/* A wire that only crosses another: that one is broken. */
static void cross(const struct scene *scene, int row, int col)
{
    struct canvas_cell *cell = canvas_at(scene->canvas, row, col);

    if (cell && arm_weight(cell->arms, ARM_LEFT) && arm_weight(cell->arms, ARM_RIGHT)) {
        cell->arms = 0;
        canvas_put(scene->canvas, row, col, ROLE_RULE, ' ');
    }
}

static void bus_behind(const struct scene *scene, const struct stage_part *iommu)
{
    const struct stage *stage = scene->stage;
    int row = wires_behind_row(stage), until = iommu->io_tap;

    for (int i = 0; i < stage->parts; i++)
        if (stage->part[i].behind >= 0 &&
            &stage->part[stage->part[i].behind] == iommu && stage->part[i].tap > until)
            until = stage->part[i].tap;
    canvas_across(scene->canvas, row, iommu->io_tap, until, WEIGHT_IDLE, ROLE_RULE);
    canvas_down(scene->canvas, iommu->io_tap, row, stage->top, WEIGHT_IDLE, ROLE_RULE);
}

static void taps(const struct scene *scene)
{
    const struct stage *stage = scene->stage;

    for (int i = 0; i < stage->parts; i++) {
        const struct stage_part *part = &stage->part[i];

        if (part->behind < 0 && stage->bus < wires_behind_row(stage))
            for (int row = stage->bus + 1; row < stage->top; row++)
                cross(scene, row, part->tap);
        canvas_down(scene->canvas, part->tap,
                    part->behind >= 0 ? wires_behind_row(stage) : stage->bus,
                    stage->top, WEIGHT_IDLE, ROLE_RULE);
    }
}

static void wires_data(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct area *strip = &stage->strip;

    canvas_across(scene->canvas, stage->bus, stage->bus_from, stage->bus_until,
                  WEIGHT_IDLE, ROLE_RULE);
    canvas_put(scene->canvas, stage->bus, stage->bus_from, ROLE_RULE, L'─');
    canvas_put(scene->canvas, stage->bus, stage->bus_until, ROLE_RULE, L'─');
    if (stage->quiet_col >= stage->bus_until)
        canvas_across(scene->canvas, stage->bus, stage->bus_until, stage->quiet_col - 1,
                      WEIGHT_IDLE, ROLE_RULE);
    for (int i = 0; i < stage->harts; i++)
        canvas_down(scene->canvas, stage->hart_tap[i],
                    stage->hart[i].row + stage->hart[i].rows - 1, stage->bus,
                    WEIGHT_IDLE, ROLE_RULE);
    if (strip->cols)
        canvas_down(scene->canvas, stage->strip_tap, strip->row + strip->rows - 1,
                    stage->bus, WEIGHT_IDLE, ROLE_RULE);
    for (int i = 0; i < stage->parts; i++)
        if (stage->part[i].io_tap)
            bus_behind(scene, &stage->part[i]);
    taps(scene);
}

/* --- interrupts ------------------------------------------------------------------------- */

static int part_bottom(const struct stage_part *part)
{
    return part->box.row + part->box.rows - 1;
}

int wires_pad_col(const struct stage_part *part)
{
    return part->box.col + part->box.cols - 3;
}

bool wires_has_pad(const struct stage *stage, const struct stage_part *part)
{
    return stage->rail && stage->irq_col >= 0 && part->device &&
           part->device->lines > 0 && strcmp(part->device->type->name, "plic") != 0 &&
           part->box.cols >= 9;
}

/* Where the rail enters the interrupt controller: the last part. */
static const struct stage_part *last_part(const struct stage *stage)
{
    return &stage->part[stage->parts - 1];
}

static int rail_end(const struct stage *stage)
{
    return last_part(stage)->box.col + last_part(stage)->box.cols / 2;
}

/* A part's way over the rail. */
static void rail(const struct scene *scene, const struct stage_part *part,
                 enum weight weight, enum role role)
{
    const struct stage *stage = scene->stage;
    int col = wires_pad_col(part), end = rail_end(stage);

    canvas_down(scene->canvas, col, part_bottom(part), stage->bottom, weight, role);
    canvas_across(scene->canvas, stage->bottom, col, end, weight, role);
    canvas_down(scene->canvas, end, part_bottom(last_part(stage)), stage->bottom,
                weight, role);
}

/* Right of the boxes of harts. */
int wires_line_from(const struct stage *stage)
{
    const struct area *last = &stage->hart[stage->harts - 1];

    if (stage->strip.cols && stage->line < stage->strip.row + stage->strip.rows)
        last = &stage->strip;
    return last->col + last->cols;
}

static void line(const struct scene *scene, enum weight weight, enum role role)
{
    const struct stage *stage = scene->stage;

    canvas_across(scene->canvas, stage->line, wires_line_from(stage), stage->irq_col,
                  weight, role);
    if (stage->irq_col < stage->bus_until && weight == WEIGHT_IDLE)
        cross(scene, stage->bus, stage->irq_col);
    canvas_down(scene->canvas, stage->irq_col, stage->line, stage->top, weight, role);
}

/* The timer's and software's lines, where the form has room for them: from the local
 * interrupt controller up beside its tap, over the bus. */
static const struct stage_part *local_part(const struct scene *scene)
{
    const struct device *clock = scene->watch->board->clock;

    return clock ? stage_part_of(scene->stage, end_of_device(clock->index)) : NULL;
}

int wires_local_col(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct stage_part *part = local_part(scene);
    int col = part ? part->box.col + part->box.cols - 2 : -1;

    if (!part || stage->form < STAGE_OPEN || stage->floors || stage->strip.cols ||
        stage->irq_col < 0 || part->box.cols < 16 || stage->hart[0].rows < 5)
        return -1;
    return col < stage->irq_col && part->tap < col - 1 &&
                   wires_line_from(stage) + 4 < col
               ? col
               : -1;
}

static void local_line(const struct scene *scene, enum weight weight, enum role role)
{
    const struct stage *stage = scene->stage;
    int col = wires_local_col(scene);

    if (col < 0)
        return;
    canvas_across(scene->canvas, stage->line + 1, wires_line_from(stage), col, weight,
                  role);
    cross(scene, stage->bus, col);
    canvas_down(scene->canvas, col, stage->line + 1, stage->top, weight, role);
}

/* --- request lines ---------------------------------------------------------------------- */

/* A DMA request line is a wire between neighbours. */
static void request_lines(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct transaction *now = &scene->now;

    for (int i = 1; i + 1 < stage->parts; i++) {
        const struct stage_part *dma = &stage->part[i], *served = &stage->part[i + 1];
        int bottom = part_bottom(dma) < part_bottom(served) ? part_bottom(dma)
                                                            : part_bottom(served);
        int from = dma->box.col + dma->box.cols;
        bool here =
            now->way == WAY_REQUEST && stage_part_of(stage, now->asker) == served;
        enum role role = here ? ROLE_DMA : ROLE_RULE;

        if (!dma->device || strcmp(dma->device->type->name, "dma") != 0 ||
            !served->device || !served->device->requests)
            continue;
        canvas_across(scene->canvas, bottom - 1, from, served->box.col,
                      here ? WEIGHT_NOW : WEIGHT_IDLE, role);
        canvas_put(scene->canvas, bottom - 1, from, role, L'◂');
    }
}

void wires_idle(const struct scene *scene)
{
    const struct stage *stage = scene->stage;

    wires_data(scene);
    if (stage->irq_col >= 0) {
        line(scene, WEIGHT_IDLE, ROLE_RULE);
        local_line(scene, WEIGHT_IDLE, ROLE_RULE);
        for (int i = 0; i < stage->parts; i++)
            if (wires_has_pad(stage, &stage->part[i]))
                rail(scene, &stage->part[i], WEIGHT_IDLE, ROLE_RULE);
    }
    request_lines(scene);
}

/* --- now -------------------------------------------------------------------------------- */

static void along(const struct scene *scene, const struct route *route,
                  enum weight weight, enum role role)
{
    for (int i = 0; i + 1 < route->count; i++)
        if (route->at[i].row == route->at[i + 1].row)
            canvas_across(scene->canvas, route->at[i].row, route->at[i].col,
                          route->at[i + 1].col, weight, role);
        else
            canvas_down(scene->canvas, route->at[i].col, route->at[i].row,
                        route->at[i + 1].row, weight, role);
}

/* Beside a short wire there is one cell for both signs of a reader: the bus's takes one. */
static void mark_asker(const struct scene *scene, const struct route *route)
{
    int edge = route->at[0].row, bus = route->at[1].row, col = route->at[0].col;
    int before = bus > edge ? bus - 1 : bus + 1, row = before;

    if (edge == bus)
        return;
    if (before == edge)
        row = scene->now.to_asker ? bus : edge;
    canvas_put(scene->canvas, row, col, scene->now.role, L'●');
}

static void mark_arrow(const struct scene *scene, const struct route *route)
{
    int last = route->count - 1, end = scene->now.to_asker ? 0 : last;
    int before = scene->now.to_asker ? 1 : last - 1;
    int row = route->at[end].row;

    if (row != route->at[before].row)
        canvas_put(scene->canvas, row, route->at[end].col, scene->now.role,
                   row < route->at[before].row ? L'▴' : L'▾');
}

/* Behind an IOMMU: where the bytes would have gone, or will go. */
static void dash_beyond(const struct scene *scene)
{
    const struct transaction *now = &scene->now;
    struct transaction beyond = {.asker = now->target, .target = now->beyond};
    struct route route = route_of(scene->stage, &beyond);

    if (now->beyond.part != PART_NONE && route.count > 1)
        along(scene, &route, WEIGHT_NEXT, ROLE_QUIET);
}

static void bus_now(const struct scene *scene)
{
    struct route route = route_of(scene->stage, &scene->now);

    if (route.count < 2)
        return;
    along(scene, &route, WEIGHT_NOW, scene->now.role);
    mark_asker(scene, &route);
    mark_arrow(scene, &route);
    dash_beyond(scene);
}

/* Where wires only cross, the heavier one stays whole, and the other is broken. */
static void cross_again(const struct scene *scene, int row, int col)
{
    struct canvas_cell *cell = canvas_at(scene->canvas, row, col);
    const uint8_t across = 3 << ARM_LEFT | 3 << ARM_RIGHT;
    bool heavy;

    if (!cell || !(cell->arms & across) || !(cell->arms & (uint8_t)~across))
        return;
    heavy = arm_weight(cell->arms, ARM_LEFT) > arm_weight(cell->arms, ARM_UP);
    cell->arms &= heavy ? across : (uint8_t)~across;
    cell->glyph = glyph_of_arms(cell->arms, scene->canvas->tier);
}

static void crossings(const struct scene *scene)
{
    const struct stage *stage = scene->stage;

    if (wires_local_col(scene) >= 0)
        cross_again(scene, stage->bus, wires_local_col(scene));
    if (stage->irq_col >= 0 && stage->irq_col < stage->bus_until)
        cross_again(scene, stage->bus, stage->irq_col);
    if (stage->irq_col >= 0 && stage->strip.cols)
        cross_again(scene, stage->line, stage->strip_tap);
    for (int i = 0; i < stage->parts; i++)
        if (stage->part[i].behind < 0 && !stage->part[i].io_tap &&
            wires_behind_row(stage) > stage->bus)
            cross_again(scene, wires_behind_row(stage), stage->part[i].tap);
}

void wires_now(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct stage_part *part = stage_part_of(stage, scene->now.asker);

    if (scene->now.way == WAY_BUS)
        bus_now(scene);
    if (scene->now.way == WAY_IRQ && part && wires_has_pad(stage, part))
        rail(scene, part, WEIGHT_NOW, scene->now.role);
    if (scene->now.way == WAY_HART && stage->irq_col >= 0)
        line(scene, WEIGHT_NOW, scene->now.role);
    if (scene->now.way == WAY_LOCAL)
        local_line(scene, WEIGHT_NOW, scene->now.role);
    crossings(scene);
}

/* Who will use the bus: its wire up to there. */
void wires_next(const struct scene *scene)
{
    struct stub stub;

    for (unsigned i = 0; i < scene->nexts; i++)
        if (scene->next[i].to_bus && stub_of(scene->stage, scene->next[i].part, &stub))
            canvas_down(scene->canvas, stub.col, stub.edge, stub.bus, WEIGHT_NEXT,
                        ROLE_QUIET);
}
