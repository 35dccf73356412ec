/*
 * Translation as it happens: the caches first, then tables in memory behind the bus, each
 * 8 bytes a slot of the IOMMU's own, which takes time; step by step in events. What cannot
 * be translated is reported, and refused to the device.
 *
 * A walk is made in one go, at the cycle at which the device asks, in slots that follow
 * one another. Nobody else has the bus between them, as with a hart's walk.
 */
#include "machine/iommu/iommu_engine.h"
#include "machine/iommu/iommu_fault.h"
#include "machine/iommu/iommu_translate.h"

/* --- memory behind the bus --------------------------------------------------------- */

/* A translation as it happens. */
struct live {
    struct iommu *iommu;
    const struct iommu_access *access;
    uint64_t now;    /* how far it is */
    uint64_t begins; /* where the first slot for the entry that is being read began */
    bool is_reading; /* an entry that has not been told yet */
};

/* The port is shared with the queues; the bus with everybody. */
static void take_slot(struct live *live, uint64_t at)
{
    struct iommu *iommu = live->iommu;
    uint64_t slot = iommu_slot(iommu);
    uint64_t from = live->now > iommu->port_until ? live->now : iommu->port_until;

    from = bus_take(iommu->device.bus, iommu_initiator(iommu), from, slot, at);
    live->now = iommu->port_until = from + slot;
    if (!live->is_reading)
        live->begins = from;
    live->is_reading = true;
}

/* Tables must be in RAM. */
static enum walk_outcome live_read(void *ctx, uint64_t at, uint64_t *entry)
{
    struct live *live = ctx;
    struct bus *bus = live->iommu->device.bus;

    if (!live->is_reading)
        live->begins = live->now;
    if (!ram_has(&bus->ram, at, PTE_SIZE))
        return WALK_ACCESS_FAULT;
    take_slot(live, at);
    live->iommu->counts.reads++;
    if (bus_read(bus, iommu_initiator(live->iommu), at, PTE_SIZE, entry) != BUS_OKAY)
        return WALK_ACCESS_FAULT;
    return WALK_NEXT;
}

/* Comparing and writing are one slot, so that no other initiator comes between. */
static enum walk_outcome live_set(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                                  bool *changed)
{
    struct live *live = ctx;
    struct bus *bus = live->iommu->device.bus;
    uint64_t there = 0;
    enum walk_outcome outcome = live_read(ctx, at, &there);

    if (outcome != WALK_NEXT)
        return outcome;
    *changed = there != entry;
    if (!*changed && bus_write(bus, iommu_initiator(live->iommu), at, PTE_SIZE,
                               entry | bits) != BUS_OKAY)
        return WALK_ACCESS_FAULT;
    return WALK_NEXT;
}

static void live_tell(void *ctx, const struct iommu_step *step)
{
    struct live *live = ctx;
    const struct device *device = &live->iommu->device;

    EMIT(device->events, live->begins, IOMMU_WALK, iommu_walk,
         .iova = live->access->iova, .va = step->step.va, .entry_at = step->step.at,
         .gpa = step->step.gpa, .entry = step->step.entry,
         .price = (uint32_t)(live->now - live->begins),
         .device_id = live->access->device_id, .device = device->index,
         .table = (uint8_t)step->table, .level = (uint8_t)step->step.level,
         .outcome = (uint8_t)step->step.outcome);
    live->is_reading = false;
}

static void live_tell_walk(void *ctx, const struct walk_step *step)
{
    live_tell(ctx, &(struct iommu_step){.table = step->stage, .step = *step});
}

/* --- the caches --------------------------------------------------------------------- */

static const struct iommu_context *live_recall_context(void *ctx)
{
    struct live *live = ctx;
    const struct iommu_context *kept =
        iommu_find_context(live->iommu, live->access->device_id);

    if (!kept)
        live->iommu->counts.context_misses++;
    return kept;
}

static void live_keep_context(void *ctx, const struct iommu_context *context)
{
    struct live *live = ctx;
    const struct device *device = &live->iommu->device;
    unsigned slot = iommu_keep_context(live->iommu, live->access->device_id, context);

    EMIT(device->events, live->now, IOMMU_CONTEXT, iommu_context, .tc = context->tc,
         .iohgatp = context->iohgatp, .ta = context->ta, .fsc = context->fsc,
         .device_id = live->access->device_id, .slot = (uint16_t)slot,
         .device = device->index);
}

static const struct iommu_translation *live_recall(void *ctx,
                                                   const struct iommu_key *key)
{
    return iommu_find(((struct live *)ctx)->iommu, key);
}

static void live_keep(void *ctx, const struct iommu_translation *translation)
{
    struct live *live = ctx;
    const struct device *device = &live->iommu->device;
    unsigned set, way;

    iommu_keep(live->iommu, translation, &set, &way);
    EMIT(device->events, live->now, IOMMU_FILL, iommu_fill,
         .iova = translation->vpn << RAM_PAGE_SHIFT,
         .pa = translation->ppn << RAM_PAGE_SHIFT, .first = translation->first,
         .second = translation->second, .pscid = translation->pscid,
         .device_id = live->access->device_id, .gscid = (uint16_t)translation->gscid,
         .set = (uint16_t)set, .way = (uint8_t)way, .device = device->index);
}

/* --- translation -------------------------------------------------------------------- */

static void count(struct iommu_counts *counts, const struct iommu_end *end)
{
    counts->translations++;
    counts->hits += end->found == IOMMU_HIT;
    counts->misses += end->found == IOMMU_WALKED;
    counts->faults += end->cause != IOMMU_NO_CAUSE;
}

struct iommu_end iommu_translate(struct iommu *iommu, const struct iommu_access *access,
                                 uint64_t *now)
{
    const struct device *device = &iommu->device;
    struct live live = {iommu, access, *now + device->costs->iommu_lookup, *now, false};
    const struct iommu_door door = {.tables = {.ctx = &live,
                                               .read = live_read,
                                               .set = live_set,
                                               .tell = live_tell_walk},
                                    .tell = live_tell,
                                    .recall_context = live_recall_context,
                                    .keep_context = live_keep_context,
                                    .recall = live_recall,
                                    .keep = live_keep};
    struct iommu_end end = iommu_process(iommu, &door, access);

    count(&iommu->counts, &end);
    if (end.cause == IOMMU_NO_CAUSE)
        EMIT(device->events, *now, IOMMU_TRANSLATE, iommu_translate,
             .iova = access->iova, .pa = end.pa, .price = (uint32_t)(live.now - *now),
             .device_id = access->device_id, .device = device->index,
             .access = access->access, .found = (uint8_t)end.found);
    else
        iommu_report(iommu, access, &end, live.now);
    *now = live.now;
    return end;
}

/* --- what devices ask --------------------------------------------------------------- */

static struct io_answer bridge_translate(void *ctx, const struct io_request *request,
                                         uint64_t now)
{
    const struct iommu_access access = {.iova = request->iova,
                                        .device_id = request->device_id,
                                        .access = request->access};
    struct iommu_end end = iommu_translate(ctx, &access, &now);

    return (struct io_answer){.pa = end.pa,
                              .ready = now,
                              .age = ((const struct iommu *)ctx)->age,
                              .allowed = end.cause == IOMMU_NO_CAUSE};
}

static uint64_t bridge_age(const void *ctx)
{
    return ((const struct iommu *)ctx)->age;
}

struct io_bridge iommu_bridge(struct device *device)
{
    return (struct io_bridge){bridge_translate, bridge_age, device};
}
