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

struct directive {
    const char *name;
    bool (*read)(struct assembler *as, const struct token *name, uint64_t argument);
    uint64_t argument;
};

/* clang-format off */
static const struct directive directives[] = {
    {".text",        directive_standard, 0},
    {".data",        directive_standard, 0},
    {".bss",         directive_standard, 0},
    {".rodata",      directive_standard, 0},
    {".sdata",       directive_standard, 0},
    {".sbss",        directive_standard, 0},
    {".section",     directive_section,  0},
    {".pushsection", directive_push,     0},
    {".popsection",  directive_pop,      0},
    {".previous",    directive_previous, 0},

    {".byte",   directive_data, 1},
    {".2byte",  directive_data, 2},
    {".half",   directive_data, 2},
    {".hword",  directive_data, 2},
    {".short",  directive_data, 2},
    {".4byte",  directive_data, 4},
    {".word",   directive_data, 4},
    {".long",   directive_data, 4},
    {".int",    directive_data, 4},
    {".8byte",  directive_data, 8},
    {".dword",  directive_data, 8},
    {".quad",   directive_data, 8},

    {".ascii",    directive_string, 0},
    {".asciz",    directive_string, 1},
    {".string",   directive_string, 1},
    {".space",    directive_space,  0},
    {".skip",     directive_space,  0},
    {".zero",     directive_space,  0},
    {".fill",     directive_fill,   0},
    {".align",    directive_align,  1},
    {".p2align",  directive_align,  1},
    {".balign",   directive_align,  0},
    {".org",      directive_org,    0},
    {".comm",     directive_common, GLOBAL},
    {".common",   directive_common, GLOBAL},
    {".lcomm",    directive_common, LOCAL},

    {".globl",     binding, GLOBAL},
    {".global",    binding, GLOBAL},
    {".local",     binding, LOCAL},
    {".weak",      binding, WEAK},
    {".equ",       set,     SYMBOL_EQUATED},
    {".set",       set,     SYMBOL_EQUATED},
    {".equiv",     set,     SYMBOL_CONSTANT},
    {".type",      type,    0},
    {".size",      size,    0},
    {".option",    option,  0},
    {".end",       end,     0},
    {".attribute", ignore,  0},
    {".file",      ignore,  0},
    {".ident",     ignore,  0},
    {".loc",       ignore,  0},
    {".hidden",    ignore,  0},
    {".internal",  ignore,  0},
    {".protected", ignore,  0},
    {".addrsig",   ignore,  0},
    {".macro",     unsupported, 0},
    {".rept",      unsupported, 0},
    {".if",        unsupported, 0},
    {".ifdef",     unsupported, 0},
    {".ifndef",    unsupported, 0},
    {".include",   unsupported, 0},
    {".incbin",    unsupported, 0},
    {".cfi_startproc",       ignore, 0},
    {".cfi_endproc",         ignore, 0},
    {".cfi_sections",        ignore, 0},
    {".cfi_def_cfa",         ignore, 0},
    {".cfi_def_cfa_offset",  ignore, 0},
    {".cfi_def_cfa_register", ignore, 0},
    {".cfi_offset",          ignore, 0},
    {".cfi_restore",         ignore, 0},
    {".cfi_remember_state",  ignore, 0},
    {".cfi_restore_state",   ignore, 0},
};
/* clang-format on */

static bool unknown_directive(struct assembler *as, const struct token *name)
{
    struct nearest nearest = asm_nearest(as, name->place.at, name->length);

    for (size_t i = 0; i < COUNT(directives); i++)
        nearest_offer(&nearest, directives[i].name);
    return asm_fault(as, name->place, "unknown directive '%s'%s", nearest.wanted,
                     asm_hint(as, &nearest));
}

bool directive_read(struct assembler *as)
{
    const struct token *name = as->token++;

    for (size_t i = 0; i < COUNT(directives); i++)
        if (token_is(name, directives[i].name))
            return directives[i].read(as, name, directives[i].argument) &&
                   token_expect(as, TOKEN_END, "the end of the statement");
    return unknown_directive(as, name);
}
