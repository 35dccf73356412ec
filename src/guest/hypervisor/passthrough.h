#ifndef GUEST_HYPERVISOR_PASSTHROUGH_H
#define GUEST_HYPERVISOR_PASSTHROUGH_H

#include "hypervisor/guest.h"

/* Turns the IOMMU on, if it is wanted and there is one; the hart takes its interrupts.
 * Channels that no guest has go on as if it were off. NULL, or what is wrong. */
const char *iommu_open(struct hart *hart, bool wanted);

/* Gives a guest its disk, with channel, pages and interrupts. */
void passthrough_reset(struct guest *guest);

#endif
