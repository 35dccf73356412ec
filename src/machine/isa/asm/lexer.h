#ifndef MACHINE_ISA_ASM_LEXER_H
#define MACHINE_ISA_ASM_LEXER_H

#include "machine/isa/asm/assembler.h"

/* Reads the next statement into as->tokens; false at the end of the text. A token with a
 * mistake is reported and ends the statement, which is then as->broken. */
bool statement_read(struct assembler *as);

/* Takes the next token if it is of that kind. */
bool token_accept(struct assembler *as, int kind);
/* The same, or a fault: "expected <what>". */
bool token_expect(struct assembler *as, int kind, const char *what);
bool token_is(const struct token *token, const char *text);

/* Reads the character or escape at *at, which ends before `end`, and moves *at on. False:
 * the escape is unknown (its character is given) or cut off. */
bool token_character(const char **at, const char *end, unsigned char *character);

#endif
