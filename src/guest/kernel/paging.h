#ifndef GUEST_KERNEL_PAGING_H
#define GUEST_KERNEL_PAGING_H

#include "lib/devicetree.h"

/* Turns Sv39 on, with a map in which virtual and physical addresses are the same. NULL, or
 * why it could not. */
const char *paging_on(const struct devicetree *tree);

#endif
