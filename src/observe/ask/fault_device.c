/*
 * What failed last, and the failures of devices: a DMA channel's reason and the
 * descriptor or register that it comes from (docs/manual/dma.md, "Errors"), a disk's
 * Status and Error (ATA/ATAPI-6, 7.15 and 7.11), the rule of virtio that was broken.
 */
#include "observe/ask/fault.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"
#include "observe/ask/fault_parts.h"
#include "observe/ask/names.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* --- sentences -------------------------------------------------------------------- */

void fault_say(const struct failure *failure, const char *format, ...)
{
    struct fault *fault = failure->fault;
    struct buf text = {0}, sentence = {0};
    va_list ap;

    va_start(ap, format);
    buf_vprintf(&text, format, ap);
    va_end(ap);
    put_sentence(&sentence, failure->narrator, buf_str(&text));
    buf_free(&text);
    if (fault->count == fault->room) {
        fault->room = fault->room ? 2 * fault->room : 8;
        fault->sentence =
            alloc_resize(fault->sentence, fault->room * sizeof(*fault->sentence));
    }
    fault->sentence[fault->count++] = sentence.data;
}

void fault_release(struct fault *fault)
{
    for (unsigned i = 0; i < fault->count; i++)
        free(fault->sentence[i]);
    free(fault->sentence);
    *fault = (struct fault){0};
}

void fault_say_who(const struct failure *failure, const char *what,
                   const struct lvalue *target)
{
    struct buf text = {0};
    struct who who;
    struct err err;

    if (!who_wrote_before(failure->timeline, target, failure->fault->event.board,
                          failure->step.began, &who, &err))
        return;
    who_say(&text, failure->narrator, &who);
    fault_say(failure, "%s: %s", what, buf_str(&text));
    buf_free(&text);
}

void fault_say_event(const struct failure *failure, const struct event *event)
{
    struct buf text = {0};

    narrate(&text, failure->narrator, event);
    fault_say(failure, "%s", buf_str(&text));
    buf_free(&text);
}

/* --- DMA channels ----------------------------------------------------------------- */

/* What a reason comes from: a field of the descriptor, or a register where there is no
 * descriptor yet, or none at all. */
static const struct origin {
    const char *what;
    int at; /* in the descriptor; -1: it has no such field */
    unsigned size;
    const char *reg; /* without a descriptor; NULL: none */
} origins[DMA_REASONS] = {
    [DMA_READ_REFUSED] = {"the source", DMA_DESCRIPTOR_SOURCE, 8, "NextSource"},
    [DMA_WRITE_REFUSED] = {"the destination", DMA_DESCRIPTOR_DEST, 8,
                           "NextDestination"},
    [DMA_FETCH_REFUSED] = {"where the descriptors are", -1, 8, NULL},
    [DMA_STATUS_REFUSED] = {"where the descriptors are", -1, 8, NULL},
    [DMA_BAD_SIZES] = {"the sizes", -1, 4, "NextConfig"},
    [DMA_BAD_RING] = {"the ring's size", -1, 4, "RingSize"},
    [DMA_BAD_LENGTH] = {"the length", DMA_DESCRIPTOR_BYTES, 4, NULL},
    [DMA_BAD_FLAGS] = {"the flags", DMA_DESCRIPTOR_FLAGS, 4, NULL},
    [DMA_BAD_NEXT] = {"the next descriptor", DMA_DESCRIPTOR_NEXT, 4, NULL},
    [DMA_NO_LINE] = {"the request line", -1, 4, "Request"},
    [DMA_DEVICE_FAILED] = {"the request line", -1, 4, "Request"},
    [DMA_READ_BLOCKED] = {"the source", DMA_DESCRIPTOR_SOURCE, 8, "NextSource"},
    [DMA_WRITE_BLOCKED] = {"the destination", DMA_DESCRIPTOR_DEST, 8,
                           "NextDestination"},
    [DMA_FETCH_BLOCKED] = {"where the descriptors are", -1, 8, NULL},
    [DMA_STATUS_BLOCKED] = {"where the descriptors are", -1, 8, NULL},
    [DMA_OTHER_DEVICE] = {"the request line", -1, 4, "Request"},
};

static bool of_channel(void *ctx, const struct event *event)
{
    const struct event *error = ctx;
    bool is_state = event->kind == EVENT_DMA_STATE;
    unsigned device = is_state ? event->dma_state.device : event->dma_descriptor.device;
    unsigned channel =
        is_state ? event->dma_state.channel : event->dma_descriptor.channel;

    return event->board == error->board && device == error->dma_error.device &&
           channel == error->dma_error.channel &&
           (!is_state || dma_rests(event->dma_state.from));
}

/* The descriptor in which the channel failed; false: it had fetched none. */
static bool find_descriptor(const struct failure *failure, struct event *descriptor)
{
    struct event *error = &failure->fault->event;

    return timeline_find_last(failure->timeline, moment_before_event(error),
                              EVENT_BIT(EVENT_DMA_DESCRIPTOR) |
                                  EVENT_BIT(EVENT_DMA_STATE),
                              of_channel, error, descriptor) &&
           descriptor->kind == EVENT_DMA_DESCRIPTOR;
}

static void say_origin_register(const struct failure *failure,
                                const struct origin *origin)
{
    const struct event_dma_error *error = &failure->fault->event.dma_error;
    const struct run *run = timeline_run(failure->timeline);
    const struct device *dma =
        run->board[failure->fault->event.board]->device[error->device];
    struct register_place place;
    struct err err;

    if (!origin->reg || !names_register(dma, origin->reg, &place, &err) ||
        !names_index(&place, error->channel, &err))
        return;
    fault_say_who(failure, origin->what,
                  &(struct lvalue){.kind = LVALUE_REGISTER,
                                   .device = error->device,
                                   .number = place.offset,
                                   .size = origin->size,
                                   .hi = 63});
}

/* What is at an address that the bus refused. */
static void say_refused(const struct failure *failure, uint64_t pa)
{
    const struct run *run = timeline_run(failure->timeline);
    const struct bus *bus = &run->board[failure->fault->event.board]->bus;
    const struct mmio *mmio = bus_find(bus, pa);

    if (ram_has(&bus->ram, pa, 1))
        return;
    if (mmio)
        fault_say(failure, "at 0x%" PRIx64 " is %s, which does not take that access",
                  pa, mmio->name);
    else
        fault_say(failure, "nothing answers at 0x%" PRIx64 ": no RAM and no device",
                  pa);
}

/* Its addresses are then not the bus's. */
static bool is_behind_iommu(const struct failure *failure)
{
    const struct event *error = &failure->fault->event;
    const struct run *run = timeline_run(failure->timeline);
    const struct dma *dma =
        (const struct dma *)run->board[error->board]->device[error->dma_error.device];

    return dma->bridge.translate != NULL;
}

static void fault_of_dma(const struct failure *failure)
{
    const struct event_dma_error *error = &failure->fault->event.dma_error;
    const struct origin *origin = &origins[error->reason];
    struct event descriptor;
    bool has_descriptor = find_descriptor(failure, &descriptor);

    if (error->reason <= DMA_STATUS_REFUSED && !is_behind_iommu(failure))
        say_refused(failure, error->at);
    if (error->reason >= DMA_READ_BLOCKED && error->reason <= DMA_STATUS_BLOCKED)
        fault_of_blocked(failure);
    if (has_descriptor) {
        fault_say_event(failure, &descriptor);
        if (origin->at >= 0)
            fault_say_who(failure, origin->what,
                          &(struct lvalue){.kind = LVALUE_MEMORY,
                                           .physical = true,
                                           .number = descriptor.dma_descriptor.at +
                                                     (uint64_t)origin->at,
                                           .size = origin->size,
                                           .hi = 63});
    }
    if (!has_descriptor || origin->at < 0)
        say_origin_register(failure, origin);
}

/* --- disks ------------------------------------------------------------------------ */

static bool is_command(void *ctx, const struct event *event)
{
    const struct event *failed = ctx;

    return event->board == failed->board &&
           event->disk_command.device == failed->disk_phase.device;
}

static void say_error_bits(const struct failure *failure, const struct ata *ata)
{
    const struct event_disk_phase *phase = &failure->fault->event.disk_phase;

    if (phase->error & ATA_IDNF)
        fault_say(failure,
                  "Status is 0x%02x with ERR, Error is 0x%02x with IDNF: there is no "
                  "sector %" PRIu64 ", the disk has %" PRIu64 " sectors",
                  phase->status, phase->error, phase->lba, ata->medium.sectors);
    else if (phase->error & ATA_ABRT)
        fault_say(failure,
                  "Status is 0x%02x with ERR, Error is 0x%02x with ABRT: the disk does "
                  "not have the command, or not with these parameters",
                  phase->status, phase->error);
    else
        fault_say(failure, "Status is 0x%02x, Error is 0x%02x", phase->status,
                  phase->error);
}

static void fault_of_disk(const struct failure *failure)
{
    struct event *failed = &failure->fault->event;
    const struct run *run = timeline_run(failure->timeline);
    const struct device *disk =
        run->board[failed->board]->device[failed->disk_phase.device];
    struct event command;

    say_error_bits(failure, (const struct ata *)disk);
    if (!timeline_find_last(failure->timeline, moment_before_event(failed),
                            EVENT_BIT(EVENT_DISK_COMMAND), is_command, failed,
                            &command))
        return;
    fault_say_event(failure, &command);
    fault_say_who(failure, "the command",
                  &(struct lvalue){.kind = LVALUE_REGISTER,
                                   .device = failed->disk_phase.device,
                                   .number = ATA_STATUS,
                                   .size = 1,
                                   .hi = 63});
}

/* --- virtio ----------------------------------------------------------------------- */

/* The part that is wrong: of the descriptor at the address that is told, or of the ring
 * there. */
static const struct virtio_part {
    const char *what;
    uint8_t at, size;
} virtio_parts[VIRTIO_RULES] = {
    [VIRTIO_RULE_AVAIL_AHEAD] = {"avail.idx", 0, 2},
    [VIRTIO_RULE_HEAD_RANGE] = {"the entry", 0, 2},
    [VIRTIO_RULE_NEXT_RANGE] = {"next", 14, 2},
    [VIRTIO_RULE_LOOP] = {"next", 14, 2},
    [VIRTIO_RULE_TOO_LONG] = {"the flags", 12, 2},
    [VIRTIO_RULE_TOO_MANY_BYTES] = {"the length", 8, 4},
    [VIRTIO_RULE_BUFFER_OUTSIDE] = {"the address", 0, 8},
    [VIRTIO_RULE_READ_AFTER_WRITE] = {"the flags", 12, 2},
    [VIRTIO_RULE_INDIRECT_NOT_NEGOTIATED] = {"the flags", 12, 2},
    [VIRTIO_RULE_INDIRECT_NESTED] = {"the flags", 12, 2},
    [VIRTIO_RULE_INDIRECT_NEXT] = {"the flags", 12, 2},
    [VIRTIO_RULE_INDIRECT_LENGTH] = {"the length", 8, 4},
    [VIRTIO_RULE_INDIRECT_OUTSIDE] = {"the address", 0, 8},
    [VIRTIO_RULE_NO_HEADER] = {"the length", 8, 4},
    [VIRTIO_RULE_NO_STATUS] = {"the flags", 12, 2},
};

/* A register of the device that is at that address, or NULL. */
static const struct reg *virtio_register(const struct device *device, uint64_t at)
{
    unsigned index;

    return at - device->base < device->type->size
               ? device_reg(device, (uint32_t)(at - device->base), &index)
               : NULL;
}

static void fault_of_virtio(const struct failure *failure)
{
    const struct event_virtio_error *error = &failure->fault->event.virtio_error;
    const struct board *board =
        timeline_run(failure->timeline)->board[failure->fault->event.board];
    const struct device *device = board->device[error->device];
    const struct virtio_part *part = &virtio_parts[error->rule];
    const struct reg *reg = virtio_register(device, error->at);

    fault_say(failure, "the rule is in section %s of the virtio specification%s",
              virtio_rules[error->rule].section,
              error->needs_reset ? "; the device does nothing until it is reset" : "");
    if (part->what && ram_has(&board->bus.ram, error->at + part->at, part->size))
        fault_say_who(failure, part->what,
                      &(struct lvalue){.kind = LVALUE_MEMORY,
                                       .physical = true,
                                       .number = error->at + part->at,
                                       .size = part->size,
                                       .hi = 63});
    else if (reg)
        fault_say_who(failure, reg->name,
                      &(struct lvalue){.kind = LVALUE_REGISTER,
                                       .device = error->device,
                                       .number = reg->offset,
                                       .size = reg->size,
                                       .hi = 63});
}

/* --- the question ----------------------------------------------------------------- */

/* Environment calls are asked for. */
static bool is_fault(void *ctx, const struct event *event)
{
    uint64_t cause = event->trap_enter.cause;

    (void)ctx;
    switch ((unsigned)event->kind) {
    case EVENT_TRAP_ENTER:
        return !(cause & CAUSE_INTERRUPT) &&
               (cause < CAUSE_ECALL_U || cause > CAUSE_ECALL_M);
    case EVENT_DISK_PHASE:
        return event->disk_phase.phase == DISK_FAILED;
    default:
        return true;
    }
}

bool why_fault(struct timeline *timeline, const struct narrator *narrator,
               struct fault *fault, struct err *err)
{
    const uint64_t kinds = EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_DMA_ERROR) |
                           EVENT_BIT(EVENT_DISK_PHASE) | EVENT_BIT(EVENT_VIRTIO_ERROR) |
                           EVENT_BIT(EVENT_IOMMU_FAULT);
    struct failure failure = {timeline, narrator, fault, {.count = 0}};

    *fault = (struct fault){.count = 0};
    if (!timeline_find_last(timeline, timeline_now(timeline), kinds, is_fault, NULL,
                            &fault->event))
        return err_set(err, "nothing has failed so far: no exception, DMA error, disk "
                            "error, virtio error or IOMMU fault");
    fault_say_event(&failure, &fault->event);
    step_of(timeline, &fault->event, &failure.step);
    if (timeline_cut_short(timeline)) {
        step_release(&failure.step);
        return err_set(err, "interrupted");
    }
    if (fault->event.kind == EVENT_TRAP_ENTER)
        fault_of_trap(&failure);
    else if (fault->event.kind == EVENT_DMA_ERROR)
        fault_of_dma(&failure);
    else if (fault->event.kind == EVENT_IOMMU_FAULT)
        fault_of_iommu(&failure, &fault->event);
    else if (fault->event.kind == EVENT_VIRTIO_ERROR)
        fault_of_virtio(&failure);
    else
        fault_of_disk(&failure);
    step_release(&failure.step);
    return !timeline_cut_short(timeline) || err_set(err, "interrupted");
}
