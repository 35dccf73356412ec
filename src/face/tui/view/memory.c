#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 8 };

static enum role role_of(uint8_t who)
{
    switch (owner_letter(who)) {
    case 'h':
        return ROLE_HART;
    case 'd':
    case 'v':
    case 'i':
        return ROLE_DMA;
    default:
        return ROLE_NOBODY;
    }
}

/* The letters of those who wrote the bytes of a row. */
static void draw_owner(const struct watch *watch, struct canvas *canvas, int row,
                       int col, uint64_t pa)
{
    static const char letters[] = "hdvio?";
    static const enum role roles[] = {ROLE_HART, ROLE_DMA,    ROLE_DMA,
                                      ROLE_DMA,  ROLE_NOBODY, ROLE_NOBODY};
    bool owns[sizeof(letters)] = {false};
    int end = col + 2;

    for (int i = 0; i < BYTES; i++) {
        const char *letter =
            strchr(letters, owner_letter(watch_writer(watch, pa + (uint64_t)i)));

        if (letter)
            owns[letter - letters] = true;
    }
    owns[5] &= !owns[0] && !owns[1] && !owns[2] && !owns[3] && !owns[4];
    for (int i = 0; letters[i] && col < end; i++)
        if (owns[i])
            canvas_put(canvas, row, col++, roles[i], (uint32_t)letters[i]);
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

/* The first row: memory stands in pages, from the beginning of its part, so that a byte is
 * always in the same row; of the neighbouring pages one row each is shown. Without a
 * write: where the first part with a name begins. */
static uint64_t top_of(const struct watch *watch, int rows)
{
    const struct subject *subject = watch->subject;
    const struct region *region = watch_region(watch, watch->written);
    uint64_t ram = watch->board->bus.ram.base, page = (uint64_t)(rows - 2) * BYTES;
    uint64_t base = region ? region->base & ~(uint64_t)(BYTES - 1) : ram, top;

    if (!watch->written)
        return subject->regions ? subject->region[0].base : ram;
    top = base + (watch->written - base) / page * page;
    return top > base ? top - BYTES : base;
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct region *region;
    uint64_t top;
    bool legend = area.rows >= 8, owned;
    int rows = area.rows - 1 - legend;
    char title[40] = "memory";

    if (rows < 3)
        return;
    (void)state;
    top = top_of(watch, rows);
    region = watch_region(watch, watch->written ? watch->written : top);
    if (region)
        snprintf(title, sizeof(title), "memory: %s", region->name);
    canvas_rule(canvas, area.row, area.col, area.cols, title, "by last writer");
    for (int row = 0; row < rows; row++)
        draw_row(watch, canvas, area, area.row + 1 + row, top + (uint64_t)row * BYTES);
    owned = watch_writer(watch, top) != OWNER_UNKNOWN;
    if (legend)
        canvas_text(canvas, area.row + area.rows - 1, area.col + 2, area.cols - 2,
                    ROLE_QUIET,
                    !owned ? "too far from #0 to know who wrote it"
                    : watch_device(watch, "iommu", 0)
                        ? "h hart   d DMA   i IOMMU   ? nobody since reset"
                        : "h hart   d DMA   ? nobody since reset");
}

const struct view memory_view = {
    .name = "memory",
    .help = "bytes of RAM around the last write, by who wrote them",
    .class = VIEW_INSTRUCTIONS,
    .cols = 40,
    .rows = 3,
    .wide = 54,
    .tells = "xp",
    .draw = draw,
};
