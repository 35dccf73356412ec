#ifndef GUEST_KERNEL_MALICE_H
#define GUEST_KERNEL_MALICE_H

#include <stdint.h>

/* So many acts that no driver would do, chosen by the seed, and prints how many traps they
 * have led to. Afterwards the disk is good for nothing. */
void malice(uint64_t seed, uint64_t acts);

#endif
