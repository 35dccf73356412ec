/*
 * Who runs?
 *
 * Each hart has its own guests, and takes turns between those that have something to do:
 *
 *              its turn is over
 *          +----------------------+
 *          |   next in turn       v
 *      [running] <---------- [runnable] <-----+
 *          |                                  | one of its interrupts is pending
 *          +-- WFI ---> [waiting] ------------+ and enabled
 *          +-- SRST --> [stopped]
 *
 * A turn lasts a millisecond, or until the guest waits. The hypervisor's timer ends it, and
 * no guest can turn that off: in VS-mode an interrupt for HS-mode is always enabled. A
 * guest that makes exits without end, or drowns in its own interrupts, spends its own
 * turns on that and nobody else's. A guest that wakes up waits for its turn; otherwise
 * one that sleeps and wakes all the time could keep the others from theirs.
 *
 * WFI gives the hart away only where there is somebody to give it to: hstatus.VTW makes it
 * an exit where guests share a hart. A guest that has a hart for itself waits in it, and
 * nobody is told.
 *
 * Timers: with Sstc a guest has a timer of its own, vstimecmp, which raises its interrupt
 * without an exit as long as the guest is on the hart. When it is not, or where there is
 * no Sstc, the hypervisor's one timer stands in for all: it is set to the first time at
 * which something is to happen.
 */
#include "hypervisor/schedule.h"

#include "hypervisor/console.h"
#include "hypervisor/hcsr.h"
#include "hypervisor/interrupt.h"
#include "hypervisor/start/machine.h"
#include "lib/mark.h"
#include "lib/sbi.h"

enum { TURNS_A_SECOND = 1000 };

static uint64_t now(void)
{
    return read_csr(time);
}

static bool is_loaded(const struct guest *guest)
{
    return guest->hart->loaded == guest;
}

/* --- timers -------------------------------------------------------------------------- */

static uint64_t deadline(const struct guest *guest)
{
    return machine.sstc && is_loaded(guest) ? read_csr(CSR_VSTIMECMP) : guest->deadline;
}

static bool timer_enabled(const struct guest *guest)
{
    return (is_loaded(guest) ? read_csr(hie) : guest->csrs.hie) & HVIP_VSTIP;
}

/* Without Sstc a guest's timer is a bit of hvip that is ours to set. */
static void fire_guest_timer(struct guest *guest)
{
    if (machine.sstc || guest->deadline > now())
        return;
    guest->deadline = NEVER;
    guest_line(guest, HVIP_VSTIP, true);
}

static void set_timer(uint64_t time)
{
    if (machine.sstc)
        write_csr(CSR_STIMECMP, time);
    else
        sbi_set_timer(time);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The hart's own timer fires when somebody who cannot do so himself needs it. */
static void arm(struct hart *hart)
{
    uint64_t first = NEVER;
    unsigned live = 0;

    for (unsigned i = 0; i < hart->guests; i++) {
        struct guest *guest = hart->guest[i];

        live += guest->state != GUEST_STOPPED;
        if (guest->state == GUEST_WAITING ? timer_enabled(guest)
                                          : !machine.sstc && is_loaded(guest))
            first = earlier(first, deadline(guest));
    }
    set_timer(live > 1 ? earlier(first, hart->turn_end) : first);
}

void schedule_guest_timer(struct guest *guest, uint64_t time)
{
    guest->deadline = time;
    if (machine.sstc) {
        write_csr(CSR_VSTIMECMP, time);
    } else {
        guest_line(guest, HVIP_VSTIP, false);
        arm(guest->hart);
    }
}

/* --- taking turns ---------------------------------------------------------------------- */

/* What ends a WFI: an interrupt that is pending and enabled, whether or not the guest
 * lets itself be interrupted now. */
static bool has_interrupt(const struct guest *guest)
{
    if (is_loaded(guest))
        return read_csr(hip) & read_csr(hie) & HVIP_ALL;
    return (guest->csrs.hvip & guest->csrs.hie & HVIP_ALL) ||
           (timer_enabled(guest) && guest->deadline <= now());
}

static void wake(struct hart *hart)
{
    for (unsigned i = 0; i < hart->guests; i++) {
        struct guest *guest = hart->guest[i];

        fire_guest_timer(guest);
        if (guest->state == GUEST_WAITING && has_interrupt(guest))
            guest->state = GUEST_RUNNABLE;
    }
}

/* The next one after the guest whose turn it was, which comes last. */
static struct guest *next_in_turn(const struct hart *hart)
{
    unsigned last = 0;

    while (last < hart->guests && hart->guest[last] != hart->loaded)
        last++;
    for (unsigned i = 1; i <= hart->guests; i++) {
        struct guest *guest = hart->guest[(last + i) % hart->guests];

        if (guest->state == GUEST_RUNNABLE)
            return guest;
    }
    return NULL;
}

static void unload(struct guest *guest)
{
#define SAVE(name) guest->csrs.name = read_csr(name);
    EACH_GUEST_CSR(SAVE)
#undef SAVE
    if (machine.sstc)
        guest->deadline = read_csr(CSR_VSTIMECMP);
}

static void load(struct guest *guest)
{
#define LOAD(name) write_csr(name, guest->csrs.name);
    EACH_GUEST_CSR(LOAD)
#undef LOAD
    if (machine.sstc)
        write_csr(CSR_VSTIMECMP, guest->deadline);
}

static void change_to(struct hart *hart, struct guest *guest)
{
    if (hart->loaded == guest)
        return;
    if (hart->loaded)
        unload(hart->loaded);
    load(guest);
    hart->loaded = guest;
}

/* Nobody can run: the hart waits. Interrupts are pending then, but not taken. */
static struct guest *wait_for_somebody(struct hart *hart)
{
    struct guest *guest;

    while (wake(hart), !(guest = next_in_turn(hart))) {
        arm(hart);
        wait_for_interrupt();
        if (read_csr(sip) & 1ul << IRQ_SEI)
            external_interrupt(hart);
        mark(MARK_HV_SCHEDULE);
    }
    return guest;
}

struct guest *schedule(struct hart *hart)
{
    struct guest *guest = hart->loaded;

    if (guest && guest->state == GUEST_RUNNABLE && !hart->turn_over)
        return guest;
    mark(MARK_HV_SCHEDULE);
    guest = wait_for_somebody(hart);
    change_to(hart, guest);
    hart->turn_over = false;
    hart->turn_end = now() + machine.ticks_a_second / TURNS_A_SECOND;
    arm(hart);
    return guest;
}

void schedule_timer(struct hart *hart)
{
    mark(MARK_HV_SCHEDULE);
    wake(hart);
    if (now() >= hart->turn_end)
        hart->turn_over = true;
    else
        arm(hart);
}

/* The last guest to stop switches the machine off. */
void schedule_stop(struct guest *guest, bool failed, const char *why, uint64_t detail)
{
    static unsigned stopped, bad;

    console_flush(guest);
    if (why)
        say("hypervisor: guest%u %s %lx\n", guest->number, why, detail);
    guest->state = GUEST_STOPPED;
    if (failed)
        __atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED);
    if (__atomic_add_fetch(&stopped, 1, __ATOMIC_ACQ_REL) == guest_count)
        sbi_shutdown(__atomic_load_n(&bad, __ATOMIC_RELAXED) != 0);
}

/* --- a hart that is to run guests ------------------------------------------------------ */

void schedule_open(void)
{
    write_csr(hedeleg, HEDELEG);
    write_csr(hideleg, HVIP_ALL);
    write_csr(hcounteren, HCOUNTEREN_ALL);
    write_csr(htimedelta, 0);
    write_csr(henvcfg, HENVCFG_CBIE_FLUSH | HENVCFG_CBCFE | HENVCFG_CBZE |
                           (machine.sstc ? HENVCFG_STCE : 0));
    write_csr(sie, 1ul << IRQ_STI | 1ul << IRQ_SEI);
    set_timer(NEVER);
    __asm__ volatile(".option push; .option arch, +h; hfence.gvma; .option pop"
                     :
                     :
                     : "memory");
}
