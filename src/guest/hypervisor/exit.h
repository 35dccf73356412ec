#ifndef GUEST_HYPERVISOR_EXIT_H
#define GUEST_HYPERVISOR_EXIT_H

#include "hypervisor/guest.h"

/* For entry.S: the guest has trapped. Gives the guest that runs next. */
struct guest *vm_exit(struct guest *guest);

#endif
