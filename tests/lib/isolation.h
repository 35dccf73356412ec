#ifndef TESTS_LIB_ISOLATION_H
#define TESTS_LIB_ISOLATION_H

#include "machine/board/run.h"

/*
 * Who has touched what is not his: a listener over everything that a machine with a
 * hypervisor and guests does. What belongs to whom it has been told by whoever wrote the
 * list of guests; it believes nothing that the hypervisor says.
 */
enum { ISOLATION_GUESTS = 4, ISOLATION_PAGES = 2, ISOLATION_NO_CHANNEL = 0xff };

enum isolation_rule {
    ISOLATION_ACCESS,  /* a load, store or AMO of a guest: its memory or its devices */
    ISOLATION_FILL,    /* a translation for a guest leads there, too */
    ISOLATION_WALK,    /* a guest's own tables are in its memory */
    ISOLATION_STAGE,   /* all that its second stage maps is its own, before and after */
    ISOLATION_CHANNEL, /* so is what a channel that it was given reads and writes */
    ISOLATION_LINE,    /* such a channel uses its own disk's request line */
    ISOLATION_DEPUTY,  /* the hypervisor uses memory of the guest that it serves */
    ISOLATION_BLOCKS,  /* a command to the shared disk is in one guest's part */
    ISOLATION_BACKEND, /* its data are in that guest's memory, or kept for it */
    ISOLATION_INITIATOR, /* nobody else uses the bus; an IOMMU writes for its host only */
    ISOLATION_RULES
};

struct range {
    uint64_t from, size;
};

struct isolation_guest {
    struct range ram;                   /* in the machine */
    struct range page[ISOLATION_PAGES]; /* registers of devices that it was given */
    uint8_t channel; /* its own, of the first DMA controller; or _NO_CHANNEL */
    uint8_t line;    /* its own disk's */
    uint8_t hart;
    struct range part; /* sectors of the shared disk; none: 0 */
    struct range kept; /* memory of the hypervisor where data for it may pass */
};

struct isolation {
    /* Set by the caller. */
    struct run *run;
    struct board *board;
    unsigned guests;
    struct isolation_guest guest[ISOLATION_GUESTS]; /* guest n has VMID n + 1 */
    struct range host;                              /* the hypervisor's own memory */
    const struct device *shared; /* the disk of which guests have parts */
    uint8_t backend;             /* the channel that works for it */

    /* Whom each hart's hypervisor serves: the guest whose exception it answers; NULL:
     * any guest of that hart. Whose block the shared disk moves. */
    const struct isolation_guest *serves[BOARD_HARTS], *moves;
    uint64_t root[ISOLATION_GUESTS]; /* of its second stage; 0: it has not run */

    uint64_t looked[ISOLATION_RULES], broken[ISOLATION_RULES];
    char first[160]; /* the first offence, in words */
};

/* From now on. The guests have been built, and none has done anything yet. */
void isolation_listen(struct isolation *isolation);

/* At the end: looks at the second stages again. */
void isolation_end(struct isolation *isolation);

/* Offences against all rules. */
uint64_t isolation_broken(const struct isolation *isolation);

#endif
