/*
 * Traps (Privileged 1.13, 3.1.6 to 3.1.9 and 3.3.2; with the hypervisor extension 15.6). A
 * trap leaves the program where it is and goes on in a handler of a mode at least as
 * privileged:
 *
 *   target_of         which mode's handler: M; HS if delegated and not from M; VS if
 *                     delegated again and from a guest
 *   enter             1. the cause, the pc and values for the handler are put into its
 *                        mode's xcause, xepc, xtval, and where it has them xtval2, xtinst
 *                     2. xPIE = xIE, xIE = 0, xPP = the mode that trapped: a stack of
 *                        two, so that the handler runs with its interrupts off; V is
 *                        stacked in xPV in the same way
 *                     3. the mode changes, the pc goes to where xtvec says
 *   leave             the same stack popped: mret, sret
 *
 * What differs between the modes is a row of `targets`. An interrupt is a trap that is
 * taken between two instructions: xepc is the instruction that was not begun.
 *
 * A trap that takes V from 1 to 0 is a VM exit, a return that takes it back a VM entry;
 * the hart does nothing more for either than what is here.
 */
#include "machine/hart/hart.h"

#include "machine/isa/formats.h"

#include <assert.h>
#include <stddef.h>

/* The registers and fields that belong to one mode's traps. */
struct target {
    uint8_t mode;
    bool is_virtual;
    size_t cause, epc, tval, tvec;
    size_t status; /* has ie, pie and pp */
    uint64_t ie, pie, pp;
    size_t status2; /* has pv, gva and pvp; where there is none they are 0 */
    uint64_t pv, gva, pvp;
    size_t tval2, tinst; /* 0: none */
};

enum target_row { TARGET_M, TARGET_HS, TARGET_VS };

#define CSR_AT(member) offsetof(struct csrs, member)

static const struct target targets[] = {
    [TARGET_M] = {.mode = MODE_M,
                  .cause = CSR_AT(mcause),
                  .epc = CSR_AT(mepc),
                  .tval = CSR_AT(mtval),
                  .tvec = CSR_AT(mtvec),
                  .status = CSR_AT(mstatus),
                  .ie = MSTATUS_MIE,
                  .pie = MSTATUS_MPIE,
                  .pp = MSTATUS_MPP,
                  .status2 = CSR_AT(mstatus),
                  .pv = MSTATUS_MPV,
                  .gva = MSTATUS_GVA,
                  .tval2 = CSR_AT(mtval2),
                  .tinst = CSR_AT(mtinst)},
    [TARGET_HS] = {.mode = MODE_S,
                   .cause = CSR_AT(scause),
                   .epc = CSR_AT(sepc),
                   .tval = CSR_AT(stval),
                   .tvec = CSR_AT(stvec),
                   .status = CSR_AT(mstatus),
                   .ie = MSTATUS_SIE,
                   .pie = MSTATUS_SPIE,
                   .pp = MSTATUS_SPP,
                   .status2 = CSR_AT(hstatus),
                   .pv = HSTATUS_SPV,
                   .gva = HSTATUS_GVA,
                   .pvp = HSTATUS_SPVP,
                   .tval2 = CSR_AT(htval),
                   .tinst = CSR_AT(htinst)},
    [TARGET_VS] = {.mode = MODE_S,
                   .is_virtual = true,
                   .cause = CSR_AT(vscause),
                   .epc = CSR_AT(vsepc),
                   .tval = CSR_AT(vstval),
                   .tvec = CSR_AT(vstvec),
                   .status = CSR_AT(vsstatus),
                   .ie = MSTATUS_SIE,
                   .pie = MSTATUS_SPIE,
                   .pp = MSTATUS_SPP},
};

static uint64_t *csr_at(struct hart *hart, size_t at)
{
    return (uint64_t *)(void *)((char *)&hart->csr + at);
}

/* Traps never go to a less privileged mode: delegation counts only from S and U, and the
 * second one only from a guest (15.6.2). */
static const struct target *target_of(const struct hart *hart, uint64_t cause)
{
    const struct csrs *csr = &hart->csr;
    bool interrupt = cause & CAUSE_INTERRUPT;
    unsigned number = (unsigned)(cause & ~CAUSE_INTERRUPT);

    assert(number < 64);
    if (hart->mode == MODE_M ||
        !((interrupt ? csr->mideleg : csr->medeleg) & BIT(number)))
        return &targets[TARGET_M];
    if (!hart->is_virtual || !((interrupt ? csr->hideleg : csr->hedeleg) & BIT(number)))
        return &targets[TARGET_HS];
    return &targets[TARGET_VS];
}

/* A guest knows its interrupts by the numbers that S-mode has for them (15.2.2). */
static uint64_t cause_for(const struct target *target, uint64_t cause)
{
    return target->is_virtual && (cause & CAUSE_INTERRUPT) ? cause - 1 : cause;
}

enum privilege hart_trap_target(const struct hart *hart, uint64_t cause)
{
    const struct target *target = target_of(hart, cause);

    return target->is_virtual ? MODE_VS : (enum privilege)target->mode;
}

uint64_t hart_trap_cause(const struct hart *hart, uint64_t cause)
{
    return cause_for(target_of(hart, cause), cause);
}

/* xtvec.MODE 0: every trap goes to BASE. 1: interrupts go to BASE + 4 * cause. */
static uint64_t handler_of(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~BITS(1, 0);
    bool vectored = (tvec & BITS(1, 0)) == 1;

    return vectored && (cause & CAUSE_INTERRUPT) ? base + 4 * (cause & BITS(5, 0))
                                                 : base;
}

/* --- the trapping instruction, for xtinst (15.6.3) --- */

#define TINST_OFFSET    BITS(19, 15) /* in place of rs1 */
#define TINST_IMM_LOAD  BITS(31, 20)
#define TINST_IMM_STORE (BITS(31, 25) | BITS(11, 7))

/* Has it an address for xtval? Then hart->fault is about it. */
static bool has_address(uint64_t cause)
{
    const uint64_t without = BIT(CAUSE_ILLEGAL_INSTRUCTION) | BIT(CAUSE_ECALL_U) |
                             BIT(CAUSE_ECALL_S) | BIT(CAUSE_ECALL_VS) |
                             BIT(CAUSE_ECALL_M) | BIT(CAUSE_VIRTUAL_INSTRUCTION);

    return !(cause & CAUSE_INTERRUPT) && !(without & BIT(cause));
}

/* Is it an exception that an explicit load, store or atomic access raises? */
static bool is_of_access(uint64_t cause)
{
    const uint64_t accesses = BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_LOAD_ACCESS) |
                              BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_STORE_ACCESS) |
                              BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE) |
                              BIT(CAUSE_LOAD_GUEST_PAGE) | BIT(CAUSE_STORE_GUEST_PAGE);

    return !(cause & CAUSE_INTERRUPT) && (accesses & BIT(cause));
}

/*
 * The instruction as a handler can use it without the guest's memory: of 32 bits, with its
 * immediate 0 and, in place of rs1, how far the faulting address is from the one that was
 * asked for (a misaligned access may fault in its second half). Bit 1 is 0 if it was a
 * compressed one. Of a cache-block operation no register is left.
 */
static uint32_t transformed(const struct hart *hart, uint64_t tval)
{
    struct insn insn = insn_decode(hart->doing.bits);
    uint8_t class = insn_infos[insn.op].class;
    bool offset_is_imm = class == CLASS_LOAD || class == CLASS_STORE;
    uint64_t va = hart->x[insn.rs1] + (offset_is_imm ? (uint64_t)(int64_t)insn.imm : 0);
    uint64_t bits;
    bool compressed = insn.length == 2;

    if (class == CLASS_CACHE)
        return insn_infos[insn.op].match;
    if (!offset_is_imm && class != CLASS_ATOMIC && class != CLASS_HYPERVISOR)
        return 0;
    insn.form = insn.op;
    bits = insn_encode(&insn);
    if (class == CLASS_LOAD)
        bits &= ~TINST_IMM_LOAD;
    else if (class == CLASS_STORE)
        bits &= ~TINST_IMM_STORE;
    bits = field_set(bits, TINST_OFFSET, tval - va);
    return (uint32_t)(compressed ? bits & ~BIT(1) : bits);
}

/* --- entering ---------------------------------------------------------------------- */

static void enter(struct hart *hart, const struct target *target, struct trap trap,
                  const struct fault_note *fault)
{
    uint64_t *status = csr_at(hart, target->status);
    uint64_t *status2 = csr_at(hart, target->status2);
    uint64_t cause = cause_for(target, trap.cause);

    *csr_at(hart, target->cause) = cause;
    *csr_at(hart, target->epc) = hart->pc;
    *csr_at(hart, target->tval) = trap.tval;
    if (target->tval2) {
        *csr_at(hart, target->tval2) = fault->gpa >> 2;
        *csr_at(hart, target->tinst) = fault->tinst;
    }

    *status = field_set(*status, target->pie, field_get(*status, target->ie));
    *status = field_set(*status, target->ie, 0);
    *status = field_set(*status, target->pp, hart->mode);
    if (target->pv) {
        *status2 = field_set(*status2, target->pv, hart->is_virtual);
        *status2 = field_set(*status2, target->gva, fault->is_virtual);
    }
    if (target->pvp && hart->is_virtual)
        *status2 = field_set(*status2, target->pvp, hart->mode);

    hart->mode = target->mode;
    hart->is_virtual = target->is_virtual;
    hart->pc = handler_of(*csr_at(hart, target->tvec), cause);
}

/* `epc`, `from` and `begins`: what the hart was before the trap, and when. */
static void tell_exit(struct hart *hart, struct trap trap, uint64_t gpa, uint64_t epc,
                      uint8_t from, uint64_t begins)
{
    uint16_t vmid = hart_vmid(hart);

    hart->life.exits[hart_counted_vmid(hart)]++;
    hart->life.left_at = begins;
    EMIT(hart->events, begins, VM_EXIT, vm_exit, .cause = trap.cause, .epc = epc,
         .tval = trap.tval, .gpa = gpa & ~BITS(1, 0), .insn = hart->doing.bits,
         .price = hart->costs->trap_entry, .vmid = vmid, .hart = hart->id, .from = from,
         .to = hart->mode);
}

void hart_take_trap(struct hart *hart, struct trap trap)
{
    const struct target *target = target_of(hart, trap.cause);
    uint64_t begins = hart_now(hart), epc = hart->pc;
    uint8_t from = hart_privilege(hart);

    struct fault_note fault = {0};

    assert(trapped(trap));
    if (has_address(trap.cause))
        fault = hart->fault;
    if (hart->has_h && !fault.tinst && is_of_access(trap.cause))
        fault.tinst = transformed(hart, trap.tval);
    hart_settle_life(hart, begins);
    enter(hart, target, trap, &fault);
    hart->spent += hart->costs->trap_entry;
    if (trap.cause & CAUSE_INTERRUPT)
        hart->interrupts++;
    else
        hart->exceptions++;
    EMIT(hart->events, begins, TRAP_ENTER, trap_enter,
         .cause = cause_for(target, trap.cause), .epc = epc, .tval = trap.tval,
         .handler = hart->pc, .price = hart->costs->trap_entry, .hart = hart->id,
         .from = from, .to = hart_privilege(hart), .gpa = fault.gpa,
         .tinst = fault.tinst);
    if ((from & MODE_VIRTUAL) && !hart->is_virtual)
        tell_exit(hart, trap, fault.gpa, epc, from, begins);
}

/* --- returning ---------------------------------------------------------------------- */

/* xPP and xPV then hold the least privileged mode, so that a handler that returns twice
 * is found out. M-mode is never virtual. MPRV does not outlive M-mode. */
static void leave(struct hart *hart, const struct target *target)
{
    uint64_t *status = csr_at(hart, target->status);
    uint64_t *status2 = csr_at(hart, target->status2);

    hart->mode = (uint8_t)field_get(*status, target->pp);
    if (target->pv) {
        hart->is_virtual = field_get(*status2, target->pv) && hart->mode != MODE_M;
        *status2 = field_set(*status2, target->pv, 0);
    }
    *status = field_set(*status, target->ie, field_get(*status, target->pie));
    *status = field_set(*status, target->pie, 1);
    *status = field_set(*status, target->pp, MODE_U);
    if (hart->mode != MODE_M)
        hart->csr.mstatus = field_set(hart->csr.mstatus, MSTATUS_MPRV, 0);
    hart->pc = *csr_at(hart, target->epc);
}

static void tell_entry(struct hart *hart)
{
    struct hart_life *life = &hart->life;
    uint16_t vmid = hart_vmid(hart);

    life->entries[hart_counted_vmid(hart)]++;
    EMIT(hart->events, hart_now(hart), VM_ENTRY, vm_entry, .pc = hart->pc,
         .away = life->left_at == NEVER ? 0 : hart_now(hart) - life->left_at,
         .vmid = vmid, .hart = hart->id, .to = hart_privilege(hart));
}

void hart_trap_return(struct hart *hart, enum privilege from)
{
    uint8_t before = hart_privilege(hart);

    assert(from == MODE_M || from == MODE_S);
    hart_settle_life(hart, hart_now(hart));
    leave(hart, &targets[from == MODE_M     ? TARGET_M
                         : hart->is_virtual ? TARGET_VS
                                            : TARGET_HS]);
    EMIT(hart->events, hart_now(hart), TRAP_RETURN, trap_return, .pc = hart->pc,
         .hart = hart->id, .from = before, .to = hart_privilege(hart));
    if (!(before & MODE_VIRTUAL) && hart->is_virtual)
        tell_entry(hart);
}

/* --- interrupts ---------------------------------------------------------------------- */

/* The one that goes first: external before software before timer, M before S before the
 * guests' (3.1.9, 15.2.3). */
static uint64_t first_interrupt(uint64_t pending)
{
    static const uint8_t priority[] = {IRQ_MEI, IRQ_MSI,  IRQ_MTI,  IRQ_SEI,  IRQ_SSI,
                                       IRQ_STI, IRQ_SGEI, IRQ_VSEI, IRQ_VSSI, IRQ_VSTI};

    for (unsigned i = 0; i < COUNT(priority); i++)
        if (pending & BIT(priority[i]))
            return CAUSE_INTERRUPT | priority[i];
    return CAUSE_NONE;
}

/* Interrupts for a mode are on while a less privileged mode runs, off while a more
 * privileged one does, and as its xIE says while it runs itself. Those for M-mode go
 * before those for HS-mode, and these before those for VS-mode. */
uint64_t hart_pending_interrupt(const struct hart *hart)
{
    const struct csrs *csr = &hart->csr;
    uint64_t pending = hart_mip(hart) & csr->mie;
    uint64_t for_m = pending & ~csr->mideleg;
    uint64_t for_hs = pending & csr->mideleg & ~csr->hideleg;
    uint64_t for_vs = pending & csr->hideleg;

    if (for_m && (hart->mode != MODE_M || (csr->mstatus & MSTATUS_MIE)))
        return first_interrupt(for_m);
    if (for_hs && (hart->is_virtual || hart->mode == MODE_U ||
                   (hart->mode == MODE_S && (csr->mstatus & MSTATUS_SIE))))
        return first_interrupt(for_hs);
    if (for_vs && hart->is_virtual &&
        (hart->mode == MODE_U || (csr->vsstatus & MSTATUS_SIE)))
        return first_interrupt(for_vs);
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
    hart->cycle = (hart->cycle > now ? hart->cycle : now) + hart->costs->wake;
    hart_settle_life(hart, hart->cycle);
    hart->asleep = false;
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

void hart_set_guest_line(struct hart *hart, unsigned number, bool level)
{
    uint64_t lines =
        level ? hart->csr.hgeip | BIT(number) : hart->csr.hgeip & ~BIT(number);

    assert(number > 0 && number <= hart->geilen);
    if (lines == hart->csr.hgeip)
        return;
    hart->csr.hgeip = lines;
    EMIT(hart->events, hart->queue->now, HART_LINE, hart_line, .hart = hart->id,
         .line = IRQ_SGEI, .level = level);
    hart_wake(hart);
}
