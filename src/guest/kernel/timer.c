/*
 * The timer: a watchdog over the disk.
 *
 * A kernel that sleeps until its disk interrupts sleeps for ever if the disk does not. The
 * timer rings now and then, and if one and the same wait has lasted from ring to ring, the
 * kernel says so and ends. It rings seldom: setting it is an SBI call, in a guest an exit,
 * and what is measured here is the disk.
 */
#include "kernel/timer.h"

#include "include/csr.h"
#include "kernel/kernel.h"
#include "lib/print.h"
#include "lib/sbi.h"

static uint64_t period; /* ticks; 0: there is no watchdog */
static uint64_t waits;  /* how often it has waited, odd while it does */
static uint64_t seen;   /* what that was when the timer rang */

static void set_next(void)
{
    sbi_set_timer(read_csr(time) + period);
}

void timer_watch(const struct devicetree *tree, uint64_t ms)
{
    dt_node cpus = dt_child(tree, DT_ROOT, "cpus");

    if (!ms || cpus == DT_NONE)
        return;
    period = ms * dt_number(tree, cpus, "timebase-frequency", 10000000) / 1000;
    set_next();
    set_csr(sie, 1ul << IRQ_STI);
}

void timer_waiting(bool waiting)
{
    if (waiting != (waits & 1))
        waits++;
}

void timer_interrupt(void)
{
    if ((waits & 1) && waits == seen) {
        print("kernel: the disk has said nothing for longer than 'timeout' allows\n");
        kernel_end(1);
    }
    seen = waits;
    set_next();
}
