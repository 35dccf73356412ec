#ifndef OBSERVE_ASK_STRUCTURES_H
#define OBSERVE_ASK_STRUCTURES_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What entries of page tables and device contexts say, in the words of their
 * specifications: for the commands that list them and the views that show them.
 * Descriptors: queues.h.
 */

/* Names of the bits from bit 0 on that are 1: "next, write". */
void put_bit_names(struct buf *out, const char *const *names, unsigned count,
                   uint64_t bits);

/* Of an entry of a page table: "DAGUXWRV", letters of the bits that are 1, the highest
 * first, with N before them. */
void put_pte_bits(struct buf *out, uint64_t entry);

/* All of an entry: "table at 80408000", "page of 4 KiB at 80001000 --A-XWRV"; level -1: not
 * known, and no size is told. */
void put_pte(struct buf *out, uint64_t entry, int level);

/* Of a device context: tc's flags; an atp as "Sv39x4 at 0x80404000" or "Bare". */
void put_context_flags(struct buf *out, uint64_t tc);
void put_context_stage(struct buf *out, uint64_t atp, const char *mode);

#endif
