#ifndef TESTS_LIB_RANDOM_CODE_H
#define TESTS_LIB_RANDOM_CODE_H

#include <stdint.h>

/* The same numbers on every host, from a seed. */
struct random {
    uint64_t state;
};

uint32_t random_below(struct random *random, uint32_t below);

/*
 * A word of a random program: mostly arithmetic, loads, stores, branches and atomics that
 * do what they look like, some words that are anything at all, and now and then one of
 * the `count` words in `system`. Loads and stores are relative to x31, which no ordinary
 * instruction changes.
 */
uint32_t random_word(struct random *random, const uint32_t *system, uint32_t count);

#endif
