/* What harts do and have, in words. */
#include "guest/include/markers.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"
#include "observe/narrate_units.h"

#include <inttypes.h>

void unit_dec(struct buf *out, const struct unit_context *context, uint64_t value)
{
    (void)context;
    put_count(out, value);
}

void unit_hex(struct buf *out, const struct unit_context *context, uint64_t value)
{
    (void)context;
    buf_printf(out, "0x%" PRIx64, value);
}

/* "16 (saving registers)": what software means by it, where it is one of ours. */
void unit_marker(struct buf *out, const struct unit_context *context, uint64_t value)
{
    static const char *const words[] = {
        [MARK_WORK_BEGIN] = "the work begins",
        [MARK_WORK_END] = "the work ends",
        [MARK_OP_BEGIN] = "an operation begins",
        [MARK_OP_END] = "an operation ends",
        [MARK_VERIFY_BAD] = "wrong data",
        [MARK_COMPUTE_BEGIN] = "computing begins",
        [MARK_COMPUTE_END] = "computing ends",
        [MARK_HV_SAVE] = "saving registers",
        [MARK_HV_DECODE] = "finding out what it was",
        [MARK_HV_EMULATE] = "doing what the guest asked for",
        [MARK_HV_INJECT] = "working on virtual interrupts",
        [MARK_HV_SCHEDULE] = "choosing who runs",
        [MARK_HV_RESTORE] = "restoring registers",
        [MARK_HV_BACKEND] = "working with real devices",
    };

    (void)context;
    buf_printf(out, "%" PRIu64, value);
    if (value < COUNT(words) && words[value])
        buf_printf(out, " (%s)", words[value]);
}

void unit_bytes(struct buf *out, const struct unit_context *context, uint64_t value)
{
    unit_dec(out, context, value);
    buf_text(out, value == 1 ? " byte" : " bytes");
}

void unit_cycles(struct buf *out, const struct unit_context *context, uint64_t value)
{
    unit_dec(out, context, value);
    buf_text(out, value == 1 ? " cycle" : " cycles");
}

/* Is the event's address a guest's own? Most kinds say by a mode whose it is. */
static bool is_of_guest(const struct unit_context *context)
{
    static const char *const modes[EVENT_KINDS] = {
        [EVENT_INSN] = "mode",       [EVENT_MARKER] = "mode",
        [EVENT_TRAP_ENTER] = "from", [EVENT_VM_EXIT] = "from",
        [EVENT_TRAP_RETURN] = "to",  [EVENT_VM_ENTRY] = "to",
    };
    const char *mode = modes[context->event->kind];

    if (context->event->kind == EVENT_WALK_STEP)
        return context->event->walk_step.stage != STAGE_ONLY;
    if (context->event->kind == EVENT_TLB_FILL)
        return context->event->tlb_fill.is_guest;
    return mode && (unit_sibling(context, mode) & MODE_VIRTUAL);
}

void unit_va(struct buf *out, const struct unit_context *context, uint64_t value)
{
    struct narrator narrator = *context->narrator;

    if (narrator.guest_symbols && is_of_guest(context))
        narrator.symbols = narrator.guest_symbols;
    put_address(out, &narrator, value);
}

void unit_insn(struct buf *out, const struct unit_context *context, uint64_t value)
{
    struct insn insn = insn_decode((uint32_t)value);
    char text[96];

    insn_text(text, sizeof(text), &insn, context->event->insn.pc, true);
    for (const char *c = text; *c; c++)
        buf_char(out, *c == '\t' ? ' ' : *c);
}

void unit_xreg(struct buf *out, const struct unit_context *context, uint64_t value)
{
    (void)context;
    buf_text(out, xreg_names[value & 31]);
}

void unit_csr_name(struct buf *out, const struct unit_context *context, uint64_t value)
{
    const struct csr_info *info = csr_by_number((unsigned)value);

    (void)context;
    if (info)
        buf_text(out, info->name);
    else
        buf_printf(out, "CSR 0x%" PRIx64, value);
}

void unit_hart(struct buf *out, const struct unit_context *context, uint64_t value)
{
    (void)context;
    buf_printf(out, "hart %" PRIu64, value);
}

void unit_mip_bit(struct buf *out, const struct unit_context *context, uint64_t value)
{
    static const char *const names[] = {
        [IRQ_SSI] = "SSIP",  [IRQ_VSSI] = "VSSIP", [IRQ_MSI] = "MSIP",
        [IRQ_STI] = "STIP",  [IRQ_VSTI] = "VSTIP", [IRQ_MTI] = "MTIP",
        [IRQ_SEI] = "SEIP",  [IRQ_VSEI] = "VSEIP", [IRQ_MEI] = "MEIP",
        [IRQ_SGEI] = "SGEIP"};

    (void)context;
    buf_text(out, value < COUNT(names) && names[value] ? names[value] : "?");
}

void unit_mode(struct buf *out, const struct unit_context *context, uint64_t value)
{
    (void)context;
    buf_text(out, mode_name((unsigned)value));
}

void unit_trap_cause(struct buf *out, const struct unit_context *context,
                     uint64_t value)
{
    (void)context;
    put_cause(out, value);
}
