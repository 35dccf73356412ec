/* What is known to come next: the bus for who waits for it, and what the event queue has. */
#include "face/tui/stage/transaction.h"

#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/interrupt/aclint.h"
#include "machine/iommu/iommu.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static unsigned wait_next(const struct watch *watch, struct next *next)
{
    const struct event_bus_wait *wait = &watch->focus.bus_wait;
    char cycle[TEXT_NUMBER];

    if (!watch->has_focus || watch->focus.kind != EVENT_BUS_WAIT)
        return 0;
    *next = (struct next){.part = end_of_initiator(watch, wait->initiator),
                          .to_bus = true,
                          .cycle = watch->focus.cycle + wait->cycles};
    text_count(cycle, next->cycle);
    snprintf(next->label[0], sizeof(next->label[0]), "next, at %s: uses 0x%" PRIx64,
             cycle, wait->pa);
    snprintf(next->label[1], sizeof(next->label[1]), "next, at %s", cycle);
    return 1;
}

/* --- whose a timer is ------------------------------------------------------------------- */

static bool is_channel(const struct device *device, const struct timer *timer)
{
    const struct dma *dma = (const struct dma *)device;

    for (unsigned i = 0; i < DMA_CHANNELS; i++)
        if (&dma->channel[i].timer == timer)
            return true;
    return false;
}

static bool is_clock(const struct device *device, const struct timer *timer)
{
    const struct aclint *aclint = (const struct aclint *)device;

    for (unsigned i = 0; i < HART_MAX; i++)
        if (&aclint->hart[i].timer == timer)
            return true;
    return false;
}

static bool is_of_iommu(const struct device *device, const struct timer *timer)
{
    const struct iommu *iommu = (const struct iommu *)device;

    return timer == &iommu->command.timer || timer == &iommu->fault.timer ||
           timer == &iommu->debug.timer;
}

static bool is_of_device(const struct device *device, const struct timer *timer)
{
    if (device->type == &dma_type)
        return is_channel(device, timer);
    if (device->type == &aclint_type)
        return is_clock(device, timer);
    if (device->type == &iommu_type)
        return is_of_iommu(device, timer);
    return timer->ctx == device;
}

static struct end end_of_timer(const struct watch *watch, const struct timer *timer)
{
    for (unsigned i = 0; i < watch->board->harts; i++)
        if (&watch->board->hart[i].stimer == timer)
            return (struct end){PART_HART, (uint8_t)i};
    for (unsigned i = 0; i < watch->board->devices; i++)
        if (is_of_device(watch->board->device[i], timer))
            return end_of_device((uint8_t)i);
    return (struct end){PART_NONE, 0};
}

/* --- the queue -------------------------------------------------------------------------- */

/* The first that is due after `last` (NULL: of all). */
static const struct timer *after(const struct queue *queue, const struct timer *last)
{
    const struct timer *best = NULL;

    for (unsigned i = 0; i < queue->count; i++) {
        const struct timer *timer = queue->timers[i];
        bool later = !last || timer->due > last->due ||
                     (timer->due == last->due && timer->seq > last->seq);

        if (timer->due == NEVER || !later)
            continue;
        if (!best || timer->due < best->due ||
            (timer->due == best->due && timer->seq < best->seq))
            best = timer;
    }
    return best;
}

static bool timer_next(const struct watch *watch, const struct timer *timer,
                       struct next *next)
{
    char cycle[TEXT_NUMBER];

    *next = (struct next){.part = end_of_timer(watch, timer), .cycle = timer->due};
    if (timer->board != watch->board->index || next->part.part == PART_NONE)
        return false;
    next->to_bus = next->part.part == PART_DEVICE &&
                   watch->board->device[next->part.index]->type == &dma_type;
    text_count(cycle, timer->due);
    if (timer->due < watch->cycle) {
        snprintf(next->label[0], sizeof(next->label[0]), "next, due since %s", cycle);
        snprintf(next->label[1], sizeof(next->label[1]), "due %s", cycle);
    } else {
        snprintf(next->label[0], sizeof(next->label[0]), "next, at %s", cycle);
        snprintf(next->label[1], sizeof(next->label[1]), "at %s", cycle);
    }
    return true;
}

/* Inside a step the queue is as it was before the step: it tells nothing then. */
unsigned transaction_next(const struct watch *watch, struct next next[NEXTS])
{
    unsigned count = wait_next(watch, next);
    const struct timer *timer = NULL;

    if (watch->inside != watch->count)
        return count;
    while (count < NEXTS && (timer = after(&watch->run->queue, timer)))
        count += timer_next(watch, timer, &next[count]);
    return count;
}
