/* The mouse: points, asks, scrolls, and goes to a cycle on an axis of time. */
#include "face/tui/viewer/viewer.h"

#include <inttypes.h>
#include <stdio.h>

enum { WHEEL = 3 /* rows */ };

static void scrub(struct viewer *viewer, const struct thing *axis, int col)
{
    uint64_t cycle = axis->from + (uint64_t)(col - axis->at.col) * axis->step;
    char line[64];

    snprintf(line, sizeof(line), "goto %" PRIu64, cycle);
    viewer_do(viewer, line);
}

static void wheel(struct viewer *viewer, const struct mouse *mouse)
{
    struct panes *panes = &viewer->screen.panes;
    int by = mouse->act == MOUSE_WHEEL_UP ? -WHEEL : WHEEL;

    if (!panes_point(panes, mouse->row, mouse->col))
        return;
    panes_scroll(panes_chosen(panes), by);
}

static void click(struct viewer *viewer, const struct mouse *mouse)
{
    struct panes *panes = &viewer->screen.panes;
    const struct thing *under = panes_thing_at(panes, mouse->row, mouse->col);
    struct thing thing = under ? *under : (struct thing){.at = {0, 0, 0, 0}};
    bool again = under && under == panes_thing(panes); /* the cursor stands there */

    if (!panes_point(panes, mouse->row, mouse->col))
        return;
    if (under && thing.kind == THING_TIME)
        scrub(viewer, &thing, mouse->col);
    else if (under && (again || thing.kind == THING_VIEW))
        viewer_act(viewer, ACTION_ASK);
}

void viewer_mouse(struct viewer *viewer, const struct mouse *mouse)
{
    struct screen *screen = &viewer->screen;

    if (screen->prompting || screen->palette.open || screen->typing || screen->held)
        return;
    if (screen->mode == SCREEN_RUNNING && mouse->act == MOUSE_CLICK) {
        screen->mode = SCREEN_STANDING; /* whatever moves stops the run first */
        viewer->looked = false;
        return;
    }
    if (screen->sheet.open) {
        bool up = mouse->act == MOUSE_WHEEL_UP, down = mouse->act == MOUSE_WHEEL_DOWN;

        if (up || down)
            sheet_key(&screen->sheet, up ? KEY_CODE_UP : KEY_CODE_DOWN);
        else
            screen->sheet.open = false;
        return;
    }
    screen->notice[0] = '\0';
    if (mouse->act == MOUSE_WHEEL_UP || mouse->act == MOUSE_WHEEL_DOWN)
        wheel(viewer, mouse);
    else
        click(viewer, mouse);
}
