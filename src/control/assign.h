#ifndef CONTROL_ASSIGN_H
#define CONTROL_ASSIGN_H

#include "observe/ask/expr.h"
#include "observe/time/journal.h"

/*
 * What `set` does, as an act: gives what an expression names (a register, a CSR or one of
 * its fields, a device register, memory) that value. Bits beside a named field stay as a
 * read gives them now. assign_done releases the act.
 */
bool assign_act(struct act *act, const struct run *run, unsigned board,
                const struct lvalue *to, uint64_t value, struct err *err);
void assign_done(struct act *act);

#endif
