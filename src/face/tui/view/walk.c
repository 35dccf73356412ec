/*
 * A walk, of a hart or an IOMMU, level by level: the way from the register to the page as
 * boxes from left to right, or as a grid where each entry of the first stage is itself
 * found by a walk of the second; below it, bit by bit, the entry that decides.
 */
#include "base/bits.h"
#include "face/tui/view/entry_bits.h"
#include "face/tui/view/view.h"
#include "face/tui/view/walk_draw.h"
#include "face/tui/view/wired.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BOX_LEAST = 15, BOX_MOST = 20, BOX_LINES = 3, INPUT_ROWS = 3, COLUMN_FULL = 76 };

/* --- the register and the page ---------------------------------------------------------- */

static void fill_register(const struct walk_path *path, struct wired_box *box)
{
    struct walk_end end = walk_register(path);

    *box = (struct wired_box){.thing = end.thing};
    snprintf(box->title, WIRED_TEXT, "%s", end.title);
    snprintf(box->name, sizeof(box->name), "%s", end.name);
    for (int i = 0; i < BOX_LINES; i++) {
        snprintf(box->line[i], WIRED_TEXT, "%s", end.line[i]);
        box->role[i] = i == 0 ? ROLE_QUIET : ROLE_TEXT;
    }
}

static void fill_page(const struct watch *watch, const struct walk_path *path,
                      struct wired_box *box)
{
    struct walk_end end = walk_page(watch, path);

    *box = (struct wired_box){.thing = end.thing, .dim = !end.reached};
    snprintf(box->title, WIRED_TEXT, "%s", end.title);
    snprintf(box->name, sizeof(box->name), "%s", end.name);
    for (int i = 0; i < BOX_LINES; i++) {
        snprintf(box->line[i], WIRED_TEXT, "%s", end.line[i]);
        box->role[i] = i ? ROLE_QUIET : end.reached ? ROLE_HEAD : ROLE_QUIET;
    }
    snprintf(box->foot, sizeof(box->foot), "%s", end.foot);
}

/* --- boxes in a row --------------------------------------------------------------------- */

static void fill_context(const struct walk_path *path, struct wired_box *box)
{
    const struct iommu_context *context = &path->iommu_end.context;

    snprintf(box->line[1], WIRED_TEXT, "fsc %s",
             field_get(context->fsc, IOMMU_ATP_MODE) ? "Sv39" : "Bare");
    snprintf(box->line[2], WIRED_TEXT, "V 1 G %s",
             field_get(context->iohgatp, IOMMU_ATP_MODE) ? "Sv39x4" : "Bare");
}

static void fill_entry(const struct walk_path *path, int at, struct wired_box *box)
{
    const struct walk_entry *entry = &path->entry[at];
    bool stops = entry_stops(entry);

    *box = (struct wired_box){.thing = THING_MEMORY,
                              .heavy = at == path->last && (stops || path->told),
                              .stop = at == path->last && stops,
                              .dim = at > path->last};
    entry_title(path, entry, box->title, sizeof(box->title));
    snprintf(box->name, sizeof(box->name), "0x%08" PRIx64, entry->at);
    snprintf(box->line[0], WIRED_TEXT, "[%08" PRIx64 "]", entry->at);
    snprintf(box->line[1], WIRED_TEXT, "..%08" PRIx64, entry->entry & UINT32_MAX);
    entry_verdict(path, entry, box->line[2], WIRED_TEXT);
    box->role[2] = box->stop ? ROLE_STOP : ROLE_TEXT;
    if (entry->table == IOMMU_TABLE_CONTEXT && !stops)
        fill_context(path, box);
    walk_foot(entry, box->foot, sizeof(box->foot));
}

/* Bits of an input over the box that they choose the entry of. */
static void draw_index(const struct walk_path *path, struct canvas *canvas, int row,
                       int col, int width, const struct walk_entry *entry)
{
    char bits[24], name[24];

    walk_index(path, entry, name, bits);
    canvas_text(canvas, row, col + 1, width, ROLE_QUIET, bits);
    canvas_text(canvas, row + 1, col + 1, width, ROLE_TEXT, name);
}

/* What the boxes of a stretch are indexed by: the device id, then the address. */
static void draw_inputs(const struct walk_path *path, struct canvas *canvas, int row,
                        int col, int step)
{
    const char *address = path->iommu                       ? "IOVA"
                          : path->entry[0].table == STAGE_G ? "GPA"
                                                            : "virtual address";
    int devices = 0, all = (int)path->entries + 1;
    char text[48];

    while (devices < (int)path->entries && path->entry[devices].table >= STAGES)
        devices++;
    snprintf(text, sizeof(text), "device 0x%06" PRIx32, path->target.device_id);
    if (devices)
        wired_draw_span(canvas, row, col + step, devices * step - WIRED_GAP, text);
    snprintf(text, sizeof(text), "%s 0x%08" PRIx64, address, path->target.va);
    if (all > devices + 1)
        wired_draw_span(canvas, row, col + (devices + 1) * step,
                        (all - devices) * step - WIRED_GAP, text);
}

static enum weight weight_before(const struct walk_path *path, int at)
{
    bool stopped = path->last >= 0 && entry_stops(&path->entry[path->last]);

    if (at > path->last + 1 || (stopped && at > path->last) ||
        (at > path->last && path->shown < (int)path->entries))
        return WEIGHT_NEXT;
    return path->told ? WEIGHT_NOW : WEIGHT_IDLE;
}

/* Rows used; 0: they do not fit. */
static int draw_boxes(const struct watch *watch, const struct walk_path *path,
                      struct canvas *canvas, struct area area)
{
    int boxes = (int)path->entries + 2, step;
    int width = wired_width(boxes, area.cols, BOX_LEAST, BOX_MOST);
    int row = area.row + INPUT_ROWS;

    if (!width || path->two || area.rows < INPUT_ROWS + chain_rows(BOX_LINES))
        return 0;
    step = width + WIRED_GAP;
    draw_inputs(path, canvas, area.row, area.col, step);
    for (int i = 0; i < boxes; i++) {
        struct area at = {row, area.col + i * step, chain_rows(BOX_LINES), width};
        struct wired_box box;

        if (i == 0)
            fill_register(path, &box);
        else if (i == boxes - 1)
            fill_page(watch, path, &box);
        else
            fill_entry(path, i - 1, &box);
        if (i > 0 && i < boxes - 1)
            draw_index(path, canvas, area.row + 1, at.col, width, &path->entry[i - 1]);
        else if (i == boxes - 1)
            walk_draw_offset(path, canvas, area.row + 1, at.col + 1, width - 1);
        wired_draw_box(canvas, at, &box);
        if (i)
            wired_draw_wire(canvas, row + 2, at.col, weight_before(path, i - 1),
                            path->iommu ? ROLE_DMA : ROLE_HART);
    }
    return INPUT_ROWS + chain_rows(BOX_LINES);
}

/* --- a column --------------------------------------------------------------------------- */

static void draw_column_entry(const struct walk_path *path, struct canvas *canvas,
                              struct area area, int row, int at)
{
    const struct walk_entry *entry = &path->entry[at];
    bool full = area.cols >= COLUMN_FULL, reached = at <= path->last;
    bool stops = at == path->last && entry_stops(entry);
    enum role role = reached ? ROLE_TEXT : ROLE_QUIET;
    char title[24], text[32], letters[12], name[24], bits[24];
    int col = area.col + 2;

    canvas_put(canvas, row, area.col, reached ? ROLE_DMA : ROLE_QUIET,
               stops     ? (uint32_t)L'●'
               : reached ? (uint32_t)L'┃'
                         : (uint32_t)L'┆');
    entry_title(path, entry, title, sizeof(title));
    canvas_text(canvas, row, col, 10, role, title);
    if (full) {
        walk_index(path, entry, name, bits);
        canvas_text(canvas, row, col + 11, 13, ROLE_QUIET, name);
        canvas_printf(canvas, row, col + 33, 19, role, "%016" PRIx64, entry->entry);
        if (entry->table < STAGES)
            canvas_text(canvas, row, col + 50, 8, role,
                        entry_letters(letters, entry->entry));
        col += 13;
    }
    canvas_printf(canvas, row, col + 11, 10, role, "%08" PRIx64, entry->at);
    entry_verdict(path, entry, text, sizeof(text));
    col = full ? area.col + 61 : col + 20;
    canvas_text(canvas, row, col, area.col + area.cols - col - (full ? 7 : 0),
                stops ? ROLE_STOP : role, full ? walk_brief(text) : text);
    if (full) {
        walk_foot(entry, text, sizeof(text));
        canvas_printf(canvas, row, area.col + area.cols - 6, 6, ROLE_QUIET, "%6s",
                      walk_brief_foot(text));
    }
    canvas_thing(canvas, row, area.col, area.cols, THING_MEMORY, "0x%08" PRIx64,
                 entry->at);
}

static void draw_column_end(struct canvas *canvas, struct area area, int row,
                            const struct walk_end *end, bool first)
{
    canvas_put(canvas, row, area.col, end->reached ? ROLE_DMA : ROLE_QUIET,
               first ? (uint32_t)L'┃' : (uint32_t)L'▾');
    canvas_text(canvas, row, area.col + 2, 10, end->reached ? ROLE_TEXT : ROLE_QUIET,
                end->title);
    canvas_printf(canvas, row, area.col + 13, area.cols - 13,
                  end->reached ? ROLE_TEXT : ROLE_QUIET, "%s  %s  %s", end->line[0],
                  end->line[1], end->line[2]);
    if (end->name[0])
        canvas_thing(canvas, row, area.col, area.cols, end->thing, "%s", end->name);
}

/* With fewer rows than entries: those before and at the one that decides. */
static int draw_column(const struct watch *watch, const struct walk_path *path,
                       struct canvas *canvas, struct area area)
{
    struct walk_end begin = walk_register(path), end = walk_page(watch, path);
    int all = (int)path->entries + 2, rows = area.rows < all ? area.rows : all;
    int first = path->last + 2 - rows / 2;

    if (first > all - rows)
        first = all - rows;
    if (first < 0)
        first = 0;
    for (int i = 0; i < rows; i++) {
        int at = first + i;

        if (at == 0)
            draw_column_end(canvas, area, area.row + i, &begin, true);
        else if (at == all - 1)
            draw_column_end(canvas, area, area.row + i, &end, false);
        else
            draw_column_entry(path, canvas, area, area.row + i, at - 1);
    }
    return rows;
}

/* --- the view --------------------------------------------------------------------------- */

static void draw_title(const struct watch *watch, const struct walk_path *path,
                       struct canvas *canvas, struct area area)
{
    char title[96], note[96], asker[48];

    walk_name_asker(watch, &path->target, asker, sizeof(asker));
    snprintf(title, sizeof(title), "walk of %s: %s 0x%08" PRIx64, asker,
             path->target.access == ACCESS_STORE   ? "write"
             : path->target.access == ACCESS_FETCH ? "fetch"
                                                   : "read",
             path->target.va);
    walk_note(path, note, sizeof(note), area.cols < 100);
    if (text_width(title) + text_width(note) + 4 > area.cols)
        snprintf(title, sizeof(title), "%s 0x%" PRIx64, asker, path->target.va);
    canvas_rule(canvas, area.row, area.col, area.cols, title, note);
    canvas_thing(canvas, area.row, area.col, text_width(title), THING_PART, "%s",
                 asker);
}

static void draw_nothing(struct canvas *canvas, struct area area, const char *why)
{
    canvas_rule(canvas, area.row, area.col, area.cols, "walk", "");
    canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET, why);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct area inside = {area.row + 1, area.col, area.rows - 1, area.cols};
    struct walk_target target;
    struct walk_path path;
    const char *why;
    int used;

    if (!walk_choose(watch, state->about, &target)) {
        draw_nothing(canvas, area, "nothing has been translated here yet");
        return;
    }
    walk_path_of(watch, &target, &path);
    why = walk_why_not(&path);
    if (why) {
        draw_nothing(canvas, area, why);
        return;
    }
    draw_title(watch, &path, canvas, area);
    used = draw_boxes(watch, &path, canvas, inside);
    if (!used && path.two)
        used = walk_draw_grid(watch, &path, canvas, inside);
    if (!used)
        used = draw_column(watch, &path, canvas, inside);
    inside.row += used + 1;
    inside.rows -= used + 1;
    entry_draw_bits(watch, &path, canvas, inside);
}

static const char *absent(const struct watch *watch)
{
    (void)watch;
    return NULL;
}

const struct view walk_view = {
    .name = "walk",
    .help = "a page-table walk of a hart or an IOMMU, level by level",
    .class = VIEW_INSTRUCTIONS,
    .cols = 38,
    .rows = 4,
    .wish = 15,
    .tells = "info walk",
    .about = "hart N ADDRESS, DMA [CHANNEL] IOVA, or device ID IOVA",
    .absent = absent,
    .draw = draw,
};
