/* Who wrote something, in words. */
#include "observe/ask/who.h"

#include "base/bits.h"
#include "machine/isa/isa.h"

#include <inttypes.h>
#include <stdio.h>

void who_put_instruction(struct buf *out, uint32_t bits, uint64_t pc)
{
    struct insn insn = insn_decode(bits);
    char text[96];

    insn_text(text, sizeof(text), &insn, pc, true);
    buf_char(out, '`');
    for (const char *c = text; *c; c++) {
        buf_char(out, *c == '\t' ? ' ' : *c);
        if (*c == ',')
            buf_char(out, ' ');
    }
    buf_char(out, '`');
}

/* "copy+8 (0x80000010), `sd a0, 0(a1)`" */
static void put_place_of(struct buf *out, const struct narrator *narrator,
                         const struct event_insn *insn)
{
    put_address(out, narrator, insn->pc);
    buf_text(out, ", ");
    who_put_instruction(out, insn->bits, insn->pc);
}

static void say_insn(struct buf *out, const struct narrator *narrator,
                     const struct who *who)
{
    buf_printf(out, "hart %u wrote it at ", who->event.insn.hart);
    put_place_of(out, narrator, &who->event.insn);
}

/* "burst 17 of descriptor 5" */
static void say_chain(struct buf *out, const struct event_virtio_chain *chain)
{
    buf_printf(out, ", for chain %u (", chain->head);
    put_unit(out, UNIT_VIRTIOTYPE, chain->type);
    if (chain->bytes)
        buf_printf(out, ", %" PRIu64 " bytes, sector %" PRIu64, chain->bytes,
                   chain->sector);
    buf_char(out, ')');
}

static void say_burst(struct buf *out, const struct who *who)
{
    bool descriptor = who->start.kind == EVENT_DMA_DESCRIPTOR;

    if (!who->has_start)
        return;
    if (who->start.kind == EVENT_VIRTIO_CHAIN) {
        say_chain(out, &who->start.virtio_chain);
        return;
    }
    buf_text(out, ", ");
    if (who->burst)
        buf_printf(out, "burst %u of ", who->burst);
    else
        buf_text(out, "the status of ");
    if (descriptor)
        buf_printf(out, "descriptor %" PRIu32, who->start.dma_descriptor.index);
    else
        buf_text(out, "its transfer");
}

static void say_trap(struct buf *out, const struct narrator *narrator,
                     const struct who *who)
{
    const struct event_trap_enter *trap = &who->event.trap_enter;

    buf_printf(out, "a trap of hart %u to %s wrote it (", trap->hart,
               mode_name(trap->to));
    put_cause(out, trap->cause);
    buf_text(out, " at ");
    put_address(out, narrator, trap->epc);
    buf_char(out, ')');
}

/* The access, and the instruction that made it if it is known. */
static void say_access(struct buf *out, const struct narrator *narrator,
                       const struct who *who)
{
    put_initiator(out, narrator, who->event.board, who->event.mmio_write.initiator);
    buf_text(out, " wrote it");
    if (!who->has_insn)
        return;
    buf_text(out, " at ");
    put_place_of(out, narrator, &who->insn);
}

static void say_transfer(struct buf *out, const struct narrator *narrator,
                         const struct who *who)
{
    put_initiator(out, narrator, who->event.board, who->event.bus_transfer.initiator);
    buf_text(out, " wrote it");
    say_burst(out, who);
}

static void say_walk(struct buf *out, const struct narrator *narrator,
                     const struct who *who)
{
    buf_printf(out, "hart %u's page-table walk for ", who->event.walk_step.hart);
    put_address(out, narrator, who->event.walk_step.va);
    buf_text(out, " set A or D in it");
}

static void put_iommu(struct buf *out, const struct narrator *narrator,
                      const struct who *who)
{
    narrate_field(out, narrator, &who->event,
                  event_field_of(EVENT_IOMMU_WALK, UNIT_DEVICE));
}

static void say_iommu_walk(struct buf *out, const struct narrator *narrator,
                           const struct who *who)
{
    buf_text(out, "a walk of ");
    put_iommu(out, narrator, who);
    buf_printf(out, " for 0x%" PRIx64 " set A or D in it", who->event.iommu_walk.iova);
}

static void say_csr_write(struct buf *out, const struct narrator *narrator,
                          const struct who *who)
{
    buf_printf(out, "hart %u wrote it at ", who->event.csr_write.hart);
    if (who->has_insn)
        put_place_of(out, narrator, &who->insn);
    else
        put_address(out, narrator, who->event.csr_write.pc);
}

static void say_return(struct buf *out, const struct narrator *narrator,
                       const struct who *who)
{
    (void)narrator;
    buf_printf(out, "hart %u's return from a trap to %s wrote it",
               who->event.trap_return.hart, mode_name(who->event.trap_return.to));
}

static void say_line(struct buf *out, const struct narrator *narrator,
                     const struct who *who)
{
    narrate(out, narrator, &who->event);
}

/* Each hart has two contexts of the PLIC: for its M-mode, and for its S-mode. */
static unsigned claimer(const struct who *who)
{
    return who->event.irq_claim.context / 2u;
}

static void say_claim(struct buf *out, const struct narrator *narrator,
                      const struct who *who)
{
    buf_printf(out, "hart %u took it: ", claimer(who));
    narrate(out, narrator, &who->event);
}

static void say_outside(struct buf *out, const struct narrator *narrator,
                        const struct who *who)
{
    (void)narrator;
    buf_text(out, "it was written from outside");
    if (who->reason)
        buf_printf(out, " (%s)", who->reason);
}

/* A device that changed its register itself. */
static void say_device(struct buf *out, const struct narrator *narrator,
                       const struct who *who)
{
    buf_text(out, "the device changed it: ");
    narrate(out, narrator, &who->event);
}

/* --- in a few words --------------------------------------------------------------- */

static void put_place(struct buf *out, const struct narrator *narrator, unsigned hart,
                      uint64_t pc)
{
    buf_printf(out, "hart %u at ", hart);
    put_address(out, narrator, pc);
}

static void brief_insn(struct buf *out, const struct narrator *narrator,
                       const struct who *who)
{
    put_place(out, narrator, who->event.insn.hart, who->event.insn.pc);
}

static void brief_csr_write(struct buf *out, const struct narrator *narrator,
                            const struct who *who)
{
    put_place(out, narrator, who->event.csr_write.hart, who->event.csr_write.pc);
}

static void brief_access(struct buf *out, const struct narrator *narrator,
                         const struct who *who)
{
    unsigned initiator = who->event.mmio_write.initiator;

    if (who->has_insn)
        put_place(out, narrator, initiator, who->insn.pc);
    else
        put_initiator(out, narrator, who->event.board, initiator);
}

static void brief_transfer(struct buf *out, const struct narrator *narrator,
                           const struct who *who)
{
    put_initiator(out, narrator, who->event.board, who->event.bus_transfer.initiator);
}

static void brief_trap(struct buf *out, const struct narrator *narrator,
                       const struct who *who)
{
    (void)narrator;
    buf_printf(out, "trap of hart %u", who->event.trap_enter.hart);
}

static void brief_return(struct buf *out, const struct narrator *narrator,
                         const struct who *who)
{
    (void)narrator;
    buf_printf(out, "trap return of hart %u", who->event.trap_return.hart);
}

static void brief_walk(struct buf *out, const struct narrator *narrator,
                       const struct who *who)
{
    (void)narrator;
    buf_printf(out, "page-table walk of hart %u", who->event.walk_step.hart);
}

static void brief_iommu_walk(struct buf *out, const struct narrator *narrator,
                             const struct who *who)
{
    buf_text(out, "page-table walk of ");
    put_iommu(out, narrator, who);
}

static void brief_claim(struct buf *out, const struct narrator *narrator,
                        const struct who *who)
{
    (void)narrator;
    buf_printf(out, "claim by hart %u", claimer(who));
}

static void brief_outside(struct buf *out, const struct narrator *narrator,
                          const struct who *who)
{
    (void)narrator;
    (void)who;
    buf_text(out, "outside");
}

static void brief_device(struct buf *out, const struct narrator *narrator,
                         const struct who *who)
{
    (void)narrator;
    (void)who;
    buf_text(out, "the device");
}

/* --- by kind of event ------------------------------------------------------------- */

typedef void say(struct buf *out, const struct narrator *narrator,
                 const struct who *who);

/* Kinds that have no row are what a device tells. */
static const struct {
    say *full, *brief;
} rows[EVENT_KINDS] = {
    [EVENT_INSN] = {say_insn, brief_insn},
    [EVENT_CSR_WRITE] = {say_csr_write, brief_csr_write},
    [EVENT_MMIO_WRITE] = {say_access, brief_access},
    [EVENT_BUS_TRANSFER] = {say_transfer, brief_transfer},
    [EVENT_WALK_STEP] = {say_walk, brief_walk},
    [EVENT_IOMMU_WALK] = {say_iommu_walk, brief_iommu_walk},
    [EVENT_TRAP_ENTER] = {say_trap, brief_trap},
    [EVENT_TRAP_RETURN] = {say_return, brief_return},
    [EVENT_HART_LINE] = {say_line, say_line},
    [EVENT_IRQ_CLAIM] = {say_claim, brief_claim},
    [EVENT_OUTSIDE] = {say_outside, brief_outside},
};

static void say_when(struct buf *out, const struct who *who)
{
    char text[MOMENT_TEXT];

    buf_text(out, ", at cycle ");
    put_count(out, who->event.cycle);
    buf_printf(out, " (%s)", moment_text(text, who->at, true));
}

void who_say(struct buf *out, const struct narrator *narrator, const struct who *who)
{
    say *full = rows[who->event.kind].full;

    if (who->kind == WHO_NOBODY) {
        buf_text(out, who->loaded ? "nobody has written it since it was loaded"
                                  : "nobody has written it since reset");
        return;
    }
    (full ? full : say_device)(out, narrator, who);
    say_when(out, who);
    if (who->has_values)
        buf_printf(out, "; it was 0x%" PRIx64 " and became 0x%" PRIx64, who->old,
                   who->value);
}

void who_say_short(struct buf *out, const struct narrator *narrator,
                   const struct who *who)
{
    say *brief = rows[who->event.kind].brief;

    if (who->kind == WHO_NOBODY)
        buf_text(out, who->loaded ? "the loader" : "reset");
    else
        (brief ? brief : brief_device)(out, narrator, who);
}
