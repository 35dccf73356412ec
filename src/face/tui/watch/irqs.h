#ifndef FACE_TUI_WATCH_IRQS_H
#define FACE_TUI_WATCH_IRQS_H

#include "machine/board/board.h"
#include "observe/exits/deliveries.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Since when the gates of interrupts are as they are, and which interrupts the harts have
 * taken: a fold over events of a board. It is plain data: the timeline keeps it in its
 * snapshots. Of what changes it remembers the last change alone; of more places than it
 * has room for, those that have changed last.
 */
enum {
    IRQS_GATES = 128,    /* lines, and bits of CSRs and of the interrupt controller */
    IRQS_REGISTERS = 64, /* registers of other devices */
    IRQS_LINES = 16,     /* of mip */
    IRQS_ANY = UINT8_MAX /* all bits of a register */
};

/* Where something has changed. */
enum irqs_place { IRQS_WIRE, IRQS_SERVICE, IRQS_CSR, IRQS_REGISTER };

struct irqs_change {
    uint64_t cycle;
    uint32_t number; /* source, CSR or offset */
    uint8_t place;   /* enum irqs_place */
    uint8_t owner;   /* hart or device */
    uint8_t bit;     /* or IRQS_ANY */
    uint8_t level;   /* what it became: 0 or 1 */
};

/* Interrupts by one line of mip into a hart, as it takes them. */
struct irqs_taken {
    uint64_t count, cycle; /* of the last one */
    uint64_t rose;         /* when its line rose before */
};

/* What has moved last: a source of the interrupt controller, else a line of a hart. */
struct irqs_last {
    uint16_t source;
    uint8_t hart, line;
    uint8_t any; /* something has */
};

struct irqs {
    uint32_t gates, registers;
    struct irqs_change gate[IRQS_GATES];
    struct irqs_change reg[IRQS_REGISTERS];
    struct irqs_taken taken[HART_MAX][IRQS_LINES];
    struct irqs_last last;
    /* xIE and xPIE of mstatus and vsstatus: traps and returns move them. */
    uint32_t status[HART_MAX], virtual_status[HART_MAX];
};

#define IRQS_KINDS                                                                     \
    (DELIVERIES_KINDS | EVENT_BIT(EVENT_TRAP_RETURN) | EVENT_BIT(EVENT_MMIO_WRITE))

/* Of one step more it hears INSN in place of CSR_WRITE. */
void irqs_take(struct irqs *irqs, const struct board *board, const struct event *event);

/* The last change of that place; NULL: none is known, it is as it was after reset. */
const struct irqs_change *irqs_of(const struct irqs *irqs, enum irqs_place place,
                                  unsigned owner, unsigned number, unsigned bit);

#endif
