#include "face/tui/watch/say.h"

#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct narrator narrator_of(const struct watch *watch)
{
    return (struct narrator){watch->run, watch->subject->symbols,
                             watch->subject->guest_symbols};
}

void say_event(struct buf *out, const struct watch *watch, const struct event *event)
{
    struct narrator narrator = narrator_of(watch);

    narrate(out, &narrator, event);
    buf_char(out, '.');
}

char *say_value(char text[TEXT_DATA], enum event_unit unit, uint64_t value)
{
    struct buf out = {0};
    const char *name = NULL;

    switch ((int)unit) {
    case UNIT_DMASTATE:
        name = value < DMA_STATES ? dma_state_names[value] : NULL;
        break;
    case UNIT_DISKPHASE:
        name = value < DISK_PHASES ? disk_phase_names[value] : NULL;
        break;
    case UNIT_ATACOMMAND:
        name = ata_command_name((uint8_t)value);
        break;
    case UNIT_VIRTIOSTATE:
        name = value < VIRTIO_STATES ? virtio_state_names[value] : NULL;
        break;
    case UNIT_VIRTIOTYPE:
        name = virtio_blk_type_name((uint32_t)value);
        break;
    case UNIT_CAUSE:
        put_cause(&out, value);
        name = buf_str(&out);
        break;
    default:
        break;
    }
    if (name)
        snprintf(text, TEXT_DATA, "%s", name);
    else
        snprintf(text, TEXT_DATA, "0x%" PRIx64, value);
    buf_free(&out);
    return text;
}

const char *say_note(const struct watch *watch)
{
    return watch->has_focus ? subject_note(watch->subject, &watch->focus) : NULL;
}

/* --- why ---------------------------------------------------------------------------- */

static void why_insn(struct buf *out, const struct watch *watch,
                     const struct event *event)
{
    const struct event_insn *insn = &event->insn;
    struct insn decoded = insn_decode(insn->bits);
    const struct insn_info *info = &insn_infos[decoded.op];
    const struct costs *costs = &watch->board->costs;
    const struct mmio *mmio =
        insn->access != ACCESS_NONE ? bus_find(&watch->board->bus, insn->pa) : NULL;

    buf_printf(out, "%s: %s", info->name, info->effect);
    if (mmio)
        buf_printf(out, "; %s answers, %" PRIu32 " cycles", mmio->name,
                   insn->access == ACCESS_LOAD ? costs->mmio_read : costs->mmio_write);
    else if (insn->access != ACCESS_NONE)
        buf_printf(out, "; RAM, %" PRIu32 " cycles a slot", costs->bus_slot);
    buf_char(out, '.');
}

/* A register's own help: what it is for. */
static void why_register(struct buf *out, const struct watch *watch,
                         const struct event *event)
{
    bool read = event->kind == EVENT_MMIO_READ;
    uint8_t index = read ? event->mmio_read.device : event->mmio_write.device;
    uint32_t offset = read ? event->mmio_read.offset : event->mmio_write.offset;
    unsigned n;
    const struct device *device = watch->board->device[index];
    const struct reg *reg = device_reg(device, offset, &n);

    if (reg && reg->help)
        buf_printf(out, "%s: %s; %" PRIu32 " cycles.", reg->name, reg->help,
                   read ? event->mmio_read.price : event->mmio_write.price);
    else
        buf_printf(out, "%s: %s.", device->name, device->type->help);
}

static void why_transfer(struct buf *out, const struct watch *watch,
                         const struct event *event)
{
    static const char *const modes[] = {
        "burst mode: the channel keeps the bus until its burst is over",
        "stealing mode: after one slot the channel lets others through",
        "transparent mode: the channel takes slots that nobody wants",
    };
    enum initiator_kind kind = initiator_kind(event->bus_transfer.initiator);
    unsigned channel = initiator_number(event->bus_transfer.initiator);
    const struct device *dma = watch_device(watch, "dma", channel / DMA_CHANNELS);
    uint64_t mode = 0;

    if (kind == BY_IOMMU)
        buf_printf(out, "%s; %" PRIu32 " cycles.",
                   event->bus_transfer.access == ACCESS_LOAD
                       ? "the IOMMU fetches a command from its queue"
                       : "the IOMMU writes a fault record, or what a fence stores",
                   event->bus_transfer.price);
    else if (kind == BY_VIRTIO)
        buf_printf(out,
                   "the device reads and writes memory itself; %" PRIu32 " cycles.",
                   event->bus_transfer.price);
    else if (dma &&
             watch_register(watch, dma, "BusMode", channel % DMA_CHANNELS, &mode) &&
             mode < 3)
        buf_printf(out, "%s; %" PRIu32 " cycles.", modes[mode],
                   event->bus_transfer.price);
}

static void why_wait(struct buf *out, const struct watch *watch,
                     const struct event *event)
{
    char holder[TEXT_DATA], cycle[TEXT_NUMBER];

    buf_printf(out, "the bus serves one at a time; %s has it until %s.",
               text_initiator(holder, event->bus_wait.holder),
               text_count(cycle, event->cycle + event->bus_wait.cycles));
    (void)watch;
}

static void why_trap(struct buf *out, const struct watch *watch,
                     const struct event *event)
{
    (void)watch;
    if (event->trap_enter.cause & CAUSE_INTERRUPT)
        buf_text(out, "it is pending in mip, enabled in mie, and the mode lets it in.");
    else
        buf_text(out, "the instruction cannot complete: it raised an exception.");
    buf_printf(out, " Entering costs %" PRIu32 ".", event->trap_enter.price);
}

static void why(struct buf *out, const struct watch *watch)
{
    static void (*const of[EVENT_KINDS])(struct buf *, const struct watch *,
                                         const struct event *) = {
        [EVENT_INSN] = why_insn,           [EVENT_BUS_TRANSFER] = why_transfer,
        [EVENT_BUS_WAIT] = why_wait,       [EVENT_MMIO_READ] = why_register,
        [EVENT_MMIO_WRITE] = why_register, [EVENT_TRAP_ENTER] = why_trap,
    };
    const struct event *event = &watch->focus;

    if (of[event->kind])
        of[event->kind](out, watch, event);
    else
        buf_printf(out, "%s.", event_infos[event->kind].help);
}

void say_why(struct buf *out, const struct watch *watch)
{
    const struct timer *timer = queue_first(&watch->run->queue);
    const char *note = say_note(watch);
    char cycle[TEXT_NUMBER];

    if (note) {
        buf_printf(out, "note  %s", note);
    } else if (watch->has_focus) {
        buf_text(out, "why   ");
        why(out, watch);
    }
    /* An instruction, or who has the bus, may have kept it waiting. */
    if (timer && timer->due != NEVER && watch->inside == watch->count)
        buf_printf(out, "%snext  %s%s %s.", watch->has_focus ? "   " : "", timer->name,
                   timer->due < watch->cycle ? ", due since" : " at",
                   text_count(cycle, timer->due));
}
