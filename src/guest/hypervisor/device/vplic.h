#ifndef GUEST_HYPERVISOR_DEVICE_VPLIC_H
#define GUEST_HYPERVISOR_DEVICE_VPLIC_H

#include "hypervisor/guest.h"

extern const struct device vplic_device;

/* A device's line goes up, or down. */
void vplic_line(struct guest *guest, uint32_t source, bool level);

#endif
