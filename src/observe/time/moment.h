#ifndef OBSERVE_TIME_MOMENT_H
#define OBSERVE_TIME_MOMENT_H

#include "machine/board/run.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A moment of a run: so many instructions have been retired by all harts, and so many
 * events of any kind have been told since. It is written "#1234", or "#1234.5" when
 * events have been told since the last instruction. It exists in every run, heard or not.
 *
 * Work of the event queue may be done without an event. `fired` counts the queue's
 * entries, so that the boundaries before and after such work differ, too; who writes a
 * moment by hand leaves it 0 and means the first boundary of that name.
 */
struct moment {
    uint64_t retired;
    uint64_t fired; /* entries of the event queue done since reset */
    uint32_t order;
};

/* Where the machine stands: always a boundary. */
struct moment moment_of(const struct run *run);

/* Less than, equal to or greater than 0, as a is before, at or after b. */
int moment_compare(struct moment a, struct moment b);

/* The moment at which the viewer has just seen the event; and at which it is what the
 * viewer sees next. */
struct moment moment_after_event(const struct event *event);
struct moment moment_before_event(const struct event *event);

/* Less than, equal to or greater than 0, as a was told before b, is b, or came after it. */
int moment_compare_events(const struct event *a, const struct event *b);

/* "#12,345.6" with commas, or without them (as it can be typed). */
enum { MOMENT_TEXT = 48 };
const char *moment_text(char text[MOMENT_TEXT], struct moment moment, bool commas);

/* Reads "#123" or "#123.4"; commas are allowed. False: it is no moment. */
bool moment_parse(const char *text, struct moment *moment);

#endif
