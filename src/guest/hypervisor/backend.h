#ifndef GUEST_HYPERVISOR_BACKEND_H
#define GUEST_HYPERVISOR_BACKEND_H

#include "hypervisor/guest.h"

/* Finds the disk. NULL, or why there is none. */
const char *backend_open(void);

uint64_t backend_sectors(void);

/* Takes guest->request; its `done` will be called. False: it is not on the guest's part
 * of the disk, and nothing happens. */
bool backend_submit(struct guest *guest);

#endif
