/*
 * An ATA disk, after ATA/ATAPI-6 (T13/1410D revision 3b).
 *
 *            host side                    buffer                  medium side
 *   Data register, request line <---> ring of sectors <---> mechanism: seek, sector
 *
 * A command is decoded for costs.ata_command cycles; then both sides work on it, each at
 * its own rate. The mechanism moves a sector in costs.ata_sector cycles as long as the
 * ring has room (reading) or sectors (writing), after costs.ata_seek cycles when the
 * first one does not follow the last. The host side is BSY until a whole block is in the
 * ring, or there is room for one. The ring holds two blocks: while the host empties one
 * the mechanism fills the other, so a fast host sees the medium's rate and a slow host
 * stalls the medium.
 */
#include "machine/device/ata.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "machine/device/ata_command.h"

#include <stdlib.h>
#include <string.h>

enum { READY_STATUS = ATA_DRDY | ATA_DSC };
enum { BLANK_MAX = 1 << 28 }; /* sectors: a medium has a pointer for each 64 of them */

const char *const disk_phase_names[DISK_PHASES] = {
    [DISK_READY] = "ready",
    [DISK_RESETTING] = "resets itself",
    [DISK_DECODING] = "decodes the command",
    [DISK_SEEKING] = "seeks",
    [DISK_READING] = "reads a sector from the medium",
    [DISK_WRITING] = "writes a sector to the medium",
    [DISK_DATA_IN] = "has data for the host",
    [DISK_DATA_OUT] = "wants data from the host",
    [DISK_DMA_IN] = "has data for the DMA controller",
    [DISK_DMA_OUT] = "wants data from the DMA controller",
    [DISK_DONE] = "is done",
    [DISK_FAILED] = "fails",
};

/* --- what everybody sees ------------------------------------------------------ */

static void tell(struct ata *ata, enum disk_phase phase, uint64_t lba, uint32_t bytes)
{
    struct device *device = &ata->device;

    EMIT(device->events, device->queue->now, DISK_PHASE, disk_phase, .lba = lba,
         .bytes = bytes, .device = device->index, .phase = (uint8_t)phase,
         .status = ata->status, .error = ata->error);
}

/* The line is released while device 1 is selected or nIEN is set. */
static void drive_irq(struct ata *ata)
{
    device_irq(&ata->device, 0,
               ata->intrq && !(ata->control & ATA_NIEN) && !(ata->select & ATA_DEV));
}

static void set_intrq(struct ata *ata, bool pending)
{
    ata->intrq = pending;
    drive_irq(ata);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static bool is_in(const struct ata *ata)
{
    return ata->transfer == ATA_PIO_IN || ata->transfer == ATA_DMA_IN;
}

static bool is_out(const struct ata *ata)
{
    return ata->transfer == ATA_PIO_OUT || ata->transfer == ATA_DMA_OUT;
}

/* --- ends of a command -------------------------------------------------------- */

static void stop_transfer(struct ata *ata)
{
    ata->transfer = ATA_NO_DATA;
    ata->left_host = ata->left_medium = 0;
    ata->first = ata->ready = ata->offset = 0;
    ata->seeking = 0;
    queue_arm(ata->device.queue, &ata->mechanism, NEVER);
    device_request(&ata->device, 0, false);
}

static void finish(struct ata *ata)
{
    bool pio_in = ata->transfer == ATA_PIO_IN; /* its last interrupt was a block's */

    stop_transfer(ata);
    ata->phase = DISK_READY;
    ata->status = READY_STATUS;
    tell(ata, DISK_DONE, ata->lba, ata->total * SECTOR);
    if (!pio_in)
        set_intrq(ata, true);
}

static void fail(struct ata *ata, uint8_t error)
{
    stop_transfer(ata);
    ata->phase = DISK_READY;
    ata->status = READY_STATUS | ATA_ERR;
    ata->error = error;
    tell(ata, DISK_FAILED, ata->lba, 0);
    set_intrq(ata, true);
}

/* --- the buffer --------------------------------------------------------------- */

static uint32_t ring_room(const struct ata *ata)
{
    return 2 * ata->block;
}

/* The n-th sector of the ring, counted from the first full one. */
static uint8_t *ring_sector(struct ata *ata, uint32_t n)
{
    return ata->buffer + (ata->first + n) % ATA_BUFFER_SECTORS * SECTOR;
}

/* Sectors that the host moves in one go: the last block may be short. */
static uint32_t host_block(const struct ata *ata)
{
    return smaller(ata->block, ata->left_host);
}

static uint64_t host_lba(const struct ata *ata)
{
    return ata->lba + ata->total - ata->left_host;
}

/* The byte that the host moves next. What it reads is at the front of the ring, what it
 * writes goes behind the full sectors. */
static uint8_t *host_byte(struct ata *ata)
{
    uint32_t sector = ata->offset / SECTOR + (is_out(ata) ? ata->ready : 0);

    return ring_sector(ata, sector) + ata->offset % SECTOR;
}

static bool host_can_move(const struct ata *ata)
{
    if (ata->left_host == 0)
        return false;
    return is_in(ata) ? ata->ready >= host_block(ata)
                      : ring_room(ata) - ata->ready >= host_block(ata);
}

/* --- the medium side ---------------------------------------------------------- */

static uint64_t medium_lba(const struct ata *ata)
{
    return ata->lba + ata->total - ata->left_medium;
}

static bool mechanism_can_move(const struct ata *ata)
{
    if (is_in(ata))
        return ata->ready < ring_room(ata);
    return is_out(ata) ? ata->ready > 0 : ata->transfer == ATA_VERIFY;
}

/* Starts the mechanism's next movement, if it rests and there is work for it. */
static void run_mechanism(struct ata *ata)
{
    struct queue *queue = ata->device.queue;
    const struct costs *costs = ata->device.costs;

    if (ata->mechanism.due != NEVER || ata->left_medium == 0)
        return;
    if (medium_lba(ata) != ata->position) {
        ata->seeking = 1;
        queue_arm(queue, &ata->mechanism, queue->now + costs->ata_seek);
        tell(ata, DISK_SEEKING, medium_lba(ata), 0);
    } else if (mechanism_can_move(ata)) {
        queue_arm(queue, &ata->mechanism, queue->now + costs->ata_sector);
        tell(ata, is_out(ata) ? DISK_WRITING : DISK_READING, medium_lba(ata), SECTOR);
    }
}

static void move_sector(struct ata *ata)
{
    if (is_in(ata)) {
        medium_read(&ata->medium, medium_lba(ata), ring_sector(ata, ata->ready));
        ata->ready++;
    } else if (is_out(ata)) {
        medium_write(&ata->medium, medium_lba(ata), ring_sector(ata, 0));
        ata->first = (ata->first + 1) % ATA_BUFFER_SECTORS;
        ata->ready--;
    }
    ata->left_medium--;
    ata->position++;
}

static void serve_host(struct ata *ata);

static void mechanism_moved(void *ctx, uint64_t now)
{
    struct ata *ata = ctx;

    (void)now;
    if (ata->seeking) {
        ata->seeking = 0;
        ata->position = medium_lba(ata);
    } else {
        move_sector(ata);
    }
    run_mechanism(ata);
    serve_host(ata);
}

/* --- the host side ------------------------------------------------------------ */

static void set_phase(struct ata *ata, enum disk_phase phase, uint8_t status)
{
    if (ata->phase == phase)
        return;
    ata->phase = (uint8_t)phase;
    ata->status = status;
    tell(ata, phase, host_lba(ata), host_block(ata) * SECTOR);
}

/*
 * Opens a block for the Data register. Each block interrupts, but for the first one of a
 * command that writes (PIO data-out protocol: the host waits for DRQ then).
 */
static void open_block(struct ata *ata)
{
    bool first_out = is_out(ata) && ata->left_host == ata->total;

    set_phase(ata, is_out(ata) ? DISK_DATA_OUT : DISK_DATA_IN, READY_STATUS | ATA_DRQ);
    if (!first_out)
        set_intrq(ata, true);
}

/* The host waits for the medium. */
static void be_busy(struct ata *ata)
{
    ata->phase = is_out(ata) ? DISK_WRITING : DISK_READING;
    ata->status = ATA_BSY;
}

static void serve_dma(struct ata *ata, bool can_move)
{
    if (can_move)
        set_phase(ata, is_out(ata) ? DISK_DMA_OUT : DISK_DMA_IN,
                  READY_STATUS | ATA_DRQ);
    else
        be_busy(ata);
    device_request(&ata->device, 0, can_move);
}

/* Lets the host move what it now can, or ends the command. */
static void serve_host(struct ata *ata)
{
    bool can_move = host_can_move(ata);

    if (ata->left_host == 0 && ata->left_medium == 0 && ata->ready == 0)
        finish(ata);
    else if (ata->transfer == ATA_DMA_IN || ata->transfer == ATA_DMA_OUT)
        serve_dma(ata, can_move);
    else if (can_move)
        open_block(ata);
}

/* The host has moved all of a block. */
static void close_block(struct ata *ata)
{
    uint32_t sectors = host_block(ata);

    ata->offset = 0;
    ata->left_host -= sectors;
    if (is_out(ata)) {
        ata->ready += sectors;
    } else {
        ata->first = (ata->first + sectors) % ATA_BUFFER_SECTORS;
        ata->ready -= sectors;
    }
    be_busy(ata);
    run_mechanism(ata);
    serve_host(ata);
}

/* The host has moved `n` bytes more. */
static unsigned host_moved(struct ata *ata, unsigned n)
{
    ata->offset += n;
    if (ata->offset == host_block(ata) * SECTOR)
        close_block(ata);
    return n;
}

/* How much of `length` bytes is left in the sector. */
static unsigned in_sector(const struct ata *ata, unsigned length)
{
    return smaller(length, SECTOR - ata->offset % SECTOR);
}

/* The host reads or writes within one sector, after host_can_move. */
static unsigned host_reads(struct ata *ata, void *bytes, unsigned length)
{
    unsigned n = in_sector(ata, length);

    memcpy(bytes, host_byte(ata), n);
    return host_moved(ata, n);
}

static unsigned host_writes(struct ata *ata, const void *bytes, unsigned length)
{
    unsigned n = in_sector(ata, length);

    memcpy(host_byte(ata), bytes, n);
    return host_moved(ata, n);
}

static unsigned dma_takes(void *device, void *bytes, unsigned length)
{
    struct ata *ata = device;

    if (ata->transfer != ATA_DMA_IN || !host_can_move(ata))
        return 0;
    return host_reads(ata, bytes, length);
}

static unsigned dma_gives(void *device, const void *bytes, unsigned length)
{
    struct ata *ata = device;

    if (ata->transfer != ATA_DMA_OUT || !host_can_move(ata))
        return 0;
    return host_writes(ata, bytes, length);
}

/* --- commands ----------------------------------------------------------------- */

/* Both sides set out. A request that leaves the disk's range fails as a whole. */
static void start_transfer(struct ata *ata, const struct ata_command *command)
{
    uint64_t lba = ata_asked_lba(ata, command), end = ata->medium.sectors;
    uint32_t count = ata_asked_count(ata, command);

    ata->lba = lba < end ? lba : end;
    if (lba >= end || count > end - lba) {
        ata->lba = lba < end ? end : lba;
        ata_put_lba(ata, command, ata->lba);
        fail(ata, ATA_IDNF);
        return;
    }
    ata->power = ATA_ACTIVE;
    ata->transfer = command->transfer;
    ata->block = command->multiple ? ata->multiple : 1;
    ata->total = ata->left_medium = count;
    ata->left_host = command->transfer == ATA_VERIFY ? 0 : count;
    be_busy(ata);
    run_mechanism(ata);
    serve_host(ata);
}

/* IDENTIFY DEVICE has put its sector into the buffer; the medium has no part in it. */
static void start_identify(struct ata *ata)
{
    ata->lba = 0;
    ata->transfer = ATA_PIO_IN;
    ata->block = ata->total = ata->left_host = ata->ready = 1;
    be_busy(ata);
    serve_host(ata);
}

static bool is_possible(struct ata *ata, const struct ata_command *command)
{
    bool dma = command->transfer == ATA_DMA_IN || command->transfer == ATA_DMA_OUT;

    if (dma && ata->device.request[0].line == REQUEST_LINE_NONE)
        return false;
    if (command->multiple && ata->multiple == 0)
        return false;
    return !command->act || command->act(ata);
}

static void command_decoded(struct ata *ata)
{
    const struct ata_command *command = ata_command_find(ata->command);

    ata->lba = ata->total = 0;
    if (!command || !is_possible(ata, command))
        fail(ata, ATA_ABRT);
    else if (command->transfer == ATA_NO_DATA)
        finish(ata);
    else if (command->act)
        start_identify(ata);
    else
        start_transfer(ata, command);
}

static void tell_command(struct ata *ata)
{
    struct device *device = &ata->device;
    const struct ata_command *command = ata_command_find(ata->command);
    bool moves = command && command->transfer != ATA_NO_DATA && !command->act;

    EMIT(device->events, device->queue->now, DISK_COMMAND, disk_command,
         .lba = moves ? ata_asked_lba(ata, command) : 0,
         .count = moves ? ata_asked_count(ata, command) : 0, .device = device->index,
         .command = ata->command);
}

/* Device 1 is not there to take a command; one concerns both devices. */
static void command_written(struct ata *ata, uint8_t code)
{
    struct queue *queue = ata->device.queue;

    if (ata->select & ATA_DEV && code != ATA_DIAGNOSE)
        return;
    ata->command = code;
    ata->error = 0;
    ata->phase = DISK_DECODING;
    ata->status = ATA_BSY;
    set_intrq(ata, false);
    queue_arm(queue, &ata->logic, queue->now + ata->device.costs->ata_command);
    tell_command(ata);
}

/* --- resets ------------------------------------------------------------------- */

static void reset_done(struct ata *ata)
{
    ata_put_signature(ata);
    ata->phase = DISK_READY;
    ata->status = READY_STATUS;
    tell(ata, DISK_READY, 0, 0);
}

/* While SRST is set the disk is in reset; clearing it starts the diagnostics. */
static void control_written(struct ata *ata, uint8_t control)
{
    struct queue *queue = ata->device.queue;
    uint8_t changed = ata->control ^ control;

    ata->control = control & (ATA_NIEN | ATA_SRST | ATA_HOB);
    if (changed & control & ATA_SRST) {
        stop_transfer(ata);
        queue_arm(queue, &ata->logic, NEVER);
        ata->phase = DISK_RESETTING;
        ata->status = ATA_BSY;
        ata->intrq = 0;
        tell(ata, DISK_RESETTING, 0, 0);
    } else if (changed & ATA_SRST) {
        queue_arm(queue, &ata->logic, queue->now + ata->device.costs->ata_reset);
    }
    drive_irq(ata);
}

static void logic_done(void *ctx, uint64_t now)
{
    struct ata *ata = ctx;

    (void)now;
    if (ata->phase == DISK_RESETTING)
        reset_done(ata);
    else
        command_decoded(ata);
}

/* --- registers ---------------------------------------------------------------- */

/* Device 1 is absent: device 0 answers for it, with a Status of 0 (single
 * device configurations). */
static uint8_t status_seen(const struct ata *ata)
{
    return ata->select & ATA_DEV ? 0 : ata->status;
}

static uint8_t deep_seen(const struct ata *ata, struct ata_deep reg)
{
    return ata->control & ATA_HOB ? reg.before : reg.now;
}

/* While BSY is set the disk owns the registers, and they all read as Status. */
static uint8_t peek_task(const struct ata *ata, uint32_t offset)
{
    if (ata->status & ATA_BSY)
        return status_seen(ata);
    switch (offset) {
    case ATA_ERROR:
        return ata->error;
    case ATA_COUNT:
        return deep_seen(ata, ata->count);
    case ATA_LBA_LOW:
        return deep_seen(ata, ata->lba_low);
    case ATA_LBA_MID:
        return deep_seen(ata, ata->lba_mid);
    case ATA_LBA_HIGH:
        return deep_seen(ata, ata->lba_high);
    case ATA_DEVICE:
        return ata->select;
    default:
        return status_seen(ata);
    }
}

static void write_deep(struct ata_deep *reg, uint8_t value)
{
    reg->before = reg->now;
    reg->now = value;
}

/* A write to the command block turns HOB off again; one that comes while the disk is
 * busy or moves data is lost. */
static void write_task(struct ata *ata, uint32_t offset, uint8_t value)
{
    ata->control &= (uint8_t)~ATA_HOB;
    if (ata->status & (ATA_BSY | ATA_DRQ))
        return;
    switch (offset) {
    case ATA_ERROR:
        write_deep(&ata->features, value);
        return;
    case ATA_COUNT:
        write_deep(&ata->count, value);
        return;
    case ATA_LBA_LOW:
        write_deep(&ata->lba_low, value);
        return;
    case ATA_LBA_MID:
        write_deep(&ata->lba_mid, value);
        return;
    case ATA_LBA_HIGH:
        write_deep(&ata->lba_high, value);
        return;
    case ATA_DEVICE:
        ata->select = value;
        drive_irq(ata);
        return;
    default:
        command_written(ata, value);
        return;
    }
}

/* The Data register counts only while DRQ invites to use it; 32 bits are two words. */
static bool data_open(const struct ata *ata, enum ata_transfer transfer)
{
    return ata->transfer == transfer && ata->status & ATA_DRQ;
}

static uint64_t read_data(struct ata *ata, unsigned size)
{
    uint8_t bytes[4] = {0};

    for (unsigned i = 0; i < size && data_open(ata, ATA_PIO_IN); i += 2)
        host_reads(ata, bytes + i, 2);
    return (uint64_t)bytes[3] << 24 | (uint64_t)bytes[2] << 16 |
           (uint64_t)bytes[1] << 8 | bytes[0];
}

static void write_data(struct ata *ata, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size && data_open(ata, ATA_PIO_OUT); i += 2) {
        uint8_t bytes[2] = {(uint8_t)(value >> 8 * i), (uint8_t)(value >> (8 * i + 8))};

        host_writes(ata, bytes, sizeof(bytes));
    }
}

static uint64_t peek_data(const struct ata *ata)
{
    uint32_t at = ata->first * SECTOR + ata->offset;
    const uint8_t *bytes = ata->buffer + at % sizeof(ata->buffer);

    return data_open(ata, ATA_PIO_IN) ? (uint64_t)bytes[1] << 8 | bytes[0] : 0;
}

static const struct reg_field status_fields[] = {
    {0, 0, "ERR", "the command has failed, Error says why", NULL},
    {3, 3, "DRQ", "data can be moved", NULL},
    {4, 4, "DSC", "the heads are in place", NULL},
    {5, 5, "DF", "the disk is broken", NULL},
    {6, 6, "DRDY", "the disk takes commands", NULL},
    {7, 7, "BSY", "the disk is at work and its registers do not count", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field error_fields[] = {
    {2, 2, "ABRT", "command or parameter not supported", NULL},
    {4, 4, "IDNF", "no such sector", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field device_fields[] = {
    {3, 0, "LBA", "bits 27 to 24 of a 28-bit address, or the head", NULL},
    {4, 4, "DEV", "which device is selected; device 1 is not there", NULL},
    {6, 6, "LBA mode", "the address is an LBA, not cylinder, head, sector", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field no_fields[] = {{0, 0, NULL, NULL, NULL}};

static const struct reg_field control_fields[] = {
    {1, 1, "nIEN", "interrupts are off", NULL},
    {2, 2, "SRST", "software reset while 1", NULL},
    {7, 7, "HOB", "what the two-deep registers held before is read", NULL},
    {0, 0, NULL, NULL, NULL},
};

/* For names and views: accesses go by the functions below. */
static const struct reg ata_regs[] = {
    {.offset = ATA_DATA,
     .size = 4,
     .name = "Data",
     .rw = BITS(31, 0),
     .help = "the next 2 or 4 bytes of the block, while DRQ is 1"},
    {.offset = ATA_ERROR,
     .size = 1,
     .name = "Error",
     .write_name = "Features",
     .write_fields = no_fields,
     .rw = BITS(7, 0),
     .reset = 1,
     .fields = error_fields,
     .help = "read: why the command failed; write: a parameter"},
    {.offset = ATA_COUNT,
     .size = 1,
     .name = "SectorCount",
     .rw = BITS(7, 0),
     .reset = 1,
     .help = "sectors to be moved, 0 for 256 (two writes: 16 bits, 0 for 65,536)"},
    {.offset = ATA_LBA_LOW,
     .size = 1,
     .name = "LBALow",
     .rw = BITS(7, 0),
     .reset = 1,
     .help = "bits 7 to 0 of the address (the write before: 31 to 24)"},
    {.offset = ATA_LBA_MID,
     .size = 1,
     .name = "LBAMid",
     .rw = BITS(7, 0),
     .help = "bits 15 to 8 of the address (the write before: 39 to 32)"},
    {.offset = ATA_LBA_HIGH,
     .size = 1,
     .name = "LBAHigh",
     .rw = BITS(7, 0),
     .help = "bits 23 to 16 of the address (the write before: 47 to 40)"},
    {.offset = ATA_DEVICE,
     .size = 1,
     .name = "Device",
     .rw = BITS(7, 0),
     .fields = device_fields,
     .help = "which device, and the upper bits of a 28-bit address"},
    {.offset = ATA_STATUS,
     .size = 1,
     .name = "Status",
     .write_name = "Command",
     .write_word = ata_command_name,
     .rw = BITS(7, 0),
     .reset = READY_STATUS,
     .fields = status_fields,
     .help = "read: state of the disk, and the interrupt is taken back; write: starts"},
    {.offset = ATA_CONTROL,
     .size = 1,
     .name = "AltStatus",
     .write_name = "DeviceControl",
     .write_fields = control_fields,
     .rw = BITS(7, 0),
     .reset = READY_STATUS,
     .fields = status_fields,
     .help = "read: Status without effect; write: interrupts, reset, HOB"},
};

static const struct regfile ata_regfile = {ata_regs, COUNT(ata_regs)};

/* Registers are one byte each; a wider access has the byte lane of their address. */
static bool is_register(uint32_t offset)
{
    unsigned index;

    return offset % 4 == 0 && regfile_find(&ata_regfile, offset, &index);
}

static enum bus_response ata_read(void *ctx, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    struct ata *ata = ctx;

    *value = 0;
    if (!is_register(offset))
        return BUS_DECERR;
    if (offset == ATA_DATA) {
        if (size == 1)
            return BUS_SLVERR; /* there are no 8-bit transfers */
        *value = read_data(ata, size);
        return BUS_OKAY;
    }
    *value = peek_task(ata, offset);
    if (offset == ATA_STATUS && !(ata->select & ATA_DEV))
        set_intrq(ata, false);
    return BUS_OKAY;
}

static enum bus_response ata_write(void *ctx, uint32_t offset, unsigned size,
                                   uint64_t value)
{
    struct ata *ata = ctx;

    if (!is_register(offset))
        return BUS_DECERR;
    if (offset == ATA_DATA && size == 1)
        return BUS_SLVERR;
    if (offset == ATA_DATA)
        write_data(ata, size, value);
    else if (offset == ATA_CONTROL)
        control_written(ata, (uint8_t)value);
    else
        write_task(ata, offset, (uint8_t)value);
    return BUS_OKAY;
}

static enum bus_response ata_peek(const void *ctx, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    const struct ata *ata = ctx;

    (void)size;
    *value = 0;
    if (!is_register(offset))
        return BUS_DECERR;
    *value = offset == ATA_DATA ? peek_data(ata) : peek_task(ata, offset);
    return BUS_OKAY;
}

/* --- the device --------------------------------------------------------------- */

/* Power-on is long past: the disk is ready. What has been written stays written. */
static void ata_power_on(struct device *device)
{
    struct ata *ata = (struct ata *)device;

    stop_transfer(ata);
    queue_arm(device->queue, &ata->logic, NEVER);
    ata_put_signature(ata);
    ata_default_settings(ata);
    ata->features = (struct ata_deep){0};
    ata->command = ata->control = ata->intrq = 0;
    ata->phase = DISK_READY;
    ata->status = READY_STATUS;
    ata->lba = ata->total = 0;
    ata->block = 1;
    ata->position = 0;
    memset(ata->buffer, 0, sizeof(ata->buffer));
    drive_irq(ata);
}

static void deep_state(struct ata_deep *reg, struct state *state)
{
    STATE(state, reg->now);
    STATE(state, reg->before);
}

static void task_state(struct ata *ata, struct state *state)
{
    deep_state(&ata->features, state);
    deep_state(&ata->count, state);
    deep_state(&ata->lba_low, state);
    deep_state(&ata->lba_mid, state);
    deep_state(&ata->lba_high, state);
    STATE(state, ata->select);
    STATE(state, ata->error);
    STATE(state, ata->status);
    STATE(state, ata->control);
    STATE(state, ata->command);
    STATE(state, ata->intrq);
}

static void ata_state(struct device *device, struct state *state)
{
    struct ata *ata = (struct ata *)device;

    task_state(ata, state);
    STATE(state, ata->multiple);
    STATE(state, ata->heads);
    STATE(state, ata->track);
    STATE(state, ata->power);
    STATE(state, ata->mode);
    STATE(state, ata->phase);
    STATE(state, ata->transfer);
    STATE(state, ata->total);
    STATE(state, ata->left_host);
    STATE(state, ata->left_medium);
    STATE(state, ata->block);
    STATE(state, ata->lba);
    STATE(state, ata->buffer);
    STATE(state, ata->first);
    STATE(state, ata->ready);
    STATE(state, ata->offset);
    STATE(state, ata->position);
    STATE(state, ata->seeking);
    medium_state(&ata->medium, state);
}

static struct medium *ata_medium(struct device *device)
{
    return &((struct ata *)device)->medium;
}

static void ata_free(struct device *device)
{
    struct ata *ata = (struct ata *)device;

    medium_release(&ata->medium);
    free(ata);
}

static struct device *ata_create(const struct device_place *place, struct err *err)
{
    struct ata *ata = alloc_zero(1, sizeof(*ata));
    struct device *device = &ata->device;
    uint64_t sectors = device_setting(&ata_type, place, "sectors");

    device_init(device, &ata_type, place);
    device->request[0].take = dma_takes;
    device->request[0].give = dma_gives;
    if (sectors > BLANK_MAX) {
        err_set(err, "%s: sectors must be at most %d (128 GiB)", place->name,
                BLANK_MAX);
        ata_free(device);
        return NULL;
    }
    medium_init(&ata->medium, NULL, sectors);
    if (device_timer(device, &ata->logic, "the disk's logic is done", logic_done, ata,
                     err) &&
        device_timer(device, &ata->mechanism, "the disk's mechanism is done",
                     mechanism_moved, ata, err))
        return device;
    ata_free(device);
    return NULL;
}

static const struct device_setting ata_settings[] = {
    {"sectors", 0, "size of a blank disk, where no image is given"},
    {NULL, 0, NULL},
};

const struct device_type ata_type = {
    .name = "ata",
    .help = "ATA disk: task file, 16- and 32-bit data port, DMA by a request line",
    .size = ATA_SIZE,
    .min_size = 1,
    .max_size = 4,
    .irqs = 1,
    .requests = 1,
    .regs = &ata_regfile,
    .settings = ata_settings,
    .create = ata_create,
    .free = ata_free,
    .reset = ata_power_on,
    .state = ata_state,
    .medium = ata_medium,
    .read = ata_read,
    .write = ata_write,
    .peek = ata_peek,
};
