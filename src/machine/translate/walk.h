#ifndef MACHINE_TRANSLATE_WALK_H
#define MACHINE_TRANSLATE_WALK_H

#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A page-table walk as a calculation: what it needs to know, how it reaches its tables,
 * where it ended. It knows neither harts nor devices; both walk with it. Two stages of
 * translation are two walks, one inside the other: see stages.h.
 */
enum { PTE_SIZE = 8 };

/* Bits of a page number that one level of page table uses; low bits of a page number that
 * a 64 KiB Svnapot page takes from the address. */
enum { VPN_BITS = 9, NAPOT_BITS = 4 };

struct walk_format {
    const char *name;
    uint8_t mode; /* of satp, vsatp, hgatp and their like of an IOMMU */
    uint8_t levels;
    uint8_t va_bits; /* of the addresses that it translates */
    bool is_guest;   /* they are guest physical addresses: Sv39x4, Sv48x4 */
};

/* What the access and the state of who makes it say about permission. */
struct walk_rights {
    uint8_t access; /* ACCESS_LOAD, _STORE or _FETCH */
    bool user;      /* as U-mode; else as S-mode */
    bool sum, mxr, adue;
    bool hlvx; /* a load that needs X in place of R */
};

/* One entry, as a walk has read and judged it, for who looks on. */
struct walk_step {
    enum walk_stage stage;
    uint64_t va; /* what is being translated: in the G-stage a guest physical address */
    uint64_t at; /* where the entry is, physical; 0: the G-stage did not find it */
    uint64_t gpa;   /* the same as a guest physical address, in the VS-stage; else 0 */
    uint64_t entry; /* as it is now */
    unsigned level;
    enum walk_outcome outcome;
};

/*
 * How a walk reaches its tables and tells of its progress. `read` and `set` give WALK_NEXT
 * if the entry was reached; else how the walk ends, WALK_ACCESS_FAULT or
 * WALK_GUEST_FAULT.
 */
struct walk_tables {
    void *ctx;
    enum walk_outcome (*read)(void *ctx, uint64_t at, uint64_t *entry);
    /* Sets bits in an entry if it still is `entry`; else *changed. */
    enum walk_outcome (*set)(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                             bool *changed);
    void (*tell)(void *ctx, const struct walk_step *step); /* NULL: nobody is told */
};

struct walk {
    const struct walk_tables *tables;
    const struct walk_format *format;
    enum walk_stage stage; /* to be told */
    uint64_t va, root;     /* root: the address of the first table */
    struct walk_rights rights;
};

/* Where a walk ended, with WALK_LEAF if it found the page. */
struct walk_found {
    enum walk_outcome outcome;
    uint64_t entry;
    unsigned level;
    bool global; /* the leaf or a table on the way to it is G */
};

/* The format that a MODE of satp or vsatp selects, or NULL: Bare, or there is none. */
const struct walk_format *walk_format(uint64_t mode);

/* The same for hgatp: Sv39x4, Sv48x4. */
const struct walk_format *walk_guest_format(uint64_t mode);

/* Is this an address that the format translates? Above the bits that are translated all
 * must be copies of the highest, or in a guest physical address 0. */
bool walk_is_address(const struct walk_format *format, uint64_t va);

/* Do U, R, W and X of this leaf allow the access? */
bool walk_permits(uint64_t entry, const struct walk_rights *rights);

/* A and D, as far as the access needs them and the leaf has them not. */
uint64_t walk_missing_bits(uint64_t entry, const struct walk_rights *rights);

/* Walks to the leaf for an address that walk_is_address. */
struct walk_found walk_follow(const struct walk *walk);

/* What a leaf that was found at `level` makes of `va`; and how many low bits of the
 * address the page takes over: 12, 16, 21, 30 or 39. */
uint64_t walk_target(const struct walk_found *found, uint64_t va);
unsigned walk_page_bits(uint64_t entry, unsigned level);

#endif
