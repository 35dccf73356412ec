#include "machine/isa/formats.h"

#include "base/bits.h"

#include <string.h>

/* Register fields by where they are in the encoding. */
#define RD                                                                             \
    {                                                                                  \
        7, 5, 0                                                                        \
    }
#define RS1                                                                            \
    {                                                                                  \
        15, 5, 0                                                                       \
    }
#define RS2                                                                            \
    {                                                                                  \
        20, 5, 0                                                                       \
    }
#define C_RS2                                                                          \
    {                                                                                  \
        2, 5, 0                                                                        \
    }
#define C_LOW                                                                          \
    {                                                                                  \
        2, 3, 8                                                                        \
    } /* rd' or rs2' */
#define C_HIGH                                                                         \
    {                                                                                  \
        7, 3, 8                                                                        \
    } /* rs1' or rd' */
#define ALWAYS(n)                                                                      \
    {                                                                                  \
        0, 0, n                                                                        \
    }
#define NO_REG                                                                         \
    {                                                                                  \
        0, 0, 0                                                                        \
    }

/* clang-format off */
const struct insn_layout insn_layouts[FORMATS] = {
    /*                   name       operands             rd          rs1         rs2        signed immediate {lo, at, width} */
    [FORMAT_NONE]     = {"none",    "",                  NO_REG,     NO_REG,     NO_REG,    false, {{0}}},
    [FORMAT_R]        = {"R-type",  "rd,rs1,rs2",        RD,         RS1,        RS2,       false, {{0}}},
    [FORMAT_I]        = {"I-type",  "rd,rs1,imm",        RD,         RS1,        NO_REG,    true,  {{0, 20, 12}}},
    [FORMAT_SHIFT]    = {"I-type",  "rd,rs1,shamt",      RD,         RS1,        NO_REG,    false, {{0, 20, 6}}},
    [FORMAT_SHIFTW]   = {"I-type",  "rd,rs1,shamt",      RD,         RS1,        NO_REG,    false, {{0, 20, 5}}},
    [FORMAT_LOAD]     = {"I-type",  "rd,imm(rs1)",       RD,         RS1,        NO_REG,    true,  {{0, 20, 12}}},
    [FORMAT_JALR]     = {"I-type",  "rd,imm(rs1)",       RD,         RS1,        NO_REG,    true,  {{0, 20, 12}}},
    [FORMAT_S]        = {"S-type",  "rs2,imm(rs1)",      NO_REG,     RS1,        RS2,       true,  {{5, 25, 7}, {0, 7, 5}}},
    [FORMAT_B]        = {"B-type",  "rs1,rs2,target",    NO_REG,     RS1,        RS2,       true,  {{12, 31, 1}, {5, 25, 6}, {1, 8, 4}, {11, 7, 1}}},
    [FORMAT_U]        = {"U-type",  "rd,upper",          RD,         NO_REG,     NO_REG,    true,  {{12, 12, 20}}},
    [FORMAT_J]        = {"J-type",  "rd,target",         RD,         NO_REG,     NO_REG,    true,  {{20, 31, 1}, {1, 21, 10}, {11, 20, 1}, {12, 12, 8}}},
    [FORMAT_FENCE]    = {"I-type",  "pred,succ",         RD,         RS1,        NO_REG,    false, {{0, 20, 12}}},
    [FORMAT_FENCE_I]  = {"I-type",  "",                  RD,         RS1,        NO_REG,    true,  {{0, 20, 12}}},
    [FORMAT_CSR]      = {"I-type",  "rd,csr,rs1",        RD,         RS1,        NO_REG,    false, {{0, 20, 12}}},
    [FORMAT_CSRI]     = {"I-type",  "rd,csr,zimm",       RD,         RS1,        NO_REG,    false, {{0, 20, 12}}},
    [FORMAT_SFENCE]   = {"R-type",  "rs1,rs2",           NO_REG,     RS1,        RS2,       false, {{0}}},
    [FORMAT_AMO]      = {"R-type",  "rd,rs2,(rs1)",      RD,         RS1,        RS2,       false, {{0, 25, 2}}},
    [FORMAT_LR]       = {"R-type",  "rd,(rs1)",          RD,         RS1,        NO_REG,    false, {{0, 25, 2}}},
    [FORMAT_CBO]      = {"I-type",  "(rs1)",             NO_REG,     RS1,        NO_REG,    false, {{0}}},
    [FORMAT_C_NONE]   = {"CR-type", "",                  NO_REG,     NO_REG,     NO_REG,    false, {{0}}},
    [FORMAT_CR]       = {"CR-type", "rd,rs2",            RD,         RD,         C_RS2,     false, {{0}}},
    [FORMAT_CR_MV]    = {"CR-type", "rd,rs2",            RD,         ALWAYS(0),  C_RS2,     false, {{0}}},
    [FORMAT_CR_JR]    = {"CR-type", "rs1",               ALWAYS(0),  RD,         NO_REG,    false, {{0}}},
    [FORMAT_CR_JALR]  = {"CR-type", "rs1",               ALWAYS(1),  RD,         NO_REG,    false, {{0}}},
    [FORMAT_CI]       = {"CI-type", "rd,imm",            RD,         RD,         NO_REG,    true,  {{5, 12, 1}, {0, 2, 5}}},
    [FORMAT_CI_LI]    = {"CI-type", "rd,imm",            RD,         ALWAYS(0),  NO_REG,    true,  {{5, 12, 1}, {0, 2, 5}}},
    [FORMAT_CI_LUI]   = {"CI-type", "rd,upper",          RD,         NO_REG,     NO_REG,    true,  {{17, 12, 1}, {12, 2, 5}}},
    [FORMAT_CI_SP]    = {"CI-type", "rd,imm",            ALWAYS(2),  ALWAYS(2),  NO_REG,    true,  {{9, 12, 1}, {4, 6, 1}, {6, 5, 1}, {7, 3, 2}, {5, 2, 1}}},
    [FORMAT_CI_SHIFT] = {"CI-type", "rd,shamt",          RD,         RD,         NO_REG,    false, {{5, 12, 1}, {0, 2, 5}}},
    [FORMAT_CI_SHIFT0] = {"CI-type", "rd",               RD,         RD,         NO_REG,    false, {{0}}},
    [FORMAT_CI_LWSP]  = {"CI-type", "rd,imm(rs1)",       RD,         ALWAYS(2),  NO_REG,    false, {{5, 12, 1}, {2, 4, 3}, {6, 2, 2}}},
    [FORMAT_CI_LDSP]  = {"CI-type", "rd,imm(rs1)",       RD,         ALWAYS(2),  NO_REG,    false, {{5, 12, 1}, {3, 5, 2}, {6, 2, 3}}},
    [FORMAT_CSS_W]    = {"CSS-type", "rs2,imm(rs1)",     NO_REG,     ALWAYS(2),  C_RS2,     false, {{2, 9, 4}, {6, 7, 2}}},
    [FORMAT_CSS_D]    = {"CSS-type", "rs2,imm(rs1)",     NO_REG,     ALWAYS(2),  C_RS2,     false, {{3, 10, 3}, {6, 7, 3}}},
    [FORMAT_CIW]      = {"CIW-type", "rd,rs1,imm",       C_LOW,      ALWAYS(2),  NO_REG,    false, {{4, 11, 2}, {6, 7, 4}, {2, 6, 1}, {3, 5, 1}}},
    [FORMAT_CL_W]     = {"CL-type", "rd,imm(rs1)",       C_LOW,      C_HIGH,     NO_REG,    false, {{3, 10, 3}, {2, 6, 1}, {6, 5, 1}}},
    [FORMAT_CL_D]     = {"CL-type", "rd,imm(rs1)",       C_LOW,      C_HIGH,     NO_REG,    false, {{3, 10, 3}, {6, 5, 2}}},
    [FORMAT_CS_W]     = {"CS-type", "rs2,imm(rs1)",      NO_REG,     C_HIGH,     C_LOW,     false, {{3, 10, 3}, {2, 6, 1}, {6, 5, 1}}},
    [FORMAT_CS_D]     = {"CS-type", "rs2,imm(rs1)",      NO_REG,     C_HIGH,     C_LOW,     false, {{3, 10, 3}, {6, 5, 2}}},
    [FORMAT_CA]       = {"CA-type", "rd,rs2",            C_HIGH,     C_HIGH,     C_LOW,     false, {{0}}},
    [FORMAT_CB]       = {"CB-type", "rs1,target",        NO_REG,     C_HIGH,     ALWAYS(0), true,  {{8, 12, 1}, {3, 10, 2}, {6, 5, 2}, {1, 3, 2}, {5, 2, 1}}},
    [FORMAT_CB_ANDI]  = {"CB-type", "rd,imm",            C_HIGH,     C_HIGH,     NO_REG,    true,  {{5, 12, 1}, {0, 2, 5}}},
    [FORMAT_CB_SHIFT] = {"CB-type", "rd,shamt",          C_HIGH,     C_HIGH,     NO_REG,    false, {{5, 12, 1}, {0, 2, 5}}},
    [FORMAT_CB_SHIFT0] = {"CB-type", "rd",               C_HIGH,     C_HIGH,     NO_REG,    false, {{0}}},
    [FORMAT_CJ]       = {"CJ-type", "target",            ALWAYS(0),  NO_REG,     NO_REG,    true,  {{11, 12, 1}, {4, 11, 1}, {8, 9, 2}, {10, 8, 1}, {6, 7, 1}, {7, 6, 1}, {1, 3, 3}, {5, 2, 1}}},
};
/* clang-format on */

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

static uint32_t reg_bits(struct reg_field field, unsigned number)
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
