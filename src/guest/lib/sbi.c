/*
 * Asking whoever is below.
 *
 * A kernel in S-mode cannot do everything itself: the timer belonged to M-mode for a long
 * time, and switching the machine off still does. It asks by `ecall`, a trap into the mode
 * below. There the boot shim (or OpenSBI) answers on a bare machine, and the hypervisor in
 * a guest. The kernel cannot tell which of them it was, except by the time it takes: in a
 * guest each call is an exit.
 */
#include "lib/sbi.h"

#include "include/csr.h"

struct sbi_answer sbi_call(uint64_t extension, uint64_t function, uint64_t a0,
                           uint64_t a1, uint64_t a2)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    register uint64_t r2 __asm__("a2") = a2;
    register uint64_t r6 __asm__("a6") = function;
    register uint64_t r7 __asm__("a7") = extension;

    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r6), "r"(r7)
                     : "memory");
    return (struct sbi_answer){(long)r0, r1};
}

bool sbi_has(uint64_t extension)
{
    struct sbi_answer answer =
        sbi_call(SBI_BASE, SBI_BASE_PROBE_EXTENSION, extension, 0, 0);

    return answer.error == SBI_SUCCESS && answer.value;
}

void sbi_set_timer(uint64_t time)
{
    sbi_call(SBI_TIME, SBI_TIME_SET_TIMER, time, 0, 0);
}

/* Should nobody switch the machine off, nothing is left to be done. */
void sbi_shutdown(bool failed)
{
    sbi_call(SBI_SRST, SBI_SRST_SYSTEM_RESET, SBI_SRST_SHUTDOWN,
             failed ? SBI_SRST_SYSTEM_FAILURE : SBI_SRST_NO_REASON, 0);
    for (;;)
        wait_for_interrupt();
}
