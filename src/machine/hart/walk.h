#ifndef MACHINE_HART_WALK_H
#define MACHINE_HART_WALK_H

#include "machine/hart/hart.h"

/*
 * A page-table walk as a calculation: what it needs to know, how it reaches its tables,
 * where it ended. A walk for one more stage of translation is a walk whose tables are
 * reached by another.
 */
enum { PTE_SIZE = 8 };

struct walk_format {
    const char *name;
    uint8_t mode; /* of satp */
    uint8_t levels;
    uint8_t va_bits;
};

/* What the access and the hart's state say about permission. */
struct walk_rights {
    uint8_t access; /* ACCESS_LOAD, _STORE or _FETCH */
    uint8_t mode;   /* MODE_U or MODE_S */
    bool sum, mxr, adue;
};

/* How a walk reaches its tables and tells of its progress. */
struct walk_tables {
    void *ctx;
    bool (*read)(void *ctx, uint64_t at, uint64_t *entry); /* false: access fault */
    /* Sets bits in an entry if it still is `entry`; else *changed. False: access fault. */
    bool (*set)(void *ctx, uint64_t at, uint64_t entry, uint64_t bits, bool *changed);
    void (*tell)(void *ctx, uint64_t at, uint64_t entry, unsigned level,
                 enum walk_outcome outcome); /* NULL: nobody is told */
};

struct walk {
    const struct walk_tables *tables;
    const struct walk_format *format;
    uint64_t va, root; /* root: the physical address of the first table */
    struct walk_rights rights;
};

/* Where a walk ended, with WALK_LEAF if it found the page. */
struct walk_found {
    enum walk_outcome outcome;
    uint64_t entry;
    unsigned level;
    bool global; /* the leaf or a table on the way to it is G */
};

/* The format that satp selects, or NULL: Bare, or a mode that there is not. */
const struct walk_format *walk_format(uint64_t satp);

/* Are the bits above those that are translated copies of the highest that is? */
bool walk_is_canonical(const struct walk_format *format, uint64_t va);

/* Do U, R, W and X of this leaf allow the access? */
bool walk_permits(uint64_t entry, const struct walk_rights *rights);

/* A and D, as far as the access needs them and the leaf has them not. */
uint64_t walk_missing_bits(uint64_t entry, const struct walk_rights *rights);

struct walk_found walk_follow(const struct walk *walk);

/* The 4 KiB that `va` is in, of the page that was found, as a TLB entry. */
struct tlb_entry walk_entry(const struct walk_found *found, uint64_t va, uint16_t asid);

#endif
