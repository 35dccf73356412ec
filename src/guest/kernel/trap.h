#ifndef GUEST_KERNEL_TRAP_H
#define GUEST_KERNEL_TRAP_H

#include "driver/block.h"
#include "lib/devicetree.h"

#include <stdbool.h>
#include <stdint.h>

/* From now on the disk's interrupts arrive. NULL, or why they cannot. */
const char *interrupts_open(const struct devicetree *tree, uint64_t hart,
                            struct block *disk);

/* Sleeps until an interrupt has been handled. Interrupts are off before and afterwards:
 * what the caller has looked at before it called is still so when it sleeps. */
void interrupts_wait(void);

void trap_handle(uint64_t cause);

/* From now on what is not allowed is skipped and counted, and interrupts of the disk are
 * completed without anybody serving them. */
void traps_forgive(void);
uint64_t traps_forgiven(void);

#endif
