#ifndef GUEST_HYPERVISOR_VCPU_H
#define GUEST_HYPERVISOR_VCPU_H

/*
 * What of a guest's hart is in the hypervisor's memory while the hypervisor runs: saved
 * by entry.S at every exit, loaded again at the next entry. A handler changes a guest's
 * registers by changing them here.
 */
#define VCPU_X(n)    (8 * (n))
#define VCPU_SEPC    256
#define VCPU_SSTATUS 264
#define VCPU_HSTATUS 272
#define VCPU_STACK   280

#ifndef __ASSEMBLER__
#include <stdint.h>

struct vcpu {
    uint64_t x[32];   /* x[0] stays 0 */
    uint64_t sepc;    /* where the guest goes on */
    uint64_t sstatus; /* SPP: in VS-mode or VU-mode */
    uint64_t hstatus; /* SPV: in a guest, that is */
    uint64_t stack;   /* top of the stack of the hart that runs it */
};
#endif

#endif
