#ifndef MACHINE_ISA_ASM_ITEMS_H
#define MACHINE_ISA_ASM_ITEMS_H

#include "machine/isa/asm/assembler.h"

/* A new last item of the current section; it stays in place until the next is added. */
struct item *item_add(struct assembler *as, enum item_kind kind, struct place place);

/* An item without bytes, to have the address of what comes next; its index. */
size_t item_mark(struct assembler *as, struct place place);

uint64_t item_address(const struct assembler *as, const struct item *item);

/* The section of that name, made with these flags if there is none yet. */
int section_named(struct assembler *as, const char *name, size_t length,
                  unsigned flags);
void section_use(struct assembler *as, int section);

#endif
