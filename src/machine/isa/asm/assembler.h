#ifndef MACHINE_ISA_ASM_ASSEMBLER_H
#define MACHINE_ISA_ASM_ASSEMBLER_H

#include "machine/isa/asm/arena.h"
#include "machine/isa/asm/asm.h"
#include "machine/isa/asm/token.h"
#include "machine/isa/isa.h"

/*
 * What the parts of the assembler share. The first pass turns the text into items, in
 * order: an instruction, some data, an alignment. Laying out gives each item its offset,
 * again and again until the sizes that depend on addresses (far branches, li, .align)
 * stand still. The second pass turns the items into bytes.
 */

struct symbol;

enum expr_kind {
    EXPR_NUMBER,
    EXPR_SYMBOL,
    EXPR_MARK, /* the address of an item: "." */
    EXPR_UNARY,
    EXPR_BINARY
};

struct expr {
    enum expr_kind kind;
    int op; /* EXPR_UNARY, EXPR_BINARY: an operator token */
    uint64_t number;
    struct symbol *symbol;
    size_t item;
    const struct expr *left, *right;
    struct place place;
};

enum symbol_state {
    SYMBOL_UNDEFINED,
    SYMBOL_LABEL,   /* stands before an item */
    SYMBOL_EQUATED, /* .equ, .set, = : may be given another value later */
    SYMBOL_CONSTANT /* .equiv: may not */
};

struct symbol {
    struct symbol *chain; /* in its hash bucket */
    struct symbol *next;  /* in order of appearance */
    const char *name;
    const char *shown; /* as the programmer knows it: "1f" of a numbered label */
    enum symbol_state state;
    size_t item;             /* SYMBOL_LABEL */
    const struct expr *expr; /* SYMBOL_EQUATED, SYMBOL_CONSTANT */
    const struct expr *size; /* .size */
    struct place place;      /* of the definition */
    unsigned count;          /* of a numbered label: definitions so far */
    enum asm_symbol_type type;
    bool global, weak;
};

/* How an instruction uses its immediate expression. */
enum imm_use {
    IMM_NONE,
    IMM_VALUE,     /* as it is */
    IMM_TARGET,    /* less the address of the instruction: branches and jumps */
    IMM_HI,        /* %hi: bits 31:12, rounded so that adding %lo makes it whole */
    IMM_LO,        /* %lo: bits 11:0, signed */
    IMM_PCREL_HI,  /* %pcrel_hi: the same of the distance from the instruction */
    IMM_PCREL_LO,  /* %pcrel_lo(label): the low part that the auipc at label leaves */
    IMM_PCREL_REST /* the low part that the auipc just before this instruction leaves */
};

enum item_kind {
    ITEM_MARK, /* no bytes: a label or "." */
    ITEM_INSN,
    ITEM_LI,    /* li: as many instructions as the value needs */
    ITEM_DATA,  /* an expression of 1 to 8 bytes */
    ITEM_BYTES, /* a string */
    ITEM_FILL,  /* .fill, .space */
    ITEM_ALIGN,
    ITEM_ORG
};

struct item {
    enum item_kind kind;
    int section;
    uint64_t offset, size;
    struct place place;
    const struct expr
        *expr; /* immediate, datum, .fill's and .space's count, .org's goal */
    const struct expr *fill; /* the value filled with; NULL: 0, or nops in code */
    struct insn insn;        /* ITEM_INSN; its rd ITEM_LI */
    enum imm_use use;        /* ITEM_INSN */
    const char *bytes;       /* ITEM_BYTES */
    uint64_t unit;           /* ITEM_DATA, ITEM_FILL: bytes each; ITEM_ALIGN: to what */
    uint64_t most;           /* ITEM_ALIGN: skip no more than this; 0: no limit */
};

struct section {
    const char *name;
    unsigned flags;
    unsigned align_log2;
    uint64_t address, size;
    unsigned char *bytes;
};

/* What went wrong in a statement, while several readings of it are tried: the one that
 * came furthest is told. */
struct fault {
    struct place place;
    struct buf text;
    bool is_set;
};

struct assembler {
    const struct asm_source *source;
    struct asm_program *program;
    struct asm_layout layout;
    struct arena arena;

    /* reading */
    const char *at; /* next character */
    unsigned line;
    struct token *tokens; /* the statement, closed by a TOKEN_END */
    size_t token_count, token_room;
    const struct token *token; /* the next one to read */
    bool broken;               /* the statement's last token is wrong, and reported */
    bool ended;                /* .end */
    struct fault fault;
    unsigned depth; /* of the expression being read or evaluated */

    /* symbols */
    struct symbol **buckets;
    size_t bucket_count, symbol_count;
    struct symbol *first_symbol, **last_symbol;

    /* sections and items */
    struct section *sections;
    size_t section_count;
    int section, previous_section;
    int stack[16]; /* .pushsection */
    unsigned stack_depth;
    struct item *items;
    size_t item_count, item_room;
};

#endif
