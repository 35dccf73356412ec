/*
 * A board is made from its table in the table's order, so that everything that depends
 * on an order (initiators, timers, state) depends on the table alone. Wiring comes last,
 * when every device exists:
 *
 *   device line ---> PLIC source                        source_changed
 *   PLIC, ACLINT out ---> line of a hart (wired OR)     wire_set
 *   first ACLINT's mtime ---> `time` of every hart      mtime_written
 *   device request ---> every DMA controller            wire_dma
 *   DMA controller's addresses ---> its IOMMU           wire_dma
 *   bytes of RAM about to change ---> harts, HTIF       ram_touched
 */
#include "machine/board/board.h"

#include "base/alloc.h"
#include "machine/board/rom.h"
#include "machine/device/finisher.h"
#include "machine/device/uart.h"
#include "machine/dma/dma.h"
#include "machine/interrupt/aclint.h"
#include "machine/interrupt/plic.h"
#include "machine/iommu/iommu.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)BOARD_HARTS == HART_MAX, "the table and the harts' folder agree");

/* --- Making ------------------------------------------------------------------- */

static uint64_t setting_of_row(void *ctx, const char *name, uint64_t otherwise)
{
    return board_row_setting(ctx, name, otherwise);
}

/* How many devices of that type are made already. */
static unsigned count_devices(const struct board *board, const struct device_type *type)
{
    unsigned count = 0;

    for (unsigned i = 0; i < board->devices; i++)
        count += board->device[i]->type == type;
    return count;
}

static bool make_device(struct board *board, unsigned index, struct err *err)
{
    struct board_row *row = &board->desc.row[index];
    const struct device_type *type = device_type_by_name(row->type);
    struct device_place place = {
        .name = row->name,
        .index = (uint8_t)index,
        .unit = (uint8_t)count_devices(board, type),
        .base = row->base,
        .irqs = row->irqs,
        .irq = row->irq,
        .bus = &board->bus,
        .queue = board->queue,
        .events = board->events,
        .costs = &board->costs,
        .setting = setting_of_row,
        .row = row,
    };
    struct device *device = type->create(&place, err);

    if (!device)
        return false;
    board->device[index] = device;
    board->devices = index + 1;
    for (unsigned i = 0; i < row->requests; i++)
        device->request[i].line = row->request[i];
    return device_map(device, err);
}

static bool make_hart(struct board *board, unsigned index, struct err *err)
{
    struct hart_place place = {
        .id = (uint8_t)index,
        .tlb_entries = board->desc.tlb_entries,
        .tlb_ways = board->desc.tlb_ways,
        .has_h = board->desc.hypervisor,
        .geilen = board->desc.guest_interrupts,
        .peers = board->hart,
        .peer_count = board->desc.harts,
        .bus = &board->bus,
        .queue = board->queue,
        .events = board->events,
        .costs = &board->costs,
    };

    if (!hart_init(&board->hart[index], &place, err))
        return false;
    board->harts = index + 1;
    return true;
}

static bool make_parts(struct board *board, struct err *err)
{
    const struct board_desc *desc = &board->desc;

    bus_init(&board->bus, board->queue, board->events, &board->costs);
    /* Harts that run ahead of one another cannot be arbitrated: each then has a port of
     * its own, and only DMA is in its way. */
    board->bus.harts = desc->interleave == 1 ? desc->harts : 1;
    if (!bus_map_ram(&board->bus, desc->ram_base, desc->ram_size, err))
        return false;
    for (unsigned i = 0; i < desc->harts; i++)
        if (!make_hart(board, i, err))
            return false;
    for (unsigned i = 0; i < desc->rows; i++)
        if (!make_device(board, i, err))
            return false;
    return true;
}

/* --- Wiring ------------------------------------------------------------------- */

static void source_changed(void *ctx, uint16_t source, bool level)
{
    struct board *board = ctx;

    plic_set_source(board->plic, source, level);
}

/* Several controllers may drive one line of a hart: it is high while any of them does. */
static void wire_set(void *ctx, unsigned line, bool level)
{
    struct board_wire *wire = ctx;
    struct board *board = wire->board;
    uint64_t *drivers = &board->drivers[wire->hart][line];
    bool was = *drivers != 0;

    assert(line < BOARD_HART_LINES);
    *drivers = level ? *drivers | BIT(wire->device) : *drivers & ~BIT(wire->device);
    if ((*drivers != 0) != was)
        hart_set_line(&board->hart[wire->hart], line, *drivers != 0);
}

static struct hart_line_out wire_to(struct board *board, unsigned device, unsigned hart)
{
    struct board_wire *wire = &board->wire[device][hart];

    *wire = (struct board_wire){board, (uint8_t)hart, (uint8_t)device};
    return (struct hart_line_out){wire_set, wire};
}

static void printed(void *ctx, uint8_t byte)
{
    struct board *board = ctx;

    if (board->output)
        board->output(board->output_ctx, byte);
}

/* What UARTs have taken but not sent when the run ends is sent at once: the power goes
 * off, and the program's last words would be lost. */
static void send_rest(struct board *board)
{
    for (unsigned i = 0; i < board->devices; i++) {
        struct uart *uart = (struct uart *)board->device[i];

        if (board->device[i]->type != &uart_type)
            continue;
        while (uart->sent.due != NEVER) {
            queue_arm(board->queue, &uart->sent, NEVER);
            uart->sent.fire(uart->sent.ctx, board->queue->now);
        }
    }
}

void board_finish(struct board *board, uint32_t code)
{
    send_rest(board);
    board->finished = board->pause = true;
    board->exit_code = code;
}

static void finish(void *ctx, uint32_t code)
{
    board_finish(ctx, code);
}

static void restart(void *ctx)
{
    struct board *board = ctx;

    board_finish(board, 0);
    board->restart = true;
}

static void wire_plic(struct board *board, struct device *device)
{
    struct plic *plic = (struct plic *)device;

    if (!board->plic)
        board->plic = device;
    for (unsigned h = 0; h < board->harts; h++) {
        plic->out[2 * h] = wire_to(board, device->index, h);
        plic->out[2 * h + 1] = plic->out[2 * h];
    }
}

static void mtime_written(void *ctx, uint64_t offset)
{
    struct board *board = ctx;

    for (unsigned h = 0; h < board->harts; h++)
        hart_set_time_offset(&board->hart[h], offset);
}

static void wire_aclint(struct board *board, struct device *device)
{
    struct aclint *aclint = (struct aclint *)device;

    if (!board->clock) {
        board->clock = device;
        aclint->offset_changed = mtime_written;
        aclint->offset_ctx = board;
    }
    for (unsigned h = 0; h < board->harts; h++)
        aclint->out[h] = wire_to(board, device->index, h);
}

static void wire_uart(struct board *board, struct device *device)
{
    struct uart *uart = (struct uart *)device;

    uart->output = printed;
    uart->output_ctx = board;
}

static void wire_finisher(struct board *board, struct device *device)
{
    struct finisher *finisher = (struct finisher *)device;

    finisher->finish = finish;
    finisher->restart = restart;
    finisher->ctx = board;
}

static void wire_rom(struct board *board, struct device *device)
{
    if (!board->rom)
        board->rom = device;
}

static struct device *nth_iommu(struct board *board, int n)
{
    const struct board_row *row = board_nth_row(&board->desc, "iommu", (unsigned)n);

    return board_device(board, row->name);
}

/* Every controller can choose any line of the board. */
static void wire_dma(struct board *board, struct device *device)
{
    int iommu = board_iommu_of(&board->desc, &board->desc.row[device->index]);

    if (iommu >= 0)
        ((struct dma *)device)->bridge = iommu_bridge(nth_iommu(board, iommu));
    for (unsigned i = 0; i < BOARD_REQUEST_LINES; i++)
        if (board->request[i])
            dma_connect(device, board->request[i]);
}

/* What only one type of device has, and a board must connect. */
static const struct {
    const struct device_type *type;
    void (*wire)(struct board *board, struct device *device);
} wirings[] = {
    {&plic_type, wire_plic}, {&aclint_type, wire_aclint},
    {&uart_type, wire_uart}, {&finisher_type, wire_finisher},
    {&rom_type, wire_rom},   {&dma_type, wire_dma},
};

static void wire_lines(struct board *board, struct device *device)
{
    for (unsigned i = 0; i < device->lines; i++) {
        if (!device->line[i].source)
            continue;
        device->line[i].changed = source_changed;
        device->line[i].ctx = board;
    }
    for (unsigned i = 0; i < device->requests; i++)
        if (device->request[i].line != REQUEST_LINE_NONE)
            board->request[device->request[i].line] = &device->request[i];
}

static void ram_touched(void *ctx, uint64_t pa, unsigned length, uint8_t who)
{
    struct board *board = ctx;

    hart_ram_touched(board->hart, board->harts, pa, length, who);
    if (board->tohost && pa < board->tohost + 8 && board->tohost < pa + length) {
        board->tohost_touched = board->pause = true;
        board->tohost_by = who;
    }
    board_touched(board, pa, length, who);
}

static void wire_all(struct board *board)
{
    board->bus.ram.touched = ram_touched;
    board->bus.ram.ctx = board;
    for (unsigned i = 0; i < board->devices; i++)
        wire_lines(board, board->device[i]);
    for (unsigned i = 0; i < board->devices; i++)
        for (unsigned w = 0; w < COUNT(wirings); w++)
            if (board->device[i]->type == wirings[w].type)
                wirings[w].wire(board, board->device[i]);
}

/* --- A board's life ----------------------------------------------------------- */

struct board *board_new(const struct board_desc *desc, uint8_t index,
                        struct queue *queue, struct event_stream *events,
                        struct err *err)
{
    struct board *board;

    if (!board_desc_check(desc, err)) {
        err_prefix(err, "board '%s'", desc->name);
        return NULL;
    }
    board = alloc_zero(1, sizeof(*board));
    board->desc = *desc;
    board->index = index;
    board->costs = desc->costs;
    board->queue = queue;
    board->events = events;
    if (!make_parts(board, err)) {
        err_prefix(err, "board '%s'", desc->name);
        board_free(board);
        return NULL;
    }
    wire_all(board);
    return board;
}

void board_free(struct board *board)
{
    if (!board)
        return;
    for (unsigned i = board->devices; i-- > 0;)
        board->device[i]->type->free(board->device[i]);
    for (unsigned i = board->harts; i-- > 0;)
        hart_release(&board->hart[i]);
    bus_release(&board->bus);
    free(board);
}

void board_reset(struct board *board)
{
    board->finished = board->restart = board->pause = board->tohost_touched = false;
    board->exit_code = 0;
    bus_reset(&board->bus);
    for (unsigned i = 0; i < board->harts; i++)
        hart_reset(&board->hart[i], board->rom->base);
    memset(board->drivers, 0, sizeof(board->drivers));
    for (unsigned i = 0; i < board->devices; i++)
        board->device[i]->type->reset(board->device[i]);
}

struct device *board_device(const struct board *board, const char *name)
{
    for (unsigned i = 0; i < board->devices; i++)
        if (strcmp(board->device[i]->name, name) == 0)
            return board->device[i];
    return NULL;
}

void board_state(struct board *board, struct state *state)
{
    for (unsigned i = 0; i < board->harts; i++)
        hart_state(&board->hart[i], state);
    STATE(state, board->drivers);
    bus_state(&board->bus, state);
    for (unsigned i = 0; i < board->devices; i++)
        device_state(board->device[i], state);
    STATE(state, board->finished);
    STATE(state, board->restart);
    STATE(state, board->exit_code);
}
