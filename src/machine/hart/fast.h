#ifndef MACHINE_HART_FAST_H
#define MACHINE_HART_FAST_H

#include "machine/hart/hart.h"

/*
 * What the fast loop keeps on the host: decoded code and look-up tables. None of it is
 * state: it can be dropped at any moment without a trace.
 */
struct fast *fast_new(const struct hart *hart);
void fast_free(struct fast *fast);

/* Drops everything, decoded code too. */
void fast_reset(struct hart *hart);

/* The exact loop's way to the look-up tables: the physical address of an access in RAM
 * that they allow. False: it must be translated and checked. */
bool fast_reach(struct hart *hart, uint64_t va, uint8_t access, uint8_t mode,
                uint64_t *pa);

/* Is that page in the tables now? */
bool fast_knows(struct hart *hart, uint64_t va, uint8_t access, uint8_t mode);

/* insn_decode, remembered by the bits; good until the next call. */
const struct insn *fast_decode(struct hart *hart, uint32_t bits);

/* RAM at `pa` is about to change: code decoded from it is dropped. */
void fast_code_written(struct hart *hart, uint64_t pa, unsigned length);

/* The page at `pa` has got a mark: stores to it must be seen from now on. */
void fast_protect(struct hart *hart, uint64_t pa);

/*
 * Executes whole blocks while their instructions all start before cycle `until`. Returns
 * at the first instruction that it must leave to hart_step; it may have done nothing.
 */
void fast_run(struct hart *hart, uint64_t until);

#endif
