/*
 * Traps: interrupts, and mistakes.
 *
 * The kernel does one thing at a time, so interrupts are off, but for the moment in which it
 * waits. Waiting must not lose one: between "nothing has happened yet" and going to sleep
 * an interrupt may come, and if it were handled there, the hart would sleep with nothing
 * left to wake it. So they stay off while it looks and while it sleeps: WFI ends when an
 * interrupt is pending, enabled or not in sstatus. Only then they are on, for one
 * instruction, and the trap is taken there.
 *
 *   look: not done -> wfi ... pending -> SIE on -> trap, handler, sret -> SIE off -> look
 *
 * An interrupt of the disk is two accesses to the PLIC and, between them, its driver's
 * handler. In a guest on an emulated PLIC each of the two is an exit.
 */
#include "kernel/trap.h"

#include "include/csr.h"
#include "kernel/kernel.h"
#include "kernel/timer.h"
#include "lib/plic.h"
#include "lib/print.h"

static struct plic plic;
static bool forgiving;
static uint64_t forgiven, unserved;

enum { STORM = 20 /* interrupts */ };
static struct block *disk;

const char *interrupts_open(const struct devicetree *tree, uint64_t hart,
                            struct block *block)
{
    if (!plic_open(&plic, tree, hart))
        return "the PLIC does not interrupt this hart";
    disk = block;
    for (unsigned i = 0; i < block->irqs; i++)
        plic_enable(&plic, block->irq[i], true);
    set_csr(sie, 1ul << IRQ_SEI);
    return NULL;
}

void interrupts_wait(void)
{
    wait_for_interrupt();
    set_csr(sstatus, STATUS_SIE);
    clear_csr(sstatus, STATUS_SIE);
}

/* Nothing to claim: the disk has taken its request back, or it was another hart's. */
static void external_interrupt(void)
{
    uint32_t source = plic_claim(&plic);

    if (!source)
        return;
    if (!forgiving)
        disk->interrupt(disk, source);
    else if (++unserved % STORM == 0)
        clear_csr(sie, 1ul << IRQ_SEI); /* it would never end */
    plic_complete(&plic, source);
}

void traps_forgive(void)
{
    forgiving = true;
}

uint64_t traps_forgiven(void)
{
    return forgiven;
}

/* On to the next instruction. */
static void forgive(void)
{
    uint64_t at = read_csr(sepc);

    write_csr(sepc, at + ((*(const uint16_t *)at & 3) == 3 ? 4 : 2));
    forgiven++;
}

static void mistake(uint64_t cause)
{
    if (forgiving) {
        forgive();
        return;
    }
    print("kernel: trap: cause 0x%lx at 0x%lx, address 0x%lx\n", cause, read_csr(sepc),
          read_csr(stval));
    kernel_end(1);
}

void trap_handle(uint64_t cause)
{
    switch (cause) {
    case CAUSE_INTERRUPT | IRQ_SEI:
        external_interrupt();
        break;
    case CAUSE_INTERRUPT | IRQ_STI:
        timer_interrupt();
        break;
    default:
        mistake(cause);
    }
}
