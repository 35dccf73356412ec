#ifndef CONTROL_SWEEP_H
#define CONTROL_SWEEP_H

#include "base/err.h"

#include <stdbool.h>

/*
 * Values that parameters of a scenario take in turn: several parameters in all
 * combinations, of which the last one changes fastest.
 */
enum { SWEEP_NAME = 48, SWEEPS = 4, SWEEP_VALUES = 32, SWEEP_POINTS = 256 };

struct sweep {
    char name[SWEEP_NAME];
    unsigned values;
    char *value[SWEEP_VALUES]; /* as scenario_set takes them */
};

struct sweeps {
    unsigned count;
    struct sweep sweep[SWEEPS];
};

/* "depth=1,2,4,8": one more. */
bool sweeps_add(struct sweeps *sweeps, const char *text, struct err *err);

/* For whoever reads them elsewhere: a value is added to the sweep of that name. */
bool sweeps_add_value(struct sweeps *sweeps, const char *name, const char *value,
                      struct err *err);

/* How many combinations there are: one at least. */
unsigned sweeps_points(const struct sweeps *sweeps);

/* The value of sweep `n` at that point. */
const char *sweeps_value(const struct sweeps *sweeps, unsigned point, unsigned n);

void sweeps_release(struct sweeps *sweeps);

#endif
