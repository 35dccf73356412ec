#include "machine/isa/asm/arena.h"

#include "base/alloc.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 32 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(16) char bytes[];
};

void *arena_zero(struct arena *arena, size_t size)
{
    size_t need = (size + 15) & ~(size_t)15;

    if (!arena->blocks || arena->blocks->size - arena->used < need) {
        size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;
        struct arena_block *block = alloc_zero(1, sizeof(*block) + room);

        block->size = room;
        block->next = arena->blocks;
        arena->blocks = block;
        arena->used = 0;
    }

    void *got = arena->blocks->bytes + arena->used;

    arena->used += need;
    return got;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_zero(arena, length + 1);

    memcpy(copy, text, length);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
}
