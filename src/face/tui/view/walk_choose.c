/* Which walk a pane is of. */
#include "face/tui/view/walk_path.h"

#include "base/bits.h"
#include "machine/dma/dma.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct device *walk_dma(const struct watch *watch, uint32_t device_id,
                              unsigned *channel)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct dma *dma = (const struct dma *)watch->board->device[i];

        if (watch->board->device[i]->type == &dma_type &&
            device_id - dma->device_id < DMA_CHANNELS) {
            *channel = device_id - dma->device_id;
            return watch->board->device[i];
        }
    }
    return NULL;
}

void walk_name_asker(const struct watch *watch, const struct walk_target *target,
                     char *text, size_t room)
{
    unsigned channel;
    const struct device *dma =
        target->is_iommu ? walk_dma(watch, target->device_id, &channel) : NULL;

    if (!target->is_iommu)
        snprintf(text, room, "hart %u", target->hart);
    else if (dma)
        snprintf(text, room, "%s ch %u", dma->name, channel);
    else
        snprintf(text, room, "device 0x%" PRIx32, target->device_id);
}

/* --- what was named ------------------------------------------------------------------- */

static uint8_t access_named(const char *about)
{
    if (strstr(about, "store") || strstr(about, "write"))
        return ACCESS_STORE;
    return strstr(about, "fetch") ? ACCESS_FETCH : ACCESS_LOAD;
}

/* "dma0", "dma0 1": its channel's device id, and where the rest begins. */
static const char *choose_dma(const struct watch *watch, const char *about,
                              struct walk_target *target)
{
    size_t length = strcspn(about, " ");

    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];
        const char *rest = about + length;
        char *end;
        unsigned long channel = strtoul(rest, &end, 10);

        if (device->type != &dma_type || strlen(device->name) != length ||
            strncmp(device->name, about, length) != 0)
            continue;
        target->is_iommu = true;
        target->device_id = ((const struct dma *)device)->device_id;
        if (end == rest || *end == 'x') /* the address follows at once */
            return rest;
        target->device_id += (uint32_t)(channel % DMA_CHANNELS);
        return end;
    }
    return NULL;
}

static bool choose_named(const struct watch *watch, const char *about,
                         struct walk_target *target)
{
    const char *rest = about;
    char *end;

    target->access = access_named(about);
    if (strncmp(about, "hart ", 5) == 0) {
        target->hart = (unsigned)strtoul(about + 5, &end, 10) % HART_MAX;
        rest = end;
    } else if (strncmp(about, "device ", 7) == 0) {
        target->is_iommu = true;
        target->device_id = (uint32_t)strtoul(about + 7, &end, 0);
        rest = end;
    } else if (about[0] < '0' || about[0] > '9') {
        rest = choose_dma(watch, about, target);
    }
    if (!rest || target->hart >= watch->board->harts)
        return false;
    target->va = strtoull(rest, &end, 0);
    return end != rest;
}

/* --- what events tell of ---------------------------------------------------------------- */

static bool is_page_fault(uint64_t cause)
{
    return cause == CAUSE_INSTRUCTION_PAGE || cause == CAUSE_LOAD_PAGE ||
           cause == CAUSE_STORE_PAGE || cause == CAUSE_INSTRUCTION_GUEST_PAGE ||
           cause == CAUSE_LOAD_GUEST_PAGE || cause == CAUSE_STORE_GUEST_PAGE;
}

static uint8_t access_of_cause(uint64_t cause)
{
    if (cause == CAUSE_INSTRUCTION_PAGE || cause == CAUSE_INSTRUCTION_GUEST_PAGE)
        return ACCESS_FETCH;
    return cause == CAUSE_STORE_PAGE || cause == CAUSE_STORE_GUEST_PAGE ? ACCESS_STORE
                                                                        : ACCESS_LOAD;
}

/* While an IOMMU walks, only the DMA channel knows what it asks for. */
static uint8_t access_of_channel(const struct watch *watch, uint32_t device_id)
{
    unsigned channel;
    const struct device *dma = walk_dma(watch, device_id, &channel);
    uint8_t state;

    if (!dma)
        return ACCESS_LOAD;
    state = watch->facts.dma[facts_channel(watch->board, dma->index, (uint8_t)channel)]
                .state;
    return state == DMA_WRITE || state == DMA_STATUS ? ACCESS_STORE : ACCESS_LOAD;
}

static bool of_iommu(const struct watch *watch, const struct event *event,
                     struct walk_target *target)
{
    target->is_iommu = true;
    switch ((int)event->kind) {
    case EVENT_IOMMU_TRANSLATE:
        target->device_id = event->iommu_translate.device_id;
        target->va = event->iommu_translate.iova;
        target->access = event->iommu_translate.access;
        return true;
    case EVENT_IOMMU_FAULT:
        target->device_id = event->iommu_fault.device_id;
        target->va = event->iommu_fault.iova;
        target->access = event->iommu_fault.ttyp == 3   ? ACCESS_STORE
                         : event->iommu_fault.ttyp == 1 ? ACCESS_FETCH
                                                        : ACCESS_LOAD;
        return true;
    case EVENT_IOMMU_WALK:
        target->device_id = event->iommu_walk.device_id;
        target->va = event->iommu_walk.iova;
        break;
    case EVENT_IOMMU_FILL:
        target->device_id = event->iommu_fill.device_id;
        target->va = event->iommu_fill.iova;
        break;
    default:
        return false;
    }
    target->access = access_of_channel(watch, target->device_id);
    return true;
}

static uint8_t plain_access(uint8_t access)
{
    return access == ACCESS_AMO ? ACCESS_STORE : access;
}

static bool of_hart(const struct event *event, struct walk_target *target)
{
    target->is_iommu = false;
    switch ((int)event->kind) {
    case EVENT_WALK_STEP:
        target->hart = event->walk_step.hart;
        target->va = event->walk_step.va;
        target->access = plain_access(event->walk_step.access);
        if (event->walk_step.stage != STAGE_ONLY)
            target->mode = MODE_VS;
        return true;
    case EVENT_TLB_FILL:
        target->hart = event->tlb_fill.hart;
        target->va = event->tlb_fill.va;
        target->access = ACCESS_LOAD;
        if (event->tlb_fill.is_guest)
            target->mode = MODE_VS;
        return true;
    case EVENT_TRAP_ENTER:
        if (!is_page_fault(event->trap_enter.cause))
            return false;
        target->hart = event->trap_enter.hart;
        target->va = event->trap_enter.tval;
        target->access = access_of_cause(event->trap_enter.cause);
        target->mode = event->trap_enter.from;
        return true;
    default:
        return false;
    }
}

/* The last access that the hart has made, if it is translated. */
static bool of_access(const struct watch *watch, const struct event *event,
                      struct walk_target *target)
{
    const struct event_insn *insn = &event->insn;

    if (event->kind != EVENT_INSN || insn->hart != watch->hart ||
        insn->access == ACCESS_NONE || insn->mode == MODE_M)
        return false;
    *target = (struct walk_target){.hart = insn->hart,
                                   .va = insn->va,
                                   .access = plain_access(insn->access),
                                   .mode = insn->mode};
    return !hart_is_bare(&watch->board->hart[insn->hart],
                         (struct walk_request){.va = insn->va,
                                               .access = target->access,
                                               .mode = insn->mode});
}

/* A walk is steadier to look at than accesses, most of which need none. */
static bool choose_told(const struct watch *watch, struct walk_target *target)
{
    for (unsigned i = watch->count; i-- > 0;)
        if (of_iommu(watch, &watch->events[i], target) ||
            of_hart(&watch->events[i], target)) {
            target->anchor = (int)i;
            return true;
        }
    for (unsigned i = watch->count; i-- > 0;)
        if (of_access(watch, &watch->events[i], target)) {
            target->anchor = -1;
            return true;
        }
    return false;
}

bool walk_choose(const struct watch *watch, const char *about,
                 struct walk_target *target)
{
    *target = (struct walk_target){.hart = watch->hart, .mode = MODES, .anchor = -1};
    return about[0] ? choose_named(watch, about, target) : choose_told(watch, target);
}
