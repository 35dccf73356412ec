#ifndef MACHINE_ISA_ASM_LI_H
#define MACHINE_ISA_ASM_LI_H

#include "machine/isa/isa.h"

#include <stdint.h>

enum { LI_MAX = 8 };

/* The instructions that put `value` into register rd; how many, at most LI_MAX. */
unsigned li_sequence(struct insn insns[LI_MAX], unsigned rd, uint64_t value);

#endif
