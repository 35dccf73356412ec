#ifndef MACHINE_HART_TLB_H
#define MACHINE_HART_TLB_H

#include "base/state.h"

#include <stdbool.h>
#include <stdint.h>

/* The TLB that students see: part of the state. An entry stays usable, stale or not,
 * until it is fenced or replaced. Replacement is first in, first out within a set. */
struct tlb_entry {
    uint64_t vpn;  /* of 4 KiB, also where the page is larger: see tlb.c */
    uint64_t ppn;  /* of that 4 KiB */
    uint64_t pte;  /* as read, with A and D as the walk left them; of the VS-stage, if
                      there are two; 0 where that one is Bare */
    uint64_t gpn;  /* of two stages: the guest's page number; else 0 */
    uint64_t gpte; /* the leaf of the G-stage; 0: there was none */
    uint16_t asid;
    uint16_t vmid;            /* 0 but for a guest's */
    uint8_t space;            /* enum tlb_space */
    uint8_t level;            /* of the leaf pte: 0 is 4 KiB, or 64 KiB with napot */
    uint8_t napot;            /* 1: a 64 KiB Svnapot page */
    uint8_t g_level, g_napot; /* the same of gpte */
    uint8_t global;
    uint8_t valid;
    uint8_t unused[5]; /* 0: entries have no holes, so that all are walked at once */
};

/* Whose addresses an entry translates: those of V = 0; or a guest's, with vsatp or while
 * vsatp is Bare. Address spaces of one kind are told apart by ASID and VMID. */
enum tlb_space { TLB_HOST, TLB_GUEST, TLB_GUEST_BARE };

/* What an entry is looked for by. */
struct tlb_key {
    uint64_t vpn;
    uint16_t asid, vmid;
    uint8_t space;
};

/* What a fence drops. A pointer that is NULL means all. */
struct tlb_fence {
    unsigned spaces;      /* BIT of each enum tlb_space */
    const uint64_t *va;   /* translations of the page that it is in */
    const uint64_t *gpa;  /* those that lead through the guest's page that it is in */
    const uint16_t *asid; /* of that address space, but no global ones */
    const uint16_t *vmid;
};

enum { TLB_MAX = 8192 };

struct tlb {
    unsigned sets, ways;       /* of the board's row; sets is a power of two */
    struct tlb_entry *entries; /* sets * ways, by set */
    uint8_t *victim;           /* by set: the way that is replaced next */
};

bool tlb_init(struct tlb *tlb, unsigned entries, unsigned ways);
void tlb_release(struct tlb *tlb);
const struct tlb_entry *tlb_find(const struct tlb *tlb, struct tlb_key key);
/* Gives the entry it replaced (valid 0: none), and where the new one is. */
struct tlb_entry tlb_fill(struct tlb *tlb, struct tlb_entry entry, unsigned *set,
                          unsigned *way);
/* Gives how many entries it dropped. */
unsigned tlb_flush(struct tlb *tlb, const struct tlb_fence *fence);
void tlb_clear(struct tlb *tlb);
void tlb_state(struct tlb *tlb, struct state *state);

#endif
