#include "control/command/location.h"

#include "base/nearest.h"
#include "base/path.h"
#include "control/command/show.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file of that name, or the only one that ends so. */
static bool find_file(const struct lines *lines, const char *name, size_t length,
                      uint32_t *file, struct err *err)
{
    char wanted[256], hint[280];
    struct nearest nearest = {.wanted = wanted};

    snprintf(wanted, sizeof(wanted), "%.*s", (int)length, name);
    for (uint32_t i = 0; i < lines->files; i++) {
        const char *base = path_base(lines->file[i]);

        if (strcmp(lines->file[i], wanted) == 0 || strcmp(base, wanted) == 0) {
            *file = i;
            return true;
        }
        nearest_offer(&nearest, base);
    }
    return err_set(err, "the program has no source file '%s'%s", wanted,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

/* The code of that line, or of the next one that has some. */
static bool find_line(const struct lines *lines, uint32_t file, uint32_t number,
                      uint64_t *address, struct err *err)
{
    const struct line *best = NULL;

    for (size_t i = 0; i < lines->count; i++) {
        const struct line *line = &lines->line[i];

        if (line->file == file && line->line >= number &&
            (!best || line->line < best->line))
            best = line;
    }
    if (!best)
        return err_set(err, "%s has no code at line %" PRIu32 " or behind it",
                       lines->file[file], number);
    *address = best->address;
    return true;
}

/* Of FILE:LINE and LINE: the length of FILE, and LINE. False: it is neither. */
static bool split(const char *text, size_t *file, uint32_t *line)
{
    const char *colon = strrchr(text, ':');
    const char *digits = colon ? colon + 1 : text;
    unsigned long number = strtoul(digits, NULL, 10);

    *file = colon ? (size_t)(colon - text) : 0;
    *line = (uint32_t)number;
    return isdigit((unsigned char)*digits) &&
           digits[strspn(digits, "0123456789")] == '\0' && number > 0 &&
           number < UINT32_MAX && !(colon && *file == 0);
}

/* "csr:5" names a CSR. */
static bool is_line(const char *text)
{
    size_t file;
    uint32_t line;

    return split(text, &file, &line) && strncmp(text, "csr:", 4) != 0;
}

static bool find_source(const struct session *session, const char *text,
                        uint64_t *address, struct err *err)
{
    const struct lines *lines =
        subject_lines(&session->subject, session_hart(session)->is_virtual);
    const struct line *here;
    const char *name;
    uint32_t file = 0, number;
    size_t length;

    split(text, &length, &number);
    if (!lines || lines->count == 0)
        return err_set(err, "'%s': the program tells of no source lines", text);
    if (length && !find_file(lines, text, length, &file, err))
        return false;
    if (!length) {
        here = show_line(session, session_hart(session)->pc, &name);
        file = here ? here->file : lines->line[0].file;
    }
    if (file >= lines->files)
        return err_set(err, "'%s': which file is it in? FILE:LINE says", text);
    return find_line(lines, file, number, address, err);
}

bool location_find(const struct session *session, const char *text, uint64_t *address,
                   struct err *err)
{
    struct expr_scope scope = session_scope(session);
    const struct symbol *symbol;
    struct expr *expr;
    bool ok;

    if (!text || !*text) {
        *address = session_hart(session)->pc;
        return true;
    }
    if (is_line(text))
        return find_source(session, text, address, err);
    symbol = scope.symbols ? symbols_named(scope.symbols, text) : NULL;
    if (symbol) {
        *address = symbol->address;
        return true;
    }
    expr = expr_parse_all(text + (*text == '*'), err);
    ok = expr && expr_value(expr, &scope, address, err);
    expr_free(expr);
    return ok;
}

/* "main" or "main+8". */
static bool is_symbol(const struct symbols *symbols, const char *text)
{
    size_t length = strcspn(text, "+- ");
    char name[256];

    if (!symbols || length >= sizeof(name) ||
        text[length + strspn(text + length, "+- 0123456789abcdefx")])
        return false;
    snprintf(name, sizeof(name), "%.*s", (int)length, text);
    return symbols_named(symbols, name) != NULL;
}

/* "0x80000048" alone. */
static bool is_address(const char *text)
{
    return strncmp(text, "0x", 2) == 0 &&
           text[2 + strspn(text + 2, "0123456789abcdefABCDEF_")] == '\0';
}

bool location_is(const struct session *session, const char *text)
{
    return *text == '*' || is_line(text) || is_address(text) ||
           is_symbol(session->subject.symbols, text);
}
