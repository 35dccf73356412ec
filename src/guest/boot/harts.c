/*
 * Starting, stopping and interrupting harts (SBI: hart state management, IPI).
 *
 * Only one hart enters the kernel by itself. The others sleep here until it asks for them:
 * it leaves an address and an argument for the hart, and raises its software interrupt, a
 * bit in the core-local interruptor. The same bit, once a hart is started, is how harts
 * interrupt each other: it comes to M-mode, and is passed on as a supervisor's interrupt.
 */
#include "boot/shim.h"

#include "include/clint.h"
#include "include/csr.h"
#include "lib/mmio.h"

/* What is left for a hart. `state` is written last and read first. */
static struct hart {
    uint32_t state; /* SBI_HSM_... */
    uint64_t address, argument;
} harts[SHIM_HARTS] = {
    [0 ... SHIM_HARTS - 1] = {.state = SBI_HSM_STOPPED},
};

static uint32_t state_of(uint64_t hart)
{
    return __atomic_load_n(&harts[hart].state, __ATOMIC_ACQUIRE);
}

static void set_state(uint64_t hart, uint32_t state)
{
    __atomic_store_n(&harts[hart].state, state, __ATOMIC_RELEASE);
}

static void set_software_interrupt(uint64_t hart, uint32_t raised)
{
    before_device_write();
    mmio_write32(machine.clint + CLINT_MSIP(hart), raised);
}

void harts_wake(void)
{
    for (uint64_t hart = 1; machine.clint && hart < machine.harts; hart++)
        set_software_interrupt(hart, 1);
}

void hart_begin(uint64_t hart, uint64_t argument)
{
    set_state(hart, SBI_HSM_STARTED);
    enter_supervisor(hart, argument, SHIM_PAYLOAD);
}

void hart_wait(void)
{
    uint64_t self = read_csr(mhartid);

    while (state_of(self) != SBI_HSM_START_PENDING) {
        set_software_interrupt(self, 0);
        if (state_of(self) != SBI_HSM_START_PENDING)
            wait_for_interrupt();
    }
    set_software_interrupt(self, 0);
    set_state(self, SBI_HSM_STARTED);
    enter_supervisor(self, harts[self].argument, harts[self].address);
}

/* Two harts may want to start the same one: the exchange lets one of them. */
struct answer hart_start(uint64_t hart, uint64_t address, uint64_t argument)
{
    uint32_t stopped = SBI_HSM_STOPPED;

    if (hart >= machine.harts)
        return (struct answer){SBI_ERR_INVALID_PARAM, 0};
    if (address - machine.ram >= machine.ram_size || address % 2)
        return (struct answer){SBI_ERR_INVALID_ADDRESS, 0};
    if (state_of(hart) != SBI_HSM_STOPPED)
        return (struct answer){SBI_ERR_ALREADY_AVAILABLE, 0};
    harts[hart].address = address;
    harts[hart].argument = argument;
    if (!__atomic_compare_exchange_n(&harts[hart].state, &stopped,
                                     SBI_HSM_START_PENDING, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return (struct answer){SBI_ERR_ALREADY_AVAILABLE, 0};
    set_software_interrupt(hart, 1);
    return (struct answer){SBI_SUCCESS, 0};
}

/* Does not return to who has called. */
struct answer hart_stop(void)
{
    set_state(read_csr(mhartid), SBI_HSM_STOPPED);
    hart_park();
}

struct answer hart_status(uint64_t hart)
{
    if (hart >= machine.harts)
        return (struct answer){SBI_ERR_INVALID_PARAM, 0};
    return (struct answer){SBI_SUCCESS, state_of(hart)};
}

/* A mask of harts, from `first` on; all of them if `first` is all ones. */
struct answer harts_interrupt(uint64_t mask, uint64_t first)
{
    if (first == ~0ul) {
        mask = ~0ul;
        first = 0;
    }
    for (uint64_t hart = 0; hart < machine.harts; hart++)
        if (hart >= first && hart - first < 64 && mask >> (hart - first) & 1 &&
            state_of(hart) == SBI_HSM_STARTED)
            set_software_interrupt(hart, 1);
    return (struct answer){SBI_SUCCESS, 0};
}

void software_interrupt(void)
{
    set_software_interrupt(read_csr(mhartid), 0);
    set_csr(mip, 1ul << IRQ_SSI);
}
