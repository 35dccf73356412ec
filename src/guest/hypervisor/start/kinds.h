#ifndef GUEST_HYPERVISOR_KINDS_H
#define GUEST_HYPERVISOR_KINDS_H

#include "hypervisor/guest.h"

/* The ways to a disk; ends with a row without a name. */
extern const struct disk_kind disk_kinds[];

#endif
