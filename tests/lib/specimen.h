#ifndef TESTS_LIB_SPECIMEN_H
#define TESTS_LIB_SPECIMEN_H

#include "control/trial.h"
#include "tests/lib/guest_runs.h"

/*
 * Runs to try something on: small programs of all kinds (programs.h), the variants of the
 * scenarios that come with Ringside, machines with guests (guest_runs.h), and whole
 * machines with random programs (random_machine.h), each before its first instruction.
 */
enum {
    SPECIMENS_OWN = 7,
    SPECIMENS_SHIPPED = 8,
    SPECIMENS_GUESTS = GUEST_RUNS,
    SPECIMENS_RANDOM = 200
};
enum {
    SPECIMENS = SPECIMENS_OWN + SPECIMENS_SHIPPED + SPECIMENS_GUESTS + SPECIMENS_RANDOM
};

struct specimen {
    char name[96];
    struct run *run;
    uint64_t first;    /* attempts before which nothing is worth looking at */
    uint64_t attempts; /* how far it is worth running from there */

    struct scenario *scenario; /* NULL: a random machine */
    struct trial trial;
};

void specimen_make(struct specimen *specimen, unsigned number);
void specimen_end(struct specimen *specimen);

/* Goes on to that many attempts of instructions. */
enum run_stop specimen_go(struct run *run, uint64_t attempts);

/* Is this a slow build (sanitizers)? Then tests try less. */
bool is_slow_build(void);

#endif
