#include "machine/isa/asm/expr.h"

#include "base/bits.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/lexer.h"
#include "machine/isa/asm/symbols.h"

/*
 * Expressions have the operators and the precedence of GNU as (its manual, "Infix
 * Operators"): * / % << >> bind tightest, then | & ^ !, then + -, then comparisons, &&
 * and ||. Numbers are 64 bits; / and % are signed, >> brings in zeros, and a comparison
 * gives -1 for true.
 */

enum {
    DEPTH_MAX = 200,
    BUDGET = 20000 /* nodes that one evaluation visits, through .equ symbols too */
};

static struct expr *new_expr(struct assembler *as, enum expr_kind kind,
                             struct place place)
{
    struct expr *expr = arena_zero(&as->arena, sizeof(*expr));

    expr->kind = kind;
    expr->place = place;
    return expr;
}

const struct expr *expr_number(struct assembler *as, uint64_t number,
                               struct place place)
{
    struct expr *expr = new_expr(as, EXPR_NUMBER, place);

    expr->number = number;
    return expr;
}

static unsigned rank(int op)
{
    switch (op) {
    case '*':
    case '/':
    case '%':
    case PAIR('<', '<'):
    case PAIR('>', '>'):
        return 6;
    case '|':
    case '&':
    case '^':
    case '!':
        return 5;
    case '+':
    case '-':
        return 4;
    case PAIR('=', '='):
    case PAIR('!', '='):
    case PAIR('<', '>'):
    case '<':
    case PAIR('<', '='):
    case '>':
    case PAIR('>', '='):
        return 3;
    case PAIR('&', '&'):
        return 2;
    case PAIR('|', '|'):
        return 1;
    default:
        return 0;
    }
}

static const struct expr *read_above(struct assembler *as, unsigned lowest);

static const struct expr *read_symbol(struct assembler *as, const struct token *token)
{
    struct expr *expr = new_expr(as, EXPR_SYMBOL, token->place);

    if (token->kind == TOKEN_NAME && token_is(token, ".")) {
        expr->kind = EXPR_MARK;
        expr->item = item_mark(as, token->place);
        return expr;
    }
    if (token->kind == TOKEN_LABEL)
        expr->symbol = symbol_numbered(as, token);
    else
        expr->symbol = symbol_named(as, token->place.at, token->length);
    if (!expr->symbol)
        return NULL;
    /* .set may give the symbol another value further down: here it has this one. */
    return expr->symbol->state == SYMBOL_EQUATED ? expr->symbol->expr : expr;
}

static const struct expr *read_unary(struct assembler *as, const struct token *token)
{
    struct expr *expr = new_expr(as, EXPR_UNARY, token->place);

    expr->op = token->kind;
    expr->left = read_above(as, 7);
    return expr->left ? expr : NULL;
}

static const struct expr *read_operand(struct assembler *as)
{
    const struct token *token = as->token;
    const struct expr *inner;

    switch (token->kind) {
    case TOKEN_NUMBER:
        as->token++;
        return expr_number(as, token->number, token->place);
    case TOKEN_NAME:
    case TOKEN_LABEL:
        as->token++;
        return read_symbol(as, token);
    case '-':
    case '~':
    case '!':
    case '+':
        as->token++;
        return read_unary(as, token);
    case '(':
        as->token++;
        inner = read_above(as, 1);
        return inner && token_expect(as, ')', "')'") ? inner : NULL;
    case '%':
        asm_fault(as, token->place,
                  "%%hi, %%lo and their like stand alone, not in expressions");
        return NULL;
    default:
        asm_fault(as, token->place, "expected an expression");
        return NULL;
    }
}

/* An operand and the operators after it whose rank is `lowest` or more. */
static const struct expr *read_above(struct assembler *as, unsigned lowest)
{
    const struct expr *left = NULL;

    if (++as->depth > DEPTH_MAX)
        asm_fault(as, as->token->place, "this expression is nested too deeply");
    else
        left = read_operand(as);
    while (left && rank(as->token->kind) >= lowest) {
        struct expr *both = new_expr(as, EXPR_BINARY, as->token->place);

        both->op = as->token->kind;
        as->token++;
        both->left = left;
        both->right = read_above(as, rank(both->op) + 1);
        left = both->right ? both : NULL;
    }
    as->depth--;
    return left;
}

const struct expr *expr_read(struct assembler *as)
{
    return read_above(as, 1);
}

/* One evaluation: whether addresses may be used and whether failures are told. */
struct evaluation {
    struct assembler *as;
    bool addresses, tell;
    unsigned budget;
};

static bool value_of(struct evaluation *ev, const struct expr *expr, uint64_t *value);

static bool wrong(struct evaluation *ev, struct place place, const char *what)
{
    return ev->tell ? asm_report(ev->as, place, "%s", what) : false;
}

static bool address_of(struct evaluation *ev, size_t item, uint64_t *value)
{
    if (ev->addresses)
        *value = item_address(ev->as, &ev->as->items[item]);
    return ev->addresses;
}

static bool symbol_value(struct evaluation *ev, const struct expr *expr,
                         uint64_t *value)
{
    const struct symbol *symbol = expr->symbol;

    switch (symbol->state) {
    case SYMBOL_LABEL:
        return address_of(ev, symbol->item, value);
    case SYMBOL_EQUATED:
    case SYMBOL_CONSTANT:
        return value_of(ev, symbol->expr, value);
    case SYMBOL_UNDEFINED:
    default:
        *value = 0;
        if (symbol->weak)
            return ev->addresses; /* it may still be defined further down */
        if (ev->tell)
            symbol_undefined(ev->as, symbol, expr->place);
        return false;
    }
}

static uint64_t unary(int op, uint64_t value)
{
    switch (op) {
    case '-':
        return 0 - value;
    case '~':
        return ~value;
    case '!':
        return !value;
    default:
        return value;
    }
}

static uint64_t truth(bool is_true)
{
    return is_true ? UINT64_MAX : 0;
}

/* A shift by 64 or more leaves nothing. */
static uint64_t shifted(int op, uint64_t left, uint64_t right)
{
    if (right > 63)
        return 0;
    return op == PAIR('<', '<') ? left << right : left >> right;
}

/* The one quotient that does not fit, -2^63 / -1, wraps around. */
static uint64_t divided(int op, uint64_t left, uint64_t right)
{
    if (right == UINT64_MAX)
        return op == '/' ? 0 - left : 0;
    return op == '/' ? (uint64_t)((int64_t)left / (int64_t)right)
                     : (uint64_t)((int64_t)left % (int64_t)right);
}

static uint64_t binary(int op, uint64_t left, uint64_t right)
{
    int64_t a = (int64_t)left, b = (int64_t)right;

    switch (op) {
    case '*':
        return left * right;
    case '/':
    case '%':
        return divided(op, left, right);
    case PAIR('<', '<'):
    case PAIR('>', '>'):
        return shifted(op, left, right);
    case '|':
        return left | right;
    case '&':
        return left & right;
    case '^':
        return left ^ right;
    case '!':
        return left | ~right;
    case '+':
        return left + right;
    case '-':
        return left - right;
    case PAIR('=', '='):
        return truth(left == right);
    case PAIR('!', '='):
    case PAIR('<', '>'):
        return truth(left != right);
    case '<':
        return truth(a < b);
    case PAIR('<', '='):
        return truth(a <= b);
    case '>':
        return truth(a > b);
    case PAIR('>', '='):
        return truth(a >= b);
    case PAIR('&', '&'):
        return left && right;
    default:
        return left || right;
    }
}

static bool binary_value(struct evaluation *ev, const struct expr *expr,
                         uint64_t *value)
{
    uint64_t left, right;
    bool known = value_of(ev, expr->left, &left);

    /* Both sides are evaluated in any case: each may have something to tell. */
    if (!value_of(ev, expr->right, &right) || !known)
        return false;
    if ((expr->op == '/' || expr->op == '%') && right == 0)
        return wrong(ev, expr->place, "division by zero");
    *value = binary(expr->op, left, right);
    return true;
}

static bool inner_value(struct evaluation *ev, const struct expr *expr, uint64_t *value)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
        *value = expr->number;
        return true;
    case EXPR_SYMBOL:
        return symbol_value(ev, expr, value);
    case EXPR_MARK:
        return address_of(ev, expr->item, value);
    case EXPR_UNARY:
        if (!value_of(ev, expr->left, value))
            return false;
        *value = unary(expr->op, *value);
        return true;
    case EXPR_BINARY:
    default:
        return binary_value(ev, expr, value);
    }
}

/* The budget ends what defines itself (.equ a, b and .equ b, a) and what doubles with
 * each .set; the depth ends what would need too much of the stack. */
static bool value_of(struct evaluation *ev, const struct expr *expr, uint64_t *value)
{
    bool known = false;

    *value = 0;
    if (ev->budget == 0)
        return false;
    ev->budget--;
    if (ev->as->depth > 2 * DEPTH_MAX || ev->budget == 0) {
        ev->budget = 0;
        return wrong(ev, expr->place,
                     "this expression is too complex or defines itself");
    }
    ev->as->depth++;
    known = inner_value(ev, expr, value);
    ev->as->depth--;
    return known;
}

bool expr_is_constant(struct assembler *as, const struct expr *expr, uint64_t *value)
{
    struct evaluation ev = {.as = as, .budget = BUDGET};

    return value_of(&ev, expr, value);
}

bool expr_evaluate(struct assembler *as, const struct expr *expr, bool tell,
                   uint64_t *value)
{
    struct evaluation ev = {
        .as = as, .addresses = true, .tell = tell, .budget = BUDGET};

    return value_of(&ev, expr, value);
}

int expr_section(struct assembler *as, const struct expr *expr)
{
    uint64_t number;

    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        const struct symbol *symbol = expr->symbol;
        bool adds = expr->kind == EXPR_BINARY && (expr->op == '+' || expr->op == '-');

        if (expr->kind == EXPR_MARK)
            return as->items[expr->item].section;
        if (expr->kind == EXPR_SYMBOL && symbol->state == SYMBOL_LABEL)
            return as->items[symbol->item].section;
        if (expr->kind == EXPR_SYMBOL && symbol->expr)
            expr = symbol->expr;
        else if (adds && expr_is_constant(as, expr->right, &number))
            expr = expr->left;
        else if (adds && expr->op == '+' && expr_is_constant(as, expr->left, &number))
            expr = expr->right;
        else
            break;
    }
    return ASM_ABSOLUTE;
}

bool expr_read_constant(struct assembler *as, const char *what, uint64_t *value)
{
    struct place place = as->token->place;
    const struct expr *expr = expr_read(as);

    return expr && (expr_is_constant(as, expr, value) ||
                    asm_fault(as, place, "%s must be a number known here", what));
}
