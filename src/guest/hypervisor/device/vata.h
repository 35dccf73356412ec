#ifndef GUEST_HYPERVISOR_DEVICE_VATA_H
#define GUEST_HYPERVISOR_DEVICE_VATA_H

#include "hypervisor/guest.h"

extern const struct device vata_device;

void vata_reset(struct guest *guest);

/* Its DMA channel has been started. */
void vata_channel_started(struct guest *guest);

#endif
