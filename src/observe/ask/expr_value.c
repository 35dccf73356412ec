/*
 * Tree to value. A signed value makes what it takes part in signed; the results of
 * comparisons are 0 and 1, unsigned. Division follows the harts where C has no answer.
 */
#include "observe/ask/expr_tree.h"
#include "observe/ask/names.h"
#include "observe/ask/peek.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

struct value {
    uint64_t bits;
    bool is_signed;
};

/* An evaluation on its way. */
struct evaluation {
    const struct expr_scope *scope;
    struct err *err;
};

static bool evaluate(const struct evaluation *of, const struct expr *expr,
                     struct value *value);

static const struct hart *scope_hart(const struct expr_scope *scope)
{
    return &scope_board(scope)->hart[scope->hart];
}

/* --- names and memory ---------------------------------------------------------------------- */

/* What a name names, with the number in its brackets as of now. */
static bool find(const struct evaluation *of, const struct expr *expr,
                 struct named *named)
{
    struct name_index index = {.known = expr->indexed};
    struct value number = {0};

    if (expr->indexed && !evaluate(of, expr->child[0], &number))
        return false;
    index.number = number.bits;
    return name_find(expr, of->scope, index, named, of->err);
}

static bool evaluate_name(const struct evaluation *of, const struct expr *expr,
                          struct value *value)
{
    struct named named;

    if (!find(of, expr, &named))
        return false;
    return name_value(&named, of->scope, &value->bits) ||
           err_set(of->err, "'%s' is a field of an event, and there is none",
                   expr->part[0]);
}

static bool evaluate_memory(const struct evaluation *of, const struct expr *expr,
                            struct value *value)
{
    const struct hart *hart = scope_hart(of->scope);
    struct value address = {0};
    uint64_t bits = 0, got;

    if (!evaluate(of, expr->child[0], &address))
        return false;
    got = expr->physical
              ? peek_physical(hart->bus, address.bits, &bits, expr->size, of->err)
              : peek_virtual(hart, address.bits, &bits, expr->size, of->err);
    if (got < expr->size)
        return false;
    value->is_signed = expr->is_signed;
    value->bits = expr->is_signed ? (uint64_t)sign_extend(bits, 8u * expr->size) : bits;
    return true;
}

/* --- words --------------------------------------------------------------------------------- */

/* So many values of it may have words: more than a byte has only units that say so. */
static uint64_t values_of(const struct named *named)
{
    uint64_t count = named->kind == NAME_FIELD ? unit_words(named->field->unit) : 0;

    return count > 256 ? count : 256;
}

/* Has any value these words, a cause of interrupts among them? */
static bool words_exist(const struct evaluation *of, const struct named *named,
                        const char *text)
{
    for (uint64_t value = 0; value < values_of(named); value++)
        if (name_is_called(named, of->scope, value, text) ||
            name_is_called(named, of->scope, value | CAUSE_INTERRUPT, text))
            return true;
    return false;
}

/* The text and the name of a comparison with words; false: it is none. */
static bool words_of(const struct expr *expr, const struct expr **name,
                     const struct expr **text)
{
    bool right = expr->child[1]->kind == EXPR_TEXT;

    *text = expr->child[right ? 1 : 0];
    *name = expr->child[right ? 0 : 1];
    return (expr->op == DO_EQUAL || expr->op == DO_NOT_EQUAL) &&
           (*text)->kind == EXPR_TEXT && (*name)->kind == EXPR_NAME;
}

static bool evaluate_words(const struct evaluation *of, const struct expr *expr,
                           const struct expr *name, const struct expr *text,
                           struct value *value)
{
    struct named named;
    struct value number = {0};

    if (!find(of, name, &named) || !evaluate_name(of, name, &number))
        return false;
    value->bits = name_is_called(&named, of->scope, number.bits, text->text) ==
                  (expr->op == DO_EQUAL);
    return true;
}

/* --- operators ------------------------------------------------------------------------------ */

static uint64_t divide(struct value a, struct value b, bool is_signed)
{
    if (!is_signed)
        return a.bits / b.bits;
    /* The one quotient that has no 64 bits is what it was divided from. */
    return b.bits == UINT64_MAX ? -a.bits
                                : (uint64_t)((int64_t)a.bits / (int64_t)b.bits);
}

static uint64_t remainder_of(struct value a, struct value b, bool is_signed)
{
    if (!is_signed)
        return a.bits % b.bits;
    return b.bits == UINT64_MAX ? 0 : (uint64_t)((int64_t)a.bits % (int64_t)b.bits);
}

/* Bits that are shifted out are gone; a shift by 64 and more leaves none. */
static uint64_t shift_left(struct value a, uint64_t by)
{
    return by < 64 ? a.bits << by : 0;
}

static uint64_t shift_right(struct value a, uint64_t by)
{
    bool negative = a.is_signed && a.bits >> 63;
    uint64_t moved = by < 64 ? a.bits >> by : 0;

    return negative && by ? moved | (by < 64 ? UINT64_MAX << (64 - by) : UINT64_MAX)
                          : moved;
}

static bool less(struct value a, struct value b, bool is_signed)
{
    return is_signed ? (int64_t)a.bits < (int64_t)b.bits : a.bits < b.bits;
}

/* Operators whose result is 0 or 1; false: it is none of them. */
static bool compare(enum expr_op op, struct value a, struct value b, bool *truth)
{
    bool is_signed = a.is_signed || b.is_signed;
    bool is_less = less(a, b, is_signed), is_greater = less(b, a, is_signed);

    const struct {
        enum expr_op op;
        bool truth;
    } answers[] = {
        {DO_LESS, is_less},           {DO_LESS_EQUAL, !is_greater},
        {DO_GREATER, is_greater},     {DO_GREATER_EQUAL, !is_less},
        {DO_EQUAL, a.bits == b.bits}, {DO_NOT_EQUAL, a.bits != b.bits},
        {DO_AND, a.bits && b.bits},   {DO_OR, a.bits || b.bits},
    };

    for (unsigned i = 0; i < COUNT(answers); i++)
        if (answers[i].op == op) {
            *truth = answers[i].truth;
            return true;
        }
    return false;
}

/* The others; b is not 0 where it divides. */
static uint64_t calculate(enum expr_op op, struct value a, struct value b)
{
    bool is_signed = a.is_signed || b.is_signed;

    if (op == DO_MULTIPLY)
        return a.bits * b.bits;
    if (op == DO_DIVIDE)
        return divide(a, b, is_signed);
    if (op == DO_REMAINDER)
        return remainder_of(a, b, is_signed);
    if (op == DO_ADD)
        return a.bits + b.bits;
    if (op == DO_SUBTRACT)
        return a.bits - b.bits;
    if (op == DO_SHIFT_LEFT)
        return shift_left(a, b.bits);
    if (op == DO_SHIFT_RIGHT)
        return shift_right(a, b.bits);
    if (op == DO_BIT_AND)
        return a.bits & b.bits;
    return op == DO_BIT_XOR ? a.bits ^ b.bits : a.bits | b.bits;
}

static bool evaluate_binary(const struct evaluation *of, const struct expr *expr,
                            struct value *value)
{
    enum expr_op op = (enum expr_op)expr->op;
    struct value a = {0}, b = {0};
    const struct expr *name, *text;
    bool truth;

    if (words_of(expr, &name, &text))
        return evaluate_words(of, expr, name, text, value);
    if (!evaluate(of, expr->child[0], &a))
        return false;
    /* What decides alone leaves the other side out, which may not be readable. */
    if ((op == DO_AND && !a.bits) || (op == DO_OR && a.bits)) {
        value->bits = op == DO_OR;
        return true;
    }
    if (!evaluate(of, expr->child[1], &b))
        return false;
    if ((op == DO_DIVIDE || op == DO_REMAINDER) && b.bits == 0)
        return err_set(of->err, "division by 0");
    if (compare(op, a, b, &truth)) {
        value->bits = truth;
        return true;
    }
    value->bits = calculate(op, a, b);
    value->is_signed = a.is_signed || b.is_signed;
    return true;
}

static bool evaluate_unary(const struct evaluation *of, const struct expr *expr,
                           struct value *value)
{
    if (!evaluate(of, expr->child[0], value))
        return false;
    if (expr->op == DO_NOT)
        *value = (struct value){.bits = !value->bits};
    else if (expr->op == DO_INVERT)
        value->bits = ~value->bits;
    else if (expr->op == DO_NEGATE)
        value->bits = -value->bits;
    return true;
}

static bool evaluate(const struct evaluation *of, const struct expr *expr,
                     struct value *value)
{
    *value = (struct value){0};
    switch ((enum expr_kind)expr->kind) {
    case EXPR_NUMBER:
        value->bits = expr->number;
        return true;
    case EXPR_NAME:
        return evaluate_name(of, expr, value);
    case EXPR_MEMORY:
        return evaluate_memory(of, expr, value);
    case EXPR_SIGNED:
        if (!evaluate(of, expr->child[0], value))
            return false;
        value->is_signed = true;
        return true;
    case EXPR_UNARY:
        return evaluate_unary(of, expr, value);
    case EXPR_BINARY:
        return evaluate_binary(of, expr, value);
    case EXPR_CHOICE:
        if (!evaluate(of, expr->child[0], value))
            return false;
        return evaluate(of, expr->child[value->bits ? 1 : 2], value);
    case EXPR_TEXT:
        break;
    }
    return err_set(of->err, "\"%s\" is no value: words are compared with names",
                   expr->text);
}

bool expr_value(const struct expr *expr, const struct expr_scope *scope,
                uint64_t *value, struct err *err)
{
    struct evaluation of = {.scope = scope, .err = err};
    struct value result;

    if (!evaluate(&of, expr, &result))
        return false;
    *value = result.bits;
    return true;
}

/* --- checks ----------------------------------------------------------------------------------- */

static bool check_words(const struct evaluation *of, const struct expr *name,
                        const char *text)
{
    struct named named;

    if (!name_find(name, of->scope, (struct name_index){.known = false}, &named,
                   of->err))
        return false;
    return words_exist(of, &named, text) ||
           err_set(of->err, "'%s' is never \"%s\"", name->part[name->parts - 1], text);
}

static bool check(const struct evaluation *of, const struct expr *expr)
{
    const struct expr *name, *text;
    struct named named;

    if (expr->kind == EXPR_TEXT)
        return err_set(of->err, "\"%s\" is no value: words are compared with names",
                       expr->text);
    if (expr->kind == EXPR_NAME &&
        !name_find(expr, of->scope, (struct name_index){.known = false}, &named,
                   of->err))
        return false;
    if (expr->kind == EXPR_BINARY && words_of(expr, &name, &text))
        return check_words(of, name, text->text) && check(of, name);
    for (unsigned i = 0; i < COUNT(expr->child) && expr->child[i]; i++)
        if (!check(of, expr->child[i]))
            return false;
    return true;
}

bool expr_check(const struct expr *expr, const struct expr_scope *scope,
                struct err *err)
{
    struct evaluation of = {.scope = scope, .err = err};

    return check(&of, expr);
}

/* --- what can be set ------------------------------------------------------------------------------ */

static bool memory_lvalue(const struct evaluation *of, const struct expr *expr,
                          struct lvalue *lvalue)
{
    struct value address = {0};

    if (!evaluate(of, expr->child[0], &address))
        return false;
    *lvalue = (struct lvalue){.kind = LVALUE_MEMORY,
                              .hart = of->scope->hart,
                              .number = address.bits,
                              .size = expr->size,
                              .physical = expr->physical,
                              .hi = (uint8_t)(8 * expr->size - 1)};
    return true;
}

static bool name_lvalue(const struct evaluation *of, const struct expr *expr,
                        struct lvalue *lvalue)
{
    static const enum lvalue_kind kinds[] = {
        [NAME_X] = LVALUE_X,         [NAME_PC] = LVALUE_PC,
        [NAME_CSR] = LVALUE_CSR,     [NAME_REGISTER] = LVALUE_REGISTER,
        [NAME_FIELD] = LVALUE_NONE,  [NAME_BUILT_IN] = LVALUE_NONE,
        [NAME_NUMBER] = LVALUE_NONE,
    };
    struct named named;

    if (!find(of, expr, &named))
        return false;
    *lvalue = (struct lvalue){.kind = kinds[named.kind],
                              .hart = named.hart->id,
                              .number = named.number,
                              .hi = named.hi,
                              .lo = named.lo};
    if (named.kind == NAME_REGISTER) {
        if (names_is_hidden(&(struct register_place){named.device, named.reg,
                                                     (uint32_t)named.number}))
            return err_set(of->err, "%s.%s shares its address with another register",
                           named.device->name, named.reg->name);
        lvalue->device = named.device->index;
        lvalue->size = named.reg->size;
        lvalue->side = (uint8_t)named.side;
        if (!named.reg_field)
            lvalue->hi = 63;
    }
    return lvalue->kind != LVALUE_NONE ||
           err_set(of->err, "'%s' is a value, no register and no memory",
                   expr->part[expr->parts - 1]);
}

bool expr_lvalue(const struct expr *expr, const struct expr_scope *scope,
                 struct lvalue *lvalue, struct err *err)
{
    struct evaluation of = {.scope = scope, .err = err};

    *lvalue = (struct lvalue){.kind = LVALUE_NONE};
    if (expr->kind == EXPR_MEMORY)
        return memory_lvalue(&of, expr, lvalue);
    if (expr->kind == EXPR_NAME)
        return name_lvalue(&of, expr, lvalue);
    return err_set(err, "it is a value, no register and no memory");
}

void expr_words(struct buf *out, const struct expr *expr,
                const struct expr_scope *scope, uint64_t value)
{
    struct evaluation of = {.scope = scope};
    struct named named;

    if (expr->kind == EXPR_NAME && find(&of, expr, &named) &&
        named.kind == NAME_BUILT_IN && unit_words(named.built_in->unit))
        put_unit(out, named.built_in->unit, value);
}

/* --- a quick one ------------------------------------------------------------------------------ */

const struct event_field *expr_field_equals(const struct expr *expr,
                                            enum event_kind kind, uint64_t *number)
{
    const struct expr *name = expr->child[0], *value = expr->child[1];
    const struct event_field *field = event_infos[kind].fields;

    if (expr->kind != EXPR_BINARY || expr->op != DO_EQUAL || name->kind != EXPR_NAME ||
        name->parts != 1 || name->forced || name->indexed || value->kind != EXPR_NUMBER)
        return NULL;
    while (field->name && strcmp(field->name, name->part[0]) != 0)
        field++;
    *number = value->number;
    return field->name ? field : NULL;
}
