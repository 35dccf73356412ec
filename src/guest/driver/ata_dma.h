#ifndef GUEST_DRIVER_ATA_DMA_H
#define GUEST_DRIVER_ATA_DMA_H

#include "driver/ata.h"
#include "driver/block.h"
#include "driver/dma.h"

/* An ATA disk whose data a channel of the DMA controller moves. */
struct ata_dma {
    struct block block;
    struct ata ata;
    struct dma_channel channel;
    struct block_request *request; /* the one under way */
    uint32_t disk_irq;             /* the disk's own; 0: it is not used */
};

/* NULL, or why the disk of that node cannot be used with that channel. */
const char *ata_dma_open(struct ata_dma *disk, const struct devicetree *tree,
                         dt_node node, unsigned channel, unsigned bus_mode);

/* For a hart that has other work: the end of a write is not waited for at Status, but by
 * the disk's own interrupt, one more a write. */
void ata_dma_do_not_wait(struct ata_dma *disk, uint32_t irq);

#endif
