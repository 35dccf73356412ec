/*
 * The way of a transaction is a list of corners, over which the heavy wire is drawn and a
 * token runs.
 */
#include "face/tui/stage/scene.h"

/* --- where parts meet wires ------------------------------------------------------------- */

int wires_behind_row(const struct stage *stage)
{
    return stage->top - 1;
}

static void hart_stub(const struct stage *stage, unsigned hart, struct stub *stub)
{
    int i = stage_hart_box(stage, hart);
    const struct area *box = i >= 0 ? &stage->hart[i] : &stage->strip;

    if (i < 0 && !stage->strip.cols) {
        i = 0; /* no room even for a chip */
        box = &stage->hart[0];
    }
    *stub = (struct stub){.edge = box->row + box->rows - 1,
                          .bus = stage->bus,
                          .col = i >= 0 ? stage->hart_tap[i] : stage->strip_tap,
                          .above = true};
}

bool stub_of(const struct stage *stage, struct end end, struct stub *stub)
{
    const struct stage_part *part = stage_part_of(stage, end);

    if (end.part == PART_HART) {
        hart_stub(stage, end.index, stub);
        return true;
    }
    if (part) {
        *stub = (struct stub){.edge = stage->top,
                              .bus = part->behind >= 0 ? wires_behind_row(stage)
                                                       : stage->bus,
                              .col = part->tap};
        return true;
    }
    if (stage->quiet_col < 0 || end.part != PART_DEVICE)
        return false;
    *stub = (struct stub){stage->bus, stage->bus, stage->quiet_col + 5, false};
    return true;
}

static void add_point(struct route *route, int row, int col)
{
    if (route->count == ROUTE_POINTS)
        return;
    route->at[route->count].row = row;
    route->at[route->count].col = col;
    route->count++;
}

/* From the part's edge to the IOMMU that it is behind; false: it is behind none. */
static bool to_iommu(const struct stage *stage, struct end end, struct route *route)
{
    const struct stage_part *part = stage_part_of(stage, end), *iommu;

    if (!part || part->behind < 0)
        return false;
    iommu = &stage->part[part->behind];
    add_point(route, stage->top, part->tap);
    add_point(route, wires_behind_row(stage), part->tap);
    add_point(route, wires_behind_row(stage), iommu->io_tap);
    add_point(route, stage->top, iommu->io_tap);
    return true;
}

/* From the part's edge to the bus. */
static bool to_bus(const struct stage *stage, struct end end, struct route *route)
{
    struct stub stub;

    if (to_iommu(stage, end, route)) {
        const struct stage_part *iommu =
            &stage->part[stage_part_of(stage, end)->behind];

        add_point(route, stage->top, iommu->tap); /* through it */
        add_point(route, stage->bus, iommu->tap);
        return true;
    }
    if (!stub_of(stage, end, &stub))
        return false;
    add_point(route, stub.edge, stub.col);
    add_point(route, stage->bus, stub.col);
    return true;
}

struct route route_of(const struct stage *stage, const struct transaction *now)
{
    struct route route = {0}, back = {0};
    const struct stage_part *asker = stage_part_of(stage, now->asker);

    if (asker && asker->behind >= 0 &&
        &stage->part[asker->behind] == stage_part_of(stage, now->target)) {
        to_iommu(stage, now->asker, &route);
        return route;
    }
    if (!to_bus(stage, now->asker, &route) || !to_bus(stage, now->target, &back))
        return (struct route){0};
    while (back.count-- > 0)
        add_point(&route, back.at[back.count].row, back.at[back.count].col);
    return route;
}

/* --- the token -------------------------------------------------------------------------- */

static int distance(const struct route *route, int i)
{
    int rows = route->at[i].row - route->at[i + 1].row;
    int cols = route->at[i].col - route->at[i + 1].col;

    return (rows < 0 ? -rows : rows) + (cols < 0 ? -cols : cols);
}

static int towards(int from, int to, int steps)
{
    return from < to ? from + steps : from > to ? from - steps : from;
}

void route_token(const struct scene *scene, int token)
{
    struct route route = {0}, way = route_of(scene->stage, &scene->now);
    int length = 0, at, i = 0;

    if (scene->now.way != WAY_BUS || way.count < 2)
        return;
    for (i = 0; i < way.count; i++) {
        int n = scene->now.to_asker ? way.count - 1 - i : i;

        add_point(&route, way.at[n].row, way.at[n].col);
    }
    for (i = 0; i + 1 < route.count; i++)
        length += distance(&route, i);
    at = length * token / 256;
    for (i = 0; i + 2 < route.count && at >= distance(&route, i); i++)
        at -= distance(&route, i);
    canvas_put(scene->canvas, towards(route.at[i].row, route.at[i + 1].row, at),
               towards(route.at[i].col, route.at[i + 1].col, at), ROLE_CHANGED, L'■');
}
