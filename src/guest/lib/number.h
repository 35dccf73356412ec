#ifndef GUEST_LIB_NUMBER_H
#define GUEST_LIB_NUMBER_H

#include <stdint.h>

/* Reads 1234, 0x4d2, 64k or 1M. Gives what stands behind it; NULL: there is no number, or
 * it has more than 64 bits. */
const char *number_read(const char *text, uint64_t *number);

#endif
