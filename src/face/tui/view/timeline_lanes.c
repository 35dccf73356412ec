/* Lanes as rows of signs, and what the signs mean. */
#include "face/tui/view/timeline.h"

#include "face/tui/watch/say.h"
#include "observe/narrate.h"

enum { NAME = TIMELINE_NAME, FEW = 3 /* rows of lanes, in the shortest form */ };

/* --- a lane ------------------------------------------------------------------------------ */

static enum role role_of(const struct timeline_lane *lane, char sign)
{
    bool digit = sign >= '0' && sign <= '9';

    if (sign == '~')
        return ROLE_WAIT;
    switch ((enum lane_row_kind)lane->row.kind) {
    case ROW_HART:
        return digit ? role_of_guest((unsigned)(sign - '0')) : ROLE_HART;
    case ROW_GUEST:
        return role_of_guest(lane->row.index);
    case ROW_HYPERVISOR:
        return ROLE_HART;
    case ROW_EXITS:
        return ROLE_TEXT;
    case ROW_BUS:
        return sign == 'h' ? ROLE_HART : sign == 'i' ? ROLE_IOMMU : ROLE_DMA;
    case ROW_IOMMU:
        return sign == 'X' ? ROLE_STOP : ROLE_IOMMU;
    case ROW_WAITS:
    case ROW_MASTER:
    case ROW_DEVICE:
    case ROW_LINE:
    case ROW_PIN:
    case ROW_KINDS:
    default:
        return sign == 'e' ? ROLE_STOP : ROLE_DMA;
    }
}

static void draw_cell(struct timeline_drawing *drawing, int row, int col,
                      const struct timeline_lane *lane,
                      const struct timeline_cell *cell)
{
    static const wchar_t bars[] = L"·▁▂▃▄▅▆▇█";
    static const wchar_t lines[] = {L'─', L'━', L'┄'};
    struct canvas *canvas = drawing->canvas;
    enum role role =
        cell->when == TIMELINE_NEXT ? ROLE_QUIET : role_of(lane, cell->sign);

    if (cell->sign == ' ')
        return;
    if (!cell->sign) {
        canvas_put(canvas, row, col, ROLE_RULE, L'·');
        return;
    }
    drawing->used[lane->row.kind][cell->sign & 0x7f] = true;
    drawing->next |= cell->when == TIMELINE_NEXT;
    drawing->shares |= lane->shares;
    if (lane->shares)
        canvas_put(canvas, row, col, role, (uint32_t)bars[cell->eighths]);
    else if (cell->sign == '~')
        canvas_put(canvas, row, col, role, L'░');
    else if (cell->starts)
        canvas_put(canvas, row, col, cell->when == TIMELINE_NOW ? ROLE_HEAD : role,
                   (uint32_t)cell->sign);
    else
        canvas_put(canvas, row, col, role, (uint32_t)lines[cell->when]);
}

/* Its name is what one can ask about. */
static void name_thing(struct timeline_drawing *drawing, int row, int col,
                       const struct lane_row *lane)
{
    struct canvas *canvas = drawing->canvas;
    const struct board *board = drawing->watch->board;
    const struct device *dma = watch_device(drawing->watch, "dma", lane->index / 4U);

    switch ((enum lane_row_kind)lane->kind) {
    case ROW_HART:
    case ROW_GUEST:
        canvas_thing(canvas, row, col, NAME - 1, THING_PART, "%s", lane->name);
        break;
    case ROW_LINE:
        canvas_thing(canvas, row, col, NAME - 1, THING_IRQ, "%s", lane->name);
        break;
    case ROW_DEVICE:
    case ROW_IOMMU:
        canvas_thing(canvas, row, col, NAME - 1, THING_PART, "%s",
                     board->device[lane->index]->name);
        break;
    case ROW_MASTER:
        if (lane->index >= FACTS_CHANNELS)
            canvas_thing(canvas, row, col, NAME - 1, THING_PART, "%s", lane->name);
        else if (dma)
            canvas_thing(canvas, row, col, NAME - 1, THING_PART, "%s", dma->name);
        break;
    case ROW_BUS:
    case ROW_WAITS:
        canvas_thing(canvas, row, col, NAME - 1, THING_PART, "bus");
        break;
    case ROW_PIN:
        canvas_thing(canvas, row, col, NAME - 1, THING_PART, "hart %u",
                     lane->index / LANES_PINS);
        break;
    case ROW_EXITS:
    case ROW_HYPERVISOR:
    case ROW_KINDS:
    default:
        break;
    }
}

/* Why a guest was left, where there is room until the next exit. */
static void draw_causes(struct timeline_drawing *drawing, int row, int col)
{
    const struct watch *watch = drawing->watch;
    int next = drawing->window.cols;

    for (unsigned i = watch->count; i-- > 0;) {
        const struct event *event = &watch->events[i];
        int at = timeline_column(&drawing->window, event->cycle);
        char cause[TEXT_DATA];

        if (event->kind != EVENT_VM_EXIT || at < 0)
            continue;
        say_value(cause, UNIT_CAUSE, event->vm_exit.cause);
        if (at + 3 + text_width(cause) < next)
            canvas_printf(drawing->canvas, row, col + at + 1, text_width(cause) + 2,
                          ROLE_QUIET, " %s ", cause);
        next = at;
    }
}

static void draw_lane(struct timeline_drawing *drawing, int row, int col,
                      const struct timeline_lane *lane)
{
    const struct timeline_window *window = &drawing->window;
    const struct watch *watch = drawing->watch;

    if (lane->row.kind == ROW_HART)
        canvas_printf(
            drawing->canvas, row, col, NAME - 1, ROLE_TEXT, "%s  %s", lane->row.name,
            mode_letters(hart_privilege(&watch->board->hart[lane->row.index])));
    else
        canvas_text(drawing->canvas, row, col, NAME - 1, ROLE_TEXT, lane->row.name);
    name_thing(drawing, row, col, &lane->row);
    for (int i = 0; i < window->cols; i++)
        if (!window->gap_cols || i < window->gap_at ||
            i >= window->gap_at + window->gap_cols)
            draw_cell(drawing, row, col + NAME + i, lane, &lane->cell[i]);
    if (lane->row.kind == ROW_EXITS && window->fine)
        draw_causes(drawing, row, col + NAME);
}

/* --- which are drawn --------------------------------------------------------------------- */

/* Which lane goes first where there are more than rows: those that never change, from the
 * last on; where there are very few rows, the hypervisor, which runs when no guest does;
 * then harts that are not looked at, up to where two rows are left for bus and devices. */
static bool may_go(const struct timeline_drawing *drawing, unsigned lane, int room,
                   int turn)
{
    const struct timeline_lane *of = &drawing->lane[lane];
    enum lane_row_kind kind = (enum lane_row_kind)of->row.kind;

    switch (turn) {
    case 0:
        return room > FEW && lane && timeline_is_flat(of, &drawing->window);
    case 1:
        return room <= FEW && (kind == ROW_HYPERVISOR || kind == ROW_EXITS);
    default:
        return kind == ROW_HART && of->row.index != drawing->watch->hart &&
               (int)of->row.index >= room - 2;
    }
}

int timeline_draw_lanes(struct timeline_drawing *drawing, int row, int col, int room)
{
    bool hidden[LANE_ROWS] = {false};
    int left = (int)drawing->lanes, used = 0;

    drawing->flat = drawing->more = 0;
    for (int turn = 0; turn < 3; turn++)
        for (unsigned i = drawing->lanes; i-- > 0 && left > room;)
            if (!hidden[i] && may_go(drawing, i, room, turn)) {
                hidden[i] = true;
                left--;
                *(turn == 0 ? &drawing->flat : &drawing->more) += 1;
            }
    drawing->more += left > room ? left - room : 0;
    for (unsigned i = 0; i < drawing->lanes && used < room; i++)
        if (!hidden[i])
            draw_lane(drawing, row + used++, col, &drawing->lane[i]);
    return used;
}

/* --- legend ------------------------------------------------------------------------------ */

/* What the signs mean that are there. */
void timeline_draw_legend(const struct timeline_drawing *drawing, int row, int col,
                          int cols)
{
    static const struct lane_sign fine[] = {
        {ROW_HART, 'l', "l load"},
        {ROW_HART, 's', "s store"},
        {ROW_HART, 'x', "x other instruction"},
        {ROW_HART, 't', "t trap entry"},
        {ROW_HART, '~', "░ waits"},
        {ROW_BUS, 'h', "h hart"},
        {ROW_BUS, 'd', "d DMA"},
        {ROW_BUS, 'v', "v virtio"},
        {ROW_BUS, 'i', "i IOMMU"},
        {ROW_MASTER, 'f', "f fetch"},
        {ROW_MASTER, 'r', "r read"},
        {ROW_MASTER, 'w', "w write"},
        {ROW_MASTER, 's', "s status"},
        {ROW_IOMMU, 'c', "c device directory"},
        {ROW_IOMMU, '0', "0-3 level of the walk"},
        {ROW_IOMMU, 'X', "X stops"},
        {ROW_IOMMU, 'q', "q record"},
        {0, '\0', NULL},
    };
    bool told[ROW_KINDS][128] = {{false}};
    const struct lane_sign *const tables[] = {drawing->window.fine ? fine : lane_signs,
                                              lane_signs};
    int end = col + cols;

    for (unsigned t = 0; t < 2; t++)
        for (const struct lane_sign *sign = tables[t]; sign->text; sign++) {
            bool used = drawing->used[sign->kind][(unsigned char)sign->sign];

            for (char digit = '0'; sign->sign == '0' && digit <= '9'; digit++)
                used |= drawing->used[sign->kind][(unsigned char)digit];
            if (!used || told[sign->kind][(unsigned char)sign->sign] ||
                col + text_width(sign->text) > end)
                continue;
            told[sign->kind][(unsigned char)sign->sign] = true;
            col += canvas_text(drawing->canvas, row, col, end - col, ROLE_QUIET,
                               sign->text) +
                   2;
        }
    if (drawing->shares && col + 22 <= end)
        col += canvas_text(drawing->canvas, row, col, end - col, ROLE_QUIET,
                           "▁▄█ share of a column") +
               2;
    if (drawing->next && col + 6 <= end)
        col +=
            canvas_text(drawing->canvas, row, col, end - col, ROLE_QUIET, "┄ next") + 2;
    if (col + 5 <= end)
        canvas_text(drawing->canvas, row, col, end - col, ROLE_QUIET, "━ now");
}
