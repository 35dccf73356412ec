#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/directives.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/lexer.h"

#include "base/bits.h"

#include <string.h>

/* Directives that say into which section the next items go. */

/* What a section is by its name, where .section does not say. ".text" means ".text.*"
 * too. */
static const struct {
    const char *name;
    unsigned flags;
} conventions[] = {
    {".text", ASM_ALLOC | ASM_EXEC},
    {".init", ASM_ALLOC | ASM_EXEC},
    {".fini", ASM_ALLOC | ASM_EXEC},
    {".rodata", ASM_ALLOC},
    {".srodata", ASM_ALLOC},
    {".data", ASM_ALLOC | ASM_WRITE},
    {".sdata", ASM_ALLOC | ASM_WRITE},
    {".bss", ASM_ALLOC | ASM_WRITE | ASM_NOBITS},
    {".sbss", ASM_ALLOC | ASM_WRITE | ASM_NOBITS},
};

static unsigned conventional_flags(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT(conventions); i++) {
        size_t known = strlen(conventions[i].name);

        if (length >= known && memcmp(name, conventions[i].name, known) == 0 &&
            (length == known || name[known] == '.'))
            return conventions[i].flags;
    }
    return 0;
}

bool directive_standard(struct assembler *as, const struct token *name,
                        uint64_t argument)
{
    unsigned flags = conventional_flags(name->place.at, name->length);

    (void)argument;
    section_use(as, section_named(as, name->place.at, name->length, flags));
    if (as->token->kind == TOKEN_NUMBER && as->token->number == 0)
        as->token++; /* subsection 0 is the section itself */
    return true;
}

static bool read_flags(struct assembler *as, const struct token *text, unsigned *flags)
{
    *flags = 0;
    for (size_t i = 1; i + 1 < text->length; i++) {
        switch (text->place.at[i]) {
        case 'a':
            *flags |= ASM_ALLOC;
            break;
        case 'w':
            *flags |= ASM_WRITE;
            break;
        case 'x':
            *flags |= ASM_EXEC;
            break;
        case 'M': /* mergeable, strings, retained: for linkers */
        case 'S':
        case 'R':
        case 'o':
        case 'G':
        case 'T':
            break;
        default:
            return asm_fault(as, text->place, "unknown section flag '%c'",
                             text->place.at[i]);
        }
    }
    return true;
}

/* , @progbits or , @nobits, and for mergeable sections the size of what is merged */
static bool read_type(struct assembler *as, unsigned *flags)
{
    const struct token *type;

    if (!token_accept(as, '@') && !token_accept(as, '%'))
        return asm_fault(as, as->token->place, "expected @progbits or @nobits");
    type = directive_name(as, "progbits or nobits");
    if (!type)
        return false;
    if (token_is(type, "nobits"))
        *flags |= ASM_NOBITS;
    while (as->token->kind != TOKEN_END)
        as->token++;
    return true;
}

/* A name may hold what no symbol can, as .note.GNU-stack does: it goes up to a comma. */
static bool read_section_name(struct assembler *as, const char **name, size_t *length)
{
    const struct token *token = as->token;

    if (token->kind == TOKEN_STRING) {
        as->token++;
        *name = token->place.at + 1;
        *length = token->length - 2;
        return true;
    }
    if (!token_expect(as, TOKEN_NAME, "the name of a section"))
        return false;
    while (as->token->kind != ',' && as->token->kind != TOKEN_END)
        as->token++;
    *name = token->place.at;
    *length = (size_t)(as->token[-1].place.at - *name) + as->token[-1].length;
    return true;
}

static bool read_section(struct assembler *as, int *section)
{
    const char *text;
    size_t length;
    unsigned flags;

    if (!read_section_name(as, &text, &length))
        return false;
    flags = conventional_flags(text, length);
    if (token_accept(as, ',')) {
        const struct token *letters = as->token;

        if (!token_expect(as, TOKEN_STRING, "flags such as \"aw\"") ||
            !read_flags(as, letters, &flags))
            return false;
        if (token_accept(as, ',') && !read_type(as, &flags))
            return false;
    }
    *section = section_named(as, text, length, flags);
    return true;
}

bool directive_section(struct assembler *as, const struct token *name,
                       uint64_t argument)
{
    int section;

    (void)name;
    (void)argument;
    if (!read_section(as, &section))
        return false;
    section_use(as, section);
    return true;
}

bool directive_push(struct assembler *as, const struct token *name, uint64_t argument)
{
    int section, current = as->section;

    (void)argument;
    if (!read_section(as, &section))
        return false;
    if (as->stack_depth == COUNT(as->stack))
        return asm_fault(as, name->place, "too many .pushsection");
    as->stack[as->stack_depth++] = current;
    section_use(as, section);
    return true;
}

bool directive_pop(struct assembler *as, const struct token *name, uint64_t argument)
{
    (void)argument;
    if (as->stack_depth == 0)
        return asm_fault(as, name->place, ".popsection without a .pushsection");
    section_use(as, as->stack[--as->stack_depth]);
    return true;
}

bool directive_previous(struct assembler *as, const struct token *name,
                        uint64_t argument)
{
    (void)name;
    (void)argument;
    section_use(as, as->previous_section);
    return true;
}
