#ifndef BASE_VARINT_H
#define BASE_VARINT_H

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

static inline uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (uint64_t) - (difference >> 63);
}

static inline uint64_t unzigzag(uint64_t value)
{
    return value >> 1 ^ (uint64_t) - (value & 1);
}

#endif
