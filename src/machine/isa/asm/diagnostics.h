#ifndef MACHINE_ISA_ASM_DIAGNOSTICS_H
#define MACHINE_ISA_ASM_DIAGNOSTICS_H

#include "machine/isa/asm/assembler.h"

/* Notes what is wrong at `place`, unless something further on in the statement is noted
 * already. Returns false. */
bool fault(struct assembler *as, struct place place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void forget_fault(struct assembler *as);

/* Makes the noted fault a diagnostic. */
void report_fault(struct assembler *as);

/* Adds a diagnostic. Returns false. */
bool report(struct assembler *as, struct place place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Into the order of the text: the second pass adds to what the first has found. */
void sort_diagnostics(struct asm_program *program);

/*
 * The candidate nearest to a misspelt word, by edit distance; `best` is NULL while none
 * is near enough to be what was meant.
 */
struct nearest {
    const char *word;
    size_t length;
    const char *best;
    unsigned distance;
};

struct nearest nearest_to(const char *word, size_t length);
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
