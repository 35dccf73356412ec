#include "machine/isa/asm/diagnostics.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void forget_fault(struct assembler *as)
{
    as->fault.is_set = false;
    buf_clear(&as->fault.text);
}

bool fault(struct assembler *as, struct place place, const char *fmt, ...)
{
    va_list ap;

    if (as->fault.is_set && as->fault.place.at >= place.at)
        return false;
    forget_fault(as);
    as->fault.is_set = true;
    as->fault.place = place;
    va_start(ap, fmt);
    buf_vprintf(&as->fault.text, fmt, ap);
    va_end(ap);
    return false;
}

void report_fault(struct assembler *as)
{
    if (as->fault.is_set)
        report(as, as->fault.place, "%s", buf_str(&as->fault.text));
    forget_fault(as);
}

static char *copy_of(const char *from, size_t length)
{
    char *copy = alloc_zero(length + 1, 1);

    memcpy(copy, from, length);
    return copy;
}

bool report(struct assembler *as, struct place place, const char *fmt, ...)
{
    struct asm_program *program = as->program;
    const char *text = as->source->text;
    const char *start = place.at, *end = place.at;
    struct buf message = {0};
    va_list ap;

    if (program->diagnostic_count == ASM_DIAGNOSTICS_MAX)
        return false;
    while (start > text && start[-1] != '\n')
        start--;
    while (end < text + as->source->size && *end != '\n' && *end != '\r')
        end++;
    va_start(ap, fmt);
    buf_vprintf(&message, fmt, ap);
    va_end(ap);
    program->diagnostics =
        alloc_resize(program->diagnostics,
                     (program->diagnostic_count + 1) * sizeof(*program->diagnostics));
    program->diagnostics[program->diagnostic_count++] = (struct asm_diagnostic){
        .file = alloc_string(as->source->file),
        .line = place.line,
        .column = (unsigned)(place.at - start) + 1,
        .message = message.data,
        .source = copy_of(start, (size_t)(end - start)),
    };
    return false;
}

static bool stands_after(const struct asm_diagnostic *a, const struct asm_diagnostic *b)
{
    return a->line != b->line ? a->line > b->line : a->column > b->column;
}

/* By insertion: it keeps the order of those at one place, and there are few. */
void sort_diagnostics(struct asm_program *program)
{
    struct asm_diagnostic *list = program->diagnostics;

    for (size_t i = 1; i < program->diagnostic_count; i++) {
        struct asm_diagnostic moved = list[i];
        size_t at = i;

        for (; at > 0 && stands_after(&list[at - 1], &moved); at--)
            list[at] = list[at - 1];
        list[at] = moved;
    }
}

/* The caret stands under the column: tabs are repeated, and the bytes that continue a
 * UTF-8 character take no room. */
static void add_caret_line(const char *source, unsigned column, struct buf *text)
{
    for (unsigned i = 0; i + 1 < column && source[i]; i++) {
        if (source[i] == '\t')
            buf_char(text, '\t');
        else if (((unsigned char)source[i] & 0xc0) != 0x80)
            buf_char(text, ' ');
    }
    buf_text(text, "^\n");
}

void asm_diagnostic_text(const struct asm_diagnostic *diagnostic, struct buf *text)
{
    buf_printf(text, "%s:%u:%u: %s\n", diagnostic->file, diagnostic->line,
               diagnostic->column, diagnostic->message);
    buf_printf(text, "%s\n", diagnostic->source);
    add_caret_line(diagnostic->source, diagnostic->column, text);
}

enum { WORD_MAX = 32 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The number of letters to insert, drop, change or swap with their neighbour
 * (Damerau's distance, the restricted form). */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][WORD_MAX + 1];

    for (unsigned j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a_length; i++) {
        unsigned *now = rows[i % 3], *above = rows[(i + 2) % 3];

        now[0] = i;
        for (unsigned j = 1; j <= b_length; j++) {
            now[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]),
                           least(above[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], rows[(i + 1) % 3][j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

struct nearest nearest_to(const char *word, size_t length)
{
    /* A third of the letters may be wrong; of a short word, one. */
    return (struct nearest){word, length, NULL, (unsigned)(length / 3 + 1)};
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
    size_t length = strlen(candidate);
    unsigned far;

    if (nearest->length > WORD_MAX || length > WORD_MAX || length < 2)
        return;
    far = distance(nearest->word, nearest->length, candidate, length);
    if (far < nearest->distance || (!nearest->best && far == nearest->distance && far < length)) {
        nearest->best = candidate;
        nearest->distance = far;
    }
}
