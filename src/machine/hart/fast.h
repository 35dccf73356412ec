#ifndef MACHINE_HART_FAST_H
#define MACHINE_HART_FAST_H

#include "machine/hart/hart.h"

/*
 * What the fast loop keeps on the host: decoded code. It is no state: it can be dropped
 * at any moment without a trace.
 */
struct fast *fast_new(const struct hart *hart);
void fast_free(struct fast *fast);

/* Drops all decoded code, and the look-up tables with it. */
void fast_reset(struct hart *hart);

/* insn_decode, remembered by the bits; good until the next call. */
const struct insn *fast_decode(struct hart *hart, uint32_t bits);

/* RAM at `pa` is about to change: code decoded from it is dropped, with all of its page.
 * Not to be called while fast_run is under way on the same hart. */
void fast_code_written(struct hart *hart, uint64_t pa, unsigned length);

/* Is there decoded code of that page? */
bool fast_has_code(const struct hart *hart, uint64_t pa);

/*
 * Executes whole blocks while their instructions all start before cycle `until`. Returns
 * at the first instruction that it must leave to hart_step; it may have done nothing.
 */
void fast_run(struct hart *hart, uint64_t until);

#endif
