#ifndef TESTS_LIB_TOLD_H
#define TESTS_LIB_TOLD_H

#include "event/event.h"

/* A digest of all events, by their fields. */
struct told {
    uint64_t count, digest;
};

/* For struct event_sink: `told` is a struct told. */
void told_take(void *told, const struct event *event);

#endif
