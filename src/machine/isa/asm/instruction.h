#ifndef MACHINE_ISA_ASM_INSTRUCTION_H
#define MACHINE_ISA_ASM_INSTRUCTION_H

#include "machine/isa/asm/assembler.h"

/* Reads the rest of the statement, an instruction, into items. */
bool instruction_read(struct assembler *as);

#endif
