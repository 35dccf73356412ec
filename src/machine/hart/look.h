#ifndef MACHINE_HART_LOOK_H
#define MACHINE_HART_LOOK_H

#include "machine/hart/hart.h"

/*
 * Look-up tables: from a virtual page to where its bytes are on the host. None of it is
 * state: it can be dropped at any moment without a trace.
 *
 * There is a table for reads, one for writes and two for fetches (bytes, and decoded
 * code), for each privilege mode, VU and VS too; each is indexed by the low bits of the page
 * number. They hold only what the modelled TLB (or, untranslated, PMP) allows now;
 * hart_forget empties them. A page with decoded code, a reservation of another hart or a
 * watched word has no write entry, so that such stores go the exact way.
 */
enum { LOOK = 4096, LOOK_LOG = 256, LOOK_VIEWS = MODES, LOOK_PAGE = RAM_PAGE };

#define LOOK_MASK (~(uint64_t)(LOOK_PAGE - 1))

/* A tag that no access has. Tags are compared with the page and the low 3 bits of an
 * address, so that misaligned accesses miss; bit 11 is in no compare. */
#define LOOK_NONE UINT64_C(0x800)

struct look {
    uint64_t tag; /* virtual page */
    uint64_t add; /* host address - virtual address */
};

struct code_page; /* fast.c's */

struct look_code {
    uint64_t tag;
    struct code_page *page;
};

/* What one privilege mode may reach. */
struct look_view {
    struct look read[LOOK], write[LOOK], fetch[LOOK];
    struct look_code code[LOOK];
    /* Which entries have been filled since it was emptied, so that emptying it again
     * costs no more than filling it did; beyond LOOK_LOG all are gone through. */
    unsigned filled;
    uint16_t log[LOOK_LOG];
};

struct look_tables {
    struct look_view view[LOOK_VIEWS]; /* by enum privilege; there is no mode 2 */
};

struct look_tables *look_new(void);
void look_free(struct look_tables *tables);

struct look_view *look_view(const struct hart *hart, uint8_t mode);

/* The physical address of an access to RAM that is allowed without a walk; no effect. */
bool look_find(const struct hart *hart, uint64_t va, uint8_t access, uint8_t mode,
               uint64_t *pa);

/* Puts the page of `va` into the mode's table for that access, if it may be there and is
 * not yet (an access that missed is then misaligned, and hart_step's). */
bool look_learn(struct hart *hart, uint64_t va, uint8_t access, uint8_t mode);

/* The same for decoded code, which is known to be allowed. */
void look_learn_code(struct look_view *view, uint64_t pc, struct code_page *page);

/* Decoded code is about to go: no entry leads to it any more. */
void look_forget_code(struct hart *hart, const struct code_page *page);

/* The exact loop's way to the tables: the physical address of an access in RAM that they
 * allow. False: it must be translated and checked. */
bool look_reach(struct hart *hart, uint64_t va, uint8_t access, uint8_t mode,
                uint64_t *pa);

/* Is that page in the tables now? */
bool look_knows(const struct hart *hart, uint64_t va, uint8_t access, uint8_t mode);

/* The page at `pa` has got a mark: stores to it must be seen from now on. */
void look_protect(struct hart *hart, uint64_t pa);

#endif
