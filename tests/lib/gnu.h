#ifndef TESTS_LIB_GNU_H
#define TESTS_LIB_GNU_H

#include "machine/isa/asm/asm.h"

#include <stdbool.h>

/*
 * GNU as and ld as witnesses for the assembler.
 */

/* Are GNU as, ld, objcopy and objdump for RISC-V installed? If not, says so on standard
 * output. */
bool gnu_installed(void);

/* Assembles without a single diagnostic, or fails the test showing them. .text goes to
 * 0x80000000. asm_free releases it. */
void assemble_or_fail(struct asm_program *program, const char *text);

/* The program has, section by section, the bytes that GNU as and ld make of the text with
 * the same addresses. */
void gnu_compare(const struct asm_program *program, const char *text);

/* Both of the above. */
void same_as_gnu(const char *text);

#endif
