#ifndef OBSERVE_ASK_EXPR_TREE_H
#define OBSERVE_ASK_EXPR_TREE_H

#include "machine/isa/csr.h"
#include "observe/ask/expr.h"

/*
 * An expression as a tree, for the files of this folder:
 *
 *   expr_parse.c     text to tree
 *   expr_name.c      what a name names in a scope
 *   expr_value.c     tree to value, or to what can be set
 *   expr_complete.c  names that could come next
 */
enum expr_kind {
    EXPR_NUMBER,
    EXPR_TEXT,   /* "words": what a value with names may be compared with */
    EXPR_NAME,   /* child 0: the number in brackets, if `indexed` */
    EXPR_MEMORY, /* child 0: the address */
    EXPR_SIGNED, /* child 0, as a signed number */
    EXPR_UNARY,  /* child 0 */
    EXPR_BINARY, /* children 0 and 1 */
    EXPR_CHOICE  /* child 0 ? child 1 : child 2 */
};

enum expr_op {
    DO_NONE,
    DO_NOT,
    DO_INVERT,
    DO_NEGATE,
    DO_MULTIPLY,
    DO_DIVIDE,
    DO_REMAINDER,
    DO_ADD,
    DO_SUBTRACT,
    DO_SHIFT_LEFT,
    DO_SHIFT_RIGHT,
    DO_LESS,
    DO_LESS_EQUAL,
    DO_GREATER,
    DO_GREATER_EQUAL,
    DO_EQUAL,
    DO_NOT_EQUAL,
    DO_BIT_AND,
    DO_BIT_XOR,
    DO_BIT_OR,
    DO_AND,
    DO_OR
};

enum { EXPR_PARTS = 4, EXPR_DEPTH = 200 };

struct expr {
    uint8_t kind; /* enum expr_kind */
    uint8_t op;   /* enum expr_op */
    uint16_t depth;
    struct expr *child[3];
    uint64_t number; /* NUMBER */
    char *text;      /* TEXT; NAME: what its parts are in, each ended by a zero */

    /* NAME: "hart1.mstatus.MPP" has three parts, "$a0" is `forced` to be a register. */
    unsigned parts;
    const char *part[EXPR_PARTS];
    bool forced, indexed, csr_number; /* "csr:0x300" is a number */
    unsigned index_behind;            /* so many parts stand before the brackets */

    /* MEMORY */
    uint8_t size;
    bool is_signed, physical;
};

/* What a name names. */
enum name_kind {
    NAME_FIELD,    /* of an event */
    NAME_KIND,     /* the event's kind */
    NAME_WHO,      /* who does it: a hart, a channel, a device */
    NAME_X,        /* register x[number] of the hart */
    NAME_PC,       /* its pc */
    NAME_CSR,      /* CSR `number` of it */
    NAME_REGISTER, /* of the device */
    NAME_BUILT_IN, /* the clock and the like */
    NAME_NUMBER    /* a symbol, or another name: its value */
};

/* Other things than registers that have a name of ours. */
struct built_in {
    const char *name;
    uint64_t (*get)(const struct run *run, const struct hart *hart);
    bool of_hart; /* can be asked of another hart: hart1.mode */
    enum event_unit unit;
};

extern const struct built_in built_ins[]; /* ends with a NULL name */

struct named {
    enum name_kind kind;
    const struct hart *hart;
    const struct event_field *field;
    const struct device *device;
    const struct reg *reg;
    const struct reg_field *reg_field;
    enum register_side side; /* REGISTER: whose name it is, if they differ */
    const struct built_in *built_in;
    uint64_t number; /* X, CSR: number; REGISTER: offset; NUMBER: the value */
    uint8_t hi, lo;  /* CSR, REGISTER: of the field; 63, 0: all */
};

/* The number in a name's brackets, if it has one and it is known. */
struct name_index {
    bool known;
    uint64_t number;
};

/* Looks a name up. */
bool name_find(const struct expr *name, const struct expr_scope *scope,
               struct name_index index, struct named *named, struct err *err);

/* Its value; false: an event's field, without an event. */
bool name_value(const struct named *named, const struct expr_scope *scope,
                uint64_t *value);

/* Is a value of it called so? Who acts may have two names: "DMA channel 0", "dma0". */
bool name_is_called(const struct named *named, const struct expr_scope *scope,
                    uint64_t value, const char *text);

/* A value of it in words; nothing if its values have no names. */
void name_words(struct buf *out, const struct named *named,
                const struct expr_scope *scope, uint64_t value);

/* The kind of event whose fields are in scope; EVENT_KINDS: none. */
enum event_kind scope_kind(const struct expr_scope *scope);

const struct board *scope_board(const struct expr_scope *scope);

/* "hart1": its number, or -1. */
int name_hart(const char *name);

#endif
