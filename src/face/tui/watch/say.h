#ifndef FACE_TUI_WATCH_SAY_H
#define FACE_TUI_WATCH_SAY_H

#include "face/tui/watch/text.h"

/* The words of the screen: sentences of events, names of values. */

/* The sentence of an event. */
void say_event(struct buf *out, const struct watch *watch, const struct event *event);

/* What the scenario says about what is shown; NULL: nothing. */
const char *say_note(const struct watch *watch);

/* Row 3: why it costs what it costs, and what is known to come next. */
void say_why(struct buf *out, const struct watch *watch);

/* A value by its unit: "READ DMA". */
char *say_value(char text[TEXT_DATA], enum event_unit unit, uint64_t value);

#endif
