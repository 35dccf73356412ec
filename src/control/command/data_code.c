/* disassemble, list and symbols: the program as it is in memory, and as it was written. */
#include "base/path.h"
#include "control/command/data.h"
#include "control/command/show.h"
#include "control/command/words.h"
#include "observe/ask/peek.h"

#include <ctype.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AROUND_BYTES = 1024, BEFORE = 4, AFTER = 8, LIST_LINES = 10 };

/* --- instructions -------------------------------------------------------------------------------- */

static const struct column code_columns[] = {
    {"here", COLUMN_TEXT}, {"address", COLUMN_HEX},      {"name", COLUMN_TEXT},
    {"bits", COLUMN_TEXT}, {"instruction", COLUMN_TEXT}, {"line", COLUMN_TEXT},
    {NULL, COLUMN_TEXT}};

static void code_row(struct table *table, const struct session *session, uint64_t va,
                     uint32_t bits)
{
    struct buf text = {0};

    if (session_hart(session)->pc == va)
        table_text(table, "=>");
    else
        table_none(table);
    table_number(table, va);
    show_name_cell(table, session, va);
    table_text(table, insn_length(bits) == 2 ? "%04" PRIx32 : "%08" PRIx32, bits);
    show_instruction(&text, session, bits, va);
    table_text(table, "%s", text.data);
    buf_free(&text);
    show_line_cell(table, session, va);
}

bool data_code_rows(struct call *call, uint64_t *va, uint64_t count, uint64_t end,
                    struct err *err)
{
    struct table *table = reply_table(call->reply, "code", code_columns);

    while (count-- && *va < end) {
        uint32_t bits;

        if (!peek_instruction(session_hart(call->session), *va, &bits, err))
            return table->rows > 0;
        code_row(table, call->session, *va, bits);
        *va += insn_length(bits);
    }
    return true;
}

/* Instructions have no mark of where they begin: those before `pc` are found by decoding
 * from a symbol before it. Gives the address of the one BEFORE instructions earlier, or
 * as near as is known. */
static uint64_t some_before(const struct session *session, uint64_t pc)
{
    const struct symbols *symbols = session->subject.symbols;
    const struct symbol *symbol = symbols ? symbols_at(symbols, pc) : NULL;
    uint64_t ring[BEFORE] = {0}, at = symbol ? symbol->address : pc;
    unsigned count = 0;
    uint32_t bits;

    if (pc - at > AROUND_BYTES)
        return pc;
    while (at < pc && peek_instruction(session_hart(session), at, &bits, NULL)) {
        ring[count++ % BEFORE] = at;
        at += insn_length(bits);
    }
    if (at != pc || !count)
        return pc;
    return count < BEFORE ? ring[0] : ring[count % BEFORE];
}

/* "main,+32" and "main,0x80000040". */
static bool read_range(const struct session *session, const char *text, uint64_t *from,
                       uint64_t *end, struct err *err)
{
    struct expr_scope scope = session_scope(session);
    size_t used;
    struct expr *first = expr_parse(text, &used, err), *second = NULL;
    const char *rest = first ? skip_blanks(text + used) : "";
    bool ok = first && expr_value(first, &scope, from, err), is_length = false;

    *end = UINT64_MAX;
    if (ok && *rest == ',') {
        rest = skip_blanks(rest + 1);
        is_length = *rest == '+';
        second = expr_parse_all(rest + is_length, err);
        ok = second && expr_value(second, &scope, end, err);
        if (ok && is_length)
            *end += *from;
    } else if (ok && *rest) {
        ok = err_set(err, "'%s' is not understood: ADDRESS, or ADDRESS,+LENGTH", rest);
    }
    expr_free(first);
    expr_free(second);
    return ok;
}

bool data_disassemble(struct call *call, struct err *err)
{
    const struct session *session = call->session;
    uint64_t pc = session_hart(session)->pc, from, end;

    if (!call->given[0].is_given) {
        from = some_before(session, pc);
        return data_code_rows(call, &from, BEFORE + AFTER, UINT64_MAX, err);
    }
    if (!read_range(session, call->given[0].text, &from, &end, err))
        return false;
    if (end <= from)
        return err_set(err, "the range ends before it begins");
    return data_code_rows(call, &from, end == UINT64_MAX ? BEFORE + AFTER : 4096, end,
                          err);
}

/* --- source lines ---------------------------------------------------------------------------------- */

/* The source with that path, or of which it is the end; NULL: none. */
static const char *find_file(const struct session *session, const char *name)
{
    const struct subject *subject = &session->subject;

    for (unsigned i = 0; i < subject->sources; i++)
        if (strcmp(subject->source[i].file, name) == 0)
            return subject->source[i].file;
    for (unsigned i = 0; i < subject->sources; i++)
        if (strcmp(path_base(subject->source[i].file), path_base(name)) == 0)
            return subject->source[i].file;
    return NULL;
}

static bool no_source(const struct session *session, uint64_t va, struct err *err)
{
    struct buf at = {0};

    show_address(&at, session, va);
    err_set(err, "%s has no source line; try disassemble", at.data);
    buf_free(&at);
    return false;
}

/* The file that a number alone is a line of, as for `break`: the one that was listed last,
 * else the one that the hart is in, else the program's first. NULL: there is none. */
static const char *usual_file(struct session *session)
{
    const struct lines *lines = session->subject.lines;
    const char *file = data_state(session)->file;

    if (!file && !show_line(session, session_hart(session)->pc, &file))
        file = lines && lines->count && lines->line[0].file < lines->files
                   ? lines->file[lines->line[0].file]
                   : NULL;
    return file;
}

/* "FILE:LINE", or a line of the usual file. False: it is none of these. */
static bool read_place(struct session *session, const char *text, const char **file,
                       unsigned *line, struct err *err)
{
    const char *usual = usual_file(session);
    const char *colon = strrchr(text, ':'), *number = colon ? colon + 1 : text;
    char name[256], *end;
    unsigned long value = strtoul(number, &end, 10);

    if (!isdigit((unsigned char)*number) || *end || value > 10000000 ||
        (!colon && (!usual || value == 0)))
        return false;
    *line = (unsigned)value;
    *file = usual;
    if (!colon)
        return true;
    snprintf(name, sizeof(name), "%.*s", (int)(colon - text), text);
    *file = find_file(session, name);
    if (!*file)
        err_set(err, "there is no source file '%s'", name);
    return true;
}

/* The line of an address, as the middle of what is listed. */
static bool read_address(const struct session *session, const char *text,
                         const char **file, unsigned *line, struct err *err)
{
    struct expr_scope scope = session_scope(session);
    uint64_t va = session_hart(session)->pc;
    struct expr *expr = text ? expr_parse_all(text, err) : NULL;
    const struct line *row;

    if (text && (!expr || !expr_value(expr, &scope, &va, err))) {
        expr_free(expr);
        return false;
    }
    expr_free(expr);
    row = show_line(session, va, file);
    *line = row ? row->line : 0;
    return row || no_source(session, va, err);
}

/* Where to list: behind what was listed, or around what was asked for. */
static bool find_lines(struct call *call, const char **file, unsigned *line,
                       struct err *err)
{
    struct session *session = call->session;
    struct data_state *state = data_state(session);
    const char *text = call->given[0].is_given ? call->given[0].text : NULL;
    bool moved = moment_compare(state->at, timeline_now(session->time)) != 0;
    struct err none = {0};

    *file = state->file;
    *line = state->line;
    if (state->file && (session->again || (!text && !moved)))
        return true;
    if (text && read_place(session, text, file, line, &none)) {
        if (!*file)
            return err_set(err, "%s", none.text);
    } else if (!read_address(session, text, file, line, err)) {
        return false;
    }
    *line = *line > LIST_LINES / 2 ? *line - LIST_LINES / 2 : 1;
    return true;
}

static unsigned pc_line(const struct session *session, const char *file)
{
    const char *of;
    const struct line *row = show_line(session, session_hart(session)->pc, &of);

    return row && strcmp(of, file) == 0 ? row->line : 0;
}

/* From the first line that is there. */
static bool no_line(const struct session *session, const char *file, struct err *err)
{
    unsigned last = 0;
    size_t length;

    while (subject_line(&session->subject, file, last + 1, &length))
        last++;
    return last ? err_set(err, "%s ends with line %u", file, last)
                : err_set(err, "%s is not at hand", file);
}

bool data_list(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"here", COLUMN_TEXT},
                                            {"line", COLUMN_COUNT},
                                            {"text", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct session *session = call->session;
    struct data_state *state = data_state(session);
    const char *file, *text;
    struct table *table;
    unsigned line, here;
    size_t length;

    if (!find_lines(call, &file, &line, err))
        return false;
    if (!subject_line(&session->subject, file, line, &length))
        return no_line(session, file, err);
    here = pc_line(session, file);
    reply_say(call->reply, "Lines of %s, from %u on.", file, line);
    table = reply_table(call->reply, "source", columns);
    for (unsigned end = line + LIST_LINES; line < end; line++) {
        text = subject_line(&session->subject, file, line, &length);
        if (!text || (!*text && !length))
            break;
        if (line == here)
            table_text(table, "=>");
        else
            table_none(table);
        table_number(table, line);
        table_text(table, "%.*s", (int)length, text);
    }
    state->file = file;
    state->line = line;
    state->at = timeline_now(session->time);
    return true;
}

/* --- symbols ------------------------------------------------------------------------------------- */

/* A pattern with * ? [ is one of the shell's; another is a part of the name. */
static bool matches(const char *pattern, const char *name)
{
    if (strpbrk(pattern, "*?["))
        return fnmatch(pattern, name, 0) == 0;
    return strstr(name, pattern);
}

static const char *symbol_kind(const struct symbol *symbol)
{
    if (symbol->absolute)
        return "number";
    if (!symbol->has_type)
        return "label";
    return symbol->function ? "function" : "object";
}

bool data_symbols(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"name", COLUMN_TEXT}, {"address", COLUMN_HEX}, {"size", COLUMN_COUNT},
        {"kind", COLUMN_TEXT}, {"line", COLUMN_TEXT},   {NULL, COLUMN_TEXT}};
    const struct symbols *symbols = call->session->subject.symbols;
    const char *pattern = call->given[0].is_given ? call->given[0].text : "";
    struct table *table;

    if (!symbols || !symbols->count)
        return err_set(err, "the program has no symbols");
    table = reply_table(call->reply, "symbols", columns);
    for (size_t i = 0; i < symbols->count; i++) {
        const struct symbol *symbol = &symbols->symbol[i];

        if (!matches(pattern, symbol->name))
            continue;
        table_text(table, "%s", symbol->name);
        table_number(table, symbol->address);
        if (symbol->size)
            table_number(table, symbol->size);
        else
            table_none(table);
        table_text(table, "%s", symbol_kind(symbol));
        if (symbol->absolute)
            table_none(table);
        else
            show_line_cell(table, call->session, symbol->address);
    }
    return table->rows || err_set(err, "no symbol's name matches '%s'", pattern);
}
