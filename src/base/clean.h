#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

#include "base/buf.h"

#include <stdio.h>

/*
 * Text that comes from scenarios and guests, for terminals and files that others parse:
 * whatever is not printable UTF-8 (control characters, escape sequences, broken bytes)
 * becomes '?', so that nobody's output can be mistaken for ours.
 */
void put_clean(struct buf *out, const char *text);

/* Prints text of several lines: line ends and tabs stay. */
void print_clean(FILE *file, const char *text);

#endif
