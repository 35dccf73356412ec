#include "lib/number.h"

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

const char *number_read(const char *text, uint64_t *number)
{
    unsigned base = text[0] == '0' && text[1] == 'x' ? 16 : 10, shift = 0;
    const char *at = base == 16 ? text + 2 : text;
    uint64_t value = 0;

    if (digit(*at) >= base)
        return 0;
    for (; digit(*at) < base; at++)
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit(*at), &value))
            return 0;
    if (*at == 'k' || *at == 'K')
        shift = 10;
    else if (*at == 'm' || *at == 'M')
        shift = 20;
    at += shift != 0;
    *number = value << shift;
    return value <= UINT64_MAX >> shift ? at : 0;
}
