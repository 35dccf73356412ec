/*
 * One channel of the DMA controller, moving bytes between a device and memory.
 *
 * A channel is started by a handful of stores: how many bytes, where they are, and then
 * `run`. From there on it works alone. When the device raises its request line the channel
 * takes a burst from it and writes it to memory, or the other way round; when all bytes have
 * landed it interrupts. The hart that started it may compute, or sleep.
 *
 * The address that is stored here goes to the bus as it is. Nobody between the channel and
 * memory asks whose memory that is, unless there is an IOMMU. See kernel/rogue.c. An IOMMU
 * also asks whose the device is: the line alone has no address, so the channel names the
 * device's registers as the other end of the transfer.
 */
#include "driver/dma.h"

#include "lib/mmio.h"
#include "lib/words.h"

/* Claiming sets transactions of 64 bytes, and clears everything else. */
static void claim(struct dma_channel *channel, unsigned bus_mode)
{
    mmio_write32(channel->at + DMA_CONTROL, 0);
    mmio_write32(channel->at + DMA_CONTROL, DMA_CONTROL_CLAIM);
    mmio_write32(channel->at + DMA_BUS_MODE, bus_mode);
    channel->request = 0;
}

/* The device's end: its line, and its address. They change only where the direction does. */
static void set_device(struct dma_channel *channel, bool to_device)
{
    uint32_t direction = to_device ? DMA_REQUEST_TO_DEVICE : DMA_REQUEST_FROM_DEVICE;

    if (channel->request == (channel->line | direction))
        return;
    channel->request = channel->line | direction;
    mmio_write32(channel->at + DMA_REQUEST, channel->request);
    mmio_write64(channel->at + (to_device ? DMA_NEXT_DESTINATION : DMA_NEXT_SOURCE),
                 channel->device);
}

void dma_start(struct dma_channel *channel, uint64_t memory, uint64_t bytes,
               bool to_device)
{
    set_device(channel, to_device);
    mmio_write64(channel->at + DMA_NEXT_BYTES, bytes);
    mmio_write64(channel->at + (to_device ? DMA_NEXT_SOURCE : DMA_NEXT_DESTINATION),
                 memory);
    before_device_write();
    mmio_write32(channel->at + DMA_CONTROL, DMA_CONTROL_CLAIM | DMA_CONTROL_RUN |
                                                DMA_CONTROL_DONE_IE |
                                                DMA_CONTROL_ERR_IE);
}

/* What the register Reason says. */
static const char *reason_text(uint32_t reason)
{
    const char *text = word_at("no reason\0"
                               "the bus refuses a read of the source\0"
                               "the bus refuses a write of the destination\0"
                               "the bus refuses a read of the descriptor\0"
                               "the bus refuses a write of the status\0"
                               "rsize and wsize differ\0"
                               "bad ring size or index\0"
                               "descriptor too long\0"
                               "reserved descriptor flags\0"
                               "bad next descriptor\0"
                               "nothing drives the request line\0"
                               "the device moves nothing\0"
                               "the IOMMU blocks a read of the source\0"
                               "the IOMMU blocks a write of the destination\0"
                               "the IOMMU blocks a read of the descriptor\0"
                               "the IOMMU blocks a write of the status\0"
                               "the address is not the requesting device's\0",
                               reason);

    return *text ? text : "a reason that this driver does not know";
}

/* Writing Control without `done` and `error` lowers the lines of both interrupts. */
struct dma_end dma_finish(struct dma_channel *channel)
{
    uint32_t control = mmio_read32(channel->at + DMA_CONTROL);
    struct dma_end end = {.running = control & DMA_CONTROL_RUN};

    after_device_read();
    if (end.running)
        return end;
    if (control & DMA_CONTROL_ERROR) {
        end.reason = mmio_read32(channel->at + DMA_REASON);
        end.error = reason_text(end.reason);
        end.where = mmio_read64(channel->at + DMA_FAILED_ADDRESS);
        end.moved = mmio_read64(channel->at + DMA_MOVED);
    }
    mmio_write32(channel->at + DMA_CONTROL, DMA_CONTROL_CLAIM);
    return end;
}

void dma_stop(struct dma_channel *channel)
{
    mmio_write32(channel->at + DMA_CONTROL, DMA_CONTROL_CLAIM);
}

/* --- which channel, which line -------------------------------------------------------- */

/* Linux: bindings dma/dma.yaml, dma/sifive,fu540-c000-pdma.yaml. `dmas` has the handle of
 * a controller and, as the one cell that belongs to it, the number of a request line. */
const char *dma_open(struct dma_channel *channel, const struct devicetree *tree,
                     dt_node device, unsigned number, unsigned bus_mode)
{
    struct dt_value dmas;
    dt_node controller;
    uint64_t base, size;

    if (!dt_property(tree, device, "dmas", &dmas) ||
        !dt_reg(tree, device, 0, &channel->device, &size))
        return "its node has no request line";
    controller = dt_by_handle(tree, dt_cell(&dmas, 0));
    if (controller == DT_NONE ||
        !dt_is_compatible(tree, controller, "sifive,fu540-c000-pdma") ||
        !dt_reg(tree, controller, 0, &base, &size))
        return "there is no DMA controller that this driver knows";
    if (number >= dt_number(tree, controller, "dma-channels", 4))
        return "the DMA controller has no such channel";
    channel->at = base + number * (uint64_t)DMA_CHANNEL_SIZE;
    channel->line = dt_cell(&dmas, 1);
    if (!dt_irq(tree, controller, 2 * number, &channel->done) ||
        !dt_irq(tree, controller, 2 * number + 1, &channel->failed))
        return "the DMA controller's node lacks interrupts";
    claim(channel, bus_mode);
    return NULL;
}
