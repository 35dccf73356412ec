/* Translation without any effect: what is in memory now is read, nobody waits, nothing is
 * kept, counted, set or reported. */
#include "machine/iommu/iommu_translate.h"

struct looking {
    const struct iommu *iommu;
    void (*tell)(void *ctx, const struct iommu_step *step);
    void *ctx;
};

static enum walk_outcome look_read(void *ctx, uint64_t at, uint64_t *entry)
{
    const struct ram *ram = &((struct looking *)ctx)->iommu->device.bus->ram;

    if (!ram_has(ram, at, PTE_SIZE))
        return WALK_ACCESS_FAULT;
    ram_read(ram, at, entry, PTE_SIZE);
    return WALK_NEXT;
}

/* A and D are not set: the walk goes on as if they were. */
static enum walk_outcome look_set(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                                  bool *changed)
{
    const struct ram *ram = &((struct looking *)ctx)->iommu->device.bus->ram;

    (void)entry;
    (void)bits;
    *changed = false;
    return ram_has(ram, at, PTE_SIZE) ? WALK_NEXT : WALK_ACCESS_FAULT;
}

static void look_tell(void *ctx, const struct iommu_step *step)
{
    const struct looking *looking = ctx;

    if (looking->tell)
        looking->tell(looking->ctx, step);
}

static void look_tell_walk(void *ctx, const struct walk_step *step)
{
    look_tell(ctx, &(struct iommu_step){.table = step->stage, .step = *step});
}

struct iommu_end iommu_look(const struct iommu *iommu,
                            const struct iommu_access *access,
                            void (*tell)(void *ctx, const struct iommu_step *step),
                            void *ctx)
{
    struct looking looking = {iommu, tell, ctx};
    const struct iommu_door door = {.tables = {.ctx = &looking,
                                               .read = look_read,
                                               .set = look_set,
                                               .tell = look_tell_walk},
                                    .tell = look_tell};

    return iommu_process(iommu, &door, access);
}
