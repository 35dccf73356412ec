#ifndef MACHINE_ISA_ASM_EQUATE_H
#define MACHINE_ISA_ASM_EQUATE_H

#include "machine/isa/asm/assembler.h"

/* Gives a symbol a value: .equ, .set and = (`state` SYMBOL_EQUATED), or .equiv
 * (SYMBOL_CONSTANT). */
bool symbol_equate(struct assembler *as, const struct token *name,
                   enum symbol_state state, const struct expr *expr);

#endif
