#include "face/tui/screen/help.h"

#include "face/tui/screen/keys.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 8, CELL = 24, WIDE = 52 /* a cell that tells all */ };

/* Cells side by side, as many as there is room for. */
struct cells {
    struct buf *out;
    int room, width, used;
};

static void put_cell(struct cells *cells, const char *text)
{
    int width = text_width(text), at = 0;

    while (at < cells->used)
        at += cells->width;
    if (at && at + width > cells->room)
        at = cells->used = 0;
    if (at == 0)
        buf_printf(cells->out, "\n%c", SHEET_ROW);
    for (; cells->used < at; cells->used++)
        buf_char(cells->out, ' ');
    buf_text(cells->out, text);
    cells->used += width + 2;
    buf_text(cells->out, "  ");
}

/* A key with the one for the way back. */
static void put_name(char name[16], const struct key *key)
{
    const struct key *back = key_back(key);

    snprintf(name, 16, "%s", key->name);
    if (back)
        snprintf(name, 16, "%s %s", back->name, key->name);
}

static void put_key(struct cells *cells, const struct key *key,
                    const struct screen *screen)
{
    const char *off = key_off(key, screen);
    const char *verb = key->action == ACTION_UNIT ? screen->unit : key->verb;
    char name[16], text[160];
    int used;

    put_name(name, key);
    used = text_width(name);
    if (off)
        snprintf(text, sizeof(text), "%s%*s%s, off: %s", name,
                 used < NAME ? NAME - used : 1, "", verb, off);
    else if (cells->width == WIDE)
        snprintf(text, sizeof(text), "%s%*s%s", name, used < NAME ? NAME - used : 1, "",
                 key->help);
    else
        snprintf(text, sizeof(text), "%s%*s%s", name, used < NAME ? NAME - used : 1, "",
                 verb);
    put_cell(cells, text);
}

static void put_group(struct cells *cells, enum key_group group,
                      const struct screen *screen)
{
    buf_printf(cells->out, "%s%s", cells->out->size ? "\n" : "",
               key_group_titles[group]);
    cells->used = 0;
    for (unsigned i = 0; i < keys_count; i++)
        if (keys[i].group == group && !key_is_back(&keys[i]))
            put_key(cells, &keys[i], screen);
}

static void put_pane(struct buf *out, const struct screen *screen)
{
    const struct panes *panes = &screen->panes;
    const struct pane *pane;

    if (!panes->layout.rows)
        return;
    pane = &panes->layout.row[panes->row].pane[panes->pane];
    buf_printf(out, "\nPane %s: %s.", pane->view->name, pane->view->help);
    if (pane->view->tells)
        buf_printf(out, " As text: :%s.", pane->view->tells);
    if (pane->view->about)
        buf_printf(out, " It can be pinned (a, :view %s ...): %s.", pane->view->name,
                   pane->view->about);
}

void help_keys(struct buf *out, const struct screen *screen)
{
    int room = screen->sheet.room ? screen->sheet.room : 74;
    struct cells cells = {
        .out = out, .room = room, .width = room >= 2 * WIDE ? WIDE : CELL};

    for (int group = 0; group < KEY_GROUPS; group++)
        put_group(&cells, (enum key_group)group, screen);
    put_pane(out, screen);
    buf_text(out, "\nSigns\n");
    buf_printf(out,
               "%c━ now   ┄ next   ─ past, idle   ● asked   ▾ bytes go there   "
               "░ waits   * changed\n",
               SHEET_ROW);
    buf_printf(out, "%ch hart   d DMA or device   i IOMMU   0 to 9 guests   ? nobody\n",
               SHEET_ROW);
}
