#ifndef FACE_TUI_STAGE_TRANSACTION_H
#define FACE_TUI_STAGE_TRANSACTION_H

#include "face/tui/canvas/theme.h"
#include "face/tui/watch/text.h"

/*
 * What an event moves, from which part of the machine to which: the heavy wire of the
 * stage. An event that moves nothing happens inside a part.
 */
enum way {
    WAY_NONE,
    WAY_INSIDE, /* nothing moves between parts */
    WAY_BUS, /* a transfer on the bus, through an IOMMU where the device is behind one */
    WAY_IRQ,     /* a device's interrupt line, to the interrupt controller */
    WAY_HART,    /* the interrupt controller's line into a hart */
    WAY_LOCAL,   /* a timer's or software's line into a hart */
    WAY_REQUEST, /* a device's request line, to the DMA controller */
};

enum part { PART_NONE, PART_RAM, PART_DEVICE, PART_HART };

struct end {
    enum part part;
    uint8_t index; /* of the device in the board's table, or hart id */
};

enum { TRANSACTION_LABELS = 4, TRANSACTION_LABEL = 96 };

struct transaction {
    enum way way;
    struct end asker, target;
    bool to_asker;     /* the bytes go to the one who asked: a read */
    bool level;        /* of an interrupt or request line */
    bool stopped;      /* the target, an IOMMU, lets nothing through */
    struct end beyond; /* where it would go on from the target, an IOMMU */
    enum role role;
    uint16_t source; /* interrupt source, or bit number in mip */
    bool has_pa;
    uint64_t pa; /* where in RAM or in a device's registers */
    /* What moves, longest first; empty ones are not used. */
    char label[TRANSACTION_LABELS][TRANSACTION_LABEL];
};

/* What happens now: way WAY_NONE if nothing has happened yet. */
struct transaction transaction_now(const struct watch *watch);

/* What is known to come next: who waits for that, and what the event queue has. */
enum { NEXTS = 2 };

struct next {
    struct end part; /* whose it is */
    bool to_bus;     /* it will use the bus; else it happens inside */
    uint64_t cycle;
    char label[2][TRANSACTION_LABEL]; /* longest first */
};

/* Gives how many there are. */
unsigned transaction_next(const struct watch *watch, struct next next[NEXTS]);

/* --- for the files of transactions ------------------------------------------------------ */

/* The part that uses the bus under that number. */
struct end end_of_initiator(const struct watch *watch, uint8_t initiator);
/* What is at an address; false: nothing. */
bool end_of_address(const struct watch *watch, uint64_t pa, struct end *end);
struct end end_of_device(uint8_t index);

/* The role of who asks under that number. */
enum role role_of_initiator(uint8_t initiator);

struct transaction transaction_inside(struct end part);
/* A transfer by `asker`, whose target is at `pa`. */
struct transaction transaction_bus(const struct watch *watch, struct end asker,
                                   uint64_t pa, bool read);

typedef struct transaction transaction_of(const struct watch *watch,
                                          const struct event *event);

transaction_of transaction_of_descriptor, transaction_of_burst, transaction_of_request,
    transaction_of_translation, transaction_of_iommu_walk, transaction_of_iommu_fault,
    transaction_of_record, transaction_of_notify, transaction_of_chain,
    transaction_of_used, transaction_of_dma_error, transaction_of_claim;

#endif
