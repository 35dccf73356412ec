#ifndef MACHINE_DEVICE_FINISHER_H
#define MACHINE_DEVICE_FINISHER_H

#include "machine/device/device.h"

/*
 * SiFive's test finisher: software ends the run, or resets the board, by one write. The
 * value's lower half says which, the upper half of a failure is the exit code.
 */
enum { FINISHER_FAIL = 0x3333, FINISHER_PASS = 0x5555, FINISHER_RESET = 0x7777 };

struct finisher {
    struct device device;
    uint32_t last; /* what was written last: for views, reads give 0 */

    /* Set by the board; called from inside the store. */
    void (*finish)(void *ctx, uint32_t code);
    void (*restart)(void *ctx);
    void *ctx;
};

extern const struct device_type finisher_type;

#endif
