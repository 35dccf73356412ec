#ifndef FACE_GDB_HEX_H
#define FACE_GDB_HEX_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reading and writing the words of GDB's packets: numbers in hexadecimal, bytes as pairs
 * of digits. A scan takes them from the front; what does not fit is not taken.
 */
struct scan {
    const char *at;
    size_t left;
};

bool scan_end(const struct scan *scan);
bool scan_char(struct scan *scan, char c);
bool scan_word(struct scan *scan, const char *word);

/* 1 to 16 digits. */
bool scan_hex(struct scan *scan, uint64_t *value);

/* "80000000,8": an address and a length. */
bool scan_range(struct scan *scan, uint64_t *address, uint64_t *length);

/* All that is left must be pairs of digits; they are added to `bytes`. */
bool scan_bytes(struct scan *scan, struct buf *bytes);

/* `size` bytes, least significant first, as registers are written. */
bool scan_register(struct scan *scan, unsigned size, uint64_t *value);

/* All that is up to the next `end`, or all that is left, which is then taken. */
struct scan scan_until(struct scan *scan, char end);

void hex_bytes(struct buf *out, const void *bytes, size_t size);
void hex_register(struct buf *out, unsigned size, uint64_t value);

#endif
