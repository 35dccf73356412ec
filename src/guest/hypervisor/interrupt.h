#ifndef GUEST_HYPERVISOR_INTERRUPT_H
#define GUEST_HYPERVISOR_INTERRUPT_H

#include "hypervisor/guest.h"

/* Takes what the PLIC has for this hart, and does what is due. */
void external_interrupt(struct hart *hart);

/* From now on that source of the PLIC is the guest's, as its own source `virtual`. */
void interrupt_give(uint32_t source, struct guest *guest, uint32_t virtual);

/* From now on it is the hypervisor's. The handler quiets the device and completes. Without a
 * hart it is enabled by whoever has asked, where and when he likes. */
typedef void interrupt_handler(struct hart *hart, uint32_t source);
void interrupt_handle(uint32_t source, struct hart *hart, interrupt_handler *handler);

/* This hart begins to take interrupts. */
void interrupt_open(struct hart *hart);

#endif
