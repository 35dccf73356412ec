/* What IDENTIFY DEVICE gives, word by word (ATA/ATAPI-6, T13/1410D). */
#include "machine/device/ata.h"

#include "base/bits.h"

#include <string.h>

enum {
    WORDS = SECTOR / 2,
    LBA28_SECTORS = 0x0fffffff,
    CHS_HEADS = 16,
    CHS_TRACK = 63,
    CHS_CYLINDERS = 16383,
    MODE_MULTIWORD = 0x20, /* as SET FEATURES names transfer modes */
    MODE_ULTRA = 0x40,
    SIGNATURE = 0xa5
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Text in words, the first character of two in the upper byte, padded with spaces. */
static void put_text(uint16_t *words, unsigned first, unsigned count, const char *text)
{
    size_t length = strlen(text);

    for (unsigned i = 0; i < 2 * count; i++) {
        unsigned c = i < length ? (unsigned char)text[i] : ' ';

        words[first + i / 2] |= (uint16_t)(i % 2 ? c : c << 8);
    }
}

/* A number over several words, the lowest first. */
static void put_number(uint16_t *words, unsigned first, unsigned count, uint64_t number)
{
    for (unsigned i = 0; i < count; i++)
        words[first + i] = (uint16_t)(number >> 16 * i);
}

static void put_geometry(const struct ata *ata, uint16_t *words)
{
    uint64_t sectors = ata->medium.sectors;
    uint64_t cylinder = (uint64_t)ata->heads * ata->track;
    uint64_t cylinders = least(sectors / cylinder, UINT16_MAX);

    words[1] = (uint16_t)least(sectors / (CHS_HEADS * CHS_TRACK), CHS_CYLINDERS);
    words[3] = CHS_HEADS;
    words[6] = CHS_TRACK;
    words[53] = 0x7; /* words 54 to 58, 64 to 70 and 88 hold */
    words[54] = (uint16_t)cylinders;
    words[55] = ata->heads;
    words[56] = ata->track;
    put_number(words, 57, 2, cylinders * cylinder);
    put_number(words, 60, 2, least(sectors, LBA28_SECTORS));
    put_number(words, 100, 4, sectors);
}

/* DMA modes: those it has in the lower byte, the selected one in the upper. */
static void put_modes(const struct ata *ata, uint16_t *words)
{
    unsigned selected = 0x100U << (ata->mode & 7);

    words[51] = 0x0200; /* PIO mode 2 and, by word 64, 3 and 4 */
    words[64] = 0x3;
    for (unsigned i = 65; i <= 68; i++) /* cycle times in ns */
        words[i] = 120;
    if (ata->device.request[0].line == REQUEST_LINE_NONE)
        return;
    words[63] = (uint16_t)(0x7 | (ata->mode & MODE_MULTIWORD ? selected : 0));
    words[88] = (uint16_t)(0x7 | (ata->mode & MODE_ULTRA ? selected : 0));
}

/* Feature sets that it has and that are enabled; all of them always are. */
static void put_features(const struct ata *ata, uint16_t *words)
{
    bool dma = ata->device.request[0].line != REQUEST_LINE_NONE;

    words[47] = 0x8000 | ATA_MULTIPLE_MAX;
    words[49] = (uint16_t)(BIT(11) | BIT(9) | (dma ? BIT(8) : 0)); /* IORDY, LBA, DMA */
    words[50] = BIT(14);
    words[59] = ata->multiple ? (uint16_t)(BIT(8) | ata->multiple) : 0;
    words[80] = BIT(6) | BIT(5) | BIT(4);     /* ATA/ATAPI-4, 5 and 6 */
    words[82] = BIT(14) | BIT(3);             /* NOP, power management */
    words[83] = BIT(14) | BIT(13) | BIT(12) | /* FLUSH CACHE EXT, FLUSH CACHE */
                BIT(10);                      /* 48-bit addresses */
    words[84] = BIT(14);
    words[85] = words[82];
    words[86] = words[83] & (uint16_t)~BIT(14);
    words[87] = BIT(14);
    words[93] = 0x400b; /* device 0 passed its diagnostics, 40-wire cable */
}

void ata_identify(const struct ata *ata, uint8_t bytes[SECTOR])
{
    uint16_t words[WORDS] = {0};
    uint8_t sum = SIGNATURE;

    words[0] = BIT(6); /* an ATA device, not removable */
    words[2] = 0xc837; /* needs no SET FEATURES to spin up; this data is complete */
    put_text(words, 10, 10, "00000001");
    put_text(words, 23, 4, "1.0");
    put_text(words, 27, 20, "Ringside ATA disk");
    put_geometry(ata, words);
    put_modes(ata, words);
    put_features(ata, words);
    for (unsigned i = 0; i < WORDS; i++) {
        bytes[2 * i] = (uint8_t)words[i];
        bytes[2 * i + 1] = (uint8_t)(words[i] >> 8);
    }
    /* Word 255: signature, and what makes the sum of all bytes 0. */
    for (unsigned i = 0; i < SECTOR - 2; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[SECTOR - 2] = SIGNATURE;
    bytes[SECTOR - 1] = (uint8_t)-sum;
}
