#include "face/tui/stage/transaction.h"

#include "machine/dma/dma.h"
#include "machine/interrupt/aclint.h"
#include "machine/interrupt/plic.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- who and where ---------------------------------------------------------------------- */

enum role role_of_initiator(uint8_t initiator)
{
    enum initiator_kind kind = initiator_kind(initiator);

    return kind == BY_HART ? ROLE_HART : kind == BY_IOMMU ? ROLE_IOMMU : ROLE_DMA;
}

struct end end_of_device(uint8_t index)
{
    return (struct end){PART_DEVICE, index};
}

static struct end end_of_hart(uint8_t hart)
{
    return (struct end){PART_HART, hart};
}

struct end end_of_initiator(const struct watch *watch, uint8_t initiator)
{
    enum initiator_kind kind = initiator_kind(initiator);
    unsigned number = initiator_number(initiator);
    const struct device *device;

    if (kind == BY_HART)
        return end_of_hart(initiator);
    if (kind == BY_IOMMU)
        device = watch_device(watch, "iommu", number);
    else if (kind == BY_VIRTIO)
        device = watch_device(watch, "virtio-blk", number);
    else if (kind == BY_DMA)
        device = watch_device(watch, "dma", number / DMA_CHANNELS);
    else
        return (struct end){PART_NONE, 0};
    return device ? end_of_device(device->index) : (struct end){PART_NONE, 0};
}

bool end_of_address(const struct watch *watch, uint64_t pa, struct end *end)
{
    const struct mmio *mmio = bus_find(&watch->board->bus, pa);

    if (!mmio && !ram_has(&watch->board->bus.ram, pa, 1))
        return false;
    *end = mmio ? end_of_device(mmio->device) : (struct end){PART_RAM, 0};
    return true;
}

/* A hart that runs a guest has the guest's colour. */
static enum role role_of_hart(const struct watch *watch, uint8_t hart, uint8_t mode)
{
    return mode & MODE_VIRTUAL ? role_of_guest(hart_vmid(&watch->board->hart[hart]))
                               : ROLE_HART;
}

struct transaction transaction_inside(struct end part)
{
    return (struct transaction){.way = WAY_INSIDE, .asker = part, .role = ROLE_HEAD};
}

struct transaction transaction_bus(const struct watch *watch, struct end asker,
                                   uint64_t pa, bool read)
{
    struct transaction now = {.way = WAY_BUS,
                              .asker = asker,
                              .to_asker = read,
                              .role = asker.part == PART_HART ? ROLE_HART : ROLE_DMA,
                              .has_pa = true,
                              .pa = pa};

    if (!end_of_address(watch, pa, &now.target)) /* nothing answers there */
        now.way = WAY_INSIDE;
    return now;
}

/* --- uses of the bus -------------------------------------------------------------------- */

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
    struct transaction now = transaction_bus(watch, end_of_initiator(watch, initiator),
                                             access->pa, access->read);

    now.role = role_of_initiator(initiator);
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
    const struct mmio *mmio;
    struct transaction now;
    char name[TEXT_DATA];

    if (insn->access == ACCESS_NONE)
        return transaction_inside(end_of_hart(insn->hart));
    mmio = bus_find(&watch->board->bus, insn->pa);
    if (mmio)
        access.name = text_register(name, watch->board->device[mmio->device],
                                    (uint32_t)(insn->pa - mmio->base), !access.read);
    now = on_the_bus(watch, insn->hart, &access);
    now.role = role_of_hart(watch, insn->hart, insn->mode);
    return now;
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

/* An entry of a page table that a hart reads, or marks A and D in. */
static struct transaction of_walk(const struct watch *watch, const struct event *event)
{
    const struct event_walk_step *walk = &event->walk_step;
    struct transaction now = transaction_bus(
        watch, end_of_hart(walk->hart), walk->entry_at, walk->outcome != WALK_UPDATED);
    const char *stage = walk->stage == STAGE_G    ? "G-stage "
                        : walk->stage == STAGE_VS ? "VS-stage "
                                                  : "";

    snprintf(now.label[0], sizeof(now.label[0]), "walk: %slevel %u entry at 0x%" PRIx64,
             stage, walk->level, walk->entry_at);
    snprintf(now.label[1], sizeof(now.label[1]), "walk: %slevel %u", stage,
             walk->level);
    snprintf(now.label[2], sizeof(now.label[2]), "walk");
    return now;
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
        if (past->kind == EVENT_IOMMU_WALK && initiator_kind(wait->holder) == BY_IOMMU)
            return transaction_of_iommu_walk(watch, past);
    }
    if (initiator_kind(wait->holder) == BY_HART)
        return of_insn(watch, &watch->harts[wait->holder % HART_MAX].insn);
    return transaction_inside(end_of_initiator(watch, wait->initiator));
}

/* --- lines ------------------------------------------------------------------------------ */

static struct transaction of_irq_line(const struct watch *watch,
                                      const struct event *event)
{
    const struct device *plic = watch->board->plic;

    return (struct transaction){.way = plic ? WAY_IRQ : WAY_INSIDE,
                                .asker = end_of_device(event->irq_line.device),
                                .target = plic ? end_of_device(plic->index)
                                               : (struct end){PART_NONE, 0},
                                .level = event->irq_line.level,
                                .source = event->irq_line.source,
                                .role = ROLE_DMA};
}

static struct transaction of_hart_line(const struct watch *watch,
                                       const struct event *event)
{
    const struct event_hart_line *line = &event->hart_line;
    const struct device *plic = watch->board->plic, *clock = watch->board->clock;
    struct transaction now = {.way = WAY_INSIDE,
                              .asker = end_of_hart(line->hart),
                              .target = end_of_hart(line->hart),
                              .level = line->level,
                              .source = line->line,
                              .role = ROLE_DMA};

    if (plic && (line->line == IRQ_MEI || line->line == IRQ_SEI)) {
        now.way = WAY_HART;
        now.asker = end_of_device(plic->index);
    } else if (clock && (line->line == IRQ_MTI || line->line == IRQ_MSI)) {
        now.way = WAY_LOCAL;
        now.asker = end_of_device(clock->index);
    }
    return now;
}

/* An interrupt that a hart takes: the line that brought it. */
static struct transaction of_interrupt(const struct watch *watch, uint8_t hart,
                                       uint64_t cause)
{
    uint64_t line = cause & ~CAUSE_INTERRUPT;
    struct event wire = {.kind = EVENT_HART_LINE,
                         .hart_line = {hart, (uint8_t)line, true}};

    if (!(cause & CAUSE_INTERRUPT))
        return transaction_inside(end_of_hart(hart));
    return of_hart_line(watch, &wire);
}

/* Into VS-mode no wire has brought it: the hypervisor has, by hvip. */
static struct transaction of_trap(const struct watch *watch, const struct event *event)
{
    if (event->trap_enter.to & MODE_VIRTUAL)
        return transaction_inside(end_of_hart(event->trap_enter.hart));
    return of_interrupt(watch, event->trap_enter.hart, event->trap_enter.cause);
}

static struct transaction of_exit(const struct watch *watch, const struct event *event)
{
    return of_interrupt(watch, event->vm_exit.hart, event->vm_exit.cause);
}

/* --- events that stay inside a part ----------------------------------------------------- */

/* Of the first hart or device that the event names. */
static struct transaction of_part(const struct watch *watch, const struct event *event)
{
    const struct event_field *field = event_infos[event->kind].fields;

    (void)watch;
    for (; field->name; field++) {
        uint8_t index = (uint8_t)event_get(event, field);

        if (field->unit == UNIT_HART)
            return transaction_inside(end_of_hart(index));
        if (field->unit == UNIT_DEVICE)
            return transaction_inside(end_of_device(index));
    }
    return transaction_inside((struct end){PART_NONE, 0});
}

static struct transaction of_outside(const struct watch *watch,
                                     const struct event *event)
{
    const struct event_outside *outside = &event->outside;
    struct transaction now = transaction_inside((struct end){PART_RAM, 0});

    (void)watch;
    if (outside->act == ACT_MEMORY) {
        now.has_pa = true;
        now.pa = outside->number;
    } else if (outside->act == ACT_INPUT || outside->act == ACT_REGISTER) {
        now.asker = end_of_device(outside->target);
    } else {
        now.asker = end_of_hart(outside->target);
    }
    return now;
}

/* A row an event kind: which way it goes. */
static transaction_of *const ways[EVENT_KINDS] = {
    [EVENT_INSN] = of_insn,
    [EVENT_BUS_WAIT] = of_holder,
    [EVENT_BUS_TRANSFER] = of_transfer,
    [EVENT_MMIO_READ] = of_register,
    [EVENT_MMIO_WRITE] = of_register,
    [EVENT_TRAP_ENTER] = of_trap,
    [EVENT_TRAP_RETURN] = of_part,
    [EVENT_WALK_STEP] = of_walk,
    [EVENT_TLB_FILL] = of_part,
    [EVENT_TLB_FLUSH] = of_part,
    [EVENT_IRQ_LINE] = of_irq_line,
    [EVENT_IRQ_PENDING] = of_part,
    [EVENT_IRQ_CLAIM] = transaction_of_claim,
    [EVENT_IRQ_COMPLETE] = transaction_of_claim,
    [EVENT_HART_LINE] = of_hart_line,
    [EVENT_HART_SLEEP] = of_part,
    [EVENT_RESERVATION] = of_part,
    [EVENT_REQUEST_LINE] = transaction_of_request,
    [EVENT_DMA_STATE] = of_part,
    [EVENT_DMA_DESCRIPTOR] = transaction_of_descriptor,
    [EVENT_DMA_BURST] = transaction_of_burst,
    [EVENT_DMA_DONE] = of_part,
    [EVENT_DMA_ERROR] = transaction_of_dma_error,
    [EVENT_DISK_COMMAND] = of_part,
    [EVENT_DISK_PHASE] = of_part,
    [EVENT_FIFO_ARRIVAL] = of_part,
    [EVENT_FIFO_OVERRUN] = of_part,
    [EVENT_CONSOLE] = of_part,
    [EVENT_FINISH] = of_part,
    [EVENT_CSR_WRITE] = of_part,
    [EVENT_OUTSIDE] = of_outside,
    [EVENT_MARKER] = of_part,
    [EVENT_VM_EXIT] = of_exit,
    [EVENT_VM_ENTRY] = of_part,
    [EVENT_IOMMU_TRANSLATE] = transaction_of_translation,
    [EVENT_IOMMU_WALK] = transaction_of_iommu_walk,
    [EVENT_IOMMU_FILL] = of_part,
    [EVENT_IOMMU_CONTEXT] = of_part,
    [EVENT_IOMMU_INVAL] = of_part,
    [EVENT_IOMMU_FAULT] = transaction_of_iommu_fault,
    [EVENT_IOMMU_RECORD] = transaction_of_record,
    [EVENT_IOMMU_COMMAND] = of_part,
    [EVENT_VIRTIO_NOTIFY] = transaction_of_notify,
    [EVENT_VIRTIO_STATE] = of_part,
    [EVENT_VIRTIO_CHAIN] = transaction_of_chain,
    [EVENT_VIRTIO_USED] = transaction_of_used,
    [EVENT_VIRTIO_INTERRUPT] = of_part,
    [EVENT_VIRTIO_ERROR] = of_part,
};

struct transaction transaction_now(const struct watch *watch)
{
    if (!watch->has_focus || !ways[watch->focus.kind])
        return (struct transaction){.way = WAY_NONE};
    return ways[watch->focus.kind](watch, &watch->focus);
}
