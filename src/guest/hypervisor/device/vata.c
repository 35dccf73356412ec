/*
 * A guest's ATA disk, emulated.
 *
 * The guest's driver writes a command into the task file, a register at a time, and each of
 * these stores is an exit. The last of them starts the command:
 *
 *   READ SECTORS    the back end reads up to 8 sectors into a buffer here. Then the guest
 *                   reads them from the data port, 2 or 4 bytes an exit: 1,024 exits and
 *                   more for 4 KiB. Nothing is wrong with that but its price
 *   WRITE SECTORS   the other way round
 *   READ DMA,       the data goes between the disk and the guest's memory, where the
 *   WRITE DMA       emulated DMA channel says (vdma.c): no exit for the data at all
 *
 *                command                   sector read, more follow
 *   [ready] ---------------> [busy] <--------------------------------+
 *      ^                       | back end has the data               |
 *      |                       v   (or: there is room)               |
 *      +------------------- [data] ---> next sector in the buffer ---+
 *        last sector read             (interrupt for each)
 *
 * It answers as the machine's own disk does (ATA/ATAPI-6; docs/manual/ata.md), but for what
 * takes time: a command is decoded at once. Commands that are not in the table are aborted,
 * as on any disk; addresses are always LBAs, and SET FEATURES takes whatever it is given.
 * While the back end works on a request the disk is busy, whatever the guest does to it; a
 * reset takes effect when the request is through.
 */
#include "hypervisor/device/vata.h"

#include "hypervisor/backend.h"
#include "hypervisor/device/vdma.h"
#include "hypervisor/device/vplic.h"
#include "include/ata.h"
#include "lib/string.h"

enum { STATUS_DSC = 0x10, READY = ATA_STATUS_DRDY | STATUS_DSC };
enum { VATA_BASE = 0x3200000, VATA_SIZE = 0x1000 };
enum { REGISTER_SHIFT = 2, CONTROL_BLOCK = 0x800, COMMAND_BLOCK_END = 0x20 };
enum { FLUSH_CACHE = 0xe7, FLUSH_CACHE_EXT = 0xea, SET_FEATURES = 0xef };
enum { ERROR_ABRT = 0x04, ERROR_IDNF = 0x10, DEVICE_1 = 0x10, CONTROL_HOB = 0x80 };

static void drive(struct guest *guest)
{
    const struct vata *disk = &guest->vata;

    vplic_line(guest, VATA_IRQ,
               disk->intrq && !(disk->control & ATA_CONTROL_NIEN) &&
                   !(disk->device & DEVICE_1));
}

static void set_intrq(struct guest *guest, bool pending)
{
    guest->vata.intrq = pending;
    drive(guest);
}

/* --- how a command ends ---------------------------------------------------------------- */

static void finish(struct guest *guest)
{
    guest->vata.transfer = VATA_NO_DATA;
    guest->vata.status = READY;
    set_intrq(guest, true);
}

static void fail(struct guest *guest, uint8_t error)
{
    guest->vata.error = error;
    finish(guest);
    guest->vata.status = READY | ATA_STATUS_ERR;
}

/* The signature of a disk that is ready after a reset. */
static void come_up(struct guest *guest)
{
    struct vata *disk = &guest->vata;
    uint8_t control = disk->control;

    *disk = (struct vata){.error = 1, .status = READY, .control = control};
    disk->count.now = disk->low.now = 1;
    drive(guest);
}

void vata_reset(struct guest *guest)
{
    guest->vata.control = 0;
    come_up(guest);
}

/* --- data ------------------------------------------------------------------------------ */

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The back end is to fill the buffer, or to take what is in it. */
static void move_buffer(struct guest *guest)
{
    struct vata *disk = &guest->vata;

    disk->status = ATA_STATUS_BSY;
    disk->buffered = smaller(disk->left, VATA_BUFFER);
    guest->request.lba = disk->lba;
    guest->request.write = disk->transfer == VATA_PIO_OUT;
    guest->request.segment[0] =
        (struct segment){disk->buffer, disk->buffered * UINT64_C(512)};
    guest->request.segments = 1;
    if (!backend_submit(guest))
        fail(guest, ERROR_ABRT);
}

/* The guest may move the next sectors. */
static void open_buffer(struct guest *guest, bool interrupt)
{
    struct vata *disk = &guest->vata;

    disk->buffered = smaller(disk->left, VATA_BUFFER);
    disk->offset = 0;
    disk->status = READY | ATA_STATUS_DRQ;
    if (interrupt)
        set_intrq(guest, true);
}

/* The guest has moved the last byte of a sector. The end of a read is no interrupt: the
 * guest has had one for the sector. */
static void sector_moved(struct guest *guest)
{
    struct vata *disk = &guest->vata;
    bool reads = disk->transfer == VATA_PIO_IN;

    if (reads) {
        disk->left--;
        disk->lba++;
    }
    if (reads && disk->left == 0) {
        disk->transfer = VATA_NO_DATA;
        disk->status = READY;
    } else if (disk->offset == disk->buffered * 512) {
        move_buffer(guest);
    } else {
        set_intrq(guest, true);
    }
}

static bool data_open(const struct vata *disk, enum vata_transfer transfer)
{
    return disk->transfer == transfer && disk->status & ATA_STATUS_DRQ;
}

/* The data port counts only while DRQ invites to use it. It is 16 bits wide; 32 bits are
 * two words, and the second may be of a block that is not open. */
static uint64_t read_port(struct guest *guest, unsigned width)
{
    struct vata *disk = &guest->vata;
    uint64_t value = 0;

    for (unsigned i = 0; i < width && data_open(disk, VATA_PIO_IN); i += 2) {
        const uint8_t *at = disk->buffer + disk->offset;

        value |= (uint64_t)(at[0] | at[1] << 8) << 8 * i;
        disk->offset += 2;
        if (disk->offset % 512 == 0)
            sector_moved(guest);
    }
    return value;
}

static void write_port(struct guest *guest, unsigned width, uint64_t value)
{
    struct vata *disk = &guest->vata;

    for (unsigned i = 0; i < width && data_open(disk, VATA_PIO_OUT);
         i += 2, value >>= 16) {
        disk->buffer[disk->offset] = (uint8_t)value;
        disk->buffer[disk->offset + 1] = (uint8_t)(value >> 8);
        disk->offset += 2;
        if (disk->offset % 512 == 0)
            sector_moved(guest);
    }
}

/* The channel and the disk agree: between the disk and memory, as far as both go. */
static void start_dma(struct guest *guest)
{
    struct vata *disk = &guest->vata;
    bool to_device = disk->transfer == VATA_DMA_OUT;

    if (!vdma_offers(guest, to_device, disk->left, &guest->request.segment[0]))
        return;
    disk->status = ATA_STATUS_BSY;
    guest->request.lba = disk->lba;
    guest->request.write = to_device;
    guest->request.segments = 1;
    if (!backend_submit(guest))
        fail(guest, ERROR_ABRT);
}

void vata_channel_started(struct guest *guest)
{
    const struct vata *disk = &guest->vata;

    if (disk->transfer >= VATA_DMA_IN && disk->status & ATA_STATUS_DRQ)
        start_dma(guest);
}

static void dma_moved(struct guest *guest)
{
    struct vata *disk = &guest->vata;
    uint32_t sectors = (uint32_t)(guest->request.segment[0].bytes / 512);

    vdma_moved(guest, guest->request.segment[0].bytes);
    disk->lba += sectors;
    disk->left -= sectors;
    if (disk->left == 0) {
        finish(guest);
    } else {
        disk->status = READY | ATA_STATUS_DRQ;
        start_dma(guest);
    }
}

/* The back end has done what it was asked for. */
static void moved(struct guest *guest, bool good)
{
    struct vata *disk = &guest->vata;

    if (disk->transfer == VATA_NO_DATA) { /* it was reset meanwhile */
        if (!(disk->control & ATA_CONTROL_SRST))
            come_up(guest);
    } else if (!good) {
        fail(guest, ERROR_ABRT);
    } else if (disk->transfer == VATA_DMA_IN || disk->transfer == VATA_DMA_OUT) {
        dma_moved(guest);
    } else if (disk->transfer == VATA_PIO_IN) {
        open_buffer(guest, true);
    } else {
        disk->lba += disk->buffered;
        disk->left -= disk->buffered;
        if (disk->left)
            open_buffer(guest, true);
        else
            finish(guest);
    }
}

/* --- commands ---------------------------------------------------------------------------- */

static void put_word(struct vata *disk, unsigned word, uint64_t value, unsigned words)
{
    for (unsigned i = 0; i < words; i++, value >>= 16) {
        disk->buffer[2 * (word + i)] = (uint8_t)value;
        disk->buffer[2 * (word + i) + 1] = (uint8_t)(value >> 8);
    }
}

/* Texts have the first character of each word in its upper half. */
static void put_text(struct vata *disk, unsigned word, const char *text,
                     unsigned length)
{
    for (unsigned i = 0; i < length; i++)
        disk->buffer[2 * word + (i ^ 1)] = (uint8_t)(*text ? *text++ : ' ');
}

/* IDENTIFY DEVICE (ATA/ATAPI-6, section 8.15). */
static void identify(struct guest *guest)
{
    struct vata *disk = &guest->vata;
    uint64_t lba28 =
        guest->sectors < ATA_LBA28_END ? guest->sectors : ATA_LBA28_END - 1;
    bool dma = guest->kind->uses_dma;

    memset(disk->buffer, 0, 512);
    put_word(disk, 0, 0x0040, 1); /* fixed */
    put_text(disk, 10, "0", 20);
    put_text(disk, 23, "1", 8);
    put_text(disk, 27, "Ringside guest disk", 40);
    put_word(disk, ATA_ID_CAPABILITIES, 1 << 9 | (dma ? ATA_ID_CAPABILITIES_DMA : 0),
             1);
    put_word(disk, ATA_ID_SECTORS, lba28, 2);
    put_word(disk, 80, 1 << 6, 1); /* ATA/ATAPI-6 */
    put_word(disk, ATA_ID_COMMANDS, 1 << 14 | ATA_ID_COMMANDS_LBA48 | 1 << 12, 1);
    put_word(disk, ATA_ID_SECTORS_48, guest->sectors, 4);
    disk->transfer = VATA_PIO_IN;
    disk->left = 1;
    open_buffer(guest, true);
}

static const struct command {
    uint8_t code;
    bool ext; /* addresses of 48 bits, counts of 16 */
    enum vata_transfer transfer;
} commands[] = {
    {ATA_READ_SECTORS, false, VATA_PIO_IN},
    {ATA_READ_SECTORS_EXT, true, VATA_PIO_IN},
    {ATA_WRITE_SECTORS, false, VATA_PIO_OUT},
    {ATA_WRITE_SECTORS_EXT, true, VATA_PIO_OUT},
    {ATA_READ_DMA, false, VATA_DMA_IN},
    {ATA_READ_DMA_EXT, true, VATA_DMA_IN},
    {ATA_WRITE_DMA, false, VATA_DMA_OUT},
    {ATA_WRITE_DMA_EXT, true, VATA_DMA_OUT},
    {FLUSH_CACHE, false, VATA_NO_DATA},
    {FLUSH_CACHE_EXT, true, VATA_NO_DATA},
    {SET_FEATURES, false, VATA_NO_DATA},
};

static uint64_t bytes3(uint8_t low, uint8_t mid, uint8_t high)
{
    return (uint64_t)high << 16 | (uint64_t)mid << 8 | low;
}

/* Address and count; a count of 0 means the most there can be. */
static void take_address(struct vata *disk, bool ext)
{
    disk->lba = bytes3(disk->low.now, disk->mid.now, disk->high.now);
    if (ext) {
        disk->lba |= bytes3(disk->low.before, disk->mid.before, disk->high.before)
                     << 24;
        disk->left = (uint32_t)disk->count.before << 8 | disk->count.now;
        disk->left = disk->left ? disk->left : 65536;
    } else {
        disk->lba |= (uint64_t)(disk->device & 0xf) << 24;
        disk->left = disk->count.now ? disk->count.now : 256;
    }
}

static void start_command(struct guest *guest, const struct command *command)
{
    struct vata *disk = &guest->vata;

    disk->transfer = command->transfer;
    take_address(disk, command->ext);
    if (command->transfer != VATA_NO_DATA &&
        (disk->lba > guest->sectors || disk->left > guest->sectors - disk->lba)) {
        fail(guest, ERROR_IDNF);
        return;
    }
    switch (command->transfer) {
    case VATA_NO_DATA:
        finish(guest);
        break;
    case VATA_PIO_IN:
        move_buffer(guest);
        break;
    case VATA_PIO_OUT:
        open_buffer(guest, false);
        break;
    case VATA_DMA_IN:
    case VATA_DMA_OUT:
        disk->status = READY | ATA_STATUS_DRQ;
        start_dma(guest);
        break;
    }
}

/* A command for the device that is not there is lost. */
static void command_written(struct guest *guest, uint8_t code)
{
    struct vata *disk = &guest->vata;

    if (disk->device & DEVICE_1)
        return;
    set_intrq(guest, false);
    disk->error = 0;
    guest->request.done = moved;
    if (code == ATA_IDENTIFY) {
        identify(guest);
        return;
    }
    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands[i].code == code &&
            (commands[i].transfer < VATA_DMA_IN || guest->kind->uses_dma)) {
            start_command(guest, &commands[i]);
            return;
        }
    fail(guest, ERROR_ABRT);
}

/* Device Control. SRST stops everything; the disk comes up when it is cleared, and when
 * nothing is under way for it any more. */
static void control_written(struct guest *guest, uint8_t value)
{
    struct vata *disk = &guest->vata;
    bool was = disk->control & ATA_CONTROL_SRST, is = value & ATA_CONTROL_SRST;

    disk->control = value;
    if (is) {
        disk->transfer = VATA_NO_DATA;
        disk->status = ATA_STATUS_BSY;
        disk->intrq = false;
    } else if (was && !guest->request.busy) {
        come_up(guest);
    }
    drive(guest);
}

/* --- registers ------------------------------------------------------------------------- */

static struct vata_deep *deep_register(struct vata *disk, unsigned number)
{
    switch (number) {
    case ATA_FEATURES:
        return &disk->features;
    case ATA_SECTOR_COUNT:
        return &disk->count;
    case ATA_LBA_LOW:
        return &disk->low;
    case ATA_LBA_MID:
        return &disk->mid;
    case ATA_LBA_HIGH:
        return &disk->high;
    default:
        return NULL;
    }
}

/* While the disk is busy all registers read as Status, and of device 1 Status is 0. */
static uint8_t read_register(struct guest *guest, unsigned number)
{
    struct vata *disk = &guest->vata;
    const struct vata_deep *deep = deep_register(disk, number);

    if (number == ATA_STATUS) {
        uint8_t status = disk->device & DEVICE_1 ? 0 : disk->status;

        set_intrq(guest, false);
        return status;
    }
    if (disk->status & ATA_STATUS_BSY)
        return disk->status;
    if (number == ATA_ERROR)
        return disk->error;
    if (number == ATA_DEVICE)
        return disk->device;
    return disk->control & CONTROL_HOB ? deep->before : deep->now;
}

/* What is written while a command is under way is lost. */
static void write_register(struct guest *guest, unsigned number, uint8_t value)
{
    struct vata *disk = &guest->vata;
    struct vata_deep *deep = deep_register(disk, number);

    if (disk->status & (ATA_STATUS_BSY | ATA_STATUS_DRQ))
        return;
    disk->control &= (uint8_t)~CONTROL_HOB;
    if (number == ATA_COMMAND) {
        command_written(guest, value);
    } else if (number == ATA_DEVICE) {
        disk->device = value;
        drive(guest);
    } else {
        *deep = (struct vata_deep){value, deep->now};
    }
}

/* The command block: the data port, and registers of 8 bits in 4 bytes each, which also
 * wider accesses reach. The control block has one register. */
static bool is_register(uint32_t offset, unsigned width)
{
    if (offset == ATA_DATA)
        return width == 2 || width == 4;
    return (offset < COMMAND_BLOCK_END || offset == CONTROL_BLOCK) && offset % 4 == 0 &&
           width <= 4;
}

static bool vata_read(struct guest *guest, uint32_t offset, unsigned width,
                      uint64_t *value)
{
    const struct vata *disk = &guest->vata;

    *value = 0;
    if (!is_register(offset, width))
        return false;
    if (offset == ATA_DATA)
        *value = read_port(guest, width);
    else if (offset == CONTROL_BLOCK)
        *value = disk->device & DEVICE_1 ? 0 : disk->status;
    else
        *value = read_register(guest, offset >> REGISTER_SHIFT);
    return true;
}

static bool vata_write(struct guest *guest, uint32_t offset, unsigned width,
                       uint64_t value)
{
    if (!is_register(offset, width))
        return false;
    if (offset == ATA_DATA)
        write_port(guest, width, value);
    else if (offset == CONTROL_BLOCK)
        control_written(guest, (uint8_t)value);
    else
        write_register(guest, offset >> REGISTER_SHIFT, (uint8_t)value);
    return true;
}

const struct device vata_device = {VATA_BASE, VATA_SIZE, vata_read, vata_write};
