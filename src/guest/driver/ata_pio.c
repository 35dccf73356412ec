/*
 * An ATA disk by programmed input and output.
 *
 * The disk has no way to memory. It interrupts when it holds a sector, and the hart carries
 * the 512 bytes over in 128 loads from the data port. So a read of 4 KiB is 8 interrupts and
 * 1,024 slow loads, and the hart does nothing else meanwhile. If the disk is emulated, each
 * of these loads is an exit: this is the driver that a guest should not have to use.
 *
 *   read    command -> interrupt -> Status, 128 loads -> interrupt -> ... -> 128 loads
 *   write   command -> DRQ, 128 stores -> interrupt -> Status, 128 stores -> ... -> interrupt
 *
 * A read ends with the last word; a write ends with one more interrupt, which says that the
 * data is on the medium (our disk has no write cache that would have to be flushed).
 */
#include "driver/ata_pio.h"

static const struct ata_command reading = {ATA_READ_SECTORS, ATA_READ_SECTORS_EXT};
static const struct ata_command writing = {ATA_WRITE_SECTORS, ATA_WRITE_SECTORS_EXT};

static void move_sector(struct ata_pio *disk)
{
    if (disk->request->write)
        ata_write_sector(&disk->ata, disk->next);
    else
        ata_read_sector(&disk->ata, disk->next);
    disk->next += ATA_SECTOR;
    disk->request->moved += ATA_SECTOR;
    disk->sectors_left--;
}

/* Has the command failed? Then so has the request. */
static bool failed(struct ata_pio *disk, uint8_t status)
{
    if (!(status & (ATA_STATUS_ERR | ATA_STATUS_DF)))
        return false;
    disk->request->code = ata_error(&disk->ata);
    block_fail(disk->request, "the disk reports an error");
    return true;
}

static void submit(struct block *block, struct block_request *request)
{
    struct ata_pio *disk = (struct ata_pio *)block;
    uint32_t sectors = (uint32_t)(request->bytes / ATA_SECTOR);
    uint8_t status;

    disk->request = request;
    disk->sectors_left = sectors;
    disk->next = request->data;
    ata_start(&disk->ata, request->write ? writing : reading, request->lba, sectors);
    if (!request->write)
        return;
    /* Only the first sector of a write comes without an interrupt. */
    status = ata_wait(&disk->ata);
    if (!failed(disk, status) && status & ATA_STATUS_DRQ)
        move_sector(disk);
}

/* The command has begun with the write to Command. */
static void kick(struct block *block)
{
    (void)block;
}

static void interrupt(struct block *block, uint32_t irq)
{
    struct ata_pio *disk = (struct ata_pio *)block;
    struct block_request *request = disk->request;
    uint8_t status = ata_status(&disk->ata);

    (void)irq;
    if (!request || request->state != BLOCK_WAITING || failed(disk, status))
        return;
    if (disk->sectors_left && status & ATA_STATUS_DRQ) {
        move_sector(disk);
        if (request->write || disk->sectors_left)
            return;
    }
    if (!disk->sectors_left && !(status & ATA_STATUS_BSY))
        request->state = BLOCK_DONE;
}

const char *ata_pio_open(struct ata_pio *disk, const struct devicetree *tree,
                         dt_node node)
{
    const char *why = ata_open(&disk->ata, tree, node);

    if (why)
        return why;
    disk->block = (struct block){
        .name = "ata-pio",
        .base = disk->ata.command,
        .sectors = disk->ata.sectors,
        .depth = 1,
        .irqs = 1,
        .submit = submit,
        .kick = kick,
        .interrupt = interrupt,
    };
    if (!dt_irq(tree, node, 0, &disk->block.irq[0]))
        return "its node has no interrupt";
    ata_interrupts(&disk->ata, true);
    return NULL;
}
