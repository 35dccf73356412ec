/* Panes, layouts, menus. */
#include "base/nearest.h"
#include "face/tui/viewer/layouts.h"
#include "face/tui/viewer/viewer.h"

#include <stdio.h>
#include <string.h>

/* --- menus ----------------------------------------------------------------------------- */

static void offer(struct viewer *viewer, enum menu menu, const char *title)
{
    sheet_open(&viewer->screen.sheet, title);
    viewer->menu = menu;
}

static void put_row(struct sheet *sheet, unsigned i, const char *name, const char *help)
{
    buf_printf(&sheet->text, "%c  %-12s %s\n", (char)('a' + i), name, help);
}

static void offer_units(struct viewer *viewer)
{
    unsigned i = 0;

    offer(viewer, MENU_UNIT, "n and p step by");
    for (const struct move_unit *unit = move_units; unit->name; unit++)
        put_row(&viewer->screen.sheet, i++, unit->name, unit->help);
}

static void offer_views(struct viewer *viewer, enum menu menu)
{
    unsigned i = 0;

    offer(viewer, menu, menu == MENU_VIEW ? "this pane shows" : "beside it, a pane of");
    for (const struct view *const *view = views; *view; view++)
        put_row(&viewer->screen.sheet, i++, (*view)->name, (*view)->help);
}

static void offer_layouts(struct viewer *viewer)
{
    struct sheet *sheet = &viewer->screen.sheet;
    const struct layouts saved = layouts_read();
    unsigned i = 0;

    offer(viewer, MENU_LAYOUT, "layouts");
    for (const struct layout_info *info = layout_infos; info->name; info++)
        put_row(sheet, i++, info->name, info->help);
    for (unsigned s = 0; s < saved.count && i < 26; s++)
        put_row(sheet, i++, saved.saved[s].name, saved.saved[s].text);
    buf_text(&sheet->text, "\n:layout save NAME keeps the panes as they are now.\n");
}

static void choose_unit(struct viewer *viewer, unsigned number)
{
    const struct move_unit *unit = move_units;

    while (unit->name && number--)
        unit++;
    if (!unit->name)
        return;
    viewer->unit = unit;
    viewer->screen.unit = unit->name;
    snprintf(viewer->screen.notice, sizeof(viewer->screen.notice),
             "n and p step by: %s", unit->name);
}

static const struct view *view_number(unsigned number)
{
    const struct view *const *view = views;

    while (*view && number--)
        view++;
    return *view;
}

static void choose_view(struct viewer *viewer, unsigned number)
{
    const struct view *view = view_number(number);
    struct pane *pane = panes_chosen(&viewer->screen.panes);

    if (!view)
        return;
    *pane = pane_of(view);
    viewer->screen.panes.cursor.on = false;
    viewer->screen.laid_out = viewer->screen.panes.chosen = true;
}

static void split(struct viewer *viewer, unsigned number)
{
    const struct view *view = view_number(number);

    if (!view)
        return;
    viewer->screen.laid_out = true;
    if (!panes_split(&viewer->screen.panes, view))
        viewer_notice(viewer, "s split: there are eight panes in this row already");
}

static void choose_layout(struct viewer *viewer, unsigned number)
{
    const struct layouts saved = layouts_read();
    const struct layout_info *info = layout_infos;
    struct err err = {{0}};
    const char *name;

    while (info->name && number) {
        info++;
        number--;
    }
    name = info->name             ? info->name
           : number < saved.count ? saved.saved[number].name
                                  : NULL;
    if (name && !viewer_lay_out(viewer, name, &err))
        viewer_notice(viewer, err.text);
}

void viewer_choose(struct viewer *viewer, int letter)
{
    enum menu menu = viewer->menu;
    unsigned number = (unsigned)(letter - 'a');

    viewer->menu = MENU_NONE;
    switch (menu) {
    case MENU_UNIT:
        choose_unit(viewer, number);
        break;
    case MENU_VIEW:
        choose_view(viewer, number);
        break;
    case MENU_SPLIT:
        split(viewer, number);
        break;
    case MENU_LAYOUT:
        choose_layout(viewer, number);
        break;
    case MENU_NONE:
    default:
        break;
    }
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

bool viewer_lay_out(struct viewer *viewer, const char *layout, struct err *err)
{
    const struct layouts saved = layouts_read();
    const struct layout_info *info = layout_named(layout);
    const char *text = info ? info->text : layouts_find(&saved, layout), *name = layout;
    bool is_text = strpbrk(layout, "/ (*@") != NULL || view_named(layout);
    struct layout new;

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
    pane->state.top += way * page;
    if (pane->state.all && pane->state.top > pane->state.all - pane->state.shown)
        pane->state.top = pane->state.all - pane->state.shown;
    if (pane->state.all && pane->state.top < 0)
        pane->state.top = 0;
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
                 "a pin: ↑ ↓ choose what to stay with; :about-pane %s", "WHAT");
        viewer_notice(viewer, notice);
    } else {
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
        offer_views(viewer, MENU_VIEW);
        break;
    case ACTION_SPLIT:
        offer_views(viewer, MENU_SPLIT);
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
        offer_layouts(viewer);
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
