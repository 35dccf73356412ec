/* Panes, layouts, menus. */
#include "base/nearest.h"
#include "face/tui/viewer/layouts.h"
#include "face/tui/viewer/viewer.h"

#include <stdio.h>
#include <string.h>

/* --- units ----------------------------------------------------------------------------- */

static void offer_units(struct viewer *viewer)
{
    struct sheet *sheet = &viewer->screen.sheet;

    sheet_open(sheet, "n and p step by");
    for (const struct move_unit *unit = move_units; unit->name; unit++)
        buf_printf(&sheet->text, "%c  %-12s %s\n", (char)('a' + (unit - move_units)),
                   unit->name, unit->help);
    viewer->choosing = true;
}

void viewer_choose(struct viewer *viewer, int letter)
{
    const struct move_unit *unit = move_units;

    viewer->choosing = false;
    while (unit->name && letter != 'a' + (unit - move_units))
        unit++;
    if (!unit->name)
        return;
    viewer->unit = unit;
    viewer->screen.unit = unit->name;
    snprintf(viewer->screen.notice, sizeof(viewer->screen.notice),
             "n and p step by: %s", unit->name);
}

/* --- layouts --------------------------------------------------------------------------- */

static bool unknown_layout(const char *name, const struct layouts *saved,
                           struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[128];

    for (const struct layout_info *info = layout_infos; info->name; info++)
        nearest_offer(&nearest, info->name);
    for (unsigned i = 0; i < saved->count; i++)
        nearest_offer(&nearest, saved->saved[i].name);
    return err_set(err, "there is no layout '%s'%s", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

static void use(struct viewer *viewer, const struct layout *layout)
{
    viewer->screen.laid_out = true;
    panes_use(&viewer->screen.panes, layout);
}

/* The size of the screen decides again. */
static void use_fitting(struct viewer *viewer)
{
    viewer->screen.laid_out = false;
    viewer->screen.panes.layout.rows = 0;
    screen_fit(&viewer->screen, viewer->rows ? viewer->rows : 24,
               viewer->cols ? viewer->cols : 80);
}

bool viewer_lay_out(struct viewer *viewer, const char *layout, struct err *err)
{
    const struct layouts saved = layouts_read();
    const struct layout_info *info = layout_named(layout);
    const char *text = info ? info->text : layouts_find(&saved, layout), *name = layout;
    bool is_text = strpbrk(layout, "/ (*@") != NULL || view_named(layout);
    struct layout new;

    if (info && !info->text) {
        use_fitting(viewer);
        return true;
    }
    if (!text && !is_text)
        return unknown_layout(layout, &saved, err);
    if (!text) {
        text = layout;
        name = "";
    }
    if (!layout_read(&new, name, text, err))
        return false;
    use(viewer, &new);
    return true;
}

/* --- keys ------------------------------------------------------------------------------ */

static void scroll(struct viewer *viewer, int way)
{
    struct pane *pane = panes_chosen(&viewer->screen.panes);
    int page = pane->area.rows > 2 ? pane->area.rows - 2 : 1;

    viewer->screen.panes.chosen = true;
    panes_scroll(pane, way * page);
}

static void fill(struct viewer *viewer)
{
    struct panes *panes = &viewer->screen.panes;

    panes->filled = !panes->filled;
    panes->chosen = true;
}

/* The pane stays with the thing under the cursor; again: it follows what happens. */
static void pin(struct viewer *viewer)
{
    struct panes *panes = &viewer->screen.panes;
    struct pane *pane = panes_chosen(panes);
    const struct thing *thing = panes_thing(panes);
    char notice[160];

    if (pane->state.about[0]) {
        pane->state.about[0] = '\0';
        viewer_notice(viewer, "a pin: the pane follows what happens");
    } else if (!pane->view->about) {
        snprintf(notice, sizeof(notice), "a pin: %s always shows the same",
                 pane->view->name);
        viewer_notice(viewer, notice);
    } else if (!thing) {
        snprintf(notice, sizeof(notice),
                 "a pin: ↑ ↓ choose what to stay with, or :view %s %s",
                 pane->view->name, pane->view->about);
        viewer_notice(viewer, notice);
    } else {
        viewer->screen.laid_out = true;
        snprintf(pane->state.about, sizeof(pane->state.about), "%s", thing->name);
        snprintf(notice, sizeof(notice), "the pane stays with %s; a lets it go",
                 thing->name);
        viewer_notice(viewer, notice);
    }
}

void viewer_arrange(struct viewer *viewer, enum action action)
{
    struct panes *panes = &viewer->screen.panes;

    switch ((int)action) {
    case ACTION_CHOOSE_UNIT:
        offer_units(viewer);
        break;
    case ACTION_PANE:
    case ACTION_PANE_BACK:
        panes_go(panes, action == ACTION_PANE ? 1 : -1);
        break;
    case ACTION_UP:
    case ACTION_DOWN:
        panes_move(panes, action == ACTION_UP ? -1 : 1);
        break;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        scroll(viewer, action == ACTION_PAGE_UP ? -1 : 1);
        break;
    case ACTION_FILL:
        fill(viewer);
        break;
    case ACTION_VIEW:
        viewer_offer_views(viewer, "view");
        break;
    case ACTION_SPLIT:
        viewer_offer_views(viewer, "split");
        break;
    case ACTION_SWAP:
        panes_swap(panes);
        viewer->screen.laid_out = true;
        break;
    case ACTION_CLOSE:
        viewer->screen.laid_out = true;
        if (!panes_close(panes))
            viewer_notice(viewer, "c close: this is the last pane");
        break;
    case ACTION_PIN:
        pin(viewer);
        break;
    case ACTION_LAYOUT:
        viewer_offer_layouts(viewer);
        break;
    default:
        break;
    }
}

void viewer_next_theme(struct viewer *viewer)
{
    viewer->theme = (enum theme)((viewer->theme + 1) % THEMES);
    viewer_notice(viewer, theme_names[viewer->theme]);
}
