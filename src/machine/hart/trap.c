/*
 * Traps (Privileged 1.13, 3.1.6 to 3.1.9 and 3.3.2). A trap leaves the program where it
 * is and goes on in a handler of a mode at least as privileged:
 *
 *   target_of         which mode's handler: M, or S if delegated and not from M
 *   enter             1. the cause, the pc and a value for the handler are put into its
 *                        mode's xcause, xepc, xtval
 *                     2. xPIE = xIE, xIE = 0, xPP = the mode that trapped: a stack of
 *                        two, so that the handler runs with its interrupts off
 *                     3. the mode changes, the pc goes to where xtvec says
 *   leave             the same stack popped: mret, sret
 *
 * What differs between the modes is a row of `targets`. An interrupt is a trap that is
 * taken between two instructions: xepc is the instruction that was not begun.
 */
#include "machine/hart/hart.h"

#include <assert.h>
#include <stddef.h>

/* The registers and mstatus fields that belong to one mode's traps. */
struct target {
    uint8_t mode;
    size_t cause, epc, tval, tvec;
    uint64_t ie, pie, pp;
};

enum target_row { TARGET_M, TARGET_S };

#define CSR_AT(member) offsetof(struct csrs, member)

static const struct target targets[] = {
    [TARGET_M] = {.mode = MODE_M,
                  .cause = CSR_AT(mcause),
                  .epc = CSR_AT(mepc),
                  .tval = CSR_AT(mtval),
                  .tvec = CSR_AT(mtvec),
                  .ie = MSTATUS_MIE,
                  .pie = MSTATUS_MPIE,
                  .pp = MSTATUS_MPP},
    [TARGET_S] = {.mode = MODE_S,
                  .cause = CSR_AT(scause),
                  .epc = CSR_AT(sepc),
                  .tval = CSR_AT(stval),
                  .tvec = CSR_AT(stvec),
                  .ie = MSTATUS_SIE,
                  .pie = MSTATUS_SPIE,
                  .pp = MSTATUS_SPP},
};

static uint64_t *csr_at(struct hart *hart, size_t at)
{
    return (uint64_t *)(void *)((char *)&hart->csr + at);
}

/* Traps never go to a less privileged mode: delegation counts only from S and U. */
static const struct target *target_of(uint64_t cause, uint8_t mode,
                                      const struct csrs *csr)
{
    uint64_t delegated = cause & CAUSE_INTERRUPT ? csr->mideleg : csr->medeleg;
    unsigned number = (unsigned)(cause & ~CAUSE_INTERRUPT);

    assert(number < 64);
    return &targets[mode != MODE_M && (delegated & BIT(number)) ? TARGET_S : TARGET_M];
}

/* xtvec.MODE 0: every trap goes to BASE. 1: interrupts go to BASE + 4 * cause. */
static uint64_t handler_of(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~BITS(1, 0);
    bool vectored = (tvec & BITS(1, 0)) == 1;

    return vectored && (cause & CAUSE_INTERRUPT) ? base + 4 * (cause & BITS(5, 0))
                                                 : base;
}

static void enter(struct hart *hart, const struct target *target, struct trap trap)
{
    uint64_t *status = &hart->csr.mstatus;

    *csr_at(hart, target->cause) = trap.cause;
    *csr_at(hart, target->epc) = hart->pc;
    *csr_at(hart, target->tval) = trap.tval;

    *status = field_set(*status, target->pie, field_get(*status, target->ie));
    *status = field_set(*status, target->ie, 0);
    *status = field_set(*status, target->pp, hart->mode);

    hart->mode = target->mode;
    hart->pc = handler_of(*csr_at(hart, target->tvec), trap.cause);
}

void hart_take_trap(struct hart *hart, struct trap trap)
{
    const struct target *target = target_of(trap.cause, hart->mode, &hart->csr);
    uint64_t begins = hart_now(hart), epc = hart->pc;
    uint8_t from = hart->mode;

    assert(trapped(trap));
    enter(hart, target, trap);
    hart->spent += hart->costs->trap_entry;
    if (trap.cause & CAUSE_INTERRUPT)
        hart->interrupts++;
    else
        hart->exceptions++;
    EMIT(hart->events, begins, TRAP_ENTER, trap_enter, .cause = trap.cause, .epc = epc,
         .tval = trap.tval, .handler = hart->pc, .price = hart->costs->trap_entry,
         .hart = hart->id, .from = from, .to = hart->mode);
}

/* xPP then holds the least privileged mode, so that a handler that returns twice is
 * found out. MPRV does not outlive M-mode. */
static void leave(struct hart *hart, const struct target *target)
{
    uint64_t *status = &hart->csr.mstatus;

    hart->mode = (uint8_t)field_get(*status, target->pp);
    *status = field_set(*status, target->ie, field_get(*status, target->pie));
    *status = field_set(*status, target->pie, 1);
    *status = field_set(*status, target->pp, MODE_U);
    if (hart->mode != MODE_M)
        *status = field_set(*status, MSTATUS_MPRV, 0);
    hart->pc = *csr_at(hart, target->epc);
}

void hart_trap_return(struct hart *hart, enum privilege from)
{
    uint8_t mode = hart->mode;

    assert(from == MODE_M || from == MODE_S);
    leave(hart, &targets[from == MODE_M ? TARGET_M : TARGET_S]);
    EMIT(hart->events, hart_now(hart), TRAP_RETURN, trap_return, .pc = hart->pc,
         .hart = hart->id, .from = mode, .to = hart->mode);
}

/* The one that goes first: external before software before timer, M before S. */
static uint64_t first_interrupt(uint64_t pending)
{
    static const uint8_t priority[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI,
                                       IRQ_SEI, IRQ_SSI, IRQ_STI};

    for (unsigned i = 0; i < COUNT(priority); i++)
        if (pending & BIT(priority[i]))
            return CAUSE_INTERRUPT | priority[i];
    return CAUSE_NONE;
}

/* Interrupts for a mode are on while a less privileged mode runs, off while a more
 * privileged one does, and as its xIE says while it runs itself. Those for M-mode go
 * before those for S-mode. */
uint64_t hart_pending_interrupt(const struct hart *hart)
{
    const struct csrs *csr = &hart->csr;
    uint64_t pending = hart_mip(hart) & csr->mie;
    uint64_t for_m = pending & ~csr->mideleg, for_s = pending & csr->mideleg;

    if (for_m && (hart->mode != MODE_M || (csr->mstatus & MSTATUS_MIE)))
        return first_interrupt(for_m);
    if (for_s && (hart->mode == MODE_U ||
                  (hart->mode == MODE_S && (csr->mstatus & MSTATUS_SIE))))
        return first_interrupt(for_s);
    return CAUSE_NONE;
}

/* WFI ends when an interrupt that mie lets through is pending, also where mstatus or
 * delegation keep it from being taken (3.3.3). The hart wakes at the cycle of whoever
 * drives the line, never in its own past. */
void hart_wake(struct hart *hart)
{
    uint64_t now = hart->queue->now;

    if (!hart->asleep || !(hart_mip(hart) & hart->csr.mie))
        return;
    hart->asleep = false;
    hart->cycle = (hart->cycle > now ? hart->cycle : now) + hart->costs->wake;
    EMIT(hart->events, now, HART_SLEEP, hart_sleep, .hart = hart->id, .asleep = 0);
}

void hart_set_line(struct hart *hart, unsigned line, bool level)
{
    uint64_t lines =
        level ? hart->csr.mip_lines | BIT(line) : hart->csr.mip_lines & ~BIT(line);

    assert(line < 64);
    if (lines == hart->csr.mip_lines)
        return;
    hart->csr.mip_lines = lines;
    EMIT(hart->events, hart->queue->now, HART_LINE, hart_line, .hart = hart->id,
         .line = (uint8_t)line, .level = level);
    hart_wake(hart);
}
