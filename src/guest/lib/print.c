/*
 * Printing, for programs that have nobody to print for them.
 *
 * Text is collected until a line is complete, and then handed over as a whole. Under a
 * hypervisor that matters: a line is then one hypercall, one exit, where a character each
 * would be one exit each.
 */
#include "lib/print.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINE = 128, DIGITS = 20 };

static print_sink *sink;
static char line[LINE];
static size_t length;

void print_to(print_sink *to)
{
    sink = to;
}

void print_flush(void)
{
    if (sink && length)
        sink(line, length);
    length = 0;
}

static void put(char c)
{
    line[length++] = c;
    if (c == '\n' || length == LINE)
        print_flush();
}

/* How a number or a text is to be printed. */
struct form {
    unsigned width;
    bool zeros;
    bool wide; /* 64 bits, not 32 */
};

static void pad(const struct form *form, unsigned used, char with)
{
    for (; used < form->width; used++)
        put(with);
}

static void put_number(uint64_t value, unsigned base, bool minus,
                       const struct form *form)
{
    char digit[DIGITS];
    unsigned count = 0;

    do {
        digit[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (!form->zeros)
        pad(form, count + minus, ' ');
    if (minus)
        put('-');
    if (form->zeros)
        pad(form, count + minus, '0');
    while (count)
        put(digit[--count]);
}

static void put_text(const char *text, const struct form *form)
{
    unsigned count = 0;

    for (; text[count]; count++)
        put(text[count]);
    pad(form, count, ' ');
}

static const char *read_form(const char *at, struct form *form)
{
    *form = (struct form){.zeros = *at == '0'};
    while (*at >= '0' && *at <= '9')
        form->width = form->width * 10 + (unsigned)(*at++ - '0');
    form->wide = *at == 'l';
    return form->wide ? at + 1 : at;
}

/* The two's complement of a negative number is its size. */
static void put_signed(int64_t value, const struct form *form)
{
    put_number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0, form);
}

void print_list(const char *format, va_list arguments)
{
    struct form form;

    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        format = read_form(format + 1, &form);
        switch (*format) {
        case 'c':
            put((char)va_arg(arguments, int));
            break;
        case 's':
            put_text(va_arg(arguments, const char *), &form);
            break;
        case 'd':
            put_signed(form.wide ? va_arg(arguments, long) : va_arg(arguments, int),
                       &form);
            break;
        case 'u':
        case 'x':
            put_number(form.wide ? va_arg(arguments, unsigned long)
                                 : va_arg(arguments, unsigned),
                       *format == 'x' ? 16 : 10, false, &form);
            break;
        case '\0':
            return;
        default:
            put(*format);
            break;
        }
    }
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}
