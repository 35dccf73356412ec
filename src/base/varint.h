#ifndef BASE_VARINT_H
#define BASE_VARINT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Numbers in few bytes, seven bits each, the low ones first; bit 7 says that there are
 * more. A difference that may be negative is zigzag: bit 0 is the sign.
 */
static inline unsigned char *put_varint(unsigned char *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (unsigned char)(value | 0x80);
    *at++ = (unsigned char)value;
    return at;
}

/* Takes bytes from `next`, which is below 0 at their end; false: no number is whole. */
static inline bool get_varint(int (*next)(void *from), void *from, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        int byte = next(from);

        if (byte < 0)
            return false;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static inline uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (uint64_t) - (difference >> 63);
}

static inline uint64_t unzigzag(uint64_t value)
{
    return value >> 1 ^ (uint64_t) - (value & 1);
}

#endif
