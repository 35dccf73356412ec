#ifndef GUEST_LIB_PLIC_H
#define GUEST_LIB_PLIC_H

#include "lib/devicetree.h"

#include <stdbool.h>
#include <stdint.h>

/* The context by which one hart, in S-mode, has the PLIC. */
struct plic {
    uintptr_t base;
    unsigned context;
};

/* False: the tree has no PLIC that interrupts that hart in S-mode. */
bool plic_open(struct plic *plic, const struct devicetree *tree, uint64_t hart);

/* The context is to hear of a source, or not. */
void plic_enable(const struct plic *plic, uint32_t source, bool on);

/* Gives the source that interrupts, and has it silent until it is completed; 0: none. */
uint32_t plic_claim(const struct plic *plic);
void plic_complete(const struct plic *plic, uint32_t source);

#endif
