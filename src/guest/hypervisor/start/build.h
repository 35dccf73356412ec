#ifndef GUEST_HYPERVISOR_START_BUILD_H
#define GUEST_HYPERVISOR_START_BUILD_H

#include "hypervisor/guest.h"

/* Makes the guest's memory, tables and registers, as they are when a kernel starts. NULL,
 * or what is wrong. */
const char *build_guest(struct guest *guest);

#endif
