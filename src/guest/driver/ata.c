/*
 * The ATA disk: its task file.
 *
 * The interface is from 1986. A command is put together in six registers of one byte: how
 * many sectors, three bytes of an address, which drive; the last write, to Command, starts
 * it. An address has 28 bits in this way. For larger disks ATA-6 made the registers two
 * deep: written twice, the older byte is the upper one, and commands called EXT use both.
 *
 * While BSY is 1 the registers are the disk's and tell nothing but BSY. When it falls, ERR
 * says whether the command failed, and DRQ whether data can be moved.
 *
 * Every access to a register is slow: it goes to a device, not to memory. In a guest whose
 * disk is emulated every access is an exit besides. A command of this kind has seven.
 */
#include "driver/ata.h"

#include "lib/mmio.h"

static uintptr_t register_at(const struct ata *ata, unsigned number)
{
    return ata->command + ((uintptr_t)number << ata->shift);
}

static void put(const struct ata *ata, unsigned number, uint64_t byte)
{
    mmio_write8(register_at(ata, number), (uint8_t)byte);
}

uint8_t ata_status(const struct ata *ata)
{
    return mmio_read8(register_at(ata, ATA_STATUS));
}

uint8_t ata_error(const struct ata *ata)
{
    return mmio_read8(register_at(ata, ATA_ERROR));
}

uint8_t ata_wait(const struct ata *ata)
{
    uint8_t status;

    do
        status = mmio_read8(ata->control + ATA_ALTERNATE_STATUS);
    while (status & ATA_STATUS_BSY);
    return status;
}

void ata_interrupts(const struct ata *ata, bool on)
{
    mmio_write8(ata->control + ATA_DEVICE_CONTROL, on ? 0 : ATA_CONTROL_NIEN);
}

void ata_reset(const struct ata *ata)
{
    mmio_write8(ata->control + ATA_DEVICE_CONTROL, ATA_CONTROL_SRST | ATA_CONTROL_NIEN);
    mmio_write8(ata->control + ATA_DEVICE_CONTROL, ATA_CONTROL_NIEN);
    ata_wait(ata);
}

/* Count and address, all in one go, for commands that take 28 bits. */
static void put_address28(const struct ata *ata, uint64_t lba, uint32_t sectors)
{
    put(ata, ATA_DEVICE, ATA_DEVICE_LBA | lba >> 24);
    put(ata, ATA_SECTOR_COUNT, sectors); /* 256 is written as 0 */
    put(ata, ATA_LBA_LOW, lba);
    put(ata, ATA_LBA_MID, lba >> 8);
    put(ata, ATA_LBA_HIGH, lba >> 16);
}

/* The upper halves, then the lower ones. */
static void put_address48(const struct ata *ata, uint64_t lba, uint32_t sectors)
{
    put(ata, ATA_DEVICE, ATA_DEVICE_LBA);
    put(ata, ATA_SECTOR_COUNT, sectors >> 8); /* 65,536 is written as 0 */
    put(ata, ATA_LBA_LOW, lba >> 24);
    put(ata, ATA_LBA_MID, lba >> 32);
    put(ata, ATA_LBA_HIGH, lba >> 40);
    put(ata, ATA_SECTOR_COUNT, sectors);
    put(ata, ATA_LBA_LOW, lba);
    put(ata, ATA_LBA_MID, lba >> 8);
    put(ata, ATA_LBA_HIGH, lba >> 16);
}

void ata_start(const struct ata *ata, struct ata_command command, uint64_t lba,
               uint32_t sectors)
{
    if (lba + sectors <= ATA_LBA28_END && sectors <= 256) {
        put_address28(ata, lba, sectors);
        put(ata, ATA_COMMAND, command.usual);
    } else {
        put_address48(ata, lba, sectors);
        put(ata, ATA_COMMAND, command.ext);
    }
}

/* The data port takes 32 bits at a time: half as many accesses as with 16. */
void ata_read_sector(const struct ata *ata, void *to)
{
    uint32_t *word = to;

    for (unsigned i = 0; i < ATA_SECTOR / 4; i++)
        word[i] = mmio_read32(register_at(ata, ATA_DATA));
}

void ata_write_sector(const struct ata *ata, const void *from)
{
    const uint32_t *word = from;

    for (unsigned i = 0; i < ATA_SECTOR / 4; i++)
        mmio_write32(register_at(ata, ATA_DATA), word[i]);
}

/* --- finding out what it is ---------------------------------------------------------- */

/* A number of several words, the lowest first. */
static uint64_t wide(const uint16_t *word, unsigned words)
{
    uint64_t number = 0;

    while (words--)
        number = number << 16 | word[words];
    return number;
}

/* A device that is not there answers 0, or nothing but ones, for ever. */
static const char *identify(struct ata *ata)
{
    static union {
        uint32_t port[ATA_SECTOR / 4]; /* as they come through the data port */
        uint16_t word[ATA_SECTOR / 2];
    } id;
    uint8_t status = ata_status(ata);

    if (status == 0 || status == 0xff)
        return "no disk answers";
    ata_interrupts(ata, false);
    put(ata, ATA_DEVICE, 0);
    put(ata, ATA_COMMAND, ATA_IDENTIFY);
    status = ata_wait(ata);
    if (status & (ATA_STATUS_ERR | ATA_STATUS_DF) || !(status & ATA_STATUS_DRQ))
        return "the disk does not say what it is";
    ata_read_sector(ata, id.port);
    ata_status(ata);
    ata->dma = id.word[ATA_ID_CAPABILITIES] & ATA_ID_CAPABILITIES_DMA;
    ata->lba48 = id.word[ATA_ID_COMMANDS] & ATA_ID_COMMANDS_LBA48;
    ata->sectors = ata->lba48 ? wide(id.word + ATA_ID_SECTORS_48, 4)
                              : wide(id.word + ATA_ID_SECTORS, 2);
    return ata->sectors ? NULL : "the disk has no sectors";
}

/* Binding ata-generic: the command block, and the control block from Alternate Status on. */
const char *ata_open(struct ata *ata, const struct devicetree *tree, dt_node node)
{
    uint64_t command, control, size;

    if (!dt_reg(tree, node, 0, &command, &size) ||
        !dt_reg(tree, node, 1, &control, &size))
        return "its node does not say where its registers are";
    *ata = (struct ata){
        .command = command,
        .control = control,
        .shift = dt_number(tree, node, "reg-shift", 0),
    };
    return identify(ata);
}
