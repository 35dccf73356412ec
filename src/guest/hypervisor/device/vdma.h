#ifndef GUEST_HYPERVISOR_DEVICE_VDMA_H
#define GUEST_HYPERVISOR_DEVICE_VDMA_H

#include "hypervisor/guest.h"

extern const struct device vdma_device;

/* `started` will be called when the channel has been started. */
void vdma_reset(struct guest *guest, void (*started)(struct guest *guest));

/* The disk has, or wants, so many sectors. True: the channel takes part, and the segment
 * is where. Then vdma_moved tells that so many bytes have been moved. */
bool vdma_offers(struct guest *guest, bool to_device, uint32_t sectors,
                 struct segment *segment);
void vdma_moved(struct guest *guest, uint64_t bytes);

#endif
