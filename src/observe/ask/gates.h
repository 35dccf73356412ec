#ifndef OBSERVE_ASK_GATES_H
#define OBSERVE_ASK_GATES_H

#include "observe/ask/expr.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Why an interrupt has not come: every gate between its source and a handler, in the
 * order in which a request meets them. A request can take several routes: to the M-mode
 * or the S-mode line of each hart. The gates before the routes part are shared.
 *
 *   device enables -> its line -> PLIC priority, gateway, pending   shared
 *     -> PLIC enable, threshold, order -> mip -> mideleg -> mie
 *     -> mstatus -> interrupts that go first                        of a route
 */
enum gate_state {
    GATE_OPEN,
    GATE_CLOSED,
    GATE_PASSED /* closed, but the request has got past it already */
};

/* What a gate is of, for who draws it. */
enum gate_kind {
    GATE_DEVICE,  /* a condition in the device, or an enable of its own */
    GATE_ORIGIN,  /* the same of a timer or a software interrupt */
    GATE_WIRE,    /* the device's line */
    GATE_GATEWAY, /* from here: the PLIC's */
    GATE_PENDING,
    GATE_ENABLE,
    GATE_PRIORITY,
    GATE_THRESHOLD,
    GATE_ORDER,
    GATE_MIP, /* from here: the hart's */
    GATE_MIE,
    GATE_MIDELEG,
    GATE_HIDELEG,
    GATE_STATUS,
    GATE_FIRST,
    GATE_KINDS
};

enum { GATE_TEXT = 64, GATE_ROUTES = 2 * HART_MAX, GATE_SHARED = GATE_ROUTES };

struct gate {
    unsigned route; /* number in gates.route; GATE_SHARED: all of them */
    enum gate_kind kind;
    enum gate_state state;
    uint64_t value;            /* what decides, as it is now */
    struct lvalue what;        /* where that value is kept, for who_wrote; LVALUE_NONE:
                              nowhere, it follows from other things */
    char name[GATE_TEXT];      /* as it can be typed where it has a place: "mie.MEIE" */
    char needs[GATE_TEXT];     /* what the value must be: "1", "more than 3" */
    char means[2 * GATE_TEXT]; /* in words, as it is: "hart 0 does not want ..." */
};

/* To one line of one hart, and the handler of the mode that would take it. */
struct route {
    unsigned hart;
    uint8_t line;    /* bit number in mip, and the interrupt's cause */
    uint8_t mode;    /* enum privilege, of the handler */
    unsigned closed; /* gates, the shared ones included */
    int first;       /* the first closed gate's number; -1: all are open */
};

struct gates {
    char subject[GATE_TEXT]; /* "interrupt 23 (dma0)", "the timer interrupt" */
    unsigned count, room;
    struct gate *gate;
    unsigned routes;
    struct route route[GATE_ROUTES];
};

/* All gates from source `irq` of the interrupt controller to each hart's handlers; `hart`
 * -1: of all harts. */
bool gates_of_source(const struct run *run, unsigned board, unsigned irq, int hart,
                     struct gates *gates, struct err *err);

/* From a timer, a software interrupt, or any other line of mip: `lines` has a bit for
 * each that is meant. */
bool gates_of_lines(const struct run *run, unsigned board, uint64_t lines, int hart,
                    struct gates *gates, struct err *err);

/* The route on which least is closed: the one that software has prepared. */
const struct route *gates_best(const struct gates *gates);

/* The line's bit of mip: "MEIP". */
const char *route_name(const struct route *route);

void gates_release(struct gates *gates);

#endif
