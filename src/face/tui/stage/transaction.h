#ifndef FACE_TUI_STAGE_TRANSACTION_H
#define FACE_TUI_STAGE_TRANSACTION_H

#include "face/tui/canvas/theme.h"
#include "face/tui/watch/text.h"

/*
 * What an event moves, from which part of the machine to which: the heavy wire of the
 * stage.
 */
enum way {
    WAY_NONE,
    WAY_BUS,     /* a transfer on the bus */
    WAY_IRQ,     /* a device's interrupt line, to the interrupt controller */
    WAY_HART,    /* the interrupt controller's line into a hart */
    WAY_REQUEST, /* a device's request line, to the DMA controller */
};

enum part { PART_RAM, PART_DEVICE, PART_HART };

struct end {
    enum part part;
    uint8_t index; /* of the device in the board's table, or hart id */
};

enum { TRANSACTION_LABELS = 4, TRANSACTION_LABEL = 96 };

struct transaction {
    enum way way;
    struct end asker, target;
    bool to_asker; /* the bytes go to the one who asked: a read */
    bool level;    /* of an interrupt or request line */
    enum role role;
    uint16_t source; /* interrupt source, or bit number in mip */
    /* What moves, longest first; empty ones are not used. */
    char label[TRANSACTION_LABELS][TRANSACTION_LABEL];
};

/* What happens now: way WAY_NONE if nothing moves. */
struct transaction transaction_now(const struct watch *watch);

/* What is known to come next because it waits for that: WAY_NONE if nothing does. */
struct transaction transaction_next(const struct watch *watch);

#endif
