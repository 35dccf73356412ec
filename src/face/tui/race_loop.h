#ifndef FACE_TUI_RACE_LOOP_H
#define FACE_TUI_RACE_LOOP_H

#include "face/tui/race/race.h"

/* Shows a race on the terminal, which is open (term.h), and does what keys say, until
 * somebody leaves it. The theme may be another one then. */
void race_loop(struct race *race, enum theme *theme);

#endif
