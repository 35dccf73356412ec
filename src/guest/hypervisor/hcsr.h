#ifndef GUEST_HYPERVISOR_HCSR_H
#define GUEST_HYPERVISOR_HCSR_H

#include "include/csr.h"

/* CSRs of the hypervisor extension (privileged specification, chapter ""H" Extension for
 * Hypervisor Support"), besides those that every supervisor has. */

/* sstatus and vsstatus: programs in U-mode have 64 bits. No other value is legal here. */
#define STATUS_UXL_64 (2ul << 32)

/* hstatus */
#define HSTATUS_SPV (1ul << 7)  /* the trap came from V = 1, and sret goes back there */
#define HSTATUS_VTW (1ul << 21) /* WFI in VS-mode traps */

/* hvip, hie, hip: the interrupts of a guest, one bit above those of a supervisor. */
#define HVIP_VSSIP (1ul << 2)
#define HVIP_VSTIP (1ul << 6)
#define HVIP_VSEIP (1ul << 10)
#define HVIP_ALL   (HVIP_VSSIP | HVIP_VSTIP | HVIP_VSEIP)

/* What a guest handles itself: everything of its own, in the privileged specification's
 * numbering of causes. Not its calls (10) and the second stage's faults (20, 21, 23). */
#define HEDELEG                                                                        \
    (1ul << CAUSE_FETCH_MISALIGNED | 1ul << CAUSE_FETCH_ACCESS |                       \
     1ul << CAUSE_ILLEGAL | 1ul << CAUSE_BREAKPOINT | 1ul << CAUSE_LOAD_MISALIGNED |   \
     1ul << CAUSE_LOAD_ACCESS | 1ul << CAUSE_STORE_MISALIGNED |                        \
     1ul << CAUSE_STORE_ACCESS | 1ul << CAUSE_ECALL_U | 1ul << CAUSE_FETCH_PAGE |      \
     1ul << CAUSE_LOAD_PAGE | 1ul << CAUSE_STORE_PAGE)

/* hgatp: mode 8 is Sv39x4 */
#define HGATP(root, vmid) (8ul << 60 | (uint64_t)(vmid) << 44 | (uint64_t)(root) >> 12)

/* henvcfg: as menvcfg, for guests */
#define HENVCFG_CBIE_FLUSH (1ul << 4)
#define HENVCFG_CBCFE      (1ul << 6)
#define HENVCFG_CBZE       (1ul << 7)
#define HENVCFG_STCE       (1ul << 63) /* a guest has a timer of its own: vstimecmp */

/* By number, as stimecmp in include/csr.h: assemblers may not know Sstc. */
#define CSR_VSTIMECMP 0x24d

#define HCOUNTEREN_ALL 7ul /* cycle, time, instret */

#endif
