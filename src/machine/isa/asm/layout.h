#ifndef MACHINE_ISA_ASM_LAYOUT_H
#define MACHINE_ISA_ASM_LAYOUT_H

#include "machine/isa/asm/assembler.h"

/* Bytes that a program may have in all, without .bss. */
enum { PROGRAM_MAX = 64 * 1024 * 1024 };

/* Gives every item its size and offset and every section its address. False: something
 * is too large, overlaps or never stands still; reported. */
bool asm_lay_out(struct assembler *as);

#endif
