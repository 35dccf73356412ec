#include "control/calls.h"

#include "machine/isa/isa.h"
#include "observe/ask/calls_read.h"

static enum hart_step_kind kind_of(const struct hart *hart, const struct insn *insn,
                                   uint64_t to)
{
    if (insn->op == OP_MRET || insn->op == OP_SRET)
        return STEP_TRAP_RETURN;
    if (call_is_made_by(insn))
        return STEP_CALL;
    return call_is_ended_by(hart, insn, to) ? STEP_RETURN : STEP_PLAIN;
}

bool hart_step_of(const struct session *session, const struct event *event,
                  struct hart_step *step)
{
    const struct hart *hart = session_hart(session);

    *step = (struct hart_step){.at = moment_after_event(event),
                               .ended = moment_after_event(event)};
    if (event->board != session->board)
        return false;
    if (event->kind == EVENT_TRAP_ENTER) {
        step->kind = STEP_TRAP;
        step->pc = step->behind = event->trap_enter.epc;
        step->to = event->trap_enter.handler;
        step->in_guest = event->trap_enter.from & MODE_VIRTUAL;
        return event->trap_enter.hart == hart->id;
    }
    if (event->kind == EVENT_INSN && event->insn.hart == hart->id) {
        struct insn insn = insn_decode(event->insn.bits);

        step->kind = kind_of(hart, &insn, event->insn.next_pc);
        step->pc = event->insn.pc;
        step->to = event->insn.next_pc;
        step->behind = step->pc + insn.length;
        step->in_guest = event->insn.mode & MODE_VIRTUAL;
        return true;
    }
    return false;
}

/* --- lines ---------------------------------------------------------------------------------- */

static bool same_line(const struct line *a, const struct line *b)
{
    return a->file == b->file && a->line == b->line;
}

bool line_begins(const struct lines *lines, uint64_t from, uint64_t to)
{
    const struct line *old = lines_at(lines, from), *line = lines_at(lines, to);

    if (!line || line->file == LINE_NONE)
        return false;
    if (line->address == to && (line == lines->line || !same_line(line - 1, line)))
        return true;
    return !old || !same_line(old, line);
}
