#include "machine/isa/asm/symbols.h"

#include "base/alloc.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/items.h"

#include <stdlib.h>
#include <string.h>

/*
 * A hash table of symbols by name. The third "1:" of the text is a symbol of its own,
 * whose name holds the number, the character 1, which no name can contain, and its count.
 */

static uint64_t hash_of(const char *name, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void grow_table(struct assembler *as)
{
    size_t count = as->bucket_count ? as->bucket_count * 2 : 256;

    free(as->buckets);
    as->buckets = alloc_zero(count, sizeof(struct symbol *));
    as->bucket_count = count;
    for (struct symbol *symbol = as->first_symbol; symbol; symbol = symbol->next) {
        size_t at = hash_of(symbol->name, strlen(symbol->name)) & (count - 1);

        symbol->chain = as->buckets[at];
        as->buckets[at] = symbol;
    }
}

static struct symbol *new_symbol(struct assembler *as, const char *name, size_t length)
{
    struct symbol *symbol = arena_zero(&as->arena, sizeof(*symbol));

    symbol->name = symbol->shown = arena_text(&as->arena, name, length);
    *as->last_symbol = symbol;
    as->last_symbol = &symbol->next;
    if (++as->symbol_count > as->bucket_count) {
        grow_table(as);
    } else {
        size_t at = hash_of(name, length) & (as->bucket_count - 1);

        symbol->chain = as->buckets[at];
        as->buckets[at] = symbol;
    }
    return symbol;
}

struct symbol *symbol_named(struct assembler *as, const char *name, size_t length)
{
    if (as->bucket_count) {
        struct symbol *symbol =
            as->buckets[hash_of(name, length) & (as->bucket_count - 1)];

        for (; symbol; symbol = symbol->chain)
            if (strlen(symbol->name) == length &&
                memcmp(symbol->name, name, length) == 0)
                return symbol;
    }
    return new_symbol(as, name, length);
}

/* The symbol that counts the definitions of a numbered label. */
static struct symbol *counter_of(struct assembler *as, uint64_t number)
{
    struct buf name = {0};
    struct symbol *symbol;

    buf_printf(&name, "\001%llu", (unsigned long long)number);
    symbol = symbol_named(as, name.data, name.size);
    buf_free(&name);
    return symbol;
}

static struct symbol *numbered(struct assembler *as, uint64_t number, unsigned count)
{
    struct buf name = {0};
    struct symbol *symbol;

    buf_printf(&name, "\001%llu\001%u", (unsigned long long)number, count);
    symbol = symbol_named(as, name.data, name.size);
    buf_clear(&name);
    buf_printf(&name, "%lluf", (unsigned long long)number);
    symbol->shown = arena_text(&as->arena, name.data, name.size);
    buf_free(&name);
    return symbol;
}

struct symbol *symbol_numbered(struct assembler *as, const struct token *token)
{
    unsigned count = counter_of(as, token->number)->count;

    if (token->place.at[token->length - 1] == 'f')
        return numbered(as, token->number, count + 1);
    if (count == 0) {
        asm_fault(as, token->place, "there is no label %llu: above",
                  (unsigned long long)token->number);
        return NULL;
    }
    return numbered(as, token->number, count);
}

bool symbol_is_taken(struct assembler *as, const struct symbol *symbol,
                     struct place place)
{
    return asm_report(as, place, "symbol '%s' is already defined on line %u",
                      symbol->shown, symbol->place.line);
}

void symbol_label(struct assembler *as, const struct token *token)
{
    struct symbol *symbol;

    if (token->kind == TOKEN_NUMBER)
        symbol = numbered(as, token->number, ++counter_of(as, token->number)->count);
    else
        symbol = symbol_named(as, token->place.at, token->length);
    if (symbol->state != SYMBOL_UNDEFINED) {
        symbol_is_taken(as, symbol, token->place);
        return;
    }
    symbol->state = SYMBOL_LABEL;
    symbol->place = token->place;
    symbol->item = item_mark(as, token->place);
}

void symbol_undefined(struct assembler *as, const struct symbol *symbol,
                      struct place place)
{
    bool is_numbered = symbol->name[0] == '\001';
    struct nearest nearest = {.wanted = symbol->shown};

    if (as->program->diagnostic_count == ASM_DIAGNOSTICS_MAX)
        return;
    if (is_numbered) {
        asm_report(as, place, "there is no label %.*s: below",
                   (int)strlen(symbol->shown) - 1, symbol->shown);
        return;
    }
    if (xreg_by_name(symbol->name, strlen(symbol->name)) >= 0) {
        asm_report(as, place, "'%s' is a register; a symbol or a number stands here",
                   symbol->shown);
        return;
    }
    for (struct symbol *s = as->first_symbol; s; s = s->next)
        if (s->state != SYMBOL_UNDEFINED && s->name[0] != '\001')
            nearest_offer(&nearest, s->name);
    asm_report(as, place, "undefined symbol '%s'%s", symbol->shown,
               asm_hint(as, &nearest));
}

/* Numbered labels and those that begin with .L are no business of anybody else. */
bool symbol_is_local(const struct symbol *symbol)
{
    return symbol->name[0] == '\001' || strncmp(symbol->name, ".L", 2) == 0;
}

void symbol_table_free(struct assembler *as)
{
    free(as->buckets);
    as->buckets = NULL;
}
