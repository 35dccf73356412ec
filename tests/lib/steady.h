#ifndef TESTS_LIB_STEADY_H
#define TESTS_LIB_STEADY_H

#include "tests/lib/watched.h"

/* What every view has to keep to, wherever the viewer stands. */

/* It looks the same however one came here: goes on, comes back, and compares. */
void steady_in_time(struct watched *watched, const char *view, const char *about);

/* No size from its least on makes text collide or leaves its area. */
void steady_in_size(struct watched *watched, const char *view, const char *about);

/* Every thing that it names is one that the command language knows, or a place. */
void steady_in_names(struct watched *watched, const char *view, const char *about);

#endif
