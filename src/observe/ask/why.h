#ifndef OBSERVE_ASK_WHY_H
#define OBSERVE_ASK_WHY_H

#include "observe/ask/expr.h"
#include "observe/narrate.h"
#include "observe/time/timeline.h"

/*
 * Why something happened: from an event back over its causes to the instruction that
 * started it. Each kind of event has rules (why.def) that say which earlier event, with
 * which fields in common, is its cause; the sentence says how they belong together.
 */
enum { WHY_LINKS = 32 };

struct why_link {
    struct event event;
    const char *because; /* how it led to the link before: "which set its run bit" */
};

struct why {
    unsigned links; /* link[0] is the event asked about */
    struct why_link link[WHY_LINKS];
    bool started; /* the last link is where it started; else more would follow */
};

bool why_event(struct timeline *timeline, const struct event *event, struct why *why,
               struct err *err);

/*
 * Why an interrupt has not come: every gate between a source and a handler, in order.
 */
enum gate_state { GATE_OPEN, GATE_CLOSED };

struct gate {
    const char *name; /* "PLIC enable", "mie.MEIE", "mstatus.MIE", ... */
    enum gate_state state;
    char *says;         /* a sentence: what it is now and what would open it */
    struct lvalue what; /* whose value decides: for who_wrote; LVALUE_NONE: nothing */
    unsigned hart;
};

struct gates {
    unsigned count, room;
    struct gate *gate;
};

/* All gates from source `irq` of the interrupt controller to each hart's handler; `hart`
 * -1: of all. */
bool gates_of_source(const struct run *run, unsigned board, unsigned irq, int hart,
                     struct gates *gates, struct err *err);
/* From a line of mip (timer, software) to that hart's handler. */
bool gates_of_line(const struct run *run, unsigned board, unsigned line, int hart,
                   struct gates *gates, struct err *err);
void gates_release(struct gates *gates);

/* Why the last trap or device error before the viewer happened: which level, which bit,
 * whose table; sentences, the first one first. */
struct fault {
    struct event event; /* trap_enter, dma_error, a disk_phase with ERR, ... */
    unsigned count, room;
    char **sentence;
};
bool why_fault(struct timeline *timeline, const struct narrator *narrator,
               struct fault *fault, struct err *err);
void fault_release(struct fault *fault);

#endif
