#ifndef GUEST_LIB_PRINT_H
#define GUEST_LIB_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* Where whole lines go to, and what is left when print_flush is called. */
typedef void print_sink(const char *text, size_t bytes);

void print_to(print_sink *sink);

/*
 * A small printf: %c %s %d %u %x and %%, with `l` for 64 bits, a width, and 0 for zeros
 * instead of spaces. Anything else is printed as it stands.
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_list(const char *format, va_list arguments)
    __attribute__((format(printf, 1, 0)));
void print_flush(void);

#endif
