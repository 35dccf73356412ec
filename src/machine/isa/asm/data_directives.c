#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/directives.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/lexer.h"
#include "machine/isa/asm/symbols.h"

#include "base/bits.h"

/* Directives that put data, room or padding into the current section. */

bool directive_data(struct assembler *as, const struct token *name, uint64_t size)
{
    (void)name;
    if (as->token->kind == TOKEN_END)
        return true;
    do {
        struct place place = as->token->place;
        const struct expr *expr = expr_read(as);
        struct item *item;

        if (!expr)
            return false;
        item = item_add(as, ITEM_DATA, place);
        item->expr = expr;
        item->unit = size;
    } while (token_accept(as, ','));
    return true;
}

/* The bytes that a string token stands for, and `zeros` zero bytes. */
static bool add_string(struct assembler *as, const struct token *token, uint64_t zeros)
{
    const char *at = token->place.at + 1, *last = token->place.at + token->length - 1;
    char *bytes = arena_zero(&as->arena, token->length + zeros);
    struct item *item;
    size_t count = 0;

    while (at < last) {
        struct place place = {at, token->place.line};
        unsigned char character;

        if (!token_character(&at, last, &character))
            asm_report(as, place, "unknown escape '\\%c' in a string", character);
        bytes[count++] = (char)character;
    }
    item = item_add(as, ITEM_BYTES, token->place);
    item->bytes = bytes;
    item->unit = count + zeros;
    return true;
}

bool directive_string(struct assembler *as, const struct token *name, uint64_t zeros)
{
    (void)name;
    if (as->token->kind == TOKEN_END)
        return true;
    do {
        const struct token *token = as->token;

        if (!token_expect(as, TOKEN_STRING, "a string in \"quotes\""))
            return false;
        add_string(as, token, zeros);
        while (as->token->kind == TOKEN_STRING)
            add_string(as, as->token++, zeros);
    } while (token_accept(as, ','));
    return true;
}

/* .space count, fill */
bool directive_space(struct assembler *as, const struct token *name, uint64_t argument)
{
    const struct expr *count = expr_read(as), *fill = NULL;
    struct item *item;

    (void)argument;
    if (!count || (token_accept(as, ',') && !(fill = expr_read(as))))
        return false;
    item = item_add(as, ITEM_FILL, name->place);
    item->expr = count;
    item->fill = fill;
    item->unit = 1;
    return true;
}

/* .fill repeat, size, value */
bool directive_fill(struct assembler *as, const struct token *name, uint64_t argument)
{
    const struct expr *count = expr_read(as), *fill = NULL;
    uint64_t size = 1;
    struct item *item;

    (void)argument;
    if (!count || (token_accept(as, ',') && !expr_read_constant(as, "the size", &size)))
        return false;
    if (token_accept(as, ',') && !(fill = expr_read(as)))
        return false;
    item = item_add(as, ITEM_FILL, name->place);
    item->expr = count;
    item->fill = fill;
    item->unit = size > 8 ? 8 : size;
    return true;
}

/* .align to a power of two given by its exponent, .balign given by itself; then what to
 * fill with, and how many bytes to skip at most. */
bool directive_align(struct assembler *as, const struct token *name, uint64_t is_log2)
{
    struct place place = as->token->place;
    const struct expr *fill = NULL;
    uint64_t to = 0, most = 0;
    unsigned log2 = 0;
    struct item *item;

    if (!expr_read_constant(as, "an alignment", &to))
        return false;
    if (token_accept(as, ',') && as->token->kind != ',' &&
        as->token->kind != TOKEN_END && !(fill = expr_read(as)))
        return false;
    if (token_accept(as, ',') && !expr_read_constant(as, "the most to skip", &most))
        return false;
    if (is_log2 ? to > 16 : to > 65536)
        return asm_fault(as, place, "an alignment can be at most 2^16 bytes");
    if (!is_log2 && (to & (to - 1)))
        return asm_fault(as, place, "%llu is not a power of 2", (unsigned long long)to);
    to = is_log2 ? BIT(to) : to;
    while (BIT(log2) < to)
        log2++;
    if (log2 > as->sections[as->section].align_log2)
        as->sections[as->section].align_log2 = log2;
    item = item_add(as, ITEM_ALIGN, name->place);
    item->unit = to ? to : 1;
    item->fill = fill;
    item->most = most;
    return true;
}

bool directive_org(struct assembler *as, const struct token *name, uint64_t argument)
{
    const struct expr *goal = expr_read(as), *fill = NULL;
    struct item *item;

    (void)argument;
    if (!goal || (token_accept(as, ',') && !(fill = expr_read(as))))
        return false;
    item = item_add(as, ITEM_ORG, name->place);
    item->expr = goal;
    item->fill = fill;
    return true;
}

/* .comm symbol, size, alignment: room in .bss */
bool directive_common(struct assembler *as, const struct token *name, uint64_t is_local)
{
    const struct token *symbol = directive_name(as, "a symbol");
    uint64_t size = 0, alignment = 16;
    int section = as->section;
    struct item *item;
    unsigned log2 = 0;

    if (!symbol || !token_expect(as, ',', "','") ||
        !expr_read_constant(as, "the size", &size))
        return false;
    if (token_accept(as, ',') && !expr_read_constant(as, "the alignment", &alignment))
        return false;
    if (alignment == 0 || alignment > 65536 || (alignment & (alignment - 1)))
        return asm_fault(as, symbol->place,
                         "the alignment must be a power of 2 up to 2^16");
    as->section = section_named(as, ".bss", 4, ASM_ALLOC | ASM_WRITE | ASM_NOBITS);
    while (BIT(log2) < alignment)
        log2++;
    if (log2 > as->sections[as->section].align_log2)
        as->sections[as->section].align_log2 = log2;
    item = item_add(as, ITEM_ALIGN, name->place);
    item->unit = alignment;
    symbol_label(as, symbol);
    symbol_named(as, symbol->place.at, symbol->length)->global = !is_local;
    item = item_add(as, ITEM_FILL, name->place);
    item->expr = expr_number(as, size, symbol->place);
    item->unit = 1;
    as->section = section;
    return true;
}
