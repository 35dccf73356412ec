/* info symbols, info line, info regions: the program's names for what is in memory. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/peek.h"

#include <inttypes.h>

bool info_symbols(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"symbol", COLUMN_TEXT},
                                            {"address", COLUMN_HEX},
                                            {"size", COLUMN_COUNT},
                                            {"offset", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    const struct symbols *symbols = call->session->subject.symbols;
    uint64_t va = call->given[0].value, pa;
    const struct symbol *symbol = symbols ? symbols_at(symbols, va) : NULL;
    const struct region *region = NULL;
    struct table *table;

    if (peek_address(session_hart(call->session), va, ACCESS_LOAD, &pa, NULL))
        region = subject_region(&call->session->subject, pa);
    if (!symbol && !region)
        return err_set(err, "no symbol and no region holds 0x%" PRIx64, va);
    if (symbol)
        reply_say(call->reply, "0x%" PRIx64 " is %s+%" PRIu64 ".", va, symbol->name,
                  va - symbol->address);
    if (region)
        reply_say(call->reply, "It is byte %" PRIu64 " of the region %s.",
                  pa - region->base, region->name);
    if (!symbol)
        return true;
    table = reply_table(call->reply, "symbols", columns);
    table_text(table, "%s", symbol->name);
    table_number(table, symbol->address);
    if (symbol->size)
        table_number(table, symbol->size);
    else
        table_none(table);
    table_number(table, va - symbol->address);
    return true;
}

/* Where the code of a row ends: at the next row of another line. */
static uint64_t line_end(const struct lines *lines, const struct line *line)
{
    const struct line *end = lines->line + lines->count;

    for (const struct line *next = line + 1; next < end; next++)
        if (next->file != line->file || next->line != line->line)
            return next->address;
    return line->address;
}

bool info_line(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"file", COLUMN_TEXT}, {"line", COLUMN_COUNT}, {"from", COLUMN_HEX},
        {"to", COLUMN_HEX},    {"text", COLUMN_TEXT},  {NULL, COLUMN_TEXT}};
    const struct session *session = call->session;
    uint64_t va =
        call->given[0].is_given ? call->given[0].value : session_hart(session)->pc;
    const char *file, *text;
    const struct line *line = show_line(session, va, &file);
    struct table *table;
    size_t length;

    if (!line)
        return err_set(err, "0x%" PRIx64 " has no source line", va);
    reply_say(call->reply, "0x%" PRIx64 " is line %" PRIu32 " of %s.", va, line->line,
              file);
    table = reply_table(call->reply, "lines", columns);
    table_text(table, "%s", file);
    table_number(table, line->line);
    table_number(table, line->address);
    table_number(table, line_end(session->subject.lines, line));
    text = subject_line(&session->subject, file, line->line, &length);
    if (text)
        table_text(table, "%.*s", (int)length, text);
    return true;
}

bool info_regions(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"region", COLUMN_TEXT},
                                            {"from", COLUMN_HEX},
                                            {"to", COLUMN_HEX},
                                            {"bytes", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    const struct subject *subject = &call->session->subject;
    struct table *table = reply_table(call->reply, "regions", columns);

    (void)err;
    if (!subject->regions)
        reply_say(call->reply, "No part of RAM has a name.");
    for (unsigned i = 0; i < subject->regions; i++) {
        const struct region *region = &subject->region[i];

        table_text(table, "%s", region->name);
        table_number(table, region->base);
        table_number(table, region->base + (region->size - 1));
        table_number(table, region->size);
    }
    return true;
}
