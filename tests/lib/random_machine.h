#ifndef TESTS_LIB_RANDOM_MACHINE_H
#define TESTS_LIB_RANDOM_MACHINE_H

#include "machine/board/run.h"
#include "tests/lib/random_code.h"

/*
 * Whole machines with random programs, which run in S- and U-mode under Sv39 or Sv48 with
 * a small TLB and tables that they write over themselves; DMA channels in every bus mode
 * copy over their code, some of them by an IOMMU's leave, and so does a virtio disk; a
 * stream, a UART, timers and other harts interrupt them; and every 32nd trap the handler
 * puts the tables right again without always telling the TLB. In some the programs are in a
 * guest by turns, in VS- and VU-mode under two stages.
 */
#define MACHINE_CODE   UINT64_C(0x80000000) /* physical: where the program is */
#define MACHINE_WINDOW UINT64_C(0x40000000) /* virtual: one of its views of itself */

enum { PAGE = 4096, MACHINE_SHAPES = 21 };

struct machine_shape {
    const char *what;
    unsigned boards, harts, interleave, tlb_entries, levels;
    void (*set_costs)(struct costs *costs);
    uint64_t period;  /* of the stream; 0: the usual one */
    bool endless_dma; /* a second controller, whose channels never stop */
    unsigned guest;   /* levels of the G-stage: 3, 4; 0: there is no guest */
    bool iommu; /* the controllers stand behind one, and not every page is theirs */
};

extern const struct machine_shape machine_shapes[MACHINE_SHAPES];

/* A machine of that shape before its first instruction; the seed decides all else. */
struct run *random_machine(const struct machine_shape *shape, uint64_t seed);

/* Types a few characters at every board's UART. */
void random_machine_type(struct run *run, unsigned segment);

#endif
