#ifndef GUEST_HYPERVISOR_SBI_GUEST_H
#define GUEST_HYPERVISOR_SBI_GUEST_H

#include "hypervisor/guest.h"

/* Answers the call that the guest has made by ecall. */
void sbi_answer_guest(struct guest *guest);

#endif
