#ifndef TESTS_DIFFERENTIAL_COMPARE_H
#define TESTS_DIFFERENTIAL_COMPARE_H

#include "base/buf.h"
#include "tests/differential/generate.h"

/* Are the results of sequence number `index` the same in both images? If not, `text` gets
 * the sequence with its code, and the first thing that differs. */
bool compare_results(const struct sequence *seq, unsigned index, const uint8_t *here,
                     const uint8_t *there, struct buf *text);

/* The sequence as text: its code and what it starts with. */
void tell_sequence(const struct sequence *seq, struct buf *text);

#endif
