#ifndef TESTS_DIFFERENTIAL_DIFFERENCES_H
#define TESTS_DIFFERENTIAL_DIFFERENCES_H

#include "machine/hart/hart.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is left out of the comparison with QEMU 7.2, each with the section of the
 * specification that tells what is right (docs/manual/correctness.md says more).
 */
enum csr_access {
    CSR_FREE,        /* read and written like any other */
    CSR_RESTORED,    /* written and read back, then put back: the runtime needs it */
    CSR_WRITTEN,     /* written, and not read into a register */
    CSR_NO_VALUE,    /* accessed with x0 only: its value is never the same */
    CSR_NOT_COMPARED /* not accessed at all */
};

struct csr_limit {
    uint16_t first, last; /* numbers */
    enum csr_access access;
    uint64_t written;  /* bits that generated values may have */
    uint64_t compared; /* bits that must be the same at the end */
    const char *section, *why;
};

/* NULL: no limit. `guests`: both machines have the hypervisor extension. */
const struct csr_limit *csr_limit(unsigned number, bool guests);

/* A value that is written to it, instead of `value`. */
uint64_t csr_limit_value(const struct csr_limit *limit, uint64_t value);

/* The CSRs that are compared at the end of each sequence; from that one on they are of
 * the hypervisor extension. */
extern const uint16_t end_csrs[];
extern const size_t end_csrs_count, end_csrs_first_of_guests;

/* Bits of a CSR that are compared, where it is read or at the end. */
uint64_t csr_compared(unsigned number, bool guests);

/* Of mstatus, after a trap and at the end. */
uint64_t mstatus_compared(bool guests);

/* mtval and stval after a trap: those whose value the specification leaves open. */
uint64_t tval_compared(uint64_t cause, bool guests);

#endif
