/*
 * A hart's life: made, reset, saved, and run. Running is the choice between two loops
 * with one result; see hart_run.
 */
#include "machine/hart/hart.h"

#include "machine/hart/fast.h"
#include "machine/hart/look.h"

#include <stdlib.h>

static void stimer_fired(void *ctx, uint64_t now)
{
    (void)now;
    hart_compare_time(ctx);
}

bool hart_init(struct hart *hart, const struct hart_place *place, struct err *err)
{
    *hart = (struct hart){.id = place->id,
                          .has_h = place->has_h,
                          .geilen = (uint8_t)place->geilen,
                          .peers = place->peers ? place->peers : hart,
                          .peer_count = place->peers ? place->peer_count : 1,
                          .bus = place->bus,
                          .queue = place->queue,
                          .events = place->events,
                          .costs = place->costs,
                          .reservation = NEVER};
    if (!tlb_init(&hart->tlb, place->tlb_entries, place->tlb_ways))
        return err_set(err,
                       "TLB of %u entries in %u ways: entries must be at most %d, and "
                       "entries / ways a power of two",
                       place->tlb_entries, place->tlb_ways, TLB_MAX);
    hart->stimer =
        (struct timer){.name = "stimecmp", .fire = stimer_fired, .ctx = hart};
    if (!queue_add(hart->queue, &hart->stimer))
        return err_set(err, "too many devices: the event queue is full");
    hart->look = look_new();
    hart->fast = fast_new(hart);
    return true;
}

void hart_release(struct hart *hart)
{
    fast_free(hart->fast);
    look_free(hart->look);
    tlb_release(&hart->tlb);
}

/* Privileged 1.13, 3.4: M-mode, MIE and MPRV 0; the rest is unspecified and here 0, but
 * for ADUE, which the board wants set for S-mode, and the comparators. */
void hart_reset(struct hart *hart, uint64_t pc)
{
    for (unsigned i = 0; i < COUNT(hart->x); i++)
        hart->x[i] = 0;
    hart->pc = pc;
    hart->mode = MODE_M;
    hart->is_virtual = false;
    hart->asleep = false;
    hart->cycle = hart->queue->now;
    hart->retired = hart->payload = hart->interrupts = hart->exceptions = 0;
    hart->spent = 0;
    hart->reservation = NEVER;
    hart->csr = (struct csrs){.menvcfg = MENVCFG_ADUE,
                              .mideleg = hart_h_interrupts(hart),
                              .stimecmp = UINT64_MAX,
                              .vstimecmp = UINT64_MAX};
    hart->csr.mcycle_base = hart->cycle;
    hart->life = (struct hart_life){.since = hart->cycle, .left_at = NEVER};
    tlb_clear(&hart->tlb);
    queue_arm(hart->queue, &hart->stimer, NEVER);
    fast_reset(hart);
}

static void csrs_state(struct csrs *csr, struct state *state)
{
    STATE(state, csr->mstatus);
    STATE(state, csr->medeleg);
    STATE(state, csr->mideleg);
    STATE(state, csr->mie);
    STATE(state, csr->mtvec);
    STATE(state, csr->mscratch);
    STATE(state, csr->mepc);
    STATE(state, csr->mcause);
    STATE(state, csr->mtval);
    STATE(state, csr->mcounteren);
    STATE(state, csr->mcountinhibit);
    STATE(state, csr->menvcfg);
    STATE(state, csr->stvec);
    STATE(state, csr->sscratch);
    STATE(state, csr->sepc);
    STATE(state, csr->scause);
    STATE(state, csr->stval);
    STATE(state, csr->satp);
    STATE(state, csr->scounteren);
    STATE(state, csr->senvcfg);
    STATE(state, csr->stimecmp);
    STATE(state, csr->mtval2);
    STATE(state, csr->mtinst);
    STATE(state, csr->hstatus);
    STATE(state, csr->hedeleg);
    STATE(state, csr->hideleg);
    STATE(state, csr->htimedelta);
    STATE(state, csr->hcounteren);
    STATE(state, csr->hgeie);
    STATE(state, csr->henvcfg);
    STATE(state, csr->htval);
    STATE(state, csr->htinst);
    STATE(state, csr->hgatp);
    STATE(state, csr->vsstatus);
    STATE(state, csr->vstvec);
    STATE(state, csr->vsscratch);
    STATE(state, csr->vsepc);
    STATE(state, csr->vscause);
    STATE(state, csr->vstval);
    STATE(state, csr->vsatp);
    STATE(state, csr->vstimecmp);
    STATE(state, csr->hgeip);
    STATE(state, csr->mip_lines);
    STATE(state, csr->mip_soft);
    STATE(state, csr->mcycle_base);
    STATE(state, csr->minstret_base);
    STATE(state, csr->pmpaddr);
    STATE(state, csr->pmpcfg);
}

static void life_state(struct hart_life *life, struct state *state)
{
    STATE(state, life->since);
    STATE(state, life->awake);
    STATE(state, life->asleep);
    STATE(state, life->entries);
    STATE(state, life->exits);
    STATE(state, life->inside);
    STATE(state, life->left_at);
}

/* RAM's marks are no state: what this hart wants to be told of is marked again. */
static void after_load(struct hart *hart)
{
    struct ram *ram = &hart->bus->ram;

    fast_reset(hart);
    if (hart->reservation != NEVER && ram_has(ram, hart->reservation, 8))
        ram->marks[ram_page(ram, hart->reservation)] |= RAM_RESERVED;
}

void hart_state(struct hart *hart, struct state *state)
{
    state_bytes(state, "x", hart->x, XREGS * sizeof(hart->x[0])); /* not x0's writes */
    STATE(state, hart->pc);
    STATE(state, hart->mode);
    STATE(state, hart->is_virtual);
    STATE(state, hart->asleep);
    STATE(state, hart->cycle);
    STATE(state, hart->retired);
    csrs_state(&hart->csr, state);
    STATE(state, hart->time_offset);
    STATE(state, hart->reservation);
    tlb_state(&hart->tlb, state);
    STATE(state, hart->payload);
    STATE(state, hart->interrupts);
    STATE(state, hart->exceptions);
    life_state(&hart->life, state);
    if (state->mode == STATE_LOAD)
        after_load(hart);
}

unsigned hart_counted_vmid(const struct hart *hart)
{
    uint16_t vmid = hart_vmid(hart);

    return vmid < HART_VMIDS ? vmid : HART_VMIDS;
}

void hart_settle_life(struct hart *hart, uint64_t now)
{
    struct hart_life *life = &hart->life;
    uint64_t cycles = now - life->since;

    if (hart->asleep)
        life->asleep += cycles;
    else
        life->awake[hart_privilege(hart)] += cycles;
    if (hart->is_virtual && !hart->asleep)
        life->inside[hart_counted_vmid(hart)][hart->mode] += cycles;
    life->since = now;
}

/* What is not settled yet. A hart that sleeps has no clock of its own: the machine's is
 * its. */
static uint64_t unsettled(const struct hart *hart)
{
    uint64_t now = hart_now(hart);

    if (hart->asleep && hart->queue->now > now)
        now = hart->queue->now;
    return now > hart->life.since ? now - hart->life.since : 0;
}

uint64_t hart_cycles_in(const struct hart *hart, enum privilege mode)
{
    bool in_it = !hart->asleep && hart_privilege(hart) == mode;

    return hart->life.awake[mode] + (in_it ? unsettled(hart) : 0);
}

uint64_t hart_guest_cycles(const struct hart *hart, unsigned vmid, enum privilege mode)
{
    bool in_it = !hart->asleep && hart_privilege(hart) == mode &&
                 hart_counted_vmid(hart) == vmid;

    return hart->life.inside[vmid][mode == MODE_VS] + (in_it ? unsettled(hart) : 0);
}

uint64_t hart_cycles_asleep(const struct hart *hart)
{
    return hart->life.asleep + (hart->asleep ? unsettled(hart) : 0);
}

/*
 * The fast loop may run while nobody listens to instructions, no other initiator contends
 * for the bus, so that an access has a constant price, and no interrupt is waiting to be
 * taken.
 */
static bool may_run_fast(const struct hart *hart)
{
    return !(hart->events->kinds & EVENT_BIT(EVENT_INSN)) && hart->bus->harts == 1 &&
           hart->bus->others == 0 && hart_pending_interrupt(hart) == CAUSE_NONE;
}

bool hart_add_stop(struct hart *hart, uint64_t pc)
{
    if (hart->stops == HART_STOPS)
        return false;
    hart->stop[hart->stops++] = pc;
    fast_reset(hart);
    return true;
}

void hart_remove_stop(struct hart *hart, uint64_t pc)
{
    for (unsigned i = 0; i < hart->stops; i++)
        if (hart->stop[i] == pc) {
            hart->stop[i] = hart->stop[--hart->stops];
            fast_reset(hart);
            return;
        }
}

void hart_clear_stops(struct hart *hart)
{
    hart->stops = 0;
    fast_reset(hart);
}

bool hart_at_stop(const struct hart *hart)
{
    for (unsigned i = 0; i < hart->stops; i++)
        if (hart->stop[i] == hart->pc)
            return true;
    return false;
}

/* As far as the fast loop gets. It leaves at a stop as at anything that is not plain. */
static bool run_fast_part(struct hart *hart, uint64_t end)
{
    uint64_t had = hart->retired;

    if (!may_run_fast(hart))
        return false;
    fast_run(hart, end);
    return hart->retired != had;
}

void hart_run(struct hart *hart, uint64_t until, uint64_t most, bool *stop)
{
    uint64_t last = hart_steps(hart) + most;

    while (!hart->asleep && !*stop) {
        uint64_t end = hart->queue->next_due < until ? hart->queue->next_due : until;
        uint64_t left = last - hart_steps(hart);

        if (hart->cycle >= end || left == 0)
            return;
        /* No instruction costs less than a cycle, so `left` cycles hold at most `left`. */
        if (end - hart->cycle > left)
            end = hart->cycle + left;
        if (!run_fast_part(hart, end))
            hart_step(hart);
        if (hart_at_stop(hart))
            *stop = true;
    }
}
