#include "face/tui/view/view.h"

#include "base/bits.h"

#include <stddef.h>
#include <string.h>

const struct view *const views[] = {
    &auto_view,      &stage_view,   &code_view,       &registers_view, &csrs_view,
    &calls_view,     &dma_view,     &ring_view,       &chain_view,     &virtqueue_view,
    &disk_view,      &memory_view,  &structures_view, &events_view,    &timeline_view,
    &narration_view, &console_view, &scenario_view,   &gates_view,     &interrupts_view,
    &walk_view,      &caches_view,  &iommu_view,      &guests_view,    &exit_view,
    &exits_view,     &flame_view,   &metrics_view,    &compare_view,   NULL,
};

const struct view *view_named(const char *name)
{
    for (const struct view *const *view = views; *view; view++)
        if (strcmp((*view)->name, name) == 0)
            return *view;
    return NULL;
}

bool view_topic(unsigned n, struct topic *topic)
{
    if (n + 1 >= COUNT(views))
        return false;
    *topic = (struct topic){"view", views[n]->name, views[n]->help, views[n]->tells};
    return true;
}

void view_draw_absent(const struct view *view, struct canvas *canvas, struct area area,
                      const char *why)
{
    canvas_rule(canvas, area.row, area.col, area.cols, view->name, "");
    canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET, why);
}
