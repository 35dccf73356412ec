/*
 * The fold over exits. A hart is inside a guest, or out:
 *
 *   inside --vm_exit--> out, phase OTHER     leave_guest
 *   out, on a marker    another phase        enter_phase
 *   out, asleep         IDLE                 hart_sleeps
 *   out --vm_entry--> inside                 enter_guest
 *
 * Cycles up to an event belong to what the hart was doing before it: `settle`. So the
 * parts of an exit make up the whole of it, whatever events come.
 */
#include "observe/exits/exits.h"

#include "base/alloc.h"
#include "guest/include/markers.h"
#include "machine/isa/csr.h"

#include <stdlib.h>

enum { A6 = 16, A7 = 17 };

const struct exit_part_info exit_part_infos[EXIT_PARTS] = {
    [EXIT_TRAP] = {"trap", "trap entry and return, in hardware"},
    [EXIT_SAVE] = {"save", "saving the guest's registers"},
    [EXIT_DECODE] = {"decode", "finding out which access or instruction it was"},
    [EXIT_EMULATE] = {"emulate", "doing what the guest asked for"},
    [EXIT_INJECT] = {"inject", "working on virtual interrupts"},
    [EXIT_BACKEND] = {"backend", "working with real devices for the guest"},
    [EXIT_SCHEDULE] = {"schedule", "choosing who runs next"},
    [EXIT_IDLE] = {"idle", "waiting for an interrupt"},
    [EXIT_BUS] = {"bus", "waiting for the bus, which others hold"},
    [EXIT_RESTORE] = {"restore", "restoring the guest's registers"},
    [EXIT_OTHER] = {"other", "software that does not say what it is doing"},
};

void exits_init(struct exits *exits, const struct run *run)
{
    *exits = (struct exits){.run = run};
    for (unsigned i = 0; i < EXIT_HARTS; i++)
        exits->hart[i].mode = MODE_M;
}

struct exits *exits_copy(const struct exits *exits)
{
    struct exits *copy = alloc_zero(1, sizeof(*copy));

    *copy = *exits;
    return copy;
}

void exits_free(struct exits *exits)
{
    free(exits);
}

static struct exit_hart *hart_of(struct exits *exits, const struct event *event,
                                 unsigned hart)
{
    return &exits->hart[event->board % RUN_BOARDS * HART_MAX + hart % HART_MAX];
}

static bool is_guest_mode(unsigned mode)
{
    return mode & MODE_VIRTUAL;
}

/* --- time ----------------------------------------------------------------------------- */

/* A guest's cycles up to `cycle`, by its mode; a hart that has woken up may be ahead. */
static void settle_mode(struct exits *exits, struct exit_hart *hart, uint64_t cycle)
{
    struct exit_guest *guest = &exits->guest[hart->vmid % EXIT_VMIDS];
    uint64_t cycles = cycle - hart->since;

    if (cycle <= hart->since)
        return;
    if (is_guest_mode(hart->mode))
        *(hart->sleeps ? &guest->asleep : &guest->awake[hart->mode & 1]) += cycles;
    hart->since = cycle;
}

static void spend(struct vm_exit *exit, enum exit_part part, uint64_t cycles)
{
    exit->cost.part[part] += cycles;
    exit->cost.cycles += cycles;
}

/* The exit's cycles up to `cycle`, by its phase. */
static void settle_phase(struct exit_hart *hart, uint64_t cycle)
{
    if (!hart->out || cycle <= hart->phase_since)
        return;
    spend(&hart->exit, hart->sleeps ? EXIT_IDLE : hart->phase,
          cycle - hart->phase_since);
    hart->phase_since = cycle;
}

static void settle(struct exits *exits, struct exit_hart *hart, uint64_t cycle)
{
    settle_mode(exits, hart, cycle);
    settle_phase(hart, cycle);
}

void exits_settle(struct exits *exits, uint64_t cycle)
{
    for (unsigned b = 0; b < exits->run->boards; b++)
        for (unsigned h = 0; h < exits->run->board[b]->harts; h++)
            settle_mode(exits, &exits->hart[b * HART_MAX + h], cycle);
}

void exits_settle_open(struct exits *exits, uint64_t cycle)
{
    exits_settle(exits, cycle);
    for (unsigned i = 0; i < EXIT_HARTS; i++)
        settle_phase(&exits->hart[i], cycle);
}

/* --- classes -------------------------------------------------------------------------- */

static bool same_class(const struct exit_class *a, const struct exit_class *b)
{
    return a->cause == b->cause && a->epc == b->epc && a->subject == b->subject &&
           a->insn == b->insn && a->vmid == b->vmid;
}

static uint64_t subject_of(const struct vm_exit *exit)
{
    switch (exit->cause) {
    case CAUSE_INTERRUPT | IRQ_SEI:
    case CAUSE_INTERRUPT | IRQ_MEI:
        return exit->claimed;
    case CAUSE_ECALL_VS:
        return exit->call;
    case CAUSE_INSTRUCTION_GUEST_PAGE:
    case CAUSE_LOAD_GUEST_PAGE:
    case CAUSE_STORE_GUEST_PAGE:
        return exit->gpa & ~BITS(11, 0);
    default:
        return 0;
    }
}

/* The class of an exit, which is made when there is none yet. */
static struct exit_class *class_of(struct exits *exits, const struct vm_exit *exit)
{
    bool interrupt = exit->cause & CAUSE_INTERRUPT;
    struct exit_class wanted = {.cause = exit->cause,
                                .epc = interrupt ? 0 : exit->epc,
                                .subject = subject_of(exit),
                                .insn = interrupt ? 0 : exit->insn,
                                .vmid = exit->vmid};

    for (unsigned i = 0; i < exits->classes; i++)
        if (same_class(&exits->class[i], &wanted))
            return &exits->class[i];
    if (exits->classes == EXIT_CLASSES - 1)
        wanted = (struct exit_class){.cause = EXIT_CAUSE_REST};
    if (exits->classes < EXIT_CLASSES) {
        exits->class[exits->classes] = wanted;
        exits->classes++;
    }
    return &exits->class[exits->classes - 1];
}

void exit_add_cost(struct exit_cost *sum, const struct exit_cost *cost)
{
    sum->cycles += cost->cycles;
    for (unsigned part = 0; part < EXIT_PARTS; part++)
        sum->part[part] += cost->part[part];
}

/* --- leaving and entering ------------------------------------------------------------- */

static void leave_guest(struct exits *exits, const struct event *event)
{
    const struct event_vm_exit *told = &event->vm_exit;
    struct exit_hart *hart = hart_of(exits, event, told->hart);
    struct exit_guest *guest = &exits->guest[told->vmid % EXIT_VMIDS];
    const uint64_t *x = exits->run->board[event->board]->hart[told->hart].x;
    bool calls = told->cause == CAUSE_ECALL_VS;

    settle(exits, hart, event->cycle);
    hart->out = 1;
    hart->phase = EXIT_OTHER;
    hart->phase_since = event->cycle + told->price;
    hart->exit = (struct vm_exit){
        .number = ++exits->begun,
        .cycle = event->cycle,
        .retired = event->retired,
        .order = event->order,
        .insn = told->insn,
        .cause = told->cause,
        .epc = told->epc,
        .tval = told->tval,
        .gpa = told->gpa,
        .call = calls ? x[A7] : 0,
        .call_function = calls ? x[A6] : 0,
        .vmid = told->vmid,
        .board = event->board,
        .hart = told->hart,
        .from = told->from,
        .to = told->to,
        .open = 1,
    };
    spend(&hart->exit, EXIT_TRAP, told->price);
    guest->exits++;
    guest->inside = 0;
    guest->mode = told->from;
    guest->epc = told->epc;
    guest->since = event->cycle;
}

/* What the return costs is the hardware's, not the last phase's. */
static void end_exit(struct exits *exits, const struct event *event,
                     struct exit_hart *hart)
{
    uint64_t price = exits->run->board[event->board]->costs.trap_return;
    struct vm_exit *exit = &hart->exit;
    struct exit_class *class;

    settle_phase(hart, event->cycle > price ? event->cycle - price : 0);
    if (event->cycle > hart->phase_since)
        spend(exit, EXIT_TRAP, event->cycle - hart->phase_since);
    exit->open = 0;
    exit->resumed = event->vm_entry.vmid;
    exit->entry_retired = event->retired;
    exit->entry_order = event->order;
    hart->out = 0;
    exits->kept[(exit->number - 1) % EXITS_KEPT] = *exit;
    exits->ended++;
    class = class_of(exits, exit);
    class->count++;
    exit_add_cost(&class->cost, &exit->cost);
}

static void enter_guest(struct exits *exits, const struct event *event)
{
    const struct event_vm_entry *told = &event->vm_entry;
    struct exit_hart *hart = hart_of(exits, event, told->hart);
    struct exit_guest *guest = &exits->guest[told->vmid % EXIT_VMIDS];

    if (hart->out)
        end_exit(exits, event, hart);
    settle_mode(exits, hart, event->cycle);
    hart->vmid = told->vmid;
    guest->entries++;
    guest->inside = 1;
    guest->hgatp = hart->hgatp;
    guest->board = event->board;
    guest->hart = told->hart;
    guest->mode = told->to;
    guest->epc = told->pc;
    guest->since = event->cycle;
}

/* --- in between ----------------------------------------------------------------------- */

static void enter_phase(struct exits *exits, const struct event *event)
{
    static const uint8_t phases[] = {
        [MARK_HV_SAVE] = EXIT_SAVE,         [MARK_HV_DECODE] = EXIT_DECODE,
        [MARK_HV_EMULATE] = EXIT_EMULATE,   [MARK_HV_INJECT] = EXIT_INJECT,
        [MARK_HV_SCHEDULE] = EXIT_SCHEDULE, [MARK_HV_RESTORE] = EXIT_RESTORE,
        [MARK_HV_BACKEND] = EXIT_BACKEND,
    };
    const struct event_marker *told = &event->marker;
    struct exit_hart *hart = hart_of(exits, event, told->hart);

    if (told->number >= COUNT(phases) || !phases[told->number])
        return;
    settle_phase(hart, event->cycle);
    hart->phase = phases[told->number];
}

static void enter_trap(struct exits *exits, const struct event *event)
{
    struct exit_hart *hart = hart_of(exits, event, event->trap_enter.hart);

    settle_mode(exits, hart, event->cycle);
    hart->mode = event->trap_enter.to;
}

static void return_from_trap(struct exits *exits, const struct event *event)
{
    struct exit_hart *hart = hart_of(exits, event, event->trap_return.hart);

    settle_mode(exits, hart, event->cycle);
    hart->mode = event->trap_return.to;
}

/* A wait is told when it begins, and is no work of the phase that it is in. */
static void bus_waited(struct exits *exits, const struct event *event)
{
    const struct event_bus_wait *told = &event->bus_wait;
    struct exit_hart *hart;

    if (initiator_kind(told->initiator) != BY_HART)
        return;
    hart = hart_of(exits, event, told->initiator);
    settle_phase(hart, event->cycle);
    if (!hart->out)
        return;
    spend(&hart->exit, EXIT_BUS, told->cycles);
    hart->phase_since += told->cycles;
}

static void hart_sleeps(struct exits *exits, const struct event *event)
{
    struct exit_hart *hart = hart_of(exits, event, event->hart_sleep.hart);

    settle(exits, hart, event->cycle);
    hart->sleeps = event->hart_sleep.asleep;
}

static struct vm_exit *exit_by(struct exits *exits, const struct event *event,
                               unsigned initiator)
{
    struct exit_hart *hart;

    if (initiator_kind(initiator) != BY_HART)
        return NULL;
    hart = hart_of(exits, event, initiator);
    return hart->out ? &hart->exit : NULL;
}

static void device_read(struct exits *exits, const struct event *event)
{
    struct vm_exit *exit = exit_by(exits, event, event->mmio_read.initiator);

    if (exit)
        exit->reads++;
}

static void device_written(struct exits *exits, const struct event *event)
{
    struct vm_exit *exit = exit_by(exits, event, event->mmio_write.initiator);

    if (exit)
        exit->writes++;
}

/* The context of a claim is no hart: whoever is out and reads the PLIC now has made it. */
static void interrupt_claimed(struct exits *exits, const struct event *event)
{
    unsigned by = exits->run->board[event->board]->bus.by;
    struct vm_exit *exit = exit_by(exits, event, by);

    if (exit && !exit->claimed)
        exit->claimed = event->irq_claim.source;
}

static void csr_written(struct exits *exits, const struct event *event)
{
    const struct event_csr_write *told = &event->csr_write;
    struct exit_hart *hart = hart_of(exits, event, told->hart);
    uint64_t raised;

    if (told->csr == CSR_HGATP)
        hart->hgatp = told->value;
    if (told->csr != CSR_HVIP)
        return;
    raised = told->value & ~told->old;
    exits->injections += (unsigned)__builtin_popcountll(raised);
    hart->exit.injected |= hart->out ? raised : 0;
}

void exits_take(void *ctx, const struct event *event)
{
    static void (*const takes[EVENT_KINDS])(struct exits *, const struct event *) = {
        [EVENT_MARKER] = enter_phase,           [EVENT_VM_EXIT] = leave_guest,
        [EVENT_VM_ENTRY] = enter_guest,         [EVENT_TRAP_ENTER] = enter_trap,
        [EVENT_TRAP_RETURN] = return_from_trap, [EVENT_HART_SLEEP] = hart_sleeps,
        [EVENT_MMIO_READ] = device_read,        [EVENT_MMIO_WRITE] = device_written,
        [EVENT_CSR_WRITE] = csr_written,        [EVENT_IRQ_CLAIM] = interrupt_claimed,
        [EVENT_BUS_WAIT] = bus_waited,
    };

    if (takes[event->kind])
        takes[event->kind](ctx, event);
}

/* --- looking -------------------------------------------------------------------------- */

const struct vm_exit *exits_find(const struct exits *exits, uint64_t number)
{
    const struct vm_exit *kept;

    if (number == 0)
        number = exits->begun;
    if (number == 0)
        return NULL;
    for (unsigned i = 0; i < EXIT_HARTS; i++)
        if (exits->hart[i].out && exits->hart[i].exit.number == number)
            return &exits->hart[i].exit;
    kept = &exits->kept[(number - 1) % EXITS_KEPT];
    return kept->number == number ? kept : NULL;
}

/* --- keeping -------------------------------------------------------------------------- */

static void cost_state(struct exit_cost *cost, struct state *state)
{
    STATE(state, cost->cycles);
    STATE(state, cost->part);
}

static void exit_state(struct vm_exit *exit, struct state *state)
{
    STATE(state, exit->number);
    STATE(state, exit->cycle);
    STATE(state, exit->retired);
    STATE(state, exit->order);
    STATE(state, exit->entry_order);
    STATE(state, exit->entry_retired);
    STATE(state, exit->insn);
    STATE(state, exit->cause);
    STATE(state, exit->epc);
    STATE(state, exit->tval);
    STATE(state, exit->gpa);
    STATE(state, exit->call);
    STATE(state, exit->call_function);
    STATE(state, exit->injected);
    STATE(state, exit->reads);
    STATE(state, exit->writes);
    STATE(state, exit->vmid);
    STATE(state, exit->resumed);
    STATE(state, exit->claimed);
    STATE(state, exit->board);
    STATE(state, exit->hart);
    STATE(state, exit->from);
    STATE(state, exit->to);
    STATE(state, exit->open);
    cost_state(&exit->cost, state);
}

static void hart_state_of(struct exit_hart *hart, struct state *state)
{
    STATE(state, hart->since);
    STATE(state, hart->mode);
    STATE(state, hart->sleeps);
    STATE(state, hart->vmid);
    STATE(state, hart->out);
    STATE(state, hart->phase);
    STATE(state, hart->phase_since);
    STATE(state, hart->hgatp);
    exit_state(&hart->exit, state);
}

static void guest_state(struct exit_guest *guest, struct state *state)
{
    STATE(state, guest->exits);
    STATE(state, guest->entries);
    STATE(state, guest->hgatp);
    STATE(state, guest->epc);
    STATE(state, guest->since);
    STATE(state, guest->awake);
    STATE(state, guest->asleep);
    STATE(state, guest->board);
    STATE(state, guest->hart);
    STATE(state, guest->mode);
    STATE(state, guest->inside);
}

static void class_state(struct exit_class *class, struct state *state)
{
    STATE(state, class->cause);
    STATE(state, class->epc);
    STATE(state, class->subject);
    STATE(state, class->count);
    STATE(state, class->insn);
    STATE(state, class->vmid);
    cost_state(&class->cost, state);
}

/* A run without guests has little to keep: what has never been used is left out, and is
 * made as it was at the beginning when it is taken back. */
void exits_state(void *ctx, struct state *state)
{
    struct exits *exits = ctx;

    STATE(state, exits->begun);
    STATE(state, exits->ended);
    STATE(state, exits->injections);
    for (unsigned b = 0; b < exits->run->boards; b++)
        for (unsigned h = 0; h < exits->run->board[b]->harts; h++)
            hart_state_of(&exits->hart[b * HART_MAX + h], state);
    for (unsigned i = 0; i < EXIT_VMIDS; i++)
        guest_state(&exits->guest[i], state);
    for (unsigned i = 0; i < EXITS_KEPT && i < exits->begun; i++)
        exit_state(&exits->kept[i], state);
    STATE(state, exits->classes);
    for (unsigned i = 0; i < exits->classes && i < EXIT_CLASSES; i++)
        class_state(&exits->class[i], state);
}
