#ifndef MACHINE_ISA_ISA_H
#define MACHINE_ISA_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The instruction set: RV64IMAC with H, Zicsr, Zifencei, Zicntr, Zihintpause, Zicbom and
 * Zicboz. instructions.def is the one table; decoder, disassembler, assembler and the
 * harts' executors are made from it.
 */

/* Which instruction: a row of instructions.def. 0 is no instruction. */
enum op {
    OP_ILLEGAL,
#define INSN(op, ...) OP_##op,
#include "machine/isa/instructions.def"
    OPS
};

/* A decoded instruction. */
struct insn {
    uint32_t bits; /* its encoding; 16 bits where length is 2 */
    int32_t imm;   /* immediate, sign-extended and scaled to bytes; of lui and auipc the
                      value added, bits 31 to 12; of a CSR instruction the CSR's number;
                      of fence fm, pred, succ; of LR, SC and AMO aq << 1 | rl */
    uint16_t op;   /* enum op: what it does; a compressed instruction has the op of the
                       instruction it stands for */
    uint16_t form; /* enum op: the row it was written as; of c.addi OP_C_ADDI */
    uint8_t rd, rs1,
        rs2;        /* register numbers; rs1 is also the zimm of csrrwi and friends */
    uint8_t length; /* bytes: 2 or 4 */
};

/* Decodes the instruction whose first 16 bits are the low ones of `bits` (the upper 16
 * are looked at only if it is 32 bits long). An encoding with no row gives OP_ILLEGAL,
 * with its length. */
struct insn insn_decode(uint32_t bits);

/* Bytes of the instruction that begins with these 16 bits: 2 or 4. */
static inline unsigned insn_length(uint32_t bits)
{
    return (bits & 3) == 3 ? 4 : 2;
}

/* What kind of work an instruction is: decides prices and how it is executed. */
enum insn_class {
    CLASS_ALU,
    CLASS_MULTIPLY,
    CLASS_DIVIDE,
    CLASS_LOAD,
    CLASS_STORE,
    CLASS_BRANCH,
    CLASS_JUMP,   /* jal, jalr */
    CLASS_ATOMIC, /* LR, SC, AMO */
    CLASS_FENCE,
    CLASS_CSR,
    CLASS_SYSTEM,     /* ecall, ebreak, mret, sret, wfi, sfence.vma, hfence.* */
    CLASS_HYPERVISOR, /* hlv.*, hlvx.*, hsv.* */
    CLASS_CACHE,      /* cbo.* */
    CLASS_COMPRESSED  /* the rows of c.*; their op decides */
};

struct insn_info {
    const char *name; /* mnemonic */
    uint32_t match, mask;
    uint8_t format; /* enum insn_format in formats.h */
    uint8_t class;  /* enum insn_class */
    const char *extension;
    const char *effect;  /* one line: "rd = rs1 + rs2" */
    uint16_t stands_for; /* enum op: what a compressed row does; of others itself */
};

extern const struct insn_info insn_infos[OPS];

/* The row with that mnemonic, without .aq and .rl; OP_ILLEGAL: none. */
enum op op_by_name(const char *name, size_t length);

/*
 * Writes the instruction as objdump -M no-aliases does: "addi\ta0,a0,-1"; branch and jump
 * targets as "0x80000010". `pc` is its address. Gives the text's length, as snprintf.
 * `aliases`: as objdump does without that option ("li a0,1", "ret"): for people.
 */
int insn_text(char *text, size_t room, const struct insn *insn, uint64_t pc,
              bool aliases);

/* Integer registers: "zero", "ra", "sp", ... by number; and back, x0-x31 and fp too (-1). */
extern const char *const xreg_names[32];
int xreg_by_name(const char *name, size_t length);

#endif
