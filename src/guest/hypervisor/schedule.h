#ifndef GUEST_HYPERVISOR_SCHEDULE_H
#define GUEST_HYPERVISOR_SCHEDULE_H

#include "hypervisor/guest.h"

/* The guest that the hart runs now: the one it has, or another whose turn it is. Waits
 * as long as none has anything to do. Its CSRs are then in the hart. */
struct guest *schedule(struct hart *hart);

/* The hypervisor's timer has fired. */
void schedule_timer(struct hart *hart);

/* The guest's timer is to fire at that time; NEVER: not. It is not pending before. */
void schedule_guest_timer(struct guest *guest, uint64_t time);

/* The guest has done, or not done, what ends it; `why` is printed, if there is a reason. */
void schedule_stop(struct guest *guest, bool failed, const char *why, uint64_t detail);

/* Sets this hart up to run guests. */
void schedule_open(void);

#endif
