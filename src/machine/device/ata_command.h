#ifndef MACHINE_DEVICE_ATA_COMMAND_H
#define MACHINE_DEVICE_ATA_COMMAND_H

#include "machine/device/ata.h"

/*
 * The commands of the disk and what they mean; ata_drive.c carries them out.
 */
struct ata_command {
    uint8_t code;
    const char *name;
    uint8_t transfer; /* enum ata_transfer */
    bool ext;         /* a 48-bit address and a 16-bit count */
    bool multiple;    /* blocks of several sectors */
    /* What the command does besides moving sectors; NULL: nothing. False: its parameters
     * are not supported, and it is aborted. */
    bool (*act)(struct ata *ata);
};

enum { ATA_DIAGNOSE = 0x90 }; /* EXECUTE DEVICE DIAGNOSTIC */

/* Power modes, as CHECK POWER MODE gives them. */
enum { ATA_STANDBY = 0x00, ATA_IDLE = 0x80, ATA_ACTIVE = 0xff };

/* NULL: there is no such command. */
const struct ata_command *ata_command_find(uint8_t code);

/* The sectors that the task file names; NEVER: no address. */
uint64_t ata_asked_lba(const struct ata *ata, const struct ata_command *command);
uint32_t ata_asked_count(const struct ata *ata, const struct ata_command *command);

/* Puts the address where an error was found into the task file. */
void ata_put_lba(struct ata *ata, const struct ata_command *command, uint64_t lba);

/* What the task file shows after a reset: an ATA device that passed its diagnostics. */
void ata_put_signature(struct ata *ata);

/* The settings after power-on. */
void ata_default_settings(struct ata *ata);

#endif
