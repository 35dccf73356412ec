/*
 * Places the parts of a board on the stage: RAM first, then the devices that use the bus
 * themselves, next to those they serve, then the others by address, the interrupt
 * controller last. Boxes start narrow; room that is left widens them by rank, what finds
 * no room becomes "[+n quiet]" in the bus.
 */
#include "face/tui/stage/parts.h"
#include "face/tui/stage/stage.h"

#include <string.h>

enum {
    RAM_FULL = 30,
    RAM_NARROW = 20,
    GAP = 2,
    GAP_MAX = 4,
    GUTTER = 9,
    GUTTER_NARROW = 6,
    WIDEN = 8, /* columns that a box may gain beyond its full width */
};

/* Parts in the order of their row, and how wide they are. */
struct row_plan {
    int count;
    struct {
        const struct device *device;
        int full, narrow, rank, width;
        bool kept;
    } part[STAGE_PARTS];
};

/* Where in the row: asking devices (with a port of their own to the bus), those with a
 * request line, others, the interrupt controller. */
static int place_in_row(const struct device *device)
{
    if (strcmp(device->type->name, "dma") == 0)
        return 1;
    if (device->requests)
        return 2;
    return strcmp(device->type->name, "plic") == 0 ? 4 : 3;
}

/* Is the event that is shown this IOMMU's? */
static bool translates_now(const struct watch *watch, const struct device *device)
{
    const struct event_field *field = event_infos[watch->focus.kind].fields;

    if (!watch->has_focus || strcmp(device->type->name, "iommu") != 0)
        return false;
    while (field->name && field->unit != UNIT_DEVICE)
        field++;
    return field->name && event_get(&watch->focus, field) == device->index;
}

static void plan_row(const struct watch *watch, struct row_plan *plan)
{
    plan->count = 1;
    plan->part[0].device = NULL;
    plan->part[0].full = RAM_FULL;
    plan->part[0].narrow = RAM_NARROW;
    plan->part[0].rank = -1;
    for (int place = 1; place <= 4; place++)
        for (unsigned i = 0; i < watch->board->devices; i++) {
            const struct device *device = watch->board->device[i];
            const struct part_form *form = part_form(device);

            if (place_in_row(device) != place || plan->count == STAGE_PARTS)
                continue;
            plan->part[plan->count].device = device;
            plan->part[plan->count].full = form->full;
            plan->part[plan->count].narrow = form->narrow;
            plan->part[plan->count].rank = form->rank;
            plan->count++;
        }
}

static int row_width(const struct row_plan *plan)
{
    int width = -GAP;

    for (int i = 0; i < plan->count; i++)
        if (plan->part[i].kept)
            width += plan->part[i].width + GAP;
    return width;
}

/* Tries a width for the part; takes it back if the row gets too wide. */
static bool try_width(struct row_plan *plan, int i, int width, int room)
{
    int had = plan->part[i].width;
    bool kept = plan->part[i].kept;

    plan->part[i].width = width;
    plan->part[i].kept = true;
    if (row_width(plan) <= room)
        return true;
    plan->part[i].width = had;
    plan->part[i].kept = kept;
    return false;
}

static int count_kept(const struct row_plan *plan)
{
    int count = 0;

    for (int i = 0; i < plan->count; i++)
        count += plan->part[i].kept;
    return count;
}

/* Keeps what fits, the lower ranks first; then widens in the same order. */
static void fit_row(struct row_plan *plan, int room)
{
    for (int rank = -1; rank <= 6; rank++) {
        for (int i = 0; i < plan->count; i++)
            if (plan->part[i].rank == rank)
                try_width(plan, i, plan->part[i].narrow, room);
        if (rank != 2)
            continue;
        for (int i = 0; i < plan->count; i++)
            if (plan->part[i].kept)
                try_width(plan, i, plan->part[i].full, room);
    }
    room -= count_kept(plan) - 1; /* a gap of three shows wires between neighbours */
    for (int wider = 0; wider <= WIDEN; wider++)
        for (int i = 0; i < plan->count; i++)
            if (plan->part[i].kept && plan->part[i].rank < 3)
                try_width(plan, i, plan->part[i].full + wider, room);
}

/* Makes room for an IOMMU while it acts, whatever else has to go. */
static void fit_acting(const struct watch *watch, struct row_plan *plan, int room)
{
    for (int i = 1; i < plan->count; i++) {
        if (plan->part[i].kept || !translates_now(watch, plan->part[i].device))
            continue;
        plan->part[i].rank = plan->part[0].rank;
        for (int other = 0; other < plan->count; other++)
            plan->part[other].kept = false;
        fit_row(plan, room);
        return;
    }
}

/* In the middle of the box's top, or right of its title where that is longer. */
static int tap_of(const struct watch *watch, const struct stage_part *part)
{
    const char *title =
        part->device ? part_title(watch, part->device, part->box.cols) : "RAM";
    int middle = part->box.cols / (part->device || part->box.cols > 26 ? 2 : 3);
    int title_end = 4 + (int)strlen(title);

    return part->box.col + (middle > title_end ? middle : title_end);
}

static void place_parts(const struct watch *watch, struct stage *stage,
                        const struct row_plan *plan, int room)
{
    int boxes = 0, spare, gap, col = stage->area.col + stage->gutter;
    int top = stage->lower + 1,
        rows = (stage->tall ? stage->rail : stage->area.row + stage->area.rows) - top;

    for (int i = 0; i < plan->count; i++)
        boxes += plan->part[i].kept;
    spare = room - row_width(plan);
    gap = GAP + (boxes > 1 ? spare / (boxes - 1) : 0);
    if (gap > GAP_MAX)
        gap = GAP_MAX;
    for (int i = 0; i < plan->count; i++) {
        struct stage_part *part = &stage->part[stage->parts];

        if (!plan->part[i].kept) {
            stage->quiet++;
            continue;
        }
        part->device = plan->part[i].device;
        part->box = (struct area){top, col, rows, plan->part[i].width};
        part->tap = tap_of(watch, part);
        col += part->box.cols + gap;
        stage->parts++;
    }
}

/* The interrupt controller's two upward wires: the bus at its left corner, so that the
 * line to the harts passes the end of the bus. */
static void place_irq_line(struct stage *stage)
{
    struct stage_part *last = &stage->part[stage->parts - 1];

    stage->irq_col = -1;
    if (last->device && strcmp(last->device->type->name, "plic") == 0) {
        last->tap = last->box.col + 1;
        stage->irq_col = last->box.col + last->box.cols - (last->box.cols < 12 ? 2 : 4);
    }
}

static void place_harts(struct stage *stage, const struct watch *watch)
{
    int width = stage->tall ? 38 : 34, room, col = stage->area.col + stage->gutter;
    int until =
        stage->irq_col >= 0 ? stage->irq_col : stage->area.col + stage->area.cols;
    int fit;

    room = until - col - 16; /* for the name of the interrupt line */
    fit = (room + 2) / (width + 2);
    if ((int)watch->board->harts > fit)
        width = 26;
    fit = (room + 2) / (width + 2);
    stage->harts = (int)watch->board->harts < fit ? (int)watch->board->harts : fit;
    if (stage->harts < 1)
        stage->harts = 1;
    for (int i = 0; i < stage->harts; i++, col += width + 2) {
        stage->hart[i] =
            (struct area){stage->area.row, col, stage->tall ? 4 : 3, width};
        stage->hart_tap[i] = col + width * 2 / 3 + 1;
    }
}

/* A gap of the bus in which the number of quiet devices fits. */
static void place_quiet(struct stage *stage)
{
    stage->quiet_col = -1;
    for (int i = stage->parts - 1; stage->quiet && i > 0; i--) {
        int from = stage->part[i - 1].tap + 2, until = stage->part[i].tap - 2;

        if (until - from >= 12) {
            stage->quiet_col = until - 11;
            return;
        }
    }
}

struct stage stage_place(const struct watch *watch, struct area area)
{
    struct stage stage = {.area = area, .tall = area.rows >= STAGE_TALL};
    struct row_plan plan = {0};
    int room;

    stage.gutter = area.cols >= 100 ? GUTTER : GUTTER_NARROW;
    stage.upper = area.row + (stage.tall ? 4 : 3);
    stage.bus = stage.upper + 1;
    stage.lower = stage.bus + 1;
    stage.rail = area.row + area.rows - 1;
    room = area.cols - stage.gutter;
    plan_row(watch, &plan);
    fit_row(&plan, room);
    fit_acting(watch, &plan, room);
    place_parts(watch, &stage, &plan, room);
    place_irq_line(&stage);
    place_harts(&stage, watch);
    place_quiet(&stage);
    stage.bus_from = area.col + stage.gutter;
    stage.bus_until = stage.part[stage.parts - 1].tap;
    if (stage.hart_tap[stage.harts - 1] > stage.bus_until)
        stage.bus_until = stage.hart_tap[stage.harts - 1];
    return stage;
}
