#ifndef MACHINE_INTERRUPT_ACLINT_H
#define MACHINE_INTERRUPT_ACLINT_H

#include "machine/device/device.h"
#include "machine/interrupt/hart_line.h"

/*
 * The core-local interruptor: an inter-processor interrupt and a timer for each hart,
 * and the clock they share. Its layout is SiFive's CLINT, which is the ACLINT's MSWI
 * device at +0 followed by its MTIMER device at +0x4000.
 */
enum {
    ACLINT_HARTS = 8,
    ACLINT_MSIP = 0,
    ACLINT_MTIMECMP = 0x4000,
    ACLINT_MTIME = 0xbff8,
    ACLINT_SIZE = 0xc000,
    ACLINT_TICK = 100 /* cycles a tick of mtime: 10 MHz */
};

struct aclint;

/* One hart's share of it. */
struct aclint_hart {
    uint64_t mtimecmp;
    uint32_t msip;
    uint8_t mtip; /* level of the timer line */
    uint8_t id;
    struct timer timer; /* due when mtime reaches mtimecmp */
    struct aclint *aclint;
};

struct aclint {
    struct device device;
    struct aclint_hart hart[ACLINT_HARTS];
    uint64_t offset; /* mtime = cycle / ACLINT_TICK + offset */

    /* Set by the board. */
    struct hart_line_out out[ACLINT_HARTS]; /* of each hart: MSIP and MTIP */
    /* mtime was written: `time` of every hart is its tick count plus `offset`. NULL:
     * nobody wants to know. Called after a state has been loaded, too. */
    void (*offset_changed)(void *ctx, uint64_t offset);
    void *offset_ctx;
};

extern const struct device_type aclint_type;

/* mtime now. */
uint64_t aclint_time(const struct aclint *aclint);

#endif
