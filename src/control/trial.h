#ifndef CONTROL_TRIAL_H
#define CONTROL_TRIAL_H

#include "control/trial_state.h"

/* Sets the variant up: the machine is loaded and nothing has run yet. `alone`: with the
 * parameters with which the second job has the machine for itself. Whatever the result,
 * trial_end releases it; until then the trial stays where it is: the run tells it what
 * happens. */
bool trial_begin(struct trial *trial, struct scenario *scenario, unsigned variant,
                 bool alone, struct err *err);

/* From now on the run goes through that timeline, which stays the caller's: the window
 * and the counts follow it back and forth, and the scenario's callbacks are called. To be
 * called while nothing has run; trial_end, before the timeline is freed or after. */
void trial_attach(struct trial *trial, struct timeline *timeline);

/* What a callback has failed with: then the run has failed. NULL: nothing. */
const char *trial_error(const struct trial *trial);

/* Runs to the end, or to the limit of the scenario; through a timeline of its own if it
 * has callbacks and no timeline yet. */
void trial_go(struct trial *trial);

/* After the run: the metrics; makes the run alone if the scenario has one. */
bool trial_measure(struct trial *trial, struct err *err);

void trial_end(struct trial *trial);

/* The sentences that the scenario adds to an event; NULL: none, `n` counts from 0. */
const char *trial_note(const struct trial *trial, const struct event *event,
                       unsigned n);

#endif
