#include "machine/isa/asm/directives.h"

#include "base/bits.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/equate.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/lexer.h"
#include "machine/isa/asm/symbols.h"

/* The directives: those about symbols here, the others in files of their own. */

static bool ignore(struct assembler *as, const struct token *name, uint64_t argument)
{
    (void)name;
    (void)argument;
    while (as->token->kind != TOKEN_END)
        as->token++;
    return true;
}

static bool end(struct assembler *as, const struct token *name, uint64_t argument)
{
    as->ended = true;
    return ignore(as, name, argument);
}

static bool unsupported(struct assembler *as, const struct token *name,
                        uint64_t argument)
{
    (void)argument;
    return asm_fault(as, name->place,
                     "%.*s is not supported: there are no macros, conditions or "
                     "included files",
                     (int)name->length, name->place.at);
}

const struct token *directive_name(struct assembler *as, const char *what)
{
    const struct token *token = as->token;

    return token_expect(as, TOKEN_NAME, what) ? token : NULL;
}

/* .option: nothing here is compressed or relaxed unless written so. */
static bool option(struct assembler *as, const struct token *name, uint64_t argument)
{
    static const char *const options[] = {"rvc", "norvc", "push", "pop",      "relax",
                                          "pic", "nopic", "arch", "csr-check"};
    const struct token *token = directive_name(as, "an option");

    if (!token)
        return false;
    if (token_is(token, "norelax"))
        return true;
    for (size_t i = 0; i < COUNT(options); i++)
        if (token_is(token, options[i]))
            return ignore(as, name, argument);
    return asm_fault(as, token->place, "unknown option '%.*s'", (int)token->length,
                     token->place.at);
}

enum binding { GLOBAL, LOCAL, WEAK };

static bool binding(struct assembler *as, const struct token *name, uint64_t argument)
{
    (void)name;
    do {
        const struct token *token = directive_name(as, "a symbol");
        struct symbol *symbol;

        if (!token)
            return false;
        symbol = symbol_named(as, token->place.at, token->length);
        symbol->global = argument != LOCAL;
        symbol->weak = argument == WEAK;
    } while (token_accept(as, ','));
    return true;
}

static bool set(struct assembler *as, const struct token *name, uint64_t state)
{
    const struct token *symbol = directive_name(as, "a symbol");
    const struct expr *expr;

    (void)name;
    if (!symbol || !token_expect(as, ',', "','"))
        return false;
    expr = expr_read(as);
    return expr && symbol_equate(as, symbol, (enum symbol_state)state, expr);
}

/* .type name, @function */
static bool type(struct assembler *as, const struct token *name, uint64_t argument)
{
    const struct token *token = directive_name(as, "a symbol"), *kind;
    struct symbol *symbol;

    (void)name;
    (void)argument;
    if (!token)
        return false;
    symbol = symbol_named(as, token->place.at, token->length);
    token_accept(as, ',');
    if (!token_accept(as, '@') && !token_accept(as, '%') &&
        as->token->kind == TOKEN_STRING) {
        as->token++;
        return true;
    }
    kind = directive_name(as, "a type such as @function");
    if (!kind)
        return false;
    if (token_is(kind, "function") || token_is(kind, "STT_FUNC"))
        symbol->type = ASM_FUNCTION;
    if (token_is(kind, "object") || token_is(kind, "STT_OBJECT"))
        symbol->type = ASM_OBJECT;
    return true;
}

static bool size(struct assembler *as, const struct token *name, uint64_t argument)
{
    const struct token *token = directive_name(as, "a symbol");

    (void)name;
    (void)argument;
    if (!token || !token_expect(as, ',', "','"))
        return false;

    struct symbol *symbol = symbol_named(as, token->place.at, token->length);

    symbol->size = expr_read(as);
    return symbol->size != NULL;
}

/* clang-format off */
const struct directive directives[] = {
    {".text",        directive_standard, 0, "", "what follows is code"},
    {".data",        directive_standard, 0, "", "what follows is data that can be written"},
    {".bss",         directive_standard, 0, "", "what follows is zero at the start and takes no room in the file"},
    {".rodata",      directive_standard, 0, "", "what follows is data that is only read"},
    {".sdata",       directive_standard, 0, "", "as .data, in a section of its own"},
    {".sbss",        directive_standard, 0, "", "as .bss, in a section of its own"},
    {".section",     directive_section,  0, "name, \"flags\", @type", "what follows is in that section; flags are a (in memory), w (written), x (code), types @progbits and @nobits"},
    {".pushsection", directive_push,     0, "name, \"flags\", @type", "as .section, and remembers the one before"},
    {".popsection",  directive_pop,      0, "", "back to the section that .pushsection remembers"},
    {".previous",    directive_previous, 0, "", "back to the section before"},

    {".byte",   directive_data, 1, "value, ...", "bytes"},
    {".2byte",  directive_data, 2, "value, ...", "values of 2 bytes"},
    {".half",   directive_data, 2, "value, ...", "values of 2 bytes"},
    {".hword",  directive_data, 2, "value, ...", "values of 2 bytes"},
    {".short",  directive_data, 2, "value, ...", "values of 2 bytes"},
    {".4byte",  directive_data, 4, "value, ...", "values of 4 bytes"},
    {".word",   directive_data, 4, "value, ...", "values of 4 bytes"},
    {".long",   directive_data, 4, "value, ...", "values of 4 bytes"},
    {".int",    directive_data, 4, "value, ...", "values of 4 bytes"},
    {".8byte",  directive_data, 8, "value, ...", "values of 8 bytes, such as addresses"},
    {".dword",  directive_data, 8, "value, ...", "values of 8 bytes, such as addresses"},
    {".quad",   directive_data, 8, "value, ...", "values of 8 bytes, such as addresses"},

    {".ascii",    directive_string, 0, "\"text\", ...", "the characters of strings"},
    {".asciz",    directive_string, 1, "\"text\", ...", "the characters of strings, with a zero byte after each"},
    {".string",   directive_string, 1, "\"text\", ...", "the characters of strings, with a zero byte after each"},
    {".space",    directive_space,  0, "count, value", "so many bytes of that value (0)"},
    {".skip",     directive_space,  0, "count, value", "so many bytes of that value (0)"},
    {".zero",     directive_space,  0, "count, value", "so many bytes of that value (0)"},
    {".fill",     directive_fill,   0, "count, size, value", "so many values (0), each of `size` bytes (1)"},
    {".align",    directive_align,  1, "n, value, most", "goes on at a multiple of 2^n, unless more than `most` bytes have to be skipped"},
    {".p2align",  directive_align,  1, "n, value, most", "goes on at a multiple of 2^n, unless more than `most` bytes have to be skipped"},
    {".balign",   directive_align,  0, "n, value, most", "goes on at a multiple of n, a power of 2"},
    {".org",      directive_org,    0, "offset, value", "goes on at that offset of the section"},
    {".comm",     directive_common, GLOBAL, "symbol, size, alignment", "room in .bss, with a global symbol"},
    {".common",   directive_common, GLOBAL, "symbol, size, alignment", "room in .bss, with a global symbol"},
    {".lcomm",    directive_common, LOCAL, "symbol, size, alignment", "room in .bss, with a local symbol"},

    {".globl",     binding, GLOBAL, "symbol, ...", "is seen from outside the file: debuggers like it"},
    {".global",    binding, GLOBAL, "symbol, ...", "is seen from outside the file: debuggers like it"},
    {".local",     binding, LOCAL, "symbol, ...", "is not seen from outside the file"},
    {".weak",      binding, WEAK, "symbol, ...", "need not be defined: it is then 0"},
    {".equ",       set,     SYMBOL_EQUATED, "symbol, value", "gives a symbol a value; a later one replaces it"},
    {".set",       set,     SYMBOL_EQUATED, "symbol, value", "gives a symbol a value; a later one replaces it"},
    {".equiv",     set,     SYMBOL_CONSTANT, "symbol, value", "gives a symbol its only value"},
    {".type",      type,    0, "symbol, @type", "says that a symbol is a @function or an @object"},
    {".size",      size,    0, "symbol, size", "says how many bytes a symbol names"},
    {".option",    option,  0, "option", "is read; nothing is compressed or relaxed in any case"},
    {".end",       end,     0, "", "nothing after it is read"},

    /* For linkers and debuggers; rows without help do nothing here. */
    {".attribute", ignore,  0, NULL, NULL},
    {".file",      ignore,  0, NULL, NULL},
    {".ident",     ignore,  0, NULL, NULL},
    {".loc",       ignore,  0, NULL, NULL},
    {".hidden",    ignore,  0, NULL, NULL},
    {".internal",  ignore,  0, NULL, NULL},
    {".protected", ignore,  0, NULL, NULL},
    {".addrsig",   ignore,  0, NULL, NULL},
    {".macro",     unsupported, 0, NULL, NULL},
    {".rept",      unsupported, 0, NULL, NULL},
    {".if",        unsupported, 0, NULL, NULL},
    {".ifdef",     unsupported, 0, NULL, NULL},
    {".ifndef",    unsupported, 0, NULL, NULL},
    {".include",   unsupported, 0, NULL, NULL},
    {".incbin",    unsupported, 0, NULL, NULL},
    {".cfi_startproc",       ignore, 0, NULL, NULL},
    {".cfi_endproc",         ignore, 0, NULL, NULL},
    {".cfi_sections",        ignore, 0, NULL, NULL},
    {".cfi_def_cfa",         ignore, 0, NULL, NULL},
    {".cfi_def_cfa_offset",  ignore, 0, NULL, NULL},
    {".cfi_def_cfa_register", ignore, 0, NULL, NULL},
    {".cfi_offset",          ignore, 0, NULL, NULL},
    {".cfi_restore",         ignore, 0, NULL, NULL},
    {".cfi_remember_state",  ignore, 0, NULL, NULL},
    {".cfi_restore_state",   ignore, 0, NULL, NULL},
};
/* clang-format on */

const size_t directive_count = COUNT(directives);

static bool unknown_directive(struct assembler *as, const struct token *name)
{
    struct nearest nearest = asm_nearest(as, name->place.at, name->length);

    for (size_t i = 0; i < directive_count; i++)
        nearest_offer(&nearest, directives[i].name);
    return asm_fault(as, name->place, "unknown directive '%s'%s", nearest.wanted,
                     asm_hint(as, &nearest));
}

bool directive_read(struct assembler *as)
{
    const struct token *name = as->token++;

    for (size_t i = 0; i < directive_count; i++)
        if (token_is(name, directives[i].name))
            return directives[i].read(as, name, directives[i].argument) &&
                   token_expect(as, TOKEN_END, "the end of the statement");
    return unknown_directive(as, name);
}
