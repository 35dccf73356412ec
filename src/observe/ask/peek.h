#ifndef OBSERVE_ASK_PEEK_H
#define OBSERVE_ASK_PEEK_H

#include "base/err.h"
#include "machine/hart/hart.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Memory as a hart would find it now, without any effect: addresses are translated as
 * its loads (or fetches) are, page by page, and what is there is read by bus_peek.
 */

/* The physical address of a byte; false: says why there is none. */
bool peek_address(const struct hart *hart, uint64_t va, enum event_access access,
                  uint64_t *pa, struct err *err);

/* `length` bytes, or as many as can be read: then says why the next cannot. */
uint64_t peek_virtual(const struct hart *hart, uint64_t va, void *bytes,
                      uint64_t length, struct err *err);
uint64_t peek_physical(const struct bus *bus, uint64_t pa, void *bytes, uint64_t length,
                       struct err *err);

/* The instruction at that address: its bits, 16 of them if it is short. */
bool peek_instruction(const struct hart *hart, uint64_t va, uint32_t *bits,
                      struct err *err);

#endif
