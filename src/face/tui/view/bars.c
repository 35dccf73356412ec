#include "face/tui/view/bars.h"

#include "face/tui/watch/text.h"

#include <stdio.h>

enum { EIGHTHS = 8 };

/* In whole numbers, so that it is the same on every host; counts may be large. */
static uint64_t scaled(uint64_t value, uint64_t total, uint64_t to)
{
    while (total > UINT32_MAX) {
        total >>= 1;
        value >>= 1;
    }
    return total ? (value * to + total / 2) / total : 0;
}

int bar_end(uint64_t sum, uint64_t total, int room)
{
    uint64_t end = room > 0 ? scaled(sum, total, (uint64_t)room) : 0;

    return end > (uint64_t)room ? room : (int)end;
}

void bar_parts(struct canvas *canvas, int row, int col, int room,
               const struct bar_part *part, unsigned count, uint64_t total)
{
    uint64_t sum = 0;
    int at = 0;

    for (unsigned i = 0; i < count; i++) {
        sum += part[i].value;
        for (int end = bar_end(sum, total, room); at < end; at++)
            canvas_put(canvas, row, col + at, part[i].role, part[i].sign);
    }
}

void bar_one(struct canvas *canvas, int row, int col, int room, enum role role,
             uint64_t value, uint64_t total)
{
    int end = bar_end(value, total, room);

    for (int i = 0; i < end; i++)
        canvas_put(canvas, row, col + i, role, L'■');
    if (value && end == 0 && room > 0)
        canvas_put(canvas, row, col, role, L'·');
}

static void draw_column(struct canvas *canvas, struct area area, int col,
                        enum role role, uint64_t value, uint64_t full)
{
    static const wchar_t steps[] = L"▁▂▃▄▅▆▇█";
    int height =
        (int)scaled(value < full ? value : full, full, (uint64_t)area.rows * EIGHTHS);
    int bottom = area.row + area.rows - 1;

    if (value && height == 0)
        height = 1;
    if (!height)
        canvas_put(canvas, bottom, col, ROLE_RULE, L'·');
    for (int row = bottom; height > 0; row--, height -= EIGHTHS)
        canvas_put(canvas, row, col, role,
                   (uint32_t)steps[(height < EIGHTHS ? height : EIGHTHS) - 1]);
}

void bar_times(struct canvas *canvas, struct area area, enum role role,
               const uint64_t *value, unsigned count, uint64_t full)
{
    for (unsigned i = 0; i < count && (int)i < area.cols; i++)
        draw_column(canvas, area, area.col + (int)i, role, value[i], full);
}

char *bar_percent(char text[BAR_PERCENT], uint64_t value, uint64_t total)
{
    uint64_t percent = scaled(value, total, 100);

    if (value && percent == 0)
        snprintf(text, BAR_PERCENT, "<1 %%");
    else
        snprintf(text, BAR_PERCENT, "%u %%", (unsigned)percent % 1000);
    return text;
}

void bar_number(struct canvas *canvas, int row, int col, int cols, enum role role,
                uint64_t number)
{
    char text[TEXT_NUMBER];

    canvas_printf(canvas, row, col, cols, role, "%*s", cols, text_count(text, number));
}
