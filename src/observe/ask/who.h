#ifndef OBSERVE_ASK_WHO_H
#define OBSERVE_ASK_WHO_H

#include "observe/ask/expr.h"
#include "observe/narrate.h"
#include "observe/time/timeline.h"

/*
 * Who last wrote something: `who`.
 *
 *   who_search.c    CSRs, registers x and the pc, and what all have in common
 *   who_ram.c       bytes of RAM: by harts, DMA channels and page-table walks
 *   who_register.c  device registers: by an access, or by the device itself
 *   who_say.c       the answer in words
 */
enum who_kind {
    WHO_NOBODY, /* it is as reset or the loader left it */
    WHO_EVENT,  /* the machine did: `event` */
    WHO_OUTSIDE /* an act of the journal: `event` is its OUTSIDE */
};

struct who {
    enum who_kind kind;
    struct moment at;     /* when the viewer has just seen it: for goto */
    struct moment before; /* searching from here on finds who wrote it earlier */
    struct event event; /* insn, bus_transfer, walk_step, csr_write, mmio_write, ... */

    bool has_insn; /* MMIO_WRITE of a hart, CSR_WRITE: the instruction that made it */
    struct event_insn insn;

    /* BUS_TRANSFER: what the DMA channel or virtio disk was doing. */
    bool has_start; /* `start` is the descriptor or chain, or the transfer's start */
    struct event start; /* dma_descriptor, dma_state, or virtio_chain */
    unsigned burst;     /* of that, from 1; 0: it wrote the descriptor's status */

    bool loaded; /* NOBODY: RAM that was not zero when the run began */
    bool has_values;
    uint64_t old, value; /* of the bytes or bits that were asked about */
    const char *reason;  /* OUTSIDE: what the journal says of it; NULL: nothing */
};

/*
 * Who last wrote what `target` names: RAM (a physical address, or a virtual one as its
 * hart translates it now), a CSR, a register x, a device register. Of a field of a CSR or
 * device register: who changed it last. `hart` of MEMORY translates.
 *
 * who_wrote: before the viewer's moment; who_wrote_before: before that one. False: there
 * is no such answer (and why).
 */
bool who_wrote(struct timeline *timeline, const struct lvalue *target, unsigned board,
               struct who *who, struct err *err);
bool who_wrote_before(struct timeline *timeline, const struct lvalue *target,
                      unsigned board, struct moment before, struct who *who,
                      struct err *err);

/*
 * Is `target` memory where a device has two registers, one that is read and one that is
 * written? Then each is a target of its own.
 */
bool who_shared(const struct run *run, const struct lvalue *target, unsigned board,
                struct lvalue *read, struct lvalue *written);

/* The answer as a sentence without capital and full stop: "hart 0 wrote it at ...". */
void who_say(struct buf *out, const struct narrator *narrator, const struct who *who);

/* The same in a few words, for a column: "hart 0, copy+8", "reset". */
void who_say_short(struct buf *out, const struct narrator *narrator,
                   const struct who *who);

/* "`ld a0, 0(a1)`", as it is at pc. */
void who_put_instruction(struct buf *out, uint32_t bits, uint64_t pc);

#endif
