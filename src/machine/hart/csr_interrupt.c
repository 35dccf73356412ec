/*
 * The registers of interrupts: one set of pending bits and one of enables, seen through
 * several windows (Privileged 1.13, 3.1.9, 12.1.3, 15.2.3, 15.2.12), and the comparators
 * of Sstc that drive two of the bits.
 *
 *   bit   12   11   10    9    7    6    5    3    2    1
 *       SGEI  MEI VSEI  SEI  MTI VSTI  STI  MSI VSSI  SSI
 *   mip    x    x    x    x    x    x    x    x    x    x     mie: likewise
 *   sip                   x              x              x     those that mideleg delegates
 *   hip    x         x              x              x          hvip: what software asserts
 *   vsip            (9)            (5)            (1)         those that hideleg delegates
 */
#include "machine/hart/csr_interrupt.h"

#include <assert.h>

#define M_INTERRUPTS (S_INTERRUPTS | BIT(IRQ_MSI) | BIT(IRQ_MTI) | BIT(IRQ_MEI))

/* The comparators drive STIP and VSTIP only where Sstc is enabled. Of the guest external
 * interrupts hstatus.VGEIN chooses the one that is VSEIP too; bit 0 of hgeip is none. */
uint64_t hart_mip(const struct hart *hart)
{
    const struct csrs *csr = &hart->csr;
    uint64_t lines = csr->mip_lines & ~(BIT(IRQ_STI) | BIT(IRQ_VSTI));
    uint64_t soft = csr->mip_soft;

    if (csr->menvcfg & MENVCFG_STCE) {
        soft &= ~BIT(IRQ_STI);
        lines |= csr->mip_lines & BIT(IRQ_STI);
        if (csr->henvcfg & MENVCFG_STCE)
            lines |= csr->mip_lines & BIT(IRQ_VSTI);
    }
    if (csr->hgeip & BIT(field_get(csr->hstatus, HSTATUS_VGEIN)))
        lines |= BIT(IRQ_VSEI);
    if (csr->hgeip & csr->hgeie)
        lines |= BIT(IRQ_SGEI);
    return lines | soft;
}

static void write_soft(struct hart *hart, uint64_t value, uint64_t writable)
{
    hart->csr.mip_soft = (hart->csr.mip_soft & ~writable) | (value & writable);
}

static void write_enables(struct hart *hart, uint64_t value, uint64_t writable)
{
    hart->csr.mie = (hart->csr.mie & ~writable) | (value & writable);
}

uint64_t csr_mip_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart);
}

/* MSIP, MTIP and MEIP are the devices' alone. SEIP has a bit of its own besides the wire
 * (3.1.9). With Sstc STIP is the comparator's. Of hvip's bits VSSIP can be written here
 * too. */
void csr_mip_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t writable = S_INTERRUPTS | (hart_h_interrupts(hart) & BIT(IRQ_VSSI));

    (void)number;
    if (hart->csr.menvcfg & MENVCFG_STCE)
        writable &= ~BIT(IRQ_STI);
    write_soft(hart, value, writable);
}

void csr_mie_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.mie = value & (M_INTERRUPTS | hart_h_interrupts(hart));
}

/* sip and sie show the interrupts that are delegated to S-mode. Of sip's only SSIP can
 * be written. */
uint64_t csr_sip_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart) & hart->csr.mideleg & S_INTERRUPTS;
}

void csr_sip_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_soft(hart, value, BIT(IRQ_SSI) & hart->csr.mideleg);
}

uint64_t csr_sie_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mie & hart->csr.mideleg & S_INTERRUPTS;
}

void csr_sie_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_enables(hart, value, hart->csr.mideleg & S_INTERRUPTS);
}

/* hip and hie show the other interrupts of S-mode, those that the hypervisor extension
 * adds. hvip is what software makes pending of them; of hip's only VSSIP can be written. */
uint64_t csr_hip_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart) & hart_h_interrupts(hart);
}

void csr_hip_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_soft(hart, value, BIT(IRQ_VSSI));
}

uint64_t csr_hvip_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mip_soft & VS_INTERRUPTS;
}

void csr_hvip_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_soft(hart, value, VS_INTERRUPTS);
}

uint64_t csr_hie_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mie & hart_h_interrupts(hart);
}

void csr_hie_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_enables(hart, value, hart_h_interrupts(hart));
}

/* vsip and vsie show what hideleg delegates, as the guest knows it: VSxI is its SxI. */
uint64_t csr_vsip_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return (hart_mip(hart) & hart->csr.hideleg) >> 1;
}

void csr_vsip_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_soft(hart, value << 1, BIT(IRQ_VSSI) & hart->csr.hideleg);
}

uint64_t csr_vsie_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return (hart->csr.mie & hart->csr.hideleg) >> 1;
}

void csr_vsie_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_enables(hart, value << 1, hart->csr.hideleg);
}

/* Bits GEILEN to 1 exist (15.2.4). */
void csr_hgeie_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.hgeie = hart->geilen ? value & BITS(hart->geilen, 1) : 0;
}

/* The first cycle after `now` at which `time` is `value`; it wraps. */
static uint64_t due_cycle(const struct hart *hart, uint64_t now, uint64_t value)
{
    uint64_t tick = now / TIME_TICK;
    uint64_t to_go = value - (tick + hart->time_offset);

    if (to_go == 0 || to_go > (NEVER - 1) / TIME_TICK - tick)
        return NEVER;
    return (tick + to_go) * TIME_TICK;
}

/*
 * One comparator of Sstc: its line into the hart is 1 while time + delta >= compare. Gives
 * the cycle of its next change: when time gets there, or to 0 again after that.
 */
static uint64_t compare_one(struct hart *hart, unsigned line, uint64_t compare,
                            uint64_t delta, bool enabled)
{
    uint64_t now =
        hart_now(hart) > hart->queue->now ? hart_now(hart) : hart->queue->now;
    uint64_t time = now / TIME_TICK + hart->time_offset + delta;
    bool reached = enabled && time >= compare;

    hart_set_line(hart, line, reached);
    return enabled ? due_cycle(hart, now, (reached ? 0 : compare) - delta) : NEVER;
}

void hart_compare_time(struct hart *hart)
{
    const struct csrs *csr = &hart->csr;
    bool enabled = csr->menvcfg & MENVCFG_STCE;
    bool for_guest = enabled && (csr->henvcfg & MENVCFG_STCE);
    uint64_t due = compare_one(hart, IRQ_STI, csr->stimecmp, 0, enabled);
    uint64_t due_for_guest =
        compare_one(hart, IRQ_VSTI, csr->vstimecmp, csr->htimedelta, for_guest);

    queue_arm(hart->queue, &hart->stimer, due < due_for_guest ? due : due_for_guest);
}

void hart_set_time_offset(struct hart *hart, uint64_t offset)
{
    if (hart->time_offset == offset)
        return;
    hart->time_offset = offset;
    hart_compare_time(hart);
}

void csr_stimecmp_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.stimecmp = value;
    hart_compare_time(hart);
}

void csr_vstimecmp_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.vstimecmp = value;
    hart_compare_time(hart);
}

void csr_htimedelta_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.htimedelta = value;
    hart_compare_time(hart);
}
