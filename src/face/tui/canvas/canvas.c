#include "face/tui/canvas/canvas.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct canvas *canvas_new(int rows, int cols, enum tier tier)
{
    struct canvas *canvas = alloc_zero(1, sizeof(*canvas));

    canvas->rows = rows;
    canvas->cols = cols;
    canvas->tier = tier;
    canvas->cells = alloc_zero((size_t)rows * (size_t)cols, sizeof(*canvas->cells));
    canvas_clear(canvas, NULL);
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    if (!canvas)
        return;
    free(canvas->thing);
    free(canvas->cells);
    free(canvas);
}

static bool is_within(const struct area *inner, const struct area *outer)
{
    return inner->row >= outer->row && inner->col >= outer->col &&
           inner->row + inner->rows <= outer->row + outer->rows &&
           inner->col + inner->cols <= outer->col + outer->cols;
}

/* Things that stand in the area are gone; of one that reaches beyond it, the rest stays. */
static void forget_things(struct canvas *canvas, const struct area *area)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < canvas->things; i++)
        if (!is_within(&canvas->thing[i].at, area))
            canvas->thing[kept++] = canvas->thing[i];
    canvas->things = kept;
}

struct canvas_cell *canvas_at(struct canvas *canvas, int row, int col)
{
    if (row < 0 || row >= canvas->rows || col < 0 || col >= canvas->cols)
        return NULL;
    return &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

/* Of a wide sign that is written over in half, the other half goes. */
static void mend_halves(struct canvas *canvas, int row, int col)
{
    struct canvas_cell *cell = canvas_at(canvas, row, col);
    struct canvas_cell *left = canvas_at(canvas, row, col - 1);
    struct canvas_cell *right = canvas_at(canvas, row, col + 1);

    if (cell->glyph == 0 && left)
        left->glyph = ' ';
    if (right && right->glyph == 0)
        right->glyph = ' ';
}

static void clear_cell(struct canvas *canvas, int row, int col)
{
    struct canvas_cell *cell = canvas_at(canvas, row, col);

    if (!cell)
        return;
    mend_halves(canvas, row, col);
    *cell = (struct canvas_cell){.glyph = ' ', .role = ROLE_TEXT};
}

void canvas_clear(struct canvas *canvas, const struct area *area)
{
    struct area all = {0, 0, canvas->rows, canvas->cols};

    if (!area)
        area = &all;
    forget_things(canvas, area);
    for (int row = area->row; row < area->row + area->rows; row++)
        for (int col = area->col; col < area->col + area->cols; col++)
            clear_cell(canvas, row, col);
}

void canvas_put(struct canvas *canvas, int row, int col, enum role role, uint32_t glyph)
{
    struct canvas_cell *cell = canvas_at(canvas, row, col);

    if (!cell)
        return;
    mend_halves(canvas, row, col);
    cell->glyph = glyph_in_tier(glyph, canvas->tier);
    cell->role = (uint8_t)role;
}

int text_width(const char *text)
{
    int width = 0;

    while (*text)
        width += glyph_width(glyph_next(&text));
    return width;
}

static void write_glyph(struct canvas *canvas, int row, int col, enum role role,
                        uint32_t glyph)
{
    struct canvas_cell *cell = canvas_at(canvas, row, col);

    if (!cell)
        return;
    if (cell->written && cell->glyph != ' ')
        canvas->collisions++;
    canvas_put(canvas, row, col, role, glyph < ' ' || glyph == 0x7f ? '.' : glyph);
    cell->arms = 0;
    cell->written = glyph != ' ';
}

/* The second column of a wide sign; one that is not in the canvas's tier has a blank. */
static void write_half(struct canvas *canvas, int row, int col)
{
    struct canvas_cell *cell = canvas_at(canvas, row, col);

    canvas_put(canvas, row, col, ROLE_TEXT, ' ');
    if (cell && canvas->tier == TIER_UTF8) {
        cell->glyph = 0;
        cell->role = cell[-1].role;
    }
}

int canvas_text(struct canvas *canvas, int row, int col, int room, enum role role,
                const char *text)
{
    int width = text_width(text), used = 0;
    int whole = width <= room ? width : room - 2;

    if (room <= 0)
        return 0;
    while (*text && used < whole) {
        uint32_t glyph = glyph_next(&text);
        int cols = glyph_width(glyph);

        if (used + cols > whole)
            break;
        if (cols > 0)
            write_glyph(canvas, row, col + used, role, glyph);
        if (cols == 2)
            write_half(canvas, row, col + used + 1);
        used += cols;
    }
    for (; width > room && used < room; used++)
        write_glyph(canvas, row, col + used, role, '.');
    return used;
}

int canvas_printf(struct canvas *canvas, int row, int col, int room, enum role role,
                  const char *fmt, ...)
{
    struct buf text = {0};
    va_list ap;
    int used;

    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    used = canvas_text(canvas, row, col, room, role, buf_str(&text));
    buf_free(&text);
    return used;
}

static void set_arm(struct canvas *canvas, int row, int col, int arm,
                    enum weight weight, enum role role)
{
    struct canvas_cell *cell = canvas_at(canvas, row, col);

    if (!cell)
        return;
    mend_halves(canvas, row, col);
    if (weight > arm_weight(cell->arms, arm)) {
        uint8_t arms = (uint8_t)(cell->arms & ~(3 << arm));

        if (cell->arms == 0 || weight == WEIGHT_NOW || cell->role == ROLE_RULE)
            cell->role = (uint8_t)role;
        cell->arms = (uint8_t)(arms | (unsigned)weight << arm);
    }
    cell->glyph = glyph_of_arms(cell->arms, canvas->tier);
    cell->written = false;
}

void canvas_across(struct canvas *canvas, int row, int from, int to, enum weight weight,
                   enum role role)
{
    int left = from < to ? from : to, right = from < to ? to : from;

    for (int col = left; col < right; col++) {
        set_arm(canvas, row, col, ARM_RIGHT, weight, role);
        set_arm(canvas, row, col + 1, ARM_LEFT, weight, role);
    }
}

void canvas_down(struct canvas *canvas, int col, int from, int to, enum weight weight,
                 enum role role)
{
    int top = from < to ? from : to, bottom = from < to ? to : from;

    for (int row = top; row < bottom; row++) {
        set_arm(canvas, row, col, ARM_DOWN, weight, role);
        set_arm(canvas, row + 1, col, ARM_UP, weight, role);
    }
}

static void frame(struct canvas *canvas, struct area area, enum role role,
                  const uint32_t corners[4])
{
    int bottom = area.row + area.rows - 1, right = area.col + area.cols - 1;

    canvas_across(canvas, area.row, area.col, right, WEIGHT_IDLE, role);
    canvas_across(canvas, bottom, area.col, right, WEIGHT_IDLE, role);
    canvas_down(canvas, area.col, area.row, bottom, WEIGHT_IDLE, role);
    canvas_down(canvas, right, area.row, bottom, WEIGHT_IDLE, role);
    canvas_put(canvas, area.row, area.col, role, corners[0]);
    canvas_put(canvas, area.row, right, role, corners[1]);
    canvas_put(canvas, bottom, area.col, role, corners[2]);
    canvas_put(canvas, bottom, right, role, corners[3]);
}

void canvas_box(struct canvas *canvas, struct area area, enum role role)
{
    frame(canvas, area, role, (const uint32_t[]){L'╭', L'╮', L'╰', L'╯'});
}

void canvas_sheet(struct canvas *canvas, struct area area, const char *title)
{
    canvas_clear(canvas, &area);
    frame(canvas, area, ROLE_QUIET, (const uint32_t[]){L'┌', L'┐', L'└', L'┘'});
    canvas_put(canvas, area.row, area.col + 2, ROLE_TEXT, ' ');
    canvas_printf(canvas, area.row, area.col + 2, area.cols - 4, ROLE_HEAD, " %s ",
                  title);
}

void canvas_rule(struct canvas *canvas, int row, int col, int cols, const char *title,
                 const char *note)
{
    int note_width = note ? text_width(note) : 0, used = 0, end;

    if (canvas->past)
        used = canvas_text(canvas, row, col, cols, ROLE_TAG, "◂") + 1;
    used += canvas_text(canvas, row, col + used, cols - used, ROLE_HEAD, title);
    if (used + note_width + 4 > cols)
        note_width = 0;
    end = cols - (note_width ? note_width + 1 : 0);
    for (int i = used + 1; i < end; i++)
        canvas_put(canvas, row, col + i, ROLE_RULE, L'─');
    if (note_width)
        canvas_text(canvas, row, col + end + 1, note_width, ROLE_QUIET, note);
}

/* --- things -------------------------------------------------------------------------- */

static struct thing *add_thing(struct canvas *canvas, struct area area,
                               enum thing_kind kind)
{
    struct thing *thing;

    if (canvas->things == canvas->room) {
        canvas->room = canvas->room ? canvas->room * 2 : 64;
        canvas->thing =
            alloc_resize(canvas->thing, canvas->room * sizeof(*canvas->thing));
    }
    thing = &canvas->thing[canvas->things++];
    *thing = (struct thing){.at = area, .kind = kind};
    return thing;
}

void canvas_thing(struct canvas *canvas, int row, int col, int cols,
                  enum thing_kind kind, const char *fmt, ...)
{
    struct thing *thing;
    va_list ap;

    if (cols < 1)
        return;
    thing = add_thing(canvas, (struct area){row, col, 1, cols}, kind);
    va_start(ap, fmt);
    vsnprintf(thing->name, sizeof(thing->name), fmt, ap);
    va_end(ap);
}

void canvas_thing_area(struct canvas *canvas, struct area area, enum thing_kind kind,
                       const char *name)
{
    struct thing *thing = add_thing(canvas, area, kind);

    snprintf(thing->name, sizeof(thing->name), "%s", name);
}

void canvas_thing_time(struct canvas *canvas, struct area area, uint64_t from,
                       uint64_t step)
{
    struct thing *thing = add_thing(canvas, area, THING_TIME);

    thing->from = from;
    thing->step = step;
}

const struct thing *canvas_thing_at(const struct canvas *canvas, int row, int col)
{
    const struct area cell = {row, col, 1, 1};

    for (unsigned i = canvas->things; i-- > 0;)
        if (is_within(&cell, &canvas->thing[i].at))
            return &canvas->thing[i];
    return NULL;
}

void canvas_read(const struct canvas *canvas, struct buf *text)
{
    for (int row = 0; row < canvas->rows; row++) {
        const struct canvas_cell *cells =
            &canvas->cells[(size_t)row * (size_t)canvas->cols];
        int end = canvas->cols;
        char utf8[5];

        while (end > 0 && cells[end - 1].glyph == ' ')
            end--;
        for (int col = 0; col < end; col++)
            if (cells[col].glyph)
                buf_add(text, utf8, (size_t)glyph_utf8(cells[col].glyph, utf8));
        buf_char(text, '\n');
    }
}
