/*
 * The contents of disks: see pattern.h.
 *
 * Every byte of every operation is compared, so this is where a guest that reads spends its
 * time. A line of 16 bytes is two doublewords. The first has 8 digits of the number, and is
 * the same in the whole sector; of the second only two digits of the offset change from line
 * to line.
 */
#include "kernel/pattern.h"

#include "lib/string.h"

#include <stddef.h>

enum { LINE = 16, LINES = PATTERN_SECTOR / LINE };

/* One line, as two doublewords: the first character is in the lowest byte. */
struct line {
    uint64_t first, second;
} __attribute__((may_alias));

static uint64_t hex(uint64_t number, unsigned nibble)
{
    return (unsigned char)"0123456789abcdef"[number >> (4 * nibble) & 15];
}

/* The first line of a sector: its offset is 000. */
static struct line first_line(uint64_t number, char sign)
{
    struct line line = {0, 0};

    for (unsigned i = 0; i < 8; i++)
        line.first |= hex(number, 9 - i) << (8 * i);
    line.second = hex(number, 1) | hex(number, 0) << 8 | (uint64_t)' ' << 16 |
                  (uint64_t)(unsigned char)sign << 24 | (uint64_t)'0' << 32 |
                  (uint64_t)'0' << 40 | (uint64_t)'0' << 48 |
                  (uint64_t)'\n'
                      << 56;
    return line;
}

/* What line i adds: its offset is 16 i, so the digits in bytes 4 and 5 are those of i. */
static uint64_t offset_digits(unsigned i)
{
    uint64_t low = hex(i, 0) - '0';

    return (uint64_t)(i >> 4) << 32 | low << 40;
}

void pattern_fill(void *sector, uint64_t number, char sign)
{
    struct line line = first_line(number, sign);
    char *to = sector;

    for (unsigned i = 0; i < LINES; i++, to += LINE) {
        uint64_t second = line.second + offset_digits(i);

        memcpy(to, &line.first, sizeof(line.first));
        memcpy(to + sizeof(line.first), &second, sizeof(second));
    }
}

/* Byte by byte, where a line is known to be wrong. */
static unsigned first_difference(const void *sector, uint64_t number, char sign)
{
    unsigned char right[PATTERN_SECTOR];
    const unsigned char *is = sector;
    unsigned at = 0;

    pattern_fill(right, number, sign);
    while (at < PATTERN_SECTOR && is[at] == right[at])
        at++;
    return at;
}

unsigned pattern_check(const void *sector, uint64_t number, char sign)
{
    const struct line *is = sector, line = first_line(number, sign);
    uint64_t differences = 0;

    for (unsigned i = 0; i < LINES; i++)
        differences |= (is[i].first ^ line.first) |
                       (is[i].second ^ (line.second + offset_digits(i)));
    return differences ? first_difference(sector, number, sign) : PATTERN_SECTOR;
}
