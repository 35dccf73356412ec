#ifndef IMAGE_DWARF_WRITE_H
#define IMAGE_DWARF_WRITE_H

#include "base/buf.h"
#include "machine/isa/asm/asm.h"

/*
 * The source lines of an assembled program as DWARF 4 tells them to debuggers: one
 * compilation unit with a line table.
 */
struct dwarf {
    struct buf info, abbrev, line;
};

/* `directory` is where a file name that is no full path starts. */
void dwarf_make(struct dwarf *dwarf, const struct asm_program *program,
                const char *directory);
void dwarf_release(struct dwarf *dwarf);

#endif
