#ifndef IMAGE_ELF_WRITE_H
#define IMAGE_ELF_WRITE_H

#include "base/err.h"
#include "machine/isa/asm/asm.h"

/*
 * Writes an assembled program as an ELF executable, with its symbols and source lines.
 * `directory` is where the source's file name starts.
 */
bool elf_write(const struct asm_program *program, const char *directory,
               const char *path, struct err *err);

#endif
