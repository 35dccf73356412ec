/* Finding commands by what was typed, and doing them. */
#include "control/command/command.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "control/command/words.h"
#include "control/narration.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 16 }; /* lines that run files whose lines run files ... */

const struct command_group command_groups[] = {
    {"moving", "Moving through the run, forwards and backwards"},
    {"time", "Moments, marks and where the run stands"},
    {"breakpoints", "What a move stops at"},
    {"questions", "Who, why and why not"},
    {"machine", "Looking at the machine"},
    {"data", "Looking at memory and code, and changing the machine"},
    {"branches", "Runs that part from one another"},
    {"recording", "Recordings"},
    {"screen", "The screen of ringside watch"},
    {"tool", "The tool itself"},
    {NULL, NULL},
};

/* --- rows ------------------------------------------------------------------------------- */

void command_each(const struct session *session,
                  void (*look)(void *ctx, const struct command *command), void *ctx)
{
    const struct command *row;

    for (unsigned t = 0; command_rows[t]; t++)
        for (row = command_rows[t]; row->name; row++)
            look(ctx, row);
    for (unsigned t = 0; t < session->tables; t++)
        for (row = session->table[t]; row->name; row++)
            look(ctx, row);
}

static unsigned group_number(const char *name)
{
    unsigned n = 0;

    while (command_groups[n].name && strcmp(command_groups[n].name, name) != 0)
        n++;
    return n;
}

static int compare(const void *a, const void *b)
{
    const struct command *const *first = a, *const *second = b;
    unsigned of_first = group_number((*first)->group),
             of_second = group_number((*second)->group);

    if (of_first != of_second)
        return of_first < of_second ? -1 : 1;
    return strcmp((*first)->name, (*second)->name);
}

static void take_row(void *ctx, const struct command *row)
{
    struct command_list *list = ctx;

    assert(list->count < COMMAND_ROWS);
    list->row[list->count++] = row;
}

void command_list(const struct session *session, struct command_list *list)
{
    list->count = 0;
    command_each(session, take_row, list);
    qsort(list->row, list->count, sizeof(list->row[0]), compare);
}

/* --- finding ------------------------------------------------------------------------------ */

/* How a name agrees with the words that a line begins with. */
enum agreement { NO_MATCH, BEGINS_SO, PREFIX, EXACT };

struct match {
    enum agreement agreement;
    unsigned words;
    bool heads; /* it is only the first word of others, and something follows */
    const char *rest;
};

enum { CANDIDATES = 64, SHORTCUT = 64 };

struct find {
    const char *line;
    struct match best;
    unsigned candidates; /* that match as well as the best */
    const struct command *candidate[CANDIDATES];
    unsigned begun; /* rows with more words, the first of which were typed */
    const struct command *begin[CANDIDATES];
};

/* `x/8xb`: a name ends where its format begins. */
static size_t name_word_length(const char *text)
{
    return strcspn(text, " \t\r\n/");
}

/* Compares a name word by word. BEGINS_SO: the line ends within it. */
static struct match match_name(const char *name, const char *line)
{
    struct match match = {.agreement = EXACT, .rest = line};

    while (*name) {
        size_t length = strcspn(name, " "), typed;

        line = skip_blanks(match.rest);
        typed = name_word_length(line);
        if (!typed) {
            match.agreement = match.words ? BEGINS_SO : NO_MATCH;
            return match;
        }
        if (typed > length || strncmp(name, line, typed) != 0)
            return (struct match){0};
        if (typed < length)
            match.agreement = PREFIX;
        match.words++;
        match.rest = line + typed;
        name = skip_blanks(name + length);
    }
    return match;
}

/* Aliases are single words, and typed whole. */
static struct match match_alias(const char *aliases, const char *line)
{
    size_t typed = name_word_length(line);

    while (aliases && *aliases) {
        size_t length = strcspn(aliases, " ");

        if (typed == length && strncmp(aliases, line, length) == 0)
            return (struct match){.agreement = EXACT, .words = 1, .rest = line + typed};
        aliases = skip_blanks(aliases + length);
    }
    return (struct match){0};
}

/* A name whose words are all there is better than one with fewer, and then the one that
 * is typed whole; but a whole word is not the beginning of two others. */
static bool is_better(const struct match *a, const struct match *b)
{
    if (a->words != b->words && a->agreement == b->agreement)
        return a->words > b->words;
    if (a->agreement == b->agreement)
        return a->heads && !b->heads;
    return a->agreement > b->agreement;
}

/* "info b" is enough of "info breakpoints"; less of a shortcut is a beginning as others
 * are. */
static struct match match_shortcuts(const char *shortcuts, const char *line)
{
    struct match best = {0};

    while (shortcuts && *shortcuts) {
        size_t length = strcspn(shortcuts, ",");
        char name[SHORTCUT];
        struct match match;

        snprintf(name, sizeof(name), "%.*s", (int)length, shortcuts);
        match = match_name(name, line);
        if (match.agreement >= PREFIX && is_better(&match, &best))
            best = match;
        shortcuts = skip_blanks(shortcuts + length + (shortcuts[length] == ','));
    }
    return best;
}

static struct match match_row(const struct command *row, const char *line)
{
    struct match match = match_name(row->name, line),
                 alias = match_alias(row->aliases, line),
                 shortcut = match_shortcuts(row->shortcuts, line);

    if (alias.agreement > match.agreement)
        match = alias;
    if (is_better(&shortcut, &match))
        match = shortcut;
    if (row->heads && match.agreement >= PREFIX && *skip_blanks(match.rest)) {
        match.agreement = PREFIX;
        match.heads = true;
    }
    return match;
}

static void try_row(void *ctx, const struct command *row)
{
    struct find *find = ctx;
    struct match match = match_row(row, find->line);

    if (match.agreement == BEGINS_SO && find->begun < CANDIDATES)
        find->begin[find->begun++] = row;
    if (match.agreement < PREFIX)
        return;
    if (!find->candidates || is_better(&match, &find->best)) {
        find->best = match;
        find->candidates = 0;
    } else if (is_better(&find->best, &match)) {
        return;
    }
    if (find->candidates < CANDIDATES)
        find->candidate[find->candidates++] = row;
}

/* "stepi, step-event or step". */
static void list_names(struct buf *out, const struct command *const *rows,
                       unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (i)
            buf_text(out, i + 1 == count ? " or " : ", ");
        buf_text(out, rows[i]->name);
    }
}

static void ask_which(struct err *err, const char *typed, size_t length,
                      const struct command *const *rows, unsigned count)
{
    struct buf names = {0};

    list_names(&names, rows, count);
    err_set(err, "'%.*s' is the beginning of %s", (int)length, typed, buf_str(&names));
    buf_free(&names);
}

/* "i brekpoints" is not found under "info brekpoints". */
static void not_of_family(const struct session *session, const struct find *find,
                          struct err *err)
{
    struct buf line = {0};

    buf_printf(&line, "%s%s", find->candidate[0]->name, find->best.rest);
    command_unknown(session, line.data, err);
    buf_free(&line);
}

const struct command *command_find(const struct session *session, const char *line,
                                   const char **rest, struct err *err)
{
    struct find find = {.line = skip_blanks(line)};

    command_each(session, try_row, &find);
    if (find.candidates && find.best.heads) {
        not_of_family(session, &find, err);
        return NULL;
    }
    if (find.candidates == 1 || (find.candidates > 1 && find.best.agreement == EXACT)) {
        *rest = find.best.rest;
        return find.candidate[0];
    }
    if (find.candidates)
        ask_which(err, find.line, (size_t)(find.best.rest - find.line), find.candidate,
                  find.candidates);
    else if (find.begun)
        ask_which(err, find.line, strcspn(find.line, " \t/"), find.begin, find.begun);
    else
        command_unknown(session, find.line, err);
    return NULL;
}

/* --- doing -------------------------------------------------------------------------------- */

/* Takes "/8xb" off, which may stand behind a blank; the rest is the arguments. */
static bool take_format(struct call *call, const char **text, struct err *err)
{
    const char *from = skip_blanks(*text);
    bool takes = call->command->takes_format;
    size_t length;

    if (*from != '/' || (from > *text && !takes))
        return true;
    *text = from + 1;
    length = strcspn(*text, " \t");
    if (!takes)
        return err_set(err, "it takes no format: '/%.*s'", (int)length, *text);
    if (length >= sizeof(call->format))
        return err_set(err, "'/%.*s' is too long for a format", (int)length, *text);
    memcpy(call->format, *text, length);
    *text += length;
    return true;
}

/* Errors begin with the name of the command that they come from. */
static void name_command(const struct command *command, struct err *err)
{
    size_t length = strlen(command->name);

    if (strncmp(err->text, command->name, length) != 0 || err->text[length] != ':')
        err_prefix(err, "%s", command->name);
}

/* Where the machine does not do what was recorded there is nowhere to go. */
static bool is_possible(const struct session *session, const struct command *command,
                        struct err *err)
{
    return !session->still || (!command->changes && !command->moves) ||
           err_set(err, "%s", session->still);
}

/* What was cut short has no answer, or half of one. A move says itself how far it came. */
static bool has_answer(struct call *call, size_t parts, bool ok, struct err *err)
{
    if (!timeline_cut_short(call->session->time) || call->session->interrupted)
        return ok;
    call->session->interrupted = true;
    reply_cut(call->reply, parts);
    if (ok || strncmp(err->text, "interrupted", strlen("interrupted")) != 0)
        err_set(err, "interrupted");
    return false;
}

bool command_is_about_files(const struct command *row)
{
    for (unsigned i = 0; row->arguments[i].type != ARG_NONE; i++)
        if (row->arguments[i].type == ARG_FILE)
            return true;
    return row->listens;
}

static bool is_allowed(const struct session *session, const struct command *command,
                       struct err *err)
{
    return !session->confined || !command_is_about_files(command) ||
           err_set(err, "a scenario gives no commands about files");
}

static bool do_statement(struct session *session, const char *line, struct reply *reply,
                         const struct command **done, struct err *err)
{
    struct call call = {.session = session, .line = line, .reply = reply};
    struct narration_from from;
    size_t parts = reply->parts;
    const char *rest;
    bool ok;

    call.command = command_find(session, line, &rest, err);
    if (!call.command)
        return false;
    timeline_start_anew(session->time);
    from = narration_before(session);
    ok = is_allowed(session, call.command, err) &&
         is_possible(session, call.command, err) && take_format(&call, &rest, err) &&
         command_arguments(&call, rest, err) && call.command->run(&call, err);
    ok = has_answer(&call, parts, ok, err);
    command_release_arguments(&call);
    narration_after(session, &from);
    if (!ok)
        name_command(call.command, err);
    *done = call.command;
    return ok;
}

/* Who has cut a move of the line short wants the rest of the line no more, either. */
static bool cut_short(const struct session *session, const char *rest, struct err *err)
{
    if (!session->interrupted || !*skip_blanks(rest))
        return false;
    err_set(err, "interrupted: '%s' was not done", skip_blanks(rest));
    return true;
}

/* Each statement of the line, until one fails or ends the session. */
static bool do_statements(struct session *session, const char *line,
                          struct reply *reply, const struct command **last,
                          struct err *err)
{
    while (*line && !session->quit) {
        size_t length = statement_length(line);
        struct buf statement = {0};
        bool ok = true;

        buf_add(&statement, line, length);
        if (*skip_blanks(statement.data))
            ok = do_statement(session, skip_blanks(statement.data), reply, last, err);
        buf_free(&statement);
        if (!ok)
            return false;
        line += length + (line[length] == ';');
        if (cut_short(session, line, err))
            return false;
    }
    return true;
}

static void set_repeat(struct session *session, const char *line,
                       const struct command *last)
{
    free(session->repeat);
    session->repeat = last && last->repeats ? alloc_string(line) : NULL;
}

static bool do_line(struct session *session, const char *line, bool again,
                    struct reply *reply, struct err *err)
{
    const struct command *last = NULL;
    bool was_again = session->again, ok;
    char *copy;

    if (session->depth == DEEPEST)
        return err_set(err, "files that run files are nested more than %d deep",
                       DEEPEST);
    if (!session->depth)
        session->interrupted = false;
    copy = alloc_string(line);
    session->again = again;
    session->depth++;
    ok = do_statements(session, copy, reply, &last, err);
    session->depth--;
    session->again = was_again;
    if (!session->depth)
        set_repeat(session, copy, ok ? last : NULL);
    free(copy);
    return ok;
}

bool command_do(struct session *session, const char *line, struct reply *reply,
                struct err *err)
{
    const char *from = skip_blanks(line);

    if (*from == '#')
        return true;
    if (!*from && (session->depth || !session->repeat))
        return true;
    if (!session->depth && session->typed)
        session->typed(session->typed_ctx, from);
    return do_line(session, *from ? from : session->repeat, !*from, reply, err);
}

bool command_again(struct session *session, const char *line, struct reply *reply,
                   struct err *err)
{
    return do_line(session, line, true, reply, err);
}

/* --- usage -------------------------------------------------------------------------------- */

static void put_argument(struct buf *out, const struct argument *argument)
{
    buf_text(out, argument->optional ? " [" : " ");
    if (argument->after)
        buf_printf(out, "%s ", argument->after);
    for (const char *c = argument->choices; argument->type == ARG_CHOICE && *c; c++)
        buf_char(out, *c == ' ' ? '|' : *c);
    if (argument->type != ARG_CHOICE)
        buf_text(out, argument->name);
    if (argument->repeats)
        buf_text(out, " ...");
    if (argument->optional)
        buf_char(out, ']');
}

void command_also(struct buf *out, const struct command *command)
{
    for (const char *at = command->aliases; at && *at; at++)
        buf_text(out, *at == ' ' ? ", " : (const char[]){*at, '\0'});
    if (command->shortcuts)
        buf_printf(out, "%s%s", out->size ? ", " : "", command->shortcuts);
}

void command_usage(struct buf *out, const struct command *command)
{
    buf_text(out, command->name);
    if (command->takes_format)
        buf_text(out, "[/FORMAT]");
    for (unsigned i = 0; command->arguments[i].type != ARG_NONE; i++)
        put_argument(out, &command->arguments[i]);
}
