/*
 * An ATA disk with the DMA controller.
 *
 * Two devices work together, and the hart only sets them to work: first the channel, which
 * waits for the disk's request line; then the disk, by READ DMA or WRITE DMA. One interrupt
 * for the whole request, whether it is 512 bytes or 64 KiB.
 *
 * Whose interrupt? Both could tell the end: the disk when the last sector has passed through
 * it, the channel when the last byte has landed in memory. For a read it is the channel that
 * counts, so the disk's is switched off (nIEN), and there is one interrupt a request. For a
 * write the channel is done when the disk has taken the last byte; what the disk still needs
 * to put it on the medium, two sectors at most, is waited for at Status; or, by a hart that
 * has other work, with the disk's interrupt switched on again for that. Status also tells
 * whether the command has failed.
 */
#include "driver/ata_dma.h"

static const struct ata_command reading = {ATA_READ_DMA, ATA_READ_DMA_EXT};
static const struct ata_command writing = {ATA_WRITE_DMA, ATA_WRITE_DMA_EXT};

/* A command that fails at once would leave the channel waiting for a disk that asks for
 * nothing, and with nIEN nobody would say so: addresses are looked at before. */
static void submit(struct block *block, struct block_request *request)
{
    struct ata_dma *disk = (struct ata_dma *)block;

    if (!block_has(block, request)) {
        block_fail(request, "it is not on the disk");
        return;
    }
    disk->request = request;
    dma_start(&disk->channel, (uintptr_t)request->data, request->bytes, request->write);
    ata_start(&disk->ata, request->write ? writing : reading, request->lba,
              (uint32_t)(request->bytes / ATA_SECTOR));
}

/* Both have begun with the write to Command. */
static void kick(struct block *block)
{
    (void)block;
}

/* A disk whose data nobody fetches any more would wait for ever: it is reset. */
static void give_up(struct ata_dma *disk, const struct dma_end *end)
{
    disk->request->code = end->reason;
    disk->request->where = end->where;
    disk->request->moved = end->moved;
    ata_reset(&disk->ata);
    block_fail(disk->request, end->error);
}

static void interrupt(struct block *block, uint32_t irq)
{
    struct ata_dma *disk = (struct ata_dma *)block;
    struct block_request *request = disk->request;
    struct dma_end end = dma_finish(&disk->channel);
    uint8_t status;

    if (!request || request->state != BLOCK_WAITING || end.running)
        return;
    if (end.error) {
        give_up(disk, &end);
        return;
    }
    if (irq == disk->disk_irq)
        ata_interrupts(&disk->ata, false);
    while ((status = ata_status(&disk->ata)) & ATA_STATUS_BSY)
        if (disk->disk_irq) {
            ata_interrupts(&disk->ata, true);
            return;
        }
    if (status & (ATA_STATUS_ERR | ATA_STATUS_DF)) {
        request->code = ata_error(&disk->ata);
        block_fail(request, "the disk reports an error");
    } else {
        request->moved = request->bytes;
        request->state = BLOCK_DONE;
    }
}

const char *ata_dma_open(struct ata_dma *disk, const struct devicetree *tree,
                         dt_node node, unsigned channel, unsigned bus_mode)
{
    const char *why = ata_open(&disk->ata, tree, node);

    if (!why && !disk->ata.dma)
        why = "the disk cannot do DMA";
    if (!why)
        why = dma_open(&disk->channel, tree, node, channel, bus_mode);
    if (why)
        return why;
    disk->block = (struct block){
        .name = "ata-dma",
        .base = disk->ata.command,
        .sectors = disk->ata.sectors,
        .depth = 1,
        .irqs = 2,
        .irq = {disk->channel.done, disk->channel.failed},
        .submit = submit,
        .kick = kick,
        .interrupt = interrupt,
    };
    return NULL;
}

void ata_dma_do_not_wait(struct ata_dma *disk, uint32_t irq)
{
    disk->disk_irq = irq;
    disk->block.irq[disk->block.irqs++] = irq;
}
