#ifndef MACHINE_ISA_ASM_EMIT_H
#define MACHINE_ISA_ASM_EMIT_H

#include "machine/isa/asm/assembler.h"

/* The second pass: the bytes of every section that has any. Reports whatever does not
 * fit into them. */
void asm_emit(struct assembler *as);

/* encode.c: the bits of one instruction at its final address, reporting what it cannot
 * hold. */
uint32_t item_encode(struct assembler *as, const struct item *item);

#endif
