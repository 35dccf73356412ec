#include "face/tui/stage/hart_text.h"

#include "base/path.h"
#include "face/tui/stage/stage.h"
#include "face/tui/watch/say.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <string.h>

uint8_t hart_shown_mode(const struct watch *watch, unsigned hart)
{
    uint8_t mode = hart_privilege(&watch->board->hart[hart]);

    for (unsigned i = watch->inside; i < watch->count; i++) {
        const struct event *event = &watch->events[i];

        if (event->kind == EVENT_TRAP_ENTER && event->trap_enter.hart == hart)
            mode = event->trap_enter.to;
        else if (event->kind == EVENT_TRAP_RETURN && event->trap_return.hart == hart)
            mode = event->trap_return.to;
    }
    return mode;
}

void hart_put_mode(struct buf *out, const struct watch *watch, unsigned hart)
{
    uint8_t mode = hart_shown_mode(watch, hart);

    if (mode & MODE_VIRTUAL)
        buf_printf(out, "guest %u  ", hart_vmid(&watch->board->hart[hart]));
    buf_text(out,
             mode == MODE_S && stage_has_guests(watch) ? "HS" : mode_letters(mode));
}

bool hart_waits(const struct watch *watch, unsigned hart)
{
    return watch->has_focus && watch->focus.kind == EVENT_BUS_WAIT &&
           watch->focus.bus_wait.initiator == INITIATOR_HART + hart;
}

/* --- the instruction -------------------------------------------------------------------- */

static bool enters_trap(const struct watch *watch, unsigned hart)
{
    return watch->has_focus && watch->focus.kind == EVENT_TRAP_ENTER &&
           watch->focus.trap_enter.hart == hart;
}

static uint64_t shown_pc(const struct watch *watch, unsigned hart)
{
    const struct event *insn = watch_insn(watch, hart);

    return insn ? insn->insn.pc : watch_pc(watch, hart);
}

void hart_put_insn(struct buf *out, const struct watch *watch, unsigned hart)
{
    const struct event *done = watch_insn(watch, hart);
    uint64_t pc = shown_pc(watch, hart);
    char insn[TEXT_INSN];
    uint32_t bits;

    if (enters_trap(watch, hart)) {
        buf_printf(out, "%08" PRIx64 " ▸ %08" PRIx64, watch->focus.trap_enter.epc,
                   watch->focus.trap_enter.handler);
        return;
    }
    if (watch->has_focus && watch->focus.kind == EVENT_TRAP_RETURN &&
        watch->focus.trap_return.hart == hart) {
        buf_printf(out, "returns to %08" PRIx64, watch->focus.trap_return.pc);
        return;
    }
    if (watch->has_focus && watch->focus.kind == EVENT_VM_ENTRY &&
        watch->focus.vm_entry.hart == hart) {
        buf_printf(out, "enters at %08" PRIx64, watch->focus.vm_entry.pc);
        return;
    }
    if (done)
        bits = done->insn.bits;
    else if (!text_fetch(watch, hart, pc, &bits)) {
        buf_printf(out, "%08" PRIx64 " cannot be fetched", pc);
        return;
    }
    buf_printf(out, "%08" PRIx64 " %s", pc, text_insn(insn, watch, bits, pc));
}

void hart_put_source(struct buf *out, const struct watch *watch, unsigned hart)
{
    const struct event *insn = watch_insn(watch, hart);
    uint64_t pc = shown_pc(watch, hart);
    bool guest = (insn ? insn->insn.mode : hart_shown_mode(watch, hart)) & MODE_VIRTUAL;
    const struct lines *lines = subject_lines(watch->subject, guest);
    const struct line *line = lines ? lines_at(lines, pc) : NULL;

    if (line && line->file != LINE_NONE)
        buf_printf(out, "%s:%" PRIu32, path_base(lines->file[line->file]), line->line);
}

/* Is what is told of a part of the instruction that the hart is at? */
static bool is_under_way(const struct watch *watch, unsigned hart)
{
    const struct event *event = &watch->focus;

    if (!watch->has_focus || watch->inside == watch->count)
        return false;
    switch ((int)event->kind) {
    case EVENT_MMIO_READ:
        return event->mmio_read.initiator == INITIATOR_HART + hart;
    case EVENT_MMIO_WRITE:
        return event->mmio_write.initiator == INITIATOR_HART + hart;
    case EVENT_WALK_STEP:
        return event->walk_step.hart == hart;
    case EVENT_TLB_FILL:
        return event->tlb_fill.hart == hart;
    default:
        return false;
    }
}

enum role hart_put_result(struct buf *out, const struct watch *watch, unsigned hart)
{
    const struct event *insn = watch_insn(watch, hart);
    char data[TEXT_DATA];

    if (hart_waits(watch, hart)) {
        buf_printf(out, "░░░ waits %" PRIu32 " cycles", watch->focus.bus_wait.cycles);
        return ROLE_WAIT;
    }
    if (watch->facts.hart[hart].asleep) {
        buf_text(out, "asleep, until an interrupt");
        return ROLE_QUIET;
    }
    if (enters_trap(watch, hart)) {
        buf_text(out, "trap: ");
        buf_text(out, say_value(data, UNIT_CAUSE, watch->focus.trap_enter.cause));
        return ROLE_HEAD;
    }
    if (!insn && is_under_way(watch, hart)) {
        buf_text(out, "▸ under way");
        return ROLE_HEAD;
    }
    if (!insn) {
        buf_text(out, "┄ next");
        return ROLE_QUIET;
    }
    if (insn->insn.rd)
        buf_printf(out, "%s ◂ 0x%" PRIx64 "   ", xreg_names[insn->insn.rd],
                   insn->insn.rd_new);
    buf_printf(out, "%" PRIu32 " cycle%s", insn->insn.price,
               insn->insn.price == 1 ? "" : "s");
    return ROLE_TEXT;
}

/* --- translation ------------------------------------------------------------------------ */

/* Did the instruction fill the entry that it then used for its data? */
static bool has_filled(const struct watch *watch, unsigned i)
{
    const struct event *event = &watch->events[i];
    const uint64_t page = event->insn.va & ~(uint64_t)(RAM_PAGE - 1);

    for (; i > 0 && watch->events[i - 1].retired == event->retired; i--) {
        const struct event *before = &watch->events[i - 1];

        if (before->kind == EVENT_TLB_FILL &&
            before->tlb_fill.hart == event->insn.hart &&
            (before->tlb_fill.va & ~(uint64_t)(RAM_PAGE - 1)) == page)
            return true;
    }
    return false;
}

static bool is_translated(const struct watch *watch, const struct event_insn *insn)
{
    const struct walk_request request = {.va = insn->va, .mode = insn->mode};

    return insn->mode != MODE_M && insn->access != ACCESS_NONE &&
           !hart_is_bare(&watch->board->hart[insn->hart], request);
}

bool hart_put_tlb(struct buf *out, const struct watch *watch, unsigned hart, bool guest)
{
    for (unsigned i = watch->count; i-- > 0;) {
        const struct event *event = &watch->events[i];

        if (event->kind == EVENT_TLB_FILL && event->tlb_fill.hart == hart &&
            (event->tlb_fill.is_guest || !guest)) {
            buf_printf(out, "TLB miss: %" PRIx64 " ▸ %" PRIx64, event->tlb_fill.va,
                       event->tlb_fill.pa);
            return true;
        }
        if (event->kind == EVENT_INSN && event->insn.hart == hart &&
            (event->insn.mode & MODE_VIRTUAL || !guest) &&
            is_translated(watch, &event->insn)) {
            buf_printf(out, "TLB %s: %" PRIx64 " ▸ %" PRIx64,
                       has_filled(watch, i) ? "miss" : "hit", event->insn.va,
                       event->insn.pa);
            return true;
        }
    }
    return false;
}

/* --- counters --------------------------------------------------------------------------- */

void hart_put_waits(struct buf *out, const struct watch *watch, unsigned hart)
{
    char cycles[TEXT_NUMBER], waits[TEXT_NUMBER];

    text_count(cycles, watch->facts.hart[hart].waited);
    text_count(waits, watch->facts.hart[hart].waits);
    if (watch->facts.hart[hart].waits == 0)
        buf_text(out, "has not waited for the bus");
    else
        buf_printf(out, "waited %s cycles in %s wait%s so far", cycles, waits,
                   watch->facts.hart[hart].waits == 1 ? "" : "s");
}

void hart_put_counts(struct buf *out, const struct watch *watch, unsigned hart)
{
    const struct hart *of = &watch->board->hart[hart];
    char insns[TEXT_NUMBER], traps[TEXT_NUMBER];

    text_count(insns, of->retired);
    text_count(traps, of->exceptions + of->interrupts);
    buf_printf(out, "%s instructions, %s trap%s", insns, traps,
               of->exceptions + of->interrupts == 1 ? "" : "s");
}

/* --- chips ------------------------------------------------------------------------------ */

enum role hart_put_chip(struct buf *out, const struct watch *watch, unsigned hart,
                        int cols)
{
    uint8_t mode = hart_shown_mode(watch, hart);
    bool hypervisor = mode == MODE_S && cols >= 9 && stage_has_guests(watch);
    const char *letters = hypervisor ? "HS" : mode_letters(mode), *state = letters;
    enum role role = ROLE_TEXT;

    if (watch->facts.hart[hart].asleep) {
        state = cols < 6 ? "z" : "wfi";
        role = ROLE_QUIET;
    }
    if (hart_waits(watch, hart)) {
        state = "░";
        role = ROLE_WAIT;
    }
    if (mode & MODE_VIRTUAL && state == letters)
        role = role_of_guest(hart_vmid(&watch->board->hart[hart]));
    if (mode & MODE_VIRTUAL && state == letters && cols < 6)
        state = "V";
    buf_printf(out, "%s%u%s%s", cols < 4 ? "" : "h", hart, cols < 5 ? "" : " ", state);
    if (cols >= 9 && hart_waits(watch, hart))
        buf_printf(out, " %s", letters);
    else if (cols >= 9 && mode & MODE_VIRTUAL)
        buf_printf(out, " %u", hart_vmid(&watch->board->hart[hart]));
    return role;
}
