#ifndef OBSERVE_ASK_CALLS_READ_H
#define OBSERVE_ASK_CALLS_READ_H

#include "image/symbols.h"
#include "machine/hart/hart.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Calls in code, which the machine does not know: by convention a jump that keeps where it
 * came from in ra or t0 is one (Unprivileged ISA, 2.5.1).
 */

/* Is it a call; a return, which goes `to`? The second peeks at code. */
bool call_is_made_by(const struct insn *insn);
bool call_is_ended_by(const struct hart *hart, const struct insn *insn, uint64_t to);

/* The bytes of the call that ends at that address; 0: there is none. */
unsigned call_behind(const struct hart *hart, uint8_t mode, uint64_t va);

/* The instruction at `va`, fetched as in that mode; its stack, likewise. */
bool calls_fetch(const struct hart *hart, uint8_t mode, uint64_t va, struct insn *insn);

/* A function that is not over, as its registers tell. */
struct call_context {
    const struct hart *hart;
    const struct symbols *symbols;
    uint8_t mode;
    uint64_t pc, sp, ra;
    uint64_t behind; /* where it goes on, of one that calls_read has found */
    bool has_ra; /* `ra` is what the register holds; else the function has changed it */
};

/* The one that called it, by what its first instructions put where. NULL: `context` is the
 * caller's; else why it is not known. */
const char *calls_read(struct call_context *context);

#endif
