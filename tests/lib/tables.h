#ifndef TESTS_LIB_TABLES_H
#define TESTS_LIB_TABLES_H

#include "base/bits.h"
#include "machine/memory/ram.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Builds Sv39 and Sv48 page tables in guest RAM, as a supervisor would: one call a page.
 * The format is written down here a second time, from the specification, so that tests
 * do not ask the walk what a table is.
 */
#define PTE_V      BIT(0)
#define PTE_R      BIT(1)
#define PTE_W      BIT(2)
#define PTE_X      BIT(3)
#define PTE_U      BIT(4)
#define PTE_G      BIT(5)
#define PTE_A      BIT(6)
#define PTE_D      BIT(7)
#define PTE_RSW    BITS(9, 8)
#define PTE_PBMT_1 BIT(61)
#define PTE_N      BIT(63)
#define PTE_RW     (PTE_V | PTE_R | PTE_W)
#define PTE_RWX    (PTE_RW | PTE_X)
#define PTE_AD     (PTE_A | PTE_D)

struct tables {
    struct ram *ram;
    unsigned levels;     /* 3: Sv39, 4: Sv48 */
    bool is_guest;       /* Sv39x4, Sv48x4: the root is 16 KiB */
    uint64_t root, next; /* addresses: the root, the next free page */
    uint64_t shift;      /* of a guest's tables: physical address - guest's address */
};

/* An empty root at `at`; further tables are put in the pages that follow. */
void tables_init(struct tables *tables, struct ram *ram, unsigned levels, uint64_t at);

/* The same for a G-stage: its root is 16 KiB, and `at` a multiple of that. */
void tables_init_guest(struct tables *tables, struct ram *ram, unsigned levels,
                       uint64_t at);

/* Maps the page of that level (0: 4 KiB) at `va` to `pa`, with pointers down to it where
 * there are none. `bits`: all of the entry but its PPN. Gives the entry's address. */
uint64_t tables_map(struct tables *tables, uint64_t va, uint64_t pa, unsigned level,
                    uint64_t bits);

/* The address of va's entry of that level; the tables above it must exist. */
uint64_t tables_at(const struct tables *tables, uint64_t va, unsigned level);

uint64_t tables_get(const struct tables *tables, uint64_t at);
void tables_put(struct tables *tables, uint64_t at, uint64_t entry);

uint64_t tables_entry(uint64_t pa, uint64_t bits);
/* satp or vsatp with an ASID, hgatp with a VMID. */
uint64_t tables_satp(const struct tables *tables, uint16_t asid);

#endif
