#include "machine/isa/asm/diagnostics.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void asm_forget_fault(struct assembler *as)
{
    as->fault.is_set = false;
    buf_clear(&as->fault.text);
}

bool asm_fault(struct assembler *as, struct place place, const char *fmt, ...)
{
    va_list ap;

    if (as->fault.is_set && as->fault.place.at >= place.at)
        return false;
    asm_forget_fault(as);
    as->fault.is_set = true;
    as->fault.place = place;
    va_start(ap, fmt);
    buf_vprintf(&as->fault.text, fmt, ap);
    va_end(ap);
    return false;
}

void asm_report_fault(struct assembler *as)
{
    if (as->fault.is_set)
        asm_report(as, as->fault.place, "%s", buf_str(&as->fault.text));
    asm_forget_fault(as);
}

static char *copy_of(const char *from, size_t length)
{
    char *copy = alloc_zero(length + 1, 1);

    memcpy(copy, from, length);
    return copy;
}

bool asm_report(struct assembler *as, struct place place, const char *fmt, ...)
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
void asm_sort_diagnostics(struct asm_program *program)
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

struct nearest asm_nearest(struct assembler *as, const char *text, size_t length)
{
    return (struct nearest){.wanted = arena_text(&as->arena, text, length)};
}

const char *asm_hint(struct assembler *as, const struct nearest *nearest)
{
    enum { ROOM = 128 };

    return nearest_hint(nearest, arena_zero(&as->arena, ROOM), ROOM);
}
