#ifndef MACHINE_ISA_ASM_PSEUDO_H
#define MACHINE_ISA_ASM_PSEUDO_H

#include <stddef.h>

/*
 * A pseudo-instruction, or another way to write a native one: its operands, and the
 * instructions that it stands for, in which the operands' names are replaced. %high and
 * %low are the two parts of the distance to `symbol` or `target`. An expansion of NULL
 * means li.
 */
struct pseudo {
    const char *name, *form, *expansion;
};

extern const struct pseudo pseudos[];
extern const size_t pseudo_count;

#endif
