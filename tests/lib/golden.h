#ifndef TESTS_LIB_GOLDEN_H
#define TESTS_LIB_GOLDEN_H

#include "tests/lib/watched.h"

/*
 * Screens as text, compared with tests/screens/NAME.txt. RINGSIDE_GOLDEN=1 rewrites those
 * files; the difference is then to be read.
 */
void golden_screen(const char *name, const char *screen);

/* Draws one view alone, of `about` ("" or NULL: what happens now), and compares: the file
 * is tests/screens/NAME-COLSxROWS.txt. Nothing may be written over anything. */
void golden_view(struct watched *watched, const char *name, const char *view,
                 const char *about, int cols, int rows);

#endif
