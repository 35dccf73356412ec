#ifndef OBSERVE_EXITS_EXITS_H
#define OBSERVE_EXITS_EXITS_H

#include "base/state.h"
#include "machine/board/run.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * VM exits as things: each is a trap out of a guest (V = 1) and the next return into one
 * on the same hart, with why it came, what the hypervisor did meanwhile, and where its
 * cycles went. Software says by markers what it is working on (guest/include/markers.h).
 *
 * It is a fold over events: no instructions are listened to, the fast loop stays on.
 */

/* Where the cycles of an exit go; together they are all of it. */
enum exit_part {
    EXIT_TRAP,     /* trap entry and return, in hardware */
    EXIT_SAVE,     /* registers are saved */
    EXIT_DECODE,   /* which access or instruction it was is found out */
    EXIT_EMULATE,  /* what the guest asked for is done */
    EXIT_INJECT,   /* virtual interrupts */
    EXIT_BACKEND,  /* work on real devices */
    EXIT_SCHEDULE, /* who runs next is chosen */
    EXIT_IDLE,     /* the hart waits for an interrupt */
    EXIT_BUS,      /* the hart waits for the bus */
    EXIT_RESTORE,  /* registers are restored */
    EXIT_OTHER,    /* of software that marks nothing */
    EXIT_PARTS
};

/* By exit_part: "trap", "save", and what it means. */
struct exit_part_info {
    const char *name, *help;
};

extern const struct exit_part_info exit_part_infos[EXIT_PARTS];

enum {
    EXITS_KEPT = 64, /* the last ones are known one by one */
    EXIT_CLASSES =
        256,         /* kinds of exits that are told apart; the last takes the rest */
    EXIT_VMIDS = 16, /* guests: by the low bits of hgatp.VMID */
    EXIT_HARTS = RUN_BOARDS * HART_MAX
};

/* Stands for the causes of the class that takes the rest. */
#define EXIT_CAUSE_REST UINT64_MAX

struct exit_cost {
    uint64_t cycles, part[EXIT_PARTS]; /* sum of `part` is `cycles` */
};

/* One exit. While the guest has not been entered again (`open`), the cost is what has been
 * spent up to the marker seen last. */
struct vm_exit {
    uint64_t number; /* from 1, in the order in which they began */
    uint64_t cycle;  /* when the trap began */
    uint64_t retired;
    uint32_t order; /* its moment: that of the vm_exit event */
    uint32_t entry_order;
    uint64_t entry_retired; /* that of the vm_entry event, unless it is open */
    uint32_t insn;          /* the guest's instruction; 0: it was an interrupt */
    uint64_t cause, epc, tval;
    uint64_t gpa;                 /* htval or mtval2, shifted to bytes; 0: none */
    uint64_t call, call_function; /* a7 and a6 of an environment call */
    uint64_t injected;            /* bits of hvip that the hypervisor has set */
    uint32_t reads, writes;       /* of real devices by the hypervisor */
    uint16_t vmid, resumed;       /* who left, and who was entered then */
    uint16_t claimed;             /* the first interrupt that was claimed; 0: none */
    uint8_t board, hart, from, to;
    uint8_t open;
    struct exit_cost cost;
};

/* Exits that are alike: of one guest, with one cause, by one instruction, to one page. Of
 * interrupts, which may come at any instruction, `epc` and `insn` are 0. */
struct exit_class {
    uint64_t cause, epc;
    uint64_t
        subject; /* guest page faults: the page's guest physical address; environment
                         calls: a7; external interrupts: the source that was claimed */
    uint64_t count;
    uint32_t insn;
    uint16_t vmid;
    struct exit_cost cost;
};

/* A guest, by its VMID. */
struct exit_guest {
    uint64_t exits, entries;
    uint64_t hgatp;    /* as it was when the guest was entered last */
    uint64_t epc;      /* where it left */
    uint64_t since;    /* when it was entered, or left, last */
    uint64_t awake[2]; /* cycles in VU and VS, since reset */
    uint64_t asleep;   /* cycles that it has waited for an interrupt itself */
    uint8_t board, hart, mode;
    uint8_t inside; /* it runs now */
};

/* What a hart does. */
struct exit_hart {
    uint64_t since; /* a guest's cycles before are counted */
    uint8_t mode, sleeps;
    uint16_t vmid; /* in V = 1: who runs */
    uint8_t out;   /* between an exit and an entry: `exit` */
    uint8_t phase; /* enum exit_part, then since `phase_since` */
    uint64_t phase_since;
    uint64_t hgatp; /* as it was written last */
    struct vm_exit exit;
};

struct exits {
    const struct run *run; /* peeked: what is in a7, in hgatp, what a return costs */
    uint64_t begun, ended; /* exits */
    uint64_t injections;   /* virtual interrupts that hypervisors have raised in hvip */
    struct exit_hart hart[EXIT_HARTS]; /* board by board */
    struct exit_guest guest[EXIT_VMIDS];
    struct vm_exit kept[EXITS_KEPT]; /* ended: number n is at (n - 1) % EXITS_KEPT */
    unsigned classes;
    struct exit_class class[EXIT_CLASSES];
};

#define EXITS_KINDS                                                                    \
    (EVENT_BIT(EVENT_MARKER) | EVENT_BIT(EVENT_VM_EXIT) | EVENT_BIT(EVENT_VM_ENTRY) |  \
     EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN) |                      \
     EVENT_BIT(EVENT_HART_SLEEP) | EVENT_BIT(EVENT_MMIO_READ) |                        \
     EVENT_BIT(EVENT_MMIO_WRITE) | EVENT_BIT(EVENT_CSR_WRITE) |                        \
     EVENT_BIT(EVENT_IRQ_CLAIM) | EVENT_BIT(EVENT_BUS_WAIT))

/* From the run's reset on; nothing has run. */
void exits_init(struct exits *exits, const struct run *run);

/* What it listens with, and what a timeline keeps of it (observe/time/fold.h). */
void exits_take(void *exits, const struct event *event);
void exits_state(void *exits, struct state *state);

/* The exit with that number, or the one that a hart is in; NULL: it is too long ago, or
 * has not been. 0: the one that began last. */
const struct vm_exit *exits_find(const struct exits *exits, uint64_t number);

/* Adds what one exit cost, or several. */
void exit_add_cost(struct exit_cost *sum, const struct exit_cost *cost);

/* The same at another time: a copy that can be settled. */
struct exits *exits_copy(const struct exits *exits);
void exits_free(struct exits *exits);

/* Counts the cycles of guests that run now, up to `cycle`. */
void exits_settle(struct exits *exits, uint64_t cycle);

/* Counts the cycles of exits that have not returned, too: what an open one has cost is then
 * known up to `cycle`, not only up to its last marker. */
void exits_settle_open(struct exits *exits, uint64_t cycle);

#endif
