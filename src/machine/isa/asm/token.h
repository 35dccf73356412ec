#ifndef MACHINE_ISA_ASM_TOKEN_H
#define MACHINE_ISA_ASM_TOKEN_H

#include <stddef.h>
#include <stdint.h>

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

#endif
