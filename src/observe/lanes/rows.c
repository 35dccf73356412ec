#include "observe/lanes/rows.h"

#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/isa/csr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { EIGHT = 8, GUESTS = 10, VIRTIO_FIRST = INITIATOR_VIRTIO - INITIATOR_DMA };

const struct lane_sign lane_signs[] = {
    {ROW_HART, 'M', "M M-mode"},
    {ROW_HART, 'S', "S S-mode"},
    {ROW_HART, 'U', "U U-mode"},
    {ROW_HART, 't', "t trap handler"},
    {ROW_HART, '0', "0-9 guest, by VMID"},
    {ROW_HYPERVISOR, 'h', "h hypervisor"},
    {ROW_EXITS, '0', "exits: how many"},
    {ROW_EXITS, '#', "# more than 9 exits"},
    {ROW_BUS, 'd', "d slots of DMA"},
    {ROW_BUS, 'v', "v slots of virtio"},
    {ROW_BUS, 'i', "i slots of the IOMMU"},
    {ROW_HART, '~', "░ waits for the bus"},
    {ROW_WAITS, '~', "bus waits: cycles waited, all together"},
    {ROW_MASTER, '0', "dma: descriptor number"},
    {ROW_MASTER, 'd', "d works"},
    {ROW_DEVICE, 'c', "c command"},
    {ROW_DEVICE, 'k', "k seek"},
    {ROW_DEVICE, 'm', "m medium"},
    {ROW_DEVICE, 'b', "b buffer full"},
    {ROW_DEVICE, 'e', "e error"},
    {ROW_LINE, '1', "1 line high"},
    {ROW_PIN, '1', "1 pending at the hart"},
    {0, '\0', NULL},
};

/* --- which there are ------------------------------------------------------------------- */

struct plan {
    struct lane_row *rows;
    unsigned count, more; /* more: there was no room for */
};

__attribute__((format(printf, 4, 5))) static void add(struct plan *plan,
                                                      enum lane_row_kind kind,
                                                      unsigned index, const char *fmt,
                                                      ...)
{
    struct lane_row *row = &plan->rows[plan->count];
    va_list args;

    if (plan->count == LANE_ROWS) {
        plan->more++;
        return;
    }
    row->kind = (uint8_t)kind;
    row->index = (uint8_t)index;
    va_start(args, fmt);
    vsnprintf(row->name, sizeof(row->name), fmt, args);
    va_end(args);
    plan->count++;
}

/* Has it ever had a strip? */
static bool has_worked(const struct lanes *lanes, enum lanes_of of, unsigned index)
{
    for (unsigned i = 0; i < lanes->strips; i++)
        if (lanes->strip[i].of == of && lanes->strip[i].index == index)
            return true;
    return (of == LANES_MASTER && lanes->master[index].sign) ||
           (of == LANES_DEVICE && lanes->device[index].sign) ||
           (of == LANES_LINE && lanes->line[index].sign) ||
           (of == LANES_PIN && lanes->pin[index].sign);
}

static bool has_run(const struct lanes *lanes, char guest)
{
    for (unsigned i = 0; i < lanes->strips; i++)
        if (lanes->strip[i].of == LANES_HART && lanes->strip[i].sign == guest)
            return true;
    for (unsigned i = 0; i < lanes->board->harts; i++)
        if (lanes->hart[i].sign == guest)
            return true;
    return false;
}

static void add_guests(const struct lanes *lanes, struct plan *plan)
{
    unsigned before = plan->count;

    for (unsigned guest = 0; guest < GUESTS; guest++)
        if (has_run(lanes, (char)('0' + guest)))
            add(plan, ROW_GUEST, guest, "guest %u", guest);
    if (plan->count == before)
        return;
    add(plan, ROW_HYPERVISOR, 0, "hypervisor");
    add(plan, ROW_EXITS, 0, "exits");
}

static bool is_type(const struct device *device, const char *type)
{
    return strcmp(device->type->name, type) == 0;
}

static bool has_type(const struct board *board, const char *type)
{
    for (unsigned i = 0; i < board->devices; i++)
        if (is_type(board->device[i], type))
            return true;
    return false;
}

/* Channel 0 stands for all until one works. */
static void add_masters(const struct lanes *lanes, struct plan *plan)
{
    for (unsigned i = 0; i < VIRTIO_FIRST; i++)
        if (has_worked(lanes, LANES_MASTER, i) ||
            (i == 0 && has_type(lanes->board, "dma")))
            add(plan, ROW_MASTER, i, "dma ch %u", i);
    for (unsigned i = 0; i < lanes->board->devices; i++) {
        const struct device *device = lanes->board->device[i];
        unsigned master = VIRTIO_FIRST + device->unit;

        if (!is_type(device, "virtio-blk") ||
            !has_worked(lanes, LANES_MASTER, master % LANES_MASTERS))
            continue;
        add(plan, ROW_MASTER, master, "%.10s", device->name);
        add(plan, ROW_DEVICE, device->index, "  medium");
    }
}

static void add_iommus(const struct lanes *lanes, struct plan *plan)
{
    for (unsigned i = 0; i < lanes->board->devices; i++)
        if (is_type(lanes->board->device[i], "iommu"))
            add(plan, ROW_IOMMU, i, "%.10s", lanes->board->device[i]->name);
}

static void add_disks(const struct lanes *lanes, struct plan *plan)
{
    for (unsigned i = 0; i < lanes->board->devices; i++)
        if (is_type(lanes->board->device[i], "ata"))
            add(plan, ROW_DEVICE, i, "%.10s", lanes->board->device[i]->name);
}

/* The first line of each device that moves data, and those that have ever risen. */
static void add_lines(const struct lanes *lanes, struct plan *plan)
{
    bool shown[LANES_IRQS] = {false};

    for (unsigned i = 0; i < lanes->board->devices; i++) {
        const struct device *device = lanes->board->device[i];

        if (device->lines && (is_type(device, "dma") || device->requests))
            shown[device->line[0].source % LANES_IRQS] = true;
    }
    for (unsigned i = 0; i < LANES_IRQS; i++)
        if (shown[i] || has_worked(lanes, LANES_LINE, i))
            add(plan, ROW_LINE, i, "irq %u", i);
}

/* Where external interrupts come to harts, once one has. */
static void add_pins(const struct lanes *lanes, struct plan *plan)
{
    static const struct {
        unsigned bit;
        const char *name;
    } pins[] = {{IRQ_MEI, "meip"}, {IRQ_SEI, "seip"}};

    for (unsigned hart = 0; hart < lanes->board->harts; hart++)
        for (unsigned i = 0; i < COUNT(pins); i++) {
            unsigned index = hart * LANES_PINS + pins[i].bit;

            if (has_worked(lanes, LANES_PIN, index))
                add(plan, ROW_PIN, index, "%s %u", pins[i].name, hart);
        }
}

static struct plan plan_of(const struct lanes *lanes, bool fine,
                           struct lane_row rows[LANE_ROWS])
{
    struct plan plan = {.rows = rows};

    for (unsigned i = 0; i < lanes->board->harts; i++)
        add(&plan, ROW_HART, i, "hart %u", i);
    add_guests(lanes, &plan);
    add(&plan, ROW_BUS, 0, fine ? "bus" : "bus, by d");
    if (!fine && has_worked(lanes, LANES_BUS, 0))
        add(&plan, ROW_WAITS, 0, "bus waits");
    add_masters(lanes, &plan);
    add_iommus(lanes, &plan);
    add_disks(lanes, &plan);
    add_lines(lanes, &plan);
    add_pins(lanes, &plan);
    return plan;
}

unsigned lane_rows(const struct lanes *lanes, bool fine,
                   struct lane_row rows[LANE_ROWS])
{
    return plan_of(lanes, fine, rows).count;
}

unsigned lane_rows_left_out(const struct lanes *lanes, bool fine)
{
    struct lane_row rows[LANE_ROWS];

    return plan_of(lanes, fine, rows).more;
}

/* --- columns ----------------------------------------------------------------------------- */

/* The parts of a column, as they are added up. */
struct column {
    const struct lanes *lanes;
    uint64_t from, until, now;
    uint64_t best, all;
    char sign;
};

static uint64_t sum(const struct column *column, enum lanes_of of, unsigned index,
                    char sign)
{
    return lanes_sum(column->lanes, of, index, sign, column->from, column->until,
                     column->now);
}

static void offer(struct column *column, char sign, uint64_t cycles)
{
    column->all += cycles;
    if (cycles > column->best) {
        column->best = cycles;
        column->sign = sign;
    }
}

/* All strips of one thing but waits, which are part of them. */
static void offer_strips(struct column *column, enum lanes_of of, unsigned index)
{
    const struct lanes *lanes = column->lanes;
    const struct lanes_state *open = lanes_going_on(lanes, of, index);
    bool open_seen = !open || !open->sign;

    for (unsigned i = 0; i < lanes->strips; i++) {
        const struct lane_strip *strip = &lanes->strip[i];

        if (strip->of != of || strip->index != index || strip->sign == '~')
            continue;
        open_seen |= open && strip->sign == open->sign;
        offer(column, strip->sign, sum(column, of, index, strip->sign));
    }
    if (!open_seen)
        offer(column, open->sign, sum(column, of, index, open->sign));
}

/* The column in which now is has only begun. */
static uint64_t seen_of(const struct column *column)
{
    uint64_t until = column->now < column->until ? column->now : column->until;

    return until > column->from ? until - column->from : 1;
}

/* Who had most of it; it may have been asleep. */
static void offer_hart(struct column *column, unsigned hart)
{
    uint64_t waits = sum(column, LANES_HART, hart, '~');

    uint64_t cycles = seen_of(column);

    offer_strips(column, LANES_HART, hart);
    if (column->all < cycles && cycles - column->all > column->best)
        column->sign = '\0';
    if (waits * 2 > cycles)
        column->sign = '~';
}

/* Guests and the hypervisor, on all harts. */
static void offer_harts(struct column *column, const char *signs, char as)
{
    for (unsigned hart = 0; hart < column->lanes->board->harts; hart++)
        for (const char *sign = signs; *sign; sign++)
            offer(column, as, sum(column, LANES_HART, hart, *sign));
}

static void offer_slots(struct column *column)
{
    static const char owners[] = "dvi";

    for (const char *owner = owners; *owner; owner++)
        offer(column, *owner, sum(column, LANES_BUS, 0, *owner));
}

static struct lane_cell count_cell(const struct column *column, enum lanes_event event)
{
    uint64_t count = sum(column, LANES_EVENT, event, '#');

    if (!count)
        return (struct lane_cell){.pure = true};
    return (struct lane_cell){count > 9 ? '#' : (char)('0' + count), EIGHT, true};
}

static struct lane_cell cell_of(const struct column *column)
{
    uint64_t cycles = seen_of(column);
    uint64_t eighths = (column->all * EIGHT + cycles / 2) / cycles;
    uint64_t own = column->best * EIGHT / cycles;
    struct lane_cell cell = {.pure = own >= EIGHT - 1 || !column->all};

    cell.sign = column->sign;
    cell.eighths = (uint8_t)(!column->all  ? 0
                             : !eighths    ? 1
                             : eighths > 8 ? 8
                                           : eighths);
    return cell;
}

struct lane_cell lane_cell(const struct lanes *lanes, const struct lane_row *row,
                           uint64_t from, uint64_t step, uint64_t now)
{
    struct column column = {
        .lanes = lanes, .from = from, .until = from + step, .now = now};
    const char guest[] = {(char)('0' + row->index), '\0'};

    switch ((enum lane_row_kind)row->kind) {
    case ROW_HART:
        offer_hart(&column, row->index);
        break;
    case ROW_GUEST:
        offer_harts(&column, guest, guest[0]);
        break;
    case ROW_HYPERVISOR:
        offer_harts(&column, "St", 'h');
        break;
    case ROW_EXITS:
        return count_cell(&column, LANES_EXIT);
    case ROW_BUS:
        offer_slots(&column);
        break;
    case ROW_WAITS:
        offer(&column, '~', sum(&column, LANES_BUS, 0, '~'));
        break;
    case ROW_IOMMU:
        offer(&column, 'i', sum(&column, LANES_BUS, 0, 'i'));
        break;
    case ROW_MASTER:
        offer_strips(&column, LANES_MASTER, row->index);
        break;
    case ROW_DEVICE:
        offer_strips(&column, LANES_DEVICE, row->index);
        break;
    case ROW_LINE:
        offer_strips(&column, LANES_LINE, row->index);
        break;
    case ROW_PIN:
        offer_strips(&column, LANES_PIN, row->index);
        break;
    case ROW_KINDS:
    default:
        break;
    }
    return cell_of(&column);
}

/* A hart always does something: who, not how much. */
bool lane_cells_are_shares(const struct lane_row *row, const struct lane_cell *cells,
                           unsigned count)
{
    unsigned some = 0, mixed = 0;

    if (row->kind == ROW_HART || row->kind == ROW_EXITS)
        return false;
    if (row->kind == ROW_BUS || row->kind == ROW_WAITS || row->kind == ROW_IOMMU)
        return true;
    for (unsigned i = 0; i < count; i++) {
        some += cells[i].sign != '\0';
        mixed += !cells[i].pure;
    }
    return mixed * 3 > some;
}

uint64_t lane_step(uint64_t cycles, unsigned cols)
{
    static const unsigned next[] = {2, 5, 10};
    uint64_t ten = 1, step = 1;

    for (unsigned i = 0;
         cycles / step + (cycles % step != 0) > cols && step < UINT64_MAX / 100; i++) {
        step = ten * next[i % COUNT(next)];
        ten *= i % COUNT(next) == 2 ? 10 : 1;
    }
    return step;
}
