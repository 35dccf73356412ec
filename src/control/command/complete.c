/* How a line can go on: names of commands word by word, then each argument by its type. */
#include "base/alloc.h"
#include "base/bits.h"
#include "base/buf.h"
#include "base/path.h"
#include "control/command/command.h"
#include "control/command/words.h"
#include "machine/isa/csr.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct completion {
    struct session *session;
    void (*offer)(void *ctx, const char *word);
    void *ctx;
    const char *from; /* the word that is completed, up to the end of the line */
    struct buf names; /* of commands, offered already: each with a blank around it */
    /* What arguments before that word have named: */
    enum event_kind kind; /* EVENT_KINDS: none */
    const struct device *device;
};

static void offer(struct completion *c, const char *word)
{
    if (strncmp(word, c->from, strlen(c->from)) == 0)
        c->offer(c->ctx, word);
}

/* --- names of commands ---------------------------------------------------------------------- */

static void offer_once(struct completion *c, const char *word, size_t length)
{
    struct buf quoted = {0};

    buf_printf(&quoted, " %.*s ", (int)length, word);
    if (!strstr(buf_str(&c->names), quoted.data)) {
        char *alone = alloc_zero(length + 1, 1);

        memcpy(alone, word, length);
        buf_text(&c->names, quoted.data);
        offer(c, alone);
        free(alone);
    }
    buf_free(&quoted);
}

/* The word that the line ends with; behind a blank it is empty. */
static const char *last_word(const char *line)
{
    const char *at = line + strlen(line);

    while (at > line && !strchr(" \t", at[-1]))
        at--;
    return at;
}

struct name_completion {
    struct completion *completion;
    const char *line;
    bool whole; /* some name has the words before the last one as they are typed */
};

/* What of the name may stand where the last word of the line does; NULL: it begins
 * otherwise. */
static const char *name_behind(const struct name_completion *of, const char *name,
                               bool *whole)
{
    const char *line = skip_blanks(of->line);

    *whole = true;
    while (line < of->completion->from) {
        size_t typed = strcspn(line, " \t"), length = strcspn(name, " ");

        if (!*name || typed > length || strncmp(name, line, typed) != 0)
            return NULL;
        *whole &= typed == length;
        line = skip_blanks(line + typed);
        name = skip_blanks(name + length);
    }
    return name;
}

static void find_whole(void *ctx, const struct command *row)
{
    struct name_completion *of = ctx;
    bool whole;

    of->whole |= name_behind(of, row->name, &whole) && whole;
}

static void offer_name(void *ctx, const struct command *row)
{
    const struct name_completion *of = ctx;
    bool whole;
    const char *name = name_behind(of, row->name, &whole);

    if (name && *name && whole == of->whole)
        offer_once(of->completion, name, strcspn(name, " "));
}

/* As commands are found, `why ` is not the beginning of why-not. */
static void offer_names(struct completion *c, const char *line)
{
    struct name_completion names = {.completion = c, .line = line};

    command_each(c->session, find_whole, &names);
    command_each(c->session, offer_name, &names);
}

/* --- files ------------------------------------------------------------------------------------ */

static void offer_file(struct completion *c, const char *folder, const char *name)
{
    struct buf path = {0};
    bool blanks = strpbrk(name, " \t;'") || strpbrk(folder, " \t;'");
    DIR *inside;

    buf_printf(&path, "%s%s", folder, name);
    inside = opendir(path.data);
    if (inside)
        buf_char(&path, '/');
    if (inside)
        closedir(inside);
    if (blanks) {
        struct buf quoted = {0};

        buf_printf(&quoted, "\"%s%s", path.data, inside ? "" : "\"");
        c->offer(c->ctx, quoted.data);
        buf_free(&quoted);
    } else {
        c->offer(c->ctx, path.data);
    }
    buf_free(&path);
}

static void offer_files(struct completion *c)
{
    const char *typed = c->from + (*c->from == '"' || *c->from == '\'');
    const char *begin = path_base(typed);
    struct buf folder = {0};
    const struct dirent *entry;
    DIR *dir;

    buf_add(&folder, typed, (size_t)(begin - typed));
    dir = opendir(folder.size ? folder.data : ".");
    while (dir && (entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, begin, strlen(begin)) == 0 &&
            (entry->d_name[0] != '.' || *begin == '.'))
            offer_file(c, folder.data, entry->d_name);
    if (dir)
        closedir(dir);
    buf_free(&folder);
}

/* --- names in expressions ----------------------------------------------------------------------- */

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || c == ':';
}

/* Where the name begins that the text ends with: "dma0.Control[1].r" is one. */
static const char *name_begin(const char *text)
{
    const char *at = text + strlen(text);

    while (at > text) {
        const char *back = at - 1;

        if (*back == ']') {
            while (back > text && isdigit((unsigned char)back[-1]))
                back--;
            if (back == text || back[-1] != '[')
                break;
            at = back - 1;
        } else if (in_name(*back)) {
            at = back;
        } else {
            break;
        }
    }
    return at;
}

static void take_name(void *ctx, const char *name)
{
    offer(ctx, name);
}

static void offer_symbols(struct completion *c)
{
    const struct symbols *symbols = c->session->subject.symbols;

    for (size_t i = 0; symbols && i < symbols->count; i++)
        offer(c, symbols->symbol[i].name);
}

/* Of a condition on an event its fields come first: alone, while nothing is typed. */
static void offer_expression(struct completion *c, bool address)
{
    struct expr_scope scope = session_scope(c->session);
    const struct event_field *field = NULL;

    c->from = name_begin(c->from);
    if (c->kind != EVENT_KINDS)
        field = event_infos[c->kind].fields;
    for (; field && field->name; field++)
        offer(c, field->name);
    if (*c->from || (!address && c->kind == EVENT_KINDS))
        expr_complete(c->from, &scope, take_name, c);
    else if (address)
        offer_symbols(c);
}

/* --- the rest --------------------------------------------------------------------------------------- */

static void offer_event_kinds(struct completion *c)
{
    for (unsigned i = 0; i < EVENT_KINDS; i++) {
        char *name = alloc_string(event_infos[i].name);

        for (char *at = name; *at; at++)
            *at = *at == '_' && !strchr(c->from, '_') ? '-' : *at;
        offer(c, name);
        free(name);
    }
}

static void offer_devices(struct completion *c)
{
    const struct board *board = session_board(c->session);

    for (unsigned i = 0; i < board->devices; i++)
        offer(c, board->device[i]->name);
}

static void take_register(void *ctx, const char *name)
{
    const struct completion *c = ctx;

    c->offer(c->ctx, name + strlen(c->device->name) + 1);
}

/* Of the device that stands before: "Control[1]". */
static void offer_registers(struct completion *c)
{
    struct expr_scope scope = session_scope(c->session);
    struct buf name = {0};

    if (!c->device)
        return;
    buf_printf(&name, "%s.%s", c->device->name, c->from);
    expr_complete(name.data, &scope, take_register, c);
    buf_free(&name);
}

static void offer_number(struct completion *c, unsigned number)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", number);
    offer(c, text);
}

static void offer_marks(struct completion *c)
{
    for (unsigned i = 0; i < timeline_marks(c->session->time); i++)
        offer(c, timeline_mark_info(c->session->time, i)->name);
}

static void offer_branches(struct completion *c)
{
    for (unsigned i = 0; i < timeline_branches(c->session->time); i++)
        if (!timeline_branch_info(c->session->time, i)->dropped)
            offer(c, timeline_branch_info(c->session->time, i)->name);
}

static void offer_choices(struct completion *c, const char *choices)
{
    while (*choices) {
        size_t length = strcspn(choices, " ");

        offer_once(c, choices, length);
        choices = skip_blanks(choices + length);
    }
}

static void offer_value(struct completion *c)
{
    offer_expression(c, false);
}

static void offer_address(struct completion *c)
{
    offer_expression(c, true);
}

static void offer_csrs(struct completion *c)
{
    for (size_t i = 0; i < csr_infos_count; i++)
        offer(c, csr_infos[i].name);
}

static void offer_harts(struct completion *c)
{
    for (unsigned i = 0; i < session_board(c->session)->harts; i++)
        offer_number(c, i);
}

static void offer_breakpoints(struct completion *c)
{
    for (unsigned i = 0; i < stops_count(c->session->stops); i++)
        offer_number(c, stops_at(c->session->stops, i)->number);
}

static void offer_commands(struct completion *c)
{
    const char *line = c->from;

    c->from = last_word(c->from);
    buf_clear(&c->names);
    offer_names(c, line);
}

/* A word alone is a register of the device before it; texts are not completed, and choices
 * are the argument's own. */
static void (*const offers[])(struct completion *c) = {
    [ARG_COUNT] = offer_value,
    [ARG_VALUE] = offer_value,
    [ARG_EXPR] = offer_value,
    [ARG_REGISTER] = offer_value,
    [ARG_ADDRESS] = offer_address,
    [ARG_MOMENT] = offer_marks,
    [ARG_FILE] = offer_files,
    [ARG_EVENT_KIND] = offer_event_kinds,
    [ARG_DEVICE] = offer_devices,
    [ARG_CSR] = offer_csrs,
    [ARG_HART] = offer_harts,
    [ARG_SYMBOL] = offer_symbols,
    [ARG_LOCATION] = offer_symbols,
    [ARG_COMMAND] = offer_commands,
    [ARG_BRANCH] = offer_branches,
    [ARG_MARK] = offer_marks,
    [ARG_BREAKPOINT] = offer_breakpoints,
    [ARG_WORD] = offer_registers,
};

static void take_word(void *ctx, const char *word)
{
    offer(ctx, word);
}

static void offer_argument(struct completion *c, const struct argument *argument)
{
    enum argument_type type =
        argument->completes ? argument->completes : argument->type;

    /* How often an event is waited for has none of its fields. */
    if (argument->type != ARG_EXPR)
        c->kind = EVENT_KINDS;
    if (argument->words)
        argument->words(c->session, take_word, c);
    /* Both: words of its own, which may have blanks, or what may stand there besides. */
    if (argument->words && (!argument->completes || strpbrk(c->from, " \t")))
        return;
    if (type == ARG_CHOICE)
        offer_choices(c, argument->choices);
    else if (type < COUNT(offers) && offers[type])
        offers[type](c);
}

/* --- which argument ----------------------------------------------------------------------------------- */

static bool is_expression(enum argument_type type)
{
    return type == ARG_COUNT || type == ARG_VALUE || type == ARG_ADDRESS ||
           type == ARG_EXPR;
}

/* Behind the argument that begins here; at the end of the line: it is still typed. */
static const char *argument_end(const struct argument *argument, const char *text)
{
    struct err ignored;
    struct expr *expr;
    size_t used;

    if (argument->type == ARG_TEXT || argument->type == ARG_COMMAND)
        return text + strlen(text);
    if (!is_expression(argument->type))
        return text + word_length(text);
    expr = expr_parse(text, &used, &ignored);
    if (!expr)
        return text + strlen(text);
    expr_free(expr);
    while (used && text[used - 1] == ' ')
        used--;
    return text + used;
}

/* Remembers what an argument names that those behind it are about. */
static void take_argument(struct completion *c, const struct argument *argument,
                          const char *text, size_t length)
{
    char word[64], *dash;

    if (length >= sizeof(word))
        return;
    snprintf(word, sizeof(word), "%.*s", (int)length, text);
    if (argument->type == ARG_DEVICE)
        c->device = board_device(session_board(c->session), word);
    while (argument->type == ARG_EVENT_KIND && (dash = strchr(word, '-')) != NULL)
        *dash = '_';
    if (argument->type == ARG_EVENT_KIND)
        c->kind = event_kind_by_name(word);
}

/* The keyword of an argument, while its word is typed. */
static void offer_keyword(struct completion *c, const struct argument *argument,
                          const char *text)
{
    if (text[word_length(text)] || strncmp(argument->after, text, strlen(text)) != 0)
        return;
    c->from = text;
    offer(c, argument->after);
}

/* What may stand where the line ends: the argument that is still typed, or the keyword of
 * one that may follow instead. */
static void complete_arguments(struct completion *c, const struct argument *argument,
                               const char *text)
{
    bool typed = false;

    while (argument->type != ARG_NONE) {
        const char *end;

        text = skip_blanks(text);
        if (argument->after && (typed || !word_is(text, argument->after))) {
            offer_keyword(c, argument++, text);
            continue;
        }
        if (argument->after)
            text += strlen(argument->after);
        if (typed || (argument->after && !*text))
            return; /* keywords have a blank behind them */
        text = skip_blanks(text);
        end = argument_end(argument, text);
        typed = !*end;
        if (typed) {
            c->from = text;
            offer_argument(c, argument);
            if (!argument->optional && !argument->repeats)
                return;
        } else {
            take_argument(c, argument, text, (size_t)(end - text));
        }
        text = typed ? text : end;
        argument += typed || !argument->repeats;
    }
}

size_t command_complete(struct session *session, const char *line,
                        void (*take)(void *ctx, const char *word), void *ctx)
{
    struct completion c = {
        .session = session, .offer = take, .ctx = ctx, .kind = EVENT_KINDS};
    const struct command *command;
    const char *rest, *statement = line;
    struct err ignored;
    size_t begin;

    while (statement[statement_length(statement)])
        statement += statement_length(statement) + 1;
    statement = skip_blanks(statement);
    c.from = last_word(statement);
    offer_names(&c, statement);
    command = command_find(session, statement, &rest, &ignored);
    if (*statement && command && strchr(" \t/", *rest) && *rest)
        complete_arguments(&c, command->arguments, rest + strcspn(rest, " \t"));
    begin = (size_t)(c.from - line);
    buf_free(&c.names);
    return begin;
}
