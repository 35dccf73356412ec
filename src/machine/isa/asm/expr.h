#ifndef MACHINE_ISA_ASM_EXPR_H
#define MACHINE_ISA_ASM_EXPR_H

#include "machine/isa/asm/assembler.h"

/* Reads an expression; NULL with a fault if there is none. */
const struct expr *expr_read(struct assembler *as);
const struct expr *expr_number(struct assembler *as, uint64_t number,
                               struct place place);

/* The value, if it is known without any address. Notes no fault. */
bool expr_is_constant(struct assembler *as, const struct expr *expr, uint64_t *value);

/* The value by the layout as it stands. False: it has none, which `tell` reports. */
bool expr_evaluate(struct assembler *as, const struct expr *expr, bool tell,
                   uint64_t *value);

/* The section that a label, with or without a number added, is in; ASM_ABSOLUTE of any
 * other expression. */
int expr_section(struct assembler *as, const struct expr *expr);

/* Reads an expression that must be known at once, such as an alignment. */
bool expr_read_constant(struct assembler *as, const char *what, uint64_t *value);

#endif
