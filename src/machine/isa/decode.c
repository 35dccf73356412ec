#include "machine/isa/formats.h"
#include "machine/isa/isa.h"

#include "base/bits.h"

/*
 * Decoding finds the row whose match equals the instruction under the row's mask. The
 * pair (mask, match) names a row, so the search is one switch over all pairs, asked once
 * for each mask that occurs in the instruction's part of the opcode map, the most
 * specific first: `pause` is looked for before `fence`, c.nop before c.addi.
 */
#define KEY(mask, match) ((uint64_t)(mask) << 32 | (match))

static enum op row_of(uint32_t mask, uint32_t bits)
{
    switch (KEY(mask, bits & mask)) {
#define INSN(op, name, match, mask, ...)                                               \
    case KEY(mask, match):                                                             \
        return OP_##op;
#include "machine/isa/instructions.def"
    default:
        return OP_ILLEGAL;
    }
}

enum { MASKS = 5 };

#define ALL_BITS       0xffffffff
#define OPCODE         0x0000007f
#define OPCODE_FUNCT3  0x0000707f
#define OPCODE_FUNCT37 0xfe00707f

/* Masks by bits 6:2 of a 32-bit instruction: the rows and columns of the manual's "RISC-V
 * base opcode map". */
static const uint32_t masks[32][MASKS] = {
    [0x00] = {OPCODE_FUNCT3},                                   /* LOAD */
    [0x03] = {ALL_BITS, 0xfff07fff, OPCODE_FUNCT3},             /* MISC-MEM */
    [0x04] = {0xfc00707f, OPCODE_FUNCT3},                       /* OP-IMM */
    [0x05] = {OPCODE},                                          /* AUIPC */
    [0x06] = {OPCODE_FUNCT37, OPCODE_FUNCT3},                   /* OP-IMM-32 */
    [0x08] = {OPCODE_FUNCT3},                                   /* STORE */
    [0x0b] = {0xf9f0707f, 0xf800707f},                          /* AMO */
    [0x0c] = {OPCODE_FUNCT37},                                  /* OP */
    [0x0d] = {OPCODE},                                          /* LUI */
    [0x0e] = {OPCODE_FUNCT37},                                  /* OP-32 */
    [0x18] = {OPCODE_FUNCT3},                                   /* BRANCH */
    [0x19] = {OPCODE_FUNCT3},                                   /* JALR */
    [0x1b] = {OPCODE},                                          /* JAL */
    [0x1c] = {ALL_BITS, 0xfe007fff, 0xfff0707f, OPCODE_FUNCT3}, /* SYSTEM */
};

/* Masks by quadrant, bits 1:0 of a 16-bit instruction. */
static const uint32_t compressed_masks[3][MASKS] = {
    {0xe003},
    {0xef83, 0xfc7f, 0xfc63, 0xec03, 0xe003},
    {0xffff, 0xf07f, 0xf003, 0xe003},
};

static enum op find_row(uint32_t bits)
{
    const uint32_t *mask =
        insn_length(bits) == 2 ? compressed_masks[bits & 3] : masks[bits >> 2 & 31];

    for (int i = 0; i < MASKS && mask[i]; i++) {
        enum op op = row_of(mask[i], bits);

        if (op != OP_ILLEGAL)
            return op;
    }
    return OP_ILLEGAL;
}

static uint8_t reg_of(struct reg_place field, uint32_t bits)
{
    uint32_t mask = (UINT32_C(1) << field.width) - 1;

    return (uint8_t)(field.base + (bits >> field.at & mask));
}

static int32_t imm_of(const struct insn_layout *layout, uint32_t bits)
{
    uint32_t imm = 0;
    unsigned width = 1;

    for (int i = 0; i < IMM_PIECES && layout->pieces[i].width; i++) {
        struct imm_piece piece = layout->pieces[i];
        unsigned end = piece.lo + piece.width;
        uint32_t mask = (UINT32_C(1) << piece.width) - 1;

        imm |= (bits >> piece.at & mask) << piece.lo;
        width = end > width ? end : width;
    }
    return layout->is_signed ? (int32_t)sign_extend(imm, width) : (int32_t)imm;
}

/*
 * The encodings of compressed rows that are reserved because an operand is 0 (Unprivileged,
 * "RVC Instruction Set Listings", RES). Other zeros make HINTs, which are executed as the
 * instruction that they are and have no effect.
 */
static bool reserved(const struct insn *insn)
{
    switch (insn->form) {
    case OP_C_ADDI4SPN: /* among them the all-zero halfword, illegal by definition */
    case OP_C_ADDI16SP:
    case OP_C_LUI:
        return insn->imm == 0;
    case OP_C_ADDIW:
    case OP_C_LWSP:
    case OP_C_LDSP:
        return insn->rd == 0;
    case OP_C_JR:
        return insn->rs1 == 0;
    default:
        return false;
    }
}

struct insn insn_decode(uint32_t bits)
{
    unsigned length = insn_length(bits);
    uint32_t encoding = length == 2 ? bits & 0xffff : bits;
    struct insn illegal = {.bits = encoding, .length = (uint8_t)length};
    struct insn insn = illegal;
    enum op form = find_row(encoding);
    const struct insn_layout *layout = &insn_layouts[insn_infos[form].format];

    insn.form = (uint16_t)form;
    insn.op = insn_infos[form].stands_for;
    insn.rd = reg_of(layout->rd, encoding);
    insn.rs1 = reg_of(layout->rs1, encoding);
    insn.rs2 = reg_of(layout->rs2, encoding);
    insn.imm = imm_of(layout, encoding);
    return reserved(&insn) ? illegal : insn;
}
