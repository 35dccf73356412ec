#ifndef OBSERVE_ASK_CSR_VALUES_H
#define OBSERVE_ASK_CSR_VALUES_H

#include "base/buf.h"
#include "machine/isa/csr.h"

#include <stdint.h>

/*
 * What values of CSRs and their fields are called: "S-mode", "Sv39", "vectored". The table
 * of the fields themselves is machine/isa/csr.c.
 */

/* Bits hi..lo of a CSR; nothing if values of these have no names. */
void csr_value_words(struct buf *out, unsigned number, unsigned hi, unsigned lo,
                     uint64_t value);

/* Fields with their names, words and numbers: "MPP=M-mode MIE=1". Those that are 0 and
 * have no word for it go without saying. */
void csr_fields_words(struct buf *out, const struct csr_info *csr, uint64_t value);

#endif
