#ifndef MACHINE_ISA_ASM_TOKEN_H
#define MACHINE_ISA_ASM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assembler;

/* A place in the source. */
struct place {
    const char *at;
    unsigned line;
};

/* A punctuation mark is its own kind; of two characters, PAIR('<', '<'). */
#define PAIR(a, b) ((a) << 8 | (b))

enum token_kind {
    TOKEN_END,        /* of the statement */
    TOKEN_NAME = 256, /* a symbol, mnemonic, directive or register */
    TOKEN_NUMBER,     /* also a character constant */
    TOKEN_LABEL,      /* 1f, 1b */
    TOKEN_STRING      /* with its quotes */
};

struct token {
    int kind; /* enum token_kind or a punctuation mark */
    size_t length;
    uint64_t number; /* TOKEN_NUMBER, TOKEN_LABEL */
    struct place place;
};

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
