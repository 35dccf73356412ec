/*
 * The boot shim: what runs before a kernel.
 *
 * A hart begins in M-mode, which may do everything. Kernels and hypervisors are written for
 * S-mode (with the H extension: HS-mode) and expect that somebody has prepared it: memory
 * that they may touch (PMP), traps that go to them and not to M-mode (delegation), a timer,
 * and somebody who answers their calls, the SBI. On real machines that is OpenSBI; this is
 * the smallest program that does the same here, so that it can be read as a whole:
 *
 *   entry.S    the first instruction, into S-mode and back
 *   main.c     preparing a hart; traps into M-mode
 *   harts.c    starting, stopping and interrupting harts
 *   answer.c   the SBI calls
 *
 * Afterwards it sleeps below the kernel, like every firmware: an `ecall` wakes it.
 */
#include "boot/shim.h"

#include "include/clint.h"
#include "include/csr.h"
#include "lib/console.h"
#include "lib/mmio.h"
#include "lib/print.h"
#include "lib/string.h"

struct machine machine;

void boot_main(uint64_t hart, const void *blob);
void machine_trap(struct frame *frame);
void machine_fault(void);

static void halt(void)
{
    if (machine.finisher)
        mmio_write32(machine.finisher, 1u << 16 | FINISHER_FAIL);
    for (;;)
        wait_for_interrupt();
}

/* --- preparing a hart ------------------------------------------------------------------- */

/* Exceptions whose handlers are the supervisor's. Not its own ecall: that one is for us.
 * Bits of exceptions that a hart does not have (those of guests) stay 0. */
static const uint64_t delegated =
    1ul << CAUSE_FETCH_MISALIGNED | 1ul << CAUSE_FETCH_ACCESS | 1ul << CAUSE_ILLEGAL |
    1ul << CAUSE_BREAKPOINT | 1ul << CAUSE_LOAD_MISALIGNED | 1ul << CAUSE_LOAD_ACCESS |
    1ul << CAUSE_STORE_MISALIGNED | 1ul << CAUSE_STORE_ACCESS | 1ul << CAUSE_ECALL_U |
    1ul << CAUSE_ECALL_VS | 1ul << CAUSE_FETCH_PAGE | 1ul << CAUSE_LOAD_PAGE |
    1ul << CAUSE_STORE_PAGE | 1ul << CAUSE_FETCH_GUEST_PAGE |
    1ul << CAUSE_LOAD_GUEST_PAGE | 1ul << CAUSE_VIRTUAL | 1ul << CAUSE_STORE_GUEST_PAGE;

/* PMP entry 0 stands for all of memory: a range that is a power of 2 is written as its
 * address with as many ones at the end as it is long. Without any entry S-mode could
 * access nothing at all. */
static void open_memory(void)
{
    enum { READ = 1, WRITE = 2, EXECUTE = 4, NAPOT = 3 << 3 };

    write_csr(pmpaddr0, ~0ul >> 10);
    write_csr(pmpcfg0, READ | WRITE | EXECUTE | NAPOT);
}

void hart_delegate(void)
{
    const uint64_t interrupts = 1ul << IRQ_SSI | 1ul << IRQ_STI | 1ul << IRQ_SEI;
    const uint64_t environment =
        MENVCFG_STCE | MENVCFG_CBIE_FLUSH | MENVCFG_CBCFE | MENVCFG_CBZE;

    open_memory();
    write_csr(medeleg, delegated);
    write_csr(mideleg, interrupts);
    write_csr(mcounteren, 7); /* cycle, time, instret may be read below M-mode */
    machine.sstc = (try_menvcfg(environment) & MENVCFG_STCE) && has_stimecmp();
    write_csr(mtvec, (uintptr_t)trap_entry);
    write_csr(mie, 1ul << IRQ_MSI);
}

/* --- what the machine is ------------------------------------------------------------------ */

static uint64_t base_of(const struct devicetree *tree, const char *compatible)
{
    dt_node node = dt_compatible(tree, DT_ROOT, compatible);
    uint64_t base, size;

    return node != DT_NONE && dt_reg(tree, node, 0, &base, &size) ? base : 0;
}

static unsigned count_harts(const struct devicetree *tree)
{
    unsigned harts = 0;

    for (dt_node node = DT_ROOT; node != DT_NONE; node = dt_next(tree, node)) {
        const char *type = dt_text(tree, node, "device_type");

        harts += type && strcmp(type, "cpu") == 0;
    }
    return harts < SHIM_HARTS ? harts : SHIM_HARTS;
}

static void learn(const struct devicetree *tree)
{
    machine.clint = base_of(tree, "sifive,clint0");
    machine.finisher = base_of(tree, "sifive,test0");
    machine.harts = count_harts(tree);
    dt_memory(tree, &machine.ram, &machine.ram_size);
    console_open_uart(tree);
}

void boot_main(uint64_t hart, const void *blob)
{
    struct devicetree tree;

    if (!dt_open(&tree, blob))
        halt();
    learn(&tree);
    hart_delegate();
    harts_wake();
    hart_begin(hart, (uintptr_t)blob);
}

/* --- traps into M-mode -------------------------------------------------------------------- */

static void report(const char *what)
{
    print("shim: %s: hart %lu, cause 0x%lx at 0x%lx, address 0x%lx\n", what,
          read_csr(mhartid), read_csr(mcause), read_csr(mepc), read_csr(mtval));
}

void machine_trap(struct frame *frame)
{
    switch (read_csr(mcause)) {
    case CAUSE_ECALL_S:
        write_csr(mepc, read_csr(mepc) + 4);
        answer_call(frame);
        break;
    case CAUSE_INTERRUPT | IRQ_MTI:
        timer_due();
        break;
    case CAUSE_INTERRUPT | IRQ_MSI:
        software_interrupt();
        break;
    default:
        report("a trap that is nobody's");
        halt();
    }
}

void machine_fault(void)
{
    report("a fault in the shim itself");
    halt();
}
