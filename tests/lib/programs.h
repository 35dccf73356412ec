#ifndef TESTS_LIB_PROGRAMS_H
#define TESTS_LIB_PROGRAMS_H

/*
 * A scenario whose variants are small programs that do what the shipped scenarios do not:
 * exceptions, timers, several harts, code that changes itself, translation, a stream that
 * nobody serves in time.
 */
extern const char programs_scenario[];

#endif
