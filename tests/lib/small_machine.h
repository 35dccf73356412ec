#ifndef TESTS_LIB_SMALL_MACHINE_H
#define TESTS_LIB_SMALL_MACHINE_H

#include "tests/lib/talk.h"

/*
 * A talk on tests/commands/copy.lua: two harts, a copy by program and one by the DMA
 * controller with its interrupt. talk_close ends it.
 */
void small_machine_open(struct talk *talk);

/* Goes to the moment at which so many instructions have been retired. */
void small_machine_go(struct talk *talk, uint64_t retired);

/* Goes on until hart 0 arrives at a symbol. */
void small_machine_reach(struct talk *talk, const char *symbol);

/* Does a line; fails the test unless the answer has each of these texts (NULL ends). */
void small_machine_has(struct talk *talk, const char *line, ...);

/* Does a line; fails the test unless the answer is this text. */
void small_machine_is(struct talk *talk, const char *line, const char *answer);

#endif
