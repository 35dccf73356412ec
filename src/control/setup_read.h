#ifndef CONTROL_SETUP_READ_H
#define CONTROL_SETUP_READ_H

#include "control/setup.h"

/*
 * Asks the scenario for the description of a variant and reads it. `alone`: with the
 * parameters of the run in which the second job is alone. Whatever the result, the setup
 * is to be released.
 */
bool setup_make(struct setup *setup, struct scenario *scenario, unsigned variant,
                bool alone, struct err *err);

#endif
