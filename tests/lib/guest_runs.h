#ifndef TESTS_LIB_GUEST_RUNS_H
#define TESTS_LIB_GUEST_RUNS_H

#include "control/scenario.h"

#include <stdint.h>

/*
 * The machines with guests that come with Ringside, and those of tests/commands, each with
 * little to do: a million instructions, most of which start it.
 */
enum { GUEST_RUNS = 16, GUEST_RUN_SETTINGS = 3 };

struct guest_run {
    const char *variant; /* which names it here, too */
    const char *file;
    const char *settings[GUEST_RUN_SETTINGS]; /* "name=value"; NULL: no more */
};

extern const struct guest_run guest_runs[GUEST_RUNS];

/* NULL: there is none of that name. */
const struct guest_run *guest_run_named(const char *variant);

/* How many settings it has. */
unsigned guest_run_settings(const struct guest_run *guest);

/* The scenario with its settings, and the number of the variant. */
struct scenario *guest_run_open(const struct guest_run *guest, unsigned *variant);

/* Two moments of it, in attempts of instructions from reset: when the last guest has begun
 * to work (0 if none tells), and the end of the run. */
void guest_run_times(const struct guest_run *guest, uint64_t *work, uint64_t *end);

#endif
