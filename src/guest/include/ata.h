#ifndef GUEST_INCLUDE_ATA_H
#define GUEST_INCLUDE_ATA_H

/*
 * The task file of an ATA disk (ATA/ATAPI-6, T13/1410D, chapter 7). Registers are numbered
 * as a driver of the 1980s finds them at port 0x1f0; a device tree says by `reg-shift` how
 * far they are apart.
 */

/* Command block */
#define ATA_DATA         0
#define ATA_ERROR        1 /* when read */
#define ATA_FEATURES     1 /* when written */
#define ATA_SECTOR_COUNT 2
#define ATA_LBA_LOW      3
#define ATA_LBA_MID      4
#define ATA_LBA_HIGH     5
#define ATA_DEVICE       6
#define ATA_STATUS       7 /* when read; takes the interrupt back */
#define ATA_COMMAND      7 /* when written; starts */

/* Control block */
#define ATA_ALTERNATE_STATUS 0 /* when read; without effect */
#define ATA_DEVICE_CONTROL   0 /* when written */

/* Status */
#define ATA_STATUS_ERR  0x01
#define ATA_STATUS_DRQ  0x08
#define ATA_STATUS_DF   0x20
#define ATA_STATUS_DRDY 0x40
#define ATA_STATUS_BSY  0x80

/* Device */
#define ATA_DEVICE_LBA 0x40

/* Device Control */
#define ATA_CONTROL_NIEN 0x02 /* the disk raises no interrupt */
#define ATA_CONTROL_SRST 0x04 /* the disk is in reset */

#define ATA_READ_SECTORS      0x20
#define ATA_READ_SECTORS_EXT  0x24
#define ATA_WRITE_SECTORS     0x30
#define ATA_WRITE_SECTORS_EXT 0x34
#define ATA_READ_DMA          0xc8
#define ATA_READ_DMA_EXT      0x25
#define ATA_WRITE_DMA         0xca
#define ATA_WRITE_DMA_EXT     0x35
#define ATA_IDENTIFY          0xec

/* What IDENTIFY DEVICE tells: 256 words. */
#define ATA_ID_CAPABILITIES     49
#define ATA_ID_CAPABILITIES_DMA (1u << 8)
#define ATA_ID_SECTORS          60 /* two words: sectors that 28 bits can address */
#define ATA_ID_COMMANDS         83
#define ATA_ID_COMMANDS_LBA48   (1u << 10)
#define ATA_ID_SECTORS_48       100 /* four words */

#define ATA_SECTOR    512 /* bytes */
#define ATA_LBA28_END (1ul << 28)

#endif
