#ifndef OBSERVE_ASK_FAULT_H
#define OBSERVE_ASK_FAULT_H

#include "observe/ask/step.h"
#include "observe/ask/who.h"

/*
 * Why the last exception or device error happened: which level of which table, which bit,
 * who wrote it; which descriptor; which rule.
 *
 *   fault_device.c    what failed last; DMA channels, disks and virtio
 *   fault_iommu.c     what an IOMMU has refused, and why
 *   fault_trap.c      exceptions but page faults
 *   fault_page.c      page faults: the walk, entry by entry
 */
struct fault {
    /* trap_enter, dma_error, disk_phase, virtio_error or iommu_fault */
    struct event event;
    unsigned count, room;
    char **sentence; /* a capital, a full stop; the first says what it was */
};

/* The last one before the viewer's moment. False: there is none (and says so). */
bool why_fault(struct timeline *timeline, const struct narrator *narrator,
               struct fault *fault, struct err *err);
void fault_release(struct fault *fault);

#endif
