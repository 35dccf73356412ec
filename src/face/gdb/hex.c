#include "face/gdb/hex.h"

#include <string.h>

/* The value of a digit, or -1. */
static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

static void take(struct scan *scan, size_t size)
{
    scan->at += size;
    scan->left -= size;
}

bool scan_end(const struct scan *scan)
{
    return scan->left == 0;
}

bool scan_char(struct scan *scan, char c)
{
    if (scan->left == 0 || *scan->at != c)
        return false;
    take(scan, 1);
    return true;
}

bool scan_word(struct scan *scan, const char *word)
{
    size_t size = strlen(word);

    if (scan->left < size || memcmp(scan->at, word, size) != 0)
        return false;
    take(scan, size);
    return true;
}

bool scan_hex(struct scan *scan, uint64_t *value)
{
    unsigned digits = 0;

    for (*value = 0; scan->left && digit(*scan->at) >= 0; digits++) {
        if (digits == 16)
            return false;
        *value = *value << 4 | (uint64_t)digit(*scan->at);
        take(scan, 1);
    }
    return digits > 0;
}

bool scan_range(struct scan *scan, uint64_t *address, uint64_t *length)
{
    return scan_hex(scan, address) && scan_char(scan, ',') && scan_hex(scan, length);
}

/* One byte; false: no two digits are left. */
static bool scan_byte(struct scan *scan, uint8_t *byte)
{
    if (scan->left < 2 || digit(scan->at[0]) < 0 || digit(scan->at[1]) < 0)
        return false;
    *byte = (uint8_t)(digit(scan->at[0]) << 4 | digit(scan->at[1]));
    take(scan, 2);
    return true;
}

bool scan_bytes(struct scan *scan, struct buf *bytes)
{
    uint8_t byte;

    while (scan_byte(scan, &byte))
        buf_char(bytes, (char)byte);
    return scan_end(scan);
}

bool scan_register(struct scan *scan, unsigned size, uint64_t *value)
{
    uint8_t byte;

    *value = 0;
    for (unsigned i = 0; i < size; i++) {
        if (!scan_byte(scan, &byte))
            return false;
        *value |= (uint64_t)byte << 8 * i;
    }
    return true;
}

struct scan scan_until(struct scan *scan, char end)
{
    const char *found = scan->left ? memchr(scan->at, end, scan->left) : NULL;
    struct scan part = {scan->at, found ? (size_t)(found - scan->at) : scan->left};

    take(scan, part.left + (found != NULL));
    return part;
}

void hex_bytes(struct buf *out, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *byte = bytes;

    for (size_t i = 0; i < size; i++) {
        buf_char(out, digits[byte[i] >> 4]);
        buf_char(out, digits[byte[i] & 15]);
    }
}

void hex_register(struct buf *out, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * i);

        hex_bytes(out, &byte, 1);
    }
}
