#ifndef OBSERVE_VALUE_H
#define OBSERVE_VALUE_H

#include "base/buf.h"
#include "observe/record.h"

/*
 * Fields of recorded events as data, in columns: where the narration says "1,271 cycles",
 * a column has 1271. No run is at hand, so devices and interrupts are numbers.
 */

/* One field in its unit's form; nothing where it is its unit's "none". A unit that is not
 * known here, of another version's recording, is a number. */
void put_value(struct buf *out, const struct recorded_field *field, uint64_t value);

/* Sets a field by its description, as event_get gets it. */
void event_set(struct event *event, const struct event_field *field, uint64_t value);

/* The event that was recorded; false: its kind has not the fields that it has here. */
bool recorded_event(const struct recorded_kind *kind, const struct recorded *recorded,
                    struct event *event);

#endif
