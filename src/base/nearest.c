#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 }; /* longer names are not compared */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* A letter in the other case is nearer than any other letter. */
static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The Damerau-Levenshtein distance, of strings aligned optimally, row by row. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];

    for (unsigned j = 0; j <= b_length; j++)
        last[j] = j;
    for (unsigned i = 1; i <= a_length; i++) {
        unsigned *spare = before;

        row[0] = i;
        for (unsigned j = 1; j <= b_length; j++) {
            unsigned change = !same_letter(a[i - 1], b[j - 1]);

            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t wanted = strlen(nearest->wanted), offered = strlen(name);
    unsigned far;

    if (wanted > LONGEST || offered > LONGEST)
        return;
    far = distance(nearest->wanted, wanted, name, offered);
    /* A word most of whose letters are wrong is another word. */
    if (far > 1 + wanted / 3 || far >= offered)
        return;
    if (!nearest->best || far < nearest->distance) {
        nearest->best = name;
        nearest->distance = far;
    }
}

const char *nearest_hint(const struct nearest *nearest, char *text, size_t room)
{
    text[0] = '\0';
    if (nearest->best)
        snprintf(text, room, " (did you mean '%s'?)", nearest->best);
    return text;
}
