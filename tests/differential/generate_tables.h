#ifndef TESTS_DIFFERENTIAL_GENERATE_TABLES_H
#define TESTS_DIFFERENTIAL_GENERATE_TABLES_H

#include "tests/differential/generate.h"

/*
 * Random page tables as pokes of a sequence: entries right and wrong, but the tables
 * themselves where they should be.
 */
#define PTE_V BIT(0)
#define PTE_R BIT(1)
#define PTE_W BIT(2)
#define PTE_X BIT(3)
#define PTE_U BIT(4)
#define PTE_G BIT(5)
#define PTE_A BIT(6)
#define PTE_D BIT(7)
#define PTE_N BIT(63)

enum {
    TABLE_PAGES = 16,
    MAPPINGS = 6,
    FIRST_MAPPING = 18, /* x18 on: the mappings' addresses */
    SV39 = 8,           /* MODE of satp, vsatp and hgatp */
    SV48 = 9
};

struct tables {
    struct sequence *seq;
    uint64_t base;         /* physical address of the root: 64 KiB for all of them */
    unsigned levels, used; /* table pages; the root is the first, or the first four */
    bool wide;             /* of a G-stage: the root has 16 KiB, addresses no sign */
    uint64_t shift;        /* what pointers have more than physical addresses */
};

uint64_t entry_to(uint64_t pa, uint64_t flags);

/* Puts a leaf at that level for `va`, by pointers that may have flaws. False: there is no
 * room, or another leaf stands in the way. */
bool tables_add(struct tables *tables, uint64_t va, unsigned level, uint64_t leaf,
                bool flawless);

/* The physical address of the last table on the way to `va`; 0: there is none. */
uint64_t tables_last(const struct tables *tables, uint64_t va);

/* An address that the format can translate: few values for each index, so that mappings
 * share tables; and the same of any address. */
uint64_t draw_va(struct tables *tables);
uint64_t canonical(const struct tables *tables, uint64_t va);

unsigned draw_level(const struct tables *tables);

/* A leaf of that level which holds the page at `pa`. */
uint64_t draw_leaf(struct sequence *seq, unsigned level, bool napot, uint64_t pa,
                   uint64_t flags);

/* --- generate_page.c: accesses to mappings --- */

unsigned draw_mapping(struct sequence *seq); /* a register that holds its address */
void put_page_access(struct sequence *seq);
void put_page_amo(struct sequence *seq);
void put_page_call(struct sequence *seq);
void put_cache_operation(struct sequence *seq);

#endif
