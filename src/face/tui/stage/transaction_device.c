/* Which way the events of DMA controllers, IOMMUs, disks and interrupts go. */
#include "face/tui/stage/transaction.h"

#include "machine/dma/dma.h"
#include "machine/interrupt/plic.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- DMA controllers -------------------------------------------------------------------- */

struct transaction transaction_of_descriptor(const struct watch *watch,
                                             const struct event *event)
{
    const struct event_dma_descriptor *fetched = &event->dma_descriptor;
    struct transaction now =
        transaction_bus(watch, end_of_device(fetched->device), fetched->at, true);

    snprintf(now.label[0], sizeof(now.label[0]),
             "fetched descriptor %" PRIu32 " at 0x%" PRIx64, fetched->index,
             fetched->at);
    snprintf(now.label[1], sizeof(now.label[1]), "fetched descriptor %" PRIu32,
             fetched->index);
    snprintf(now.label[2], sizeof(now.label[2]), "fetched desc %" PRIu32,
             fetched->index);
    return now;
}

/* A burst as a whole: where its bytes have gone, or, if that is a device behind a request
 * line, where they came from. */
struct transaction transaction_of_burst(const struct watch *watch,
                                        const struct event *event)
{
    const struct event_dma_burst *burst = &event->dma_burst;
    bool to_device = burst->direction == DMA_TO_DEVICE;
    uint64_t pa = to_device ? burst->source : burst->dest;
    struct transaction now =
        transaction_bus(watch, end_of_device(burst->device), pa, to_device);

    snprintf(now.label[0], sizeof(now.label[0]), "moved %" PRIu32 " B %s 0x%" PRIx64,
             burst->bytes, to_device ? "from" : "to", pa);
    snprintf(now.label[1], sizeof(now.label[1]), "moved %" PRIu32 " B", burst->bytes);
    return now;
}

struct transaction transaction_of_dma_error(const struct watch *watch,
                                            const struct event *event)
{
    struct transaction now = transaction_inside(end_of_device(event->dma_error.device));

    (void)watch;
    now.role = ROLE_STOP;
    return now;
}

struct transaction transaction_of_request(const struct watch *watch,
                                          const struct event *event)
{
    (void)watch;
    return (struct transaction){.way = WAY_REQUEST,
                                .asker = end_of_device(event->request_line.device),
                                .level = event->request_line.level,
                                .role = ROLE_DMA};
}

/* --- IOMMUs ----------------------------------------------------------------------------- */

/* The device that has that id: a channel's is its controller's and its number. */
static struct end end_of_id(const struct watch *watch, uint32_t id)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];

        if (device->type == &dma_type &&
            id - ((const struct dma *)device)->device_id < DMA_CHANNELS)
            return end_of_device(device->index);
    }
    return (struct end){PART_NONE, 0};
}

struct transaction transaction_of_translation(const struct watch *watch,
                                              const struct event *event)
{
    const struct event_iommu_translate *found = &event->iommu_translate;
    struct transaction now = {.way = WAY_BUS,
                              .asker = end_of_id(watch, found->device_id),
                              .target = end_of_device(found->device),
                              .role = ROLE_DMA,
                              .has_pa = true,
                              .pa = found->pa};

    if (now.asker.part == PART_NONE) /* software asked, by a register */
        return transaction_inside(now.target);
    end_of_address(watch, found->pa, &now.beyond);
    snprintf(now.label[0], sizeof(now.label[0]), "0x%" PRIx64 " is 0x%" PRIx64,
             found->iova, found->pa);
    snprintf(now.label[1], sizeof(now.label[1]), "is 0x%" PRIx64, found->pa);
    return now;
}

struct transaction transaction_of_iommu_fault(const struct watch *watch,
                                              const struct event *event)
{
    const struct event_iommu_fault *fault = &event->iommu_fault;
    struct transaction now = {.way = WAY_BUS,
                              .asker = end_of_id(watch, fault->device_id),
                              .target = end_of_device(fault->device),
                              .stopped = true,
                              .beyond = {PART_RAM, 0},
                              .role = ROLE_DMA};

    if (now.asker.part == PART_NONE) {
        now = transaction_inside(now.target);
        now.role = ROLE_STOP;
    }
    snprintf(now.label[0], sizeof(now.label[0]),
             "not let to 0x%" PRIx64 ": nothing reaches RAM", fault->iova);
    snprintf(now.label[1], sizeof(now.label[1]), "nothing reaches RAM");
    snprintf(now.label[2], sizeof(now.label[2]), "no bus");
    return now;
}

/* An entry of a table that an IOMMU reads. */
struct transaction transaction_of_iommu_walk(const struct watch *watch,
                                             const struct event *event)
{
    const struct event_iommu_walk *walk = &event->iommu_walk;
    struct transaction now =
        transaction_bus(watch, end_of_device(walk->device), walk->entry_at,
                        walk->outcome != WALK_UPDATED);
    struct buf table = {0};

    now.role = ROLE_IOMMU;
    put_unit(&table, UNIT_IOMMUTABLE, walk->table);
    snprintf(now.label[0], sizeof(now.label[0]), "walk: %.20s level %u at 0x%" PRIx64,
             buf_str(&table), walk->level, walk->entry_at);
    snprintf(now.label[1], sizeof(now.label[1]), "walk: %.20s", buf_str(&table));
    snprintf(now.label[2], sizeof(now.label[2]), "walk");
    buf_free(&table);
    return now;
}

struct transaction transaction_of_record(const struct watch *watch,
                                         const struct event *event)
{
    const struct event_iommu_record *record = &event->iommu_record;
    struct transaction now =
        transaction_bus(watch, end_of_device(record->device), record->at, false);

    now.role = ROLE_IOMMU;
    snprintf(now.label[0], sizeof(now.label[0]), "fault record %" PRIu32,
             record->index);
    snprintf(now.label[1], sizeof(now.label[1]), "record");
    return now;
}

/* --- virtio disks ----------------------------------------------------------------------- */

/* The hart whose access to that device was told of last. */
static struct end last_writer(const struct watch *watch, uint8_t device)
{
    uint64_t oldest =
        watch->facts.recents > FACTS_RECENT ? watch->facts.recents - FACTS_RECENT : 0;

    for (uint64_t i = watch->facts.recents; i-- > oldest;) {
        const struct event *past = &watch->facts.recent[i % FACTS_RECENT];

        if (past->kind == EVENT_MMIO_WRITE && past->mmio_write.device == device)
            return end_of_initiator(watch, past->mmio_write.initiator);
    }
    return (struct end){PART_HART, (uint8_t)watch->hart};
}

/* The kick is told before the store that it is part of. */
struct transaction transaction_of_notify(const struct watch *watch,
                                         const struct event *event)
{
    const struct event_virtio_notify *notify = &event->virtio_notify;
    struct transaction now = {.way = WAY_BUS,
                              .asker = last_writer(watch, notify->device),
                              .target = end_of_device(notify->device),
                              .role = ROLE_HART};

    snprintf(now.label[0], sizeof(now.label[0]), "notify queue %" PRIu32,
             notify->queue);
    snprintf(now.label[1], sizeof(now.label[1]), "notify");
    return now;
}

struct transaction transaction_of_chain(const struct watch *watch,
                                        const struct event *event)
{
    const struct event_virtio_chain *chain = &event->virtio_chain;
    struct transaction now = {.way = WAY_BUS,
                              .asker = end_of_device(chain->device),
                              .target = {PART_RAM, 0},
                              .to_asker = true,
                              .role = ROLE_DMA};

    (void)watch;
    snprintf(now.label[0], sizeof(now.label[0]), "has read chain %u, %u buffers",
             chain->head, chain->buffers);
    snprintf(now.label[1], sizeof(now.label[1]), "read chain %u", chain->head);
    return now;
}

struct transaction transaction_of_used(const struct watch *watch,
                                       const struct event *event)
{
    const struct event_virtio_used *used = &event->virtio_used;
    struct transaction now =
        transaction_bus(watch, end_of_device(used->device), used->at, false);

    snprintf(now.label[0], sizeof(now.label[0]), "chain %u into used entry %u",
             used->head, used->index);
    snprintf(now.label[1], sizeof(now.label[1]), "used entry %u", used->index);
    return now;
}

/* --- interrupts ------------------------------------------------------------------------- */

/* A claim is a read of the controller by the context's hart, a completion a write. */
struct transaction transaction_of_claim(const struct watch *watch,
                                        const struct event *event)
{
    bool claims = event->kind == EVENT_IRQ_CLAIM;
    unsigned context = claims ? event->irq_claim.context : event->irq_complete.context;
    unsigned source = claims ? event->irq_claim.source : event->irq_complete.source;
    uint8_t device = claims ? event->irq_claim.device : event->irq_complete.device;

    struct transaction now = {.way = WAY_BUS,
                              .asker = {PART_HART, (uint8_t)(context / 2 % HART_MAX)},
                              .target = end_of_device(device),
                              .to_asker = claims,
                              .source = (uint16_t)source,
                              .role = ROLE_HART};

    (void)watch;
    snprintf(now.label[0], sizeof(now.label[0]), "%s interrupt %u",
             claims ? "claims" : "completes", source);
    snprintf(now.label[1], sizeof(now.label[1]), "%s %u", claims ? "claim" : "complete",
             source);
    return now;
}
