#ifndef TESTS_DIFFERENTIAL_IMAGE_H
#define TESTS_DIFFERENTIAL_IMAGE_H

#include "tests/differential/generate.h"

/*
 * A memory image that runs many sequences by itself: it starts at IMAGE_BASE in M-mode
 * and ends by the test finisher, with the results in memory. An image is IMAGE_SIZE
 * bytes.
 */

/* An image with the runtime and no sequence, for a hart with the hypervisor extension or
 * without. Fails the running test if the runtime does not assemble. */
void image_begin(uint8_t *image, bool guests);

/* Adds sequence number `index`, which was generated for its code slot. */
void image_add(uint8_t *image, unsigned index, const struct sequence *seq);
uint64_t image_code_slot(unsigned index);

uint64_t image_word(const uint8_t *image, uint64_t pa);

#endif
