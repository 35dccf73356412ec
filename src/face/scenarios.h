#ifndef FACE_SCENARIOS_H
#define FACE_SCENARIOS_H

#include "base/err.h"

/* Prints the scenarios of a folder with their titles, variants and parameters. NULL: the
 * folder `scenarios` here, else the one that belongs to this program. */
bool list_scenarios(const char *folder, struct err *err);

#endif
