#include "machine/isa/asm/lexer.h"

#include "base/alloc.h"
#include "machine/isa/asm/diagnostics.h"

#include <string.h>

/*
 * Reading statements: tokens up to a newline or a semicolon, without comments. Lines are
 * counted here and nowhere else.
 */

static const char *end_of(const struct assembler *as)
{
    return as->source->text + as->source->size;
}

static char peek_char(const struct assembler *as, size_t ahead)
{
    return ahead < (size_t)(end_of(as) - as->at) ? as->at[ahead] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static bool in_name(char c)
{
    return starts_name(c) || is_digit(c);
}

/* The value of a digit in any base up to 16; 16 or more: none. */
static unsigned digit_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A' + 10);
    return 16;
}

static struct place here(const struct assembler *as)
{
    return (struct place){as->at, as->line};
}

static struct token *add_token(struct assembler *as, int kind, struct place place)
{
    if (as->token_count == as->token_room) {
        as->token_room = as->token_room ? as->token_room * 2 : 32;
        as->tokens = alloc_resize(as->tokens, as->token_room * sizeof(*as->tokens));
    }

    struct token *token = &as->tokens[as->token_count++];

    *token = (struct token){.kind = kind, .place = place};
    return token;
}

/* A comment of the form that C has; a newline inside it does not end the statement. */
static bool skip_block_comment(struct assembler *as)
{
    struct place start = here(as);

    for (as->at += 2; as->at < end_of(as); as->at++) {
        if (*as->at == '\n')
            as->line++;
        if (*as->at == '*' && peek_char(as, 1) == '/') {
            as->at += 2;
            return true;
        }
    }
    add_token(as, TOKEN_END, start);
    return asm_report(as, start, "this comment is not closed by */");
}

static void skip_line(struct assembler *as)
{
    while (as->at < end_of(as) && *as->at != '\n')
        as->at++;
}

/* Blanks and comments. False: a comment runs to the end of the text. */
static bool skip_blanks(struct assembler *as)
{
    for (;;) {
        char c = peek_char(as, 0);

        if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v')
            as->at++;
        else if (c == '#' || (c == '/' && peek_char(as, 1) == '/'))
            skip_line(as);
        else if (c == '/' && peek_char(as, 1) == '*') {
            if (!skip_block_comment(as))
                return false;
        } else
            return true;
    }
}

/* Digits of `base`, which may be followed by nothing that a name could contain. */
static bool read_digits(struct assembler *as, struct token *token, unsigned base)
{
    const char *start = as->at;
    uint64_t number = 0;

    for (; digit_value(peek_char(as, 0)) < base; as->at++) {
        unsigned digit = digit_value(*as->at);

        if (number > (UINT64_MAX - digit) / base)
            return asm_report(as, token->place, "this number does not fit in 64 bits");
        number = number * base + digit;
    }
    if (as->at == start || in_name(peek_char(as, 0)))
        return asm_report(as, here(as), "this is no digit of a number of base %u",
                          base);
    token->number = number;
    return true;
}

/* 1f and 1b: decimal digits and one letter. */
static bool is_numbered_label(const struct assembler *as)
{
    size_t i = 0;

    while (is_digit(peek_char(as, i)))
        i++;
    return (peek_char(as, i) == 'f' || peek_char(as, i) == 'b') &&
           !in_name(peek_char(as, i + 1));
}

static bool read_number(struct assembler *as)
{
    struct token *token = add_token(as, TOKEN_NUMBER, here(as));
    char second = peek_char(as, 1);

    if (is_numbered_label(as)) {
        token->kind = TOKEN_LABEL;
        for (; is_digit(*as->at); as->at++)
            token->number = token->number * 10 + digit_value(*as->at);
        as->at++;
    } else {
        unsigned base = 10;

        if (*as->at == '0' && (second == 'x' || second == 'X'))
            base = 16;
        else if (*as->at == '0' && (second == 'b' || second == 'B'))
            base = 2;
        else if (*as->at == '0' && is_digit(second))
            base = 8;
        as->at += base == 16 || base == 2 ? 2 : 0;
        if (!read_digits(as, token, base))
            return false;
    }
    token->length = (size_t)(as->at - token->place.at);
    return true;
}

static unsigned char octal(const char **at, const char *end)
{
    unsigned value = 0;

    for (int i = 0; i < 3 && *at < end && **at >= '0' && **at <= '7'; i++)
        value = value * 8 + (unsigned)(*(*at)++ - '0');
    return (unsigned char)value;
}

static unsigned char hexadecimal(const char **at, const char *end)
{
    unsigned value = 0;

    while (*at < end && digit_value(**at) < 16)
        value = value << 4 | digit_value(*(*at)++);
    return (unsigned char)value;
}

bool token_character(const char **at, const char *end, unsigned char *character)
{
    static const char letters[] = "bfnrt\\\"'", values[] = "\b\f\n\r\t\\\"'";
    const char *found;

    *character = (unsigned char)*(*at)++;
    if (*character != '\\')
        return true;
    if (*at == end)
        return false;
    if (**at >= '0' && **at <= '7') {
        *character = octal(at, end);
        return true;
    }
    *character = (unsigned char)*(*at)++;
    if (*character == 'x' || *character == 'X') {
        *character = hexadecimal(at, end);
        return true;
    }
    found = *character ? strchr(letters, *character) : NULL;
    if (found)
        *character = (unsigned char)values[found - letters];
    return found != NULL;
}

/* 'a or 'a': a number. */
static bool read_quoted_character(struct assembler *as)
{
    struct token *token = add_token(as, TOKEN_NUMBER, here(as));
    unsigned char character;

    as->at++;
    if (as->at == end_of(as) || *as->at == '\n')
        return asm_report(as, token->place, "a character is missing after '");
    if (!token_character(&as->at, end_of(as), &character))
        return asm_report(as, token->place, "unknown escape in a character constant");
    if (in_name(peek_char(as, 0)))
        return asm_report(as, token->place, "a character constant has one character");
    if (peek_char(as, 0) == '\'')
        as->at++;
    token->number = character;
    token->length = (size_t)(as->at - token->place.at);
    return true;
}

static bool read_string(struct assembler *as)
{
    struct token *token = add_token(as, TOKEN_STRING, here(as));

    for (as->at++; as->at < end_of(as) && *as->at != '\n'; as->at++) {
        if (*as->at == '"') {
            as->at++;
            token->length = (size_t)(as->at - token->place.at);
            return true;
        }
        if (*as->at == '\\' && peek_char(as, 1) != '\n')
            as->at++;
        if (as->at == end_of(as))
            break;
    }
    return asm_report(as, token->place, "this string is not closed by \"");
}

static void read_name(struct assembler *as)
{
    struct token *token = add_token(as, TOKEN_NAME, here(as));

    while (in_name(peek_char(as, 0)))
        as->at++;
    token->length = (size_t)(as->at - token->place.at);
}

static bool read_mark(struct assembler *as)
{
    static const char pairs[][3] = {"<<", ">>", "==", "!=", "<>",
                                    "<=", ">=", "&&", "||"};
    struct place place = here(as);
    char first = *as->at, second = peek_char(as, 1);
    struct token *token;

    token = add_token(as, first, place);
    if (!first || !strchr("+-*/%&|^~!<>=(),:@", first))
        return asm_report(as, place, "unexpected character '%c'",
                          first >= ' ' ? first : '?');
    token->length = 1;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (first == pairs[i][0] && second == pairs[i][1]) {
            token->kind = PAIR(first, second);
            token->length = 2;
        }
    }
    as->at += token->length;
    return true;
}

static bool read_token(struct assembler *as)
{
    char c = *as->at;

    if (starts_name(c)) {
        read_name(as);
        return true;
    }
    if (is_digit(c))
        return read_number(as);
    if (c == '"')
        return read_string(as);
    if (c == '\'')
        return read_quoted_character(as);
    return read_mark(as);
}

static bool ends_statement(char c)
{
    return c == '\n' || c == ';';
}

bool statement_read(struct assembler *as)
{
    bool good = true;

    as->token_count = 0;
    as->broken = false;
    if (as->at >= end_of(as) || as->ended)
        return false;
    while (good) {
        good = skip_blanks(as);
        if (!good || as->at >= end_of(as) || ends_statement(*as->at))
            break;
        good = read_token(as);
    }
    if (!good) { /* reported; go on with the next line */
        as->broken = true;
        as->token_count--;
        skip_line(as);
    }
    add_token(as, TOKEN_END, here(as));
    as->token = as->tokens;
    if (as->at < end_of(as) && *as->at++ == '\n')
        as->line++;
    return true;
}

bool token_accept(struct assembler *as, int kind)
{
    if (as->token->kind != kind)
        return false;
    if (kind != TOKEN_END)
        as->token++;
    return true;
}

bool token_expect(struct assembler *as, int kind, const char *what)
{
    return token_accept(as, kind) ||
           asm_fault(as, as->token->place, "expected %s", what);
}

bool token_is(const struct token *token, const char *text)
{
    return token->length == strlen(text) &&
           memcmp(token->place.at, text, token->length) == 0;
}
