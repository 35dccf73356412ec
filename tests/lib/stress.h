#ifndef TESTS_LIB_STRESS_H
#define TESTS_LIB_STRESS_H

#include "base/state.h"

#include <check.h>

/*
 * RINGSIDE_STRESS=k in the environment: whatever a test does, every k steps on the way (128
 * k in whole machines) the machine is saved, all its state is overwritten with
 * garbage, and it is restored. No test may notice. Programs of tests are linked so that
 * run_go and run_step come by here (Makefile: STRESS_WRAP); rigs ask by themselves.
 */

/* k; 0: no stress. */
unsigned stress_interval(void);

/* One more thing was done: is it time? */
bool stress_due(void);

/* Under stress: adds a last test to the suite, which fails if none of them came by here. */
void stress_begin(Suite *suite);

/* Saves, overwrites and restores what that function walks. */
void stress(void (*walk)(void *ctx, struct state *state), void *ctx);

#endif
