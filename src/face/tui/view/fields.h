#ifndef FACE_TUI_VIEW_FIELDS_H
#define FACE_TUI_VIEW_FIELDS_H

#include "base/buf.h"
#include "machine/device/device.h"

/* A register of a type by its name; NULL: it has none. */
const struct reg *fields_register(const struct device_type *type, const char *name);

/* "claim run", "stealing": names of bits that are 1, and of values; but not of fields in
 * `without`. */
void fields_put(struct buf *out, const struct reg *reg, uint64_t value,
                uint64_t without);

/* "errIE 0▸1 run 0▸1", and "stealing▸burst" where values have names. */
void fields_put_changed(struct buf *out, const struct reg *reg, uint64_t old,
                        uint64_t value);

#endif
