/*
 * Text to tree, by precedence climbing: the operand of an operator goes on as long as
 * operators bind tighter. All recursion is bounded, and so is the depth of the tree that
 * comes out, since whoever evaluates it recurses too.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "machine/isa/csr.h"
#include "observe/ask/expr_tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *text, *at;
    unsigned level; /* of recursion */
    struct err *err;
};

static struct expr *parse_choice(struct parser *parser);

static void skip_blanks(struct parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t')
        parser->at++;
}

/* Says what is wrong, and where; gives NULL. */
static struct expr *fail(struct parser *parser, const char *what)
{
    err_set(parser->err, "column %zu: %s", (size_t)(parser->at - parser->text) + 1,
            what);
    return NULL;
}

static bool take(struct parser *parser, char c)
{
    skip_blanks(parser);
    if (*parser->at != c)
        return false;
    parser->at++;
    return true;
}

/* --- nodes ----------------------------------------------------------------------------- */

static struct expr *node(enum expr_kind kind)
{
    struct expr *expr = alloc_zero(1, sizeof(*expr));

    expr->kind = (uint8_t)kind;
    return expr;
}

void expr_free(struct expr *expr)
{
    if (!expr)
        return;
    for (unsigned i = 0; i < COUNT(expr->child); i++)
        expr_free(expr->child[i]);
    free(expr->text);
    free(expr);
}

/* Gives a node its children; without one of them, or too deep, there is no node. */
static struct expr *join(struct parser *parser, struct expr *expr, struct expr *a,
                         struct expr *b, struct expr *c)
{
    struct expr *const child[] = {a, b, c};

    for (unsigned i = 0; i < COUNT(child); i++) {
        expr->child[i] = child[i];
        if (child[i] && child[i]->depth >= expr->depth)
            expr->depth = (uint16_t)(child[i]->depth + 1);
    }
    if (expr->depth < EXPR_DEPTH)
        return expr;
    expr_free(expr);
    return fail(parser, "the expression is too deep");
}

static struct expr *unary(struct parser *parser, enum expr_kind kind, enum expr_op op,
                          struct expr *operand)
{
    struct expr *expr;

    if (!operand)
        return NULL;
    expr = node(kind);
    expr->op = (uint8_t)op;
    return join(parser, expr, operand, NULL, NULL);
}

static struct expr *binary(struct parser *parser, enum expr_op op, struct expr *a,
                           struct expr *b)
{
    struct expr *expr;

    if (!b) {
        expr_free(a);
        return NULL;
    }
    expr = node(EXPR_BINARY);
    expr->op = (uint8_t)op;
    return join(parser, expr, a, b, NULL);
}

/* --- numbers and texts ------------------------------------------------------------------- */

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return isalpha((unsigned char)c) ? (unsigned)(tolower((unsigned char)c) - 'a') + 10
                                     : 99;
}

static unsigned take_base(struct parser *parser)
{
    char second = parser->at[0] == '0' ? parser->at[1] : '\0';

    if (second != 'x' && second != 'X' && second != 'b' && second != 'B')
        return 10;
    parser->at += 2;
    return second == 'x' || second == 'X' ? 16 : 2;
}

static struct expr *parse_number(struct parser *parser)
{
    unsigned base = take_base(parser);
    struct expr *expr;
    uint64_t value = 0;
    bool some = false;

    for (; is_name_char(*parser->at); parser->at++) {
        unsigned digit = digit_value(*parser->at);

        if (*parser->at == '_' && some)
            continue;
        if (digit >= base)
            return fail(parser, "no digit of the number");
        if (value > (UINT64_MAX - digit) / base)
            return fail(parser, "the number has more than 64 bits");
        value = value * base + digit;
        some = true;
    }
    if (!some)
        return fail(parser, "a number has digits");
    expr = node(EXPR_NUMBER);
    expr->number = value;
    return expr;
}

/* The character behind a backslash. */
static int escaped(char c)
{
    static const char from[] = "nrt0\\'\"", to[] = "\n\r\t\0\\'\"";
    const char *at = c ? strchr(from, c) : NULL;

    return at ? (unsigned char)to[at - from] : -1;
}

static struct expr *parse_character(struct parser *parser)
{
    int value = (unsigned char)parser->at[1];
    size_t length = 3;
    struct expr *expr;

    if (value == '\\') {
        value = escaped(parser->at[2]);
        length = 4;
    }
    if (value <= 0 && length == 3)
        return fail(parser, "a character is missing");
    if (value < 0 || parser->at[length - 1] != '\'')
        return fail(parser, "a character is one, between quotes: 'A'");
    parser->at += length;
    expr = node(EXPR_NUMBER);
    expr->number = (uint64_t)value;
    return expr;
}

static char *copy(const char *from, size_t length)
{
    char *text = alloc_zero(length + 1, 1);

    memcpy(text, from, length);
    return text;
}

static struct expr *parse_text(struct parser *parser)
{
    size_t length = strcspn(parser->at + 1, "\"");
    struct expr *expr;

    if (parser->at[1 + length] != '"')
        return fail(parser, "the quote is not closed");
    expr = node(EXPR_TEXT);
    expr->text = copy(parser->at + 1, length);
    parser->at += length + 2;
    return expr;
}

/* --- memory ------------------------------------------------------------------------------- */

/* After the opening bracket: what is in it, and the closing one. */
static struct expr *parse_bracket(struct parser *parser)
{
    struct expr *inside = parse_choice(parser);

    if (inside && !take(parser, ']')) {
        expr_free(inside);
        return fail(parser, "']' is missing");
    }
    return inside;
}

/* At the opening bracket. */
static struct expr *parse_memory(struct parser *parser, struct expr like)
{
    struct expr *expr;

    parser->at++;
    expr = unary(parser, EXPR_MEMORY, DO_NONE, parse_bracket(parser));
    if (expr) {
        expr->size = like.size;
        expr->is_signed = like.is_signed;
        expr->physical = like.physical;
    }
    return expr;
}

/* "u32[", "i8[", "u64p[": the type of memory, and how long its name is; 0: it is none. */
static size_t memory_type(const char *at, struct expr *like)
{
    static const struct {
        const char *bits;
        uint8_t size;
    } sizes[] = {{"8", 1}, {"16", 2}, {"32", 4}, {"64", 8}};
    size_t length;

    if (*at != 'u' && *at != 'i')
        return 0;
    like->is_signed = *at == 'i';
    for (unsigned i = 0; i < COUNT(sizes); i++) {
        length = 1 + strlen(sizes[i].bits);
        if (strncmp(at + 1, sizes[i].bits, length - 1) != 0)
            continue;
        like->size = sizes[i].size;
        like->physical = at[length] == 'p';
        length += like->physical;
        if (at[length] == '[')
            return length;
    }
    return 0;
}

/* --- names ----------------------------------------------------------------------------------- */

/* Fields of some CSRs have names with "-" in them: "medeleg.load-page". */
static size_t csr_field_length(const char *csr_name, const char *at)
{
    const struct csr_info *csr = csr_by_name(csr_name, strlen(csr_name));
    size_t longest = 0;

    for (const struct csr_field *field = csr ? csr->fields : NULL; field && field->name;
         field++) {
        size_t length = strlen(field->name);

        if (length > longest && strncmp(at, field->name, length) == 0 &&
            !is_name_char(at[length]))
            longest = length;
    }
    return longest;
}

static size_t part_length(const struct expr *name, const char *at)
{
    size_t length = name->parts ? csr_field_length(name->part[name->parts - 1], at) : 0;

    if (length)
        return length;
    while (is_name_char(at[length]))
        length++;
    return length;
}

/* "csr:0x300": the part is the number as it is written. */
static bool is_csr_number(const char *at)
{
    return strncmp(at, "csr:", 4) == 0;
}

/* One part of a name, at the end of its text, which has room for all of them. */
static bool take_part(struct parser *parser, struct expr *name, char **end)
{
    size_t length;

    if (is_csr_number(parser->at) && !name->csr_number) {
        name->csr_number = true;
        parser->at += 4;
    }
    length = part_length(name, parser->at);
    if (length == 0 || name->parts == EXPR_PARTS) {
        fail(parser, length ? "the name has too many parts" : "a name is missing");
        return false;
    }
    memcpy(*end, parser->at, length);
    name->part[name->parts++] = *end;
    *end += length + 1;
    parser->at += length;
    return true;
}

/* "[n]" behind a part, if it is there: the number of a register in its array. */
static bool take_index(struct parser *parser, struct expr *name)
{
    if (*parser->at != '[' || name->parts < 2 || name->indexed)
        return true;
    parser->at++;
    name->child[0] = parse_bracket(parser);
    name->indexed = true;
    name->index_behind = name->parts;
    return name->child[0];
}

static struct expr *parse_name(struct parser *parser)
{
    struct expr *name = node(EXPR_NAME);
    char *end = name->text = alloc_zero(strlen(parser->at) + EXPR_PARTS, 1);

    name->forced = *parser->at == '$';
    parser->at += name->forced;
    do {
        if (!take_part(parser, name, &end) || !take_index(parser, name)) {
            expr_free(name);
            return NULL;
        }
    } while (*parser->at == '.' && parser->at++);
    return join(parser, name, name->child[0], NULL, NULL);
}

/* --- operands -------------------------------------------------------------------------------- */

static struct expr *parse_parentheses(struct parser *parser)
{
    struct expr *inside = parse_choice(parser);

    if (inside && !take(parser, ')')) {
        expr_free(inside);
        return fail(parser, "')' is missing");
    }
    return inside;
}

static struct expr *parse_primary(struct parser *parser)
{
    struct expr like = {.size = 8};
    size_t length;

    skip_blanks(parser);
    if (take(parser, '('))
        return parse_parentheses(parser);
    if (*parser->at == '[')
        return parse_memory(parser, like);
    if (isdigit((unsigned char)*parser->at))
        return parse_number(parser);
    if (*parser->at == '\'')
        return parse_character(parser);
    if (*parser->at == '"')
        return parse_text(parser);
    if (strncmp(parser->at, "signed(", 7) == 0) {
        parser->at += 7;
        return unary(parser, EXPR_SIGNED, DO_NONE, parse_parentheses(parser));
    }
    length = memory_type(parser->at, &like);
    parser->at += length;
    if (length)
        return parse_memory(parser, like);
    if (is_name_start(*parser->at) || *parser->at == '$')
        return parse_name(parser);
    return fail(parser,
                *parser->at ? "no value begins like this" : "a value is missing");
}

static struct expr *parse_unary(struct parser *parser)
{
    static const struct {
        char sign;
        enum expr_op op;
    } signs[] = {{'!', DO_NOT}, {'~', DO_INVERT}, {'-', DO_NEGATE}, {'+', DO_NONE}};
    struct expr *expr;

    if (++parser->level > EXPR_DEPTH)
        return fail(parser, "the expression is too deep");
    for (unsigned i = 0; i < COUNT(signs); i++)
        if (take(parser, signs[i].sign)) {
            expr = unary(parser, EXPR_UNARY, signs[i].op, parse_unary(parser));
            parser->level--;
            return expr;
        }
    expr = parse_primary(parser);
    parser->level--;
    return expr;
}

/* --- operators --------------------------------------------------------------------------------- */

/* Longer ones first, so that "<<" is not taken for "<". */
static const struct binding {
    char text[3];
    uint8_t tightness;
    enum expr_op op;
} bindings[] = {
    {"||", 1, DO_OR},         {"&&", 2, DO_AND},
    {"==", 6, DO_EQUAL},      {"!=", 6, DO_NOT_EQUAL},
    {"<<", 8, DO_SHIFT_LEFT}, {">>", 8, DO_SHIFT_RIGHT},
    {"<=", 7, DO_LESS_EQUAL}, {">=", 7, DO_GREATER_EQUAL},
    {"|", 3, DO_BIT_OR},      {"^", 4, DO_BIT_XOR},
    {"&", 5, DO_BIT_AND},     {"<", 7, DO_LESS},
    {">", 7, DO_GREATER},     {"+", 9, DO_ADD},
    {"-", 9, DO_SUBTRACT},    {"*", 10, DO_MULTIPLY},
    {"/", 10, DO_DIVIDE},     {"%", 10, DO_REMAINDER},
};

static const struct binding *next_operator(struct parser *parser)
{
    const char *before = parser->at;

    skip_blanks(parser);
    for (size_t i = 0; i < COUNT(bindings); i++)
        if (strncmp(parser->at, bindings[i].text, strlen(bindings[i].text)) == 0)
            return &bindings[i];
    parser->at = before;
    return NULL;
}

static struct expr *parse_binary(struct parser *parser, unsigned tightness)
{
    struct expr *left = parse_unary(parser);

    while (left) {
        const char *before = parser->at;
        const struct binding *binding = next_operator(parser);

        if (!binding || binding->tightness < tightness) {
            parser->at = before;
            break;
        }
        parser->at += strlen(binding->text);
        left = binary(parser, binding->op, left,
                      parse_binary(parser, binding->tightness + 1u));
    }
    return left;
}

/* After the question mark: "yes : no". */
static struct expr *parse_branches(struct parser *parser, struct expr *condition)
{
    struct expr *yes = parse_choice(parser), *no = NULL;

    if (yes && !take(parser, ':'))
        fail(parser, "':' is missing");
    else if (yes)
        no = parse_choice(parser);
    if (no)
        return join(parser, node(EXPR_CHOICE), condition, yes, no);
    expr_free(condition);
    expr_free(yes);
    return NULL;
}

static struct expr *parse_choice(struct parser *parser)
{
    struct expr *expr;
    const char *before;

    if (++parser->level > EXPR_DEPTH)
        return fail(parser, "the expression is too deep");
    expr = parse_binary(parser, 1);
    before = parser->at;
    if (expr && take(parser, '?'))
        expr = parse_branches(parser, expr);
    else
        parser->at = before;
    parser->level--;
    return expr;
}

struct expr *expr_parse(const char *text, size_t *used, struct err *err)
{
    struct parser parser = {.text = text, .at = text, .err = err};
    struct expr *expr = parse_choice(&parser);

    *used = (size_t)(parser.at - text);
    return expr;
}

struct expr *expr_parse_all(const char *text, struct err *err)
{
    struct parser parser = {.text = text, .at = text, .err = err};
    struct expr *expr = parse_choice(&parser);

    if (!expr)
        return NULL;
    skip_blanks(&parser);
    if (*parser.at == '\0')
        return expr;
    expr_free(expr);
    return fail(&parser, "no operator is here");
}
