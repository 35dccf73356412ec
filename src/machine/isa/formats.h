#ifndef MACHINE_ISA_FORMATS_H
#define MACHINE_ISA_FORMATS_H

#include "machine/isa/isa.h"

#include <stdint.h>

/* The instruction formats: rows of formats.def (Unprivileged, "Base Instruction Formats"
 * and "Compressed Instruction Formats"). Decoder and encoder both follow the layout. */
enum insn_format {
#define FORMAT(NAME, ...) FORMAT_##NAME,
#include "machine/isa/formats.def"
    FORMATS
};

/* A register operand is base + the field of `width` bits at bit `at`. Width 0: the
 * register is always `base`; width 3: one of x8 to x15. */
struct reg_place {
    uint8_t at, width, base;
};

/* Bits lo + width - 1 .. lo of the immediate are the field at bit `at` of the encoding. */
struct imm_piece {
    uint8_t lo, at, width;
};

enum { IMM_PIECES = 8 };

struct insn_layout {
    const char *name; /* "I-type" */

    /*
     * How the operands are written. Words: rd, rs1, rs2; imm in decimal; shamt the
     * immediate in hex; upper the immediate >> 12, in hex, 20 bits; target the address
     * pc + imm; csr; zimm the rs1 field as a number; pred, succ sets of iorw. All else
     * stands for itself. Formats with aq and rl carry them in the mnemonic.
     */
    const char *operands;
    struct reg_place rd, rs1, rs2;
    bool is_signed;                      /* the immediate */
    struct imm_piece pieces[IMM_PIECES]; /* of the immediate; ends with width 0 */
};

extern const struct insn_layout insn_layouts[FORMATS];

/* The words of `operands`, in the order in which they are told there. */
enum operand {
    OPERAND_RD,
    OPERAND_RS1,
    OPERAND_RS2,
    OPERAND_IMM,
    OPERAND_SHAMT,
    OPERAND_UPPER,
    OPERAND_TARGET,
    OPERAND_CSR,
    OPERAND_ZIMM,
    OPERAND_PRED,
    OPERAND_SUCC,
    OPERANDS /* no such word */
};

enum operand operand_by_name(const char *word, size_t length);

/* The immediates that a format can hold: multiples of step from min to max. A format
 * without an immediate has 0 to 0. */
struct imm_range {
    int64_t min, max;
    int64_t step;
};

struct imm_range insn_imm_range(enum insn_format format);

/*
 * The encoding of the row insn->form with the operands rd, rs1, rs2, imm: insn_decode's
 * inverse. What the format has no place for is ignored: excess bits of the immediate,
 * registers that are fixed. Some operands make another row's encoding (c.addi of x0 is
 * c.nop) or a reserved one; decoding what comes out tells.
 */
uint32_t insn_encode(const struct insn *insn);

#endif
