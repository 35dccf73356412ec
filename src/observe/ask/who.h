#ifndef OBSERVE_ASK_WHO_H
#define OBSERVE_ASK_WHO_H

#include "observe/ask/expr.h"
#include "observe/time/timeline.h"

/* Who last wrote something: `who`. */
enum who_kind {
    WHO_NOBODY, /* it is as reset or the loader left it */
    WHO_EVENT,  /* the machine did, in the step of `event` */
    WHO_OUTSIDE /* an act of the journal: `event` is its OUTSIDE */
};

struct who {
    enum who_kind kind;
    struct moment at;   /* when the viewer has just seen it: for goto */
    struct moment step; /* the boundary before the step */
    uint64_t cycle;
    struct event event; /* that wrote: insn, bus_transfer, walk_step, mmio_write, ... */
    bool has_cause;     /* a DMA channel or device wrote: */
    struct event cause; /* the burst, or what the device did */
    uint8_t initiator;  /* enum initiator */
    const struct act *act;  /* OUTSIDE */
    uint64_t before, after; /* values, where they are known */
    bool has_values;
};

/* Who last wrote what `target` names before the viewer's moment: a byte of RAM, a CSR, a
 * register x, a device register. False: interrupted, or not answerable (says why). */
bool who_wrote(struct timeline *timeline, const struct lvalue *target, unsigned board,
               struct who *who, struct err *err);

#endif
