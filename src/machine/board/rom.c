/*
 * The reset ROM: the first instructions that every hart executes, and their data.
 *
 *   +0x00  reset code           a0 = hart id, a1 = device tree, a2 = +0x28; jump to entry
 *   +0x18  entry                8 bytes
 *   +0x20  device tree          8 bytes
 *   +0x28  information for firmware (OpenSBI's fw_dynamic): magic, version, address of
 *          the payload, its privilege mode, options, boot hart; 8 bytes each
 *
 * The layout is that of QEMU's virt machine, so that firmware finds what it expects
 * there. What follows reads as zero.
 */
#include "machine/board/rom.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROM_SIZE = 0xf000,
    ROM_ENTRY = 0x18,
    ROM_FDT = 0x20,
    ROM_INFO = 0x28,
    ROM_USED = ROM_INFO + 6 * 8,

    INFO_MAGIC = 0x4942534f, /* "OSBI" */
    INFO_VERSION = 2,
    INFO_MODE_S = 1
};

struct rom {
    struct device device;
    uint8_t bytes[ROM_USED];
};

static const uint32_t reset_code[] = {
    0x00000297,                   /* auipc t0, 0 */
    0x00028613 | ROM_INFO << 20,  /* addi a2, t0, ROM_INFO */
    0xf1402573,                   /* csrr a0, mhartid */
    0x0002b583 | ROM_FDT << 20,   /* ld a1, ROM_FDT(t0) */
    0x0002b283 | ROM_ENTRY << 20, /* ld t0, ROM_ENTRY(t0) */
    0x00028067,                   /* jr t0 */
};

void rom_set(struct device *device, const struct rom_start *start)
{
    struct rom *rom = (struct rom *)device;
    const uint64_t info[] = {INFO_MAGIC, INFO_VERSION, start->next, INFO_MODE_S, 0, 0};

    memcpy(rom->bytes, reset_code, sizeof(reset_code));
    memcpy(rom->bytes + ROM_ENTRY, &start->entry, 8);
    memcpy(rom->bytes + ROM_FDT, &start->fdt, 8);
    memcpy(rom->bytes + ROM_INFO, info, sizeof(info));
}

static enum bus_response rom_peek(const void *ctx, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    const struct rom *rom = ctx;

    *value = 0;
    for (unsigned i = 0; i < size && offset + i < ROM_USED; i++)
        *value |= (uint64_t)rom->bytes[offset + i] << (8 * i);
    return BUS_OKAY;
}

static enum bus_response rom_read(void *ctx, uint32_t offset, unsigned size,
                                  uint64_t *value)
{
    return rom_peek(ctx, offset, size, value);
}

static enum bus_response rom_write(void *ctx, uint32_t offset, unsigned size,
                                   uint64_t value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    (void)value;
    return BUS_SLVERR;
}

static void rom_reset(struct device *device)
{
    (void)device;
}

static void rom_state(struct device *device, struct state *state)
{
    struct rom *rom = (struct rom *)device;

    STATE(state, rom->bytes);
}

static void rom_free(struct device *device)
{
    free(device);
}

static struct device *rom_create(const struct device_place *place, struct err *err)
{
    struct rom *rom = alloc_zero(1, sizeof(*rom));

    (void)err;
    device_init(&rom->device, &rom_type, place);
    return &rom->device;
}

const struct device_type rom_type = {
    .name = "rom",
    .help = "reset ROM: the code that harts start with",
    .size = ROM_SIZE,
    .min_size = 1,
    .max_size = 8,
    .create = rom_create,
    .free = rom_free,
    .reset = rom_reset,
    .state = rom_state,
    .read = rom_read,
    .write = rom_write,
    .peek = rom_peek,
    .executable = true,
};
