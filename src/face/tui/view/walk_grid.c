/* The grid of a walk in two stages: see walk_draw.h. */
#include "base/bits.h"
#include "face/tui/view/entry_bits.h"
#include "face/tui/view/walk_draw.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { LABEL = 20, CELL_LEAST = 13, CELL_MOST = 26, CELL_FULL = 20, LEVELS = 4 };

/* Columns of the grid. */
struct grid {
    int levels; /* of the second stage */
    int cell;   /* columns of a cell */
    int rows;   /* of the first stage: 1 and up, with the page */
};

static bool is_row_end(const struct walk_path *path, unsigned at)
{
    return path->entry[at].table == STAGE_VS || at + 1 == path->entries;
}

static struct grid grid_of(const struct walk_path *path, struct area area)
{
    const struct walk_format *format =
        path->iommu ? walk_guest_format(8) : path->stages.g.format;
    struct grid grid = {.levels = format ? format->levels : 0};

    for (unsigned i = 0; i < path->entries; i++)
        grid.rows += path->entry[i].table < STAGES && is_row_end(path, i);
    grid.cell = (area.cols - LABEL) / (grid.levels + 1);
    if (grid.cell > CELL_MOST)
        grid.cell = CELL_MOST;
    return grid;
}

/* "12 [80404010] V 1  table": which read it is, where, what it says. */
static void draw_cell(const struct walk_path *path, struct canvas *canvas, int row,
                      int col, const struct grid *grid, unsigned at)
{
    const struct walk_entry *entry = &path->entry[at];
    bool decides = (int)at == path->last, stops = entry_stops(entry);
    enum role role = (int)at > path->last      ? ROLE_QUIET
                     : entry->how == WALK_READ ? ROLE_HEAD
                                               : ROLE_TEXT;
    char verdict[WALK_TEXT];
    int room = grid->cell - 1, used;

    if (decides && path->told)
        canvas_put(canvas, row, col - 1, ROLE_HEAD, stops ? L'●' : L'▸');
    used = canvas_printf(canvas, row, col, room, role, "%2u %08" PRIx64 " ", at + 1,
                         entry->at);
    entry_verdict(path, entry, verdict, sizeof(verdict));
    if (grid->cell >= CELL_FULL)
        canvas_text(canvas, row, col + used, room - used,
                    stops ? ROLE_STOP : ROLE_QUIET, walk_brief(verdict));
    else if (stops)
        canvas_put(canvas, row, col + used, ROLE_STOP, L'X');
    if (entry->at)
        canvas_thing(canvas, row, col, room, THING_MEMORY, "0x%08" PRIx64, entry->at);
}

static void draw_label(const struct walk_path *path, struct canvas *canvas,
                       struct area area, int row, unsigned at)
{
    const struct walk_entry *entry = &path->entry[at];
    bool page = entry->table != STAGE_VS;

    if (page)
        canvas_text(canvas, row, area.col + 2, 8, ROLE_TEXT, "page");
    else
        canvas_printf(canvas, row, area.col + 2, 8, ROLE_TEXT, "level %u",
                      entry->level);
    canvas_printf(canvas, row, area.col + 10, 9, ROLE_QUIET, "%08" PRIx64,
                  page ? entry->va : entry->gpa);
}

static void draw_heading(const struct walk_path *path, struct canvas *canvas,
                         struct area area, const struct grid *grid)
{
    int col = area.col + LABEL;

    canvas_printf(canvas, area.row, area.col + 2, LABEL - 3, ROLE_QUIET, "%s at GPA",
                  path->iommu ? "1st" : "VS");
    for (int i = 0; i < grid->levels; i++)
        canvas_printf(canvas, area.row, col + i * grid->cell, grid->cell - 1,
                      ROLE_QUIET, "G level %d", grid->levels - 1 - i);
    canvas_text(canvas, area.row, col + grid->levels * grid->cell, grid->cell - 1,
                ROLE_QUIET, path->iommu ? "1st-stage PTE" : "VS-stage PTE");
}

/* Directories of an IOMMU come before the grid, in one row. */
static int draw_directories(const struct walk_path *path, struct canvas *canvas,
                            struct area area)
{
    struct walk_end begin = walk_register(path);
    int col = area.col + 2, end = area.col + area.cols;

    if (!path->iommu)
        return 0;
    col += canvas_printf(canvas, area.row, col, end - col, ROLE_TEXT, "%s %s",
                         begin.title, begin.line[2]);
    for (unsigned i = 0; i < path->entries && path->entry[i].table >= STAGES; i++) {
        const struct walk_entry *entry = &path->entry[i];
        char title[24];

        entry_title(path, entry, title, sizeof(title));
        col += canvas_text(canvas, area.row, col, end - col, ROLE_QUIET, " ▸ ");
        canvas_thing(canvas, area.row, col, 12, THING_MEMORY, "0x%08" PRIx64,
                     entry->at);
        col += canvas_printf(canvas, area.row, col, end - col, ROLE_TEXT,
                             "%u [%08" PRIx64 "] %s%s", i + 1, entry->at, title,
                             entry->how == WALK_KEPT ? ", cached" : "");
    }
    return 1;
}

/* Where the leaf of the second stage leads: in the last column of the page's row. */
static void draw_target(const struct watch *watch, const struct walk_path *path,
                        struct canvas *canvas, int row, int col, int room)
{
    struct walk_end page = walk_page(watch, path);

    canvas_printf(canvas, row, col, room, page.reached ? ROLE_HEAD : ROLE_QUIET,
                  page.reached ? "▸ %s" : "%s", page.line[0]);
    if (page.name[0])
        canvas_thing(canvas, row, col, room, page.thing, "%s", page.name);
}

int walk_draw_grid(const struct watch *watch, const struct walk_path *path,
                   struct canvas *canvas, struct area area)
{
    struct grid grid = grid_of(path, area);
    int used, row, levels = grid.levels;

    if (!levels || grid.cell < CELL_LEAST || grid.rows == 0)
        return 0;
    used = draw_directories(path, canvas, area);
    if (area.rows < grid.rows + 1 + used)
        return 0;
    area.row += used;
    draw_heading(path, canvas, area, &grid);
    row = area.row + 1;
    for (unsigned i = 0; i < path->entries; i++) {
        const struct walk_entry *entry = &path->entry[i];
        int column = entry->table == STAGE_VS ? levels : levels - 1 - (int)entry->level;

        if (entry->table >= STAGES)
            continue;
        draw_cell(path, canvas, row, area.col + LABEL + column * grid.cell, &grid, i);
        if (!is_row_end(path, i))
            continue;
        draw_label(path, canvas, area, row, i);
        if (entry->table != STAGE_VS)
            draw_target(watch, path, canvas, row, area.col + LABEL + levels * grid.cell,
                        grid.cell - 1);
        row++;
    }
    return used + 1 + grid.rows;
}
