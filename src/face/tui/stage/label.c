/*
 * Labels: at most one of what happens now and two of what comes next. The free run of
 * cells is measured, so that nothing is ever written over anything: the first place in
 * which any wording fits is taken, and of the wordings that fit there the longest.
 */
#include "face/tui/stage/scene.h"

#include <inttypes.h>
#include <stdio.h>

enum { LABEL_PLACES = 7 };

/* Where a label may stand: from `col` to the right, or, with `left`, ending there. */
struct label_place {
    int row, col;
    bool left;
};

static bool is_blank(const struct scene *scene, int row, int col)
{
    const struct area *area = &scene->stage->area;
    const struct canvas_cell *cell = canvas_at(scene->canvas, row, col);

    return cell && cell->glyph == ' ' && !cell->arms && col >= area->col &&
           col < area->col + area->cols && row < area->row + area->rows;
}

static int run(const struct scene *scene, int row, int col, int step)
{
    int cells = 0;

    if (!is_blank(scene, row, col - step) &&
        canvas_at(scene->canvas, row, col - step)) /* a blank on this side, too */
        return 0;
    while (is_blank(scene, row, col + cells * step))
        cells++;
    return col + cells * step < scene->stage->area.col + scene->stage->area.cols
               ? cells - 1
               : cells;
}

int label_room(const struct scene *scene, int row, int col)
{
    return run(scene, row, col, 1);
}

static bool write_label(const struct scene *scene, const struct label_place *place,
                        enum role role, const char *text)
{
    int width = text_width(text),
        room = run(scene, place->row, place->col, place->left ? -1 : 1);

    if (!width || width > room)
        return false;
    canvas_text(scene->canvas, place->row,
                place->left ? place->col - width + 1 : place->col, width, role, text);
    if (scene->now.has_pa && role == ROLE_HEAD)
        canvas_thing(scene->canvas, place->row,
                     place->left ? place->col - width + 1 : place->col, width,
                     THING_MEMORY, "0x%" PRIx64, scene->now.pa);
    return true;
}

/* Right of all boxes of harts, in the row of their bottoms, where no row is kept for
 * labels above the bus. */
static int upper_col(const struct stage *stage, int col)
{
    const struct area *last =
        stage->strip.cols ? &stage->strip : &stage->hart[stage->harts - 1];

    if (stage->upper > stage->hart[0].row + stage->hart[0].rows - 1)
        return col;
    return last->col + last->cols + 3;
}

/* What an IOMMU has stopped, or let through, stands where it would go on. */
static bool beyond_arch(const struct scene *scene, struct label_place *place)
{
    const struct stage *stage = scene->stage;
    struct stub from, to;

    if (scene->now.beyond.part == PART_NONE || stage->top - stage->bus < 2 ||
        !stub_of(stage, scene->now.target, &from) ||
        !stub_of(stage, scene->now.beyond, &to))
        return false;
    *place = (struct label_place){stage->bus + 1,
                                  (from.col < to.col ? from.col : to.col) + 2, false};
    return true;
}

/* Into the arch between the two taps; right of the asker's wire, above the bus; left of
 * it. A hart's label stands beside its own wire first. */
static int places_now(const struct scene *scene, const struct route *route,
                      struct label_place place[LABEL_PLACES])
{
    const struct stage *stage = scene->stage;
    int a = route->at[0].col, b = route->at[route->count - 1].col, arch, n = 0;
    bool above = scene->now.asker.part == PART_HART;
    struct label_place arch_beyond;

    if (route->count > 4) { /* through an IOMMU: the arch is on this side of it */
        a = above ? a : route->at[5 < route->count ? 5 : 2].col;
        b = above ? route->at[2].col : b;
    }
    arch = (a < b ? a : b) + 2;
    if (beyond_arch(scene, &arch_beyond))
        place[n++] = arch_beyond;
    if (above)
        place[n++] = (struct label_place){stage->upper, upper_col(stage, a + 2), false};
    if (stage->top - stage->bus > 1)
        place[n++] = (struct label_place){stage->bus + 1, arch, false};
    if (!above)
        place[n++] = (struct label_place){stage->upper, upper_col(stage, a + 2), false};
    place[n++] = (struct label_place){stage->upper, a - 2, true};
    place[n++] = (struct label_place){stage->upper, upper_col(stage, b + 2), false};
    if (stage->top - stage->bus > 1)
        place[n++] = (struct label_place){stage->bus + 1, a - 2, true};
    return n;
}

static void label_now(const struct scene *scene)
{
    const struct transaction *now = &scene->now;
    struct label_place place[LABEL_PLACES];
    struct route route = route_of(scene->stage, now);
    char text[TRANSACTION_LABEL + 12];
    bool folded = now->asker.part == PART_HART &&
                  stage_hart_box(scene->stage, now->asker.index) < 0;
    int places;

    if (now->way != WAY_BUS || route.count < 2)
        return;
    places = places_now(scene, &route, place);
    for (int n = 0; n < places; n++)
        for (int i = 0; i < TRANSACTION_LABELS && now->label[i][0]; i++) {
            if (folded)
                snprintf(text, sizeof(text), "hart %u: %s", now->asker.index,
                         now->label[i]);
            else
                snprintf(text, sizeof(text), "%s", now->label[i]);
            if (write_label(scene, &place[n], ROLE_HEAD, text))
                return;
        }
}

static void label_next(const struct scene *scene, const struct next *next)
{
    const struct stage *stage = scene->stage;
    struct label_place place[3];
    struct stub stub;

    if (!next->to_bus || !stub_of(stage, next->part, &stub))
        return;
    place[0] = (struct label_place){
        stub.above ? stage->upper : stage->top - 1,
        stub.above ? upper_col(stage, stub.col + 2) : stub.col + 2, false};
    place[1] = (struct label_place){place[0].row, stub.col - 2, true};
    place[2] =
        (struct label_place){stage->upper, upper_col(stage, stub.col + 2), false};
    for (int i = 0; i < 2; i++)
        for (int n = 0; n < 3; n++)
            if (write_label(scene, &place[n], ROLE_QUIET, next->label[i]))
                return;
}

void labels_draw(const struct scene *scene)
{
    label_now(scene);
    for (unsigned i = 0; i < scene->nexts; i++)
        label_next(scene, &scene->next[i]);
}
