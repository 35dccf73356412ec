#ifndef GUEST_DRIVER_ATA_PIO_H
#define GUEST_DRIVER_ATA_PIO_H

#include "driver/ata.h"
#include "driver/block.h"

/* An ATA disk whose data the hart moves itself, a word at a time. */
struct ata_pio {
    struct block block;
    struct ata ata;
    struct block_request *request; /* the one under way */
    uint32_t sectors_left;         /* that have not passed through the data port */
    uint8_t *next;                 /* where the next one comes from or goes to */
};

/* NULL, or why the disk of that node cannot be used. */
const char *ata_pio_open(struct ata_pio *disk, const struct devicetree *tree,
                         dt_node node);

#endif
