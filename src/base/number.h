#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number as people write it: decimal, or hexadecimal with 0x. *rest is behind it. */
bool number_parse(const char *text, uint64_t *number, const char **rest);

/* A number as it is shown: decimal, with a comma before each three digits, at least one:
 * "1,204". *rest is behind it. */
bool number_grouped(const char *text, uint64_t *number, const char **rest);

/* A number's digits, with a comma before each three of them if that is wanted. Gives how
 * long the text is. */
enum { NUMBER_TEXT = 27 };
size_t number_text(char text[NUMBER_TEXT], uint64_t number, bool commas);

/* All of the text as a number of bytes: "4096", "128M"; K, M or G in either case. */
bool number_size(const char *text, uint64_t *bytes);

#endif
