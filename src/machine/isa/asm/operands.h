#ifndef MACHINE_ISA_ASM_OPERANDS_H
#define MACHINE_ISA_ASM_OPERANDS_H

#include "machine/isa/asm/assembler.h"
#include "machine/isa/formats.h"

/* The operands of one instruction as written. */
struct operands {
    unsigned rd, rs1, rs2; /* rs1 is also a zimm */
    const struct expr *imm;
    enum imm_use use;
    int32_t number; /* csr; of a fence, pred and succ */
};

/*
 * Reads what a form says: the words of insn_layout.operands, and of pseudo-instructions
 * `symbol` (an address), `number` (known at once) and `value` (any expression). `layout`
 * says which registers a native instruction can name; NULL: all. False with a fault that
 * tells the form.
 */
bool operands_read(struct assembler *as, const char *mnemonic, const char *form,
                   const struct insn_layout *layout, struct operands *operands);

/* Takes a word out of a form: its start, with *form moved behind it; NULL at the end. */
const char *form_word(const char **form, size_t *length);

#endif
