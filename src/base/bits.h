#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdint.h>

/* Bits hi..lo of a 64-bit register, both ends included, as specifications write them. */
#define BITS(hi, lo) ((UINT64_MAX >> (63 - (hi))) & (UINT64_MAX << (lo)))
#define BIT(n)       (UINT64_C(1) << (n))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The field under `mask`, moved down to bit 0. */
static inline uint64_t field_get(uint64_t word, uint64_t mask)
{
    return (word & mask) / (mask & (~mask + 1));
}

/* `word` with the field under `mask` replaced by `value`; excess bits are dropped. */
static inline uint64_t field_set(uint64_t word, uint64_t mask, uint64_t value)
{
    return (word & ~mask) | ((value * (mask & (~mask + 1))) & mask);
}

/* Bits width-1..0 of `word` as a signed number; width is 1 to 64. */
static inline int64_t sign_extend(uint64_t word, unsigned width)
{
    uint64_t sign = BIT(width - 1);

    return (int64_t)(((word & BITS(width - 1, 0)) ^ sign) - sign);
}

#endif
