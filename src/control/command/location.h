#ifndef CONTROL_COMMAND_LOCATION_H
#define CONTROL_COMMAND_LOCATION_H

#include "control/session.h"

/*
 * Places in a program, as GDB users name them:
 *
 *   main  main+8       a symbol, or any other expression: its value
 *   *ADDRESS           the same
 *   copy.s:12          a line of a source file, or the next that has code
 *   12                 a line of the file that the hart is in
 *
 * NULL or nothing is where the hart is. A hexadecimal number is an address.
 */
bool location_find(const struct session *session, const char *text, uint64_t *address,
                   struct err *err);

/* Is the text one of these, but no other expression? */
bool location_is(const struct session *session, const char *text);

#endif
