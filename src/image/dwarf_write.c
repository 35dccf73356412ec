#include "image/dwarf_write.h"

#include <dwarf.h>
#include <stdint.h>

/*
 * Encoding by hand: libdw reads DWARF and does not write it. Numbers are little-endian,
 * or LEB128: groups of 7 bits, the lowest first, with bit 7 set in all but the last.
 */

enum { VERSION = 4 };

static void put(struct buf *buf, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_char(buf, (char)(value >> (8 * i)));
}

static void put_uleb(struct buf *buf, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        buf_char(buf, (char)(value | 0x80));
    buf_char(buf, (char)value);
}

static void put_sleb(struct buf *buf, int64_t value)
{
    for (; value < -64 || value > 63; value >>= 7)
        buf_char(buf, (char)(value | 0x80));
    buf_char(buf, (char)(value & 0x7f));
}

static void put_string(struct buf *buf, const char *text)
{
    buf_text(buf, text);
    buf_char(buf, '\0');
}

/* A unit begins with the length of what follows the length. */
static size_t begin_unit(struct buf *buf)
{
    put(buf, 0, 4);
    return buf->size;
}

static void end_unit(struct buf *buf, size_t start)
{
    uint64_t length = buf->size - start;

    for (unsigned i = 0; i < 4; i++)
        buf->data[start - 4 + i] = (char)(length >> (8 * i));
}

/* --- .debug_abbrev and .debug_info (DWARF 4, 7.5): what the unit's entry holds --- */

static const struct {
    unsigned attribute, form;
} unit_attributes[] = {
    {DW_AT_stmt_list, DW_FORM_sec_offset}, {DW_AT_low_pc, DW_FORM_addr},
    {DW_AT_high_pc, DW_FORM_addr},         {DW_AT_name, DW_FORM_string},
    {DW_AT_comp_dir, DW_FORM_string},      {DW_AT_producer, DW_FORM_string},
    {DW_AT_language, DW_FORM_data2},
};

static void make_abbrev(struct buf *abbrev)
{
    put_uleb(abbrev, 1);
    put_uleb(abbrev, DW_TAG_compile_unit);
    put(abbrev, DW_CHILDREN_no, 1);
    for (size_t i = 0; i < sizeof(unit_attributes) / sizeof(unit_attributes[0]); i++) {
        put_uleb(abbrev, unit_attributes[i].attribute);
        put_uleb(abbrev, unit_attributes[i].form);
    }
    put(abbrev, 0, 2); /* the end of the attributes */
    put(abbrev, 0, 1); /* and of the abbreviations */
}

static bool is_code(const struct asm_section *section)
{
    return (section->flags & ASM_ALLOC) && (section->flags & ASM_EXEC) && section->size;
}

static void make_info(struct buf *info, const struct asm_program *program,
                      const char *directory)
{
    size_t start = begin_unit(info);
    uint64_t low = UINT64_MAX, high = 0;

    for (size_t i = 0; i < program->section_count; i++) {
        const struct asm_section *section = &program->sections[i];

        if (is_code(section) && section->address < low)
            low = section->address;
        if (is_code(section) && section->address + section->size > high)
            high = section->address + section->size;
    }
    put(info, VERSION, 2);
    put(info, 0, 4); /* where in .debug_abbrev */
    put(info, 8, 1); /* bytes of an address */
    put_uleb(info, 1);
    put(info, 0, 4); /* where in .debug_line */
    put(info, high ? low : 0, 8);
    put(info, high, 8);
    put_string(info, program->file);
    put_string(info, directory);
    put_string(info, "Ringside");
    put(info, DW_LANG_Mips_Assembler, 2); /* the one number for assembly language */
    end_unit(info, start);
}

/* --- .debug_line (DWARF 4, 6.2) --------------------------------------------------- */

/* How many operands each standard opcode has, from 1. */
static const uint8_t operand_counts[] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};

enum { OPCODE_BASE = sizeof(operand_counts) + 1 };

static void make_line_header(struct buf *line, const struct asm_program *program)
{
    size_t start;

    put(line, VERSION, 2);
    start = begin_unit(line);
    put(line, 1, 1); /* the shortest instruction: addresses count bytes */
    put(line, 1, 1); /* operations per instruction */
    put(line, 1, 1); /* every row begins a statement */
    put(line, 0, 1); /* special opcodes are not used: their line base, line range */
    put(line, 1, 1);
    put(line, OPCODE_BASE, 1);
    for (size_t i = 0; i < sizeof(operand_counts); i++)
        put(line, operand_counts[i], 1);
    put(line, 0, 1); /* no directories */
    put_string(line, program->file);
    put_uleb(line, 0); /* in the unit's directory */
    put_uleb(line, 0); /* time and size not told */
    put_uleb(line, 0);
    put(line, 0, 1);
    end_unit(line, start);
}

static void put_extended(struct buf *line, unsigned opcode, unsigned operand_size)
{
    put(line, 0, 1);
    put_uleb(line, 1 + operand_size);
    put(line, opcode, 1);
}

/* The rows of one section: a sequence of its own. */
static void make_sequence(struct buf *line, const struct asm_program *program,
                          int section)
{
    const struct asm_section *code = &program->sections[section];
    uint64_t address = code->address;
    int64_t number = 1;

    put_extended(line, DW_LNE_set_address, 8);
    put(line, address, 8);
    for (size_t i = 0; i < program->line_count; i++) {
        const struct asm_line *row = &program->lines[i];

        if (row->section != section)
            continue;
        put(line, DW_LNS_advance_pc, 1);
        put_uleb(line, row->address - address);
        put(line, DW_LNS_advance_line, 1);
        put_sleb(line, (int64_t)row->line - number);
        put(line, DW_LNS_copy, 1);
        address = row->address;
        number = row->line;
    }
    put(line, DW_LNS_advance_pc, 1);
    put_uleb(line, code->address + code->size - address);
    put_extended(line, DW_LNE_end_sequence, 0);
}

static void make_line(struct buf *line, const struct asm_program *program)
{
    size_t start = begin_unit(line);

    make_line_header(line, program);
    for (size_t i = 0; i < program->section_count; i++)
        if (is_code(&program->sections[i]))
            make_sequence(line, program, (int)i);
    end_unit(line, start);
}

void dwarf_make(struct dwarf *dwarf, const struct asm_program *program,
                const char *directory)
{
    *dwarf = (struct dwarf){0};
    make_abbrev(&dwarf->abbrev);
    make_info(&dwarf->info, program, directory);
    make_line(&dwarf->line, program);
}

void dwarf_release(struct dwarf *dwarf)
{
    buf_free(&dwarf->info);
    buf_free(&dwarf->abbrev);
    buf_free(&dwarf->line);
}
