#include "control/command/show.h"

#include "base/path.h"
#include "observe/ask/peek.h"

#include <inttypes.h>
#include <string.h>

static void put_offset(struct buf *out, const char *name, uint64_t offset)
{
    buf_text(out, name);
    if (offset)
        buf_printf(out, "+%" PRIu64, offset);
}

/* A symbol that has no size ends somewhere; what is farther away has no name. */
enum { FAR = 1 << 20 };

bool show_name(struct buf *out, const struct session *session, uint64_t va)
{
    const struct symbols *symbols =
        subject_symbols(&session->subject, session_hart(session)->is_virtual);
    const struct symbol *symbol = symbols ? symbols_at(symbols, va) : NULL;
    const struct region *region = NULL;
    uint64_t pa;

    if (symbol && va - symbol->address > FAR)
        symbol = NULL;
    if (!symbol && peek_address(session_hart(session), va, ACCESS_LOAD, &pa, NULL))
        region = subject_region(&session->subject, pa);
    if (symbol)
        put_offset(out, symbol->name, va - symbol->address);
    else if (region)
        put_offset(out, region->name, pa - region->base);
    return symbol || region;
}

void show_text_cell(struct table *table, const struct buf *text)
{
    if (text->size)
        table_text(table, "%s", text->data);
    else
        table_none(table);
}

void show_name_cell(struct table *table, const struct session *session, uint64_t va)
{
    struct buf name = {0};

    show_name(&name, session, va);
    show_text_cell(table, &name);
    buf_free(&name);
}

void show_address(struct buf *out, const struct session *session, uint64_t va)
{
    if (show_name(out, session, va))
        buf_printf(out, " (0x%" PRIx64 ")", va);
    else
        buf_printf(out, "0x%" PRIx64, va);
}

const struct line *show_line(const struct session *session, uint64_t va,
                             const char **file)
{
    const struct lines *lines =
        subject_lines(&session->subject, session_hart(session)->is_virtual);
    const struct line *line = lines ? lines_at(lines, va) : NULL;

    if (!line || line->file == LINE_NONE)
        return NULL;
    *file = lines->file[line->file];
    return line;
}

void show_line_cell(struct table *table, const struct session *session, uint64_t va)
{
    const char *file;
    const struct line *line = show_line(session, va, &file);

    if (line)
        table_text(table, "%s:%" PRIu32, path_base(file), line->line);
    else
        table_none(table);
}

/* Where a branch or a jump by an offset goes. */
static bool target_of(const struct insn *insn, uint64_t pc, uint64_t *target)
{
    *target = pc + (uint64_t)(int64_t)insn->imm;
    return insn->op == OP_JAL || insn_infos[insn->op].class == CLASS_BRANCH;
}

void show_instruction(struct buf *out, const struct session *session, uint32_t bits,
                      uint64_t pc)
{
    struct insn insn = insn_decode(bits);
    char text[96];
    uint64_t target;
    struct buf name = {0};

    insn_text(text, sizeof(text), &insn, pc, true);
    for (const char *c = text; *c; c++) {
        buf_char(out, *c == '\t' ? ' ' : *c);
        if (*c == ',')
            buf_char(out, ' ');
    }
    if (target_of(&insn, pc, &target) && show_name(&name, session, target))
        buf_printf(out, " <%s>", name.data);
    buf_free(&name);
}

/* What a value of a field is called; NULL: it has no name. */
static const char *value_name(const struct reg_field *field, uint64_t value)
{
    for (uint64_t i = 0; field->values && field->values[i]; i++)
        if (i == value)
            return field->values[i];
    return NULL;
}

void show_register_fields(struct buf *out, const struct reg *reg, uint64_t value)
{
    for (const struct reg_field *f = reg->fields; f && f->name; f++) {
        uint64_t part = field_get(value, BITS(f->hi, f->lo));
        const char *name = value_name(f, part);

        if (!part && !name)
            continue;
        buf_printf(out, "%s%s=", out->size ? " " : "", f->name);
        if (name)
            buf_text(out, name);
        else
            buf_printf(out, part < 10 ? "%" PRIu64 : "0x%" PRIx64, part);
    }
}
