#ifndef MACHINE_BOARD_ROM_H
#define MACHINE_BOARD_ROM_H

#include "machine/device/device.h"

/* Where the reset code sends a hart, and what it tells it. */
struct rom_start {
    uint64_t entry; /* a hart's first address after the reset code, in M-mode */
    uint64_t fdt;   /* for a1: where the flattened device tree is */
    uint64_t next;  /* for firmware that asks: where its payload starts; 0: none */
};

extern const struct device_type rom_type;

/* Writes the reset code and its data; no part of the machine can. */
void rom_set(struct device *rom, const struct rom_start *start);

#endif
