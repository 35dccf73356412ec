#ifndef FACE_TUI_VIEW_IRQ_PATH_H
#define FACE_TUI_VIEW_IRQ_PATH_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/watch.h"
#include "observe/ask/gates.h"

/*
 * The way of one interrupt to its handler, for who draws it: its gates (observe/ask/gates.h)
 * joined to boxes, with verdicts, and since when. What goes to a guest has a second part:
 * from what the hypervisor injects to the guest's handler.
 */
enum { PATH_BOXES = 24, PATH_VALUES = 3, PATH_TEXT = 64 };

/* Which interrupt: a source of the interrupt controller, else a line of a hart. */
struct irq_choice {
    unsigned source; /* 0: a line */
    int hart;        /* -1: whichever would take it */
    unsigned line;   /* bit of mip */
};

enum verdict {
    VERDICT_PASS,
    VERDICT_PASSED, /* shut now, but this request got past it */
    VERDICT_STOP,   /* the first shut one */
    VERDICT_WOULD_PASS,
    VERDICT_WOULD_STOP,
    VERDICT_RUNS,   /* of the handler */
    VERDICT_NEXT,   /* ... all gates are open */
    VERDICT_BEHIND, /* ... not reached */
    VERDICTS
};

extern const char *const verdict_names[VERDICTS];

struct path_box {
    char owner[24]; /* "dma0", "PLIC", "hart 0", "host", "guest 1" */
    char title[16];
    unsigned values;
    char value[PATH_VALUES][PATH_TEXT]; /* "MEIP 1" */
    char rule[PATH_TEXT];               /* what a value must be: "not 0" */
    char means[2 * GATE_TEXT]; /* of the first gate that is shut, else of the last */
    enum verdict verdict;
    bool has_since, moved; /* moved: in this step */
    uint64_t since;
    enum thing_kind thing;
    char name[THING_NAME]; /* of that thing; "": none */
    bool is_handler;
};

struct irq_path {
    char title[96], name[THING_NAME]; /* "interrupt 23", "irq 23" */
    struct irq_choice choice;
    unsigned hart; /* that would take it */
    uint8_t line;  /* its bit of mip */
    unsigned boxes, gates, open;
    int stop;        /* the first shut box; -1: none */
    bool on_its_way; /* a handler has it: it is not completed */
    struct path_box box[PATH_BOXES];
    bool has_delivery; /* of a source: how the last one went */
    struct delivery delivery;
    uint64_t count; /* deliveries, this one too */
};

/* What `about` names: "irq 23", "timer hart 0", "mip.MTIP"; "": what moved last. False:
 * there is no such interrupt. */
bool irq_choose(const struct watch *watch, const char *about,
                struct irq_choice *choice);

/* False: the board has not that interrupt. */
bool irq_path_of(const struct watch *watch, const struct irq_choice *choice,
                 struct irq_path *path);

/* The deliveries of interrupts as the viewer has seen them, into `room`; false: nobody
 * follows them. */
bool irq_deliveries(const struct watch *watch, struct deliveries *room);

/* The device that drives a source; NULL: none. */
const struct device *irq_device(const struct watch *watch, unsigned source);

/* Is it something that stops there? */
static inline bool verdict_is_shut(enum verdict verdict)
{
    return verdict == VERDICT_STOP || verdict == VERDICT_WOULD_STOP;
}

/* Why there is nothing to show; NULL: there is. */
const char *irq_absent(const struct watch *watch);

#endif
