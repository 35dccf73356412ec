#ifndef GUEST_DRIVER_ATA_H
#define GUEST_DRIVER_ATA_H

#include "include/ata.h"
#include "lib/devicetree.h"

#include <stdbool.h>
#include <stdint.h>

/* A disk's task file, and what IDENTIFY has told of the disk. */
struct ata {
    uintptr_t command, control; /* the two blocks of registers */
    unsigned shift;             /* registers are 1 << shift bytes apart */
    uint64_t sectors;
    bool lba48; /* it knows the EXT commands */
    bool dma;
};

/* What to write into Command for a transfer, with addresses of 28 and of 48 bits. */
struct ata_command {
    uint8_t usual, ext;
};

/* Finds the disk of that node and asks it what it is. NULL, or why it cannot be used. */
const char *ata_open(struct ata *ata, const struct devicetree *tree, dt_node node);

/* Interrupts on or off: nIEN. */
void ata_interrupts(const struct ata *ata, bool on);

/* Starts a command for so many sectors, 1 to 65,536 (256 without EXT commands). */
void ata_start(const struct ata *ata, struct ata_command command, uint64_t lba,
               uint32_t sectors);

/* Reads Status, which takes the disk's interrupt back. */
uint8_t ata_status(const struct ata *ata);

/* Reads Alternate Status until the disk is not busy. */
uint8_t ata_wait(const struct ata *ata);

uint8_t ata_error(const struct ata *ata);

/* One sector between the disk's buffer and memory; 4-byte aligned. */
void ata_read_sector(const struct ata *ata, void *to);
void ata_write_sector(const struct ata *ata, const void *from);

/* Stops whatever the disk does, by SRST; interrupts are off afterwards. */
void ata_reset(const struct ata *ata);

#endif
