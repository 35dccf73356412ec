#include "observe/ask/walks.h"

#include <stddef.h>

struct looking {
    const struct hart *hart;
    void (*tell)(void *ctx, const struct walk_step *step);
    void *ctx;
};

static enum walk_outcome look_at(void *ctx, uint64_t at, uint64_t *entry)
{
    const struct hart *hart = ((struct looking *)ctx)->hart;

    if (!ram_has(&hart->bus->ram, at, PTE_SIZE) ||
        !pmp_allows(hart, at, PTE_SIZE, ACCESS_LOAD, MODE_S))
        return WALK_ACCESS_FAULT;
    ram_read(&hart->bus->ram, at, entry, PTE_SIZE);
    return WALK_NEXT;
}

/* A and D are not set: the walk goes on as if they were. */
static enum walk_outcome would_set(void *ctx, uint64_t at, uint64_t entry,
                                   uint64_t bits, bool *changed)
{
    const struct hart *hart = ((struct looking *)ctx)->hart;

    (void)entry;
    (void)bits;
    *changed = false;
    return pmp_allows(hart, at, PTE_SIZE, ACCESS_STORE, MODE_S) ? WALK_NEXT
                                                                : WALK_ACCESS_FAULT;
}

static void tell_on(void *ctx, const struct walk_step *step)
{
    const struct looking *looking = ctx;

    if (looking->tell)
        looking->tell(looking->ctx, step);
}

struct walk_request look_request(const struct hart *hart, uint64_t va, uint8_t access)
{
    uint8_t mode = access == ACCESS_FETCH ? hart_privilege(hart) : hart_data_mode(hart);

    return (struct walk_request){
        .va = va, .access = access, .mode = mode == MODE_M ? MODE_S : mode};
}

struct translation look_walk(const struct hart *hart, struct walk_request request,
                             void (*tell)(void *ctx, const struct walk_step *step),
                             void *ctx, struct stages *stages)
{
    struct looking looking = {hart, tell, ctx};
    struct walk_tables tables = {&looking, look_at, would_set, tell_on};
    struct translation end;

    *stages = hart_stages(hart, request, &tables);
    end = stages_translate(stages);
    stages->tables = NULL; /* they were this call's */
    return end;
}
