#ifndef GUEST_KERNEL_TIMER_H
#define GUEST_KERNEL_TIMER_H

#include "lib/devicetree.h"

#include <stdbool.h>
#include <stdint.h>

/* Has the kernel end, with a message, should it wait for its disk longer than so many ms.
 * 0: it waits for ever. */
void timer_watch(const struct devicetree *tree, uint64_t ms);

/* The kernel begins to wait for its disk, or has what it has waited for. */
void timer_waiting(bool waiting);

void timer_interrupt(void);

#endif
