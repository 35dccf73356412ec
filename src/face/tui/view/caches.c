/*
 * What translation remembers: the TLB of a hart; the device contexts and translations of
 * an IOMMU. The entry that the event used or filled is marked, and each that differs from
 * what the tables say now: it stays in use until it is fenced.
 */
#include "base/bits.h"
#include "face/tui/view/cache_rows.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"
#include "observe/ask/iommus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIDDLE = 60, WIDE = 90 };

static enum role role_of(const struct cache_row *row)
{
    if (row->stale)
        return ROLE_STOP;
    return row->filled_now ? ROLE_CHANGED : row->used ? ROLE_HEAD : ROLE_TEXT;
}

/* Columns: mark, kind, key, value, whose, bits, then what is wrong with it. */
static void draw_row(struct canvas *canvas, struct area area, int at,
                     const struct cache_row *row)
{
    enum role role = role_of(row) == ROLE_STOP ? ROLE_TEXT : role_of(row);
    int col = area.col + 2, end = area.col + area.cols,
        note = area.cols >= MIDDLE ? 12 : 6;
    bool wide = area.cols >= WIDE;

    if (row->used || row->filled_now)
        canvas_put(canvas, at, area.col, ROLE_HEAD, row->filled_now ? '*' : L'▸');
    if (area.cols >= MIDDLE) {
        canvas_text(canvas, at, col, 7, ROLE_QUIET, row->kind);
        col += 8;
    }
    col += canvas_text(canvas, at, col, 16, role, row->key);
    if (row->value[0]) {
        canvas_text(canvas, at, col + 1, 2, ROLE_QUIET, "▸");
        col += 3 + canvas_text(canvas, at, col + 3, 16, role, row->value);
    }
    col += 1;
    if (area.cols >= MIDDLE)
        col +=
            canvas_text(canvas, at, col, end - note - col - 1, ROLE_QUIET, row->whose) +
            1;
    if (wide)
        canvas_text(canvas, at, col, end - note - col - 12, ROLE_QUIET, row->bits);
    if (wide && row->has_filled) {
        char count[TEXT_NUMBER];

        canvas_printf(canvas, at, end - note - 11, 10, ROLE_QUIET, "%10s",
                      text_count(count, row->filled));
    }
    if (row->stale)
        canvas_text(canvas, at, end - note, note, ROLE_STOP,
                    note == 6     ? "stale"
                    : row->now[0] ? row->now
                                  : "stale");
    if (row->name[0])
        canvas_thing(canvas, at, area.col, area.cols, THING_MEMORY, "%s", row->name);
}

/* With fewer rows than entries: those around the marked one. */
static int first_of(const struct cache_rows *rows, int room, int top)
{
    int first = top, most = rows->count - room;

    for (int i = 0; i < rows->count && !top; i++)
        if (rows->row[i].used || rows->row[i].filled_now)
            first = i / (room > 0 ? room : 1) * room;
    if (first > most)
        first = most;
    return first > 0 ? first : 0;
}

static int draw_part(struct canvas *canvas, struct area area,
                     const struct cache_rows *rows, int top)
{
    int room = area.rows - 1, first = first_of(rows, room, top);
    char note[64];

    if (area.rows < 1)
        return 0;
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_HEAD, rows->title);
    snprintf(note, sizeof(note), "%s", rows->note);
    if (first > 0)
        snprintf(note, sizeof(note), "+%d above", first);
    if (text_width(rows->title) + text_width(note) + 2 <= area.cols)
        canvas_text(canvas, area.row, area.col + area.cols - text_width(note),
                    text_width(note), ROLE_QUIET, note);
    for (int i = 0; i < room && first + i < rows->count; i++)
        draw_row(canvas, area, area.row + 1 + i, &rows->row[first + i]);
    return 1 + (rows->count < room ? rows->count : room);
}

/* --- which caches ------------------------------------------------------------------------ */

static const struct iommu *find_iommu(const struct watch *watch, const char *about)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct iommu *iommu = iommu_of_device(watch->board->device[i]);

        if (iommu && (!about[0] || strcmp(about, iommu->device.name) == 0))
            return iommu;
    }
    return NULL;
}

static bool wants_tlb(const struct watch *watch, const char *about, unsigned *hart)
{
    *hart = watch->hart;
    if (strncmp(about, "hart ", 5) == 0)
        *hart = (unsigned)strtoul(about + 5, NULL, 10);
    return (!about[0] || strncmp(about, "hart", 4) == 0) && *hart < watch->board->harts;
}

/* Each part has the rows that it needs, or half of them. */
static void draw_both(const struct watch *watch, struct view_state *state,
                      struct canvas *canvas, struct area area, unsigned hart)
{
    const struct iommu *iommu = find_iommu(watch, state->about);
    bool tlb = wants_tlb(watch, state->about, &hart);
    struct cache_rows *rows = cache_rows_new();
    struct area part = area;

    if (tlb) {
        cache_rows_of_tlb(watch, hart, rows);
        if (iommu && rows->count + 1 > area.rows / 2)
            part.rows = area.rows / 2;
        part.row += draw_part(canvas, part, rows, state->top);
        part.rows = area.row + area.rows - part.row;
    }
    if (iommu) {
        cache_rows_of_iommu(watch, iommu, rows);
        draw_part(canvas, part, rows, tlb ? 0 : state->top);
    }
    cache_rows_free(rows);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    unsigned hart;
    struct area inside = {area.row + 1, area.col, area.rows - 1, area.cols};

    canvas_rule(canvas, area.row, area.col, area.cols, "caches of translation",
                area.cols >= MIDDLE ? "* filled now  ▸ used now" : "");
    if (!wants_tlb(watch, state->about, &hart) && !find_iommu(watch, state->about)) {
        canvas_printf(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                      "there is no cache of '%s'", state->about);
        return;
    }
    draw_both(watch, state, canvas, inside, hart);
}

const struct view caches_view = {
    .name = "caches",
    .help = "the TLB and the IOMMU's caches: what is kept, and what is stale",
    .class = VIEW_INSTRUCTIONS,
    .cols = 38,
    .rows = 4,
    .wide = 50,
    .wish = 12,
    .tells = "info tlb",
    .about = "hart N, or an IOMMU",
    .draw = draw,
};
