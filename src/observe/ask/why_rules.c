/*
 * The rules of why_rules.def. The tests that they name come first, in the order of the table's
 * parts; the rows last.
 */
#include "observe/ask/why_rules.h"

#include "base/bits.h"
#include "machine/device/ata.h"
#include "machine/device/stream.h"
#include "machine/device/uart.h"
#include "machine/dma/dma.h"
#include "machine/interrupt/aclint.h"
#include "machine/iommu/iommu.h"
#include "machine/isa/csr.h"
#include "machine/virtio/virtio.h"

#include <string.h>

static const struct board *board_of(const struct why_pair *pair)
{
    return pair->run->board[pair->effect->board];
}

/* --- accesses --------------------------------------------------------------------- */

/* An instruction that accesses memory; MMIO_READ and _WRITE have their initiators. */
static bool made_access(const struct why_pair *pair)
{
    uint8_t initiator = pair->effect->kind == EVENT_MMIO_READ
                            ? pair->effect->mmio_read.initiator
                            : pair->effect->mmio_write.initiator;

    return pair->cause->insn.access != ACCESS_NONE &&
           pair->cause->insn.hart == initiator;
}

static bool is_by_hart(const struct why_pair *pair)
{
    return pair->cause->insn.hart == pair->effect->reservation.initiator;
}

static bool stored(const struct why_pair *pair)
{
    uint8_t access = pair->cause->insn.access;

    return access == ACCESS_STORE || access == ACCESS_AMO;
}

/* --- the bus ---------------------------------------------------------------------- */

static bool holder_is_hart(const struct event *effect)
{
    return initiator_kind(effect->bus_wait.holder) == BY_HART;
}

static bool holder_is_device(const struct event *effect)
{
    return !holder_is_hart(effect);
}

static bool is_holder(const struct why_pair *pair)
{
    return pair->cause->bus_transfer.initiator == pair->effect->bus_wait.holder;
}

static bool hart_held(const struct why_pair *pair)
{
    return pair->cause->insn.hart == pair->effect->bus_wait.holder &&
           pair->cause->insn.access != ACCESS_NONE;
}

static bool is_channel(const struct board *board, unsigned initiator, unsigned device,
                       unsigned channel)
{
    return dma_is_channel(board->device[device], channel, initiator);
}

static bool of_channel(const struct why_pair *pair)
{
    const struct event_dma_descriptor *descriptor = &pair->cause->dma_descriptor;

    return is_channel(board_of(pair), pair->effect->bus_transfer.initiator,
                      descriptor->device, descriptor->channel);
}

/* --- traps and lines into harts --------------------------------------------------- */

static bool is_interrupt(const struct event *effect)
{
    return effect->trap_enter.cause & CAUSE_INTERRUPT;
}

static bool is_exception(const struct event *effect)
{
    return !is_interrupt(effect);
}

static bool walk_failed(const struct why_pair *pair)
{
    uint8_t outcome = pair->cause->walk_step.outcome;

    return outcome != WALK_NEXT && outcome != WALK_LEAF && outcome != WALK_UPDATED;
}

static bool refused_hart(const struct why_pair *pair)
{
    const struct event *cause = pair->cause;
    bool is_read = cause->kind == EVENT_MMIO_READ;
    uint8_t initiator =
        is_read ? cause->mmio_read.initiator : cause->mmio_write.initiator;
    uint8_t response = is_read ? cause->mmio_read.response : cause->mmio_write.response;

    return initiator == pair->effect->trap_enter.hart && response != BUS_OKAY;
}

/* The bit of mip; a guest's handler knows it as one less (15.2.2). */
static uint64_t line_bit(const struct event *trap)
{
    uint64_t bit = BIT(trap->trap_enter.cause & BITS(5, 0));

    return trap->trap_enter.to == MODE_VS ? bit << 1 : bit;
}

static bool line_of_trap(const struct why_pair *pair)
{
    return pair->cause->hart_line.level &&
           BIT(pair->cause->hart_line.line) == line_bit(pair->effect);
}

/* The bits of mip that a value of that CSR has; 0: it has none. */
static uint64_t pending_bits(uint64_t csr, uint64_t value)
{
    switch (csr) {
    case CSR_MIP:
    case CSR_SIP:
    case CSR_HIP:
    case CSR_HVIP:
        return value;
    case CSR_VSIP:
        return value << 1;
    default:
        return 0;
    }
}

static bool set_pending(const struct why_pair *pair)
{
    const struct event_csr_write *write = &pair->cause->csr_write;

    return pending_bits(write->csr, write->value & ~write->old) &
           line_bit(pair->effect);
}

static bool poked_pending(const struct why_pair *pair)
{
    const struct event_outside *act = &pair->cause->outside;

    return act->act == ACT_CSR && act->target == pair->effect->trap_enter.hart &&
           (pending_bits(act->number, act->value) & line_bit(pair->effect));
}

static bool wakes(const struct event *effect)
{
    return !effect->hart_sleep.asleep;
}

static bool rises(const struct why_pair *pair)
{
    return pair->cause->hart_line.level;
}

static bool is_external(const struct event *effect)
{
    return effect->hart_line.line == IRQ_MEI || effect->hart_line.line == IRQ_SEI;
}

static bool is_software(const struct event *effect)
{
    return effect->hart_line.line == IRQ_MSI;
}

static bool is_mtimer(const struct event *effect)
{
    return effect->hart_line.line == IRQ_MTI;
}

static bool is_stimer(const struct event *effect)
{
    return effect->hart_line.line == IRQ_STI || effect->hart_line.line == IRQ_VSTI;
}

static bool is_pending(const struct why_pair *pair)
{
    return pair->cause->irq_pending.pending;
}

static bool is_write_of(const struct event *write, const struct device *device,
                        uint64_t offset, unsigned size)
{
    return device && write->mmio_write.device == device->index &&
           write->mmio_write.offset < offset + size &&
           offset < write->mmio_write.offset + write->mmio_write.size;
}

static bool to_plic(const struct why_pair *pair)
{
    const struct device *plic = board_of(pair)->plic;

    return plic && pair->cause->mmio_write.device == plic->index;
}

static bool to_msip(const struct why_pair *pair)
{
    return is_write_of(pair->cause, board_of(pair)->clock,
                       ACLINT_MSIP + 4u * pair->effect->hart_line.hart, 4);
}

static bool to_mtimer(const struct why_pair *pair)
{
    const struct device *clock = board_of(pair)->clock;

    return is_write_of(pair->cause, clock,
                       ACLINT_MTIMECMP + 8u * pair->effect->hart_line.hart, 8) ||
           is_write_of(pair->cause, clock, ACLINT_MTIME, 8);
}

static bool sets_stimer(const struct event *effect, uint64_t csr)
{
    if (csr == CSR_MENVCFG)
        return true;
    if (effect->hart_line.line == IRQ_STI)
        return csr == CSR_STIMECMP;
    return csr == CSR_VSTIMECMP || csr == CSR_HENVCFG || csr == CSR_HTIMEDELTA;
}

static bool to_stimer(const struct why_pair *pair)
{
    return sets_stimer(pair->effect, pair->cause->csr_write.csr);
}

static bool poked_stimer(const struct why_pair *pair)
{
    return pair->cause->outside.act == ACT_CSR &&
           pair->cause->outside.target == pair->effect->hart_line.hart &&
           sets_stimer(pair->effect, pair->cause->outside.number);
}

/* --- devices' lines --------------------------------------------------------------- */

static bool raises(const struct why_pair *pair)
{
    return pair->cause->kind == EVENT_IRQ_LINE ? pair->cause->irq_line.level
                                               : pair->cause->request_line.level;
}

/* Which of its device's lines is told of: of a DMA controller lines 2c and 2c + 1 are
 * channel c's done and error. */
static unsigned line_number(const struct why_pair *pair)
{
    const struct event_irq_line *told = &pair->effect->irq_line;
    const struct device *device = board_of(pair)->device[told->device];
    unsigned n = 0;

    while (n < device->lines && device->line[n].source != told->source)
        n++;
    return n;
}

static bool done_of_line(const struct why_pair *pair)
{
    return pair->effect->irq_line.level &&
           line_number(pair) == 2u * pair->cause->dma_done.channel;
}

static bool error_of_line(const struct why_pair *pair)
{
    return pair->effect->irq_line.level &&
           line_number(pair) == 2u * pair->cause->dma_error.channel + 1;
}

static bool ended_of_line(const struct why_pair *pair)
{
    const struct event_dma_state *state = &pair->cause->dma_state;
    unsigned failed = state->to == DMA_FAILED;

    return pair->effect->irq_line.level &&
           (state->to == DMA_COMPLETE || state->to == DMA_FAILED) &&
           line_number(pair) == 2u * state->channel + failed;
}

/* --- DMA channels ----------------------------------------------------------------- */

static bool completes(const struct event *effect)
{
    return effect->dma_state.to == DMA_COMPLETE;
}

static bool fails(const struct event *effect)
{
    return effect->dma_state.to == DMA_FAILED;
}

static bool leaves_line(const struct event *effect)
{
    return effect->dma_state.from == DMA_WAIT_LINE;
}

static bool is_start(const struct event_dma_state *state)
{
    return (dma_rests(state->from) && !dma_rests(state->to)) ||
           state->from == DMA_WAIT_RING;
}

/* Software starts a channel, rings its doorbell, or stops it. */
static bool is_told(const struct event *effect)
{
    return is_start(&effect->dma_state) || effect->dma_state.to == DMA_IDLE;
}

static bool goes_on(const struct event *effect)
{
    return !is_told(effect) && !dma_rests(effect->dma_state.to);
}

static bool starts(const struct why_pair *pair)
{
    return is_start(&pair->cause->dma_state);
}

static bool starts_channel(const struct why_pair *pair)
{
    const struct event_dma_state *state = &pair->cause->dma_state;

    return is_start(state) &&
           is_channel(board_of(pair), pair->effect->bus_transfer.initiator,
                      state->device, state->channel);
}

static bool refused_channel(const struct why_pair *pair)
{
    const struct event_bus_transfer *transfer = &pair->cause->bus_transfer;

    return transfer->response != BUS_OKAY &&
           is_channel(board_of(pair), transfer->initiator,
                      pair->effect->dma_error.device, pair->effect->dma_error.channel);
}

/* --- IOMMUs ----------------------------------------------------------------------- */

/* cqt, cqcsr and tr_req_ctl, by their offsets. */
enum { IOMMU_CQT = 0x24, IOMMU_CQCSR = 0x48, IOMMU_TR_REQ_CTL = 0x260 };
enum { FENCE_BYTES = 4 };

/* Whose use of the bus is it, and what for? */
static bool is_by_iommu(const struct event *effect)
{
    return initiator_kind(effect->bus_transfer.initiator) == BY_IOMMU;
}

static bool reads(const struct event *effect)
{
    return is_by_iommu(effect) && effect->bus_transfer.access == ACCESS_LOAD;
}

static bool stores_data(const struct event *effect)
{
    return is_by_iommu(effect) && effect->bus_transfer.access == ACCESS_STORE &&
           effect->bus_transfer.size == FENCE_BYTES;
}

static bool stores_record(const struct event *effect)
{
    return is_by_iommu(effect) && effect->bus_transfer.access == ACCESS_STORE &&
           effect->bus_transfer.size == IOMMU_RECORD_SIZE;
}

static bool wrote_queue(const struct why_pair *pair)
{
    uint32_t offset = pair->cause->mmio_write.offset & ~UINT32_C(3);

    return offset == IOMMU_CQT || offset == IOMMU_CQCSR;
}

static bool told_iommu(const struct why_pair *pair)
{
    const struct device *device =
        board_of(pair)->device[pair->cause->mmio_write.device];

    return iommu_is_initiator(device, pair->effect->bus_transfer.initiator) &&
           wrote_queue(pair);
}

static bool of_iommu(const struct why_pair *pair)
{
    const struct device *device =
        board_of(pair)->device[pair->cause->iommu_fault.device];

    return iommu_is_initiator(device, pair->effect->bus_transfer.initiator);
}

static bool walker_held(const struct why_pair *pair)
{
    const struct device *device =
        board_of(pair)->device[pair->cause->iommu_walk.device];

    return iommu_is_initiator(device, pair->effect->bus_wait.holder);
}

static bool walked_there(const struct why_pair *pair)
{
    const struct device *device =
        board_of(pair)->device[pair->cause->iommu_walk.device];

    return iommu_is_initiator(device, pair->effect->reservation.initiator) &&
           pair->cause->iommu_walk.outcome == WALK_UPDATED;
}

static bool iommu_walk_failed(const struct why_pair *pair)
{
    uint8_t outcome = pair->cause->iommu_walk.outcome;

    return outcome != WALK_NEXT && outcome != WALK_LEAF && outcome != WALK_UPDATED;
}

static bool is_blocked(const struct event *effect)
{
    return effect->dma_error.reason >= DMA_READ_BLOCKED &&
           effect->dma_error.reason <= DMA_STATUS_BLOCKED;
}

/* Is that the device id of a channel of a device? */
static bool has_id(const struct why_pair *pair, unsigned device, unsigned channel,
                   uint64_t id)
{
    const struct device *dma = board_of(pair)->device[device];

    return dma->type == &dma_type &&
           id == (uint64_t)((const struct dma *)dma)->device_id + channel;
}

static bool blocked_channel(const struct why_pair *pair)
{
    const struct event_dma_error *error = &pair->effect->dma_error;

    return has_id(pair, error->device, error->channel,
                  pair->cause->iommu_fault.device_id);
}

/* For whom an IOMMU does something. */
static uint64_t id_of(const struct event *effect)
{
    switch ((unsigned)effect->kind) {
    case EVENT_IOMMU_FAULT:
        return effect->iommu_fault.device_id;
    case EVENT_IOMMU_WALK:
        return effect->iommu_walk.device_id;
    default:
        return effect->iommu_translate.device_id;
    }
}

static bool asks(const struct why_pair *pair)
{
    const struct event_dma_descriptor *descriptor = &pair->cause->dma_descriptor;

    return has_id(pair, descriptor->device, descriptor->channel, id_of(pair->effect));
}

static bool starts_to_ask(const struct why_pair *pair)
{
    const struct event_dma_state *state = &pair->cause->dma_state;

    return is_start(state) &&
           has_id(pair, state->device, state->channel, id_of(pair->effect));
}

/* Through the debug interface; not for a device that asks itself. */
static bool asked_for_translation(const struct why_pair *pair)
{
    const struct event_mmio_write *write = &pair->cause->mmio_write;
    const struct board *board = board_of(pair);

    for (unsigned i = 0; i < board->devices; i++)
        for (unsigned c = 0; c < DMA_CHANNELS; c++)
            if (has_id(pair, i, c, id_of(pair->effect)))
                return false;
    return (write->offset & ~UINT32_C(3)) == IOMMU_TR_REQ_CTL;
}

/* --- virtio devices ---------------------------------------------------------------- */

static bool of_virtio(const struct why_pair *pair)
{
    return virtio_is(board_of(pair)->device[pair->cause->virtio_chain.device],
                     pair->effect->bus_transfer.initiator);
}

static bool woke_virtio(const struct why_pair *pair)
{
    return pair->cause->virtio_notify.heard == VIRTIO_HEARD_WAKES &&
           virtio_is(board_of(pair)->device[pair->cause->virtio_notify.device],
                     pair->effect->bus_transfer.initiator);
}

static bool heeded(const struct why_pair *pair)
{
    return pair->cause->virtio_notify.heard <= VIRTIO_HEARD_BUSY;
}

static bool sent(const struct why_pair *pair)
{
    return pair->cause->virtio_interrupt.sent && pair->effect->irq_line.level;
}

/* --- disks, streams, consoles ----------------------------------------------------- */

static bool of_reset(const struct event *effect)
{
    return effect->disk_phase.phase == DISK_RESETTING ||
           effect->disk_phase.phase == DISK_READY;
}

static bool of_command(const struct event *effect)
{
    return !of_reset(effect);
}

static bool to_control(const struct why_pair *pair)
{
    return pair->cause->mmio_write.offset == ATA_CONTROL;
}

static bool turned_on(const struct why_pair *pair)
{
    const struct event_mmio_write *write = &pair->cause->mmio_write;

    return write->offset == STREAM_CONTROL &&
           (write->value & ~write->old & STREAM_ENABLE);
}

/* HTIF, which is no device of the board's table, has no row in it. */
static bool is_htif(const struct event *console)
{
    return console->console.device >= BOARD_ROWS;
}

static bool is_sent(const struct event *effect)
{
    return effect->console.access == ACCESS_STORE && !is_htif(effect);
}

static bool is_printed(const struct event *effect)
{
    return is_htif(effect);
}

static bool is_received(const struct event *effect)
{
    return effect->console.access == ACCESS_LOAD;
}

static bool wrote_char(const struct why_pair *pair)
{
    return pair->cause->mmio_write.offset == UART_THR &&
           (uint8_t)pair->cause->mmio_write.value == pair->effect->console.byte;
}

static bool typed_to(const struct why_pair *pair)
{
    return pair->cause->outside.act == ACT_INPUT &&
           pair->cause->outside.target == pair->effect->console.device;
}

/* --- the rows --------------------------------------------------------------------- */

#define ANY  NULL
#define NONE NULL

const struct why_rule why_rules[] = {
#define RULE(EFFECT, when, CAUSE, where, same, test, because)                          \
    {EVENT_##EFFECT, EVENT_##CAUSE, WHY_##where, when, same, test, because},
#include "observe/ask/why_rules.def"
};

const size_t why_rule_count = COUNT(why_rules);

static const struct event_field *field_named(unsigned kind, const char *name,
                                             size_t length)
{
    const struct event_field *field = event_infos[kind].fields;

    while (field->name &&
           (strlen(field->name) != length || memcmp(field->name, name, length) != 0))
        field++;
    return field->name ? field : NULL;
}

/* Are all fields that `same` names equal in both events? */
static bool fields_agree(const char *same, const struct why_pair *pair)
{
    while (*same) {
        size_t length = strcspn(same, " ");
        const struct event_field *a = field_named(pair->effect->kind, same, length);
        const struct event_field *b = field_named(pair->cause->kind, same, length);

        if (!a || !b || event_get(pair->effect, a) != event_get(pair->cause, b))
            return false;
        same += length + strspn(same + length, " ");
    }
    return true;
}

bool why_applies(const struct why_rule *rule, const struct event *effect)
{
    return rule->effect == effect->kind && (!rule->when || rule->when(effect));
}

bool why_is_cause(const struct why_rule *rule, const struct why_pair *pair)
{
    return rule->cause == pair->cause->kind &&
           pair->cause->board == pair->effect->board &&
           fields_agree(rule->same, pair) && (!rule->test || rule->test(pair));
}
