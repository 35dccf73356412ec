/*
 * Where everything stands: which rows there are follows from the height, then the row of
 * memory and devices (row.c), then the harts above it.
 */
#include "face/tui/stage/parts.h"
#include "face/tui/stage/stage.h"

#include "face/tui/canvas/theme.h"

enum {
    GUTTER = 9,
    GUTTER_NARROW = 6,
    LINE_NAME = 16, /* columns that the name of the interrupt line takes */
    HART_LEAST = 26,
    HART_OPEN = 4,  /* as many harts have boxes of their own if they fit */
    CHIP_WIDE = 10, /* "h0 M ░" */
    CHIP = 5,       /* "h0 M " */
    CHIP_NARROW = 4,
    CHIP_LEAST = 3,   /* "0M " */
    STRIP_LEAST = 24, /* columns of the open hart beside them */
    TAP_APART = 4,    /* columns between a hart's wire and one of a part */
};

/* --- rows ------------------------------------------------------------------------------- */

static int form_of(int rows)
{
    static const int forms[] = {STAGE_OPEN, STAGE_TALL, STAGE_COMPACT, STAGE_SHORT};

    for (unsigned i = 0; i < COUNT(forms); i++)
        if (rows >= forms[i])
            return forms[i];
    return STAGE_PATH;
}

/* Rows of a hart's box. Two floors take some more: one to three lines each. */
static int hart_rows(const struct stage *stage)
{
    if (stage->calm)
        return 3;
    if (stage->form == STAGE_SHORT)
        return 3;
    if (stage->form == STAGE_COMPACT)
        return stage->floors ? 5 : 3;
    if (stage->form == STAGE_TALL)
        return stage->floors ? 7 : 4;
    if (stage->area.rows >= 18)
        return stage->floors ? 9 : 6;
    return stage->floors ? 7 : 5;
}

/* Rows for labels above the bus and below it. A second bus runs through the one below. */
static void label_rows(const struct stage *stage, bool *above, bool *below)
{
    int rows = stage->area.rows;

    *above = stage->form != STAGE_SHORT || rows >= 10;
    *below = stage->form != STAGE_SHORT || rows >= 9;
    if (stage->floors && stage->form != STAGE_OPEN && stage->form != STAGE_SHORT)
        *above = false;
}

/* `two_buses`: there is a second bus, which needs its row more than interrupts theirs. */
static void place_rows(struct stage *stage, bool two_buses)
{
    bool above, below;
    int harts = hart_rows(stage);

    stage->rail = !stage->calm && stage->form != STAGE_COMPACT;
    label_rows(stage, &above, &below);
    if (two_buses && !below) {
        below = true;
        stage->rail = false;
    }
    stage->upper = stage->area.row + harts - !above;
    stage->bus = stage->upper + 1 + (stage->calm && stage->area.rows >= 13);
    stage->top = stage->bus + 1 + below + (stage->calm && stage->area.rows >= 13);
    stage->bottom = stage->area.row + stage->area.rows - stage->rail;
    stage->line = stage->area.row + 1;
    if (stage->floors && stage->form != STAGE_SHORT)
        stage->line = stage->area.row + harts - 2; /* interrupts go to V = 0 */
}

/* --- harts ------------------------------------------------------------------------------ */

static int hart_width(const struct stage *stage, int room)
{
    int wish = stage->form == STAGE_OPEN ? 52 : stage->form == STAGE_TALL ? 38 : 34;

    if (stage->calm)
        return room < 60 ? room - 4 : 36;
    if (stage->form == STAGE_OPEN && stage->area.cols < 180)
        wish = 44;
    return wish < room ? wish : room;
}

/* How far the nearest wire of a part is from a column. */
static int nearest_tap(const struct stage *stage, int col)
{
    int nearest = stage->area.cols;

    for (int i = 0; i < stage->parts; i++) {
        int away = stage->part[i].tap - col;

        if (stage->part[i].behind < 0 && (away < 0 ? -away : away) < nearest)
            nearest = away < 0 ? -away : away;
    }
    return nearest;
}

/* A column for a wire of that box: near `wish`, but beside the wires of parts. */
static int free_tap(const struct stage *stage, const struct area *box, int wish)
{
    int best = wish;

    for (int step = 0; step <= TAP_APART; step++)
        for (int side = -1; side <= 1; side += 2) {
            int col = wish + side * step;

            if (col < box->col + 2 || col > box->col + box->cols - 3)
                continue;
            if (nearest_tap(stage, col) >= TAP_APART)
                return col;
            if (nearest_tap(stage, col) > nearest_tap(stage, best))
                best = col;
        }
    return best;
}

static void add_hart(struct stage *stage, unsigned hart, int col, int width)
{
    int i = stage->harts++;

    stage->hart[i] = (struct area){stage->area.row, col, hart_rows(stage), width};
    stage->hart_id[i] = (int)hart;
    stage->hart_tap[i] = free_tap(stage, &stage->hart[i],
                                  col + (stage->calm ? width / 2 : width * 2 / 3 + 1));
}

/* How wide a chip is, so that all of them stand in so many rows and columns: wider ones
 * say more. */
static int chip_cols(int chips, int rows, int cols)
{
    static const int widths[] = {CHIP_WIDE, CHIP, CHIP_NARROW, CHIP_LEAST};

    for (unsigned i = 0; i < COUNT(widths); i++)
        if (cols / widths[i] * rows >= chips)
            return widths[i];
    return CHIP_LEAST;
}

/* All harts in a strip of chips, beside the box of the one that is looked at: in a row if
 * they fit, else as high as that box. Beside floors it is as narrow as can be. */
static void place_strip(const struct watch *watch, struct stage *stage, int room)
{
    int width = hart_width(stage, room), chips = (int)watch->board->harts;
    int inside = hart_rows(stage) - 2, across = stage->floors ? 1 : CHIP_NARROW;
    struct area *strip = &stage->strip;

    if (width > room - across * chips - 6)
        width = room - across * chips - 6;
    if (width < STRIP_LEAST)
        width = STRIP_LEAST;
    add_hart(stage, watch->hart, stage->area.col + stage->gutter, width);
    *strip = (struct area){.row = stage->area.row,
                           .col = stage->hart[0].col + width + 2,
                           .rows = 3,
                           .cols = room - width - 2};
    stage->chip_cols = chip_cols(chips, 1, strip->cols - 3);
    if (stage->floors || (strip->cols - 3) / stage->chip_cols < chips) {
        strip->rows = inside + 2;
        if (stage->floors &&
            strip->cols > CHIP_WIDE * ((chips + inside - 1) / inside) + 3)
            strip->cols = CHIP_WIDE * ((chips + inside - 1) / inside) + 3;
        stage->chip_cols = chip_cols(chips, inside, strip->cols - 3);
        across = (strip->cols - 3) / stage->chip_cols;
        if (stage->floors && across > 0)
            strip->rows = (chips + across - 1) / across + 2;
    } else if (strip->cols > chips * stage->chip_cols + 3) {
        strip->cols = chips * stage->chip_cols + 3;
    }
    stage->strip_tap = free_tap(stage, strip, strip->col + strip->cols / 2);
    if (strip->cols < stage->chip_cols + 3)
        strip->cols = 0; /* no room for any */
}

static void place_harts(const struct watch *watch, struct stage *stage)
{
    int col = stage->area.col + stage->gutter, harts = (int)watch->board->harts;
    int until =
        stage->irq_col >= 0 ? stage->irq_col : stage->area.col + stage->area.cols;
    int room = until - col - (stage->irq_col >= 0 ? LINE_NAME : 0), width;

    if (stage->irq_col >= 0 && room < HART_LEAST)
        room = until - col - 4;
    if (stage->floors && stage->form != STAGE_SHORT && stage->area.cols >= 110 &&
        harts == 1)
        room = room < 48 ? room : 48; /* what guests see stands beside it */
    width = hart_width(stage, room);
    if (harts > HART_OPEN || (harts - 1) * (HART_LEAST + 2) + HART_LEAST > room ||
        (stage->floors && harts > 1)) {
        if (stage->calm || room < STRIP_LEAST + 2 + CHIP_NARROW + 3)
            add_hart(stage, watch->hart, col, width);
        else
            place_strip(watch, stage,
                        stage->floors && stage->area.cols >= 150 && room > 78 ? 78
                                                                              : room);
        return;
    }
    if (harts > 1 && harts * (width + 2) - 2 > room)
        width = (room + 2) / harts - 2;
    if (stage->calm && harts == 1)
        col = stage->area.col + (stage->area.cols - width) / 2;
    for (int i = 0; i < harts; i++)
        add_hart(stage, (unsigned)i, col + i * (width + 2), width);
}

/* --- the bus ---------------------------------------------------------------------------- */

/* A gap of the bus in which the number of quiet devices fits. */
static void place_quiet(const struct watch *watch, struct stage *stage)
{
    int end = stage->area.col + stage->area.cols;

    stage->quiet_col = -1;
    if (stage->calm)
        return;
    for (int i = stage->parts - 1; stage->quiet && i > 0; i--) {
        int from = stage->part[i - 1].tap + 2, until = stage->part[i].tap - 2;

        /* The timer's line may go up between them. */
        if (stage->form == STAGE_OPEN &&
            stage->part[i - 1].device == watch->board->clock)
            from = stage->part[i - 1].box.col + stage->part[i - 1].box.cols + 1;
        if (until - from >= 12) {
            stage->quiet_col = until - 11;
            return;
        }
    }
    if (stage->quiet && end - stage->bus_until > 15)
        stage->quiet_col = stage->bus_until + 3;
}

static void place_bus(struct stage *stage)
{
    stage->bus_from = stage->area.col + stage->gutter;
    stage->bus_until =
        stage->calm ? stage->area.col + stage->area.cols - 1 - stage->gutter : 0;
    for (int i = 0; i < stage->parts; i++)
        if (stage->part[i].behind < 0 && stage->part[i].tap > stage->bus_until)
            stage->bus_until = stage->part[i].tap;
    for (int i = 0; i < stage->harts; i++)
        if (stage->hart_tap[i] > stage->bus_until)
            stage->bus_until = stage->hart_tap[i];
    if (stage->strip.cols && stage->strip_tap > stage->bus_until)
        stage->bus_until = stage->strip_tap;
}

/* The rail runs right below the highest box. */
static void lower_rail(struct stage *stage)
{
    int rows = 0;

    for (int i = 0; i < stage->parts; i++)
        if (stage->part[i].box.rows > rows)
            rows = stage->part[i].box.rows;
    stage->bottom = stage->top + rows;
}

struct stage stage_place(const struct watch *watch, struct area area,
                         const struct stage_choice *choice)
{
    struct stage stage = {
        .area = area, .form = form_of(area.rows), .calm = choice->calm};

    stage.floors = !stage.calm && stage_has_guests(watch);
    stage.gutter = area.cols >= 100 ? GUTTER : area.cols >= 70 ? GUTTER_NARROW : 0;
    if (stage.calm)
        stage.gutter = 3;
    place_rows(&stage, watch_device(watch, "iommu", 0) != NULL);
    stage_place_row(watch, &stage, choice);
    lower_rail(&stage);
    place_harts(watch, &stage);
    place_bus(&stage);
    place_quiet(watch, &stage);
    return stage;
}

const struct stage_part *stage_part_of(const struct stage *stage, struct end end)
{
    for (int i = 0; i < stage->parts; i++) {
        const struct device *device = stage->part[i].device;

        if (end.part == PART_RAM
                ? !device
                : end.part == PART_DEVICE && device && device->index == end.index)
            return &stage->part[i];
        if (end.part == PART_DEVICE && end.index < BOARD_ROWS &&
            stage->part[i].siblings & UINT64_C(1) << end.index)
            return &stage->part[i];
    }
    return NULL;
}

int stage_hart_box(const struct stage *stage, unsigned hart)
{
    for (int i = 0; i < stage->harts; i++)
        if (stage->hart_id[i] == (int)hart)
            return i;
    return -1;
}
