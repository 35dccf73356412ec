#ifndef MACHINE_ISA_ASM_SYMBOLS_H
#define MACHINE_ISA_ASM_SYMBOLS_H

#include "machine/isa/asm/assembler.h"

/* The symbol of that name, made if there is none yet. */
struct symbol *symbol_named(struct assembler *as, const char *name, size_t length);

/* What 1f or 1b means here; NULL with a fault if no 1: stands before a 1b. */
struct symbol *symbol_numbered(struct assembler *as, const struct token *token);

/* Defines a label, by its name or number token, before the next item. */
void symbol_label(struct assembler *as, const struct token *token);

/* Reports that the symbol has a definition already. False. */
bool symbol_is_taken(struct assembler *as, const struct symbol *symbol,
                     struct place place);

void symbol_undefined(struct assembler *as, const struct symbol *symbol,
                      struct place place);

/* Numbered labels and those that begin with .L are no business of anybody else. */
bool symbol_is_local(const struct symbol *symbol);

void symbol_table_free(struct assembler *as);

#endif
