/*
 * Memory and strings for programs that have no C library.
 *
 * A freestanding program brings its own memcpy, and not only for itself: compilers turn
 * assignments of structures, and loops that look like it, into calls of these functions.
 * (For the same reason this file is compiled with -fno-tree-loop-distribute-patterns:
 * otherwise the loop of memset would be found to be a memset.)
 *
 * A hart moves at most 8 bytes with one load and one store, if both addresses are multiples
 * of 8. So long copies between such addresses go by doublewords, and everything else by
 * bytes: on our board a load takes a bus slot whether it moves 1 byte or 8.
 */
#include "lib/string.h"

#include <stdint.h>

/* A doubleword that may lie over bytes of any type. */
typedef uint64_t __attribute__((may_alias)) doubleword;

static int are_aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & 7) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    char *out = to;
    const char *in = from;

    if (are_aligned(to, from))
        for (; bytes >= 8; bytes -= 8, out += 8, in += 8)
            *(doubleword *)(void *)out = *(const doubleword *)(const void *)in;
    while (bytes--)
        *out++ = *in++;
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    char *out = to;
    const char *in = from;

    if ((uintptr_t)to - (uintptr_t)from >= bytes)
        return memcpy(to, from, bytes);
    while (bytes--) /* the end of `from` lies in `to`: from the end on */
        out[bytes] = in[bytes];
    return to;
}

void *memset(void *to, int byte, size_t bytes)
{
    char *out = to;
    uint64_t eight = (uint8_t)byte * 0x0101010101010101ul;

    if (are_aligned(to, to))
        for (; bytes >= 8; bytes -= 8, out += 8)
            *(doubleword *)(void *)out = eight;
    while (bytes--)
        *out++ = (char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a, *y = b;

    for (; bytes; bytes--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

int strncmp(const char *a, const char *b, size_t most)
{
    for (; most; most--, a++, b++)
        if (*a != *b || !*a)
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}
