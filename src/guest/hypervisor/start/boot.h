#ifndef GUEST_HYPERVISOR_BOOT_H
#define GUEST_HYPERVISOR_BOOT_H

#include "hypervisor/guest.h"

/* For entry.S: the first hart, and the others. Each gives the guest that runs first. */
struct guest *boot(uint64_t first_hart, const void *blob);
struct guest *boot_hart(struct hart *hart);

/* In entry.S: where a hart begins that SBI has started, with its struct hart in a1. */
void start_hart(void);

#endif
