/*
 * The row of memory and devices: RAM first, then IOMMUs, each with the DMA controllers
 * behind it, then those that are behind none; beside each the device that it serves; then
 * the others by address, the interrupt controller last. The important ones start in their
 * brief form and, if the row is too wide for them, become chips from the right; room that
 * is left widens them in order of rank and lets others in. What finds no room becomes
 * "[+n quiet]" in the bus.
 */
#include "face/tui/stage/parts.h"
#include "face/tui/stage/stage.h"

#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"

#include <string.h>

enum {
    GAP = 2,
    GAP_MAX = 4,
    WIDEN = 14, /* columns that a box may gain beyond its full width */
    RANKS = 8,
    NEEDED = 2, /* ranks up to this one have boxes wherever they fit as chips */
    SHOWN = 5,  /* ... where there is room; the others if the user opens them */
    CALM_PARTS = 4,
    CALM_ROWS = 7,
    SIBLINGS = 3, /* more devices of a type share a box */
};

/* Parts in the order of their row, and how wide they are. */
struct row_plan {
    int count;
    struct planned {
        const struct device *device;
        const struct part_form *form;
        int rank, width;
        bool kept, large;
        uint64_t siblings;
    } part[STAGE_PARTS];
};

bool stage_names(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; at && *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");

        if (word == length && memcmp(at, name, length) == 0)
            return true;
        at += word;
    }
    return false;
}

/* --- order ------------------------------------------------------------------------------ */

static void plan_part(struct row_plan *plan, const struct device *device,
                      const struct stage_choice *choice)
{
    const struct part_form *form = part_form(device);
    const char *name = device ? device->name : "ram";
    struct planned *part = &plan->part[plan->count];

    if (plan->count == STAGE_PARTS)
        return;
    plan->count++;
    *part = (struct planned){.device = device,
                             .form = form,
                             .rank = form->rank,
                             .large = stage_names(choice->focus, name)};
    if (part->large && part->rank > 0)
        part->rank = 0;
}

static bool is_planned(const struct row_plan *plan, const struct device *device)
{
    for (int i = 0; i < plan->count; i++)
        if (plan->part[i].device == device)
            return true;
    return false;
}

const struct device *stage_iommu_of(const struct watch *watch,
                                    const struct device *device)
{
    const struct board_desc *desc = &watch->board->desc;
    int unit = device->type == &dma_type
                   ? board_iommu_of(desc, &desc->row[device->index])
                   : -1;

    return unit < 0 ? NULL : watch_device(watch, "iommu", (unsigned)unit);
}

/* Those behind that IOMMU (NULL: behind none), with one that each can serve. */
static void plan_controllers(const struct watch *watch, struct row_plan *plan,
                             const struct device *iommu,
                             const struct stage_choice *choice)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];

        if (device->type != &dma_type || stage_iommu_of(watch, device) != iommu)
            continue;
        plan_part(plan, device, choice);
        for (unsigned n = 0; n < watch->board->devices; n++)
            if (watch->board->device[n]->requests &&
                !is_planned(plan, watch->board->device[n])) {
                plan_part(plan, watch->board->device[n], choice);
                break;
            }
    }
}

static void plan_row(const struct watch *watch, struct row_plan *plan,
                     const struct stage_choice *choice)
{
    const struct device *plic = watch->board->plic;

    plan->count = 0;
    plan_part(plan, NULL, choice);
    for (unsigned i = 0; i < watch->board->devices; i++)
        if (watch->board->device[i]->type == &iommu_type) {
            plan_part(plan, watch->board->device[i], choice);
            plan_controllers(watch, plan, watch->board->device[i], choice);
        }
    plan_controllers(watch, plan, NULL, choice);
    for (unsigned i = 0; i < watch->board->devices; i++)
        if (watch->board->device[i]->requests &&
            !is_planned(plan, watch->board->device[i]))
            plan_part(plan, watch->board->device[i], choice);
    for (unsigned i = 0; i < watch->board->devices; i++)
        if (watch->board->device[i] != plic &&
            !is_planned(plan, watch->board->device[i]))
            plan_part(plan, watch->board->device[i], choice);
    if (plic)
        plan_part(plan, plic, choice);
}

/* --- siblings ----------------------------------------------------------------------------- */

static void leave_out(struct row_plan *plan, int i)
{
    for (int next = i + 1; next < plan->count; next++)
        plan->part[next - 1] = plan->part[next];
    plan->count--;
}

/* The first of many of a type takes the others into its box, but for those in focus. */
static void share_box(struct row_plan *plan, int first)
{
    const struct part_form *form = plan->part[first].form;
    int count = 0;

    for (int i = first; i < plan->count; i++)
        count += plan->part[i].form == form;
    for (int i = plan->count - 1; count > SIBLINGS && i > first; i--)
        if (plan->part[i].form == form && !plan->part[i].large) {
            plan->part[first].siblings |= UINT64_C(1) << plan->part[i].device->index;
            leave_out(plan, i);
        }
}

static void share_boxes(struct row_plan *plan, const struct stage_choice *choice)
{
    for (int i = 1; i < plan->count; i++) {
        const struct part_form *form = plan->part[i].form;

        if (form->type && form->rank <= SHOWN &&
            !stage_names(choice->opened, form->type))
            share_box(plan, i);
    }
}

/* --- widths ----------------------------------------------------------------------------- */

static int row_width(const struct row_plan *plan)
{
    int width = -GAP;

    for (int i = 0; i < plan->count; i++)
        if (plan->part[i].kept)
            width += plan->part[i].width + GAP;
    return width;
}

/* Tries a width for the part; takes it back if the row gets too wide. */
static void try_width(struct row_plan *plan, int i, int width, int room)
{
    struct planned before = plan->part[i];

    if (before.kept && before.width >= width)
        return;
    plan->part[i].width = width;
    plan->part[i].kept = true;
    if (row_width(plan) > room)
        plan->part[i] = before;
}

/* From the right, those that are not to stay large first, RAM last. */
static void shorten(struct row_plan *plan, int room)
{
    for (int large = 0; large <= 1; large++)
        for (int i = plan->count - 1; i >= 0 && row_width(plan) > room; i--)
            if (plan->part[i].kept && plan->part[i].large == large)
                plan->part[i].width = plan->part[i].form->cols[PART_CHIP];
}

/* The highest ranks go first, of these the last in the row. */
static void drop(struct row_plan *plan, int room)
{
    for (int rank = RANKS; rank >= 0; rank--)
        for (int i = plan->count - 1; i > 0 && row_width(plan) > room; i--)
            if (plan->part[i].kept && plan->part[i].rank == rank)
                plan->part[i].kept = false;
}

static void try_all(struct row_plan *plan, int until, enum part_size size, int room)
{
    for (int rank = -1; rank <= until; rank++)
        for (int i = 0; i < plan->count; i++)
            if (plan->part[i].rank == rank &&
                (plan->part[i].kept || rank > NEEDED || size == PART_CHIP))
                try_width(plan, i, plan->part[i].form->cols[size], room);
}

static int count_kept(const struct row_plan *plan)
{
    int count = 0;

    for (int i = 0; i < plan->count; i++)
        count += plan->part[i].kept;
    return count;
}

static void fit_row(struct row_plan *plan, int room, bool opened)
{
    for (int i = 0; i < plan->count; i++) {
        plan->part[i].kept = plan->part[i].rank <= NEEDED;
        plan->part[i].width = plan->part[i].form->cols[PART_BRIEF];
    }
    shorten(plan, room);
    drop(plan, room);
    if (opened) {
        for (int i = 0; i < plan->count; i++)
            if (plan->part[i].kept && !plan->part[i].large)
                plan->part[i].width = plan->part[i].form->cols[PART_CHIP];
        try_all(plan, RANKS, PART_CHIP, room);
    }
    try_all(plan, NEEDED, PART_BRIEF, room);
    try_all(plan, NEEDED, PART_FULL, room);
    try_all(plan, opened ? RANKS : SHOWN, PART_BRIEF, room);
    try_all(plan, opened ? RANKS : SHOWN, PART_FULL, room);
    room -= count_kept(plan) - 1; /* a gap of three shows wires between neighbours */
    for (int wider = 1; wider <= WIDEN; wider++)
        for (int i = 0; i < plan->count; i++)
            if (plan->part[i].kept && plan->part[i].rank < 3)
                try_width(plan, i, plan->part[i].form->cols[PART_FULL] + wider, room);
}

/* A few large ones: no interrupt controller, no IOMMU unless a device is behind it. */
static void fit_calm(struct row_plan *plan, int room)
{
    int kept = 0, width;

    for (int rank = -1; rank <= 1; rank++)
        for (int i = 0; i < plan->count && kept < CALM_PARTS; i++) {
            struct planned *part = &plan->part[i];

            if (part->rank != rank || (part->device && !part->form->type) ||
                (part->device && strcmp(part->form->type, "plic") == 0))
                continue;
            part->width = part->form->cols[PART_CHIP] + 4;
            part->kept = true;
            part->kept = row_width(plan) <= room;
            kept += part->kept;
        }
    width = kept ? (room - (kept - 1) * 5) / kept : 0;
    for (int i = 0; i < plan->count; i++)
        if (plan->part[i].kept && plan->part[i].width < width)
            plan->part[i].width = width < 26 ? width : 26;
}

/* --- places ----------------------------------------------------------------------------- */

/* In the middle of the box's top, or right of its title where that is longer. */
static int tap_of(const struct watch *watch, const struct stage_part *part)
{
    const char *title =
        part->device ? part_title(watch, part->device, part->box.cols) : "RAM";
    int middle = part->box.cols / (part->device || part->box.cols > 26 ? 2 : 3);
    int title_end = 4 + (int)strlen(title) + (part->siblings ? 4 : 0);

    return part->box.col + (middle > title_end ? middle : title_end);
}

static int rows_of(const struct watch *watch, const struct stage *stage,
                   const struct planned *planned)
{
    int most = planned->device ? planned->form->lines : part_ram_lines(watch);
    int room = stage->bottom - stage->top;

    if (stage->calm)
        return room < CALM_ROWS ? room : CALM_ROWS;
    return most + 2 < room ? most + 2 : room;
}

static int gap_of(const struct stage *stage, const struct row_plan *plan, int room)
{
    int boxes = count_kept(plan), spare = room - row_width(plan), gap;

    gap = GAP + (boxes > 1 ? spare / (boxes - 1) : 0);
    return stage->calm || gap < GAP_MAX ? gap : GAP_MAX;
}

static void place_parts(const struct watch *watch, struct stage *stage,
                        const struct row_plan *plan, int room)
{
    int gap = gap_of(stage, plan, room), col = stage->area.col + stage->gutter;

    for (int i = 0; i < plan->count; i++) {
        struct stage_part *part = &stage->part[stage->parts];

        if (!plan->part[i].kept) {
            stage->quiet++;
            continue;
        }
        part->device = plan->part[i].device;
        part->box =
            (struct area){stage->top, col, rows_of(watch, stage, &plan->part[i]),
                          plan->part[i].width};
        part->behind = -1;
        part->siblings = plan->part[i].siblings;
        part->tap = tap_of(watch, part);
        col += part->box.cols + gap;
        stage->parts++;
    }
}

/* An IOMMU's second wire goes up at the right end of its box. */
static void place_behind(const struct watch *watch, struct stage *stage)
{
    for (int i = 1; i < stage->parts; i++) {
        const struct device *iommu = stage_iommu_of(watch, stage->part[i].device);

        for (int n = 1; iommu && n < stage->parts; n++)
            if (stage->part[n].device == iommu) {
                struct stage_part *box = &stage->part[n];

                stage->part[i].behind = n;
                box->io_tap = box->box.col + box->box.cols - 3;
                if (box->tap > box->io_tap - 2)
                    box->tap = box->io_tap - 2;
            }
    }
}

/* The interrupt controller's two upward wires: the bus at its left corner, so that the
 * line to the harts passes the end of the bus. */
static void place_irq_line(const struct watch *watch, struct stage *stage)
{
    struct stage_part *last = &stage->part[stage->parts - 1];

    stage->irq_col = -1;
    if (stage->parts > 1 && last->device == watch->board->plic && !stage->calm) {
        last->tap = last->box.col + 1;
        stage->irq_col = last->box.col + last->box.cols - (last->box.cols < 12 ? 2 : 4);
    }
}

void stage_place_row(const struct watch *watch, struct stage *stage,
                     const struct stage_choice *choice)
{
    struct row_plan plan;
    int room = stage->area.cols - stage->gutter - (stage->calm ? stage->gutter : 0);

    plan_row(watch, &plan, choice);
    share_boxes(&plan, choice);
    if (stage->calm)
        fit_calm(&plan, room);
    else
        fit_row(&plan, room, stage_names(choice->opened, "quiet"));
    place_parts(watch, stage, &plan, room);
    place_behind(watch, stage);
    place_irq_line(watch, stage);
}
