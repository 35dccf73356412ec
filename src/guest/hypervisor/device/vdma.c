/*
 * A guest's DMA controller, emulated: one channel that serves the guest's ATA disk.
 *
 * To the guest it is the machine's own (docs/manual/dma.md): it writes how many bytes, where
 * they are, on which request line, and `run`. From there on a real channel would move a
 * burst whenever the disk raises its request line. Here nothing moves by itself. When the
 * emulated channel runs and the emulated disk waits for it, the two become one request to
 * the back end, and the back end's real channel moves the bytes straight between the real
 * disk and the guest's memory. So a transfer of 4 KiB costs as many exits as one of 512
 * bytes: those for the registers.
 *
 * The address is the guest's. The hypervisor takes it for what it says only after it has
 * found all of the bytes in the guest's memory: its own channel obeys it, not the guest, and
 * there is no IOMMU to catch a mistake. A channel that would go elsewhere fails, as it does
 * on a machine where nothing answers at that address.
 *
 * Not modelled: descriptors (their registers are not there), and copies from memory to
 * memory (the channel fails: no request line).
 */
#include "hypervisor/device/vdma.h"

#include "hypervisor/device/vplic.h"

enum { VDMA_BASE = 0x3100000, EXEC_CONFIG = 0x104, CONFIG_CLAIMED = 0x66000000 };
enum { EXEC_BYTES = 0x108, EXEC_DESTINATION = 0x110, EXEC_SOURCE = 0x118 };
enum {
    READ_REFUSED = 1, /* Reason */
    WRITE_REFUSED = 2,
    NO_LINE = 10,
    DEVICE_FAILED = 11
};

#define REQUEST_LINE      0xfu
#define REQUEST_DIRECTION 0x300u
#define CONTROL_BITS                                                                   \
    (DMA_CONTROL_CLAIM | DMA_CONTROL_RUN | DMA_CONTROL_DONE_IE | DMA_CONTROL_ERR_IE |  \
     DMA_CONTROL_DONE | DMA_CONTROL_ERROR)

/* Registers: 1 or 2 words, and the bits that software writes. */
static const struct reg {
    uint16_t offset;
    uint8_t words;
    uint32_t writable;
} regs[] = {
    {DMA_CONTROL, 1, CONTROL_BITS},
    {DMA_NEXT_BYTES, 2, ~0u},
    {DMA_NEXT_DESTINATION, 2, ~0u},
    {DMA_NEXT_SOURCE, 2, ~0u},
    {DMA_REQUEST, 1, REQUEST_LINE | REQUEST_DIRECTION},
    {DMA_NEXT_CONFIG, 1, 0xff00000c},
    {EXEC_CONFIG, 1, 0},
    {EXEC_BYTES, 2, 0},
    {EXEC_DESTINATION, 2, 0},
    {EXEC_SOURCE, 2, 0},
    {DMA_BUS_MODE, 1, 3},
    {DMA_PRIORITY, 1, 7},
    {DMA_REASON, 1, 0},
    {DMA_MOVED, 2, 0},
    {DMA_FAILED_ADDRESS, 2, 0},
};

static uint32_t *word(struct guest *guest, uint32_t offset)
{
    return &guest->vdma.reg[offset / 4];
}

static uint64_t get(struct guest *guest, uint32_t offset)
{
    return (uint64_t)word(guest, offset)[1] << 32 | word(guest, offset)[0];
}

static void put(struct guest *guest, uint32_t offset, uint64_t value)
{
    word(guest, offset)[0] = (uint32_t)value;
    word(guest, offset)[1] = (uint32_t)(value >> 32);
}

/* Its two interrupts follow from Control. */
static void drive(struct guest *guest)
{
    uint32_t control = *word(guest, DMA_CONTROL);

    vplic_line(guest, VDMA_DONE_IRQ,
               control & DMA_CONTROL_DONE && control & DMA_CONTROL_DONE_IE);
    vplic_line(guest, VDMA_ERROR_IRQ,
               control & DMA_CONTROL_ERROR && control & DMA_CONTROL_ERR_IE);
}

static void stop(struct guest *guest, uint32_t how)
{
    *word(guest, DMA_CONTROL) &= ~DMA_CONTROL_RUN;
    *word(guest, DMA_CONTROL) |= how;
    guest->vdma.moving = false;
    drive(guest);
}

static void fail(struct guest *guest, uint32_t reason, uint64_t where)
{
    *word(guest, DMA_REASON) = reason;
    put(guest, DMA_FAILED_ADDRESS, where);
    stop(guest, DMA_CONTROL_ERROR);
}

void vdma_reset(struct guest *guest, void (*started)(struct guest *guest))
{
    guest->vdma = (struct vdma){.started = started};
    drive(guest);
}

/* --- a transfer ------------------------------------------------------------------------ */

static bool is_to_device(struct guest *guest)
{
    return (*word(guest, DMA_REQUEST) & REQUEST_DIRECTION) == DMA_REQUEST_TO_DEVICE;
}

/* As much as both sides have, in whole sectors: a real channel would also take less. */
bool vdma_offers(struct guest *guest, bool to_device, uint32_t sectors,
                 struct segment *segment)
{
    uint64_t bytes = get(guest, EXEC_BYTES);
    uint64_t memory = get(guest, to_device ? EXEC_SOURCE : EXEC_DESTINATION);

    if (!(*word(guest, DMA_CONTROL) & DMA_CONTROL_RUN) ||
        is_to_device(guest) != to_device)
        return false;
    if (bytes > sectors * UINT64_C(512))
        bytes = sectors * UINT64_C(512);
    bytes -= bytes % 512;
    *segment = (struct segment){guest_memory(guest, memory, bytes), bytes};
    if (bytes == 0)
        fail(guest, DEVICE_FAILED, VDMA_LINE);
    else if (!segment->at)
        fail(guest, to_device ? READ_REFUSED : WRITE_REFUSED, memory);
    else
        guest->vdma.moving = true;
    return guest->vdma.moving;
}

/* A channel that has been stopped meanwhile knows nothing of it. */
void vdma_moved(struct guest *guest, uint64_t bytes)
{
    uint32_t memory = is_to_device(guest) ? EXEC_SOURCE : EXEC_DESTINATION;

    if (!guest->vdma.moving)
        return;
    guest->vdma.moving = false;
    put(guest, EXEC_BYTES, get(guest, EXEC_BYTES) - bytes);
    put(guest, memory, get(guest, memory) + bytes);
    put(guest, DMA_MOVED, get(guest, DMA_MOVED) + bytes);
    if (get(guest, EXEC_BYTES) == 0)
        stop(guest, DMA_CONTROL_DONE);
}

static void start_transfer(struct guest *guest)
{
    uint32_t request = *word(guest, DMA_REQUEST);

    *word(guest, DMA_CONTROL) &= ~(DMA_CONTROL_DONE | DMA_CONTROL_ERROR);
    *word(guest, EXEC_CONFIG) = *word(guest, DMA_NEXT_CONFIG);
    put(guest, EXEC_BYTES, get(guest, DMA_NEXT_BYTES));
    put(guest, EXEC_DESTINATION, get(guest, DMA_NEXT_DESTINATION));
    put(guest, EXEC_SOURCE, get(guest, DMA_NEXT_SOURCE));
    put(guest, DMA_MOVED, 0);
    if (get(guest, EXEC_BYTES) == 0)
        stop(guest, DMA_CONTROL_DONE);
    else if (!(request & REQUEST_DIRECTION) || (request & REQUEST_LINE) != VDMA_LINE)
        fail(guest, NO_LINE, request & REQUEST_LINE);
    else
        guest->vdma.started(guest);
}

/* --- registers ------------------------------------------------------------------------- */

static void claim(struct guest *guest)
{
    uint32_t control = *word(guest, DMA_CONTROL);

    guest->vdma = (struct vdma){.started = guest->vdma.started};
    *word(guest, DMA_CONTROL) = control;
    *word(guest, DMA_NEXT_CONFIG) = CONFIG_CLAIMED;
}

/* run can be set only in a channel that was claimed before, and claim cannot be cleared
 * while run is set. done and error are software's to clear. */
static void control_written(struct guest *guest, uint32_t old)
{
    uint32_t *control = word(guest, DMA_CONTROL);
    bool claimed = old & DMA_CONTROL_CLAIM, running = old & DMA_CONTROL_RUN;

    if (running)
        *control |= DMA_CONTROL_CLAIM;
    if (!claimed || !(*control & DMA_CONTROL_CLAIM))
        *control &= ~DMA_CONTROL_RUN;
    if (!claimed && *control & DMA_CONTROL_CLAIM)
        claim(guest);
    if (!running && *control & DMA_CONTROL_RUN)
        start_transfer(guest);
    else if (running && !(*control & DMA_CONTROL_RUN))
        guest->vdma.moving = false;
    drive(guest);
}

/* A register, or half of one that has 8 bytes. */
static const struct reg *find(uint32_t offset, unsigned width)
{
    for (unsigned i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
        if (offset - regs[i].offset < 4u * regs[i].words && width >= 4 &&
            width <= 4u * regs[i].words)
            return &regs[i];
    return NULL;
}

static bool vdma_read(struct guest *guest, uint32_t offset, unsigned width,
                      uint64_t *value)
{
    if (!find(offset, width))
        return false;
    *value = width == 8 ? get(guest, offset) : *word(guest, offset);
    return true;
}

/* While the channel runs, Request and BusMode keep what they have. */
static bool vdma_write(struct guest *guest, uint32_t offset, unsigned width,
                       uint64_t value)
{
    const struct reg *reg = find(offset, width);
    uint32_t old;

    if (!reg)
        return false;
    old = *word(guest, offset);
    if (offset >= DMA_RING_BASE && offset != DMA_PRIORITY &&
        *word(guest, DMA_CONTROL) & DMA_CONTROL_RUN)
        return true;
    if (reg->writable)
        *word(guest, offset) = (uint32_t)value & reg->writable;
    if (reg->writable && width == 8)
        word(guest, offset)[1] = (uint32_t)(value >> 32);
    if (offset == DMA_CONTROL)
        control_written(guest, old);
    return true;
}

const struct device vdma_device = {VDMA_BASE, DMA_CHANNEL_SIZE, vdma_read, vdma_write};
