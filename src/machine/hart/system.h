#ifndef MACHINE_HART_SYSTEM_H
#define MACHINE_HART_SYSTEM_H

#include "machine/hart/hart.h"

/* hart_do_N for each name N in the instruction table's FENCE, CSR, SYSTEM and CACHE rows:
 * does the instruction, or gives the exception it raises. `hart->doing.next_pc` is where
 * the hart goes on; it has been set to the next instruction. */
#define DO(op, name, match, mask, format, ext, effect, does)                           \
    struct trap hart_do_##does(struct hart *hart, const struct insn *insn);
#define FENCE  DO
#define CSR    DO
#define SYSTEM DO
#define CACHE  DO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wredundant-decls"
#include "machine/isa/instructions.def"
#pragma GCC diagnostic pop
#undef DO

/* May this mode use hlv, hlvx and hsv (15.3.1)? NO_TRAP, or the exception. */
struct trap hart_check_guest_access(const struct hart *hart, const struct insn *insn);

#endif
