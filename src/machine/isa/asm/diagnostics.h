#ifndef MACHINE_ISA_ASM_DIAGNOSTICS_H
#define MACHINE_ISA_ASM_DIAGNOSTICS_H

#include "base/nearest.h"
#include "machine/isa/asm/assembler.h"

/* Notes what is wrong at `place`, unless something further on in the statement is noted
 * already. Returns false. */
bool asm_fault(struct assembler *as, struct place place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void asm_forget_fault(struct assembler *as);

/* Makes the noted fault a diagnostic. */
void asm_report_fault(struct assembler *as);

/* Adds a diagnostic. Returns false. */
bool asm_report(struct assembler *as, struct place place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Into the order of the text: the second pass adds to what the first has found. */
void asm_sort_diagnostics(struct asm_program *program);

/*
 * " (did you mean 'x'?)", or nothing: of the names offered, the one nearest to the word
 * that `length` characters at `text` are. It lives as long as the arena.
 */
struct nearest asm_nearest(struct assembler *as, const char *text, size_t length);
const char *asm_hint(struct assembler *as, const struct nearest *nearest);

#endif
