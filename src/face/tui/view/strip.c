#include "face/tui/view/strip.h"

#include <stdio.h>
#include <string.h>

struct strip strip_place(struct canvas *canvas, int col, int cols, int width, int most,
                         unsigned size, unsigned matters)
{
    unsigned fit = cols / width > 0 ? (unsigned)(cols / width) : 1;
    struct strip strip = {canvas, col, cols, width, 0, size, size};

    if (size > fit) {
        strip.count = fit;
        strip.first = matters / fit * fit;
        if (strip.first + fit > size)
            strip.count = size - strip.first;
        return strip;
    }
    strip.width = size ? cols / (int)size : width;
    if (strip.width > most)
        strip.width = most;
    return strip;
}

int strip_col(const struct strip *strip, unsigned slot)
{
    if (slot < strip->first || slot - strip->first >= strip->count)
        return -1;
    return strip->col + (int)(slot - strip->first) * strip->width;
}

static bool is_free(struct canvas *canvas, int row, int col, int cols)
{
    for (int i = -1; i <= cols; i++) {
        const struct canvas_cell *cell = canvas_at(canvas, row, col + i);

        if (cell && cell->glyph != ' ')
            return false;
    }
    return true;
}

/* At the edge behind which the slot is. */
static void point_away(const struct strip *strip, int row, unsigned slot,
                       enum role role, const char *label)
{
    bool before = slot < strip->first;
    int width = text_width(label) + 2, end = strip->col + strip->cols;
    int col = before ? strip->col : end - width;

    if (!is_free(strip->canvas, row, col, width))
        return;
    if (before)
        canvas_printf(strip->canvas, row, col, width, role, "◂ %s", label);
    else
        canvas_printf(strip->canvas, row, col, width, role, "%s ▸", label);
}

/* Where the label of an arrow at `col` is free: right of it, else left; -1: nowhere. */
static int label_col(const struct strip *strip, int row, int col, int width)
{
    if (col + 2 + width <= strip->col + strip->cols &&
        is_free(strip->canvas, row, col, 2 + width))
        return col + 2;
    if (col - 1 - width >= strip->col &&
        is_free(strip->canvas, row, col - 1 - width, width + 2))
        return col - 1 - width;
    return -1;
}

static int arrow_col(const struct strip *strip, unsigned slot)
{
    return strip_col(strip, slot) + (strip->width - 1) / 2;
}

bool strip_has_room(const struct strip *strip, int row, unsigned slot,
                    const char *label)
{
    return strip_col(strip, slot) >= 0 &&
           label_col(strip, row, arrow_col(strip, slot), text_width(label)) >= 0;
}

void strip_point(const struct strip *strip, int row, unsigned slot, uint32_t sign,
                 enum role role, const char *label)
{
    int width = text_width(label), col = arrow_col(strip, slot), at;

    if (strip_col(strip, slot) < 0) {
        point_away(strip, row, slot, role, label);
        return;
    }
    at = label_col(strip, row, col, width);
    if (at >= 0)
        canvas_text(strip->canvas, row, at, width, role, label);
    canvas_put(strip->canvas, row, col, role, sign);
}

static void draw_stretch(const struct strip *strip, int row, int from, int cols,
                         enum role role, const char *name)
{
    int width = text_width(name);

    if (cols < 2)
        return;
    canvas_put(strip->canvas, row, from, ROLE_RULE, L'├');
    for (int i = 1; i < cols - 1; i++)
        canvas_put(strip->canvas, row, from + i, ROLE_RULE, L'─');
    canvas_put(strip->canvas, row, from + cols - 1, ROLE_RULE, L'┤');
    if (width + 4 <= cols)
        canvas_printf(strip->canvas, row, from + (cols - width - 2) / 2, width + 2,
                      role, " %s ", name);
    else
        canvas_put(strip->canvas, row, from + cols / 2, role,
                   (uint32_t)(strncmp(name, "to ", 3) == 0 ? name[3] : name[0]));
}

void strip_band(const struct strip *strip, int row,
                const char *(*name)(const void *ctx, unsigned slot, enum role *role),
                const void *ctx)
{
    for (unsigned from = 0, to; from < strip->count; from = to) {
        enum role role, other;
        const char *owner = name(ctx, strip->first + from, &role);

        for (to = from + 1; to < strip->count; to++)
            if (strcmp(name(ctx, strip->first + to, &other), owner) != 0)
                break;
        draw_stretch(strip, row, strip->col + (int)from * strip->width,
                     (int)(to - from) * strip->width - (strip->width > 3), role, owner);
    }
}

char *strip_note(const struct strip *strip, const char *all, bool brief, char *text,
                 size_t room)
{
    unsigned last = strip->first + strip->count;

    if (strip->count == strip->size)
        snprintf(text, room, "%s", all);
    else if (brief)
        snprintf(text, room, "%u-%u of %u", strip->first, last - 1, strip->size);
    else
        snprintf(text, room, "slots %u to %u, left out: %u before, %u behind",
                 strip->first, last - 1, strip->first, strip->size - last);
    return text;
}
