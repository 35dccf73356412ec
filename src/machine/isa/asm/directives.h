#ifndef MACHINE_ISA_ASM_DIRECTIVES_H
#define MACHINE_ISA_ASM_DIRECTIVES_H

#include "machine/isa/asm/assembler.h"

struct directive {
    const char *name;
    bool (*read)(struct assembler *as, const struct token *name, uint64_t argument);
    uint64_t argument;
    const char *operands; /* as they are written; NULL with help: nobody needs it */
    const char *help;
};

extern const struct directive directives[];
extern const size_t directive_count;

/* Reads the rest of the statement, a directive. */
bool directive_read(struct assembler *as);

/* Takes a name, or a fault: "expected <what>". */
const struct token *directive_name(struct assembler *as, const char *what);

/* section_directives.c, data_directives.c: a row's function. `argument` is the row's. */
bool directive_section(struct assembler *as, const struct token *name,
                       uint64_t argument);
bool directive_push(struct assembler *as, const struct token *name, uint64_t argument);
bool directive_pop(struct assembler *as, const struct token *name, uint64_t argument);
bool directive_previous(struct assembler *as, const struct token *name,
                        uint64_t argument);
bool directive_standard(struct assembler *as, const struct token *name,
                        uint64_t argument);

bool directive_data(struct assembler *as, const struct token *name, uint64_t size);
bool directive_string(struct assembler *as, const struct token *name, uint64_t zeros);
bool directive_space(struct assembler *as, const struct token *name, uint64_t argument);
bool directive_fill(struct assembler *as, const struct token *name, uint64_t argument);
bool directive_align(struct assembler *as, const struct token *name, uint64_t is_log2);
bool directive_org(struct assembler *as, const struct token *name, uint64_t argument);
bool directive_common(struct assembler *as, const struct token *name,
                      uint64_t argument);

#endif
