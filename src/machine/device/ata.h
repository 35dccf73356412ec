#ifndef MACHINE_DEVICE_ATA_H
#define MACHINE_DEVICE_ATA_H

#include "machine/device/device.h"

/*
 * An ATA disk as ATA/ATAPI-6 describes it: device 0 on a channel of its own; there is no
 * device 1. The window has the two register ranges of Linux's `ata-generic` binding: the
 * command block at +0, one register every 4 bytes, and the control block at +0x800, whose
 * first register is Alternate Status (read) and Device Control (written).
 */
enum {
    ATA_DATA = 0x00,  /* 16 or 32 bits */
    ATA_ERROR = 0x04, /* written: Features */
    ATA_COUNT = 0x08,
    ATA_LBA_LOW = 0x0c,
    ATA_LBA_MID = 0x10,
    ATA_LBA_HIGH = 0x14,
    ATA_DEVICE = 0x18,
    ATA_STATUS = 0x1c,   /* written: Command */
    ATA_CONTROL = 0x800, /* read: Alternate Status */
    ATA_SIZE = 0x1000
};

/* Status */
enum {
    ATA_ERR = 0x01,
    ATA_DRQ = 0x08,
    ATA_DSC = 0x10, /* seek complete, in ATA-3; set when the disk is ready */
    ATA_DF = 0x20,
    ATA_DRDY = 0x40,
    ATA_BSY = 0x80
};

/* Error */
enum { ATA_ABRT = 0x04, ATA_IDNF = 0x10 };

/* Device, and Device Control */
enum { ATA_DEV = 0x10, ATA_LBA = 0x40 };
enum { ATA_NIEN = 0x02, ATA_SRST = 0x04, ATA_HOB = 0x80 };

/* What the disk is doing, for events and views. */
enum disk_phase {
    DISK_READY,
    DISK_RESETTING, /* SRST, and the diagnostics after it */
    DISK_DECODING,  /* the command */
    DISK_SEEKING,
    DISK_READING,  /* a sector passes from the medium into the buffer */
    DISK_WRITING,  /* a sector passes from the buffer to the medium */
    DISK_DATA_IN,  /* the host may read a block from the Data register */
    DISK_DATA_OUT, /* the host may write a block to it */
    DISK_DMA_IN,   /* the DMA controller takes the buffer's contents */
    DISK_DMA_OUT,  /* the DMA controller fills the buffer */
    DISK_DONE,
    DISK_FAILED,
    DISK_PHASES
};

extern const char *const disk_phase_names[DISK_PHASES];

/* The name of a command, or NULL for one that the disk aborts. */
const char *ata_command_name(uint8_t code);

/* How a command moves data. */
enum ata_transfer {
    ATA_NO_DATA,
    ATA_PIO_IN,
    ATA_PIO_OUT,
    ATA_DMA_IN,
    ATA_DMA_OUT,
    ATA_VERIFY /* medium only */
};

enum { ATA_MULTIPLE_MAX = 16, ATA_BUFFER_SECTORS = 2 * ATA_MULTIPLE_MAX };

/* A task-file register that is two deep: what was written last, and before that. */
struct ata_deep {
    uint8_t now, before;
};

struct ata {
    struct device device;

    /* The task file. */
    struct ata_deep features, count, lba_low, lba_mid, lba_high;
    uint8_t select, error, status, control;
    uint8_t command;
    uint8_t intrq; /* the interrupt is pending, whether or not nIEN lets it out */

    /* Settings that commands change. */
    uint8_t multiple;     /* sectors a block of READ and WRITE MULTIPLE; 0: off */
    uint8_t heads, track; /* CHS translation */
    uint8_t power;        /* as CHECK POWER MODE gives it */
    uint8_t mode;         /* transfer mode, as SET FEATURES takes it */

    /* The command in progress. */
    uint8_t phase;                   /* enum disk_phase: what the host sees */
    uint8_t transfer;                /* enum ata_transfer */
    uint32_t total;                  /* sectors */
    uint32_t left_host, left_medium; /* sectors to be moved still, on each side */
    uint32_t block;                  /* sectors between two interrupts */
    uint64_t lba;                    /* of the first sector */

    /* The buffer: a ring of sectors, `ready` of them full, the first at `first`. */
    uint8_t buffer[ATA_BUFFER_SECTORS * SECTOR];
    uint32_t first, ready;
    uint32_t offset; /* bytes of the block that the host has moved */

    /* The medium. */
    uint64_t position; /* the sector that comes next under the head */
    uint8_t seeking;
    struct timer logic, mechanism;
    struct medium medium;
};

extern const struct device_type ata_type;

/* The 512 bytes that IDENTIFY DEVICE gives. */
void ata_identify(const struct ata *ata, uint8_t bytes[SECTOR]);

#endif
