/*
 * CSRs change in four ways: an instruction writes them, a trap or a return from one does
 * (Privileged 1.13, 3.1.6.1), a device's line shows in mip, somebody outside pokes. Each
 * is told by an event, so the last one that fits is the answer.
 */
#include "observe/ask/who.h"

#include "base/bits.h"
#include "machine/isa/csr.h"
#include "observe/ask/step.h"
#include "observe/ask/who_search.h"

#include <inttypes.h>

uint64_t who_mask(const struct lvalue *target)
{
    return BITS(target->hi, target->lo);
}

bool who_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b ? b - a < a_size : a - b < b_size;
}

struct moment who_until(const struct who_search *search)
{
    struct moment until = search->before;

    until.order++;
    until.fired = 0;
    return until;
}

/* --- acts ------------------------------------------------------------------------- */

/* What the journal says of the act that told this event. */
static const char *reason_of(struct timeline *timeline, const struct event *event)
{
    const struct branch_info *branch =
        timeline_branch_info(timeline, timeline_branch(timeline));
    const struct journal *journal = branch->journal;
    const char *reason = NULL;

    for (size_t i = 0; i < journal->count; i++) {
        const struct act *act = &journal->act[i];

        if (act->kind == event->outside.act && act->number == event->outside.number &&
            act->at.retired == event->retired && act->at.order <= event->order)
            reason = act->reason;
    }
    return reason;
}

/* The instruction that made an access retires as number event->retired. */
static bool made(const struct event *insn, const struct event *write)
{
    if (insn->retired != write->retired || insn->board != write->board)
        return false;
    if (write->kind == EVENT_CSR_WRITE)
        return insn->insn.hart == write->csr_write.hart &&
               insn->insn.pc == write->csr_write.pc;
    return insn->insn.hart == write->mmio_write.initiator &&
           insn->insn.access != ACCESS_NONE;
}

static void take_insn(void *ctx, const struct event *event)
{
    struct who *who = ctx;

    if (!made(event, &who->event))
        return;
    who->has_insn = true;
    who->insn = event->insn;
}

static void find_insn(const struct who_search *search, struct who *who)
{
    struct moment retired = {.retired = who->event.retired + 1};

    timeline_replay(search->timeline, who->at, retired,
                    (struct event_sink){EVENT_BIT(EVENT_INSN), take_insn, who});
}

void who_found(const struct who_search *search, const struct event *event,
               struct who *who)
{
    who->kind = event->kind == EVENT_OUTSIDE ? WHO_OUTSIDE : WHO_EVENT;
    who->event = *event;
    who->at = step_seen(event);
    who->before = moment_before_event(event);
    if (event->kind == EVENT_OUTSIDE)
        who->reason = reason_of(search->timeline, event);
    if (event->kind == EVENT_CSR_WRITE ||
        (event->kind == EVENT_MMIO_WRITE &&
         initiator_kind(event->mmio_write.initiator) == BY_HART))
        find_insn(search, who);
}

/* --- CSRs ------------------------------------------------------------------------- */

/* Several numbers may name one register, or views of one. What a guest knows as SxIP is
 * VSxIP, one bit higher (15.2.12). */
static const struct csr_view {
    uint16_t number, original;
    uint8_t shift;
} views[] = {
    {CSR_SSTATUS, CSR_MSTATUS, 0},  {CSR_SIE, CSR_MIE, 0},  {CSR_SIP, CSR_MIP, 0},
    {CSR_HIE, CSR_MIE, 0},          {CSR_HIP, CSR_MIP, 0},  {CSR_HVIP, CSR_MIP, 0},
    {CSR_VSIE, CSR_MIE, 1},         {CSR_VSIP, CSR_MIP, 1}, {CSR_CYCLE, CSR_MCYCLE, 0},
    {CSR_INSTRET, CSR_MINSTRET, 0},
};

static struct csr_view view_of(uint64_t number)
{
    for (unsigned i = 0; i < COUNT(views); i++)
        if (views[i].number == number)
            return views[i];
    return (struct csr_view){(uint16_t)number, (uint16_t)number, 0};
}

static uint64_t original(uint64_t number)
{
    return view_of(number).original;
}

/* The bits that are asked for, in the original of the CSR. */
static uint64_t asked_bits(const struct lvalue *target)
{
    return who_mask(target) << view_of(target->number).shift;
}

/* What a trap into a mode, or a return from it, writes. */
static const struct trap_writes {
    uint8_t mode;
    uint16_t whole[5]; /* xepc, xcause, xtval, and xtval2 and xtinst where there are */
    struct trap_status {
        uint16_t csr;
        uint64_t enter, leave;
    } status[2];
} trap_writes[] = {
    {MODE_M,
     {CSR_MEPC, CSR_MCAUSE, CSR_MTVAL, CSR_MTVAL2, CSR_MTINST},
     {{CSR_MSTATUS,
       MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPV | MSTATUS_GVA,
       MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPV | MSTATUS_MPRV}}},
    {MODE_S,
     {CSR_SEPC, CSR_SCAUSE, CSR_STVAL, CSR_HTVAL, CSR_HTINST},
     {{CSR_MSTATUS, MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP,
       MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_MPRV},
      {CSR_HSTATUS, HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_GVA, HSTATUS_SPV}}},
    {MODE_VS,
     {CSR_VSEPC, CSR_VSCAUSE, CSR_VSTVAL},
     {{CSR_VSSTATUS, MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP,
       MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP}}},
};

static const struct trap_writes *writes_of(uint8_t mode)
{
    for (unsigned i = 0; i < COUNT(trap_writes); i++)
        if (trap_writes[i].mode == mode)
            return &trap_writes[i];
    return &trap_writes[0];
}

static bool trap_wrote(const struct lvalue *target, const struct event_trap_enter *trap)
{
    const struct trap_writes *writes = writes_of(trap->to);

    if (trap->hart != target->hart)
        return false;
    for (unsigned i = 0; i < COUNT(writes->status); i++)
        if (writes->status[i].csr && original(target->number) == writes->status[i].csr)
            return writes->status[i].enter & who_mask(target);
    for (unsigned i = 0; i < COUNT(writes->whole); i++)
        if (writes->whole[i] && target->number == writes->whole[i])
            return true;
    return false;
}

static bool return_wrote(const struct lvalue *target,
                         const struct event_trap_return *trap)
{
    const struct trap_writes *writes = writes_of(trap->from);

    for (unsigned i = 0; trap->hart == target->hart && i < COUNT(writes->status); i++)
        if (writes->status[i].csr && original(target->number) == writes->status[i].csr)
            return writes->status[i].leave & who_mask(target);
    return false;
}

/* A write of all of a CSR counts; for a field only one that changed it does. */
static bool wrote_bits(const struct lvalue *target, uint64_t number, uint64_t old,
                       uint64_t value)
{
    uint64_t changed = (old ^ value) << view_of(number).shift;

    return original(number) == original(target->number) &&
           (who_mask(target) == UINT64_MAX || (changed & asked_bits(target)));
}

static bool csr_matches(void *ctx, const struct event *event)
{
    const struct who_search *search = ctx;
    const struct lvalue *target = search->target;

    if (event->board != search->board)
        return false;
    switch ((unsigned)event->kind) {
    case EVENT_CSR_WRITE:
        return event->csr_write.hart == target->hart &&
               wrote_bits(target, event->csr_write.csr, event->csr_write.old,
                          event->csr_write.value);
    case EVENT_TRAP_ENTER:
        return trap_wrote(target, &event->trap_enter);
    case EVENT_TRAP_RETURN:
        return return_wrote(target, &event->trap_return);
    case EVENT_HART_LINE:
        return original(target->number) == CSR_MIP &&
               event->hart_line.hart == target->hart &&
               (BIT(event->hart_line.line) & asked_bits(target));
    default:
        return event->outside.act == ACT_CSR && event->outside.target == target->hart &&
               wrote_bits(target, event->outside.number, event->outside.old,
                          event->outside.value);
    }
}

struct csr_then {
    const struct who_search *search;
    uint64_t value;
};

static void look_at_csr(void *ctx, struct run *run)
{
    struct csr_then *then = ctx;
    const struct lvalue *target = then->search->target;

    then->value = hart_csr_read(&run->board[then->search->board]->hart[target->hart],
                                (unsigned)target->number);
}

static uint64_t csr_at(const struct who_search *search, struct moment at)
{
    struct csr_then then = {search, 0};

    timeline_peek_at(search->timeline, at, look_at_csr, &then);
    return then.value;
}

/* What traps, returns and lines write they do not tell, nor a write of one view of a CSR
 * what another view then is: it is what their step changes. */
static bool values_of_step(const struct who_search *search, struct who *who)
{
    struct step step;
    bool ok = step_of(search->timeline, &who->event, &step);

    if (ok) {
        who->old = csr_at(search, step.began);
        who->value = csr_at(search, step.ended);
    }
    step_release(&step);
    return ok;
}

static void csr_values(const struct who_search *search, struct who *who)
{
    const struct event *event = &who->event;
    uint64_t mask = who_mask(search->target), number = search->target->number;

    who->has_values = true;
    if (event->kind == EVENT_CSR_WRITE && event->csr_write.csr == number) {
        who->old = event->csr_write.old;
        who->value = event->csr_write.value;
    } else if (event->kind == EVENT_OUTSIDE && event->outside.number == number) {
        who->old = event->outside.old;
        who->value = event->outside.value;
    } else {
        who->has_values = values_of_step(search, who);
    }
    who->old = field_get(who->old, mask);
    who->value = field_get(who->value, mask);
}

/* Each instruction and cycle changes it, and tells nothing: only writes of it are found. */
static bool counts_by_itself(uint64_t number)
{
    return original(number) == CSR_MCYCLE || original(number) == CSR_MINSTRET;
}

static bool who_csr(struct who_search *search, struct who *who, struct err *err)
{
    const uint64_t kinds = EVENT_BIT(EVENT_CSR_WRITE) | EVENT_BIT(EVENT_TRAP_ENTER) |
                           EVENT_BIT(EVENT_TRAP_RETURN) | EVENT_BIT(EVENT_HART_LINE) |
                           EVENT_BIT(EVENT_OUTSIDE);
    struct event event;

    if (search->target->number == CSR_TIME)
        return err_set(err, "time counts by itself: ask about MTIME");
    if (timeline_find_last(search->timeline, search->before, kinds, csr_matches, search,
                           &event)) {
        who_found(search, &event, who);
        csr_values(search, who);
    } else if (counts_by_itself(search->target->number) &&
               !timeline_cut_short(search->timeline)) {
        return err_set(err, "%s counts by itself, and nobody has written it",
                       csr_by_number((unsigned)search->target->number)->name);
    }
    return true;
}

/* --- registers x, and the pc ------------------------------------------------------ */

static bool x_matches(void *ctx, const struct event *event)
{
    const struct who_search *search = ctx;
    const struct lvalue *target = search->target;

    if (event->board != search->board)
        return false;
    if (event->kind == EVENT_INSN)
        return event->insn.hart == target->hart && event->insn.rd == target->number;
    return event->outside.act == ACT_X && event->outside.target == target->hart &&
           event->outside.number == target->number;
}

static bool who_x(struct who_search *search, struct who *who, struct err *err)
{
    struct event event;

    if (search->target->number == 0)
        return err_set(err, "x0 is always 0: nobody can write it");
    if (!timeline_find_last(search->timeline, search->before,
                            EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_OUTSIDE), x_matches,
                            search, &event))
        return true;
    who_found(search, &event, who);
    who->has_values = true;
    who->old = event.kind == EVENT_INSN ? event.insn.rd_old : event.outside.old;
    who->value = event.kind == EVENT_INSN ? event.insn.rd_new : event.outside.value;
    return true;
}

static bool pc_matches(void *ctx, const struct event *event)
{
    const struct who_search *search = ctx;
    unsigned hart = search->target->hart;

    if (event->board != search->board)
        return false;
    if (event->kind == EVENT_INSN)
        return event->insn.hart == hart;
    if (event->kind == EVENT_TRAP_ENTER)
        return event->trap_enter.hart == hart;
    return event->outside.act == ACT_PC && event->outside.target == hart;
}

static bool who_pc(struct who_search *search, struct who *who)
{
    struct event event;

    if (timeline_find_last(search->timeline, search->before,
                           EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_TRAP_ENTER) |
                               EVENT_BIT(EVENT_OUTSIDE),
                           pc_matches, search, &event))
        who_found(search, &event, who);
    return true;
}

/* --- RAM -------------------------------------------------------------------------- */

/* A page table that is asked about now is the one that translates now. */
static bool physical(const struct hart *hart, const struct lvalue *target, uint64_t *pa,
                     struct err *err)
{
    const struct walk_request request = {
        .va = target->number, .access = ACCESS_LOAD, .mode = hart_data_mode(hart)};

    *pa = target->number;
    if (!target->physical && hart_peek_translate(hart, request, pa) != CAUSE_NONE)
        return err_set(err, "0x%" PRIx64 ": hart %u has no translation of that address",
                       target->number, hart->id);
    return true;
}

static struct lvalue register_at(const struct mmio *mmio, uint64_t pa, unsigned size)
{
    return (struct lvalue){.kind = LVALUE_REGISTER,
                           .device = mmio->device,
                           .number = pa - mmio->base,
                           .size = size,
                           .hi = 63};
}

bool who_shared(const struct run *run, const struct lvalue *target, unsigned board,
                struct lvalue *read, struct lvalue *written)
{
    const struct board *on = run->board[board];
    const struct mmio *mmio;
    const struct reg *reg;
    unsigned index;
    uint64_t pa;

    if (target->kind != LVALUE_MEMORY ||
        !physical(&on->hart[target->hart], target, &pa, NULL))
        return false;
    mmio = bus_find(&on->bus, pa);
    reg =
        mmio ? device_reg(on->device[mmio->device], (uint32_t)(pa - mmio->base), &index)
             : NULL;
    if (!reg || !reg->write_name)
        return false;
    *read = *written = register_at(mmio, pa, target->size);
    read->side = SIDE_READ;
    written->side = SIDE_WRITTEN;
    return true;
}

static bool who_memory(const struct who_search *search, struct who *who,
                       struct err *err)
{
    struct board *board = timeline_run(search->timeline)->board[search->board];
    const struct lvalue *target = search->target;
    struct who_search of_register = *search;
    const struct mmio *mmio;
    struct lvalue reg;
    uint64_t pa;

    if (!physical(&board->hart[target->hart], target, &pa, err))
        return false;
    if (ram_has(&board->bus.ram, pa, target->size))
        return who_ram(search, pa, who);
    mmio = bus_find(&board->bus, pa);
    if (!mmio)
        return err_set(err, "0x%" PRIx64 ": nothing answers at that address", pa);
    reg = register_at(mmio, pa, target->size);
    of_register.target = &reg;
    return who_register(&of_register, who, err);
}

/* --- the question ----------------------------------------------------------------- */

static bool find(struct who_search *search, struct who *who, struct err *err)
{
    switch (search->target->kind) {
    case LVALUE_X:
        return who_x(search, who, err);
    case LVALUE_PC:
        return who_pc(search, who);
    case LVALUE_CSR:
        return who_csr(search, who, err);
    case LVALUE_REGISTER:
        return who_register(search, who, err);
    case LVALUE_MEMORY:
        return who_memory(search, who, err);
    case LVALUE_NONE:
        break;
    }
    return err_set(err, "that is nothing that can be written");
}

bool who_wrote_before(struct timeline *timeline, const struct lvalue *target,
                      unsigned board, struct moment before, struct who *who,
                      struct err *err)
{
    struct who_search search = {timeline, target, board, before};

    *who = (struct who){.kind = WHO_NOBODY};
    if (!find(&search, who, err))
        return false;
    return !timeline_cut_short(timeline) || err_set(err, "interrupted");
}

bool who_wrote(struct timeline *timeline, const struct lvalue *target, unsigned board,
               struct who *who, struct err *err)
{
    return who_wrote_before(timeline, target, board, timeline_now(timeline), who, err);
}
