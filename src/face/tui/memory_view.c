#include "face/tui/view.h"
#include "face/tui/watch_peek.h"

#include <inttypes.h>
#include <stdio.h>

enum { BYTES = 8, MARGIN = 1 };

static enum role role_of(uint8_t who)
{
    switch (owner_letter(who)) {
    case 'h':
        return ROLE_HART;
    case 'd':
        return ROLE_DMA;
    default:
        return ROLE_NOBODY;
    }
}

/* The letters of those who wrote the bytes of a row. */
static void draw_owner(const struct watch *watch, struct canvas *canvas, int row,
                       int col, uint64_t pa)
{
    bool hart = false, dma = false;

    for (int i = 0; i < BYTES; i++) {
        char letter = owner_letter(watch_writer(watch, pa + (uint64_t)i));

        hart |= letter == 'h';
        dma |= letter == 'd';
    }
    if (hart)
        canvas_put(canvas, row, col++, ROLE_HART, 'h');
    if (dma)
        canvas_put(canvas, row, col, ROLE_DMA, 'd');
    if (!hart && !dma)
        canvas_put(canvas, row, col, ROLE_NOBODY, '?');
}

static void draw_byte(const struct watch *watch, struct canvas *canvas, int row,
                      int col, int text_col, uint64_t pa, uint8_t byte)
{
    uint8_t who = watch_writer(watch, pa);
    enum role role = watch_wrote(watch, pa) ? ROLE_CHANGED : role_of(who);

    if (who == INITIATOR_NONE && byte == 0) {
        canvas_text(canvas, row, col, 2, ROLE_RULE, "··");
        return;
    }
    canvas_printf(canvas, row, col, 2, role, "%02x", byte);
    if (text_col >= 0)
        canvas_put(canvas, row, text_col, role,
                   byte >= ' ' && byte < 0x7f ? byte : (uint32_t)L'·');
}

static void draw_row(const struct watch *watch, struct canvas *canvas, struct area area,
                     int row, uint64_t pa)
{
    uint8_t bytes[BYTES];
    int col = area.col + 2;
    bool touched = false, text = area.cols >= 2 + 9 + 3 + 3 * BYTES + BYTES;

    if (watch_read(watch, pa, bytes, BYTES) != BYTES)
        return;
    for (int i = 0; i < BYTES; i++)
        touched |= watch_wrote(watch, pa + (uint64_t)i);
    if (touched)
        canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
    canvas_printf(canvas, row, col, 16, touched ? ROLE_HEAD : ROLE_QUIET, "%08" PRIx64,
                  pa);
    draw_owner(watch, canvas, row, col + 9, pa);
    for (int i = 0; i < BYTES; i++)
        draw_byte(watch, canvas, row, col + 12 + 3 * i,
                  text ? col + 12 + 3 * BYTES + i : -1, pa + (uint64_t)i, bytes[i]);
}

/* The window follows what is written, and stays while that is on it. */
static void follow(const struct watch *watch, struct view_state *state, int rows)
{
    uint64_t row = watch->written & ~(uint64_t)(BYTES - 1);
    uint64_t base = watch->board->bus.ram.base, room = (uint64_t)rows * BYTES;

    if (!watch->written) {
        if (!state->memory_top)
            state->memory_top = watch->regions ? watch->region[0].base : base;
        return;
    }
    if (state->memory_top && row - state->memory_top < room)
        return;
    state->memory_top = row - base > MARGIN * BYTES ? row - MARGIN * BYTES : base;
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct region *region;
    bool legend = area.rows >= 8;
    int rows = area.rows - 1 - legend;
    char title[40] = "memory";

    follow(watch, state, rows);
    region = watch_region(watch, watch->written ? watch->written : state->memory_top);
    if (region)
        snprintf(title, sizeof(title), "memory: %s", region->name);
    canvas_rule(canvas, area.row, area.col, area.cols, title, "by last writer");
    for (int row = 0; row < rows; row++)
        draw_row(watch, canvas, area, area.row + 1 + row,
                 state->memory_top + (uint64_t)row * BYTES);
    if (legend)
        canvas_text(canvas, area.row + area.rows - 1, area.col + 2, area.cols - 2,
                    ROLE_QUIET, "h hart   d DMA   ? nobody since reset");
}

const struct view memory_view = {
    .name = "memory",
    .help = "bytes of RAM around the last write, by who wrote them",
    .draw = draw,
};
