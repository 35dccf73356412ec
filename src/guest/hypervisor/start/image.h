#ifndef GUEST_HYPERVISOR_IMAGE_H
#define GUEST_HYPERVISOR_IMAGE_H

#include "hypervisor/guest.h"

/* Copies the kernel, an ELF file or raw bytes, to where the guest finds it: from
 * `gpa` on. NULL, or what is wrong. */
const char *image_load(const struct guest *guest, uint64_t gpa, const uint8_t *file,
                       uint64_t size);

#endif
