#ifndef MACHINE_ISA_ASM_ASM_H
#define MACHINE_ISA_ASM_ASM_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The assembler: GNU syntax for the instructions of isa.h in, sections with their final
 * addresses out. There is no object file and no linker between: every symbol must be
 * defined in the text.
 */

struct asm_source {
    const char *text;
    size_t size;
    const char *file;    /* what diagnostics and the line table call it */
    unsigned first_line; /* line of that file on which `text` begins; 0 means 1 */
};

/*
 * Where sections go. Those of one kind stand one after the other, each at its own
 * alignment: first the executable ones, then the read-only, the writable and those that
 * hold no bytes (.bss). Each kind begins on a new 4 KiB page, so that page tables and PMP
 * can tell them apart, unless an address is given for it here.
 */
struct asm_layout {
    uint64_t text;
    uint64_t data; /* 0: after the read-only data */
    uint64_t bss;  /* 0: after the data */
};

enum asm_section_flags {
    ASM_ALLOC = 1, /* is in memory when the program runs */
    ASM_WRITE = 2,
    ASM_EXEC = 4,
    ASM_NOBITS = 8 /* zero at the start; has no bytes in the program */
};

struct asm_section {
    char *name;
    unsigned flags;
    unsigned align_log2;
    uint64_t address, size;
    unsigned char *bytes; /* NULL with ASM_NOBITS */
};

enum asm_symbol_type { ASM_NOTYPE, ASM_FUNCTION, ASM_OBJECT };

enum { ASM_ABSOLUTE = -1 }; /* the section of a symbol that is just a number */

struct asm_symbol {
    char *name;
    uint64_t value, size;
    int section;
    enum asm_symbol_type type;
    bool global, weak;
};

/* The instruction at `address` comes from this line of the source's file. */
struct asm_line {
    uint64_t address;
    unsigned line;
    int section;
};

struct asm_diagnostic {
    char *file;
    unsigned line, column; /* from 1; column 0: the whole file is meant */
    char *message;
    char *source; /* the line of text it is about */
};

enum { ASM_DIAGNOSTICS_MAX = 100 };

struct asm_program {
    struct asm_section *sections;
    size_t section_count;
    struct asm_symbol *symbols;
    size_t symbol_count;
    struct asm_line *lines; /* of each section by ascending address */
    size_t line_count;
    struct asm_diagnostic *diagnostics; /* in the order of the text */
    size_t diagnostic_count;
    uint64_t entry; /* _start, or where .text begins */
    char *file;
};

/* Fills `program`, which asm_free releases whatever the result. False: there are
 * diagnostics, and sections and symbols are not to be used. */
bool asm_assemble(struct asm_program *program, const struct asm_source *source,
                  const struct asm_layout *layout);
void asm_free(struct asm_program *program);

/* A symbol by name; NULL: there is none. */
const struct asm_symbol *asm_find(const struct asm_program *program, const char *name);

/* Appends "FILE:LINE:COL: message", the source line and a line with a caret. */
void asm_diagnostic_text(const struct asm_diagnostic *diagnostic, struct buf *text);

#endif
