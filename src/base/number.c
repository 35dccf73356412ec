#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool number_parse(const char *text, uint64_t *number, const char **rest)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
    *rest = end;
    return errno == 0;
}

bool number_grouped(const char *text, uint64_t *number, const char **rest)
{
    static const char digits[] = "0123456789";
    size_t first = strspn(text, digits), length = first;

    if (first == 0 || first > 3)
        return false;
    *number = strtoull(text, NULL, 10);
    for (; text[length] == ',' && strspn(text + length + 1, digits) == 3; length += 4) {
        uint64_t group = strtoull(text + length + 1, NULL, 10);

        if (*number > (UINT64_MAX - group) / 1000)
            return false;
        *number = *number * 1000 + group;
    }
    *rest = text + length;
    return length > first;
}

size_t number_text(char text[NUMBER_TEXT], uint64_t number, bool commas)
{
    char digits[NUMBER_TEXT];
    int count = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    size_t length = 0;

    for (int i = 0; i < count; i++) {
        if (commas && i > 0 && (count - i) % 3 == 0)
            text[length++] = ',';
        text[length++] = digits[i];
    }
    text[length] = '\0';
    return length;
}

bool number_size(const char *text, uint64_t *bytes)
{
    static const char letters[] = "KMG";
    const char *suffix, *letter;
    unsigned shift;

    if (!number_parse(text, bytes, &suffix))
        return false;
    if (!suffix[0])
        return true;
    letter =
        isalpha((unsigned char)suffix[0]) ? strchr(letters, suffix[0] & ~32) : NULL;
    if (!letter || suffix[1])
        return false;
    shift = 10 * (unsigned)(letter - letters + 1);
    if (*bytes > UINT64_MAX >> shift)
        return false;
    *bytes <<= shift;
    return true;
}
