/*
 * What an IOMMU has refused: which rule of the specification, which entry of which table,
 * and who wrote it (RISC-V IOMMU 1.0, 2.3 "Process to translate an IOVA").
 */
#include "machine/dma/dma.h"
#include "machine/iommu/iommu_translate.h"
#include "observe/ask/fault_parts.h"
#include "observe/ask/names.h"

#include <inttypes.h>

/* --- the walk --------------------------------------------------------------------- */

static bool is_of_fault(const struct event *event, const struct event *refused)
{
    return event->kind == EVENT_IOMMU_WALK && event->board == refused->board &&
           event->iommu_walk.device == refused->iommu_fault.device &&
           event->iommu_walk.device_id == refused->iommu_fault.device_id;
}

/* The entry that ended the walk; NULL: nothing was read. */
static const struct event *last_entry(const struct step *step,
                                      const struct event *refused)
{
    for (unsigned i = step->count; i-- > 0;)
        if (is_of_fault(&step->event[i], refused))
            return &step->event[i];
    return NULL;
}

static void say_walk(const struct failure *failure, const struct step *step,
                     const struct event *refused)
{
    for (unsigned i = 0; i < step->count; i++)
        if (is_of_fault(&step->event[i], refused))
            fault_say_event(failure, &step->event[i]);
}

/* --- what is wrong with a device context ------------------------------------------ */

struct looked {
    const struct event *refused;
    const char *what;
};

static void look_at_context(void *ctx, struct run *run)
{
    struct looked *looked = ctx;
    const struct event *refused = looked->refused;
    const struct iommu *iommu = (const struct iommu *)run->board[refused->board]
                                    ->device[refused->iommu_fault.device];
    const struct iommu_access access = {.iova = refused->iommu_fault.iova,
                                        .device_id = refused->iommu_fault.device_id,
                                        .access = ACCESS_LOAD};
    struct iommu_end end = iommu_look(iommu, &access, NULL, NULL);

    if (end.cause == IOMMU_DDT_MISCONFIGURED)
        looked->what = iommu_misconfigured(iommu, &end.context);
}

static void say_misconfigured(const struct failure *failure,
                              const struct event *refused)
{
    struct looked looked = {refused, NULL};

    timeline_peek_at(failure->timeline, moment_before_event(refused), look_at_context,
                     &looked);
    if (looked.what)
        fault_say(failure, "the device context: %s", looked.what);
}

/* --- who set it up ---------------------------------------------------------------- */

static void say_register(const struct failure *failure, const struct event *refused,
                         const char *name, const char *what)
{
    const struct run *run = timeline_run(failure->timeline);
    const struct device *device =
        run->board[refused->board]->device[refused->iommu_fault.device];
    struct register_place place;

    if (names_register(device, name, &place, NULL))
        fault_say_who(failure, what,
                      &(struct lvalue){.kind = LVALUE_REGISTER,
                                       .device = refused->iommu_fault.device,
                                       .number = place.offset,
                                       .size = place.reg->size,
                                       .hi = 63});
}

static void say_owner(const struct failure *failure, const struct event *refused,
                      const struct event *entry)
{
    if (entry && entry->iommu_walk.outcome != WALK_GUEST_FAULT)
        fault_say_who(failure, "the entry",
                      &(struct lvalue){.kind = LVALUE_MEMORY,
                                       .physical = true,
                                       .number = entry->iommu_walk.entry_at,
                                       .size = 8,
                                       .hi = 63});
    else if (refused->iommu_fault.cause == IOMMU_ALL_DISALLOWED)
        say_register(failure, refused, "ddtp", "ddtp.iommu_mode is Off");
    else if (refused->iommu_fault.cause == IOMMU_TYPE_DISALLOWED)
        say_register(failure, refused, "ddtp",
                     "the device id has no place in the directory, or the access has a "
                     "process id");
    else if (!entry)
        fault_say(
            failure,
            "no table was read: the translation cache has the page, with what the "
            "entry allowed when it was read");
}

/* --- the failure ------------------------------------------------------------------ */

static void explain(const struct failure *failure, const struct step *step,
                    const struct event *refused)
{
    say_walk(failure, step, refused);
    if (refused->iommu_fault.cause == IOMMU_DDT_MISCONFIGURED)
        say_misconfigured(failure, refused);
    say_owner(failure, refused, last_entry(step, refused));
}

void fault_of_iommu(const struct failure *failure, const struct event *refused)
{
    explain(failure, &failure->step, refused);
}

static bool is_of_channel(void *ctx, const struct event *event)
{
    const struct failure *failure = ctx;
    const struct event *error = &failure->fault->event;
    const struct run *run = timeline_run(failure->timeline);
    const struct dma *dma =
        (const struct dma *)run->board[error->board]->device[error->dma_error.device];

    return event->board == error->board &&
           event->iommu_fault.device_id == dma->device_id + error->dma_error.channel;
}

void fault_of_blocked(const struct failure *failure)
{
    struct failure search = *failure;
    struct event refused;
    struct step step = {.count = 0};

    if (!timeline_find_last(
            failure->timeline, moment_before_event(&failure->fault->event),
            EVENT_BIT(EVENT_IOMMU_FAULT), is_of_channel, &search, &refused))
        return;
    fault_say_event(failure, &refused);
    if (step_of(failure->timeline, &refused, &step))
        explain(failure, &step, &refused);
    step_release(&step);
}
