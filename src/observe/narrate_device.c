/* Devices, DMA channels, disks and IOMMUs in words. */
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu_fault.h"
#include "machine/virtio/virtio.h"
#include "observe/narrate_units.h"

#include <inttypes.h>

static bool is_write(const struct event *event)
{
    return event->kind == EVENT_MMIO_WRITE;
}

void unit_device(struct buf *out, const struct unit_context *context, uint64_t value)
{
    const struct device *device = narrate_device_at(
        context->narrator->run, context->event->board, (unsigned)value);

    if (device)
        buf_text(out, device->name);
    else
        buf_printf(out, "device %" PRIu64, value);
}

void unit_channel_of(struct buf *out, const struct unit_context *context,
                     uint64_t value)
{
    const struct run *run = context->narrator->run;
    unsigned board = context->event->board;

    narrate_put_channel(
        out, run, board,
        narrate_device_at(run, board, (unsigned)unit_sibling(context, "device")),
        (unsigned)value);
}

void unit_who(struct buf *out, const struct unit_context *context, uint64_t value)
{
    put_initiator(out, context->narrator, context->event->board, (unsigned)value);
}

/* "interrupt 23 (dma0)": who drives the source, where the board knows. */
void unit_irq(struct buf *out, const struct unit_context *context, uint64_t value)
{
    const struct board *board = unit_board(context);

    buf_printf(out, "interrupt %" PRIu64, value);
    for (unsigned i = 0; board && value && i < board->devices; i++)
        for (unsigned j = 0; j < board->device[i]->lines; j++)
            if (board->device[i]->line[j].source == value) {
                buf_printf(out, " (%s)", board->device[i]->name);
                return;
            }
}

void unit_register_of(struct buf *out, const struct unit_context *context,
                      uint64_t value)
{
    put_register(out, context->narrator, context->event->board,
                 (unsigned)unit_sibling(context, "device"), (uint32_t)value,
                 is_write(context->event));
}

void unit_value_of(struct buf *out, const struct unit_context *context, uint64_t value)
{
    const struct device *device =
        narrate_device_at(context->narrator->run, context->event->board,
                          (unsigned)unit_sibling(context, "device"));
    uint32_t offset = (uint32_t)unit_sibling(context, "offset");
    unsigned index;

    put_register_value(out, device ? device_reg(device, offset, &index) : NULL, value,
                       is_write(context->event));
}

/* The end of a DMA transfer that is an address, or the device behind the request line. */
static void put_dma_end(struct buf *out, const struct unit_context *context,
                        uint64_t address, enum dma_direction device_if)
{
    const struct board *board = unit_board(context);
    uint64_t line = unit_sibling(context, "line");
    const struct request_line *request =
        board && line < BOARD_REQUEST_LINES ? board->request[line] : NULL;

    if (unit_sibling(context, "direction") != device_if)
        buf_printf(out, "0x%" PRIx64, address);
    else if (request)
        buf_text(out, ((const struct device *)request->device)->name);
    else
        buf_printf(out, "request line %" PRIu64, line);
}

void unit_dma_source(struct buf *out, const struct unit_context *context,
                     uint64_t value)
{
    put_dma_end(out, context, value, DMA_FROM_DEVICE);
}

void unit_dma_dest(struct buf *out, const struct unit_context *context, uint64_t value)
{
    put_dma_end(out, context, value, DMA_TO_DEVICE);
}

void unit_character(struct buf *out, const struct unit_context *context, uint64_t value)
{
    (void)context;
    if (value >= ' ' && value < 0x7f)
        buf_printf(out, "'%c'", (char)value);
    else
        buf_printf(out, "character 0x%02" PRIx64, value);
}

/* --- IOMMUs and disks --------------------------------------------------------------- */

/* "DMA channel 0 (device id 0x104)", where the board knows whose id it is. */
void unit_device_id(struct buf *out, const struct unit_context *context, uint64_t value)
{
    const struct board *board = unit_board(context);

    for (unsigned i = 0; board && i < board->devices; i++) {
        const struct device *device = board->device[i];
        const struct dma *dma = (const struct dma *)device;

        if (device->type != &dma_type || value - dma->device_id >= DMA_CHANNELS)
            continue;
        narrate_put_channel(out, context->narrator->run, context->event->board, device,
                            (unsigned)(value - dma->device_id));
        buf_printf(out, " (device id 0x%" PRIx64 ")", value);
        return;
    }
    buf_printf(out, "device id 0x%" PRIx64, value);
}

void unit_iommu_cause(struct buf *out, const struct unit_context *context,
                      uint64_t value)
{
    const char *name = iommu_cause_name((unsigned)value);

    (void)context;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "cause %" PRIu64, value);
}

void unit_transaction_type(struct buf *out, const struct unit_context *context,
                           uint64_t value)
{
    const char *name = iommu_ttyp_name((unsigned)value);

    (void)context;
    buf_text(out, name ? name : "?");
}

/* A guest physical address, and whether it is a first-stage table's. */
void unit_iotval2(struct buf *out, const struct unit_context *context, uint64_t value)
{
    (void)context;
    buf_printf(out, "guest address 0x%" PRIx64, value & ~(uint64_t)3);
    if (value & 1)
        buf_printf(out, " of a first-stage table that is %s",
                   value & 2 ? "written" : "read");
}

void unit_ata_command(struct buf *out, const struct unit_context *context,
                      uint64_t value)
{
    const char *name = ata_command_name((uint8_t)value);

    (void)context;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "command 0x%" PRIx64, value);
}

void unit_virtio_type(struct buf *out, const struct unit_context *context,
                      uint64_t value)
{
    const char *name = virtio_blk_type_name((uint32_t)value);

    (void)context;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "type %" PRIu64, value);
}

void unit_virtio_rule(struct buf *out, const struct unit_context *context,
                      uint64_t value)
{
    (void)context;
    buf_text(out, value < VIRTIO_RULES ? virtio_rules[value].text : "?");
}
