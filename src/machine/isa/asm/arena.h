#ifndef MACHINE_ISA_ASM_ARENA_H
#define MACHINE_ISA_ASM_ARENA_H

#include <stddef.h>

/* Memory that is all given back at once. Start with {0}. */
struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used; /* of the first block */
};

void *arena_zero(struct arena *arena, size_t size);
char *arena_text(struct arena *arena, const char *text, size_t length);
void arena_free(struct arena *arena);

#endif
