/*
 * Arguments by their types. Expressions are as long as they can be: what follows them is
 * the next argument. An optional argument is left out where the text goes on with the
 * keyword of a later one ("break if a0 == 0").
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "base/number.h"
#include "control/command/command.h"
#include "control/command/words.h"
#include "machine/isa/csr.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- expressions -------------------------------------------------------------------------- */

/* Makes a text of so many bytes the argument's own. */
static void keep(struct given *given, const char *text, size_t length)
{
    free(given->kept);
    given->kept = alloc_zero(length + 1, 1);
    memcpy(given->kept, text, length);
    given->text = given->kept;
}

static bool parse_expression(struct given *given, const char **text, struct err *err)
{
    const char *from = skip_blanks(*text);
    size_t used;

    given->expr = expr_parse(from, &used, err);
    if (!given->expr)
        return false;
    while (used && strchr(" \t", from[used - 1]))
        used--;
    keep(given, from, used);
    *text = from + used;
    return true;
}

static bool parse_kept(struct call *call, struct given *given, const char **text,
                       struct err *err)
{
    (void)call;
    return parse_expression(given, text, err);
}

/* A number as it is shown, "1,204", that ends there: with more behind it is the beginning
 * of a list. */
static bool is_grouped(const char *text, uint64_t *number, const char **rest)
{
    return number_grouped(text, number, rest) && strchr(" \t", **rest);
}

static bool parse_grouped(struct given *given, const char **text, uint64_t number,
                          const char *rest, struct err *err)
{
    struct buf digits = {0};

    buf_printf(&digits, "%" PRIu64, number);
    given->expr = expr_parse_all(digits.data, err);
    buf_free(&digits);
    keep(given, *text, (size_t)(rest - *text));
    *text = rest;
    return given->expr != NULL;
}

static bool parse_value(struct call *call, struct given *given, const char **text,
                        struct err *err)
{
    struct expr_scope scope = session_scope(call->session);
    uint64_t number;
    const char *rest;

    *text = skip_blanks(*text);
    if (is_grouped(*text, &number, &rest))
        return parse_grouped(given, text, number, rest, err) &&
               expr_value(given->expr, &scope, &given->value, err);
    return parse_expression(given, text, err) &&
           expr_value(given->expr, &scope, &given->value, err);
}

static bool parse_count(struct call *call, struct given *given, const char **text,
                        struct err *err)
{
    if (!parse_value(call, given, text, err))
        return false;
    return given->value <= INT64_MAX ||
           err_set(err, "'%s' is below 0: it is no count", given->text);
}

/* --- texts ---------------------------------------------------------------------------------- */

static bool parse_word(struct call *call, struct given *given, const char **text,
                       struct err *err)
{
    (void)call;
    given->text = given->kept = word_take(text, err);
    return given->text != NULL;
}

/* The rest of the line; quotes that are around all of it do not belong to it. */
static bool parse_text(struct call *call, struct given *given, const char **text,
                       struct err *err)
{
    const char *from = skip_blanks(*text), *end = from + strlen(from);

    (void)call, (void)err;
    while (end > from && strchr(" \t\r\n", end[-1]))
        end--;
    if (end - from >= 2 && (*from == '"' || *from == '\'') &&
        word_length(from) == (size_t)(end - from) && end[-1] == *from &&
        memchr(from + 1, *from, (size_t)(end - from) - 1) == end - 1)
        from++, end--;
    keep(given, from, (size_t)(end - from));
    *text += strlen(*text);
    return true;
}

/* --- names ---------------------------------------------------------------------------------- */

static bool unknown_name(const char *what, const struct nearest *nearest,
                         struct err *err)
{
    char hint[128];

    return err_set(err, "there is no %s '%s'%s", what, nearest->wanted,
                   nearest_hint(nearest, hint, sizeof(hint)));
}

/* Events are written with `-` as the words of commands are, or with `_`. */
static bool parse_event_kind(struct call *call, struct given *given, const char **text,
                             struct err *err)
{
    struct nearest nearest = {0};
    char *word;

    if (!parse_word(call, given, text, err))
        return false;
    word = alloc_string(given->text);
    for (char *c = word; *c; c++)
        *c = *c == '-' ? '_' : *c;
    given->value = event_kind_by_name(word);
    nearest.wanted = word;
    for (unsigned i = 0; i < EVENT_KINDS; i++)
        nearest_offer(&nearest, event_infos[i].name);
    if (given->value == EVENT_KINDS)
        unknown_name("kind of event", &nearest, err);
    free(word);
    return given->value != EVENT_KINDS;
}

static bool parse_device(struct call *call, struct given *given, const char **text,
                         struct err *err)
{
    const struct board *board = session_board(call->session);
    struct nearest nearest = {0};

    if (!parse_word(call, given, text, err))
        return false;
    nearest.wanted = given->text;
    for (unsigned i = 0; i < board->devices; i++) {
        given->value = i;
        if (strcmp(board->device[i]->name, given->text) == 0)
            return true;
        nearest_offer(&nearest, board->device[i]->name);
    }
    return unknown_name("device", &nearest, err);
}

static bool parse_csr(struct call *call, struct given *given, const char **text,
                      struct err *err)
{
    struct nearest nearest = {0};
    const struct csr_info *csr;
    char *end;

    if (!parse_word(call, given, text, err))
        return false;
    csr = csr_by_name(given->text, strlen(given->text));
    given->value = csr ? csr->number : strtoull(given->text, &end, 0);
    if (csr || (isdigit((unsigned char)given->text[0]) && !*end &&
                csr_by_number((unsigned)given->value)))
        return true;
    nearest.wanted = given->text;
    for (size_t i = 0; i < csr_infos_count; i++)
        nearest_offer(&nearest, csr_infos[i].name);
    return unknown_name("CSR", &nearest, err);
}

/* "1", "h1" or "hart1". */
static bool parse_hart(struct call *call, struct given *given, const char **text,
                       struct err *err)
{
    unsigned harts = session_board(call->session)->harts;
    const char *digits;
    char *end;

    if (!parse_word(call, given, text, err))
        return false;
    digits = given->text;
    if (strncmp(digits, "hart", 4) == 0)
        digits += 4;
    else if (*digits == 'h')
        digits++;
    given->value = strtoull(digits, &end, 10);
    if (!isdigit((unsigned char)*digits) || *end || given->value >= harts)
        return err_set(err, "there is no hart '%s': the board has %u, hart 0%s",
                       given->text, harts, harts > 1 ? " and up" : "");
    return true;
}

static bool parse_symbol(struct call *call, struct given *given, const char **text,
                         struct err *err)
{
    const struct symbols *symbols = call->session->subject.symbols;
    const struct symbol *symbol;
    struct nearest nearest = {0};

    if (!parse_word(call, given, text, err))
        return false;
    symbol = symbols ? symbols_named(symbols, given->text) : NULL;
    given->value = symbol ? symbol->address : 0;
    if (symbol)
        return true;
    nearest.wanted = given->text;
    for (size_t i = 0; symbols && i < symbols->count; i++)
        nearest_offer(&nearest, symbols->symbol[i].name);
    return unknown_name("symbol", &nearest, err);
}

static bool parse_branch(struct call *call, struct given *given, const char **text,
                         struct err *err)
{
    const struct timeline *time = call->session->time;
    struct nearest nearest = {0};

    if (!parse_word(call, given, text, err))
        return false;
    nearest.wanted = given->text;
    for (unsigned i = 0; i < timeline_branches(time); i++) {
        if (timeline_branch_info(time, i)->dropped)
            continue;
        given->value = i;
        if (strcmp(timeline_branch_info(time, i)->name, given->text) == 0)
            return true;
        nearest_offer(&nearest, timeline_branch_info(time, i)->name);
    }
    return unknown_name("branch", &nearest, err);
}

static bool find_mark(const struct timeline *time, struct given *given,
                      struct nearest *nearest)
{
    nearest->wanted = given->text;
    for (unsigned i = 0; i < timeline_marks(time); i++) {
        given->value = i;
        if (strcmp(timeline_mark_info(time, i)->name, given->text) == 0)
            return true;
        nearest_offer(nearest, timeline_mark_info(time, i)->name);
    }
    return false;
}

static bool parse_mark(struct call *call, struct given *given, const char **text,
                       struct err *err)
{
    struct nearest nearest = {0};

    return parse_word(call, given, text, err) &&
           (find_mark(call->session->time, given, &nearest) ||
            unknown_name("mark", &nearest, err));
}

static bool parse_breakpoint(struct call *call, struct given *given, const char **text,
                             struct err *err)
{
    char *end;

    if (!parse_word(call, given, text, err))
        return false;
    given->value = strtoull(given->text, &end, 10);
    if (!isdigit((unsigned char)*given->text) || *end || given->value > UINT32_MAX ||
        !stops_find(call->session->stops, (unsigned)given->value))
        return err_set(err,
                       "there is no breakpoint '%s'; 'info breakpoints' lists them",
                       given->text);
    return true;
}

/* --- moments -------------------------------------------------------------------------------- */

/* A number as it is shown: "1,234". */
static bool read_count(const char *text, uint64_t *value)
{
    uint64_t n = 0;

    if (!isdigit((unsigned char)*text) || text[strspn(text, "0123456789,_")])
        return false;
    for (; *text; text++)
        if (isdigit((unsigned char)*text)) {
            if (n > (UINT64_MAX - 9) / 10)
                return false;
            n = 10 * n + (uint64_t)(*text - '0');
        }
    *value = n;
    return true;
}

/* Who mistyped a mark hears of the mark, not of an expression. */
static bool unknown_mark(const char *text, const char *near, struct err *err)
{
    char word[MARK_NAME];
    struct nearest nearest = {.wanted = word, .best = near};

    snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, " \t"), text);
    return unknown_name("mark", &nearest, err);
}

/* "#1,234.5", a mark, or a cycle: a number or any other expression. */
static bool parse_moment(struct call *call, struct given *given, const char **text,
                         struct err *err)
{
    const char *from = skip_blanks(*text);
    struct nearest nearest = {0};

    if (!parse_word(call, given, text, err))
        return false;
    if (given->text[0] == '#')
        return moment_parse(given->text, &given->moment) ||
               err_set(err,
                       "'%s' is no moment: #INSTRUCTION or #INSTRUCTION.EVENT, "
                       "as #1234.5",
                       given->text);
    if (find_mark(call->session->time, given, &nearest)) {
        given->moment =
            timeline_mark_info(call->session->time, (unsigned)given->value)->at;
        return true;
    }
    given->is_cycle = true;
    if (given->text[0] == '-')
        return err_set(
            err,
            "'%s' is before the beginning: `reverse-stepi` and others go back "
            "by a number of steps",
            given->text);
    if (read_count(given->text, &given->value))
        return true;
    *text = from;
    return parse_value(call, given, text, err) ||
           (nearest.best && unknown_mark(from, nearest.best, err));
}

/* --- registers ------------------------------------------------------------------------------ */

/* Anything that has a name and a value of its own: a0, pc, mstatus, dma0.Control. */
static bool parse_register(struct call *call, struct given *given, const char **text,
                           struct err *err)
{
    struct expr_scope scope = session_scope(call->session);
    struct lvalue lvalue;

    if (!parse_word(call, given, text, err))
        return false;
    given->expr = expr_parse_all(given->text, err);
    return given->expr && expr_lvalue(given->expr, &scope, &lvalue, err) &&
           expr_value(given->expr, &scope, &given->value, err);
}

/* --- by type -------------------------------------------------------------------------------- */

static bool parse_choice(const struct argument *argument, struct given *given,
                         struct err *err)
{
    const char *choice = argument->choices;
    size_t length = strlen(given->text);
    unsigned matches = 0;
    uint64_t number = 0, found = 0;

    for (; *choice; choice = skip_blanks(choice + strcspn(choice, " ")), number++) {
        if (!length || strncmp(choice, given->text, length) != 0)
            continue;
        found = number;
        matches++;
        if (strcspn(choice, " ") == length) {
            matches = 1;
            break;
        }
    }
    given->value = found;
    return matches == 1 ||
           err_set(err, "'%s': it is one of %s", given->text, argument->choices);
}

typedef bool parser(struct call *call, struct given *given, const char **text,
                    struct err *err);

static parser *const parsers[] = {
    [ARG_COUNT] = parse_count,
    [ARG_VALUE] = parse_value,
    [ARG_ADDRESS] = parse_value,
    [ARG_EXPR] = parse_kept,
    [ARG_WORD] = parse_word,
    [ARG_TEXT] = parse_text,
    [ARG_FILE] = parse_word,
    [ARG_MOMENT] = parse_moment,
    [ARG_EVENT_KIND] = parse_event_kind,
    [ARG_DEVICE] = parse_device,
    [ARG_REGISTER] = parse_register,
    [ARG_CSR] = parse_csr,
    [ARG_HART] = parse_hart,
    [ARG_SYMBOL] = parse_symbol,
    [ARG_COMMAND] = parse_text,
    [ARG_BRANCH] = parse_branch,
    [ARG_MARK] = parse_mark,
    [ARG_BREAKPOINT] = parse_breakpoint,
    [ARG_CHOICE] = parse_word,
    [ARG_LOCATION] = parse_word,
};

/* Does the text go on with the keyword of an argument after this one? */
static bool goes_on(const struct argument *argument, const char *text)
{
    for (argument++; argument->type != ARG_NONE; argument++)
        if (argument->after && word_is(text, argument->after))
            return true;
    return false;
}

/* Is the argument there? Its keyword is taken off; *missing says what is not there. */
static bool begins(const struct argument *argument, const char **text,
                   const char **missing)
{
    *text = skip_blanks(*text);
    *missing = argument->after;
    if (argument->after && !word_is(*text, argument->after))
        return false;
    if (argument->after)
        *text = skip_blanks(*text + strlen(argument->after));
    *missing = argument->name;
    /* A number is the count that may follow a kind of event. */
    if (argument->type == ARG_EVENT_KIND && argument->optional &&
        isdigit((unsigned char)**text))
        return false;
    return **text && (argument->after || !goes_on(argument, *text));
}

static struct given *next_given(struct call *call, unsigned number, unsigned *room)
{
    if (number >= *room) {
        call->given = alloc_resize(call->given, 2 * *room * sizeof(*call->given));
        memset(call->given + *room, 0, *room * sizeof(*call->given));
        *room *= 2;
    }
    call->count = number + 1;
    return &call->given[number];
}

static bool parse_one(struct call *call, const struct argument *argument,
                      struct given *given, const char **text, struct err *err)
{
    if (!parsers[argument->type](call, given, text, err))
        return false;
    if (**text && !strchr(" \t\r\n", **text))
        return err_set(err, "'%s' is not understood behind '%s'", *text, given->text);
    given->is_given = true;
    return argument->type != ARG_CHOICE || parse_choice(argument, given, err);
}

static bool wrong_usage(const struct call *call, struct err *err)
{
    struct buf text = {0};

    buf_printf(&text, "%s; usage: ", err->text);
    command_usage(&text, call->command);
    err_set(err, "%s", buf_str(&text));
    buf_free(&text);
    return false;
}

bool command_arguments(struct call *call, const char *text, struct err *err)
{
    const struct argument *argument = call->command->arguments;
    unsigned number = 0, room = COMMAND_ARGUMENTS;

    call->given = alloc_zero(room, sizeof(*call->given));
    for (; argument->type != ARG_NONE; argument++, number++) {
        const char *missing;

        if (!begins(argument, &text, &missing)) {
            bool keyword = argument->after && missing == argument->name;

            if (argument->optional && !keyword)
                continue;
            err_set(err, "no %s given", missing);
            return wrong_usage(call, err);
        }
        do {
            const char *from = text;

            if (!parse_one(call, argument, next_given(call, number, &room), &text,
                           err)) {
                command_longer(call, from, err);
                return false;
            }
            text = skip_blanks(text);
        } while (argument->repeats && *text && ++number);
    }
    text = skip_blanks(text);
    if (!*text)
        return true;
    err_set(err, number ? "'%s' is too much" : "it takes no arguments: '%s'", text);
    return wrong_usage(call, err);
}

void command_release_arguments(struct call *call)
{
    for (unsigned i = 0; i < call->count; i++) {
        if (call->given[i].expr)
            expr_free(call->given[i].expr);
        free(call->given[i].kept);
    }
    free(call->given);
    call->given = NULL;
    call->count = 0;
}
