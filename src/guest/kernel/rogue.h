#ifndef GUEST_KERNEL_ROGUE_H
#define GUEST_KERNEL_ROGUE_H

#include "driver/block.h"
#include "kernel/arguments.h"

#include <stdbool.h>

/* Makes the forged request that the arguments name, prints what came of it, and finds out
 * whether the disk still does honest work. False: it does not. */
bool rogue(const struct arguments *arguments, struct block *disk);

#endif
