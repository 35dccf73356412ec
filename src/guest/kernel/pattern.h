#ifndef GUEST_KERNEL_PATTERN_H
#define GUEST_KERNEL_PATTERN_H

#include <stdint.h>

/*
 * What every byte of a disk is: 16 bytes of text a line, that say where they are.
 *
 *   00000001c8 +1f0\n
 *   number of  |offset in the sector
 *   the sector ' + on a disk as it was made, a letter where a guest has written
 *
 * So a byte that is at the wrong place is not only noticed, it tells where it is from. Who
 * makes disks for these programs uses the same function.
 */
#define PATTERN_SECTOR   512
#define PATTERN_ORIGINAL '+'

void pattern_fill(void *sector, uint64_t number, char sign);

/* The offset of the first byte that is not as it should be; PATTERN_SECTOR: none. */
unsigned pattern_check(const void *sector, uint64_t number, char sign);

#endif
