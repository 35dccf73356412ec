#ifndef MACHINE_ISA_CSR_H
#define MACHINE_ISA_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every CSR of the harts, by number, from csrs.def. Bits 9:8 of a number are the lowest
 * privilege that may access it, bits 11:10 = 3 say read-only (Privileged 1.13, 2.1). */
enum {
#define CSR(NAME, name, number, fields, help, section) CSR_##NAME = (number),
#include "machine/isa/csrs.def"
};

struct csr_field {
    uint8_t hi, lo;
    const char *name;
    const char *help;
};

struct csr_info {
    uint16_t number;
    const char *name;               /* "mstatus" */
    const char *help;               /* one line */
    const char *section;            /* of the specification */
    const struct csr_field *fields; /* ends with a NULL name; NULL: one number */
};

/* Sorted by number. */
extern const struct csr_info csr_infos[];
extern const size_t csr_infos_count;

const struct csr_info *csr_by_number(unsigned number); /* NULL: no such CSR */
const struct csr_info *csr_by_name(const char *name, size_t length);

/*
 * CSRs in assembly text: those of the harts and the names of other extensions' CSRs.
 * csr_text writes the name, or "0x7c0" if the number has none, and gives the text's
 * length, as snprintf; csr_number gives -1 for no CSR's name.
 */
int csr_text(char *text, size_t room, unsigned number);
int csr_number(const char *name, size_t length);

#endif
