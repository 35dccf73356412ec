#include "face/tui/screen/layout.h"

#include "base/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct layout_info layout_infos[] = {
    {"fit", "stage, or everything, as the screen has room", NULL},
    {"stage", "the machine, what explains the event, and time",
     "stage / code auto memory / timeline"},
    {"everything", "all that there is room for",
     "stage / code registers dma memory / interrupts metrics events*3 console / "
     "timeline"},
    {"code", "a program, line by line",
     "stage@9? / scenario code / registers csrs calls / timeline"},
    {"rings", "a ring of descriptors and who owns each slot",
     "stage@9? / ring / dma disk memory / timeline"},
    {"queues", "a virtqueue, and the disk that works on it",
     "stage@9? / virtqueue / disk structures memory / timeline"},
    {"gates", "an interrupt's way to its handler",
     "stage@9? / gates / code csrs interrupts / timeline"},
    {"walk", "page tables, level by level",
     "stage@6? / walk / caches iommu structures / timeline"},
    {"exit", "one VM exit: why, and what it cost",
     "stage? / exit / code guests exits / timeline"},
    {"guests", "who runs, and where the cycles of exits went",
     "stage? / guests / exits flame / timeline"},
    {"numbers", "counters over time, and the variants compared",
     "stage@9? / metrics compare / events / timeline"},
    {"story", "what happened as text, with source and console",
     "stage? / narration scenario console / timeline"},
    {NULL, NULL, NULL},
};

const struct layout_info *layout_named(const char *name)
{
    for (const struct layout_info *info = layout_infos; info->name; info++)
        if (strcmp(info->name, name) == 0)
            return info;
    return NULL;
}

struct pane pane_of(const struct view *view)
{
    return (struct pane){.view = view, .weight = 1, .state = {.token = -1}};
}

/* --- reading --------------------------------------------------------------------------- */

static void skip_blanks(const char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

static bool unknown_view(const char *name, struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[128];

    for (const struct view *const *view = views; *view; view++)
        nearest_offer(&nearest, (*view)->name);
    return err_set(err, "layout: there is no view '%s'%s", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

static bool read_view(struct pane *pane, const char **at, struct err *err)
{
    char name[LAYOUT_NAME];
    size_t length = strcspn(*at, "/(*@? \t\n");
    const struct view *view;

    snprintf(name, sizeof(name), "%.*s", (int)length, *at);
    if (!length)
        return err_set(err, "layout: a view's name is missing at '%.20s'", *at);
    view = view_named(name);
    if (!view)
        return unknown_view(name, err);
    *pane = pane_of(view);
    *at += length;
    return true;
}

static bool read_about(struct pane *pane, const char **at, struct err *err)
{
    size_t length;

    if (**at != '(')
        return true;
    ++*at;
    length = strcspn(*at, ")");
    if ((*at)[length] != ')')
        return err_set(err, "layout: ')' is missing after '(%.20s'", *at);
    if (length >= sizeof(pane->state.about))
        return err_set(err, "layout: '%.20s...' is too long", *at);
    snprintf(pane->state.about, sizeof(pane->state.about), "%.*s", (int)length, *at);
    *at += length + 1;
    return true;
}

static bool read_number(int *number, int most, const char *what, const char **at,
                        struct err *err)
{
    char *end;
    long value = strtol(*at + 1, &end, 10);

    if (end == *at + 1 || value < 1 || value > most)
        return err_set(err, "layout: %c is followed by a number of %s, 1 to %d", **at,
                       what, most);
    *number = (int)value;
    *at = end;
    return true;
}

static bool read_pane(struct pane_row *row, const char **at, struct err *err)
{
    struct pane *pane = &row->pane[row->panes];

    if (row->panes == LAYOUT_PANES)
        return err_set(err, "layout: more than %d panes in a row", LAYOUT_PANES);
    if (!read_view(pane, at, err) || !read_about(pane, at, err))
        return false;
    for (; **at == '?'; ++*at)
        row->optional = true;
    while (**at == '*' || **at == '@')
        if (!(**at == '*' ? read_number(&pane->weight, 9, "shares", at, err)
                          : read_number(&row->rows, LAYOUT_HEIGHT, "rows", at, err)))
            return false;
    for (; **at == '?'; ++*at)
        row->optional = true;
    if (**at && **at != '/' && !isspace((unsigned char)**at))
        return err_set(err, "layout: '%.20s' is not understood", *at);
    row->panes++;
    return true;
}

bool layout_read(struct layout *layout, const char *name, const char *text,
                 struct err *err)
{
    struct layout new = {.rows = 1};
    const char *at = text;

    snprintf(new.name, sizeof(new.name), "%s", name);
    for (skip_blanks(&at); *at; skip_blanks(&at)) {
        if (*at == '/') {
            if (!new.row[new.rows - 1].panes || new.rows == LAYOUT_ROWS)
                return err_set(err, "layout: %s",
                               new.rows == LAYOUT_ROWS ? "more than 8 rows"
                                                       : "a row has no views");
            new.rows++;
            at++;
        } else if (!read_pane(&new.row[new.rows - 1], &at, err)) {
            return false;
        }
    }
    if (!new.row[new.rows - 1].panes)
        return err_set(err, "layout: a row has no views");
    *layout = new;
    return true;
}

/* --- writing --------------------------------------------------------------------------- */

void layout_put(struct buf *out, const struct layout *layout)
{
    for (unsigned r = 0; r < layout->rows; r++) {
        const struct pane_row *row = &layout->row[r];

        buf_text(out, r ? " / " : "");
        for (unsigned p = 0; p < row->panes; p++) {
            const struct pane *pane = &row->pane[p];

            buf_printf(out, "%s%s", p ? " " : "", pane->view->name);
            if (pane->state.about[0])
                buf_printf(out, "(%s)", pane->state.about);
            if (pane->weight != 1)
                buf_printf(out, "*%d", pane->weight);
            if (p == 0 && row->rows)
                buf_printf(out, "@%d", row->rows);
            if (p == 0 && row->optional)
                buf_char(out, '?');
        }
    }
}
