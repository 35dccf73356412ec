#include "machine/isa/formats.h"

#include "base/bits.h"

#include <string.h>

/* clang-format off */
/* The words of formats.def's columns. */
#define RD        {7, 5, 0}
#define RS1       {15, 5, 0}
#define RS2       {20, 5, 0}
#define C_RS2     {2, 5, 0}
#define C_LOW     {2, 3, 8}
#define C_HIGH    {7, 3, 8}
#define ALWAYS(n) {0, 0, n}
#define NO_REG    {0, 0, 0}
#define SIGNED    true
#define UNSIGNED  false
#define NO_IMM    false
/* clang-format on */

const struct insn_layout insn_layouts[FORMATS] = {
#define FORMAT(NAME, name, operands, rd, rs1, rs2, immediate, ...)                     \
    [FORMAT_##NAME] = {name, operands, rd, rs1, rs2, immediate, {__VA_ARGS__}},
#include "machine/isa/formats.def"
};

static const char *const operand_names[OPERANDS] = {
    [OPERAND_RD] = "rd",         [OPERAND_RS1] = "rs1",     [OPERAND_RS2] = "rs2",
    [OPERAND_IMM] = "imm",       [OPERAND_SHAMT] = "shamt", [OPERAND_UPPER] = "upper",
    [OPERAND_TARGET] = "target", [OPERAND_CSR] = "csr",     [OPERAND_ZIMM] = "zimm",
    [OPERAND_PRED] = "pred",     [OPERAND_SUCC] = "succ",
};

enum operand operand_by_name(const char *word, size_t length)
{
    unsigned operand = 0;

    while (operand < OPERANDS && (strlen(operand_names[operand]) != length ||
                                  memcmp(operand_names[operand], word, length) != 0))
        operand++;
    return (enum operand)operand;
}

struct imm_range insn_imm_range(enum insn_format format)
{
    const struct insn_layout *layout = &insn_layouts[format];
    struct imm_range range = {0, 0, 1};
    int64_t bits = 0;

    for (int i = 0; i < IMM_PIECES && layout->pieces[i].width; i++) {
        struct imm_piece piece = layout->pieces[i];

        bits |= (int64_t)BITS(piece.lo + piece.width - 1, piece.lo);
    }
    if (!bits)
        return range;
    range.step = bits & -bits;
    range.max = bits;
    if (layout->is_signed) {
        range.min = -((bits + range.step) / 2);
        range.max = -range.min - range.step;
    }
    return range;
}

static uint32_t reg_bits(struct reg_place field, unsigned number)
{
    uint32_t mask = (UINT32_C(1) << field.width) - 1;

    return ((number - field.base) & mask) << field.at;
}

static uint32_t imm_bits(const struct insn_layout *layout, uint32_t imm)
{
    uint32_t bits = 0;

    for (int i = 0; i < IMM_PIECES && layout->pieces[i].width; i++) {
        struct imm_piece piece = layout->pieces[i];
        uint32_t mask = (UINT32_C(1) << piece.width) - 1;

        bits |= (imm >> piece.lo & mask) << piece.at;
    }
    return bits;
}

uint32_t insn_encode(const struct insn *insn)
{
    const struct insn_info *row = &insn_infos[insn->form];
    const struct insn_layout *layout = &insn_layouts[row->format];

    /* rd and rs1 may share a field; they are the same register then. */
    return row->match | reg_bits(layout->rd, insn->rd) |
           reg_bits(layout->rs1, insn->rs1) | reg_bits(layout->rs2, insn->rs2) |
           imm_bits(layout, (uint32_t)insn->imm);
}
