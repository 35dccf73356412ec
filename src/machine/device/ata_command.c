/* The command set, after ATA/ATAPI-6 (T13/1410D). */
#include "machine/device/ata_command.h"

#include "base/bits.h"

#include <stddef.h>

enum { DIAGNOSTIC_PASSED = 0x01 }; /* in Error: device 0 passed, device 1 absent */
enum { DEFAULT_HEADS = 16, DEFAULT_TRACK = 63 };

/* SET FEATURES: subcommands and the transfer modes it takes. */
enum { SET_TRANSFER_MODE = 0x03 };
enum {
    MODE_PIO_DEFAULT = 0x01,
    MODE_PIO = 0x08,
    MODE_MULTIWORD = 0x20,
    MODE_ULTRA = 0x40
};
enum { PIO_MODES = 5, DMA_MODES = 3 };

static bool identify(struct ata *ata)
{
    ata_identify(ata, ata->buffer);
    return true;
}

static bool diagnose(struct ata *ata)
{
    ata_put_signature(ata);
    return true;
}

static bool set_multiple(struct ata *ata)
{
    uint8_t count = ata->count.now;
    bool power_of_two = (count & (count - 1)) == 0;

    ata->multiple = power_of_two && count <= ATA_MULTIPLE_MAX ? count : 0;
    return ata->multiple == count;
}

static bool set_geometry(struct ata *ata)
{
    if (ata->count.now == 0)
        return false;
    ata->track = ata->count.now;
    ata->heads = (uint8_t)((ata->select & BITS(3, 0)) + 1);
    return true;
}

static bool set_features(struct ata *ata)
{
    unsigned mode = ata->count.now;

    if (ata->features.now != SET_TRANSFER_MODE)
        return false;
    if (mode <= MODE_PIO_DEFAULT || (mode >= MODE_PIO && mode < MODE_PIO + PIO_MODES))
        return true; /* the host paces PIO: nothing to be set */
    if ((mode >= MODE_MULTIWORD && mode < MODE_MULTIWORD + DMA_MODES) ||
        (mode >= MODE_ULTRA && mode < MODE_ULTRA + DMA_MODES)) {
        ata->mode = (uint8_t)mode;
        return true;
    }
    return false;
}

static bool idle(struct ata *ata)
{
    ata->power = ATA_IDLE;
    return true;
}

/* The heads are parked: the next access to the medium starts with a seek. */
static bool standby(struct ata *ata)
{
    ata->power = ATA_STANDBY;
    ata->position = NEVER;
    return true;
}

static bool check_power(struct ata *ata)
{
    ata->count.now = ata->power;
    return true;
}

static bool refuse(struct ata *ata)
{
    (void)ata;
    return false;
}

/* clang-format off */
static const struct ata_command commands[] = {
    {0x00, "NOP",                          ATA_NO_DATA, false, false, refuse},
    {0x20, "READ SECTORS",                 ATA_PIO_IN,  false, false, NULL},
    {0x24, "READ SECTORS EXT",             ATA_PIO_IN,  true,  false, NULL},
    {0x25, "READ DMA EXT",                 ATA_DMA_IN,  true,  false, NULL},
    {0x29, "READ MULTIPLE EXT",            ATA_PIO_IN,  true,  true,  NULL},
    {0x30, "WRITE SECTORS",                ATA_PIO_OUT, false, false, NULL},
    {0x34, "WRITE SECTORS EXT",            ATA_PIO_OUT, true,  false, NULL},
    {0x35, "WRITE DMA EXT",                ATA_DMA_OUT, true,  false, NULL},
    {0x39, "WRITE MULTIPLE EXT",           ATA_PIO_OUT, true,  true,  NULL},
    {0x40, "READ VERIFY SECTORS",          ATA_VERIFY,  false, false, NULL},
    {0x42, "READ VERIFY SECTORS EXT",      ATA_VERIFY,  true,  false, NULL},
    {ATA_DIAGNOSE, "EXECUTE DEVICE DIAGNOSTIC", ATA_NO_DATA, false, false, diagnose},
    {0x91, "INITIALIZE DEVICE PARAMETERS", ATA_NO_DATA, false, false, set_geometry},
    {0xc4, "READ MULTIPLE",                ATA_PIO_IN,  false, true,  NULL},
    {0xc5, "WRITE MULTIPLE",               ATA_PIO_OUT, false, true,  NULL},
    {0xc6, "SET MULTIPLE MODE",            ATA_NO_DATA, false, false, set_multiple},
    {0xc8, "READ DMA",                     ATA_DMA_IN,  false, false, NULL},
    {0xca, "WRITE DMA",                    ATA_DMA_OUT, false, false, NULL},
    {0xe0, "STANDBY IMMEDIATE",            ATA_NO_DATA, false, false, standby},
    {0xe1, "IDLE IMMEDIATE",               ATA_NO_DATA, false, false, idle},
    {0xe2, "STANDBY",                      ATA_NO_DATA, false, false, standby},
    {0xe3, "IDLE",                         ATA_NO_DATA, false, false, idle},
    {0xe5, "CHECK POWER MODE",             ATA_NO_DATA, false, false, check_power},
    {0xe6, "SLEEP",                        ATA_NO_DATA, false, false, standby},
    {0xe7, "FLUSH CACHE",                  ATA_NO_DATA, false, false, NULL},
    {0xea, "FLUSH CACHE EXT",              ATA_NO_DATA, true,  false, NULL},
    {0xec, "IDENTIFY DEVICE",              ATA_PIO_IN,  false, false, identify},
    {0xef, "SET FEATURES",                 ATA_NO_DATA, false, false, set_features},
};
/* clang-format on */

const struct ata_command *ata_command_find(uint8_t code)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (commands[i].code == code)
            return &commands[i];
    return NULL;
}

const char *ata_command_name(uint8_t code)
{
    const struct ata_command *command = ata_command_find(code);

    return command ? command->name : NULL;
}

/* --- the task file ------------------------------------------------------------ */

/* Two writes to each LBA register give 48 bits, the upper half first. */
static uint64_t lba48(const struct ata *ata)
{
    return (uint64_t)ata->lba_high.before << 40 | (uint64_t)ata->lba_mid.before << 32 |
           (uint64_t)ata->lba_low.before << 24 | (uint64_t)ata->lba_high.now << 16 |
           (uint64_t)ata->lba_mid.now << 8 | ata->lba_low.now;
}

/* Cylinder, head, sector; sectors count from 1, and sector 0 is nowhere. */
static uint64_t lba_of_chs(const struct ata *ata)
{
    uint64_t cylinder = (uint64_t)ata->lba_high.now << 8 | ata->lba_mid.now;
    uint64_t head = ata->select & BITS(3, 0), sector = ata->lba_low.now;

    if (sector == 0 || sector > ata->track || head >= ata->heads)
        return NEVER;
    return (cylinder * ata->heads + head) * ata->track + sector - 1;
}

uint64_t ata_asked_lba(const struct ata *ata, const struct ata_command *command)
{
    if (command->ext)
        return lba48(ata);
    if (!(ata->select & ATA_LBA))
        return lba_of_chs(ata);
    return (ata->select & BITS(3, 0)) << 24 | (lba48(ata) & BITS(23, 0));
}

/* A count of 0 stands for the largest. */
uint32_t ata_asked_count(const struct ata *ata, const struct ata_command *command)
{
    uint32_t count = ata->count.now;

    if (command->ext)
        count |= (uint32_t)ata->count.before << 8;
    if (count == 0)
        count = command->ext ? 0x10000 : 0x100;
    return count;
}

void ata_put_lba(struct ata *ata, const struct ata_command *command, uint64_t lba)
{
    if (!command->ext && !(ata->select & ATA_LBA))
        return; /* CHS: the address that was asked for is there already */
    ata->lba_low.now = (uint8_t)lba;
    ata->lba_mid.now = (uint8_t)(lba >> 8);
    ata->lba_high.now = (uint8_t)(lba >> 16);
    if (command->ext) {
        ata->lba_low.before = (uint8_t)(lba >> 24);
        ata->lba_mid.before = (uint8_t)(lba >> 32);
        ata->lba_high.before = (uint8_t)(lba >> 40);
    } else {
        ata->select = (uint8_t)field_set(ata->select, BITS(3, 0), lba >> 24);
    }
}

void ata_put_signature(struct ata *ata)
{
    ata->count = ata->lba_low = (struct ata_deep){.now = 1};
    ata->lba_mid = ata->lba_high = (struct ata_deep){0};
    ata->select = 0;
    ata->error = DIAGNOSTIC_PASSED;
}

void ata_default_settings(struct ata *ata)
{
    ata->multiple = 0;
    ata->heads = DEFAULT_HEADS;
    ata->track = DEFAULT_TRACK;
    ata->power = ATA_ACTIVE;
    ata->mode = MODE_ULTRA + DMA_MODES - 1;
}
