#include "face/tui/stage/transaction.h"

#include "machine/dma/dma.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum role role_of(uint8_t initiator)
{
    return initiator_kind(initiator) == BY_HART ? ROLE_HART : ROLE_DMA;
}

/* The part that uses the bus under that number. */
static struct end end_of_initiator(const struct watch *watch, uint8_t initiator)
{
    enum initiator_kind kind = initiator_kind(initiator);
    unsigned number = initiator_number(initiator);
    const struct device *device;

    if (kind == BY_HART)
        return (struct end){PART_HART, initiator};
    if (kind == BY_IOMMU)
        device = watch_device(watch, "iommu", number);
    else if (kind == BY_VIRTIO)
        device = watch_device(watch, "virtio-blk", number);
    else
        device = watch_device(watch, "dma", number / DMA_CHANNELS);
    return (struct end){PART_DEVICE, device ? device->index : 0};
}

static bool end_of_address(const struct watch *watch, uint64_t pa, struct end *end)
{
    const struct mmio *mmio = bus_find(&watch->board->bus, pa);

    if (!mmio && !ram_has(&watch->board->bus.ram, pa, 1))
        return false;
    *end = mmio ? (struct end){PART_DEVICE, mmio->device} : (struct end){PART_RAM, 0};
    return true;
}

/* An access as the label tells of it. */
struct access {
    bool read, has_value;
    unsigned size;
    uint64_t pa, value;
    const char *name; /* of a register, or NULL */
};

static void write_labels(struct transaction *now, const struct access *access)
{
    const char *verb = access->read ? "read" : "write";
    char data[TEXT_DATA] = "", quote[TEXT_DATA] = "";
    size_t room = TRANSACTION_LABEL;

    if (access->has_value) {
        text_data(data, access->value, access->size);
        text_quote(quote, access->value, access->size);
    }
    if (access->name) {
        snprintf(now->label[0], room, "%s %u B at 0x%" PRIx64 ", %s = %s", verb,
                 access->size, access->pa, access->name, data);
        snprintf(now->label[1], room, "%s %s = %s", verb, access->name, data);
        snprintf(now->label[2], room, "%s %s", verb, access->name);
    } else {
        snprintf(now->label[0], room, "%s %u B at 0x%" PRIx64 "%s%s", verb,
                 access->size, access->pa, data[0] ? ": " : "", data);
        snprintf(now->label[1], room, "%s %u B %s", verb, access->size,
                 quote[0] ? quote : data);
        snprintf(now->label[2], room, "%s %u B", verb, access->size);
    }
    snprintf(now->label[3], room, "%s", verb);
}

static struct transaction on_the_bus(const struct watch *watch, uint8_t initiator,
                                     const struct access *access)
{
    struct transaction now = {.asker = end_of_initiator(watch, initiator),
                              .to_asker = access->read,
                              .role = role_of(initiator)};

    if (end_of_address(watch, access->pa, &now.target))
        now.way = WAY_BUS;
    write_labels(&now, access);
    return now;
}

static struct transaction of_insn(const struct watch *watch, const struct event *event)
{
    const struct event_insn *insn = &event->insn;
    struct access access = {.read = insn->access == ACCESS_LOAD,
                            .has_value = true,
                            .size = insn->size,
                            .pa = insn->pa,
                            .value = insn->mem_new};

    if (insn->access == ACCESS_NONE)
        return (struct transaction){.way = WAY_NONE};
    return on_the_bus(watch, insn->hart, &access);
}

static struct transaction of_transfer(const struct watch *watch,
                                      const struct event *event)
{
    const struct event_bus_transfer *transfer = &event->bus_transfer;
    struct access access = {.read = transfer->access == ACCESS_LOAD,
                            .has_value = transfer->size <= 8,
                            .size = transfer->size,
                            .pa = transfer->pa,
                            .value = transfer->value};

    return on_the_bus(watch, transfer->initiator, &access);
}

static struct transaction of_register(const struct watch *watch,
                                      const struct event *event)
{
    bool read = event->kind == EVENT_MMIO_READ;
    uint8_t device = read ? event->mmio_read.device : event->mmio_write.device;
    uint32_t offset = read ? event->mmio_read.offset : event->mmio_write.offset;
    const struct device *target = watch->board->device[device];
    char name[TEXT_DATA];
    struct access access = {
        .read = read,
        .has_value = true,
        .size = read ? event->mmio_read.size : event->mmio_write.size,
        .pa = target->base + offset,
        .value = read ? event->mmio_read.value : event->mmio_write.value,
        .name = text_register(name, target, offset, !read)};

    return on_the_bus(watch,
                      read ? event->mmio_read.initiator : event->mmio_write.initiator,
                      &access);
}

static struct transaction of_descriptor(const struct watch *watch,
                                        const struct event *event)
{
    const struct event_dma_descriptor *fetched = &event->dma_descriptor;
    struct transaction now = {.way = WAY_BUS,
                              .asker = {PART_DEVICE, fetched->device},
                              .to_asker = true,
                              .role = ROLE_DMA};

    if (!end_of_address(watch, fetched->at, &now.target))
        now.way = WAY_NONE;
    snprintf(now.label[0], sizeof(now.label[0]),
             "fetch descriptor %" PRIu32 " at 0x%" PRIx64, fetched->index, fetched->at);
    snprintf(now.label[1], sizeof(now.label[1]), "fetch descriptor %" PRIu32,
             fetched->index);
    snprintf(now.label[2], sizeof(now.label[2]), "fetch desc %" PRIu32, fetched->index);
    return now;
}

/* An entry of a table that an IOMMU reads. */
static struct transaction of_iommu_walk(const struct watch *watch,
                                        const struct event *event)
{
    const struct event_iommu_walk *walk = &event->iommu_walk;
    struct transaction now = {.way = WAY_BUS,
                              .asker = {PART_DEVICE, walk->device},
                              .to_asker = walk->outcome != WALK_UPDATED,
                              .role = ROLE_DMA};
    struct buf table = {0};

    if (!end_of_address(watch, walk->entry_at, &now.target))
        now.way = WAY_NONE;
    put_unit(&table, UNIT_IOMMUTABLE, walk->table);
    snprintf(now.label[0], sizeof(now.label[0]), "walk: %.20s level %u at 0x%" PRIx64,
             buf_str(&table), walk->level, walk->entry_at);
    snprintf(now.label[1], sizeof(now.label[1]), "walk: %.20s", buf_str(&table));
    snprintf(now.label[2], sizeof(now.label[2]), "walk");
    buf_free(&table);
    return now;
}

/* A burst as a whole: where its bytes have gone, or, if that is a device behind a request
 * line, where they came from. */
static struct transaction of_burst(const struct watch *watch, const struct event *event)
{
    const struct event_dma_burst *burst = &event->dma_burst;
    bool to_device = burst->direction == DMA_TO_DEVICE;
    uint64_t pa = to_device ? burst->source : burst->dest;
    struct transaction now = {.way = WAY_BUS,
                              .asker = {PART_DEVICE, burst->device},
                              .to_asker = to_device,
                              .role = ROLE_DMA};

    if (!end_of_address(watch, pa, &now.target))
        now.way = WAY_NONE;
    snprintf(now.label[0], sizeof(now.label[0]), "moved %" PRIu32 " B %s 0x%" PRIx64,
             burst->bytes, to_device ? "from" : "to", pa);
    snprintf(now.label[1], sizeof(now.label[1]), "moved %" PRIu32 " B", burst->bytes);
    return now;
}

static struct transaction of_line(const struct watch *watch, const struct event *event)
{
    const struct event_hart_line *line = &event->hart_line;
    const struct device *plic = watch_device(watch, "plic", 0);

    switch ((int)event->kind) {
    case EVENT_IRQ_LINE:
        return (struct transaction){.way = WAY_IRQ,
                                    .asker = {PART_DEVICE, event->irq_line.device},
                                    .target = {PART_DEVICE, plic ? plic->index : 0},
                                    .level = event->irq_line.level,
                                    .source = event->irq_line.source,
                                    .role = ROLE_DMA};
    case EVENT_HART_LINE:
        return (struct transaction){
            .way = line->line == IRQ_MEI || line->line == IRQ_SEI ? WAY_HART : WAY_NONE,
            .asker = {PART_DEVICE, plic ? plic->index : 0},
            .target = {PART_HART, line->hart},
            .level = line->level,
            .source = line->line,
            .role = ROLE_DMA};
    case EVENT_REQUEST_LINE:
        return (struct transaction){.way = WAY_REQUEST,
                                    .asker = {PART_DEVICE, event->request_line.device},
                                    .level = event->request_line.level,
                                    .role = ROLE_DMA};
    default:
        return (struct transaction){.way = WAY_NONE};
    }
}

/* An interrupt that a hart takes: the line that brought it. */
static struct transaction of_trap(const struct watch *watch, const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;
    uint64_t line = trap->cause & ~CAUSE_INTERRUPT;
    struct event wire = {.kind = EVENT_HART_LINE,
                         .hart_line = {trap->hart, (uint8_t)line, true}};

    if (!(trap->cause & CAUSE_INTERRUPT))
        return (struct transaction){.way = WAY_NONE};
    return of_line(watch, &wire);
}

/* The transfer for which the bus was held when somebody had to wait. */
static struct transaction of_holder(const struct watch *watch,
                                    const struct event *event)
{
    const struct event_bus_wait *wait = &event->bus_wait;
    uint64_t oldest =
        watch->facts.recents > FACTS_RECENT ? watch->facts.recents - FACTS_RECENT : 0;

    for (uint64_t i = watch->facts.recents; i-- > oldest;) {
        const struct event *past = &watch->facts.recent[i % FACTS_RECENT];

        if (past->kind == EVENT_BUS_TRANSFER &&
            past->bus_transfer.initiator == wait->holder)
            return of_transfer(watch, past);
    }
    if (initiator_kind(wait->holder) == BY_HART)
        return of_insn(watch, &watch->harts[wait->holder % HART_MAX].insn);
    return (struct transaction){.way = WAY_NONE};
}

struct transaction transaction_now(const struct watch *watch)
{
    static struct transaction (*const of[EVENT_KINDS])(const struct watch *,
                                                       const struct event *) = {
        [EVENT_INSN] = of_insn,
        [EVENT_BUS_WAIT] = of_holder,
        [EVENT_BUS_TRANSFER] = of_transfer,
        [EVENT_MMIO_READ] = of_register,
        [EVENT_MMIO_WRITE] = of_register,
        [EVENT_TRAP_ENTER] = of_trap,
        [EVENT_IRQ_LINE] = of_line,
        [EVENT_HART_LINE] = of_line,
        [EVENT_REQUEST_LINE] = of_line,
        [EVENT_DMA_DESCRIPTOR] = of_descriptor,
        [EVENT_DMA_BURST] = of_burst,
        [EVENT_IOMMU_WALK] = of_iommu_walk,
    };

    if (!watch->has_focus || !of[watch->focus.kind])
        return (struct transaction){.way = WAY_NONE};
    return of[watch->focus.kind](watch, &watch->focus);
}

struct transaction transaction_next(const struct watch *watch)
{
    const struct event_bus_wait *wait = &watch->focus.bus_wait;
    struct access access = {.read = true, .size = 8, .pa = wait->pa};
    struct transaction next;
    char cycle[TEXT_NUMBER];

    if (!watch->has_focus || watch->focus.kind != EVENT_BUS_WAIT)
        return (struct transaction){.way = WAY_NONE};
    next = on_the_bus(watch, wait->initiator, &access);
    text_count(cycle, watch->focus.cycle + wait->cycles);
    snprintf(next.label[0], sizeof(next.label[0]), "next, at %s: uses 0x%" PRIx64,
             cycle, wait->pa);
    snprintf(next.label[1], sizeof(next.label[1]), "next, at %s", cycle);
    snprintf(next.label[2], sizeof(next.label[2]), "next");
    next.label[3][0] = '\0';
    return next;
}
