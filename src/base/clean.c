#include "base/clean.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the sequence that a first byte begins; 0: none does. */
static unsigned sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* The character at `text`, of `length` bytes; 0: it is broken. */
static uint32_t decode(const unsigned char *text, unsigned length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t c = length == 1 ? text[0] : text[0] & (0x7fu >> length);

    for (unsigned i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (text[i] & 0x3f);
    }
    return c >= least[length] ? c : 0;
}

/* Neither control, nor what changes the direction of text, nor what is no character. */
static bool is_printable(uint32_t c)
{
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x202a && c <= 0x202e) &&
           !(c >= 0x2066 && c <= 0x2069) && !(c >= 0xd800 && c < 0xe000) &&
           (c & 0xfffe) != 0xfffe && c <= 0x10ffff;
}

static void put(struct buf *out, const char *text, bool lines)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at) {
        unsigned length = sequence_length(*at);
        uint32_t c = length ? decode(at, length) : 0;

        if (is_printable(c) || (lines && (c == '\n' || c == '\t'))) {
            buf_add(out, at, length);
            at += length;
        } else {
            buf_char(out, '?');
            at += 1;
        }
    }
}

void put_clean(struct buf *out, const char *text)
{
    put(out, text, false);
}

void print_clean(FILE *file, const char *text)
{
    struct buf clean = {0};

    put(&clean, text, true);
    fputs(buf_str(&clean), file);
    buf_free(&clean);
}
