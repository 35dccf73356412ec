#ifndef OBSERVE_ASK_EXPR_H
#define OBSERVE_ASK_EXPR_H

#include "base/err.h"
#include "image/symbols.h"
#include "machine/board/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Expressions: what `print`, `break ... if`, `until` and every address argument take.
 * They peek, and change nothing. Values are 64-bit and unsigned, unless there is a
 * signed() around an operand or it is memory of a signed type (i8 to i64).
 *
 *   0x80001000  4096  0b101  1_000  'A'      numbers
 *   a0  $a0  x10  pc  $pc                    registers of the hart in scope
 *   mstatus  mstatus.MPP  csr:0x300          CSRs and their fields
 *   hart1.a0  hart1.mie                      of another hart
 *   dma0.Control  dma0.Control[1]  dma0.Control[1].run   device registers and fields
 *   main  buffer+8  uart0                    symbols, regions, where a device is
 *   [sp+8]  u32[sp+8]  i16[...]  u64p[...]   memory at a virtual address (8 bytes, or as
 *                                            told; with p: a physical address)
 *   cycle  retired  hart  mode  priv         the clock, instructions retired, ...
 *   channel  bytes  ...                      fields of the event, where there is one;
 *                                            they come before symbols and registers
 *   kind  who                                its kind, and who does it; with an event
 *   ! ~ - * / % + - << >> < <= > >= == != & ^ | && || ?: ( )   as in C
 *
 * What has names for its values compares with them: `channel == 1 && reason == "the bus
 * refuses a read of the source"`, `mstatus.MPP == "M-mode"`, `dma0.State == "idle"`.
 */
struct expr;

struct expr_scope {
    const struct run *run;
    unsigned board, hart;
    const struct symbols *symbols; /* NULL: none */
    const struct event *event;     /* NULL: there is none */
    enum event_kind kind; /* for expr_check without an event: EVENT_KINDS: none */
    /* Another name, as a region or a mark's cycle; NULL: none. */
    bool (*name)(void *ctx, const char *name, uint64_t *value);
    void *ctx;
};

/* Parses the longest expression that the text begins with; *used is its length. An error
 * names the column. The caller frees it. */
struct expr *expr_parse(const char *text, size_t *used, struct err *err);
/* The whole text must be one expression. */
struct expr *expr_parse_all(const char *text, struct err *err);
void expr_free(struct expr *expr);

/* Are all its names known in that scope? */
bool expr_check(const struct expr *expr, const struct expr_scope *scope,
                struct err *err);

/* Its value now; fails for memory that cannot be read, division by 0, unknown names. */
bool expr_value(const struct expr *expr, const struct expr_scope *scope,
                uint64_t *value, struct err *err);

/* "FIELD == NUMBER", of an event of that kind: the field and *number. NULL: it is another
 * expression. For whoever asks it of very many events. */
const struct event_field *expr_field_equals(const struct expr *expr,
                                            enum event_kind kind, uint64_t *number);

/* If it is a register, CSR, device register or memory as such (something that can be
 * set): what it names. */
enum lvalue_kind {
    LVALUE_NONE,
    LVALUE_X,
    LVALUE_PC,
    LVALUE_CSR,
    LVALUE_REGISTER,
    LVALUE_MEMORY
};
/* What is read at a device's address can be another register than what is written. */
enum register_side { SIDE_BOTH, SIDE_READ, SIDE_WRITTEN };
struct lvalue {
    enum lvalue_kind kind;
    unsigned hart, device; /* X, PC, CSR: of the hart; REGISTER: index of the device */
    uint64_t number; /* X, CSR: number; REGISTER: offset; MEMORY: virtual address */
    unsigned size;   /* REGISTER, MEMORY: bytes */
    bool physical;   /* MEMORY */
    uint8_t side;    /* REGISTER: enum register_side */
    uint8_t hi, lo;  /* CSR, REGISTER: of the field that is named; 63, 0: all */
};
bool expr_lvalue(const struct expr *expr, const struct expr_scope *scope,
                 struct lvalue *lvalue, struct err *err);

/* What a value of it is called, if it is a name that is none of these and its values have
 * words, as `mode` has; else nothing. */
void expr_words(struct buf *out, const struct expr *expr,
                const struct expr_scope *scope, uint64_t value);

/* All names that could come next, for completion: calls `offer` for each that begins
 * with `prefix`. */
void expr_complete(const char *prefix, const struct expr_scope *scope,
                   void (*offer)(void *ctx, const char *name), void *ctx);

#endif
