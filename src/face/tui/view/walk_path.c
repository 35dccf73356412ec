/*
 * A walk is looked at as the tables are now, and what events have told of it is laid over:
 * which entries were read, and at which price; which were kept; which come next.
 */
#include "face/tui/view/walk_path.h"

#include "base/bits.h"
#include "observe/ask/iommus.h"
#include "observe/ask/walks.h"

#include <string.h>

enum { GROUP = 300 /* events back that may belong to one walk */ };

/* --- looking -------------------------------------------------------------------------- */

static void add_entry(struct walk_path *path, unsigned table,
                      const struct walk_step *step)
{
    if (path->entries == WALK_ENTRIES)
        return;
    path->entry[path->entries++] = (struct walk_entry){.table = table,
                                                       .level = step->level,
                                                       .va = step->va,
                                                       .at = step->at,
                                                       .gpa = step->gpa,
                                                       .entry = step->entry,
                                                       .outcome = step->outcome};
}

static void tell_hart(void *ctx, const struct walk_step *step)
{
    add_entry(ctx, step->stage, step);
}

static void tell_iommu(void *ctx, const struct iommu_step *step)
{
    add_entry(ctx, step->table, &step->step);
}

static void look_page(struct walk_path *path, bool second)
{
    const struct walk_found *leaf = second ? &path->end.g : &path->end.vs;

    path->pa = path->end.pa;
    path->page_bits =
        leaf->entry ? walk_page_bits(leaf->entry, leaf->level) : RAM_PAGE_SHIFT;
}

/* Does a leaf that is kept refuse the access, as the tables do? 0: that stage is Bare. */
static bool refuses(uint64_t leaf, const struct walk_rights *rights)
{
    return leaf && !walk_permits(leaf, rights);
}

static void judge_kept(struct walk_path *path, uint64_t ppn, bool refuses_too)
{
    path->kept = true;
    path->kept_pa = ppn << RAM_PAGE_SHIFT | (path->target.va & (RAM_PAGE - 1));
    path->stale =
        path->refused ? !refuses_too : refuses_too || path->kept_pa != path->pa;
}

static void look_hart(const struct watch *watch, struct walk_path *path)
{
    const struct hart *hart = &watch->board->hart[path->target.hart];
    struct walk_request request =
        look_request(hart, path->target.va, path->target.access);
    const struct tlb_entry *kept;

    if (path->target.mode < MODES && path->target.mode != MODE_M)
        request.mode = path->target.mode;
    path->target.mode = request.mode;
    path->stages = hart_stages(hart, request, NULL);
    path->two = path->stages.vs.format && path->stages.g.format;
    path->bare = hart_is_bare(hart, request);
    path->no_address =
        path->stages.vs.format && !walk_is_address(path->stages.vs.format, request.va);
    if (path->bare || path->no_address)
        return;
    path->end = look_walk(hart, request, tell_hart, path, &path->stages);
    path->refused = path->end.outcome != WALK_LEAF;
    look_page(path, path->stages.g.format != NULL);
    kept = tlb_find(&hart->tlb, hart_tlb_key(hart, request));
    if (kept)
        judge_kept(path, kept->ppn,
                   refuses(kept->pte, &path->stages.vs.rights) ||
                       refuses(kept->gpte, &path->stages.g.rights));
}

static void look_iommu(const struct watch *watch, struct walk_path *path)
{
    const struct iommu_access access = {.iova = path->target.va,
                                        .device_id = path->target.device_id,
                                        .access = path->target.access};
    const struct walk_rights rights = {.access = access.access, .user = true};
    const struct iommu_translation *kept = NULL;
    const struct iommu_context *context;
    struct iommu_end *end = &path->iommu_end;

    path->iommu = iommu_for(watch->board, access.device_id);
    if (!path->iommu)
        return;
    *end = iommu_look(path->iommu, &access, tell_iommu, path);
    path->end = end->walked;
    path->refused = end->cause != IOMMU_NO_CAUSE;
    path->bare = end->found == IOMMU_PASSED && !path->refused;
    path->two = field_get(end->context.iohgatp, IOMMU_ATP_MODE) &&
                field_get(end->context.fsc, IOMMU_ATP_MODE);
    look_page(path, field_get(end->context.iohgatp, IOMMU_ATP_MODE) != 0);
    path->pa = end->pa;
    context = iommu_find_context(path->iommu, access.device_id);
    if (context) {
        struct iommu_key key = iommu_key_of(context, access.iova);

        kept = iommu_find(path->iommu, &key);
    }
    if (kept)
        judge_kept(path, kept->ppn,
                   (kept->has_first && refuses(kept->first, &rights)) ||
                       (kept->has_second && refuses(kept->second, &rights)));
}

/* --- what events have told --------------------------------------------------------------- */

static bool is_page_of(uint64_t one, uint64_t other)
{
    return (one ^ other) >> RAM_PAGE_SHIFT == 0;
}

static struct walk_entry *entry_read(struct walk_path *path, unsigned table,
                                     unsigned level, uint64_t at)
{
    for (unsigned i = 0; i < path->entries; i++)
        if (path->entry[i].table == table && path->entry[i].level == level &&
            path->entry[i].at == at && path->entry[i].how == WALK_LOOKED)
            return &path->entry[i];
    return NULL;
}

/* Does that event end a walk before this one? */
static bool is_other_walk(const struct walk_path *path, const struct event *event)
{
    if (path->target.is_iommu)
        return event->kind == EVENT_IOMMU_TRANSLATE || event->kind == EVENT_IOMMU_FAULT;
    return event->kind == EVENT_INSN || event->kind == EVENT_TLB_FILL ||
           event->kind == EVENT_TRAP_ENTER;
}

static void lay_event(struct walk_path *path, const struct event *event)
{
    const struct walk_target *target = &path->target;
    struct walk_entry *entry = NULL;
    uint32_t price = 0;

    if (target->is_iommu && event->kind == EVENT_IOMMU_WALK &&
        event->iommu_walk.device_id == target->device_id &&
        is_page_of(event->iommu_walk.iova, target->va)) {
        entry = entry_read(path, event->iommu_walk.table, event->iommu_walk.level,
                           event->iommu_walk.entry_at);
        price = event->iommu_walk.price;
    } else if (!target->is_iommu && event->kind == EVENT_WALK_STEP &&
               event->walk_step.hart == target->hart &&
               is_page_of(event->walk_step.va, target->va)) {
        entry = entry_read(path, event->walk_step.stage, event->walk_step.level,
                           event->walk_step.entry_at);
        price = event->walk_step.price;
    }
    if (!entry)
        return;
    entry->how = WALK_READ;
    entry->price = price;
    path->reads++;
    path->cycles += price;
}

/* The events of the walk end with the anchor. */
static void lay_events(const struct watch *watch, struct walk_path *path)
{
    int anchor = path->target.anchor;
    int from = anchor;

    while (from > 0 && anchor - from < GROUP &&
           !is_other_walk(path, &watch->events[from - 1]))
        from--;
    for (int i = from; i <= anchor; i++)
        lay_event(path, &watch->events[i]);
}

static bool is_in_walk(const struct watch *watch, const struct walk_target *target)
{
    const struct event *event = &watch->events[target->anchor];

    return event->kind == EVENT_IOMMU_WALK || event->kind == EVENT_WALK_STEP;
}

/* What was not read before an entry that was, a cache knew. What comes behind is still to
 * be read, while the walk is on; else a cache has answered. */
static void fill_gaps(const struct watch *watch, struct walk_path *path)
{
    unsigned last = 0;

    for (unsigned i = 0; i < path->entries; i++)
        if (path->entry[i].how == WALK_READ)
            last = i + 1;
    for (unsigned i = 0; i < path->entries; i++)
        if (path->entry[i].how == WALK_LOOKED)
            path->entry[i].how =
                i >= last && path->reads && is_in_walk(watch, &path->target)
                    ? WALK_AHEAD
                    : WALK_KEPT;
}

static void find_last(struct walk_path *path)
{
    path->shown = 0;
    while (path->shown < (int)path->entries &&
           path->entry[path->shown].how != WALK_AHEAD)
        path->shown++;
    path->last = path->shown - 1;
    /* An entry of the VS-stage that the G-stage kept from being read is not to blame. */
    if (path->last > 0 && path->entry[path->last].outcome == WALK_GUEST_FAULT)
        path->last--;
}

void walk_path_of(const struct watch *watch, const struct walk_target *target,
                  struct walk_path *path)
{
    memset(path, 0, sizeof(*path));
    path->target = *target;
    if (target->is_iommu)
        look_iommu(watch, path);
    else
        look_hart(watch, path);
    path->told = target->anchor >= 0;
    if (path->told) {
        lay_events(watch, path);
        fill_gaps(watch, path);
    }
    find_last(path);
}
