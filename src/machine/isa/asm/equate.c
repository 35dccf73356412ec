#include "machine/isa/asm/equate.h"

#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/symbols.h"

bool symbol_equate(struct assembler *as, const struct token *name,
                   enum symbol_state state, const struct expr *expr)
{
    struct symbol *symbol = symbol_named(as, name->place.at, name->length);
    uint64_t value;

    if (symbol->state == SYMBOL_LABEL || symbol->state == SYMBOL_CONSTANT ||
        (symbol->state == SYMBOL_EQUATED && state == SYMBOL_CONSTANT))
        return symbol_is_taken(as, symbol, name->place);
    /* Folded at once, so that a chain of .set x, x + 1 stays one number. */
    if (expr_is_constant(as, expr, &value))
        expr = expr_number(as, value, expr->place);
    symbol->state = state;
    symbol->place = name->place;
    symbol->expr = expr;
    return true;
}
