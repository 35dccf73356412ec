#ifndef OBSERVE_RECORD_CLOCK_H
#define OBSERVE_RECORD_CLOCK_H

#include <stdint.h>

/* The host's milliseconds, which only go forwards: for how often something is written or
 * shown, and how long a user has waited. */
uint64_t clock_ms(void);

#endif
