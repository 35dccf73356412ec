/*
 * What a device's interrupt line depends on, as gates: the device's own condition first,
 * then its enables, then the line itself. A row of `devices` for each type that has any.
 */
#include "observe/ask/gates_device.h"

#include "base/bits.h"
#include "machine/device/ata.h"
#include "machine/device/stream.h"
#include "machine/device/uart.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- the DMA controller: lines 2c and 2c+1 are channel c's done and error --------- */

/* Where channel c's Control is. */
static uint32_t control_offset(const struct dma *dma, unsigned channel)
{
    const struct reg *control = dma->device.type->regs->regs;

    return control->offset + channel * control->stride;
}

static void add_control(struct gates *gates, const struct dma *dma, unsigned channel,
                        unsigned bit, const char *field, const char *means)
{
    uint32_t value = dma->channel[channel].control >> bit & 1;
    struct gate *gate = gates_add(
        gates, GATE_SHARED, value, value,
        gate_register(&dma->device, control_offset(dma, channel), 4, bit, bit));

    gate_text(gate, "", "1", means);
    snprintf(gate->name, sizeof(gate->name), "%s.Control[%u].%s", dma->device.name,
             channel, field);
}

static void dma_gates(struct gates *gates, const struct device *device, unsigned line)
{
    const struct dma *dma = (const struct dma *)device;
    unsigned channel = line / 2;
    uint32_t control = dma->channel[channel].control;

    if (line % 2 == 0) {
        add_control(gates, dma, channel, 30, "done",
                    control & DMA_DONE ? "the channel is done"
                                       : "the channel is not done");
        add_control(gates, dma, channel, 14, "doneIE",
                    control & DMA_DONE_IE ? "done raises the line"
                                          : "done does not raise the line");
    } else {
        add_control(gates, dma, channel, 31, "error",
                    control & DMA_ERROR ? "the channel has failed"
                                        : "the channel has not failed");
        add_control(gates, dma, channel, 15, "errIE",
                    control & DMA_ERR_IE ? "error raises the line"
                                         : "error does not raise the line");
    }
}

/* --- the UART: four causes, each with its bit in IER ------------------------------ */

static const char *const uart_causes[] = {"received data", "an empty transmitter",
                                          "a receive error", "a modem line's change"};

/* PC16550D, table 2: which causes there are now, by the bits of IER that let them out. */
static unsigned uart_pending(const struct device *device)
{
    static const uint8_t levels[] = {1, 4, 8, 14};
    const struct uart *uart = (const struct uart *)device;
    unsigned trigger = uart->fcr & BIT(0) ? levels[uart->fcr >> 6] : 1;

    return (unsigned)((uart->take.count >= trigger || uart->timeout_pending) |
                      (uart->thre_pending != 0) << 1 | (uart->errors != 0) << 2 |
                      (uart->deltas != 0) << 3);
}

static void add_uart_cause(struct gates *gates, const struct device *device)
{
    unsigned pending = uart_pending(device);
    struct gate *gate = gates_add(gates, GATE_SHARED, pending, pending, gate_nowhere());

    gate_text(gate, "", "not 0", "there is nothing to interrupt for");
    snprintf(gate->name, sizeof(gate->name), "%s causes", device->name);
    for (unsigned i = 0; i < COUNT(uart_causes); i++)
        if (pending >> i & 1) {
            snprintf(gate->means, sizeof(gate->means), "there is %s", uart_causes[i]);
            return;
        }
}

static void uart_gates(struct gates *gates, const struct device *device, unsigned line)
{
    const struct uart *uart = (const struct uart *)device;
    unsigned pending = uart_pending(device);
    bool open = pending ? uart->ier & pending : uart->ier & 15;
    struct gate *gate;

    (void)line;
    add_uart_cause(gates, device);
    gate = gates_add(gates, GATE_SHARED, open, uart->ier,
                     gate_register(device, UART_IER, 1, 7, 0));
    gate_text(gate, "", "", open ? "the cause is let out" : "the cause is not let out");
    if (!pending)
        snprintf(gate->means, sizeof(gate->means),
                 open ? "some causes are let out" : "no cause is let out");
    snprintf(gate->name, sizeof(gate->name), "%s.IER", device->name);
    if (pending)
        snprintf(gate->needs, sizeof(gate->needs), "a bit of 0x%x", pending);
    else
        snprintf(gate->needs, sizeof(gate->needs), "not 0");
}

/* --- the disk --------------------------------------------------------------------- */

static void ata_gates(struct gates *gates, const struct device *device, unsigned line)
{
    const struct ata *ata = (const struct ata *)device;
    bool off = ata->control & ATA_NIEN, absent = ata->select & ATA_DEV;
    struct gate *gate =
        gates_add(gates, GATE_SHARED, ata->intrq, ata->intrq, gate_nowhere());

    (void)line;
    gate_text(gate, "", "1",
              ata->intrq ? "the disk asks for attention"
                         : "no command asks for attention, or Status has been read");
    snprintf(gate->name, sizeof(gate->name), "%s INTRQ", device->name);

    gate = gates_add(gates, GATE_SHARED, !absent, absent,
                     gate_register(device, ATA_DEVICE, 1, 4, 4));
    gate_text(gate, "", "0",
              absent ? "device 1 is selected, which is not there"
                     : "the disk is selected");
    snprintf(gate->name, sizeof(gate->name), "%s.Device.DEV", device->name);

    gate = gates_add(gates, GATE_SHARED, !off, off,
                     gate_register(device, ATA_CONTROL, 1, 1, 1));
    gate_text(gate, "", "0",
              off ? "the disk's interrupts are off" : "the disk's interrupts are on");
    snprintf(gate->name, sizeof(gate->name), "%s.DeviceControl.nIEN", device->name);
}

/* --- the stream device ------------------------------------------------------------ */

static void stream_gates(struct gates *gates, const struct device *device,
                         unsigned line)
{
    const struct stream *stream = (const struct stream *)device;
    bool reached = stream->level >= stream->threshold;
    bool on = stream->control & STREAM_IRQ;
    struct gate *gate = gates_add(gates, GATE_SHARED, reached, stream->level,
                                  gate_register(device, STREAM_LEVEL, 4, 31, 0));

    (void)line;
    gate_text(gate, "", "",
              reached ? "enough data has come" : "not enough data has come");
    snprintf(gate->name, sizeof(gate->name), "%s.Level", device->name);
    snprintf(gate->needs, sizeof(gate->needs), "%" PRIu32 " or more",
             stream->threshold);

    gate = gates_add(gates, GATE_SHARED, on, on,
                     gate_register(device, STREAM_CONTROL, 4, 1, 1));
    gate_text(gate, "", "1",
              on ? "the level raises the line" : "the level does not raise the line");
    snprintf(gate->name, sizeof(gate->name), "%s.Control.irq", device->name);
}

/* --- the IOMMU: a wire is the OR of the causes that icvec gives it ---------------- */

static void iommu_gates(struct gates *gates, const struct device *device, unsigned line)
{
    const struct iommu *iommu = (const struct iommu *)device;
    static const struct {
        const char *pending, *csr, *enable;
        uint32_t offset;
        bool is_fault;
    } causes[] = {{"cip", "cqcsr", "cie", 0x48, false},
                  {"fip", "fqcsr", "fie", 0x4c, true}};

    for (unsigned i = 0; i < COUNT(causes); i++) {
        uint32_t csr = causes[i].is_fault ? iommu->fqcsr : iommu->cqcsr;
        uint64_t pends = iommu->ipsr >> i & 1, enabled = csr >> 1 & 1;
        struct gate *gate;

        if ((iommu->icvec >> 4 * i & BITS(3, 0)) != line)
            continue;
        gate = gates_add(gates, GATE_SHARED, enabled || pends, enabled,
                         gate_register(device, causes[i].offset, 4, 1, 1));
        gate_text(gate, "", "1",
                  enabled ? "the queue may interrupt" : "the queue may not interrupt");
        snprintf(gate->name, sizeof(gate->name), "%s.%s.%s", device->name,
                 causes[i].csr, causes[i].enable);
        gate = gates_add(gates, GATE_SHARED, pends, pends,
                         gate_register(device, 0x54, 4, i, i));
        gate_text(gate, "", "1",
                  pends ? "the queue's interrupt pends" : "nothing pends");
        snprintf(gate->name, sizeof(gate->name), "%s.ipsr.%s", device->name,
                 causes[i].pending);
    }
}

/* --- virtio disks ----------------------------------------------------------------- */

static void add_virtio(struct gates *gates, const struct device *device, bool open,
                       uint64_t value, uint32_t offset, uint8_t hi, uint8_t lo,
                       const char *name, const char *needs, const char *means)
{
    struct gate *gate = gates_add(gates, GATE_SHARED, open, value,
                                  gate_register(device, offset, 4, hi, lo));

    gate_text(gate, "", needs, means);
    snprintf(gate->name, sizeof(gate->name), "%s.%s", device->name, name);
}

/* With an event index the driver names the used entry that it wants to hear of (2.7.7). */
static void virtio_wanted(const struct virtio_blk *virtio, struct gate *gate)
{
    uint16_t wanted = 0;

    if (!virtio->queue_ready || !virtio_has(virtio, VIRTIO_F_EVENT_IDX) ||
        bus_peek(virtio->device.bus, virtio_used_event(virtio), &wanted,
                 sizeof(wanted)) != sizeof(wanted))
        return;
    snprintf(gate->means, sizeof(gate->means),
             "nothing has been told: used_event names entry %u, the next one is %u",
             wanted, virtio->used_index);
}

static void virtio_gates(struct gates *gates, const struct device *device,
                         unsigned line)
{
    const struct virtio_blk *virtio = (const struct virtio_blk *)device;
    bool ok = virtio->status & VIRTIO_DRIVER_OK;
    uint32_t status = virtio->interrupt_status;

    (void)line;
    add_virtio(gates, device, ok, ok, VIRTIO_STATUS, 2, 2, "Status.DRIVER_OK", "1",
               ok ? "the driver is ready" : "the driver is not ready");
    add_virtio(gates, device, virtio->queue_ready, virtio->queue_ready,
               VIRTIO_QUEUE_READY, 0, 0, "QueueReady", "1",
               virtio->queue_ready ? "the queue is in use" : "the queue is not in use");
    add_virtio(gates, device, status, status, VIRTIO_INTERRUPT_STATUS, 31, 0,
               "InterruptStatus", "not 0",
               status & VIRTIO_INT_USED     ? "a buffer has been used"
               : status & VIRTIO_INT_CONFIG ? "the device needs a reset"
                                            : "nothing has been told, or all was "
                                              "acknowledged");
    if (!status)
        virtio_wanted(virtio, &gates->gate[gates->count - 1]);
}

/* --- any device ------------------------------------------------------------------- */

static const struct {
    const struct device_type *type;
    void (*add)(struct gates *gates, const struct device *device, unsigned line);
} devices[] = {
    {&dma_type, dma_gates},     {&uart_type, uart_gates},
    {&ata_type, ata_gates},     {&stream_type, stream_gates},
    {&iommu_type, iommu_gates}, {&virtio_blk_type, virtio_gates},
};

/* Which device drives a source, and by which of its lines; NULL: none. */
static const struct device *driver_of(const struct board *board, unsigned irq,
                                      unsigned *line)
{
    for (unsigned i = 0; i < board->devices; i++)
        for (unsigned n = 0; n < board->device[i]->lines; n++)
            if (board->device[i]->line[n].source == irq) {
                *line = n;
                return board->device[i];
            }
    return NULL;
}

void gates_of_device(struct gates *gates, const struct board *board, unsigned irq)
{
    unsigned line = 0;
    const struct device *device = driver_of(board, irq, &line);
    struct gate *gate;
    bool high;

    if (!device) {
        snprintf(gates->subject, sizeof(gates->subject), "interrupt %u", irq);
        gate = gates_add(gates, GATE_SHARED, false, 0, gate_nowhere());
        gate_text(gate, "device", "a device", "no device drives this interrupt");
        return;
    }
    snprintf(gates->subject, sizeof(gates->subject), "interrupt %u (%s)", irq,
             device->name);
    for (unsigned i = 0; i < COUNT(devices); i++)
        if (device->type == devices[i].type)
            devices[i].add(gates, device, line);
    high = device->line[line].level;
    gate = gates_add(gates, GATE_SHARED, high, high, gate_nowhere());
    gate->kind = GATE_WIRE;
    gate_text(gate, "", "1", high ? "the line is high" : "the line is low");
    snprintf(gate->name, sizeof(gate->name), "%s line", device->name);
}
