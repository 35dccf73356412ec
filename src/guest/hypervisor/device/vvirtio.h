#ifndef GUEST_HYPERVISOR_DEVICE_VVIRTIO_H
#define GUEST_HYPERVISOR_DEVICE_VVIRTIO_H

#include "hypervisor/guest.h"

extern const struct device vvirtio_device;

void vvirtio_reset(struct guest *guest);

#endif
