#include "lib/words.h"

#include "lib/string.h"

const char *word_at(const char *words, unsigned number)
{
    while (*words && number--)
        words += strlen(words) + 1;
    return words;
}

int word_find(const char *words, const char *word)
{
    for (int number = 0; *words; number++, words += strlen(words) + 1)
        if (strcmp(words, word) == 0)
            return number;
    return -1;
}
